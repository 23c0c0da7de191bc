"""Applications are told of a logout by frames of its page: OpenID Connect Front-Channel Logout 1.0."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from playwright.async_api import Page
from tests.conftest import PoolForTests
from tests.listener import Listener, listening
from tests.oidc.conftest import AFTER_LOGOUT, REDIRECT, Browser
from tests.oidc.test_flows import claims_of, exchange
from tests.oidc.test_flows import sign_in as enter

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User
from poolhouse.wire.oidc import logout

FRAME = "https://rp.example/out?a=1"


async def framed_by(services: Services, pool: PoolForTests, app: App, **settings: Any) -> App:
    settings = {"frontchannel_logout_uri": FRAME, **settings}
    return await services.apps.update(pool.administrator, app.id, {}, settings)


async def tokens_of(browser: Browser, http: httpx.AsyncClient, app: App) -> dict[str, Any]:
    tokens: dict[str, Any] = (await exchange(http, app, await enter(browser, app))).json()
    return tokens


async def log_out(http: httpx.AsyncClient, **given: str) -> httpx.Response:
    return await http.get("/oidc/session/end", params=given)


def frames(page: httpx.Response) -> list[str]:
    return [unescape(address) for address in re.findall(r'<iframe src="([^"]*)"', page.text)]


def policy(page: httpx.Response) -> dict[str, str]:
    parts = page.headers["content-security-policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


# -- the page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_named", [False, True])
async def test_the_page_frames_the_applications_address_and_leads_on(
    services: Services,
    pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
    is_named: bool,
) -> None:
    app = await framed_by(services, pool, app, frontchannel_logout_session_required=is_named)
    token = (await tokens_of(browser, http, app))["id_token"]
    page = await log_out(http, id_token_hint=token, post_logout_redirect_uri=AFTER_LOGOUT, state="s")
    assert page.status_code == 200
    (address,) = frames(page)
    claims = claims_of(token)
    about = {"iss": claims["iss"], "sid": claims["sid"]} if is_named else {}
    assert address.partition("?")[0] == FRAME.partition("?")[0]
    assert dict(parse_qsl(urlsplit(address).query)) == {"a": "1", **about}
    assert policy(page)["frame-src"] == "https://rp.example"
    assert policy(page)["default-src"] == "'none'"
    assert f'href="{AFTER_LOGOUT}?state=s"' in page.text
    assert "poolhouse_session" not in http.cookies


async def test_a_page_that_leads_nowhere_frames_too_and_has_no_script(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    app = await framed_by(services, pool, app)
    page = await log_out(http, id_token_hint=(await tokens_of(browser, http, app))["id_token"])
    assert frames(page) == [FRAME]
    assert "script-src" not in policy(page)


async def test_who_has_nobody_to_tell_is_sent_on_at_once(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    token = (await tokens_of(browser, http, app))["id_token"]
    answer = await log_out(http, id_token_hint=token, post_logout_redirect_uri=AFTER_LOGOUT)
    assert answer.headers["location"] == AFTER_LOGOUT


async def test_every_application_of_the_session_is_framed_and_no_other(
    services: Services,
    pool: PoolForTests,
    other_pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
) -> None:
    async def made(where: PoolForTests, host: str) -> App:
        settings = {"frontchannel_logout_uri": f"https://{host}.example/out"}
        return await services.apps.create(
            where.administrator, host, redirect_uris=(REDIRECT,), settings=settings
        )

    app = await framed_by(services, pool, app)
    second, _never, _theirs = (
        await made(pool, "second"),
        await made(pool, "never"),
        await made(other_pool, "x"),
    )
    token = (await tokens_of(browser, http, app))["id_token"]
    for _ in range(2):
        await enter_again(browser, second)
    page = await log_out(http, id_token_hint=token, post_logout_redirect_uri=AFTER_LOGOUT)
    assert sorted(frames(page)) == sorted([FRAME, "https://second.example/out"])
    assert policy(page)["frame-src"].split() in (
        ["https://rp.example", "https://second.example"],
        ["https://second.example", "https://rp.example"],
    )
    again = await log_out(http, id_token_hint=token, post_logout_redirect_uri=AFTER_LOGOUT)
    assert again.headers["location"] == AFTER_LOGOUT, "the session has ended, and they were told"


async def test_a_page_frames_so_many_and_no_more(
    services: Services,
    pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logout, "MOST_FRAMES", 2)
    token = (await tokens_of(browser, http, app))["id_token"]
    for place in range(3):
        settings = {"frontchannel_logout_uri": f"https://rp{place}.example/out"}
        one = await services.apps.create(
            pool.administrator, "rp", redirect_uris=(REDIRECT,), settings=settings
        )
        await enter_again(browser, one)
    assert len(frames(await log_out(http, id_token_hint=token))) == 2


async def enter_again(browser: Browser, app: App) -> None:
    asked = {"client_id": app.id, "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid"}
    await browser.open("/oidc/auth?" + urlencode({**asked, "prompt": "none"}))
    assert "code" in browser.arrived


async def test_a_person_who_is_asked_first_is_shown_the_frames_then(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    app = await framed_by(services, pool, app)
    await enter(browser, app)
    asked = await browser.open("/oidc/session/end")
    assert frames(asked) == []
    assert frames(await browser.submit("/oidc/session/end")) == [FRAME]


# -- in a browser ------------------------------------------------------------------------------------------


@pytest.fixture
async def rp() -> AsyncIterator[Listener]:
    """The application: every page of it sets a cookie."""
    async with listening() as rp:
        rp.answer = (
            b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nset-cookie: own=session; path=/\r\n"
            b"connection: close\r\n\r\n<!doctype html><title>client</title>"
        )
        yield rp


@pytest.fixture
async def site(services: Services, pool: PoolForTests, rp: Listener) -> App:
    settings = {
        "frontchannel_logout_uri": f"{rp.url}/frontchannel_logout",
        "frontchannel_logout_session_required": True,
    }
    return await services.apps.create(
        pool.administrator,
        "site",
        redirect_uris=(f"{rp.url}/callback",),
        logout_redirect_uris=(f"{rp.url}/post_logout_redirect",),
        settings=settings,
    )


class Client:
    """The application's side of a person who is in a real browser."""

    def __init__(self, page: Page, server: str, app: App) -> None:
        self.page, self.server, self.app = page, server, app

    async def authorize(self, **more: str) -> dict[str, str]:
        asked = {
            "client_id": self.app.id,
            "redirect_uri": self.app.redirect_uris[0],
            "response_type": "code",
            "scope": "openid",
            "state": "s",
            **more,
        }
        await self.page.goto(f"{self.server}/oidc/auth?{urlencode(asked)}")
        if "/login" in self.page.url:
            await self.page.get_by_label("用户名、邮箱或手机号").fill("ada")
            await self.page.get_by_label("密码", exact=True).fill("lovelace")
            await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(f"{self.app.redirect_uris[0]}*")
        return dict(parse_qsl(urlsplit(self.page.url).query))

    async def id_token(self) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": (await self.authorize())["code"],
            "redirect_uri": self.app.redirect_uris[0],
        }
        async with httpx.AsyncClient(base_url=self.server) as http:
            answer = await http.post("/oidc/token", data=form, auth=(self.app.id, self.app.secret))
        return str(answer.json()["id_token"])

    async def log_out(self, id_token: str) -> dict[str, str]:
        """What the application gets once the browser is back."""
        asked = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": self.app.logout_redirect_uris[0],
            "state": "bye",
        }
        await self.page.goto(f"{self.server}/oidc/session/end?{urlencode(asked)}", wait_until="commit")
        await self.page.wait_for_url(f"{self.app.logout_redirect_uris[0]}*", timeout=10_000)
        return dict(parse_qsl(urlsplit(self.page.url).query))


@pytest.fixture
async def page(chromium: Any) -> AsyncIterator[Page]:
    context = await chromium.new_context(locale="zh-CN")
    yield await context.new_page()
    await context.close()


async def front_channel(client: Client, rp: Listener) -> None:
    """The frame is loaded with the application's own cookie, names the id token's session, and the browser comes back
    with the state alone; and the person is logged out."""
    token = await client.id_token()
    assert await client.log_out(token) == {"state": "bye"}
    (request,) = rp.asked("/frontchannel_logout")
    asked = parse_qs(request.split(b" ")[1].decode().partition("?")[2])
    assert asked == {"iss": [f"{client.server}/oidc"], "sid": [claims_of(token)["sid"]]}
    assert b"own=session" in request
    assert b"referer" not in request.lower()
    assert (await client.authorize(prompt="none"))["error"] == "login_required"


MODULES: dict[str, Callable[[Client, Listener], Awaitable[None]]] = {
    "oidcc-frontchannel-rp-initiated-logout": front_channel
}


@pytest.mark.parametrize("name", MODULES)
async def test_a_module_passes(
    page: Page, server: str, site: App, person: User, rp: Listener, name: str
) -> None:
    await MODULES[name](Client(page, server, site), rp)


async def test_an_application_that_hangs_keeps_the_person_for_seconds_only(
    services: Services, pool: PoolForTests, page: Page, server: str, site: App, person: User, rp: Listener
) -> None:
    async with listening() as slow:

        async def hang(_writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(60)

        slow.answer = hang
        await services.apps.update(
            pool.administrator, site.id, {}, {"frontchannel_logout_uri": f"{slow.url}/out"}
        )
        client = Client(page, server, site)
        token = await client.id_token()
        began = time.monotonic()
        assert await client.log_out(token) == {"state": "bye"}
        assert 2.5 < time.monotonic() - began < 9
        assert len(slow.asked("/out")) == 1


async def test_without_scripts_the_browser_comes_back_too(
    chromium: Any, server: str, site: App, person: User, rp: Listener
) -> None:
    context = await chromium.new_context(locale="zh-CN", java_script_enabled=False)
    client = Client(await context.new_page(), server, site)
    assert await client.log_out(await client.id_token()) == {"state": "bye"}
    assert len(rp.asked("/frontchannel_logout")) == 1
    await context.close()
