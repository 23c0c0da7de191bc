"""Every credential against every ending, at every door: docs/security/endings.md says which dies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.wire.credentials import CREDENTIALS, REDIRECT, World
from tests.wire.endings import ENDINGS
from tests.wire.v2.conftest import V2Client

from poolhouse.app import asgi
from poolhouse.services import Services

PAGE = Path(__file__).parents[2] / "docs/security/endings.md"


def table() -> dict[str, dict[str, str]]:
    """Ending -> column -> `dies` or `lives`."""
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("|")]
    head, _, *body = [[cell.strip() for cell in row] for row in rows]
    return {name: dict(zip(head[1:], cells, strict=True)) for name, *cells in body}


@pytest.fixture
async def world(services: Services, pool: PoolForTests) -> AsyncIterator[World]:
    administrator = pool.administrator
    await services.pools.update(administrator, {}, {"verify_code_resend_after": 0})
    app = await services.apps.create(administrator, "shop", redirect_uris=(REDIRECT,))
    key = await services.access_keys.create(administrator)
    own = await services.management_tokens.of_pool(pool.id)
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        yield World(services, http, pool, app, key, V2Client(http, {"authorization": f"Bearer {own.token}"}))


def test_the_page_has_a_row_for_every_ending_and_a_column_for_every_credential() -> None:
    page, groups = table(), {one.group for one in CREDENTIALS.values()}
    assert list(page) == list(ENDINGS)
    assert all(set(cells) == groups and set(cells.values()) <= {"dies", "lives"} for cells in page.values())


@pytest.mark.parametrize("ending", ENDINGS)
async def test_what_dies_and_what_lives_after(ending: str, world: World) -> None:
    made = {name: await one.make(world) for name, one in CREDENTIALS.items()}

    await ENDINGS[ending](world, [person for person, _ in made.values() if person])

    found = {
        (name, door): "lives" if await opens() else "dies"
        for name, (_, doors) in made.items()
        for door, opens in doors.items()
    }
    expected = table()[ending]
    assert found == {(name, door): expected[CREDENTIALS[name].group] for name, door in found}
