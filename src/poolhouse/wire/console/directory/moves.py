"""Moving a department: choose where to, see what changes, confirm."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import InvalidOperation, NodeNotFound, PoolhouseError
from poolhouse.wire.console.directory.organizations import BRANCH, DEPARTMENT, KINDS, TREE, base
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect, segment

PREVIEW, MOVE = "GET preview-department-move", "POST update-department"


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering, (visit.http.query.text("to") or "").strip())


async def move(visit: Visit, rendering: Rendering) -> Response:
    """Raises what the move raises, as a sentence on the page."""
    to = visit.form().get("to", "")
    named = _named(visit)
    await visit.ask("GET get-department", named)
    try:
        await visit.ask(PREVIEW, {**named, "parentDepartmentId": to})
        await visit.ask(MOVE, {**named, "parentDepartmentId": to})
    except (InvalidOperation, NodeNotFound) as error:
        trace.note(error=error)
        return await _page(visit, rendering, "", error=error)
    return redirect(f"{base(visit)}/departments/{segment(visit.path['department'])}?done=done_moved")


def _named(visit: Visit) -> dict[str, Any]:
    return {"organizationCode": visit.path["organization"], "departmentId": visit.path["department"]}


async def _page(visit: Visit, rendering: Rendering, to: str, error: PoolhouseError | None = None) -> Response:
    """`to`: the new parent, "" while it is not chosen."""
    named = _named(visit)
    about = await visit.ask("GET get-department", named)
    words = (visit.http.query.text("q") or "").strip()
    told: dict[str, Any] | None = None
    target: dict[str, Any] | None = None
    if to:
        try:
            told = await visit.ask(PREVIEW, {**named, "parentDepartmentId": to})
            target = await visit.ask("GET get-department", {**named, "departmentId": to})
        except (InvalidOperation, NodeNotFound) as refused:
            error = refused
            trace.note(error=error)
    top = (await visit.ask(TREE, {**named, "limit": 1}))["path"][0]["departmentId"]
    asked: dict[str, Any] = {**named, "departmentId": top, "limit": BRANCH}
    choices = await visit.ask(TREE, {**asked, "keywords": words} if words else asked)
    return rendering.page(
        visit,
        "directory/move.html",
        status_of(error) if error else 200,
        base=base(visit),
        here=f"{base(visit)}/departments/{segment(visit.path['department'])}",
        of=about,
        told=told,
        target=target,
        words=words,
        choices=choices,
        kinds=KINDS,
        error=error.message(visit.lang) if error else "",
    )


PAGES = (
    Page("GET", f"{DEPARTMENT}/move", show, calls=("GET get-department", TREE, PREVIEW, MOVE)),
    Page("POST", f"{DEPARTMENT}/move", move, calls=("GET get-department", TREE, PREVIEW, MOVE)),
)
