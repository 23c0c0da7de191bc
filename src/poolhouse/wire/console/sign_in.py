"""The pages of signing in and out."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.administrators.model import More, SignedIn
from poolhouse.errors import InvalidOperation, PoolhouseError, TokenExpired
from poolhouse.mfa.passkeys import Site, site_of
from poolhouse.wire.console import words
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import LANG, SESSION, THEME, THEMES, Visit, onward, redirect

HERE = "/console/sign-in"


async def ask(visit: Visit, rendering: Rendering) -> Response:
    if visit.administrator:
        return redirect(onward(visit.http.query.text("to") or ""))
    ended = visit.http.query.text("ended") or ""
    to = onward(visit.http.query.text("to") or "")
    return _page(visit, rendering, to, notice={"": "", "lost": "signed_out_lost"}.get(ended, "signed_out"))


async def sign_in(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    to, username = onward(form.get("to", "")), form.get("username", "")
    try:
        found = await visit.services.administrator_sign_in.sign_in(
            visit.asking, username, form.get("password", ""), device=visit.device
        )
    except PoolhouseError as error:
        return refused(visit, rendering, error, to, username[:64])
    return answer(visit, rendering, found, to)


async def go_on(visit: Visit, rendering: Rendering) -> Response:
    """With the code, or with the new password."""
    form = visit.form()
    to, ticket = onward(form.get("to", "")), form.get("ticket", "")
    needs = "new password" if "new_password" in form else "code"
    try:
        found = await visit.services.administrator_sign_in.go_on(
            visit.asking,
            ticket,
            code=form.get("code", ""),
            new_password=form.get("new_password", ""),
            device=visit.device,
        )
    except TokenExpired as error:
        trace.note(error=error)
        return redirect(f"{HERE}?ended=1")
    except PoolhouseError as error:
        trace.note(error=error)
        return rendering.page(
            visit,
            "sign_in_more.html",
            status_of(error),
            to=to,
            ticket=ticket,
            needs=needs,
            error=error.message(visit.lang),
        )
    return answer(visit, rendering, found, to)


async def sign_out(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    await visit.services.administrator_sign_in.sign_out(visit.asking, visit.cookies.get(SESSION, ""))
    return visit.signed_out(redirect(HERE))


async def look(visit: Visit, rendering: Rendering) -> Response:
    """Language and theme, of this browser."""
    form = visit.form()
    response = redirect(onward(form.get("to", "")))
    if form.get("lang") in ("zh-CN", "en-US"):
        visit.keep(response, LANG, form["lang"])
    if form.get("theme") in THEMES:
        visit.keep(response, THEME, form["theme"])
    return response


def refused(
    visit: Visit, rendering: Rendering, error: PoolhouseError, to: str, username: str = ""
) -> Response:
    """The form again, and why."""
    trace.note(error=error)
    return _page(visit, rendering, to, status_of(error), username=username, error=error.message(visit.lang))


def why_no_passkeys(visit: Visit) -> str:
    """The word of why this address takes none, "" where it does."""
    site = site_of(visit.origin)
    return "" if isinstance(site, Site) else f"passkeys_{site}"


def passkey_site(visit: Visit) -> Site:
    """Where this browser is, as passkeys know it. Raises InvalidOperation, which says why there is none."""
    site = site_of(visit.origin)
    if isinstance(site, Site):
        return site
    raise InvalidOperation(*words.TEXTS[f"passkeys_{site}"])


def _page(
    visit: Visit, rendering: Rendering, to: str, status: int = 200, username: str = "", **facts: Any
) -> Response:
    closed = why_no_passkeys(visit)
    return rendering.page(visit, "sign_in.html", status, to=to, username=username, why_not=closed, **facts)


def answer(visit: Visit, rendering: Rendering, found: SignedIn | More, to: str) -> Response:
    """Where they were going, or the form for what is needed too."""
    if isinstance(found, SignedIn):
        return visit.signed_in(to, found)
    return rendering.page(visit, "sign_in_more.html", to=to, ticket=found.ticket, needs=found.needs)


PAGES = (
    Page("GET", "/sign-in", ask, "anyone"),
    Page("POST", "/sign-in", sign_in, "anyone"),
    Page("POST", "/sign-in/more", go_on, "anyone"),
    Page("POST", "/sign-out", sign_out, "anyone"),
    Page("POST", "/look", look, "anyone"),
)
