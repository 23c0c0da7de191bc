"""Walks the documented calls of @authing/web in Chromium."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key
from playwright.sync_api import Page
from tests.clients.browser.pages import (
    BYE,
    ELSEWHERE,
    EMAIL,
    LOGIN,
    PASSWORD,
    SITE,
    Site,
    call,
    opened,
    person,
    prepared,
    sign_in,
)
from tests.clients.python import talk

MAKE = """options => {
  // The function that seals a password answers at once, so the page's own server is asked at once.
  if (options.encryptFunction) options.encryptFunction = (text, key) => {
    const asked = new XMLHttpRequest();
    asked.open("POST", "/sealed", false);
    asked.send(JSON.stringify({ text, key }));
    return asked.responseText;
  };
  window.client = new AuthingFactory.Authing(options);
}"""


class Application:
    """The client on the page of an application."""

    def __init__(self, page: Page, given: dict[str, Any], origin: str = SITE, **options: Any) -> None:
        self.page, self.origin = page, origin
        self._options = {
            "domain": LOGIN,
            "appId": given["code"],
            "userPoolId": given["userPoolId"],
            "redirectUri": f"{origin}/callback",
            "logoutRedirectUri": BYE,
            "scope": "openid profile email phone offline_access",
            **options,
        }

    def open(self) -> Application:
        """A page of it, loaded anew."""
        self.page.goto(self.origin)
        return self.begin()

    def begin(self) -> Application:
        """On the page that is open."""
        self.page.evaluate(MAKE, self._options)
        return self

    def ask(self, method: str, *given: Any) -> Any:
        return self.page.evaluate("([method, given]) => client[method](...given)", [method, list(given)])

    def leave(self, to: str, method: str, *given: Any, act: Callable[[Page], Any] | None = None) -> None:
        """A call that sends the page away; `act` is what is done there until it comes back to `to`."""
        self.page.evaluate("([method, given]) => void client[method](...given)", [method, list(given)])
        if act:
            act(self.page)
        self.page.wait_for_url(to)
        self.begin()

    def to_callback(self, method: str, *given: Any, act: Callable[[Page], Any] | None = None) -> None:
        self.leave(f"{self.origin}/callback*", method, *given, act=act)

    def in_popup(self, act: Callable[[Page], Any], **options: Any) -> Any:
        with self.page.expect_popup() as opened:
            self.page.evaluate("options => { window.told = client.loginWithPopup(options) }", options)
        act(opened.value)
        told = self.page.evaluate("told")
        if not opened.value.is_closed():
            opened.value.wait_for_event("close")
        return told


def at_once(page: Page) -> None:
    """Nothing is asked."""


def logged_in(state: Any) -> bool:
    return bool(state and state["accessToken"] and state["idToken"] and state["parsedIdToken"]["sub"])


def nobody(state: Any) -> bool:
    return state is None


def main() -> None:
    asked, _ = talk.opened()
    given = prepared(asked, code=["code"], implicit=["id_token", "id_token token"])
    with opened(given) as (browser, site):
        by_redirect(person(browser), given)
        by_popup(person(browser), given)
        by_form(person(browser), site, given)
        implicit(person(browser), given)
        of_another_site(person(browser), given)
    talk.ended()


def _is(given: dict[str, Any]) -> Callable[[Any], bool]:
    return lambda profile: profile.get("userId") == given["userId"]


def by_redirect(page: Page, given: dict[str, Any]) -> None:
    """The authorization code with PKCE, through the address."""
    app = Application(page, given).open()
    call("isRedirectCallback (elsewhere)", lambda: app.ask("isRedirectCallback"), lambda it: it is False)
    call("getLoginState (nobody)", lambda: app.ask("getLoginState"), nobody)
    call("loginWithRedirect", lambda: app.to_callback("loginWithRedirect", act=sign_in))
    call("isRedirectCallback", lambda: app.ask("isRedirectCallback"), lambda it: it is True)
    state = call("handleRedirectCallback", lambda: app.ask("handleRedirectCallback"), logged_in)
    call("getLoginState", lambda: app.open().ask("getLoginState"), lambda it: it == state)
    anew = call(
        "getLoginState (ignoreCache)",
        lambda: app.ask("getLoginState", {"ignoreCache": True}),
        lambda it: logged_in(it) and it["accessToken"] != state["accessToken"],
    )
    call("getUserInfo", lambda: app.ask("getUserInfo"), _is(given))
    call(
        "refreshToken",
        lambda: app.ask("refreshToken"),
        lambda it: logged_in(it) and it["accessToken"] != anew["accessToken"],
    )
    app = Application(page, given, introspectAccessToken=True).open()
    call("getLoginState (introspectAccessToken)", lambda: app.ask("getLoginState"), logged_in)
    call("getLoginStateWithRedirect", lambda: app.to_callback("getLoginStateWithRedirect"))
    call("handleRedirectCallback (silent)", lambda: app.ask("handleRedirectCallback"), logged_in)
    app.open()
    call(
        "loginWithRedirect (forced)",
        lambda: app.to_callback("loginWithRedirect", {"forced": True}, act=sign_in),
    )
    call("handleRedirectCallback (forced)", lambda: app.ask("handleRedirectCallback"), logged_in)

    app = Application(page, given, redirectResponseMode="query", redirectToOriginalUri=True).open()
    onward = f"{SITE}/from?here"
    call(
        "loginWithRedirect (query)",
        lambda: app.to_callback("loginWithRedirect", {"originalUri": onward}),
    )
    call("handleRedirectCallback (query)", lambda: app.leave(onward, "handleRedirectCallback"))

    app = Application(page, given).open()
    call("logoutWithRedirect", lambda: app.leave(f"{BYE}?state=s", "logoutWithRedirect", {"state": "s"}))
    call("getLoginState (logged out)", lambda: app.open().ask("getLoginState"), nobody)


def by_popup(page: Page, given: dict[str, Any]) -> None:
    app = Application(page, given).open()
    call("loginWithPopup (closed)", lambda: app.in_popup(lambda popup: popup.close()), nobody)
    call("loginWithPopup", lambda: app.in_popup(sign_in), logged_in)
    call("loginWithPopup (signed in)", lambda: app.in_popup(at_once), logged_in)
    call("loginWithPopup (forced)", lambda: app.in_popup(sign_in, forced=True), logged_in)
    app = Application(page, given, redirectUri=None).open()
    call("loginWithPopup (no redirectUri)", lambda: app.in_popup(at_once), logged_in)


def by_form(page: Page, site: Site, given: dict[str, Any]) -> None:
    """A form of the application's own."""
    site.routes["/sealed"] = sealed
    app = Application(page, given, encryptFunction=True).open()
    call("getPublicKey (rsa)", lambda: app.ask("getPublicKey", "rsa"), _key_of)
    call(
        "getPublicKey (sm2)",
        lambda: app.ask("getPublicKey", "sm2"),
        lambda it: re.fullmatch("04[0-9a-fA-F]{128}", it),
    )
    payload = {"passwordPayload": {"email": EMAIL, "password": PASSWORD}}
    call("loginByEmail", lambda: app.ask("loginByEmail", payload), logged_in)
    options = {"options": {"passwordEncryptType": "rsa"}}
    call("loginByEmail (rsa)", lambda: app.ask("loginByEmail", payload | options), logged_in)
    call("getUserInfo (loginByEmail)", lambda: app.ask("getUserInfo"), _is(given))
    call("logoutWithRedirect (loginByEmail)", lambda: app.leave(BYE, "logoutWithRedirect"))


def _key_of(text: str) -> Any:
    """As jsencrypt reads it: with the lines around it or without."""
    return load_der_public_key(base64.b64decode(re.sub(r"-----[^-]+-----|\s", "", text)))


def sealed(given: bytes) -> str:
    asked = json.loads(given)
    text: bytes = _key_of(asked["key"]).encrypt(asked["text"].encode(), padding.PKCS1v15())
    return base64.b64encode(text).decode()


def implicit(page: Page, given: dict[str, Any]) -> None:
    """Tokens in the address, without a code."""
    options = {"appId": given["implicit"], "useImplicitMode": True}
    app = Application(page, given, **options).open()
    call("getLoginState (implicit, nobody)", lambda: app.ask("getLoginState"), nobody)
    call(
        "loginWithRedirect (implicit)",
        lambda: app.to_callback("loginWithRedirect", {"customState": {"a": "b"}}, act=sign_in),
    )
    call("isRedirectCallback (implicit)", lambda: app.ask("isRedirectCallback"), lambda it: it is True)
    call(
        "handleRedirectCallback (implicit)",
        lambda: app.ask("handleRedirectCallback"),
        lambda it: logged_in(it) and it["customState"] == {"a": "b"},
    )
    call("getUserInfo (implicit)", lambda: app.ask("getUserInfo"), _is(given))
    call("getLoginState (implicit)", lambda: app.ask("getLoginState", {"ignoreCache": True}), logged_in)
    alone = Application(page, given, **options, implicitResponseType="id_token").open()
    call(
        "getLoginState (implicit, id_token alone)",
        lambda: alone.ask("getLoginState", {"ignoreCache": True}),
        lambda it: it["idToken"],
    )
    app.open()
    call("loginWithPopup (implicit)", lambda: app.in_popup(at_once), logged_in)
    call("logoutWithRedirect (implicit)", lambda: app.leave(BYE, "logoutWithRedirect"))


def of_another_site(page: Page, given: dict[str, Any]) -> None:
    app = Application(page, given, ELSEWHERE).open()
    call(
        "loginWithRedirect (of another site)",
        lambda: app.to_callback("loginWithRedirect", act=sign_in),
    )
    call("handleRedirectCallback (of another site)", lambda: app.ask("handleRedirectCallback"), logged_in)
    call("getUserInfo (of another site)", lambda: app.ask("getUserInfo"), _is(given))
    call("refreshToken (of another site)", lambda: app.ask("refreshToken"), logged_in)
    call(
        "getLoginState (of another site, ignoreCache)",
        lambda: app.ask("getLoginState", {"ignoreCache": True}),
        logged_in,
    )
    call("loginWithPopup (of another site)", lambda: app.in_popup(at_once), logged_in)
    call("logoutWithRedirect (of another site)", lambda: app.leave(BYE, "logoutWithRedirect"))


if __name__ == "__main__":
    main()
