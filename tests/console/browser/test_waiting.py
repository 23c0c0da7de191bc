"""An answer that is slow: what is waited for is busy, a thin bar says so, and neither is there for a quick one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import ConsoleMessage, Page, Route, expect
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.console.conftest import Things

from poolhouse.services import Services

SHOTS = os.environ.get("SHOTS", "")
BAR = "getComputedStyle(document.body, '::before').content !== 'none'"
TELLING = f"""
addEventListener("click", () => {{ window.began = performance.now(); }}, true);
new MutationObserver(() => {{
  const busy = document.querySelector("[aria-busy=true]");
  if (busy) console.info(`busy ${{busy.tagName}} ${{{BAR}}} ${{Math.round(performance.now() - window.began)}}`);
}}).observe(document, {{ subtree: true, attributes: true, attributeFilter: ["aria-busy"] }});
"""
"""A page tells by itself: nobody can ask it anything from outside once it waits for the next one."""


def is_busy(message: ConsoleMessage) -> bool:
    return message.text.startswith("busy ")


@asynccontextmanager
async def slow(page: Page, pattern: str) -> AsyncIterator[None]:
    """What fits the pattern is answered once the block has ended."""
    let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await page.route(pattern, hold)
    try:
        yield
    finally:
        let_go.set()
        await page.unroute_all(behavior="wait")


async def test_a_list_a_search_and_a_run_say_that_they_are_waited_for(
    server: str, new_page: NewPage, services: Services, pool: PoolForTests, somebody: str
) -> None:
    await services.customdb.save_script(
        pool.administrator, "login", "async function login() { return null; }"
    )
    page = await new_page(locale="en-US")
    await page.add_init_script(TELLING)
    await signed_in(page, server, somebody)
    base = f"{server}/console/pools/{pool.id}"
    for path, press, next_page in (
        ("users", "a:has-text('Next')", "**page=2**"),
        ("users?q=zhang1", "form[role=search] button:visible", "**q=zhang1**"),
        ("users", ".side a:has-text('Groups')", "**/groups"),
        ("scripts/login/debug", "main form button", "**/debug"),
    ):
        await page.goto(f"{base}/{path}")
        async with slow(page, next_page), page.expect_console_message(is_busy) as told:
            await page.locator(press).first.evaluate("one => { setTimeout(() => one.click()); }")
            _, what, bar, after_ms = (await told.value).text.split()
        assert (what, bar) == ("MAIN", "true")
        assert int(after_ms) >= 290
        await expect(page.locator("[aria-busy=true]")).to_have_count(0)
        assert not await page.evaluate(BAR)


async def test_what_is_found_by_name_is_busy_in_its_place(
    server: str, new_page: NewPage, somebody: str
) -> None:
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    async with slow(page, "**/go?**"):
        await page.keyboard.press("Control+k")
        await expect(page.locator("#go-found[aria-busy=true]")).to_have_count(1)
        assert await page.evaluate(BAR)
        assert await judged(page) + await wider(page) == []
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/waiting-go.png")
    await page.locator("#go-found a").first.wait_for()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert not await page.evaluate(BAR)


async def test_a_quick_answer_a_download_and_a_page_that_is_stayed_on_show_nothing(
    server: str, new_page: NewPage, pool: PoolForTests, things: Things, somebody: str
) -> None:
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    await page.add_init_script(
        "new MutationObserver(() => { window.wasBusy = true; }).observe(document, "
        "{ subtree: true, attributes: true, attributeFilter: ['aria-busy'] })"
    )
    await page.goto(f"{server}/console/pools/{pool.id}/users/{things.user}/data")
    async with page.expect_download():
        await page.locator("[data-download] button, button[data-download]").first.click()
    await page.wait_for_timeout(500)
    assert not await page.evaluate("window.wasBusy")
    await page.goto(f"{server}/console/pools/{pool.id}/users/{things.user}/edit")
    await page.locator("[name=name]").press_sequentially("1")
    page.once("dialog", lambda dialog: dialog.dismiss())
    await page.locator(".side a", has_text="Groups").click()
    await page.locator("[name=name]").press("End")
    await page.wait_for_timeout(500)
    assert await page.locator("[aria-busy=true]").count() == 0
