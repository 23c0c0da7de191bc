"""What is done to one administrator and is not done by accident: each asks for the username."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.passwords import generated
from poolhouse.errors import PoolhouseError
from poolhouse.wire.console.administrators.of_server import (
    GET,
    HERE,
    ONE,
    SHOWS,
    UPDATE,
    here,
    one_shown,
)
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

RESET = "POST reset-administrator"


@dataclass(frozen=True, slots=True)
class Act:
    """`name`: in its address; `admin_NAME` and `admin_NAME_help` are its words. `values` beside whose it is."""

    name: str
    operation: str
    values: Mapping[str, Any] = field(default_factory=dict)


ACTS = (
    Act("reset", RESET),
    Act("disable", UPDATE, {"disabled": True}),
    Act("owner", UPDATE, {"owner": True}),
    Act("no-owner", UPDATE, {"owner": False}),
    Act("delete", "POST delete-administrator"),
)


def _asked(act: Act) -> Handler:
    async def ask(visit: Visit, rendering: Rendering) -> Response:
        return await _confirmed(visit, rendering, act)

    return ask


def _done(act: Act) -> Handler:
    async def do(visit: Visit, rendering: Rendering) -> Response:
        form = visit.form()
        one = await visit.ask_server(GET, {"administrator": visit.path["administrator"]})
        if form.get("confirm", "").strip() != one["username"]:
            return await _confirmed(visit, rendering, act, 400, error_word="admin_confirm_wrong")
        password = generated() if act.operation == RESET else ""
        values = {**act.values, **({"password": password} if password else {})}
        try:
            await visit.ask_server(act.operation, {"administrator": one["id"], **values})
        except PoolhouseError as error:
            trace.note(error=error)
            return await _confirmed(visit, rendering, act, status_of(error), error=error.message(visit.lang))
        if password:
            return await one_shown(visit, rendering, one["id"], password=password)
        if act.name == "delete":
            return redirect(f"/console{HERE}?done=done_deleted")
        return redirect(f"{here(one['id'])}?done=done_saved")

    return do


async def _confirmed(
    visit: Visit, rendering: Rendering, act: Act, status: int = 200, **facts: Any
) -> Response:
    one = await visit.ask_server(GET, {"administrator": visit.path["administrator"]})
    return rendering.page(
        visit,
        "administrators/act.html",
        status,
        one=one,
        act=act.name.replace("-", "_"),
        here=here(one["id"]),
        **{"error_word": "", **facts},
    )


PAGES = tuple(
    page
    for act in ACTS
    for page in (
        Page("GET", f"{ONE}/{act.name}", _asked(act), "server-owner", (GET, act.operation)),
        Page("POST", f"{ONE}/{act.name}", _done(act), "server-owner", (act.operation, *SHOWS)),
    )
)
