"""Redirect URIs as they are typed."""

from __future__ import annotations

from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in
from tests.console.conftest import Things

from poolhouse.services import Services


async def test_an_address_is_judged_while_it_is_typed_and_nothing_is_saved(
    server: str, new_page: NewPage, pool: PoolForTests, things: Things, somebody: str, services: Services
) -> None:
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/applications/{things.application}/addresses")
    field = page.locator("#f-redirect_uri")
    await field.press_sequentially("https://shop.example/#cb")
    await page.wait_for_selector("#f-redirect_uri-check li.bad")
    assert "must have no fragment" in await page.inner_text("#f-redirect_uri-check")
    assert await judged(page) == []
    assert await field.evaluate("one => one === document.activeElement")
    for _ in range(3):
        await field.press("Backspace")
    await page.wait_for_selector("#f-redirect_uri-check li.good")
    assert await field.input_value() == "https://shop.example/"
    assert (await services.apps.get(pool.administrator, things.application)).redirect_uris == ()
