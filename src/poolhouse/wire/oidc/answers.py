"""How an answer of the authorization endpoint gets back to the application: `response_mode`.

Sources: OAuth 2.0 Multiple Response Types, Form Post Response Mode, RFC 9207 (`iss`); the shape of the message is the
one that @authing/web and @authing/browser wait for (`{type, response}`).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec
from starlette.responses import RedirectResponse, Response

from poolhouse.oidc.model import AuthorizationRequest, OAuthError
from poolhouse.oidc.requests import ReturnAddress
from poolhouse.web_origins import web_origin
from poolhouse.wire.oidc.browser import Browser, redirect
from poolhouse.wire.oidc.rendering import Rendering


def deliver(
    rendering: Rendering, browser: Browser, to: ReturnAddress, facts: Mapping[str, str | None]
) -> Response:
    """`state` and `iss` go with every answer, good or bad: the application sees whose answer it is."""
    given = {name: value for name, value in {**facts, "state": to.state}.items() if value is not None} | {
        "iss": browser.issuer
    }
    if to.response_mode == "form_post":
        return rendering.page(
            browser,
            "form_post.html",
            posts_to=to.redirect_uri,
            script="submit.js",
            target=to.redirect_uri,
            facts=given,
        )
    if to.response_mode == "web_message":
        origin = web_origin(to.redirect_uri)
        assert origin, "a request for a message has an address with an origin"
        return rendering.page(
            browser,
            "web_message.html",
            script="message.js",
            framed_by=origin,
            origin=origin,
            response=msgspec.json.encode(given).decode(),
        )
    if to.response_mode == "fragment":
        split = urlsplit(to.redirect_uri)
        return RedirectResponse(
            urlunsplit(split._replace(fragment=urlencode(given))), 303, headers={"cache-control": "no-store"}
        )
    return redirect(to.redirect_uri, given)


def refuse(rendering: Rendering, browser: Browser, to: ReturnAddress, error: OAuthError) -> Response:
    return deliver(rendering, browser, to, {"error": error.code, "error_description": error.description})


def back_to(asked: AuthorizationRequest) -> ReturnAddress:
    return ReturnAddress(asked.redirect_uri, asked.response_mode, asked.state)
