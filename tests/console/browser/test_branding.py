"""The page of branding in Chromium: what is typed is seen beside, and the hosted page is legible in any color."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import expect
from tests.conftest import PoolForTests
from tests.console.browser.conftest import PICTURES, NewPage, judged, signed_in
from tests.oidc.test_pages_in_chromium import authorize_url

from poolhouse.services import Services

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"><rect width="9" height="9"/></svg>'


async def test_a_look_is_seen_before_it_is_saved(
    services: Services, pool: PoolForTests, server: str, somebody: str, new_page: NewPage
) -> None:
    page = await new_page(locale="en-US")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/settings/branding")
    frame = page.frame_locator("iframe[name=preview]")
    await expect(frame.locator(".whose")).to_have_text((await services.pools.get(pool.id)).name)
    await page.get_by_label("Name").fill("Shanhai")
    await page.get_by_label("Color", exact=True).fill("#ffee00")
    await expect(frame.locator(".whose")).to_have_text("Shanhai")
    button = frame.locator("form button")
    await expect(button).to_have_css("background-color", "rgb(255, 238, 0)")
    await expect(button).to_have_css("color", "rgb(0, 0, 0)")
    picture = {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": SVG}
    await page.get_by_label("Choose a picture…").set_input_files(picture)  # type: ignore[arg-type]
    await expect(frame.locator(".whose img")).to_have_attribute("alt", "Shanhai")
    assert await judged(page) == []
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/console-branding.png")
    assert (await services.pools.get(pool.id)).logo is None
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    stored = await services.pools.get(pool.id)
    assert stored.logo
    assert base64.b64decode(stored.logo.partition(",")[2]).startswith(b"\x89PNG")
    assert (stored.name, stored.settings.branding.color) == ("Shanhai", "#ffee00")
    assert said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_hosted_page_can_be_read_in_any_color(
    services: Services, pool: PoolForTests, server: str, new_page: NewPage, theme: str
) -> None:
    app = await services.apps.create(pool.administrator, "山海门户", redirect_uris=(f"{server}/healthz",))
    page = await new_page(locale="zh-CN", color_scheme=theme)
    found = {}
    for color in ("", "#ffee00", "#777777", "#000000", "#ffffff", "#e4002b"):
        await services.pools.update(pool.administrator, {}, {"branding": {"color": color}})
        await page.goto(authorize_url(server, app))
        await expect(page.locator("style")).to_have_count(1)
        found[color] = await judged(page)
    assert {color: faults for color, faults in found.items() if faults} == {}
