"""`poolhouse migrate --distribute` and `--undistribute`, of a database that is up to date and that nobody serves from.
And `poolhouse pool move`, while everybody works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from poolhouse.db import migrations
from poolhouse.db.citus.checks import nodes_of, refuse, require_coordinator, require_fit, require_idle
from poolhouse.db.citus.moves import Move, end, move, planned, take_turn
from poolhouse.db.citus.moves import Report as MoveReport
from poolhouse.db.citus.plan import POOLS, plan_of
from poolhouse.db.citus.steps import SHARDS, Report, distribute, prepare, undistribute


@dataclass(frozen=True, slots=True)
class Distributed:
    """What was done: the tables, those that stay on the coordinator, and where the others are."""

    tables: list[str]
    stays: list[str]
    shards: int
    nodes: list[str]


async def distribute_database(url: str, shards: int | None, report: Report) -> Distributed:
    """Distributes what is not yet. Raises DatabaseUnfit with all that is missing, before anything was changed."""
    async with _alone(url) as connection:
        plan = await plan_of(connection)
        await require_fit(connection, plan)
        if POOLS in plan.done and shards not in (None, there := await _shards(connection)):
            refuse(
                [
                    (
                        f"the database is distributed in {there} shards already",
                        f"数据库已分布为 {there} 个分片",
                    )
                ]
            )
        tables = await distribute(connection, plan, shards or SHARDS, report)
        return Distributed(
            tables,
            list(plan.stays),
            await _shards(connection),
            [node.name for node in await nodes_of(connection) if node.holds_shards],
        )


async def undistribute_database(url: str, report: Report) -> list[str]:
    """Brings all tables back to the coordinator; answers them. Raises DatabaseUnfit."""
    async with _alone(url) as connection:
        plan = await plan_of(connection)
        if not plan.done:
            return []
        await require_idle(connection)
        return await undistribute(connection, report)


async def move_pool(
    url: str, pool: str, target: str, *, whole_shard: bool, tell: Callable[[Move], None], report: MoveReport
) -> tuple[Move, int]:
    """Moves a pool to the node `target` (HOST:PORT); answers what was done, and the shard. `tell` is called with it
    before. Raises DatabaseUnfit."""
    connection, watching = await migrations.connect(url), await migrations.connect(url)
    try:
        await require_coordinator(connection)
        await prepare(connection)
        await take_turn(connection)
        what = await planned(connection, pool, target, whole_shard=whole_shard)
        tell(what)
        pid = await connection.fetchval("select pg_backend_pid()")
        try:
            return what, await move(connection, watching, what, report)
        except BaseException:
            connection.terminate()
            ending = await migrations.connect(url)
            await end(ending, pid)
            await ending.close()
            raise
    finally:
        watching.terminate()
        connection.terminate()


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[Any]:
    """A connection to the coordinator of an up-to-date schema, and nobody else changes it."""
    connection = await migrations.connect(url)
    try:
        await require_coordinator(connection)
        await migrations.wait_for_others(connection)
        if await migrations.lacking(connection):
            refuse(
                [
                    (
                        "the schema is not of this version: run `poolhouse migrate` first",
                        "数据库结构不是本版本的：请先执行 `poolhouse migrate`",
                    )
                ]
            )
        await prepare(connection)
        yield connection
    finally:
        await connection.close()


async def _shards(connection: Any) -> int:
    return await connection.fetchval(  # type: ignore[no-any-return]
        "select count(*) from pg_dist_shard where logicalrelid = to_regclass($1)", POOLS
    )
