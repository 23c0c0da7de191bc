"""Jobs that go on beside the requests, on every node: each time a piece of one pool's job, then one of whoever has
waited longest, so that no pool makes others wait.

What a job is, where it is kept, and what a piece of it does, say those that derive from `Turns`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import ClassVar

import structlog

from poolhouse import tracing
from poolhouse.background import forever
from poolhouse.db.database import Database
from poolhouse.errors import DatabaseFull, DatabaseLost, PoolhouseError, Unavailable

LOOK_EVERY_S = 5.0
"""A node may have died, or a word got lost."""
TRIES = 5
"""Of a piece that fails as a whole, on one node; then the job is `given_up`."""
_LOOK_AT = 20

_log = structlog.get_logger(__name__)


class Turns(ABC):
    """`name` of the loops in the log; `channel` wakes them; `at_once`: pools a node works for at the same time."""

    name: ClassVar[str]
    channel: ClassVar[str]
    at_once: ClassVar[int]

    def __init__(self, db: Database) -> None:
        self._db = db
        self._wake = asyncio.Event()
        self._failures: dict[tuple[str, str], int] = {}

    @abstractmethod
    async def _waiting(self, most: int) -> list[tuple[str, str]]:
        """(pool, job) of a job of each pool; whoever was served longest ago comes first."""

    @abstractmethod
    async def _piece(self, pool_id: str, job_id: str) -> bool:
        """False where another worker has it. What it raises but DatabaseLost is told, and it is tried again."""

    @abstractmethod
    async def _put_behind(self, pool_id: str, job_id: str, why: PoolhouseError | None = None) -> None:
        """Others come first, as if it had been served. `why`: what it waits for, told until its next piece is done."""

    @abstractmethod
    async def _given_up(self, pool_id: str, job_id: str) -> bool:
        """Once a piece has failed TRIES times. False where another worker has it."""

    async def run(self) -> None:
        """Until cancelled. What is under way then is done over as after any other death."""
        await forever(f"{self.name}_listen", self._listen, asyncio.Event().wait)

    async def _listen(self) -> None:
        await self._db.listen(self.channel, self._woken)
        async with asyncio.TaskGroup() as group:
            for place in range(self.at_once):
                group.create_task(forever(f"{self.name}_{place}", self._turn, self._rest))

    async def _turn(self) -> None:
        while await self.step():
            pass

    async def _woken(self, _payload: str | None) -> None:
        self._wake.set()

    async def _rest(self) -> None:
        self._wake.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._wake.wait()

    async def step(self) -> bool:
        """A piece of whichever job is free and was served longest ago; False where none was. Raises DatabaseLost, and
        keeps what was done before it; raises what else made a piece fail once no other pool has one to do."""
        failed: Exception | None = None
        for pool_id, job_id in await self._waiting(_LOOK_AT):
            try:
                with tracing.work(f"{self.name} piece", pool_id):
                    done = await self._piece(pool_id, job_id)
                if done:
                    self._failures.pop((pool_id, job_id), None)
                    return True
            except DatabaseFull as error:
                with suppress(PoolhouseError):  # there may be no room for this either
                    await self._put_behind(pool_id, job_id, error)
                raise
            except DatabaseLost:
                raise
            except Exception as error:  # it would be the first to be looked at for ever
                _log.warning("job_piece_failed", kind=self.name, pool_id=pool_id, job=job_id, exc_info=True)
                if not self._is_lost(pool_id, job_id, error):
                    await self._put_behind(pool_id, job_id)
                elif await self._given_up(pool_id, job_id):
                    return True
                failed = error
        if failed:
            raise failed
        return False

    def _is_lost(self, pool_id: str, job_id: str, error: Exception) -> bool:
        """Whether it has failed TRIES times for another reason than that there is no room for now."""
        if isinstance(error, Unavailable):
            return False
        key = (pool_id, job_id)
        self._failures[key] = self._failures.get(key, 0) + 1
        if self._failures[key] < TRIES:
            return False
        del self._failures[key]
        return True
