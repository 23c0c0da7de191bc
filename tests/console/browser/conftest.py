"""The console in Chromium: `make e2e`, as each page takes a second and `make test` is to stay quick."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.conftest import PoolForTests

from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

AXE = Path(__file__).parents[2] / "js/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("PICTURES", "")
"""A folder where pictures for the guide are put: make pictures."""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

SETTLED = """() => new Promise((done) => requestAnimationFrame(() => {
  for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
  done();
}))"""
"""Colors that fade from one theme to the other have arrived."""
FIRST_PX = 160
"""Of the screen before a page begins, at most."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counts = {
        name: len(terminalreporter.stats.get(name, ())) for name in ("passed", "failed", "error", "skipped")
    }
    failed = counts["failed"] + counts["error"]
    terminalreporter.write_line(f"{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped")


async def signed_in(page: Page, server: str, username: str, password: str = PASSWORD) -> None:
    await page.goto(f"{server}/console")
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", password)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/console/pools/**")


async def judged(page: Page) -> list[str]:
    """What axe finds of WCAG 2.2 A and AA."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate("tags => axe.run({ runOnly: tags })", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


async def colors(page: Page) -> list[str]:
    """Of what axe finds, what another theme may change, in the theme that is not shown."""
    scheme = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'light' : 'dark'")
    await page.emulate_media(color_scheme=scheme)
    await page.evaluate(SETTLED)
    rules = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
    found: dict[str, Any] = await page.evaluate("rules => axe.run(rules)", rules)
    await page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    return [f"{scheme}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


async def kept(page: Page) -> list[str]:
    """What pages have left in the browser beside cookies, which whoever sits there next could read: nothing may be."""
    found: list[str] = await page.evaluate(
        "async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage),"
        " ...(await indexedDB.databases()).map((one) => one.name), ...(await caches.keys()),"
        " ...(await navigator.serviceWorker.getRegistrations()).map((one) => one.scope)]"
    )
    return [f"kept in the browser: {name}" for name in found]


async def wider(page: Page) -> list[str]:
    """Whether one has to scroll: sideways, down to where the page begins, or along the tabs to the open one."""
    pixels, begins, tabs = await page.evaluate(
        "[document.documentElement.scrollWidth - document.documentElement.clientWidth,"
        " document.querySelector('main').getBoundingClientRect().top,"
        " [...document.querySelectorAll('.tabs [aria-current]')].map(tab => tab.getBoundingClientRect().right)]"
    )
    across = await page.evaluate("document.documentElement.clientWidth")
    return [
        *([f"{pixels} px wider than the screen"] if pixels else []),
        *([f"begins {begins} px below the top"] if begins > FIRST_PX else []),
        *(f"the open tab ends at {right} px" for right in tabs if right > across),
    ]


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


NewPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def new_page(chromium: Browser) -> AsyncIterator[NewPage]:
    """A page in a browser of its own: `new_page(locale="zh-CN", ...)`."""
    async with AsyncExitStack() as stack:

        async def open_(**options: Any) -> Page:
            context = await chromium.new_context(**options)
            stack.push_async_callback(context.close)
            return await context.new_page()

        yield open_
