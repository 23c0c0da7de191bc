"""A total that was slow to count is kept as long as it is true, for all workers and over a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.users.people import START, everybody, person, put

from poolhouse.db.where import Where
from poolhouse.directory import postgres_kept, search
from poolhouse.directory.filters import MOMENTS, TEXTS
from poolhouse.directory.totals import Totals, cost
from poolhouse.errors import DatabaseLost, QueryTooBroad
from poolhouse.fields.model import DataType, FieldDraft
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType, Validity
from poolhouse.services import Services
from poolhouse.times import now
from poolhouse.users.model import Condition, DepartmentFilter, RoleFilter, User, UserDraft, UserQuery
from poolhouse.users.profile_fields import BOOLEANS, COUNTS, FIELDS, SEARCHED_FIELDS, SEARCHED_FIRST

ACME = UserQuery(conditions=(Condition("company", "EQUAL", "Acme"),))
LOGGED_IN = UserQuery(conditions=(Condition("logins_count", "GREATER", 1),))


class Asked:
    """A database that says how often a list was counted."""

    def __init__(self, services: Services) -> None:
        self._db, self.counts = services.db, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    async def search_fetch(self, sql: str, *args: Any) -> Any:
        self.counts += "(select count(*) as total from" in sql
        return await self._db.search_fetch(sql, *args)

    async def search_fetchval(self, sql: str, *args: Any) -> Any:
        self.counts += sql.startswith("select count(*)")
        return await self._db.search_fetchval(sql, *args)


@pytest.fixture
async def ann(services: Services, pool: PoolForTests) -> User:
    return await services.users.create(pool.administrator, UserDraft({"username": "ann", "company": "Acme"}))


async def long_ago(services: Services, pool: PoolForTests) -> None:
    await services.db.execute(
        "update users set updated_at = $2 where pool_id = $1", pool.id, now() - timedelta(hours=1)
    )


async def total(db: Any, totals: Totals, pool: PoolForTests, query: UserQuery = ACME) -> int:
    return (await search.page(db, totals, pool.id, query)).total


def kept(services: Services, **limits: Any) -> Totals:
    """Of one process, which keeps whatever it counts."""
    return Totals(services.db, **({"large": 0, "slow_s": 0, "stale_s": 0} | limits))


async def test_it_is_counted_once_for_all_processes(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db = Asked(services)
    assert [await total(db, kept(services), pool) for _ in range(3)] == [1, 1, 1]
    assert db.counts == 1


async def test_another_pool_is_counted_by_itself(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, ann: User
) -> None:
    totals = kept(services)
    assert [await total(services.db, totals, one) for one in (pool, other_pool, pool)] == [1, 0, 1]


async def test_another_question_is_counted_by_itself(
    services: Services, pool: PoolForTests, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it takes the place of the first."""
    monkeypatch.setattr(postgres_kept, "SLOTS", 1)
    totals, other = kept(services), UserQuery(conditions=(Condition("company", "EQUAL", "Other"),))
    assert [await total(services.db, totals, pool, query) for query in (ACME, other, ACME)] == [1, 0, 1]
    assert await services.db.fetchval("select count(*) from kept_lists where pool_id = $1", pool.id) == 1


async def test_whoever_comes_is_counted_in_addition(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals, admin = Asked(services), kept(services), pool.administrator
    assert await total(db, totals, pool) == 1
    for number, company in enumerate(("Acme", "Other", "Acme")):
        await services.users.create(admin, UserDraft({"username": f"u{number}", "company": company}))
    assert [await total(db, totals, pool) for _ in range(2)] == [3, 3]
    assert db.counts == 1


async def test_many_who_came_are_looked_at_once(
    services: Services, pool: PoolForTests, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolhouse.directory.totals.MANY_CAME", 1)
    totals, admin = kept(services), pool.administrator
    assert await total(services.db, totals, pool) == 1
    for number in range(2):
        await services.users.create(admin, UserDraft({"username": f"u{number}", "company": "Acme"}))
    assert await total(services.db, totals, pool) == 3
    row = await services.db.fetchrow("select users, total from kept_lists where pool_id = $1", pool.id)
    assert row is not None
    assert tuple(row) == (3, 3)


async def test_it_is_counted_again_once_somebody_changes_or_goes(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals, admin = Asked(services), kept(services), pool.administrator
    bob = await services.users.create(admin, UserDraft({"username": "bob", "company": "Acme"}))
    assert await total(db, totals, pool) == 2
    await services.users.update(admin, bob.id, UserDraft({"company": "Other"}))
    assert await total(db, totals, pool) == 1
    await services.users.delete(admin, [ann.id])
    assert await total(db, totals, pool) == 0
    assert db.counts == 3


async def test_a_change_that_commits_after_the_count_ends_the_total(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    """However long its transaction was under way."""
    totals = kept(services)
    async with services.db.transaction() as tx:
        await tx.execute("update users set company = 'Other' where pool_id = $1", pool.id)
        assert [await total(services.db, totals, pool) for _ in range(2)] == [1, 1]
    assert await total(services.db, totals, pool) == 0


async def test_one_who_comes_does_not_make_up_for_one_who_goes(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    totals, admin = kept(services), pool.administrator
    asked = {"a": (ACME, 0), "b": (UserQuery(keyword="acme"), 0), "c": (UserQuery(not_in_org=True), 1)}
    for name, (query, left) in asked.items():
        gone = await services.users.create(admin, UserDraft({"username": "gone", "company": "Acme"}))
        before = await total(services.db, totals, pool, query)
        await services.users.delete(admin, [gone.id])
        await services.users.create(admin, UserDraft({"username": name}))
        assert await total(services.db, totals, pool, query) == before - 1 + left


async def test_a_change_of_what_is_not_searched_does_not_end_the_total_of_a_search(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals, admin = Asked(services), kept(services), pool.administrator
    search_for_acme = UserQuery(keyword="acme")
    assert await total(db, totals, pool, search_for_acme) == 1
    await services.users.update(admin, ann.id, UserDraft({"city": "Acme", "blocked": True}))
    assert await total(db, totals, pool, search_for_acme) == 1
    assert db.counts == 1
    await services.users.update(admin, ann.id, UserDraft({"company": "Other"}))
    assert await total(db, totals, pool, search_for_acme) == 0


async def test_a_login_changes_what_is_asked_about_logins_alone(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals = Asked(services), kept(services)
    await long_ago(services, pool)
    assert [await total(db, totals, pool, one) for one in (LOGGED_IN, LOGGED_IN, ACME)] == [0, 0, 1]
    assert db.counts == 2
    await services.directories.native.record_login(pool.administrator, ann, 3)
    assert [await total(db, totals, pool, one) for one in (LOGGED_IN, ACME)] == [1, 1]
    assert db.counts == 3


async def test_a_total_of_logins_is_not_kept_while_somebody_has_just_changed(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    """Whoever began before that change may commit after it."""
    db, totals = Asked(services), kept(services)
    assert [await total(db, totals, pool, LOGGED_IN) for _ in range(2)] == [0, 0]
    assert db.counts == 2


async def test_a_total_of_logins_is_kept_for_a_minute(
    services: Services, pool: PoolForTests, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolhouse.directory.totals.KEPT_S", 0)
    db, totals = Asked(services), kept(services)
    await long_ago(services, pool)
    assert [await total(db, totals, pool, one) for one in (LOGGED_IN, LOGGED_IN, ACME, ACME)] == [0, 0, 1, 1]
    assert db.counts == 3


async def test_for_a_few_seconds_it_is_shown_though_the_pool_changed(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals = Asked(services), kept(services, stale_s=60)
    assert await total(db, totals, pool) == 1
    await services.users.delete(pool.administrator, [ann.id])
    assert await total(db, totals, pool) == 1
    assert db.counts == 1


@pytest.mark.parametrize("limit", [{"slow_s": 60}, {"large": 60}], ids=["quick", "few"])
async def test_what_is_quick_to_count_or_of_a_small_pool_is_not_kept(
    services: Services, pool: PoolForTests, ann: User, limit: dict[str, Any]
) -> None:
    totals = kept(services, stale_s=60, **limit)
    assert await total(services.db, totals, pool) == 1
    await services.users.delete(pool.administrator, [ann.id])
    assert await total(services.db, totals, pool) == 0
    assert await services.db.fetchval("select count(*) from kept_lists where pool_id = $1", pool.id) == 0


async def test_a_total_that_cannot_be_kept_is_answered(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    class Lost(Asked):
        async def execute(self, *_: Any) -> str:
            raise DatabaseLost

    lost: Any = Lost(services)
    assert await total(services.db, Totals(lost, large=0, slow_s=0), pool) == 1


class Impatient(Asked):
    """A database whose searches may take no time at all."""

    async def search_fetch(self, sql: str, *args: Any) -> Any:
        if "(select count(*) as total from" in sql:
            raise QueryTooBroad("query")
        return await self._db.search_fetch(sql, *args)


@pytest.fixture
async def slow(services: Services, pool: PoolForTests) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Waits for the count that runs beside the requests."""

    async def settled() -> None:
        if services.db.slow._running is not None:
            await services.db.slow._running[1]
        services.db.slow._rest_until.clear()

    yield settled
    await settled()


async def kept_as_slow(services: Services, pool: PoolForTests, *, took_s: float, age_s: float) -> None:
    await services.db.execute(
        "update kept_lists set took_ms = $2, counted_at = $3 where pool_id = $1",
        pool.id,
        round(took_s * 1000),
        now() - timedelta(seconds=age_s),
    )


async def test_what_takes_longer_than_a_search_may_is_counted_beside_the_requests(
    services: Services, pool: PoolForTests, ann: User, slow: Callable[[], Awaitable[None]]
) -> None:
    db, totals = Impatient(services), kept(services)
    with pytest.raises(QueryTooBroad) as refused:
        await total(db, totals, pool)
    assert "being counted" in refused.value.message("en-US")
    await slow()
    assert await total(db, totals, pool) == 1


async def test_what_could_not_be_counted_is_too_broad_and_nobody_is_told_to_wait(
    services: Services, pool: PoolForTests, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.db.slow, "failed", lambda key: True)
    with pytest.raises(QueryTooBroad) as refused:
        await total(Impatient(services), kept(services), pool)
    assert "being counted" not in refused.value.message("en-US")
    assert services.db.slow._running is None


async def test_while_it_is_counted_nobody_else_counts_it(
    services: Services,
    pool: PoolForTests,
    ann: User,
    slow: Callable[[], Awaitable[None]],
) -> None:
    with pytest.raises(QueryTooBroad):
        await total(Impatient(services), kept(services), pool)
    db = Asked(services)
    assert await total(db, kept(services), pool) == 1
    assert db.counts == 0


async def test_a_slow_total_is_shown_for_longer_than_others(
    services: Services, pool: PoolForTests, ann: User, slow: Callable[[], Awaitable[None]]
) -> None:
    db, totals = Impatient(services), kept(services)
    assert await total(services.db, totals, pool) == 1
    await kept_as_slow(services, pool, took_s=10, age_s=99)
    await services.users.delete(pool.administrator, [ann.id])
    assert await total(db, totals, pool) == 1
    assert services.db.slow._running is None


async def test_a_slow_total_is_counted_anew_before_it_is_too_old(
    services: Services, pool: PoolForTests, ann: User, slow: Callable[[], Awaitable[None]]
) -> None:
    db, totals = Impatient(services), kept(services)
    assert await total(services.db, totals, pool) == 1
    await kept_as_slow(services, pool, took_s=10, age_s=101)
    await services.users.delete(pool.administrator, [ann.id])
    assert await total(db, totals, pool) == 1
    await slow()
    assert await total(db, totals, pool) == 0


async def test_a_slow_total_that_is_too_old_is_waited_for(
    services: Services, pool: PoolForTests, ann: User, slow: Callable[[], Awaitable[None]]
) -> None:
    db, totals = Impatient(services), kept(services)
    assert await total(services.db, totals, pool) == 1
    await kept_as_slow(services, pool, took_s=10, age_s=201)
    await services.users.delete(pool.administrator, [ann.id])
    assert await total(db, totals, pool) == 0


async def test_a_slow_total_nobody_can_wait_for_is_said_to_be_counted(
    services: Services,
    pool: PoolForTests,
    ann: User,
    slow: Callable[[], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("poolhouse.directory.totals.WAITED_S", 0)
    totals = kept(services)
    assert await total(services.db, totals, pool) == 1
    await kept_as_slow(services, pool, took_s=10, age_s=201)
    await services.users.delete(pool.administrator, [ann.id])
    with pytest.raises(QueryTooBroad) as refused:
        await total(services.db, totals, pool)
    assert "being counted" in refused.value.message("en-US")
    await slow()
    assert await total(services.db, totals, pool) == 0


async def test_what_nobody_counts_the_changes_of_is_counted_each_time(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals = Asked(services), kept(services, stale_s=60)
    query = UserQuery(conditions=(Condition("identity", "EQUAL", "wechat"),))
    assert [await total(db, totals, pool, query) for _ in range(2)] == [0, 0]
    assert db.counts == 2


async def test_a_total_of_a_group_ends_with_a_change_of_members_alone(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals, admin = Asked(services), kept(services), pool.administrator
    await services.groups.create(admin, GroupDraft("g", "g"))
    query = UserQuery(groups=("g",))
    assert [await total(db, totals, pool, query) for _ in range(2)] == [0, 0]
    await services.users.update(admin, ann.id, UserDraft({"company": "Other"}))
    assert await total(db, totals, pool, query) == 0
    assert db.counts == 1
    await services.groups.add_members(admin, "g", [ann.id])
    assert [await total(db, totals, pool, query) for _ in range(2)] == [1, 1]
    await services.groups.remove_members(admin, "g", [ann.id])
    assert await total(db, totals, pool, query) == 0
    assert db.counts == 3


async def test_a_group_of_the_same_code_is_another_group(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    totals, admin = kept(services), pool.administrator
    query = UserQuery(groups=("g",))
    for expected in (1, 0):
        await services.groups.create(admin, GroupDraft("g", "g"))
        if expected:
            await services.groups.add_members(admin, "g", [ann.id])
        assert await total(services.db, totals, pool, query) == expected
        await services.groups.delete(admin, ["g"])
        assert await total(services.db, totals, pool, query) == 0


async def test_a_total_of_a_role_ends_when_one_begins_or_ends_by_itself(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals, admin = Asked(services), kept(services), pool.administrator
    await services.roles.create(admin, RoleDraft(code="r"))
    query = UserQuery(roles=(RoleFilter("r"),))
    times = {"enabled_from": now() + timedelta(seconds=1), "ends_at": now() + timedelta(seconds=2)}
    await services.roles.assign(admin, [RoleKey("r")], [Target(TargetType.USER, ann.id)], Validity(**times))
    found = [await total(db, totals, pool, query)]
    while len(found) < 3 and now() < times["ends_at"] + timedelta(seconds=5):
        await asyncio.sleep(0.1)
        if (one := await total(db, totals, pool, query)) != found[-1]:
            found.append(one)
    assert found == [0, 1, 0]
    assert db.counts == 3


# -- whatever happens, a total is what counting gives ------------------------------------------------------

QUESTIONS = {
    "a keyword": UserQuery(keyword="伟"),
    "in some fields": UserQuery(keyword="x", fields=SEARCHED_FIRST),
    "a keyword, of a status": UserQuery(keyword="1", statuses=("Activated",)),
    "a company": UserQuery(conditions=(Condition("company", "CONTAINS", "acme"),)),
    "not a city": UserQuery(conditions=(Condition("city", "NOT_EQUAL", "x"),)),
    "a time": UserQuery(conditions=(Condition("created_at", "GREATER", START.isoformat()),)),
    "logins": LOGGED_IN,
    "when changed": UserQuery(updated_from=START),
}


class Crowd:
    """People who come, change and go."""

    def __init__(self, services: Services, pool: PoolForTests, org: tuple[str, str, str, str]) -> None:
        self.services, self.pool, self.org = services, pool, org
        self.random, self.number = Random(5), 0

    async def comes_newest(self) -> None:
        await self._comes(START + timedelta(days=100 + self.number))

    async def comes_among_the_others(self) -> None:
        await self._comes(START + timedelta(minutes=self.random.randrange(3000)))

    async def goes(self) -> None:
        await self._write("delete from users where pool_id = $1 and id = $2")

    async def is_renamed(self) -> None:
        await self._write(
            f"update users set name = '伟x{self.number}', company = 'Acme' where pool_id = $1 and id = $2"
        )

    async def moves(self) -> None:
        await self._write("update users set city = 'x', updated_at = now() where pool_id = $1 and id = $2")

    async def is_blocked(self) -> None:
        await self._write("update users set blocked = not blocked where pool_id = $1 and id = $2")

    async def was_created_elsewhen(self) -> None:
        await self._write(
            "update users set created_at = (created_at at time zone 'UTC' - interval '1 year') at time zone 'UTC' "
            "where pool_id = $1 and id = $2"
        )

    async def logs_in(self) -> None:
        await self._write(
            "update users set logins_count = 5, last_login = now() where pool_id = $1 and id = $2"
        )

    async def joins(self) -> None:
        await self._write(
            "insert into node_members (pool_id, node_id, user_id) values ($1, $3, $2) on conflict do nothing",
            self.org[2],
        )

    async def leaves(self) -> None:
        await self._write("delete from node_members where pool_id = $1 and user_id = $2")

    async def joins_a_group(self) -> None:
        await self.services.groups.add_members(self.pool.administrator, "g", [await self._somebody()])

    async def leaves_a_group(self) -> None:
        await self.services.groups.remove_members(self.pool.administrator, "g", [await self._somebody()])

    async def is_given_a_role(self) -> None:
        targets = [Target(TargetType.USER, await self._somebody())]
        await self.services.roles.assign(self.pool.administrator, [RoleKey("r")], targets)

    async def loses_a_role(self) -> None:
        targets = [Target(TargetType.USER, await self._somebody())]
        await self.services.roles.revoke(self.pool.administrator, [RoleKey("r")], targets)

    async def has_another_level(self) -> None:
        values = {await self._somebody(): {"level": self.random.choice((1, 2, None))}}
        await self.services.fields.set_values(self.pool.administrator, FieldTarget.USER, values)

    async def a_department_moves(self) -> None:
        org, root, lower, upper = self.org
        target = self.random.choice((root, upper))
        await self.services.orgs.move_node(self.pool.administrator, org, lower, target)

    async def _comes(self, when: Any) -> None:
        self.number += 1
        await put(self.services.db, self.pool.id, [person(self.random, self.number) | {"created_at": when}])

    async def _write(self, sql: str, *args: Any) -> None:
        self.number += 1
        await self.services.db.execute(sql, self.pool.id, await self._somebody(), *args)

    async def _somebody(self) -> str:
        return self.random.choice(await everybody(self.services.db, self.pool.id)).id


ACTS: list[Callable[[Crowd], Awaitable[None]]] = [
    act for name, act in vars(Crowd).items() if not name.startswith("_")
]


async def test_a_total_is_what_counting_gives_whatever_happened(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Org", "code": "org"}))
    lower, upper = [
        await services.orgs.create_node(admin, org.id, org.root.id, NodeDraft({"name": name, "code": name}))
        for name in ("lower", "upper")
    ]
    await services.groups.create(admin, GroupDraft("g", "g"))
    await services.roles.create(admin, RoleDraft(code="r"))
    await services.fields.define(admin, [FieldDraft(FieldTarget.USER, "level", DataType.NUMBER, "level")])
    level = Condition("customData.level", "EQUAL", 1)
    questions = QUESTIONS | {
        "in a group": UserQuery(groups=("g",)),
        "in a group, by name": UserQuery(groups=("g",), keyword="伟"),
        "with a role": UserQuery(roles=(RoleFilter("r"),)),
        "with a role, of a source": UserQuery(
            roles=(RoleFilter("r"),), conditions=(Condition("user_source_type", "EQUAL", "register"),)
        ),
        "of a level": UserQuery(conditions=(level,)),
        "of a level, blocked": UserQuery(conditions=(level, Condition("blocked", "EQUAL", True))),
        "below a department": UserQuery(departments=(DepartmentFilter(upper.id, True),)),
        "in a department, by name": UserQuery(
            keyword="伟", departments=(DepartmentFilter(org.root.id, True),)
        ),
        "in none": UserQuery(not_in_org=True),
    }
    crowd = Crowd(services, pool, (org.id, org.root.id, lower.id, upper.id))
    for _ in range(20):
        await crowd.comes_among_the_others()
    totals, uncounted, db = kept(services), kept(services, large=10**9), Asked(services)
    for _ in range(30):
        found = {name: await total(db, totals, pool, one) for name, one in questions.items()}
        again = {name: await total(services.db, uncounted, pool, one) for name, one in questions.items()}
        assert found == again
        for act in crowd.random.choices(ACTS, k=crowd.random.randrange(4)):
            await act(crowd)
    assert db.counts < 30 * len(questions) * 3 / 4  # the others were known


async def test_every_change_of_what_is_filtered_by_is_noted(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    """But of logins, and of the time of change, which are dates to look at."""

    async def noted() -> tuple[int, int]:
        row = await services.db.fetchrow(
            "select sum(changed)::int, sum(searched)::int from user_counts where pool_id = $1", pool.id
        )
        assert row is not None
        return row[0], row[1]

    others = {"created_at", "phone_key"}
    dates = {
        "id",
        "last_login",
        "logins_count",
        "last_ip",
        "last_login_app",
        "token_expired_at",
        "updated_at",
    }
    for field in sorted((TEXTS | BOOLEANS | COUNTS | MOMENTS | others) - dates):
        kind = FIELDS[field].kind if field in FIELDS else "text"
        value = {
            "boolean": f"not {field}",
            "count": "1",
            "time": "now()",
            "stamp": "now() + interval '1 day'",
        }
        before = await noted()
        await services.db.execute(
            f"update users set {field} = {value.get(kind, chr(39) + 'x' + chr(39))} where pool_id = $1",
            pool.id,
        )
        is_searched = field in SEARCHED_FIELDS or field in others
        assert await noted() == (before[0] + 1, before[1] + is_searched), field


async def test_a_transaction_that_changes_many_is_noted_once(services: Services, pool: PoolForTests) -> None:
    random = Random(1)
    await put(services.db, pool.id, [person(random, number) for number in range(20)])
    async with services.db.transaction() as tx:
        await tx.execute("update users set city = 'x' where pool_id = $1", pool.id)
        await tx.execute("savepoint s")
        await tx.execute("update users set name = 'x' where pool_id = $1", pool.id)
        await tx.execute("rollback to s")
        await tx.execute("update users set name = 'y' where pool_id = $1", pool.id)
        await tx.execute("update users set city = 'z' where pool_id = $1", pool.id)
    row = await services.db.fetchrow(
        "select sum(changed)::int, sum(searched)::int from user_counts where pool_id = $1", pool.id
    )
    assert row is not None
    assert tuple(row) == (2, 1)


class Planned:
    """A database that answers every question with one plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan

    async def search_fetchval(self, sql: str, *args: Any) -> str:
        return json.dumps([{"Plan": self.plan}])


async def test_what_a_node_of_citus_has_to_do_is_the_cost() -> None:
    """Its own plan around it is free of charge."""
    of_node = {"Node Type": "Index Scan", "Total Cost": 8123.5}
    task = {"Node": "host=127.0.0.1", "Remote Plan": [[{"Plan": of_node}]]}
    around = {"Node Type": "Custom Scan", "Total Cost": 0.0, "Distributed Query": {"Job": {"Tasks": [task]}}}
    assert await cost(Planned(around), "select 1", Where("p", "u")) == 8123.5  # type: ignore[arg-type]
    assert await cost(Planned(of_node), "select 1", Where("p", "u")) == 8123.5  # type: ignore[arg-type]
