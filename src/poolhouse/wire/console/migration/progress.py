"""How far a migration is, who has not come, whom its end refused, and letting a deleted user come again."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.migration import REASONS
from poolhouse.errors import PoolhouseError
from poolhouse.wire.console.charts import Chart
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, is_last, page_of, redirect

STATE, WAITING = "GET get-custom-database-migration", "GET list-custom-database-waiting-users"
ERRORS, READMIT = "GET list-migration-errors", "POST readmit-custom-database-user"
STATISTICS, DATABASE = "GET get-pool-statistics", "GET get-custom-database"
DAYS = 31
PAGE_SIZE = 50


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def readmit(visit: Visit, rendering: Rendering) -> Response:
    old_id = visit.form().get("old_id", "").strip()
    try:
        await visit.ask(READMIT, {"scriptUserId": old_id})
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return await _page(visit, rendering, status_of(error), error=said, old_id=old_id)
    return redirect(f"{here(visit)}?done=done_readmitted")


async def _page(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    state = await visit.ask(STATE)
    database = await visit.ask(DATABASE)
    everybody = None if state["remaining"] is None else state["accounted"] + state["remaining"]
    return rendering.page(
        visit,
        "migration/progress.html",
        status,
        state=state,
        everybody=everybody,
        is_lazy=database["enabled"] and database["mode"] == "LAZY_MIGRATION",
        reasons=[(_reason(visit, name), count) for name, count in state["failed"].items()],
        charts=await _charts(visit, state),
        here=here(visit),
        may_readmit=visit.may(READMIT),
        **{"old_id": ""} | facts,
    )


def _reason(visit: Visit, name: str) -> str:
    return REASONS[name][visit.lang == "en-US"] if name in REASONS else name


async def _charts(visit: Visit, state: dict[str, Any]) -> list[Chart]:
    """Of a day each, and of all who have come up to it."""
    if not visit.may(STATISTICS):
        return []
    days = (await visit.ask(STATISTICS, {"days": DAYS}))["days"]
    moved = [day["moved"] for day in days]
    if not any(moved):
        return []
    before = max(0, state["accounted"] - sum(moved))
    so_far = list(accumulate(moved, initial=before))[1:]
    dates = [day["date"] for day in days]
    return [
        Chart.of("moved_so_far", list(zip(dates, so_far, strict=True))),
        Chart.of("moved", list(zip(dates, moved, strict=True))),
    ]


async def waiting(visit: Visit, rendering: Rendering) -> Response:
    """What listUsers cannot answer is said on the page itself: it is the old database's, not this server's."""
    number, error = page_of(visit.http.query), ""
    found: dict[str, Any] = {"list": [], "totalCount": 0}
    try:
        found = await visit.ask(WAITING, {"page": number, "limit": PAGE_SIZE})
    except PoolhouseError as refused:
        trace.note(error=refused)
        error = refused.message(visit.lang)
    return rendering.page(
        visit,
        "migration/waiting.html",
        found=found["list"],
        first=(number - 1) * PAGE_SIZE + 1,
        last=min(number * PAGE_SIZE, found["totalCount"]),
        total=found["totalCount"],
        number=number,
        is_last=is_last(number, PAGE_SIZE, found),
        here=here(visit),
        error=error,
    )


async def refused(visit: Visit, rendering: Rendering) -> Response:
    number = page_of(visit.http.query)
    found = await visit.ask(ERRORS, {"page": number, "limit": PAGE_SIZE})
    return rendering.page(
        visit,
        "migration/refused.html",
        found=found["list"],
        total=found["totalCount"],
        number=number,
        is_last=is_last(number, PAGE_SIZE, found),
        here=here(visit),
    )


def here(visit: Visit) -> str:
    return f"{visit.pool_address}/migration"


_PATH = "/pools/{pool}/migration"
PAGES = (
    Page("GET", _PATH, show, calls=(STATE, DATABASE)),
    Page("GET", f"{_PATH}/waiting", waiting, calls=(WAITING,)),
    Page("GET", f"{_PATH}/refused", refused, calls=(ERRORS,)),
    Page("POST", f"{_PATH}/readmit", readmit, calls=(STATE, DATABASE, READMIT)),
)
