"""A tree a branch at a time: what costs as much as is shown, however many departments there are."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.db.database import Executor, Reads
from poolhouse.db.postgres_words import add_words
from poolhouse.db.where import Where
from poolhouse.orgs.model import FoundNode, Leaf
from poolhouse.paging import Page, PageRequest

_LEAVES = """
select n.id, n.parent_id, n.name, n.code, n.enabled,
  exists (select 1 from nodes k where k.pool_id = $1 and k.parent_id = n.id),
  (select count(*) from node_members m where m.pool_id = $1 and m.node_id = n.id),
  array(select a.name from node_closure c join nodes a on a.pool_id = $1 and a.id = c.ancestor_id
    where c.pool_id = $1 and c.descendant_id = n.id order by c.depth desc)
from nodes n where n.pool_id = $1 and n.id = any($2)
"""

_FOUND = """
select coalesce(nullif(r.code, ''), n.org_id), n.id, n.name, n.code,
  array(select a.name from node_closure c join nodes a on a.pool_id = $1 and a.id = c.ancestor_id
    where c.pool_id = $1 and c.descendant_id = n.id order by c.depth desc)
from nodes n join nodes r on r.pool_id = $1 and r.org_id = n.org_id and r.parent_id is null
where n.pool_id = $1 and n.id = any($2)
"""
NAMED = ("name", "code")
"""Where a department is looked for by words."""


async def find(db: Reads, pool_id: str, keyword: str, most: int) -> list[FoundNode]:
    """Of every organization, by a piece of the name or the code, case folded; those nearest to a root first."""
    where = Where(pool_id, "n")
    where.add("n.parent_id is not null")
    await add_words(db, where, "nodes", "n", NAMED, keyword)
    rows = await db.search_fetch(
        f"select n.id from nodes n where {where.sql} order by n.depth, n.name, n.id limit {most:d}",
        *where.args,
    )
    ids = [row["id"] for row in rows]
    found = {row["id"]: FoundNode(*row.values()) for row in await db.fetch(_FOUND, pool_id, ids)}
    return [found[id_] for id_ in ids if id_ in found]


async def list_children(db: Executor, pool_id: str, parent_id: str, page: PageRequest) -> Page[Leaf]:
    """Directly below, in their order."""
    total = await db.fetchval(
        "select count(*) from nodes where pool_id = $1 and parent_id = $2", pool_id, parent_id
    )
    rows = await db.fetch(
        "select id from nodes where pool_id = $1 and parent_id = $2 "
        "order by sort_order nulls last, created_at, id limit $3 offset $4",
        pool_id,
        parent_id,
        page.size,
        page.offset,
    )
    return Page(total, await _leaves(db, pool_id, [row["id"] for row in rows]))


async def search(
    db: Reads,
    pool_id: str,
    org_id: str,
    keyword: str,
    page: PageRequest,
    *,
    within: Sequence[str] | None = None,
) -> Page[Leaf]:
    """By a piece of the name or the code, case folded; those nearest to the root first. `within`: only these and what
    is below them."""
    where = Where(pool_id, "n")
    where.add(f"n.org_id = {where.arg(org_id)}")
    await add_words(db, where, "nodes", "n", NAMED, keyword)
    if within is not None:
        where.add(
            "exists (select 1 from node_closure c where c.pool_id = $1 and c.descendant_id = n.id "
            f"and c.ancestor_id = any({where.arg(list(within))}))"
        )
    total = await db.search_fetchval(f"select count(*) from nodes n where {where.sql}", *where.args)
    rows = await db.search_fetch(
        f"select n.id from nodes n where {where.sql} order by n.depth, n.sort_order nulls last, n.created_at, n.id "
        f"limit {page.size:d} offset {page.offset:d}",
        *where.args,
    )
    return Page(total, await _leaves(db, pool_id, [row["id"] for row in rows]))


async def list_nearest(db: Executor, pool_id: str, root_id: str, most: int) -> list[tuple[str, str]]:
    """Id and name of those below a root, level by level, until there are `most`: each level is found by its parents."""
    found: list[tuple[str, str]] = []
    above = [root_id]
    while above and len(found) < most:
        rows = await db.fetch(
            "select id, name from nodes where pool_id = $1 and parent_id = any($2) "
            "order by sort_order nulls last, created_at, id limit $3",
            pool_id,
            above,
            most - len(found),
        )
        found += [(row["id"], row["name"]) for row in rows]
        above = [row["id"] for row in rows]
    return found


async def _leaves(db: Executor | Reads, pool_id: str, ids: Sequence[str]) -> list[Leaf]:
    """In the order of the ids."""
    rows = await db.fetch(_LEAVES, pool_id, list(ids))
    found = {row["id"]: Leaf(*row.values()) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]
