"""Signing in where a form was sent after its session had ended; then it is done, as if nothing had happened.

The page that asks holds what was sent, sealed, and is sent to the same address. Only who sent it can sign in there, and
only what came from a page of ours is held: an ended session proves that still, as its cookie outlives it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from poolhouse import trace
from poolhouse.administrators.held import HeldForm
from poolhouse.administrators.model import More, SignedIn
from poolhouse.errors import PoolhouseError, TokenExpired
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.sign_in import passkey_site, why_no_passkeys
from poolhouse.wire.console.visit import DEVICE, HELD, HOME, SESSION, Visit, redirect
from poolhouse.wire.multipart import is_multipart

_LOST = "/console/sign-in?ended=lost"

GoOn = Callable[[Visit], Awaitable[Response]]


def is_one(visit: Visit) -> bool:
    """Whether it is the form that this page asks with."""
    return f"{HELD}=".encode() in visit.http.body and HELD in visit.http.form()


async def ask(visit: Visit, rendering: Rendering) -> Response:
    """Raises FormStale for what no page of ours sent."""
    if visit.former is None:
        return redirect(_LOST)
    visit.form_of_former()
    if is_multipart(visit.http.headers.get("content-type", "")):
        return redirect(_LOST)  # a file is not held: it may be nearly as large as a form can be
    to = _address(visit)
    held = await visit.services.administrator_held.sealed(visit.former, to, visit.http.body.decode())
    return _page(visit, rendering, held, to, visit.former.username, 401)


async def sign_in(visit: Visit, rendering: Rendering, go_on: GoOn) -> Response:
    """`go_on` does what was asked for, as whoever has signed in. Raises FormStale."""
    visit = replace(visit, administrator=None, session=None)  # as the page that asks was made
    form, to = visit.form(), _address(visit)
    held = form[HELD]
    try:
        opened = await visit.services.administrator_held.opened(str(visit.asking.neighborhood), held, to)
    except TokenExpired as error:
        trace.note(error=error)
        return redirect(_LOST)
    try:
        found = await _found(visit, form, opened)
    except PoolhouseError as error:
        trace.note(error=error)
        anew = isinstance(error, TokenExpired) or "credential" in form
        again = {} if anew else {"ticket": form.get("ticket", "")}
        needs = "new password" if "new_password" in form else "code"
        said = error.message(visit.lang)
        return _page(
            visit, rendering, held, to, opened.username, status_of(error), error=said, needs=needs, **again
        )
    if isinstance(found, More):
        return _page(visit, rendering, held, to, opened.username, 200, ticket=found.ticket, needs=found.needs)
    if found.administrator.id != opened.administrator_id:
        return visit.signed_in(HOME, found)
    return visit.keep_signed_in(await go_on(_resumed(visit, found, opened)), found)


async def _found(visit: Visit, form: dict[str, str], opened: HeldForm) -> SignedIn | More:
    service = visit.services.administrator_sign_in
    if "credential" in form:
        return await service.by_passkey(
            visit.asking,
            passkey_site(visit),
            visit.form_token(),
            form.get("ticket", ""),
            form["credential"],
            device=visit.device,
        )
    if not form.get("ticket"):
        return await service.sign_in(
            visit.asking, opened.username, form.get("password", ""), device=visit.device
        )
    return await service.go_on(
        visit.asking,
        form["ticket"],
        code=form.get("code", ""),
        new_password=form.get("new_password", ""),
        device=visit.device,
    )


def _resumed(visit: Visit, found: SignedIn, opened: HeldForm) -> Visit:
    """The request that was sent, with the token that forms of the new session have."""
    cookies = {**visit.cookies, SESSION: found.token, DEVICE: found.device}
    visit = replace(visit, administrator=found.administrator, session=found.session, cookies=cookies)
    sent = replace(visit.http, body=opened.body.encode())
    pairs = [(name, value) for name, value in sent.form_pairs() if name != "form"]
    body = urlencode([*pairs, ("form", visit.form_token())]).encode()
    return replace(visit, http=replace(sent, body=body))


def _address(visit: Visit) -> str:
    query = urlencode(visit.http.query.decoded)
    return visit.http.path + (f"?{query}" if query else "")


def _page(
    visit: Visit, rendering: Rendering, held: str, to: str, username: str, status: int, **facts: Any
) -> Response:
    shown = {"ticket": "", "needs": "", "why_not": why_no_passkeys(visit), **facts}
    return rendering.page(visit, "in_place.html", status, held=held, to=to, username=username, **shown)
