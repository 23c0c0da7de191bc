"""Walks the documented methods of @authing/guard in Chromium. Its forms: tests/wire/v2/test_guard_in_chromium.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from authing import ManagementClient
from playwright.sync_api import Page, expect
from tests.clients.browser.pages import LOGIN, SITE, call, opened, person
from tests.clients.python import talk

NAME, PASSWORD, EMAIL = "ada", "secret 1", "ada@example.com"
BYE = f"{SITE}/bye"
FORM = ".authing-g2-render-module"
MAKE = """options => {
  const root = document.createElement("div");
  root.id = "root";
  document.body.replaceChildren(root);
  window.guard = new GuardFactory.Guard(options);
  window.told = {};
  for (const name of ["load", "login", "login-error", "register", "email-send", "pwd-reset", "close", "lang-change"])
    guard.on(name, (...given) => { told[name] = given[0] ?? true });
}"""


class Application:
    """The component on the page of an application."""

    def __init__(self, page: Page, given: dict[str, Any], **options: Any) -> None:
        self.page = page
        self._options = {"appId": given["app"], "host": LOGIN, "redirectUri": f"{SITE}/callback", **options}

    def open(self) -> Application:
        self.page.goto(SITE)
        return self.begin()

    def begin(self) -> Application:
        self.page.evaluate(MAKE, self._options)
        return self

    def start(self) -> None:
        self.page.evaluate(
            "void guard.start('#root').then(user => { told.started = user }, error => { told.refused = error })"
        )
        self.page.locator(FORM).get_by_role("button").first.wait_for()

    def ask(self, method: str, *given: Any) -> Any:
        return self.page.evaluate("([method, given]) => guard[method](...given)", [method, list(given)])

    def told(self, event: str) -> Any:
        """What a listener was given, waited for."""
        self.page.wait_for_function("name => name in told", arg=event)
        return self.page.evaluate("name => told[name]", event)

    def leave(self, to: str, method: str, *given: Any, act: Callable[[Page], Any] | None = None) -> None:
        self.page.evaluate("([method, given]) => void guard[method](...given)", [method, list(given)])
        if act:
            act(self.page)
        self.page.wait_for_url(to)
        self.begin()

    def fill(self, **texts: str) -> None:
        for label, text in texts.items():
            self.page.get_by_placeholder(label).locator("visible=true").fill(text)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).locator("visible=true").click()

    def sign_in(self, password: str) -> None:
        self.fill(**{"请输入用户名 / 邮箱 / 手机号": NAME, "请输入登录密码": password})
        self.press("登 录")


def on_the_hosted_page(page: Page) -> None:
    page.get_by_label("用户名、邮箱或手机号").fill(NAME)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("密码", exact=True).press("Enter")


def main() -> None:
    given, ask = talk.opened()
    management = ManagementClient(
        access_key_id=given["accessKeyId"], access_key_secret=given["accessKeySecret"], host=given["host"]
    )
    user = management.create_user(username=NAME, password=PASSWORD, email=EMAIL, status="Activated")
    given["userId"] = user["data"]["userId"]
    made = management.create_application(
        app_name="shop",
        redirect_uris=[f"{SITE}/callback"],
        logout_redirect_uris=[BYE],
        oidc_config={"tokenEndpointAuthMethod": "none"},
    )
    given["app"] = made["data"]["appId"]
    _agree(given)
    with opened(given) as (browser, _):
        by_form(person(browser), given)
        by_redirect(person(browser), given)
        in_a_window(person(browser), given)
        signing_up(person(browser), given, ask)
    talk.ended()


def _agree(given: dict[str, Any]) -> None:
    """The application asks for an agreement at sign-up, which v3 has no call for."""
    query = {"userPoolId": given["userPoolId"], "secret": given["userPoolSecret"]}
    host = given["host"]
    token = httpx.get(f"{host}/api/v2/userpools/accessToken", params=query).json()["accessToken"]
    httpx.post(
        f"{host}/api/v2/applications/{given['app']}/agreements",
        json={"title": "条款", "lang": "zh-CN"},
        headers={"authorization": f"Bearer {token}"},
    ).raise_for_status()


def by_form(page: Page, given: dict[str, Any]) -> None:
    app, hers = Application(page, given).open(), _is(given)
    call("trackSession (nobody)", lambda: app.ask("trackSession"), lambda it: it is None)
    call("start", app.start)
    call("on load", lambda: app.told("load"))
    call(
        "getCurrentView",
        lambda: app.ask("getCurrentView"),
        lambda it: it == {"currentModule": "login", "currentTab": "password"},
    )
    app.sign_in("wrong")
    call("on login-error", lambda: app.told("login-error"), lambda it: it["code"] == 2333)
    app.sign_in(PASSWORD)
    call("on login", lambda: app.told("login"), hers)
    call("start (refused)", lambda: app.told("refused"), lambda it: it["code"] == 2333)
    call("changeView", lambda: _view(app, "forgetPassword"), lambda it: it == "forgetPassword")
    call("unmount", lambda: (app.ask("unmount"), expect(page.locator(FORM)).to_have_count(0)))
    call(
        "getAuthClient",
        lambda: page.evaluate(
            "async given => (await (await guard.getAuthClient()).loginByUsername(...given)).id",
            [NAME, PASSWORD],
        ),
        lambda it: it == given["userId"],
    )
    app.open()
    call("trackSession", lambda: app.ask("trackSession"), hers)
    app.start()
    call("start (signed in)", lambda: app.told("started"), hers)
    call("checkLoginStatus", lambda: app.ask("checkLoginStatus"), lambda it: it["status"] is True)
    call("logout", lambda: app.leave(BYE, "logout", {"redirectUri": BYE}))
    call("trackSession (logged out)", lambda: app.ask("trackSession"), lambda it: it is None)
    call("checkLoginStatus (logged out)", lambda: app.ask("checkLoginStatus"), lambda it: it is None)


def _is(given: dict[str, Any]) -> Callable[[Any], bool]:
    return lambda user: user["id"] == given["userId"]


def _view(app: Application, name: str) -> str:
    app.ask("changeView", name)
    app.page.wait_for_function("name => guard.getCurrentView().currentModule === name", arg=name)
    return str(app.ask("getCurrentView")["currentModule"])


def by_redirect(page: Page, given: dict[str, Any]) -> None:
    app = Application(page, given).open()
    call(
        "startWithRedirect",
        lambda: app.leave(f"{SITE}/callback?**", "startWithRedirect", act=on_the_hosted_page),
    )
    call(
        "handleRedirectCallback",
        lambda: (app.ask("handleRedirectCallback"), page.evaluate("localStorage.getItem('accessToken')")),
        lambda it: it[1],
    )
    call("trackSession (redirect)", lambda: app.ask("trackSession"), _is(given))
    call("checkLoginStatus (redirect)", lambda: app.ask("checkLoginStatus"), lambda it: it["status"] is True)
    call("logout (revocationToken)", lambda: app.leave(BYE, "logout", {"revocationToken": True}))
    call("trackSession (redirect, logged out)", lambda: app.ask("trackSession"), lambda it: it is None)


def in_a_window(page: Page, given: dict[str, Any]) -> None:
    app = Application(page, given, mode="modal", lang="en-US").open()
    page.evaluate("void guard.start()")
    sign_in = page.get_by_role("button", name="Sign In")
    call("show", lambda: (app.ask("show"), sign_in.wait_for()))
    call("hide", lambda: (app.ask("hide"), sign_in.wait_for(state="hidden")))
    app = Application(page, given).open()
    app.start()
    call("changeLang", lambda: (app.ask("changeLang", "en-US"), sign_in.wait_for()))
    call(
        "changeContentCSS",
        lambda: (
            app.ask("changeContentCSS", f"{FORM} {{ color: rgb(1, 2, 3) }}"),
            expect(page.locator(FORM)).to_have_css("color", "rgb(1, 2, 3)"),
        ),
    )


def signing_up(page: Page, given: dict[str, Any], ask: talk.Ask) -> None:
    app = Application(page, given).open()
    app.start()
    call("startRegister", lambda: (app.ask("startRegister"), page.get_by_text("验证码注册").click()))
    newcomer = "eve@example.com"
    app.fill(**{"请输入+区号 手机号 / 邮箱": newcomer})
    app.press("发送验证码")
    call("on email-send", lambda: app.told("email-send"))
    app.fill(**{"请输入 6 位验证码": ask(newcomer)})
    box = page.locator(".authing-agreements input").locator("visible=true")
    call("checkAllAgreements", lambda: (app.ask("checkAllAgreements"), expect(box).to_be_checked()))
    call("unCheckAllAgreements", lambda: (app.ask("unCheckAllAgreements"), expect(box).not_to_be_checked()))
    app.ask("checkAllAgreements")
    app.press("注 册")
    call("on register", lambda: app.told("register"), lambda it: it["email"] == newcomer)


if __name__ == "__main__":
    main()
