"""A cache with a lifetime, for the rows that every request begins with: pools, applications, keys.

Decision: docs/decisions/0027-one-cache.md.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Generic, NamedTuple, TypeVar
from zlib import crc32

T = TypeVar("T")

MOST_KEPT = 10_000
LONGEST_KEY = 256
"""Characters. A longer key is no id of ours: it is looked up, and not kept."""
MARKS = 16_384
MARK_BYTES = 8
FILE = "caches.marks"


class Marks:
    """Numbers by which caches know that a row was written: another one stands in the place of its key from then on.
    Rows whose keys share a place are read once more than need be.

    `share` puts them into memory that all processes of a data folder have in common, so that each sees at once what
    another has written. A new number is drawn, never counted up: of two that count at the same time one would be lost.
    """

    def __init__(self, many: int = MARKS) -> None:
        self._many = many
        self.now = memoryview(bytearray(many * MARK_BYTES)).cast("Q")

    def place(self, key: str) -> int:
        return crc32(key.encode(errors="replace")) % self._many

    def change(self, place: int) -> None:
        self.now[place] = secrets.randbits(64)

    def share(self, folder: Path) -> None:
        """Raises OSError where there is no such folder or it may not be written; then nothing has changed."""
        size = self._many * MARK_BYTES
        file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(file).st_size < size:
                os.ftruncate(file, size)
            self.now = memoryview(mmap.mmap(file, size)).cast("Q")
        finally:
            os.close(file)


SHARED = Marks()
"""Of this process, and once `services.opened` has shared them of all on its data folder."""


class _Kept(NamedTuple, Generic[T]):
    until: float
    place: int
    mark: int
    row: T


class TtlCache(Generic[T]):
    """Rows by key. None, for a row that does not exist, is kept like any other.

    After `drop` every process that shares the marks reads anew, also when a read was under way; others see a write
    within `seconds`. At most `most` rows are kept: a new one replaces the least recently used. Calls for a row that is
    being read wait for that read.
    """

    def __init__(self, seconds: float, most: int = MOST_KEPT, marks: Marks = SHARED) -> None:
        self._seconds, self._most, self._marks = seconds, most, marks
        self._kept: OrderedDict[str, _Kept[T]] = OrderedDict()
        self._reads: dict[str, tuple[int, asyncio.Task[T]]] = {}

    async def get(self, key: str, load: Callable[[], Awaitable[T]]) -> T:
        """What is kept, else what `load` answers. Raises what `load` does, and keeps nothing then."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] > monotonic() and self._marks.now[kept[1]] == kept[2]:
            self._kept.move_to_end(key)
            return kept[3]
        place = self._marks.place(key)
        mark = self._marks.now[place]
        began, read = self._reads.get(key, (mark, None))
        if read is None or began != mark:
            read = asyncio.create_task(self._read(key, place, mark, load), name="cache read")
            self._reads[key] = mark, read
            read.add_done_callback(_retrieved)
        return await asyncio.shield(read)  # a caller that is cancelled leaves the read to the others

    def drop(self, key: str) -> None:
        """After a write, before it is answered. A read under way answers those who wait for it, and is neither kept
        nor joined."""
        self._marks.change(self._marks.place(key))
        self._kept.pop(key, None)
        self._reads.pop(key, None)

    async def _read(self, key: str, place: int, mark: int, load: Callable[[], Awaitable[T]]) -> T:
        until = monotonic() + self._seconds  # from before the read: what it sees may be as old as that
        this = asyncio.current_task()
        try:
            row = await load()
            if self._is_of(key, this) and len(key) <= LONGEST_KEY:
                self._keep(key, _Kept(until, place, mark, row))
            return row
        finally:
            if self._is_of(key, this):
                del self._reads[key]

    def _is_of(self, key: str, task: asyncio.Task[T] | None) -> bool:
        """Whether this is the read that callers join."""
        read = self._reads.get(key)
        return read is not None and read[1] is task

    def _keep(self, key: str, kept: _Kept[T]) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _retrieved(read: asyncio.Task[object]) -> None:
    """Keeps asyncio from complaining of a failure when every caller that waited has been cancelled."""
    if not read.cancelled():
        read.exception()
