"""A primary goes and its standby takes over, with the addresses of both in one URL."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.db import pair as servers
from tests.db.pair import Server
from tests.db.test_database import Heard

from poolhouse.db import connecting, silence
from poolhouse.db.backup import back_up
from poolhouse.db.connecting import reach
from poolhouse.db.database import Database, opened
from poolhouse.db.doctor import server_facts
from poolhouse.errors import DatabaseLost

Pair = tuple[Server, Server]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory(prefix="poolhouse-pair-") as name:
        Path(name).chmod(0o755)
        with servers.pair(Path(name)) as both:
            yield both


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    connecting._last.clear()


def url(*servers: Server, attrs: str = "") -> str:
    hosts = ",".join(f"127.0.0.1:{one.port}" for one in servers)
    return f"postgresql://poolhouse@{hosts}/postgres{attrs and f'?target_session_attrs={attrs}'}"


async def port_of(given: str, **options: Any) -> int:
    connection = await reach(given, **options)
    try:
        return await connection.fetchval("select inet_server_port()")  # type: ignore[no-any-return]
    finally:
        await connection.close()


@pytest.mark.parametrize("attrs", ["", "primary", "read-write"])
async def test_who_writes_is_given_the_primary_wherever_it_is_named(pair: Pair, attrs: str) -> None:
    primary, standby = pair
    assert await port_of(url(standby, primary, attrs=attrs)) == primary.port
    assert await port_of(url(primary, standby, attrs=attrs)) == primary.port


async def test_a_replica_may_be_whichever_is_a_standby(pair: Pair) -> None:
    primary, standby = pair
    for both in (pair, (standby, primary)):
        for attrs in ("standby", "prefer-standby", "read-only"):
            assert await port_of(url(*both, attrs=attrs), primary=False) == standby.port
    assert await port_of(url(primary, attrs="prefer-standby"), primary=False) == primary.port
    with pytest.raises(DatabaseLost):
        await reach(url(primary, attrs="standby"), primary=False)


async def test_a_standby_alone_is_no_database(pair: Pair) -> None:
    _, standby = pair
    with pytest.raises(DatabaseLost) as refused:
        await Database.open(url(standby))
    assert "standby" in (refused.value.cause or "")
    facts = {fact.name: fact async for fact in server_facts(url(standby), 10)}
    assert facts["role"].fault


async def test_a_host_that_says_nothing_hides_no_other(pair: Pair) -> None:
    primary, standby = pair
    standby.pause()
    try:
        began = time.monotonic()
        assert await port_of(url(standby, primary)) == primary.port
        assert await port_of(url(standby, primary, attrs="prefer-standby"), primary=False) == primary.port
        again = time.monotonic()
        assert await port_of(url(standby, primary)) == primary.port
        assert time.monotonic() - again < connecting.STAGGER_S, "it is not asked first again"
        assert again - began < 5
    finally:
        standby.resume()


async def test_a_backup_takes_the_same_address(pair: Pair, tmp_path: Path) -> None:
    await back_up(url(*pair, attrs="read-write"), None, tmp_path / "file")
    assert (tmp_path / "file").stat().st_size > 500


async def test_statements_of_a_silent_server_end_early_and_those_of_a_busy_one_do_not(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "LOOK_S", 0.2)
    monkeypatch.setattr(silence, "AGAIN_S", 0.2)
    primary, _ = pair
    async with opened(url(primary)) as database:
        assert await database.fetchval("select true from pg_sleep(1.5)")
        monkeypatch.setattr(silence, "ANSWER_S", 0.5)
        heard = Heard()
        await database.listen("silent", heard)
        primary.pause()
        try:
            began = time.monotonic()
            with pytest.raises(DatabaseLost):
                await database.execute("create table never (n int)")
            assert time.monotonic() - began < 5
        finally:
            primary.resume()
        assert await database.fetchval("select 1") == 1


@pytest.fixture
async def people(pair: Pair) -> AsyncIterator[Database]:
    async with opened(url(*pair), replica_url=url(*pair, attrs="prefer-standby")) as database:
        await database.execute("create table people (n int)")
        yield database


async def test_after_a_promotion_everything_goes_on_where_the_primary_is(
    pair: Pair, people: Database
) -> None:
    primary, standby = pair
    heard = Heard()
    await people.listen("people", heard)
    acknowledged = await _written_while(people, primary, standby)
    assert await people.fetchval("select inet_server_port()") == standby.port
    assert {row["n"] for row in await people.fetch("select n from people")} >= acknowledged
    await heard.until(1)
    await people.notify("people", "after")
    while "after" not in heard.payloads:
        await heard.until(len(heard.payloads) + 1)
    assert await people.lagging.fetchval("select 1") == 1


async def _written_while(database: Database, primary: Server, standby: Server) -> set[int]:
    """Numbers that were acknowledged before, during and after; none is written twice."""
    acknowledged: set[int] = set()
    number = 0

    async def write() -> bool:
        nonlocal number
        number += 1
        with suppress(DatabaseLost):
            await database.execute("insert into people values ($1)", number)
            acknowledged.add(number)
        return number in acknowledged

    while number < 50:
        assert await write()
    await _caught_up(database, standby)
    primary.kill()
    assert not await write()
    promoting = asyncio.create_task(asyncio.to_thread(standby.promote))
    async with asyncio.timeout(20):
        while not await write():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await promoting
    for _ in range(50):
        assert await write()
    rows = await database.fetch("select n from people")
    assert len(rows) == len({row["n"] for row in rows})
    return acknowledged


async def _caught_up(database: Database, standby: Server) -> None:
    connection = await asyncpg.connect(url(standby))
    end = await database.fetchval("select pg_current_wal_lsn()::text")
    async with asyncio.timeout(20):
        while not await connection.fetchval("select pg_last_wal_replay_lsn() >= $1::text::pg_lsn", end):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await connection.close()
