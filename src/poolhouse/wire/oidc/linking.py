"""Linking an identity to one's own account, at the address that `generate-link-extidp-url` or `link-extidp` gave.

Whoever has the address proves nothing by it: it may have been sent by somebody who wants another's identity to open
their account, or been found by somebody who wants theirs to open another's. So only the browser in which that very
person is signed in at these pages is led to the provider, by a press of a button; every other is asked to sign in as
them. Decision: docs/decisions/0105-linking-ones-own-identity.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse, Response

from poolhouse import trace
from poolhouse.apps.model import App
from poolhouse.errors import IdentitySourceNotFound, PoolhouseError, Unavailable
from poolhouse.federation.addresses import place_of
from poolhouse.federation.attempts import Attempt
from poolhouse.federation.model import Callback
from poolhouse.identities.model import Identity
from poolhouse.oidc.model import AuthorizationRequest
from poolhouse.oidc.sealed_requests import LinkAsked
from poolhouse.services import WireServices
from poolhouse.sessions.model import Session
from poolhouse.web_origins import web_origin
from poolhouse.wire.oidc.browser import FORM_COOKIE, Browser
from poolhouse.wire.oidc.logins import must_sign_in
from poolhouse.wire.oidc.translations import Texts

if TYPE_CHECKING:
    from poolhouse.wire.oidc.pages import Pages, Step

LINK = "/connections/link"


class LinkSteps:
    def __init__(self, services: WireServices) -> None:
        self._services = services

    async def page(self, pages: Pages, browser: Browser) -> Response:
        """GET /connections/link: says which account the identity will open and leads on by a button, or asks for the
        login of whose account it is."""
        ticket = browser.http.query.text("ticket") or ""
        asked = self._services.sealed_links.unseal(ticket)
        theirs = await self._services.credentials.login_in(asked.pool_id, asked.session_id)
        app = await self._services.apps.get(browser.caller(asked.pool_id, asked.app_id), asked.app_id)
        name = await self._name_of(asked)
        own = await browser.session(asked.pool_id)
        request = AuthorizationRequest(
            app_id=app.id, redirect_uri="", scope="openid", subject=theirs.user_id, link=ticket
        )
        if must_sign_in(app, request, own):
            step = await pages.step_of(browser, self._services.sealed_requests.seal(request))
            return await pages.page(step, "sign_in")
        assert own is not None
        response = await self._confirm(pages, browser, app, asked, own, name)
        browser.keep_begun(response, ticket)
        return response

    async def hint(self, step: Step) -> str | None:
        """What the sign-in page says of it: whose login is asked for; None where nothing is to be linked."""
        if step.asked.link is None or step.asked.subject is None:
            return None
        own = await step.browser.session(step.app.pool_id)
        text = "identity_link_other" if own and own.user_id != step.asked.subject else "identity_link_sign_in"
        try:
            asked = self._services.sealed_links.unseal(step.asked.link)
            theirs = await self._services.credentials.login_in(asked.pool_id, asked.session_id)
            caller = step.browser.caller(asked.pool_id, asked.app_id, theirs)
            user = await self._services.users.get(caller, theirs.user_id)
        except Unavailable:
            raise
        except PoolhouseError:  # which the next page says
            return None
        return Texts(step.browser.http.lang)(text, user=user.display_name)

    def onward(self, ticket: str) -> Response:
        """Somebody has signed in, who is judged there."""
        return RedirectResponse(
            f"{LINK}?{urlencode({'ticket': ticket})}", 303, headers={"cache-control": "no-store"}
        )

    async def ended(self, pages: Pages, browser: Browser, attempt: Attempt, callback: Callback) -> Response:
        """Back from the provider: it is linked, or why not; for the person, and for the page that opened the window."""
        kept, caller = attempt.kept, browser.caller(attempt.pool_id, attempt.kept.app_id)
        app = await self._services.apps.get(caller, kept.app_id)
        try:
            path = place_of(browser.http.path)
            cookie = browser.cookies.get(FORM_COOKIE, "")
            await self._services.federation.complete(caller, attempt, callback, path, cookie)
        except Unavailable:
            raise
        except PoolhouseError as error:
            trace.note(error=error)
            reason = error.message(browser.http.lang)
            return await self._told(pages, browser, app, [], error=reason)
        session = await self._services.credentials.login_in(attempt.pool_id, kept.session_id)
        own = browser.caller(attempt.pool_id, kept.app_id, session)
        offers = await self._services.provider_connections.offered(attempt.pool_id, kept.app_id)
        offer = next((one for one in offers if one.id == attempt.connection_id), None)
        there = await self._services.identities.list(own, session.user_id)
        linked = [one for one in there if offer is not None and one.ext_idp_id == offer.source_id]
        user = await self._services.users.get(own, session.user_id)
        source = offer.name if offer else ""
        return await self._told(pages, browser, app, linked, source=source, user=user.display_name)

    # -- inside --------------------------------------------------------------------------------------------

    async def _name_of(self, asked: LinkAsked) -> str:
        """Raises IdentitySourceNotFound: also for one that has no page of its own to lead to."""
        offers = await self._services.provider_connections.offered(asked.pool_id, asked.app_id)
        for one in offers:
            if asked.connection in (one.identifier, one.id) and one.redirecting:
                return one.name
        raise IdentitySourceNotFound(connection=asked.connection)

    async def _confirm(
        self, pages: Pages, browser: Browser, app: App, asked: LinkAsked, own: Session, source: str
    ) -> Response:
        caller = browser.caller(asked.pool_id, asked.app_id, own)
        user = await self._services.users.get(caller, own.user_id)
        token = browser.form_token()
        begun = await self._services.federation.begin(
            caller, asked.connection, "link", origin=browser.origin, browser=token, ticket=asked.id
        )
        response = pages.rendering.page(
            browser,
            "link.html",
            posts_to=begun.address if begun.form is not None else "",
            look=await pages.look(asked.pool_id, app),
            source=source,
            user=user.display_name,
            begun=begun,
        )
        browser.keep_form_token(response, token)
        return response

    async def _told(
        self,
        pages: Pages,
        browser: Browser,
        app: App,
        identities: list[Identity],
        *,
        error: str = "",
        source: str = "",
        user: str = "",
    ) -> Response:
        """The message goes to pages of the application alone, as that of a pop-up does (decision 0103)."""
        origins = tuple(dict.fromkeys(filter(None, map(web_origin, app.redirect_uris))))
        message = {
            "success": not error,
            "errMsg": error,
            "identities": [_shown(one) for one in identities],
            "event": {"source": "authing", "eventType": "linkExtIdp"},
        }
        return pages.rendering.page(
            browser,
            "linked.html",
            400 if error else 200,
            script="popup.js" if origins else "",
            look=await pages.look(app.pool_id, app),
            origins=origins,
            sent_to=msgspec.json.encode(origins).decode(),
            message=msgspec.json.encode(message).decode(),
            error=error,
            source=source,
            user=user,
        )


def _shown(identity: Identity) -> dict[str, Any]:
    """As the documents show what `link-extidp` ends in."""
    return {
        "identityId": identity.id,
        "extIdpId": identity.ext_idp_id,
        "provider": identity.provider,
        "type": identity.type,
        "userIdInIdp": identity.user_id_in_idp,
        "originConnIds": list(identity.connection_ids),
    }
