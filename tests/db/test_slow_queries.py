"""SELECTs beside the requests: one at a time, each pool in turn, and none outlives its process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from poolhouse.db.slow_queries import Fetch, SlowQueries
from poolhouse.errors import DatabaseLost


@pytest.fixture
async def queries(empty: str) -> AsyncIterator[SlowQueries]:
    """In a database of its own: what another test left behind still holds the lock of its pool for some seconds."""
    found = SlowQueries(empty, "slow test")
    yield found
    await found.close()


def asking(sql: str, answers: list[Any]) -> Any:
    async def work(fetch: Fetch) -> None:
        answers.append((await fetch(sql))[0][0])

    return work


async def test_it_runs_beside_and_may_not_write(queries: SlowQueries) -> None:
    answers: list[Any] = []
    task = queries.start("a", "1", asking("select current_setting('transaction_read_only')", answers))
    assert task
    await task
    assert answers == ["on"]


async def test_one_runs_at_a_time_and_who_asks_the_same_gets_the_same(queries: SlowQueries) -> None:
    sleeping = asking("select pg_sleep(5)", [])
    task = queries.start("a", "1", sleeping)
    assert task is not None
    assert queries.start("a", "1", sleeping) is task
    assert queries.start("b", "2", sleeping) is None


async def test_a_pool_rests_after_its_query_so_that_others_have_their_turn(queries: SlowQueries) -> None:
    task = queries.start("a", "1", asking("select pg_sleep(1)", []))
    assert task
    await task
    quick = asking("select 1", [])
    assert queries.start("a", "2", quick) is None
    other = queries.start("b", "3", quick)
    assert other
    await other
    queries._rest_until["a"] = 0
    assert queries.start("a", "2", quick) is not None


async def test_what_failed_is_not_tried_again(queries: SlowQueries) -> None:
    task = queries.start("a", "1", asking("select 1 / 0", []))
    assert task
    await task
    queries._rest_until.pop("a")
    assert queries.start("a", "1", asking("select 1", [])) is None
    assert queries.start("a", "2", asking("select 1", [])) is not None


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_what_could_not_begin_or_be_kept_is_tried_again_soon(
    queries: SlowQueries, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """It says nothing of the query that the database was away when it was to be asked, or told what was found."""

    async def nobody_keeps_it(fetch: Fetch) -> None:
        raise DatabaseLost("restarting", retry_after_s=2)

    monkeypatch.setattr("poolhouse.db.slow_queries.LOST_AGAIN_S", 0)
    if lost == "before":
        monkeypatch.setattr(queries, "_url", "postgresql://nobody@127.0.0.1:1/nowhere")
    task = queries.start("a", "1", nobody_keeps_it)
    assert task
    await task
    queries._rest_until.pop("a")
    assert queries.start("a", "1", asking("select 1", [])) is not None


async def test_another_process_runs_none_of_the_same_pool(queries: SlowQueries, empty: str) -> None:
    begun = asyncio.Event()

    async def work(fetch: Fetch) -> None:
        begun.set()
        await fetch("select pg_sleep(5)")

    queries.start("a", "1", work)
    await begun.wait()
    other, answers = SlowQueries(empty, "other"), []
    for pool_id in ("a", "b"):
        task = other.start(pool_id, pool_id, asking(f"select '{pool_id}'", answers))
        assert task
        await task
    assert answers == ["b"]


async def test_closing_ends_it(queries: SlowQueries) -> None:
    task = queries.start("a", "1", asking("select pg_sleep(60)", []))
    assert task
    await asyncio.sleep(0)
    await queries.close()
    assert task.done()
