"""A distributed database is backed up while no server runs, and comes back as plain tables: on a real Citus."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from tests.citus.test_distribute import COUNTS, PEOPLE, distributed
from tests.postgres import on_database

from poolhouse.db.backup import back_up, restore
from poolhouse.db.binaries import candidates
from poolhouse.db.citus.plan import is_distributed
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.ids import new_id

pytestmark = pytest.mark.citus

PG_BIN = Path(named) if (named := os.environ.get("POOLHOUSE_PG_BIN")) else None


@pytest.fixture
async def filled(plain: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(plain)
    major = connection.get_server_version().major
    if major not in {one.major for one in candidates(PG_BIN) if one.fault is None}:
        pytest.skip(f"no pg_dump {major}: name its folder by POOLHOUSE_PG_BIN")
    await connection.execute(PEOPLE)
    await distributed(plain)
    yield connection
    await connection.close()


@pytest.fixture
async def empty(coordinator: str) -> AsyncIterator[str]:
    """A database of the coordinator's server that no Citus is in."""
    name = f"restored_{new_id()}"
    connection = await asyncpg.connect(coordinator)
    await connection.execute("set citus.enable_create_database_propagation = off")
    await connection.execute(
        f"create database \"{name}\" template template0 encoding 'UTF8' locale 'C.UTF-8'"
    )
    yield on_database(coordinator, name)
    await connection.execute(f'drop database "{name}" with (force)')
    await connection.close()


async def test_it_is_refused_while_servers_run_and_comes_back_plain(
    plain: str, filled: asyncpg.Connection, empty: str, tmp_path: Path
) -> None:
    file, counts = tmp_path / "all.dump", await filled.fetch(COUNTS)
    server = await asyncpg.connect(plain, server_settings={"application_name": "poolhouse node 1 x"})
    with pytest.raises(DatabaseUnfit, match="stop the servers first"):
        await back_up(plain, PG_BIN, file)
    assert not file.exists()
    await server.close()
    await back_up(plain, PG_BIN, file)
    await restore(empty, PG_BIN, file)
    restored = await asyncpg.connect(empty)
    assert not await is_distributed(restored)
    assert await restored.fetch(COUNTS) == counts
    await restored.close()
