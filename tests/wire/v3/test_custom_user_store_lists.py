"""Searching and listing over v3 where the users are in somebody else's database."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.test_scripted_queries import PEOPLE, Store, scripts
from tests.customdb.test_scripted_queries import store as store_of_people
from tests.wire.v3.conftest import V3Client

from poolhouse.services import Services

store = store_of_people


@pytest.fixture
def pool(v3: V3Client) -> PoolForTests:
    return PoolForTests(v3.pool_id)


async def found(v3: V3Client, **body: Any) -> tuple[int, list[int]]:
    answer = await v3.post("list-users", body)
    assert answer["statusCode"] == 200, answer
    people = answer["data"]["list"]
    return answer["data"]["totalCount"], sorted(int(user["userId"]) for user in people)


def where(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({} if value is None else {"value": value})}


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ({"keywords": "even"}, [2, 4, 6, 8, 10, 12]),
        ({"keywords": "even", "options": {"fuzzySearchOn": ["email"]}}, [2, 4, 6, 8, 10, 12]),
        ({"keywords": "even", "options": {"fuzzySearchOn": ["username"]}}, []),
        ({"keywords": "even", "advancedFilter": [where("status", "EQUAL", "Suspended")]}, [4, 6]),
        ({"keywords": "even", "advancedFilter": [where("company", "EQUAL", "Acme")]}, [2, 4, 8, 10]),
        ({"advancedFilter": [where("email", "EQUAL", "EVEN2@old.cn")]}, [2]),
        ({"advancedFilter": [where("userId", "IN", ["1", "2", "99"])]}, [1, 2]),
        ({"advancedFilter": [where("phone", "EQUAL", "13800000007")]}, [7]),
        ({"advancedFilter": [where("identity", "EQUAL", "wechat")]}, [3, 4, 5, 6, 8]),
        ({"advancedFilter": [where("colour", "EQUAL", "red"), where("identity", "NOT_NULL")]}, [3, 4, 6]),
    ],
    ids=str,
)
async def test_a_search_is_answered_by_scripts_and_by_what_is_kept_here(
    v3: V3Client, store: Store, body: dict[str, Any], ids: list[int]
) -> None:
    assert await found(v3, **body) == (len(ids), ids)


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("asked", [{}, {"keywords": "even"}], ids=["everybody", "a search"])
async def test_a_walk_by_cursor_shows_everybody_once(
    v3: V3Client, store: Store, asked: dict[str, Any], counted: bool
) -> None:
    whole = await v3.post("list-users", {**asked, "options": {"pagination": {"limit": 50}}})
    seen, cursor = list[str](), ""
    while cursor is not None:
        pagination = {"cursor": cursor, "limit": 4, "withTotalCount": counted}
        answer = await v3.post("list-users", {**asked, "options": {"pagination": pagination}})
        seen += [user["userId"] for user in answer["data"]["list"]]
        cursor = answer["nextCursor"]
    assert seen == [user["userId"] for user in whole["data"]["list"]]
    assert len(seen) > 3


async def test_a_search_within_a_department(v3: V3Client, store: Store) -> None:
    place = {"organizationCode": "acme", "departmentId": store.department, "includeChildrenDepartments": True}
    within = [where("department", "IN", [place])]
    assert await found(v3, advancedFilter=within) == (5, [3, 4, 6, 7, 12])
    assert await found(v3, keywords="even", advancedFilter=within) == (3, [4, 6, 12])
    members = {
        "organizationCode": "acme",
        "departmentId": store.department,
        "includeChildrenDepartments": True,
    }
    answer = await v3.get("search-department-members", keywords="even", **members)
    assert answer["data"]["totalCount"] == 3
    answer = await v3.get("list-department-members", sortBy="updatedAt", orderBy="Asc", **members)
    assert [user["userId"] for user in answer["data"]["list"]] == ["3", "4", "6", "7", "12"]


@pytest.mark.parametrize(
    ("method", "path", "given", "named"),
    [
        ("get", "list-users", {"status": "Activated"}, "status"),
        ("get", "list-users", {"updatedAtStart": 1655714763890}, "updatedAt"),
        ("get", "list-archived-users", {}, "status"),
        ("post", "list-users", {"advancedFilter": [where("company", "EQUAL", "x")]}, "company"),
        ("post", "list-users", {"advancedFilter": [where("externalId", "EQUAL", "x")]}, "externalId"),
        ("post", "list-users", {"advancedFilter": [where("loggedInApps", "IN", ["x"])]}, "loggedInApps"),
        ("post", "list-users", {"options": {"sort": [{"field": "createdAt", "order": "asc"}]}}, "sort"),
    ],
)
async def test_what_nobody_can_say_is_refused_by_name(
    v3: V3Client, store: Store, method: str, path: str, given: dict[str, Any], named: str
) -> None:
    answer = await (v3.get(path, **given) if method == "get" else v3.post(path, given))
    assert answer["statusCode"] == 501, answer
    assert named in answer["message"]


@pytest.mark.parametrize("path", ["list-group-members", "list-role-members"])
async def test_members_the_database_has_lost_are_not_counted(
    services: Services, v3: V3Client, store: Store, path: str
) -> None:
    given = {"code": path.split("-")[1][0]}
    before = (await v3.get(path, **given))["data"]
    for name, source in scripts(PEOPLE[:3]).items():
        saved = await services.customdb.save_script(v3.administrator, name, source)
        await services.customdb.publish(v3.administrator, name, saved.version)
    after = (await v3.get(path, **given))["data"]
    assert before["totalCount"] > after["totalCount"] == len(after["list"]) > 0
