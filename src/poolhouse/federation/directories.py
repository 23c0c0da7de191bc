"""Signing in by the name and password that somebody has in the company's directory, where only its kind is named.

The official clients send no connection: an application has one of a kind, or says which it begins with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from poolhouse.apps.model import App
from poolhouse.apps.service import AppService
from poolhouse.caller import Caller
from poolhouse.errors import IdentitySourceNotFound, InvalidOperation
from poolhouse.federation.service import Federation, Offer
from poolhouse.login.model import LoggedIn

Kind = Literal["ldap", "ad"]
KINDS: tuple[Kind, ...] = ("ldap", "ad")
_FIRST: dict[Kind, str] = {"ldap": "ldapExtIdpConnId", "ad": "adExtIdpConnId"}
"""What of the application's `loginConfig.defaultLoginMethod` names the connection."""


class DirectorySignIn:
    def __init__(self, federation: Federation, apps: AppService) -> None:
        self._federation, self._apps = federation, apps

    async def sign_in(
        self, caller: Caller, name: str, username: str, password: str, captcha: str | None = None
    ) -> LoggedIn:
        """`name`: the connection's identifier. Raises what `Federation.verify_password` does."""
        return await self._federation.verify_password(
            caller, name, username, password, origin="", captcha=captcha
        )

    async def sign_in_by_kind(
        self, caller: Caller, kind: Kind, username: str, password: str, captcha: str | None = None
    ) -> LoggedIn:
        """A password is never tried at more than one directory.

        Raises IdentitySourceNotFound where the application has no such connection, InvalidOperation where it has
        several and does not say which; and what `sign_in` does.
        """
        name = await self._named(caller, kind)
        return await self.sign_in(caller, name, username, password, captcha)

    async def _named(self, caller: Caller, kind: Kind) -> str:
        app = await self._apps.get(caller, caller.app_id) if caller.app_id else None
        offers = await self._federation.offered(caller.pool_id, app.id) if app else []
        meant = meant_by(app, offers, kind) if app else []
        if not meant:
            raise IdentitySourceNotFound(kind=kind)
        if len(meant) > 1:
            raise InvalidOperation(
                f"该应用启用了多个 {kind} 连接：请在登录配置的 {_FIRST[kind]} 中指定",
                f"The application has several connections of {kind}: name one in {_FIRST[kind]} of its login settings",
            )
        return meant[0].identifier


def meant_by(app: App, offers: Sequence[Offer], kind: Kind) -> list[Offer]:
    """The connections of an application that may be meant where only the kind is named: one, where that is clear."""
    found = [offer for offer in offers if offer.kind == kind]
    login = app.settings.pages.get("login") or {}
    first = (login.get("defaultLoginMethod") or {}).get(_FIRST[kind])
    return [offer for offer in found if offer.id == first] or found
