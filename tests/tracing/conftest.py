"""Services whose connections tell of their statements, and the collector that their spans reach."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.tracing.collector import Collector, Taken, collecting

from poolhouse import tracing
from poolhouse.app import asgi
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import opened
from poolhouse.services import Services, build
from poolhouse.settings import Settings
from poolhouse.tracing import queue
from poolhouse.tracing.sending import sent


@dataclass(frozen=True, slots=True)
class Traced:
    services: Services
    collector: Collector
    http: httpx.AsyncClient

    async def spans(self, enough: Callable[[list[Taken]], bool]) -> list[Taken]:
        """All that arrived, once they are enough."""
        async with asyncio.timeout(60):
            while not enough(found := list(self.collector.spans)):  # noqa: ASYNC110 - another thread's
                await asyncio.sleep(0.02)
        return found

    async def trace_of(self, request_id: str, children: int = 0) -> tuple[Taken, list[Taken]]:
        """The span of a request, and those below it."""

        def split(found: list[Taken]) -> tuple[list[Taken], list[Taken]]:
            roots = [one for one in found if one.attributes.get("poolhouse.request_id") == request_id]
            ids = {one.trace_id for one in roots}
            return roots, [one for one in found if one.trace_id in ids and one not in roots]

        def enough(found: list[Taken]) -> bool:
            roots, below = split(found)
            return len(roots) == 1 and len(below) >= children

        roots, below = split(await self.spans(enough))
        return roots[0], below


@pytest.fixture(scope="module")
async def traced(database_url: str, run_folder: Path) -> AsyncIterator[Traced]:
    hasher = PasswordHasher(memory_kib=64, passes=1)
    with collecting() as collector, pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "EVERY_S", 0.02)
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        patch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=of-the-collector")
        async with sent(), opened(database_url) as db:
            services = await build(Settings(data=run_folder / f"data-{os.getpid()}"), db, hasher)
            transport = httpx.ASGITransport(asgi(services), client=("192.0.2.7", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://pool") as http:
                yield Traced(services, collector, http)
            await services.sandbox.close()
        assert not tracing.is_on()
    hasher.close()
