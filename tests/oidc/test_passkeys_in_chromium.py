"""Passkeys on the hosted pages, with Chromium's virtual authenticator: offered after the password, then used."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import CDPSession, ConsoleMessage, Page, async_playwright, expect
from tests import chromium as chromium_here
from tests.conftest import PoolForTests
from tests.console.browser.conftest import judged
from tests.console.browser.test_passkeys import KEY
from tests.docs.test_running_blocks import of
from tests.oidc.test_pages_in_chromium import IMAGES, authorize_url

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User


@dataclass
class Here:
    """The server by its name, an application there, and a browser that has an authenticator."""

    address: str
    app: App
    page: Page
    moved: CDPSession
    key: Any

    async def ask(self) -> None:
        await self.page.goto(authorize_url(self.address, self.app))

    async def sign_in(self) -> None:
        await self.ask()
        await self.page.fill("[name=account]", "ada")
        await self.page.fill("[name=password]", "lovelace")
        await self.page.press("[name=password]", "Enter")

    async def arrived(self) -> None:
        await self.page.wait_for_url(re.compile("/healthz"))
        assert parse_qs(urlsplit(self.page.url).query)["state"] == ["s"]
        await self.page.context.clear_cookies(name="poolhouse_session")


@pytest.fixture
async def here(services: Services, pool: PoolForTests, server: str) -> AsyncIterator[Here]:
    port = server.rpartition(":")[2]
    binary = chromium_here.binary()
    if binary is None:
        pytest.skip(chromium_here.MISSING)
    address = f"http://localhost:{port}"
    await services.pools.update(pool.administrator, {}, {"passkeys": True})
    app = await services.apps.create(pool.administrator, "Shop", redirect_uris=(f"{address}/healthz",))
    sites = {f"localhost:{port}": f"127.0.0.1:{port}"}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=chromium_here.flags(sites))
        page = await browser.new_page(locale="en-US", viewport={"width": 900, "height": 640})
        moved = await page.context.new_cdp_session(page)
        await moved.send("WebAuthn.enable")
        key = await moved.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        yield Here(address, app, page, moved, key)
        await browser.close()


def is_fault(told: ConsoleMessage) -> bool:
    """Not the picture that Chromium asks for of itself, at the application's address."""
    return told.type == "error" and not told.location["url"].endswith("/favicon.ico")


async def test_whoever_signs_in_makes_a_passkey_and_comes_by_it_next_time(
    services: Services, pool: PoolForTests, here: Here, person: User
) -> None:
    said: list[str] = []
    here.page.on("console", lambda told: said.append(told.text) if is_fault(told) else None)
    here.page.on("pageerror", lambda error: said.append(str(error)))
    await here.sign_in()
    await here.page.wait_for_selector("text=Sign in with a passkey next time?")
    assert await judged(here.page) == []
    if os.environ.get("POOLHOUSE_SCREENSHOTS"):
        await here.page.screenshot(path=IMAGES / "passkey-offer.png")
    await here.page.click('button:text-is("Create a passkey")')
    await here.arrived()
    (made,) = await services.passkeys.list(pool.administrator, person.id)
    assert (made.rp_id, made.app_id, made.used_at) == ("localhost", here.app.id, None)

    await here.ask()
    assert await judged(here.page) == []
    if os.environ.get("POOLHOUSE_SCREENSHOTS"):
        await here.page.screenshot(path=IMAGES / "passkey.png")
    await here.page.click('button:text-is("Sign in with a passkey")')
    await here.arrived()
    (used,) = await services.passkeys.list(pool.administrator, person.id)
    assert used.used_at is not None
    assert said == []

    await here.sign_in()
    await here.arrived()  # whoever has one is offered none

    await services.passkeys.remove(pool.administrator, person.id, [used])
    await here.ask()
    await here.page.click('button:text-is("Sign in with a passkey")')
    await expect(here.page.get_by_role("alert")).to_contain_text("was not accepted")


async def test_a_passkey_is_made_in_the_second_step_and_passes_it_next_time(
    services: Services, pool: PoolForTests, here: Here, person: User
) -> None:
    said: list[str] = []
    here.page.on("pageerror", lambda error: said.append(str(error)))
    await services.pools.update(pool.administrator, {}, {"mfa_required": True})
    await here.sign_in()
    await here.page.wait_for_selector("text=Or make a passkey")
    assert await judged(here.page) == []
    await here.page.click('button:text-is("Create a passkey")')
    await here.arrived()
    (made,) = await services.passkeys.list(pool.administrator, person.id)
    assert (made.rp_id, made.app_id) == ("localhost", here.app.id)

    await here.sign_in()
    assert await judged(here.page) == []
    assert await here.page.locator("input[name=code]").count() == 0
    if os.environ.get("POOLHOUSE_SCREENSHOTS"):
        await here.page.screenshot(path=IMAGES / "passkey-second-step.png")
    await here.moved.send("WebAuthn.setUserVerified", {**here.key, "isUserVerified": False})
    await here.page.click('button:text-is("Use a passkey")')
    await expect(here.page.get_by_role("status")).to_contain_text("cancelled or took too long")
    await here.moved.send("WebAuthn.setUserVerified", {**here.key, "isUserVerified": True})
    await here.page.click('button:text-is("Use a passkey")')
    await here.arrived()
    assert (await services.passkeys.list(pool.administrator, person.id))[0].used_at is not None

    await services.mfa.import_secrets(pool.administrator, [(person.id, "JBSWY3DPEHPK3PXP", None)])
    await here.sign_in()
    await here.page.fill("[name=code] >> nth=0", "000000")
    await here.page.click('button:text-is("Verify") >> nth=0')
    await expect(here.page.get_by_role("alert")).to_be_visible()
    await here.page.click('button:text-is("Use a passkey")')  # still offered beside the code
    await here.arrived()

    await services.db.execute("update user_passkeys set rp_id = 'shop.example' where pool_id = $1", pool.id)
    await services.mfa.delete(pool.administrator, person.id)
    await here.sign_in()
    await expect(here.page.get_by_role("alert")).to_contain_text("shop.example")
    assert said == []


async def test_a_page_signs_in_as_the_guide_says(here: Here, person: User) -> None:
    await here.sign_in()
    await here.page.click('button:text-is("Create a passkey")')
    await here.arrived()
    (block,) = of("docs/guide/sign-in.md", "javascript")
    answer = await here.page.evaluate(
        f"async ([HOST, APP_ID]) => {{ {block}; return answer.json(); }}", [here.address, here.app.id]
    )
    assert answer["data"]["verified"] is True
    assert answer["data"]["tokenSet"]["access_token"]


async def test_whoever_wants_none_goes_on_and_is_not_asked_again(
    services: Services, pool: PoolForTests, here: Here, person: User
) -> None:
    await here.moved.send("WebAuthn.setUserVerified", {**here.key, "isUserVerified": False})
    await here.sign_in()
    await here.page.click('button:text-is("Create a passkey")')
    await expect(here.page.get_by_role("status")).to_contain_text("cancelled or took too long")
    await here.page.click("text=Not now")
    await here.arrived()
    await here.sign_in()
    await here.arrived()
    assert await services.passkeys.list(pool.administrator, person.id) == []


async def test_where_passkeys_are_off_nothing_speaks_of_them(
    services: Services, pool: PoolForTests, here: Here, person: User
) -> None:
    await services.pools.update(pool.administrator, {}, {"passkeys": False})
    await here.ask()
    assert "passkey" not in await here.page.content()
    await here.sign_in()
    await here.arrived()


async def test_by_its_number_the_server_offers_none(server: str, here: Here, person: User) -> None:
    await here.page.goto(authorize_url(server, here.app).replace("localhost", "127.0.0.1"))
    assert "data-passkey" not in await here.page.content()
