"""Management tokens, and the key clients encrypt passwords with.

Source: docs/contract/v2.md#management-tokens, docs/contract/v2.md#passwords-on-their-way.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.sessions.model import IssuedToken
from poolhouse.wire.sentences import DONE, said
from poolhouse.wire.v2.request import Arguments, Operation, Route, V2Request
from poolhouse.wire.v2.rest import json_response


async def access_token(request: V2Request, args: Arguments) -> Any:
    """For a pool's secret, or for the secret of the app the client names in its header."""
    app_id = request.http.headers.get("x-authing-app-id")
    return _answer(await request.services.management_tokens.buy(args["userPoolId"], args["secret"], app_id))


async def access_token_by_query(request: V2Request) -> Response:
    """`?userPoolId=&secret=`, bare and in the envelope: Java's client reads the one, the documents show the other."""
    query, app_id = request.query, request.http.headers.get("x-authing-app-id")
    pool_id, secret = query.required("userPoolId"), query.required("secret")
    answer = _answer(await request.services.management_tokens.buy(pool_id, secret, app_id))
    envelope = {"code": 200, "message": said(DONE, request.caller.lang), "data": answer}
    return json_response(answer | envelope, headers={"cache-control": "no-store"})


async def refresh_access_token(request: V2Request, args: Arguments) -> Any:
    """A fresh token for whoever holds a good one."""
    request.caller.require_administrator()
    return _answer(await request.services.management_tokens.renew(request.http.bearer or ""))


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
ROUTES = [
    Route("GET", "/api/v2/.well-known", well_known),
    Route("GET", "/api/v2/userpools/accessToken", access_token_by_query),
]
