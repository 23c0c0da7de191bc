"""Who may register, where a list is switched on: names to add and to take away."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import PoolhouseError
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

READ, ADD, REMOVE = "GET list-whitelist", "POST add-whitelist", "POST delete-whitelist"
KINDS = ("username", "email", "phone")
MOST_SHOWN = 500


def _shown(kind: str) -> Handler:
    async def show(visit: Visit, rendering: Rendering) -> Response:
        return await _page(visit, rendering, kind)

    return show


def _added(kind: str) -> Handler:
    async def add(visit: Visit, rendering: Rendering) -> Response:
        typed = visit.form().get("values", "")
        values = [line.strip() for line in typed.splitlines() if line.strip()]
        try:
            await visit.ask(ADD, {"type": kind.upper(), "list": values})
        except PoolhouseError as error:
            trace.note(error=error)
            message = error.message(visit.lang)
            return await _page(visit, rendering, kind, status_of(error), error=message, typed=typed)
        return redirect(f"{_here(visit, kind)}?done=done_saved")

    return add


def _removed(kind: str) -> Handler:
    async def remove(visit: Visit, rendering: Rendering) -> Response:
        await visit.ask(REMOVE, {"type": kind.upper(), "list": [visit.form().get("value", "")]})
        return redirect(f"{_here(visit, kind)}?done=done_deleted")

    return remove


async def _page(visit: Visit, rendering: Rendering, kind: str, status: int = 200, **facts: Any) -> Response:
    words = (visit.http.query.text("q") or "").strip()
    entries = await visit.ask(READ, {"type": kind.upper()})
    found = [one for one in entries if words.lower() in one["value"].lower()]
    return rendering.page(
        visit,
        "settings/whitelist.html",
        status,
        kind=kind,
        kinds=KINDS,
        words=words,
        total=len(found),
        entries=found[:MOST_SHOWN],
        may=visit.may(ADD),
        **{"typed": ""} | facts,
    )


def _here(visit: Visit, kind: str) -> str:
    return f"{visit.pool_address}/whitelist/{kind}"


PAGES = tuple(
    page
    for kind in KINDS
    for page in (
        Page("GET", f"/pools/{{pool}}/whitelist/{kind}", _shown(kind), calls=(READ,)),
        Page("POST", f"/pools/{{pool}}/whitelist/{kind}", _added(kind), calls=(ADD, READ)),
        Page("POST", f"/pools/{{pool}}/whitelist/{kind}/remove", _removed(kind), calls=(REMOVE,)),
    )
)
