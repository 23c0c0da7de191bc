"""Policies, their assignments, grants, and the statements that apply to a set of principals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import asyncpg

from poolhouse.db.database import Executor
from poolhouse.db.where import Where
from poolhouse.errors import CodeTaken
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.resources.model import (
    ADMINISTRATOR_ACCESS,
    Effect,
    Grant,
    Policy,
    PolicyAssignment,
    Principal,
    ResourceType,
    Statement,
    Target,
    TargetName,
    TargetType,
)

_POLICY = (
    "p.id, p.namespace, p.code, p.description, p.is_default, "
    "array(select jsonb_build_object('effect', s.effect, 'resource', s.resource, 'actions', s.actions, "
    "'type', s.resource_type, 'condition', s.condition) from policy_statements s "
    "where s.pool_id = p.pool_id and s.policy_id = p.id order by s.position) as statements, "
    "(select count(*) from policy_assignments a where a.pool_id = p.pool_id and a.policy_id = p.id), "
    "p.created_at, p.updated_at"
)

_NAMED = """
left join groups named_group on {a}.target_type = 'GROUP'
  and named_group.pool_id = {a}.pool_id and named_group.id = {a}.target_id
left join roles named_role on {a}.target_type = 'ROLE'
  and named_role.pool_id = {a}.pool_id and named_role.id = {a}.target_id
"""
_PEOPLE = """
left join nodes named_node on {a}.target_type = 'ORG'
  and named_node.pool_id = {a}.pool_id and named_node.id = {a}.target_id
left join users named_user on {a}.target_type = 'USER'
  and named_user.pool_id = {a}.pool_id and named_user.id = {a}.target_id
"""
_CALLED = (
    "coalesce(named_group.name, named_role.name, named_node.name, named_user.name, named_user.nickname, "
    "named_user.username, '')"
)
_NAME = "coalesce(named_group.code, named_role.code, {a}.target_id)"


def named(alias: str) -> tuple[str, str]:
    """(joins, expression) that turn a row's target into what callers call it."""
    return _NAMED.format(a=alias), _NAME.format(a=alias)


def called(alias: str) -> tuple[str, str]:
    """(further joins, expression) for the name of a row's target beside `named`, "" where nobody knows it."""
    return _PEOPLE.format(a=alias), _CALLED


def _type(value: str | None) -> ResourceType | None:
    return ResourceType(value) if value else None


def _statement(value: dict[str, Any]) -> Statement:
    return Statement(
        Effect(value["effect"]),
        value["resource"],
        tuple(value["actions"]),
        _type(value["type"]),
        tuple(value["condition"] or ()),
    )


def _policy(row: Sequence[Any]) -> Policy:
    id_, namespace, code, description, is_default, statements, count, created_at, updated_at = row
    return Policy(
        id_,
        namespace,
        code,
        description,
        is_default,
        tuple(_statement(one) for one in statements),
        count,
        created_at,
        updated_at,
    )


# -- policies ----------------------------------------------------------------------------------------------


async def seed_built_in(db: Executor, pool_id: str) -> None:
    """The policies every pool has. The default namespace must be there."""
    policy_id = await db.fetchval(
        "insert into policies (pool_id, id, namespace, code, description, is_default) "
        "values ($1, $2, 'default', $3, '管理员权限：允许对所有资源进行所有操作', true) "
        "on conflict (pool_id, namespace, code) do nothing returning id",
        pool_id,
        new_id(),
        ADMINISTRATOR_ACCESS,
    )
    if policy_id is not None:
        await _insert_statements(db, pool_id, policy_id, [Statement(Effect.ALLOW, "*", ("*",))])


async def insert_policy(
    db: Executor,
    pool_id: str,
    namespace: str,
    code: str,
    description: str | None,
    statements: Sequence[Statement],
) -> str:
    """Raises CodeTaken."""
    policy_id = new_id()
    try:
        await db.execute(
            "insert into policies (pool_id, id, namespace, code, description) values ($1, $2, $3, $4, $5)",
            pool_id,
            policy_id,
            namespace,
            code,
            description,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="code", value=code) from error
    await _insert_statements(db, pool_id, policy_id, statements)
    return policy_id


async def _insert_statements(
    db: Executor, pool_id: str, policy_id: str, statements: Sequence[Statement]
) -> None:
    await db.executemany(
        "insert into policy_statements (pool_id, policy_id, position, effect, resource, resource_type, "
        "actions, condition) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (
                pool_id,
                policy_id,
                position,
                one.effect,
                one.resource,
                one.resource_type,
                list(one.actions),
                [dict(term) for term in one.condition],
            )
            for position, one in enumerate(statements)
        ],
    )


async def update_policy(
    db: Executor,
    pool_id: str,
    policy_id: str,
    *,
    new_code: str | None,
    description: str | None,
    statements: Sequence[Statement] | None,
) -> None:
    """None leaves a thing as it is. Raises CodeTaken."""
    try:
        await db.execute(
            "update policies set code = coalesce($3, code), description = coalesce($4, description), "
            "updated_at = statement_timestamp() where pool_id = $1 and id = $2",
            pool_id,
            policy_id,
            new_code,
            description,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="newCode", value=new_code) from error
    if statements is not None:
        await db.execute(
            "delete from policy_statements where pool_id = $1 and policy_id = $2", pool_id, policy_id
        )
        await _insert_statements(db, pool_id, policy_id, statements)


async def delete_policies(db: Executor, pool_id: str, policy_ids: Sequence[str]) -> None:
    await db.execute("delete from policies where pool_id = $1 and id = any($2)", pool_id, list(policy_ids))


async def find_policies(
    db: Executor, pool_id: str, namespace: str, codes: Collection[str]
) -> dict[str, Policy]:
    """By code. The built-in ones belong to every namespace."""
    rows = await db.fetch(
        f"select {_POLICY} from policies p where p.pool_id = $1 and (p.namespace = $2 or p.is_default) "
        "and p.code = any($3) order by p.is_default",
        pool_id,
        namespace,
        list(codes),
    )
    return {policy.code: policy for policy in reversed([_policy(row) for row in rows])}


async def list_policies(
    db: Executor,
    pool_id: str,
    namespace: str | None,
    page: PageRequest,
    *,
    exclude_default: bool,
    keyword: str = "",
) -> Page[Policy]:
    """None is every namespace. `keyword`: a part of the code or the description."""
    where = Where(pool_id, "p")
    if namespace is not None:
        where.add(f"(p.namespace = {where.arg(namespace)} or p.is_default)")
    if exclude_default:
        where.add("not p.is_default")
    if keyword:
        word = where.arg(keyword)
        where.add(f"strpos(lower(concat_ws(' ', p.code, p.description)), lower({word})) > 0")
    total = await db.fetchval(f"select count(*) from policies p where {where.sql}", *where.args)
    rows = await db.fetch(
        f"select {_POLICY} from policies p where {where.sql} "
        f"order by p.created_at desc, p.id limit {page.size} offset {page.offset}",
        *where.args,
    )
    return Page(total, [_policy(row) for row in rows])


# -- assignments -------------------------------------------------------------------------------------------


async def assign(
    db: Executor,
    pool_id: str,
    policy_ids: Sequence[str],
    targets: Sequence[Target],
    inherit_by_children: bool | None,
) -> None:
    """Every policy to every target; one assigned already stays, with the new flag if one is given."""
    known = (
        "nothing"
        if inherit_by_children is None
        else "update set inherit_by_children = excluded.inherit_by_children"
    )
    await db.execute(
        "insert into policy_assignments (pool_id, policy_id, target_type, target_id, inherit_by_children) "
        "select $1, policy_id, t.type, t.id, $5 "
        "from unnest($2::text[]) policy_id, unnest($3::text[], $4::text[]) t (type, id) order by 2, 3, 4 "
        f"on conflict (pool_id, policy_id, target_type, target_id) do {known}",
        pool_id,
        list(policy_ids),
        [t.type for t in targets],
        [t.id for t in targets],
        bool(inherit_by_children),
    )


async def unassign(db: Executor, pool_id: str, policy_ids: Sequence[str], targets: Sequence[Target]) -> None:
    await db.execute(
        "delete from policy_assignments a using unnest($3::text[], $4::text[]) t (type, id) "
        "where a.pool_id = $1 and a.policy_id = any($2) and a.target_type = t.type and a.target_id = t.id",
        pool_id,
        list(policy_ids),
        [t.type for t in targets],
        [t.id for t in targets],
    )


async def switch_assignment(
    db: Executor, pool_id: str, policy_id: str, target: Target, enabled: bool
) -> bool:
    """Whether there is such an assignment."""
    return (
        await db.fetchval(
            "update policy_assignments set enabled = $5 where pool_id = $1 and policy_id = $2 "
            "and target_type = $3 and target_id = $4 returning 1",
            pool_id,
            policy_id,
            target.type,
            target.id,
            enabled,
        )
        is not None
    )


async def list_assignments(
    db: Executor,
    pool_id: str,
    page: PageRequest,
    *,
    policy_ids: Sequence[str] | None = None,
    target: Target | None = None,
    target_type: TargetType | None = None,
    namespace: str | None = None,
    only: Sequence[TargetType] = (),
) -> Page[PolicyAssignment]:
    """Newest first; everything given must hold. `only`: of these kinds, where some are named."""
    where = Where(pool_id, "a")
    if policy_ids is not None:
        where.add(f"a.policy_id = any({where.arg(list(policy_ids))})")
    if target is not None:
        where.add(f"a.target_type = {where.arg(target.type)} and a.target_id = {where.arg(target.id)}")
    if target_type is not None:
        where.add(f"a.target_type = {where.arg(target_type)}")
    if only:
        where.add(f"a.target_type = any({where.arg(list(only))})")
    if namespace is not None:
        where.add(f"(p.namespace = {where.arg(namespace)} or p.is_default)")
    joins, name = named("a")
    people, shown = called("a")
    source = "policy_assignments a join policies p on p.pool_id = a.pool_id and p.id = a.policy_id"
    total = await db.fetchval(f"select count(*) from {source} where {where.sql}", *where.args)
    limit = f" limit {page.size} offset {page.offset}"
    rows = await db.fetch(
        f"select p.code, p.namespace, a.target_type, {name} as identifier, a.inherit_by_children, a.enabled, "
        f"a.created_at, {shown} from {source} {joins} {people} where {where.sql} "
        f"order by a.created_at desc, a.policy_id, a.target_type, a.target_id{limit}",
        *where.args,
    )
    return Page(
        total,
        [PolicyAssignment(row[0], row[1], TargetName(TargetType(row[2]), row[3]), *row[4:]) for row in rows],
    )


# -- grants ------------------------------------------------------------------------------------------------


async def grant(db: Executor, pool_id: str, namespace: str, grants: Sequence[tuple[Target, Grant]]) -> None:
    """What is granted already gains the new actions; a grant of the resource as such stays one."""
    await db.executemany(
        "insert into resource_grants as g (pool_id, namespace, target_type, target_id, resource, "
        "resource_type, actions, inherit_by_children) values ($1, $2, $3, $4, $5, $6, $7, $8) "
        "on conflict (pool_id, target_type, target_id, namespace, resource) do update set "
        "actions = case when g.actions = '{}' or excluded.actions = '{}' then '{}' else "
        "poolhouse_array_union(g.actions, excluded.actions) end, "
        "resource_type = coalesce(excluded.resource_type, g.resource_type), "
        "inherit_by_children = excluded.inherit_by_children",
        [
            (
                pool_id,
                namespace,
                target.type,
                target.id,
                one.resource,
                one.resource_type,
                list(dict.fromkeys(one.actions)),
                one.inherit_by_children,
            )
            for target, one in grants
        ],
    )


async def revoke(db: Executor, pool_id: str, namespace: str, grants: Sequence[tuple[Target, Grant]]) -> None:
    """Takes the named actions back, or, with none named, the whole grant."""
    args = [
        (pool_id, namespace, target.type, target.id, one.resource, list(one.actions))
        for target, one in grants
    ]
    key = "pool_id = $1 and namespace = $2 and target_type = $3 and target_id = $4 and resource = $5"
    await db.executemany(
        f"delete from resource_grants where {key} and (cardinality($6::text[]) = 0 or actions <@ $6)", args
    )
    await db.executemany(
        "update resource_grants set actions = array(select a from unnest(actions) a where a <> all($6::text[])) "
        f"where {key} and actions && $6",
        args,
    )


# -- what holds for whom -----------------------------------------------------------------------------------

_HELD = "with held (type, id, direct) as (select * from unnest($2::text[], $3::text[], $4::bool[]))"
_COVERING = "and ($6::text[] is null or {c} = any($6) or strpos({c}, '*') > 0)"


async def statements_of(
    db: Executor,
    pool_id: str,
    principals: Sequence[Principal],
    namespace: str,
    candidates: Sequence[str] | None = None,
) -> list[tuple[Principal, Statement]]:
    """The statements of one namespace that hold for each of these principals; through a department above
    only what children inherit. With `candidates` only what can cover the resource they were made of.
    """
    about = _COVERING.format(c="s.resource")
    about_grant = _COVERING.format(c="g.resource")
    rows = await db.fetch(
        f"{_HELD} select h.type, h.id, h.direct, s.effect, s.resource, s.actions, s.resource_type, s.condition, "
        "p.code from held h join policy_assignments a on a.pool_id = $1 and a.target_type = h.type "
        "and a.target_id = h.id and a.enabled and (h.direct or a.inherit_by_children) "
        "join policies p on p.pool_id = $1 and p.id = a.policy_id and (p.namespace = $5 or p.is_default) "
        f"join policy_statements s on s.pool_id = $1 and s.policy_id = p.id {about} "
        "union all select h.type, h.id, h.direct, 'ALLOW', g.resource, g.actions, g.resource_type, '[]'::jsonb, "
        "null from held h join resource_grants g on g.pool_id = $1 and g.target_type = h.type "
        f"and g.target_id = h.id and g.namespace = $5 and (h.direct or g.inherit_by_children) {about_grant}",
        pool_id,
        [p.target.type for p in principals],
        [p.target.id for p in principals],
        [p.direct for p in principals],
        namespace,
        None if candidates is None else list(candidates),
    )
    return [
        (
            Principal(Target(TargetType(row[0]), row[1]), row[2]),
            Statement(Effect(row[3]), row[4], tuple(row[5]), _type(row[6]), tuple(row[7] or ()), row[8]),
        )
        for row in rows
    ]


async def statements_about(
    db: Executor,
    pool_id: str,
    namespace: str,
    candidates: Sequence[str],
    target_types: Sequence[TargetType],
) -> list[tuple[TargetName, Statement]]:
    """Every target with a statement that can cover the resource the candidates were made of."""
    joins, name = named("held")
    rows = await db.fetch(
        "with held as (select a.pool_id, a.target_type, a.target_id, s.effect, s.resource, s.actions, "
        "s.resource_type, s.condition from policy_assignments a "
        "join policies p on p.pool_id = a.pool_id and p.id = a.policy_id "
        "and (p.namespace = $2 or p.is_default) "
        "join policy_statements s on s.pool_id = a.pool_id and s.policy_id = p.id "
        "and (s.resource = any($3) or strpos(s.resource, '*') > 0) where a.pool_id = $1 and a.enabled "
        "union all select g.pool_id, g.target_type, g.target_id, 'ALLOW', g.resource, g.actions, "
        "g.resource_type, '[]'::jsonb from resource_grants g where g.pool_id = $1 and g.namespace = $2 "
        "and (g.resource = any($3) or strpos(g.resource, '*') > 0)) "
        f"select held.target_type, {name}, held.effect, held.resource, held.actions, held.resource_type, "
        f"held.condition from held {joins} where held.target_type = any($4) "
        "order by held.target_type, 2",
        pool_id,
        namespace,
        list(candidates),
        list(target_types),
    )
    return [
        (
            TargetName(TargetType(row[0]), row[1]),
            Statement(Effect(row[2]), row[3], tuple(row[4]), _type(row[5]), tuple(row[6] or ())),
        )
        for row in rows
    ]


async def forget_targets(db: Executor, pool_id: str, ids: Sequence[str], *, kind: TargetType) -> None:
    """Whatever was given to targets that are gone."""
    for table in ("policy_assignments", "resource_grants", "app_access"):
        await db.execute(
            f"delete from {table} where pool_id = $1 and target_type = $2 and target_id = any($3)",
            pool_id,
            kind,
            list(ids),
        )
