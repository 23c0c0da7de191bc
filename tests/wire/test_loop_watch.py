"""An event loop that does not turn is measured, and what holds it is named."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import structlog
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from poolhouse import ids
from poolhouse.app import asgi, working
from poolhouse.services import Services
from poolhouse.wire import loop_watch

Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def fresh_logger(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logger that has not kept the configuration of an earlier test."""
    monkeypatch.setattr(loop_watch, "_log", structlog.get_logger("poolhouse.loop"))


@asynccontextmanager
async def watching() -> AsyncIterator[Lines]:
    with capture_logs() as lines:
        async with loop_watch.watched():
            await asyncio.sleep(0.1)
            yield lines
            await asyncio.sleep(0.3)


def held(lines: Lines) -> Lines:
    return [line for line in lines if line["event"] == "loop_held"]


def slower_than(seconds: str) -> float:
    def read(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"poolhouse_loop_lag_seconds_{name}", labels) or 0.0

    return read("count") - read("bucket", le=seconds)


async def test_a_request_that_holds_the_loop_is_named_with_its_operation_and_place(
    services: Services, monkeypatch: pytest.MonkeyPatch, fresh_logger: None
) -> None:
    def dear(*_: Any) -> None:
        time.sleep(1.05)

    monkeypatch.setattr("poolhouse.wire.v3.app.require_few_parts", dear)
    before = slower_than("0.5")
    transport = httpx.ASGITransport(asgi(services))
    async with watching() as lines, httpx.AsyncClient(transport=transport, base_url="http://pool") as client:
        await client.post(
            "/api/v3/get-management-token", json={"secret": "hunter2"}, headers={"x-request-id": "mine"}
        )
    line = max(held(lines), key=lambda one: one["held_ms"])
    assert line["log_level"] == "warning"
    assert line["operation"] == "POST get-management-token"
    assert line["request_id"] == "mine"
    assert line["where"][0].startswith("wire/v3/app.py:")
    assert line["where"][0].endswith(" _run")
    assert line["held_ms"] >= 1000
    assert line["turning_again"]
    assert "hunter2" not in str(line)
    assert slower_than("0.5") > before


async def test_work_beside_the_requests_is_named_by_its_place(
    services: Services, monkeypatch: pytest.MonkeyPatch, fresh_logger: None
) -> None:
    monkeypatch.setattr(ids, "_ID", Slow())

    async def work() -> None:
        ids.is_id("x")

    async with watching() as lines:
        await asyncio.create_task(work())
    line = max(held(lines), key=lambda one: one["held_ms"])
    assert (line["operation"], line["where"][0].split(":")[0]) == ("", "ids.py")


class Slow:
    def match(self, _: str) -> None:
        time.sleep(1.05)


async def test_nobody_is_named_while_the_loop_waits(fresh_logger: None) -> None:
    """A busy machine may keep it from turning, which is nobody's here."""
    async with watching() as lines:
        await asyncio.sleep(0.5)
    assert not [line for line in held(lines) if line["where"] or line["operation"]]


async def test_the_server_measures_its_loop_and_tells_the_numbers(services: Services) -> None:
    before = REGISTRY.get_sample_value("poolhouse_loop_lag_seconds_count") or 0
    async with working(services):
        await asyncio.sleep(0.2)
    assert (REGISTRY.get_sample_value("poolhouse_loop_lag_seconds_count") or 0) > before
    transport = httpx.ASGITransport(asgi(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://pool") as client:
        assert "poolhouse_loop_lag_seconds_bucket" in (await client.get("/metrics")).text
