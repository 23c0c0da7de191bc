"""Signing in with the code that WeChat gave a mobile app, as clients of v2 send it: they read the user with a token.

API v3 has the same at `authByCodeIdentity` and `signin-by-mobile`. Source: docs/contract/v2.md#from-a-mobile-app.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from poolhouse.errors import IdentitySourceNotFound
from poolhouse.wire.v2.authentication import answered_by_rest, visitor
from poolhouse.wire.v2.authentication_rest import text_of
from poolhouse.wire.v2.request import Route, V2Request

CALLBACK = "/connection/social/wechat:mobile/{userPoolId}/callback"
_KINDS = ("wechat:mobile",)


async def by_connection(request: V2Request) -> Any:
    body = request.body
    caller, native = visitor(request, body), request.services.native_sign_in
    came = await native.sign_in(caller, text_of(body, "connId"), text_of(body, "code"), _KINDS)
    return await answered_by_rest(request, came)


async def by_callback(request: V2Request) -> Any:
    """It names its pool, and by a header or `app_id` its application, or is of the only one that people can sign in to
    so."""
    pool_id, native = request.path["userPoolId"], request.services.native_sign_in
    if request.caller.pool_id not in ("", pool_id):
        raise IdentitySourceNotFound(kind=_KINDS[0])
    request.caller = replace(request.caller, pool_id=pool_id)
    caller = visitor(request, {})
    app_id = request.query.text("app_id") or caller.app_id or await native.only_application(pool_id, _KINDS)
    code = request.query.required("code")
    came = await native.sign_in(replace(caller, app_id=app_id), "", code, _KINDS)
    return await answered_by_rest(request, came)


ROUTES = [
    Route("POST", "/api/v2/ecConn/wechatMobile/authByCode", by_connection),
    Route("GET", CALLBACK, by_callback),
]
