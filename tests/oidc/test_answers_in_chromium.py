"""The pages that answer an application, in a real browser: posted forms, messages to a frame's and a pop-up's owner."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page
from tests.conftest import PoolForTests

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User

LISTENING = b"""<!doctype html><title>client</title><body><script>
window.heard = [];
addEventListener("message", (event) => heard.push({ origin: event.origin, data: event.data }));
</script>"""


class Site:
    """A site of its own origin, whose every page listens for messages; `leads` sends some paths elsewhere."""

    def __init__(self) -> None:
        self.leads: dict[str, str] = {}
        self.posted: list[bytes] = []
        self.origin = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            if length := re.search(rb"(?i)content-length: (\d+)", head):
                self.posted.append(await reader.readexactly(int(length[1])))
            path = head.split(b" ")[1].decode().partition("?")[0]
            if to := self.leads.get(path):
                writer.write(f"HTTP/1.1 302 Found\r\nlocation: {to}\r\nconnection: close\r\n\r\n".encode())
            else:
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n" + LISTENING
                )
            await writer.drain()
        writer.close()


@pytest.fixture
async def sites() -> AsyncIterator[tuple[Site, Site]]:
    """The application's, and a stranger's."""
    made = Site(), Site()
    servers = [await asyncio.start_server(site.answer, "127.0.0.1", 0) for site in made]
    for site, server in zip(made, servers, strict=True):
        site.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    for server in servers:
        server.close()


@pytest.fixture
def client(sites: tuple[Site, Site]) -> Site:
    return sites[0]


@pytest.fixture
def stranger(sites: tuple[Site, Site]) -> Site:
    return sites[1]


@pytest.fixture
async def page(chromium: Chromium) -> AsyncIterator[Page]:
    context = await chromium.new_context(locale="zh-CN")
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def spa(services: Services, pool: PoolForTests, client: Site) -> App:
    return await services.apps.create(pool.administrator, "spa", redirect_uris=(f"{client.origin}/callback",))


def authorize_url(server: str, app: App, **changed: str) -> str:
    asked = {
        "client_id": app.id,
        "redirect_uri": app.redirect_uris[0],
        "response_type": "code",
        "scope": "openid profile",
        "state": "s",
        **changed,
    }
    return f"{server}/oidc/auth?{urlencode(asked)}"


async def sign_in(page: Page) -> None:
    await page.get_by_label("用户名、邮箱或手机号").fill("ada")
    await page.get_by_label("密码", exact=True).fill("lovelace")
    await page.keyboard.press("Enter")


async def heard(page: Page) -> list[dict[str, Any]]:
    await page.wait_for_function("heard.length")
    told: list[dict[str, Any]] = await page.evaluate("heard")
    return told


async def in_frame(page: Page, url: str) -> None:
    await page.evaluate(
        "url => { const f = document.createElement('iframe'); f.src = url; document.body.append(f) }", url
    )


async def test_a_form_is_posted_to_the_application_without_anybody_pressing_anything(
    page: Page, client: Site, stranger: Site, server: str, spa: App, person: User
) -> None:
    await page.goto(authorize_url(server, spa, response_mode="form_post"))
    await sign_in(page)
    await page.wait_for_url(f"{client.origin}/callback")
    given = parse_qs(client.posted[0].decode())
    assert given["state"] == ["s"]
    assert given["iss"] == [f"{server}/oidc"]
    assert given["code"]


async def test_a_silent_login_in_a_frame_tells_the_page_around_it(
    page: Page, client: Site, stranger: Site, server: str, spa: App, person: User
) -> None:
    await page.goto(f"{client.origin}/")
    silent = authorize_url(server, spa, response_mode="web_message", prompt="none")
    await in_frame(page, silent)
    (told,) = await heard(page)
    assert told["origin"] == server
    assert told["data"]["type"] == "authorization_response"
    assert told["data"]["response"]["error"] == "login_required"

    await page.goto(authorize_url(server, spa))
    await sign_in(page)
    await page.wait_for_url(f"{client.origin}/callback*")
    await page.goto(f"{client.origin}/")
    await in_frame(page, silent)
    (told,) = await heard(page)
    assert (told["data"]["response"]["state"], told["data"]["response"]["iss"]) == ("s", f"{server}/oidc")
    assert told["data"]["response"]["code"]


async def test_a_login_in_a_pop_up_tells_the_page_that_opened_it(
    page: Page, client: Site, stranger: Site, server: str, spa: App, person: User
) -> None:
    await page.goto(f"{client.origin}/")
    async with page.expect_popup() as opened:
        await page.evaluate(
            "url => void open(url, 'login', 'popup')", authorize_url(server, spa, response_mode="web_message")
        )
    await sign_in(await opened.value)
    (told,) = await heard(page)
    assert told["data"]["response"]["code"]


async def test_a_pop_up_that_has_told_its_opener_closes(
    page: Page, client: Site, stranger: Site, server: str, spa: App, person: User
) -> None:
    """@authing/web leaves it open, and asks for the next login in the same window."""
    await page.goto(f"{client.origin}/")
    async with page.expect_popup() as opened:
        asked = authorize_url(server, spa, response_mode="web_message", prompt="none")
        await page.evaluate("url => void open(url, 'login', 'popup')", asked)
    popup = await opened.value
    if not popup.is_closed():
        await popup.wait_for_event("close")


async def test_a_page_of_another_origin_can_neither_frame_the_answer_nor_open_it(
    page: Page, client: Site, stranger: Site, server: str, spa: App, person: User
) -> None:
    await page.goto(authorize_url(server, spa))
    await sign_in(page)
    await page.wait_for_url(f"{client.origin}/callback*")
    await page.goto(f"{stranger.origin}/")
    silent = authorize_url(server, spa, response_mode="web_message", prompt="none")
    await in_frame(page, silent)
    async with page.expect_popup() as opened:
        await page.evaluate("url => void open(url, 'login', 'popup')", silent)
    popup = await opened.value
    if not popup.is_closed():
        await popup.wait_for_event("close")
    await page.wait_for_timeout(300)
    assert await page.evaluate("heard") == []


async def test_the_sign_in_page_is_shown_in_no_frame(
    page: Page, client: Site, stranger: Site, server: str, spa: App, person: User
) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(f"{client.origin}/")
    await in_frame(page, authorize_url(server, spa, response_mode="web_message"))
    await page.wait_for_timeout(500)
    assert any("frame" in text for text in refused), refused
    assert await page.frames[1].locator("form").count() == 0


async def test_an_application_may_send_the_person_on_to_another_of_its_sites(
    page: Page, client: Site, stranger: Site, server: str, spa: App, person: User
) -> None:
    client.leads["/callback"] = f"{stranger.origin}/home"
    await page.goto(authorize_url(server, spa))
    await sign_in(page)
    await page.wait_for_url(f"{stranger.origin}/home", timeout=5000)
