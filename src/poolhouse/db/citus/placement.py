"""Where the pools of a distributed database are: nodes, shards, bytes, and what does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from poolhouse.db.citus.checks import Node, nodes_of
from poolhouse.db.citus.plan import POOLS

_SHARDS = """
select n.nodeid, count(*) as shards
from pg_dist_shard s join pg_dist_placement p using (shardid)
join pg_dist_node n on n.groupid = p.groupid and n.noderole = 'primary'
where s.logicalrelid = to_regclass($1) group by 1
"""
_POOLS = """
select n.nodeid, sum(r.result::bigint)::bigint as pools
from run_command_on_placements($1::text::regclass, 'select count(*) from %s') r
join pg_dist_node n on n.nodename = r.nodename and n.nodeport = r.nodeport and n.noderole = 'primary'
where r.success group by 1
"""
_BYTES = """
select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname ~ '_[0-9]{6,}$'
"""
_STANDBYS = """
select count(*) from pg_stat_replication r
where not exists (select 1 from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical')
"""
_EACH = "select nodeid, result::bigint as found from run_command_on_all_nodes($1) where success"


@dataclass(frozen=True, slots=True)
class Placement:
    """What is on a node. None: it does not answer."""

    node: Node
    shards: int
    bytes: int | None
    pools: int | None
    standbys: int | None


async def placements(connection: Any) -> list[Placement]:
    """Of every primary, the coordinator first. A node that does not answer hinders no other's numbers."""
    nodes = await nodes_of(connection)
    shards = {row["nodeid"]: row["shards"] for row in await connection.fetch(_SHARDS, POOLS)}
    pools = {row["nodeid"]: row["pools"] for row in await connection.fetch(_POOLS, POOLS)}
    sizes = {row["nodeid"]: row["found"] for row in await connection.fetch(_EACH, _BYTES)}
    standbys = {row["nodeid"]: row["found"] for row in await connection.fetch(_EACH, _STANDBYS)}
    return [
        Placement(
            node,
            shards.get(node.id, 0),
            sizes.get(node.id),
            pools.get(node.id, 0 if node.found is not None else None),
            standbys.get(node.id),
        )
        for node in nodes
    ]


def skew(found: list[Placement]) -> float | None:
    """The size of the largest node that holds shards, as a multiple of the mean; None without two to compare."""
    sizes = [one.bytes for one in found if one.node.holds_shards and one.bytes is not None]
    if len(sizes) < 2 or not sum(sizes):
        return None
    return max(sizes) * len(sizes) / sum(sizes)
