"""Data resources, their nodes and the fields of those."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg

from poolhouse.db.database import Executor, Tx
from poolhouse.db.faults import broken_constraint
from poolhouse.db.where import Where
from poolhouse.errors import CodeTaken, Conflict, NamespaceNotFound
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.permissions.model import (
    DataResource,
    DataResourceChanges,
    DataResourceDraft,
    ExtendField,
    FieldType,
    Kind,
    ListedResource,
    NodeRow,
)
from poolhouse.resources.model import Namespace

_REST = "r.code, r.name, r.kind, r.description, r.value, r.actions, r.created_at, r.updated_at"
_RESOURCE = f"r.id, n.code as namespace, {_REST}"
_FROM = "data_resources r join namespaces n on n.pool_id = r.pool_id and n.number = r.namespace_number"
_WIDTH = 10


def as_resource(row: Sequence[Any]) -> DataResource:
    id_, namespace, code, name, kind, description, value, actions, created_at, updated_at = row
    return DataResource(
        id=id_,
        namespace=namespace,
        code=code,
        name=name,
        kind=Kind(kind),
        description=description,
        value=tuple(value) if isinstance(value, list) else value,
        actions=tuple(actions),
        created_at=created_at,
        updated_at=updated_at,
    )


# -- resources ---------------------------------------------------------------------------------------------


async def insert(
    tx: Tx, pool_id: str, namespace: Namespace, draft: DataResourceDraft, value: Any
) -> DataResource:
    """Raises CodeTaken, Conflict for a name, and NamespaceNotFound for a namespace that is gone meanwhile."""
    with _taken(draft.code):
        row = await tx.fetchrow(
            "insert into data_resources as r (pool_id, id, namespace_number, code, name, kind, description, "
            "value, actions) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
            f"returning r.id, $10::text, {_REST}",
            pool_id,
            new_id(),
            namespace.number,
            draft.code,
            draft.name,
            draft.kind,
            draft.description,
            value,
            list(draft.actions),
            namespace.code,
        )
    assert row is not None
    return as_resource(row)


async def find(db: Executor, pool_id: str, namespace: str, codes: Collection[str]) -> dict[str, DataResource]:
    rows = await db.fetch(
        f"select {_RESOURCE} from {_FROM} where r.pool_id = $1 and n.code = $2 and r.code = any($3)",
        pool_id,
        namespace,
        list(codes),
    )
    return {row["code"]: as_resource(row) for row in rows}


async def find_by_ids(db: Executor, pool_id: str, ids: Collection[str]) -> dict[str, DataResource]:
    rows = await db.fetch(
        f"select {_RESOURCE} from {_FROM} where r.pool_id = $1 and r.id = any($2)",
        pool_id,
        list(ids),
    )
    return {row["id"]: as_resource(row) for row in rows}


async def lock(tx: Tx, pool_id: str, namespace: str, code: str) -> DataResource | None:
    """For whoever changes it: two changes of one tree take turns."""
    row = await tx.fetchrow(
        f"select {_RESOURCE} from {_FROM} where r.pool_id = $1 and n.code = $2 and r.code = $3 for update of r",
        pool_id,
        namespace,
        code,
    )
    return as_resource(row) if row else None


async def names_taken(
    db: Executor, pool_id: str, namespace: str, code: str | None, name: str | None
) -> tuple[bool, bool]:
    """Whether some resource of the namespace has the code, and the name."""
    row = await db.fetchrow(
        f"select exists (select 1 from {_FROM} where r.pool_id = $1 and n.code = $2 and r.code = $3), "
        f"exists (select 1 from {_FROM} where r.pool_id = $1 and n.code = $2 and r.name = $4)",
        pool_id,
        namespace,
        code,
        name,
    )
    assert row is not None
    return row[0], row[1]


async def list_page(
    db: Executor, pool_id: str, page: PageRequest, namespaces: Sequence[str], query: str | None
) -> Page[ListedResource]:
    """Newest first; no namespaces means all of them."""
    where = Where(pool_id, "r")
    if namespaces:
        where.add(f"n.code = any({where.arg(list(namespaces))})")
    if query:
        place = where.arg(query)
        where.add(f"strpos(lower(concat_ws(e'\\n', r.code, r.name)), lower({place})) > 0")
    total = await db.fetchval(f"select count(*) from {_FROM} where {where.sql}", *where.args)
    rows = await db.fetch(
        f"select {_RESOURCE}, coalesce(n.name, n.code), (select count(distinct (t.target_type, t.target_id)) "
        "from data_policy_statements s join data_policy_targets t on t.pool_id = s.pool_id "
        "and t.policy_id = s.policy_id where s.pool_id = r.pool_id and s.resource_id = r.id) "
        f"from {_FROM} where {where.sql} order by r.created_at desc, r.id limit {page.size} offset {page.offset}",
        *where.args,
    )
    return Page(
        total,
        [ListedResource(as_resource(row[:_WIDTH]), row[_WIDTH], row[_WIDTH + 1]) for row in map(tuple, rows)],
    )


async def update(
    tx: Tx, pool_id: str, resource: DataResource, changes: DataResourceChanges, value: Any
) -> DataResource:
    """Raises Conflict for a name. Statements of actions it no longer has go."""
    with _taken(resource.code):
        row = await tx.fetchrow(
            "update data_resources r set name = coalesce($3, r.name), "
            "description = coalesce($4, r.description), value = coalesce($5, r.value), "
            "actions = coalesce($6, r.actions), updated_at = statement_timestamp() "
            f"where r.pool_id = $1 and r.id = $2 returning r.id, $7::text, {_REST}",
            pool_id,
            resource.id,
            changes.name,
            changes.description,
            value,
            None if changes.actions is None else list(changes.actions),
            resource.namespace,
        )
    assert row is not None
    if changes.actions is not None:
        await tx.execute(
            "delete from data_policy_statements where pool_id = $1 and resource_id = $2 and action <> all($3)",
            pool_id,
            resource.id,
            ["*", *changes.actions],
        )
    return as_resource(row)


async def delete(tx: Tx, pool_id: str, resource_id: str) -> None:
    await tx.execute("delete from data_resources where pool_id = $1 and id = $2", pool_id, resource_id)


@contextmanager
def _taken(code: str) -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        if broken_constraint(error) == "data_resources_name_key":
            raise Conflict(field="resourceName") from error
        raise CodeTaken(field="resourceCode", value=code) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise NamespaceNotFound() from error


# -- nodes -------------------------------------------------------------------------------------------------


async def put_nodes(tx: Tx, pool_id: str, resource_id: str, nodes: Sequence[NodeRow]) -> None:
    """Afterwards it has exactly these. What policies said about the others is gone with them."""
    await tx.execute(
        "delete from data_resource_nodes where pool_id = $1 and resource_id = $2 and path <> all($3)",
        pool_id,
        resource_id,
        [node.path for node in nodes],
    )
    await tx.execute(
        "insert into data_resource_nodes (pool_id, resource_id, path, position, name, value, extend) "
        "select $1, $2, n.path, n.position, n.name, n.value, n.extend "
        "from unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::jsonb[]) "
        "n (path, position, name, value, extend) "
        "on conflict (pool_id, resource_id, path) do update set position = excluded.position, "
        "name = excluded.name, value = excluded.value, extend = excluded.extend",
        pool_id,
        resource_id,
        [node.path for node in nodes],
        [node.position for node in nodes],
        [node.name for node in nodes],
        [node.value for node in nodes],
        [dict(node.extend) if node.extend else None for node in nodes],
    )


async def nodes_of(
    db: Executor,
    pool_id: str,
    resource_ids: Sequence[str],
    paths: Sequence[tuple[str, str]] = (),
    limit: int = 0,
) -> dict[str, list[NodeRow]]:
    """By resource: every node of these, and of others the (resource, path) named. `limit` 0: all of them."""
    rows = await db.fetch(
        "select n.resource_id, n.path, n.position, n.name, n.value, n.extend from data_resource_nodes n "
        "where n.pool_id = $1 and (n.resource_id = any($2) or (n.resource_id, n.path) in "
        "(select * from unnest($3::text[], $4::text[]))) order by n.resource_id, n.position"
        + (f" limit {limit}" if limit else ""),
        pool_id,
        list(resource_ids),
        [resource_id for resource_id, _ in paths],
        [path for _, path in paths],
    )
    found: dict[str, list[NodeRow]] = {}
    for row in rows:
        found.setdefault(row["resource_id"], []).append(NodeRow(*tuple(row)[1:]))
    return found


async def existing(
    db: Executor, pool_id: str, asked: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str, str], DataResource]:
    """Of (namespace, resource, path) those that are there, with the resource of each."""
    rows = await db.fetch(
        f"select {_RESOURCE}, a.path from unnest($2::text[], $3::text[], $4::text[]) a (namespace, code, path) "
        "join namespaces n on n.pool_id = $1 and n.code = a.namespace "
        "join data_resources r on r.pool_id = $1 and r.namespace_number = n.number and r.code = a.code "
        "join data_resource_nodes d on d.pool_id = $1 and d.resource_id = r.id and d.path = a.path",
        pool_id,
        [namespace for namespace, _, _ in asked],
        [code for _, code, _ in asked],
        [path for _, _, path in asked],
    )
    return {(row["namespace"], row["code"], row["path"]): as_resource(tuple(row)[:_WIDTH]) for row in rows}


# -- fields of nodes ---------------------------------------------------------------------------------------


async def fields_of(db: Executor, pool_id: str, resource_id: str) -> list[ExtendField]:
    """Oldest first."""
    rows = await db.fetch(
        "select key, label, value_type, description, options from data_resource_fields "
        "where pool_id = $1 and resource_id = $2 order by created_at, key",
        pool_id,
        resource_id,
    )
    return [ExtendField(row[0], row[1], FieldType(row[2]), row[3], tuple(row[4])) for row in rows]


async def insert_fields(tx: Tx, pool_id: str, resource_id: str, fields: Sequence[ExtendField]) -> None:
    """Raises CodeTaken."""
    for field in fields:
        try:
            await tx.execute(
                "insert into data_resource_fields (pool_id, resource_id, key, label, value_type, description, "
                "options) values ($1, $2, $3, $4, $5, $6, $7)",
                pool_id,
                resource_id,
                field.key,
                field.label,
                field.type,
                field.description,
                list(field.options),
            )
        except asyncpg.UniqueViolationError as error:
            raise CodeTaken(field="key", value=field.key) from error


async def update_field(tx: Tx, pool_id: str, resource_id: str, field: ExtendField) -> None:
    """Its type stays."""
    await tx.execute(
        "update data_resource_fields set label = $4, description = $5, options = $6 "
        "where pool_id = $1 and resource_id = $2 and key = $3",
        pool_id,
        resource_id,
        field.key,
        field.label,
        field.description,
        list(field.options),
    )


async def delete_field(tx: Tx, pool_id: str, resource_id: str, key: str) -> None:
    """With the values that nodes have of it."""
    await tx.execute(
        "delete from data_resource_fields where pool_id = $1 and resource_id = $2 and key = $3",
        pool_id,
        resource_id,
        key,
    )
    await tx.execute(
        "update data_resource_nodes set extend = extend - $3::text "
        "where pool_id = $1 and resource_id = $2 and extend ? $3::text",
        pool_id,
        resource_id,
        key,
    )
