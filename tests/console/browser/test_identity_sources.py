"""The form of a connection whose kind says its own fields, and its page with a script among them."""

from __future__ import annotations

import os

import pytest
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.console.browser.test_looks import LOOKS
from tests.federation.fitting import FIELDS

from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft


@pytest.mark.parametrize("look", LOOKS)
async def test_the_form_of_each_setting_is_clean_and_fits(
    services: Services, server: str, new_page: NewPage, pool: PoolForTests, somebody: str, look: str
) -> None:
    script = "module.exports = async () => (\n  { userIdInIdp: 'a', " + "more: 1, " * 60 + "});"
    draft = ConnectionDraft("oauth", "corp", "公司", {**FIELDS, "tokenToUserInfoScript": script})
    source = await services.sources.create(pool.administrator, "公司", "oauth2", connections=[draft])
    page = await new_page(**LOOKS[look])
    await signed_in(page, server, somebody)
    here = f"{server}/console/pools/{pool.id}/sources/{source.id}"
    for path in ("", "/connections/new", f"/connections/{source.connections[0].id}/edit"):
        await page.goto(here + path)
        if folder := os.environ.get("SHOTS"):
            await page.screenshot(path=f"{folder}/{look[:6]}{path.count('/')}{path[-3:]}.png", full_page=True)
        assert await judged(page) + await wider(page) == [], path
