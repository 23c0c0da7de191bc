"""What waits in a table to be sent, by any number of nodes together: a stream, never a batch.

Every place that falls free takes the next row. `Delivery` of mail and `LogoutDelivery` say which rows those are.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import datetime

from poolhouse.background import Tasks, forever
from poolhouse.db.database import Database

LOOK_EVERY_S = 15.0
"""Somebody may have written a row, or a row come due, without a word."""


class OutboxStream(ABC):
    """`channel` is notified of new rows; `name` is what its loop and its work are called in the log and the metrics."""

    def __init__(self, db: Database, name: str, channel: str) -> None:
        self._db, self._name, self._channel = db, name, channel
        self._wake, self._listening = asyncio.Event(), False
        self._sending = Tasks(name)

    @abstractmethod
    async def _start_due(self, due_by: datetime | None = None) -> int:
        """Fills the places that are free, by `_sending`; gives how many rows it began with."""

    async def deliver_due(self) -> int:
        """Tries everything that is due by now; gives how many rows were tried."""
        moment: datetime = await self._db.fetchval("select now()")  # the clock by which rows are due
        tried = 0
        while True:
            self._wake.clear()
            tried += await self._start_due(moment)
            if not self._sending.running and not self._wake.is_set():  # set: a place fell free meanwhile
                return tried
            await self._wake.wait()

    async def _serve(self, sending_s: float) -> None:
        """Woken by the table, by a place falling free, and every LOOK_EVERY_S. Cancelled, it begins with no other row
        and waits `sending_s` for what it began."""
        try:
            await forever(self._name, self._turn, self._rest)
        finally:
            await self._sending.settled(sending_s)

    async def _turn(self) -> None:
        self._wake.clear()
        if not self._listening:
            await self._db.listen(self._channel, self._woken)
            self._listening = True
        await self._start_due()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._wake.wait()

    async def _woken(self, _payload: str | None) -> None:
        self._wake.set()
