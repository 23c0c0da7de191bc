"""Tells the other machines who has just acted, so that what these people read next there is not from before that.

The marks of `own_writes` are of one data folder. What changes in them is sent by NOTIFY, with no request that waits for
it: at once, and what comes within GATHERED_S of it together. Who does not hear it (no session to listen on) reads what
its standby has. Decision: docs/decisions/0120-nodes-and-standbys.md.
"""

from __future__ import annotations

import asyncio

from poolhouse.background import forever
from poolhouse.db.database import Database
from poolhouse.db.own_writes import OwnWrites
from poolhouse.errors import DatabaseLost, Overloaded

CHANNEL = "poolhouse_acted"
GATHERED_S = 0.02
MOST_IN_ONE = 1000
"""Places in one notification, which has room for 8000 bytes."""

_SEND = "select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)"
"""Nothing is written that a standby or a disk should be waited for."""


class Spreading:
    """`sender`: the id of this process, which does not listen to itself."""

    def __init__(self, db: Database, own_writes: OwnWrites, sender: str) -> None:
        self._db, self._own_writes, self._sender = db, own_writes, sender
        self._waiting: set[int] = set()
        self._stirred = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._db.listen(CHANNEL, self._heard)
        self._own_writes.on_change = self._changed
        try:
            await forever("own_writes", self._send)
        finally:
            self._own_writes.on_change = None

    def _changed(self, place: int) -> None:
        self._waiting.add(place)
        self._stirred.set()

    async def _send(self) -> None:
        await self._stirred.wait()
        self._stirred.clear()
        places = sorted(self._waiting)[:MOST_IN_ONE]
        payload = f"{self._sender} {' '.join(f'{place:x}' for place in places)}"
        self._waiting.difference_update(places)
        try:
            await self._db.execute(_SEND, CHANNEL, payload)
        except (DatabaseLost, Overloaded):
            self._waiting.update(places)
        await asyncio.sleep(GATHERED_S)
        if self._waiting:
            self._stirred.set()

    async def _heard(self, payload: str | None) -> None:
        if payload is None:  # some may have been missed
            self._own_writes.everybody_acted()
            return
        sender, *places = payload.split(" ")
        if sender != self._sender:
            for place in places:
                self._own_writes.heard(int(place, 16))
