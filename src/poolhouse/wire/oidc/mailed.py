"""The pages that links in mails open: to confirm an address, and to choose a first password.

Opening one does nothing; its button does. The link's ticket says which pool, its mail for which application.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from poolhouse import trace
from poolhouse.caller import Caller
from poolhouse.errors import PoolhouseError, TokenExpired, TokenInvalid, TooManyRequests, Unavailable
from poolhouse.login import tickets
from poolhouse.login.links import FIRST_LOGIN_PATH, VERIFY_PATH, Opened
from poolhouse.services import WireServices
from poolhouse.wire.oidc.browser import Browser, typed, with_browser
from poolhouse.wire.oidc.rendering import Look
from poolhouse.wire.tracked_body import TrackedBody

if TYPE_CHECKING:
    from poolhouse.wire.oidc.pages import Pages

Act = Callable[[WireServices, Caller, str, TrackedBody], Awaitable[None]]

_MACHINERY = frozenset({"form", "token"})
"""Our own fields of the forms: no business of a script."""


async def _verify(services: WireServices, caller: Caller, ticket: str, form: TrackedBody) -> None:
    await services.links.verify(caller, ticket)


async def _choose(services: WireServices, caller: Caller, ticket: str, form: TrackedBody) -> None:
    await services.recovery.by_first_login(caller, ticket, typed(form, "password"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of link: the ticket it carries, the form it opens, what the form's button does and says after."""

    path: str
    purpose: tickets.Purpose
    template: str
    act: Act
    done: str


KINDS = (
    Kind(VERIFY_PATH, "email_link", "verify_email.html", _verify, "email_verified"),
    Kind(FIRST_LOGIN_PATH, "first_login", "first_login.html", _choose, "first_login_done"),
)


OLD_VERIFY_PATH = "/api/v2/email/verify"
"""Where the links of mails lead that an earlier version sent."""


class MailedPages:
    def __init__(self, services: WireServices, pages: Pages) -> None:
        self._services, self._pages = services, pages

    def routes(self) -> list[BaseRoute]:
        pages = [Route(kind.path, self._handler(kind), methods=["GET", "POST"]) for kind in KINDS]
        return [*pages, Route(OLD_VERIFY_PATH, _moved)]

    def _handler(self, kind: Kind) -> Callable[[Request], Awaitable[Response]]:
        async def answer(browser: Browser) -> Response:
            try:
                return await self._answer(kind, browser)
            except PoolhouseError as error:
                trace.note(error=error)
                return self._unusable(browser, error)

        return with_browser(self._services, answer)

    async def _answer(self, kind: Kind, browser: Browser) -> Response:
        posted = browser.http.method == "POST"
        form = TrackedBody(browser.http.form() if posted else {}, _MACHINERY)
        ticket = (form.get("token", "") if posted else browser.http.query.text("token")) or ""
        caller = browser.caller(tickets.pool_of(ticket), None)
        opened = await self._services.links.opened(caller, kind.purpose, ticket)
        look = await self._pages.look(caller.pool_id, opened.app)
        if not posted:
            return self._form(kind, browser, ticket, opened, look)
        caller = replace(caller, app_id=opened.app.id if opened.app else None, body=form.seen)
        try:
            browser.require_own_form(form)
            await kind.act(self._services, caller, ticket, form)
        except (TokenInvalid, TokenExpired):
            raise
        except PoolhouseError as error:
            trace.note(error=error)
            return self._form(kind, browser, ticket, opened, look, error)
        return self._pages.render(
            browser,
            "mailed_done.html",
            200,
            None,
            look=look,
            title=f"{kind.done}_title",
            sentence=kind.done,
            about=_about(opened),
            onward=opened.onward,
        )

    def _form(
        self,
        kind: Kind,
        browser: Browser,
        ticket: str,
        opened: Opened,
        look: Look,
        error: PoolhouseError | None = None,
    ) -> Response:
        response = self._pages.render(
            browser,
            kind.template,
            200 if error is None else _status(error),
            None,
            look=look,
            action=kind.path,
            ticket=ticket,
            about=_about(opened),
            error=error.message(browser.http.lang) if error else None,
        )
        return _retrying(response, error)

    def _unusable(self, browser: Browser, error: PoolhouseError) -> Response:
        """The ticket is no longer good, or never was; or we are not at our best. Which of the first two it is
        nobody can tell: used tickets are deleted."""
        if not isinstance(error, TokenInvalid | TokenExpired):
            response = self._pages.problem(browser, error)
            response.status_code = _status(error)
            return _retrying(response, error)
        expired = isinstance(error, TokenExpired)
        return self._pages.render(
            browser,
            "mailed_done.html",
            410 if expired else 404,
            None,
            title="link_title",
            sentence="link_expired" if expired else "link_unusable",
            about={},
            onward=None,
        )


async def _moved(request: Request) -> Response:
    asked = urlencode({"token": request.query_params.get("token", "")[:200]})
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    return RedirectResponse(f"{VERIFY_PATH}?{asked}", 303, headers=headers)


def _about(opened: Opened) -> dict[str, str]:
    user = opened.user
    return {"app": opened.name, "user": user.display_name, "email": user.email or user.display_name}


def _status(error: PoolhouseError) -> int:
    if isinstance(error, TooManyRequests):
        return 429
    return 503 if isinstance(error, Unavailable) else 400


def _retrying(response: Response, error: PoolhouseError | None) -> Response:
    if isinstance(error, Unavailable):
        response.headers["retry-after"] = str(error.facts.get("retry_after_s", 1))
    return response
