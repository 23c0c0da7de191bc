"""All SQL that lists and unlinks identities; `users.postgres.insert_identity` is the one that links."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Record

from poolhouse.db.pool import Executor
from poolhouse.identities.model import Identity

_COLUMNS = """
  id, user_id, provider, user_id_in_idp, type, ext_idp_id, connection_id, is_social, openid, profile, created_at
"""


async def of_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> list[Identity]:
    rows = await db.fetch(
        f"""
        select {_COLUMNS} from user_identities where pool_id = $1 and user_id = any($2)
        order by created_at, id
        """,
        *(pool_id, list(user_ids)),
    )
    return [_identity(row) for row in rows]


async def find(
    db: Executor, pool_id: str, provider: str, user_id_in_idp: str, type_: str, ext_idp_id: str
) -> Identity | None:
    row = await db.fetchrow(
        f"""
        select {_COLUMNS} from user_identities
        where pool_id = $1 and user_id_in_idp = $2 and provider = $3 and type = $4 and ext_idp_id = $5
        """,
        *(pool_id, user_id_in_idp, provider, type_, ext_idp_id),
    )
    return _identity(row) if row else None


async def delete(
    tx: Executor,
    pool_id: str,
    user_id: str,
    *,
    ext_idp_id: str | None,
    provider: str | None,
    type_: str | None,
) -> list[Identity]:
    rows = await tx.fetch(
        f"""
        delete from user_identities
        where pool_id = $1 and user_id = $2 and ($3::text is null or ext_idp_id = $3)
          and ($4::text is null or provider = $4) and ($5::text is null or type = $5)
        returning {_COLUMNS}
        """,
        *(pool_id, user_id, ext_idp_id, provider, type_),
    )
    return [_identity(row) for row in rows]


async def forget_users(tx: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await tx.execute(
        "delete from user_identities where pool_id = $1 and user_id = any($2)", pool_id, list(user_ids)
    )


def _identity(row: Record) -> Identity:
    return Identity(**dict(row.items()))
