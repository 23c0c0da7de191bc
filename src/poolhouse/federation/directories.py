"""Signing in by the name and password that somebody has in the company's directory.

Where only its kind is named, the application's own connection of that kind is meant: the official clients send none. An
application has one of a kind, or says which it begins with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from poolhouse.apps.model import App
from poolhouse.apps.service import AppService
from poolhouse.caller import Caller
from poolhouse.errors import IdentitySourceNotFound, InvalidOperation, PoolhouseError, WrongCredentials
from poolhouse.federation import catalog
from poolhouse.federation.arrivals import Arrivals
from poolhouse.federation.connections import Connections, Offer
from poolhouse.federation.model import checked
from poolhouse.login.lockout import Lockout
from poolhouse.login.model import LoggedIn
from poolhouse.login.service import LoginService
from poolhouse.pools.service import PoolService
from poolhouse.texts import is_storable, trimmed
from poolhouse.users.model import UserKey

Kind = Literal["ldap", "ad"]
KINDS: tuple[Kind, ...] = ("ldap", "ad")
_COMPARED = 1024
"""Characters of a name: none that is looked for is longer."""
_HIRAGANA = {one: one - 0x60 for one in range(0x30A1, 0x30F7)}
"""Of katakana."""
_LATIN = re.compile(r"LATIN SMALL (?:LETTER|LIGATURE) ([A-Z]{1,2})(?: WITH [A-Z -]{1,60})?\Z")
_FIRST: dict[Kind, str] = {"ldap": "ldapExtIdpConnId", "ad": "adExtIdpConnId"}
"""What of the application's `loginConfig.defaultLoginMethod` names the connection."""


class DirectorySignIn:
    def __init__(
        self,
        *,
        connections: Connections,
        arrivals: Arrivals,
        pools: PoolService,
        apps: AppService,
        lockout: Lockout,
        login: LoginService,
    ) -> None:
        self._connections, self._arrivals = connections, arrivals
        self._pools, self._apps, self._lockout, self._login = pools, apps, lockout, login

    async def sign_in(
        self, caller: Caller, name: str, username: str, password: str, captcha: str | None = None
    ) -> LoggedIn:
        """Whoever the directory knows is signed in. `name`: the connection's identifier or id. Tries are counted for
        the user name at the connection.

        Raises WrongCredentials, AccountLocked, CaptchaRequired, IdentityUnbound, ProviderFailed, and what a login does.
        """
        pool = await self._pools.get(caller.pool_id)
        opened = await self._connections.open(caller, name)
        client = catalog.verifying(opened.manifest.kind)
        connection = opened.way.connection
        subject = UserKey("username", f"{connection.id}:{_spelled(username)}"[:256])
        try:
            if not password or not username.strip() or not is_storable(username):
                raise WrongCredentials("nobody's name, or no password")
            async with self._lockout.counted(caller, pool, subject, captcha) as this:
                here = self._connections.here("", "")
                asked = client.verify(opened.settled, here, username.strip(), password)
                came = checked(await self._connections.answer(opened.settled, asked))
                this.proved = True
            user = await self._arrivals.user(caller, opened.way, came)
            if user is None:  # there is no page to ask on
                user = await self._arrivals.created(caller, opened.way, came)
        except PoolhouseError as error:
            await self._connections.note(caller, connection, error)
            raise
        return await self._login.complete_login(caller, user, "identity", also=this.forget)

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
        offers = await self._connections.offered(caller.pool_id, app.id) if app else []
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


def _spelled(username: str) -> str:
    """One spelling of what directories take for one name, so that tries are counted together: RFC 4518, and that
    Active Directory hears no accents, no stroke of a letter, one syllabary of Japanese, and nothing of what it does
    not know. Sources: RFC 4518; MS-ADTS 3.1.1.2.2.4.13 and 6.5.1 (NORM_IGNORENONSPACE, NORM_IGNOREKANATYPE)."""
    plain = unicodedata.normalize("NFKD", trimmed(username[:_COMPARED])).casefold().translate(_HIRAGANA)
    return " ".join("".join(map(_letter, plain)).split())


def _letter(one: str) -> str:
    if one.isascii():
        return one
    if unicodedata.category(one)[0] in "MC":
        return ""
    found = _LATIN.match(unicodedata.name(one, ""))
    return found[1].lower() if found else one
