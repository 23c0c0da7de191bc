"""What the v3 wire costs over a bare fetch and encode of the same rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from bench.over_bare import SEARCHED, asking, compared, filled
from bench.rows import Row, measurement
from poolhouse.app import asgi
from poolhouse.credentials import access_key_tokens


@measurement
async def v3_over_a_bare_fetch() -> AsyncIterator[Row]:
    async with filled() as (services, pool, bare):
        key = await services.access_keys.resolve(pool.id)
        assert key is not None
        send = asking(
            asgi(services), access_key_tokens.issue(key), lambda answer: b'"statusCode":200' in answer
        )

        async def ask(path: str, query: str = "", body: Any = None) -> bytes:
            return await send(f"/api/v3/{path}", query, body)

        async def fetch_page(where: str, limit: int, *args: Any) -> bytes:
            total = await bare.count(where, *args)
            return await bare.fetch(where, limit, *args) if total else b"[]"

        async def fetch_counted(limit: int) -> bytes:
            await bare.sum()
            return await bare.fetch("true", limit)

        person = f"{7:024d}"
        filters = [{"field": "loginsCount", "operator": "GREATER", "value": 98}]
        fifty = {"pagination": {"page": 1, "limit": 50}}
        for name, bar, bare_call, our_call in (
            ("list of 10", 2.0, lambda: fetch_counted(10), lambda: ask("list-users", "limit=10")),
            ("list of 50", 2.0, lambda: fetch_counted(50), lambda: ask("list-users", "limit=50")),
            (
                "one user",
                3.0,
                lambda: bare.fetch("id = $2", 1, person),
                lambda: ask("get-user", f"userId={person}"),
            ),
            (
                "search, page of 50",
                2.0,
                lambda: fetch_page(f"id in ({SEARCHED})", 50, "user12"),
                lambda: ask("list-users", "", {"keywords": "user12", "options": fifty}),
            ),
            (
                "advanced filter, page of 50",
                2.0,
                lambda: fetch_page("logins_count >= $2", 50, 98),
                lambda: ask("list-users", "", {"advancedFilter": filters, "options": fifty}),
            ),
        ):
            for row in await compared(f"v3 {name}", bar, bare_call, our_call):
                yield row
