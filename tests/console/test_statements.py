"""The page of slow statements, and its tile on a pool's first page."""

from __future__ import annotations

import html

import pytest
from tests.administrators.conftest import OPERATOR
from tests.console.conftest import Open
from tests.statement_counts import counted

from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput, NotAuthenticated, NotPermitted
from poolhouse.paging import PageRequest
from poolhouse.services import Services

HERE = "/server/statements"


async def test_only_owners_of_the_server_are_told(services: Services, console: Open) -> None:
    with pytest.raises(NotAuthenticated):
        await services.slow_statements.list(Caller(""), "mean", PageRequest(1, 10))
    one = await console("owner")
    assert one.administrator
    with pytest.raises(NotPermitted):
        await services.slow_statements.list(
            Caller("", kind="administrator", actor_id=one.administrator.id, scopes=frozenset()),
            "mean",
            PageRequest(1, 10),
        )
    assert (await one.get(HERE)).status_code == 403
    assert HERE not in (await one.get("/pools/{pool}")).text


async def test_an_order_that_is_none_is_named(services: Services) -> None:
    with pytest.raises(InvalidInput):
        await services.slow_statements.list(OPERATOR, "x", PageRequest(1, 10))


async def test_where_nothing_is_counted_page_and_tile_say_why_and_what_helps(
    services: Services, console: Open
) -> None:
    one = await console("owner")
    assert one.administrator
    await services.administrators.update(OPERATOR, one.administrator.id, is_owner=True)
    page, home = (await one.get(HERE)).text, (await one.get("/pools/{pool}?lang=zh-CN")).text
    assert "create extension pg_stat_statements" in page
    assert "不可用，原因：数据库中没有扩展 pg_stat_statements" in home
    assert f'href="/console{HERE}"' in home


async def test_statements_are_listed_and_lead_from_the_first_page(
    services: Services, console: Open, database_url: str
) -> None:
    one = await console("owner")
    assert one.administrator
    await services.administrators.update(OPERATOR, one.administrator.id, is_owner=True)
    with counted(database_url):
        await services.db.fetchval("select pg_sleep(0.11), 'li <b> 13800138000'")
        page = (await one.get(f"{HERE}?sort=total&lang=en-US")).text
        assert "select pg_sleep($1), $2" in html.unescape(page)
        assert "li <b>" not in html.unescape(page)
        assert "1 take 100 ms and more on average" in page
        assert (await one.get(f"{HERE}?sort=x")).status_code == 400
        home = (await one.get("/pools/{pool}?lang=zh-CN")).text
        assert '慢语句</span><strong class="figure">1</strong>' in home
