"""Signing in by an identity source on the hosted pages: the buttons, the way there and the way back.

What comes back is a stranger's until its `state` was taken by this browser (`federation/attempts.py`). Where it leads
after that is the sealed request's to say, so no address in it is followed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlencode

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from poolhouse import trace
from poolhouse.errors import (
    IdentitySourceNotFound,
    IdentityUnbound,
    InvalidInput,
    PoolhouseError,
    ProviderFailed,
    SignInLapsed,
    Unavailable,
)
from poolhouse.federation.addresses import place_of
from poolhouse.federation.arrivals import Asked
from poolhouse.federation.binding import PROOFS
from poolhouse.federation.connections import Offer
from poolhouse.federation.model import Begun, Callback, Pairs
from poolhouse.login.model import LoggedIn
from poolhouse.oidc.model import OAuthError
from poolhouse.pictures import is_shown
from poolhouse.services import WireServices
from poolhouse.users.model import User
from poolhouse.wire.oidc.browser import BEGUN_COOKIE, FORM_COOKIE, Browser, with_browser
from poolhouse.wire.oidc.linking import LINK, LinkSteps
from poolhouse.wire.oidc.popup import PopupSteps
from poolhouse.wire.oidc.rendering import PLAIN
from poolhouse.wire.request import STRANGERS_BODY_BYTES

if TYPE_CHECKING:
    from poolhouse.wire.oidc.pages import Pages, Step

CALLBACKS = (
    "/connections/{kind}/{identifier}/callback",
    # The vendor's, at which a provider may know an application already.
    "/connections/{kind}/callback",
    "/connections/social/{identifier}/{pool}/callback",
    "/connection/social/{identifier:unless_native}/{pool}/callback",
)
POPUPS = (
    "/connections/social/{identifier}",
    "/connections/social/{identifier}/{pool}",  # authing-js-sdk 4.6 and before
    "/connection/social/{identifier}",
    "/connections/{kind}/init",
    "/connections/{kind}/{identifier}/init",  # to which `enterprise.authorize` adds a query of its own
)
METADATA = "/connections/{kind}/{identifier}/metadata"


class _UnlessNative(StringConvertor):
    """WeChat's mobile apps bring a code to this address that no browser of ours began: `wire/v2/native.py`."""

    regex = "(?!wechat:mobile/)[^/]+"


register_url_convertor("unless_native", _UnlessNative())


class FederatedSteps:
    def __init__(self, services: WireServices, popups: PopupSteps, links: LinkSteps) -> None:
        self._services, self._popups, self._links = services, popups, links

    def buttons(self, step: Step, offered: list[Offer]) -> list[Offer]:
        """A button each; none while somebody is asked whose account their identity is to have. A picture that the
        page's policy lets nobody see is left out."""
        shown = [] if step.asked.binding else [one for one in offered if one.redirecting]
        return [replace(one, logo=one.logo if is_shown(one.logo) else None) for one in shown]

    async def begin(self, pages: Pages, step: Step) -> Response:
        """GET /login/identity: to the provider."""
        return await self.lead(pages, step, step.browser.http.query.text("connection") or "")

    async def lead(
        self, pages: Pages, step: Step, name: str, kind: str = "", more: Mapping[str, str] | None = None
    ) -> Response:
        """To the provider of the connection. The browser keeps what it has to bring back in its form cookie. `kind`:
        what the address said of the connection; `more`: parameters for the provider."""
        token = step.browser.form_token()
        begun = await self._services.federation.begin(
            step.caller,
            name,
            "popup" if step.asked.popup else "page",
            origin=step.browser.origin,
            browser=token,
            request=step.sealed,
            kind=kind,
            more=more,
        )
        response = _away(pages, step.browser, begun, token)
        step.browser.keep_begun(response, step.sealed)
        return response

    async def bind(self, step: Step, user: User) -> None:
        """Whoever has just signed in has the identity that was asked about."""
        if step.asked.binding:
            browser = step.browser.cookies.get(FORM_COOKIE, "")
            await self._services.arrivals.bind(step.caller, step.asked.binding, browser, user)

    async def asked(self, step: Step) -> Asked | None:
        """What somebody who is asked whose account is theirs may do; None where nobody is.

        Raises ProviderFailed: they have done it, or it was too long ago.
        """
        if not step.asked.binding:
            return None
        return await self._services.arrivals.asked(step.caller, step.asked.binding)

    async def require(self, step: Step, field: str, *proofs: str) -> None:
        """Where somebody is asked: one of these ways is among those that the connection names. No way is for whatever
        the contract has no name for, such as a passkey: it will do where the connection names none in particular."""
        asked = await self.asked(step)
        named = () if asked is None or set(asked.proofs) == set(PROOFS) else asked.proofs
        if named and not set(proofs) & set(named):
            ways = ", ".join(named)
            raise InvalidInput(
                field, f"只能用以下方式绑定：{ways}", f"an account is linked by one of: {ways}"
            )

    async def require_creation(self, step: Step) -> None:
        """Where somebody is asked: they may have a new account. Raises IdentityUnbound, ProviderFailed."""
        asked = await self.asked(step)
        if asked is not None and not asked.may_create:
            raise IdentityUnbound()

    async def ways(self, step: Step) -> dict[str, bool]:
        """What the sign-in page offers to somebody who is asked; everything to everybody else."""
        asked = None
        with suppress(ProviderFailed, IdentitySourceNotFound):  # which what they press will be told
            asked = await self.asked(step)
        proofs = PROOFS if asked is None else asked.proofs
        return {
            "by_password": any(proof.endswith("-password") for proof in proofs),
            "by_code": any(proof.endswith("-code") for proof in proofs),
            "by_others": set(proofs) == set(PROOFS),
            "may_create": asked is None or asked.may_create,
        }

    async def create(self, step: Step) -> LoggedIn:
        """Or a new account has it."""
        if not step.asked.binding:
            raise InvalidInput("request", "登录请求无效", "nobody was asked")
        browser = step.browser.cookies.get(FORM_COOKIE, "")
        return await self._services.arrivals.create(
            step.caller, step.asked.binding, browser, _custom_data(step)
        )

    def routes(self, pages: Pages) -> list[BaseRoute]:
        def route(path: str, act: Callable[[Pages, Browser], Awaitable[Response]], *methods: str) -> Route:
            async def answer(browser: Browser) -> Response:
                trace.note(wire="oidc", operation=path)
                try:
                    return await act(pages, browser)
                except OAuthError as error:
                    trace.note(error=error)
                    return pages.problem(browser, error)
                except PoolhouseError as error:
                    trace.note(error=error)
                    return pages.failed(browser, error)

            handle = with_browser(self._services, answer, STRANGERS_BODY_BYTES)
            return Route(path, handle, methods=list(methods))

        return [
            route(LINK, self._links.page, "GET"),
            *(route(path, self._back, "GET", "POST") for path in CALLBACKS),
            route(METADATA, self._metadata, "GET"),
            *(route(path, self._popup, "GET") for path in POPUPS),
        ]

    async def _metadata(self, pages: Pages, browser: Browser) -> Response:
        """For the provider, who shows no credentials. The pool is in the query: an identifier is one pool's own."""
        kind, identifier = place_of(browser.http.path)
        caller = browser.caller(browser.http.query.text("userpool_id") or "", None)
        document = await self._services.connection_trials.metadata(
            caller, kind, identifier, origin=browser.origin
        )
        return Response(document, media_type="application/samlmetadata+xml")

    async def _popup(self, pages: Pages, browser: Browser) -> Response:
        """To the provider at once; what is refused is told to the page that opened the window."""
        step, name, kind = await self._popups.begun(pages, browser)
        try:
            step, more = self._popups.wished(step)
            return await self.lead(pages, step, name, kind, more)
        except PoolhouseError as error:
            trace.note(error=error)
            return await self._popups.refused(pages, step, error)

    async def _back(self, pages: Pages, browser: Browser) -> Response:
        try:
            return await self._came_back(pages, browser)
        except SignInLapsed as error:
            trace.note(error=error)
            return await self._lapsed(pages, browser)

    async def _lapsed(self, pages: Pages, browser: Browser) -> Response:
        """Says the same of every state that is no good. Where one begins again is what this browser keeps."""
        kept, linking, named = browser.cookies.get(BEGUN_COOKIE, ""), False, ""
        look, again, onward = PLAIN, "", ""
        with suppress(PoolhouseError):
            asked = self._services.sealed_links.unseal(kept)
            linking, again = True, f"{LINK}?{urlencode({'ticket': kept})}"
            look = await pages.look(asked.pool_id, None)
        if app_id := self._services.sealed_requests.app_of(kept):
            with suppress(PoolhouseError, OAuthError):
                app = await self._services.oidc_grants.client(app_id)
                look, named, onward = await pages.look(app.pool_id, app), app.name, app.home or ""
                step = await pages.step_of(browser, kept)
                browser, again = step.browser, f"/login/continue?{urlencode({'request': kept})}"
        return pages.rendering.page(
            browser,
            "lapsed.html",
            400,
            look=look,
            app=named,
            linking=linking,
            again=again,
            onward=onward,
        )

    async def _came_back(self, pages: Pages, browser: Browser) -> Response:
        if browser.http.method == "POST":
            form = tuple(browser.http.form_pairs())
            if self._services.provider_logouts.is_one(form):
                return await self._ended(browser, form)
            state = _state(form)
            await self._services.federation.hold(browser.caller("", None), state, form)
            onward = f"{browser.http.path}?{urlencode({'state': state})}"
            return RedirectResponse(onward, 303, headers={"cache-control": "no-store"})
        query = tuple(browser.http.query.decoded)
        kept = browser.cookies.get(FORM_COOKIE, "")
        attempt = await self._services.federation.taken(browser.caller("", None), _state(query), kept)
        callback = Callback(cast(Literal["GET", "POST"], browser.http.method), query)
        if attempt.kept.aim == "link":
            return await self._links.ended(pages, browser, attempt, callback)
        step = await pages.step_of(browser, attempt.kept.request)
        if (step.app.pool_id, step.app.id) != (attempt.pool_id, attempt.kept.app_id):
            raise InvalidInput("state", "登录属于另一个应用", "the sign-in is another application's")
        try:
            came = await self._services.federation.complete(
                step.caller, attempt, callback, place_of(browser.http.path), kept, _custom_data(step)
            )
            if isinstance(came, LoggedIn):
                return await pages.enter(step, came)
        except Unavailable:
            raise
        except PoolhouseError as error:
            trace.note(error=error)
            if step.asked.popup is not None:
                return await self._popups.refused(pages, step, error)
            return await pages.refused(step, "sign_in", error)
        assert isinstance(came, Asked), "a link was told apart before"
        asked = replace(step.asked, binding=came.ticket)
        again = replace(step, asked=asked, sealed=self._services.sealed_requests.seal(asked))
        return await pages.page(again, "sign_in")

    async def _ended(self, browser: Browser, form: Pairs) -> Response:
        """A provider says that a sign-in is over, to the address that it was for. It learns nothing by the answer."""
        state = _state(tuple(browser.http.query.decoded))
        await self._services.provider_logouts.heard(browser.caller("", None), state, form)
        return Response(status_code=200, headers={"cache-control": "no-store"})


def _custom_data(step: Step) -> dict[str, Any] | None:
    """For an account that is made, as the page of the application gave it."""
    return step.asked.popup.fields if step.asked.popup else None


def _state(pairs: tuple[tuple[str, str], ...]) -> str:
    """By either of its names; "" for none, and for several."""
    found = [value for name, value in pairs if name in ("state", "RelayState")]
    return found[0] if len(found) == 1 else ""


def _away(pages: Pages, browser: Browser, begun: Begun, token: str) -> Response:
    if begun.form is not None:
        response = pages.rendering.page(
            browser,
            "form_post.html",
            posts_to=begun.address,
            script="submit.js",
            target=begun.address,
            facts=dict(begun.form),
        )
    else:
        response = RedirectResponse(begun.address, 303, headers={"cache-control": "no-store"})
    browser.keep_form_token(response, token)
    return response
