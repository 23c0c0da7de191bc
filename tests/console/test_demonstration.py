"""What a newcomer sees: in the pool of `make run` every list of the console opens onto something."""

from __future__ import annotations

import re

import asyncpg
import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open

from poolhouse.commands import demo, demo_people
from poolhouse.commands.demo_filling import fill
from poolhouse.services import Services
from poolhouse.wire.console import PAGES

LISTS = [one for one in PAGES if one.method == "GET" and re.fullmatch(r"/pools/{pool}[^{}]*", one.path)]
"""What is opened without naming one thing."""
EMPTY = {
    "/pools/{pool}/api": "what is said where scripts do not run",
    "/pools/{pool}/departments": "for administrators of some departments alone",
    "/pools/{pool}/migration/refused": "nobody has ended the migration",
    "/pools/{pool}/users/bulk": "nobody was chosen",
}
"""Path -> why nothing is there in a new demonstration."""


@pytest.fixture
async def filled(
    services: Services, pool: PoolForTests, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a tenth of the people, and the old table in a schema of its own."""
    monkeypatch.setattr(demo_people, "IN_POOL", 200)
    connection = await asyncpg.connect(database_url)
    await connection.execute("create schema if not exists legacy")
    await connection.close()
    url = f"{database_url}{'&' if '?' in database_url else '?'}search_path=legacy"
    await demo._fill(url)
    assert await fill(services, pool.id, url) == "filled"


@pytest.mark.usefixtures("filled")
async def test_no_list_of_the_demonstration_is_empty(console: Open) -> None:
    one = await console("owner")
    found = {}
    for page in LISTS:
        answer = await one.get(page.path)
        assert answer.status_code == 200, page.path
        found[page.path] = re.findall(r'<p class="empty">(.*?)</p>', answer.text, re.DOTALL)
    assert {path: said for path, said in found.items() if said and path not in EMPTY} == {}
    assert [path for path in EMPTY if not found[path]] == []
