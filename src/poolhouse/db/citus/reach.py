"""Which nodes the coordinator does not reach, and the pools that are away with them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from poolhouse.db.database import Database
from poolhouse.errors import PoolhouseError

ANSWER_S = 1.0
"""How long a node has to answer."""
AT_ONCE = 3
"""Nodes that are asked at the same time, each on a connection."""
NAMED = 20

_NODES = (
    "select groupid, nodename, nodeport from pg_dist_node "
    "where noderole = 'primary' and isactive and groupid <> 0 order by groupid"
)
_AWAY = """
select pool_id from pool_lookup l
where kind = 'domain' and exists (
  select 1 from pg_dist_placement p
  where p.shardid = get_shard_id_for_distribution_column('pools', l.pool_id) and p.groupid = any($1))
order by pool_id
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """`nodes`: their groups in `pg_dist_node`, since anybody may be told, and addresses are not for everybody. `pools`:
    how many are on them; `named`: the ids of the first."""

    nodes: tuple[int, ...]
    pools: int
    named: tuple[str, ...]


async def lost_nodes(db: Database) -> Lost | None:
    """None where the database is on one server. Raises what the coordinator's own silence does."""
    if not await db.fetchval("select to_regclass('pg_dist_node') is not null"):
        return None
    places = asyncio.Semaphore(AT_ONCE)

    async def answers(host: str, port: int) -> bool:
        try:
            async with places, asyncio.timeout(ANSWER_S):
                return bool(await db.fetchval("select citus_check_connection_to_node($1, $2)", host, port))
        except (TimeoutError, PoolhouseError):
            return False

    rows = await db.fetch(_NODES)
    answered = await asyncio.gather(*(answers(row["nodename"], row["nodeport"]) for row in rows))
    lost = [row["groupid"] for row, well in zip(rows, answered, strict=True) if not well]
    if not lost:
        return Lost((), 0, ())
    away = [row["pool_id"] for row in await db.fetch(_AWAY, lost)]
    return Lost(tuple(lost), len(away), tuple(away[:NAMED]))
