"""Selects that take longer than anybody waits for: one at a time, beside the requests.

Each has a connection of its own, uses one core of the database, and ends with the process that asked. It is one
transaction, whose settings and lock hold through a pooler, too.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Any

import asyncpg
import structlog

from poolhouse.db.sessions import connect
from poolhouse.errors import PoolhouseError
from poolhouse.failures import told

LONGEST_S = 300
AGAIN_S = 3600.0
"""What took too long, or failed, is not tried again before that."""
LOST_AGAIN_S = 30.0
"""The same where no answer came of it that is about the query: nobody could connect, or keep what was found."""
MOST_RESTING = 1_000

_BEGIN = (
    "begin isolation level read committed read only; set local jit = off; "
    f"set local statement_timeout = '{LONGEST_S}s'; "
    "set local idle_in_transaction_session_timeout = '60s'; "
    "set local client_connection_check_interval = '10s'; "
    "set local max_parallel_workers_per_gather = 0; "
    "set local enable_nestloop = off"  # what is slow has many rows, of which the planner may think few
)
_LOCK = 0x510A

Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]

_log = structlog.get_logger(__name__)


class SlowQueries:
    """Of one process; the others of the same database run none of the same pool meanwhile."""

    def __init__(self, url: str, name: str) -> None:
        self._url, self._name = url, name
        self._running: tuple[str, asyncio.Task[None]] | None = None
        self._rest_until: OrderedDict[str, float] = OrderedDict()

    def start(
        self, pool_id: str, key: str, work: Callable[[Fetch], Awaitable[object]]
    ) -> asyncio.Task[None] | None:
        """`work` keeps what it finds. The task of this key, begun now or before; it raises nothing.

        None while another runs, within AGAIN_S of a failure (LOST_AGAIN_S, where that was none of the query's own),
        and while others have their turn: a pool rests for as long as its last query took.
        """
        if self._running is not None:
            running, task = self._running
            return task if running == key else None
        if self.failed(key) or self._rests(pool_id):
            return None
        task = asyncio.create_task(self._run(pool_id, key, work), name="slow query")
        self._running = (key, task)
        return task

    def runs(self, key: str) -> bool:
        return self._running is not None and self._running[0] == key

    def failed(self, key: str) -> bool:
        """Whether it is not tried for now: who waits, waits for nothing."""
        return self._rests(key)

    async def close(self) -> None:
        if self._running is not None:
            task = self._running[1]
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, pool_id: str, key: str, work: Callable[[Fetch], Awaitable[object]]) -> None:
        connection: Any = None
        began = monotonic()
        try:
            connection = await connect(self._url, self._name)
            await connection.execute(_BEGIN)
            if await connection.fetchval(
                "select pg_try_advisory_xact_lock($1, hashtext($2))", _LOCK, pool_id
            ):
                async with asyncio.timeout(LONGEST_S + 10):
                    await work(connection.fetch)
        except Exception as error:
            is_of_query = connection is not None and not isinstance(error, PoolhouseError)
            self._rest(key, AGAIN_S if is_of_query else LOST_AGAIN_S)
            _log.warning("slow_query_failed", pool_id=pool_id, cause=told(error))
        finally:
            self._running = None
            self._rest(pool_id, monotonic() - began)
            if connection is not None:
                connection.terminate()

    def _rests(self, name: str) -> bool:
        return self._rest_until.get(name, 0.0) > monotonic()

    def _rest(self, name: str, seconds: float) -> None:
        self._rest_until[name] = monotonic() + seconds
        if len(self._rest_until) > MOST_RESTING:
            self._rest_until.popitem(last=False)
