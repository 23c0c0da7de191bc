"""Who is in which department: all SQL on `node_members`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import asyncpg

from poolhouse.db.database import Database, Executor
from poolhouse.db.where import Where
from poolhouse.errors import NodeNotFound
from poolhouse.orgs.model import Assignment, MemberOrder, Membership, Node
from poolhouse.orgs.postgres import find_nodes
from poolhouse.paging import Page, PageRequest

_BELOW = (
    "from node_closure c join node_members m on m.pool_id = c.pool_id and m.node_id = c.descendant_id "
    "where c.pool_id = $1 and c.ancestor_id = $2"
)
_DIRECT = "from node_members m where m.pool_id = $1 and m.node_id = $2"


# -- conditions for queries over users ---------------------------------------------------------------------


def in_department(where: Where, alias: str, node_id: str, include_children: bool) -> str:
    """A condition on the users `alias`; one index lookup a user, however deep the tree."""
    node = where.arg(node_id)
    if not include_children:
        return (
            "exists (select 1 from node_members m "
            f"where m.pool_id = $1 and m.user_id = {alias}.id and m.node_id = {node})"
        )
    return (
        "exists (select 1 from node_members m join node_closure c "
        "on c.pool_id = m.pool_id and c.descendant_id = m.node_id "
        f"where m.pool_id = $1 and m.user_id = {alias}.id and c.ancestor_id = {node})"
    )


def in_any_department(where: Where, alias: str, node_ids: Sequence[str]) -> str:
    """In one of them or below it."""
    nodes = where.arg(list(node_ids))
    return (
        "exists (select 1 from node_members m join node_closure c "
        "on c.pool_id = m.pool_id and c.descendant_id = m.node_id "
        f"where m.pool_id = $1 and m.user_id = {alias}.id and c.ancestor_id = any({nodes}))"
    )


def members_within(where: Where, node_id: str, include_children: bool) -> str:
    """A query: the `id` of everybody in the department (or below it), wherever they live."""
    node = where.arg(node_id)
    if not include_children:
        return f"select m.user_id as id from node_members m where m.pool_id = $1 and m.node_id = {node}"
    return (
        "select m.user_id as id from node_closure c join node_members m "
        "on m.pool_id = c.pool_id and m.node_id = c.descendant_id "
        f"where c.pool_id = $1 and c.ancestor_id = {node}"
    )


def in_no_department(alias: str) -> str:
    return f"not exists (select 1 from node_members m where m.pool_id = $1 and m.user_id = {alias}.id)"


# -- reading -----------------------------------------------------------------------------------------------


async def members_among(
    db: Executor, pool_id: str, user_ids: Collection[str], node_ids: Collection[str]
) -> set[str]:
    """Those of the users who are in one of the departments or below it."""
    rows = await db.fetch(
        "select distinct m.user_id from node_members m join node_closure c "
        "on c.pool_id = m.pool_id and c.descendant_id = m.node_id "
        "where m.pool_id = $1 and m.user_id = any($2) and c.ancestor_id = any($3)",
        pool_id,
        list(user_ids),
        list(node_ids),
    )
    return {row["user_id"] for row in rows}


async def list_members(
    db: Database,
    pool_id: str,
    node: Node,
    page: PageRequest,
    *,
    include_children: bool = False,
    order: MemberOrder = "joined",
    descending: bool = True,
) -> Page[str]:
    """Ids of users, each once, however many of the departments below they are in.

    Planned for this very department: what is right for a leaf is two orders too slow for a root.
    """
    direction = " desc" if descending else ""
    by = f"joined_at{direction}, m.user_id" if order == "joined" else f"m.user_id{direction}"
    limit = f" limit {page.size} offset {page.offset}"
    if not include_children:  # nobody is in it twice
        total = await db.fetchval(f"select count(*) {_DIRECT}", pool_id, node.id)
        rows = await db.fetch(f"select m.user_id {_DIRECT} order by {by}{limit}", pool_id, node.id)
        return Page(total, [row["user_id"] for row in rows])
    # Hashed: count(distinct ...) sorts every id by the rules of a language.
    total = await db.search_fetchval(
        f"select count(*) from (select 1 {_BELOW} group by m.user_id) each", pool_id, node.id
    )
    rows = await db.search_fetch(
        f"select m.user_id, min(m.joined_at) as joined_at {_BELOW} group by m.user_id order by {by}{limit}",
        pool_id,
        node.id,
    )
    return Page(total, [row["user_id"] for row in rows])


async def count_members(db: Executor, pool_id: str, node_ids: Sequence[str]) -> dict[str, int]:
    """How many users are in each node itself."""
    rows = await db.fetch(
        "select m.node_id as id, count(*) as members from node_members m "
        "where m.pool_id = $1 and m.node_id = any($2) group by m.node_id",
        pool_id,
        list(node_ids),
    )
    return dict.fromkeys(node_ids, 0) | {row["id"]: row["members"] for row in rows}


async def memberships(
    db: Executor, pool_id: str, user_ids: Sequence[str], org_id: str | None = None
) -> list[Membership]:
    """Every department of each user, newest first."""
    rows = await db.fetch(
        "select m.node_id, m.user_id, m.is_main, m.is_leader, m.joined_at from node_members m "
        "join nodes n on n.pool_id = m.pool_id and n.id = m.node_id "
        "where m.pool_id = $1 and m.user_id = any($2) and ($3::text is null or n.org_id = $3) "
        "order by m.joined_at desc, m.node_id",
        pool_id,
        list(user_ids),
        org_id,
    )
    nodes = await find_nodes(db, pool_id, list({row["node_id"] for row in rows}))
    return [
        Membership(nodes[row["node_id"]], row["user_id"], row["is_main"], row["is_leader"], row["joined_at"])
        for row in rows
        if row["node_id"] in nodes
    ]


async def department_ids(db: Executor, pool_id: str, user_ids: Sequence[str]) -> dict[str, list[str]]:
    """The departments each user is directly in, without reading the departments themselves."""
    rows = await db.fetch(
        "select user_id, array_agg(node_id order by joined_at, node_id) as nodes from node_members "
        "where pool_id = $1 and user_id = any($2) group by user_id",
        pool_id,
        list(user_ids),
    )
    return {user_id: [] for user_id in user_ids} | {row["user_id"]: list(row["nodes"]) for row in rows}


async def ancestors_of_users(
    db: Executor, pool_id: str, user_ids: Sequence[str]
) -> dict[str, dict[str, bool]]:
    """User -> every department they are in or below; True where they are in it directly."""
    rows = await db.fetch(
        "select m.user_id, c.ancestor_id, min(c.depth) as depth from node_members m "
        "join node_closure c on c.pool_id = m.pool_id and c.descendant_id = m.node_id "
        "where m.pool_id = $1 and m.user_id = any($2) group by m.user_id, c.ancestor_id",
        pool_id,
        list(user_ids),
    )
    found: dict[str, dict[str, bool]] = {user_id: {} for user_id in user_ids}
    for row in rows:
        found[row["user_id"]][row["ancestor_id"]] = row["depth"] == 0
    return found


async def list_members_below(
    db: Executor, pool_id: str, node_ids: Sequence[str], limit: int
) -> list[tuple[str, str]]:
    """(department's id, id of a user in it or below), at most `limit`."""
    rows = await db.fetch(
        "select distinct c.ancestor_id, m.user_id from node_closure c "
        "join node_members m on m.pool_id = c.pool_id and m.node_id = c.descendant_id "
        f"where c.pool_id = $1 and c.ancestor_id = any($2) limit {int(limit)}",
        pool_id,
        list(node_ids),
    )
    return [(row[0], row[1]) for row in rows]


async def is_member(
    db: Executor, pool_id: str, user_id: str, node_id: str, *, include_children: bool
) -> bool:
    source = _BELOW if include_children else _DIRECT
    return bool(await db.fetchval(f"select 1 {source} and m.user_id = $3 limit 1", pool_id, node_id, user_id))


# -- writing -----------------------------------------------------------------------------------------------


async def add(
    db: Executor, pool_id: str, node_id: str, user_ids: Sequence[str], is_leader: bool | None = None
) -> None:
    """Who is in it already stays, and becomes or ceases to be a leader only where `is_leader` is given."""
    known = "nothing" if is_leader is None else "update set is_leader = excluded.is_leader"
    try:
        await db.execute(
            "insert into node_members (pool_id, node_id, user_id, is_leader) "
            "select $1, $2, user_id, $4 from unnest($3::text[]) user_id order by user_id "
            f"on conflict (pool_id, node_id, user_id) do {known}",
            pool_id,
            node_id,
            sorted(set(user_ids)),
            bool(is_leader),
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise NodeNotFound(node_id=node_id) from error


async def remove(db: Executor, pool_id: str, node_id: str, user_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from node_members where pool_id = $1 and node_id = $2 and user_id = any($3)",
        pool_id,
        node_id,
        list(user_ids),
    )


async def move(
    db: Executor, pool_id: str, user_ids: Sequence[str], source_id: str, target_id: str
) -> list[str]:
    """Those who were in the source and are now in the target; main and leader flags go with them."""
    rows = await db.fetch(
        "delete from node_members where pool_id = $1 and node_id = $2 and user_id = any($3) "
        "returning user_id, is_main, is_leader",
        pool_id,
        source_id,
        list(user_ids),
    )
    await db.execute(
        "insert into node_members (pool_id, node_id, user_id, is_main, is_leader) "
        "select $1, $2, m.user_id, m.is_main, m.is_leader "
        "from unnest($3::text[], $4::bool[], $5::bool[]) m (user_id, is_main, is_leader) order by m.user_id "
        "on conflict (pool_id, node_id, user_id) do update "
        "set is_main = node_members.is_main or excluded.is_main",
        pool_id,
        target_id,
        *([row[name] for row in rows] for name in ("user_id", "is_main", "is_leader")),
    )
    return [row["user_id"] for row in rows]


async def set_leaders(db: Executor, pool_id: str, node_id: str, user_ids: Sequence[str]) -> None:
    """Exactly these lead the department; who was not in it joins."""
    await db.execute(
        "update node_members set is_leader = false "
        "where pool_id = $1 and node_id = $2 and is_leader and user_id <> all($3)",
        pool_id,
        node_id,
        list(user_ids),
    )
    await add(db, pool_id, node_id, user_ids, True)


async def lock_user(db: Executor, pool_id: str, user_id: str) -> None:
    """Before a user's set of departments is rewritten, so that two rewrites do not cross."""
    await db.execute(
        "select pg_advisory_xact_lock(hashtextextended('departments:' || $1 || ':' || $2, 0))",
        pool_id,
        user_id,
    )


async def lock_memberships(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    """Every department that one of them is in: whoever takes another of these away waits."""
    await db.execute(
        "select 1 from node_members where pool_id = $1 and user_id = any($2) order by user_id, node_id for update",
        pool_id,
        list(user_ids),
    )


async def lock_membership(db: Executor, pool_id: str, user_id: str, node_id: str) -> bool | None:
    """Whether it is the user's main department; None where they are not in it."""
    found: bool | None = await db.fetchval(
        "select is_main from node_members where pool_id = $1 and user_id = $2 and node_id = $3 for update",
        pool_id,
        user_id,
        node_id,
    )
    return found


async def set_main(db: Executor, pool_id: str, user_id: str, node_id: str | None) -> None:
    await db.execute(
        "update node_members set is_main = false where pool_id = $1 and user_id = $2 and is_main",
        pool_id,
        user_id,
    )
    if node_id is not None:
        await db.execute(
            "update node_members set is_main = true where pool_id = $1 and user_id = $2 and node_id = $3",
            pool_id,
            user_id,
            node_id,
        )


async def keep_only(db: Executor, pool_id: str, user_id: str, node_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from node_members where pool_id = $1 and user_id = $2 and node_id <> all($3)",
        pool_id,
        user_id,
        list(node_ids),
    )


async def put(db: Executor, pool_id: str, user_id: str, assignments: Sequence[Assignment]) -> None:
    try:
        await db.executemany(
            "insert into node_members (pool_id, node_id, user_id, is_leader) values ($1, $2, $3, $4) "
            "on conflict (pool_id, node_id, user_id) do update set is_leader = excluded.is_leader",
            [(pool_id, one.node_id, user_id, one.is_leader) for one in assignments],
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise NodeNotFound() from error


async def note_main(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    """Copies the main department to where a user's own row shows it. Users of a script have no such row."""
    await db.execute(
        "update users u set main_department_id = main.node_id, updated_at = now() "
        "from (select given.id, m.node_id from unnest($2::text[]) given (id) left join node_members m "
        "on m.pool_id = $1 and m.user_id = given.id and m.is_main) main "
        "where u.pool_id = $1 and u.id = main.id and u.main_department_id is distinct from main.node_id",
        pool_id,
        list(user_ids),
    )


async def note_main_gone(db: Executor, pool_id: str, node_ids: Sequence[str]) -> None:
    """The same for departments that are about to go."""
    await db.execute(
        "update users u set main_department_id = null, updated_at = now() from node_members m "
        "where m.pool_id = $1 and m.node_id = any($2) and m.is_main and u.pool_id = $1 and u.id = m.user_id",
        pool_id,
        list(node_ids),
    )


async def forget_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from node_members where pool_id = $1 and user_id = any($2)", pool_id, list(user_ids)
    )
