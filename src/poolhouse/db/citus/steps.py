"""Distributing a database, and taking it back. A table is one transaction: a run that was killed goes on behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from poolhouse.db.citus.plan import COLUMN, POOLS, Plan, plan_of

Report = Callable[[int, int, str], None]
"""Told of what begins: its number, how many there are, its name."""

SHARDS = 32

_TRIGGERS = """
select quote_ident(tgname) as name, pg_get_triggerdef(oid) as definition
from pg_trigger where tgrelid = to_regclass($1) and not tgisinternal and tgparentid = 0 order by tgname
"""
_LOCAL_ROWS = """
select p.logicalrelid::text as name from pg_dist_partition p join pg_class c on c.oid = p.logicalrelid
where c.relkind = 'r' and pg_relation_size(c.oid) > 0 order by 1
"""
_IDENTITIES = """
select c.relname as table, quote_ident(a.attname) as column,
  case a.attidentity when 'a' then 'always' else 'by default' end as kind
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_dist_partition p on p.logicalrelid = c.oid
where a.attidentity <> '' order by 1
"""


async def prepare(connection: Any) -> None:
    """What a connection needs that changes a distributed schema. Triggers run on the node of their row and touch the
    same pool alone, which is what makes them safe here."""
    await connection.execute("set citus.enable_unsafe_triggers = on")
    # Tables made one after another in a transaction go through one connection a node.
    await connection.execute("set citus.multi_shard_modify_mode = 'sequential'")
    await connection.execute("set client_min_messages = 'error'")


async def distribute(connection: Any, plan: Plan, shards: int, report: Report) -> list[str]:
    """Distributes what is left of `plan`; answers the tables. Rows are copied, and the copies here emptied."""
    await connection.execute(f"set citus.shard_count = {shards:d}")
    left = plan.left
    for step, table in enumerate(left, 1):
        report(step, len(left), table)
        async with connection.transaction(isolation="read_committed"):
            await _distribute_one(connection, table)
    await _empty_here(connection)
    return list(left)


async def distribute_new(connection: Any) -> Sequence[str]:
    """In the transaction of a version of the schema: what it has made, beside what is distributed already."""
    new = (await plan_of(connection)).left
    for table in new:
        await _distribute_one(connection, table)
    if new:
        await _empty_here(connection)
    return new


async def _distribute_one(connection: Any, table: str) -> None:
    """Its triggers are made anew behind the copying, which would set them off: what they count is copied too."""
    triggers = await connection.fetch(_TRIGGERS, table)
    for trigger in triggers:
        await connection.execute(f"drop trigger {trigger['name']} on {table}")
    column, beside = ("id", "none") if table == POOLS else (COLUMN, POOLS)
    await connection.fetchval(
        "select create_distributed_table(to_regclass($1), $2, colocate_with => $3)", table, column, beside
    )
    for trigger in triggers:
        await connection.execute(trigger["definition"])


async def _empty_here(connection: Any) -> None:
    """The rows that were copied are still in the tables here, where no statement sees them any more."""
    for row in await connection.fetch(_LOCAL_ROWS):
        await connection.fetchval(
            "select truncate_local_data_after_distributing_table(to_regclass($1))", row["name"]
        )


async def undistribute(connection: Any, report: Report) -> list[str]:
    """Brings all tables back, in one transaction: wholly or not at all. Answers the tables."""
    async with connection.transaction(isolation="read_committed"):
        plan = await plan_of(connection)
        tables = [name for name in plan.tables if name in plan.done]
        identities = await connection.fetch(_IDENTITIES)
        # Citus brings no table with such a column back: here, and here alone, it is a plain column for the while.
        await connection.execute("set local citus.enable_ddl_propagation = off")
        for one in identities:
            await connection.execute(f"alter table {one['table']} alter column {one['column']} drop identity")
        await connection.execute("set local citus.enable_ddl_propagation = on")
        for step, table in enumerate(tables, 1):
            report(step, len(tables), table)
            # The first brings along all that foreign keys bind to it.
            if table in (await plan_of(connection)).done:
                await connection.fetchval(
                    "select undistribute_table(to_regclass($1), cascade_via_foreign_keys => true)", table
                )
        for one in identities:
            await _number(connection, one["table"], one["column"], one["kind"])
    return tables


async def _number(connection: Any, table: str, column: str, kind: str) -> None:
    await connection.execute(f"alter table {table} alter column {column} add generated {kind} as identity")
    last = await connection.fetchval(f"select coalesce(max({column}), 0) from {table}")  # noqa: S608
    await connection.fetchval(
        "select setval(pg_get_serial_sequence($1, $2), $3, false)", table, column.strip('"'), last + 1
    )
