"""The whole suite on a Citus: its databases are distributed, and who starts it is told what it needs."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from tests.nodes import SHARDS

from poolhouse.db.citus.plan import plan_of
from poolhouse.db.database import Database

TREE = Path(__file__).parents[2]
SOON_S = 1.0
ARRAY = "select coalesce(array_length($1::timestamptz[], 1), 0)"


@pytest.mark.citus
async def test_the_database_of_every_test_is_distributed(coordinator: str, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    plan = await plan_of(connection)
    shards = await connection.fetchval(
        "select count(*) from pg_dist_shard where logicalrelid = 'pools'::regclass"
    )
    await connection.close()
    assert (plan.left, shards) == ((), SHARDS)


@pytest.mark.citus
async def test_a_type_that_the_driver_looks_up_is_soon_there(coordinator: str, database_url: str) -> None:
    """Citus' own look at every table of the catalog takes seconds."""
    database = await Database.open(database_url, connections=1)
    async with asyncio.timeout(SOON_S):
        assert await database.fetchval(ARRAY, []) == 0
        assert await database.search_fetchval(ARRAY, []) == 0
    await database.close()


def test_without_a_coordinator_it_says_what_is_needed() -> None:
    surroundings = {
        name: value for name, value in os.environ.items() if name != "POOLHOUSE_TEST_DATABASE_URL"
    }
    said = subprocess.run(
        [sys.executable, "-m", "tests.nodes"],
        cwd=TREE,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert "POOLHOUSE_TEST_DATABASE_URL=postgresql://" in said.stderr
