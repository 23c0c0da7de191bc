"""The trees: organizations, nodes and their closure. What concerns members is in `postgres_members.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import asyncpg

from poolhouse.db.database import Executor, Reads, Tx
from poolhouse.db.faults import broken_constraint
from poolhouse.db.postgres_words import add_words, has_words
from poolhouse.db.where import Where
from poolhouse.errors import CodeTaken
from poolhouse.orgs.model import Node, NodeCondition, NodeSort, Org
from poolhouse.paging import Page, PageRequest

_NODES = """
select n.id, n.org_id, n.parent_id, n.name, n.code, n.description, n.name_i18n, n.description_i18n,
  n.sort_order, n.depth, n.is_virtual, n.enabled, n.open_id,
  array(select m.user_id from node_members m
    where m.pool_id = n.pool_id and m.node_id = n.id and m.is_leader order by m.joined_at, m.user_id) as leaders,
  n.created_at, n.updated_at, up.path, up.code_path, up.name_path,
  array(select k.id from nodes k where k.pool_id = n.pool_id and k.parent_id = n.id
    order by k.sort_order nulls last, k.created_at, k.id) as children
from nodes n
cross join lateral (
  select array_agg(a.id order by c.depth desc) as path, array_agg(a.code order by c.depth desc) as code_path,
    array_agg(a.name order by c.depth desc) as name_path
  from node_closure c join nodes a on a.pool_id = c.pool_id and a.id = c.ancestor_id
  where c.pool_id = n.pool_id and c.descendant_id = n.id) up
"""

_IN_ORDER = " order by n.depth, n.sort_order nulls last, n.created_at, n.id"

NEWEST = NodeSort("created_at", descending=True)

_AT_ONCE = 50_000

_COLUMNS = {
    "name": "name",
    "code": "code",
    "description": "description",
    "name_i18n": "name_i18n",
    "description_i18n": "description_i18n",
    "order": "sort_order",
    "is_virtual": "is_virtual",
    "enabled": "enabled",
    "open_id": "open_id",
}


def as_node(row: asyncpg.Record) -> Node:
    values = list(row)[:20]
    for position in (13, 16, 17, 18, 19):
        values[position] = tuple(values[position])
    return Node(*values)


# -- organizations ---------------------------------------------------------------------------------------


async def insert_org(db: Executor, pool_id: str, org_id: str, root_id: str, tenant_id: str | None) -> None:
    await db.execute(
        "insert into orgs (pool_id, id, root_id, tenant_id) values ($1, $2, $3, $4)",
        pool_id,
        org_id,
        root_id,
        tenant_id,
    )


async def delete_org(db: Executor, pool_id: str, org_id: str) -> None:
    await db.execute("delete from orgs where pool_id = $1 and id = $2", pool_id, org_id)


async def lock_org(db: Executor, pool_id: str, org_id: str) -> bool:
    """Everything that changes the shape of a tree takes this first, so one tree changes one step at a time."""
    return bool(
        await db.fetchval("select 1 from orgs where pool_id = $1 and id = $2 for update", pool_id, org_id)
    )


async def find_orgs(db: Executor, pool_id: str, org_ids: Sequence[str]) -> dict[str, Org]:
    rows = await db.fetch(
        "select id, root_id, tenant_id, created_at from orgs where pool_id = $1 and id = any($2)",
        pool_id,
        list(org_ids),
    )
    roots = await find_nodes(db, pool_id, [row["root_id"] for row in rows])
    return {
        row["id"]: Org(
            row["id"],
            roots[row["root_id"]],
            row["tenant_id"],
            row["created_at"],
            roots[row["root_id"]].updated_at,
        )
        for row in rows
        if row["root_id"] in roots
    }


async def org_ids_by_code(
    db: Executor, pool_id: str, codes: Sequence[str], tenant_id: str | None = None
) -> dict[str, str]:
    """Root code -> organization. An import may repeat a root code: the oldest answers to it. An id works too."""
    rows = await db.fetch(
        "select id as code, id as org_id, 1 as rank, created_at from orgs "
        "where pool_id = $1 and id = any($2) and ($3::text is null or tenant_id = $3) "
        "union all select n.code, n.org_id, 2, n.created_at from nodes n "
        "where n.pool_id = $1 and n.parent_id is null and n.code = any($2) and ($3::text is null or exists "
        "(select 1 from orgs o where o.pool_id = $1 and o.id = n.org_id and o.tenant_id = $3)) "
        "order by rank, created_at desc, org_id desc",
        pool_id,
        list(codes),
        tenant_id,
    )
    return {row["code"]: row["org_id"] for row in rows}


async def org_by_root_name(db: Executor, pool_id: str, name: str, tenant_id: str | None) -> str | None:
    """The oldest whose root has this very name, of the tenant if one is given; locked."""
    found: str | None = await db.fetchval(
        "select o.id from orgs o join nodes n on n.pool_id = o.pool_id and n.id = o.root_id "
        "where o.pool_id = $1 and n.name = $2 and ($3::text is null or o.tenant_id = $3) "
        "order by o.created_at, o.id limit 1 for update of o",
        pool_id,
        name,
        tenant_id,
    )
    return found


async def list_orgs(
    db: Executor,
    pool_id: str,
    page: PageRequest,
    *,
    keyword: str | None = None,
    tenant_id: str | None = None,
    enabled: bool | None = None,
    sort: NodeSort = NEWEST,
) -> Page[Org]:
    """`page` None gives all of them. `sort`: created_at of the organization, the others of its root."""
    where = Where(pool_id, "o")
    if keyword:
        where.add(has_words(where, "n", ("name", "code"), keyword))
    if tenant_id is not None:
        where.add(f"o.tenant_id = {where.arg(tenant_id)}")
    if enabled is not None:
        where.add(f"n.enabled = {where.arg(enabled)}")
    source = "from orgs o join nodes n on n.pool_id = o.pool_id and n.id = o.root_id"
    direction = " desc" if sort.descending else ""
    rows = await db.fetch(
        f"select o.id {source} where {where.sql} "
        f"order by {'o' if sort.field == 'created_at' else 'n'}.{sort.field}{direction}, o.id "
        f"limit {page.rows:d} offset {page.offset:d}",
        *where.args,
    )
    if (total := page.total_of(len(rows))) is None:
        total = await db.fetchval(f"select count(*) {source} where {where.sql}", *where.args)
    ids = [row["id"] for row in rows[: page.size]]
    found = await find_orgs(db, pool_id, ids)
    return Page(total, [found[id_] for id_ in ids if id_ in found])


# -- nodes: reading --------------------------------------------------------------------------------------


async def find_nodes(db: Executor | Reads, pool_id: str, node_ids: Sequence[str]) -> dict[str, Node]:
    rows = await db.fetch(
        f"{_NODES} where n.pool_id = $1 and n.id = any($2){_IN_ORDER}", pool_id, list(node_ids)
    )
    return {row["id"]: as_node(row) for row in rows}


async def find_node_by(db: Executor, pool_id: str, org_id: str, column: str, value: str) -> Node | None:
    """`column`: code or open_id."""
    if column not in ("code", "open_id"):
        raise ValueError(column)
    row = await db.fetchrow(
        f"{_NODES} where n.pool_id = $1 and n.org_id = $2 and n.{column} = $3{_IN_ORDER} limit 1",
        pool_id,
        org_id,
        value,
    )
    return as_node(row) if row else None


async def nodes_by_code(db: Executor, pool_id: str, codes: Sequence[str]) -> list[Node]:
    """In whichever organization they are."""
    rows = await db.fetch(
        f"{_NODES} where n.pool_id = $1 and n.code = any($2){_IN_ORDER}", pool_id, list(codes)
    )
    return [as_node(row) for row in rows]


async def nodes_of_orgs(
    db: Executor, pool_id: str, org_ids: Sequence[str], most: int | None = None
) -> list[Node]:
    """The whole trees, parents before children; of all of them at most `most` nodes."""
    rows = await db.fetch(
        f"{_NODES} where n.pool_id = $1 and n.org_id = any($2){_IN_ORDER} limit $3",
        pool_id,
        list(org_ids),
        most,
    )
    return [as_node(row) for row in rows]


async def descendants(db: Executor, pool_id: str, node_id: str) -> list[Node]:
    """Everything below, without the node itself; parents before children."""
    rows = await db.fetch(
        f"{_NODES} join node_closure d on d.pool_id = n.pool_id and d.descendant_id = n.id "
        f"where n.pool_id = $1 and d.ancestor_id = $2 and d.depth > 0{_IN_ORDER}",
        pool_id,
        node_id,
    )
    return [as_node(row) for row in rows]


async def children(db: Executor, pool_id: str, node_id: str) -> list[Node]:
    rows = await db.fetch(f"{_NODES} where n.pool_id = $1 and n.parent_id = $2{_IN_ORDER}", pool_id, node_id)
    return [as_node(row) for row in rows]


async def subtree_ids(db: Executor, pool_id: str, node_id: str) -> list[str]:
    rows = await db.fetch(
        "select descendant_id from node_closure where pool_id = $1 and ancestor_id = $2", pool_id, node_id
    )
    return [row["descendant_id"] for row in rows]


async def height(db: Executor, pool_id: str, node_id: str) -> int:
    """Levels below the node."""
    return int(
        await db.fetchval(
            "select coalesce(max(depth), 0) from node_closure where pool_id = $1 and ancestor_id = $2",
            pool_id,
            node_id,
        )
    )


async def search_nodes(
    db: Reads,
    pool_id: str,
    page: PageRequest,
    *,
    org_id: str | None = None,
    keyword: str | None = None,
    conditions: Sequence[NodeCondition] = (),
    sort: Sequence[NodeSort] = (),
) -> Page[Node]:
    """By a piece of the name or the code, case folded, `%` and `_` plain; and by `conditions`, all of them."""
    where = Where(pool_id, "n")
    if org_id is not None:
        where.add(f"n.org_id = {where.arg(org_id)}")
    if keyword:
        await add_words(db, where, "nodes", "n", ("name", "code"), keyword)
    for condition in conditions:
        where.add(_condition(where, condition))
    order = "".join(f"n.{term.field}{' desc' if term.descending else ''}, " for term in sort)
    total = await db.search_fetchval(f"select count(*) from nodes n where {where.sql}", *where.args)
    rows = await db.search_fetch(  # ids alone: paths and children are looked up of a page, not of all that are sorted
        f"select n.id from nodes n where {where.sql} "
        f"order by {order}n.depth, n.sort_order nulls last, n.created_at, n.id "
        f"limit {page.size:d} offset {page.offset:d}",
        *where.args,
    )
    ids = [row["id"] for row in rows]
    found = await find_nodes(db, pool_id, ids)
    return Page(total, [found[id_] for id_ in ids if id_ in found])


def _condition(where: Where, condition: NodeCondition) -> str:
    column = f"n.{condition.field}"
    match condition.operator:
        case "EQUAL":
            return f"{column} = {where.arg(condition.value)}"
        case "IN":
            return f"{column} = any({where.arg(list(condition.value))})"
        case "LESSER":
            return f"{column} <= {where.arg(condition.value)}"
        case "GREATER":
            return f"{column} >= {where.arg(condition.value)}"
        case "BETWEEN":
            low, high = condition.value
            return f"{column} between {where.arg(low)} and {where.arg(high)}"
        case "CONTAINS":
            return f"strpos(lower({column}), lower({where.arg(condition.value)})) > 0"


# -- nodes: writing --------------------------------------------------------------------------------------

NodeRow = tuple[str, str | None, int, dict[str, Any]]
"""id, parent, depth, values"""

_INSERTED = {
    "id": "text",
    "parent_id": "text",
    "depth": "int",
    "name": "text",
    "code": "text",
    "description": "text",
    "name_i18n": "jsonb",
    "description_i18n": "jsonb",
    "sort_order": "int",
    "is_virtual": "boolean",
    "enabled": "boolean",
    "open_id": "text",
}
_INSERT = (
    f"insert into nodes (pool_id, org_id, {', '.join(_INSERTED)}) "
    f"select $1, $2, {', '.join(f'n.{name}' for name in _INSERTED)} "
    f"from unnest({', '.join(f'${i}::{type_}[]' for i, type_ in enumerate(_INSERTED.values(), 3))}) "
    f"n ({', '.join(_INSERTED)}) on conflict (pool_id, id) do nothing"
)
_NODES_AT_ONCE = 5_000


async def insert_nodes(
    tx: Tx, pool_id: str, org_id: str, rows: Sequence[NodeRow], closure: Iterable[tuple[str, str, int]]
) -> None:
    """`closure`: (ancestor, descendant, depth) of every new pair. Raises CodeTaken."""
    try:
        for start in range(
            0, len(rows), _NODES_AT_ONCE
        ):  # not by COPY, whose violations have no SQLSTATE on Citus
            part = [_inserted(*row) for row in rows[start : start + _NODES_AT_ONCE]]
            await tx.execute(_INSERT, pool_id, org_id, *(list(column) for column in zip(*part, strict=True)))
    except asyncpg.UniqueViolationError as error:
        raise code_taken(error) from error
    pairs = iter(closure)
    while part := list(islice(pairs, _AT_ONCE)):  # below the statement timeout, however large the tree
        await tx.copy_records(
            "node_closure",
            ("pool_id", "ancestor_id", "descendant_id", "depth"),
            [(pool_id, *pair) for pair in part],
        )


def _inserted(node_id: str, parent_id: str | None, depth: int, values: dict[str, Any]) -> tuple[Any, ...]:
    return (
        node_id,
        parent_id,
        depth,
        values["name"],
        values.get("code"),
        values.get("description"),
        dict(values.get("name_i18n") or {}),
        dict(values.get("description_i18n") or {}),
        values.get("order"),
        bool(values.get("is_virtual")),
        values.get("enabled", True),
        values.get("open_id"),
    )


async def update_node(db: Executor, pool_id: str, node_id: str, values: dict[str, Any]) -> None:
    """Raises CodeTaken."""
    changes = [f"{_COLUMNS[name]} = ${place}" for place, name in enumerate(values, 3)]
    try:
        await db.execute(
            f"update nodes set {', '.join([*changes, 'updated_at = now()'])} where pool_id = $1 and id = $2",
            pool_id,
            node_id,
            *values.values(),
        )
    except asyncpg.UniqueViolationError as error:
        raise code_taken(error) from error


async def delete_subtree(db: Executor, pool_id: str, node_id: str) -> None:
    await db.execute(
        "delete from nodes where pool_id = $1 and id in "
        "(select descendant_id from node_closure where pool_id = $1 and ancestor_id = $2)",
        pool_id,
        node_id,
    )


async def move_subtree(db: Executor, pool_id: str, node_id: str, parent: Node) -> None:
    await db.execute(
        "delete from node_closure c using node_closure sub, node_closure up "
        "where c.pool_id = $1 and sub.pool_id = $1 and up.pool_id = $1 and sub.ancestor_id = $2 "
        "and up.descendant_id = $2 and up.depth > 0 "
        "and c.ancestor_id = up.ancestor_id and c.descendant_id = sub.descendant_id",
        pool_id,
        node_id,
    )
    await db.execute(
        "insert into node_closure (pool_id, ancestor_id, descendant_id, depth) "
        "select $1, up.ancestor_id, sub.descendant_id, up.depth + sub.depth + 1 "
        "from node_closure up cross join node_closure sub where up.pool_id = $1 and sub.pool_id = $1 "
        "and up.descendant_id = $3 and sub.ancestor_id = $2 "
        "on conflict (pool_id, ancestor_id, descendant_id) do nothing",
        pool_id,
        node_id,
        parent.id,
    )
    await db.execute(
        "update nodes n set depth = $3 + c.depth from node_closure c "
        "where n.pool_id = $1 and c.pool_id = $1 and c.ancestor_id = $2 and n.id = c.descendant_id "
        "and n.depth <> $3 + c.depth",
        pool_id,
        node_id,
        parent.depth + 1,
    )
    await db.execute(
        "update nodes set parent_id = $3, updated_at = now() where pool_id = $1 and id = $2",
        pool_id,
        node_id,
        parent.id,
    )
    # Of members the table's trigger says so.
    await db.execute(
        "insert into org_changes as c (pool_id, shard, changes) values ($1, poolhouse_free_shard($1), 1) "
        "on conflict (pool_id, shard) do update set changes = c.changes + 1",
        pool_id,
    )


def code_taken(error: asyncpg.UniqueViolationError) -> CodeTaken:
    """`detail` reads `Key (pool_id, org_id, code)=(..., ..., the code) already exists.`"""
    if broken_constraint(error) != "nodes_code_key":
        raise error
    detail = str(error.detail or "")
    return CodeTaken(field="code", value=detail.partition(")=(")[2].split(", ", 2)[-1].rpartition(")")[0])
