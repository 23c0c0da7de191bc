"""What becomes of pages a script cuts wrongly, and of counts that do not go with them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.errors import ScriptFailed
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserQuery

NOWHERE = Legacy("postgres://nobody@127.0.0.1:1/nothing")
"""These scripts ask no database."""

PEOPLE = "const PEOPLE = Array.from({ length: 80 }, (_, n) => ({ id: n + 1, username: `user${n + 1}` }));"
HONEST = "PEOPLE.slice((page - 1) * limit, page * limit)"


async def listed(services: Services, pool: PoolForTests, number: int, size: int) -> tuple[int, list[int]]:
    page = await services.users.list(pool.administrator, UserQuery(PageRequest(number, size)))
    return page.total, [int(user.id) for user in page.items]


async def told(services: Services, pool: PoolForTests) -> list[str]:
    """The warnings of the latest call."""
    await services.scripts.settled()
    warnings: list[dict[str, str]] = await services.db.fetchval(
        "select warnings from custom_script_logs where pool_id = $1 order by at desc, id desc limit 1",
        pool.id,
    )
    return [one["en"] for one in warnings]


async def publish(services: Services, pool: PoolForTests, name: str, answer: str) -> None:
    parameters = {"listUsers": "page, limit", "searchUser": "keyword"}[name]
    source = f"{PEOPLE}\nasync function {name}({parameters}, context) {{ return {answer}; }}"
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", {name: source})


@pytest.mark.parametrize(
    ("answer", "pages", "warning"),
    [
        # (page, limit) -> (total, first id, rows)
        (f"{{ totalCount: 80, list: {HONEST} }}", {(1, 50): (80, 1, 50), (2, 50): (80, 51, 30)}, None),
        (f"{{ totalCount: '80', list: {HONEST} }}", {(2, 50): (80, 51, 30)}, None),
        (f"{{ totalCount: 80n, list: {HONEST} }}", {(2, 50): (80, 51, 30)}, None),
        (
            "{ totalCount: 80, list: PEOPLE }",
            {(1, 50): (80, 1, 50), (2, 50): (80, 51, 30), (3, 50): (80, 0, 0)},
            "80 rows for a limit of 50",
        ),
        ("{ totalCount: 80, list: PEOPLE }", {(2, 80): (80, 0, 0)}, "leaves 0"),
        (
            "{ totalCount: 80, list: PEOPLE.slice((page - 1) * limit, page * limit + 10) }",
            {(1, 50): (80, 1, 50), (1, 20): (80, 1, 20), (2, 20): (80, 21, 20)},
            "rows for a limit of",
        ),
        ("{ totalCount: 5, list: PEOPLE.slice(0, 5) }", {(2, 10): (5, 0, 0)}, "leaves 0"),
        ("{ totalCount: 3, list: PEOPLE.slice(0, 5) }", {(1, 10): (5, 1, 5)}, "totalCount is 3"),
        ("{ totalCount: 0, list: PEOPLE.slice(0, 10) }", {(1, 10): (10, 1, 10)}, "totalCount is 0"),
        ("null", {(1, 10): (0, 0, 0)}, None),
    ],
)
async def test_a_page_has_no_more_rows_than_were_asked_for_and_the_count_leaves(
    services: Services,
    pool: PoolForTests,
    answer: str,
    pages: dict[tuple[int, int], tuple[int, int, int]],
    warning: str | None,
) -> None:
    await publish(services, pool, "listUsers", answer)
    for (number, size), (total, first, rows) in pages.items():
        assert await listed(services, pool, number, size) == (total, list(range(first, first + rows)))
        said = await told(services, pool)
        if warning is None:
            assert said == []
        elif size < 80 or number > 1:
            assert any(warning in one or "leaves 0" in one for one in said), said


@pytest.mark.parametrize("total", ["undefined", "'many'", "-1", "12.5", "{}", "2 ** 31", "NaN", "true"])
async def test_a_count_that_is_none_is_the_scripts_failure_and_told(
    services: Services, pool: PoolForTests, total: str
) -> None:
    await publish(services, pool, "listUsers", f"{{ totalCount: {total}, list: [] }}")
    with pytest.raises(ScriptFailed, match="totalCount"):
        await listed(services, pool, 1, 10)


@pytest.mark.parametrize(
    ("answer", "total", "warning"),
    [
        ("{ totalCount: 80, list: PEOPLE }", 80, None),
        ("{ list: PEOPLE }", 80, "totalCount is missing"),
        ("{ totalCount: 10, list: PEOPLE }", 80, "totalCount is 10"),
        ("{ totalCount: 500, list: PEOPLE }", 500, "80 of 500 rows"),
    ],
)
async def test_a_search_is_cut_here_and_its_count_read(
    services: Services, pool: PoolForTests, answer: str, total: int, warning: str | None
) -> None:
    await publish(services, pool, "searchUser", answer)
    for number, rows in ((1, 50), (2, 30), (3, 0)):
        query = UserQuery(PageRequest(number, 50), keyword="user")
        page = await services.users.search(pool.administrator, query)
        assert (page.total, len(page.items)) == (total, rows)
        said = await told(services, pool)
        assert any(warning in one for one in said) if warning else said == []


async def test_a_trial_run_is_told_the_same(services: Services, pool: PoolForTests) -> None:
    source = f"{PEOPLE}\nasync function listUsers() {{ return {{ totalCount: 80, list: PEOPLE }}; }}"
    outcome: Any = await services.customdb.run(pool.administrator, "listUsers", [1, 50], source=source)
    assert "returned 80 rows for a limit of 50" in outcome.warnings[0].en


async def test_the_template_counts_whom_it_does_not_show(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await legacy.execute("insert into users (username) select 'user' || n from generate_series(1, 1005) n")
    page = await services.users.search(pool.administrator, UserQuery(keyword="USER"))
    assert (page.total, len(page.items)) == (1005, 10)
    assert any("1000 of 1005 rows" in one for one in await told(services, pool))
