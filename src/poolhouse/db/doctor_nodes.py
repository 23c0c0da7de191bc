"""What `poolhouse doctor` says of a database that is spread over nodes: where what is, and who does not answer."""

from __future__ import annotations

import asyncpg

from poolhouse.client.words import Both
from poolhouse.db.citus.checks import Node, lacks
from poolhouse.db.citus.placement import Placement, placements, skew
from poolhouse.db.citus.plan import Plan, is_distributed, plan_of
from poolhouse.db.doctor import Fact
from poolhouse.db.sessions import connect
from poolhouse.errors import PoolhouseError

UNEVEN, UNEVEN_BYTES = 2.0, 1 << 30
"""A node with more than so many times the mean is told, where there is so much that it matters."""


async def node_facts(url: str) -> tuple[list[Fact], bool]:
    """None where nothing is distributed. False: a node does not answer, so that no question over all pools is."""
    try:
        connection = await connect(url, "poolhouse doctor")
    except (OSError, asyncpg.PostgresError, TimeoutError, PoolhouseError):
        return [], True  # `server_facts` tells
    try:
        if not await is_distributed(connection):
            return [], True
        found, plan = await placements(connection), await plan_of(connection)
        facts = [_tables(plan), *(_node(one) for one in found), *_spread(found)]
        return facts, all(one.node.found is not None for one in found)
    finally:
        await connection.close()


def _tables(plan: Plan) -> Fact:
    left = ", ".join(plan.left)
    return Fact(
        Both("distributed", "分布"),
        Both(
            f"{len(plan.done)} tables; {len(plan.stays)} stay on the coordinator",
            f"{len(plan.done)} 张表；{len(plan.stays)} 张留在协调节点",
        ),
        Both(
            f"not distributed: {left}; stop the servers and run `poolhouse migrate --distribute`",
            f"没有分布：{left}；请停止服务后执行 `poolhouse migrate --distribute`",
        )
        if left
        else None,
    )


def _node(one: Placement) -> Fact:
    name = one.node.name
    title = (
        Both(f"coordinator {name}", f"协调节点 {name}")
        if one.node.group == 0
        else Both(f"node {name}", f"节点 {name}")
    )
    lost = Both(
        f"does not answer: the pools of its {one.shards} shards are away; start it, or its standby in its place",
        f"没有回答：它的 {one.shards} 个分片上的用户池不可用；请启动它，或让备库接替",
    )
    if one.node.found is None:
        return Fact(title, Both(f"{one.shards} shards", f"{one.shards} 个分片"), lost)
    size = f"{(one.bytes or 0) / 2**20:,.1f} MB"
    return Fact(
        title,
        Both(
            f"{one.shards} shards, {one.pools} pools, {size}, {one.standbys or 0} standbys",
            f"{one.shards} 个分片，{one.pools} 个用户池，{size}，{one.standbys or 0} 个备库",
        ),
        _lacking(one.node),
    )


def _lacking(node: Node) -> Both | None:
    if not (missing := lacks(node)):
        return None
    return Both("; ".join(en for en, _ in missing), "；".join(zh for _, zh in missing))


def _spread(found: list[Placement]) -> list[Fact]:
    times = skew(found)
    if times is None:
        return []
    uneven = times > UNEVEN and sum(one.bytes or 0 for one in found) > UNEVEN_BYTES
    return [
        Fact(
            Both("largest node", "最大的节点"),
            Both(f"{times:.1f} times the mean", f"平均值的 {times:.1f} 倍"),
            Both(
                "move large pools by `poolhouse pool move`",
                "请用 `poolhouse pool move` 移走大的用户池",
            )
            if uneven
            else None,
        )
    ]
