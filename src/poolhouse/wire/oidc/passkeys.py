"""Passkeys on the hosted pages: signing in with one, and the offer to make one after another way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from poolhouse.caller import Caller
from poolhouse.errors import InvalidOperation
from poolhouse.login.model import LoggedIn
from poolhouse.services import WireServices
from poolhouse.sessions.model import Session
from poolhouse.wire.oidc.browser import OFFERED_COOKIE

if TYPE_CHECKING:
    from poolhouse.wire.oidc.pages import Step

SCRIPT = "passkeys.js"
_OFFERED_S = 90 * 86_400
"""For how long a browser that was offered one is not asked again."""


class PasskeySteps:
    def __init__(self, services: WireServices) -> None:
        self._services = services

    async def is_on(self, step: Step) -> bool:
        """Whether a passkey can be used here: the pool has them, and our address is one that browsers bind them to."""
        return await self._services.passkey_login.is_possible(step.app.pool_id, step.browser.origin)

    async def begin(self, step: Step) -> Response:
        """For the script: only when somebody presses the button, as the ticket is good for five minutes."""
        browser = step.browser
        asked = await self._services.passkey_login.ask(step.caller, browser.origin, form=browser.form_token())
        answer = {"options": asked.options, "ticket": asked.ticket}
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    async def sign_in(self, step: Step) -> LoggedIn:
        return await self._services.passkey_login.sign_in(
            step.caller,
            step.browser.origin,
            step.given("ticket"),
            step.given("credential"),
            form=step.browser.form_token(),
        )

    # -- as the second step: `mfa` of the form is its ticket ---------------------------------------------------

    async def elsewhere(self, step: Step, ticket: str) -> str | None:
        """Why the passkeys that somebody has are no good here; None where one is."""
        try:
            await self._services.passkey_factor.ask(step.caller, ticket, step.browser.origin)
        except InvalidOperation as error:
            return error.message(step.browser.http.lang)
        return None

    async def begin_second(self, step: Step) -> Response:
        asked = await self._services.passkey_factor.ask(step.caller, step.given("mfa"), step.browser.origin)
        answer = {"options": asked.options, "ticket": asked.ticket}
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    async def prove(self, step: Step) -> LoggedIn:
        return await self._services.passkey_factor.prove(
            step.caller,
            step.given("mfa"),
            step.browser.origin,
            step.given("ticket"),
            step.given("credential"),
        )

    async def first(self, step: Step, ticket: str) -> dict[str, Any] | None:
        """What a browser is to make, as the first factor; None where passkeys are no good here."""
        if not await self.is_on(step):
            return None
        try:
            asked = await self._services.passkey_factor.begin(step.caller, ticket, step.browser.origin)
        except InvalidOperation:
            return None
        return dict(asked.options)

    async def bind(self, step: Step) -> LoggedIn:
        return await self._services.passkey_factor.bind(
            step.caller, step.given("mfa"), step.browser.origin, step.given("credential")
        )

    # -- the offer -----------------------------------------------------------------------------------------

    async def offer(self, step: Step, session: Session, *, again: bool = False) -> dict[str, Any] | None:
        """What the page of the offer shows. None where there is nothing to offer: no passkeys here, one is there
        already, or this browser was asked not long ago; `again`: after something went wrong with it."""
        if not await self.is_on(step):
            return None
        caller = _as(step, session)
        if not again:
            known = await self._services.passkeys.list(caller, session.user_id)
            if known or step.browser.cookies.get(OFFERED_COOKIE):
                return None
        try:
            begun = await self._services.passkey_login.begin(caller, step.browser.origin)
        except InvalidOperation:
            return None
        return {"begun": begun}

    def note_offer(self, step: Step, response: Response) -> None:
        response.set_cookie(
            OFFERED_COOKIE,
            "1",
            max_age=_OFFERED_S,
            path="/login",
            secure=step.browser.secure,
            httponly=True,
            samesite="lax",
        )

    async def add(self, step: Step, session: Session) -> None:
        await self._services.passkey_login.add(
            _as(step, session), step.browser.origin, step.given("ticket"), step.given("credential")
        )


def _as(step: Step, session: Session) -> Caller:
    return step.browser.caller(step.app.pool_id, step.app.id, session)
