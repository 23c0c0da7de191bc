"""All SQL on access keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Record

from poolhouse.credentials.model import AccessKey
from poolhouse.credentials.signature import SIGNATURES_KEPT
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db import postgres_lookup as lookup
from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_old

_COLUMNS = (
    "k.pool_id, k.id, k.secret, k.user_id, k.tenant_id, k.scopes, k.enabled, k.created_at, k.administrator_id"
)


def _place(pool_id: str, key_id: str) -> str:
    return f"access_key:{pool_id}:{key_id}"


def _key(row: Record, box: SecretBox, used_at: datetime | None = None) -> AccessKey:
    return AccessKey(
        id=row["id"],
        pool_id=row["pool_id"],
        secret=box.decrypt(row["secret"], _place(row["pool_id"], row["id"])),
        user_id=row["user_id"],
        tenant_id=row["tenant_id"],
        scopes=None if row["scopes"] is None else frozenset(row["scopes"]),
        enabled=row["enabled"],
        created_at=row["created_at"],
        used_at=used_at,
        administrator_id=row["administrator_id"],
    )


async def insert(tx: Executor, key: AccessKey, box: SecretBox) -> AccessKey:
    await lookup.put(tx, "access_key", key.id, key.pool_id)
    row = await tx.fetchrow(
        "insert into access_keys as k (pool_id, id, secret, user_id, tenant_id, scopes, administrator_id) "
        f"values ($1, $2, $3, $4, $5, $6, $7) returning {_COLUMNS}",
        key.pool_id,
        key.id,
        box.encrypt(key.secret, _place(key.pool_id, key.id)),
        key.user_id,
        key.tenant_id,
        None if key.scopes is None else sorted(key.scopes),
        key.administrator_id,
    )
    assert row is not None
    return _key(row, box)


async def find_to_authenticate(db: Executor, pool_id: str, key_id: str, box: SecretBox) -> AccessKey | None:
    """Without the time of its last use."""
    row = await db.fetchrow(
        f"select {_COLUMNS} from access_keys k where k.pool_id = $1 and k.id = $2", pool_id, key_id
    )
    return _key(row, box) if row else None


async def find(db: Executor, pool_id: str, key_id: str, box: SecretBox) -> AccessKey | None:
    row = await db.fetchrow(
        f"select {_COLUMNS}, u.used_at from access_keys k "
        "left join access_key_uses u on u.pool_id = k.pool_id and u.key_id = k.id "
        "where k.pool_id = $1 and k.id = $2",
        pool_id,
        key_id,
    )
    return _key(row, box, row["used_at"]) if row else None


async def list_all(
    db: Executor,
    pool_id: str,
    box: SecretBox,
    *,
    user_id: str | None,
    tenant_id: str | None,
    enabled: bool | None,
) -> list[AccessKey]:
    rows = await db.fetch(
        f"select {_COLUMNS}, u.used_at from access_keys k "
        "left join access_key_uses u on u.pool_id = k.pool_id and u.key_id = k.id "
        "where k.pool_id = $1 and ($2::text is null or k.user_id = $2) "
        "and ($3::text is null or k.tenant_id = $3) and ($4::boolean is null or k.enabled = $4) "
        "order by k.created_at desc, k.id",
        pool_id,
        user_id,
        tenant_id,
        enabled,
    )
    return [_key(row, box, row["used_at"]) for row in rows]


async def list_of_administrator(db: Executor, administrator_id: str, box: SecretBox) -> list[AccessKey]:
    """In any pool: administrators belong to none."""
    rows = await db.fetch(
        f"select {_COLUMNS}, u.used_at from access_keys k "
        "left join access_key_uses u on u.pool_id = k.pool_id and u.key_id = k.id "
        "where k.administrator_id = $1 order by k.created_at desc, k.id",
        administrator_id,
    )
    return [_key(row, box, row["used_at"]) for row in rows]


async def count(db: Executor, pool_id: str) -> int:
    return int(await db.fetchval("select count(*) from access_keys where pool_id = $1", pool_id))


async def update(db: Executor, pool_id: str, key_id: str, *, enabled: bool) -> bool:
    return bool(
        await db.fetchval(
            "update access_keys set enabled = $3 where pool_id = $1 and id = $2 returning true",
            pool_id,
            key_id,
            enabled,
        )
    )


async def delete(tx: Executor, pool_id: str, key_id: str) -> bool:
    await lookup.remove(tx, "access_key", [(pool_id, key_id)])
    await tx.execute("delete from access_key_uses where pool_id = $1 and key_id = $2", pool_id, key_id)
    return bool(
        await tx.fetchval(
            "delete from access_keys where pool_id = $1 and id = $2 returning true", pool_id, key_id
        )
    )


async def forget_users(tx: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    """The keys made for them. Nodes that have read one lately take it a second longer, as one that is disabled."""
    gone = await tx.fetch(
        "with gone as (delete from access_keys where pool_id = $1 and user_id = any($2::text[]) returning id), "
        "uses as (delete from access_key_uses where pool_id = $1 and key_id in (select id from gone)) "
        "select id from gone",
        pool_id,
        list(user_ids),
    )
    if gone:
        await lookup.remove(tx, "access_key", [(pool_id, row["id"]) for row in gone])


async def used_at(db: Executor, pool_id: str, key_id: str) -> datetime | None:
    value: datetime | None = await db.fetchval(
        "select used_at from access_key_uses where pool_id = $1 and key_id = $2", pool_id, key_id
    )
    return value


async def note_use(db: Executor, pool_id: str, key_id: str) -> None:
    await db.execute(
        "insert into access_key_uses as u (pool_id, key_id, used_at) values ($1, $2, now()) "
        "on conflict (pool_id, key_id) do update set used_at = excluded.used_at "
        "where excluded.used_at - u.used_at > interval '30 seconds'",
        pool_id,
        key_id,
    )


async def spend(db: Executor, pool_id: str, signature: bytes) -> bool:
    """Whether the signature was new.

    A signed request must not wait for the disk: a crash of the database forgets what was used within its last second.
    That is set for this transaction alone, and among the values so that it takes no statement of its own.
    """
    return bool(
        await db.fetchval(
            "insert into spent_signatures (pool_id, signature, spent_at) "
            "values ($1, $2, case when set_config('synchronous_commit', 'off', true) = 'off' then now() end) "
            "on conflict do nothing returning true",
            pool_id,
            signature,
        )
    )


async def forget_signatures(db: Executor, limit: int) -> int:
    """Of all pools, `limit` at most: what the clock window refuses anyway. Answers how many went."""
    key = "pool_id, signature"
    return await delete_old(db, "spent_signatures", key=key, by="spent_at", age=SIGNATURES_KEPT, limit=limit)
