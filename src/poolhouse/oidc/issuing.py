"""The tokens that the provider hands out, of what was checked before."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Any

from poolhouse.accounts.records import UserRecords
from poolhouse.apps.model import App
from poolhouse.apps.oidc_settings import OFFLINE
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.ids import new_id
from poolhouse.oidc import postgres
from poolhouse.oidc.claims import user_claims
from poolhouse.oidc.grants import digest
from poolhouse.oidc.model import Grant, OAuthError, TokenSet
from poolhouse.sessions.model import Session
from poolhouse.sessions.service import SessionService
from poolhouse.times import now
from poolhouse.users.model import User, UserKey


class Issuing:
    def __init__(self, db: Database, users: UserRecords, sessions: SessionService) -> None:
        self._db, self._users, self._sessions = db, users, sessions

    async def tokens(
        self,
        app: App,
        grant: Grant,
        session: Session | None,
        issuer: str,
        refresh_scope: str | None = None,
    ) -> TokenSet:
        """Of a grant that is live."""
        user = await self.user_of(app, grant)
        lifetime = app.settings.access_token_expires_after
        access = await self.access_token(app, grant.user_id, grant.scope, issuer, lifetime, grant.id)
        refresh = None
        if OFFLINE in (grant.scope if refresh_scope is None else refresh_scope).split():
            refresh = secrets.token_urlsafe(32)
            await postgres.insert_refresh_token(self._db, grant, digest(refresh), grant.expires_at)
        id_token = None
        if "openid" in grant.scopes:
            id_token = await self.id_token(app, grant, session, user, issuer, access)
        return TokenSet(access, lifetime, grant.scope, id_token, refresh)

    async def user_of(self, app: App, grant: Grant) -> User:
        user = await self._users.find(
            Caller(app.pool_id, "user", grant.user_id, app.id), UserKey("id", grant.user_id)
        )
        if user is None or not user.may_log_in:
            raise OAuthError("invalid_grant", "the user is gone or may not log in")
        return user

    async def access_token(
        self, app: App, subject: str, scope: str, issuer: str, lifetime: int, grant_id: str | None
    ) -> str:
        """Without `data`: it opens what its scopes say, and is no login token."""
        issued = int(now().timestamp())
        claims: dict[str, Any] = {
            "jti": new_id(),
            "sub": subject,
            "iss": issuer,
            "aud": app.id,
            "client_id": app.id,
            "iat": issued,
            "exp": issued + lifetime,
            "scope": scope,
            "use": "access",
        }
        if grant_id is not None:
            claims["gid"] = grant_id
        keys = self._sessions.keys
        return await keys.sign(claims, await keys.server("RS256"))

    async def client_token(self, app: App, scope: str, issuer: str) -> TokenSet:
        lifetime = app.settings.access_token_expires_after
        return TokenSet(await self.access_token(app, app.id, scope, issuer, lifetime, None), lifetime, scope)

    async def id_token(
        self,
        app: App,
        grant: Grant,
        session: Session | None,
        user: User,
        issuer: str,
        access: str | None,
        code: str | None = None,
        *,
        in_front: bool = False,
    ) -> str:
        """Of the token endpoint it is also the login token the official clients keep: it carries `data` and the
        session, and ends with it. `in_front`, of the authorization endpoint, it carries no `data`."""
        extra: dict[str, Any] = {
            **user_claims(user, grant.scopes, grant.id_token_claims),
            "iss": issuer,
            "auth_time": int(grant.authenticated_at.timestamp()),
        }
        if access is not None:
            extra["at_hash"] = _half_hash(access)
        if code is not None:
            extra["c_hash"] = _half_hash(code)
        if grant.nonce is not None:
            extra["nonce"] = grant.nonce
        lifetime = timedelta(seconds=app.settings.id_token_expires_after or 3600)
        if grant.with_login:  # which ends with it
            grant_id, expires = None, session.expires_at if session else now() + lifetime
        else:
            grant_id, expires = (
                grant.id,
                min(session.expires_at if session else now() + lifetime, grant.expires_at),
            )
        issued = await self._sessions.issue_id_token(
            grant.session_id, expires, user, app, extra, grant_id=grant_id, opens=not in_front
        )
        return issued.token


def _half_hash(token: str) -> str:
    """at_hash: the left half of SHA-256, for HS256, RS256 and ES256 alike (Core 3.1.3.6)."""
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
