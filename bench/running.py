"""A `poolhouse up` of its own, as a newcomer starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.migrations import migrate
from poolhouse.services import Services, opened
from poolhouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Server:
    """`start_s`: from the command to its being up; `start_cpu_s`: of that, what its own process worked."""

    pid: int
    start_s: float
    start_cpu_s: float
    credentials: dict[str, Any]

    def memory_mb(self) -> float:
        """What the server's own processes hold, shared pages shared out; PostgreSQL's not counted."""
        return sum(_held_mb(pid) for pid in _family(self.pid) if "postgres" not in _name(pid))


@contextmanager
def data_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="poolhouse-bench-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@asynccontextmanager
async def own_database() -> AsyncIterator[tuple[Settings, str]]:
    """Migrated, and the settings for services on it, one after another."""
    with data_folder() as data, EmbeddedPostgres(data) as url:
        await migrate(url)
        yield Settings(data=data), url


@asynccontextmanager
async def own_services() -> AsyncIterator[Services]:
    """On a migrated database of their own."""
    async with own_database() as (settings, url), opened(settings, url) as services:
        yield services


@contextmanager
def running(
    data: Path,
    *flags: str,
    source: Path | None = None,
    log_level: str = "error",
    command: str = "up",
    first: str = "",
) -> Iterator[Server]:
    """`source`: the folder of another `poolhouse` package than the one we have imported. `command`: what begins it.
    `first`: Python that its process runs before anything of ours."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    elsewhere = {} if source is None else {"PYTHONPATH": str(source)}
    began = time.perf_counter()
    program = [sys.executable, "-c", f"{first}\nfrom poolhouse.cli import main; main()"]
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(
            [*program, command, "--data", data, "--port", "0", *flags],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**known, **elsewhere, "POOLHOUSE_LOG_LEVEL": log_level},
        ) as process,
    ):
        assert process.stdout
        for line in process.stdout:
            if "is up at" in line:
                break
        else:
            log.seek(0)
            raise RuntimeError(log.read())
        took_s, worked_s = time.perf_counter() - began, _worked_s(process.pid)
        try:
            credentials = json.loads((data / "credentials.json").read_text())
            yield Server(process.pid, took_s, worked_s, credentials)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [
        pid,
        *(one for file in children for child in file.read_text().split() for one in _family(int(child))),
    ]


def _worked_s(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def _held_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
