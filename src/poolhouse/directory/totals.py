"""How many users a list has: kept by the database where it can be, else counted.

Decision: docs/decisions/0041-lists-of-users.md.
"""

from __future__ import annotations

from typing import Any

from poolhouse.db.database import Reads
from poolhouse.db.where import Where
from poolhouse.directory.filters import value_of, values_of
from poolhouse.directory.orders import COUNTED, KNOWN_VALUES
from poolhouse.users.model import Condition, UserQuery


async def of(db: Reads, pool_id: str, query: UserQuery, where: Where) -> int:
    """Exact. `where` is the query's own."""
    kept = _kept(pool_id, query)
    return await _sum(db, kept) if kept is not None else await _count(db, where)


async def _sum(db: Reads, where: Where) -> int:
    total: int = await db.fetchval(
        f"select coalesce(sum(c.users), 0)::bigint from user_counts c where {where.sql}", *where.args
    )
    return total


async def _count(db: Reads, where: Where) -> int:
    total: int = await db.search_fetchval(f"select count(*) from users u where {where.sql}", *where.args)
    return total


def _kept(pool_id: str, query: UserQuery) -> Where | None:
    """The same over `user_counts c`, which has statuses, genders and sources, if they are all that is asked."""
    if query.keyword or not set(query.filters) <= {"status", "advancedFilter", "sort"}:
        return None
    where = Where(pool_id, "c")
    if query.statuses:
        if not set(query.statuses) <= KNOWN_VALUES["status"]:
            return None
        where.add(f"c.status = any({where.arg(list(query.statuses))})")
    for condition in query.conditions:
        values = _known(condition)
        if values is None:
            return None
        one_of = f"c.{COUNTED[condition.field][0]} = any({where.arg(values)})"
        where.add(f"not {one_of}" if condition.operator == "NOT_EQUAL" else one_of)
    return where


def _known(condition: Condition) -> list[Any] | None:
    """The values asked for, if each of them is counted by its name."""
    if condition.field not in COUNTED or condition.operator not in ("EQUAL", "NOT_EQUAL", "IN"):
        return None
    given = values_of(condition.value) if condition.operator == "IN" else [condition.value]
    values = [value_of(condition.field, one) for one in given]
    return values if set(values) <= KNOWN_VALUES[condition.field] else None
