"""The end of a migration: everybody of the old database who never came is moved in, some pages at each request.

Nothing runs between two requests, so that whoever closes the page has paused it. With JavaScript the page asks for the
next part by itself; without, by a button.
"""

from __future__ import annotations

import time
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import PoolhouseError
from poolhouse.wire.console.migration.progress import STATE, here
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

BEGIN, MOVE = "POST begin-migration-finish", "POST move-migration-page"
MOST_PAGES, LONGEST_S = 20, 2.0
"""Of one request."""


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering, is_running=visit.http.query.text("go") == "1")


async def begin(visit: Visit, rendering: Rendering) -> Response:
    """Once the pool's name was typed."""
    form = visit.form()
    if form.get("confirm", "").strip() != await _named(visit):
        return await _page(visit, rendering, 400, error_word="confirm_wrong_move")
    try:
        await visit.ask(BEGIN, {"resume": False})
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return redirect(f"{_address(visit)}?go=1")


async def go_on(visit: Visit, rendering: Rendering) -> Response:
    """The next pages, from where it stands: beside another run one of the two is refused."""
    visit.form()
    began = time.monotonic()
    seen: dict[str, Any] | None = None
    try:
        state = await visit.ask(STATE)
        begun = state["finish"] or {"position": 0, "finished": False}  # which the first page is refused for
        position, finished = begun["position"], begun["finished"]
        for _ in range(MOST_PAGES):
            if finished or time.monotonic() - began > LONGEST_S:
                break
            seen = await visit.ask(MOVE, {"position": position})
            position, finished = seen["position"], seen["finished"]
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return await _page(visit, rendering, is_running=True, seen=seen)


async def _refused(visit: Visit, rendering: Rendering, error: PoolhouseError) -> Response:
    """It is paused then, and says why: what was moved in stays."""
    trace.note(error=error)
    return await _page(visit, rendering, status_of(error), error=error.message(visit.lang))


async def _page(
    visit: Visit, rendering: Rendering, status: int = 200, *, is_running: bool = False, **facts: Any
) -> Response:
    state = await visit.ask(STATE)
    return rendering.page(
        visit,
        "migration/finish.html",
        status,
        state=state,
        finish=state["finish"],
        named=await _named(visit),
        is_running=is_running and state["finish"] is not None and not state["finish"]["finished"],
        here=_address(visit),
        back=here(visit),
        **{"seen": None, "error_word": ""} | facts,
    )


async def _named(visit: Visit) -> str:
    return (await visit.services.pools.get(visit.path["pool"])).name.strip()


def _address(visit: Visit) -> str:
    return f"{here(visit)}/finish"


_PATH = "/pools/{pool}/migration/finish"
PAGES = (
    Page("GET", _PATH, show, calls=(STATE, BEGIN, MOVE)),
    Page("POST", _PATH, begin, calls=(STATE, BEGIN, MOVE)),
    Page("POST", f"{_PATH}/next", go_on, calls=(STATE, BEGIN, MOVE)),
)
