"""Signing in with a passkey, and making one: at which pages, and after what.

A passkey is bound to a host name. Ours is that of our own address; an application whose own page asks has its own.
Decision: docs/decisions/0082-passkeys-of-users.md.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from poolhouse.accounts.records import UserRecords
from poolhouse.apps.service import AppService
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.errors import (
    InvalidOperation,
    PasskeyRefused,
    SignInNotRecent,
    TokenExpired,
    TooManyRequests,
)
from poolhouse.login.address_limiter import AddressLimiter
from poolhouse.login.model import LoggedIn
from poolhouse.login.refusal_log import RefusalLog
from poolhouse.login.service import LoginService
from poolhouse.login.tally import Limit, Subject, Tally
from poolhouse.mfa.model import AskedPasskey, PasskeyKind, UserPasskey
from poolhouse.mfa.passkeys import Site, site_of
from poolhouse.mfa.user_passkeys import UserPasskeys
from poolhouse.pools.service import PoolService
from poolhouse.sessions import postgres as session_rows
from poolhouse.times import now
from poolhouse.users.model import User, UserKey
from poolhouse.web_origins import web_origin

RECENT = timedelta(hours=1)
"""For how long after a sign-in a passkey may be made: a token that was stolen later makes none."""
TRIES = Limit(100, 600)
"""Refused passkeys of one address: no guess comes near a signature, but each costs work and a row of the log."""
_BY_ADDRESS = "passkey-ip"

_UNUSABLE = {
    "address": (
        "通行密钥需要域名：不能用 IP 地址访问",
        "passkeys need a host name: this server is reached by an IP address",
    ),
    "insecure": ("通行密钥需要 HTTPS（localhost 除外）", "passkeys need HTTPS, but on localhost"),
}


class PasskeyLogin:
    """`own`: our own address, as the browser reached it. `origin`: of the page that asks, as the browser says; None
    where nobody says, which means a page of ours."""

    def __init__(
        self,
        *,
        db: Database,
        pools: PoolService,
        apps: AppService,
        users: UserRecords,
        passkeys: UserPasskeys,
        login: LoginService,
        refusals: RefusalLog,
        turns: AddressLimiter,
    ) -> None:
        self._db, self._pools, self._apps, self._users = db, pools, apps, users
        self._passkeys, self._login, self._refusals, self._turns = passkeys, login, refusals, turns
        self._tally = Tally(db)

    # -- signing in ----------------------------------------------------------------------------------------

    async def ask(self, caller: Caller, own: str, origin: str | None = None, form: str = "") -> AskedPasskey:
        """`form`: what proves that the answer comes from the same browser, where there is such a thing. Raises
        InvalidOperation where the pool has none, or the page may not ask."""
        site = await self.site(caller, own, origin)
        return self._passkeys.ask(site, _whose(caller, form))

    async def sign_in(
        self,
        caller: Caller,
        own: str,
        ticket: str,
        sent: str,
        *,
        origin: str | None = None,
        form: str = "",
        scope: str | None = None,
    ) -> LoggedIn:
        """It stands for a second factor, and opens an account that wrong passwords have locked: nobody guesses at a
        signature. Raises TokenExpired, PasskeyRefused, PasskeyCopied, TooManyRequests, and what `complete_login` does.
        """
        site = await self.site(caller, own, origin)
        async with self._turns.of(caller.neighborhood):
            user = await self._proved(caller, site, _whose(caller, form), ticket, sent)
        return await self._login.complete_login(caller, user, "passkey", second_factor=False, scope=scope)

    async def _proved(self, caller: Caller, site: Site, whose: str, ticket: str, sent: str) -> User:
        subject = Subject(caller.pool_id, _BY_ADDRESS, caller.neighborhood or "")
        wait_s = await self._tally.begin(subject, TRIES)
        if wait_s is not None:
            raise TooManyRequests("too many passkeys that were refused", retry_after_s=wait_s)
        try:
            passkey = await self._passkeys.prove(caller, site, whose, ticket, sent)
            user = await self._users.find(caller, UserKey("id", passkey.user_id))
            if user is None:
                raise PasskeyRefused("its user is gone", passkey=passkey)
        except PasskeyRefused as error:
            self._tally.failed(subject)
            meant: UserPasskey | None = error.facts.get("passkey")
            of: dict[str, Any] = {"passkey": meant.name} if meant else {}
            user_id = meant.user_id if meant else ""
            await self._refusals.write(caller, error, user_id=user_id, method="passkey", **of)
            raise
        except BaseException:
            await self._tally.void(subject)
            raise
        await self._tally.void(subject)
        return user

    # -- making one ----------------------------------------------------------------------------------------

    async def begin(self, caller: Caller, own: str, origin: str | None = None) -> AskedPasskey:
        """For who signed in not long ago. Raises SignInNotRecent, TokenExpired, TooLarge, and InvalidOperation as
        `ask`."""
        user_id = caller.require_user()
        site = await self.site(caller, own, origin)
        await self._require_recent(caller)
        user = await self._users.get(caller, user_id)
        pool_name, account = await self.names(caller, user)
        return await self._passkeys.begin(
            caller, site, pool_name=pool_name, account=account, person=user.display_name
        )

    async def add(
        self,
        caller: Caller,
        own: str,
        ticket: str,
        sent: str,
        *,
        origin: str | None = None,
        name: str = "",
        kind: PasskeyKind = "other",
    ) -> UserPasskey:
        """Without a name it has the day's. Raises what `UserPasskeys.add` and `begin` do."""
        caller.require_user()
        site = await self.site(caller, own, origin)
        await self._require_recent(caller)
        return await self._passkeys.add(
            caller,
            site,
            ticket,
            sent,
            name=name,
            kind=kind,
            still_here=partial(_require_session, caller),
        )

    async def is_possible(self, pool_id: str, own: str) -> bool:
        """Whether our pages may ask for one: the pool has them, and browsers bind them to our address."""
        return (await self._pools.get(pool_id)).settings.passkeys and isinstance(site_of(own), Site)

    async def names(self, caller: Caller, user: User) -> tuple[str, str]:
        """Of the pool, and of the account, under which an authenticator lists a passkey."""
        pool = await self._pools.get(caller.pool_id)
        return pool.name, user.username or user.email or user.phone or user.display_name

    async def site(self, caller: Caller, own: str, origin: str | None) -> Site:
        """Of the page that asks. Raises InvalidOperation where the pool has none, or the page may not ask."""
        pool = await self._pools.get(caller.pool_id)
        if not pool.settings.passkeys:
            raise InvalidOperation("该用户池没有开启通行密钥", "passkeys are switched off in this user pool")
        if origin is not None and origin != web_origin(own):
            app = await self._apps.get(caller, caller.app_id) if caller.app_id else None
            if app is None or not app.is_own_page(origin):
                raise InvalidOperation(
                    "发起请求的页面不在应用的登录回调地址之列",
                    "the page that asks is of no redirect URI of the application",
                )
            own = origin
        site = site_of(own)
        if not isinstance(site, Site):
            raise InvalidOperation(*_UNUSABLE[site])
        return site

    # -- inside --------------------------------------------------------------------------------------------

    async def _require_recent(self, caller: Caller) -> None:
        session = await session_rows.find(self._db, caller.pool_id, caller.session_id or "")
        if session is None:
            raise TokenExpired("its session has ended")
        if session.created_at < now() - RECENT:
            raise SignInNotRecent("a passkey is made soon after a sign-in")


async def _require_session(caller: Caller, tx: Tx) -> None:
    """Deleting a user, or letting them in no more, ends their sessions: not between this and the passkey."""
    if not await session_rows.hold(tx, caller.pool_id, caller.session_id or ""):
        raise TokenExpired("its session has ended since")


def _whose(caller: Caller, form: str) -> str:
    return f"{caller.pool_id}:{caller.app_id or ''}:{form}"
