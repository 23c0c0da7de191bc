"""Many chosen by ticking, and an act that is watched, in Chromium."""

from __future__ import annotations

import os

from tests.bulk.conftest import Works
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider

from poolhouse.services import Services

SHOTS = os.environ.get("SHOTS", "")


async def test_a_page_of_users_is_ticked_suspended_and_watched(
    server: str, services: Services, pool: PoolForTests, new_page: NewPage, somebody: str
) -> None:
    """The page of the act shows its end without being asked again."""
    page = await new_page(locale="en-US", viewport={"width": 1280, "height": 1000})
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/users")
    await page.get_by_label("Select all on this page").check()
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/list.png")
    await page.get_by_role("button", name="With those selected…").click()
    await page.get_by_text("50 users are selected").wait_for()
    assert await judged(page) + await wider(page) == []
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/choose.png", full_page=True)
    await page.get_by_label("Why").fill("holiday")
    await page.get_by_role("button", name="Suspend", exact=True).click()
    await page.wait_for_url("**/bulk-acts/*")
    await Works(services, pool).finish()
    await page.get_by_text("Completed").wait_for(timeout=10_000)
    await page.get_by_text("50 done, 0 failed, of 50").wait_for()
    assert await judged(page) + await wider(page) == []
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/act.png", full_page=True)
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.emulate_media(color_scheme="dark")
        await page.goto(f"{server}/console/pools/{pool.id}/users/bulk?all=1")
        await page.screenshot(path=f"{SHOTS}/narrow.png", full_page=True)
