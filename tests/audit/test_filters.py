"""What the log is filtered by: all of it that fits and nothing else, newest first, each filter by an index."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import combinations
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.audit import postgres
from poolhouse.audit.model import Act, Event, Record, RecordQuery
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.paging import PageRequest
from poolhouse.services import Services

ONE_OF_EACH: dict[str, dict[str, Any]] = {
    "kind": {"kind": "administrator"},
    "acts": {"acts": (Act("update"),)},
    "resource_types": {"resource_types": ("group",)},
    "resource_ids": {"resource_ids": ("u1",)},
    "user_ids": {"user_ids": ("u2",)},
    "names": {"names": ("guest",)},
    "actor_ids": {"actor_ids": ("u1",)},
    "app_ids": {"app_ids": ("shop",)},
    "only_in_apps": {"only_in_apps": True},
    "tenant_id": {"tenant_id": "t"},
    "ip": {"ip": "192.0.2.1"},
    "request_id": {"request_id": "r1"},
    "success": {"success": False},
    "reason": {"reason": "WrongCredentials"},
    "start": {},
    "end": {},
}
INDEXES = {
    "kind": "newest",
    "acts": "operation",
    "resource_types": "thing",
    "resource_ids": "resource",
    "user_ids": "user",
    "names": "named",
    "actor_ids": "actor_kind",
    "app_ids": "app",
    "ip": "address",
    "request_id": "request",
    "success": "refused",
    "reason": "reason",
}


@pytest.fixture
async def log(services: Services, pool: PoolForTests) -> list[Record]:
    """By people and administrators upon themselves and others, newest first."""
    chance = random.Random(5)
    for n in range(120):
        who = chance.choice(["u1", "u2", "admin", ""])
        kind: Any = {"admin": "administrator", "": "anonymous"}.get(who, "user")
        caller = Caller(
            pool.id,
            kind,
            actor_id=who,
            app_id=chance.choice([None, "shop"]),
            tenant_id=chance.choice([None, "t"]),
            ip=f"192.0.2.{n % 3}",
            request_id=f"r{n % 4}",
        )
        event = Event(
            chance.choice(["login", "update", "delete"]),
            chance.choice(["user", "group"]),
            chance.choice([None, "u1", "u2", "g"]),
            user_id=chance.choice([None, "u1", "u2"]),
            user_name=chance.choice(["guest", "li"]),
            success=chance.random() < 0.6,
            detail={"reason": chance.choice(["WrongCredentials", "CodeWrong"])},
        )
        await services.audit.write(services.db, caller, event)
    found = await postgres.page(services.db, pool.id, RecordQuery(), PageRequest(1, 500))
    assert len(found.items) >= 120
    return found.items


def fits(query: RecordQuery, row: Record) -> bool:
    """As the query's own words have it."""
    acts = not query.acts or any(
        act.operation == row.operation and act.resource_type in (None, row.resource_type)
        for act in query.acts
    )
    who = not (query.user_ids or query.names) or (
        row.user_id in query.user_ids or (row.user_id is None and row.user_name in query.names)
    )
    one_of = all(
        not wanted or found in wanted
        for wanted, found in (
            (query.resource_types, row.resource_type),
            (query.resource_ids, row.resource_id),
            (query.actor_ids, row.actor_id),
            (query.app_ids, row.app_id),
        )
    )
    same = all(
        wanted is None or wanted == getattr(row, name)
        for name in ("kind", "tenant_id", "ip", "request_id", "success")
        for wanted in [getattr(query, name)]
    )
    refused = query.reason is None or (not row.success and row.detail.get("reason") == query.reason)
    in_time = (query.start is None or row.at >= query.start) and (query.end is None or row.at < query.end)
    in_app = not query.only_in_apps or row.app_id is not None
    return acts and who and one_of and same and refused and in_time and in_app


def queries(log: Sequence[Record]) -> list[RecordQuery]:
    """Each filter, and every two together; several values, too."""
    of = ONE_OF_EACH | {"start": {"start": log[80].at}, "end": {"end": log[20].at}}
    assert set(of) == set(asdict(RecordQuery()))
    two = [RecordQuery(**of[a], **of[b]) for a, b in combinations(of, 2)]
    more = RecordQuery(
        actor_ids=("u1", "admin"), resource_ids=("u1", "g"), user_ids=("u1", "u2"), names=("li",)
    )
    act = RecordQuery(acts=(Act("update", "group"), Act("delete")))
    return [*(RecordQuery(**one) for one in of.values()), *two, more, act, replace(more, user_ids=())]


async def test_what_fits_and_nothing_else_is_listed_newest_first(
    services: Services, pool: PoolForTests, log: list[Record]
) -> None:
    seen = 0
    for query in queries(log):
        expected = [row for row in log if fits(query, row)]
        found = await postgres.page(services.db, pool.id, query, PageRequest(1, 500))
        assert (found.total, found.items) == (len(expected), expected), query
        second = await postgres.page(services.db, pool.id, query, PageRequest(2, 3))
        assert second.items == expected[3:6], query
        if len(expected) > 5:
            seen += 1
            after = PageRequest(1, 3, after=(expected[2].at, expected[2].id), counted=False)
            assert (await postgres.page(services.db, pool.id, query, after)).items == expected[3:6], query
    assert seen > 60


@pytest.mark.not_on_citus("what it sets for the planner is set on the coordinator alone")
@pytest.mark.parametrize(("name", "index"), INDEXES.items())
async def test_a_filter_has_an_index(database: Database, pool: PoolForTests, name: str, index: str) -> None:
    where, parts = postgres._where(pool.id, RecordQuery(**ONE_OF_EACH[name]))
    names = {
        row["name"]
        for row in await database.fetch(
            "select i.inhrelid::regclass::text as name from pg_inherits i where i.inhparent = $1::text::regclass",
            f"audit_records_{index}",
        )
    }
    async with database.transaction() as tx:
        await tx.execute("set local enable_seqscan = off")
        await tx.execute("set local enable_sort = off")
        await tx.execute("set local plan_cache_mode = force_custom_plan")
        by = {"request": "", "app": "", "user": " order by r.at desc", "named": " order by r.at desc"}
        order = by.get(index, " order by r.at desc, r.id desc") + " limit 3"
        each = " union all ".join(
            f"(select 1 from audit_records r where {where.sql} and {part}{order})" for part in parts
        )
        plan = await tx.fetch(f"explain {each}", *where.args)
    used = {word for row in plan for word in row[0].split() if word in names}
    assert used, "\n".join(row[0] for row in plan)


@pytest.mark.parametrize("kind", [None, "user"])
async def test_whoever_acted_is_found_by_the_kind_of_the_act_too(
    database: Database, pool: PoolForTests, kind: Any
) -> None:
    """Of all that an administrator did none is the act of a user."""
    where, parts = postgres._where(pool.id, RecordQuery(kind=kind, actor_ids=("admin",)))
    async with database.transaction() as tx:
        await tx.execute("set local enable_seqscan = off")
        await tx.execute("set local enable_bitmapscan = off")
        for part in parts[:-1]:
            sql, args = where.using(
                f"explain select 1 from audit_records r where {where.sql} and {part} "
                "order by r.at desc, r.id desc limit 3"
            )
            plan = await tx.fetch(sql, *args)
            conditions = [row[0] for row in plan if "Index Cond" in row[0]]
            assert conditions
            assert all("actor_id = " in one and "kind = " in one for one in conditions), conditions


async def test_another_pools_rows_are_in_no_filter(
    services: Services, pool: PoolForTests, log: list[Record]
) -> None:
    for query in queries(log):
        assert (await postgres.page(services.db, "another", query, PageRequest(1, 5))).items == []


async def test_what_a_partition_made_later_holds_is_found_by_the_same_indexes(database: Database) -> None:
    month = await database.fetchval("select now() + interval '400 days'")
    async with database.transaction() as tx:
        await postgres.ensure_partition(tx, month)
    name = postgres.partition_name(postgres.month_start(month))
    try:
        missing = await database.fetch(
            "select indexrelid::regclass::text from pg_index x where x.indrelid = 'audit_records'::regclass "
            "and not exists (select 1 from pg_inherits i join pg_index y on y.indexrelid = i.inhrelid "
            "where i.inhparent = x.indexrelid and y.indrelid = $1::text::regclass and y.indisvalid)",
            name,
        )
        assert missing == []
    finally:
        await database.execute(f"drop table {name}")
