"""The hosted page's form for a name and a password of the company's directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poolhouse.federation.connections import Offer
from poolhouse.login.model import LoggedIn
from poolhouse.services import WireServices
from poolhouse.wire.oidc.browser import typed

if TYPE_CHECKING:
    from poolhouse.wire.oidc.pages import Step


class CompanySteps:
    def __init__(self, services: WireServices) -> None:
        self._services = services

    def tabs(self, offered: list[Offer]) -> list[Offer]:
        """Those that take a name and a password, a tab each."""
        return [one for one in offered if one.verifying]

    def chosen(self, step: Step, offers: list[Offer]) -> Offer | None:
        """That of the address or of the form."""
        named = step.given("connection") or step.browser.http.query.text("connection") or ""
        return next((offer for offer in offers if offer.identifier == named), None)

    async def sign_in(self, step: Step) -> LoggedIn:
        return await self._services.directory_sign_in.sign_in(
            step.caller,
            step.given("connection"),
            step.given("account"),
            typed(step.form, "password"),
            step.given("captcha") or None,
        )
