"""Management tokens bought with a secret: a pool's, or that of an application in it.

Such a token is good while the secret that bought it is the secret. Whoever renews a secret because it leaked
ends with it every token bought with it, and every token renewed from one of those.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from poolhouse.apps.service import AppService
from poolhouse.errors import (
    AppNotFound,
    NotAuthenticated,
    PoolNotFound,
    SecretWrong,
    TokenExpired,
    TokenInvalid,
)
from poolhouse.pools.service import PoolService
from poolhouse.sessions.model import IssuedToken
from poolhouse.sessions.service import SessionService
from poolhouse.sessions.tokens import Claims

_APP, _CREDENTIAL = "appId", "credential"


class ManagementTokens:
    def __init__(self, sessions: SessionService, pools: PoolService, apps: AppService) -> None:
        self._sessions, self._pools, self._apps = sessions, pools, apps
        sessions.require_current_by(self.require_current)

    async def buy(self, pool_id: str, secret: str, app_id: str | None = None) -> IssuedToken:
        """For the pool's secret, or the secret of its application `app_id`. Raises SecretWrong."""
        try:
            pool = await self._pools.authenticate(pool_id, secret)
            return await self._issue(pool.id, {}, pool.secret)
        except NotAuthenticated as error:
            if not app_id:
                raise SecretWrong() from error
        try:
            app = await self._apps.authenticate(app_id, secret)
        except NotAuthenticated as error:
            raise SecretWrong() from error
        if app.pool_id != pool_id:
            raise SecretWrong()
        return await self._issue(pool_id, {_APP: app.id}, app.secret)

    async def renew(self, token: str) -> IssuedToken:
        """A fresh one for a good one, bound to the same secret. Raises TokenInvalid, TokenExpired."""
        claims = await self._sessions.read(token)
        if claims.kind != "management":
            raise TokenInvalid("not a management token")
        kept = {name: claims.data[name] for name in (_APP, _CREDENTIAL) if name in claims.data}
        return await self._sessions.issue_management(claims.pool_id, claims.subject, data=kept)

    async def require_current(self, claims: Claims) -> None:
        """Raises TokenExpired when the secret that bought the token is no more; PoolNotFound."""
        bought_with = claims.data.get(_CREDENTIAL)
        if bought_with is None:  # our own, made in this process for no secret
            return
        try:
            if app_id := claims.data.get(_APP):
                app = await self._apps.get_anywhere(str(app_id))
                secret = app.secret if app.pool_id == claims.pool_id else ""
            else:
                secret = (await self._pools.get(claims.pool_id)).secret
        except (AppNotFound, PoolNotFound) as error:
            raise TokenExpired("what bought the token is gone") from error
        if not hmac.compare_digest(str(bought_with), _fingerprint(secret)):
            raise TokenExpired("the secret that bought the token was renewed")

    async def _issue(self, pool_id: str, data: Mapping[str, Any], secret: str) -> IssuedToken:
        bound = {**data, _CREDENTIAL: _fingerprint(secret)}
        return await self._sessions.issue_management(pool_id, data=bound)


def _fingerprint(secret: str) -> str:
    """Secrets are 128 random bits, so a hash of one tells nothing of it."""
    return hashlib.sha256(f"management token credential:{secret}".encode()).hexdigest()[:32]
