"""The pages of passkeys: signing in with one, and those of one's own account.

What a browser is to ask its authenticator stands in the page, or is asked for by the script (`passkeys.js`); what it
answers is sent as any form is.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import PoolhouseError, TokenExpired
from poolhouse.mfa.passkeys import Site, site_of
from poolhouse.wire.console import words
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import HEADERS, Rendering, status_of
from poolhouse.wire.console.sign_in import answer, passkey_site, refused, why_no_passkeys
from poolhouse.wire.console.visit import Visit, onward, redirect

ACCOUNT = "/console/account"


# -- signing in --------------------------------------------------------------------------------------------


async def ask(visit: Visit, rendering: Rendering) -> Response:
    """For the script: what to ask the authenticator, and the ticket that goes back with its answer."""
    visit.form()
    asked = visit.services.administrator_passkeys.ask(passkey_site(visit), visit.form_token())
    body = msgspec.json.encode({"options": asked.options, "ticket": asked.ticket})
    return Response(body, 200, HEADERS, "application/json")


async def sign_in(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    to = onward(form.get("to", ""))
    try:
        found = await visit.services.administrator_sign_in.by_passkey(
            visit.asking,
            passkey_site(visit),
            visit.form_token(),
            form.get("ticket", ""),
            form.get("credential", ""),
            device=visit.device,
        )
    except PoolhouseError as error:
        return refused(visit, rendering, error, to)
    return answer(visit, rendering, found, to)


# -- one's own ---------------------------------------------------------------------------------------------


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def begin(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    assert visit.session
    try:
        begun = await visit.services.administrator_passkeys.begin(
            visit.asking,
            visit.who,
            visit.session.id,
            passkey_site(visit),
            form.get("current_password", ""),
            form.get("code", ""),
        )
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return rendering.page(visit, "passkeys/new.html", begun=begun)


async def add(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    assert visit.session
    try:
        await visit.services.administrator_passkeys.add(
            visit.asking,
            visit.who,
            visit.session.id,
            passkey_site(visit),
            form.get("ticket", ""),
            form.get("credential", ""),
            form.get("name", ""),
        )
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return redirect(f"{ACCOUNT}/passkeys?done=done_passkey_added")


async def rename(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    passkeys = visit.services.administrator_passkeys
    try:
        await passkeys.rename(visit.asking, visit.who, form.get("passkey", ""), form.get("name", ""))
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return redirect(f"{ACCOUNT}/passkeys?done=done_saved")


async def remove(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    passkeys, password = visit.services.administrator_passkeys, form.get("current_password", "")
    try:
        await passkeys.remove(visit.asking, visit.who, form.get("passkey", ""), password)
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return redirect(f"{ACCOUNT}/passkeys?done=done_passkey_removed")


async def _refused(visit: Visit, rendering: Rendering, error: PoolhouseError) -> Response:
    trace.note(error=error)
    said = (
        words.Texts(visit.lang).passkey_late if isinstance(error, TokenExpired) else error.message(visit.lang)
    )
    return await _page(visit, rendering, status_of(error), error=said)


async def _page(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    site = site_of(visit.origin)
    return rendering.page(
        visit,
        "passkeys/list.html",
        status,
        passkeys=await visit.services.administrator_passkeys.list(visit.who.id),
        why_not=why_no_passkeys(visit),
        here=site.rp_id if isinstance(site, Site) else "",
        **facts,
    )


PAGES = (
    Page("POST", "/sign-in/passkey/begin", ask, "anyone"),
    Page("POST", "/sign-in/passkey", sign_in, "anyone"),
    Page("GET", "/account/passkeys", show, "administrator"),
    Page("POST", "/account/passkeys/begin", begin, "administrator"),
    Page("POST", "/account/passkeys", add, "administrator"),
    Page("POST", "/account/passkeys/rename", rename, "administrator"),
    Page("POST", "/account/passkeys/remove", remove, "administrator"),
)
