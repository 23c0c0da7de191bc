"""One pool to another node, while everybody works: its shard is moved, which it is given for itself before.

Source: Citus 13 and 14, `isolate_tenant_to_new_shard` and `citus_move_shard_placement`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from poolhouse.db.citus.checks import Node, lacks, nodes_of, of, refuse
from poolhouse.db.citus.plan import POOLS, is_distributed

LOOK_EVERY_S = 0.5
ALONG_TOLD = 20
ENDS_WITHIN_MS = 10_000
LOOK_FOR_CLIENT_MS = 2_000
_MOVE = 0x6D6F7665  # "move"

_SHARD = """
select s.shardid, s.shardminvalue = s.shardmaxvalue as alone, p.groupid
from pg_dist_shard s join pg_dist_placement p using (shardid)
where s.shardid = get_shard_id_for_distribution_column(to_regclass($1), $2::text)
"""
_ALONG = """
select r.result as found from run_command_on_placements($1::text::regclass,
  'select coalesce(json_agg(id order by id), ''[]'') from %s') r where r.shardid = $2 and r.success
"""
_UNDER_WAY = """
select coalesce(sum(source_shard_size), 0)::bigint as total, coalesce(sum(target_shard_size), 0)::bigint as done,
  count(*) as shards
from get_rebalance_progress()
"""

Report = Callable[[str, int, int], None]
"""Told of the act ("isolate", "move"), and of how many bytes of how many are there (0 of 0 where nobody can tell)."""


@dataclass(frozen=True, slots=True)
class Move:
    """What is about to be done. `along`: the other pools of the shard, ALONG_TOLD of them at most, of `others`.
    `isolates`: the pool is given a shard of its own first."""

    pool: str
    source: Node
    target: Node
    along: list[str]
    others: int
    isolates: bool


async def planned(connection: Any, pool: str, target: str, *, whole_shard: bool) -> Move:
    """Raises DatabaseUnfit where it cannot be: nothing is distributed, no such pool or node, it is there already."""
    if not await is_distributed(connection):
        refuse(
            [
                (
                    "no pool is distributed: `poolhouse migrate --distribute` does that",
                    "没有分布用户池：请先执行 `poolhouse migrate --distribute`",
                )
            ]
        )
    nodes = await nodes_of(connection)
    able = [node for node in nodes if node.holds_shards]
    there = next((node for node in able if node.name == target), None)
    if there is None:
        names = ", ".join(node.name for node in able)
        refuse(
            [
                (
                    f"no node {target} holds shards; there are: {names}",
                    f"没有存放分片的节点 {target}；已有：{names}",
                )
            ]
        )
        raise AssertionError
    shard = await _shard(connection, pool)
    here = next(node for node in nodes if node.group == shard["groupid"])
    refuse([of(node, one) for node in (here, there) for one in lacks(node)])
    if not await connection.fetchval("select exists (select 1 from pools where id = $1)", pool):
        refuse([(f"there is no pool {pool}", f"没有用户池 {pool}")])
    if here.name == there.name:
        refuse([(f"pool {pool} is on {target} already", f"用户池 {pool} 已在 {target} 上")])
    ids = json.loads(await connection.fetchval(_ALONG, POOLS, shard["shardid"]) or "[]")
    others = [one for one in ids if one != pool]
    isolates = not whole_shard and not shard["alone"]
    along = [] if isolates else others
    return Move(pool, here, there, along[:ALONG_TOLD], len(along), isolates)


async def move(connection: Any, watching: Any, what: Move, report: Report) -> int:
    """Does it; answers the shard. `watching`: another connection, which tells how far it is."""
    if what.isolates:
        report("isolate", 0, 0)
        await connection.fetchval(
            "select isolate_tenant_to_new_shard(to_regclass($1), $2::text, 'CASCADE', "
            "shard_transfer_mode := 'block_writes')",
            POOLS,
            what.pool,
        )
    shard: int = (await _shard(connection, what.pool))["shardid"]
    report("move", 0, 0)
    async with _watched(watching, report):
        await connection.execute(
            f"select citus_move_shard_placement({shard:d}, {what.source.id:d}, {what.target.id:d}, 'auto')"
        )
    return shard


async def take_turn(connection: Any) -> None:
    """That nobody else moves anything as long as the connection lasts; what an earlier move that was interrupted left
    is cleared away. Raises DatabaseUnfit.

    The server ends a move whose client is gone, within seconds: it would else go on to its end, and nobody could tell.
    """
    await connection.execute(f"set client_connection_check_interval = {LOOK_FOR_CLIENT_MS:d}")
    if (
        not await connection.fetchval("select pg_try_advisory_lock($1)", _MOVE)
        or ((await connection.fetchrow(_UNDER_WAY))["shards"])
    ):
        refuse([("another move is under way: wait for its end", "另一次迁移正在进行：请等它结束")])
    await _clear(connection)


async def end(connection: Any, pid: int) -> None:
    """Of a move that fails or is interrupted: its process on the server (`pid`) is ended, and what it left goes."""
    await connection.fetchval("select pg_terminate_backend($1::int, $2::bigint)", pid, ENDS_WITHIN_MS)
    await _clear(connection)


async def _clear(connection: Any) -> None:
    """Transactions that were prepared on a node and not decided, too: the copying waits for them, as for every
    transaction that was there before it, and Citus itself decides them once a minute."""
    await connection.fetchval("select recover_prepared_transactions()")
    await connection.execute("call citus_cleanup_orphaned_resources()")


async def _shard(connection: Any, pool: str) -> Any:
    return await connection.fetchrow(_SHARD, POOLS, pool)


@asynccontextmanager
async def _watched(connection: Any, report: Report) -> AsyncIterator[None]:
    async def watch() -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            row = await connection.fetchrow(_UNDER_WAY)
            report("move", row["done"], row["total"])

    watcher = asyncio.create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
