"""Any filter by any order by any page gives what a model in plain Python gives, and every total is exact."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.users.people import START, everybody, listed, person, put

from poolhouse.directory import matching, search
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import Condition, DepartmentFilter, Sort, User, UserDraft, UserKey, UserQuery
from poolhouse.users.profile_fields import SORTABLE

PEOPLE, SIZE = 60, 20
FILTERS: dict[str, dict[str, Any]] = {
    "everybody": {},
    "a status": {"statuses": ("Suspended",)},
    "the common status": {"statuses": ("Activated",)},
    "two statuses": {"statuses": ("Activated", "Archived")},
    "no status there is": {"statuses": ("Nonesuch",)},
    "a gender": {"conditions": (Condition("gender", "EQUAL", "F"),)},
    "a source": {"conditions": (Condition("user_source_type", "IN", ["excel", "sync"]),)},
    "not a status": {"conditions": (Condition("status", "NOT_EQUAL", "Activated"),)},
    "status and source": {
        "statuses": ("Activated",),
        "conditions": (Condition("user_source_type", "EQUAL", "register"),),
    },
}


MOMENTS = [(START + timedelta(hours=hours)).isoformat() for hours in (10, 15)]
for field in ("last_login", "created_at", "updated_at", "signed_up", "status_changed_at", "last_mfa_time"):
    FILTERS |= {
        f"{field} {operator}": {"conditions": (Condition(field, operator, value),)}
        for operator, value in (
            *(
                ("EQUAL", MOMENTS[0]),
                ("NOT_EQUAL", MOMENTS[0]),
                ("EQUAL", "2024-01-02"),
                ("NOT_EQUAL", "2024-01-02"),
            ),
            *(("GREATER", MOMENTS[0]), ("LESSER", MOMENTS[0]), ("BETWEEN", MOMENTS), ("IN", MOMENTS)),
            *(("IS_NULL", None), ("NOT_NULL", None)),
        )
    }
FILTERS |= {
    f"logins_count {operator} {value}": {"conditions": (Condition("logins_count", operator, value),)}
    for operator, value in (
        *(("EQUAL", 0), ("EQUAL", 300), ("NOT_EQUAL", 1), ("GREATER", 0), ("GREATER", 2), ("LESSER", 1)),
        *(("BETWEEN", [0, 1]), ("BETWEEN", [1, 2]), ("BETWEEN", [2, -1]), ("IN", [0, 300]), ("IN", [1, "2"])),
    )
}
FILTERS |= {
    f"{field} {operator} {value}": {"conditions": (Condition(field, operator, value),)}
    for field in (
        "name",
        "nickname",
        "email",
        "username",
        "company",
        "given_name",
        "phone",
        "city",
        "last_ip",
    )
    for operator in ("EQUAL", "CONTAINS", "NOT_CONTAINS")
    for value in ("王伟", "acme", "x", "伟", "3800000", "10.0.0.1", "")
}
FILTERS |= {
    "logins and a name": {
        "conditions": (Condition("logins_count", "GREATER", 1), Condition("name", "CONTAINS", "伟")),
        "statuses": ("Activated",),
    },
    "two kinds of logins": {
        "conditions": (
            Condition("last_login", "GREATER", MOMENTS[0]),
            Condition("last_ip", "EQUAL", "10.0.0.1"),
        ),
    },
}


@pytest.fixture(scope="module")
async def crowd(services: Services) -> PoolForTests:
    pool = PoolForTests((await services.pools.create("crowd")).id)
    random = Random(7)
    await put(services.db, pool.id, [person(random, number) for number in range(PEOPLE)])
    return pool


@pytest.fixture(scope="module")
async def people(services: Services, crowd: PoolForTests) -> list[User]:
    return await everybody(services.db, crowd.id)


def fitting(query: UserQuery) -> Callable[[User], bool]:
    tests = matching.tests_of(query, query.conditions)
    return lambda user: all(test(user) for test in tests)


def some(*seed: Any) -> list[tuple[str, dict[str, Any]]]:
    """By chance, as many of what is kept counted as of the rest: all by all are ten thousand."""
    kept, random, filters = 9, Random(repr(seed)), list(FILTERS.items())
    return [*random.sample(filters[:kept], 4), *random.sample(filters[kept:], 4)]


async def whole(services: Services, pool: PoolForTests, size: int = SIZE, **query: Any) -> list[str]:
    """Page after page, as far as there are any; each says the same total."""
    found: list[str] = []
    for number in range(1, 100):
        page = await services.users.list(pool.administrator, UserQuery(PageRequest(number, size), **query))
        found += [user.id for user in page.items]
        if not page.items:
            assert page.total == len(found)
            return found
    raise AssertionError("no end")


@pytest.mark.parametrize("descending", [True, False], ids=["down", "up"])
@pytest.mark.parametrize("field", sorted(SORTABLE))
async def test_any_filter_in_any_order_is_as_the_model_has_it(
    services: Services, crowd: PoolForTests, people: list[User], field: str, descending: bool
) -> None:
    sorts = (Sort(field, descending),)
    for name, given in some(field, descending):
        expected = listed(people, fitting(UserQuery(**given)), sorts)
        assert await whole(services, crowd, 34, **given, sort=sorts) == expected, name


async def test_any_filter_unsorted_is_newest_first(
    services: Services, crowd: PoolForTests, people: list[User]
) -> None:
    for name, given in FILTERS.items():
        expected = listed(people, fitting(UserQuery(**given)), ())
        assert await whole(services, crowd, 60, **given) == expected, name


@pytest.mark.parametrize(
    "field", ["created_at", "updated_at", "last_login", "logins_count", "status", "signed_up"]
)
async def test_a_long_list_is_as_a_short_one(
    services: Services, crowd: PoolForTests, people: list[User], field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not sorted whole, since it is too long for that."""
    monkeypatch.setattr(search, "SHORT", -1)
    monkeypatch.setattr(search, "LONG", 20)
    monkeypatch.setattr(search, "LOOKED_AT", 40)
    for down in (True, False):
        sorts = (Sort(field, down),)
        for name, given in some(field, down):
            expected = listed(people, fitting(UserQuery(**given)), sorts)
            assert await whole(services, crowd, 60, **given, sort=sorts) == expected, name
            assert await whole(services, crowd, 60, **given) == listed(
                people, fitting(UserQuery(**given)), ()
            ), name


@pytest.mark.parametrize(
    "first", ["gender", "last_login", "username", "created_at", "updated_at", "signed_up"]
)
async def test_a_second_field_orders_the_equals_of_the_first(
    services: Services, crowd: PoolForTests, people: list[User], first: str
) -> None:
    for down in (True, False):
        sorts = (Sort(first, down), Sort("company", not down), Sort("logins_count", down))
        assert await whole(services, crowd, sort=sorts) == listed(people, lambda _: True, sorts)


@pytest.mark.parametrize("size", [7, 1000])
async def test_pages_of_any_size_are_the_same_list(
    services: Services, crowd: PoolForTests, people: list[User], size: int
) -> None:
    for sort in (Sort("last_login"), Sort("gender", False), Sort("email", False)):
        assert await whole(services, crowd, size, sort=(sort,)) == listed(people, lambda _: True, (sort,))


async def test_another_pool_is_not_counted(
    services: Services, crowd: PoolForTests, other_pool: PoolForTests
) -> None:
    for _, given in some():
        for sort in ((), (Sort("gender"),), (Sort("last_login"),)):
            found = await services.users.list(other_pool.administrator, UserQuery(sort=sort, **given))
            assert (found.total, found.items) == (0, [])


@pytest.mark.parametrize("short", [-1, 2_000], ids=["by an index", "sorted whole"])
async def test_a_field_that_is_named_twice_orders_as_it_does_first(
    services: Services, crowd: PoolForTests, people: list[User], short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SHORT", short)
    given = FILTERS["name CONTAINS x"]
    for field in SORTABLE:
        sorts = (Sort(field), Sort("company", False), Sort(field, False), Sort("company"))
        expected = listed(people, fitting(UserQuery(**given)), sorts[: 1 if field == "company" else 2])
        assert await whole(services, crowd, sort=sorts, **given) == expected, field


async def test_totals_stay_exact_while_people_come_change_and_go(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    random = Random(3)

    async def act(number: int) -> None:
        user = await services.users.create(admin, UserDraft({"username": f"u{number}"}))
        change = {
            "gender": random.choice("MFU"),
            "status": random.choice(("Activated", "Suspended", "Archived")),
            "blocked": random.random() < 0.5,
            "user_source_type": random.choice(("excel", "sync", "something else")),
        }
        await services.users.update(admin, user.id, UserDraft(change))
        if number % 4 == 0:
            await services.users.delete(admin, [user.id])

    for start in range(0, 40, 8):
        await asyncio.gather(*(act(number) for number in range(start, start + 8)))
    people = await everybody(services.db, pool.id)
    assert len(people) == 30
    for _, given in some():
        found = await services.users.list(admin, UserQuery(**given))
        assert found.total == len(listed(people, fitting(UserQuery(**given)), ())), given


async def test_nobody_waits_for_the_count_of_a_transaction_that_is_open(
    services: Services, pool: PoolForTests
) -> None:
    directory, admin = services.directories.native, pool.administrator
    async with services.db.transaction() as slow:
        await directory.create(slow, admin, UserDraft({"username": "slow"}))
        for number in range(20):  # more than any fixed number of shards a backend could fall on
            async with asyncio.timeout(10), services.db.transaction() as tx:
                user = await directory.create(tx, admin, UserDraft({"username": f"quick{number}"}))
                await directory.update(tx, admin, user.id, UserDraft({"gender": "F"}))
    assert (await services.users.list(admin, UserQuery())).total == 21
    women = UserQuery(conditions=(Condition("gender", "EQUAL", "F"),))
    assert (await services.users.list(admin, women)).total == 20


async def test_what_is_rolled_back_is_not_counted(services: Services, pool: PoolForTests) -> None:
    directory, admin = services.directories.native, pool.administrator
    with pytest.raises(ZeroDivisionError):
        async with services.db.transaction() as tx:
            await directory.create(tx, admin, UserDraft({"username": "never", "gender": "F"}))
            raise ZeroDivisionError
    women = UserQuery(conditions=(Condition("gender", "EQUAL", "F"),))
    assert (await services.users.list(admin, women)).total == 0


async def test_a_login_moves_a_user_in_the_lists_by_logins(services: Services, pool: PoolForTests) -> None:
    admin = pool.administrator
    first, second = [
        await services.users.create(admin, UserDraft({"username": name})) for name in ("first", "second")
    ]
    for field in ("last_login", "logins_count"):
        assert await whole(services, pool, sort=(Sort(field),)) == [second.id, first.id]
    await services.directories.native.record_login(admin, first, 2)
    for field in ("last_login", "logins_count"):
        assert await whole(services, pool, sort=(Sort(field),)) == [first.id, second.id]
    await services.users.update(admin, first.id, UserDraft({"last_login": None, "logins_count": 0}))
    for field in ("last_login", "logins_count"):
        assert await whole(services, pool, sort=(Sort(field),)) == [second.id, first.id]
    await services.users.delete(admin, [first.id])
    left = await services.db.fetchval("select count(*) from user_logins where pool_id = $1", pool.id)
    assert left == 0
    assert (await services.users.find(admin, UserKey("id", second.id))) is not None


@pytest.mark.parametrize("long", [20, 20_000], ids=["among the newest", "as planned"])
async def test_departments_with_or_without_children_are_as_the_model_has_them(
    services: Services, pool: PoolForTests, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SHORT", -1)
    monkeypatch.setattr(search, "LONG", long)
    monkeypatch.setattr(search, "LOOKED_AT", 30)
    admin, random = pool.administrator, Random(5)
    await put(services.db, pool.id, [person(random, number) for number in range(50)])
    people = await everybody(services.db, pool.id)
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Org", "code": "org"}))
    upper = await services.orgs.create_node(admin, org.id, org.root.id, NodeDraft({"name": "u", "code": "u"}))
    lower = await services.orgs.create_node(admin, org.id, upper.id, NodeDraft({"name": "l", "code": "l"}))
    inside = {node.id: {one.id for one in random.sample(people, 20)} for node in (upper, lower)}
    for node_id, members in inside.items():
        await services.department_members.add(admin, node_id, sorted(members))
    people = await everybody(services.db, pool.id)  # their time of change is another now
    below = inside[upper.id] | inside[lower.id]
    for given, members in (
        ({"departments": (DepartmentFilter(org.root.id, True),)}, below),
        ({"departments": (DepartmentFilter(org.root.id),)}, set()),
        ({"departments": (DepartmentFilter(upper.id),)}, inside[upper.id]),
        ({"departments": (DepartmentFilter(upper.id, True),), "statuses": ("Activated",)}, below),
        ({"departments": (DepartmentFilter(lower.id), DepartmentFilter(upper.id))}, below),
        ({"not_in_org": True}, {user.id for user in people} - below),
    ):
        tests = matching.tests_of(UserQuery(statuses=given.get("statuses", ())), ())
        fits = [user for user in people if user.id in members and all(test(user) for test in tests)]
        for sorts in ((), (Sort("last_login"),), (Sort("username", False),)):
            assert await whole(services, pool, 9, **given, sort=sorts) == listed(fits, lambda _: True, sorts)
