"""For whoever runs the server: is it up, can it work, how is it doing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from poolhouse.db.pool import Database
from poolhouse.errors import PoolhouseError
from poolhouse.sandbox.breaker import BreakerState
from poolhouse.sandbox.client import Sandbox

READY_WITHIN_S = 2.0


def health_routes(db: Database, sandbox: Sandbox) -> list[BaseRoute]:
    """GET /healthz: 200 once it serves. GET /readyz: 200 or 503 with each part's state. GET /metrics."""

    async def healthz(request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(request: Request) -> Response:
        parts = {"database": await _database(db)}
        ready = all(part["ready"] for part in parts.values())
        # One pool's dead database is no reason to take this node from the others.
        parts["customDatabases"] = {"ready": True, "unavailable": _unavailable(sandbox)}
        return _json({"status": "ready" if ready else "unavailable", **parts}, 200 if ready else 503)

    async def metrics(request: Request) -> Response:
        own = CollectorRegistry(auto_describe=False)
        own.register(SandboxMetrics(sandbox))
        return Response(generate_latest() + generate_latest(own), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _database(db: Database) -> dict[str, Any]:
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            await db.fetchval("select 1")
    except (TimeoutError, PoolhouseError) as error:
        return {"ready": False, "reason": type(error).__name__}
    return {"ready": True}


def _unavailable(sandbox: Sandbox) -> list[str]:
    """The pools whose circuit breaker is not closed."""
    connections = sandbox.status().connections
    return sorted(one.key for one in connections if one.breaker is not BreakerState.CLOSED)


class SandboxMetrics(Collector):
    """Read from the sandbox when asked, so that nothing counts twice."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def collect(self) -> Iterable[Metric]:
        status = self._sandbox.status()
        yield GaugeMetricFamily("poolhouse_sandbox_workers", "Worker processes alive.", status.workers)
        labels = ["connection"]
        calls = GaugeMetricFamily("poolhouse_sandbox_in_flight", "Script calls running.", labels=labels)
        queued = GaugeMetricFamily("poolhouse_sandbox_queued", "Script calls waiting.", labels=labels)
        broken = GaugeMetricFamily(
            "poolhouse_sandbox_breaker_open", "1 while a connection is refused at once.", labels=labels
        )
        answered = CounterMetricFamily("poolhouse_sandbox_calls", "Script calls answered.", labels=labels)
        killed = CounterMetricFamily(
            "poolhouse_sandbox_kills", "Workers killed.", labels=["connection", "reason"]
        )
        for one in status.connections:
            calls.add_metric([one.key], one.workers.in_flight)
            queued.add_metric([one.key], one.workers.queued)
            broken.add_metric([one.key], one.breaker is not BreakerState.CLOSED)
            answered.add_metric([one.key], one.workers.answered)
            for reason, count in one.workers.deaths.items():
                killed.add_metric([one.key, reason], count)
        yield from (calls, queued, broken, answered, killed)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
