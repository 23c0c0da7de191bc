"""A sign-in by an identity source in a window of its own, as `social.authorize` and the login component open one.

The window goes to the provider at once and ends in a page that tells its opener, by `postMessage`, who has signed in or
why nobody has. The message goes to the application's own origins alone: to the one that the opener is of where the
browser tells, else to each, and the browser hands it over only where the opener is of that origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from starlette.responses import Response

from poolhouse import trace
from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.errors import PoolhouseError
from poolhouse.login.model import LoggedIn
from poolhouse.oidc.model import AuthorizationRequest, OAuthError, Popup
from poolhouse.services import WireServices
from poolhouse.sessions.model import Session
from poolhouse.users.model import User
from poolhouse.web_origins import web_origin
from poolhouse.wire.oidc.browser import Browser
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
        name = (query.text("identifier") or "") if is_init else parts[3]
        pool_id = parts[4] if len(parts) > 4 else query.text("userpool_id") or ""
        referer = browser.http.headers.get("referer")
        app = await self._app(query.text("app_id") or "", pool_id, name, browser, referer)
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
