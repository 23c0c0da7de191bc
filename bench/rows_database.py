"""The access layer against the driver under it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from statistics import median
from typing import Any

import asyncpg

from bench.rows import Row, at_most, known, measurement
from bench.running import data_folder
from poolhouse.db.database import opened
from poolhouse.db.embedded import EmbeddedPostgres

CALLS, ROUNDS = 2000, 7


async def cpu_ms(call: Callable[[], Awaitable[Any]]) -> float:
    """Our own CPU time of one call: steadier on a busy machine than the clock."""
    for _ in range(100):
        await call()
    began = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - began) / CALLS * 1000


@measurement
async def one_row_by_key() -> AsyncIterator[Row]:
    with data_folder() as data, EmbeddedPostgres(data) as url:
        bare = await asyncpg.connect(url)
        await bare.execute("create table people (id int primary key, name text)")
        await bare.execute("insert into people select n, n::text from generate_series(1, 1000) n")
        async with opened(url) as database, asyncpg.create_pool(url, min_size=2, max_size=10) as drivers:
            sql = "select * from people where id = $1"
            rounds = [
                (
                    await cpu_ms(lambda: bare.fetchrow(sql, 7)),
                    await cpu_ms(lambda: database.fetchrow(sql, 7)),
                    await cpu_ms(lambda: drivers.fetchrow(sql, 7)),
                )
                for _ in range(ROUNDS)
            ]
        await bare.close()
    yield at_most(
        "one row by key: ours / a bare connection", median(o / b for b, o, _ in rounds), "x", bar=2.0
    )
    yield known(
        "one row by key: asyncpg's pool / a bare connection", median(d / b for b, _, d in rounds), "x"
    )
    yield known("one row by key: ours", median(o for _, o, _ in rounds), "ms CPU")
