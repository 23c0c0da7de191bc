"""The slowest statements of the database, over all pools: a row as those of `rows.py`."""

from __future__ import annotations

from typing import Any

from poolhouse.administrators.statement_words import TO_DO, WHY
from poolhouse.db.postgres_statements import SLOW_MS, Missing
from poolhouse.errors import Lang
from poolhouse.paging import PageRequest
from poolhouse.times import v3_time
from poolhouse.wire.operator.row import Camel, row
from poolhouse.wire.v3.endpoint import V3Request

MOST = 100
"""At once: each may have 4,000 characters."""


class SlowStatementsQuery(Camel):
    """`sort`: by their `mean` or their `total` time."""

    sort: str = "mean"
    page: int = 1
    limit: int = 20


async def list_slow_statements(request: V3Request, query: SlowStatementsQuery) -> dict[str, Any]:
    page = PageRequest.of(query.page, query.limit, largest=MOST)
    found = await request.services.slow_statements.list(request.caller, query.sort, page)
    lang: Lang = request.caller.lang
    return {
        "available": found.missing is None,
        "missing": found.missing,
        "why": _said(WHY, found.missing, lang),
        "toDo": _said(TO_DO, found.missing, lang),
        "since": v3_time(found.since) if found.since else None,
        "slowFromMs": SLOW_MS,
        "slow": found.slow,
        "totalCount": found.total,
        "list": [
            {
                "statement": one.text,
                "calls": one.calls,
                "rows": one.rows,
                "meanMs": round(one.mean_ms, 3),
                "totalMs": round(one.total_ms, 1),
                "longestMs": round(one.longest_ms, 3),
            }
            for one in found.statements
        ],
    }


def _said(words: dict[Missing, tuple[str, str]], missing: Missing | None, lang: Lang) -> str | None:
    return words[missing][lang == "en-US"] if missing else None


ROWS = [
    row(
        "GET",
        "list-slow-statements",
        SlowStatementsQuery,
        list_slow_statements,
        "The slowest statements of the database, over all pools",
    )
]
