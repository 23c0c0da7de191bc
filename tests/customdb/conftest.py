"""A legacy database that a pool's scripts speak to: real PostgreSQL, real Deno."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import bcrypt
import pytest
from tests.conftest import PoolForTests
from tests.customdb.engines import mariadb, mongodb
from tests.postgres import run_sql

from poolhouse.caller import Caller
from poolhouse.customdb.model import Connection, Mode
from poolhouse.customdb.templates import schema, template, templates
from poolhouse.migration.postgres import Journal
from poolhouse.services import Services


@dataclass(frozen=True, slots=True)
class Legacy:
    """The old users table; `url` is what scripts connect with."""

    url: str

    async def execute(self, sql: str, *args: Any) -> Any:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetchval(sql, *args)
        finally:
            await connection.close()

    async def put(self, values: Mapping[str, Any], password: str | None) -> str:
        row = dict(values)
        if password is not None:
            row["password"] = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
        names = ", ".join(row)
        places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        user_id = await self.execute(
            f"insert into users ({names}) values ({places}) returning id", *row.values()
        )
        return str(user_id)


AFRESH = """
select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
drop schema public cascade;
create schema public
"""


@pytest.fixture
async def legacy(legacy_url: str) -> Legacy:
    """As empty as a new one, which takes fifteen times as long to make."""
    run_sql(legacy_url, AFRESH)
    legacy = Legacy(legacy_url)
    await legacy.execute(schema("postgresql") or "")
    return legacy


@pytest.fixture(scope="session")
async def mariadb_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with mariadb(tmp_path_factory.mktemp("mariadb")) as uri:
        yield uri


@pytest.fixture(scope="session")
async def mongodb_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with mongodb(tmp_path_factory.mktemp("mongodb")) as uri:
        yield uri


async def connect(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,
    mode: Mode,
    scripts: Mapping[str, str] | None = None,
    **settings: Any,
) -> None:
    """Points the pool at the legacy database, with the PostgreSQL templates published unless told otherwise."""
    admin = pool.administrator
    sources = templates("postgresql") if scripts is None else scripts
    for name, source in sources.items():
        saved = await services.customdb.save_script(admin, name, source)
        await services.customdb.publish(admin, name, saved.version)
    changes = {"enabled": True, "mode": mode, "connection": Connection(uri=legacy.url), **settings}
    await services.customdb.update(admin, changes)


def lazy_scripts() -> dict[str, str]:
    return {name: template("postgresql", name) for name in ("login", "getUser")}


def texts_of(folder: Path) -> dict[str, str]:
    """A folder of scripts as `customdb.folder.read` takes it."""
    return {file.name: file.read_text() for file in folder.iterdir() if file.suffix in (".js", ".toml")}


async def finish(
    services: Services, caller: Caller, *, dry_run: bool = False, resume: bool = False
) -> Journal:
    """`poolhouse migration finish`, without its files: page by page to the end. Of a dry run the last page's journal,
    with the counts of all."""
    journal = Journal("listUsers") if dry_run else await services.migration.begin(caller, resume=resume)
    total = journal
    while not journal.finished:
        moved = await services.migration.move(caller, journal.position, dry_run=dry_run)
        journal = moved.after
        counts = {
            name: getattr(total, name) + getattr(moved.after, name) - getattr(moved.before, name)
            for name in ("imported", "skipped", "failed")
        }
        total = replace(journal, **counts)
    return total
