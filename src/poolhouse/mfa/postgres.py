"""All SQL on second factors."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Record

from poolhouse.db.database import Executor


async def find(db: Executor, pool_id: str, user_id: str) -> Record | None:
    """id, secret, confirmed, last_step, created_at."""
    return await db.fetchrow(
        "select id, secret, confirmed, last_step, created_at from mfa_factors "
        "where pool_id = $1 and user_id = $2",
        pool_id,
        user_id,
    )


async def is_confirmed(db: Executor, pool_id: str, user_id: str) -> bool:
    return bool(
        await db.fetchval(
            "select exists (select 1 from mfa_factors where pool_id = $1 and user_id = $2 and confirmed)",
            pool_id,
            user_id,
        )
    )


async def put(
    db: Executor,
    pool_id: str,
    user_id: str,
    factor_id: str,
    secret: bytes,
    recovery_digest: bytes | None,
    confirmed: bool,
    *,
    replace_confirmed: bool,
) -> bool:
    """False: there is a confirmed factor, and it stays unless `replace_confirmed`."""
    return bool(
        await db.fetchval(
            """
            insert into mfa_factors as f (pool_id, user_id, id, secret, recovery_digest, confirmed)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (pool_id, user_id) do update set
              id = excluded.id, secret = excluded.secret, recovery_digest = excluded.recovery_digest,
              confirmed = excluded.confirmed, last_step = 0, created_at = excluded.created_at
            where not f.confirmed or $7
            returning true
            """,
            pool_id,
            user_id,
            factor_id,
            secret,
            recovery_digest,
            confirmed,
            replace_confirmed,
        )
    )


async def use_step(db: Executor, pool_id: str, factor_id: str, user_id: str, step: int) -> bool:
    """Marks a code as used, and the factor as confirmed. False: it was used already."""
    return bool(
        await db.fetchval(
            "update mfa_factors set last_step = $4, confirmed = true "
            "where pool_id = $1 and user_id = $3 and id = $2 and last_step < $4 returning true",
            pool_id,
            factor_id,
            user_id,
            step,
        )
    )


async def use_recovery(db: Executor, pool_id: str, user_id: str, digest: bytes, new_digest: bytes) -> bool:
    """The code is used up and replaced. False: it is not this one."""
    return bool(
        await db.fetchval(
            "update mfa_factors set recovery_digest = $4 "
            "where pool_id = $1 and user_id = $2 and recovery_digest = $3 and confirmed returning true",
            pool_id,
            user_id,
            digest,
            new_digest,
        )
    )


async def forget_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await delete(db, pool_id, user_ids)


async def delete(db: Executor, pool_id: str, user_ids: Sequence[str]) -> int:
    deleted = await db.fetchval(
        "with gone as (delete from mfa_factors where pool_id = $1 and user_id = any($2::text[]) returning 1) "
        "select count(*) from gone",
        pool_id,
        list(user_ids),
    )
    return int(deleted)
