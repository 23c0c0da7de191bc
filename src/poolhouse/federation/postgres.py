"""All SQL on sign-ins that are under way at an identity source, and on whose an outside identity is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from asyncpg import Record

from poolhouse.db.database import Executor, Tx
from poolhouse.db.expiry import delete_old

_INSERT = (
    "insert into federation_attempts (pool_id, id, connection_id, digest, browser, sealed, expires_at) "
    "values ($1, $2, $3, $4, $5, $6, now() + $7::interval)"
)


async def insert_attempt(
    db: Executor,
    pool_id: str,
    attempt_id: str,
    connection_id: str,
    *,
    digest: bytes,
    browser: bytes,
    sealed: bytes,
    lifetime: timedelta,
) -> None:
    await db.execute(_INSERT, pool_id, attempt_id, connection_id, digest, browser, sealed, lifetime)


async def insert_once(
    db: Executor,
    pool_id: str,
    attempt_id: str,
    connection_id: str,
    *,
    digest: bytes,
    browser: bytes,
    sealed: bytes,
    lifetime: timedelta,
) -> bool:
    """False where there is one with this id."""
    tag = await db.execute(
        f"{_INSERT} on conflict (pool_id, id) do nothing",
        pool_id,
        attempt_id,
        connection_id,
        digest,
        browser,
        sealed,
        lifetime,
    )
    return tag != "INSERT 0 0"


async def end_old_turn(db: Executor, pool_id: str, turn_id: str) -> None:
    await db.execute(
        "delete from federation_attempts where pool_id = $1 and id = $2 and expires_at <= now()",
        pool_id,
        turn_id,
    )


async def end_turn(db: Executor, pool_id: str, turn_id: str, digest: bytes) -> None:
    await db.execute(
        "delete from federation_attempts where pool_id = $1 and id = $2 and digest = $3",
        pool_id,
        turn_id,
        digest,
    )


async def sealed_of(db: Executor, pool_id: str, attempt_id: str, digest: bytes) -> bytes | None:
    found: bytes | None = await db.fetchval(
        "select sealed from federation_attempts "
        "where pool_id = $1 and id = $2 and digest = $3 and expires_at > now()",
        pool_id,
        attempt_id,
        digest,
    )
    return found


async def seal_again(db: Executor, pool_id: str, attempt_id: str, before: bytes, after: bytes) -> bool:
    """False where another request was first."""
    tag = await db.execute(
        "update federation_attempts set sealed = $4 where pool_id = $1 and id = $2 and sealed = $3",
        pool_id,
        attempt_id,
        before,
        after,
    )
    return tag != "UPDATE 0"


async def take_attempt(
    db: Executor, pool_id: str, attempt_id: str, digest: bytes, browser: bytes
) -> Record | None:
    """The attempt, which is gone by that; None for another browser, which takes nothing away."""
    row: Record | None = await db.fetchrow(
        "delete from federation_attempts where pool_id = $1 and id = $2 and digest = $3 and browser = $4 "
        "and expires_at > now() returning connection_id, sealed",
        pool_id,
        attempt_id,
        digest,
        browser,
    )
    return row


async def connection_of(db: Executor, pool_id: str, attempt_id: str, digest: bytes) -> str | None:
    found: str | None = await db.fetchval(
        "select connection_id from federation_attempts where pool_id = $1 and id = $2 and digest = $3",
        pool_id,
        attempt_id,
        digest,
    )
    return found


async def delete_expired(db: Executor, limit: int) -> int:
    return await delete_old(db, "federation_attempts", key="pool_id, id", by="expires_at", limit=limit)


# -- whose an identity is ----------------------------------------------------------------------------------


async def identities_called(
    db: Executor, pool_id: str, source_id: str, connection: tuple[str, str], values: Sequence[str]
) -> list[Record]:
    """Of the source, and those an administrator linked by the connection's id or identifier before there was one.
    `is_elsewhere`: by another connection of the source, which is still there."""
    rows: list[Record] = await db.fetch(
        "select i.user_id, i.type, i.user_id_in_idp, i.profile ->> 'iss' as issuer, "
        "exists (select true from identity_connections c where c.pool_id = i.pool_id and c.source_id = $3 "
        "and i.connection_id in (c.id, c.identifier) and not c.id = any($4)) as is_elsewhere "
        "from user_identities i where i.pool_id = $1 and i.user_id_in_idp = any($2) "
        "and (i.ext_idp_id = $3 or i.ext_idp_id = '' and i.connection_id = any($4))",
        pool_id,
        list(values),
        source_id,
        list(connection),
    )
    return rows


async def has_another(
    db: Executor,
    pool_id: str,
    user_id: str,
    source_id: str,
    called: tuple[str, str],
    *,
    connection_id: str | None = None,
) -> bool:
    """Whether the user is somebody else to the source already; by one connection, where its ids are its own.
    `called`: type and value."""
    return bool(
        await db.fetchval(
            "select true from user_identities i where i.pool_id = $1 and i.user_id = $2 "
            "and i.ext_idp_id = $3 and i.type = $4 and i.user_id_in_idp <> $5 "
            "and ($6::text is null or i.connection_id = $6) limit 1",
            pool_id,
            user_id,
            source_id,
            *called,
            connection_id,
        )
    )


async def adopt(
    tx: Tx,
    pool_id: str,
    user_id: str,
    source_id: str,
    provider: str,
    connection: tuple[str, str],
    values: Sequence[str],
) -> None:
    """What was linked by a connection's name before it was there becomes its source's, so that it ends with that."""
    await tx.execute(
        "update user_identities set ext_idp_id = $3, provider = $4, connection_id = $7 "
        "where pool_id = $1 and user_id = $2 and ext_idp_id = '' and connection_id = any($5) "
        "and user_id_in_idp = any($6)",
        pool_id,
        user_id,
        source_id,
        provider,
        list(connection),
        list(values),
        connection[0],
    )


async def told_again(
    tx: Tx, pool_id: str, user_id: str, source_id: str, values: Sequence[str], profile: Mapping[str, Any]
) -> None:
    """What the source says of the person today."""
    await tx.execute(
        "update user_identities set profile = $5 where pool_id = $1 and user_id = $2 and ext_idp_id = $3 "
        "and user_id_in_idp = any($4) and profile is distinct from $5",
        pool_id,
        user_id,
        source_id,
        list(values),
        dict(profile),
    )


async def lock(tx: Tx, pool_id: str, source_id: str, value: str) -> None:
    """Whoever comes as the same person at once waits until the transaction ends."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'federated', $1::text, $2::text, $3::text), 0))",
        pool_id,
        source_id,
        value,
    )
