"""The console in a browser: nothing an assistive technology would stumble over, nothing wider than the screen, and the
keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.conftest import PoolForTests
from tests.console.conftest import Things

from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.console import PAGES

AXE = Path(__file__).parents[1] / "js/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("PICTURES", "")
"""A folder where pictures for the guide are put: make pictures."""
PICTURED = {"/pools/{pool}/users": "console-users.png", "/pools/{pool}/users/{user}": "console-user.png"}
LOOKS = {
    "wide, light, Chinese": {
        "viewport": {"width": 1280, "height": 900},
        "color_scheme": "light",
        "locale": "zh-CN",
    },
    "narrow, dark, English": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "locale": "en-US",
    },
}


async def signed_in(page: Page, server: str, username: str) -> None:
    await page.goto(f"{server}/console")
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/console/pools/**")


async def judged(page: Page) -> list[str]:
    """What axe finds of WCAG 2.2 A and AA."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate("tags => axe.run({ runOnly: tags })", tags)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


@pytest.fixture
async def somebody(services: Services, pool: PoolForTests) -> str:
    """The username of an owner of the pool, in which there is something to see."""
    name = f"c{new_id()}"
    one = await services.administrators.create(OPERATOR, name, PASSWORD, must_change_password=False)
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, ["owner"])
    for number in range(60):
        draft = {"username": f"zhang{number}", "name": f"张{number}", "email": f"zhang{number}@shop.example"}
        await services.users.create(pool.administrator, UserDraft(draft))
    return name


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_is_clean_and_fits(
    server: str, chromium: Browser, pool: PoolForTests, things: Things, somebody: str, look: str
) -> None:
    context = await chromium.new_context(**LOOKS[look])  # type: ignore[arg-type]
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    found: dict[str, list[str]] = {}
    await page.goto(f"{server}/console/sign-in")
    found["sign-in"] = await judged(page)
    await signed_in(page, server, somebody)
    for shown in (one for one in PAGES if one.method == "GET"):
        path = things.fill(shown.path.replace("{pool}", pool.id))
        await page.goto(f"{server}/console{path}?choose=1")
        wider = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found[shown.path] = await judged(page) + ([f"{wider} px wider than the screen"] if wider else [])
        if PICTURES and shown.path in PICTURED and "wide" in look:
            await page.screenshot(path=f"{PICTURES}/{PICTURED[shown.path]}")
    await context.close()
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert said == []


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
