"""Searches in a pool of 100,000 people, and in one of 5,000 before the large one is there and beside it.

A page of everybody takes some 1 ms on a quiet machine, so that 15 of it are what a search may take.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from statistics import median

from bench import crowd
from bench.rows import Row, at_most, known, measurement
from bench.running import own_database
from poolhouse.caller import Caller
from poolhouse.services import Services, opened
from poolhouse.users.model import Condition, UserQuery

LARGE, SMALL, ROUNDS = 100_000, 5_000, 15
NARROW = ("沈梓", "wang1234", "qzx9vk", "qz", "+86 138-0001-2345", "杭州九州科技")
BROAD = ("wang", "qq.com", "有限公司", "138", "li", "q", "莫")
BESIDE = ("wang", "qq.com", "莫", "沈梓", "qzx9vk")


async def list_ms(services: Services, pool_id: str, query: UserQuery) -> float:
    """The first page of ten, and its exact total."""
    began = time.perf_counter()
    await services.users.list(Caller(pool_id, "administrator", pool_id), query)
    return (time.perf_counter() - began) * 1000


async def search_ms(services: Services, pool_id: str, keyword: str) -> float:
    return await list_ms(services, pool_id, UserQuery(keyword=keyword))


async def median_ms(services: Services, pool_id: str, keyword: str) -> float:
    return median([await search_ms(services, pool_id, keyword) for _ in range(ROUNDS)])


@measurement
async def searches_of_users() -> AsyncIterator[Row]:
    async with own_database() as (settings, url):
        async with opened(settings, url) as services:
            async for row in _in_one_process(services):
                yield row
        async with opened(settings, url) as another:
            pool_id = await another.db.fetchval("select id from pools where name = 'large'")
            await list_ms(another, pool_id, UserQuery())
            for keyword in BROAD:
                first = await search_ms(another, pool_id, keyword)
                yield at_most(f"search {keyword}, first in another process", first, "ms", bar=50)


async def _in_one_process(services: Services) -> AsyncIterator[Row]:
    small = await services.pools.create("small")
    await crowd.fill(services.db.url, small.id, SMALL)
    await services.db.execute("vacuum analyze users")
    await services.db.execute("vacuum analyze user_search")
    alone = {keyword: await median_ms(services, small.id, keyword) for keyword in BESIDE}
    large = await services.pools.create("large")
    await crowd.fill(services.db.url, large.id, LARGE)
    await services.db.execute("vacuum analyze users")
    await services.db.execute("vacuum analyze user_search")
    for keyword in BESIDE:
        took = await median_ms(services, small.id, keyword)
        name = f"search {keyword} in {SMALL:,} people beside {LARGE:,}"
        yield at_most(name, took / alone[keyword], "x", bar=2.0, limit="the small pool alone")
        yield known(f"{name}, median", took, "ms")
    for keyword in BROAD:
        yield at_most(
            f"search {keyword}, counted", await search_ms(services, large.id, keyword), "ms", bar=400
        )
    asked = {
        **{f"search {keyword}": UserQuery(keyword=keyword) for keyword in NARROW},
        **{f"search {keyword}, total kept": UserQuery(keyword=keyword) for keyword in BROAD},
        "company contains seven frequent characters": UserQuery(
            conditions=(Condition("company", "CONTAINS", "九州科技有限公"),)
        ),
    }
    for name, query in asked.items():
        rounds = [
            (await list_ms(services, large.id, UserQuery()), await list_ms(services, large.id, query))
            for _ in range(ROUNDS)
        ]
        ratio = median(ours / plain for plain, ours in rounds)
        yield at_most(name, ratio, "x", bar=15.0, limit="a page of everybody")
        yield known(f"{name}, median", median(ours for _, ours in rounds), "ms")
