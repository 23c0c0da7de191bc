"""The list of calls, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from poolhouse.customdb.model import AUTH0_NAMES, LOG_DAYS, LOG_ROWS, SCRIPT_NAMES
from poolhouse.errors import InvalidInput
from poolhouse.times import now
from poolhouse.wire.console.calls.asked import FILTERS, PERIODS, Asked
from poolhouse.wire.console.calls.people import whom
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect
from poolhouse.wire.console.words import Texts
from poolhouse.wire.v3.customdb_logs import may_read_people

LIST = "POST list-custom-database-logs"
PAGE_SIZE = 50
RESULTS = ("ok", "failed", "timeout", "breaker")


async def show(visit: Visit, rendering: Rendering) -> Response:
    asked = Asked.of(visit.http.query)
    here = f"{visit.pool_address}/calls"
    if visit.http.query.text("plain"):
        return redirect(here + asked.page(1))  # the address of a state, without what a form leaves empty
    data, cursor = await _listed(visit, asked)
    assert visit.caller
    return rendering.page(
        visit,
        "calls/all.html",
        asked=asked,
        here=here,
        rows=[(row, whom(row)) for row in data["list"]],
        total=data["totalCount"],
        names=(*SCRIPT_NAMES, *AUTH0_NAMES),
        results=RESULTS,
        chips=list(_chips(visit, asked)),
        periods=[(name, asked.since(period, now())) for name, period in PERIODS],
        with_people=may_read_people(visit.caller),
        kept=(LOG_DAYS, f"{LOG_ROWS:,}"),
        previous=asked.page(asked.number - 1) if asked.number > 1 else "",
        following=asked.page(asked.number + 1, cursor) if cursor else "",
    )


async def _listed(visit: Visit, asked: Asked) -> tuple[Any, str | None]:
    """A cursor that was made under another key, or for another state, is none: then its page is found by number."""
    begin = {"cursor": asked.cursor} if asked.cursor else {"cursor": "", "page": asked.number}
    try:
        return await visit.ask_page(LIST, {**asked.question(), **begin, "limit": PAGE_SIZE})
    except InvalidInput as error:
        if not asked.cursor or error.facts.get("field") != "cursor":
            raise
    return await _listed(visit, Asked(asked.filters, asked.number))


def _chips(visit: Visit, asked: Asked) -> Iterator[tuple[str, str, str]]:
    """Title, value and the address without it, of each filter."""
    t = Texts(visit.lang)
    for name in FILTERS:
        if value := asked.filters.get(name):
            said = (
                t[f"call_is_{value}"]
                if name == "result"
                else value.replace("T", " ")
                if name in ("from", "to")
                else value
            )
            yield t[f"call_by_{name}"], said, asked.without(name)


PAGES = (Page("GET", "/pools/{pool}/calls", show, calls=(LIST,)),)
