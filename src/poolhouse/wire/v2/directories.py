"""Signing in by LDAP and Active Directory. Source: docs/contract/v2.md#signing-in-and-up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from poolhouse.federation.directories import Kind
from poolhouse.wire.v2.authentication import answered_by_rest, visitor
from poolhouse.wire.v2.authentication_rest import text_of
from poolhouse.wire.v2.request import Route, V2Request


def _verify_user(kind: Kind) -> Callable[[V2Request], Awaitable[Any]]:
    async def verify_user(request: V2Request) -> Any:
        """The client sends the password as it was typed, and reads the whole person with their token."""
        body = request.body
        password = await request.services.transport.read(text_of(body, "password"))
        logged_in = await request.services.directory_sign_in.sign_in_by_kind(
            visitor(request, body), kind, text_of(body, "username"), password, body.get("captchaCode") or None
        )
        return await answered_by_rest(request, logged_in)

    return verify_user


ROUTES = [
    Route("POST", "/api/v2/ldap/verify-user", _verify_user("ldap")),
    Route("POST", "/api/v2/ad/verify-user", _verify_user("ad")),
]
