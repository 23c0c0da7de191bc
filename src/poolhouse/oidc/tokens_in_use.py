"""Tokens that come back to us: whose they are and whether they are good, told to applications, and revoked by them.

An access token of a grant and the token of a sign-in (v2, v3) mean the same here: the latter has the scopes that the
sign-in asked for, else LOGIN_SCOPE. An id token is no access token; as it opens the account, it can be revoked as one.
Sources: OpenID Connect Core 5.3, RFC 7662, RFC 7009.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from poolhouse.accounts.records import UserRecords
from poolhouse.apps import proofs
from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import PoolhouseError, TokenExpired, TokenInvalid
from poolhouse.oidc import back_channel, postgres
from poolhouse.oidc.claims import user_claims, within_scopes
from poolhouse.oidc.grants import Grants, digest
from poolhouse.oidc.model import LOGIN_SCOPE, AccessToken, IdTokenHint, OAuthError, Party
from poolhouse.sessions import tokens
from poolhouse.sessions.model import Ended, Ending
from poolhouse.sessions.service import SessionService
from poolhouse.times import now
from poolhouse.users.model import User, UserKey

_TOLD = ("sub", "aud", "iss", "exp", "iat", "jti")


class TokensInUse:
    def __init__(self, *, db: Database, users: UserRecords, sessions: SessionService, grants: Grants) -> None:
        self._db, self._users, self._sessions, self._grants = db, users, sessions, grants

    # -- reading -------------------------------------------------------------------------------------------

    async def read_access_token(self, token: str) -> AccessToken:
        """Raises OAuthError invalid_token for anything but a live access token of ours, or the live token of a
        sign-in."""
        access = await self._verified(token)
        return await (self._login(token) if access is None else self._live(access))

    async def person_of(self, token: str) -> Caller | None:
        """Whom an access token of a grant speaks for, and within which scopes; None for anything else, which is no
        business of ours. Raises TokenExpired when its grant has ended, TokenInvalid for an application's own token."""
        try:
            access = await self._verified(token)
        except OAuthError:
            return None
        if access is None:
            return None
        if access.user_id is None:
            raise TokenInvalid("an application's own token speaks for no user")
        try:
            await self._live(access)
        except OAuthError as error:
            raise TokenExpired(error.description) from error
        return Caller(access.pool_id, "user", access.user_id, access.app_id, scopes=access.scopes)

    async def _live(self, access: AccessToken) -> AccessToken:
        """The same, while its grant or its application is good; an application's own with those of its scopes that the
        application may still have. Raises OAuthError invalid_token."""
        if access.grant_id is not None:
            grant = await postgres.find_grant(self._db, access.pool_id, access.grant_id)
            await self._grants.require_live(grant)
            assert grant is not None
            return replace(access, userinfo_claims=grant.userinfo_claims)
        try:
            app = await self._grants.client(access.app_id)
        except OAuthError as error:
            raise OAuthError("invalid_token", error.description) from error
        if not proofs.can_buy(app, "own token"):
            raise OAuthError("invalid_token", "the application may have no tokens of its own any more")
        if await postgres.is_revoked(self._db, access.pool_id, str(access.claims["jti"])):
            raise OAuthError("invalid_token", "the token is revoked")
        kept = [one for one in access.scope.split() if one in app.settings.client_credentials_scopes]
        return replace(access, scope=" ".join(kept))

    async def _verified(self, token: str) -> AccessToken | None:
        """What an access token of ours says, whether or not its grant is still good; None for another kind of token.
        Raises OAuthError invalid_token."""
        try:
            key = await self._sessions.keys.find(tokens.hint(token))
            claims = tokens.verify(token, key)
        except PoolhouseError as error:
            raise OAuthError("invalid_token", "not a token of ours") from error
        if claims["exp"] <= now().timestamp():
            raise OAuthError("invalid_token", "the token has expired")
        if key.purpose not in ("server", "rsa") or claims.get("use") != "access":
            return None
        try:
            app = await self._grants.any_client(str(claims["client_id"]))
        except OAuthError as error:
            raise OAuthError("invalid_token", "its application is gone") from error
        if key.pool_id not in ("", app.pool_id):
            raise OAuthError("invalid_token", "its application is of another pool")
        grant_id = claims.get("gid")
        return AccessToken(
            pool_id=app.pool_id,
            app_id=app.id,
            user_id=str(claims["sub"]) if grant_id is not None else None,
            grant_id=grant_id,
            scope=str(claims.get("scope", "")),
            claims=claims,
        )

    async def _login(self, token: str) -> AccessToken:
        """The token of a sign-in. An id token, which says when somebody signed in, is for its application to read."""
        try:
            claims = await self._sessions.keys.read(token)
            session = await self._sessions.require_session(claims)
        except PoolhouseError as error:
            raise OAuthError("invalid_token", "not an access token, or its session has ended") from error
        if "auth_time" in claims.raw:
            raise OAuthError("invalid_token", "an id token is no access token")
        if session.app_id:
            try:
                app = await self._grants.client(session.app_id)
                await self._grants.require_entrance(app, session.user_id)
            except OAuthError as error:
                raise OAuthError("invalid_token", error.description) from error
        scope = LOGIN_SCOPE if session.scope is None else session.scope
        return AccessToken(session.pool_id, session.app_id, session.user_id, None, scope, dict(claims.raw))

    async def hint(self, id_token: str) -> IdTokenHint:
        """What an id token says of somebody, run out or not, whatever became of its application since. Raises
        OAuthError invalid_request."""
        try:
            key = await self._sessions.keys.find(tokens.hint(id_token))
            claims = tokens.verify(id_token, key)
            app = await self._grants.any_client(str(claims.get("aud")))
        except (PoolhouseError, OAuthError) as error:
            raise OAuthError(
                "invalid_request", "id_token_hint is not a token of ours", "id_token_hint 不是本服务签发的"
            ) from error
        foreign = key.pool_id not in ("", app.pool_id) or (key.purpose == "app" and key.app_id != app.id)
        user_id, session_id = claims.get("sub"), claims.get("sid")
        if foreign or not isinstance(session_id, str) or not isinstance(user_id, str):
            raise OAuthError(
                "invalid_request", "id_token_hint is not a login's", "id_token_hint 不是登录凭证"
            )
        return IdTokenHint(app, user_id, session_id)

    # -- answering applications ----------------------------------------------------------------------------

    async def user_info(self, token: str) -> dict[str, Any]:
        """The claims of the token's user, by its scopes. Raises OAuthError invalid_token."""
        access = await self.read_access_token(token)
        if access.user_id is None:
            raise OAuthError("invalid_token", "the token speaks for no user")
        caller = Caller(access.pool_id, "user", access.user_id, access.app_id or None)
        user = await self._users.find(caller, UserKey("id", access.user_id))
        if user is None or not user.may_log_in:
            raise OAuthError("invalid_token", "the user is gone or may not log in")
        return user_claims(user, access.scopes, access.userinfo_claims)

    async def user_within(self, caller: Caller) -> User:
        """The user an access token speaks for (`person_of`), as far as its scopes go. Raises TokenExpired for one who
        is gone or may not log in."""
        user = await self._users.find(caller, UserKey("id", caller.require_user()))
        if user is None or not user.may_log_in:
            raise TokenExpired("the user is gone or may not log in")
        return within_scopes(user, caller.scopes or ())

    async def introspect(self, app: App, token: str) -> dict[str, Any]:
        """RFC 7662: what the token is, to the application it was made for. Anything else is inactive: no token of ours
        is for the API of another application (docs/decisions/0039-tokens-of-both-kinds.md)."""
        try:
            access = await self.read_access_token(token)
        except OAuthError:
            return await self._introspect_refresh_token(app, token)
        if access.app_id != app.id:
            return {"active": False}
        return {
            "active": True,
            "token_type": "Bearer",
            "client_id": access.app_id,
            "scope": access.scope,
            **{name: access.claims[name] for name in _TOLD if name in access.claims},
        }

    async def _introspect_refresh_token(self, app: App, token: str) -> dict[str, Any]:
        found = await postgres.look_at_refresh_token(self._db, app.pool_id, app.id, digest(token))
        if found is None or not found.first_use or found.expires_at <= now():
            return {"active": False}
        try:
            await self._grants.require_live(found.grant)
        except OAuthError:
            return {"active": False}
        return {
            "active": True,
            "token_type": "refresh_token",
            "sub": found.grant.user_id,
            "client_id": app.id,
            "scope": found.grant.scope,
            "exp": int(found.expires_at.timestamp()),
        }

    # -- ending --------------------------------------------------------------------------------------------

    async def revoke(self, app: App, token: str) -> None:
        """RFC 7009: of a grant's tokens either takes the whole grant with it, a login's or an id token the session; an
        application's own is kept as revoked until it has run out.
        Whatever is no good token, or of another pool, is no error. Raises OAuthError where it cannot revoke."""
        found = await postgres.look_at_refresh_token(self._db, app.pool_id, None, digest(token))
        if found is not None:
            _require_own(app, found.grant.app_id)
            await self._grants.revoke(found.grant, "revoked by the application")
            return
        try:
            access = await self._verified(token)
        except OAuthError:
            return
        if access is None:
            await self._revoke_login(app, token)
        elif access.pool_id == app.pool_id:
            _require_own(app, access.app_id)
            if access.grant_id is None:
                until = datetime.fromtimestamp(access.claims["exp"], UTC)
                await postgres.revoke_token(self._db, app.pool_id, str(access.claims["jti"]), until)
                return
            grant = await postgres.find_grant(self._db, app.pool_id, access.grant_id)
            if grant is not None:
                await self._grants.revoke(grant, "revoked by the application")

    async def _revoke_login(self, app: App, token: str) -> None:
        try:
            session = await self._sessions.of_token(token)
        except PoolhouseError:
            return
        if session.pool_id == app.pool_id:
            _require_own(app, session.app_id)
            await self.log_out(session.pool_id, session.user_id, session.id)

    async def log_out(self, pool_id: str, user_id: str, session_id: str) -> list[Party]:
        """Also when the session has run out: what outlived it ends. The applications that were signed in from it; none
        for somebody else's session, of which an application can write a hint with its secret."""
        caller = Caller(pool_id, "user", user_id, session_id=session_id)
        session = await self._sessions.find(pool_id, session_id)
        if session is not None and session.user_id != user_id:
            return []
        if session is not None:
            ending = Ending(pool_id, [Ended(session.id, user_id, session.app_id)])
        else:
            ending = Ending(pool_id, run_out=[session_id])
        found = await back_channel.parties(self._db, ending)
        if not await self._sessions.end(caller, session_id):
            await self._sessions.end_run_out(pool_id, session_id)
        return found


def _require_own(app: App, app_id: str) -> None:
    if app.id != app_id:
        raise OAuthError("invalid_request", "the token was issued to another client")
