"""Any two filters of the console's list, in any order it offers, look at a bounded number of people, whoever they are.

The plans are read, not a clock: as many are looked up one by one as a list is walked past; or all who are listed are
gathered, nobody of them twice. The pool is made so that guesses fail: whoever never signed in is old, has no e-mail
address and no nickname, and comes first or last in every order, and nobody who signed in has no number of logins.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bench.console_pairs import DEEP, Pair, pairs, query_of
from bench.console_pool import ConsolePool
from tests.db.plans import explained, nodes
from tests.fields.indexes import without_checks
from tests.nodes import clone_database, drop_database
from tests.postgres import on_database

from poolhouse.caller import Caller
from poolhouse.db.database import opened
from poolhouse.directory import search
from poolhouse.directory.totals import Totals
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft, Tree
from poolhouse.orgs.service import NodeRef
from poolhouse.paging import PageRequest
from poolhouse.roles.model import RoleDraft
from poolhouse.services import Services, build
from poolhouse.settings import Settings
from poolhouse.times import now
from poolhouse.users.model import Sort, UserQuery

PEOPLE, EVERY = 6_000, 29
"""`EVERY` has no divisor in common with the number of orders, so that each filter meets each order."""
SCALED = {"SHORT": 30, "LONG": 300, "NEAR": 100, "LOOKED_AT": 75, "GLANCE": 60, "MOST_WALKED": 400} | {
    "MOST_GATHERED": 150,
    "WALKED_COST": 0.01,
}
"""The bounds of `search`, as much smaller than the pool as they are than one of a million."""
COUNTED_UP_TO = 30
MOST_LOOKED_UP = 2 * SCALED["MOST_WALKED"]

_FILL = """
insert into users (pool_id, id, username, email, nickname, name, user_source_type, status, logins_count, last_login,
  created_at, updated_at)
select $1, lpad(to_hex(n), 24, '0'), 'user' || n, case when is_new then 'e' || n || '@example.com' end,
  case when is_new then 'n' || n end, case when n % 3 = 0 then 'wang' || n else '沈梓' || n end,
  case when n % 2 = 0 then 'sync' else 'register' end, case when n % 4 = 0 then 'Suspended' else 'Activated' end,
  case when is_new then 1 + n % 100 else 0 end, case when is_new then at end, at, at
from generate_series(1, $2::int) n, lateral (select n > $2 / 5 as is_new) half,
  lateral (select $3::timestamptz - ($2 - n) * interval '15 minutes' as at) moment
"""
_BELONG = (
    "insert into group_members (pool_id, group_id, user_id) select $1, $2, id from users "
    "where pool_id = $1 and ('x' || right(id, 4))::bit(16)::int % $3 = 0",
    "insert into role_assignments (pool_id, role_id, target_type, target_id) select $1, $2, 'USER', id from users "
    "where pool_id = $1 and ('x' || right(id, 4))::bit(16)::int % $3 = 1",
    "insert into node_members (pool_id, node_id, user_id) select $1, $2, id from users "
    "where pool_id = $1 and ('x' || right(id, 4))::bit(16)::int % $3 = 2",
)
_VALUES = """
insert into field_values (pool_id, target_type, target_id, key, value)
select $1, 'USER', id, 'level', to_jsonb(3) from users where pool_id = $1 and right(id, 1) < '8'
union all
select $1, 'USER', id, 'team', to_jsonb('core'::text) from users where pool_id = $1 and right(id, 1) > '3'
"""


@pytest.fixture(scope="module")
async def alone(postgres_url: str, template: str, run_folder: Path) -> AsyncIterator[Services]:
    """A database of its own, whose statistics are of this pool alone."""
    name = f"pairs_{new_id()}"
    clone_database(postgres_url, name, template)
    async with opened(on_database(postgres_url, name)) as database:
        yield await build(Settings(data=run_folder / name), database)
    drop_database(postgres_url, name)


@pytest.fixture(scope="module")
async def crowd(alone: Services) -> ConsolePool:
    """With what the questions of `bench.console_pairs` ask for."""
    pool_id = (await alone.pools.create("pairs")).id
    admin = Caller(pool_id, "administrator", pool_id)
    await alone.db.execute(_FILL, pool_id, PEOPLE, now())
    fields = [
        FieldDraft(TargetType.USER, "level", DataType.NUMBER),
        FieldDraft(TargetType.USER, "team", DataType.STRING),
    ]
    await alone.fields.define(admin, fields)
    await without_checks(alone)
    await alone.db.execute(_VALUES, pool_id)
    company, middle = NodeDraft({"name": "c", "code": "company"}), NodeDraft({"name": "m", "code": "middle"})
    await alone.orgs.import_tree(admin, Tree(company, (Tree(middle, ()),)))
    node = await alone.orgs.resolve(admin, NodeRef("middle", "company", "code"))
    await alone.db.execute(_BELONG[2], pool_id, node.id, 3)
    for number, of in ((0, 5), (59, 997)):
        group = await alone.groups.create(admin, GroupDraft(f"group{number}", "g"))
        role = await alone.roles.create(admin, RoleDraft(f"role{number}", name="r"))
        await alone.db.execute(_BELONG[0], pool_id, group.id, of)
        await alone.db.execute(_BELONG[1], pool_id, role.id, of)
    await alone.db.execute("vacuum analyze")
    return ConsolePool(pool_id, *("",) * 18)


class Explaining:
    """A database that reads the plan of what it is asked, as it was carried out."""

    def __init__(self, services: Services) -> None:
        self._db, self.walked, self.gathered, self.read = services.db, 0, 0, 0
        """At most so many times was one table looked into by one statement, and so many rows were read of it."""

    async def fetch(self, sql: str, *args: Any) -> Any:
        if "as place from" in sql:  # a page, or a part of one; not a count
            plans = await explained(self._db, sql, args)
            for node in (node for plan in plans for node in nodes(plan)):
                if "Relation Name" not in node and node["Node Type"] != "Subquery Scan":
                    continue
                loops = node["Actual Loops"]
                self.read = max(
                    self.read, loops * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
                )
                if "lateral" not in sql and "offset 0) u order by" in sql:
                    self.gathered = max(self.gathered, loops)
                else:
                    self.walked = max(self.walked, loops)
        return await self._db.search_fetch(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        rows = await self.fetch(sql, *args)
        return rows[0][0] if rows else None

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        return (await self.fetch(sql, *args))[0]

    search_fetch, search_fetchval = fetch, fetchval


async def asked(services: Services, crowd: ConsolePool) -> list[Pair]:
    moment = now() - timedelta(minutes=15 * PEOPLE // 4)
    node = await services.orgs.resolve(crowd.caller, NodeRef("middle", "company", "code"))
    facts = {"middle": f"company/{node.id}", "quarter": f"{moment:%Y-%m-%d}"}
    all_of_them = [_nearer(one) for one in pairs(facts)]
    came_last = [one for one in all_of_them if one.name.endswith(" by loginsCount") and "=once" in one.name]
    return all_of_them[::EVERY] + came_last


def _nearer(pair: Pair) -> Pair:
    """Of a page beyond the first the third, whose people are more than are counted."""
    return replace(pair, asked=replace(pair.asked, number=3)) if pair.asked.number == DEEP else pair


async def test_two_filters_in_any_order_look_up_no_more_people_than_a_list_is_walked_past(
    alone: Services, crowd: ConsolePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SCALED.items():
        monkeypatch.setattr(search, name, value)
    totals = Totals(alone.db, large=0, slow_s=0)
    wrong = {}
    for one in await asked(alone, crowd):
        query = await query_of(alone, crowd, one.asked)
        query = replace(query, page=replace(query.page, size=10, count_up_to=COUNTED_UP_TO))
        db: Any = Explaining(alone)
        found = await search.page(db, totals, crowd.pool, query)
        before = query.page.offset
        assert len(found.items) == max(0, min(found.total - before, 10)), one.name
        if db.walked > MOST_LOOKED_UP or db.gathered > PEOPLE or db.read > 2 * PEOPLE:
            wrong[one.name] = (db.walked, db.gathered, db.read)
    assert not wrong, "\n".join(f"{name} {found}" for name, found in wrong.items())


async def test_a_list_sorted_by_a_login_and_another_field_is_found(
    alone: Services, crowd: ConsolePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SCALED.items():
        monkeypatch.setattr(search, name, value)
    sort = (Sort("logins_count", False), Sort("username"))
    query = UserQuery(PageRequest(1, 10, count_up_to=COUNTED_UP_TO), statuses=("Suspended",), sort=sort)
    found = await search.page(alone.db, Totals(alone.db, large=0), crowd.pool, query)
    expected = await alone.db.fetch(
        "select id from users where pool_id = $1 and status = 'Suspended' "
        "order by logins_count, username desc limit 10",
        crowd.pool,
    )
    assert [one.id for one in found.items] == [row["id"] for row in expected]
