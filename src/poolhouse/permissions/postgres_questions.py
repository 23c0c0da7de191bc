"""What policies say to whoever acts through some targets, and of one resource to whom they say it."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.db.database import Executor
from poolhouse.db.where import Where
from poolhouse.permissions.model import Said, Statement
from poolhouse.resources.model import Effect, Target, TargetType


async def statements_for(
    db: Executor,
    pool_id: str,
    held: Sequence[Target],
    *,
    resource_ids: Sequence[str] | None = None,
    paths: Sequence[str] | None = None,
    namespaces: Sequence[str] | None = None,
    limit: int,
) -> list[Statement]:
    """Each once, at most `limit`: about these resources, those of these namespaces, or (None) about any.

    Of a policy no other rows are read than those asked for.
    """
    where = Where(pool_id, "t")
    types, ids = where.arg([target.type for target in held]), where.arg([target.id for target in held])
    if resource_ids is not None:
        where.add(f"s.resource_id = any({where.arg(list(resource_ids))})")
    if paths is not None:
        where.add(f"s.path = any({where.arg(list(paths))})")
    if namespaces is not None:
        where.add(f"n.code = any({where.arg(list(namespaces))})")
    rows = await db.fetch(
        "select distinct s.effect, s.resource_id, s.path, s.action "
        f"from unnest({types}::text[], {ids}::text[]) h (type, id) "
        "join data_policy_targets t on t.pool_id = $1 and t.target_type = h.type and t.target_id = h.id "
        "join data_policy_statements s on s.pool_id = $1 and s.policy_id = t.policy_id "
        "join data_resources r on r.pool_id = $1 and r.id = s.resource_id "
        "join namespaces n on n.pool_id = $1 and n.number = r.namespace_number "
        f"where {where.sql} limit {int(limit)}",
        *where.args,
    )
    return [Statement(Effect(row[0]), row[1], row[2], row[3]) for row in rows]


async def said_to(
    db: Executor,
    pool_id: str,
    held: Sequence[Target],
    *,
    namespaces: Sequence[str] | None = None,
    limit: int,
) -> list[Said]:
    """The same statements with the policies that say them and whom these are given to, at most `limit`."""
    where = Where(pool_id, "t")
    types, ids = where.arg([target.type for target in held]), where.arg([target.id for target in held])
    if namespaces is not None:
        where.add(f"n.code = any({where.arg(list(namespaces))})")
    rows = await db.fetch(
        "select n.code, r.code, s.effect, s.resource_id, s.path, s.action, p.id, p.name, t.target_type, t.target_id "
        f"from unnest({types}::text[], {ids}::text[]) h (type, id) "
        "join data_policy_targets t on t.pool_id = $1 and t.target_type = h.type and t.target_id = h.id "
        "join data_policies p on p.pool_id = $1 and p.id = t.policy_id "
        "join data_policy_statements s on s.pool_id = $1 and s.policy_id = t.policy_id "
        "join data_resources r on r.pool_id = $1 and r.id = s.resource_id "
        "join namespaces n on n.pool_id = $1 and n.number = r.namespace_number "
        f"where {where.sql} order by p.name, p.id, t.target_type, t.target_id limit {int(limit)}",
        *where.args,
    )
    return [
        Said(
            row[0],
            row[1],
            Statement(Effect(row[2]), row[3], row[4], row[5]),
            row[6],
            row[7],
            Target(TargetType(row[8]), row[9]),
        )
        for row in rows
    ]


async def targets_about(
    db: Executor, pool_id: str, resource_ids: Sequence[str], paths: Sequence[str], limit: int
) -> list[tuple[Target, Statement]]:
    """Every target with a statement about some of these nodes of these resources, at most `limit`."""
    rows = await db.fetch(
        "select distinct t.target_type, t.target_id, s.effect, s.resource_id, s.path, s.action "
        "from data_policy_statements s join data_policy_targets t on t.pool_id = s.pool_id "
        "and t.policy_id = s.policy_id "
        f"where s.pool_id = $1 and s.resource_id = any($2) and s.path = any($3) limit {int(limit)}",
        pool_id,
        list(resource_ids),
        list(paths),
    )
    return [
        (Target(TargetType(row[0]), row[1]), Statement(Effect(row[2]), row[3], row[4], row[5]))
        for row in rows
    ]
