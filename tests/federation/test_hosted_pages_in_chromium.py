"""The hosted pages of a sign-in by an identity source, in a real browser, in both themes and widths.

The provider is a page that leads straight back, as the person `ada`. PICTURES=FOLDER keeps pictures for the guide.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect
from tests.console.browser.conftest import judged
from tests.federation.conftest import Peer, query_of

from poolhouse.users.model import UserDraft

BUTTON = "使用 公司账号 登录"
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
async def page(chromium: Chromium, server: str, peer: Peer) -> AsyncIterator[Page]:
    await peer.services.apps.update(
        peer.pool.administrator, peer.app.id, {"redirect_uris": (f"{server}/healthz",)}
    )

    async def lead_back(writer: asyncio.StreamWriter) -> None:
        path = peer.issuer.heads[-1].split(b" ")[1].decode()
        back = urlencode(peer.issuer.back(path, "ada", name="Ada"))
        head = f"HTTP/1.1 302 X\r\nlocation: {query_of(path)['redirect_uri']}?{back}\r\ncontent-length: 0\r\n\r\n"
        writer.write(head.encode())

    peer.issuer.answers["/auth"] = lead_back
    context = await chromium.new_context(locale="zh-CN", viewport={"width": 900, "height": 720})
    page = await context.new_page()
    page.set_default_timeout(15_000)
    yield page
    await context.close()


def asked(server: str, peer: Peer) -> str:
    facts = {"client_id": peer.app.id, "redirect_uri": f"{server}/healthz", "response_type": "code",
             "scope": "openid", "state": "s"}  # fmt: skip
    return f"{server}/oidc/auth?{urlencode(facts)}"


async def arrived(page: Page) -> dict[str, str]:
    await page.wait_for_url(re.compile("/healthz"))
    return query_of(page.url)


async def seen(page: Page, name: str) -> None:
    """axe finds nothing and nobody scrolls sideways, in both themes and widths."""
    for scheme in ("light", "dark"):
        for width in (390, 1280):
            await page.emulate_media(color_scheme=scheme)
            await page.set_viewport_size({"width": width, "height": 720})
            assert await judged(page) == [], f"{name}, {scheme}, {width} px"
            more = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert more == 0, f"{name} is {more} px wider than {width} px"
    if PICTURES:
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size({"width": 720, "height": 640})
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def test_a_person_signs_in_by_the_button_and_comes_back_to_the_application(
    page: Page, server: str, peer: Peer
) -> None:
    await page.goto(asked(server, peer))
    await seen(page, "sign-in-identity-source")
    await page.get_by_role("link", name=BUTTON).click()
    there = await arrived(page)
    assert (there["state"], bool(there["code"])) == ("s", True)
    await page.go_back()  # past the provider, whose answer is used up
    await expect(page.get_by_role("link", name=BUTTON)).to_be_visible()


async def test_a_person_binds_the_identity_to_the_account_they_have(
    page: Page, server: str, peer: Peer
) -> None:
    await peer.settings(associable=True)
    draft = UserDraft({"username": "ada"}, password="lovelace")
    user = await peer.services.users.create(peer.pool.administrator, draft)
    await page.goto(asked(server, peer))
    await page.get_by_role("link", name=BUTTON).click()
    await page.get_by_label("密码", exact=True).wait_for()
    await seen(page, "bind-identity")
    await page.get_by_label("用户名、邮箱或手机号").fill("ada")
    await page.get_by_label("密码", exact=True).fill("lovelace")
    await page.keyboard.press("Enter")
    assert (await arrived(page))["code"]
    [linked] = await peer.services.identities.list(peer.pool.administrator, user.id)
    assert linked.user_id_in_idp == "ada"


async def test_a_stranger_reads_why_nobody_was_signed_in(page: Page, server: str, peer: Peer) -> None:
    await peer.settings(login_only=True)
    await page.goto(asked(server, peer))
    await page.get_by_role("link", name=BUTTON).click()
    await expect(page.get_by_role("alert")).to_contain_text("还没有绑定账号")
    await seen(page, "identity-refused")
