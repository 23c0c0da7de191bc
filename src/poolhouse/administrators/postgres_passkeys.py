"""All SQL on administrators' passkeys, and on the challenges that were answered."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Record

from poolhouse.administrators.model import Passkey
from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_old

_COLUMNS = (
    "p.id, p.administrator_id, p.credential_id, p.rp_id, p.public_key, p.sign_count, p.backup_eligible, "
    "p.backed_up, p.name, p.created_at, p.used_at"
)


def _passkey(row: Record) -> Passkey:
    return Passkey(**row)


async def list_passkeys(db: Executor, administrator_id: str) -> list[Passkey]:
    """Oldest first."""
    rows = await db.fetch(
        f"select {_COLUMNS} from administrator_passkeys p where p.administrator_id = $1 order by p.id",
        administrator_id,
    )
    return [_passkey(row) for row in rows]


async def find(db: Executor, administrator_id: str, passkey_id: str) -> Passkey | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from administrator_passkeys p where p.administrator_id = $1 and p.id = $2",
        administrator_id,
        passkey_id,
    )
    return _passkey(row) if row else None


async def by_credential(db: Executor, credential_id: bytes, rp_id: str) -> Passkey | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from administrator_passkeys p where p.credential_id = $1 and p.rp_id = $2",
        credential_id,
        rp_id,
    )
    return _passkey(row) if row else None


async def insert(db: Executor, passkey: Passkey) -> bool:
    """False where the credential is somebody's already."""
    return bool(
        await db.fetchval(
            "insert into administrator_passkeys (id, administrator_id, credential_id, rp_id, public_key, "
            "sign_count, backup_eligible, backed_up, name, created_at) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (credential_id) do nothing returning true",
            passkey.id,
            passkey.administrator_id,
            passkey.credential_id,
            passkey.rp_id,
            passkey.public_key,
            passkey.sign_count,
            passkey.backup_eligible,
            passkey.backed_up,
            passkey.name,
            passkey.created_at,
        )
    )


async def note_use(db: Executor, passkey_id: str, sign_count: int, backed_up: bool, at: datetime) -> bool:
    """False where the counter is not ahead of the last one, unless neither counts; and where the passkey is gone."""
    return bool(
        await db.fetchval(
            "update administrator_passkeys set sign_count = $2, backed_up = $3, used_at = $4 "
            "where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0)) returning true",
            passkey_id,
            sign_count,
            backed_up,
            at,
        )
    )


async def rename(db: Executor, administrator_id: str, passkey_id: str, name: str) -> None:
    await db.execute(
        "update administrator_passkeys set name = $3 where administrator_id = $1 and id = $2",
        administrator_id,
        passkey_id,
        name,
    )


async def delete(db: Executor, administrator_id: str, passkey_id: str) -> bool:
    return bool(
        await db.fetchval(
            "delete from administrator_passkeys where administrator_id = $1 and id = $2 returning true",
            administrator_id,
            passkey_id,
        )
    )


async def delete_all(db: Executor, administrator_id: str) -> int:
    """Answers how many."""
    rows = await db.fetch(
        "delete from administrator_passkeys where administrator_id = $1 returning id", administrator_id
    )
    return len(rows)


async def still_there(db: Executor, administrator_id: str) -> bool:
    """Whether they may sign in. Until the transaction's end nothing of them changes: not their password, either."""
    return bool(
        await db.fetchval(
            "update administrators set disabled = false where id = $1 and not disabled returning true",
            administrator_id,
        )
    )


async def spend(db: Executor, digest: bytes, ends_at: datetime) -> bool:
    """False for a challenge that was answered before."""
    return bool(
        await db.fetchval(
            "insert into administrator_challenges (digest, ends_at) values ($1, $2) "
            "on conflict (digest) do nothing returning true",
            digest,
            ends_at,
        )
    )


async def delete_expired_challenges(db: Executor, limit: int) -> int:
    """Answers how many went."""
    return await delete_old(db, "administrator_challenges", key="digest", by="ends_at", limit=limit)
