"""A file that is larger than a form, sent in pieces by the page's script, checked and imported, in Chromium."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Route
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.import_files.conftest import Files

from poolhouse.services import Services

SHOTS = os.environ.get("SHOTS", "")
ROWS = 300


async def test_an_upload_that_breaks_off_continues_and_its_check_and_import_are_watched(
    server: str, services: Services, pool: PoolForTests, new_page: NewPage, somebody: str, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    rows = "".join(f"new-{n},new-{n}@x.cn,{'x' * 6000}\n" for n in range(ROWS))
    file.write_text(f"username,email,note\n{rows}odd,nonsense,\n")
    page = await new_page(locale="en-US", viewport={"width": 1280, "height": 1000})
    await signed_in(page, server, somebody)
    asked = 0

    async def broken_once(route: Route) -> None:
        nonlocal asked
        asked += 1
        await (route.abort() if asked == 2 else route.continue_())

    await page.route("**/pieces", broken_once)
    await page.goto(f"{server}/console/pools/{pool.id}/users/import")
    await page.get_by_label("File").set_input_files(file)
    await page.get_by_role("button", name="Check the file").click()
    await page.wait_for_url("**/columns")
    assert asked == 3
    assert await judged(page) + await wider(page) == []
    await page.get_by_label("note is imported as").select_option("")
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/columns.png")
    await page.get_by_role("button", name="Check all rows").click()
    await page.get_by_text("Checking").wait_for()
    assert await judged(page) + await wider(page) == []
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/checking.png")
    files = Files(services, pool)
    await files.finish()
    await page.get_by_text("Checked, not imported yet").wait_for(timeout=10_000)
    assert await judged(page) + await wider(page) == []
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/checked.png")
    await page.get_by_role("button", name=f"Import {ROWS} users").click()
    await page.get_by_text("Importing").wait_for()
    await files.finish()
    await page.get_by_text(f"{ROWS} imported, 0 here already, 1 refused").wait_for(timeout=10_000)
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Download the refused rows").click()
    assert "odd,nonsense,,email: " in (await (await coming.value).path()).read_text()
    for width, theme in ((1280, "light"), (390, "dark")):
        await page.set_viewport_size({"width": width, "height": 844})
        await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert await judged(page) + await wider(page) == []
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/done-{width}.png", full_page=True)
