"""Reads of a standby, which follows, falls behind, hangs, is killed, is promoted, or is of somebody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs
from tests.standby import HotStandby, hot_standby
from tests.wire.v3.conftest import V3Client, connect

from poolhouse import trace
from poolhouse.app import asgi
from poolhouse.db import standby as standby_module
from poolhouse.db.database import Database, opened
from poolhouse.db.own_writes import OwnWrites
from poolhouse.db.spreading import Spreading
from poolhouse.db.standby import FAILURES, Standby, StandbyState
from poolhouse.errors import DatabaseLost, QueryTooBroad
from poolhouse.processes import Process
from poolhouse.services import Services, build
from poolhouse.settings import Settings
from poolhouse.trace import Trace
from poolhouse.ttl_cache import Marks
from poolhouse.vitals import vitals_of
from poolhouse.wire.health import health_routes

IN_RECOVERY = "select pg_is_in_recovery()"


@pytest.fixture(scope="module")
def standby(database_url: str) -> Iterator[HotStandby]:
    with hot_standby(database_url) as made:
        yield made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("poolhouse.db.standby", "poolhouse.processes"):
        monkeypatch.setattr(f"{module}.EVERY_S", 0.1)
    monkeypatch.setattr(standby_module, "ANSWER_S", 0.5)


@pytest.fixture(autouse=True)
def nobody_has_acted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys share places: what other tests of this process wrote would keep these readers at the primary."""
    own_writes = OwnWrites(Marks())
    for module in ("poolhouse.db.standby", "poolhouse.processes", "poolhouse.wire.observed"):
        monkeypatch.setattr(f"{module}.OWN_WRITES", own_writes)


@pytest.fixture(autouse=True)
def request_under_way() -> Iterator[None]:
    """Reads of nobody's request are the primary's."""
    token = trace.current.set(Trace("test", pool_id="p", actor_id="reader"))
    yield
    trace.current.reset(token)


@asynccontextmanager
async def node(url: str, replica_url: str, lag_s: float = 2.0) -> AsyncIterator[Database]:
    async with opened(url, replica_url=replica_url, replica_lag_s=lag_s) as db:
        process = asyncio.create_task(Process(db, Settings()).run())
        try:
            yield db
        finally:
            process.cancel()
            await asyncio.gather(process, return_exceptions=True)


async def until(db: Database, *states: StandbyState, within_s: float = 10) -> None:
    assert db.standby
    began = monotonic()
    while db.standby.state not in states:
        assert monotonic() - began < within_s, db.standby.state
        await asyncio.sleep(0.02)


async def asks_standby(db: Database) -> bool:
    one, other = await db.lagging.fetchval(IN_RECOVERY), await db.lagging.search_fetchval(IN_RECOVERY)
    assert one == other
    return bool(one)


async def test_a_standby_that_follows_is_asked_and_says_how_old_its_data_is(
    database_url: str, standby: HotStandby
) -> None:
    async with opened(database_url, replica_url=standby.url) as unwatched:
        assert not await asks_standby(unwatched), "nobody has looked at it"
    async with node(database_url, standby.url) as db:
        await until(db, StandbyState.USED)
        assert await asks_standby(db)
        await asyncio.sleep(1.2)  # the primary is idle, but for the numbers
        assert db.standby
        assert db.standby.lag_s < 0.8
        trace.current.set(None)
        assert not await asks_standby(db), "work beside the requests acts on what it reads"


async def test_a_paused_standby_is_not_asked_and_is_again_when_it_has_caught_up(
    database_url: str, standby: HotStandby
) -> None:
    async with node(database_url, standby.url, lag_s=1.0) as db:
        await until(db, StandbyState.USED)
        with capture_logs() as said:
            standby.pause()
            began = monotonic()
            try:
                await until(db, StandbyState.BEHIND)
                assert db.standby
                assert db.standby.lag_s > 1
                assert monotonic() - began < 3
                assert not await asks_standby(db)
                async with node(database_url, standby.url) as later:
                    await asyncio.sleep(0.5)
                    await until(later, StandbyState.STARTING)
                    assert not await asks_standby(later), "it has nothing of what was before this node"
            finally:
                standby.resume()
            await until(db, StandbyState.USED)
        told = [(line["event"], line.get("state")) for line in said if line["event"].startswith("standby")]
        assert ("standby_not_used", "behind") in told
        assert told[-1] == ("standby_used", None)


async def test_a_hung_standby_costs_the_reads_under_way_seconds_and_later_ones_nothing(
    database_url: str, standby: HotStandby
) -> None:
    async with node(database_url, standby.url) as db:
        await until(db, StandbyState.USED)
        await asyncio.gather(*(asks_standby(db) for _ in range(4)))
        standby.hang()
        try:
            began = monotonic()
            answers = await asyncio.gather(*(asks_standby(db) for _ in range(8)))
            assert not any(answers)
            assert monotonic() - began < 2
            began = monotonic()
            for _ in range(20):
                assert not await asks_standby(db)
            assert monotonic() - began < 1
            assert db.standby
            assert db.standby.state is StandbyState.SILENT
        finally:
            standby.go_on()
        await until(db, StandbyState.USED)
        assert await asks_standby(db)


async def test_a_killed_standby_costs_nothing_and_is_asked_when_it_is_back(
    database_url: str, standby: HotStandby
) -> None:
    async with node(database_url, standby.url) as db:
        await until(db, StandbyState.USED)
        assert await asks_standby(db)
        await asyncio.to_thread(standby.kill)
        try:
            assert not await asks_standby(db)
            await until(db, StandbyState.SILENT)
            assert not await asks_standby(db)
        finally:
            await asyncio.to_thread(standby.start)
        await until(db, StandbyState.USED, StandbyState.USED)
        assert await asks_standby(db)


@pytest.mark.parametrize(
    ("other", "state"),
    [
        ("the primary itself", StandbyState.PRIMARY),
        ("a database that has no row of ours", StandbyState.OLDER_SCHEMA),
        ("nobody", StandbyState.SILENT),
    ],
)
async def test_what_is_no_standby_is_refused_in_words(
    database_url: str, legacy_url: str, other: str, state: StandbyState
) -> None:
    url = {
        "the primary itself": database_url,
        "a database that has no row of ours": legacy_url,
        "nobody": "postgresql://x:y@127.0.0.1:1/z",
    }[other]
    with capture_logs() as said:
        async with node(database_url, url) as db:
            await until(db, state)
            assert not await asks_standby(db)
    assert state in [line.get("state") for line in said if line["event"] == "standby_not_used"]


async def test_requests_that_fail_at_a_standby_that_answers_looks_rest_it() -> None:
    now = 0.0
    looked_at = Standby(LooksWell(), (), 10.0, clock=lambda: now)  # type: ignore[arg-type]
    looked_at.beaten(1, 0.0)
    await looked_at.look("", nowhere)
    assert looked_at.state is StandbyState.USED
    for _ in range(FAILURES):
        assert looked_at.admits()
        with pytest.raises(DatabaseLost):
            async with looked_at.asked():
                raise DatabaseLost
    assert looked_at.state is StandbyState.FAILING
    assert not looked_at.admits()
    now = 5.5
    assert looked_at.admits(), "one, to see"
    assert not looked_at.admits()
    with pytest.raises(QueryTooBroad):
        async with looked_at.asked():
            raise QueryTooBroad("query", "", "")
    assert looked_at.admits()
    async with looked_at.asked():
        pass
    assert looked_at.state is StandbyState.USED


async def test_a_number_that_is_not_known_to_be_written_says_nothing() -> None:
    now = 80.0
    looked_at = Standby(LooksWell(), (), 10.0, clock=lambda: now)  # type: ignore[arg-type]
    await looked_at.look("", nowhere)
    assert looked_at.state is StandbyState.STARTING
    now = 100.0
    await looked_at.look("", nowhere)
    assert looked_at.state is StandbyState.BEHIND
    looked_at.beaten(1, 98.0)
    await looked_at.look("", nowhere)
    assert (looked_at.state, looked_at.lag_s) == (StandbyState.USED, 2.0)
    now = 109.0
    assert looked_at.state is StandbyState.BEHIND


async def test_a_database_of_another_cluster_is_told_from_a_standby_that_is_behind() -> None:
    looked_at = Standby(LooksWell(beat=None), (), 10.0)  # type: ignore[arg-type]
    await looked_at.look("", nowhere)
    assert looked_at.state is StandbyState.STARTING
    for cluster, state in (("7", StandbyState.STARTING), ("8", StandbyState.STRANGER)):
        looked_at = Standby(LooksWell(beat=None), (), 10.0)  # type: ignore[arg-type]

        async def ours(cluster: str = cluster) -> str:
            return cluster

        await looked_at.look("", ours)
        assert looked_at.state is state


async def nowhere() -> str | None:
    return None


class LooksWell:
    """Connections that lead to a standby of cluster 7, where number 1 is seen."""

    def __init__(self, beat: int | None = 1) -> None:
        self._beat = beat

    async def run(self, work: Callable[[Any], Awaitable[object]], *, again: bool) -> object:
        return await work(self)

    async def fetchrow(self, sql: str, process_id: str) -> dict[str, object]:
        return {"in_recovery": True, "beat": self._beat}

    async def fetchval(self, sql: str) -> str:
        return "7"


async def test_state_and_lag_are_told_at_readyz_and_as_numbers(
    database_url: str, services: Services, standby: HotStandby
) -> None:
    async with node(database_url, standby.url) as db:
        app = Starlette(routes=health_routes(vitals_of(replace(services, db=db))))
        app.state.draining = lambda: False
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://poolhouse") as http:
            await until(db, StandbyState.USED)
            assert await told_by(http) == (200, "used", 1.0)
            standby.hang()
            try:
                await until(db, StandbyState.SILENT)
                assert await told_by(http) == (200, "silent", 0.0)
            finally:
                standby.go_on()


async def told_by(http: httpx.AsyncClient) -> tuple[int, str, float]:
    """Of /readyz its status and the state it tells, and whether the standby is used."""
    ready, text = await http.get("/readyz"), (await http.get("/metrics")).text
    numbers = dict(re.findall(r"^poolhouse_replica_(\w+) (\S+)$", text, re.MULTILINE))
    replica = ready.json()["replica"]
    assert abs(replica["lagSeconds"] - float(numbers["lag_seconds"])) < 5  # two moments
    return ready.status_code, replica["state"], float(numbers["used"])


async def test_who_acted_reads_what_they_did_and_others_read_the_standby(
    database_url: str, services: Services, standby: HotStandby
) -> None:
    """Through the server: a key of the pool makes a user and lists; another key lists."""
    trace.current.set(None)
    async with node(database_url, standby.url, lag_s=60) as db:
        ours = await build(services.settings, db, services.hasher)
        transport = httpx.ASGITransport(app=asgi(ours), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
            writer = await connect(ours, http)
            key = await ours.access_keys.create(writer.administrator)
            token = await writer.post(
                "get-management-token", {"accessKeyId": key.id, "accessKeySecret": key.secret}
            )
            headers = {"authorization": f"Bearer {token['data']['access_token']}"}
            reader = V3Client(http, ours, writer.pool_id, key.secret, headers)
            await until(db, StandbyState.USED)
            await caught_up(db)
            standby.pause()
            try:
                made = await writer.post("create-user", {"username": "new"})
                assert made["statusCode"] == 200
                assert (await writer.post("list-users"))["data"]["totalCount"] == 1
                assert (await reader.post("list-users"))["data"]["totalCount"] == 0, (
                    "the standby's, seconds old"
                )
                assert db.standby
                assert db.standby.state is StandbyState.USED
            finally:
                standby.resume()
            await caught_up(db)
            assert (await reader.post("list-users"))["data"]["totalCount"] == 1


async def test_who_acted_at_one_machine_reads_it_at_another_and_others_read_the_standby(
    database_url: str, standby: HotStandby
) -> None:
    """Two machines share no marks; the standby is paused, and still within its bound."""
    elsewhere = OwnWrites(Marks())
    reader, writer, both = (
        Trace("", pool_id="p", actor_id=one, acted=acted)
        for one, acted in (("li", ()), ("wang", ()), ("wang", ("wang",)))
    )
    async with node(database_url, standby.url, lag_s=60) as here, opened(database_url) as there:
        spreading = asyncio.create_task(Spreading(there, elsewhere, "there").run())
        await until(here, StandbyState.USED)
        trace.current.set(writer)
        assert await asks_standby(here)
        standby.pause()
        try:
            await heard_within(elsewhere)
            elsewhere.note(both)
            began = monotonic()
            while await asks_standby(here):
                assert monotonic() - began < 10
                await asyncio.sleep(0.002)
            trace.current.set(reader)
            assert await asks_standby(here), "who did nothing"
        finally:
            standby.resume()
            spreading.cancel()
            await asyncio.gather(spreading, return_exceptions=True)
        trace.current.set(writer)
        await caught_up(here)
        assert await asks_standby(here)


async def heard_within(own_writes: OwnWrites) -> None:
    """Until its process listens, and tells of what changes."""
    async with asyncio.timeout(10):
        while own_writes.on_change is None:  # noqa: ASYNC110 -- nothing tells when
            await asyncio.sleep(0.01)


def test_what_may_have_been_missed_counts_as_done_by_everybody() -> None:
    now = 5.0
    own_writes = OwnWrites(Marks(), clock=lambda: now)
    nobody = Trace("", pool_id="p", actor_id="li")
    own_writes.everybody_acted()
    assert own_writes.last(nobody) == 5.0
    now = 6.0
    own_writes.note(Trace("", pool_id="p", actor_id="wang", acted=("wang",)))
    assert own_writes.last(nobody) == 5.0
    own_writes.heard(10**9)  # of a newer program, with more places


async def caught_up(db: Database) -> None:
    """The standby has what is on the primary now."""
    began = monotonic()
    while not (db.standby and db.standby._as_of and db.standby._as_of > began):
        assert monotonic() - began < 20
        await asyncio.sleep(0.02)


def test_the_moment_of_an_act_is_never_before_it() -> None:
    now, marks = 1.0, Marks()
    here, there = (OwnWrites(marks, clock=lambda: now, most=1) for _ in range(2))
    about = Trace("", pool_id="p", actor_id="wang")
    other = Trace("", pool_id="p", actor_id="li")
    assert here.last(about) == float("-inf")
    there.note(Trace("", pool_id="p", actor_id="li", acted=("li", "wang")))
    now = 2.0
    assert here.last(about) == 2.0
    now = 3.0
    assert here.last(about) == 2.0
    assert there.last(other) == 3.0
    assert there.last(Trace("", pool_id="q", actor_id="li")) == float("-inf")
    assert here.last(other) == 3.0
    assert here.last(about) == 3.0, "forgotten for another: the standby must show all until now"
