"""The look of the pages users sign in at, beside a page that has it, in a frame that may do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.table_branding import ARGUMENTS as OPTIONS
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.pictures import LONGEST, is_shown
from poolhouse.pools.branding import check_color, check_logo
from poolhouse.wire import look as looks
from poolhouse.wire.console import conflicts, fields
from poolhouse.wire.console.fields import Field, Overtaken
from poolhouse.wire.console.mailing.mail_templates import FRAME
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.pool_settings import BRANDING
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect
from poolhouse.wire.console.words import Texts
from poolhouse.wire.oidc.rendering import Look
from poolhouse.wire.oidc.rendering import Rendering as HostedPages

READ, WRITE = "GET get-branding", "POST update-branding"
ARGUMENTS = tuple(arg._replace(name="--branding.color") if arg.to == "color" else arg for arg in OPTIONS)
"""The color by the name of its setting."""
_HOSTED = HostedPages()


async def show(visit: Visit, rendering: Rendering) -> Response:
    now = await visit.ask(READ)
    texts = {arg.key: fields.written(arg, now[arg.to]) for arg in ARGUMENTS}
    return _page(visit, rendering, now, [Field(arg, texts[arg.key], texts[arg.key]) for arg in ARGUMENTS])


async def save(visit: Visit, rendering: Rendering) -> Response:
    given = visit.form()
    now = await visit.ask(READ)
    shown = [fields.sent(arg, given) for arg in ARGUMENTS]

    async def write(conditional: Visit, _: Any, mine: Sequence[Field]) -> Any:
        values = fields.values(mine)
        if "name" in values:
            values["name"] = values["name"] or ""  # null would leave it
        return await conditional.ask(WRITE, values) if values else None

    try:
        await conflicts.saved(visit, read=lambda: visit.ask(READ), shown=lambda _: shown, write=write)
    except Overtaken as error:
        return _page(visit, rendering, now, error.fields, 409, conflict=True)
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return _page(visit, rendering, now, _marked(shown, error), status_of(error), error=said)
    return redirect(f"{_here(visit)}?done=done_saved")


async def preview(visit: Visit, rendering: Rendering) -> Response:
    """The sign-in page in the look that is typed, for the frame of the page. Nothing is saved."""
    given = {arg.to: given.strip() for arg, given in _typed(visit.form())}
    try:
        check_color("branding.color", given["color"])
        check_logo("logo", given["logo"])
    except PoolhouseError as error:
        trace.note(error=error)
        said = f"<p>{escape(error.message(visit.lang))}</p>"
        return Response(said, status_of(error), FRAME, "text/html; charset=utf-8")
    logo = given["logo"] if is_shown(given["logo"]) else ""
    theme = "dark" if visit.http.form().get("theme") == "dark" else "light"
    name = Texts(visit.lang).branding_application
    return _HOSTED.preview(visit.lang, Look(given["name"], logo, given["color"]), name, theme)


def _typed(given: dict[str, str]) -> list[tuple[Any, str]]:
    return [(arg, given.get(arg.key, "")) for arg in ARGUMENTS]


def _marked(shown: list[Field], error: PoolhouseError) -> list[Field]:
    """The engine knows the color by the name of its setting."""
    about = error.facts.get("field") if isinstance(error, InvalidInput) else None
    marked = fields.marked(shown, error)
    return [Field(one.arg, one.text, one.was, is_wrong=one.is_wrong or one.name == about) for one in marked]


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/settings/{BRANDING}"


def _page(
    visit: Visit,
    rendering: Rendering,
    now: dict[str, Any],
    shown: list[Field],
    status: int = 200,
    **facts: Any,
) -> Response:
    color = now["color"] or looks.BUILT_IN
    return rendering.page(
        visit,
        "settings/branding.html",
        status,
        now=now,
        fields=shown,
        color=color,
        contrast=f"{looks.contrast(color, now['textColor']):.1f}",
        here=_here(visit),
        may=visit.may(WRITE),
        longest=LONGEST,
        **{"conflict": False} | facts,
    )


_ONE = f"/pools/{{pool}}/settings/{BRANDING}"
PAGES = (
    Page("GET", _ONE, show, calls=(READ,)),
    Page("POST", _ONE, save, calls=(READ, WRITE)),
    Page("POST", f"{_ONE}/preview", preview, calls=(READ,)),
)
