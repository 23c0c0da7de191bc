"""Who a v2 request comes from. The token says it; the headers only name the pool or app of somebody without one.

A refused token makes an anonymous caller: logging in is open to a client that still sends its stale token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from poolhouse.caller import Caller
from poolhouse.errors import (
    AppNotFound,
    NotAuthenticated,
    PoolhouseError,
    PoolNotFound,
    TooLarge,
)
from poolhouse.pools.model import Pool
from poolhouse.wire.request import STRANGERS_BODY_BYTES, HttpRequest, device_id
from poolhouse.wire.v2.endpoint import Admission
from poolhouse.wire.v2.request import DEFAULT_ZONE

if TYPE_CHECKING:
    from poolhouse.services import Services


class TokenGate:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def admit(self, request: HttpRequest) -> Admission:
        refusal: PoolhouseError | None = None
        if request.bearer:
            try:
                return await self._known(request, request.bearer)
            except (NotAuthenticated, PoolNotFound) as error:
                refusal = error
        pool, app_id = await self._named(request)
        if pool is None:
            named = request.headers.get("x-authing-userpool-id") or request.headers.get("x-authing-app-id")
            refusal = refusal or (PoolNotFound() if named else None)
        if len(request.body) > STRANGERS_BODY_BYTES:
            most = STRANGERS_BODY_BYTES
            raise refusal or TooLarge(
                "body", f"未登录时最大 {most} 字节", f"at most {most} bytes of strangers"
            )
        caller = _caller(request, pool.id if pool else "", app_id=app_id)
        return Admission(caller, pool.zone if pool else DEFAULT_ZONE, refusal)

    async def _known(self, request: HttpRequest, token: str) -> Admission:
        claims = await self._services.sessions.read(token)
        pool = await self._services.pools.get(claims.pool_id)
        if claims.kind == "management":
            named = request.headers.get("x-authing-app-id")
            app_id = await self._services.apps.id_in_pool(pool.id, named)
            caller = _caller(request, pool.id, app_id=app_id, kind="administrator", actor_id=claims.subject)
        else:
            app_id = claims.app_id if claims.app_id != pool.id else None
            caller = _caller(
                request,
                pool.id,
                app_id=app_id,
                kind="user",
                actor_id=claims.subject,
                session_id=claims.session_id,
            )
        return Admission(caller, pool.zone)

    async def _named(self, request: HttpRequest) -> tuple[Pool | None, str | None]:
        """The pool an anonymous request speaks of. The app wins: one client of the SDK sends a tenant's id
        in the pool's header (reference/v2.md 1)."""
        app_id = request.headers.get("x-authing-app-id")
        if app_id:
            try:
                app = await self._services.apps.get_anywhere(app_id)
                return await self._services.pools.get(app.pool_id), app.id
            except (AppNotFound, PoolNotFound):
                pass
        pool_id = request.headers.get("x-authing-userpool-id")
        try:
            return (await self._services.pools.get(pool_id) if pool_id else None), None
        except PoolNotFound:
            return None, None


def _caller(request: HttpRequest, pool_id: str, **who: Any) -> Caller:
    return Caller(
        pool_id=pool_id,
        tenant_id=request.headers.get("x-authing-app-tenant-id") or None,
        lang=request.lang,
        ip=request.ip,
        user_agent=request.headers.get("user-agent", "")[:1024],
        device_id=device_id(request.headers),
        request_id=request.request_id,
        **who,
    )
