"""From the command to its being up, what the console adds to that, and what a server holds when idle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from statistics import median

from bench.rows import Row, at_most, known, measurement
from bench.running import data_folder, running

TIMES = 3
PAIRS = 7
WITHOUT_CONSOLE = """
import sys, types
import poolhouse.wire
sys.modules['poolhouse.wire.console'] = one = types.ModuleType('poolhouse.wire.console')
one.console_routes, one.__path__ = lambda services: [], []
sys.modules['poolhouse.wire.console.rendering'] = two = types.ModuleType('poolhouse.wire.console.rendering')
two.check_built = lambda: None
"""


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


@measurement
async def start_with_the_console() -> AsyncIterator[Row]:
    """In turns with a server whose console is nothing; and the demonstration beside a first start."""
    pairs = []
    with data_folder() as data:
        with running(data):  # makes the database
            pass
        for _ in range(PAIRS):
            with running(data) as server:
                ours = server.start_s, server.start_cpu_s
            with running(data, first=WITHOUT_CONSOLE) as server:
                pairs.append((ours, (server.start_s, server.start_cpu_s)))
    cpu = median(ours[1] - without[1] for ours, without in pairs)
    yield at_most("second start: what the console adds to the process's work", cpu, "s CPU", bar=0.5)
    yield known(
        "second start, ours / without the console",
        median(ours[0] / without[0] for ours, without in pairs),
        "x",
    )
    beyond = []
    for _ in range(TIMES):
        with data_folder() as data, running(data) as server:
            plain = server.start_s
        with data_folder() as data, running(data, command="demo") as server:
            beyond.append(server.start_s - plain)
    yield at_most("poolhouse demo, until its address: beyond a first start", median(beyond), "s", bar=3.0)
