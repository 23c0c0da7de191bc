"""One Poolhouse a data folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from poolhouse.db.errors import DatabaseUnfit


class FolderTaken(DatabaseUnfit):
    """Another Poolhouse runs on the folder."""


class FolderLock:
    """Held by a file's lock, which the kernel drops when its holder dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        """Raises FolderTaken, naming the pid of who holds it."""
        # A link would have another file emptied.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.open(folder / "poolhouse.lock", flags, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(self._file, 20, 0).decode().strip() or "unknown"
            os.close(self._file)
            raise FolderTaken(
                f"another Poolhouse (pid {pid}) runs on {folder}: stop it first, or choose another folder "
                "by --data",
                f"{folder} 上已有 Poolhouse 在运行（进程 {pid}）：请先停止它，或用 --data 换一个目录",
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._file)
