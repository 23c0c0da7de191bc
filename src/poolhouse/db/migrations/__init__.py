"""The schema's versions: `versions/NNNN_domain.py`, plain SQL up and down, in the order of their names.

    UP = "create table groups (...);"
    DOWN = "drop table groups;"

A version that needs more than SQL has `async def fill(connection)`, too, which runs right after its `UP`.

Versions run in one transaction with those beside them. One whose `UP` is a tuple of statements does not: each of its
statements commits on its own, and nobody waits for an index or a long fill (`online.py`). In an empty database
everything is one transaction, and so is the way down.

In a database that is distributed over nodes (`db/citus`) what a version makes is distributed in its transaction.

Advisory locks see to it that two nodes that start at once do the steps once. Through a connection pooler that keeps no
sessions it is a transaction's lock: a session's would stay on a connection that others use. A database that is up to
date is seen by four queries, without importing a version. Which versions are in is kept by `record.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from itertools import takewhile
from typing import Any

import structlog

from poolhouse.db import sessions
from poolhouse.db.binaries import EXTENSIONS
from poolhouse.db.citus.plan import is_distributed
from poolhouse.db.citus.steps import distribute_new, prepare
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import online, record
from poolhouse.db.migrations.chain import FOLDER, revisions
from poolhouse.db.migrations.online import Report
from poolhouse.db.migrations.scripts import run_script
from poolhouse.db.sessions import PAGE, Pooler, keeps
from poolhouse.errors import Unfit

OLDEST_SERVER = 15
NAME = "poolhouse migrate"
_LOCK = 0x706F6F6C  # "pool"
_RUN = _LOCK + 1
_WAIT_S = 0.2
_UNLIMITED = {"statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0"}
_HERE = "; ".join(f"set local {name} = {value}" for name, value in _UNLIMITED.items())

_log = structlog.get_logger(__name__)


async def lacking(connection: Any) -> list[str]:
    """The versions a database lacks, also those below its newest. Raises DatabaseUnfit when it has one that this
    program does not know."""
    return _missing(await record.applied(connection, revisions()), len(revisions()))


async def pending(url: str) -> list[str]:
    """`lacking`, of the database there."""
    connection = await sessions.connect(url, NAME)
    try:
        return await lacking(connection)
    finally:
        await connection.close()


async def migrate(
    url: str, to: str | None = None, report: Report = lambda _: None, *, pooler: Pooler = "session"
) -> list[str]:
    """Brings the database to version `to` (the newest when None, "base" for an empty one), up or down.

    Answers the versions applied or taken back, in order. Raises DatabaseUnfit. What fails leaves the database at the
    last version that is wholly in; one that commits in between goes on at the next run. Where `pooler` keeps no
    sessions, such a version is refused: an index is built outside of a transaction, and its time has no limit.
    """
    connection = await (connect(url) if keeps(pooler) else sessions.connect(url, NAME))
    try:
        if to is None and not await lacking(connection):
            return []
        async with _alone(connection, url, pooler):
            await _check_server(connection)
            if spread := await is_distributed(connection):
                await prepare(connection)
            start, target = await record.newest(connection), _target(to)
            at, begun = _position(start), await online.begun(connection)
            _position(begun)
            if target < at or (target == at and begun and to):
                steps = await _down(connection, target, spread=spread)
            else:
                steps = await _up(connection, url, target, report, pooler, spread=spread)
        if steps:
            _log.info("schema_migrated", steps=steps, **{"from": start})
        return steps
    finally:
        await connection.close()


async def wait_for_others(connection: Any) -> None:
    """Until the connection ends we are the only one."""
    await _wait_for(partial(connection.fetchval, "select pg_try_advisory_lock($1)", _RUN))


@asynccontextmanager
async def _alone(connection: Any, url: str, pooler: Pooler) -> AsyncIterator[None]:
    """While it lasts we are the only one. By the session that works, so that a server that works on after its client
    died still holds the lock; or, where there is none and no statement takes long, by a transaction of another
    connection."""
    if keeps(pooler):
        await wait_for_others(connection)
        yield
        return
    holder = await sessions.connect(url, f"{NAME} lock")
    try:
        await holder.execute(f"begin isolation level read committed; {_HERE}")
        await _wait_for(partial(_takes_lock, holder))
        yield
    finally:
        await holder.close()


async def _wait_for(takes_lock: Callable[[], Awaitable[bool]]) -> None:
    """Asked again and again, as building an index waits for whoever waits within a statement, and that one would wait
    for us."""
    told = False
    while not await takes_lock():
        if not told:
            _log.info("migration_waits", because="another node is changing the schema")
            told = True
        await asyncio.sleep(_WAIT_S)


async def _takes_lock(holder: Any) -> bool:
    taken: bool = await holder.fetchval("select pg_try_advisory_xact_lock($1)", _RUN)
    # The portal of that ends with the next, and with it the snapshot, for which building an index would wait.
    await holder.execute("select 1")
    return taken


async def _up(
    connection: Any, url: str, target: int, report: Report, pooler: Pooler, *, spread: bool
) -> list[str]:
    ran: list[str] = []
    while True:
        done = await record.applied(connection, revisions())
        steps = _missing(done, target)
        if not steps:
            return ran
        if (begun := await online.begun(connection)) in steps:
            steps = [begun]
        if done and isinstance(statements := _module(steps[0]).UP, tuple):
            if not keeps(pooler):
                raise _needs_a_session(steps[0])
            # What is half made looks as if it were in: so which are is written first.
            async with connection.transaction(isolation="read_committed"):
                await record.note(connection, done)
            await online.run(connection, url, steps[0], statements, report, spread=spread)
            steps = steps[:1]
            async with connection.transaction(isolation="read_committed"):
                await online.forget(connection)
                await record.note(connection, {*done, *steps})
        else:
            steps = await _together(connection, done, steps, spread=spread)
        ran += steps


def _needs_a_session(version: str) -> DatabaseUnfit:
    return DatabaseUnfit(
        f"version {version} commits in between and builds indexes, for which it needs a session that no pooler in "
        f"transaction mode gives: say where the database itself is by POOLHOUSE_LISTEN_URL ({PAGE})",
        f"版本 {version} 会中途提交并建立索引，需要会话，而事务模式的连接池不提供会话："
        f"请用 POOLHOUSE_LISTEN_URL 指出数据库本身的地址（{PAGE}）",
    )


async def _together(connection: Any, done: tuple[str, ...], steps: list[str], *, spread: bool) -> list[str]:
    """Runs those that go into one transaction; none if somebody else has, meanwhile."""
    # Read committed, so that who waited for the lock sees what the other has done.
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(_HERE)
        await connection.execute(
            "select pg_advisory_xact_lock($1)", _LOCK
        )  # a program of before takes it alone
        if await record.applied(connection, revisions()) != done:
            return []
        if done:
            steps = list(takewhile(lambda step: isinstance(_module(step).UP, str), steps))
        for step in steps:
            version = _module(step)
            script = version.UP if isinstance(version.UP, str) else online.at_once(version.UP)
            await run_script(connection, script, spread=spread)
            if spread:
                await distribute_new(connection)
            if hasattr(version, "fill"):
                await version.fill(connection)
        await record.note(connection, {*done, *steps})
        await _check_search(connection)
    return steps


async def _down(connection: Any, target: int, *, spread: bool) -> list[str]:
    """Takes back what was begun, too."""
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(_HERE)
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        done, begun = await record.applied(connection, revisions()), await online.begun(connection)
        steps = [*([begun] if begun else []), *(one for one in done[::-1] if _position(one) > target)]
        for step in steps:
            await run_script(connection, _module(step).DOWN, spread=spread)
        await online.forget(connection)
        await record.note(connection, {*done} - {*steps})
    return steps


async def connect(url: str) -> Any:
    """A session without limits of time."""
    return await sessions.connect(url, NAME, _UNLIMITED)


def _missing(done: Collection[str], target: int) -> list[str]:
    return [one for one in revisions()[:target] if one not in done]


def _position(version: str | None) -> int:
    """How many versions are in, when `version` is the last."""
    if version is None or version == "base":
        return 0
    return record.place(version, revisions()) + 1


def _target(to: str | None) -> int:
    names = revisions()
    if to is not None and to != "base" and to not in names:
        listed = ", ".join(names)
        raise Unfit(
            f"there is no version {to}; there are: base, {listed}", f"没有版本 {to}；已有：base, {listed}"
        )
    return len(names) if to is None else _position(to)


def _module(version: str) -> Any:
    [file] = (FOLDER / "versions").glob(f"{version}_*.py")
    return import_module(f"{__name__}.versions.{file.stem}")


async def _check_server(connection: Any) -> None:
    server = connection.get_server_version()
    if server.major < OLDEST_SERVER:
        raise DatabaseUnfit(
            f"PostgreSQL {server.major} is too old: {OLDEST_SERVER} or newer is needed",
            f"PostgreSQL {server.major} 太旧：需要 {OLDEST_SERVER} 或更新",
        )
    encoding = await connection.fetchval("show server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnfit(
            f"the database's encoding is {encoding}: create it with encoding 'UTF8'",
            f"数据库的编码是 {encoding}：请以 encoding 'UTF8' 创建",
        )
    there = await connection.fetch(
        "select name from pg_available_extensions where name = any($1)", EXTENSIONS
    )
    if missing := sorted({*EXTENSIONS} - {row["name"] for row in there}):
        raise DatabaseUnfit(
            f"this PostgreSQL lacks the extension {missing[0]}: install its contrib package (postgresql-contrib) "
            "or choose a server that has it",
            f"此 PostgreSQL 缺少扩展 {missing[0]}：请安装其 contrib 软件包（postgresql-contrib），或换一个有它的服务器",
        )


async def _check_search(connection: Any) -> None:
    """With LC_CTYPE=C the extension takes no Chinese character for a letter, and a search would find nothing."""
    if await connection.fetchval("select to_regproc('show_trgm')") is None:
        return  # on the way down
    if not await connection.fetchval("select show_trgm('张')"):
        raise DatabaseUnfit(
            "this database does not take Chinese characters for letters (its LC_CTYPE is C): create it with "
            "LC_CTYPE 'C.UTF-8' or another UTF-8 locale",
            "此数据库不把汉字当作字母（LC_CTYPE 是 C）：请以 LC_CTYPE 'C.UTF-8' 或其他 UTF-8 区域创建",
        )
