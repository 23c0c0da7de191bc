"""Connections and transactions against a real server, which at times is taken away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import Mock

import asyncpg
import pytest
from tests.postgres import on_database, run_sql

from poolhouse import trace
from poolhouse.db import connection_pool
from poolhouse.db.citus.reach import lost_nodes
from poolhouse.db.database import Database, opened
from poolhouse.db.listening import Listener
from poolhouse.errors import DatabaseLost, InvalidInput, Overloaded
from poolhouse.ids import new_id
from poolhouse.vitals import Vitals

DROP_ALL = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name like $1 and datname = current_database() and pid <> pg_backend_pid()
"""


@pytest.fixture
async def small(database_url: str) -> AsyncIterator[Database]:
    """Two connections, of which a test can take both."""
    async with opened(database_url, connections=2) as database:
        yield database


async def drop_connections(url: str, name: str = "poolhouse") -> None:
    """Ends every session of that name from outside, those of other tests' fixtures too: they come back."""
    connection = await asyncpg.connect(url)
    await connection.fetch(DROP_ALL, name)
    await connection.close()


async def test_json_and_times_keep_their_shape(database: Database) -> None:
    stored = {"name": "张三", "nested": [1, 2.5, None, {"x": True}]}
    assert await database.fetchval("select $1::jsonb", stored) == stored
    assert (await database.fetchval("select now()")).utcoffset().total_seconds() == 0


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    await database.execute("create table undone (n int)")
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await tx.execute("insert into undone values (1)")
            _ = 1 / 0
    assert await database.fetchval("select count(*) from undone") == 0


async def test_a_transaction_commits_at_its_end_and_is_closed_then(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("create table done (n int, data jsonb)")
        await tx.copy_records("done", ["n", "data"], [(1, {"a": 1}), (2, None)])
        await tx.executemany("insert into done values ($1, $2)", [(3, None), (4, [])])
    assert await database.fetchval("select sum(n) from done") == 10
    with pytest.raises(RuntimeError, match="ended"):
        await tx.execute("select 1")


async def test_a_cancelled_transaction_gives_its_connection_back_clean(small: Database) -> None:
    async def slow() -> None:
        async with small.transaction() as tx:
            await tx.execute("create table never (n int)")
            await tx.execute("select pg_sleep(30)")

    for _ in range(3):
        task = asyncio.create_task(slow())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await small.fetchval("select to_regclass('never')") is None


async def test_a_failed_statement_that_was_swallowed_is_no_silent_rollback(database: Database) -> None:
    with pytest.raises(RuntimeError, match="nothing was stored"):
        async with database.transaction() as tx:
            with pytest.raises(asyncpg.DivisionByZeroError):
                await tx.fetchval("select 1 / 0")


async def test_a_transaction_nobody_used_holds_no_connection(small: Database) -> None:
    async with small.transaction(), small.transaction(), small.transaction():
        assert await small.fetchval("select 1") == 1


async def test_with_every_connection_taken_the_wait_is_bounded(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "WAIT_S", 0.1)
    async with small.transaction() as one, small.transaction() as two:
        await one.execute("select 1")
        await two.execute("select 1")
        with pytest.raises(Overloaded):
            await small.fetchval("select 1")
    assert await small.fetchval("select 1") == 1


async def test_reads_and_new_transactions_outlive_a_dropped_connection(small: Database) -> None:
    for _ in range(3):
        await drop_connections(small.url)
        assert await small.fetchval("select 1") == 1
        await drop_connections(small.url)
        async with small.transaction() as tx:
            assert await tx.fetchval("select 2") == 2
        await drop_connections(small.url)
        assert await small.search_fetchval("select 3") == 3


_AWAY = "raise exception 'connection to the remote node failed' using errcode = '08006'"


async def test_a_server_behind_the_server_that_is_lost_costs_no_connection(small: Database) -> None:
    """As a worker of Citus: the coordinator says so, and serves on."""
    connection = "select pg_backend_pid()"
    before = await small.fetchval(connection)
    with pytest.raises(DatabaseLost):
        await small.execute(f"do $$ begin {_AWAY}; end $$")
    with pytest.raises(DatabaseLost):
        async with small.transaction() as tx:
            await tx.execute(f"do $$ begin {_AWAY}; end $$")
    assert await small.fetchval(connection) == before


async def test_what_only_reads_is_asked_for_once_more_behind_a_server_that_came_back(small: Database) -> None:
    await small.execute("create sequence tries")
    await small.execute(
        "create function once_away() returns bigint language plpgsql as "
        f"$$ begin if nextval('tries') = 1 then {_AWAY}; end if; return currval('tries'); end $$"
    )
    assert await small.fetchval("select once_away()") == 2
    await small.execute("drop function once_away; drop sequence tries")


@pytest.mark.not_on_citus("the databases of the run have nodes")
async def test_one_server_has_no_nodes_to_lose(small: Database) -> None:
    assert await lost_nodes(small) is None


async def test_a_transaction_that_loses_its_connection_is_lost_whole(small: Database) -> None:
    await small.execute("create table lost_whole (n int)")
    with pytest.raises(DatabaseLost):
        async with small.transaction() as tx:
            await tx.execute("insert into lost_whole values (1)")
            await drop_connections(small.url)
            await tx.execute("insert into lost_whole values (2)")
    assert await small.fetchval("select count(*) from lost_whole") == 0


async def test_a_write_is_not_repeated_behind_its_callers_back(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0

    async def lost_midway(connection: Any) -> None:
        nonlocal tried
        tried += 1
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    with pytest.raises(DatabaseLost):
        await small._connections.run(lost_midway, again=False)
    assert tried == 1
    with pytest.raises(DatabaseLost):
        await small._connections.run(lost_midway, again=True)
    assert tried == 3


async def test_no_server_is_database_lost() -> None:
    with pytest.raises(DatabaseLost):
        await Database.open("postgresql://x:y@127.0.0.1:1/z")


async def test_what_cannot_be_stored_is_the_callers_fault(database: Database) -> None:
    for value in ("a\0b", "\ud800"):
        with pytest.raises(InvalidInput):
            await database.fetchval("select $1::text", value)
    with pytest.raises(InvalidInput):
        await database.fetchval("select $1::jsonb", {"a": "\0"})


async def test_a_statement_without_end_is_ended(database_url: str) -> None:
    async with opened(database_url, statement_timeout_s=1) as database:
        with pytest.raises(Overloaded):
            await database.fetchval("select pg_sleep(20)")


async def test_a_domains_own_violations_pass_unchanged(database: Database) -> None:
    await database.execute("create table once (n int primary key)")
    await database.execute("insert into once values (1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute("insert into once values (1)")


async def test_a_search_is_planned_for_its_arguments(database: Database) -> None:
    assert await database.search_fetchval("show plan_cache_mode") == "force_custom_plan"
    assert await database.fetchval("show plan_cache_mode") == "auto"
    assert await database.fetchval("show jit") == "off"


class Heard:
    """Collects what a listener is told."""

    def __init__(self) -> None:
        self.payloads: list[str | None] = []
        self._changed = asyncio.Condition()

    async def __call__(self, payload: str | None) -> None:
        self.payloads.append(payload)
        async with self._changed:
            self._changed.notify_all()

    async def until(self, count: int) -> list[str | None]:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.payloads) >= count)
        return self.payloads


async def test_a_notification_is_heard_when_its_transaction_commits(small: Database) -> None:
    heard = Heard()
    await small.listen("pool_test", heard)
    with pytest.raises(ZeroDivisionError):
        async with small.transaction() as tx:
            await tx.notify("pool_test", "never")
            _ = 1 / 0
    async with small.transaction() as tx:
        await tx.notify("pool_test", "first")
    await small.notify("pool_test", "second")
    assert await heard.until(2) == ["first", "second"]


async def test_a_listener_that_raises_does_not_deafen_the_others(small: Database) -> None:
    async def fails(payload: str | None) -> None:
        raise ValueError

    heard = Heard()
    await small.listen("pool_test_two", fails)
    await small.listen("pool_test_two", heard)
    await small.notify("pool_test_two", "1")
    await small.notify("pool_test_two", "2")
    assert await heard.until(2) == ["1", "2"]


async def test_after_a_lost_connection_listeners_are_told_to_look_for_themselves(small: Database) -> None:
    heard = Heard()
    await small.listen("pool_test_three", heard)
    await drop_connections(small.url, "poolhouse listener")
    assert await heard.until(1) == [None]
    await small.notify("pool_test_three", "after")
    assert await heard.until(2) == [None, "after"]


async def test_without_a_replica_lagging_reads_are_the_primarys(small: Database) -> None:
    assert small.lagging is small


async def test_without_its_replica_lagging_reads_are_answered_by_the_primary(database_url: str) -> None:
    async with opened(database_url, replica_url="postgresql://x:y@127.0.0.1:1/z") as database:
        assert await database.lagging.fetchval("select 1") == 1
        assert await database.lagging.search_fetchval("select 1") == 1


@pytest.fixture
async def narrow(postgres_url: str) -> AsyncIterator[str]:
    """A database that lets in four connections."""
    name = f"narrow_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8' connection limit 4")
    yield on_database(postgres_url, name)
    run_sql(postgres_url, f'drop database "{name}" with (force)')


async def open_all(database: Database, count: int) -> None:
    """Leaves `count` ordinary connections idle."""
    held = [await database._connections.acquire() for _ in range(count)]
    for connection in held:
        database._connections.release(connection)


async def test_a_waiting_search_takes_the_place_of_an_idle_ordinary_connection(narrow: str) -> None:
    async with opened(narrow, connections=4) as database:
        await open_all(database, 4)
        assert await database.search_fetchval("select 1") == 1
        searches = [await database._searches.acquire() for _ in range(2)]
        for connection in searches:
            database._searches.release(connection)
        await open_all(database, 4)


async def test_with_no_place_on_the_server_one_waits_until_somebody_leaves(narrow: str) -> None:
    async with opened(narrow, connections=4) as database:
        strangers = [await asyncpg.connect(narrow) for _ in range(2)]
        held = [await database._connections.acquire() for _ in range(2)]
        waiting = asyncio.create_task(database.search_fetchval("select 1"))
        while not database.loads()["search"].in_use:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert not waiting.done()
        for stranger in strangers:
            await stranger.close()
        assert await waiting == 1
        for connection in held:
            database._connections.release(connection)


async def test_readiness_asks_for_searches_too(narrow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(narrow, connections=4) as database:
        await open_all(database, 4)
        vitals = Vitals(db=database, hasher=Mock(), delivery=Mock(), logouts=Mock(), sandbox=Mock())
        assert await vitals.database_fault() is None
        assert database.loads()["search"].open == 1

        async def none(*_: Any) -> None:
            raise Overloaded("none")

        monkeypatch.setattr(database, "search_fetchval", none)
        assert await database._searches.give_up_idle()
        assert await vitals.database_fault() == "Overloaded"


async def test_idle_connections_are_closed_but_one(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "IDLE_S", 0.05)
    async with opened(database_url, connections=4) as database:
        await open_all(database, 4)
        await database.search_fetchval("select 1")
        async with asyncio.timeout(20):
            while database.loads()["primary"].open != 1 or database.loads()["search"].open:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await database.fetchval("select 1") == 1


async def test_the_last_places_of_the_server_are_left_to_whoever_looks_after_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(database_url, connections=4) as database:
        assert await database.fetchval(connection_pool._ROOM) > connection_pool.KEPT
        await open_all(database, 1)
        monkeypatch.setattr(connection_pool, "_ROOM", "select 1")
        monkeypatch.setattr(connection_pool, "WAIT_S", 0.1)
        while database._connections._idle:
            await database._connections.give_up_idle()
        held = await database._connections.acquire()  # the first is let in
        with pytest.raises(Overloaded):
            await database._connections.acquire()
        database._connections.release(held)
        assert await database.fetchval("select 1") == 1


def of_pool(database: Database, pool_id: str) -> asyncio.Task[Any]:
    """A request of that user pool that takes a connection and keeps it."""

    async def take() -> Any:
        trace.current.set(trace.Trace("request", pool_id=pool_id))
        return await database._connections.acquire()

    return asyncio.create_task(take())


async def test_one_pool_never_holds_all_connections(database_url: str) -> None:
    async with opened(database_url, connections=4) as database:
        flood = [of_pool(database, "flood") for _ in range(20)]
        other = await of_pool(database, "other")
        taken = [task for task in flood if task.done()]
        assert len(taken) <= 3
        database._connections.release(other)
        for _ in range(20):
            done, _rest = await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
            task = done.pop()
            flood.remove(task)
            database._connections.release(task.result())
        assert database.loads()["primary"].in_use == 0
        assert database._connections._shares == {}


async def test_pools_take_turns_in_the_line(small: Database) -> None:
    held = [await of_pool(small, "flood") for _ in range(2)]
    order: list[str] = []
    waiting = []
    for pool_id in ("flood", "flood", "flood", "other"):
        task = of_pool(small, pool_id)
        task.add_done_callback(lambda task, pool_id=pool_id: order.append(pool_id))  # type: ignore[misc]
        waiting.append(task)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    for connection in held:
        small._connections.release(connection)
    for _ in range(4):
        done, _rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            waiting.remove(task)
            small._connections.release(task.result())
        if not waiting:
            break
    assert "other" in order[:2]


async def test_one_that_gives_up_waiting_leaves_nothing_behind(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [await of_pool(small, "mine") for _ in range(2)]
    waiting = of_pool(small, "mine")
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    for connection in held:
        small._connections.release(connection)
    assert small.loads()["primary"].waiting == small.loads()["primary"].in_use == 0
    assert small._connections._shares == {}


async def test_a_line_of_searches_that_stands_has_little_patience_with_a_pool_of_many(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "SHORT_S", 0.0)
    monkeypatch.setattr(connection_pool, "STANDING_S", 0.0)
    token = trace.current.set(trace.Trace("", pool_id="busy"))
    first = asyncio.create_task(small.search_fetchval("select pg_sleep(0.5)::text"))
    second = asyncio.create_task(small.search_fetchval("select pg_sleep(0.5)::text"))
    await asyncio.sleep(0.1)
    with pytest.raises(Overloaded):
        await small.search_fetchval("select 1")
    trace.current.set(trace.Trace("", pool_id="quiet"))
    assert await small.search_fetchval("select 1") == 1
    await asyncio.gather(first, second)
    trace.current.reset(token)


async def test_an_echo_that_comes_while_a_channel_is_added_proves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pooler without sessions joins who speaks with what it hears, by accident, and never again."""
    monkeypatch.setattr("poolhouse.db.listening.ECHO_S", 0.2)
    echoes = 0

    async def accident(channel: str, payload: str) -> None:
        nonlocal echoes
        echoes += 1
        if echoes == 1:
            await listener.listen("second", lambda _: asyncio.sleep(0))
            await database.notify(channel, payload)

    listener = Listener(database.url, "poolhouse deaf", accident)
    await listener.listen("first", lambda _: asyncio.sleep(0))
    try:
        async with asyncio.timeout(10):
            while listener.hears is None:  # noqa: ASYNC110 -- nothing tells when
                await asyncio.sleep(0.01)
        assert (listener.hears, echoes) == (False, 2)
    finally:
        await listener.close()


async def test_a_channel_that_could_not_be_added_is_added_by_the_next_try(database: Database) -> None:
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    listener = Listener(f"{database.url}_is_none", "poolhouse lost", database.notify)
    with pytest.raises(DatabaseLost):
        await listener.listen("things", heard.put)
    listener._url = database.url
    await listener.listen("things", heard.put)
    try:
        await database.notify("things", "once")
        assert await asyncio.wait_for(heard.get(), 5) == "once"
        assert heard.empty()
    finally:
        await listener.close()
