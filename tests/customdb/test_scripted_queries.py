"""Lists and searches in CUSTOM_USER_STORE, by the table of docs/reference/scripts.md: every cell of it.

Who is expected is told here once more, in the plainest way, over the whole table of people.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.directory import scripted_queries
from poolhouse.directory.postgres import insert_identity
from poolhouse.errors import InvalidInput, NotSupportedByDirectory
from poolhouse.fields.model import DataType, FieldDraft
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType
from poolhouse.services import Services
from poolhouse.times import parse_time
from poolhouse.users.model import (
    Condition,
    DepartmentFilter,
    IdentityDraft,
    RoleFilter,
    Sort,
    UserQuery,
)

NOWHERE = Legacy("postgres://nobody@127.0.0.1:1/nothing")
PAGE = (Path(__file__).parents[2] / "docs/reference/scripts.md").read_text()

PEOPLE: list[dict[str, Any]] = [
    {
        "id": str(n),
        "username": f"user{n}",
        "email": f"{'odd' if n % 2 else 'even'}{n}@old.cn",
        "phone": f"1380000{n:04}",
        "company": "山海科技" if n % 3 == 0 else "Acme",
        "status": "Suspended" if n == 4 else None,
        "blocked": n == 6,
        "updatedAt": f"2024-01-{n:02}T00:00:00Z",
    }
    for n in range(1, 13)
]
SCRIPTS = {
    "listUsers": "page, limit",
    "searchUser": "keyword",
    "getUser": "query",
}
BODIES = {
    "listUsers": "{ totalCount: PEOPLE.length, list: PEOPLE.slice((page - 1) * limit, page * limit) }",
    "searchUser": "found(PEOPLE.filter((one) => one.email.includes(keyword) || one.company.includes(keyword)))",
    "getUser": (
        "PEOPLE.find((one) => ['id', 'username', 'email', 'phone']"
        ".some((key) => query[key] && one[key] === query[key])) ?? null"
    ),
}


def scripts(people: list[dict[str, Any]], found: str = "{ totalCount: list.length, list }") -> dict[str, str]:
    head = f"const PEOPLE = {json.dumps(people)};\nconst found = (list) => ({found});\n"
    return {
        name: f"{head}async function {name}({parameters}) {{ return {BODIES[name]}; }}"
        for name, parameters in SCRIPTS.items()
    }


MEMBERS = {"group": {1, 2, 3, 4, 6, 9}, "role": {2, 3, 4, 5, 6}, "department": {3, 4, 6, 7, 12}}
IDENTITIES, COLOURS = {3, 4, 5, 6, 8}, {2: "red", 3: "red", 4: "red", 6: "red", 7: "blue", 9: "red"}


@dataclass(frozen=True, slots=True)
class Store:
    services: Services
    pool: PoolForTests
    department: str

    async def page(self, query: UserQuery) -> tuple[int, list[int]]:
        ask = self.services.users.search if query.keyword else self.services.users.list
        page = await ask(self.pool.administrator, query)
        return page.total, [int(user.id) for user in page.items]

    async def calls(self) -> Counter[str]:
        await self.services.scripts.settled()
        rows = await self.services.db.fetch(
            "delete from custom_script_logs where pool_id = $1 returning name", self.pool.id
        )
        return Counter(row["name"] for row in rows)


@pytest.fixture
async def store(services: Services, pool: PoolForTests) -> Store:
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", scripts(PEOPLE))
    admin = pool.administrator
    ids = {name: [str(n) for n in sorted(members)] for name, members in MEMBERS.items()}
    await services.groups.create(admin, GroupDraft("g", "G"))
    await services.groups.add_members(admin, "g", ids["group"])
    await services.roles.create(admin, RoleDraft("r"))
    targets = [Target(TargetType.USER, user_id) for user_id in ids["role"]]
    await services.roles.assign(admin, [RoleKey("r")], targets)
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Acme", "code": "acme"}))
    node = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "Lab"}))
    await services.department_members.add(admin, node.id, ids["department"])
    async with services.db.transaction() as tx:
        for n in sorted(IDENTITIES):
            await insert_identity(tx, pool.id, str(n), IdentityDraft("wechat", f"w{n}"))
    await services.fields.define(admin, [FieldDraft(FieldTarget.USER, "colour", DataType.STRING)])
    values: dict[str, Any] = {str(n): {"colour": colour} for n, colour in COLOURS.items()}
    await services.fields.set_values(admin, FieldTarget.USER, values)
    found = Store(services, pool, org.root.id)
    await found.calls()
    return found


Fits = Callable[[int], bool]


def shown_status(n: int) -> str:
    return "Suspended" if n in (4, 6) else "Activated"


def asked(name: str, store: Store, query: UserQuery) -> tuple[UserQuery, Fits]:
    """`query` with one filter more, and whom that fits."""
    more: dict[str, tuple[dict[str, Any], Fits]] = {
        "nothing else": ({}, lambda n: True),
        "group": ({"groups": ("g", "unknown")}, lambda n: n in MEMBERS["group"]),
        "role": ({"roles": (RoleFilter("r"),)}, lambda n: n in MEMBERS["role"]),
        "department": (
            {"departments": (DepartmentFilter(store.department, include_children=True),)},
            lambda n: n in MEMBERS["department"],
        ),
        "identity": (
            {"conditions": (*query.conditions, Condition("identity", "EQUAL", "wechat"))},
            lambda n: n in IDENTITIES,
        ),
        "customData": (
            {"conditions": (*query.conditions, Condition("customData.colour", "EQUAL", "red"))},
            lambda n: COLOURS.get(n) == "red",
        ),
        "excludeUsersInOrg": ({"not_in_org": True}, lambda n: n not in MEMBERS["department"]),
        "status": ({"statuses": ("Suspended",)}, lambda n: shown_status(n) == "Suspended"),
        "updatedAt": ({"updated_from": parse_time("2024-01-04T00:00:00Z", "x")}, lambda n: n >= 4),
        "sort": ({"sort": (Sort("updated_at", descending=False),)}, lambda n: True),
        "company": (
            {"conditions": (*query.conditions, Condition("company", "CONTAINS", "科技"))},
            lambda n: n % 3 == 0,
        ),
        "loggedInApps": (
            {"conditions": (*query.conditions, Condition("logged_in_apps", "IN", ["a"]))},
            lambda n: True,
        ),
    }
    changes, fits = more[name]
    return replace(query, **changes), fits


COMPANY: dict[str, tuple[UserQuery, Fits]] = {
    "alone": (UserQuery(), lambda n: True),
    "with a keyword": (UserQuery(keyword="even"), lambda n: n % 2 == 0),
    "with a key": (
        UserQuery(conditions=(Condition("username", "IN", ["user3", "user4", "user6", "nobody"]),)),
        lambda n: n in (3, 4, 6),
    ),
    "with a membership": (UserQuery(groups=("g",)), lambda n: n in MEMBERS["group"]),
}
CALLED = {
    "`listUsers`": {"listUsers"},
    "`searchUser`": {"searchUser"},
    "`getUser`": {"getUser"},
    "here": {"getUser"},
    "few": {"getUser"},
    "`searchUser`, here": {"searchUser"},
    "`getUser`, here": {"getUser"},
}


def cells() -> list[tuple[str, str, str]]:
    """(asked for, with what, how it is answered), from the page."""
    table = PAGE[PAGE.index("| asked for |") :].split("\n\n", 1)[0].splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table)
    return [
        (re.sub(r"[`]| \(.*\)", "", row[0]), company, how)
        for row in rows
        for company, how in zip(head[1:], row[1:], strict=True)
    ]


def test_the_table_has_every_filter_a_query_can_have() -> None:
    everything = UserQuery(
        keyword="x",
        statuses=("Activated",),
        updated_from=parse_time("2024-01-01T00:00:00Z", "x"),
        not_in_org=True,
        departments=(DepartmentFilter("d"),),
        groups=("g",),
        roles=(RoleFilter("r"),),
        conditions=(Condition("company", "EQUAL", "x"),),
        sort=(Sort("username"),),
    )
    unset = [
        name
        for name in UserQuery.__dataclass_fields__
        if getattr(everything, name) == getattr(UserQuery(), name)
    ]
    # `within` is nobody's question: roles that are limited to departments are refused in such a pool as a whole.
    assert set(unset) <= {"page", "fields", "fields_named", "updated_to", "within"}
    kinds = {name for name, _, _ in cells()}
    assert set(everything.filters) - {"advancedFilter"} <= kinds


@pytest.mark.parametrize(("name", "company", "how"), cells())
async def test_every_cell_of_the_table(store: Store, name: str, company: str, how: str) -> None:
    query, with_what = COMPANY[company]
    query, fits = asked(name, store, query)
    if how == "refused":
        with pytest.raises(NotSupportedByDirectory) as refused:
            await store.page(query)
        assert name in refused.value.message("en-US")
        assert await store.calls() == {}
        return
    expected = {n for n in range(1, 13) if with_what(n) and fits(n)}
    total, first = await store.page(replace(query, page=PageRequest(1, 2)))
    assert set(await store.calls()) == CALLED[how]
    found = list(first)
    for number in range(2, 8):
        rest = await store.page(replace(query, page=PageRequest(number, 2)))
        assert rest[0] == total
        found += rest[1]
    assert (total, set(found), len(found)) == (len(expected), expected, len(expected))
    if name == "sort":
        assert found == sorted(found)


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        (("group", "role", "department"), {3, 4, 6}),
        (("role", "customData", "identity"), {3, 4, 6}),
        (("group", "excludeUsersInOrg", "company"), {9}),
        (("department", "status", "company"), {6}),
    ],
)
async def test_filters_go_together(store: Store, filters: tuple[str, ...], fits: set[int]) -> None:
    query = UserQuery()
    for name in filters:
        query, _ = asked(name, store, query)
    total, found = await store.page(query)
    assert (total, set(found)) == (len(fits), fits)


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ([Condition("customData.colour", "NOT_EQUAL", "red")], {1}),
        ([Condition("customData.colour", "IS_NULL")], {1}),
        ([Condition("identity", "IS_NULL")], {1, 2, 9}),
        ([Condition("identity", "EQUAL", "wechat:w3")], {3}),
        ([Condition("identity", "NOT_NULL")], {3, 4, 6}),
    ],
)
async def test_what_is_kept_here_is_judged_among_members(
    store: Store, conditions: list[Condition], fits: set[int]
) -> None:
    total, found = await store.page(UserQuery(groups=("g",), conditions=tuple(conditions)))
    assert (total, set(found)) == (len(fits), fits)


@pytest.mark.parametrize(
    "condition",
    [
        Condition("customData.colour", "NOT_EQUAL", "red"),
        Condition("identity", "IS_NULL"),
        Condition("external_id", "EQUAL", "E1"),
        Condition("username", "CONTAINS", "user"),
        Condition("username", "IN", [f"user{n}" for n in range(81)]),
    ],
    ids=lambda one: f"{one.field} {one.operator}",
)
async def test_a_condition_nobody_can_answer_is_refused_by_its_field(
    store: Store, condition: Condition
) -> None:
    with pytest.raises(NotSupportedByDirectory) as refused:
        await store.page(UserQuery(conditions=(condition,)))
    assert condition.field.replace("external_id", "externalId") in refused.value.message("en-US")
    assert await store.calls() == {}


async def test_whom_the_database_has_lost_is_neither_shown_nor_counted(
    services: Services, pool: PoolForTests, store: Store
) -> None:
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", scripts(PEOPLE[:3]))
    assert await store.page(UserQuery(PageRequest(1, 2), groups=("g",))) == (3, [3, 2])
    assert await store.page(UserQuery(PageRequest(2, 2), groups=("g",))) == (3, [1])
    page = await services.users.page_of(
        pool.administrator,
        lambda some: services.groups.list_members(pool.administrator, "g", some),
        PageRequest(1, 2),
    )
    assert (page.total, len(page.items)) == (3, 2)


async def test_of_many_members_only_the_page_is_looked_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripted_queries, "MOST_FOUND", 5)
    assert await store.page(UserQuery(PageRequest(2, 2), groups=("g",))) == (6, [4, 3])
    assert await store.calls() == {"getUser": 2}
    for name in ("status", "company", "sort"):
        query, _ = asked(name, store, UserQuery(groups=("g",)))
        with pytest.raises(NotSupportedByDirectory) as refused:
            await store.page(query)
        assert name in refused.value.message("en-US")
        assert "more than 5 members" in refused.value.message("en-US")
    assert await store.calls() == {}


PAGED = "{ totalCount: list.length, list: list.slice(0, 2) }"
"""A search that shows some of those it counts."""


async def test_nothing_is_sifted_from_a_search_that_shows_some_of_its_users(
    services: Services, pool: PoolForTests, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", scripts(PEOPLE, PAGED))
    assert (await store.page(UserQuery(keyword="even")))[0] == 6
    query = UserQuery(keyword="even", groups=("g",))
    assert await store.page(query) == (3, [6, 4, 2]), "few members are looked through here"
    monkeypatch.setattr(scripted_queries, "MOST_FOUND", 5)
    for refusal in (query, UserQuery(keyword="even", statuses=("Activated",))):
        with pytest.raises(NotSupportedByDirectory) as refused:
            await store.page(refusal)
        assert "searchUser returned 2 of 6" in refused.value.message("en-US")


@pytest.mark.parametrize(
    ("fields", "keyword", "fits"),
    [
        (("company",), "科技", {3, 6, 9, 12}),
        (("email",), "科技", set()),
        (("email", "company"), "EVEN1", {10, 12}),
    ],
)
async def test_a_keyword_is_looked_for_in_the_named_fields(
    store: Store, fields: tuple[str, ...], keyword: str, fits: set[int]
) -> None:
    query = UserQuery(keyword=keyword.lower(), fields=fields, fields_named=True)
    total, found = await store.page(query)
    assert (total, set(found)) == (len(fits), fits)


async def test_a_field_no_search_looks_at_is_refused_but_for_few_members(store: Store) -> None:
    query = UserQuery(keyword="路", fields=("address",), fields_named=True)
    with pytest.raises(NotSupportedByDirectory) as refused:
        await store.page(query)
    assert "address" in refused.value.message("en-US")
    assert await store.page(replace(query, groups=("g",))) == (0, [])
    with pytest.raises(InvalidInput):
        await store.page(replace(query, fields=("updated_at",)))


async def test_the_neighbours_members_are_nobodys_here(
    services: Services, store: Store, other_pool: PoolForTests
) -> None:
    await connect(services, other_pool, NOWHERE, "CUSTOM_USER_STORE", scripts(PEOPLE))
    for name in ("group", "role", "department", "identity"):
        query, _ = asked(name, store, UserQuery())
        assert (await services.users.list(other_pool.administrator, query)).total == 0
