"""Who is logged in to the hosted pages, asked by a page of an application: `trackSession`, and `isSSO` of the login
component. The one door of this wire that reads a cookie.

Another site's page could ask with the cookie of whoever looks at it, so an answer is of two who agree: the browser says
which origin asks, and the application that is named has an address there. Everybody else is told what they are told
of whom nobody knows. Source: docs/contract/v2.md#who-is-logged-in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from poolhouse.apps.model import SCOPES, App
from poolhouse.errors import NotAuthenticated
from poolhouse.oidc.model import OAuthError
from poolhouse.sessions.model import Session
from poolhouse.times import v3_time
from poolhouse.users.model import User
from poolhouse.wire.oidc.browser import Browser, own_cookies
from poolhouse.wire.oidc.logins import is_apart
from poolhouse.wire.origin import address, is_secure
from poolhouse.wire.v2 import guard_envelope
from poolhouse.wire.v2.request import Route, V2Request
from poolhouse.wire.v2.rest import json_response
from poolhouse.wire.v2.user_loader import TOKENS, granted_person, known_json


async def track_session(request: V2Request) -> Response:
    """`{session, userInfo}` bare, of the application in `appId` or the header; null where nobody is logged in who would
    do for it. The login component cannot bear null, and finds both members empty."""
    nobody = {"session": None, "userInfo": None} if guard_envelope.asks(request) else None
    told = await _told(request)
    return json_response(nobody if told is None else told, headers={"cache-control": "no-store"})


async def _told(request: V2Request) -> dict[str, Any] | None:
    http, services = request.http, request.services
    own = address(services.settings, http.scheme, http.headers.get("host"))
    cookies = own_cookies(http.headers.get("cookie", ""), secure=is_secure(own))
    browser = Browser(services, http, cookies, own)
    try:
        app = await services.oidc_grants.client(
            request.query.text("appId") or http.headers.get("x-authing-app-id", "")
        )
        # Without an origin a script's `src` may have asked, on anybody's page.
        if not app.is_own_page(http.headers.get("origin")):
            return None
        session = await browser.session(app.pool_id)
        if session is None or is_apart(app, session):
            return None
        await services.oidc_grants.require_entrance(app, session.user_id)
        user = await _seen_by(request, browser, app, session)
    except (OAuthError, NotAuthenticated):
        return None
    return {"session": _session(browser, app, session), "userInfo": known_json(request, user)}


async def _seen_by(request: V2Request, browser: Browser, app: App, session: Session) -> User:
    """As far as the scopes that an application may ask for, with no token."""
    caller = replace(browser.caller(app.pool_id, app.id, session), scopes=frozenset(SCOPES))
    user = await granted_person(request, caller)
    request.known[TOKENS] = {user.id: None}
    return user


def _session(browser: Browser, app: App, session: Session) -> dict[str, Any]:
    """The client's typings have the facts in `cookie`, the vendor's examples beside it. The application is who asks: at
    which other somebody logged in is not theirs to know."""
    facts = {"appId": app.id, "type": "oidc", "userId": session.user_id}
    return {
        "_id": session.id,
        "cookie": {
            "originalMaxAge": int((session.expires_at - session.created_at).total_seconds() * 1000),
            "expires": v3_time(session.expires_at),
            "secure": browser.secure,
            "httpOnly": True,
            "path": "/",
            "sameSite": "lax",
            **facts,
        },
        **facts,
    }


ROUTES = [Route("GET", "/cas/session", track_session)]
