"""The slowest of our own statements, as PostgreSQL counts them: the extension pg_stat_statements.

It keeps a statement without its values, `$1` in their place. What an operator typed by hand can stay whole where the
server had no room to take the values out, so that a text in quotes and a long number are hidden here once more.

Source: PostgreSQL, Additional Supplied Modules, pg_stat_statements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import asyncpg

from poolhouse.db.database import Executor
from poolhouse.paging import PageRequest

EXTENSION = "pg_stat_statements"
LONGEST_TEXT = 4_000
SLOW_MS = 100.0
"""On average; from here a statement counts as slow."""

Order = Literal["mean", "total"]
Missing = Literal["not_loaded", "not_created", "not_readable", "outdated"]
"""Why there is nothing: the server does not load the module; the database lacks the extension; our role may not read
it; the extension is of a version that lacks what is read."""

_ORDERS: dict[Order, str] = {"mean": "mean_exec_time", "total": "total_exec_time"}
_QUOTED = re.compile(r"'(?:[^']|'')*'?")
_NUMBER = re.compile(r"(?<![\w$.])[0-9]{5,}")
_OURS = (
    "userid = (select r.oid from pg_roles r where r.rolname = current_user) "
    "and dbid = (select d.oid from pg_database d where d.datname = current_database()) "
    r"and query ~* '^[\s(]*(select|insert|update|delete|merge|with)\M'"
)
"""Others on the same server are not shown, nor what has no values to take out, such as `create role`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`rows`: given or changed, of all calls together. Times in milliseconds, without planning."""

    text: str
    calls: int
    rows: int
    mean_ms: float
    total_ms: float
    longest_ms: float


@dataclass(frozen=True, slots=True)
class Slowest:
    """`total`: how many are counted; `slow`: how many take `SLOW_MS` and more on average. `since`: from when on."""

    missing: Missing | None = None
    since: datetime | None = None
    total: int = 0
    slow: int = 0
    statements: tuple[Statement, ...] = ()


async def slowest(db: Executor, order: Order, page: PageRequest) -> Slowest:
    """Of this database and our role, by the mean or the total of their time."""
    found = await db.fetchrow(
        "select current_setting('pg_stat_statements.max', true) is not null as loaded, "
        "(select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace "
        "where e.extname = $1) as schema",
        EXTENSION,
    )
    if found is None or not found["loaded"]:
        return Slowest("not_loaded")
    if found["schema"] is None:
        return Slowest("not_created")
    try:
        return await _read(db, found["schema"], order, page)
    except asyncpg.ObjectNotInPrerequisiteStateError:
        return Slowest("not_loaded")
    except asyncpg.InsufficientPrivilegeError:
        return Slowest("not_readable")
    except (asyncpg.UndefinedColumnError, asyncpg.UndefinedTableError):
        return Slowest("outdated")


async def _read(db: Executor, schema: str, order: Order, page: PageRequest) -> Slowest:
    since = await db.fetchval(f"select stats_reset from {schema}.pg_stat_statements_info")
    rows = await db.fetch(
        "select left(query, $1) as text, calls, rows, mean_exec_time, total_exec_time, max_exec_time, "
        "count(*) over () as total, count(*) filter (where mean_exec_time >= $2) over () as slow "
        f"from {schema}.pg_stat_statements where {_OURS} order by {_ORDERS[order]} desc, queryid limit $3 offset $4",
        LONGEST_TEXT,
        SLOW_MS,
        page.size,
        page.offset,
    )
    total, slow = (rows[0]["total"], rows[0]["slow"]) if rows else (0, 0)
    return Slowest(None, since, total, slow, tuple(_statement(row) for row in rows))


def _statement(row: asyncpg.Record) -> Statement:
    return Statement(
        without_values(row["text"]),
        row["calls"],
        row["rows"],
        row["mean_exec_time"],
        row["total_exec_time"],
        row["max_exec_time"],
    )


def without_values(text: str) -> str:
    """A statement without texts in quotes and long numbers."""
    return _NUMBER.sub("…", _QUOTED.sub("'…'", text))
