"""The slowest statements of the database, for owners of the server."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import STATEMENTS, Visit, is_last, page_of

HERE = "/server/statements"
SHOWN = 50
SORTS = ("mean", "total")


async def show(visit: Visit, rendering: Rendering) -> Response:
    sort = visit.http.query.text("sort") or "mean"
    number = page_of(visit.http.query)
    found = await visit.ask_server(STATEMENTS, {"sort": sort, "page": number, "limit": SHOWN})
    return rendering.page(
        visit,
        "statements/list.html",
        found=found,
        sort=sort,
        sorts=SORTS,
        number=number,
        is_last=is_last(number, SHOWN, found),
    )


async def tile(visit: Visit) -> dict[str, Any] | None:
    """What a pool's first page says of them; None for whoever does not own the server."""
    if not visit.who.is_owner:
        return None
    found: dict[str, Any] = await visit.ask_server(STATEMENTS, {"limit": 1})
    return {**found, "address": f"/console{HERE}"}


PAGES = (Page("GET", HERE, show, "server-owner", (STATEMENTS,)),)
