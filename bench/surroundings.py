"""Where and when a measurement was made: what every row of a result says beside its value."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from poolhouse.db.machine import machine

ROOT = Path(__file__).parents[1]


def of_a_run() -> dict[str, str]:
    """{machine, commit, date}; a commit with changes on top of it ends with `+`."""
    memory_gb = machine(ROOT).memory_mb / 1024
    what = f"{os.cpu_count()} cores, {memory_gb:.0f} GB, {platform.system()} {platform.machine()}"
    return {
        "machine": f"{what}, Python {platform.python_version()}",
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
    }


def commit() -> str:
    short = git("rev-parse", "--short", "HEAD")
    changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "bench/*.py")
    return f"{short}+" if changed else short


def load() -> float:
    """Of the last minute: how many processes wanted a core."""
    return round(os.getloadavg()[0], 1)


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()
