"""For whoever runs the server: is it up, can it work, how is it doing."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from poolhouse.db.pool import Database
from poolhouse.errors import PoolhouseError

READY_WITHIN_S = 2.0


def health_routes(db: Database) -> list[BaseRoute]:
    """GET /healthz: 200 once it serves. GET /readyz: 200 or 503 with each part's state. GET /metrics."""

    async def healthz(request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(request: Request) -> Response:
        parts = {"database": await _database(db)}
        ready = all(part["ready"] for part in parts.values())
        return _json({"status": "ready" if ready else "unavailable", **parts}, 200 if ready else 503)

    async def metrics(request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _database(db: Database) -> dict[str, Any]:
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            await db.fetchval("select 1")
    except (TimeoutError, PoolhouseError) as error:
        return {"ready": False, "reason": type(error).__name__}
    return {"ready": True}


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
