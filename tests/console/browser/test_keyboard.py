"""The console by keys alone, in Chinese as it is typed, and what happens to changes that were not sent."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, signed_in


async def test_the_keyboard_alone_finds_somebody(
    server: str, chromium: Browser, pool: PoolForTests, somebody: str
) -> None:
    context = await chromium.new_context(locale="zh-CN")
    page = await context.new_page()
    await signed_in(page, server, somebody)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.goto(f"{server}/console/pools/{pool.id}/users")
    await page.keyboard.press("/")
    await page.keyboard.type("zhang59")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**q=zhang59**")
    assert await page.locator("tbody tr").count() == 1
    await page.locator("tbody a").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/users/*")
    assert await page.inner_text("h1") == "张59"
    await page.go_back()
    assert await page.input_value("[data-search]") == "zhang59"
    await page.locator("h1").click()
    await page.keyboard.press("?")
    assert await page.locator("#shortcuts").is_visible()
    await page.keyboard.press("Escape")
    assert not await page.locator("#shortcuts").is_visible()
    await page.goto(f"{server}/console/pools/{pool.id}")  # has no search of its own
    await page.keyboard.press("/")
    await page.locator("#go[open] a").first.wait_for()
    await context.close()


async def test_leaving_a_changed_form_asks(server: str, chromium: Browser, somebody: str) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    asked: list[str] = []

    async def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", answer)
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/account")
    await page.goto(f"{server}/console/account")
    assert asked == []
    await page.type("[name=old_password]", "something")
    await page.goto(f"{server}/console/account")
    assert asked == ["beforeunload"]
    await context.close()


async def test_a_letter_of_an_input_method_is_no_shortcut_and_its_words_are_found(
    server: str, new_page: NewPage, pool: PoolForTests, somebody: str
) -> None:
    """A composition as Chromium has it of an input method: letters that are not yet a word, then the word."""
    page = await new_page(locale="zh-CN")
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/users")
    search = page.locator("[data-search]")
    await search.focus()
    keys = await page.context.new_cdp_session(page)
    for letters in ("z", "zh", "zhang"):
        place = {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        await keys.send("Input.imeSetComposition", place)
    assert page.url.endswith("/users")
    await keys.send("Input.insertText", {"text": "张59"})
    assert await search.input_value() == "张59"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**q=**")
    assert await page.locator("tbody tr").count() == 1


async def test_control_k_goes_to_somebody_by_keys_alone(
    server: str, new_page: NewPage, pool: PoolForTests, somebody: str
) -> None:
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    await page.keyboard.press("Control+k")
    await page.locator("#go[open] a").first.wait_for()
    await page.keyboard.type("张59")
    await page.locator("#go-found a", has_text="张59").wait_for()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/users/*")
    assert await page.inner_text("h1") == "张59"


async def test_control_k_before_htmx_is_ready_shows_where_to_go_all_the_same(
    server: str, new_page: NewPage, pool: PoolForTests, somebody: str
) -> None:
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    await page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'k', ctrlKey: true })))"
    )
    await page.reload()
    await page.locator("#go[open] a").first.wait_for()


async def test_the_menu_of_a_narrow_screen_opens_and_closes_by_keys_and_shows_where_one_is(
    server: str, new_page: NewPage, pool: PoolForTests, somebody: str
) -> None:
    page = await new_page(locale="en-US", viewport={"width": 390, "height": 600})
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/sms")
    side, last = page.locator("#side"), page.locator("#side [aria-current]")
    assert not await side.is_visible()
    await page.locator("header .menu").press("Enter")
    await last.wait_for()
    box = await last.bounding_box()
    assert box
    assert 0 <= box["y"] <= 600 - box["height"]
    await page.keyboard.press("Escape")
    await side.wait_for(state="hidden")
    await page.locator("header .menu").press("Enter")
    await page.locator("#side a", has_text="Groups").press("Enter")
    await page.wait_for_url("**/groups")
    assert not await side.is_visible()
    await page.set_viewport_size({"width": 1280, "height": 600})
    assert await side.is_visible()
    assert not await page.locator(".menu").first.is_visible()
