"""Back finds a list as it was left, after a session has ended between, too."""

from __future__ import annotations

import re

from playwright.async_api import expect
from tests.administrators.conftest import PASSWORD
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, signed_in

from poolhouse.services import Services


async def test_back_after_signing_in_again_finds_the_filters_the_columns_and_the_page(
    services: Services, server: str, new_page: NewPage, pool: PoolForTests, somebody: str
) -> None:
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    base = f"{server}/console/pools/{pool.id}/users"
    await page.goto(base)
    await page.locator("details.view summary").click()
    await page.get_by_label("Nickname").check()
    await page.get_by_label("Users a page").select_option("20")
    await page.locator("details.view button").click()
    await page.goto(f"{base}?q=zhang&status=Activated&page=2")
    left, rows = page.url, await page.locator("tbody tr").all_inner_texts()
    titles = await page.locator("thead th").all_inner_texts()
    assert len(rows) == 20
    await services.db.execute("update administrator_sessions set seen_at = seen_at - interval '3 hours'")
    await page.locator("tbody a").first.click()
    await page.wait_for_url("**/sign-in?**")
    await page.fill("[name=username]", somebody)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url(re.compile("/users/[^?/]+$"))
    await page.go_back()
    for _ in range(2):
        if page.url != left:
            await page.go_back()
    await expect(page).to_have_url(left)
    assert await page.locator("tbody tr").all_inner_texts() == rows
    assert await page.locator("thead th").all_inner_texts() == titles
    assert await page.input_value("[data-search]") == "zhang"
