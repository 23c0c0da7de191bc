"""Password logins against the hash they cannot avoid."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import argon2

from bench.rows import Row, at_least, known, measurement
from bench.running import data_folder
from poolhouse.app import Services, opened
from poolhouse.caller import Caller
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.migrations import migrate
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft, UserKey

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


@measurement
async def login() -> AsyncIterator[Row]:
    with data_folder() as data, EmbeddedPostgres(data) as url:
        await migrate(url)
        async with opened(Settings(data=data), url) as services:
            pool = await services.pools.create("bench")
            administrator = Caller(pool.id, kind="administrator", actor_id=pool.id)
            app = await services.apps.create(administrator, "bench", "bench")
            visitor = Caller(pool.id, app_id=app.id, ip="127.0.0.1")
            stored = await services.hasher.hash(PASSWORD)
            drafts = [UserDraft(values={"username": f"user{n}"}, password_hash=stored) for n in range(LOGINS)]
            await services.users.create_many(administrator, drafts)
            await login_rate(services, visitor)
            rounds = [(bare_rate(stored), await login_rate(services, visitor)) for _ in range(ROUNDS)]
    yield at_least(
        "logins / bare argon2 verifications", median(ours / bare for bare, ours in rounds), "x", bar=0.85
    )
    yield known("logins", median(ours for _, ours in rounds), "per second")
