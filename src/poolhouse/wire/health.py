"""For whoever runs the server: is it up, can it work, how is it doing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from poolhouse.breaker import BreakerState
from poolhouse.db.database import Database
from poolhouse.errors import PoolhouseError
from poolhouse.sandbox.client import Sandbox
from poolhouse.wire import metrics as numbers

if TYPE_CHECKING:
    from poolhouse.services import Services

READY_WITHIN_S = 2.0


def health_routes(services: Services) -> list[BaseRoute]:
    """GET /healthz: 200 once it serves. GET /readyz: 200 or 503 with each part's state. GET /metrics."""

    async def healthz(request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(request: Request) -> Response:
        parts = {"database": await _database(services.db)}
        if request.app.state.draining():
            parts["server"] = {"ready": False, "reason": "draining"}
        ready = all(part["ready"] for part in parts.values())
        # One pool's dead database is no reason to take this node from the others.
        parts["customDatabases"] = {"ready": True, "unavailable": _unavailable(services.sandbox)}
        body = {"status": "ready" if ready else "unavailable", **parts}
        return _json(body, 200) if ready else _json(body, 503, {"retry-after": "2"})

    async def metrics(request: Request) -> Response:
        return Response(await numbers.exposition(services), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _database(db: Database) -> dict[str, Any]:
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            await db.fetchval("select 1")
            if not db.loads()["search"].open:
                await db.search_fetchval("select 1")  # a node that can open none answers no list
    except (TimeoutError, PoolhouseError) as error:
        return {"ready": False, "reason": type(error).__name__}
    return {"ready": True}


def _unavailable(sandbox: Sandbox) -> list[str]:
    """The pools whose circuit breaker is not closed."""
    connections = sandbox.status().connections
    return sorted(one.key for one in connections if one.breaker is not BreakerState.CLOSED)


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, "application/json")
