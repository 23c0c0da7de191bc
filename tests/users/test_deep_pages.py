"""A page deep in a list is what counting from its first row gives, while rows come and go between the pages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.users.people import START, everybody, listed, person, put
from tests.users.test_lists import fitting

from poolhouse.db.database import Database
from poolhouse.directory import deep_pages, search
from poolhouse.directory.deep_pages import DeepPages
from poolhouse.directory.totals import Totals
from poolhouse.paging import Page, PageRequest
from poolhouse.services import Services
from poolhouse.users.model import Condition, Sort, User, UserQuery

LISTS: dict[str, dict[str, Any]] = {
    "everybody": {},
    "oldest first": {"sort": (Sort("created_at", False),)},
    "a status": {"statuses": ("Activated",)},
    "a status, oldest first": {"statuses": ("Activated",), "sort": (Sort("created_at", False),)},
    "two genders": {"conditions": (Condition("gender", "IN", ["M", "U"]),)},
}
SIZE = 7


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a list of a hundred is a long one."""
    monkeypatch.setattr(search, "FAR", 0)
    monkeypatch.setattr(deep_pages, "STEP", 20)
    monkeypatch.setattr(deep_pages, "MOST_PLACES", 6)


@pytest.fixture
async def crowd(services: Services, pool: PoolForTests) -> PoolForTests:
    random = Random(11)
    await put(services.db, pool.id, [person(random, number) for number in range(120)])
    return pool


class Pages:
    """Of one pool, by what was remembered of earlier ones."""

    def __init__(self, db: Any, pool_id: str) -> None:
        self.db, self._pool_id, self.deep = db, pool_id, DeepPages(db)

    async def at(self, number: int, **query: Any) -> Page[User]:
        asked = UserQuery(PageRequest(number, SIZE), **query)
        return await search.page(self.db, Totals(self.db), self._pool_id, asked, self.deep)


async def _comes_newest(db: Database, pool_id: str, random: Random, number: int) -> None:
    await put(db, pool_id, [person(random, number) | {"created_at": START + timedelta(days=number)}])


async def _comes_among_the_others(db: Database, pool_id: str, random: Random, number: int) -> None:
    await put(db, pool_id, [person(random, number)])


async def _goes(db: Database, pool_id: str, random: Random, number: int) -> None:
    await db.execute(
        "delete from users where pool_id = $1 and id = $2", pool_id, await _any(db, pool_id, random)
    )


async def _is_suspended(db: Database, pool_id: str, random: Random, number: int) -> None:
    await db.execute(
        "update users set status = 'Suspended', gender = 'F' where pool_id = $1 and id = $2",
        *(pool_id, await _any(db, pool_id, random)),
    )


async def _was_created_elsewhen(db: Database, pool_id: str, random: Random, number: int) -> None:
    await db.execute(
        "update users set created_at = $3 where pool_id = $1 and id = $2",
        *(pool_id, await _any(db, pool_id, random), START + timedelta(minutes=random.randrange(3000))),
    )


async def _any(db: Database, pool_id: str, random: Random) -> str:
    return random.choice([user.id for user in await everybody(db, pool_id)])


ACTS: list[Callable[[Database, str, Random, int], Awaitable[None]]] = [
    *(_comes_newest, _comes_among_the_others, _goes, _is_suspended, _was_created_elsewhen)
]


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_is_as_counted_whoever_came_and_went(
    services: Services, crowd: PoolForTests, name: str
) -> None:
    pages, random = Pages(services.db, crowd.id), Random(name)
    for number in range(200, 260):
        people = await everybody(services.db, crowd.id)
        model = listed(people, fitting(UserQuery(**LISTS[name])), LISTS[name].get("sort", ()))
        for _ in range(2):
            place = random.randrange(len(model) // SIZE + 2)
            page = await pages.at(place + 1, **LISTS[name])
            assert [user.id for user in page.items] == model[place * SIZE : (place + 1) * SIZE]
            assert page.total == len(model)
        for nth, act in enumerate(random.choices(ACTS, k=random.randrange(3))):
            await act(services.db, crowd.id, random, 10 * number + nth)


async def test_a_place_that_was_far_is_known_to_other_processes(
    services: Services, crowd: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after some have come who are newer."""
    monkeypatch.setattr(deep_pages, "WORTH", 30)
    first, random = Pages(services.db, crowd.id), Random(2)
    for given in LISTS.values():
        await first.at(8, **given)
    for came in range(2):
        people = await everybody(services.db, crowd.id)
        for name, given in LISTS.items():
            another = Pages(Skipping(services.db), crowd.id)
            page = await another.at(9, **given)
            model = listed(people, fitting(UserQuery(**given)), given.get("sort", ()))
            assert [user.id for user in page.items] == model[8 * SIZE : 9 * SIZE], name
            assert another.db.skipped <= 2 * SIZE, name
        await _comes_newest(services.db, crowd.id, random, 300 + came)


async def test_places_of_a_list_that_somebody_left_are_not_used(
    services: Services, crowd: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deep_pages, "WORTH", 0)
    await Pages(services.db, crowd.id).at(9)
    people = await everybody(services.db, crowd.id)
    await services.db.execute("delete from users where pool_id = $1 and id = $2", crowd.id, people[0].id)
    page = await Pages(services.db, crowd.id).at(9)
    model = listed(await everybody(services.db, crowd.id), lambda _: True, ())
    assert [user.id for user in page.items] == model[8 * SIZE : 9 * SIZE]


class Skipping:
    """A database that says how many rows it was told to skip at most."""

    def __init__(self, db: Database) -> None:
        self._db, self.skipped = db, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    async def search_fetch(self, sql: str, *args: Any) -> Any:
        self.skipped = max([self.skipped, *map(int, re.findall(r"offset (\d+)", sql))])
        return await self._db.search_fetch(sql, *args)


class Meddled:
    """A database where something happens before each statement, as often as there are acts."""

    def __init__(self, db: Database, acts: list[Callable[[], Awaitable[None]]]) -> None:
        self._db, self._acts = db, acts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    async def search_fetch(self, sql: str, *args: Any) -> Any:
        if self._acts:
            await self._acts.pop()()
        return await self._db.search_fetch(sql, *args)


@pytest.mark.parametrize("times", [1, 3, 8])
async def test_who_goes_while_a_page_is_sought_is_not_counted(
    services: Services, crowd: PoolForTests, times: int
) -> None:
    async def goes() -> None:
        people = await everybody(services.db, crowd.id)
        await services.db.execute("delete from users where pool_id = $1 and id = $2", crowd.id, people[0].id)

    for name, given in LISTS.items():
        page = await Pages(Meddled(services.db, [goes] * times), crowd.id).at(5, **given)
        people = await everybody(services.db, crowd.id)
        model = listed(people, fitting(UserQuery(**given)), given.get("sort", ()))
        assert ([user.id for user in page.items], page.total) == (model[4 * SIZE : 5 * SIZE], len(model)), (
            name
        )


async def test_newcomers_move_what_is_known_and_a_deletion_ends_it(
    services: Services, crowd: PoolForTests
) -> None:
    pages = Pages(services.db, crowd.id)
    await pages.at(9)
    (known,) = pages.deep._lists.values()
    before = set(known.places)
    await _comes_newest(services.db, crowd.id, Random(1), 300)
    await pages.at(9)
    (known,) = pages.deep._lists.values()
    assert {place + 1 for place in before} <= set(known.places)
    await services.db.execute(
        "delete from users where pool_id = $1 and id = $2", crowd.id, (await pages.at(1)).items[0].id
    )
    await pages.at(3)
    (known,) = pages.deep._lists.values()
    assert set(known.places) == {14}


async def test_what_is_remembered_is_bounded(
    services: Services, crowd: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deep_pages, "MOST_LISTS", 2)
    pages = Pages(services.db, crowd.id)
    for given in LISTS.values():
        for number in range(1, 12):
            await pages.at(number, **given)
    assert len(pages.deep._lists) == 2
    assert all(len(known.places) <= 6 for known in pages.deep._lists.values())


async def test_another_pools_places_are_not_used(
    services: Services, crowd: PoolForTests, other_pool: PoolForTests
) -> None:
    pages = Pages(services.db, crowd.id)
    await pages.at(9)
    pages._pool_id = other_pool.id
    assert await pages.at(9) == Page(0, [])
