"""Who asks: the one place where what a request presents becomes a `Caller`, or is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple

from poolhouse.apps.service import AppService
from poolhouse.caller import ActorKind, Caller, Limits
from poolhouse.credentials import access_key_tokens, signature
from poolhouse.credentials.access_keys import AccessKeyService
from poolhouse.credentials.management_tokens import ManagementTokens
from poolhouse.credentials.model import AccessKey, Door, Presented, TokenStatus
from poolhouse.credentials.signature import Signature
from poolhouse.errors import NotAuthenticated, NotPermitted, SignatureRefused, TokenExpired, TokenInvalid
from poolhouse.ids import new_secret
from poolhouse.sessions import tokens
from poolhouse.sessions.model import Session
from poolhouse.sessions.service import SessionService
from poolhouse.sessions.tokens import Claims
from poolhouse.times import now

LARGE_BODY_BYTES = 64 * 1024
"""The signature of a larger one is checked in a thread."""
LONGEST_USER_AGENT = 1024


AccessTokens = Callable[[str], Awaitable[Caller | None]]
"""Whom an access token speaks for, with its scopes; None for a token of another kind. Raises TokenInvalid and
TokenExpired."""


class Who(NamedTuple):
    """What a credential proved."""

    kind: ActorKind
    pool_id: str
    actor_id: str = ""
    app_id: str | None = None
    session_id: str | None = None
    scopes: frozenset[str] | None = None
    grant_id: str | None = None
    limits: Limits | None = None


class Credentials:
    def __init__(
        self,
        *,
        sessions: SessionService,
        management_tokens: ManagementTokens,
        access_keys: AccessKeyService,
        apps: AppService,
        access_tokens: AccessTokens,
    ) -> None:
        self._sessions, self._management_tokens = sessions, management_tokens
        self._access_keys, self._apps = access_keys, apps
        self._access_tokens = access_tokens

    async def identify(self, presented: Presented, door: Door, scopes: Collection[str] = ()) -> Caller:
        """The caller behind what was presented, who may do what `scopes` name.

        Raises NotAuthenticated (TokenInvalid, TokenExpired, SignatureRefused) for what is no good credential
        here, and NotPermitted for a good one that opens another door.
        """
        if presented.signature is not None:
            who = await self._by_signature(presented.signature, door)
        elif presented.token:
            who = await self._by_token(presented.token, door)
        else:
            raise NotAuthenticated("no credentials")
        if door.names_own_pool and presented.pool_id not in ("", who.pool_id):
            raise NotPermitted("the header names another pool")
        if who.kind == "user" and who.scopes is not None and presented.app_id not in ("", who.app_id):
            raise TokenInvalid("an access token of another application than the request names")
        if who.kind == "administrator":
            if door.notes_use:
                await self._access_keys.note_use(who.pool_id, who.actor_id)
            who = who._replace(app_id=await self._apps.id_in_pool(who.pool_id, presented.app_id))
        caller = _caller(presented, who)
        if who.kind == "administrator":
            caller.require_scopes(scopes)
        return caller

    async def stranger(self, presented: Presented) -> Caller:
        """Somebody who is nobody yet, in the pool of the application they name, else in the pool they name.

        Raises AppNotFound. That the pool exists is not looked up.
        """
        if not presented.app_id:
            return nobody(presented)
        app = await self._apps.get_anywhere(presented.app_id)
        return _caller(presented, Who("anonymous", app.pool_id, app_id=app.id))

    async def read(self, token: str) -> Claims:
        """Whom a token of ours speaks for, a person's or a management token. Raises TokenInvalid, TokenExpired:
        also when its session has ended, or the secret that bought it, and while its application is disabled."""
        claims = await self._sessions.keys.read(token)
        if claims.kind == "user":
            await self._require_login(claims)
        else:
            await self._management_tokens.require_current(claims)
        return claims

    async def login_in(self, pool_id: str, session_id: str) -> Session:
        """The session of a browser, by what it keeps. Raises TokenExpired, as `read`."""
        session = await self._sessions.find(pool_id, session_id)
        if session is None:
            raise TokenExpired("its session has ended")
        return await self._require_open(session)

    async def status(self, token: str) -> TokenStatus:
        """Whether a token is good. Never raises for a bad one."""
        try:
            return TokenStatus(await self.read(token))
        except TokenExpired:
            return TokenStatus(None, expired=True)
        except TokenInvalid:
            return TokenStatus(None)

    async def _require_login(self, claims: Claims) -> Session:
        return await self._require_open(await self._sessions.require_session(claims))

    async def _require_open(self, session: Session) -> Session:
        if session.app_id and not await self._apps.is_enabled(session.app_id):
            raise TokenExpired("its application is disabled")
        return session

    async def _by_token(self, token: str, door: Door) -> Who:
        if "access key token" in door.takes and not tokens.looks_ours(token):
            return await self._by_access_key_token(token)
        if "access token" in door.takes and (granted := await self._access_tokens(token)):
            app_id, session_id, scopes = granted.app_id, granted.session_id, granted.scopes
            return Who("user", granted.pool_id, granted.actor_id, app_id, session_id, scopes)
        claims = await self.read(token)
        if claims.kind == "user":
            if "login" not in door.takes:
                raise NotPermitted("a user's token at a management door")
            app_id = claims.app_id if claims.app_id != claims.pool_id else None
            return Who(
                "user", claims.pool_id, claims.subject, app_id, claims.session_id, None, claims.grant_id
            )
        if "management token" not in door.takes:
            raise NotAuthenticated("not a user's token")
        return Who("administrator", claims.pool_id, claims.subject)

    async def _by_access_key_token(self, token: str) -> Who:
        key = await self._access_keys.resolve(access_key_tokens.key_id(token))
        if key is None:
            raise NotAuthenticated("the token's access key is gone or disabled")
        access_key_tokens.verify(token, key)
        return _holder(key)

    async def _by_signature(self, signed: Signature, door: Door) -> Who:
        if "signature" not in door.takes:
            raise NotAuthenticated("a signature where none is taken")
        key = await self._access_keys.resolve(signed.key_id)
        call = signed.call if key else signed.call.without_body()  # a stranger's is not worth the reading
        secret = key.secret if key else new_secret()
        if len(call.body) > LARGE_BODY_BYTES:
            await asyncio.to_thread(signature.verify, call, secret, signed.given, now())
        else:
            signature.verify(call, secret, signed.given, now())
        if key is None:
            raise SignatureRefused("unknown access key", reason="signature")
        await self._access_keys.spend(key, signed.given)
        return _holder(key)


def nobody(presented: Presented) -> Caller:
    """A caller of whom nothing is known but where the request comes from, and the pool and application it names."""
    return _caller(presented, Who("anonymous", presented.pool_id, app_id=presented.app_id or None))


def at_session(presented: Presented, session: Session) -> Caller:
    """The person of a session, at the application they are on their way to, which need not be the session's."""
    app_id = presented.app_id or None
    return _caller(presented, Who("user", session.pool_id, session.user_id, app_id, session.id))


def _holder(key: AccessKey) -> Who:
    return Who("administrator", key.pool_id, key.id, scopes=key.scopes, limits=key.limits)


def _caller(presented: Presented, who: Who) -> Caller:
    return Caller(
        pool_id=who.pool_id,
        kind=who.kind,
        actor_id=who.actor_id,
        app_id=who.app_id,
        tenant_id=presented.tenant_id or None,
        session_id=who.session_id,
        grant_id=who.grant_id,
        scopes=who.scopes,
        limits=who.limits,
        lang=presented.lang,
        ip=presented.ip,
        user_agent=presented.user_agent[:LONGEST_USER_AGENT],
        device_id=presented.device_id,
        request_id=presented.request_id,
    )
