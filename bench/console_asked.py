"""Asks pages of the console in this process, and tells what each took and what of it the database."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import asyncpg
import httpx

from poolhouse.app import asgi
from poolhouse.services import Services

HOST = "http://127.0.0.1:3000"
PASSWORD = "correct-horse-battery"
WARM = 5


@dataclass(slots=True)
class Spent:
    """In the database: seconds of all statements together, how many they were, and the longest with its text."""

    seconds: float = 0.0
    statements: int = 0
    longest: tuple[float, str] = (0.0, "")
    all: list[tuple[float, str]] = field(default_factory=list)

    def add(self, seconds: float, sql: str) -> None:
        self.seconds += seconds
        self.statements += 1
        self.all.append((seconds, sql))
        self.longest = max(self.longest, (seconds, sql))


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one page: the first answer, and the median of those after it. `sql`: its longest statement."""

    name: str
    status: int
    first_ms: float
    first_sql_ms: float
    ms: float
    sql_ms: float
    statements: int
    bytes: int
    sql: str


@contextmanager
def counted() -> Iterator[Spent]:
    """What the statements of this process take meanwhile, as whoever waits for them sees it."""
    spent = Spent()
    kept = {name: getattr(asyncpg.Connection, name) for name in ("fetch", "fetchrow", "fetchval", "execute")}

    def timed(name: str) -> Any:
        async def run(self: Any, query: str, *args: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return await kept[name](self, query, *args, **options)
            finally:
                spent.add(time.perf_counter() - began, query)

        return run

    for name in kept:
        setattr(asyncpg.Connection, name, timed(name))
    try:
        yield spent
    finally:
        for name, function in kept.items():
            setattr(asyncpg.Connection, name, function)


@asynccontextmanager
async def signed_in(services: Services, username: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of an administrator."""
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=True)
    async with httpx.AsyncClient(
        transport=transport, base_url=HOST, headers={"accept-language": "en"}, timeout=120
    ) as http:
        shown = await http.get("/console/sign-in")
        form = re.search(r'name="form" value="([0-9a-f]+)"', shown.text)
        assert form
        sent = {"form": form[1], "username": username, "password": PASSWORD}
        answer = await http.post("/console/sign-in", data=sent)
        assert answer.status_code == 303, answer.text
        yield http


async def ask(http: httpx.AsyncClient, name: str, address: str, warm: int = WARM) -> Taken:
    """`address` below /console."""
    first_ms, first, answer = await _once(http, address)
    again = [await _once(http, address) for _ in range(warm)]
    middle = sorted((spent for _, spent, _ in again), key=lambda one: one.seconds)[len(again) // 2]
    return Taken(
        name=name,
        status=answer.status_code,
        first_ms=round(first_ms, 1),
        first_sql_ms=round(first.seconds * 1000, 1),
        ms=round(median(ms for ms, _, _ in again), 1),
        sql_ms=round(middle.seconds * 1000, 1),
        statements=middle.statements,
        bytes=len(answer.content),
        sql=f"{max(first.longest, middle.longest)[1]}",
    )


async def _once(http: httpx.AsyncClient, address: str) -> tuple[float, Spent, httpx.Response]:
    with counted() as spent:
        began = time.perf_counter()
        answer = await http.get(f"/console{address}")
        return (time.perf_counter() - began) * 1000, spent, answer
