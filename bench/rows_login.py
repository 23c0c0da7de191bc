"""Password logins against the hash they cannot avoid."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

import argon2

from bench.rows import Row, at_least, at_most, known, measurement, seconds
from bench.running import data_folder, own_services, running
from poolhouse.caller import Caller
from poolhouse.db.embedded import running_url
from poolhouse.services import Services, opened
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft, UserKey, UserQuery

LOGINS, AT_ONCE, ROUNDS = 120, 16, 5
PASSWORD = "correct horse 1"


def bare_rate(stored: str) -> float:
    """Verifications a second of the same hash in as many threads as there are cores, and nothing else."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        began = time.perf_counter()
        list(threads.map(lambda _: hasher.verify(stored, PASSWORD), range(LOGINS)))
        return LOGINS / (time.perf_counter() - began)


async def login_rate(services: Services, visitor: Caller) -> float:
    """Whole logins a second of different users: guard, session row, token, audit."""
    turns = iter(range(LOGINS))

    async def visit() -> None:
        for turn in turns:
            await services.login.with_password(visitor, UserKey("username", f"user{turn}"), PASSWORD)

    began = time.perf_counter()
    await asyncio.gather(*(visit() for _ in range(AT_ONCE)))
    return LOGINS / (time.perf_counter() - began)


async def rate_beside_readers(services: Services, visitor: Caller, administrator: Caller) -> float:
    """The same while two readers page through the users without a pause."""

    async def read() -> None:
        while True:
            await services.users.list(administrator, UserQuery())

    readers = [asyncio.create_task(read()) for _ in range(2)]
    try:
        return await login_rate(services, visitor)
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


@measurement
async def login() -> AsyncIterator[Row]:
    async with own_services() as services:
        pool = await services.pools.create("bench")
        administrator = Caller(pool.id, kind="administrator", actor_id=pool.id)
        app = await services.apps.create(administrator, "bench", "bench")
        visitor = Caller(pool.id, app_id=app.id, ip="127.0.0.1")
        stored = await services.hasher.hash(PASSWORD)
        drafts = [UserDraft(values={"username": f"user{n}"}, password_hash=stored) for n in range(LOGINS)]
        await services.users.create_many(administrator, drafts)
        await login_rate(services, visitor)
        rounds = [
            (
                bare_rate(stored),
                await login_rate(services, visitor),
                await rate_beside_readers(services, visitor, administrator),
            )
            for _ in range(ROUNDS)
        ]
    yield at_least(
        "logins / bare argon2 verifications", median(ours / bare for bare, ours, _ in rounds), "x", bar=0.95
    )
    yield at_least(
        "logins beside two readers / bare argon2 verifications",
        median(beside / bare for bare, _, beside in rounds),
        "x",
        bar=0.8,
    )
    yield known("logins", median(ours for _, ours, _ in rounds), "per second")


# -- over the wire ---------------------------------------------------------------------------------------

LOGIN = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { token } }"
HASH_TIMES = 30


@dataclass(slots=True)
class Visitor:
    """One kept connection; it speaks just enough HTTP to cost next to nothing."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    app_id: str

    @classmethod
    async def connect(cls, host: str, app_id: str) -> Visitor:
        address = urlsplit(host)
        return cls(*await asyncio.open_connection(address.hostname, address.port), app_id)

    async def log_in(self, name: str) -> float:
        """Seconds until the token is there."""
        body = json.dumps(
            {"query": LOGIN, "variables": {"input": {"username": name, "password": PASSWORD}}}
        ).encode()
        head = (
            f"POST /graphql/v2 HTTP/1.1\r\nhost: bench\r\nx-authing-app-id: {self.app_id}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        began = time.perf_counter()
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        (length,) = re.findall(rb"content-length: (\d+)", answer.lower())
        text = await self.reader.readexactly(int(length))
        if b'"errors"' in text:
            raise RuntimeError(text.decode())
        return time.perf_counter() - began


async def wire_rate(visitors: list[Visitor], logins: int) -> float:
    turns = iter(range(logins))

    async def visit(visitor: Visitor) -> None:
        for turn in turns:
            await visitor.log_in(f"user{turn % LOGINS}")

    began = time.perf_counter()
    await asyncio.gather(*(visit(visitor) for visitor in visitors))
    return logins / (time.perf_counter() - began)


async def arrivals(visitors: list[Visitor], per_second: float, logins: int) -> list[float]:
    """Times of logins that come at a constant rate, whether or not the one before is answered."""
    free: asyncio.Queue[Visitor] = asyncio.Queue()
    for visitor in visitors:
        free.put_nowait(visitor)
    times: list[float] = []

    async def arrive(turn: int) -> None:
        began = time.perf_counter()
        visitor = await free.get()
        await visitor.log_in(f"user{turn % LOGINS}")
        free.put_nowait(visitor)
        times.append(time.perf_counter() - began)

    async with asyncio.TaskGroup() as group:
        start = time.perf_counter()
        for turn in range(logins):
            await asyncio.sleep(max(0.0, start + turn / per_second - time.perf_counter()))
            group.create_task(arrive(turn))
    return times


@measurement
async def login_over_the_wire() -> AsyncIterator[Row]:
    with data_folder() as data, running(data, "--workers", "2") as server:
        known_by = server.credentials
        async with opened(Settings(data=data), running_url(data)) as services:
            administrator = Caller(known_by["userPoolId"], kind="administrator", actor_id="bench")
            stored = await services.hasher.hash(PASSWORD)
            drafts = [UserDraft(values={"username": f"user{n}"}, password_hash=stored) for n in range(LOGINS)]
            await services.users.create_many(administrator, drafts)
        visitors = [await Visitor.connect(known_by["host"], known_by["appId"]) for _ in range(AT_ONCE)]
        await wire_rate(visitors, LOGINS)
        rounds = [(bare_rate(stored), await wire_rate(visitors, LOGINS)) for _ in range(ROUNDS)]
        rate = median(ours for _, ours in rounds)
        hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        one_hash_s = median(seconds(lambda: hasher.verify(stored, PASSWORD)) for _ in range(HASH_TIMES))
        fresh = [await Visitor.connect(known_by["host"], known_by["appId"]) for _ in range(4 * AT_ONCE)]
        times = sorted(await arrivals(fresh, 0.8 * rate, 4 * LOGINS))
        for visitor in visitors + fresh:
            visitor.writer.close()
    yield at_least(
        "logins over the wire, 2 workers / bare argon2 verifications",
        median(ours / bare for bare, ours in rounds),
        "x",
        bar=0.95,
    )
    yield known("logins over the wire, 2 workers", rate, "per second")
    yield at_most(
        "p99 of a login at 80 % load / one hash", times[int(len(times) * 0.99)] / one_hash_s, "x", bar=3
    )


@measurement
async def token_check() -> AsyncIterator[Row]:
    """A user's token against its session row, as every request of a person begins."""
    async with own_services() as services:
        pool = await services.pools.create("bench")
        administrator = Caller(pool.id, kind="administrator", actor_id=pool.id)
        app = await services.apps.create(administrator, "bench", "bench")
        await services.users.create(administrator, UserDraft({"username": "user0"}, PASSWORD))
        visitor = Caller(pool.id, app_id=app.id, ip="127.0.0.1")
        logged_in = await services.login.with_password(visitor, UserKey("username", "user0"), PASSWORD)
        assert logged_in.token
        token = logged_in.token.token

        async def check() -> None:
            for _ in range(250):
                await services.sessions.read(token)

        await check()
        began = time.perf_counter()
        await asyncio.gather(*(check() for _ in range(8)))
        rate = 2000 / (time.perf_counter() - began)
    yield known("token checks, one process", rate, "per second")
