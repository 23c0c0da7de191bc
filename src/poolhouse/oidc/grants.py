"""Grants, and the applications they were given to: whether they are good, and what ends them.

A grant is what one user let one application have in one session. It ends with its session; one with offline_access
outlives the session's running out, and nothing else: whatever ends sessions revokes it (`logins_ended`).
"""

from __future__ import annotations

import hashlib

from poolhouse.apps.model import App, MayUse
from poolhouse.apps.service import AppService
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import AppNotFound, TokenExpired
from poolhouse.oidc import postgres
from poolhouse.oidc.model import Grant, OAuthError
from poolhouse.sessions.model import Ending, Session
from poolhouse.sessions.service import SessionService
from poolhouse.times import now


class Grants:
    def __init__(
        self, *, db: Database, apps: AppService, sessions: SessionService, may_use: MayUse, audit: AuditLog
    ) -> None:
        """`may_use`: who decides which users an application is open to; a session may be another
        application's."""
        self._db, self._apps, self._sessions = db, apps, sessions
        self._may_use, self._audit = may_use, audit

    async def any_client(self, app_id: str) -> App:
        """A disabled one too. Raises OAuthError invalid_client."""
        if not app_id:
            raise OAuthError("invalid_client", "client_id is missing", "缺少参数 client_id")
        try:
            return await self._apps.get_anywhere(app_id)
        except AppNotFound as error:
            raise OAuthError("invalid_client", "unknown client_id", "client_id 不是已知的应用") from error

    async def client(self, app_id: str) -> App:
        """Raises OAuthError invalid_client."""
        app = await self.any_client(app_id)
        if not app.settings.enabled:
            raise OAuthError("invalid_client", "the application is disabled", "应用已停用")
        return app

    async def require_entrance(self, app: App, user_id: str) -> None:
        """Raises OAuthError access_denied."""
        if not await self._may_use(app, user_id):
            raise OAuthError("access_denied", "the application is not open to this user")

    async def require_live(self, grant: Grant | None) -> Session | None:
        """A grant is good while nobody revoked it, its user may log in, and its application is open to them;
        without offline_access while its session is, too."""
        if grant is None or grant.revoked_at is not None or grant.expires_at <= now():
            raise OAuthError("invalid_token", "the grant is revoked or expired")
        if not grant.may_log_in:
            raise OAuthError("invalid_token", "the user is gone or may not log in")
        session = await self._sessions.find(grant.pool_id, grant.session_id)
        if session is None and "offline_access" not in grant.scopes:
            raise OAuthError("invalid_token", "the session has ended")
        try:
            await self.require_entrance(await self.client(grant.app_id), grant.user_id)
        except OAuthError as error:
            raise OAuthError("invalid_token", error.description) from error
        return session

    async def revoke(self, grant: Grant, reason: str, *, stolen: bool = False) -> None:
        """`stolen`: somebody else has had a part of it, and may have made something of it: what its application has
        of the session ends with it."""
        caller, ends_login = Caller(grant.pool_id, "system", "oidc", grant.app_id), grant.with_login
        async with self._db.transaction() as tx:
            await postgres.revoke_grant(tx, grant.pool_id, grant.id)
            if stolen and await postgres.revoke_grants_at(tx, grant):
                ends_login = True
            event = Event(
                "revoke", "session", grant.session_id, user_id=grant.user_id, detail={"reason": reason}
            )
            await self._audit.write(tx, caller, event)
        if ends_login:
            await self._sessions.end(caller, grant.session_id)

    async def begin(self, db: Executor, grant: Grant) -> None:
        """Keeps a new one of a session that goes on: one that ends at the same moment takes it along.

        Raises TokenExpired.
        """
        if not await postgres.insert_grant(db, grant):
            raise TokenExpired("its session has ended")


async def logins_ended(tx: Tx, ending: Ending) -> None:
    """The grants that end with sessions or users, and with them their codes and tokens."""
    await postgres.revoke_grants_of(tx, ending.pool_id, ending.session_ids, ending.user_ids, ending.app_ids)


def digest(secret: str) -> bytes:
    """As codes and refresh tokens are kept."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()
