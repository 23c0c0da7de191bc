"""What the v2 wire costs over a bare fetch and encode of the same rows, and its plans against graphql-core."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from tests.wire.v2.fakes import engine, official_documents, request

from bench.over_bare import SEARCHED, asking, compared, filled
from bench.rows import Row, at_least, known, measurement
from poolhouse.app import asgi
from poolhouse.identities.model import Identity
from poolhouse.paging import Page
from poolhouse.users.model import User
from poolhouse.wire.v2 import plans
from poolhouse.wire.v2.request import V2Request
from poolhouse.wire.v2.user_loader import FIELDS, IDENTITIES


@measurement
async def v2_over_a_bare_fetch() -> AsyncIterator[Row]:
    documents = official_documents()
    async with filled() as (services, pool, bare):
        token = (await services.management_tokens.of_pool(pool.id)).token
        ask = asking(asgi(services), token, lambda answer: b'"errors"' not in answer)

        async def fetch_identities(limit: int) -> None:
            """The documents of lists, and the detail, show every user's identities."""
            ids = [f"{number:024d}" for number in range(1, limit + 1)]
            await bare.connection.fetch(
                "select * from user_identities where pool_id = $1 and user_id = any($2)", pool.id, ids
            )

        async def fetch_counted(limit: int) -> bytes:
            await bare.sum()
            await fetch_identities(limit)
            return await bare.fetch("true", limit)

        async def fetch_detail() -> bytes:
            await fetch_identities(1)
            return await bare.fetch("id = $2", 1, person)

        async def fetch_found(limit: int) -> bytes:
            where = f"id in ({SEARCHED})"
            await bare.count(where, "user12")
            return await bare.fetch(where, limit, "user12")

        def graphql(name: str, **variables: Any) -> Callable[[], Awaitable[bytes]]:
            body = {"query": documents[name], "variables": variables}
            return lambda: ask("/graphql/v2", body=body)

        person = f"{7:024d}"
        for name, bar, bare_call, our_call in (
            ("list of 10", 2.0, lambda: fetch_counted(10), graphql("Users", page=1, limit=10)),
            ("list of 50", 2.0, lambda: fetch_counted(50), graphql("Users", page=1, limit=50)),
            (
                "find",
                3.0,
                lambda: bare.fetch("username = $2", 1, "user7"),
                graphql("FindUser", username="user7"),
            ),
            ("detail", 3.0, fetch_detail, lambda: ask(f"/api/v2/users/{person}")),
            (
                "search, page of 50",
                2.0,
                lambda: fetch_found(50),
                graphql("SearchUser", query="user12", page=1, limit=50),
            ),
        ):
            for row in await compared(f"v2 {name}", bar, bare_call, our_call):
                yield row


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
