"""The page that runs a script, in the browser: what a run shows is clean and fits, too."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.console.browser.test_looks import LOOKS

from poolhouse.services import Services

SOURCE = """async function login(query) {
  console.log('%s'.repeat(400));
  if (query.email) throw new Error('x'.repeat(2000));
  return { name: 'y'.repeat(2000) };
}"""


@pytest.mark.parametrize("look", ["wide, light, Chinese", "narrow, dark, Chinese"])
async def test_what_a_run_shows_is_clean_and_fits(
    server: str, new_page: NewPage, services: Services, pool: PoolForTests, somebody: str, look: str
) -> None:
    await services.customdb.save_script(pool.administrator, "login", SOURCE)
    page = await new_page(**LOOKS[look])
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/scripts/login/debug")
    for email in ("", "li@example.com"):
        await page.fill("#arg-query-email", email)
        await page.fill("#arg-password", "secret-word")
        await page.press("#arg-password", "Enter")
        await page.wait_for_selector(".made .error" if email else ".made pre")
        assert await page.input_value("#arg-password") == ""
        assert await page.input_value("#arg-query-email") == email
        assert await judged(page) + await wider(page) == []
