"""The vendor's login component, unmodified from npm, in a real browser: `new Guard({appId, host})` and nothing else.

It is drawn on a page of another origin than the server's. Nothing may be asked of any other host.
POOLHOUSE_SCREENSHOTS=1 renews the picture of docs/guide/guard.md.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Locator, Page, Request, expect
from tests.conftest import PoolForTests
from tests.docs.pages import ROOT, blocks
from tests.oidc.test_pages_in_chromium import IMAGES, code_sent
from tests.sdk import JS

from poolhouse.apps.model import App
from poolhouse.mfa.totp import STEP_S, code_at, key_of
from poolhouse.pools.model import RateCheck
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft

BUNDLE = JS / "node_modules/@authing/guard/dist/global"
FILES = {
    "/guard.min.js": ("text/javascript", BUNDLE / "guard.min.js"),
    "/guard.min.css": ("text/css", BUNDLE / "guard.min.css"),
}
PAGE = b"""<!doctype html><meta charset=utf-8><link rel=stylesheet href=/guard.min.css><div id=root></div>
<script src=/guard.min.js></script>"""
ADDRESS = "请输入「+区号 手机号」 / 邮箱"
START = """given => {
  window.guard = new GuardFactory.Guard(given);
  window.told = { logins: [], errors: [], registered: [] };
  guard.on("login", user => told.logins.push(user));
  guard.on("login-error", error => told.errors.push(error));
  guard.on("register", user => told.registered.push(user));
  guard.start("#root").then(user => { window.started = user });
}"""


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode().partition("?")[0]
        kind, file = FILES.get(path, ("text/html", None))
        body = file.read_bytes() if file else PAGE
        about = f"content-type: {kind}\r\ncontent-length: {len(body)}\r\ncache-control: max-age=600"
        writer.write(f"HTTP/1.1 200 OK\r\n{about}\r\nconnection: close\r\n\r\n".encode() + body)
        await writer.drain()
    writer.close()


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[str]:
    """The origin of the application that the component is drawn in."""
    listening = await asyncio.start_server(_answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()


@pytest.fixture(scope="module")
async def tab(chromium: Chromium) -> AsyncIterator[Page]:
    """One for all tests: the component's two megabytes are compiled once. Whose page it is, `guard` sees to."""
    if not BUNDLE.exists():
        pytest.skip("no @authing/guard in tests/js (make setup)")
    context = await chromium.new_context(locale="zh-CN", viewport={"width": 900, "height": 720})
    yield await context.new_page()
    await context.close()


@dataclass
class Guard:
    """The component as a person sees it. Its methods: tests/clients/browser/guard.py."""

    page: Page
    site: str
    server: str
    app: App
    asked: list[Request] = field(default_factory=list)

    def saw(self, request: Request) -> None:
        self.asked.append(request)

    async def open(self, **more: Any) -> None:
        await self.page.goto(self.site)
        await self.page.evaluate(START, {"appId": self.app.id, "host": self.server, **more})

    def box(self, label: str) -> Locator:
        """The field that says this, of the form that is to be seen."""
        return self.page.get_by_placeholder(label).locator("visible=true")

    async def fill(self, **texts: str) -> None:
        for label, text in texts.items():
            await self.box(label).fill(text)

    async def press(self, name: str) -> None:
        """Its picture of loading, of which the name has a word, may still be on its way out."""
        await (
            self.page.get_by_role("button", name=re.compile(rf"^(?:loading ?)?{' ?'.join(name)}$"))
            .locator("visible=true")
            .click()
        )

    async def link(self, name: str) -> None:
        await self.page.get_by_text(name, exact=True).locator("visible=true").first.click()

    async def type_code(self, code: str) -> None:
        """Into a row of boxes, one a digit."""
        await self.page.locator(".authing-g2-code-input input").first.click()
        await self.page.keyboard.type(code)

    async def sign_in(self, account: str, password: str) -> None:
        await self.fill(**{"请输入用户名 / 邮箱 / 手机号": account, "请输入登录密码": password})
        await self.press("登录")

    async def says(self, text: str) -> None:
        await expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=30_000)

    async def logged_in(self) -> dict[str, Any]:
        """The user that the page was told of."""
        await self.page.wait_for_function("told.logins.length || window.started")
        user: dict[str, Any] = await self.page.evaluate("told.logins[0] || started")
        return user


@pytest.fixture
async def guard(
    services: Services, pool: PoolForTests, server: str, site: str, tab: Page
) -> AsyncIterator[Guard]:
    settings = {"token_endpoint_auth": "none"}
    app = await services.apps.create(
        pool.administrator,
        "山海门户",
        redirect_uris=(f"{site}/callback",),
        logout_redirect_uris=(f"{site}/bye",),
        settings=settings,
    )
    await services.pools.update(pool.administrator, {}, {"verify_code_resend_after": 0})
    made = Guard(tab, site, server, app)
    tab.on("request", made.saw)
    tab.set_default_timeout(30_000)
    yield made
    tab.remove_listener("request", made.saw)
    await tab.goto(site)
    await tab.evaluate("localStorage.clear()")
    await tab.context.clear_cookies()
    elsewhere = [one.url for one in made.asked if not one.url.startswith((site, server, "data:"))]
    assert not elsewhere


@pytest.fixture
async def ada(services: Services, pool: PoolForTests) -> User:
    values = {"username": "ada", "email": "ada@x.cn", "phone": "13800138000", "name": "Ada"}
    return await services.users.create(pool.administrator, UserDraft(values, password="lovelace"))


async def test_somebody_signs_in_by_password(guard: Guard, ada: User) -> None:
    await guard.open()
    await expect(guard.page.locator(".authing-g2-render-module")).to_contain_text("山海门户")
    if os.environ.get("POOLHOUSE_SCREENSHOTS"):
        await guard.page.screenshot(path=IMAGES / "guard.png")
    await guard.sign_in("ada", "wrong")
    await guard.says("用户名或密码错误")
    await guard.sign_in("ada@x.cn", "lovelace")
    user = await guard.logged_in()

    assert (user["id"], user["username"]) == (ada.id, "ada")
    assert user["token"]
    assert (await guard.page.evaluate("told.errors"))[0]["code"] == 2333
    assert not any("lovelace" in (one.post_data or "") for one in guard.asked)


async def test_the_page_of_the_guide_tells_who_signed_in(guard: Guard, ada: User) -> None:
    """docs/guide/guard.md."""
    (block,) = [
        one for one in blocks("", (ROOT / "docs/guide/guard.md").read_text()) if one.language == "html"
    ]
    html = block.text.replace("APP_ID", guard.app.id).replace("https://login.example.com", guard.server)
    await guard.page.goto(guard.site)
    async with guard.page.expect_console_message(lambda told: ada.id in told.text):
        await guard.page.set_content(html)
        await guard.sign_in("ada", "lovelace")


async def test_somebody_signs_in_by_a_code_from_their_mail(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    await guard.open()
    await guard.link("邮箱登录")
    await guard.fill(请输入邮箱="ada@x.cn")
    await guard.press("发送验证码")
    await guard.says("60")
    await guard.fill(**{"请输入 6 位验证码": "000000"})
    await guard.press("登录")
    await guard.says("验证码验证失败")
    await guard.fill(**{"请输入 6 位验证码": await code_sent(services, pool)})
    await guard.press("登录")
    assert (await guard.logged_in())["id"] == ada.id


async def test_somebody_signs_in_by_a_code_from_a_short_message(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    await guard.open()
    await guard.link("手机号登录")
    await guard.fill(请输入手机号="13800138000")
    await guard.press("发送验证码")
    await guard.says("60")
    await guard.fill(**{"请输入 6 位验证码": await code_sent(services, pool)})
    await guard.press("登录")
    assert (await guard.logged_in())["id"] == ada.id


async def test_a_locked_account_is_said_to_be(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    strict = {"login_password_fail_check": RateCheck(True, 1, 600), "self_unlock": False}
    await services.pools.update(pool.administrator, {}, strict)
    await guard.open()
    await guard.sign_in("ada", "wrong")
    await guard.says("用户名或密码错误")
    await guard.sign_in("ada", "lovelace")
    await guard.says("账号被锁定")
    # What passes over the page is gone after three seconds: the page is told of it, too.
    assert "账号已被锁定，请 1 分钟后再试" in (await guard.page.evaluate("told.errors"))[-1]["message"]


async def test_a_locked_account_is_unlocked_by_its_owner(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    strict = {"login_password_fail_check": RateCheck(True, 1, 600), "self_unlock": True}
    await services.pools.update(pool.administrator, {}, strict)
    await guard.open()
    await guard.sign_in("ada", "wrong")
    await guard.says("用户名或密码错误")
    await guard.sign_in("ada", "lovelace")
    await guard.says("自助解锁")
    await guard.fill(**{"请输入+区号 手机号 / 邮箱": "ada@x.cn"})
    await guard.press("发送验证码")
    await guard.says("60")
    await guard.fill(**{"请输入 6 位验证码": await code_sent(services, pool)})
    await guard.press("解锁")
    await guard.sign_in("ada", "lovelace")
    assert (await guard.logged_in())["id"] == ada.id


async def test_newcomers_sign_up_by_password_and_by_code(
    guard: Guard, services: Services, pool: PoolForTests
) -> None:
    await guard.open()
    await guard.link("立即注册")
    await guard.fill(请输入邮箱="bob@x.cn", 请输入密码="babbage", 请确认密码="babbage")
    await guard.press("注册")
    await guard.sign_in("bob@x.cn", "babbage")
    bob = await guard.logged_in()
    assert (bob["email"], bob["emailVerified"]) == ("bob@x.cn", False)

    await guard.open()
    await guard.link("立即注册")
    await guard.link("验证码注册")
    await guard.fill(**{"请输入+区号 手机号 / 邮箱": "eve@x.cn"})
    await guard.press("发送验证码")
    await guard.says("60")
    await guard.fill(**{"请输入 6 位验证码": await code_sent(services, pool)})
    await guard.press("注册")
    await guard.page.wait_for_function("told.registered.length")
    (eve,) = await guard.page.evaluate("told.registered")
    assert (eve["email"], eve["emailVerified"]) == ("eve@x.cn", True)


async def test_a_taken_address_is_said_to_be_before_the_form_is_sent(guard: Guard, ada: User) -> None:
    await guard.open()
    await guard.link("立即注册")
    await guard.fill(请输入邮箱="ada@x.cn", 请输入密码="babbage", 请确认密码="babbage")
    await guard.press("注册")
    await guard.says("邮箱已存在")


async def test_nobody_is_offered_to_sign_up_where_that_is_closed(
    guard: Guard, services: Services, pool: PoolForTests
) -> None:
    await services.apps.update(pool.administrator, guard.app.id, {}, {"register_disabled": True})
    await guard.open()
    await guard.says("忘记密码")
    await expect(guard.page.get_by_text("立即注册")).to_have_count(0)


async def test_a_forgotten_password_is_reset(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    await guard.open()
    await guard.link("忘记密码")
    await guard.fill(**{ADDRESS: "ada@x.cn"})
    await guard.press("发送验证码")
    await guard.says("60")
    await guard.fill(**{"请输入 6 位验证码": await code_sent(services, pool)})
    await guard.press("下一步")
    await guard.fill(请输入新密码="analytical", 请确认新密码="analytical")
    await guard.press("重置密码")
    await guard.says("重置成功")
    await guard.page.locator(".success-page-btn").click()
    await guard.sign_in("ada", "analytical")
    assert (await guard.logged_in())["id"] == ada.id


async def test_a_first_login_takes_a_new_password(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    await services.users.update(pool.administrator, ada.id, UserDraft({"reset_password_on_next_login": True}))
    await guard.open()
    await guard.sign_in("ada", "lovelace")
    await guard.fill(请输入新密码="analytical", 再输入一次密码="analytical")
    await guard.press("确认")
    await guard.says("修改密码成功")
    await guard.sign_in("ada", "analytical")
    assert (await guard.logged_in())["id"] == ada.id


async def test_a_second_factor_is_set_up_asked_for_and_recovered(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    await services.apps.update(pool.administrator, guard.app.id, {}, {"mfa_required": True})
    await guard.open()
    async with guard.page.expect_response(
        lambda answer: answer.url.endswith("/totp/associate") and answer.request.method == "POST"
    ) as associated:
        await guard.sign_in("ada", "lovelace")
        await guard.press("确定")
    secret = (await (await associated.value).json())["data"]["secret"]
    await expect(guard.page.locator(".g2-mfa-bindTotp-qrcode img").first).to_be_visible()
    step = int(time.time()) // STEP_S
    await guard.type_code(code_at(key_of(secret), step))
    await guard.says("已经安全地记录了这段密钥")
    recovery = await guard.page.locator(".g2-mfa-bindTotp-copySecret").inner_text()
    await guard.link("已经安全地记录了这段密钥")
    await guard.press("完成绑定")
    assert (await guard.logged_in())["id"] == ada.id

    await guard.open()
    await guard.sign_in("ada", "lovelace")
    await guard.type_code("000000")
    await guard.says("验证码验证失败")
    await guard.open()
    await guard.sign_in("ada", "lovelace")
    await guard.type_code(code_at(key_of(secret), step + 1))
    assert (await guard.logged_in())["id"] == ada.id

    await guard.open()
    await guard.sign_in("ada", "lovelace")
    await guard.link("使用恢复代码")
    await guard.fill(请输入恢复代码=recovery.strip())
    await guard.press("确定")
    await guard.says("已经安全地记录了这段密钥")
    assert (await guard.page.locator(".g2-mfa-bindTotp-copySecret").inner_text()).strip() != recovery.strip()
    await guard.link("已经安全地记录了这段密钥")
    await guard.press("确认")
    assert (await guard.logged_in())["id"] == ada.id


async def test_a_second_step_is_passed_by_a_code_from_the_mail(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    await services.apps.update(pool.administrator, guard.app.id, {}, {"mfa_required": True})
    await guard.open()
    await guard.sign_in("ada", "lovelace")
    await guard.link("电子邮箱验证")
    await guard.says("a***@x.cn")
    await guard.type_code(await code_sent(services, pool))
    assert (await guard.logged_in())["id"] == ada.id


async def test_a_picture_is_asked_after_too_many_failures(
    guard: Guard, services: Services, pool: PoolForTests, ada: User
) -> None:
    lenient = {"login_password_fail_check": RateCheck(True, 1, 600), "login_fail_strategy": "captcha"}
    await services.pools.update(pool.administrator, {}, lenient)
    await guard.open()
    await guard.sign_in("ada", "wrong")
    await guard.says("用户名或密码错误")
    await guard.press("登录")
    picture = guard.page.locator("img[src*='/security/captcha']")
    await expect(picture).to_be_visible()
    await guard.page.wait_for_function(
        "document.querySelector(\"img[src*='/security/captcha']\").naturalWidth === 160"
    )
    answer = await services.db.fetchval("select answer from captchas where pool_id = $1", pool.id)
    await guard.fill(请输入图形验证码=answer, 请输入登录密码="lovelace")
    await guard.press("登录")
    assert (await guard.logged_in())["id"] == ada.id


async def test_it_sees_who_is_logged_in_to_the_hosted_pages(guard: Guard, ada: User) -> None:
    asked = {
        "client_id": guard.app.id,
        "redirect_uri": f"{guard.site}/callback",
        "response_type": "code",
        "scope": "openid",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }
    await guard.page.goto(f"{guard.server}/oidc/auth?{urlencode(asked)}")
    await guard.page.get_by_label("用户名、邮箱或手机号").fill("ada")
    await guard.page.get_by_label("密码", exact=True).fill("lovelace")
    await guard.page.get_by_label("密码", exact=True).press("Enter")
    await guard.page.wait_for_url(f"{guard.site}/callback*")
    await guard.open(isSSO=True)
    user = await guard.logged_in()
    assert (user["id"], user["token"]) == (ada.id, None)


async def test_it_shows_its_form_where_nobody_is_logged_in_to_the_hosted_pages(guard: Guard) -> None:
    faults: list[object] = []
    guard.page.on("pageerror", lambda error: faults.append(error))
    async with guard.page.expect_response("**/cas/session"):
        await guard.open(isSSO=True)
    await expect(guard.box("请输入登录密码")).to_be_visible()
    assert not faults
