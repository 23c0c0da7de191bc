"""Signing in in a pop-up by the vendor's own browser client, unmodified from npm, in a real browser.

The application, the server and the provider are three origins. The provider is a page that leads straight back, as the
person `ada`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page
from tests.federation.conftest import Peer, query_of
from tests.sdk import JS

FILES = {
    "/sdk.js": JS / "node_modules/authing-js-sdk/build/browser/index.min.js",
}
SDK = "<script src=/sdk.js></script>"
AUTHORIZE = """([appId, appHost, provider]) => new Promise(resolve => {
  window.client = new Authing.AuthenticationClient({ appId, appHost });
  client.social.authorize(provider, {
    onSuccess: user => resolve({ user, kept: localStorage.getItem("_authing_token") }),
    onError: (code, message) => resolve({ code, message }),
  });
})"""


ENTERPRISE = """([appId, appHost, protocol, identifier]) => new Promise(resolve => {
  window.client = new Authing.AuthenticationClient({ appId, appHost });
  client.enterprise.authorize(protocol, identifier, {
    onSuccess: user => resolve({ user }),
    onError: (code, message) => resolve({ code, message }),
  });
})"""


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Any page loads the client."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode().partition("?")[0]
        kind, body = "text/html", f"<!doctype html><meta charset=utf-8>{SDK}".encode()
        if file := FILES.get(path):
            kind, body = "text/javascript", file.read_bytes()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
    writer.close()


async def _lead_back(peer: Peer, writer: asyncio.StreamWriter, sub: str = "ada") -> None:
    """The provider's page, on which ada signs in."""
    path = peer.issuer.heads[-1].split(b" ")[1].decode()
    back = urlencode(peer.issuer.back(path, sub, name=sub.title()))
    location = f"{query_of(path)['redirect_uri']}?{back}"
    writer.write(f"HTTP/1.1 302 X\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode())


@pytest.fixture
async def sites() -> AsyncIterator[tuple[str, str]]:
    """The application's origin, and a stranger's."""
    if not FILES["/sdk.js"].exists():
        pytest.skip("no authing-js-sdk in tests/js (make setup)")
    servers = [await asyncio.start_server(_answer, "127.0.0.1", 0) for _ in range(2)]
    here, stranger = (f"http://127.0.0.1:{one.sockets[0].getsockname()[1]}" for one in servers)
    yield here, stranger
    for one in servers:
        one.close()


@pytest.fixture
async def page(chromium: Chromium, peer: Peer, sites: tuple[str, str]) -> AsyncIterator[Page]:
    await peer.services.apps.update(
        peer.pool.administrator, peer.app.id, {"redirect_uris": (f"{sites[0]}/callback",)}
    )
    context = await chromium.new_context(locale="zh-CN", viewport={"width": 900, "height": 720})

    peer.issuer.answers["/auth"] = partial(_lead_back, peer)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    yield page
    await context.close()


async def test_the_official_client_is_given_the_user_and_the_window_closes(
    page: Page, server: str, peer: Peer, sites: tuple[str, str]
) -> None:
    await page.goto(f"{sites[0]}/sdk")
    async with page.expect_popup() as opened:
        told = await page.evaluate(AUTHORIZE, [peer.app.id, server, "corp"])
    assert (told["user"]["name"], told["user"]["identities"][0]["userIdInIdp"]) == ("Ada", "ada")
    popup = await opened.value
    if not popup.is_closed():
        await popup.wait_for_event("close")
    me = await page.evaluate("async () => (await client.getCurrentUser()).id")
    assert me == told["user"]["id"], "its later calls are made as the user"


async def test_the_official_client_is_told_why_nobody_has_signed_in(
    page: Page, server: str, peer: Peer, sites: tuple[str, str]
) -> None:
    await peer.settings(login_only=True)
    await page.goto(f"{sites[0]}/sdk")
    told = await page.evaluate(AUTHORIZE, [peer.app.id, server, "corp"])
    assert told["code"] == 2207
    assert "还没有绑定账号" in told["message"]


async def test_the_official_client_signs_in_by_an_enterprise_connection(
    page: Page, server: str, peer: Peer, sites: tuple[str, str]
) -> None:
    await page.goto(f"{sites[0]}/sdk")
    told = await page.evaluate(ENTERPRISE, [peer.app.id, server, "oidc", "corp"])
    assert told["user"]["name"] == "Ada"
    me = await page.evaluate("async () => (await client.getCurrentUser()).id")
    assert me == told["user"]["id"]
    await peer.settings(login_only=True)
    told = await page.evaluate(ENTERPRISE, [peer.app.id, server, "oidc", "corp"])
    assert told["user"]["name"] == "Ada", "known by now"
    peer.issuer.answers["/auth"] = partial(_lead_back, peer, sub="eve")
    told = await page.evaluate(ENTERPRISE, [peer.app.id, server, "oidc", "corp"])
    assert (told["code"], "还没有绑定账号" in told["message"]) == (2207, True)


async def test_a_window_that_nothing_opened_goes_on_to_the_page_of_the_application(
    page: Page, server: str, peer: Peer, sites: tuple[str, str]
) -> None:
    """As on a phone, where the client leaves its page."""
    asked = urlencode({"app_id": peer.app.id, "target_url": f"{sites[0]}/callback"})
    await page.goto(f"{server}/connections/social/corp?{asked}")
    await page.wait_for_url(f"{sites[0]}/callback")


async def test_a_page_of_a_foreign_origin_hears_nothing(
    page: Page, server: str, peer: Peer, sites: tuple[str, str]
) -> None:
    """Neither where the browser says who opened the window, nor where the page keeps it from saying so."""
    for path in ("/sdk", "/silent"):
        await page.goto(f"{sites[1]}{path}")
        if path == "/silent":
            await page.evaluate(
                "() => { const m = document.createElement('meta'); m.name = 'referrer'; m.content = 'no-referrer'; "
                "document.head.append(m) }"
            )
        await page.evaluate(
            "() => { window.heard = []; addEventListener('message', e => heard.push(e.data)) }"
        )
        async with page.expect_popup() as opened:
            await page.evaluate(
                f"([a, h, p]) => {{ void ({AUTHORIZE})([a, h, p]) }}", [peer.app.id, server, "corp"]
            )
        popup = await opened.value
        if path == "/sdk":
            await popup.get_by_text("不属于该应用").wait_for()
            assert "/connections/social/" in popup.url, "it never went to the provider"
        else:
            await popup.wait_for_event("close")
        assert await page.evaluate("heard") == []
