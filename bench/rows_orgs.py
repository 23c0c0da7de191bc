"""Departments at the size the closure is for: 100,000 of them, ten levels deep, 100,000 members."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from statistics import median
from typing import Any

from bench.rows import Row, at_most, known, measurement
from bench.running import data_folder
from poolhouse.caller import Caller
from poolhouse.db.database import Database, opened
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.migrations import migrate
from poolhouse.orgs.model import NodeDraft, Tree
from poolhouse.paging import PageRequest
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Grant, TargetType
from poolhouse.services import build
from poolhouse.settings import Settings
from poolhouse.users.model import DepartmentFilter, UserQuery

DEPARTMENTS, LEVELS, USERS = 100_000, 10, 20_000

_USERS = """
insert into users (pool_id, id, username)
select $1, lpad(to_hex(n), 24, '0'), 'user' || n from generate_series(1, $2::int) n
"""
_MEMBERS = """
insert into node_members (pool_id, node_id, user_id)
select distinct $1, n.id, lpad(to_hex(1 + (row_number() over (order by n.id) * 7919 + k * 104729) % $2::int), 24, '0')
from nodes n, generate_series(0, 0) k where n.pool_id = $1
"""


def tree() -> Tree:
    """The same at every run: each department hangs below a random one that is not too deep."""
    chance = random.Random(7)
    parents, depths, children = [0], [0], [[] for _ in range(DEPARTMENTS)]
    open_ = [0]
    for number in range(1, DEPARTMENTS):
        parent = chance.choice(open_[-5000:])
        parents.append(parent)
        depths.append(depths[parent] + 1)
        children[parent].append(number)
        if depths[number] < LEVELS - 1:
            open_.append(number)
    built: dict[int, Tree] = {}
    for number in reversed(range(DEPARTMENTS)):
        draft = NodeDraft({"name": f"department {number}", "code": f"d{number}"})
        built[number] = Tree(draft, tuple(built.pop(child) for child in children[number]))
    return built[0]


async def ms(call: Callable[[], Awaitable[Any]], times: int = 15) -> float:
    await call()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


@measurement
async def a_hundred_thousand_departments() -> AsyncIterator[Row]:
    with data_folder() as data, EmbeddedPostgres(data) as url:
        await migrate(url)
        async with opened(url) as database:
            async for row in _measured(database, Settings(data=data / "settings")):
                yield row


async def _measured(database: Database, settings: Settings) -> AsyncIterator[Row]:
    services = await build(settings, database)
    pool = await services.pools.create("large")
    caller = Caller(pool.id, "administrator", pool.id)
    began = time.perf_counter()
    org = await services.orgs.import_tree(caller, tree())
    yield known("100,000 departments: import", time.perf_counter() - began, "s")
    await database.execute(_USERS, pool.id, USERS)
    await database.execute(_MEMBERS, pool.id, USERS)
    await database.execute("analyze")
    root, somewhere = org.root.id, await _a_middle_one(database, pool.id)
    deepest = await database.fetchrow(
        "select m.user_id, n.id from nodes n join node_members m on m.pool_id = n.pool_id and m.node_id = n.id "
        "where n.pool_id = $1 order by n.depth desc limit 1",
        pool.id,
    )
    assert deepest is not None
    user_id, node_id = deepest
    members, orgs, page = services.department_members, services.orgs, PageRequest(1, 10)
    yield at_most(
        "100,000 departments: is a user in or below one",
        await ms(lambda: members.is_in_department(caller, user_id, root, include_children=True)),
        "ms",
        20.0,
    )
    yield at_most(
        "100,000 departments: first page of the members below a middle one",
        await ms(lambda: members.list_members(caller, somewhere, page, include_children=True)),
        "ms",
        100.0,
    )
    yield known(
        "100,000 departments: first page of the members below the root",
        await ms(lambda: members.list_members(caller, root, page, include_children=True), 3),
        "ms",
    )
    query = UserQuery(page, departments=(DepartmentFilter(somewhere, True),))
    yield at_most(
        "100,000 departments: users of a middle one and below, filtered list",
        await ms(lambda: services.users.list(caller, query)),
        "ms",
        200.0,
    )
    yield at_most(
        "100,000 departments: one with its paths",
        await ms(lambda: orgs.get_node(caller, node_id)),
        "ms",
        20.0,
    )
    grant = (Grant("books:1", ("read",)),)
    await services.authorization.authorize(caller, [Authorization(TargetType.ORG, (root,), grant)])
    yield at_most(
        "100,000 departments: a decision through the root",
        await ms(lambda: services.authorization.is_allowed(caller, user_id, "books:1", "read")),
        "ms",
        30.0,
    )
    node = await orgs.get_node(caller, somewhere)
    there = [one.id for one in await orgs.list_children(caller, root) if one.id not in node.path][:1]
    here = str(node.parent_id)
    began = time.perf_counter()
    for target in (there[0] if there else root, here):
        await orgs.move_node(caller, org.id, somewhere, target)
    moved = await database.fetchval(
        "select count(*) from node_closure where pool_id = $1 and ancestor_id = $2", pool.id, somewhere
    )
    yield known(
        f"100,000 departments: moving one with {moved} below it", (time.perf_counter() - began) / 2, "s"
    )


async def _a_middle_one(database: Database, pool_id: str) -> str:
    """A department with about a thousand below it."""
    return str(
        await database.fetchval(
            "select ancestor_id from node_closure where pool_id = $1 group by ancestor_id "
            "order by abs(count(*) - 1000) limit 1",
            pool_id,
        )
    )
