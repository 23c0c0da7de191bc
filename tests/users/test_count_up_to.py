"""A list that is counted no further than asked: what it says of the rest, and that its pages are those of the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.db.database import Database
from poolhouse.directory import search
from poolhouse.directory.totals import Totals
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.roles.model import RoleDraft
from poolhouse.services import Services
from poolhouse.users.model import Condition, DepartmentFilter, RoleFilter, Sort, UserDraft, UserQuery

UP_TO = PageRequest(1, 4, count_up_to=5)


@pytest.fixture
async def lists(services: Services, pool: PoolForTests) -> dict[str, UserQuery]:
    """Each of eight of twelve people."""
    admin = pool.administrator
    for n in range(12):
        draft = UserDraft({"username": f"p{n:02}", "city": "here" if n < 8 else "there", "company": "c"})
        await services.users.create(admin, draft)
    ids = [one.id for one in (await services.users.list(admin, UserQuery(PageRequest(1, 12)))).items][4:]
    await services.groups.create(admin, GroupDraft(code="g", name="g"))
    await services.groups.add_members(admin, "g", ids)
    role = await services.roles.create(admin, RoleDraft(code="r"))
    await services.db.execute(
        "insert into role_assignments (pool_id, role_id, target_type, target_id) "
        "select $1, $2, 'USER', one from unnest($3::text[]) one",
        pool.id,
        role.id,
        ids,
    )
    org = await services.orgs.create_org(admin, NodeDraft({"name": "o", "code": "o"}))
    for name in "ab":  # twice: nobody is counted for each department
        node = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": name}))
        await services.department_members.add(admin, node.id, ids)
    return {
        "group": UserQuery(groups=("g",)),
        "role": UserQuery(roles=(RoleFilter("r"),)),
        "department": UserQuery(departments=(DepartmentFilter(org.root.id, True),)),
        "within": UserQuery(within=(org.root.id, node.id)),
        "city": UserQuery(conditions=(Condition("city", "EQUAL", "here"),)),
        "several": UserQuery(groups=("g", "none"), departments=(DepartmentFilter(org.root.id, True),)),
    }


NAMES = ("group", "role", "department", "within", "city", "several")


async def ask(database: Database, pool: PoolForTests, query: UserQuery, **options: Any) -> Any:
    totals = Totals(database, **{"large": 0, "slow_s": 60.0, **options})
    return await search.page(database, totals, pool.id, query)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sort", [(), (Sort("username", False),)], ids=["newest", "sorted"])
async def test_it_is_counted_no_further_and_its_pages_are_the_same(
    database: Database, pool: PoolForTests, lists: dict[str, UserQuery], name: str, sort: tuple[Sort, ...]
) -> None:
    for number, rows in ((1, 4), (2, 4), (3, 0)):
        page = replace(UP_TO, number=number)
        query = replace(lists[name], page=page, sort=sort)
        whole = await ask(database, pool, replace(query, page=PageRequest(number, 4)))
        found = await ask(database, pool, query)
        assert (whole.total, whole.is_exact) == (8, True)
        assert (found.total, found.is_exact) == (5, False)
        assert found.items == whole.items
        assert len(found.items) == rows


@pytest.mark.parametrize("name", NAMES)
async def test_what_is_not_more_is_exact_and_a_small_pool_is_counted_whole(
    database: Database, pool: PoolForTests, lists: dict[str, UserQuery], name: str
) -> None:
    enough = await ask(database, pool, replace(lists[name], page=replace(UP_TO, count_up_to=8)))
    assert (enough.total, enough.is_exact) == (8, True)
    small = await ask(database, pool, replace(lists[name], page=UP_TO), large=1_000)
    assert (small.total, small.is_exact) == (8, True)


async def test_that_there_are_more_is_kept_until_something_changes(
    services: Services, pool: PoolForTests, lists: dict[str, UserQuery]
) -> None:
    query = replace(lists["city"], page=UP_TO)
    kept = {"slow_s": 0.0, "stale_s": 0.0}
    assert (await ask(services.db, pool, query, **kept)).total == 5
    assert await services.db.fetchval("select count(*) from kept_lists where pool_id = $1", pool.id) == 1
    await services.db.execute("update kept_lists set total = 2 where pool_id = $1", pool.id)
    assert (await ask(services.db, pool, query, **kept)).total == 2
    first = (await ask(services.db, pool, replace(query, page=PageRequest(1, 1)), large=1_000)).items[0]
    await services.users.update(pool.administrator, first.id, UserDraft({"city": "elsewhere"}))
    found = await ask(services.db, pool, query, **kept)
    assert (found.total, found.is_exact) == (5, False)


async def test_a_total_within_departments_is_kept_until_a_membership_changes(
    services: Services, pool: PoolForTests, lists: dict[str, UserQuery]
) -> None:
    query, kept = replace(lists["within"], page=PageRequest(1, 8)), {"slow_s": 0.0, "stale_s": 0.0}
    found = await ask(services.db, pool, query, **kept)
    await services.db.execute("update kept_lists set total = 2 where pool_id = $1", pool.id)
    assert (found.total, (await ask(services.db, pool, query, **kept)).total) == (8, 2)
    await services.department_members.set_departments(pool.administrator, found.items[0].id, [])
    assert (await ask(services.db, pool, query, **kept)).total == 7


async def test_who_was_counted_whole_is_shown_with_the_exact_total(
    services: Services, pool: PoolForTests, lists: dict[str, UserQuery]
) -> None:
    whole = replace(lists["city"], page=PageRequest(1, 4))
    assert (await ask(services.db, pool, whole, slow_s=0.0)).total == 8
    found = await ask(services.db, pool, replace(whole, page=UP_TO), slow_s=0.0)
    assert (found.total, found.is_exact) == (8, True)
