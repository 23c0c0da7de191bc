"""All SQL on the log of scripts' calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from asyncpg import Record

from poolhouse.customdb.model import LOG_DAYS, LOG_ROWS, OUTCOMES, RETURNED, LogEntry, LogQuery
from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_as_told, delete_old
from poolhouse.db.where import Where
from poolhouse.paging import PageRequest
from poolhouse.sandbox.warnings import Warned
from poolhouse.users.model import CUSTOM_DATABASE

_COLUMNS = (
    "id, name, version, duration_ms, success, outcome, message, stack, console, warnings, clients_opened, "
    "clients_left_open, arguments, app_id, request_id, debug, at, script_user_id"
)


async def add(db: Executor, pool_id: str, entries: Sequence[LogEntry]) -> None:
    """All of them or none."""
    await db.executemany(
        "insert into custom_script_logs (pool_id, id, name, version, duration_ms, success, outcome, message, "
        "stack, console, warnings, clients_opened, clients_left_open, arguments, app_id, request_id, debug, "
        "script_user_id) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        [
            (
                pool_id,
                entry.id,
                entry.name,
                entry.version,
                entry.duration_ms,
                entry.success,
                entry.outcome,
                entry.message,
                entry.stack,
                list(entry.console),
                [one.stored() for one in entry.warnings],
                entry.clients_opened,
                entry.clients_left_open,
                list(entry.arguments),
                entry.app_id,
                entry.request_id,
                entry.debug,
                entry.script_user_id,
            )
            for entry in entries
        ],
    )


async def recorded_calls(db: Executor, pool_id: str, name: str, limit: int) -> list[LogEntry]:
    """The newest calls of that function that were no debug runs, without what they said."""
    rows = await db.fetch(
        "select id, name, version, duration_ms, success, outcome, message, arguments, at from custom_script_logs "
        "where pool_id = $1 and name = $2 and not debug order by at desc, id desc limit $3",
        pool_id,
        name,
        limit,
    )
    return [LogEntry(**{**dict(row), "arguments": tuple(row["arguments"])}) for row in rows]


async def page(
    db: Executor, pool_id: str, query: LogQuery, page: PageRequest, ids: Collection[str] | None
) -> tuple[int, list[LogEntry], bool]:
    """How many there are in all, newest first those of the page, and whether more follow. `ids`: those in the old
    database of whoever the calls are about, None for everybody's.

    All that is filtered by is in the index `custom_script_logs_read`, so that rows are read for one page only.
    """
    where = _where(pool_id, query, ids)
    total = 0
    if page.counted:
        total = int(
            await db.fetchval(f"select count(*) from custom_script_logs l where {where.sql}", *where.args)
        )
    offset = ""
    if page.after:
        at, entry_id = page.after
        where.add(f"(l.at, l.id) < ({where.arg(at)}, {where.arg(entry_id)})")
    else:
        offset = f"offset {where.arg(page.offset)}"
    found = await db.fetch(
        f"""
        select {_COLUMNS} from custom_script_logs where pool_id = $1 and id in (
          select l.id from custom_script_logs l where {where.sql}
          order by l.at desc, l.id desc limit {where.arg(page.size + 1)} {offset})
        order by at desc, id desc
        """,
        *where.args,
    )
    rows = [_entry(row) for row in found[: page.size]]
    return max(total, page.offset + len(rows)) if not page.counted else total, rows, len(found) > page.size


def _where(pool_id: str, query: LogQuery, ids: Collection[str] | None) -> Where:
    where = Where(pool_id, "l")
    if query.name is not None:
        where.add(f"l.name = {where.arg(query.name)}")
    if query.request_id is not None:
        where.add(f"l.request_id = {where.arg(query.request_id)}")
    if query.success is not None:
        where.add(f"l.outcome {'=' if query.success else '<>'} {where.arg(RETURNED)}")
    if query.result is not None:
        named = OUTCOMES.get(query.result)
        others = [outcome for each in OUTCOMES.values() for outcome in each]
        is_one = "= any" if named else "<> all"
        where.add(f"l.outcome {is_one}({where.arg(list(named or others))}::text[])")
    if query.start:
        where.add(f"l.at >= {where.arg(query.start)}")
    if query.end:
        where.add(f"l.at < {where.arg(query.end)}")
    if query.least_ms is not None:
        where.add(f"l.duration_ms >= {where.arg(query.least_ms)}")
    if query.most_ms is not None:
        where.add(f"l.duration_ms <= {where.arg(query.most_ms)}")
    if ids is not None:
        where.add(f"l.script_user_id = any({where.arg(list(ids))}::text[])")
    return where


async def find(db: Executor, pool_id: str, entry_id: str) -> LogEntry | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from custom_script_logs where pool_id = $1 and id = $2", pool_id, entry_id
    )
    return _entry(row) if row else None


def _entry(row: Record) -> LogEntry:
    values = dict(row)
    for name in ("console", "arguments"):
        values[name] = tuple(values[name])
    values["warnings"] = tuple(map(Warned.of_stored, values["warnings"]))
    return LogEntry(**values)


async def people_of(db: Executor, pool_id: str, ids: Collection[str]) -> dict[str, str]:
    """id in the old database -> id of whoever came here with it."""
    rows = await db.fetch(
        "select user_id_in_idp, user_id from user_identities "
        f"where pool_id = $1 and provider = '{CUSTOM_DATABASE}' and user_id_in_idp = any($2::text[])",
        pool_id,
        list(ids),
    )
    return {row["user_id_in_idp"]: row["user_id"] for row in rows}


async def ids_of(db: Executor, pool_id: str, user_id: str) -> list[str]:
    """How the old database may call somebody who is here: as they came, or as it calls everybody."""
    rows = await db.fetch(
        "select user_id_in_idp from user_identities "
        f"where pool_id = $1 and provider = '{CUSTOM_DATABASE}' and user_id = $2",
        pool_id,
        user_id,
    )
    return [user_id, *(row["user_id_in_idp"] for row in rows)]


async def prune(db: Executor, limit: int, keep_days: int = LOG_DAYS, keep_rows: int = LOG_ROWS) -> int:
    """What is older than `keep_days` or than its pool says, and older than the newest `keep_rows` of its pool: `limit`
    of each at most. Answers how many went."""
    of = {"key": "pool_id, id", "by": "at"}
    sooner = await delete_as_told(
        db, "custom_script_logs", **of, setting="retention,script_logs_days", limit=limit
    )
    old = sooner + await delete_old(
        db,
        "custom_script_logs",
        **of,
        age=timedelta(days=keep_days),
        limit=limit,
    )
    tag = await db.execute(
        """
        with full_pools as (
          select pools.id, oldest_kept.at from pools cross join lateral (
            select l.at from custom_script_logs l where l.pool_id = pools.id
            order by l.at desc offset $1 - 1 limit 1) oldest_kept
        )
        delete from custom_script_logs where (pool_id, id) in (
          select l.pool_id, l.id from full_pools join custom_script_logs l
            on l.pool_id = full_pools.id and l.at < full_pools.at
          limit $2)
        """,
        keep_rows,
        limit,
    )
    return old + int(tag.split()[-1])
