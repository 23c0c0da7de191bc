"""`linkAccount` and `unLinkAccount`: each account is proved by a token of its login.

Source: docs/contract/v2.md#two-accounts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput, TokenExpired, TokenInvalid
from poolhouse.wire.v2.authentication_rest import text_of
from poolhouse.wire.v2.request import Answer, Route, V2Request


async def link(request: V2Request) -> Any:
    primary = await _whose(request, "primaryUserToken")
    secondary = await _whose(request, "secondaryUserToken")
    await request.services.identities.take_over(primary, secondary)
    return Answer(None, "绑定成功")


async def unlink(request: V2Request) -> Any:
    primary = await _whose(request, "primaryUserToken")
    provider = text_of(request.body, "provider")
    await request.services.identities.unlink_own(primary, provider=_KINDS.get(provider, provider))
    return Answer(None, "解绑成功")


async def _whose(request: V2Request, field: str) -> Caller:
    """The user whose login the token is. Raises InvalidInput naming the field."""
    try:
        claims = await request.services.credentials.read(text_of(request.body, field))
    except (TokenInvalid, TokenExpired) as error:
        raise _none(field) from error
    if claims.kind != "user" or request.caller.pool_id not in ("", claims.pool_id):
        raise _none(field)
    return replace(
        request.caller,
        kind="user",
        pool_id=claims.pool_id,
        actor_id=claims.subject,
        session_id=claims.session_id,
    )


def _none(field: str) -> InvalidInput:
    return InvalidInput(field, "不是有效的登录 token", "not the token of a login")


_KINDS = {
    "WECHAT_PC": "wechat:pc",
    "WECHAT_MOBILE": "wechat:mobile",
    "GITHUB": "github",
    "GOOGLE": "google",
}
"""As Java's client spells those that sign in; the others of its list are nobody's identity here."""

ROUTES = [
    Route("POST", "/api/v2/users/link", link),
    Route("POST", "/api/v2/users/unlink", unlink),
]
