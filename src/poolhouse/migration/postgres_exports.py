"""SQL that reads everybody of a pool, page by page."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Record

from poolhouse.db.database import Executor


async def page(
    db: Executor, pool_id: str, fields: Sequence[str], after_id: str, limit: int, *, hashes: bool
) -> list[Record]:
    """id, password_hash (null unless `hashes`) and the fields, by id. Whoever counts as deleted stays away: an import
    would let them in again."""
    stored = "password_hash" if hashes else "null"
    return await db.fetch(
        f"select id, {stored}, {', '.join(fields)} from users "
        "where pool_id = $1 and id > $2 and not is_deleted order by id limit $3",
        pool_id,
        after_id,
        limit,
    )


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
