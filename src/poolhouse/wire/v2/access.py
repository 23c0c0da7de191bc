"""Management tokens, and the key clients encrypt passwords with. reference/v2.md 1."""

from __future__ import annotations

from typing import Any

from poolhouse.errors import NotAuthenticated, SecretWrong
from poolhouse.sessions.model import IssuedToken
from poolhouse.wire.v2.request import Arguments, Operation, Route, V2Request


async def access_token(request: V2Request, args: Arguments) -> Any:
    """For a pool's secret, or for the secret of the app the client names in its header."""
    services, app_id = request.services, request.http.headers.get("x-authing-app-id")
    try:
        pool = await services.pools.authenticate(args["userPoolId"], args["secret"])
        return _answer(await services.sessions.issue_management(pool.id))
    except NotAuthenticated as error:
        if not app_id:
            raise SecretWrong() from error
    try:
        app = await services.apps.authenticate(app_id, args["secret"])
    except NotAuthenticated as error:
        raise SecretWrong() from error
    if app.pool_id != args["userPoolId"]:
        raise SecretWrong()
    return _answer(await services.sessions.issue_management(app.pool_id, data={"appId": app.id}))


async def refresh_access_token(request: V2Request, args: Arguments) -> Any:
    """A fresh token for whoever holds a good one."""
    request.caller.require_administrator()
    return _answer(
        await request.services.sessions.issue_management(request.caller.pool_id, request.caller.actor_id)
    )


async def well_known(request: V2Request) -> Any:
    transport = request.services.transport
    return {
        "publicKey": transport.rsa_public_key,
        "rsa": {"publicKey": transport.rsa_public_key},
        "sm2": {"publicKey": transport.sm2_public_key},
    }


def _answer(issued: IssuedToken) -> dict[str, Any]:
    return {"accessToken": issued.token, "exp": issued.exp, "iat": issued.iat}


QUERIES: dict[str, Operation] = {"accessToken": access_token}
MUTATIONS: dict[str, Operation] = {"refreshAccessToken": refresh_access_token}
ROUTES = [Route("GET", "/api/v2/.well-known", well_known)]
