"""A version whose statements each commit on their own, so that nobody who uses the database waits for all of it.

Which kind a statement is can be seen from its text:

    create index concurrently NAME on ...    built while others write; what a killed run left of it is dropped first
    create index concurrently NAME on each partition of TABLE (...)
                                             of a partitioned table: of each partition by itself, then of the whole
    drop index concurrently if exists NAME
    ... $1::jsonb ...                        a batch: run again and again in a transaction each, with the key it said
                                             to go on after; answers `after` and `rows`, or no row at the end
    anything else                            one transaction, which may begin with `set transaction isolation level`

How many are done, and how far the batches have come, is kept in the table `migration_steps` as long as the version is
not wholly in, written in the transaction of the statement itself. A run that was killed goes on there.

Whoever waits for a lock makes others wait behind it, or waits for one of them in a circle. So a transaction and a batch
do not wait for long: they give way, and are done again as often as it takes.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from asyncpg import exceptions as pg

from poolhouse.db.citus.steps import distribute_new
from poolhouse.db.migrations.scripts import run_script
from poolhouse.db.sessions import connect

LOOK_EVERY_S = 1.0
TELL_EVERY_S = 10.0
_TRIES = 5
_WAITS = "2s"
"""Longer than a `deadlock_timeout`, after which autovacuum gives way."""
_BATCH_WAITS = "500ms"
"""Shorter than a `deadlock_timeout`, so that of a circle it is the batch that gives way."""

_INDEX = re.compile(r"\s*create (?:unique )?index concurrently (\w+) on ")
_PARTITIONED = re.compile(
    r"\s*create index concurrently (?P<name>\w+) on each partition of (?P<table>\w+) (?P<rest>.+?);?\s*\Z",
    re.DOTALL,
)
_ALONE = re.compile(r"\s*drop index concurrently if exists \w+;?\s*$")
_NAMED = re.compile(r"((?:create (?:or replace )?|drop |alter |insert into |delete from |analyze )[^\n(]*)")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` of `steps` of a version. `share`: of what PostgreSQL calls this phase, or None where it cannot tell."""

    version: str
    step: int
    steps: int
    what: str
    phase: str = ""
    share: float | None = None
    rows: int = 0


Report = Callable[[Progress], None]


def at_once(statements: Sequence[str]) -> str:
    """All of a version as one script, for a database that nobody uses yet."""
    return (
        "\n".join(
            one.replace("$1::jsonb", "null::jsonb").replace(
                "set transaction isolation level repeatable read;", ""
            )
            for one in statements
        )
        .replace(" concurrently ", " ")
        .replace(" on each partition of ", " on ")
    )


async def begun(connection: Any) -> str | None:
    """The version a run has begun and not ended."""
    if await connection.fetchval("select to_regclass('migration_steps')") is None:
        return None
    return await connection.fetchval("select version from migration_steps")  # type: ignore[no-any-return]


async def forget(connection: Any) -> None:
    """In the transaction that notes the version, or takes it back."""
    await connection.execute("drop table if exists migration_steps")


async def run(
    connection: Any,
    url: str,
    version: str,
    statements: Sequence[str],
    report: Report,
    *,
    spread: bool = False,
) -> None:
    """Runs what is left of the version. The caller notes it, and forgets how far it had come.

    `spread`: the database is distributed over nodes, and so is what a statement makes, in its transaction.
    """
    done, after = await _reached(connection, version)
    for step, statement in enumerate(statements, 1):
        if step <= done:
            continue
        at = Progress(version, step, len(statements), _what(statement))
        _log.info("migration_step", version=version, step=step, steps=len(statements), what=at.what)
        report(at)
        telling = _Telling(report)
        if partitioned := _PARTITIONED.match(statement):
            async with _watched(connection, url, at, telling):
                await _build_partitioned(connection, **partitioned.groupdict())
            await _done(connection, step)
        elif index := _INDEX.match(statement):
            async with _watched(connection, url, at, telling):
                await _build(connection, index[1], statement)
            await _done(connection, step)
        elif _ALONE.match(statement):
            await connection.execute(statement)
            await _done(connection, step)
        elif "$1::jsonb" in statement:
            await _batches(connection, at, statement, after, telling)
        else:
            await _again(partial(_transaction, connection, step, statement, spread=spread))
        after = None


async def _reached(connection: Any, version: str) -> tuple[int, str | None]:
    """How many statements are done, and where the batches of the next one are."""
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(
            "create table if not exists migration_steps ("
            "version text primary key, steps integer not null default 0, after jsonb)"
        )
        await connection.execute(
            "insert into migration_steps (version) values ($1) on conflict do nothing", version
        )
    row = await connection.fetchrow("select steps, after from migration_steps where version = $1", version)
    return row["steps"], row["after"]


async def _done(connection: Any, step: int) -> None:
    await connection.execute("update migration_steps set steps = $1, after = null", step)


async def _build(connection: Any, name: str, statement: str) -> None:
    valid = await connection.fetchval(
        "select indisvalid from pg_index where indexrelid = to_regclass($1)", name
    )
    if valid:
        return  # built, and killed before that was noted
    if valid is False:
        _log.info(
            "migration_index_dropped", index=name, because="an earlier run was stopped while building it"
        )
        await connection.execute(f"drop index concurrently {name}")
    await connection.execute(statement)


async def _build_partitioned(connection: Any, name: str, table: str, rest: str) -> None:
    """The index of the table itself has no rows, and is whole once that of every partition is attached to it. One that
    is made meanwhile comes with all of them."""
    await _again(partial(connection.execute, f"create index if not exists {name} on only {table} {rest}"))
    while partition := await connection.fetchval(
        "select i.inhrelid::regclass::text from pg_inherits i where i.inhparent = to_regclass($1) and not exists ("
        "select 1 from pg_inherits j join pg_index x on x.indexrelid = j.inhrelid "
        "where j.inhparent = to_regclass($2) and x.indrelid = i.inhrelid) order by 1 limit 1",
        table,
        name,
    ):
        part = f"{partition}_{name.removeprefix(f'{table}_')}"
        await _build(connection, part, f"create index concurrently {part} on {partition} {rest}")
        await _again(partial(connection.execute, f"alter index {name} attach partition {part}"))


async def _transaction(connection: Any, step: int, statement: str, *, spread: bool) -> None:
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(f"set local lock_timeout = '{_WAITS}'")
        await run_script(connection, statement, spread=spread)
        if spread:
            await distribute_new(connection)
        await _done(connection, step)


async def _batches(
    connection: Any, at: Progress, statement: str, after: str | None, telling: _Telling
) -> None:
    rows = 0

    async def one(key: str | None) -> Any:
        async with connection.transaction(isolation="read_committed"):
            await connection.execute(f"set local lock_timeout = '{_BATCH_WAITS}'")
            row = await connection.fetchrow(statement, key)
            if row is None:
                await _done(connection, at.step)
            else:
                await connection.execute("update migration_steps set after = $1::jsonb", row["after"])
            return row

    while batch := await _again(partial(one, after)):
        after = batch["after"]
        rows += batch["rows"]
        telling.tell(Progress(at.version, at.step, at.steps, at.what, rows=rows))


async def _again(work: Callable[[], Awaitable[Any]]) -> Any:
    """Others go on writing meanwhile: what meets one of them (a pool that goes, say) is done once more."""
    tries, told = _TRIES, False
    while True:
        try:
            return await work()
        except pg.LockNotAvailableError:
            if not told:
                _log.info("migration_gives_way", because="somebody else holds what it needs; it tries again")
                told = True
        except (pg.SerializationError, pg.DeadlockDetectedError, pg.ForeignKeyViolationError):
            tries -= 1
            if not tries:
                raise
        await asyncio.sleep(0.1)


def _what(statement: str) -> str:
    named = _NAMED.search(statement)
    return " ".join(named[1].split())[:80] if named else "a statement"


class _Telling:
    """Each look at a terminal is told; the log hears of a long step now and then."""

    def __init__(self, report: Report) -> None:
        self._report, self._last = report, time.monotonic()

    def tell(self, at: Progress) -> None:
        self._report(at)
        if time.monotonic() - self._last >= TELL_EVERY_S:
            self._last = time.monotonic()
            about = {"phase": at.phase, "rows": at.rows, "percent": at.share and round(100 * at.share)}
            _log.info(
                "migration_step_goes_on",
                version=at.version,
                step=at.step,
                steps=at.steps,
                what=at.what,
                **{name: value for name, value in about.items() if value},
            )


@asynccontextmanager
async def _watched(connection: Any, url: str, at: Progress, telling: _Telling) -> AsyncIterator[None]:
    """Tells from another connection how far PostgreSQL has come; the one that builds is busy."""
    watching = asyncio.create_task(_watch(url, connection.get_server_pid(), at, telling))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(url: str, pid: int, at: Progress, telling: _Telling) -> None:
    await asyncio.sleep(LOOK_EVERY_S)
    connection = await connect(url, "poolhouse migrate")
    try:
        while True:
            row = await connection.fetchrow(
                "select phase, coalesce(nullif(current_locker_pid, 0)::text, '') as waits_for, "
                "coalesce(blocks_done::float8 / nullif(blocks_total, 0), "
                "tuples_done::float8 / nullif(tuples_total, 0)) as share "
                "from pg_stat_progress_create_index where pid = $1",
                pid,
            )
            if row:
                # Old transactions must end first: who watches wants to know whose.
                phase = f"{row['phase']} (process {row['waits_for']})" if row["waits_for"] else row["phase"]
                telling.tell(Progress(at.version, at.step, at.steps, at.what, phase, row["share"]))
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await connection.close()
