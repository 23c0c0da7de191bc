"""Which tables are distributed and in what order, and what of the schema stands against it: read from the catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

POOLS = "pools"
COLUMN = "pool_id"

_TABLES = """
select c.relname as name,
  exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = $2 and a.attnotnull) as of_a_pool,
  coalesce((select bool_or(a.attname = $2)
    from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
    where i.indrelid = c.oid and i.indisprimary), true) as keyed
from pg_class c
where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
  and c.relname <> $1
  and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
    and d.deptype = 'e')
order by 1
"""
_EDGES = """
select distinct r.relname as name, t.relname as needs
from pg_constraint k join pg_class r on r.oid = k.conrelid join pg_class t on t.oid = k.confrelid
where k.contype = 'f' and k.conparentid = 0 and k.conrelid <> k.confrelid
  and r.relnamespace = 'public'::regnamespace
"""
_UNIQUE = """
select c.relname as name, i.indexrelid::regclass::text as key
from pg_index i join pg_class c on c.oid = i.indrelid
where i.indisunique and not c.relispartition and c.relname = any($1)
  and not exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey)
    and a.attname = case c.relname when $2 then 'id' else $3 end)
order by 1, 2
"""
_FOREIGN = """
select c.relname as name, k.conname as key
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
where k.contype = 'f' and k.conparentid = 0 and t.relname = any($1)
  and (c.relname <> all($1) or k.confdeltype in ('n', 'd') or k.confupdtype <> 'a')
order by 1, 2
"""
_DONE = "select logicalrelid::text as name from pg_dist_partition"


@dataclass(frozen=True, slots=True)
class Plan:
    """`tables`: in the order of their foreign keys, `pools` first; `done` of them are distributed already. `stays`: of
    no pool, or with a key of its own over all pools. `obstacles`: (table, key) that cannot be with distributed tables:
    a unique key without the pool, a foreign key that follows an update or sets null, or one of a table that stays."""

    tables: tuple[str, ...]
    done: frozenset[str]
    stays: tuple[str, ...]
    obstacles: tuple[tuple[str, str], ...]

    @property
    def left(self) -> tuple[str, ...]:
        return tuple(name for name in self.tables if name not in self.done)


async def is_distributed(connection: Any) -> bool:
    """Whether `--distribute` has begun here."""
    if await connection.fetchval("select to_regclass('pg_dist_partition')") is None:
        return False
    return bool(
        await connection.fetchval(
            "select exists (select 1 from pg_dist_partition where logicalrelid = to_regclass($1))", POOLS
        )
    )


async def plan_of(connection: Any) -> Plan:
    tables = await connection.fetch(_TABLES, POOLS, COLUMN)
    edges: dict[str, set[str]] = {}
    for row in await connection.fetch(_EDGES):
        edges.setdefault(row["name"], set()).add(row["needs"])
    ours = {row["name"] for row in tables if row["of_a_pool"] and row["keyed"]}
    distributed, stays = divided(ours, {row["name"] for row in tables} - ours, edges)
    names = (POOLS, *ordered(distributed, edges))
    done = [row["name"] for row in await connection.fetch(_DONE)] if await is_distributed(connection) else []
    unique = await connection.fetch(_UNIQUE, list(names), POOLS, COLUMN)
    foreign = await connection.fetch(_FOREIGN, list(names))
    return Plan(
        names,
        frozenset(done).intersection(names),
        tuple(sorted(stays)),
        tuple((row["name"], row["key"]) for row in (*unique, *foreign)),
    )


def divided(
    ours: Set[str], others: Set[str], edges: Mapping[str, Set[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Those that are distributed, and those that stay: what refers to a table that stays does too, as no foreign key
    leads from a node to the coordinator."""
    goes, stays = set(ours), set(others)
    while drawn := {name for name in goes if not stays.isdisjoint(edges.get(name, ()))}:
        goes -= drawn
        stays |= drawn
    return frozenset(goes), frozenset(stays)


def ordered(names: Set[str], edges: Mapping[str, Set[str]]) -> Sequence[str]:
    """Behind whatever their foreign keys refer to, else by name. Of a circle, the first by name begins."""
    found: list[str] = []
    left = sorted(names)
    while left:
        ready = [name for name in left if edges.get(name, set()).isdisjoint(left)] or left[:1]
        found += ready
        left = [name for name in left if name not in ready]
    return found
