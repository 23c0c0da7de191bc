"""The pages of administrators whose roles are limited to departments, as they are seen."""

from __future__ import annotations

import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.console.browser.test_looks import LOOKS
from tests.console.conftest import Things

from poolhouse.ids import new_id
from poolhouse.services import Services

_DEPARTMENT = "organizations/{organization}/departments/{department}"
SHOWN = {
    "user-editor": ("users", "users/new", "users/{user}", "users/{user}/access", "departments", _DEPARTMENT),
    "organization-editor": (_DEPARTMENT, f"{_DEPARTMENT}/new"),
}


@pytest.mark.parametrize("look", LOOKS)
async def test_the_pages_of_a_limited_role_are_clean_and_fit(
    services: Services, server: str, new_page: NewPage, pool: PoolForTests, things: Things, look: str
) -> None:
    found: dict[str, list[str]] = {}
    for role, paths in SHOWN.items():
        one = await services.administrators.create(
            OPERATOR, f"l{new_id()}", PASSWORD, must_change_password=False
        )
        await services.administrators.set_roles(OPERATOR, one.id, pool.id, [role], [], [things.department])
        page = await new_page(**LOOKS[look])
        await signed_in(page, server, one.username)
        for path in paths:
            await page.goto(f"{server}/console" + things.fill(f"/pools/{pool.id}/{path}"))
            assert await page.locator("h1").count() == 1
            found[f"{role} {path}"] = await judged(page) + await wider(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
