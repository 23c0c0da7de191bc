"""The hosted pages of a sign-in by an identity source, in a real browser: in both languages, themes and widths.

The provider is a page that leads straight back, as the person `ada`. PICTURES=FOLDER keeps pictures for the guide.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect
from tests.console.browser.conftest import judged
from tests.federation.conftest import Peer, query_of
from tests.federation.hosted import NARROW, WIDE, WORDS, ZH, arrived, asked, signs_in
from tests.federation.ldap import slapd
from tests.federation.ldap.test_doors import connected as with_directory
from tests.federation.test_linking import PASSWORD, _ada, _address

from poolhouse.outgoing import Outgoing
from poolhouse.users.model import UserDraft

BUTTON = ZH["by_source"]
PICTURES = os.environ.get("PICTURES", "")
LOOKS: dict[str, tuple[tuple[str, dict[str, int]], ...]] = {
    "zh-CN": (("light", WIDE), ("dark", NARROW)),
    "en-US": (("dark", WIDE), ("light", NARROW)),
}
"""Of each language two, in which each two of language, theme and width meet."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Slapd]:
    if not slapd.is_installed():
        pytest.skip(slapd.MISSING)
    with slapd.running(tmp_path_factory.mktemp("slapd")) as running:
        yield running


@pytest.fixture
async def leading(server: str, peer: Peer) -> Peer:
    """Its provider leads back to this server, which leads back to itself."""
    await peer.services.apps.update(
        peer.pool.administrator, peer.app.id, {"redirect_uris": (f"{server}/healthz",)}
    )

    async def lead_back(writer: asyncio.StreamWriter) -> None:
        path = peer.issuer.heads[-1].split(b" ")[1].decode()
        back = urlencode(peer.issuer.back(path, "ada", name="Ada"))
        head = f"HTTP/1.1 302 X\r\nlocation: {query_of(path)['redirect_uri']}?{back}\r\ncontent-length: 0\r\n\r\n"
        writer.write(head.encode())

    peer.issuer.answers["/auth"] = lead_back
    return peer


@pytest.fixture
async def page(chromium: Chromium, leading: Peer) -> AsyncIterator[Page]:
    context = await chromium.new_context(locale="zh-CN", viewport={"width": 900, "height": 720})
    page = await context.new_page()
    page.set_default_timeout(15_000)
    yield page
    await context.close()


class Seen:
    """Looks at each page that is come to: axe finds nothing, and nobody scrolls sideways."""

    def __init__(self, page: Page, lang: str) -> None:
        self._page, self._lang = page, lang
        self.faults: list[str] = []

    async def __call__(self, name: str, says: str = "") -> None:
        """`says`: a heading, of which the page is the one that is meant."""
        if says:
            await self._page.get_by_role("heading", name=says).wait_for()
        for scheme, size in LOOKS[self._lang]:
            await self._page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await self._page.set_viewport_size(size)  # type: ignore[arg-type]
            found = await judged(self._page)
            wider = await self._page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            found += [f"{wider} px wider than the screen"] if wider else []
            self.faults += [f"{name}, {self._lang}, {scheme}: {one}" for one in found]
            if PICTURES:
                await self._page.screenshot(path=Path(PICTURES) / f"{name}-{self._lang[:2]}-{scheme}.png")
        if PICTURES and self._lang == "zh-CN":
            await self._page.emulate_media(color_scheme="light")
            await self._page.set_viewport_size(
                {"width": 720, "height": 760 if name == "bind-identity" else 640}
            )
            await self._page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.mark.parametrize("lang", LOOKS)
async def test_every_page_is_clean_and_fits(
    chromium: Chromium,
    server: str,
    leading: Peer,
    directory: slapd.Slapd,
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
) -> None:
    peer, words, english = leading, WORDS[lang], lang == "en-US"
    called = Outgoing({("127.0.0.1", peer.issuer.port), ("127.0.0.1", directory.port)})
    monkeypatch.setattr(peer.services.provider_connections, "_outgoing", called)
    await with_directory(peer.services, peer.pool, peer.app, "ldap", "hq", directory.fields())
    ada = await _ada(peer)
    context = await chromium.new_context(locale=lang)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda one: said.append(one.text) if "Content Security" in one.text else None)
    seen = Seen(page, lang)

    await page.goto(asked(server, peer.app))
    await seen("sign-in-identity-source")
    await page.get_by_role("link", name="总部目录").click()
    await seen("sign-in-directory")
    await _types(page, "nobody", "wrong", english)
    await page.get_by_role("alert").wait_for()
    await seen("sign-in-directory-wrong")

    await page.goto(server + _address(peer, ada))
    await page.get_by_label(words["password"], exact=True).wait_for()
    await seen("link-sign-in")
    await signs_in(page, "ada", PASSWORD, lang)
    await seen("link-identity", "Link your account" if english else "绑定")
    await page.get_by_role("link", name="Go on" if english else "前往绑定").click()
    await seen("identity-linked", "It is linked" if english else "绑定成功")
    await page.go_back()
    await page.goto(f"{server}/connections/oidc/corp/callback?state=x")
    await seen("sign-in-lapsed", "no longer good" if english else "已失效")
    assert ada.session is not None
    await peer.services.identities.unlink(peer.pool.administrator, ada.user.id, ext_idp_id=peer.source.id)

    await context.clear_cookies()
    await peer.settings(associable=True)
    await page.goto(asked(server, peer.app))
    await page.get_by_role("link", name=words["by_source"]).click()
    await page.get_by_label(words["password"], exact=True).wait_for()
    await seen("bind-identity")
    await peer.settings(associable=False, login_only=True)
    await page.goto(asked(server, peer.app))
    await page.get_by_role("link", name=words["by_source"]).click()
    await page.get_by_role("alert").wait_for()
    await seen("identity-refused")
    await context.clear_cookies()
    await page.goto(f"{server}/connections/oidc/corp/callback?state=x")
    await seen("sign-in-lapsed-nowhere", "no longer good" if english else "已失效")
    await context.close()
    assert (seen.faults, said) == ([], [])


async def _types(page: Page, name: str, password: str, english: bool = False) -> None:
    """Into the form of the company's directory."""
    of_name, of_password = (
        ("User name of the company account", "Password of the company account")
        if english
        else ("公司账号的用户名", "公司账号的密码")
    )
    await page.get_by_label(of_name).fill(name)
    await page.get_by_label(of_password).fill(password)
    await page.keyboard.press("Enter")


async def test_a_person_signs_in_by_the_button_and_comes_back_to_the_application(
    page: Page, server: str, peer: Peer
) -> None:
    await page.goto(asked(server, peer.app))
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
    await page.goto(asked(server, peer.app))
    await page.get_by_role("link", name=BUTTON).click()
    await signs_in(page, "ada", "lovelace")
    assert (await arrived(page))["code"]
    [linked] = await peer.services.identities.list(peer.pool.administrator, user.id)
    assert linked.user_id_in_idp == "ada"


async def test_a_person_who_is_asked_has_a_new_account_made(page: Page, server: str, peer: Peer) -> None:
    await peer.settings(associable=True)
    await page.goto(asked(server, peer.app))
    await page.get_by_role("link", name=BUTTON).click()
    await page.get_by_role("button", name="创建新账号").click()
    assert (await arrived(page))["code"]


async def test_a_stranger_reads_why_nobody_was_signed_in(page: Page, server: str, peer: Peer) -> None:
    await peer.settings(login_only=True)
    await page.goto(asked(server, peer.app))
    await page.get_by_role("link", name=BUTTON).click()
    await expect(page.get_by_role("alert")).to_contain_text("还没有绑定账号")


async def test_who_presses_a_used_answer_again_goes_on_by_the_button(
    page: Page, server: str, peer: Peer
) -> None:
    await page.goto(asked(server, peer.app))
    came: list[str] = []
    page.on("request", lambda one: came.append(one.url) if "/callback?" in one.url else None)
    await page.get_by_role("link", name=BUTTON).click()
    await arrived(page)
    await page.goto(came[0])
    await page.get_by_role("link", name="重新登录 山海门户").click()
    assert (await arrived(page))["code"]


async def test_a_person_of_the_company_signs_in_by_its_directory(
    page: Page, server: str, peer: Peer, directory: slapd.Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = Outgoing({("127.0.0.1", directory.port)})
    monkeypatch.setattr(peer.services.provider_connections, "_outgoing", called)
    _, made = await with_directory(peer.services, peer.pool, peer.app, "ldap", "hq", directory.fields())
    await page.goto(asked(server, peer.app))
    await page.get_by_role("link", name="总部目录").click()
    await _types(page, "zhang", "not it")
    await expect(page.get_by_role("alert")).to_contain_text("用户名或密码错误")
    assert await page.get_by_label("公司账号的用户名").input_value() == "zhang"
    await _types(page, "zhang", "zhang's password")
    assert (await arrived(page))["code"]
    changed: dict[str, Any] = {"login_only": True}
    await peer.services.sources.update_connection(peer.pool.administrator, made.id, changed)
    await page.context.clear_cookies()
    await page.goto(asked(server, peer.app))
    await page.get_by_role("link", name="总部目录").click()
    await _types(page, "bob", "bob's password")
    await expect(page.get_by_role("alert")).to_contain_text("还没有绑定账号")
