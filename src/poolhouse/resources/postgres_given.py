"""What is granted by itself, as it was granted: not what follows from it, and not what a policy says."""

from __future__ import annotations

from poolhouse.db.database import Executor
from poolhouse.db.where import Where
from poolhouse.paging import Page, PageRequest
from poolhouse.resources.model import GivenGrant, Grant, ResourceType, Target, TargetName, TargetType
from poolhouse.resources.postgres_grants import called, named


async def list_grants(
    db: Executor,
    pool_id: str,
    page: PageRequest,
    *,
    namespace: str | None,
    resource: str | None,
    target: Target | None,
) -> Page[GivenGrant]:
    """Everything given must hold; by namespace, resource and target. Programmatic accounts are left out: they have no
    place in v3."""
    where = Where(pool_id, "g")
    where.add(f"g.target_type <> {where.arg(TargetType.AK_SK)}")
    if namespace is not None:
        where.add(f"g.namespace = {where.arg(namespace)}")
    if resource is not None:
        where.add(f"g.resource = {where.arg(resource)}")
    if target is not None:
        where.add(f"g.target_type = {where.arg(target.type)} and g.target_id = {where.arg(target.id)}")
    joins, identifier = named("g")
    people, name = called("g")
    total = await db.fetchval(f"select count(*) from resource_grants g where {where.sql}", *where.args)
    rows = await db.fetch(
        f"select g.namespace, g.target_type, {identifier}, {name}, g.resource, g.actions, g.resource_type, "
        "g.inherit_by_children, coalesce(named_role.namespace, '') "
        f"from resource_grants g {joins} {people} where {where.sql} "
        f"order by g.namespace, g.resource, g.target_type, g.target_id limit {page.size} offset {page.offset}",
        *where.args,
    )
    return Page(
        total,
        [
            GivenGrant(
                row[0],
                TargetName(TargetType(row[1]), row[2]),
                row[3],
                Grant(row[4], tuple(row[5]), ResourceType(row[6]) if row[6] else None, row[7]),
                row[8],
            )
            for row in rows
        ],
    )
