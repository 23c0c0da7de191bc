"""What the v3 wire costs over a bare fetch and encode of the same rows."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
from starlette.types import ASGIApp, Message

from bench.rows import Row, at_most, known, measurement
from bench.rows_v2 import SEARCHED
from bench.running import own_services
from poolhouse.app import asgi
from poolhouse.credentials import access_key_tokens
from poolhouse.directory.postgres import COLUMNS

USERS, CALLS, ROUNDS = 20_000, 20, 30


def asking(app: ASGIApp, token: str) -> Callable[..., Awaitable[bytes]]:
    """One request without a socket or a client's own cost."""

    async def ask(method: str, path: str, query: str = "", body: Any = None) -> bytes:
        sent: list[Message] = []
        content = b"" if body is None else json.dumps(body).encode()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": f"/api/v3/{path}",
            "raw_path": f"/api/v3/{path}".encode(),
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
        assert b'"statusCode":200' in answer, answer[:300]
        return answer

    return ask


async def wall_ms(call: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        await call()
    return (time.perf_counter() - began) / CALLS * 1000


@measurement
async def v3_over_a_bare_fetch() -> AsyncIterator[Row]:
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
        key = await services.access_keys.resolve(pool.id)
        assert key is not None
        ask = asking(asgi(services), access_key_tokens.issue(key))

        async def fetch(where: str, limit: int, *args: Any) -> bytes:
            rows = await bare.fetch(
                f"select {COLUMNS} from users where pool_id = $1 and {where} "
                f"order by created_at desc, id limit {limit}",
                pool.id,
                *args,
            )
            return msgspec.json.encode([dict(row) for row in rows])

        async def fetch_page(where: str, limit: int, *args: Any) -> bytes:
            total = await bare.fetchval(
                f"select count(*) from users where pool_id = $1 and {where}", pool.id, *args
            )
            return await fetch(where, limit, *args) if total else b"[]"

        async def fetch_counted(limit: int) -> bytes:
            await bare.fetchval("select sum(users) from user_counts where pool_id = $1", pool.id)
            return await fetch("true", limit)

        person = f"{7:024d}"
        filters = [{"field": "loginsCount", "operator": "GREATER", "value": 98}]
        fifty = {"pagination": {"page": 1, "limit": 50}}
        for name, bar, bare_call, our_call in (
            ("list of 10", 2.0, lambda: fetch_counted(10), lambda: ask("GET", "list-users", "limit=10")),
            ("list of 50", 2.0, lambda: fetch_counted(50), lambda: ask("GET", "list-users", "limit=50")),
            (
                "one user",
                3.0,
                lambda: fetch("id = $2", 1, person),
                lambda: ask("GET", "get-user", f"userId={person}"),
            ),
            (
                "search, page of 50",
                2.0,
                lambda: fetch_page(f"id in ({SEARCHED})", 50, "user12"),
                lambda: ask("POST", "list-users", "", {"keywords": "user12", "options": fifty}),
            ),
            (
                "advanced filter, page of 50",
                2.0,
                lambda: fetch_page("logins_count >= $2", 50, 98),
                lambda: ask("POST", "list-users", "", {"advancedFilter": filters, "options": fifty}),
            ),
        ):
            await bare_call()
            await our_call()
            rounds = [(await wall_ms(bare_call), await wall_ms(our_call)) for _ in range(ROUNDS)]
            plain, ours = min(plain for plain, _ in rounds), min(ours for _, ours in rounds)
            yield at_most(f"v3 {name}: ours / a bare fetch and encode", ours / plain, "x", bar=bar)
            yield known(f"v3 {name}: ours", ours, "ms")
        await bare.close()
