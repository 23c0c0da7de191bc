"""A total that was slow to count is kept as long as it is true, and a few seconds more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.directory import search
from poolhouse.directory.totals import Totals
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.services import Services
from poolhouse.times import now
from poolhouse.users.model import Condition, DepartmentFilter, User, UserDraft, UserQuery

ACME = UserQuery(conditions=(Condition("company", "EQUAL", "Acme"),))


class Asked:
    """A database that says how often something was counted."""

    def __init__(self, services: Services) -> None:
        self._db, self.counts = services.db, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

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


async def test_it_is_counted_once(services: Services, pool: PoolForTests, ann: User) -> None:
    db, totals = Asked(services), Totals(large=0, slow_s=0, stale_s=0)
    await long_ago(services, pool)
    assert [await total(db, totals, pool) for _ in range(3)] == [1, 1, 1]
    assert db.counts == 1


async def test_another_pool_is_counted_by_itself(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, ann: User
) -> None:
    db, totals = Asked(services), Totals(large=0, slow_s=0)
    assert [await total(db, totals, one) for one in (pool, other_pool)] == [1, 0]


async def test_it_is_counted_again_once_somebody_comes_changes_or_goes(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals, admin = Asked(services), Totals(large=0, slow_s=0, stale_s=0), pool.administrator
    await long_ago(services, pool)
    assert await total(db, totals, pool) == 1
    bob = await services.users.create(admin, UserDraft({"username": "bob", "company": "Acme"}))
    assert await total(db, totals, pool) == 2
    await services.users.update(admin, bob.id, UserDraft({"company": "Other"}))
    assert await total(db, totals, pool) == 1
    await services.users.delete(admin, [ann.id])
    assert await total(db, totals, pool) == 0


async def test_a_login_changes_what_is_asked_about_logins(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals = Asked(services), Totals(large=0, slow_s=0, stale_s=0)
    query = UserQuery(conditions=(Condition("logins_count", "GREATER", 1),))
    await long_ago(services, pool)
    assert await total(db, totals, pool, query) == 0
    await services.directories.native.record_login(pool.administrator, ann, 3)
    assert await total(db, totals, pool, query) == 1


async def test_it_is_not_kept_while_somebody_has_just_changed(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    """Whoever began before that change may commit after it."""
    db, totals = Asked(services), Totals(large=0, slow_s=0, stale_s=0)
    assert [await total(db, totals, pool) for _ in range(2)] == [1, 1]
    assert db.counts == 2


async def test_for_a_few_seconds_it_is_shown_though_the_pool_changed(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals = Asked(services), Totals(large=0, slow_s=0, stale_s=60)
    assert await total(db, totals, pool) == 1
    await services.users.delete(pool.administrator, [ann.id])
    assert await total(db, totals, pool) == 1
    assert db.counts == 1


@pytest.mark.parametrize(
    "totals", [Totals(large=0, stale_s=60), Totals(slow_s=0, stale_s=60)], ids=["quick", "few"]
)
async def test_what_is_quick_to_count_or_of_a_small_pool_is_never_old(
    services: Services, pool: PoolForTests, ann: User, totals: Totals
) -> None:
    await long_ago(services, pool)
    assert await total(services.db, totals, pool) == 1
    await services.users.delete(pool.administrator, [ann.id])
    assert await total(services.db, totals, pool) == 0


async def test_what_other_tables_say_is_counted_each_time(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals = Asked(services), Totals(large=0, slow_s=0, stale_s=60)
    await long_ago(services, pool)
    await services.groups.create(pool.administrator, GroupDraft("g", "g"))
    query = UserQuery(groups=("g",))
    assert [await total(db, totals, pool, query) for _ in range(2)] == [0, 0]
    assert db.counts == 2


async def test_who_is_below_a_department_is_counted_once_until_somebody_joins_leaves_or_it_moves(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals, admin = Asked(services), Totals(large=0, slow_s=0, stale_s=0), pool.administrator
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Org", "code": "org"}))
    upper, lower = [
        await services.orgs.create_node(admin, org.id, org.root.id, NodeDraft({"name": name, "code": name}))
        for name in ("upper", "lower")
    ]
    below = UserQuery(departments=(DepartmentFilter(upper.id, True),))
    nowhere = UserQuery(not_in_org=True)

    async def now_below() -> int:
        counts = db.counts
        found = [await total(db, totals, pool, below) for _ in range(2)]
        assert (found[0], db.counts) == (found[1], counts + 1)
        return found[0]

    assert (await now_below(), await total(db, totals, pool, nowhere)) == (0, 1)
    await services.department_members.add(admin, lower.id, [ann.id])
    assert (await now_below(), await total(db, totals, pool, nowhere)) == (0, 0)
    await services.orgs.move_node(admin, org.id, lower.id, upper.id)
    assert await now_below() == 1
    await services.users.create(admin, UserDraft({"username": "bob"}))
    assert await now_below() == 1
    await services.department_members.remove(admin, lower.id, [ann.id])
    assert (await now_below(), await total(db, totals, pool, nowhere)) == (0, 2)
    await services.department_members.add(admin, lower.id, [ann.id])
    assert await now_below() == 1
    await services.users.delete(admin, [ann.id])
    assert await now_below() == 0


async def test_a_login_does_not_end_what_is_kept_of_departments(
    services: Services, pool: PoolForTests, ann: User
) -> None:
    db, totals, admin = Asked(services), Totals(large=0, slow_s=0, stale_s=0), pool.administrator
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Org", "code": "org"}))
    below = UserQuery(departments=(DepartmentFilter(org.root.id, True),))
    assert await total(db, totals, pool, below) == 0
    await services.directories.native.record_login(admin, ann)
    assert await total(db, totals, pool, below) == 0
    assert db.counts == 1
