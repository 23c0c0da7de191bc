"""The page that runs a script of the custom database with arguments of one's own, and shows all that came of it.

Secrets that are typed are sent once and never stand in the page again, not even where the script prints them.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.aside import aside
from poolhouse.customdb.redaction import names_secret, secrets_typed
from poolhouse.errors import InvalidInput, NotFound, PoolhouseError
from poolhouse.wire.console.debugging import remembered
from poolhouse.wire.console.debugging.arguments import ARGUMENTS, CONTEXT, Argument, given
from poolhouse.wire.console.debugging.output import Shown, shown
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, segment

STATES = "GET list-custom-database-scripts"
VERSIONS, RUN = "GET list-custom-database-script-versions", "POST run-custom-database-script"
LAST = 50
"""Versions to choose from; an older one is named by the address, `?version=3`."""


async def show(visit: Visit, rendering: Rendering) -> Response:
    state = await _state(visit)
    number = visit.http.query.integer("version")
    which = str(number) if number is not None else "draft"
    known = await remembered.last(visit, state["name"])
    texts = {one.path: one.default for one in _fields(state)} | known
    return await _page(visit, rendering, state, which, texts, is_remembered=bool(known))


async def run(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    state = await _state(visit)
    texts = {one.path: form.get(f"arg.{one.path}", one.default) for one in _fields(state)}
    texts = {path: text.replace("\r\n", "\n") for path, text in texts.items()}
    which = form.get("version", "")[:9]
    try:
        args = given(state["name"], texts)
        asked = {"name": state["name"], "args": args, "version": _version(state, which)}
        outcome = await visit.ask(RUN, asked)
    except PoolhouseError as error:
        trace.note(error=error)
        wrong = str(error.facts.get("field", "")) if isinstance(error, InvalidInput) else ""
        said = error.message(visit.lang)
        return await _page(visit, rendering, state, which, texts, status_of(error), error=said, wrong=wrong)
    secrets = [*secrets_typed(state["name"], args), *_typed(state, texts)]
    made = await aside(visit.path["pool"], shown, state["name"], outcome, secrets)
    return await _page(visit, rendering, state, which, texts, made=made)


def _typed(state: dict[str, Any], texts: dict[str, str]) -> list[str]:
    return [texts[one.path] for one in _fields(state) if one.kind == "secret" and texts[one.path]]


def _version(state: dict[str, Any], which: str) -> int:
    """Raises NotFound where nobody has written it, InvalidInput for what names no version."""
    number = {"draft": state["draftVersion"], "published": state["publishedVersion"]}.get(which, which)
    if number is None:
        raise NotFound(path="version")
    if isinstance(number, str) and not (number.isascii() and number.isdigit()):
        raise InvalidInput("version", "请选择一个版本", "choose a version")
    return int(number)


def _fields(state: dict[str, Any]) -> tuple[Argument, ...]:
    return (*ARGUMENTS[state["name"]], CONTEXT)


async def _state(visit: Visit) -> dict[str, Any]:
    """Raises NotFound for a name that is none."""
    for state in await visit.ask(STATES):
        if state["name"] == visit.path["script"]:
            found: dict[str, Any] = state
            return found
    raise NotFound(path="script")


async def _page(
    visit: Visit,
    rendering: Rendering,
    state: dict[str, Any],
    which: str,
    texts: dict[str, str],
    status: int = 200,
    made: Shown | None = None,
    **facts: Any,
) -> Response:
    versions = await visit.ask(VERSIONS, {"name": state["name"], "page": 1, "limit": LAST})
    numbers = [one["version"] for one in versions]
    if which.isascii() and which.isdigit() and int(which) not in numbers:
        numbers.append(int(which))
    hidden = [one.path for one in _fields(state) if _is_secret(one, texts[one.path])]
    script = f"{visit.pool_address}/scripts/{segment(state['name'])}"
    unsaid: dict[str, Any] = {"wrong": "", "is_remembered": False}
    return rendering.page(
        visit,
        "debugging/page.html",
        status,
        state=state,
        numbers=numbers,
        which=which,
        fields=_fields(state)[:-1],
        context=CONTEXT,
        texts={**texts, **dict.fromkeys(hidden, "")},
        forgotten=[path for path in hidden if texts[path]],
        made=made,
        may_run=visit.may(RUN),
        script=script,
        here=f"{script}/debug",
        **unsaid | facts,
    )


def _is_secret(one: Argument, text: str) -> bool:
    return one.kind == "secret" or (one.kind == "json" and names_secret(text))


_PATH = "/pools/{pool}/scripts/{script}/debug"
PAGES = (
    Page("GET", _PATH, show, calls=(STATES, VERSIONS)),
    Page("POST", _PATH, run, calls=(STATES, VERSIONS, RUN)),
)
