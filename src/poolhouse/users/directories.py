"""pool -> Directory: the only place that asks for a pool's mode."""

from __future__ import annotations

from typing import Protocol

from poolhouse.users.directory import Directory


class Modes(Protocol):
    """What `customdb` tells: the directory a pool's connection asks for, or None for our own."""

    async def directory_of(self, pool_id: str) -> Directory | None: ...


class Directories:
    """Chooses once, at the edge; everybody else calls a Directory without asking what it is."""

    def __init__(self, native: Directory, modes: Modes | None = None) -> None:
        self.native = native
        self._modes = modes

    async def of(self, pool_id: str) -> Directory:
        if self._modes is None:
            return self.native
        return await self._modes.directory_of(pool_id) or self.native
