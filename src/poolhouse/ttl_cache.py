"""A cache with a lifetime, for the rows that every request begins with: pools, applications, keys.

Decision: docs/decisions/0027-one-cache.md.
"""

from __future__ import annotations

import asyncio
import errno
import mmap
import os
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Generic, NamedTuple, TypeVar
from zlib import crc32

import structlog

T = TypeVar("T")

MOST_KEPT = 10_000
LONGEST_KEY = 256
"""Characters. A longer key is no id of ours: it is looked up, and not kept."""
MARKS = 16_384
MARK_BYTES = 8
FILE = "caches.marks"

_log = structlog.get_logger(__name__)


class Marks:
    """Numbers by which caches know that a row was written: another one stands in the place of its key from then on.
    Rows whose keys share a place are read once more than need be.

    `share` puts them into a file that all processes of a data folder map, so that each sees at once what another has
    written. A new number is drawn, never counted up: of two that count at the same time one would be lost.

    The file is read as memory and written by `pwrite`: a full disk refuses that, where it ends a process that writes
    to mapped memory.
    """

    def __init__(self, many: int = MARKS) -> None:
        self._many = many
        self._own: memoryview | None = memoryview(bytearray(many * MARK_BYTES)).cast("Q")
        self._file = -1
        self.now = self._own.toreadonly()

    def place(self, key: str) -> int:
        return crc32(key.encode(errors="replace")) % self._many

    def change(self, place: int) -> None:
        """Never raises, for what was written stays written: others then see it after their cache's seconds."""
        if self._own is not None:
            self._own[place] = secrets.randbits(64)
            return
        try:
            os.pwrite(self._file, secrets.token_bytes(MARK_BYTES), place * MARK_BYTES)
        except OSError as error:
            _log.warning("cache_mark_unwritten", cause=str(error))

    def share(self, folder: Path) -> None:
        """Raises OSError where there is no such folder, or no such file can be made or written; then nothing has
        changed. A link in its place is not followed."""
        size = self._many * MARK_BYTES
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(folder / FILE, flags, 0o600)
        try:
            if os.fstat(file).st_size < size:
                _reserve(file, size)
            shared = memoryview(mmap.mmap(file, size, access=mmap.ACCESS_READ)).cast("Q")
        except BaseException:
            os.close(file)
            raise
        before, self._file = self._file, file
        self._own, self.now = None, shared
        if before >= 0:
            os.close(before)


def _reserve(file: int, size: int) -> None:
    """Makes the file so long, with a place on the disk for all of it where the system can promise that."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(file, 0, size)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                raise
        else:
            return
    os.ftruncate(file, size)


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
