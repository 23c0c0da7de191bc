"""Who may log in and which status is shown: one answer in Python, in SQL and from every way of listing."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.directory import matching
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users import postgres
from poolhouse.users.model import Condition, Status, User, UserDraft, UserQuery
from poolhouse.wire.v3.conversions import user_dto

COMBINATIONS = list(itertools.product(Status, (False, True), (False, True)))


@pytest.fixture
async def people(services: Services, pool: PoolForTests) -> list[User]:
    """One of each status, blocked or not, marked as deleted or not."""
    drafts = [
        {"username": f"{status} {blocked} {deleted}", "status": status.value}
        | {"blocked": blocked, "is_deleted": deleted}
        for status, blocked, deleted in COMBINATIONS
    ]
    return await services.users.create_many(pool.administrator, [UserDraft(one) for one in drafts])


def test_one_of_twenty_may_log_in() -> None:
    may = [
        (status, blocked, deleted)
        for status, blocked, deleted in COMBINATIONS
        if User("u", "p", status=status, blocked=blocked, is_deleted=deleted).may_log_in
    ]
    assert may == [(Status.ACTIVATED, False, False)]


async def test_the_database_gives_the_same_answers(
    services: Services, pool: PoolForTests, people: list[User]
) -> None:
    rows = await services.db.fetch(
        f"select u.id, {postgres.may_log_in('u.id')}, {postgres.SHOWN_STATUS} from users u "
        "where u.pool_id = $1",
        pool.id,
    )
    assert {tuple(row) for row in rows} == {(one.id, one.may_log_in, one.shown_status) for one in people}


def statuses_asked() -> list[tuple[str, ...]]:
    return [some for size in (1, 2, 5) for some in itertools.combinations(Status, size)]


@pytest.mark.parametrize("statuses", statuses_asked(), ids="+".join)
async def test_every_list_filters_by_the_status_it_shows(
    services: Services, pool: PoolForTests, people: list[User], statuses: tuple[str, ...]
) -> None:
    expected = {one.id for one in people if user_dto(one, "").status in statuses}
    page = PageRequest.of(1, 50)
    filters: list[UserQuery] = [
        UserQuery(page, statuses=statuses),
        UserQuery(page, conditions=(Condition("status", "IN", list(statuses)),)),
    ]
    for query in filters:
        found = await services.users.list(pool.administrator, query)
        assert {one.id for one in found.items} == expected
        assert found.total == len(expected)
        judged = matching.tests_of(query, query.conditions)
        assert {one.id for one in people if all(test(one) for test in judged)} == expected


async def test_a_blocked_user_is_shown_as_suspended(people: list[User]) -> None:
    shown = {(one.status, one.blocked): one.shown_status for one in people}
    assert shown[Status.ACTIVATED, True] == user_dto(people[2], "").status == "Suspended"
    assert all(text == status for (status, _), text in shown.items() if status != Status.ACTIVATED)


@pytest.mark.parametrize(
    ("kept", "may"),
    [
        ({}, True),
        ({"reset_password_on_next_login": True}, True),
        ({"status": "Activated", "blocked": False, "is_deleted": False}, True),
        ({"blocked": True}, False),
        ({"is_deleted": True}, False),
        *(({"status": status.value}, False) for status in Status if status is not Status.ACTIVATED),
    ],
)
async def test_of_users_who_live_elsewhere_what_is_kept_here_decides(
    services: Services, pool: PoolForTests, kept: dict[str, Any], may: bool
) -> None:
    async def answer(user_id: str = "7") -> Any:
        return await services.db.fetchval(f"select {postgres.may_log_in('$2::text')}", pool.id, user_id)

    assert not await answer(), "nobody of this pool has that id"
    await services.db.execute(
        "insert into custom_databases (pool_id, enabled, mode, secrets) "
        "values ($1, true, 'CUSTOM_USER_STORE', '')",
        pool.id,
    )
    names = ["pool_id", "user_id", *kept]
    places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    await services.db.execute(
        f"insert into user_states ({', '.join(names)}) values ({places})", pool.id, "7", *kept.values()
    )
    assert await answer() is may
    assert await answer("another") is True
    await services.db.execute("update custom_databases set enabled = false where pool_id = $1", pool.id)
    assert not await answer()
