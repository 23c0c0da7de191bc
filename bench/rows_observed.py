"""What a log line and its numbers cost a request, against the cheapest one that does something."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from statistics import median
from time import process_time
from typing import Any

import structlog

from bench.rows import Row, at_most, measurement
from poolhouse import logs
from poolhouse.wire.observed import Observed

TIMES = 3_000
ROUNDS = 9


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def _sent(_message: Any) -> None:
    pass


async def _us(app: Any) -> float:
    """Processor microseconds a call."""
    scope = {"type": "http", "path": "/x", "method": "GET", "headers": [(b"host", b"x"), (b"accept", b"*/*")]}
    began = process_time()
    for _ in range(TIMES):
        await app(dict(scope), None, _sent)
    return (process_time() - began) / TIMES * 1e6


@measurement
async def observed() -> AsyncIterator[Row]:
    known = structlog.get_config()
    here = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: ASYNC230
        os.dup2(nowhere.fileno(), 2)
        try:
            logs.configure("info")
            wrapped = Observed(_nothing, ["/x"])
            added = [await _us(wrapped) - await _us(_nothing) for _ in range(ROUNDS)]
        finally:
            os.dup2(here, 2)
            os.close(here)
            structlog.configure(**known)
    yield at_most("a request's id, log line and numbers", median(added), "us", bar=50.0)
    await asyncio.sleep(0)
