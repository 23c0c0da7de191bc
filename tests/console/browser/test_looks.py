"""Every page as it is seen: nothing an assistive technology would stumble over, nothing wider than the screen, nothing
the browser complains of, and nothing asked of another host."""

from __future__ import annotations

from typing import Any

import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.conftest import PoolForTests
from tests.console.browser.conftest import PICTURES, NewPage, colors, judged, kept, signed_in, wider
from tests.console.conftest import Things

from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.wire.console import PAGES

PICTURED = {"/pools/{pool}/users": "console-users.png", "/pools/{pool}/users/{user}": "console-user.png"}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS: dict[str, dict[str, Any]] = {
    "wide, light, Chinese": {"viewport": WIDE, "color_scheme": "light", "locale": "zh-CN"},
    "wide, dark, English": {"viewport": WIDE, "color_scheme": "dark", "locale": "en-US"},
    "narrow, light, English": {"viewport": NARROW, "color_scheme": "light", "locale": "en-US"},
    "narrow, dark, Chinese": {"viewport": NARROW, "color_scheme": "dark", "locale": "zh-CN"},
}
"""Four of the eight, in which each two of width, theme and language meet; of the other four, which differ in the theme
alone, what a theme may change (`colors`)."""
SHOWN = [page for page in PAGES if page.method == "GET" and page.access != "server-owner"]
OF_SERVER = [page for page in PAGES if page.method == "GET" and page.access == "server-owner"]
PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_is_clean_and_fits(
    server: str, new_page: NewPage, pool: PoolForTests, things: Things, somebody: str, look: str, part: int
) -> None:
    page = await new_page(**LOOKS[look])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not _ours(request.url, server) else None)
    found: dict[str, list[str]] = {}
    await page.goto(f"{server}/console/sign-in")
    found["sign-in"] = await judged(page) + await wider(page) + await colors(page) + await kept(page)
    await signed_in(page, server, somebody)
    for shown in SHOWN[part::PARTS]:
        path = things.fill(shown.path.replace("{pool}", pool.id))
        answer = await page.goto(f"{server}/console{path}?choose=1")
        assert answer
        status = [] if answer.status == 200 else [f"status {answer.status}"]
        found[shown.path] = status + await judged(page) + await wider(page)
        found[shown.path] += await colors(page) + await kept(page)
        if PICTURES and shown.path in PICTURED and look == "wide, light, Chinese":
            await page.screenshot(path=f"{PICTURES}/{PICTURED[shown.path]}")
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert said == []


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_of_the_server_is_clean_and_fits(
    services: Services, server: str, new_page: NewPage, things: Things, look: str
) -> None:
    page, name = await new_page(**LOOKS[look]), f"c{new_id()}"
    await services.administrators.create(OPERATOR, name, PASSWORD, is_owner=True, must_change_password=False)
    await page.goto(f"{server}/console/account")
    await page.fill("[name=username]", name)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/console/account")
    found: dict[str, list[str]] = {}
    for shown in OF_SERVER:
        answer = await page.goto(f"{server}/console{things.fill(shown.path)}")
        assert answer
        status = [] if answer.status == 200 else [f"status {answer.status}"]
        found[shown.path] = status + await judged(page) + await wider(page)
        found[shown.path] += await colors(page) + await kept(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


def _ours(address: str, server: str) -> bool:
    return address.startswith((f"{server}/", "data:", "blob:", "about:"))


@pytest.mark.parametrize("path", ["/nothing", "/pools/nothing", "/pools/{pool}/users?page=-1"])
async def test_a_page_that_says_what_is_wrong_is_clean(
    server: str, new_page: NewPage, pool: PoolForTests, somebody: str, path: str
) -> None:
    page = await new_page(**LOOKS["narrow, dark, Chinese"])
    await signed_in(page, server, somebody)
    answer = await page.goto(f"{server}/console{path.replace('{pool}', pool.id)}")
    assert answer
    assert answer.status >= 400
    assert await judged(page) + await wider(page) == []
