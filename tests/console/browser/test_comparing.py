"""Two versions of a script in Chromium: beside each other, on a narrow screen in one, without scripts as a table."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.console.browser.test_looks import LOOKS

from poolhouse.services import Services

LOGIN = "async function login(query) {\n" + "  query.email;\n" * 12 + "  return { id: 1 };\n}\n"


@pytest.mark.parametrize("look", LOOKS)
async def test_what_changed_is_shown_in_the_editor(
    server: str, services: Services, new_page: NewPage, pool: PoolForTests, somebody: str, look: str
) -> None:
    for number in (1, 2):
        await services.customdb.save_script(
            pool.administrator, "login", LOGIN.replace("1", f"{number}0 /* {number} */")
        )
    page = await new_page(**LOOKS[look])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/scripts/login/compare")
    await page.locator("script-changes .cm-changedLine").first.wait_for()
    assert await page.locator("script-changes .cm-editor").count() == (2 if "wide" in look else 1)
    assert not await page.locator("script-changes table").is_visible()
    assert await page.locator(".cm-collapsedLines").count() > 0
    assert await judged(page) + await wider(page) == []
    assert said == []


async def test_without_scripts_it_is_a_table(
    server: str, services: Services, new_page: NewPage, pool: PoolForTests, somebody: str
) -> None:
    for number in (1, 2):
        await services.customdb.save_script(pool.administrator, "login", LOGIN.replace("1", f"{number}0"))
    narrow: Any = {**LOOKS["narrow, light, English"], "java_script_enabled": False}
    page = await new_page(**narrow)
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/scripts/login/compare")
    assert await page.locator("tr.gone code").all_inner_texts() == ["  return { id: 10 };"]
    assert await page.locator("tr.new code").all_inner_texts() == ["  return { id: 20 };"]
    assert await page.locator("tr.skipped").count() == 1
