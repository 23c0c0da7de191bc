"""Namespaces and resources. Policies and grants are in `postgres_grants.py`, applications in `postgres_access.py`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import asyncpg

from poolhouse.db.database import Executor, Tx
from poolhouse.db.where import Where
from poolhouse.errors import CodeTaken, TenantNotFound
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.resources.model import (
    Action,
    Namespace,
    Resource,
    ResourceChanges,
    ResourceDraft,
    ResourceType,
)

_NAMESPACE = "code, number, name, description, app_id, created_at, updated_at"
_ROW = (
    "r.id, r.namespace, r.code, r.type, r.name, r.description, r.actions, r.api_identifier, "
    "r.created_at, r.updated_at"
)
_LINKED = "exists (select 1 from tenant_resources t where t.pool_id = r.pool_id and t.resource_id = r.id)"
_RESOURCE = f"{_ROW}, {_LINKED}"


def as_resource(row: Sequence[Any]) -> Resource:
    id_, namespace, code, type_, name, description, actions, api, created_at, updated_at, linked = row
    return Resource(
        id=id_,
        namespace=namespace,
        code=code,
        type=ResourceType(type_),
        name=name,
        description=description,
        actions=tuple(Action(one["name"], one.get("description") or "") for one in actions),
        api_identifier=api,
        created_at=created_at,
        updated_at=updated_at,
        linked_to_tenant=linked,
    )


def _actions(actions: Sequence[Action]) -> list[dict[str, str]]:
    return [{"name": one.name, "description": one.description} for one in actions]


# -- namespaces --------------------------------------------------------------------------------------------


async def insert_namespace(
    db: Executor, pool_id: str, code: str, name: str | None, description: str | None
) -> Namespace:
    """Raises CodeTaken."""
    try:
        row = await db.fetchrow(
            "insert into namespaces (pool_id, code, name, description) values ($1, $2, $3, $4) "
            f"returning {_NAMESPACE}",
            pool_id,
            code,
            name,
            description,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="code", value=code) from error
    assert row is not None
    return Namespace(*row)


_ALWAYS_THERE = "(values ('default', '默认权限空间'), ('system', '系统权限空间')) n (code, name)"


async def ensure_namespace(db: Executor, pool_id: str, code: str, *, held: bool = False) -> bool:
    """Whether the pool has it. The default's, the system's and each application's need not have been made.

    `held`: until the transaction ends nobody renames or deletes it; one that somebody is renaming is waited for.
    """
    exists = f"select 1 from namespaces where pool_id = $1 and code = $2{' for key share' if held else ''}"
    if await db.fetchval(exists, pool_id, code) is not None:
        return True
    await db.execute(
        "insert into namespaces (pool_id, code, name, app_id) "
        "select $1, id, name, id from apps where pool_id = $1 and id = $2 "
        f"union all select p.id, n.code, n.name, null from pools p, {_ALWAYS_THERE} "
        "where p.id = $1 and n.code = $2 on conflict (pool_id, code) do nothing",
        pool_id,
        code,
    )
    return await db.fetchval(exists, pool_id, code) is not None


async def namespace_names(db: Executor, pool_id: str, codes: Collection[str]) -> dict[str, str]:
    """Code -> name of those the pool has, made or not."""
    rows = await db.fetch(
        f"select code, name from {_ALWAYS_THERE} where code = any($2) "
        "union all select id, name from apps where pool_id = $1 and id = any($2) "
        "union all select code, coalesce(name, code) from namespaces where pool_id = $1 and code = any($2)",
        pool_id,
        list(codes),
    )
    return {row["code"]: row["name"] for row in rows}


async def namespace_name_taken(db: Executor, pool_id: str, name: str | None) -> bool:
    found = await db.fetchval(
        "select 1 from namespaces where pool_id = $1 and name = $2::text limit 1", pool_id, name
    )
    return found is not None


async def find_namespaces(db: Executor, pool_id: str, codes: Collection[str]) -> dict[str, Namespace]:
    rows = await db.fetch(
        f"select {_NAMESPACE} from namespaces where pool_id = $1 and code = any($2)", pool_id, list(codes)
    )
    return {row["code"]: Namespace(*row) for row in rows}


async def find_namespace_by_number(db: Executor, pool_id: str, number: int) -> Namespace | None:
    row = await db.fetchrow(
        f"select {_NAMESPACE} from namespaces where pool_id = $1 and number = $2", pool_id, number
    )
    return Namespace(*row) if row else None


async def list_namespaces(
    db: Executor, pool_id: str, page: PageRequest, keyword: str | None
) -> Page[Namespace]:
    where = Where(pool_id, "n")
    if keyword:
        place = where.arg(keyword)
        where.add(f"strpos(lower(concat_ws(e'\\n', n.code, n.name, n.description)), lower({place})) > 0")
    total = await db.fetchval(f"select count(*) from namespaces n where {where.sql}", *where.args)
    rows = await db.fetch(
        f"select {_NAMESPACE} from namespaces n where {where.sql} "
        f"order by n.created_at desc, n.number desc limit {page.size} offset {page.offset}",
        *where.args,
    )
    return Page(total, [Namespace(*row) for row in rows])


async def update_namespace(
    db: Executor, pool_id: str, code: str, name: str | None, description: str | None
) -> Namespace | None:
    """None leaves a thing as it is."""
    row = await db.fetchrow(
        "update namespaces set name = coalesce($3, name), description = coalesce($4, description), "
        f"updated_at = statement_timestamp() where pool_id = $1 and code = $2 returning {_NAMESPACE}",
        pool_id,
        code,
        name,
        description,
    )
    return Namespace(*row) if row else None


async def rename_namespace(tx: Tx, pool_id: str, code: str, new_code: str) -> bool:
    """With what names it in one statement, whose end is where foreign keys are checked. Raises CodeTaken.

    First whoever is putting something in is waited for, so that the statement sees it; later ones wait for us.
    """
    old = "select 1 from namespaces where pool_id = $1 and code = $2 for update"
    if await tx.fetchval(old, pool_id, code) is None:
        return False
    try:
        await tx.execute(
            "with resource as (update resources set namespace = $3 where pool_id = $1 and namespace = $2), "
            "policy as (update policies set namespace = $3 where pool_id = $1 and namespace = $2), "
            "given as (update resource_grants set namespace = $3 where pool_id = $1 and namespace = $2) "
            "update namespaces set code = $3 where pool_id = $1 and code = $2",
            pool_id,
            code,
            new_code,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="newCode", value=new_code) from error
    return True


async def delete_namespace(db: Executor, pool_id: str, code: str) -> bool:
    return (
        await db.fetchval(
            "delete from namespaces where pool_id = $1 and code = $2 returning 1", pool_id, code
        )
        is not None
    )


# -- resources ---------------------------------------------------------------------------------------------


async def insert_resource(
    db: Executor, pool_id: str, namespace: str, draft: ResourceDraft, *, replace: bool = False
) -> Resource:
    """`replace`: what has the code already takes the new values. Else raises CodeTaken."""
    conflict = (
        "on conflict (pool_id, namespace, code) do update set type = excluded.type, "
        "name = coalesce(excluded.name, r.name), description = coalesce(excluded.description, r.description), "
        "actions = excluded.actions, api_identifier = coalesce(excluded.api_identifier, r.api_identifier), "
        "updated_at = excluded.updated_at "
        if replace
        else ""
    )
    resource_id = new_id()
    try:
        row = await db.fetchrow(
            "insert into resources as r (pool_id, id, namespace, code, type, name, description, actions, "
            f"api_identifier) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) {conflict}returning {_ROW}",
            pool_id,
            resource_id,
            namespace,
            draft.code,
            draft.type,
            draft.name,
            draft.description,
            _actions(draft.actions),
            draft.api_identifier,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="code", value=draft.code) from error
    assert row is not None
    linked = row["id"] != resource_id and await db.fetchval(
        f"select {_LINKED} from resources r where r.pool_id = $1 and r.id = $2", pool_id, row["id"]
    )
    return as_resource([*row, linked])


async def find_resource(db: Executor, pool_id: str, resource_id: str) -> Resource | None:
    row = await db.fetchrow(
        f"select {_RESOURCE} from resources r where r.pool_id = $1 and r.id = $2", pool_id, resource_id
    )
    return as_resource(row) if row else None


async def find_resources(
    db: Executor, pool_id: str, namespace: str, codes: Collection[str]
) -> dict[str, Resource]:
    rows = await db.fetch(
        f"select {_RESOURCE} from resources r where r.pool_id = $1 and r.namespace = $2 and r.code = any($3)",
        pool_id,
        namespace,
        list(codes),
    )
    return {row["code"]: as_resource(row) for row in rows}


async def list_resources(
    db: Executor,
    pool_id: str,
    page: PageRequest,
    *,
    namespaces: Sequence[str] = (),
    type_: ResourceType | None = None,
    keyword: str | None = None,
) -> Page[Resource]:
    """No namespaces means all of them."""
    where = Where(pool_id, "r")
    if namespaces:
        where.add(f"r.namespace = any({where.arg(list(namespaces))})")
    if type_ is not None:
        where.add(f"r.type = {where.arg(type_)}")
    if keyword:
        place = where.arg(keyword)
        where.add(f"strpos(lower(concat_ws(e'\\n', r.code, r.name, r.description)), lower({place})) > 0")
    total = await db.fetchval(f"select count(*) from resources r where {where.sql}", *where.args)
    rows = await db.fetch(
        f"select {_RESOURCE} from resources r where {where.sql} "
        f"order by r.created_at desc, r.id limit {page.size} offset {page.offset}",
        *where.args,
    )
    return Page(total, [as_resource(row) for row in rows])


async def update_resource(
    db: Executor, pool_id: str, namespace: str, code: str, changes: ResourceChanges
) -> Resource | None:
    row = await db.fetchrow(
        "update resources r set type = coalesce($4, type), name = coalesce($5, name), "
        "description = coalesce($6, description), actions = coalesce($7, actions), "
        "api_identifier = coalesce($8, api_identifier), updated_at = statement_timestamp() "
        f"where r.pool_id = $1 and r.namespace = $2 and r.code = $3 returning {_RESOURCE}",
        pool_id,
        namespace,
        code,
        changes.type,
        changes.name,
        changes.description,
        None if changes.actions is None else _actions(changes.actions),
        changes.api_identifier,
    )
    return as_resource(row) if row else None


async def delete_resources(db: Executor, pool_id: str, namespace: str, codes: Sequence[str]) -> list[str]:
    """The codes that were there. Grants on them go with them."""
    rows = await db.fetch(
        "delete from resources where pool_id = $1 and namespace = $2 and code = any($3) returning code",
        pool_id,
        namespace,
        list(codes),
    )
    gone = [row["code"] for row in rows]
    await db.execute(
        "delete from resource_grants where pool_id = $1 and namespace = $2 "
        "and (resource = any($3) or split_part(resource, ':', 1) = any($3))",
        pool_id,
        namespace,
        gone,
    )
    return gone


async def link_tenant(db: Executor, pool_id: str, resource_id: str, tenant_id: str, linked: bool) -> None:
    """Raises TenantNotFound."""
    if not linked:
        await db.execute(
            "delete from tenant_resources where pool_id = $1 and resource_id = $2 and tenant_id = $3",
            pool_id,
            resource_id,
            tenant_id,
        )
        return
    try:
        await db.execute(
            "insert into tenant_resources (pool_id, resource_id, tenant_id) values ($1, $2, $3) "
            "on conflict do nothing",
            pool_id,
            resource_id,
            tenant_id,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise TenantNotFound(tenant_id=tenant_id) from error


async def resource_keys(db: Executor, pool_id: str, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Id -> (namespace, code)."""
    rows = await db.fetch(
        "select id, namespace, code from resources where pool_id = $1 and id = any($2)", pool_id, list(ids)
    )
    return {row["id"]: (row["namespace"], row["code"]) for row in rows}
