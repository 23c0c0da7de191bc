"""The tokens of a sign-in that asked for a scope: as the token endpoint gives them, but for the access token.

That one is the login's own token, for the clients change the account with it. The id token has the claims of the
scope. The refresh token is of a grant like any other: the application exchanges it at the token endpoint; what ends the
session ends it, and revoking it ends the session, which nobody has but through it.
Source: docs/contract/v3.md#authentication-client.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from poolhouse.apps.oidc_settings import OFFLINE
from poolhouse.apps.service import AppService
from poolhouse.db.database import Database
from poolhouse.ids import new_id
from poolhouse.oidc import postgres
from poolhouse.oidc.grants import Grants, digest
from poolhouse.oidc.issuing import Issuing
from poolhouse.oidc.model import LOGIN_SCOPE, Grant, TokenSet
from poolhouse.sessions.model import IssuedToken, Session
from poolhouse.times import now
from poolhouse.users.model import User


class LoginTokens:
    def __init__(self, *, db: Database, apps: AppService, grants: Grants, issuing: Issuing) -> None:
        self._db, self._apps, self._grants, self._issuing = db, apps, grants, issuing

    async def of(self, session: Session, user: User, login: IssuedToken, issuer: str) -> TokenSet:
        """Of a session that has just begun. Raises TokenExpired when it has ended meanwhile, AppNotFound.

        Without a scope, or without an application to have a refresh token, the login's token is the id token too.
        """
        lifetime = login.exp - login.iat
        scope = LOGIN_SCOPE if session.scope is None else session.scope
        if session.scope is None or not session.app_id:
            return TokenSet(login.token, lifetime, scope, login.token)
        app = await self._apps.get_anywhere(session.app_id)
        grant = Grant(
            id=new_id(),
            pool_id=session.pool_id,
            app_id=app.id,
            user_id=user.id,
            session_id=session.id,
            scope=scope,
            nonce=None,
            authenticated_at=session.created_at,
            expires_at=now() + timedelta(seconds=app.settings.refresh_token_expires_after),
            with_login=True,
            issuer=issuer,
        )
        id_token = refresh = None
        if "openid" in grant.scopes:
            id_token = await self._issuing.id_token(app, grant, session, user, issuer, login.token)
        if OFFLINE in grant.scopes:
            refresh = secrets.token_urlsafe(32)
            async with self._db.transaction() as tx:
                await self._grants.begin(tx, grant)
                await postgres.insert_refresh_token(tx, grant, digest(refresh), grant.expires_at)
        return TokenSet(login.token, lifetime, scope, id_token, refresh)
