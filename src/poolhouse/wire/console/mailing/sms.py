"""How SMS of the pool are sent, and a test SMS that tells which step failed."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import PoolhouseError
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit

READ, TEST = "GET get-sms-delivery", "POST test-sms-delivery"


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def send(visit: Visit, rendering: Rendering) -> Response:
    to = visit.form().get("to", "").strip()
    try:
        found = await visit.ask(TEST, {"to": to})
    except PoolhouseError as error:
        trace.note(error=error)
        return await _page(visit, rendering, status_of(error), error=error.message(visit.lang), to=to)
    return await _page(visit, rendering, tried=found, to=to)


async def _page(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    return rendering.page(
        visit,
        "mailing/sms.html",
        status,
        now=await visit.ask(READ),
        here=f"{visit.pool_address}/sms",
        may=visit.may(TEST),
        **{"tried": None, "to": ""} | facts,
    )


_PATH = "/pools/{pool}/sms"
PAGES = (
    Page("GET", _PATH, show, calls=(READ,)),
    Page("POST", _PATH, send, calls=(READ, TEST)),
)
