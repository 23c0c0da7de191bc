"""Two filters at once, in every order: the pages are those of the whole list, however far they are walked to."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.users.people import START, everybody, person, put

from poolhouse.directory import search
from poolhouse.directory.totals import Totals
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.roles import model as roles
from poolhouse.services import Services
from poolhouse.users.model import Condition, DepartmentFilter, RoleFilter, Sort, UserQuery

PEOPLE, SIZE = 90, 7
FILTERS: dict[str, dict[str, Any]] = {
    "status": {"conditions": (Condition("status", "EQUAL", "Activated"),)},
    "statuses": {"statuses": ("Suspended",)},
    "source": {"conditions": (Condition("user_source_type", "EQUAL", "adminCreated"),)},
    "words": {"keyword": "x"},
    "group": {"groups": ("g",)},
    "role": {"roles": (RoleFilter("r"),)},
    "department": {"departments": (DepartmentFilter("", True),)},
    "never": {"conditions": (Condition("last_login", "IS_NULL"),)},
    "once": {"conditions": (Condition("last_login", "NOT_NULL"),)},
    "created from": {"conditions": (Condition("created_at", "GREATER", "2024-01-01T12:00:00Z"),)},
    "created to": {"conditions": (Condition("created_at", "LESSER", "2024-01-02T04:00:00Z"),)},
    "login from": {"conditions": (Condition("last_login", "GREATER", START.isoformat()),)},
    "login to": {"conditions": (Condition("last_login", "LESSER", "2024-01-01T20:00:00Z"),)},
    "field": {"conditions": (Condition("customData.level", "EQUAL", 1),)},
}
SORTS = [
    (),
    *(
        (Sort(field, down),)
        for field in (
            *("created_at", "username", "status", "last_login", "logins_count", "user_source_type"),
            *("external_id", "updated_at", "nickname", "id"),
        )
        for down in (True, False)
    ),
]


@pytest.fixture
async def crowd(services: Services, pool: PoolForTests) -> str:
    """Some of all are in a department, a group and have a role or a level. The department's id."""
    admin, random = pool.administrator, Random(88)
    await put(services.db, pool.id, [person(random, number) for number in range(PEOPLE)])
    ids = [one.id for one in await everybody(services.db, pool.id)]

    def some() -> list[str]:
        return random.sample(ids, PEOPLE // 2)

    await services.groups.create(admin, GroupDraft("g", "g"))
    await services.groups.add_members(admin, "g", some())
    await services.roles.create(admin, roles.RoleDraft(code="r"))
    targets = [roles.Target(roles.TargetType.USER, one) for one in some()]
    await services.roles.assign(admin, [roles.RoleKey("r")], targets)
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Org", "code": "org"}))
    lower = await services.orgs.create_node(admin, org.id, org.root.id, NodeDraft({"name": "l"}))
    for node in (org.root.id, lower.id):
        await services.department_members.add(admin, node, some())
    await services.fields.define(admin, [FieldDraft(TargetType.USER, "level", DataType.NUMBER, "level")])
    levels = {one: {"level": 1 + number % 2} for number, one in enumerate(some())}
    await services.fields.set_values(admin, TargetType.USER, levels)
    return org.root.id


def both(one: str, other: str, department: str) -> UserQuery:
    parts = [FILTERS[one], FILTERS[other]]
    conditions = tuple(each for part in parts for each in part.get("conditions", ()))
    found = UserQuery(**{**parts[0], **parts[1], "conditions": conditions})
    return replace(found, departments=(DepartmentFilter(department, True),)) if found.departments else found


async def ids_of(services: Services, pool: PoolForTests, query: UserQuery, **limits: int) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in limits.items():
            patch.setattr(search, name, value)
        return [one.id for one in (await search.page(services.db, Totals(services.db), pool.id, query)).items]


GATHERED = {"MOST_WALKED": -1, "SHORT": 10**9, "LONG": 10**9}
WALKED = [
    {"LOOKED_AT": 10**4, "MOST_WALKED": 10**4, "WALKED_COST": 0},
    {"LOOKED_AT": 12, "MOST_WALKED": 60, "WALKED_COST": 0},
    {"LOOKED_AT": 12, "MOST_WALKED": 60, "WALKED_COST": 0, "LONG": 0, "GLANCE": 8},
]
"""Through everybody; and through some, who are not always enough."""


async def test_pages_are_those_of_the_whole_list(services: Services, pool: PoolForTests, crowd: str) -> None:
    alone = {
        name: set(
            await ids_of(
                services, pool, replace(both(name, name, crowd), page=PageRequest(1, 100)), **GATHERED
            )
        )
        for name in FILTERS
    }
    assert all(0 < len(found) < PEOPLE for found in alone.values())
    random = Random(7)
    for one, other in combinations(FILTERS, 2):
        for sort in random.sample(SORTS, 2):
            query = replace(both(one, other, crowd), sort=sort)
            whole = await ids_of(services, pool, replace(query, page=PageRequest(1, 100)), **GATHERED)
            told = (one, other, sort)
            assert set(whole) == alone[one] & alone[other] or {one, other} == {"status", "statuses"}, told
            pages = len(whole) // SIZE + 1
            limits = random.choice(WALKED)
            for number in {random.randint(1, pages), pages}:
                page = PageRequest(number, SIZE, count_up_to=random.choice((None, 5)))
                found = await ids_of(services, pool, replace(query, page=page), **limits)
                assert found == whole[(number - 1) * SIZE : number * SIZE], (told, number, limits)


async def test_a_walk_behind_a_row_goes_on_where_that_was(
    services: Services, pool: PoolForTests, crowd: str
) -> None:
    for one, other in combinations(FILTERS, 2):
        query = both(one, other, crowd)
        whole = await ids_of(services, pool, replace(query, page=PageRequest(1, 100)), **GATHERED)
        if len(whole) <= SIZE:
            continue
        last = await services.users.get(pool.administrator, whole[SIZE - 1])
        assert last.created_at
        page = PageRequest(2, SIZE, after=(last.created_at, last.id))
        for limits in WALKED:
            found = await ids_of(services, pool, replace(query, page=page), **limits)
            assert found == whole[SIZE : 2 * SIZE], (one, other, limits)
