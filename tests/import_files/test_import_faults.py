"""An import in the background whose database goes away or has no room: nobody is twice or lost."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from tests.conftest import PoolForTests
from tests.full_disk import full
from tests.import_files.conftest import Files

from poolhouse.bulk.turns import Turns
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.migrations import migrate
from poolhouse.errors import DatabaseFull, DatabaseLost
from poolhouse.import_files import work
from poolhouse.import_files.model import ImportFile
from poolhouse.paging import PageRequest
from poolhouse.services import Services, opened
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft

ROWS, BATCH = 600, 40
BAD = ROWS // 2
"""The row that is refused."""


def table() -> bytes:
    rows = [f"user-{n},{'nonsense' if n == BAD else f'user-{n}@x.cn'}" for n in range(ROWS)]
    return "\n".join(["username,email", *rows, ""]).encode()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BATCH_ROWS", BATCH)


async def begun(files: Files) -> ImportFile:
    file = await files.uploaded(table())
    return await files.services.import_files.start(files.pool.administrator, file.id)


async def worked(worker: Turns) -> int:
    """To the end, however often the database is lost meanwhile: how often that was."""
    lost = 0
    while True:
        try:
            if not await worker.step():
                return lost
        except DatabaseLost:
            lost += 1
            await asyncio.sleep(0.05)


async def is_whole(files: Files, file_id: str) -> None:
    """Every row has had its turn once."""
    file = await files.get(file_id)
    assert file.job
    assert (file.status, file.reason) == ("COMPLETED", None)
    assert (file.job.position, file.job.imported, file.job.failed) == (ROWS, ROWS - 1, 1)
    people = await files.services.db.fetch("select username from users where pool_id = $1", files.pool.id)
    assert sorted(one["username"] for one in people) == sorted(f"user-{n}" for n in range(ROWS) if n != BAD)
    errors = await files.services.import_files.errors(files.pool.administrator, file_id, PageRequest(1, 10))
    assert [(one.line, one.field) for one in errors.items] == [(BAD + 1, "email")]


async def cut(url: str, often: int) -> None:
    """Every connection that writes, in the middle of what it does."""
    connection = await asyncpg.connect(url)
    try:
        while often:
            often -= await connection.fetchval(
                "select count(pg_terminate_backend(pid)) > 0 from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid() and backend_xid is not null"
            )
            await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def test_connections_that_are_cut_lose_and_double_nobody(files: Files) -> None:
    file = await begun(files)
    cutting = asyncio.create_task(cut(files.services.db.url, 5))
    assert await worked(files.worker()) > 0
    cutting.cancel()
    with suppress(asyncio.CancelledError):
        await cutting
    await is_whole(files, file.id)


async def test_a_server_that_is_killed_and_comes_back_loses_and_doubles_nobody(data: Path) -> None:
    server = EmbeddedPostgres(data)
    with server as url:
        await migrate(url)
        async with opened(Settings(data=data), url) as services:
            files = Files(services, PoolForTests((await services.pools.create("mine")).id))
            file = await begun(files)
            working = asyncio.create_task(worked(files.worker()))
            while (now := (await files.get(file.id)).job) is None or now.position < 4 * BATCH:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            assert server.pid
            os.kill(server.pid, signal.SIGKILL)
            assert await working > 0
            await is_whole(files, file.id)


@pytest.mark.not_on_citus("a trigger is what plays the full disk, and distributed tables have none")
async def test_a_full_disk_is_told_and_the_import_goes_on_once_there_is_room(
    services: Services, pool: PoolForTests, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE_S", 0.0)
    file, worker = await begun(files), files.worker()
    assert await worker.step()
    before = (await files.get(file.id)).job
    async with full(services.db, pool.id, "users"):
        for _ in range(7):
            with pytest.raises(DatabaseFull):
                await worker.step()
        waiting = await files.get(file.id)
        with pytest.raises(DatabaseFull):
            await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    assert (waiting.status, waiting.job) == ("IMPORTING", before)
    assert waiting.reason
    assert "磁盘已满" in waiting.reason[0]
    assert "disk is full" in waiting.reason[1]
    assert await worker.step()
    assert (await files.get(file.id)).reason is None
    await files.finish()
    await is_whole(files, file.id)
