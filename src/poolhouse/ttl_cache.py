"""What was read a moment ago: rows every request begins with, kept for a second."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

T = TypeVar("T")

LARGEST = 10_000


class TtlCache(Generic[T]):
    """Never gives a row older than a write of this process, even to a read that began before the write.

    Other processes see a write within `seconds`.
    """

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._rows: dict[str, tuple[float, T]] = {}
        self._writes = 0

    def get(self, key: str) -> T | None:
        found = self._rows.get(key)
        return found[1] if found and found[0] > time.monotonic() else None

    def reading(self) -> int:
        """To be taken before the read and given to `keep` after it."""
        return self._writes

    def keep(self, key: str, row: T, reading: int) -> None:
        if reading != self._writes:
            return
        if len(self._rows) >= LARGEST:
            self._rows.clear()
        self._rows[key] = (time.monotonic() + self._seconds, row)

    def drop(self, key: str) -> None:
        """After a write, and after finding nothing."""
        self._writes += 1
        self._rows.pop(key, None)
