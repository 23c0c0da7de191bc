"""All SQL of posts."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from poolhouse.db.database import Executor
from poolhouse.db.where import Where
from poolhouse.errors import CodeTaken
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.posts.model import Post, PostDraft, PostQuery

_COLUMNS = """
  p.id, p.code, p.name, p.description, p.created_at, p.updated_at,
  array(select d.node_id from post_departments d where d.pool_id = p.pool_id and d.post_id = p.id
        order by d.node_id) as department_ids,
  (select count(*) from post_users h where h.pool_id = p.pool_id and h.post_id = p.id) as users
"""


def _post(row: asyncpg.Record) -> Post:
    return Post(**{**dict(row), "department_ids": tuple(row["department_ids"])})


async def insert(db: Executor, pool_id: str, draft: PostDraft) -> str:
    post_id = new_id()
    try:
        await db.execute(
            "insert into posts (pool_id, id, code, name, description) values ($1, $2, $3, $4, $5)",
            pool_id,
            post_id,
            draft.code,
            draft.name,
            draft.description,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="code", value=draft.code) from error
    return post_id


async def update(db: Executor, pool_id: str, post_id: str, draft: PostDraft) -> None:
    try:
        await db.execute(
            "update posts set code = $3, name = $4, description = $5, updated_at = statement_timestamp() "
            "where pool_id = $1 and id = $2",
            pool_id,
            post_id,
            draft.code,
            draft.name,
            draft.description,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="code", value=draft.code) from error


async def put_departments(db: Executor, pool_id: str, post_id: str, node_ids: Sequence[str]) -> None:
    await db.execute("delete from post_departments where pool_id = $1 and post_id = $2", pool_id, post_id)
    await db.execute(
        "insert into post_departments (pool_id, post_id, node_id) select $1, $2, unnest($3::text[]) "
        "on conflict do nothing",
        pool_id,
        post_id,
        list(node_ids),
    )


async def delete(db: Executor, pool_id: str, post_id: str) -> None:
    await db.execute("delete from posts where pool_id = $1 and id = $2", pool_id, post_id)


async def find(db: Executor, pool_id: str, column: str, values: Sequence[str]) -> list[Post]:
    """`column` is id or code; oldest first."""
    rows = await db.fetch(
        f"select {_COLUMNS} from posts p where p.pool_id = $1 and p.{column} = any($2) "
        "order by p.created_at, p.id",
        pool_id,
        list(values),
    )
    return [_post(row) for row in rows]


async def list_page(db: Executor, pool_id: str, query: PostQuery, page: PageRequest) -> Page[Post]:
    """Newest first."""
    where = Where(pool_id, "p")
    if query.keyword:
        text = "lower(concat_ws(e'\\n', p.code, p.name, p.description))"
        where.add(f"strpos({text}, lower({where.arg(query.keyword)}::text)) > 0")
    if query.codes:
        where.add(f"p.code = any({where.arg(list(query.codes))})")
    for column, sign, value in (
        ("created_at", ">=", query.created_from),
        ("created_at", "<=", query.created_to),
        ("updated_at", ">=", query.updated_from),
        ("updated_at", "<=", query.updated_to),
    ):
        if value is not None:
            where.add(f"p.{column} {sign} {where.arg(value)}")
    total = await db.fetchval(f"select count(*) from posts p where {where.sql}", *where.args)
    limit, offset = where.arg(page.size), where.arg(page.offset)
    rows = await db.fetch(
        f"select {_COLUMNS} from posts p where {where.sql} "
        f"order by p.created_at desc, p.id desc limit {limit} offset {offset}",
        *where.args,
    )
    return Page(int(total), [_post(row) for row in rows])


async def keep_only(db: Executor, pool_id: str, user_id: str, post_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from post_users where pool_id = $1 and user_id = $2 and post_id <> all($3)",
        pool_id,
        user_id,
        list(post_ids),
    )


async def add_user(db: Executor, pool_id: str, user_id: str, post_ids: Sequence[str]) -> None:
    await db.execute(
        "insert into post_users (pool_id, post_id, user_id) select $1, unnest($3::text[]), $2 "
        "on conflict do nothing",
        pool_id,
        user_id,
        list(post_ids),
    )


async def ids_of_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> dict[str, list[str]]:
    """Last given first."""
    rows = await db.fetch(
        "select user_id, array_agg(post_id order by created_at desc, post_id) as post_ids from post_users "
        "where pool_id = $1 and user_id = any($2) group by user_id",
        pool_id,
        list(user_ids),
    )
    return {row["user_id"]: row["post_ids"] for row in rows}


async def forget_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from post_users where pool_id = $1 and user_id = any($2)", pool_id, list(user_ids)
    )


async def forget_nodes(db: Executor, pool_id: str, node_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from post_departments where pool_id = $1 and node_id = any($2)", pool_id, list(node_ids)
    )
