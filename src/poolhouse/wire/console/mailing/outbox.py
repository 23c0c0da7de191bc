"""The outbox: messages by state and recipient, one with its text for whoever may read codes, and sending again."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, redirect, segment
from poolhouse.wire.v3.walking import EXACT, NEXT, UP_TO

LIST, ONE, RETRY = "GET list-mail", "GET get-mail", "POST retry-mail"
STATES = ("queued", "sent", "dead")
PAGE_SIZE = 50
MOST_COUNTED = 10_000


async def show_all(visit: Visit, rendering: Rendering) -> Response:
    query = visit.http.query
    to, status, number = (query.text("to") or "").strip(), query.text("status") or "", page_of(query)
    asked = {"to": to or None, "status": status or None, "page": number, "limit": PAGE_SIZE}
    found, beside = await visit.ask_beside(LIST, {**asked, UP_TO: MOST_COUNTED})
    kept = urlencode({name: value for name, value in (("to", to), ("status", status)) if value})
    return rendering.page(
        visit,
        "mailing/outbox.html",
        found=found,
        to=to,
        state=status,
        states=STATES,
        number=number,
        kept=f"{kept}&" if kept else "",
        is_exact=beside[EXACT],
        is_last=not beside[NEXT],
        may_read=visit.may(ONE),
        may_retry=visit.may(RETRY),
    )


async def show(visit: Visit, rendering: Rendering) -> Response:
    one = await visit.ask(ONE, {"id": visit.path["message"]})
    return rendering.page(visit, "mailing/message.html", one=one, may_retry=visit.may(RETRY))


async def retry(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    await visit.ask(RETRY, {"id": visit.path["message"]})
    here = f"{visit.pool_address}/mail"
    if visit.may(ONE):
        here += f"/{segment(visit.path['message'])}"
    return redirect(f"{here}?done=done_mail_retried")


PAGES = (
    Page("GET", "/pools/{pool}/mail", show_all, calls=(LIST,)),
    Page("GET", "/pools/{pool}/mail/{message}", show, calls=(ONE,)),
    Page("POST", "/pools/{pool}/mail/{message}/retry", retry, calls=(RETRY,)),
)
