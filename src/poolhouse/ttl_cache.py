"""A cache with a lifetime, for the rows that every request begins with: pools, applications, keys.

Decision: docs/decisions/0027-one-cache.md.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_KEPT = 10_000
LONGEST_KEY = 256
"""Characters. A longer key is no id of ours: it is looked up, and not kept."""


class TtlCache(Generic[T]):
    """Rows by key. None, for a row that does not exist, is kept like any other.

    After `drop` this process reads anew, also when a read was under way; other processes see a write within
    `seconds`. At most `most` rows are kept: a new one replaces the least recently used. Calls for a row that is
    being read wait for that read.
    """

    def __init__(self, seconds: float, most: int = MOST_KEPT) -> None:
        self._seconds, self._most = seconds, most
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._reads: dict[str, asyncio.Task[T]] = {}

    async def get(self, key: str, load: Callable[[], Awaitable[T]]) -> T:
        """What is kept, else what `load` answers. Raises what `load` does, and keeps nothing then."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] > monotonic():
            self._kept.move_to_end(key)
            return kept[1]
        read = self._reads.get(key)
        if read is None:
            read = self._reads[key] = asyncio.create_task(self._read(key, load), name="cache read")
            read.add_done_callback(_retrieved)
        return await asyncio.shield(read)  # a caller that is cancelled leaves the read to the others

    def drop(self, key: str) -> None:
        """After a write. A read under way answers those who wait for it, and is neither kept nor joined."""
        self._kept.pop(key, None)
        self._reads.pop(key, None)

    async def _read(self, key: str, load: Callable[[], Awaitable[T]]) -> T:
        until = monotonic() + self._seconds  # from before the read: what it sees may be as old as that
        this = asyncio.current_task()
        try:
            row = await load()
            if self._reads.get(key) is this and len(key) <= LONGEST_KEY:
                self._keep(key, until, row)
            return row
        finally:
            if self._reads.get(key) is this:
                del self._reads[key]

    def _keep(self, key: str, until: float, row: T) -> None:
        self._kept[key] = (until, row)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _retrieved(read: asyncio.Task[T]) -> None:
    """Keeps asyncio from complaining of a failure when every caller that waited has been cancelled."""
    if not read.cancelled():
        read.exception()
