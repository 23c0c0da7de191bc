"""All SQL of groups."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from poolhouse.db.database import Executor, Reads, Tx
from poolhouse.db.postgres_words import add_words
from poolhouse.db.where import Where
from poolhouse.errors import GroupCodeTaken
from poolhouse.groups.model import Group, GroupChanges, GroupDraft
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.pools.postgres_changes import note

_COLUMNS = "g.id, g.code, g.name, g.description, g.type, g.created_at, g.updated_at"


def in_group(where: Where, user: str, code: str) -> str:
    """A term: the user of alias `user` is in the group."""
    return f"exists (select {_members(where, code)} and gm.user_id = {user}.id)"


def in_group_of_id(where: Where, user: str, group_id: str) -> str:
    """As `in_group`. The planner knows how many are in the very group."""
    return f"exists (select {_members_of_id(where, group_id)} and gm.user_id = {user}.id)"


def members_of(where: Where, code: str) -> str:
    """A query: the `id` of everybody in the group, wherever they live."""
    return f"select gm.user_id as id {_members(where, code)}"


def members_of_id(where: Where, group_id: str) -> str:
    """As `members_of`."""
    return f"select gm.user_id as id {_members_of_id(where, group_id)}"


def _members_of_id(where: Where, group_id: str) -> str:
    return f"from group_members gm where gm.pool_id = $1 and gm.group_id = {where.arg(group_id)}"


def _members(where: Where, code: str) -> str:
    return (
        "from group_members gm join groups g on g.pool_id = gm.pool_id and g.id = gm.group_id "
        f"where gm.pool_id = $1 and g.code = {where.arg(code)}"
    )


async def insert(db: Executor, pool_id: str, draft: GroupDraft) -> Group:
    try:
        row = await db.fetchrow(
            f"""
            insert into groups as g (pool_id, id, code, name, description, type)
            values ($1, $2, $3, $4, $5, $6)
            returning {_COLUMNS}
            """,
            pool_id,
            new_id(),
            draft.code,
            draft.name,
            draft.description,
            draft.type,
        )
    except asyncpg.UniqueViolationError as error:
        raise GroupCodeTaken(field="code", value=draft.code) from error
    assert row is not None
    return Group(*row)


async def find(db: Executor, pool_id: str, code: str) -> Group | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from groups g where g.pool_id = $1 and g.code = $2", pool_id, code
    )
    return None if row is None else Group(*row)


async def list_page(db: Reads, pool_id: str, keyword: str, page: PageRequest) -> Page[Group]:
    """Newest first. `keyword` is looked for, without case, in code, name and description; "" finds all."""
    where = Where(pool_id, "g")
    if keyword:
        await add_words(db, where, "groups", "g", ("code", "name", "description"), keyword)
    rows = await db.search_fetch(
        f"select {_COLUMNS} from groups g where {where.sql} "
        f"order by g.created_at desc, g.id desc limit {page.rows:d} offset {page.offset:d}",
        *where.args,
    )
    if (total := page.total_of(len(rows))) is None:
        total = await db.search_fetchval(f"select count(*) from groups g where {where.sql}", *where.args)
    return Page(total, [Group(*row) for row in rows[: page.size]])


async def list_of_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> dict[str, list[Group]]:
    """An entry for each user who is in a group; latest joined first."""
    rows = await db.fetch(
        f"""
        select m.user_id, {_COLUMNS}
        from group_members m join groups g on g.pool_id = m.pool_id and g.id = m.group_id
        where m.pool_id = $1 and m.user_id = any($2::text[])
        order by m.created_at desc, g.id desc
        """,
        pool_id,
        list(user_ids),
    )
    found: dict[str, list[Group]] = {}
    for user_id, *group in rows:
        found.setdefault(user_id, []).append(Group(*group))
    return found


async def update(db: Executor, pool_id: str, code: str, changes: GroupChanges) -> Group | None:
    try:
        row = await db.fetchrow(
            f"""
            update groups g set
              name = coalesce($3, name),
              description = coalesce($4, description),
              code = coalesce($5, code),
              type = coalesce($6, type),
              updated_at = now()
            where g.pool_id = $1 and g.code = $2
            returning {_COLUMNS}
            """,
            pool_id,
            code,
            changes.name,
            changes.description,
            changes.new_code,
            changes.type,
        )
    except asyncpg.UniqueViolationError as error:
        raise GroupCodeTaken(field="newCode", value=changes.new_code) from error
    return None if row is None else Group(*row)


async def delete(tx: Tx, pool_id: str, codes: Sequence[str]) -> list[Group]:
    rows = await tx.fetch(
        f"delete from groups g where g.pool_id = $1 and g.code = any($2::text[]) returning {_COLUMNS}",
        pool_id,
        list(codes),
    )
    return [Group(*row) for row in rows]


async def ids_of_codes(db: Executor | Reads, pool_id: str, codes: Sequence[str]) -> dict[str, str]:
    rows = await db.fetch(
        "select code, id from groups where pool_id = $1 and code = any($2::text[])", pool_id, list(codes)
    )
    return {row["code"]: row["id"] for row in rows}


async def known_ids(db: Executor, pool_id: str, ids: Sequence[str]) -> set[str]:
    rows = await db.fetch(
        "select id from groups where pool_id = $1 and id = any($2::text[])", pool_id, list(ids)
    )
    return {row["id"] for row in rows}


async def add_members(tx: Tx, pool_id: str, group_id: str, user_ids: Sequence[str]) -> list[str]:
    """Those who were not in it before."""
    rows = await tx.fetch(
        """
        insert into group_members (pool_id, group_id, user_id)
        select $1, $2, user_id from unnest($3::text[]) user_id
        on conflict do nothing
        returning user_id
        """,
        pool_id,
        group_id,
        list(user_ids),
    )
    if rows:
        await note(tx, pool_id, "groups")
    return [row["user_id"] for row in rows]


async def remove_members(tx: Tx, pool_id: str, group_id: str, user_ids: Sequence[str]) -> list[str]:
    """Those who were in it."""
    rows = await tx.fetch(
        """
        delete from group_members
        where pool_id = $1 and group_id = $2 and user_id = any($3::text[])
        returning user_id
        """,
        pool_id,
        group_id,
        list(user_ids),
    )
    if rows:
        await note(tx, pool_id, "groups")
    return [row["user_id"] for row in rows]


async def list_members(db: Executor, pool_id: str, group_id: str, page: PageRequest) -> Page[str]:
    """User ids, latest joined first."""
    total = await db.fetchval(
        "select count(*) from group_members where pool_id = $1 and group_id = $2", pool_id, group_id
    )
    rows = await db.fetch(
        """
        select user_id from group_members where pool_id = $1 and group_id = $2
        order by created_at desc, user_id desc limit $3 offset $4
        """,
        pool_id,
        group_id,
        page.size,
        page.offset,
    )
    return Page(total, [row["user_id"] for row in rows])


async def list_members_of_all(db: Executor, pool_id: str, limit: int) -> dict[str, list[str]]:
    """Group -> its members, latest joined first; at most `limit` memberships in all."""
    rows = await db.fetch(
        """
        select group_id, array_agg(user_id order by created_at desc, user_id desc) user_ids
        from (select group_id, user_id, created_at from group_members where pool_id = $1 limit $2) m
        group by group_id
        """,
        pool_id,
        limit,
    )
    return {row["group_id"]: row["user_ids"] for row in rows}


async def list_members_of(
    db: Executor, pool_id: str, group_ids: Sequence[str], limit: int
) -> list[tuple[str, str]]:
    """(group's id, user's id) of these groups, at most `limit`."""
    rows = await db.fetch(
        "select group_id, user_id from group_members "
        f"where pool_id = $1 and group_id = any($2::text[]) limit {int(limit)}",
        pool_id,
        list(group_ids),
    )
    return [(row["group_id"], row["user_id"]) for row in rows]


async def forget_users(tx: Tx, pool_id: str, user_ids: Sequence[str]) -> None:
    """Of who is gone. That somebody is, is counted."""
    await tx.execute(
        "delete from group_members where pool_id = $1 and user_id = any($2::text[])", pool_id, list(user_ids)
    )
