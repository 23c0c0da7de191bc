"""Every two filters of the list of users, in every order it offers: asked of the directory as the console asks.

`pairs` is made of the page's own tables, as `console_pages` is. Each is asked for the first time with no total kept,
and then again: its first page in each order, and page 20 newest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median

import asyncpg
import msgspec

from bench.console_asked import counted
from bench.console_pool import ConsolePool
from poolhouse.errors import QueryTooBroad
from poolhouse.orgs.service import NodeRef
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import DepartmentFilter, RoleFilter, UserQuery
from poolhouse.users.profile_fields import SEARCHED_FIRST
from poolhouse.wire.console.people.asked import DATES, NEVER, ONE, Asked
from poolhouse.wire.console.people.users_list import counted_up_to
from poolhouse.wire.console.people.view import COLUMNS, View
from poolhouse.wire.v3.dto.users import ListUsersAdvancedFilterItemDto, SortingDto
from poolhouse.wire.v3.users_read import condition, sorting

DEEP = 20
SORTS = ("", *(f"{sign}{one.sorts}" for one in COLUMNS if one.sorts for sign in ("", "-")))
_BELONGINGS = ("department", "inGroup", "hasRole")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two filters in an order."""

    name: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Found:
    """Seconds of all statements: the first answer, and the median of those after it, or until it was `refused`."""

    name: str
    first_s: float
    then_s: float
    total: int
    refused: bool = False


def values(facts: Mapping[str, str]) -> dict[str, list[str]]:
    """Of each filter one that many people fulfill and one that few do, `words` and `field` among them."""
    found = {
        "status": ["Activated", "Suspended"],
        "source": ["sync"],
        "department": ["company/root", facts["middle"]],
        "group": ["group0", "group59"],
        "role": ["role0", "role59"],
        "signed_in": [NEVER, "once"],
        **{name: [facts["quarter"]] for name in DATES},
        "words": ["wang", "沈梓"],
        "field": ["level:EQUAL:3", "team:EQUAL:core"],
    }
    assert set(found) == {*ONE, "words", "field"}, "a filter of the list of users is in no pair"
    return found


def pairs(facts: Mapping[str, str]) -> Iterator[Pair]:
    each = [(name, value) for name, all_of in values(facts).items() for value in all_of]
    for one, other in combinations(each, 2):
        if one[0] == other[0]:
            continue
        name = " & ".join(f"{key}={_short(facts, value)}" for key, value in (one, other))
        both = dict((one, other))
        asked = Asked(
            words=both.get("words", ""),
            filters={key: value for key, value in both.items() if key in ONE},
            custom=(both["field"],) if "field" in both else (),
        )
        for sort in SORTS:
            yield Pair(f"{name}{sort and f' by {sort}'}", replace(asked, sort=sort))
        yield Pair(f"{name}, page {DEEP}", replace(asked, number=DEEP))


async def measured(
    services: Services, pool: ConsolePool, connection: asyncpg.Connection, pair: Pair, again: int = 2
) -> Found:
    """`connection`: to the same database, by which what is kept of the pool is forgotten before."""
    query = await query_of(services, pool, pair.asked)
    await connection.execute("delete from kept_lists where pool_id = $1", pool.pool)
    taken, total, refused = [], 0, False
    for _ in range(1 + again):
        with counted() as spent:
            try:
                total = (await services.directories.native.list(pool.caller, query)).total
            except QueryTooBroad:
                refused = True
        taken.append(spent.seconds)
    return Found(pair.name, taken[0], median(taken[1:]), total, refused)


async def query_of(services: Services, pool: ConsolePool, asked: Asked) -> UserQuery:
    """As POST list-users makes it of what the console sends."""
    items = [ListUsersAdvancedFilterItemDto(**one) for one in asked.conditions()]
    of = {item.field: item.value for item in items if item.field in _BELONGINGS}
    departments = []
    for place in of.get("department", ()):
        node = await services.orgs.resolve(
            pool.caller, NodeRef(place["departmentId"], place["organizationCode"], "department_id")
        )
        departments.append(DepartmentFilter(node.id, True))
    return UserQuery(
        page=PageRequest(asked.number, View().size, count_up_to=counted_up_to(asked)),
        keyword=asked.words or None,
        fields=SEARCHED_FIRST,
        departments=tuple(departments),
        groups=tuple(of.get("inGroup", ())),
        roles=tuple(RoleFilter(one["code"], one["namespace"]) for one in of.get("hasRole", ())),
        conditions=tuple(condition(item) for item in items if item.field not in _BELONGINGS),
        sort=tuple(sorting(msgspec.convert(one, SortingDto)) for one in asked.sorting()),
    )


def _short(facts: Mapping[str, str], value: str) -> str:
    return next((name for name, known in facts.items() if known == value), value)
