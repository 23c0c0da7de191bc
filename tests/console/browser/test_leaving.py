"""Leaving a form that was changed asks, and only then; and what was typed survives the end of the session."""

from __future__ import annotations

import pytest
from playwright.async_api import Dialog, Page
from tests.administrators.conftest import PASSWORD
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, kept, signed_in, wider
from tests.console.browser.test_looks import LOOKS, SHOWN
from tests.console.conftest import Things

from poolhouse.services import Services

FIRST = (
    "main form[method=post] :is("
    "input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=search], [readonly]), "
    "textarea):visible:enabled"
)
OPEN = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


async def leave(page: Page, to: str) -> bool:
    """Whether the browser asked."""
    asked: list[str] = []

    async def told(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", told)
    await page.goto(to)
    page.remove_listener("dialog", told)
    return asked == ["beforeunload"]


async def test_every_form_asks_when_it_was_changed_and_only_then(
    server: str, new_page: NewPage, pool: PoolForTests, things: Things, somebody: str
) -> None:
    """Nor is a draft left in the browser, by the page or once it is left."""
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    found, forms = {}, 0
    for shown in SHOWN:
        address = f"{server}/console{things.fill(shown.path.replace('{pool}', pool.id))}"
        await page.goto(f"{address}?choose=1")
        await page.evaluate(OPEN)
        if not await page.locator(FIRST).count():
            continue
        forms += 1
        field = page.locator(FIRST).first
        before = await field.input_value()
        await field.press_sequentially("1")
        await field.fill(before)
        unchanged = await leave(page, f"{address}?choose=1")
        await page.evaluate(OPEN)
        await page.locator(FIRST).first.press_sequentially("1")
        drafts = await kept(page)
        changed = await leave(page, f"{server}/console/account")
        drafts += await kept(page)
        if (unchanged, changed, drafts) != (False, True, []):
            found[shown.path] = (unchanged, changed, drafts)
    assert found == {}
    assert forms > 15


async def test_a_form_that_was_refused_asks_and_one_that_was_saved_does_not(
    server: str, new_page: NewPage, pool: PoolForTests, things: Things, somebody: str
) -> None:
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    here = f"{server}/console/pools/{pool.id}/users/{things.user}/edit"
    await page.goto(here)
    await page.fill("[name=email]", "no address")
    await page.click("main button")
    await page.wait_for_selector(".field.wrong")
    assert await leave(page, here)
    await page.fill("[name=name]", "王五")
    await page.click("main button")
    await page.wait_for_url("**/users/*done=done_saved")
    assert not await leave(page, here)


async def test_signing_in_asks_nothing(server: str, new_page: NewPage) -> None:
    page = await new_page()
    await page.goto(f"{server}/console/sign-in")
    await page.locator("[name=username]").press_sequentially("somebody")
    assert not await leave(page, f"{server}/console/sign-in")


@pytest.mark.parametrize("look", LOOKS)
async def test_what_was_typed_survives_the_end_of_the_session(
    services: Services,
    server: str,
    new_page: NewPage,
    pool: PoolForTests,
    things: Things,
    somebody: str,
    look: str,
) -> None:
    page = await new_page(**LOOKS[look])
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/users/{things.user}/edit")
    await page.fill("[name=name]", "王五")
    await services.db.execute("update administrator_sessions set seen_at = seen_at - interval '3 hours'")
    await page.click("main button")
    await page.wait_for_selector("[name=poolhouse_held]", state="attached")
    assert await judged(page) + await wider(page) == []
    assert "王五" not in await page.content()
    await page.locator("[name=password]").press_sequentially(PASSWORD)
    assert await leave(page, page.url) is True
    await page.goto(f"{server}/console/pools/{pool.id}/users/{things.user}/edit")
    assert "/sign-in" in page.url
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/users/{things.user}/edit")
    await page.fill("[name=name]", "王五")
    await services.db.execute("update administrator_sessions set seen_at = seen_at - interval '3 hours'")
    await page.click("main button")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/users/*done=done_saved")
    assert (await services.users.get(pool.administrator, things.user)).name == "王五"
