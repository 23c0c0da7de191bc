"""Words in the names of groups, roles and departments: found by an index where few have them, and none by mistake.

The plans are read and not a clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.groups import postgres as groups
from poolhouse.ids import new_id
from poolhouse.orgs import postgres as nodes
from poolhouse.orgs import postgres_branches as branches
from poolhouse.paging import PageRequest
from poolhouse.roles import postgres as roles
from poolhouse.services import Services

MANY = 2_500
FOLDS = "regexp_replace"
"""What a plan says that folds a text for each row."""
ODD = ["a%b_c\\d", "Ａｂ会议", "İstanbul", "ΣΊΣΥΦΟΣ", "沈梓 组", "x", "q7z", "", "tab\tand\nline", "a1中b2"]
"""What is looked for, and what things are called."""

_FILL = (
    "insert into nodes (pool_id, id, org_id, name, code, depth) "
    "select $1, 'n' || n, $2, '部门 ' || n, 'd' || n, 1 from generate_series(1, $3::int) n",
    "insert into node_closure (pool_id, ancestor_id, descendant_id, depth) "
    "select $1, 'n' || n, 'n' || n, 0 from generate_series(1, $3::int) n where $2::text is not null",
    "insert into groups (pool_id, id, code, name, type) "
    "select $1, 'g' || n, 'g' || n, '分组 ' || n, $2 from generate_series(1, $3::int) n",
    "insert into roles (pool_id, id, namespace, code, name) "
    "select $1, 'r' || n, $2, 'r' || n, '角色 ' || n from generate_series(1, $3::int) n",
)
Ask = Callable[[Any, str, str, str, PageRequest], Awaitable[list[str]]]


async def _groups(db: Any, pool_id: str, within: str, words: str, page: PageRequest) -> list[str]:
    return [one.name for one in (await groups.list_page(db, pool_id, words, page)).items]


async def _roles(db: Any, pool_id: str, within: str, words: str, page: PageRequest) -> list[str]:
    return [one.name or "" for one in (await roles.list_page(db, pool_id, within, words, page)).items]


async def _nodes(db: Any, pool_id: str, within: str, words: str, page: PageRequest) -> list[str]:
    found = await nodes.search_nodes(db, pool_id, page, org_id=within, keyword=words)
    return [one.name for one in found.items]


async def _leaves(db: Any, pool_id: str, within: str, words: str, page: PageRequest) -> list[str]:
    return [one.name for one in (await branches.search(db, pool_id, within, words, page)).items]


LISTS: dict[str, Ask] = {"groups": _groups, "roles": _roles, "departments": _nodes, "a branch": _leaves}


class Explaining:
    """A database that keeps the plans of what is looked for by words."""

    def __init__(self, services: Services) -> None:
        self._db, self.plans, self.asked = services.db, list[str](), list[str]()

    async def fetch(self, sql: str, *args: Any) -> Any:
        self.asked.append(sql)
        if "strpos" in sql:
            plan = await self._db.search_fetch(f"explain (analyze) {sql}", *args)
            self.plans.append("\n".join(row[0] for row in plan))
        return await self._db.search_fetch(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return (await self.fetch(sql, *args))[0][0]

    search_fetch, search_fetchval = fetch, fetchval


@pytest.fixture(scope="module")
async def within(services: Services, crowded: PoolForTests) -> str:
    """The organization, and the namespace."""
    of = new_id()
    await services.db.execute("insert into orgs (pool_id, id, root_id) values ($1, $2, 'n1')", crowded.id, of)
    for statement in _FILL:
        await services.db.execute(statement, crowded.id, of, MANY)
    for table, rare in (("nodes", "n77"), ("groups", "g77"), ("roles", "r77")):
        await services.db.execute(
            f"update {table} set name = '梓 zebra' where pool_id = $1 and id = $2", crowded.id, rare
        )
        await services.db.execute(f"vacuum analyze {table}")
    return of


@pytest.fixture(scope="module")
async def crowded(services: Services) -> PoolForTests:
    return PoolForTests((await services.pools.create("words")).id)


@pytest.mark.parametrize("name", LISTS)
async def test_a_word_that_few_have_is_found_by_an_index(
    services: Services, crowded: PoolForTests, within: str, name: str
) -> None:
    for words, expected in (("ZEBRA", ["梓 zebra"]), ("梓", ["梓 zebra"]), ("qz", []), ("nobody's", [])):
        db: Any = Explaining(services)
        found = await LISTS[name](db, crowded.id, within, words, PageRequest(1, 5, counted=False))
        assert found == expected
        assert db.plans
        assert all("_words" in plan and FOLDS in plan for plan in db.plans), (words, db.plans)


@pytest.mark.parametrize("name", LISTS)
async def test_what_has_the_words_in_it_is_found_and_nothing_else(
    services: Services, pool: PoolForTests, name: str
) -> None:
    of = new_id()
    await services.db.execute("insert into orgs (pool_id, id, root_id) values ($1, $2, 'n')", pool.id, of)
    for place, called in enumerate(ODD):
        for statement in _FILL:
            await services.db.execute(statement.replace("|| n", f"|| {place + 10} || n"), pool.id, of, 1)
        for table in ("nodes", "groups", "roles"):
            await services.db.execute(
                f"update {table} set name = $2, code = substr(id, 1, 3) where pool_id = $1 and right(id, 3) = $3",
                pool.id,
                called,
                f"{place + 10}1",
            )
    for words in filter(None, [*ODD, "%", "_", "\\", "ab", "7z", "议", "中b", "1中", "σ", "istanbul"]):
        found = await LISTS[name](services.db, pool.id, of, words, PageRequest(1, 50))
        expected = await services.db.fetch(
            "select called from unnest($1::text[]) called where strpos(lower(called), lower($2)) > 0",
            ODD,
            words,
        )
        assert sorted(found) == sorted(row["called"] for row in expected), words


@pytest.mark.parametrize("name", LISTS)
async def test_a_word_that_many_have_is_not_folded_for_each_of_them(
    services: Services, crowded: PoolForTests, within: str, name: str
) -> None:
    db: Any = Explaining(services)
    words = {"groups": "分组", "roles": "角色"}.get(name, "部门")
    assert len(await LISTS[name](db, crowded.id, within, words, PageRequest(1, 5))) == 5
    assert db.plans
    assert not [plan for plan in db.plans if FOLDS in plan], db.plans


@pytest.mark.parametrize("rest", [0, 1])
async def test_a_list_whose_total_nobody_asks_for_is_not_counted_and_tells_whether_more_follow(
    services: Services, crowded: PoolForTests, within: str, rest: int
) -> None:
    size = MANY - rest
    for ask in (groups.list_page, partial(_list_roles, within)):
        db: Any = Explaining(services)
        found = await ask(db, crowded.id, "", PageRequest(1, size, counted=False, one_more=True))
        assert (len(found.items), found.total) == (size, MANY)
        assert not [sql for sql in db.asked if "count(" in sql]


async def _list_roles(within: str, db: Any, pool_id: str, words: str, page: PageRequest) -> Any:
    return await roles.list_page(db, pool_id, within, words, page)
