"""The users who act through some targets: the other way round from `resources.principals`, by the same rules."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.db.database import Executor
from poolhouse.errors import InvalidOperation
from poolhouse.groups import postgres as group_rows
from poolhouse.orgs import postgres_members as member_rows
from poolhouse.resources.model import Target, TargetType
from poolhouse.roles import postgres as role_rows
from poolhouse.roles.model import TargetType as RoleTarget

MOST_USERS = 20_000
"""Pairs of target and user that are read for one answer."""
MOST_HELD = 1_000_000
"""Users over all targets: of a thousand roles that one large group has, each counts the whole group."""

_HOLDERS = {
    RoleTarget.USER: TargetType.USER,
    RoleTarget.GROUP: TargetType.GROUP,
    RoleTarget.NODE: TargetType.ORG,
}


async def users_of(db: Executor, pool_id: str, targets: Sequence[Target]) -> dict[Target, set[str]]:
    """Ids of users by target: of a group its members, of a department those in it or below, of a role whoever
    holds it now, by whatever way. Three statements, however many targets. Raises InvalidOperation for too many.
    """
    role_ids = [target.id for target in targets if target.type is TargetType.ROLE]
    holders = await role_rows.list_holders(db, pool_id, role_ids, MOST_USERS + 1)
    through = {target: {target} for target in targets}
    for role_id, holder in holders:
        through[Target(TargetType.ROLE, role_id)].add(Target(_HOLDERS[holder.type], holder.id))
    everyone = {one for some in through.values() for one in some}
    members = {one: {one.id} for one in everyone if one.type is TargetType.USER}
    group_ids = [one.id for one in everyone if one.type is TargetType.GROUP]
    node_ids = [one.id for one in everyone if one.type is TargetType.ORG]
    in_groups = await group_rows.list_members_of(db, pool_id, group_ids, MOST_USERS + 1)
    in_nodes = await member_rows.list_members_below(db, pool_id, node_ids, MOST_USERS + 1)
    if max(len(holders), len(in_groups) + len(in_nodes)) > MOST_USERS:
        raise too_many()
    for group_id, user_id in in_groups:
        members.setdefault(Target(TargetType.GROUP, group_id), set()).add(user_id)
    for node_id, user_id in in_nodes:
        members.setdefault(Target(TargetType.ORG, node_id), set()).add(user_id)
    if sum(len(members.get(one, ())) for some in through.values() for one in some) > MOST_HELD:
        raise too_many()
    return {
        target: set().union(*(members.get(one, set()) for one in some)) for target, some in through.items()
    }


def too_many() -> InvalidOperation:
    return InvalidOperation(
        "涉及的用户或授权过多，请按用户查询", "Too many users or grants for one answer: ask user by user"
    )
