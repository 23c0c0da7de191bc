"""Waiting until somebody else waits."""

from __future__ import annotations

import asyncio

from poolhouse.db.database import Database


async def until_one_waits(db: Database, task: asyncio.Task[object]) -> None:
    """Until `task` has to wait for a lock. It fails where the task ends without."""
    while not await db.fetchval("select exists (select 1 from pg_locks where not granted)"):
        assert not task.done(), task
        await asyncio.sleep(0.01)
