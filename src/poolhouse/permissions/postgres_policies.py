"""Data policies, their statements, and whom they are given to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg

from poolhouse.db.database import Executor, Tx
from poolhouse.db.where import Where
from poolhouse.errors import Conflict, PolicyNotFound, ResourceNotFound
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.permissions.model import (
    DataPolicy,
    DraftStatement,
    ListedPolicy,
    NamedTarget,
    PolicyTarget,
    Statement,
)
from poolhouse.resources.model import Effect, Target, TargetType

_POLICY = "p.id, p.name, p.description, p.created_at, p.updated_at"
_NAMED = (
    "left join users u on t.target_type = 'USER' and u.pool_id = t.pool_id and u.id = t.target_id "
    "left join groups g on t.target_type = 'GROUP' and g.pool_id = t.pool_id and g.id = t.target_id "
    "left join roles r on t.target_type = 'ROLE' and r.pool_id = t.pool_id and r.id = t.target_id "
    "left join nodes n on t.target_type = 'ORG' and n.pool_id = t.pool_id and n.id = t.target_id"
)
_NAME = "coalesce(u.name, u.nickname, u.username, g.name, r.name, r.code, n.name, t.target_id)"
"""Of users who live in a company's own database nothing but the id stands here."""


# -- policies ----------------------------------------------------------------------------------------------


async def insert(
    tx: Tx, pool_id: str, name: str, description: str | None, statements: Sequence[Statement]
) -> DataPolicy:
    """Raises Conflict for a name."""
    with _taken():
        row = await tx.fetchrow(
            "insert into data_policies as p (pool_id, id, name, description) values ($1, $2, $3, $4) "
            f"returning {_POLICY}",
            pool_id,
            new_id(),
            name,
            description,
        )
    assert row is not None
    await _insert_statements(tx, pool_id, row["id"], statements)
    return DataPolicy(*row)


async def _insert_statements(tx: Tx, pool_id: str, policy_id: str, statements: Sequence[Statement]) -> None:
    """Raises ResourceNotFound for a node that is gone meanwhile."""
    try:
        await tx.execute(
            "insert into data_policy_statements (pool_id, policy_id, position, effect, resource_id, path, action) "
            "select $1, $2, s.number - 1, s.effect, s.resource_id, s.path, s.action "
            "from unnest($3::text[], $4::text[], $5::text[], $6::text[]) with ordinality "
            "s (effect, resource_id, path, action, number) on conflict (pool_id, policy_id, position) do nothing",
            pool_id,
            policy_id,
            [one.effect for one in statements],
            [one.resource_id for one in statements],
            [one.path for one in statements],
            [one.action for one in statements],
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise ResourceNotFound() from error


async def find(db: Executor, pool_id: str, ids: Sequence[str]) -> dict[str, DataPolicy]:
    rows = await db.fetch(
        f"select {_POLICY} from data_policies p where p.pool_id = $1 and p.id = any($2)", pool_id, list(ids)
    )
    return {row["id"]: DataPolicy(*row) for row in rows}


async def name_taken(db: Executor, pool_id: str, name: str) -> bool:
    found = await db.fetchval("select 1 from data_policies where pool_id = $1 and name = $2", pool_id, name)
    return found is not None


async def list_page(db: Executor, pool_id: str, page: PageRequest, query: str | None) -> Page[DataPolicy]:
    """Newest first."""
    where = Where(pool_id, "p")
    if query:
        where.add(f"strpos(lower(p.name), lower({where.arg(query)})) > 0")
    total = await db.fetchval(f"select count(*) from data_policies p where {where.sql}", *where.args)
    rows = await db.fetch(
        f"select {_POLICY} from data_policies p where {where.sql} "
        f"order by p.created_at desc, p.id limit {page.size} offset {page.offset}",
        *where.args,
    )
    return Page(total, [DataPolicy(*row) for row in rows])


async def surroundings(
    db: Executor, pool_id: str, policies: Sequence[DataPolicy], most: int
) -> list[ListedPolicy]:
    """Each with the first `most` resources and targets."""
    ids = [policy.id for policy in policies]
    resources = await db.fetch(
        "select p.id, r.id as resource_id, r.name from unnest($2::text[]) p (id) cross join lateral "
        "(select distinct s.resource_id from data_policy_statements s where s.pool_id = $1 "
        f"and s.policy_id = p.id order by 1 limit {int(most)}) s "
        "join data_resources r on r.pool_id = $1 and r.id = s.resource_id order by r.id",
        pool_id,
        ids,
    )
    targets = await db.fetch(
        f"select t.policy_id, t.target_type, t.target_id, {_NAME} from data_policies p cross join lateral "
        "(select * from data_policy_targets a where a.pool_id = p.pool_id and a.policy_id = p.id "
        f"order by a.created_at desc, a.target_type, a.target_id limit {int(most)}) t {_NAMED} "
        "where p.pool_id = $1 and p.id = any($2) order by t.created_at desc, t.target_type, t.target_id",
        pool_id,
        ids,
    )
    return [
        ListedPolicy(
            policy,
            tuple((row["resource_id"], row["name"]) for row in resources if row["id"] == policy.id),
            tuple(
                NamedTarget(Target(TargetType(row[1]), row[2]), row[3])
                for row in targets
                if row[0] == policy.id
            ),
        )
        for policy in policies
    ]


async def statements_of(db: Executor, pool_id: str, policy_id: str) -> list[DraftStatement]:
    """As they would be written today; neighbors of one effect are one statement."""
    rows = await db.fetch(
        "select s.effect, concat_ws('/', n.code, r.code, nullif(s.path, ''), s.action) as permission "
        "from data_policy_statements s join data_resources r on r.pool_id = s.pool_id and r.id = s.resource_id "
        "join namespaces n on n.pool_id = r.pool_id and n.number = r.namespace_number "
        "where s.pool_id = $1 and s.policy_id = $2 order by s.position",
        pool_id,
        policy_id,
    )
    grouped: list[tuple[Effect, list[str]]] = []
    for row in rows:
        if not grouped or grouped[-1][0] != row["effect"]:
            grouped.append((Effect(row["effect"]), []))
        grouped[-1][1].append(row["permission"])
    return [DraftStatement(effect, tuple(permissions)) for effect, permissions in grouped]


async def update(
    tx: Tx,
    pool_id: str,
    policy_id: str,
    *,
    name: str | None,
    description: str | None,
    statements: Sequence[Statement] | None,
) -> DataPolicy | None:
    """None leaves a thing as it is. Raises Conflict for a name."""
    with _taken():
        row = await tx.fetchrow(
            "update data_policies p set name = coalesce($3, p.name), "
            "description = coalesce($4, p.description), updated_at = statement_timestamp() "
            f"where p.pool_id = $1 and p.id = $2 returning {_POLICY}",
            pool_id,
            policy_id,
            name,
            description,
        )
    if row is None:
        return None
    if statements is not None:
        await tx.execute(
            "delete from data_policy_statements where pool_id = $1 and policy_id = $2", pool_id, policy_id
        )
        await _insert_statements(tx, pool_id, policy_id, statements)
    return DataPolicy(*row)


async def delete(tx: Tx, pool_id: str, policy_id: str) -> str | None:
    """Its name; None if there is none."""
    name: str | None = await tx.fetchval(
        "delete from data_policies where pool_id = $1 and id = $2 returning name", pool_id, policy_id
    )
    return name


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise Conflict(field="policyName") from error


# -- targets -----------------------------------------------------------------------------------------------


async def authorize(tx: Tx, pool_id: str, policy_ids: Sequence[str], targets: Sequence[Target]) -> None:
    """Every policy to every target; what is given already stays as it is.

    Raises PolicyNotFound for one that is gone meanwhile.
    """
    try:
        await tx.execute(
            "insert into data_policy_targets (pool_id, policy_id, target_type, target_id) "
            "select $1, policy_id, t.type, t.id "
            "from unnest($2::text[]) policy_id, unnest($3::text[], $4::text[]) t (type, id) order by 2, 3, 4 "
            "on conflict (pool_id, policy_id, target_type, target_id) do nothing",
            pool_id,
            list(policy_ids),
            [target.type for target in targets],
            [target.id for target in targets],
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise PolicyNotFound() from error


async def revoke(tx: Tx, pool_id: str, policy_id: str, target: Target) -> None:
    await tx.execute(
        "delete from data_policy_targets "
        "where pool_id = $1 and policy_id = $2 and target_type = $3 and target_id = $4",
        pool_id,
        policy_id,
        target.type,
        target.id,
    )


async def list_targets(
    db: Executor,
    pool_id: str,
    policy_id: str,
    page: PageRequest,
    types: Sequence[TargetType],
    query: str | None,
) -> Page[PolicyTarget]:
    """Latest given first; `query` is part of a name."""
    where = Where(pool_id, "t")
    where.add(f"t.policy_id = {where.arg(policy_id)}")
    if types:
        where.add(f"t.target_type = any({where.arg([str(type_) for type_ in types])})")
    if query:
        where.add(f"strpos(lower({_NAME}), lower({where.arg(query)})) > 0")
    total = await db.fetchval(
        f"select count(*) from data_policy_targets t {_NAMED} where {where.sql}", *where.args
    )
    rows: Sequence[Any] = await db.fetch(
        f"select t.target_type, t.target_id, {_NAME}, t.created_at from data_policy_targets t {_NAMED} "
        f"where {where.sql} order by t.created_at desc, t.target_type, t.target_id "
        f"limit {page.size} offset {page.offset}",
        *where.args,
    )
    return Page(total, [PolicyTarget(Target(TargetType(row[0]), row[1]), row[2], row[3]) for row in rows])


async def forget_targets(tx: Tx, pool_id: str, ids: Sequence[str], *, kind: TargetType) -> None:
    """Whatever was given to targets that are gone."""
    await tx.execute(
        "delete from data_policy_targets where pool_id = $1 and target_type = $2 and target_id = any($3)",
        pool_id,
        kind,
        list(ids),
    )
