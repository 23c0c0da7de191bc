"""A wire beside a bare fetch and encode of the same rows: the people, the request, and the two in turns."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
from starlette.types import ASGIApp, Message

from bench.rows import Row, at_most, known
from bench.running import own_services
from poolhouse.directory.postgres import COLUMNS
from poolhouse.pools.model import Pool
from poolhouse.services import Services

USERS, CALLS, ROUNDS = 20_000, 20, 30
SEARCHED = (
    "select user_id from user_search where pool_id = $1 and search_key like poolhouse_search_pattern($2)"
)

Call = Callable[[], Awaitable[Any]]


class Bare:
    """A connection, and what of `pool_id` is read by it."""

    def __init__(self, connection: asyncpg.Connection, pool_id: str) -> None:
        self.connection, self.pool_id = connection, pool_id

    async def fetch(self, where: str, limit: int, *args: Any) -> bytes:
        rows = await self.connection.fetch(
            f"select {COLUMNS} from users where pool_id = $1 and {where} order by created_at desc, id limit {limit}",
            self.pool_id,
            *args,
        )
        return msgspec.json.encode([dict(row) for row in rows])

    async def sum(self) -> None:
        await self.connection.fetchval("select sum(users) from user_counts where pool_id = $1", self.pool_id)

    async def count(self, where: str, *args: Any) -> int:
        found: int = await self.connection.fetchval(
            f"select count(*) from users where pool_id = $1 and {where}", self.pool_id, *args
        )
        return found


@asynccontextmanager
async def filled() -> AsyncIterator[tuple[Services, Pool, Bare]]:
    """Services with USERS people in one pool."""
    async with own_services() as services:
        pool = await services.pools.create("bench")
        bare = await asyncpg.connect(services.db.url)
        await bare.execute(
            "insert into users (pool_id, id, username, email, name, phone, company, logins_count) "
            "select $1, lpad(n::text, 24, '0'), 'user' || n, 'user' || n || '@example.com', '张三' || n, "
            "'188' || lpad(n::text, 8, '0'), 'company ' || n % 50, n % 100 from generate_series(1, $2) n",
            pool.id,
            USERS,
        )
        await bare.execute("vacuum analyze")
        yield services, pool, Bare(bare, pool.id)
        await bare.close()


def asking(app: ASGIApp, token: str, right: Callable[[bytes], bool]) -> Callable[..., Awaitable[bytes]]:
    """One request without a socket or a client's own cost; a POST, if it has a body. `right` judges the answer."""

    async def ask(path: str, query: str = "", body: Any = None) -> bytes:
        sent: list[Message] = []
        content = b"" if body is None else json.dumps(body).encode()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET" if body is None else "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [
                (b"authorization", f"Bearer {token}".encode()),
                (b"content-length", str(len(content)).encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "scheme": "http",
            "root_path": "",
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await app(scope, receive, send)
        answer: bytes = b"".join(message.get("body", b"") for message in sent)
        assert right(answer), answer[:300]
        return answer

    return ask


async def wall_ms(call: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        await call()
    return (time.perf_counter() - began) / CALLS * 1000


async def compared(name: str, bar: float, bare_call: Call, our_call: Call) -> list[Row]:
    """The least of ROUNDS of each, in turns."""
    await bare_call()
    await our_call()
    rounds = [(await wall_ms(bare_call), await wall_ms(our_call)) for _ in range(ROUNDS)]
    plain, ours = min(plain for plain, _ in rounds), min(ours for _, ours in rounds)
    return [
        at_most(f"{name}: ours / a bare fetch and encode", ours / plain, "x", bar=bar),
        known(f"{name}: ours", ours, "ms"),
    ]
