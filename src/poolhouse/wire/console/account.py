"""The pages of one's own account: password, second factor, sessions."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import CodeWrong, PoolhouseError
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import DEVICE, Visit, redirect

HERE = "/console/account"
ISSUER = "Poolhouse"


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def change_password(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    assert visit.session
    try:
        kept = await visit.services.administrator_sign_in.change_password(
            visit.asking,
            visit.who,
            visit.session.id,
            form.get("old_password", ""),
            form.get("new_password", ""),
            device=visit.device,
        )
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return visit.keep(redirect(f"{HERE}?done=done_password"), DEVICE, kept)


async def begin_factor(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    assert visit.session
    try:
        begun = await visit.services.administrator_sign_in.begin_factor(
            visit.asking, visit.who, visit.session.id, form.get("current_password", ""), ISSUER
        )
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return rendering.page(visit, "new_factor.html", begun=begun)


async def confirm_factor(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    assert visit.session
    factor, ticket = visit.services.administrator_factor, form.get("ticket", "")
    try:
        codes = await factor.confirm(visit.asking, visit.who, visit.session.id, ticket, form.get("code", ""))
    except CodeWrong as error:
        trace.note(error=error)
        begun = await factor.pending(visit.who, visit.session.id, ticket, ISSUER)
        said = error.message(visit.lang)
        return rendering.page(visit, "new_factor.html", status_of(error), begun=begun, error=said)
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return rendering.page(visit, "recovery_codes.html", codes=codes)


async def remove_factor(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    try:
        await visit.services.administrator_sign_in.remove_factor(
            visit.asking, visit.who, form.get("code", "")
        )
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return redirect(f"{HERE}?done=done_factor_removed")


async def end_session(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    try:
        await visit.services.administrator_sign_in.end(visit.asking, visit.who, form.get("session", ""))
    except PoolhouseError as error:
        return await _refused(visit, rendering, error)
    return redirect(f"{HERE}?done=done_ended")


async def _refused(visit: Visit, rendering: Rendering, error: PoolhouseError) -> Response:
    trace.note(error=error)
    return await _page(visit, rendering, status_of(error), error=error.message(visit.lang))


async def _page(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    return rendering.page(
        visit,
        "account.html",
        status,
        sessions=await visit.services.administrator_sign_in.sessions(visit.who.id),
        **facts,
    )


PAGES = (
    Page("GET", "/account", show, "administrator"),
    Page("POST", "/account/password", change_password, "administrator"),
    Page("POST", "/account/factor", begin_factor, "administrator"),
    Page("POST", "/account/factor/confirm", confirm_factor, "administrator"),
    Page("POST", "/account/factor/remove", remove_factor, "administrator"),
    Page("POST", "/account/sessions/end", end_session, "administrator"),
)
