"""Changes that are sent as one statement."""

from __future__ import annotations

import asyncpg
import pytest

from poolhouse.db.database import Database
from poolhouse.db.together import whole
from poolhouse.ids import new_id
from poolhouse.login import postgres
from poolhouse.login.tally import Limit, Subject

LIMIT = Limit(10, 600)


async def counted(db: Database, pool_id: str) -> dict[str, int]:
    rows = await db.fetch("select subject, count from attempts where pool_id = $1", pool_id)
    return {row["subject"]: row["count"] for row in rows}


@pytest.fixture
async def pool_id(database: Database) -> str:
    made = new_id()
    await database.execute("insert into pools (id, name, domain, secret) values ($1, $1, $1, '')", made)
    return made


async def test_each_part_has_its_own_parameters(database: Database, pool_id: str) -> None:
    for name in ("ann", "bob", "eve"):
        await postgres.take_attempt(database, Subject(pool_id, "x", name), LIMIT)
    async with database.together() as writes:
        await postgres.forget_attempts(writes, pool_id, "x", ["ann"])
        await postgres.give_attempt_back(writes, Subject(pool_id, "x", "bob"))
    assert await counted(database, pool_id) == {"bob": 0, "eve": 1}


async def test_all_of_them_or_none(database: Database, pool_id: str) -> None:
    await postgres.take_attempt(database, Subject(pool_id, "x", "ann"), LIMIT)
    with pytest.raises(asyncpg.NotNullViolationError):
        async with database.together() as writes:
            await postgres.forget_attempts(writes, pool_id, "x", ["ann"])
            await writes.execute("insert into attempts (pool_id, kind) values ($1, $2)", pool_id, "x")
    assert await counted(database, pool_id) == {"ann": 1}


async def test_a_block_that_raises_sends_nothing(database: Database, pool_id: str) -> None:
    await postgres.take_attempt(database, Subject(pool_id, "x", "ann"), LIMIT)
    with pytest.raises(KeyError):
        async with database.together() as writes:
            await postgres.forget_attempts(writes, pool_id, "x", ["ann"])
            raise KeyError
    assert await counted(database, pool_id) == {"ann": 1}


def test_what_reads_is_no_part() -> None:
    with pytest.raises(ValueError, match="select 1"):
        whole(("select 1", "delete from attempts"))
