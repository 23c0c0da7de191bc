"""How much of the machine the embedded PostgreSQL takes.

`settings_for` is the table of docs/operations/database.md, "Its settings"; everything is in MB.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

FOR_OTHERS_MB = 512
"""What the server's own processes, the sandbox's workers and the system keep of the machine."""

UNKNOWN_MB = 1024

_NO_LIMIT_MB = 1 << 40  # version 1 writes a number near 2**63 bytes where nothing is limited


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory_mb`: what this process may use, so no more than its control groups allow."""

    memory_mb: int
    free_disk_mb: int


def machine(folder: Path, root: Path = Path("/")) -> Machine:
    """The machine as seen by a server with files in `folder`. `root`: where /proc and /sys are."""
    memory_mb = min(_physical_mb(), *_limits_mb(root))
    return Machine(memory_mb, shutil.disk_usage(folder).free >> 20)


def settings_for(machine: Machine) -> dict[str, str]:
    """Names and values of postgresql.conf. A machine of 512 MB gets the least of each and still starts."""
    rest = machine.memory_mb - FOR_OTHERS_MB
    shared = _within(rest // 4, 128, 4096)
    return {
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{_within(rest * 3 // 4, 512, 1 << 20)}MB",
        "work_mem": f"{_within((rest - shared) // 256, 8, 64)}MB",
        "maintenance_work_mem": f"{_within(rest // 16, 64, 1024)}MB",
        "max_wal_size": f"{_within(min(rest // 4, machine.free_disk_mb // 10), 256, 8192)}MB",
    }


def _within(value: int, least: int, most: int) -> int:
    return max(least, min(most, value))


def _physical_mb() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    except (OSError, ValueError):
        return UNKNOWN_MB


def _limits_mb(root: Path) -> list[int]:
    """Of our control groups and those above them, of either version; none where nothing is limited."""
    found = [_NO_LIMIT_MB]
    for group in _groups(root):
        for name in ("memory.max", "memory.limit_in_bytes"):
            try:
                limit = (group / name).read_text().strip()
            except OSError:
                continue
            if limit.isdigit():
                found.append(int(limit) >> 20)
    return found


def _groups(root: Path) -> list[Path]:
    """Folders that may hold a limit. In a container the path told is often the host's, and only the root is
    there: so every folder from the path upwards is asked."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    folders = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        mounted = {"": root / "sys/fs/cgroup", "memory": root / "sys/fs/cgroup/memory"}.get(controllers)
        if mounted is not None:
            inside = Path(path.strip("/"))
            folders += [mounted / inside, *(mounted / above for above in inside.parents)]
    return folders
