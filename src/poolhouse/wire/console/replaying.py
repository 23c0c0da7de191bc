"""The page that runs a draft on the calls recorded last, beside what the published version answers."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.customdb.model import READ_ONLY
from poolhouse.customdb.replay import MOST_CALLS, REPLAYABLE
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.wire.console.debugging.output import visible
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.scripts import STATES, VERSIONS, here, state_of
from poolhouse.wire.console.visit import Visit

REPLAY = "POST replay-custom-database-script"
LAST = 50
"""Versions to choose from; an older one is named by the address, `?version=3`."""
LONGEST_ARGUMENTS = 400


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering, await state_of(visit), visit.http.query.integer("version"))


async def run(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    state = await state_of(visit)
    version: int | None = None
    try:
        version, limit = _number(form, "version"), _number(form, "limit")
        asked = {"name": state["name"], "version": version, "limit": limit}
        made = await visit.ask(REPLAY, asked)
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return await _page(visit, rendering, state, version, status_of(error), error=said)
    return await _page(visit, rendering, state, version, made=_shown(made))


def _number(form: dict[str, str], name: str) -> int:
    text = form.get(name, "")[:9]
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(name, "应为整数", "must be a whole number")
    return int(text)


def _shown(made: dict[str, Any]) -> dict[str, Any]:
    """Its arguments as a line, and no letter that hides or turns around others."""
    for call in made["replayed"]:
        arguments = json.dumps(call["arguments"], ensure_ascii=False)
        call["arguments"] = visible(arguments[:LONGEST_ARGUMENTS])
        for ended in (call["then"], call["published"], call["draft"]):
            if ended is not None:
                ended["message"] = visible(ended["message"] or "")
        for one in call["differences"]:
            for part in ("path", "before", "after"):
                one[part] = None if one[part] is None else visible(one[part])
    return made


async def _page(
    visit: Visit,
    rendering: Rendering,
    state: dict[str, Any],
    version: int | None,
    status: int = 200,
    made: dict[str, Any] | None = None,
    error: str = "",
) -> Response:
    versions = await visit.ask(VERSIONS, {"name": state["name"], "page": 1, "limit": LAST})
    numbers = [one["version"] for one in versions]
    if version is not None and version not in numbers:
        numbers.append(version)
    reason = ""
    if state["name"] not in REPLAYABLE:
        reason = "replay_password" if state["name"] in READ_ONLY else "replay_writes"
    elif not visit.may(REPLAY):
        reason = "debug_off"
    elif not numbers:
        reason = "debug_nothing"
    return rendering.page(
        visit,
        "scripts/replay.html",
        status,
        state=state,
        here=here(visit),
        numbers=numbers,
        chosen=version if version is not None else state["draftVersion"],
        most=MOST_CALLS,
        reason=reason,
        made=made,
        error=error,
    )


_PATH = "/pools/{pool}/scripts/{script}/replay"
PAGES = (
    Page("GET", _PATH, show, calls=(STATES, VERSIONS)),
    Page("POST", _PATH, run, calls=(STATES, VERSIONS, REPLAY)),
)
