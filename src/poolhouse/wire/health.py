"""GET /healthz (the process runs), /readyz (it can serve) and /metrics, for the operator.

Anybody may ask, so whoever asks while an answer is being made gets that one: a thousand who ask for /metrics cost no
more than one.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from poolhouse.breaker import BreakerState
from poolhouse.crypto.compare import same_secret
from poolhouse.db.citus.reach import Lost
from poolhouse.ttl_cache import TtlCache
from poolhouse.vitals import Vitals
from poolhouse.wire import metrics as numbers

NODES_KEPT_S, NODES_WAIT_S = 5.0, 1.5
"""Each node is asked anew after that, and whoever asks waits no longer."""


def health_routes(vitals: Vitals, metrics_token: str = "") -> list[BaseRoute]:
    """GET /healthz: 200 once it serves. GET /readyz: 200 or 503 with each part's state. GET /metrics: 401 without the
    token, if there is one."""
    faults, texts = TtlCache[str | None](0), TtlCache[bytes](0)  # nothing is kept
    nodes = TtlCache[Lost | None](NODES_KEPT_S)

    async def lost_nodes() -> Lost | None:
        try:
            async with asyncio.timeout(NODES_WAIT_S):
                return await nodes.get("", vitals.lost_nodes)
        except TimeoutError:
            return None  # the next who asks is told

    async def healthz(request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(request: Request) -> Response:
        fault = await faults.get("", vitals.database_fault)
        parts: dict[str, Any] = {"database": {"ready": False, "reason": fault} if fault else {"ready": True}}
        if request.app.state.draining():
            parts["server"] = {"ready": False, "reason": "draining"}
        ready = all(part["ready"] for part in parts.values())
        # One pool's dead database, a standby's, or a node's is no reason to take this node from the others.
        parts["customDatabases"] = {"ready": True, "unavailable": _unavailable(vitals)}
        if standby := vitals.standby():
            parts["replica"] = {"ready": True, "state": standby.state, "lagSeconds": round(standby.lag_s, 1)}
        if not fault and (lost := await lost_nodes()):
            parts["nodes"] = {
                "ready": True,
                "lost": lost.nodes,
                "pools": lost.pools,
                "unavailable": lost.named,
            }
        body = {"status": "ready" if ready else "unavailable", **parts}
        return _json(body, 200) if ready else _json(body, 503, {"retry-after": "2"})

    async def metrics(request: Request) -> Response:
        if metrics_token and not _bears(request, metrics_token):
            return _json({"status": "unauthorized"}, 401, {"www-authenticate": 'Bearer realm="metrics"'})
        text = await texts.get("", lambda: numbers.exposition(vitals))
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def _bears(request: Request, token: str) -> bool:
    """Source: RFC 6750 section 2.1. Told in a time that says nothing of how much of it was right."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and same_secret(token, given.strip())


def _unavailable(vitals: Vitals) -> list[str]:
    """The pools whose circuit breaker is not closed."""
    connections = vitals.scripts().connections
    return sorted(one.key for one in connections if one.breaker is not BreakerState.CLOSED)


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, "application/json")
