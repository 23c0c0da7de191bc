"""From the command to its being up, and what it holds when idle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from statistics import median

from bench.rows import Row, at_most, known, measurement
from bench.running import data_folder, running

TIMES = 3


@measurement
async def start() -> AsyncIterator[Row]:
    first, second, worked, memory = [], [], [], []
    for _ in range(TIMES):
        with data_folder() as data:
            with running(data) as server:
                first.append(server.start_s)
            with running(data) as server:
                second.append(server.start_s)
                worked.append(server.start_cpu_s)
                await asyncio.sleep(2)
                memory.append(server.memory_mb())
    yield at_most("first start of poolhouse up", median(first), "s", bar=5.0)
    yield at_most("second start of poolhouse up", median(second), "s", bar=2.0)
    yield known("second start: what the server's process works", median(worked), "s CPU")
    yield at_most("idle memory without PostgreSQL", median(memory), "MB", bar=150.0)
