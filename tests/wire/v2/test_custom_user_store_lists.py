"""Searching and listing over v2 where the users are in somebody else's database."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import connect
from tests.customdb.test_scripted_queries import NOWHERE, PEOPLE, Store, scripts, store  # noqa: F401
from tests.wire.v2.conftest import Refusal, V2Client

from poolhouse.customdb import budget
from poolhouse.services import Services

SEARCH = """query search($query: String!, $fields: [String], $page: Int, $limit: Int,
  $departmentOpts: [SearchUserDepartmentOpt], $groupOpts: [SearchUserGroupOpt], $roleOpts: [SearchUserRoleOpt]) {
  searchUser(query: $query, fields: $fields, page: $page, limit: $limit,
    departmentOpts: $departmentOpts, groupOpts: $groupOpts, roleOpts: $roleOpts) { totalCount list { id } } }"""


def ids(page: Any) -> tuple[int, list[int]]:
    return page["totalCount"], sorted(int(user["id"]) for user in page["list"])


async def test_a_search_is_limited_by_what_is_kept_here(v2: V2Client, store: Store) -> None:  # noqa: F811
    group, role = [{"code": "g"}], [{"code": "r"}]
    within = [{"departmentId": store.department, "includeChildrenDepartments": True}]
    for given, found in (
        ({"query": "even"}, [2, 4, 6, 8, 10, 12]),
        ({"query": "even", "groupOpts": group}, [2, 4, 6]),
        ({"query": "even", "roleOpts": role, "departmentOpts": within}, [4, 6]),
        ({"query": "", "groupOpts": group}, [1, 2, 3, 4, 6, 9]),
        ({"query": "", "departmentOpts": within}, [3, 4, 6, 7, 12]),
        ({"query": "科技", "fields": ["company"]}, [3, 6, 9, 12]),
        ({"query": "科技", "fields": ["email"]}, []),
    ):
        assert ids(await v2.one(SEARCH, **given)) == (len(found), found), given
    first = await v2.one(SEARCH, query="even", groupOpts=group, page=1, limit=2)
    second = await v2.one(SEARCH, query="even", groupOpts=group, page=2, limit=2)
    assert [first["totalCount"], second["totalCount"]] == [3, 3]
    assert sorted(int(one["id"]) for one in first["list"] + second["list"]) == [2, 4, 6]


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("{ users(sortBy: UPDATEDAT_DESC) { totalCount } }", "sort"),
        ("{ users(excludeUsersInOrg: true) { totalCount } }", "excludeUsersInOrg"),
        ("{ archivedUsers { totalCount } }", "status"),
        ('{ searchUser(query: "x", fields: ["address"]) { totalCount } }', "address"),
        ('{ findUser(externalId: "E1") { id } }', "externalId"),
    ],
)
async def test_what_nobody_can_say_is_refused_by_name(
    v2: V2Client,
    store: Store,  # noqa: F811
    document: str,
    named: str,
) -> None:
    with pytest.raises(Refusal) as refused:
        await v2.one(document)
    assert refused.value.code == 501
    assert named in refused.value.message


async def test_a_filter_by_key_is_a_look_up(v2: V2Client, store: Store) -> None:  # noqa: F811
    name = {"type": "user", "value": "username"}
    body = {"filter": [[name, "IN", ["user2", "user3", "nobody"]]]}
    assert ids(await v2.rest("POST", "/api/v2/users/filter", json=body)) == (2, [2, 3])
    body = {"filter": [[{"type": "user", "value": "company"}, "EQ", "Acme"]]}
    with pytest.raises(Refusal) as refused:
        await v2.rest("POST", "/api/v2/users/filter", json=body)
    assert (refused.value.code, "company" in refused.value.message) == (501, True)


MEMBERS = {
    "group": '{ group(code: "g") { users(page: 1, limit: 10) { totalCount list { id } } } }',
    "role": '{ role(code: "r") { users(page: 1, limit: 10) { totalCount list { id } } } }',
}


@pytest.mark.parametrize("kind", sorted(MEMBERS))
async def test_members_the_database_has_lost_are_not_counted(
    services: Services,
    pool: PoolForTests,
    v2: V2Client,
    store: Store,  # noqa: F811
    kind: str,
) -> None:
    before, _ = ids((await v2.one(MEMBERS[kind]))["users"])
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", scripts(PEOPLE[:3]))
    total, found = ids((await v2.one(MEMBERS[kind]))["users"])
    assert before > total == len(found) > 0


async def test_one_request_costs_a_bounded_number_of_script_calls(
    v2: V2Client,
    store: Store,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget, "MOST_CALLS", 20)
    await store.calls()
    asked = " ".join(f"g{n}: {MEMBERS['group'][2:-2]}" for n in range(5))
    with pytest.raises(Refusal) as refused:
        await v2.run("{ " + asked.replace("g0: group", "g0: group") + " }")
    assert "20" in refused.value.message
    assert sum((await store.calls()).values()) <= 20
    assert (await v2.one(MEMBERS["group"]))["users"]["totalCount"] == 6, "the next request has its own"
