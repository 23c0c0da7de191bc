"""SQL that reads the users of a pool, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncpg import Record

from poolhouse.db.database import Executor, Tx


async def page(
    db: Executor, pool_id: str, fields: Sequence[str], after_id: str, limit: int, *, hashes: bool
) -> list[Record]:
    """id, password_hash (null unless `hashes`) and the fields, by id. Whoever counts as deleted stays away: an import
    would let them in again."""
    return await db.fetch(
        f"select {_columns(fields, hashes)} from users "
        "where pool_id = $1 and id > $2 and not is_deleted order by id limit $3",
        pool_id,
        after_id,
        limit,
    )


async def named(
    db: Executor, pool_id: str, fields: Sequence[str], user_ids: Sequence[str], *, hashes: bool
) -> list[Record]:
    """As `page`, of those there are."""
    return await db.fetch(
        f"select {_columns(fields, hashes)} from users "
        "where pool_id = $1 and id = any($2::text[]) and not is_deleted order by id",
        pool_id,
        user_ids,
    )


async def find_all(tx: Tx, ids: str, args: Sequence[Any]) -> None:
    """Begins a cursor over the ids that a query finds: it is planned once, for all of them, and read once."""
    await tx.execute("set local cursor_tuple_fraction = 1")
    await tx.execute(f"declare found no scroll cursor for {ids}", *args)


async def next_found(tx: Tx, limit: int) -> list[str]:
    return [row["id"] for row in await tx.fetch(f"fetch forward {limit:d} from found")]


def _columns(fields: Sequence[str], hashes: bool) -> str:
    return ", ".join(("id", "password_hash" if hashes else "null", *fields))


async def ids_in_old_database(
    db: Executor, pool_id: str, user_ids: Sequence[str], provider: str
) -> dict[str, str]:
    """User id -> the one they have there, of those who came from there."""
    rows = await db.fetch(
        "select user_id, min(user_id_in_idp) as old_id from user_identities "
        "where pool_id = $1 and provider = $3 and user_id = any($2::text[]) group by user_id",
        pool_id,
        user_ids,
        provider,
    )
    return {row["user_id"]: row["old_id"] for row in rows}
