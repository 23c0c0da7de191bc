"""A page that is the last tells how many there are: what is searched is read once, and not again to be counted."""

from __future__ import annotations

import pytest
from bench.console_asked import counted
from tests.conftest import PoolForTests

from poolhouse.groups.model import GroupDraft
from poolhouse.paging import PageRequest
from poolhouse.roles.model import RoleDraft
from poolhouse.services import Services

LISTS = ("groups", "roles", "apps")


async def search(
    services: Services, pool: PoolForTests, name: str, words: str, page: PageRequest
) -> tuple[int, int, int]:
    """How many there are, how many were found, and how many statements counted them all."""
    admin = pool.administrator
    with counted() as spent:
        if name == "groups":
            found = await services.groups.list(admin, page, words)
        elif name == "roles":
            found = await services.roles.list(admin, "default", page, words)
        else:
            found = await services.apps.list(admin, page, keyword=words)
    return found.total, len(found.items), sum(f"count(*) from {name} " in sql for _, sql in spent.all)


@pytest.mark.parametrize("name", LISTS)
async def test_a_last_page_is_counted_by_its_rows_and_any_other_by_the_database(
    services: Services, pool: PoolForTests, name: str
) -> None:
    for code in ("one", "two", "twofold"):
        await services.groups.create(pool.administrator, GroupDraft(code, code))
        await services.roles.create(pool.administrator, RoleDraft(code, name=code))
        await services.apps.create(pool.administrator, code)
    for words, page, expected in (
        ("two", PageRequest(1, 10), (2, 2, 0)),
        ("nothing", PageRequest(1, 10), (0, 0, 0)),
        ("o", PageRequest(2, 2), (3, 1, 0)),
        ("o", PageRequest(1, 2), (3, 2, 1)),
        ("two", PageRequest(1, 2), (2, 2, 1)),
        ("two", PageRequest(3, 2), (2, 0, 1)),
    ):
        assert await search(services, pool, name, words, page) == expected, (words, page)
