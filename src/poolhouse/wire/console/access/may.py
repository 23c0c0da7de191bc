"""May this user do this? The answer, and through what: a page that is asked by its address."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import InvalidInput, NotFound, PoolhouseError
from poolhouse.wire.console import finding
from poolhouse.wire.console.finding import FIND
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit

WHY = "POST explain-action"
FIELDS = ("user", "resource", "action", "namespace")


async def show(visit: Visit, rendering: Rendering) -> Response:
    asked = {name: (visit.http.query.text(name) or "").strip() for name in FIELDS}
    asked["namespace"] = asked["namespace"] or "default"
    facts: dict[str, Any] = {"answer": None, "user": None, "refusal": "", "unknown": False, "asked": asked}
    if not all(asked.values()):
        return rendering.page(visit, "access/may.html", **facts)
    try:
        (found,) = await finding.found(visit, [asked["user"]])
        if not found["userId"]:
            raise NotFound(user=asked["user"])
        values = {name: asked[name] for name in ("resource", "action", "namespace")}
        facts["answer"] = await visit.ask(WHY, {"userId": found["userId"], **values})
        facts["user"] = (found["userId"], found["name"] or asked["user"])
    except (InvalidInput, NotFound) as error:
        return _refused(visit, rendering, facts, error)
    return rendering.page(visit, "access/may.html", **facts)


def _refused(visit: Visit, rendering: Rendering, facts: dict[str, Any], error: PoolhouseError) -> Response:
    trace.note(error=error)
    said = {**facts, "refusal": error.message(visit.lang), "unknown": isinstance(error, NotFound)}
    return rendering.page(visit, "access/may.html", status_of(error), **said)


PAGES = (Page("GET", "/pools/{pool}/may", show, calls=(WHY, FIND)),)
