"""Limits how many logins of one IP address run at once: all logins share one queue for hashing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from poolhouse.errors import Overloaded
from poolhouse.turn import let_go


@dataclass(slots=True)
class _Address:
    turns: asyncio.Semaphore
    inside: int = 0


class AddressLimiter:
    """`at_once` of one address run (the default is half of the hasher's queue), `waiting` more wait."""

    def __init__(self, at_once: int | None = None, waiting: int = 1024) -> None:
        self._at_once = at_once or 32 * (os.cpu_count() or 1)
        self._most = self._at_once + waiting
        self._addresses: dict[str, _Address] = {}

    @asynccontextmanager
    async def of(self, address: str | None) -> AsyncIterator[None]:
        """Raises Overloaded when too many of the address wait already."""
        if address is None:
            yield
            return
        known = self._addresses.get(address)
        if known is None:
            known = self._addresses[address] = _Address(asyncio.Semaphore(self._at_once))
        if known.inside >= self._most:
            raise Overloaded("too many logins of one address at once", retry_after_s=1)
        known.inside += 1
        try:
            if known.turns.locked():
                let_go()
            async with known.turns:
                yield
        finally:
            known.inside -= 1
            if not known.inside:
                del self._addresses[address]
