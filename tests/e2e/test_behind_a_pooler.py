"""Two servers that reach their database by one PgBouncer: what people get while it is restarted, and while it is full.

In transaction mode, or as POOLHOUSE_TEST_POOLER has it.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from tests.bouncer import LIMITS, MODE, Bouncer, bouncer, needs_pgbouncer
from tests.e2e.test_up import Running
from tests.nodes import clone_database, drop_database
from tests.postgres import on_database

from poolhouse.ids import new_id

pytestmark = needs_pgbouncer
POOLER = MODE or "transaction"
SETTINGS = {"pool_mode": POOLER.partition("-")[0], "query_wait_timeout": "1"}
if POOLER == "transaction-prepared":
    SETTINGS["max_prepared_statements"] = "200"
PASSWORD = "correct horse 1"


@dataclass
class Behind:
    """`known`: the credentials; `hosts`: the addresses of the two."""

    pooler: Bouncer
    known: dict[str, str]
    hosts: list[str]

    @asynccontextmanager
    async def clients(self) -> AsyncIterator[list[httpx.AsyncClient]]:
        """One of each server, as the administrator."""
        key = {name: self.known[name] for name in ("accessKeyId", "accessKeySecret")}
        async with (
            httpx.AsyncClient(base_url=f"{self.hosts[0]}/api/v3", timeout=30, trust_env=False) as first,
            httpx.AsyncClient(base_url=f"{self.hosts[1]}/api/v3", timeout=30, trust_env=False) as second,
        ):
            for one in (first, second):
                token = (await one.post("/get-management-token", json=key)).json()["data"]["access_token"]
                one.headers["authorization"] = f"Bearer {token}"
            yield [first, second]


@pytest.fixture(scope="module")
def behind(postgres_url: str, template: str) -> Iterator[Behind]:
    name = f"behind_{new_id()}"
    clone_database(postgres_url, name, template)
    direct = on_database(postgres_url, name)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        stack.callback(drop_database, postgres_url, name)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="poolhouse-behind-")))
        folder.chmod(0o755)
        on_connect = "" if POOLER == "session" else LIMITS
        pooler = stack.enter_context(bouncer(folder / "bouncer", direct, on_connect=on_connect, **SETTINGS))
        patch.setenv("POOLHOUSE_POOLER", POOLER)
        patch.setenv("POOLHOUSE_DATABASE_URL", pooler.url)
        patch.setenv("POOLHOUSE_LISTEN_URL", direct)
        patch.setenv("POOLHOUSE_SECRET_KEY", "5" * 64)
        servers = list[Running]()
        for which in ("first", "second"):
            data = folder / which
            data.mkdir()
            if servers:
                (data / "credentials.json").write_text(json.dumps(servers[0].credentials))
            servers.append(Running(data))
            stack.callback(servers[-1].stop)
        hosts = [one.credentials["host"] for one in servers]
        yield Behind(pooler, servers[0].credentials, hosts)


async def test_what_one_changes_the_other_shows_and_both_hear_of_it(behind: Behind) -> None:
    async with behind.clients() as (first, second):
        made = await first.post("/create-user", json={"username": "ann", "password": PASSWORD})
        user_id = made.json()["data"]["userId"]
        signed_in = await second.post(
            "/signin",
            json={
                "connection": "PASSWORD",
                "passwordPayload": {"username": "ann", "password": PASSWORD},
            },
            headers={"x-authing-app-id": behind.known["appId"]},
        )
        as_ann = {"authorization": f"Bearer {signed_in.json()['data']['access_token']}"}
        for one in (first, second):
            assert (await one.get("/get-profile", headers=as_ann)).json()["data"]["userId"] == user_id
        deleted = await first.post("/delete-users-batch", json={"userIds": [user_id]})
        assert deleted.json()["statusCode"] == 200, deleted.text
        assert (await second.get("/get-profile", headers=as_ann)).json()["statusCode"] != 200
        assert (await second.get("/get-user", params={"userId": user_id})).json()["statusCode"] == 404
        async with asyncio.timeout(20):
            for host in behind.hosts:
                while not await hears(host):  # noqa: ASYNC110 -- nothing tells when
                    await asyncio.sleep(0.05)


async def hears(host: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as http:
        return "poolhouse_notifications_heard 1" in (await http.get(f"{host}/metrics")).text


@dataclass
class Load:
    """Two who read and one who writes at each server; every answer is one to be content with, or one of `odd`."""

    clients: list[httpx.AsyncClient]
    read: str
    kept: list[str] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    going: bool = True

    async def run(self) -> None:
        numbers = count()
        await asyncio.gather(
            *(self._reading(one) for one in self.clients * 2),
            *(self._writing(one, numbers) for one in self.clients),
        )

    async def more(self, what: str, of: int = 10) -> None:
        """Until so many more have ended that way."""
        wanted = self.ended[what] + of
        async with asyncio.timeout(30):
            while self.ended[what] < wanted:
                await asyncio.sleep(0.02)
                assert not self.odd

    async def _reading(self, client: httpx.AsyncClient) -> None:
        while self.going:
            await self._judged("read", client.get("/get-user", params={"userId": self.read}))

    async def _writing(self, client: httpx.AsyncClient, numbers: Iterator[int]) -> None:
        while self.going:
            name = f"written{next(numbers)}"
            if await self._judged("written", client.post("/create-user", json={"username": name})):
                self.kept.append(name)

    async def _judged(self, what: str, asked: Any) -> bool:
        answer: httpx.Response = await asked
        said = answer.json().get("statusCode")
        if said == 200:
            self.ended[what] += 1
        elif is_come_again(answer):
            self.ended[f"not {what}"] += 1
        else:
            self.odd.append(f"{answer.status_code} {answer.text}")
        await asyncio.sleep(0.02)
        return bool(said == 200)


def is_come_again(answer: httpx.Response) -> bool:
    envelope = answer.json()
    return (
        answer.status_code == 503
        and envelope["statusCode"] == 503
        and int(answer.headers["retry-after"]) >= 1
        and bool(envelope["message"])
    )


async def test_a_restart_is_survived_and_what_was_acknowledged_is_there(behind: Behind) -> None:
    async with behind.clients() as clients:
        made = await clients[0].post("/create-user", json={"username": "read"})
        load = Load(clients, made.json()["data"]["userId"])
        running = asyncio.create_task(load.run())
        try:
            await load.more("read")
            await load.more("written")
            for _ in range(3):
                await asyncio.to_thread(behind.pooler.stop)
                await asyncio.to_thread(behind.pooler.start)
                await load.more("read")
                await load.more("written")
            await asyncio.to_thread(behind.pooler.stop)
            await load.more("not read")
            await load.more("not written")
            await asyncio.to_thread(behind.pooler.start)
            await load.more("read")
            await load.more("written")
        finally:
            load.going = False
            await running
        assert not load.odd
    connection = await asyncpg.connect(behind.pooler.direct)
    there = await connection.fetch("select username from users where username = any($1)", load.kept)
    await connection.close()
    assert sorted(row["username"] for row in there) == sorted(load.kept)


@pytest.mark.skipif(POOLER == "session", reason="a session is a place for as long as the server keeps it")
async def test_a_full_pooler_is_told_as_come_again_and_passes(behind: Behind) -> None:
    async with behind.clients() as clients:
        made = await clients[0].post("/create-user", json={"username": "eve"})
        asked = {"userId": made.json()["data"]["userId"]}
        behind.pooler.stop()
        behind.pooler.settings["default_pool_size"] = "1"
        behind.pooler.start()

        async def read(client: httpx.AsyncClient) -> httpx.Response:
            return await client.get("/get-user", params=asked)

        assert [(await read(one)).json()["statusCode"] for one in clients] == [200, 200]
        holder = await asyncpg.connect(behind.pooler.url, statement_cache_size=0)
        await holder.execute("begin")
        *refused, ready, ready_too = await asyncio.gather(
            *(read(one) for one in clients),
            *(one.post("/create-user", json={"username": "mallory"}) for one in clients),
            *(clients[0].get(f"{host}/readyz") for host in behind.hosts),
        )
        assert [is_come_again(answer) for answer in refused] == [True] * 4
        assert [ready.status_code, ready_too.status_code] == [503, 503]
        await holder.execute("rollback")
        await holder.close()
        assert [(await read(one)).json()["statusCode"] for one in clients] == [200, 200]
