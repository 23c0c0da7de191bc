"""What is judged here of a fetched user is what PostgreSQL would have said of their row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest
from tests.conftest import PoolForTests

from poolhouse.directory import matching
from poolhouse.errors import InvalidInput
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.times import now
from poolhouse.users.model import Condition, Operator, Sort, User, UserDraft, UserQuery
from poolhouse.users.profile_fields import BOOLEANS, COUNTS, SEARCHED_FIELDS, STAMPS, TEXT, TIMES

PEOPLE: list[dict[str, Any]] = [
    {
        "username": "Wei",
        "email": "wei@x.cn",
        "nickname": "张伟 100%",
        "company": "ＡＣＭＥ",
        "gender": "M",
        "logins_count": 3,
        "last_login": "2024-03-01T10:00:00+08:00",
        "email_verified": True,
    },
    {
        "username": "na",
        "phone": "13800000001",
        "nickname": "李_娜",
        "blocked": True,
        "gender": "W",
        "logins_count": 7,
    },
    {
        "username": "old",
        "status": "Archived",
        "company": "Acme",
        "last_login": "2023-01-01T00:00:00Z",
        "address": "路",
    },
    {"email": "only@x.cn", "external_id": "E1", "oauth": "{}", "password_security_level": 2},
]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
TEXTS = {*TEXT, "id", "status"}
MOMENTS = TIMES | STAMPS
FIELDS = sorted(TEXTS | BOOLEANS | MOMENTS | COUNTS)


def values(field: str, operator: str) -> list[Any]:
    if operator in ("IS_NULL", "NOT_NULL"):
        return [None]
    if field in BOOLEANS:
        plain: list[Any] = [True, False]
    elif field in COUNTS:
        plain = [3, "7", 0]
    elif field in MOMENTS:
        plain = ["2024-03-01T02:00:00Z", 1672531200000, "1672531200"]
    else:
        plain = [
            "Wei",
            "WEI@X.CN",
            "acme",
            "伟",
            "%",
            "_",
            "Suspended",
            "Activated",
            "W",
            "13800000001",
            "138 0000-00",
            "路",
            "{}",
        ]
    if operator == "IN":
        return [plain, []]
    return [[plain[-1], plain[0]], plain[:2]] if operator == "BETWEEN" else plain


@pytest.fixture
async def people(services: Services, pool: PoolForTests) -> list[User]:
    for values in PEOPLE:
        await services.users.create(pool.administrator, UserDraft(values))
    return (await services.users.list(pool.administrator, UserQuery())).items


@pytest.mark.parametrize("field", FIELDS)
async def test_every_condition_is_judged_alike(
    services: Services, pool: PoolForTests, people: list[User], field: str
) -> None:
    judged = 0
    for operator in OPERATORS:
        if field in TEXTS and operator in ("GREATER", "LESSER", "BETWEEN"):
            continue  # by the rules of the database's own language
        for value in values(field, operator):
            condition = Condition(field, operator, value)
            query = UserQuery(PageRequest(1, 50), conditions=(condition,))
            try:
                there = {user.id for user in (await services.users.list(pool.administrator, query)).items}
            except InvalidInput:
                continue  # refused before anybody is judged
            tests = matching.tests_of(query, [condition])
            here = {user.id for user in people if all(test(user) for test in tests)}
            assert here == there, condition
            judged += 1
    assert judged > 4


@pytest.mark.parametrize(
    "statuses", [("Activated",), ("Suspended",), ("Archived", "Suspended"), ("Resigned",)]
)
async def test_a_status_is_judged_alike(
    services: Services, pool: PoolForTests, people: list[User], statuses: tuple[str, ...]
) -> None:
    query = UserQuery(PageRequest(1, 50), statuses=statuses)
    there = {user.id for user in (await services.users.list(pool.administrator, query)).items}
    (test,) = matching.tests_of(query, [])
    assert {user.id for user in people if test(user)} == there


@pytest.mark.parametrize("hours", [(-1, 1), (-2, -1), (1, 2), (-1, None), (None, -1)])
async def test_a_time_of_change_is_judged_alike(
    services: Services, pool: PoolForTests, people: list[User], hours: tuple[int | None, int | None]
) -> None:
    start, end = (None if one is None else now() + timedelta(hours=one) for one in hours)
    query = UserQuery(PageRequest(1, 50), updated_from=start, updated_to=end)
    there = {user.id for user in (await services.users.list(pool.administrator, query)).items}
    tests = matching.tests_of(query, [])
    assert {user.id for user in people if all(test(user) for test in tests)} == there


@pytest.mark.parametrize("keyword", ["wei", "ｗｅｉ", "张", "100%", "_", "acme", "x.cn", "13800"])
@pytest.mark.parametrize("fields", [SEARCHED_FIELDS, ("company",), ("nickname", "email"), ("address", "id")])
async def test_a_keyword_is_judged_alike(
    services: Services, pool: PoolForTests, people: list[User], keyword: str, fields: tuple[str, ...]
) -> None:
    query = UserQuery(PageRequest(1, 50), keyword=keyword, fields=fields)
    there = {user.id for user in (await services.users.search(pool.administrator, query)).items}
    fits = matching.holds(keyword, fields)
    assert {user.id for user in people if fits(user)} == there


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("field", ["logins_count", "last_login", "created_at", "password_security_level"])
async def test_an_order_is_the_same(
    services: Services, pool: PoolForTests, people: list[User], field: str, descending: bool
) -> None:
    query = UserQuery(PageRequest(1, 50), sort=(Sort(field, descending),))
    there = [user.id for user in (await services.users.list(pool.administrator, query)).items]
    assert [user.id for user in matching.in_order(people, query.sort)] == there
