"""All SQL that lists and unlinks identities; `directory.postgres.insert_identity` is the one that links."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Record

from poolhouse.db.database import Executor
from poolhouse.identities.model import Identity

_COLUMNS = """
  i.id, i.user_id, i.provider, i.user_id_in_idp, i.type, i.ext_idp_id, i.connection_id, i.is_social, i.openid,
  i.profile, i.created_at, array(
    select c.id from identity_connections c where c.pool_id = i.pool_id and (
      i.connection_id in (c.id, c.identifier) or i.connection_id is null and c.source_id = i.ext_idp_id)
    order by c.created_at, c.id
  ) as connection_ids
"""


async def of_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> list[Identity]:
    rows = await db.fetch(
        f"""
        select {_COLUMNS} from user_identities i where i.pool_id = $1 and i.user_id = any($2)
        order by i.created_at, i.id
        """,
        pool_id,
        list(user_ids),
    )
    return [_identity(row) for row in rows]


async def find(
    db: Executor, pool_id: str, provider: str, user_id_in_idp: str, type_: str, ext_idp_id: str
) -> Identity | None:
    row = await db.fetchrow(
        f"""
        select {_COLUMNS} from user_identities i where i.pool_id = $1
          and i.user_id_in_idp = $2 and i.provider = $3 and i.type = $4 and i.ext_idp_id = $5
        """,
        pool_id,
        user_id_in_idp,
        provider,
        type_,
        ext_idp_id,
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
    """`provider`: the source's kind, or the identifier or the kind of a connection. With both, those linked by the
    identifier alone too. By the source alone, those that were linked by one of its connections before it was there."""
    rows = await tx.fetch(
        f"""
        delete from user_identities i
        where i.pool_id = $1 and i.user_id = $2
          and ($3::text is null or i.ext_idp_id = $3 or i.ext_idp_id = '' and (
            $4::text is not null or i.connection_id in (
              select unnest(array[c.id, c.identifier]) from identity_connections c
              where c.pool_id = $1 and c.source_id = $3)))
          and ($4::text is null or $4 in (i.provider, i.connection_id) or i.connection_id in (
            select c.id from identity_connections c where c.pool_id = $1 and $4 in (c.identifier, c.type)))
          and ($5::text is null or i.type = $5)
        returning {_COLUMNS}
        """,
        pool_id,
        user_id,
        ext_idp_id,
        provider,
        type_,
    )
    return [_identity(row) for row in rows]


async def lock_users(tx: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    """Whoever moves the identities of one of them waits until the transaction ends."""
    for user_id in sorted(user_ids):
        await tx.execute(
            "select pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'identities', $1::text, $2::text), 0))",
            pool_id,
            user_id,
        )


async def share_a_source(tx: Executor, pool_id: str, one: str, other: str) -> bool:
    """Whether a source knows both of them, each as somebody."""
    return bool(
        await tx.fetchval(
            """
            select true from user_identities a
            join user_identities b on b.pool_id = a.pool_id and b.ext_idp_id = a.ext_idp_id
              and b.provider = a.provider
            where a.pool_id = $1 and a.user_id = $2 and b.user_id = $3 limit 1
            """,
            pool_id,
            one,
            other,
        )
    )


async def move(tx: Executor, pool_id: str, user_id: str, to: str) -> list[Identity]:
    rows = await tx.fetch(
        f"update user_identities i set user_id = $3 where i.pool_id = $1 and i.user_id = $2 returning {_COLUMNS}",
        pool_id,
        user_id,
        to,
    )
    return [_identity(row) for row in rows]


async def forget_users(tx: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await tx.execute(
        "delete from user_identities where pool_id = $1 and user_id = any($2)", pool_id, list(user_ids)
    )


def _identity(row: Record) -> Identity:
    values = dict(row.items())
    if not values["connection_ids"] and values["connection_id"]:
        values["connection_ids"] = [values["connection_id"]]
    return Identity(**values)
