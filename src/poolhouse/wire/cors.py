"""Cross-origin calls: the official clients run in browsers too, on their applications' own origins.

The management and sign-in wires authenticate by token and signature alone, never by cookie, so answering any
origin gives a foreign page nothing it did not bring. The hosted pages and the authorization endpoint, which do
read a cookie, are left out. `/cas/session` reads it too: it looks at the origin itself, and tells nobody to any but an
application's own (`v2/sso.py`).
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from poolhouse.web_origins import listed_origins
from poolhouse.wire.request import Receive, Scope, Send

OPEN = (
    "/graphql/",
    "/api/",
    "/oidc/token",
    "/oidc/me",
    "/oidc/.well-known/",
    "/.well-known/oauth-authorization-server",
    "/oauth/token",
    "/oauth/me",
    "/logout",
    "/interaction/authFlow",
    "/cas/session",
    "/svg-string/guard",
)
ONE_DAY_S = 86_400


class Origins:
    """`allowed`: `*` for any, or origins apart by commas, such as `https://app.example`.

    The origin is echoed, not `*`: the clients send their calls with credentials.
    """

    def __init__(self, app: ASGIApp, allowed: str) -> None:
        self._app = app
        given = [re.escape(origin) for origin in listed_origins(allowed)]
        self._cors = CORSMiddleware(
            app,
            allow_origin_regex=".*" if allowed.strip() == "*" else "|".join(given) or r"(?!)",
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["*"],
            expose_headers=["x-request-id", "retry-after", "poolhouse-notice"],
            max_age=ONE_DAY_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(OPEN):
            await self._app(scope, receive, send)
        elif any(name == b"origin" for name, _ in scope["headers"]):
            await self._cors(scope, receive, send)
        else:
            await self._app(scope, receive, _varying(send))


def _varying(send: Send) -> Send:
    """Says to caches that the answer would be another one for a page of some origin."""

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"vary", b"Origin")]}
        await send(message)

    return sending
