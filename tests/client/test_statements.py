"""`poolhouse statements`."""

from __future__ import annotations

import json

from tests.client.conftest import Typed
from tests.statement_counts import counted

from poolhouse.services import Services


async def test_the_slowest_statements_are_listed_and_where_none_are_counted_it_says_why(
    typed: Typed, services: Services, database_url: str
) -> None:
    ended = await typed("statements")
    assert ended.status == 0
    assert "create extension pg_stat_statements" in ended.out
    with counted(database_url):
        await services.db.fetchval("select pg_sleep(0.11), 'li'")
        found = json.loads((await typed("statements", "--limit", "1", "--json")).out)
        assert [one["statement"] for one in found["list"]] == ["select pg_sleep($1), $2"]
        assert "select pg_sleep($1), $2" in (await typed("statements", "--sort", "total")).out
    assert (await typed("statements", "--limit", "0")).status == 2
