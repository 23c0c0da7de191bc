"""What a stream over an outbox promises to both that use it, mail and logout notices."""

from __future__ import annotations

import asyncio
from datetime import datetime

from poolhouse.db.database import Database
from poolhouse.db.outbox import OutboxStream


class OnePlace(OutboxStream):
    """Two rows for one place, which falls free while the stream looks for the second."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, "one place", "one_place")
        self._rows, self._free = 2, asyncio.Event()
        self._free.set()

    async def _start_due(self, due_by: datetime | None = None) -> int:
        if not self._free.is_set():
            await self._free.wait()  # the look, which began while the place was taken
            return 0
        if self._rows == 0:
            return 0
        self._rows -= 1
        self._free.clear()
        self._sending.start(asyncio.sleep(0.01), self._landed)
        self._wake.set()  # a row was written
        return 1

    def _landed(self) -> None:
        self._free.set()
        self._wake.set()


async def test_a_place_that_falls_free_during_a_look_is_filled(database: Database) -> None:
    assert await OnePlace(database).deliver_due() == 2
