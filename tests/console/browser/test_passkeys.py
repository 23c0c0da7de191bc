"""Passkeys in Chromium, with its virtual authenticator: made, used, copied, and refused by the person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, async_playwright
from tests import chromium as chromium_here
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.console.browser.conftest import judged, wider

from poolhouse.ids import new_id
from poolhouse.services import Services

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
async def here(server: str) -> AsyncIterator[tuple[str, Page, CDPSession]]:
    """The server by a name, a page that finds it, and what moves the page's authenticator."""
    port = server.rpartition(":")[2]
    binary = chromium_here.binary()
    if binary is None:
        pytest.skip(chromium_here.MISSING)
    sites = {f"localhost:{port}": f"127.0.0.1:{port}"}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=chromium_here.flags(sites))
        page = await browser.new_page(locale="en-US")
        moved = await page.context.new_cdp_session(page)
        await moved.send("WebAuthn.enable")
        yield f"http://localhost:{port}/console", page, moved
        await browser.close()


async def signed_in(services: Services, page: Page, address: str) -> str:
    name = f"c{new_id()}"
    await services.administrators.create(OPERATOR, name, PASSWORD, must_change_password=False)
    await page.goto(f"{address}/account/passkeys")
    await page.fill("[name=username]", name)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/account/passkeys")
    return name


async def add(page: Page, name: str) -> None:
    await page.fill("section [name=current_password]", PASSWORD)
    await page.click('button:text-is("Add a passkey")')
    await page.fill("[name=name]", name)
    assert await judged(page) + await wider(page) == []
    await page.click('button:text-is("Create the passkey")')


async def test_a_passkey_is_made_and_signs_in_without_a_name(
    services: Services, here: tuple[str, Page, CDPSession]
) -> None:
    address, page, moved = here
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    made = await moved.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    name = await signed_in(services, page, address)
    await add(page, "this computer")
    await page.wait_for_selector("text=The passkey was added")
    assert await page.inner_text(".stack h2") == "this computer"
    assert await judged(page) + await wider(page) == []

    await page.click("text=Sign out")
    await page.wait_for_url("**/sign-in")
    assert await judged(page) + await wider(page) == []
    await page.click('button:text-is("Sign in with a passkey")')
    await page.wait_for_selector(f"text={name}")

    credentials: Any = await moved.send("WebAuthn.getCredentials", made)
    (credential,) = credentials["credentials"]
    assert credential["isResidentCredential"]
    one = await services.administrators.get(OPERATOR, name)
    (kept,) = await services.administrator_passkeys.list(one.id)
    assert kept.sign_count == credential["signCount"] > 0

    # Another, whose counter stands where the first one's stood before it signed in.
    await moved.send("WebAuthn.removeCredential", {**made, "credentialId": credential["credentialId"]})
    await moved.send("WebAuthn.addCredential", {**made, "credential": credential | {"signCount": 0}})
    await page.goto(f"{address}/account")
    await page.click("text=Sign out")
    await page.wait_for_url("**/sign-in")
    assert said == []
    await page.click('button:text-is("Sign in with a passkey")')
    await page.wait_for_selector("text=This passkey may have been copied")


async def test_a_device_that_has_one_makes_no_second(
    services: Services, here: tuple[str, Page, CDPSession]
) -> None:
    address, page, moved = here
    await moved.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    await signed_in(services, page, address)
    await add(page, "first")
    await page.wait_for_selector("text=The passkey was added")
    await add(page, "second")
    await page.wait_for_selector("text=This device has a passkey of yours already")


async def test_whoever_is_not_known_to_the_device_makes_and_uses_none(
    services: Services, here: tuple[str, Page, CDPSession]
) -> None:
    address, page, moved = here
    made = await moved.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    name = await signed_in(services, page, address)
    await moved.send("WebAuthn.setUserVerified", {**made, "isUserVerified": False})
    await add(page, "first")
    await page.wait_for_selector("text=it was cancelled or took too long")
    one = await services.administrators.get(OPERATOR, name)
    assert await services.administrator_passkeys.list(one.id) == []
    assert await page.is_enabled('button:text-is("Create the passkey")')


async def test_by_its_number_the_server_has_no_passkeys(
    server: str, services: Services, here: tuple[str, Page, CDPSession]
) -> None:
    _, page, _ = here
    await page.goto(f"{server}/console/sign-in")
    assert await page.is_disabled('button:text-is("Sign in with a passkey")')
    assert "bound to a host name" in await page.inner_text("#passkey-said")
    assert await judged(page) + await wider(page) == []
