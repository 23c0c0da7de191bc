"""Where a run keeps its files: in memory where there is plenty, for nobody reads them after it.

A new database waits for the disk several times (fsync), and a run makes dozens: on a busy disk that took two thirds of
a server's first start. What a test says of durability is about processes that are killed, never about the machine.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes; a run has been seen to use less than half of it."""
SPARE = 8 << 30
"""Bytes of memory that nobody uses, those of ROOM among them."""


def place(memory: Path = MEMORY, proc: Path = Path("/proc")) -> str | None:
    """The folder for `tempfile`: None leaves it to that, as does who names one by TMPDIR."""
    if "TMPDIR" in os.environ or not os.access(memory, os.R_OK | os.W_OK | os.X_OK):
        return None
    try:
        mounted = [line.split() for line in (proc / "mounts").read_text().splitlines()]
        told = dict(line.split(":", 1) for line in (proc / "meminfo").read_text().splitlines())
        spare = int(told["MemAvailable"].split()[0]) << 10
    except (OSError, ValueError, KeyError, IndexError):
        return None
    fits = any(
        kind == "tmpfs" and not {"noexec", "ro"} & set(options.split(","))
        for _, at, kind, options, *_ in mounted
        if at == str(memory)
    )
    return str(memory) if fits and spare >= SPARE and shutil.disk_usage(memory).free >= ROOM else None
