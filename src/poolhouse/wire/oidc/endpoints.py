"""The protocol's endpoints: JSON for clients, redirects for browsers. Paths: those of the official clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from poolhouse import trace
from poolhouse.apps.model import App
from poolhouse.errors import InvalidInput, PoolhouseError, Unavailable
from poolhouse.oidc.model import AuthorizationRequest, OAuthError
from poolhouse.oidc.requests import read_request, return_address, sent_on, single
from poolhouse.services import WireServices
from poolhouse.sessions.server_keys import PUBLISHED_KEPT_S
from poolhouse.wire.oidc import discovery
from poolhouse.wire.oidc.answers import refuse
from poolhouse.wire.oidc.browser import SESSION_COOKIE, Browser, browser_of, pairs_of
from poolhouse.wire.oidc.clients import client_of
from poolhouse.wire.oidc.discovery import metadata
from poolhouse.wire.oidc.logins import must_sign_in
from poolhouse.wire.oidc.logout import end_session
from poolhouse.wire.oidc.mailed import MailedPages
from poolhouse.wire.oidc.pages import Pages
from poolhouse.wire.oidc.popup import Messages
from poolhouse.wire.origin import issuer
from poolhouse.wire.request import path_for_log

Handler = Callable[["Provider", Request, Browser], Awaitable[Response]]

LONGEST_ONWARD = 8192
"""Characters of a form that are sent on in an address."""

_log = structlog.get_logger(__name__)


class Provider:
    def __init__(self, services: WireServices, pages: Pages) -> None:
        self.services, self.pages = services, pages

    # -- the browser ---------------------------------------------------------------------------------------

    async def authorize(self, request: Request, browser: Browser) -> Response:
        """GET or POST /oidc/auth. An unknown client or address gets a page; all else goes back to the client."""
        pairs = pairs_of(browser)
        given, twice = single(pairs)
        browser = browser.speaking(given.get("ui_locales"))
        try:
            app = await self.services.oidc_grants.client(given.get("client_id", ""))
            to = return_address(app, given, twice)
        except OAuthError as error:
            trace.note(error=error)
            return self.pages.problem(browser, error)
        if browser.http.method == "POST" and SESSION_COOKIE not in browser.cookies and not twice:
            # Another site's form comes without our cookie (SameSite=Lax), the address it is sent on to comes with it.
            onward = urlencode(sent_on(pairs))
            if len(onward) < LONGEST_ONWARD:
                return RedirectResponse(f"/oidc/auth?{onward}", 303, headers={"cache-control": "no-store"})
        try:
            asked = read_request(app, given, twice, await self._hinted(app, given.get("id_token_hint")))
            return await self._answer(browser, app, asked, given.get("ext_idp_conn_id"))
        except OAuthError as error:
            trace.note(error=error)
            return refuse(self.pages.rendering, browser, to, error)

    async def _answer(
        self, browser: Browser, app: App, asked: AuthorizationRequest, connection: str | None
    ) -> Response:
        """`connection`: of the identity source to sign in by, without asking for another way."""
        session = await browser.session(app.pool_id)
        if must_sign_in(app, asked, session):
            if "none" in asked.prompt:
                raise OAuthError("login_required", "nobody is logged in who would do")
            page, facts = "/login", {"request": self.services.sealed_requests.seal(asked)}
            if connection:
                page, facts = "/login/identity", {**facts, "connection": connection}
            return RedirectResponse(f"{page}?{urlencode(facts)}", 303, headers={"cache-control": "no-store"})
        assert session is not None
        return await self.pages.proceed(browser, app, asked, session)

    async def _hinted(self, app: App, id_token: str | None) -> str | None:
        """Whose the application's id token is; a hint that is none says nothing."""
        try:
            hint = await self.services.oidc_tokens.hint(id_token or "")
        except OAuthError:
            return None
        return hint.user_id if hint.app.id == app.id else None

    async def end_session(self, request: Request, browser: Browser) -> Response:
        return await end_session(self.services, self.pages, browser)

    # -- clients -------------------------------------------------------------------------------------------

    async def discovery(self, request: Request, browser: Browser) -> Response:
        """What it says of itself, at each of `discovery.PATHS`."""
        return _json(metadata(self.services, issuer(self.services, request)))

    async def jwks(self, request: Request, browser: Browser) -> Response:
        """Every key: what discovery names."""
        return _keys(await self.services.oidc.public_keys())

    async def jwks_of_official_clients(self, request: Request, browser: Browser) -> Response:
        """At their path, which they know by heart, RSA keys alone: PyPI `authing` 5 reads each as one, whatever its
        kty. EC keys too for who names an application whose id tokens are ES256, as the Node client does."""
        named = browser.http.headers.get("x-authing-app-id")
        return _keys(await self.services.oidc.public_keys_for(named))

    async def token(self, request: Request, browser: Browser) -> Response:
        form = _form(browser)
        app = await client_of(self.services, request, browser, form)
        base = issuer(self.services, request)
        oidc, grant = self.services.oidc, _required(form, "grant_type")
        oidc.require_grant_type(app, grant)
        if grant == "authorization_code":
            tokens = await oidc.exchange_code(
                app, _required(form, "code"), form.get("redirect_uri"), form.get("code_verifier"), base
            )
        elif grant == "refresh_token":
            tokens = await oidc.refresh(app, _required(form, "refresh_token"), form.get("scope"), base)
        elif grant == "client_credentials":
            tokens = await oidc.client_credentials(app, form.get("scope"), base)
        else:
            scope = form.get("scope") or "openid profile"
            tokens = await oidc.exchange_login_token(app, _required(form, "token"), scope, base)
        return _json(tokens.body())

    async def user_info(self, request: Request, browser: Browser) -> Response:
        """The token in the header, the query or the form, once (RFC 6750 2). In header and query it may be the same:
        so Java 3.1.9 asks, once it has exchanged a code."""
        form = _form(browser) if browser.http.method == "POST" else {}
        asked = dict.fromkeys([browser.http.bearer, browser.http.query.text("access_token")])
        found = [token for token in (*asked, form.get("access_token")) if token]
        if len(found) > 1:
            raise OAuthError("invalid_request", "the access token is given twice")
        if not found:
            return _json({"error": "invalid_token", "error_description": "no access token"}, 401, _UNNAMED)
        return _json(await self.services.oidc_tokens.user_info(found[0]))

    async def introspect(self, request: Request, browser: Browser) -> Response:
        form = _form(browser)
        app = await client_of(self.services, request, browser, form)
        return _json(await self.services.oidc_tokens.introspect(app, _required(form, "token")))

    async def revoke(self, request: Request, browser: Browser) -> Response:
        form = _form(browser)
        app = await client_of(self.services, request, browser, form)
        await self.services.oidc_tokens.revoke(app, _required(form, "token"))
        return _json({})


_UNNAMED = {"www-authenticate": 'Bearer realm="poolhouse"'}
"""RFC 6750 3.1: who presented no token is told of no error."""


def oidc_routes(services: WireServices, messages: Messages) -> list[BaseRoute]:
    """Every path under /oidc, its /oauth twins, and the pages. `messages`: what a pop-up tells its opener."""
    pages = Pages(services, messages)
    provider = Provider(services, pages)
    both = ["GET", "POST"]
    table: list[tuple[str, list[str], Handler]] = [
        ("/auth", both, Provider.authorize),
        ("/session/end", both, Provider.end_session),
        ("/token", ["POST"], Provider.token),
        ("/token/introspection", ["POST"], Provider.introspect),
        ("/token/revocation", ["POST"], Provider.revoke),
        ("/me", both, Provider.user_info),
        ("/me/", both, Provider.user_info),  # so the Java clients of v3 write it
    ]
    routes: list[BaseRoute] = [
        *(Route(path, _handler(provider, Provider.discovery)) for path in discovery.PATHS),
        Route("/oidc/.well-known/jwks", _handler(provider, Provider.jwks)),
        Route("/oidc/.well-known/jwks.json", _handler(provider, Provider.jwks_of_official_clients)),
        Route("/login/profile/logout", _handler(provider, Provider.end_session)),
    ]
    for prefix in ("/oidc", "/oauth"):
        for path, methods, handler in table:
            routes.append(Route(prefix + path, _handler(provider, handler), methods=methods))
    return [*routes, *pages.routes(), *MailedPages(services, pages).routes()]


def _handler(provider: Provider, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        try:
            browser = await browser_of(request, provider.services)
            return await handler(provider, request, browser)
        except OAuthError as error:
            trace.note(error=error)
            return _refusal(error)
        except InvalidInput as error:
            trace.note(error=error)
            return _refusal(OAuthError("invalid_request", error.message("en-US")))
        except Unavailable as error:
            trace.note(error=error)
            wait = str(error.facts.get("retry_after_s", 1))
            return _json({"error": "temporarily_unavailable"}, 503, {"retry-after": wait})
        except PoolhouseError as error:
            trace.note(error=error)
            return _refusal(OAuthError("access_denied", error.message("en-US")))
        except Exception:
            _log.exception("request_failed", path=path_for_log(request.scope["path"]))
            return _json({"error": "server_error"}, 500)

    return handle


def _keys(entries: Sequence[Mapping[str, Any]]) -> Response:
    kept = {"cache-control": f"public, max-age={PUBLISHED_KEPT_S}", "vary": "x-authing-app-id"}
    return _json({"keys": entries}, headers=kept)


def _refusal(error: OAuthError) -> Response:
    body = {"error": error.code, "error_description": error.description}
    if error.code == "invalid_token":
        challenge = 'Bearer error="invalid_token"'
        return _json(body, 401, {"www-authenticate": challenge})
    if error.code == "invalid_client":
        return _json(body, 401, {"www-authenticate": 'Basic realm="poolhouse"'})
    return _json(body, 400)


def _form(browser: Browser) -> dict[str, str]:
    """Raises OAuthError for a parameter given twice (RFC 6749 3.2): what stands before us may read the other one."""
    given, twice = single(browser.http.form_pairs())
    if twice:
        raise OAuthError("invalid_request", f"{', '.join(twice)[:200]} may be given once")
    return given


def _required(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise OAuthError("invalid_request", f"{name} is missing")
    return value


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    kept = {"cache-control": "no-store", "access-control-allow-origin": "*", **(headers or {})}
    return Response(msgspec.json.encode(body), status, kept, "application/json")
