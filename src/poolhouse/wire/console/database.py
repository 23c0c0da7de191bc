"""The page of a pool's custom database: scenario, connection with a button that tries it, limits, variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.model import Arg
from poolhouse.customdb.environment import DATABASE_TYPES
from poolhouse.customdb.redaction import HIDDEN
from poolhouse.errors import PoolhouseError
from poolhouse.wire.console import conflicts, fields
from poolhouse.wire.console.fields import Field, Overtaken
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

READS, WRITES = "GET get-custom-database", "POST update-custom-database"
TESTS, VARIABLES = "POST test-custom-database-connection", "POST change-custom-database-variables"
_TRIED = ("databaseType", "connection", "allowedHosts")


def _arg(to: str, kind: str = "text", choices: tuple[str, ...] = ()) -> Arg:
    return Arg(to, to, ("", ""), kind, choices)


ARGUMENTS = (
    _arg("enabled", "yes"),
    _arg("mode", choices=("LAZY_MIGRATION", "CUSTOM_USER_STORE")),
    _arg("databaseType", choices=DATABASE_TYPES),
    _arg("connection.uri"),
    _arg("connection.host"),
    _arg("connection.port", "number"),
    _arg("connection.username"),
    _arg("connection.password", "secret"),
    _arg("connection.database"),
    _arg("allowedHosts", "list"),
    _arg("timeoutMs", "number"),
    _arg("memoryMb", "number"),
    _arg("pooledConnections", "yes"),
    _arg("recordLogins", "yes"),
    _arg("errorMessages", choices=("script", "uniform")),
    _arg("dialect", choices=("poolhouse", "auth0")),
    _arg("timezone"),
)
"""As UpdateCustomDatabaseDto has them, its variables aside."""


async def show(visit: Visit, rendering: Rendering) -> Response:
    now = await visit.ask(READS)
    return _page(visit, rendering, now, _fields(now), _form_of(now))


async def send(visit: Visit, rendering: Rendering) -> Response:
    """Saves what was changed, or tries it where that button was pressed."""
    given = visit.form()
    now = await visit.ask(READS)
    by = given.get("by", _form_of(now))
    shown = _sent(given, now)

    async def write(conditional: Visit, there: Any, mine: Sequence[Field]) -> Any:
        values = _values(fields.values(mine), there, by)
        return await conditional.ask(WRITES, values) if values else None

    try:
        if given.get("act") == "test":
            try:
                mine = fields.compared(shown, [fields.present(one, now) for one in shown])
            except Overtaken as error:
                mine = error.mine  # to try it overwrites nothing
            values = _values(fields.values(mine), now, by)
            tried = await visit.ask(TESTS, {name: values[name] for name in _TRIED if name in values})
            retype = bool(given.get("connection.password"))
            return _page(visit, rendering, now, shown, by, tried=tried, retype=retype)
        await conflicts.saved(
            visit, read=lambda: visit.ask(READS), shown=lambda there: _sent(given, there), write=write
        )
    except Overtaken as error:
        return _page(visit, rendering, now, error.fields, by, 409, conflict=True)
    except PoolhouseError as error:
        trace.note(error=error)
        marked = fields.marked(shown, error)
        return _page(visit, rendering, now, marked, by, status_of(error), error=error.message(visit.lang))
    return redirect(f"{_here(visit)}?done=done_saved")


async def change_variables(visit: Visit, rendering: Rendering) -> Response:
    given = visit.form()
    name = given.get("name", "").strip()
    asked: dict[str, Any] = {"set": {name: given.get("value", "")}}
    if given.get("act") == "remove":
        asked = {"remove": [name]}
    try:
        await visit.ask(VARIABLES, asked)
    except PoolhouseError as error:
        trace.note(error=error)
        now = await visit.ask(READS)
        shown = _fields(now)
        said = error.message(visit.lang)
        return _page(visit, rendering, now, shown, _form_of(now), status_of(error), error=said, variable=name)
    return redirect(f"{_here(visit)}?done=done_saved")


def _fields(now: Any) -> list[Field]:
    return [Field(arg, text, text) for arg in ARGUMENTS for text in (fields.present(Field(arg), now),)]


def _sent(given: Mapping[str, str], now: Any) -> list[Field]:
    return [
        fields.sent(arg, given, name=arg.to, present=fields.present(Field(arg), now)) for arg in ARGUMENTS
    ]


def _form_of(now: Any) -> str:
    connection = now["connection"]
    return "parts" if connection.get("host") and not connection.get("uri") else "uri"


def _values(meant: dict[str, Any], now: Any, by: str) -> dict[str, Any]:
    """As the operation takes them: a connection is sent whole, in the one form that was chosen."""
    values: dict[str, Any] = {}
    connection = dict(now["connection"])
    for to, value in meant.items():
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        part = to.removeprefix("connection.")
        if part == to:
            values[to] = value
        else:
            connection[part] = str(value) if part != "port" and value is not None else value
    whole = (
        {"uri": connection.get("uri")}
        if by == "uri"
        else {name: value for name, value in connection.items() if name != "uri"}
    )
    if whole != {name: value for name, value in now["connection"].items() if value is not None}:
        values["connection"] = {name: value for name, value in whole.items() if value is not None}
    return values


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/database"


def _page(
    visit: Visit,
    rendering: Rendering,
    now: Any,
    shown: list[Field],
    by: str,
    status: int = 200,
    **facts: Any,
) -> Response:
    return rendering.page(
        visit,
        "database/settings.html",
        status,
        now=now,
        of={one.arg.to: one for one in shown},
        by=by,
        is_open=visit.may(WRITES),
        has_password=now["connection"].get("password") == HIDDEN,
        **{"conflict": False, "tried": None, "retype": False, "variable": ""} | facts,
    )


_PATH = "/pools/{pool}/database"
PAGES = (
    Page("GET", _PATH, show, calls=(READS,)),
    Page("POST", _PATH, send, calls=(READS, WRITES, TESTS)),
    Page("POST", f"{_PATH}/variables", change_variables, calls=(READS, VARIABLES)),
)
