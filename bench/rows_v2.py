"""What the v2 wire costs over a bare fetch and encode of the same rows, and its plans against graphql-core."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec
from starlette.types import ASGIApp, Message
from tests.wire.v2.fakes import engine, official_documents, request

from bench.rows import Row, at_least, at_most, known, measurement
from bench.running import own_services
from poolhouse.app import asgi
from poolhouse.directory.postgres import COLUMNS
from poolhouse.identities.model import Identity
from poolhouse.paging import Page
from poolhouse.users.model import User
from poolhouse.wire.v2 import plans
from poolhouse.wire.v2.request import V2Request
from poolhouse.wire.v2.user_loader import FIELDS, IDENTITIES

USERS, CALLS, ROUNDS = 20_000, 20, 30
SEARCHED = (
    "select user_id from user_search where pool_id = $1 and search_key like poolhouse_search_pattern($2)"
)


def asking(app: ASGIApp, token: str) -> Callable[..., Awaitable[bytes]]:
    """One request without a socket or a client's own cost."""

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
        assert b'"errors"' not in answer, answer[:300]
        return answer

    return ask


async def wall_ms(call: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        await call()
    return (time.perf_counter() - began) / CALLS * 1000


@measurement
async def v2_over_a_bare_fetch() -> AsyncIterator[Row]:
    documents = official_documents()
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
        ask = asking(asgi(services), (await services.management_tokens.of_pool(pool.id)).token)

        async def fetch(where: str, limit: int, *args: Any) -> bytes:
            rows = await bare.fetch(
                f"select {COLUMNS} from users where pool_id = $1 and {where} "
                f"order by created_at desc, id limit {limit}",
                pool.id,
                *args,
            )
            return msgspec.json.encode([dict(row) for row in rows])

        async def fetch_identities(limit: int) -> None:
            """The documents of lists, and the detail, show every user's identities."""
            ids = [f"{number:024d}" for number in range(1, limit + 1)]
            await bare.fetch(
                "select * from user_identities where pool_id = $1 and user_id = any($2)", pool.id, ids
            )

        async def fetch_counted(limit: int) -> bytes:
            await bare.fetchval("select sum(users) from user_counts where pool_id = $1", pool.id)
            await fetch_identities(limit)
            return await fetch("true", limit)

        async def fetch_detail() -> bytes:
            await fetch_identities(1)
            return await fetch("id = $2", 1, person)

        async def fetch_found(limit: int) -> bytes:
            where = f"id in ({SEARCHED})"
            await bare.fetchval(
                f"select count(*) from users where pool_id = $1 and {where}", pool.id, "user12"
            )
            return await fetch(where, limit, "user12")

        def graphql(name: str, **variables: Any) -> Callable[[], Awaitable[bytes]]:
            body = {"query": documents[name], "variables": variables}
            return lambda: ask("/graphql/v2", body=body)

        person = f"{7:024d}"
        for name, bare_call, our_call in (
            ("list of 10", lambda: fetch_counted(10), graphql("Users", page=1, limit=10)),
            ("list of 50", lambda: fetch_counted(50), graphql("Users", page=1, limit=50)),
            ("find", lambda: fetch("username = $2", 1, "user7"), graphql("FindUser", username="user7")),
            ("detail", fetch_detail, lambda: ask(f"/api/v2/users/{person}")),
            (
                "search, page of 50",
                lambda: fetch_found(50),
                graphql("SearchUser", query="user12", page=1, limit=50),
            ),
        ):
            await bare_call()
            await our_call()
            rounds = [(await wall_ms(bare_call), await wall_ms(our_call)) for _ in range(ROUNDS)]
            plain, ours = min(plain for plain, _ in rounds), min(ours for _, ours in rounds)
            bar = 3.0 if name in ("find", "detail") else 2.0
            yield at_most(f"v2 {name}: ours / a bare fetch and encode", ours / plain, "x", bar=bar)
            yield known(f"v2 {name}: ours", ours, "ms")
        await bare.close()


@measurement
async def v2_plans_against_graphql_core() -> AsyncIterator[Row]:
    moment = datetime(2024, 3, 11, 12, 52, 50, 999, tzinfo=UTC)
    users = [
        User(
            f"{number:024x}",
            "0" * 24,
            "Activated",
            f"user{number}",
            f"user{number}@example.com",
            photo="https://example.com/photo.png",
            created_at=moment,
            updated_at=moment,
        )
        for number in range(50)
    ]
    known_identities = {
        user.id: [Identity("1", user.id, "wechat", "w")] if number % 2 else []
        for number, user in enumerate(users)
    }

    async def resolver(asked: V2Request, args: dict[str, Any]) -> Page[User]:
        asked.known[IDENTITIES] = known_identities
        return Page(50, users)

    graph = engine({"users": resolver}, fields=FIELDS)
    asked = request({"query": official_documents()["Users"], "variables": {"page": 1, "limit": 50}})

    async def cpu_ms(runs: int) -> float:
        took = []
        for _ in range(runs):
            began = time.process_time()
            reply = await graph.answer(asked)
            took.append(time.process_time() - began)
            assert b'"errors"' not in reply.body, reply.body[:300]
        return min(took) * 1000

    planned = await cpu_ms(300)
    original = plans.plan, plans.quick_plan
    plans.plan = lambda *_: None  # type: ignore[assignment]
    plans.quick_plan = lambda *_: None  # type: ignore[assignment]
    try:
        executed = await cpu_ms(30)
    finally:
        plans.plan, plans.quick_plan = original  # type: ignore[assignment]
    yield at_least("v2 users(50): graphql-core / the plan, CPU", executed / planned, "x", bar=40)
    yield known("v2 users(50): the plan, CPU", planned, "ms")
