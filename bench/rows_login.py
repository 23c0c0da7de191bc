"""Password logins against the hash they cannot avoid.

The limit is argon2 as its library has it, in as many threads as there are cores and with nothing beside it; `own_rate`
is the same of our way to call it. All have warm memory and take turns in rounds of `LOGINS` a time, so many that the
first and the last few, when not all cores have a hash, are a hundredth of them. Over the wire the client that
measures works on the same cores: the limit is what argon2 would do in the processor time that the client leaves.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import re
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, count, islice
from statistics import median
from urllib.parse import urlsplit

import argon2

from bench.rows import Row, at_least, at_most, known, measurement, seconds
from bench.running import data_folder, own_services, running
from poolhouse.caller import Caller
from poolhouse.crypto.argon2id import Argon2id
from poolhouse.db.embedded import running_url
from poolhouse.services import Services, opened
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft, UserKey, UserQuery

PEOPLE, LOGINS, AT_ONCE, ROUNDS = 120, 240, 16, 5
PASSWORD = "correct horse 1"


def bare_rate(stored: str) -> float:
    """Verifications a second of the same hash in as many threads as there are cores, and nothing else."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(lambda _: hasher.verify(stored, PASSWORD), range(AT_ONCE)))
        began = time.perf_counter()
        list(threads.map(lambda _: hasher.verify(stored, PASSWORD), range(LOGINS)))
        return LOGINS / (time.perf_counter() - began)


def own_rate(stored: str) -> float:
    """The same as we call argon2."""
    hasher = Argon2id(19 * 1024, 2)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(lambda _: hasher.verify(PASSWORD.encode(), stored), range(AT_ONCE)))
        began = time.perf_counter()
        list(threads.map(lambda _: hasher.verify(PASSWORD.encode(), stored), range(LOGINS)))
        return LOGINS / (time.perf_counter() - began)


async def login_rate(services: Services, visitor: Caller) -> float:
    """Whole logins a second of different users: guard, session row, token, audit."""
    turns = iter(range(LOGINS))

    async def visit() -> None:
        for turn in turns:
            await services.login.with_password(visitor, UserKey("username", f"user{turn % PEOPLE}"), PASSWORD)

    began = time.perf_counter()
    await asyncio.gather(*(visit() for _ in range(AT_ONCE)))
    return LOGINS / (time.perf_counter() - began)


async def rate_beside_readers(
    services: Services, visitor: Caller, administrator: Caller
) -> tuple[float, float]:
    """The same while two readers page through the users without a pause, and how many pages they read a second."""
    pages = 0

    async def read() -> None:
        nonlocal pages
        while True:
            await services.users.list(administrator, UserQuery())
            pages += 1

    began = time.perf_counter()
    readers = [asyncio.create_task(read()) for _ in range(2)]
    try:
        logins = await login_rate(services, visitor)
        return logins, pages / (time.perf_counter() - began)
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
        drafts = [UserDraft(values={"username": f"user{n}"}, password_hash=stored) for n in range(PEOPLE)]
        await services.users.create_many(administrator, drafts)
        await login_rate(services, visitor)
        rounds = [
            (
                bare_rate(stored),
                await login_rate(services, visitor),
                await rate_beside_readers(services, visitor, administrator),
                own_rate(stored),
            )
            for _ in range(ROUNDS)
        ]
    yield at_least(
        "logins / bare argon2 verifications", median(ours / bare for bare, ours, *_ in rounds), "x", bar=0.95
    )
    yield at_least(
        "logins beside two readers / bare argon2 verifications",
        median(beside / bare for bare, _, (beside, _), _ in rounds),
        "x",
        bar=0.8,
    )
    yield known(
        "pages beside logins, two readers", median(pages for *_, (_, pages), _ in rounds), "per second"
    )
    yield known(
        "our way to call argon2 / bare argon2 verifications",
        median(own / bare for bare, *_, own in rounds),
        "x",
    )
    yield known("logins", median(ours for _, ours, *_ in rounds), "per second")


# -- over the wire ---------------------------------------------------------------------------------------

LOGIN = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { token } }"
HASH_TIMES, AT_80_PERCENT = 30, 480


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


async def wire_rate(visitors: list[Visitor], logins: int) -> tuple[float, float]:
    """A second, and the share of the machine's processor time that this client took meanwhile."""
    turns = iter(range(logins))

    async def visit(visitor: Visitor) -> None:
        for turn in turns:
            await visitor.log_in(f"user{turn % PEOPLE}")

    began, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(visit(visitor) for visitor in visitors))
    took_s, worked_s = time.perf_counter() - began, time.process_time() - worked
    return logins / took_s, worked_s / took_s / (os.cpu_count() or 1)


@contextmanager
def without_pauses() -> Iterator[None]:
    """The client's collector of garbage must not be taken for the server's slowness."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def evenly(per_second: float) -> Iterator[float]:
    """Moments, in seconds from the first."""
    return (turn / per_second for turn in count())


def at_random(per_second: float) -> Iterator[float]:
    """As people come who know nothing of each other."""
    chance = random.Random(1)
    return accumulate(chance.expovariate(per_second) for _ in count())


async def arrivals(visitors: list[Visitor], moments: Iterator[float], logins: int) -> list[float]:
    """Times of logins that come at these moments, whether or not the one before is answered."""
    free: asyncio.Queue[Visitor] = asyncio.Queue()
    for visitor in visitors:
        free.put_nowait(visitor)
    times: list[float] = []

    async def arrive(turn: int) -> None:
        began = time.perf_counter()
        visitor = await free.get()
        await visitor.log_in(f"user{turn % PEOPLE}")
        free.put_nowait(visitor)
        times.append(time.perf_counter() - began)

    with without_pauses():
        async with asyncio.TaskGroup() as group:
            start = time.perf_counter()
            for turn, moment in enumerate(islice(moments, logins)):
                await asyncio.sleep(max(0.0, start + moment - time.perf_counter()))
                group.create_task(arrive(turn))
    return sorted(times)


async def p99_in_hashes(visitors: list[Visitor], moments: Iterator[float], stored: str) -> float:
    """In times that one hash takes alone, measured just before."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    one_hash_s = median(seconds(lambda: hasher.verify(stored, PASSWORD)) for _ in range(HASH_TIMES))
    times = await arrivals(visitors, moments, AT_80_PERCENT)
    return times[int(len(times) * 0.99)] / one_hash_s


@measurement
async def login_over_the_wire() -> AsyncIterator[Row]:
    with data_folder() as data, running(data, "--workers", "2") as server:
        known_by = server.credentials
        async with opened(Settings(data=data), running_url(data)) as services:
            administrator = Caller(known_by["userPoolId"], kind="administrator", actor_id="bench")
            stored = await services.hasher.hash(PASSWORD)
            drafts = [UserDraft(values={"username": f"user{n}"}, password_hash=stored) for n in range(PEOPLE)]
            await services.users.create_many(administrator, drafts)
        visitors = [await Visitor.connect(known_by["host"], known_by["appId"]) for _ in range(AT_ONCE)]
        await wire_rate(visitors, LOGINS)
        rounds = [(bare_rate(stored), *await wire_rate(visitors, LOGINS)) for _ in range(ROUNDS)]
        rate = median(ours for _, ours, _ in rounds)
        fresh = [await Visitor.connect(known_by["host"], known_by["appId"]) for _ in range(4 * AT_ONCE)]
        even, chance = [
            [await p99_in_hashes(fresh, moments(0.8 * rate), stored) for _ in range(3)]
            for moments in (evenly, at_random)
        ]
        for visitor in visitors + fresh:
            visitor.writer.close()
    yield at_least(
        "logins over the wire, 2 workers / bare argon2 verifications",
        median(ours / (bare * (1 - client)) for bare, ours, client in rounds),
        "x",
        bar=0.95,
    )
    yield known("logins over the wire, 2 workers", rate, "per second")
    yield known(
        "logins over the wire: the measuring client's part", median(c for *_, c in rounds), "of all cores"
    )
    yield at_most("p99 of a login at 80 % load / one hash", median(even), "x", bar=3)
    yield known("p99 of a login at 80 % load, at random moments / one hash", median(chance), "x")


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
