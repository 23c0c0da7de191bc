"""All SQL on users' passkeys, and on the challenges that were answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Record

from poolhouse.db.database import Executor, Tx
from poolhouse.db.expiry import delete_old
from poolhouse.mfa.model import UserPasskey

_COLUMNS = (
    "p.pool_id, p.id, p.user_id, p.credential_id, p.rp_id, p.public_key, p.sign_count, p.backup_eligible, "
    "p.backed_up, p.kind, p.name, p.app_id, p.platform, p.created_at, p.used_at"
)


def _passkey(row: Record) -> UserPasskey:
    return UserPasskey(**row)


async def list_passkeys(db: Executor, pool_id: str, user_id: str) -> list[UserPasskey]:
    """Oldest first."""
    rows = await db.fetch(
        f"select {_COLUMNS} from user_passkeys p where p.pool_id = $1 and p.user_id = $2 order by p.id",
        pool_id,
        user_id,
    )
    return [_passkey(row) for row in rows]


async def by_credential(db: Executor, pool_id: str, credential_id: bytes) -> UserPasskey | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from user_passkeys p where p.pool_id = $1 and p.credential_id = $2",
        pool_id,
        credential_id,
    )
    return _passkey(row) if row else None


async def lock(tx: Tx, pool_id: str, user_id: str) -> None:
    """Whoever adds one of the user's waits until the transaction ends: they are counted."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'passkeys', $1::text, $2::text), 0))",
        pool_id,
        user_id,
    )


async def insert(db: Executor, passkey: UserPasskey) -> bool:
    """False where the credential is somebody's already."""
    return bool(
        await db.fetchval(
            "insert into user_passkeys (pool_id, id, user_id, credential_id, rp_id, public_key, sign_count, "
            "backup_eligible, backed_up, kind, name, app_id, platform, created_at) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
            "on conflict (pool_id, credential_id) do nothing returning true",
            passkey.pool_id,
            passkey.id,
            passkey.user_id,
            passkey.credential_id,
            passkey.rp_id,
            passkey.public_key,
            passkey.sign_count,
            passkey.backup_eligible,
            passkey.backed_up,
            passkey.kind,
            passkey.name,
            passkey.app_id,
            passkey.platform,
            passkey.created_at,
        )
    )


async def note_use(
    db: Executor, pool_id: str, passkey_id: str, sign_count: int, backed_up: bool, at: datetime
) -> bool:
    """False where the counter is not ahead of the last one, unless neither counts; and where the passkey is gone."""
    return bool(
        await db.fetchval(
            "update user_passkeys set sign_count = $3, backed_up = $4, used_at = $5 "
            "where pool_id = $1 and id = $2 and (sign_count < $3 or (sign_count = 0 and $3 = 0)) returning true",
            pool_id,
            passkey_id,
            sign_count,
            backed_up,
            at,
        )
    )


async def rename(db: Executor, pool_id: str, passkey_id: str, name: str) -> UserPasskey | None:
    """As it was before; None where there is none."""
    row = await db.fetchrow(
        f"with before as (select {_COLUMNS} from user_passkeys p where p.pool_id = $1 and p.id = $2 for update), "
        "renamed as (update user_passkeys p set name = $3 from before b "
        "where p.pool_id = $1 and p.id = $2 and p.id = b.id) select * from before",
        pool_id,
        passkey_id,
        name,
    )
    return _passkey(row) if row else None


async def delete(db: Executor, pool_id: str, user_id: str, ids: Sequence[str]) -> list[UserPasskey]:
    """Those of the user's that there were."""
    rows = await db.fetch(
        "delete from user_passkeys p where p.pool_id = $1 and p.user_id = $2 and p.id = any($3::text[]) "
        f"returning {_COLUMNS}",
        pool_id,
        user_id,
        list(ids),
    )
    return [_passkey(row) for row in rows]


async def spend(db: Executor, pool_id: str, digest: bytes, ends_at: datetime) -> bool:
    """False for a challenge that was answered before."""
    return bool(
        await db.fetchval(
            "insert into passkey_challenges (pool_id, digest, ends_at) values ($1, $2, $3) "
            "on conflict (pool_id, digest) do nothing returning true",
            pool_id,
            digest,
            ends_at,
        )
    )


async def forget_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from user_passkeys where pool_id = $1 and user_id = any($2::text[])", pool_id, list(user_ids)
    )


async def delete_expired_challenges(db: Executor, limit: int) -> int:
    """Answers how many went."""
    return await delete_old(db, "passkey_challenges", key="pool_id, digest", by="ends_at", limit=limit)
