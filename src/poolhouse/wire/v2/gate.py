"""Who a v2 request comes from. The token says it; the headers only name the pool or app of somebody without one.

A refused token makes an anonymous caller: logging in is open to a client that still sends its stale token.
"""

from __future__ import annotations

from dataclasses import replace

from poolhouse.caller import Caller
from poolhouse.credentials.model import Door, Presented
from poolhouse.credentials.service import nobody
from poolhouse.errors import (
    AppNotFound,
    NotAuthenticated,
    PoolhouseError,
    PoolNotFound,
    TokenInvalid,
    TooLarge,
)
from poolhouse.services import WireServices
from poolhouse.wire.request import STRANGERS_BODY_BYTES, HttpRequest, presented
from poolhouse.wire.v2.endpoint import Admission

DOOR = Door(takes=("management token", "login"))
OF_A_GRANT = Door(takes=("access token",))


class TokenGate:
    def __init__(self, services: WireServices) -> None:
        self._credentials, self._pools = services.credentials, services.pools

    async def admit(self, request: HttpRequest) -> Admission:
        credential = presented(
            request.headers,
            ip=request.ip,
            lang=request.lang,
            token=request.bearer or "",
            pool_id=request.headers.get("x-authing-userpool-id", ""),
            app_id=request.headers.get("x-authing-app-id", ""),
            tenant_id=request.headers.get("x-authing-app-tenant-id", ""),
        )
        refusal: PoolhouseError | None = None
        if credential.token:
            try:
                caller = await self._credentials.identify(credential, DOOR)
                return Admission(caller, (await self._pools.get(caller.pool_id)).zone)
            except (NotAuthenticated, PoolNotFound) as error:
                refusal = error
        admission = await self._stranger(credential)
        if isinstance(refusal, TokenInvalid):
            admission = replace(admission, granted=await self._granted(credential))
        if not admission.caller.pool_id and (credential.pool_id or credential.app_id):
            refusal = refusal or PoolNotFound()
        if len(request.body) > STRANGERS_BODY_BYTES:
            most = STRANGERS_BODY_BYTES
            raise refusal or TooLarge(
                "body", f"未登录时最大 {most} 字节", f"at most {most} bytes of strangers"
            )
        return replace(admission, refusal=refusal)

    async def _granted(self, credential: Presented) -> Caller | None:
        """Whom an application's access token speaks for: it opens nothing but what looks at it, so whoever shows one
        is a stranger everywhere else."""
        try:
            return await self._credentials.identify(credential, OF_A_GRANT)
        except PoolhouseError:
            return None

    async def _stranger(self, given: Presented) -> Admission:
        """An unknown application is as none, for one client of the SDK names some. The application wins over
        the pool: another sends a tenant's id in the pool's header (docs/contract/v2.md#headers)."""
        try:
            caller = await self._credentials.stranger(given)
        except AppNotFound:
            caller = nobody(replace(given, app_id=""))
        try:
            if caller.pool_id:
                return Admission(caller, (await self._pools.get(caller.pool_id)).zone)
        except PoolNotFound:
            pass
        return Admission(nobody(replace(given, pool_id="", app_id="")))
