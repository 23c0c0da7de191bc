"""The end of a migration in the browser: once begun it goes on by itself, and stops where the page is left."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from tests.client.test_migration import migrating
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.console.browser.test_looks import LOOKS

from poolhouse.services import Services
from poolhouse.wire.console.migration import finishing


async def test_it_goes_on_by_itself_and_may_be_paused(
    server: str,
    services: Services,
    pool: PoolForTests,
    new_page: NewPage,
    somebody: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finishing, "MOST_PAGES", 1)
    await migrating(services, pool)
    page = await new_page(**LOOKS["narrow, dark, Chinese"])
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    await signed_in(page, server, somebody)
    here = f"{server}/console/pools/{pool.id}/migration/finish"
    await page.goto(here)
    await page.fill("[name=confirm]", (await services.pools.get(pool.id)).name)
    await page.press("[name=confirm]", "Enter")
    await expect(page.locator("#finishing h2")).to_have_text("已完成", timeout=20_000)
    await expect(page.locator("#finishing")).to_contain_text("迁入 205")
    assert await judged(page) + await wider(page) == []
    assert said == []

    await services.migration.begin(pool.administrator)
    await page.goto(here)
    await expect(page.locator("#finishing h2")).to_have_text("已暂停")
    await page.wait_for_timeout(500)
    state = await services.migration.state(pool.administrator)
    assert state.finish
    assert state.finish.position == 0, "a page that is only read moves nobody"
    assert await judged(page) + await wider(page) == []
