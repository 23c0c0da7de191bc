"""The plan of a statement, wherever it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from tests.nodes import on_citus

from poolhouse.db.database import Database

_NUMBER_OF_SHARD = re.compile(r"_\d{6,}$")


async def explained(db: Database, sql: str, args: Sequence[Any]) -> list[dict[str, Any]]:
    """Of every server that ran it: with the pages read, and indexes by the names that the schema has.

    Citus has the plans of the nodes inside one of its own. It runs a statement with a plan for its values, but explains
    the plan for any values: there they are written into it.
    """
    if on_citus():
        values = list(map(literal, args, await _types(db, sql)))
        sql, args = re.sub(r"\$(\d+)", lambda found: values[int(found[1]) - 1], sql), ()
    plan = await db.search_fetchval(f"explain (analyze, buffers, format json) {sql}", *args)
    whole = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    tasks = [one["Distributed Query"]["Job"]["Tasks"] for one in nodes(whole) if "Distributed Query" in one]
    plans = [one["Plan"] for part in tasks for task in part for [one] in task["Remote Plan"]] or [whole]
    for node in (one for each in plans for one in nodes(each) if "Index Name" in one):
        node["Index Name"] = in_schema(node["Index Name"])
    return plans


def in_schema(name: str) -> str:
    """Of a table or an index, wherever it is a shard's."""
    return _NUMBER_OF_SHARD.sub("", name)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def _types(db: Database, sql: str) -> list[str]:
    """Of its parameters."""
    async with db.transaction() as tx:
        await tx.execute(f"prepare explained as {sql}")
        types: list[str] = await tx.fetchval(
            "select parameter_types::text[] from pg_prepared_statements where name = 'explained'"
        )
        await tx.execute("deallocate explained")
    return types


def literal(value: Any, kind: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, list) and kind.endswith("[]"):
        return f"array[{', '.join(literal(one, kind.removesuffix('[]')) for one in value)}]::{kind}"
    if kind == "jsonb":
        value = json.dumps(value)
    elif isinstance(value, bytes):
        value = f"\\x{value.hex()}"
    elif isinstance(value, datetime):
        value = value.isoformat()
    return "'" + str(value).replace("'", "''") + f"'::{kind}"
