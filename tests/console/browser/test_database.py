"""The button that tries a connection, in a browser: it answers in place, keeps what was typed, and saves nothing."""

from __future__ import annotations

from playwright.async_api import Browser
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.conftest import PoolForTests

from poolhouse.ids import new_id
from poolhouse.services import Services


async def test_the_button_answers_in_place_and_saves_nothing(
    server: str, chromium: Browser, pool: PoolForTests, services: Services
) -> None:
    name = f"c{new_id()}"
    made = await services.administrators.create(OPERATOR, name, PASSWORD, must_change_password=False)
    await services.administrators.set_roles(OPERATOR, made.id, pool.id, ["custom-database-editor"])
    context = await chromium.new_context(locale="en-US")
    page = await context.new_page()
    await page.goto(f"{server}/console")
    await page.fill("[name=username]", name)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/console/pools/**")
    await page.goto(f"{server}/console/pools/{pool.id}/database")
    await page.check("#by-parts")
    await page.fill("[name='connection.host']", "127.0.0.1")
    await page.fill("[name='connection.port']", "1")
    await page.fill("[name='connection.password']", "s3cret-word")
    await page.click("button[value=test]")
    await page.wait_for_selector("#tested .failed")
    assert "nothing listens on that port" in await page.inner_text("#tested")
    assert await page.input_value("[name='connection.password']") == "s3cret-word"
    assert (await services.customdb.get(pool.administrator)).connection.host is None
    await context.close()
