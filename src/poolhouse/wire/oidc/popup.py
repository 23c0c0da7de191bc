"""A sign-in by an identity source in a window of its own, as `social.authorize` and the login component open one.

The window goes to the provider at once and ends in a page that tells its opener, by `postMessage`, who has signed in or
why nobody has. The message goes to the application's own origins alone: to the one that the opener is of where the
browser tells, else to each, and the browser hands it over only where the opener is of that origin.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from starlette.responses import Response

from poolhouse import trace
from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput, NotSupported, PoolhouseError
from poolhouse.federation import parameters
from poolhouse.login.model import LoggedIn
from poolhouse.oidc.model import AuthorizationRequest, OAuthError, Popup
from poolhouse.oidc.requests import is_registered
from poolhouse.services import WireServices
from poolhouse.sessions.model import Session
from poolhouse.texts import too_long
from poolhouse.users.model import User
from poolhouse.web_origins import web_origin
from poolhouse.wire.json_body import json_text
from poolhouse.wire.oidc.browser import Browser
from poolhouse.wire.request import Query
from poolhouse.wire.sentences import said

if TYPE_CHECKING:
    from poolhouse.wire.oidc.pages import Pages, Step


class Messages(Protocol):
    """What a message says, in the shapes of the wire whose clients listen for it."""

    async def person(
        self, browser: Browser, caller: Caller, user: User, token: str | None, *, custom_data: bool
    ) -> Any:
        """Who has signed in, with their token."""
        ...

    def refusal(self, browser: Browser, error: PoolhouseError, *, component: bool) -> dict[str, Any]:
        """`code`, `message`, `data`."""
        ...


class PopupSteps:
    def __init__(self, services: WireServices, messages: Messages) -> None:
        self._services, self._messages = services, messages

    async def begun(self, pages: Pages, browser: Browser) -> tuple[Step, str, str]:
        """The sign-in that a window was opened for, the connection's name, and its kind where the address has one.

        Raises OAuthError for an application or a page that is none of ours: there is nobody to send a message to.
        """
        parts = browser.http.path.split("/")
        is_init = parts[-1] == "init" and parts[2] != "social"
        query = browser.http.query
        name, pool_id = parts[3], query.text("userpool_id") or ""
        if len(parts) > 4 and not is_init:
            pool_id = parts[4]
        elif len(parts) == 4 and is_init:
            name = query.text("identifier") or ""
        referer = browser.http.headers.get("referer")
        app_id = query.text("app_id") or (query.text("client_id") if is_init else None)
        app = await self._app(app_id or "", pool_id, name, browser, referer)
        origins = _origins(app, browser, referer)
        asked = AuthorizationRequest(
            app_id=app.id,
            redirect_uri=next(uri for uri in app.redirect_uris if web_origin(uri) == origins[0]),
            scope="openid",
            popup=Popup(
                origins=origins,
                event="enterpriseLogin" if is_init else "socialLogin",
                component=is_init or (query.text("guard_version") or "").startswith("Guard@"),
                custom_data=query.text("with_custom_data") == "1",
            ),
        )
        step = await pages.step_of(browser, self._services.sealed_requests.seal(asked))
        return step, name, parts[2] if is_init else ""

    def wished(self, step: Step) -> tuple[Step, dict[str, str]]:
        """The step with what the client said beside whom it is about, and the parameters for the provider.

        Raises InvalidInput, NotSupported.
        """
        query = step.browser.http.query
        app, popup = step.app, step.asked.popup
        assert popup is not None
        relay, target = query.text("relay_method"), query.text("target_url") or ""
        if relay not in (None, "web_message", *_NOTHING):
            raise NotSupported(what=f"relay_method {relay}"[:100])
        if target in _NOTHING:
            target = ""
        if target and not is_registered(app, target):
            raise InvalidInput(
                "target_url",
                "应为应用登记的回调地址之一，逐字相同",
                "must be one of the application's redirect addresses, letter by letter",
            )
        fields = _object(query, "custom_data")
        if fields and not app.is_own_page(web_origin(step.browser.http.headers.get("referer") or "")):
            raise InvalidInput(
                "custom_data",
                "浏览器没有说明打开此窗口的页面（Referer），不能指定自定义字段",
                "the browser does not say which page opened this window (Referer), so it can set no custom fields",
            )
        more = parameters.read(_object(query, parameters.FIELD))
        asked = replace(step.asked, popup=replace(popup, fields=fields, target=target))
        return replace(step, asked=asked, sealed=self._services.sealed_requests.seal(asked)), more

    async def signed_in(self, pages: Pages, step: Step, logged_in: LoggedIn) -> Response:
        assert logged_in.session is not None
        token = logged_in.token.token if logged_in.token else None
        return await self._told(pages, step.browser, step.app, step.asked, logged_in.session, token)

    async def answered_again(
        self, pages: Pages, browser: Browser, app: App, asked: AuthorizationRequest, session: Session
    ) -> Response:
        """Of somebody who has signed in a page ago."""
        caller = browser.caller(app.pool_id, app.id, session)
        try:
            issued = await self._services.login.refresh(caller)
        except PoolhouseError as error:
            trace.note(error=error)
            return await self._refused(pages, browser, app, asked, error)
        return await self._told(pages, browser, app, asked, session, issued.token)

    async def refused(self, pages: Pages, step: Step, error: PoolhouseError) -> Response:
        return await self._refused(pages, step.browser, step.app, step.asked, error)

    # -- inside --------------------------------------------------------------------------------------------

    async def _told(
        self,
        pages: Pages,
        browser: Browser,
        app: App,
        asked: AuthorizationRequest,
        session: Session,
        token: str | None,
    ) -> Response:
        assert asked.popup is not None
        caller = browser.caller(app.pool_id, app.id, session)
        user = await self._services.users.get(caller, session.user_id)
        shown = await self._messages.person(browser, caller, user, token, custom_data=asked.popup.custom_data)
        told = {"code": 200, "message": said("已登录", browser.http.lang), "data": shown}
        return await self._page(pages, browser, app, asked.popup, told)

    async def _refused(
        self,
        pages: Pages,
        browser: Browser,
        app: App,
        asked: AuthorizationRequest,
        error: PoolhouseError,
    ) -> Response:
        assert asked.popup is not None
        told = self._messages.refusal(browser, error, component=asked.popup.component)
        reason = error.message(browser.http.lang)
        return await self._page(pages, browser, app, asked.popup, told, error=reason)

    async def _page(
        self,
        pages: Pages,
        browser: Browser,
        app: App,
        popup: Popup,
        told: dict[str, Any],
        error: str | None = None,
    ) -> Response:
        message = {**told, "event": {"source": "authing", "eventType": popup.event}}
        return pages.rendering.page(
            browser,
            "popup.html",
            script="popup.js",
            look=await pages.look(app.pool_id, app),
            origins=popup.origins,
            sent_to=msgspec.json.encode(popup.origins).decode(),
            message=msgspec.json.encode(message).decode(),
            target="" if error else popup.target,
            error=error,
        )

    async def _app(self, app_id: str, pool_id: str, name: str, browser: Browser, referer: str | None) -> App:
        """The application that is named; where only its pool is, the first that has the connection switched on and
        the page among its own."""
        if app_id or not pool_id:
            return await self._services.oidc_grants.client(app_id)
        opener = web_origin(referer or "")
        for one in await self._services.provider_connections.places(pool_id, name):
            app = await self._services.oidc_grants.client(one)
            if app.pool_id == pool_id and (opener is None or app.is_own_page(opener)):
                return app
        raise OAuthError("invalid_client", "app_id is missing", "缺少参数 app_id")


_NOTHING = ("undefined", "null")
"""What older clients write for a value that is not there."""
_LONGEST = 1024
"""Of a JSON text: what is kept of it goes with the sealed request, in addresses and a cookie."""


def _object(query: Query, name: str) -> dict[str, Any]:
    """A JSON object of the query; {} for none. Raises InvalidInput."""
    text = query.text(name)
    if text is None or text in _NOTHING:
        return {}
    if len(text) > _LONGEST:
        raise InvalidInput(name, *too_long(_LONGEST))
    found = json_text(text, name)
    if not isinstance(found, dict):
        raise InvalidInput(name, "应为 JSON 对象", "must be a JSON object")
    return found


def _origins(app: App, browser: Browser, referer: str | None) -> tuple[str, ...]:
    """Where the page that opened the window may be. Raises OAuthError where it is somebody else's."""
    own = tuple(dict.fromkeys(filter(None, map(web_origin, app.redirect_uris))))
    opener = web_origin(referer or "")
    if opener in own:
        return (opener,) if opener else own
    if not own or opener not in (None, browser.origin):
        raise OAuthError(
            "invalid_request",
            "the page that opened this window is none of the application's: register a redirect address of its origin",
            "打开此窗口的页面不属于该应用：请登记同源的回调地址",
        )
    return own
