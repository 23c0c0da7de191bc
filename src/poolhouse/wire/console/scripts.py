"""The pages of the custom database's scripts: what state each is in, its text, its versions, and publishing one."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.customdb.templates import declared
from poolhouse.errors import NotFound, PoolhouseError, PublishedMeanwhile, ScriptOvertaken
from poolhouse.wire.console.comparing import comparison
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import HEADERS, Rendering, status_of
from poolhouse.wire.console.visit import PLAIN, Visit, redirect, segment

STATES, DATABASE = "GET list-custom-database-scripts", "GET get-custom-database"
ONE, VERSIONS = "GET get-custom-database-script", "GET list-custom-database-script-versions"
SAVE, PUBLISH = "POST save-custom-database-script", "POST publish-custom-database-script"
CHECK = "POST check-custom-database-script"
LAST = 20


async def show_all(visit: Visit, rendering: Rendering) -> Response:
    database = await visit.ask(DATABASE)
    states = await visit.ask(STATES)
    return rendering.page(visit, "scripts/all.html", database=database, states=states)


async def show(visit: Visit, rendering: Rendering) -> Response:
    """The newest version, or the one that the address asks for."""
    state = await state_of(visit)
    number = visit.http.query.integer("version")
    return await _page(visit, rendering, state, await _text(visit, state, number))


async def save(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    state = await state_of(visit)
    source = form.get("source", "").replace("\r\n", "\n")
    asked = {"name": state["name"], "source": source, "message": form.get("message", "")}
    try:
        after = int(form.get("after", "0")[:9])
    except ValueError:
        after = 0
    try:
        await visit.ask(SAVE, {**asked, "after": after})
    except PoolhouseError as error:
        trace.note(error=error)
        facts: dict[str, Any] = {"error": error.message(visit.lang), "message": asked["message"]}
        if isinstance(error, ScriptOvertaken):
            theirs = await visit.ask(ONE, {"name": state["name"]})
            after = theirs["version"]
            facts |= {"theirs": theirs, "made": await comparison(visit, theirs["source"], source)}
        return await _page(visit, rendering, state, source, status_of(error), after=after, **facts)
    return redirect(f"{here(visit)}?done=done_draft")


async def check(visit: Visit, rendering: Rendering) -> Response:
    """For the editor, as JSON: {"problems": [{"line", "column", "message"}], "warnings": [sentence]}, or {"message"} of
    what was refused."""
    source = visit.form().get("source", "").replace("\r\n", "\n")
    try:
        found = await visit.ask(CHECK, {"name": visit.path["script"], "source": source})
    except PoolhouseError as error:
        trace.note(error=error)
        return _json({"message": error.message(visit.lang)}, status_of(error))
    warnings = [one["message"] for one in found["warnings"]]
    return _json({"problems": found["problems"], "warnings": warnings})


async def confirm(visit: Visit, rendering: Rendering) -> Response:
    """Asks before a version is the one that runs."""
    return await _confirmed(visit, rendering, visit.http.query.integer("version"))


async def _confirmed(
    visit: Visit, rendering: Rendering, number: int | None, status: int = 200, error: str = ""
) -> Response:
    state = await state_of(visit)
    version = await visit.ask(ONE, {"name": state["name"], "version": number})
    now, made = None, None
    if state["publishedVersion"]:
        now = await visit.ask(ONE, {"name": state["name"], "version": state["publishedVersion"]})
        made = await comparison(visit, now["source"], version["source"])
    is_plain = visit.cookies.get(PLAIN) == "1"
    must_pass = (await visit.ask(DATABASE))["publishRequiresPassingRun"] and not version["passedAt"]
    return rendering.page(
        visit,
        "scripts/publish.html",
        status,
        error=error,
        state=state,
        is_unproven=must_pass and version["version"] != state["publishedVersion"],
        version=version,
        here=here(visit),
        now=now,
        made=made,
        is_plain=is_plain,
        style_nonce=not is_plain,
    )


async def publish(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    state = await state_of(visit)
    number = form.get("version", "")[:9]
    if not (number.isascii() and number.isdigit()):
        raise NotFound(path="version")
    shown = form.get("instead_of", "")[:9]
    asked = {"name": state["name"], "version": int(number)}
    if shown.isascii() and shown.isdigit():
        asked["insteadOf"] = int(shown)
    try:
        await visit.ask(PUBLISH, asked)
    except PublishedMeanwhile as error:
        trace.note(error=error)
        return await _confirmed(visit, rendering, int(number), 409, error.message(visit.lang))
    return redirect(f"{here(visit)}?done=done_published")


def here(visit: Visit) -> str:
    return f"{visit.pool_address}/scripts/{segment(visit.path['script'])}"


async def state_of(visit: Visit) -> dict[str, Any]:
    """Raises NotFound for a name that is none."""
    for state in await visit.ask(STATES):
        if state["name"] == visit.path["script"]:
            found: dict[str, Any] = state
            return found
    raise NotFound(path="script")


async def _text(visit: Visit, state: dict[str, Any], number: int | None) -> str:
    if number is None and state["draftVersion"] is None:
        return str(state["stub"])
    return str((await visit.ask(ONE, {"name": state["name"], "version": number}))["source"])


async def _page(
    visit: Visit, rendering: Rendering, state: dict[str, Any], source: str, status: int = 200, **facts: Any
) -> Response:
    versions = await visit.ask(VERSIONS, {"name": state["name"], "page": 1, "limit": LAST})
    given = {"theirs": None, "made": None, "message": "", "after": state["draftVersion"] or 0} | facts
    chosen, is_plain = visit.plain()
    response = rendering.page(
        visit,
        "scripts/one.html",
        status,
        state=state,
        source=source,
        versions=versions,
        here=here(visit),
        may_write=visit.may(SAVE),
        is_plain=is_plain,
        names=declared(),
        style_nonce=not is_plain,
        **given,
    )
    return visit.keep(response, PLAIN, chosen) if chosen else response


def _json(said: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(said, ensure_ascii=False), status, HEADERS, "application/json")


_ONE = "/pools/{pool}/scripts/{script}"
PAGES = (
    Page("GET", "/pools/{pool}/scripts", show_all, calls=(STATES, DATABASE)),
    Page("GET", _ONE, show, calls=(STATES, ONE, VERSIONS)),
    Page("POST", _ONE, save, calls=(SAVE,)),
    Page("POST", f"{_ONE}/check", check, calls=(CHECK,)),
    Page("GET", f"{_ONE}/publish", confirm, calls=(ONE, DATABASE, PUBLISH)),
    Page("POST", f"{_ONE}/publish", publish, calls=(PUBLISH,)),
)
