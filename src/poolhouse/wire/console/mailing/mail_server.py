"""The mail server of a pool: its settings, and a test mail by what is typed that tells which step failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.table_mail_server import ARGUMENTS, READ, TEST, WRITE, flat, nested
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.wire.console import conflicts, fields
from poolhouse.wire.console.fields import Field, Overtaken
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

_OF_THE_WIRE = {"smtp_host": "host", "smtp_port": "port", "senderPass": "password", "apikey": "password"}


async def show(visit: Visit, rendering: Rendering) -> Response:
    now = await _now(visit)
    return _page(visit, rendering, now, _fields(now))


async def send(visit: Visit, rendering: Rendering) -> Response:
    """Saves what was changed, or sends a test mail by it where that button was pressed."""
    given = visit.form()
    now = await _now(visit)
    shown = _sent(given, now)
    to = given.get("to", "").strip()
    try:
        if given.get("act") == "test":
            typed = {one.arg.to: fields.read(one.arg, fields.plain(one.text)) for one in shown}
            found = await visit.ask(TEST, {"to": to, "provider": _wired(now, typed)})
            return _page(visit, rendering, now, shown, tried=found, to=to)
        await conflicts.saved(
            visit, read=lambda: _now(visit), shown=lambda there: _sent(given, there), write=_written
        )
    except Overtaken as error:
        return _page(visit, rendering, now, error.fields, 409, conflict=True, to=to)
    except PoolhouseError as error:
        trace.note(error=error)
        marked = _marked(shown, error)
        said = error.message(visit.lang)
        return _page(visit, rendering, now, marked, status_of(error), error=said, to=to)
    return redirect(f"{_here(visit)}?done=done_saved")


async def _now(visit: Visit) -> dict[str, Any]:
    return flat(await visit.ask(READ))


async def _written(conditional: Visit, there: dict[str, Any], mine: Sequence[Field]) -> Any:
    values = fields.values(mine)
    return await conditional.ask(WRITE, _wired(there, values)) if values else None


def _wired(now: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Raises InvalidInput for a port that is no number."""
    given = {**now, "password": "", **values}
    port = str(given["port"] or "")
    if port and not (port.isascii() and port.isdigit() and len(port) < 6):
        raise InvalidInput("smtp_port", "端口应为 1 至 65535", "must be 1 to 65535")
    return nested(given)


def _marked(shown: list[Field], error: PoolhouseError) -> list[Field]:
    about = str(error.facts.get("field", "")) if isinstance(error, InvalidInput) else ""
    name = about.rpartition(".")[2]
    field = _OF_THE_WIRE.get(name, name)
    return [replace(one, is_wrong=one.arg.to == field) for one in shown]


def _fields(now: dict[str, Any]) -> list[Field]:
    texts = ["" if arg.kind == "secret" else fields.written(arg, now[arg.to]) for arg in ARGUMENTS]
    return [Field(arg, text, text) for arg, text in zip(ARGUMENTS, texts, strict=True)]


def _sent(given: Mapping[str, str], now: dict[str, Any]) -> list[Field]:
    present = {arg.to: fields.present(Field(arg), now) for arg in ARGUMENTS}
    return [fields.sent(arg, given, name=arg.to, present=present[arg.to]) for arg in ARGUMENTS]


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/mail-server"


def _page(
    visit: Visit,
    rendering: Rendering,
    now: dict[str, Any],
    shown: list[Field],
    status: int = 200,
    **facts: Any,
) -> Response:
    return rendering.page(
        visit,
        "mailing/server.html",
        status,
        of={one.arg.to: one for one in shown},
        has_password=bool(now["password"]),
        here=_here(visit),
        may=visit.may(WRITE),
        **{"conflict": False, "tried": None, "to": ""} | facts,
    )


_PATH = "/pools/{pool}/mail-server"
PAGES = (
    Page("GET", _PATH, show, calls=(READ,)),
    Page("POST", _PATH, send, calls=(READ, WRITE, TEST)),
)
