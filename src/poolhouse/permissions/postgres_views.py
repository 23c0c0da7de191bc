"""All that is given to whomever in a pool, bounded, and the names for a page of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from poolhouse.db.database import Executor
from poolhouse.permissions.model import Statement
from poolhouse.resources.model import Effect, Target, TargetType


async def everything_given(db: Executor, pool_id: str, limit: int) -> list[tuple[str, Target]]:
    """(policy's id, target), at most `limit`."""
    rows = await db.fetch(
        "select policy_id, target_type, target_id from data_policy_targets "
        f"where pool_id = $1 limit {int(limit)}",
        pool_id,
    )
    return [(row[0], Target(TargetType(row[1]), row[2])) for row in rows]


async def statements_of_policies(
    db: Executor, pool_id: str, policy_ids: Collection[str], limit: int
) -> list[tuple[str, Statement]]:
    """(policy's id, what it says), at most `limit`."""
    rows = await db.fetch(
        "select policy_id, effect, resource_id, path, action from data_policy_statements "
        f"where pool_id = $1 and policy_id = any($2) limit {int(limit)}",
        pool_id,
        list(policy_ids),
    )
    return [(row[0], Statement(Effect(row[1]), row[2], row[3], row[4])) for row in rows]


async def users_named(db: Executor, pool_id: str, user_ids: Sequence[str], part: str) -> set[str]:
    """Those with `part` in a name, without case; of users who live elsewhere nothing but the id stands here."""
    rows = await db.fetch(
        "select i.id from unnest($2::text[]) i (id) left join users u on u.pool_id = $1 and u.id = i.id "
        "where strpos(lower(concat_ws(e'\\n', i.id, u.name, u.nickname, u.username)), lower($3)) > 0",
        pool_id,
        list(user_ids),
        part,
    )
    return {row["id"] for row in rows}


async def user_names(db: Executor, pool_id: str, user_ids: Sequence[str]) -> dict[str, str]:
    rows = await db.fetch(
        "select id, coalesce(name, nickname, username) from users where pool_id = $1 and id = any($2)",
        pool_id,
        list(user_ids),
    )
    return {row[0]: row[1] for row in rows if row[1]}


async def target_names(
    db: Executor, pool_id: str, targets: Collection[Target]
) -> dict[Target, tuple[str, str]]:
    """(name, code) of roles, groups and departments."""
    rows = await db.fetch(
        "select t.type, t.id, coalesce(g.name, r.name, r.code, n.name, t.id), "
        "coalesce(g.code, r.code, n.code, '') from unnest($2::text[], $3::text[]) t (type, id) "
        "left join groups g on t.type = 'GROUP' and g.pool_id = $1 and g.id = t.id "
        "left join roles r on t.type = 'ROLE' and r.pool_id = $1 and r.id = t.id "
        "left join nodes n on t.type = 'ORG' and n.pool_id = $1 and n.id = t.id",
        pool_id,
        [target.type for target in targets],
        [target.id for target in targets],
    )
    return {Target(TargetType(row[0]), row[1]): (row[2], row[3]) for row in rows}
