"""The forms of connections, one for each kind that signs in, and a connection's page with a script that failed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.conftest import PoolForTests
from tests.console.browser.conftest import PICTURES, NewPage, judged, signed_in, wider
from tests.console.browser.test_looks import LOOKS
from tests.federation.fitting import FIELDS

from poolhouse.errors import ProviderFailed
from poolhouse.federation.catalog import MANIFESTS
from poolhouse.federation.providers.oauth2.settings import TOKEN_TO_USER_INFO
from poolhouse.services import Services
from poolhouse.tenants.model import Connection, ConnectionDraft

SCRIPT = "module.exports = async () => (\n  { userIdInIdp: 'a', " + "more: 1, " * 60 + "});"
FILLED = {
    **FIELDS,
    "authEndPoint": "https://id.corp.example/oauth2/authorize",
    "tokenEndPoint": "https://id.corp.example/oauth2/token",
    "userInfoEndPoint": "https://id.corp.example/api/me",
}


async def corporate(services: Services, pool: PoolForTests) -> Connection:
    """With a sign-in by it that failed."""
    draft = ConnectionDraft("oauth", "corp", "公司账号", {**FILLED, "tokenToUserInfoScript": SCRIPT})
    source = await services.sources.create(pool.administrator, "公司", "oauth2", connections=[draft])
    [connection] = source.connections
    error = ProviderFailed(
        "userinfo",
        "tokenToUserInfoScript 抛出了 TypeError：Cannot read properties of undefined (reading 'id')",
        "tokenToUserInfoScript threw TypeError: Cannot read properties of undefined (reading 'id')",
    )
    error.printed = "GET https://id.corp.example/api/me\nHTTP 200 { data: { uid: 'ada' } }"
    await services.provider_connections.note(replace(pool.stranger, ip="203.0.113.9"), connection, error)
    return connection


@pytest.mark.parametrize("look", LOOKS)
async def test_every_kinds_form_and_a_connections_page_are_clean_and_fit(
    services: Services, server: str, new_page: NewPage, pool: PoolForTests, somebody: str, look: str
) -> None:
    connection = await corporate(services, pool)
    sources = {
        one: (await services.sources.create(pool.administrator, one, one)).id
        for one in dict.fromkeys(manifest.source_type for manifest in MANIFESTS.values())
    }
    here = f"{server}/console/pools/{pool.id}/sources"
    corp = f"{here}/{connection.source_id}/connections/{connection.id}"
    addresses = [f"{here}/{connection.source_id}", corp, f"{corp}/edit", f"{corp}/edit?plain=1"]
    addresses += [
        f"{here}/{sources[manifest.source_type]}/connections/new?type={kind}"
        for kind, manifest in MANIFESTS.items()
    ]
    page = await new_page(**LOOKS[look])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await signed_in(page, server, somebody)
    found: dict[str, list[str]] = {}
    for address in addresses:
        await page.goto(address)
        for folded in await page.locator("details:not([open]) > summary").all():
            if await folded.is_visible():
                await folded.click()
        found[address.removeprefix(here)] = await judged(page) + await wider(page)
        if address.endswith("plain=1"):
            await page.goto(address.replace("plain=1", "plain=0"))
    if PICTURES and look == "wide, light, Chinese":
        await page.goto(corp)
        await page.screenshot(path=f"{PICTURES}/console-identity-connection.png", full_page=True)
    assert {address: faults for address, faults in found.items() if faults} == {}
    assert said == []


async def test_an_administrator_fills_in_a_form_with_the_example_and_reads_that_a_script_is_wrong(
    services: Services, server: str, new_page: NewPage, pool: PoolForTests, somebody: str
) -> None:
    source = await services.sources.create(pool.administrator, "公司", "oauth2")
    page = await new_page(locale="en-US", permissions=["clipboard-read", "clipboard-write"])
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/sources/{source.id}/connections/new")
    await page.get_by_label("Identifier").fill("corp")
    await page.get_by_label("Name (required)", exact=True).fill("Corp")
    for label, name in (
        ("Authorization address", "authEndPoint"),
        ("Token address", "tokenEndPoint"),
        ("Address of the person's profile", "userInfoEndPoint"),
        ("Client ID", "clientId"),
        ("Client secret", "clientSecret"),
    ):
        await page.get_by_label(label, exact=False).first.fill(FILLED[name])
    example = page.locator("details.example", has_text="Script: token to person")
    await example.locator("summary").click()
    await example.get_by_role("button").click()
    await page.keyboard.type("const = ;")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url(re.compile(r"/sources/[0-9a-f]{24}\?"))
    [connection] = (await services.sources.get(pool.administrator, source.id)).connections
    script = connection.fields["tokenToUserInfoScript"]
    assert script.replace("const = ;", "").strip() == TOKEN_TO_USER_INFO.strip()
    await page.get_by_role("link", name="Corp", exact=True).click()
    copied = page.locator("copy-text").first
    await copied.get_by_role("button").click()
    address = await page.evaluate("navigator.clipboard.readText()")
    assert address == f"{server}/connections/oauth2/corp/callback"
    await page.get_by_role("button", name="Try it").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("tokenToUserInfoScript")
    await expect(alert).to_contain_text("Correct the connection's script")
