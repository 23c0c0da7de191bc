"""The schema's versions: `versions/NNNN_domain.py`, plain SQL up and down, in the order of their names.

Alembic writes the script, asyncpg runs it in one transaction under an advisory lock: two nodes that start at
once do it once. A database that is up to date is seen by one query, without importing Alembic.

    from alembic import op
    from poolhouse.db.migrations.chain import previous

    revision = "0004"
    down_revision = previous(revision)

    def upgrade() -> None:
        op.execute("create table groups (...)")     # a colon before a name is written `\\:`

    def downgrade() -> None:
        op.execute("drop table groups")

A version that needs more than SQL has `async def fill(connection)`, too: run in the same transaction once the
SQL of all versions is in.
"""

from __future__ import annotations

import io
from typing import Any

import asyncpg
import structlog

from poolhouse.db.faults import faults
from poolhouse.db.migrations.chain import FOLDER, revisions
from poolhouse.db.unfit import DatabaseUnfit

OLDEST_SERVER = 15
_LOCK = 0x706F6F6C  # "pool"

_log = structlog.get_logger("poolhouse.db")


async def current(connection: Any) -> str | None:
    """The version a database is at; None for an empty one."""
    if await connection.fetchval("select to_regclass('alembic_version')") is None:
        return None
    return await connection.fetchval("select version_num from alembic_version")  # type: ignore[no-any-return]


async def pending(url: str) -> list[str]:
    """The versions a database lacks. Raises DatabaseUnfit when it is ahead of this program."""
    connection = await _connect(url)
    try:
        return _after(await current(connection))
    finally:
        await connection.close()


async def migrate(url: str, to: str | None = None) -> list[str]:
    """Brings the database to version `to` (the newest when None, "base" for an empty one), up or down.

    Answers the versions applied or taken back, in order. Raises DatabaseUnfit, and then nothing has changed.
    """
    connection = await _connect(url)
    try:
        if to is None and not _after(await current(connection)):
            return []
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        await _check_server(connection)
        start = await current(connection)
        steps = _steps(start, _target(to))
        if steps:
            script = _script(start, to or revisions()[-1], down=_is_down(start, to))
            async with connection.transaction():
                await connection.execute(script)
                if not _is_down(start, to):
                    await _fill(connection, steps)
                await _check_search(connection)
            _log.info("schema migrated", steps=steps, **{"from": start})
        return steps
    finally:
        await connection.close()


async def _connect(url: str) -> Any:
    with faults():
        return await asyncpg.connect(
            url,
            timeout=10.0,
            server_settings={
                "application_name": "poolhouse migrate",
                "statement_timeout": "0",
                "timezone": "UTC",
            },
        )


def _after(version: str | None) -> list[str]:
    return _steps(version, len(revisions()))


def _position(version: str | None) -> int:
    """How many versions are in, when `version` is the last."""
    if version is None or version == "base":
        return 0
    names = revisions()
    if version not in names:
        raise DatabaseUnfit(
            f"the database is at version {version}, which this Poolhouse does not know (it knows up to "
            f"{names[-1]}): start the newer Poolhouse again, or take the schema back with it first"
        )
    return names.index(version) + 1


def _target(to: str | None) -> int:
    names = revisions()
    if to is not None and to != "base" and to not in names:
        raise DatabaseUnfit(f"there is no version {to}; there are: base, {', '.join(names)}")
    return len(names) if to is None else _position(to)


def _steps(start: str | None, target: int) -> list[str]:
    names, position = revisions(), _position(start)
    return list(names[position:target] if target >= position else names[target:position][::-1])


def _is_down(start: str | None, to: str | None) -> bool:
    return _target(to) < _position(start)


def _script(start: str | None, to: str, *, down: bool) -> str:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory(str(FOLDER))

    def plan(revision: Any, _context: Any) -> Any:
        return directory._downgrade_revs(to, revision) if down else directory._upgrade_revs(to, revision)

    script = io.StringIO()
    if start is None:
        script.write("drop table if exists alembic_version;")  # one left empty by the way down
    context = MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},  # others would double every per cent sign
        opts={
            "as_sql": True,
            "output_buffer": script,
            "starting_rev": start,
            "fn": plan,
            "transactional_ddl": False,
        },
    )
    with Operations.context(context):
        context.run_migrations()
    return script.getvalue()


async def _fill(connection: Any, steps: list[str]) -> None:
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory(str(FOLDER))
    for step in steps:
        if fill := getattr(directory.get_revision(step).module, "fill", None):
            await fill(connection)


async def _check_server(connection: Any) -> None:
    server = connection.get_server_version()
    if server.major < OLDEST_SERVER:
        raise DatabaseUnfit(f"PostgreSQL {server.major} is too old: {OLDEST_SERVER} or newer is needed")
    encoding = await connection.fetchval("show server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnfit(f"the database's encoding is {encoding}: create it with encoding 'UTF8'")
    if not await connection.fetchval("select 1 from pg_available_extensions where name = 'pg_trgm'"):
        raise DatabaseUnfit(
            "this PostgreSQL lacks the extension pg_trgm: install its contrib package (postgresql-contrib) "
            "or choose a server that has it"
        )


async def _check_search(connection: Any) -> None:
    """With LC_CTYPE=C the extension takes no Chinese character for a letter, and a search would find nothing."""
    if await connection.fetchval("select to_regproc('show_trgm')") is None:
        return  # on the way down
    if not await connection.fetchval("select show_trgm('张')"):
        raise DatabaseUnfit(
            "this database does not take Chinese characters for letters (its LC_CTYPE is C): create it with "
            "LC_CTYPE 'C.UTF-8' or another UTF-8 locale"
        )
