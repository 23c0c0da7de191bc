"""Waiting until somebody else waits."""

from __future__ import annotations

import asyncio

from tests.nodes import on_citus

from poolhouse.db.database import Database

_HERE = "select exists (select 1 from pg_locks where not granted)"
_ANYWHERE = f"select bool_or(result = 't') from run_command_on_all_nodes('{_HERE}')"
"""The locks of a distributed row are its node's."""


async def until_one_waits(db: Database, task: asyncio.Task[object]) -> None:
    """Until `task` has to wait for a lock. It fails where the task ends without."""
    while not await db.fetchval(_ANYWHERE if on_citus() else _HERE):
        assert not task.done(), task
        await asyncio.sleep(0.01)
