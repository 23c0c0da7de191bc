"""A file that is larger than a form, sent in pieces by the page's script, checked and imported, in Chromium."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.async_api import Route
from tests.administrators.conftest import PASSWORD
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.import_files.conftest import Files

from poolhouse.import_files.model import PIECE
from poolhouse.paging import PageRequest
from poolhouse.services import Services

MORE = 500
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
    begun = await page.locator("#state time").first.inner_text()
    assert not begun.endswith("UTC"), "a page that renews itself keeps the times of the reader"
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


async def test_an_upload_whose_session_ends_continues_after_signing_in_again(
    server: str, services: Services, pool: PoolForTests, new_page: NewPage, somebody: str, tmp_path: Path
) -> None:
    """In the page that was left as it is, and in the page of the file, where another file is refused."""
    file, other = tmp_path / "people.csv", tmp_path / "other" / "people.csv"
    file.write_text("username,email,note\n" + "".join(f"new-{n},,{'x' * 6000}\n" for n in range(MORE)))
    other.parent.mkdir()
    other.write_text(file.read_text().replace("new-0,", "odd-0,"))
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    at: list[int] = []
    ends_at = {1, 2}

    async def ended(route: Route) -> None:
        sent = route.request.post_data_buffer or b""
        number = int(re.findall(rb'name="position"\r\n\r\n(\d+)', sent)[0]) // PIECE
        at.append(number)
        if number in ends_at:
            ends_at.remove(number)
            await services.db.execute(
                "update administrator_sessions set seen_at = seen_at - interval '3 hours'"
            )
        await route.continue_()

    await page.context.route("**/pieces", ended)
    await page.goto(f"{server}/console/pools/{pool.id}/users/import")
    await page.get_by_label("File").set_input_files(file)
    await page.get_by_role("button", name="Check the file").click()
    await page.get_by_text("Your session has ended").wait_for()
    assert await judged(page) + await wider(page) == []
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="Sign in").click()
    beside = await opening.value
    await beside.fill("[name=username]", somebody)
    await beside.fill("[name=password]", PASSWORD)
    await beside.press("[name=password]", "Enter")
    await beside.wait_for_url("**/imports")
    said = await page.evaluate(
        "document.querySelector('form[data-upload]').requestSubmit(); document.querySelector('[data-told]').innerText"
    )
    assert said == "", "what was said of the last try stands while the next one goes on"
    await page.get_by_text("Your session has ended").wait_for()
    (uploading,) = (await services.import_files.list(pool.administrator, PageRequest(1, 10))).items
    await page.goto(f"{server}/console/pools/{pool.id}/import-files/{uploading.id}")
    await page.fill("[name=username]", somebody)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.get_by_label("Choose the same file again").set_input_files(other)
    await page.get_by_role("button", name="Continue the upload").click()
    await page.get_by_text("it begins otherwise").wait_for()
    await page.get_by_label("Choose the same file again").set_input_files(file)
    await page.get_by_role("button", name="Continue the upload").click()
    await page.wait_for_url("**/columns")
    assert at == [0, 1, 1, 1, 2, 2, 2]
