"""The page of a script's examples: one for each kind of database and dialect, to begin with as a draft."""

from __future__ import annotations

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import NotFound, PoolhouseError
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.scripts import DATABASE, SAVE, STATES, here, state_of
from poolhouse.wire.console.visit import Visit, redirect
from poolhouse.wire.console.words import Texts

TEMPLATES = "GET list-custom-database-templates"
LABELS = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mongodb": "MongoDB", "http": "HTTP"}
DIALECTS = ("poolhouse", "auth0")


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def take(visit: Visit, rendering: Rendering) -> Response:
    """Saves an example as the next version, unless there is another than when the page was shown: what was saved
    before stays, and what somebody has in their editor is told that there is a newer version when they save it."""
    form = visit.form()
    state = await state_of(visit)
    found = await visit.ask(TEMPLATES, {"name": state["name"]})
    examples = {(one["dialect"], one["kind"]): one["source"] for one in found}
    dialect, kind = form.get("dialect", "poolhouse"), form.get("kind", "")
    if (dialect, kind) not in examples:
        raise NotFound(path="kind")
    number = form.get("after", "")[:9]
    after = int(number) if number.isascii() and number.isdigit() else 0
    told = "examples_message_auth0" if dialect == "auth0" else "examples_message"
    message = Texts(visit.lang)(told, kind=LABELS.get(kind, state["name"]))
    source = examples[dialect, kind]
    try:
        await visit.ask(SAVE, {"name": state["name"], "source": source, "message": message, "after": after})
    except PoolhouseError as error:
        trace.note(error=error)
        return await _page(visit, rendering, status_of(error), error.message(visit.lang))
    return redirect(f"{here(visit)}?done=done_example")


async def _page(visit: Visit, rendering: Rendering, status: int = 200, error: str = "") -> Response:
    state = await state_of(visit)
    examples = await visit.ask(TEMPLATES, {"name": state["name"]})
    database = await visit.ask(DATABASE)
    own = database["databaseType"]
    examples.sort(key=lambda one: one["kind"] != own)
    groups = {dialect: [one for one in examples if one["dialect"] == dialect] for dialect in DIALECTS}
    return rendering.page(
        visit,
        "scripts/examples.html",
        status,
        state=state,
        here=here(visit),
        groups=sorted(groups.items(), key=lambda group: group[0] != database["dialect"]),
        own=own,
        labels=LABELS,
        dialect=database["dialect"],
        database=f"{visit.pool_address}/database",
        may_write=visit.may(SAVE),
        error=error,
    )


_PATH = "/pools/{pool}/scripts/{script}/examples"
PAGES = (
    Page("GET", _PATH, show, calls=(STATES, TEMPLATES, DATABASE)),
    Page("POST", _PATH, take, calls=(STATES, TEMPLATES, DATABASE, SAVE)),
)
