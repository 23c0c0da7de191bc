"""Who a client says it is, at the endpoints that clients call: taken apart here, judged by `oidc`.

RFC 6749 2.3: in one way, not in two. @authing/web names itself in the header `x-authing-app-id` where it renews a
token, and not in the form.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote_plus

from starlette.requests import Request

from poolhouse import trace
from poolhouse.apps.model import App
from poolhouse.oidc import client_assertions
from poolhouse.oidc.model import OAuthError
from poolhouse.services import WireServices
from poolhouse.wire.oidc.browser import Browser
from poolhouse.wire.origin import LOOPBACK, origin

BASIC = "basic"


def takes_assertions(services: WireServices) -> bool:
    """Whether an assertion can be held to have been made for us: not where a stranger's Host header says who we are,
    for then it might have been made for anybody."""
    return bool(services.settings.public_url) or services.settings.host in LOOPBACK


async def client_of(
    services: WireServices, request: Request, browser: Browser, form: Mapping[str, str]
) -> App:
    """The application. Raises OAuthError invalid_client, or invalid_request where it says twice who it is."""
    app = await _client_of(services, request, browser, form)
    trace.note(pool_id=app.pool_id, app_id=app.id)
    return app


async def _client_of(
    services: WireServices, request: Request, browser: Browser, form: Mapping[str, str]
) -> App:
    scheme, _, encoded = browser.http.headers.get("authorization", "").partition(" ")
    in_header, by_assertion = scheme.lower() == BASIC, "client_assertion" in form
    if in_header + by_assertion + bool(form.get("client_secret")) > 1:
        raise OAuthError("invalid_request", "the client says twice who it is")
    if by_assertion:
        return await _by_assertion(services, request, form)
    if in_header:
        name, secret = _basic(encoded)
        if form.get("client_id", name) != name:
            raise OAuthError("invalid_request", "the client says twice who it is")
        return await services.oidc.authenticate_client(name, secret, "client_secret_basic")
    named = form.get("client_id") or browser.http.headers.get("x-authing-app-id", "")
    return await services.oidc.authenticate_client(
        named, form.get("client_secret") or None, "client_secret_post"
    )


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise OAuthError("invalid_client", "malformed Basic credentials") from error
    return unquote_plus(name), unquote_plus(secret)


async def _by_assertion(services: WireServices, request: Request, form: Mapping[str, str]) -> App:
    if form.get("client_assertion_type") != client_assertions.TYPE:
        raise OAuthError("invalid_request", f"client_assertion_type must be {client_assertions.TYPE}")
    if not takes_assertions(services):
        raise OAuthError("invalid_client", "private_key_jwt needs the server's address: POOLHOUSE_PUBLIC_URL")
    assertion = client_assertions.read(form["client_assertion"])
    if form.get("client_id", assertion.claimed) != assertion.claimed:
        raise OAuthError("invalid_request", "client_id is not the sub of client_assertion")
    base = origin(services, request)
    audiences = {
        f"{base}/oidc",
        f"{base}/oidc/token",
        f"{base}/oauth/token",
        f"{base}{request.scope['path']}",
    }
    return await services.oidc.authenticate_by_assertion(assertion, audiences)
