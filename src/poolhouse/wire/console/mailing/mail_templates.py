"""The texts of mails: each as it is, changed, looked at in both languages before it is saved, and built in again.

A preview is what an administrator wrote, so it is shown in a frame that may do nothing: no script, no form, no link
that leads anywhere, no picture from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.table import COMMANDS
from poolhouse.errors import Lang, NotFound, PoolhouseError
from poolhouse.wire.browsers import spoken
from poolhouse.wire.console import conflicts, fields
from poolhouse.wire.console.fields import WAS, Field, Overtaken
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import HEADERS, Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect, segment
from poolhouse.wire.console.words import Texts

LIST, UPDATE = "GET get-email-templates", "POST update-email-template"
PREVIEW, RESET = "POST preview-email-template", "POST reset-email-template"
VARIABLES = ("app_name", "user_name", "email", "code", "link", "lifetime")
LONGEST = 100_000
FRAME = {
    **HEADERS,
    "content-security-policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "frame-ancestors 'self'; base-uri 'none'"
    ),
    "x-frame-options": "SAMEORIGIN",
}
_ORDER = ("customizeEnabled", "subject", "sender", "content", "expiresIn", "redirectTo", "name")
_ARGS = {arg.to: arg for arg in COMMANDS["mail-template set"].args}
ARGUMENTS = tuple(_ARGS[to]._replace(kind="text") if to == "content" else _ARGS[to] for to in _ORDER)


async def show_all(visit: Visit, rendering: Rendering) -> Response:
    found = await visit.ask(LIST)
    return rendering.page(visit, "mailing/templates.html", found=found["templates"])


async def show(visit: Visit, rendering: Rendering) -> Response:
    now = await _now(visit)
    texts = {arg.key: fields.written(arg, now[arg.to]) for arg in ARGUMENTS}
    return _page(visit, rendering, now, [Field(arg, texts[arg.key], texts[arg.key]) for arg in ARGUMENTS])


async def save(visit: Visit, rendering: Rendering) -> Response:
    given = visit.form()
    now = await _now(visit)
    shown = [fields.sent(arg, given) for arg in ARGUMENTS]

    async def write(conditional: Visit, there: dict[str, Any], mine: Sequence[Field]) -> Any:
        values = fields.values(mine)
        return await conditional.ask(UPDATE, {**there, **values}) if values else None

    try:
        await conflicts.saved(visit, read=lambda: _now(visit), shown=lambda _: shown, write=write)
    except Overtaken as error:
        return _page(visit, rendering, now, error.fields, 409, conflict=True)
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return _page(visit, rendering, now, fields.marked(shown, error), status_of(error), error=said)
    return redirect(f"{_here(visit)}?done=done_saved")


async def reset(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    await _now(visit)
    await visit.ask(RESET, {"type": visit.path["template"]})
    return redirect(f"{_here(visit)}?done=done_template_reset")


async def preview(visit: Visit, rendering: Rendering) -> Response:
    """What is typed as a mail, in a language, for the frame of the page; the built-in text in that language where it is
    the one in use and nothing was typed."""
    given = visit.form()
    await _now(visit)
    lang: Lang = spoken(given.get("lang")) or visit.lang
    assert visit.caller
    reader = replace(visit, caller=replace(visit.caller, lang=lang))
    asked: dict[str, Any] = {"type": visit.path["template"]}
    typed = {arg.to: given.get(arg.key, "") for arg in ARGUMENTS if arg.to in _PREVIEWED}
    was = {arg.to: given.get(WAS + arg.key, "") for arg in ARGUMENTS if arg.to in _PREVIEWED}
    if given.get("custom") == "yes" or any(fields.plain(typed[to]) != fields.plain(was[to]) for to in typed):
        asked |= {to: text for to, text in typed.items() if text}
    try:
        mail = await reader.ask(PREVIEW, asked)
    except PoolhouseError as error:
        trace.note(error=error)
        said = f"<p>{escape(error.message(visit.lang))}</p>"
        return Response(said, status_of(error), FRAME, "text/html; charset=utf-8")
    t = Texts(visit.lang)
    above = "".join(
        f"<div>{escape(title)}: {escape(mail[key])}</div>"
        for title, key in ((t.mail_sender, "sender"), (t.mail_subject, "subject"))
    )
    return Response(f"<!doctype html>{above}<hr>{mail['content']}", 200, FRAME, "text/html; charset=utf-8")


_PREVIEWED = ("subject", "sender", "content", "expiresIn")


async def _now(visit: Visit) -> dict[str, Any]:
    """Raises NotFound for a type that there is not."""
    found = (await visit.ask(LIST))["templates"]
    one: dict[str, Any] | None = next((one for one in found if one["type"] == visit.path["template"]), None)
    if one is None:
        raise NotFound()
    return one


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/mail-templates/{segment(visit.path['template'])}"


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
        "mailing/template.html",
        status,
        now=now,
        fields=shown,
        here=_here(visit),
        may=visit.may(UPDATE),
        variables=VARIABLES,
        longest=LONGEST,
        **{"conflict": False} | facts,
    )


_ONE = "/pools/{pool}/mail-templates/{template}"
PAGES = (
    Page("GET", "/pools/{pool}/mail-templates", show_all, calls=(LIST,)),
    Page("GET", _ONE, show, calls=(LIST,)),
    Page("POST", _ONE, save, calls=(LIST, UPDATE)),
    Page("POST", f"{_ONE}/reset", reset, calls=(LIST, RESET)),
    Page("POST", f"{_ONE}/preview", preview, calls=(LIST, PREVIEW)),
)
