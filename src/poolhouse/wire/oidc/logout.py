"""Logout that an application begins, and telling the others by the browser.

Sources: OpenID Connect RP-Initiated Logout 1.0, Front-Channel Logout 1.0.
"""

from __future__ import annotations

from starlette.responses import Response

from poolhouse import trace
from poolhouse.apps.model import App
from poolhouse.oidc.model import IdTokenHint, OAuthError, Party
from poolhouse.oidc.requests import given_twice, single
from poolhouse.services import WireServices
from poolhouse.wire.oidc.browser import Browser, pairs_of, with_query
from poolhouse.wire.oidc.pages import Pages
from poolhouse.wire.oidc.rendering import PLAIN

MOST_FRAMES = 40
"""Applications that a page tells at once; the back channel tells them all."""


async def end_session(services: WireServices, pages: Pages, browser: Browser) -> Response:
    """The browser is sent only to an address the application registered for it.

    Somebody is logged out unasked by an id token of their own alone: without one, or with a stranger's, anybody's
    link could have sent the browser here. That of a disabled application, and one that has run out, will do.
    """
    given, twice = single(pairs_of(browser))
    browser = browser.speaking(given.get("ui_locales"))
    target = given.get("post_logout_redirect_uri") or given.get("redirect_uri")
    try:
        if twice:
            raise given_twice(twice)
        hint = await services.oidc_tokens.hint(given["id_token_hint"]) if "id_token_hint" in given else None
        app = await _application(services, hint, given.get("client_id"))
        if target and (app is None or target not in app.logout_redirect_uris):
            raise OAuthError(
                "invalid_request",
                "post_logout_redirect_uri is not registered",
                "post_logout_redirect_uri 未在此应用登记",
            )
    except OAuthError as error:
        trace.note(error=error)
        return pages.problem(browser, error)
    look = await pages.look(app.pool_id, app) if app else PLAIN
    kept = await browser.any_session()
    session = kept if app and kept and kept.pool_id == app.pool_id else None
    known = hint is not None and (session is None or session.user_id == hint.user_id)
    if not known and not browser.is_own_form(given):
        return pages.ask_to_log_out(browser, look, given)
    told: list[Party] = []
    if hint is not None:
        told += await services.oidc_tokens.log_out(hint.app.pool_id, hint.user_id, hint.session_id)
    if session is not None:
        told += await services.oidc_tokens.log_out(session.pool_id, session.user_id, session.id)
    elif app is None and kept is not None:  # nobody named a pool: the one the browser is logged in to
        told += await services.oidc_tokens.log_out(kept.pool_id, kept.user_id, kept.id)
    onward = with_query(target, {"state": given.get("state")}) if target else ""
    response = pages.logged_out(browser, look, await _frames(services, browser, told), onward)
    if (
        app is None or kept is None or session is not None
    ):  # a login in another pool is none of this one's business
        browser.drop_session(response)
    return response


async def _frames(services: WireServices, browser: Browser, told: list[Party]) -> tuple[str, ...]:
    """The addresses that the applications want to be told at by a frame: with `iss` and `sid` where they ask for it."""
    found: dict[str, None] = {}
    for party in told:
        try:
            app = await services.oidc_grants.any_client(party.app_id)
        except OAuthError:  # deleted meanwhile
            continue
        address = app.settings.frontchannel_logout_uri
        if address and app.settings.frontchannel_logout_session_required:
            issuer = party.issuer or browser.issuer
            address = with_query(address, {"iss": issuer, "sid": party.session_id})
        if address:
            found[address] = None
    return tuple(found)[:MOST_FRAMES]


async def _application(services: WireServices, hint: IdTokenHint | None, client_id: str | None) -> App | None:
    if hint is None:
        return await services.oidc_grants.any_client(client_id) if client_id else None
    if client_id not in (None, hint.app.id):
        raise OAuthError(
            "invalid_request",
            "client_id is not the application of id_token_hint",
            "client_id 与 id_token_hint 的应用不一致",
        )
    return hint.app
