"""Walks the calls that a page makes with the AuthenticationClient of authing-js-sdk 4, in Chromium: its own bundle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page
from tests.clients.browser.pages import (
    BYE,
    EMAIL,
    LOGIN,
    NAME,
    PASSWORD,
    SITE,
    call,
    opened,
    person,
    prepared,
    sign_in,
)
from tests.clients.python import talk

CALLBACK = f"{SITE}/callback"
MAKE = "options => { window.client = new Authing.AuthenticationClient(options) }"


class Application:
    def __init__(self, page: Page, app_id: str) -> None:
        self.page = page
        self._options = {
            "appId": app_id,
            "appHost": LOGIN,
            "redirectUri": CALLBACK,
            "protocol": "oidc",
            **dict.fromkeys(
                (
                    "tokenEndPointAuthMethod",
                    "introspectionEndPointAuthMethod",
                    "revocationEndPointAuthMethod",
                ),
                "none",
            ),
        }

    def begin(self, address: str = SITE) -> None:
        self.page.goto(address)
        self.page.evaluate(MAKE, self._options)

    def ask(self, method: str, *given: Any) -> Any:
        return self.page.evaluate("([method, given]) => client[method](...given)", [method, list(given)])

    def come_back_from(self, address: str, to: str) -> dict[str, str]:
        """What the address says that the server sends the page to."""
        self.page.goto(address)
        if self.page.url.startswith(f"{LOGIN}/login"):
            sign_in(self.page)
        if self.page.get_by_role("button", name="同意").count():
            self.page.get_by_role("button", name="同意").click()
        self.page.wait_for_url(f"{to}*")
        self.page.evaluate(MAKE, self._options)
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}


def main() -> None:
    asked, _ = talk.opened()
    given = prepared(asked, code=["code"])
    with opened(given) as (browser, _):
        page = person(browser)
        by_code(Application(page, given["code"]), given)
        by_form(Application(page, given["code"]), given)
    talk.ended()


def by_code(app: Application, given: dict[str, Any]) -> None:
    """The authorization code with PKCE, exchanged by the page."""
    app.begin()
    verifier = call(
        "generateCodeChallenge", lambda: app.ask("generateCodeChallenge"), lambda it: len(it) == 43
    )
    challenge = call(
        "getCodeChallengeDigest",
        lambda: app.ask("getCodeChallengeDigest", {"codeChallenge": verifier, "method": "S256"}),
        lambda it: len(it) == 43,
    )
    options = {
        "codeChallenge": challenge,
        "codeChallengeMethod": "S256",
        "scope": "openid profile email offline_access",
        "state": "s",
    }
    url = call(
        "buildAuthorizeUrl", lambda: app.ask("buildAuthorizeUrl", options), lambda it: it.startswith(LOGIN)
    )
    back = app.come_back_from(url, CALLBACK)
    tokens = call(
        "getAccessTokenByCode",
        lambda: app.ask("getAccessTokenByCode", back["code"], {"codeVerifier": verifier}),
        lambda it: it["access_token"] and it["id_token"] and it["refresh_token"],
    )
    access, is_me = tokens["access_token"], _is(given)
    for method, place in (("GET", "query"), ("GET", "header"), ("POST", "header"), ("POST", "body")):
        call(
            f"getUserInfoByAccessToken ({method} {place})",
            lambda how={"method": method, "tokenPlace": place}: app.ask(
                "getUserInfoByAccessToken", access, how
            ),
            is_me,
        )
    call("introspectToken", lambda: app.ask("introspectToken", access), lambda it: it["active"] is True)
    for name, token in (("idToken", "id_token"), ("accessToken", "access_token")):
        call(
            f"validateToken ({name})",
            lambda given={name: tokens[token]}: app.ask("validateToken", given),
            is_me,
        )
    fresh = call(
        "getNewAccessTokenByRefreshToken",
        lambda: app.ask("getNewAccessTokenByRefreshToken", tokens["refresh_token"]),
        lambda it: it["access_token"] != access,
    )
    call(
        "getAccessTokenByIdToken",
        lambda: app.ask(
            "getAccessTokenByIdToken",
            {"redirectUri": CALLBACK, "idToken": fresh["id_token"], "scope": "openid profile"},
        ),
        lambda it: it["access_token"],
    )
    call(
        "trackSession", lambda: app.ask("trackSession"), lambda it: it["session"]["userId"] == given["userId"]
    )
    call("revokeToken", lambda: app.ask("revokeToken", fresh["access_token"]), lambda it: it is True)
    call(
        "introspectToken (revoked)",
        lambda: app.ask("introspectToken", fresh["access_token"]),
        lambda it: it["active"] is False,
    )
    logout = {"expert": True, "idToken": tokens["id_token"], "redirectUri": BYE}
    call("buildLogoutUrl", lambda: app.come_back_from(app.ask("buildLogoutUrl", logout), BYE))


def by_form(app: Application, given: dict[str, Any]) -> None:
    """A form of the page's own; the client seals the password with the server's key."""
    app.begin()

    def is_me(user: Any) -> bool:
        return bool(user["id"] == given["userId"])

    call("isUserExists", lambda: app.ask("isUserExists", {"username": NAME}), lambda it: it is True)
    call("loginByUsername", lambda: app.ask("loginByUsername", NAME, PASSWORD), is_me)
    app.begin()
    call("getCurrentUser (page loaded anew)", lambda: app.ask("getCurrentUser"), is_me)
    call("loginByEmail", lambda: app.ask("loginByEmail", EMAIL, PASSWORD), is_me)
    call("checkLoginStatus", lambda: app.ask("checkLoginStatus"), lambda it: it["status"] is True)
    call(
        "updateProfile", lambda: app.ask("updateProfile", {"nickname": "A"}), lambda it: it["nickname"] == "A"
    )
    call("getSecurityLevel", lambda: app.ask("getSecurityLevel"), lambda it: it["password"] is True)
    call("refreshToken", lambda: app.ask("refreshToken"), lambda it: it["token"])
    call("logout", lambda: app.ask("logout"))
    call("getCurrentUser (logged out)", lambda: app.ask("getCurrentUser"), lambda it: it is None)
    credentials = {
        "connection": "PASSWORD",
        "passwordPayload": {"username": NAME, "password": PASSWORD},
        "options": {"scope": "openid profile"},
    }
    call(
        "signinByCredentials",
        lambda: app.ask("signinByCredentials", credentials),
        lambda it: it["access_token"],
    )


def _is(given: dict[str, Any]) -> Callable[[Any], bool]:
    return lambda claims: claims["sub"] == given["userId"]


if __name__ == "__main__":
    main()
