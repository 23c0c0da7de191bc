"""One call of a script: what it was given, what became of it, and all it said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse.aside import aside
from poolhouse.customdb import stubs
from poolhouse.wire.console.calls.people import whom
from poolhouse.wire.console.debugging.output import LONGEST_SAID, MADE, Text, bounded, line_of, pretty
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.v3.customdb_logs import may_read_people

ONE = "GET get-custom-database-log"
MOST_ARGUMENTS = 10


@dataclass(frozen=True, slots=True)
class Said:
    """What a page shows of it. `line` of the source where the error was thrown, None where nobody can tell."""

    arguments: list[tuple[str, Text]]
    error: Text
    line: int | None
    stack: Text
    console: Text
    warnings: list[str]


async def show(visit: Visit, rendering: Rendering) -> Response:
    call = await visit.ask(ONE, {"id": visit.path["call"]})
    said = await aside(visit.path["pool"], _said, call)
    assert visit.caller
    return rendering.page(
        visit,
        "calls/one.html",
        call=call,
        said=said,
        about=whom(call),
        with_people=may_read_people(visit.caller),
        here=f"{visit.pool_address}/calls",
    )


def _said(call: Mapping[str, Any]) -> Said:
    names = [*_parameters(call), *(f"#{place}" for place in range(1, MOST_ARGUMENTS + 1))]
    stack = call["stack"] or ""
    return Said(
        [
            (name, bounded(pretty(value, MADE)))
            for name, value in zip(names, call["arguments"][:MOST_ARGUMENTS], strict=False)
        ],
        bounded(call["message"] or "", LONGEST_SAID),
        line_of(call["name"], stack),
        bounded(stack, LONGEST_SAID),
        bounded("\n".join(f"{line['level']}: {line['text']}" for line in call["console"])),
        [bounded(one, LONGEST_SAID).text for one in call["warnings"]],
    )


def _parameters(call: Mapping[str, Any]) -> list[str]:
    """Before the context: Auth0's form of a function takes a name where ours takes a query."""
    name, given = call["name"], call["arguments"]
    auth0 = name not in stubs.PARAMETERS or (
        name in ("login", "getUser") and given and isinstance(given[0], str)
    )
    known = stubs.AUTH0_PARAMETERS if auth0 else stubs.PARAMETERS
    return str(known.get(name, "")).split(", ")[:-1]


PAGES = (Page("GET", "/pools/{pool}/calls/{call}", show, calls=(ONE,)),)
