"""Management tokens bought with a secret: a pool's, or that of an application in it.

Such a token is good while the secret that bought it is the secret. Whoever renews a secret because it leaked
ends with it every token bought with it, and every token renewed from one of those. An application's are good while its
secret would buy one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from poolhouse.apps import proofs
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
from poolhouse.sessions.keys import KeyRing
from poolhouse.sessions.model import IssuedToken
from poolhouse.sessions.tokens import Claims
from poolhouse.times import now

LIFETIME = timedelta(days=7)
"""More than an hour, or the official client asks anew at every call (docs/contract/v2.md#management-tokens)."""

_APP, _CREDENTIAL = "appId", "credential"


class ManagementTokens:
    def __init__(self, keys: KeyRing, pools: PoolService, apps: AppService) -> None:
        self._keys, self._pools, self._apps = keys, pools, apps

    async def buy(self, pool_id: str, secret: str, app_id: str | None = None) -> IssuedToken:
        """For the pool's secret, or the secret of its application `app_id`. Raises SecretWrong."""
        try:
            pool = await self._pools.authenticate(pool_id, secret)
            return await self._issue(pool.id, {_CREDENTIAL: _fingerprint(pool.secret)})
        except NotAuthenticated as error:
            if not app_id:
                raise SecretWrong() from error
        try:
            app = await self._apps.authenticate(app_id, secret, "secret", "management token", in_pool=pool_id)
        except NotAuthenticated as error:
            raise SecretWrong() from error
        return await self._issue(pool_id, {_APP: app.id, _CREDENTIAL: _fingerprint(app.secret)})

    async def of_pool(self, pool_id: str, lifetime: timedelta = LIFETIME) -> IssuedToken:
        """As if bought with the pool's secret. For this process, never for a wire."""
        pool = await self._pools.get(pool_id)
        return await self._issue(pool.id, {_CREDENTIAL: _fingerprint(pool.secret)}, lifetime)

    async def renew(self, token: str) -> IssuedToken:
        """A fresh one for a good one, bound to the same secret. Raises TokenInvalid, TokenExpired."""
        claims = await self._keys.read(token)
        if claims.kind != "management":
            raise TokenInvalid("not a management token")
        await self.require_current(claims)
        kept = {name: claims.data[name] for name in (_APP, _CREDENTIAL) if name in claims.data}
        return await self._issue(claims.pool_id, kept)

    async def require_current(self, claims: Claims) -> None:
        """Raises TokenExpired when the secret that bought the token is no more or would buy none now, TokenInvalid when
        none did."""
        bought_with = claims.data.get(_CREDENTIAL)
        if not isinstance(bought_with, str):
            raise TokenInvalid("no secret bought the token")
        try:
            if app_id := claims.data.get(_APP):
                app = await self._apps.get_anywhere(str(app_id))
                secret = app.secret if app.pool_id == claims.pool_id else ""
                if not proofs.can_buy(app, "management token"):
                    raise TokenExpired("the application's secret buys no management token any more")
            else:
                secret = (await self._pools.get(claims.pool_id)).secret
        except (AppNotFound, PoolNotFound) as error:
            raise TokenExpired("what bought the token is gone") from error
        if not hmac.compare_digest(bought_with, _fingerprint(secret)):
            raise TokenExpired("the secret that bought the token was renewed")

    async def _issue(
        self, pool_id: str, bound: Mapping[str, Any], lifetime: timedelta = LIFETIME
    ) -> IssuedToken:
        issued = now().replace(microsecond=0)
        expires = issued + lifetime
        claims = {
            "sub": pool_id,
            "iat": int(issued.timestamp()),
            "exp": int(expires.timestamp()),
            "scoped_userpool_id": pool_id,
            "data": {"id": pool_id, "email": "", "userPoolId": pool_id, **bound},
        }
        key = await self._keys.management(pool_id)
        return IssuedToken(await self._keys.sign(claims, key), issued, expires)


def _fingerprint(secret: str) -> str:
    """Secrets are 128 random bits, so a hash of one tells nothing of it."""
    return hashlib.sha256(f"management token credential:{secret}".encode()).hexdigest()[:32]
