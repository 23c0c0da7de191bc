"""A field that holds JSON: judged as it is typed, and not sent while it is none."""

from __future__ import annotations

from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in

from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.services import Services
from poolhouse.users.model import UserKey


async def test_json_is_judged_as_it_is_typed(
    services: Services, server: str, new_page: NewPage, pool: PoolForTests, somebody: str
) -> None:
    await services.fields.define(
        pool.administrator, [FieldDraft(TargetType.USER, "tags", DataType.OBJECT, "Tags")]
    )
    user = await services.users.find(pool.administrator, UserKey("username", "zhang7"))
    assert user
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    here = f"{server}/console/pools/{pool.id}/users/{user.id}/edit"
    await page.goto(here)
    box, told = page.get_by_label("Tags"), page.get_by_text("This is not valid JSON yet")
    await box.press_sequentially('{"a": ')
    await told.wait_for()
    assert await judged(page) == []
    await page.click("main button")
    assert page.url == here
    await box.press_sequentially("[1]}")
    await told.wait_for(state="hidden")
    await page.click("main button")
    await page.wait_for_url("**done=done_saved")
    found = await services.fields.values_of(pool.administrator, TargetType.USER, user.id)
    assert [(one.key, one.value) for one in found] == [("tags", {"a": [1]})]
