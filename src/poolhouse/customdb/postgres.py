"""All SQL on custom databases but that of the log of calls, which is in `postgres_logs.py`."""

from __future__ import annotations

from typing import Any

import msgspec
from asyncpg import Record

from poolhouse.audit.person import spellings_of_tombstones
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.customdb.model import (
    Connection,
    CustomDatabase,
    MigrationProgress,
    ScriptName,
    ScriptVersion,
)
from poolhouse.db.database import Executor
from poolhouse.times import now
from poolhouse.users.model import CUSTOM_DATABASE

_SETTINGS = (
    "allowed_hosts",
    "timeout_ms",
    "memory_mb",
    "pooled_connections",
    "record_logins",
    "error_messages",
    "dialect",
    "timezone",
)
_VERSION = "name, version, source, created_at, created_by, message, passed_at"


class _Secrets(msgspec.Struct):
    connection: dict[str, Any]
    env: dict[str, str]


def _database(row: Record, box: SecretBox) -> CustomDatabase:
    opened = box.decrypt(row["secrets"], f"customdb:{row['pool_id']}")
    secrets = msgspec.json.decode(opened, type=_Secrets)
    settings = {name: value for name, value in row["settings"].items() if name in _SETTINGS}
    if "allowed_hosts" in settings:
        settings["allowed_hosts"] = tuple(settings["allowed_hosts"])
    return CustomDatabase(
        pool_id=row["pool_id"],
        enabled=row["enabled"],
        mode=row["mode"],
        database_type=row["database_type"],
        connection=Connection(**secrets.connection),
        env=secrets.env,
        updated_at=row["updated_at"],
        **settings,
    )


async def find(db: Executor, pool_id: str, box: SecretBox) -> CustomDatabase | None:
    row = await db.fetchrow("select * from custom_databases where pool_id = $1", pool_id)
    return _database(row, box) if row else None


async def lock(tx: Executor, pool_id: str) -> None:
    """Whoever changes the settings, publishes or pushes a folder waits for whoever does so, until the end of `tx`."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('scripts:' || $1, 0))", pool_id)


async def save(db: Executor, database: CustomDatabase, box: SecretBox) -> None:
    connection = {
        name: getattr(database.connection, name)
        for name in ("uri", "host", "port", "username", "password", "database")
    }
    secrets = msgspec.json.encode(_Secrets(connection, dict(database.env))).decode()
    await db.execute(
        "insert into custom_databases (pool_id, enabled, mode, database_type, settings, secrets) "
        "values ($1, $2, $3, $4, $5, $6) on conflict (pool_id) do update set enabled = excluded.enabled, "
        "mode = excluded.mode, database_type = excluded.database_type, settings = excluded.settings, "
        "secrets = excluded.secrets, updated_at = excluded.updated_at",
        database.pool_id,
        database.enabled,
        database.mode,
        database.database_type,
        {name: getattr(database, name) for name in _SETTINGS},
        box.encrypt(secrets, f"customdb:{database.pool_id}"),
    )


async def published_sources(db: Executor, pool_id: str) -> dict[str, tuple[int, str]]:
    rows = await db.fetch(
        "select s.name, s.version, s.source from custom_scripts_published p "
        "join custom_scripts s on s.pool_id = p.pool_id and s.name = p.name and s.version = p.version "
        "where p.pool_id = $1",
        pool_id,
    )
    return {row["name"]: (row["version"], row["source"]) for row in rows}


async def newest_versions(db: Executor, pool_id: str) -> dict[ScriptName, ScriptVersion]:
    rows = await db.fetch(
        f"select distinct on (name) {_VERSION} from custom_scripts where pool_id = $1 order by name, version desc",
        pool_id,
    )
    return {row["name"]: ScriptVersion(**dict(row)) for row in rows}


async def published_source(db: Executor, pool_id: str, name: str) -> tuple[int, str] | None:
    row = await db.fetchrow(
        "select s.version, s.source from custom_scripts_published p "
        "join custom_scripts s on s.pool_id = p.pool_id and s.name = p.name and s.version = p.version "
        "where p.pool_id = $1 and p.name = $2",
        pool_id,
        name,
    )
    return (row["version"], row["source"]) if row else None


async def states(db: Executor, pool_id: str) -> list[Record]:
    """One row a function that was ever saved: name, draft, published, published_at."""
    return await db.fetch(
        "select s.name, max(s.version) as draft, max(p.version) as published, max(p.published_at) as published_at "
        "from custom_scripts s left join custom_scripts_published p on p.pool_id = s.pool_id and p.name = s.name "
        "where s.pool_id = $1 group by s.name",
        pool_id,
    )


async def add_version(
    db: Executor, pool_id: str, name: str, source: str, by: str, message: str = ""
) -> ScriptVersion | None:
    """The next version. Two saves at once: None for the one that comes second."""
    row = await db.fetchrow(
        "insert into custom_scripts (pool_id, name, version, source, created_by, message) "
        "select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5 from custom_scripts "
        "where pool_id = $1 and name = $2 on conflict (pool_id, name, version) do nothing "
        f"returning {_VERSION}",
        pool_id,
        name,
        source,
        by,
        message,
    )
    return ScriptVersion(**dict(row)) if row else None


async def passed(db: Executor, pool_id: str, name: str, version: int) -> None:
    """A debug run of that version has returned an answer."""
    await db.execute(
        "update custom_scripts set passed_at = $4 where pool_id = $1 and name = $2 and version = $3",
        pool_id,
        name,
        version,
        now(),
    )


async def find_version(db: Executor, pool_id: str, name: str, version: int | None) -> ScriptVersion | None:
    """That version, or the newest when None."""
    row = await db.fetchrow(
        f"select {_VERSION} from custom_scripts "
        "where pool_id = $1 and name = $2 and ($3::integer is null or version = $3) "
        "order by version desc limit 1",
        pool_id,
        name,
        version,
    )
    return ScriptVersion(**dict(row)) if row else None


async def versions(db: Executor, pool_id: str, name: str, limit: int, offset: int) -> list[ScriptVersion]:
    rows = await db.fetch(
        f"select {_VERSION} from custom_scripts "
        "where pool_id = $1 and name = $2 order by version desc limit $3 offset $4",
        pool_id,
        name,
        limit,
        offset,
    )
    return [ScriptVersion(**dict(row)) for row in rows]


async def lock_published(tx: Executor, pool_id: str, name: str) -> int | None:
    """The version that runs, None for none; nobody else publishes or withdraws before the end of the transaction."""
    await lock(tx, pool_id)
    version: int | None = await tx.fetchval(
        "select version from custom_scripts_published where pool_id = $1 and name = $2", pool_id, name
    )
    return version


async def publish(db: Executor, pool_id: str, name: str, version: int, by: str) -> None:
    await db.execute(
        "insert into custom_scripts_published (pool_id, name, version, published_by) values ($1, $2, $3, $4) "
        "on conflict (pool_id, name) do update set version = excluded.version, "
        "published_at = excluded.published_at, published_by = excluded.published_by",
        pool_id,
        name,
        version,
        by,
    )


async def unpublish(db: Executor, pool_id: str, name: str) -> bool:
    gone = await db.fetchval(
        "delete from custom_scripts_published where pool_id = $1 and name = $2 returning true", pool_id, name
    )
    return bool(gone)


async def count_migration(db: Executor, pool_id: str, outcome: str) -> None:
    await db.execute(
        "insert into custom_migrations as m (pool_id, outcome, count, first_at, last_at) "
        "values ($1, $2, 1, now(), now()) on conflict (pool_id, outcome) "
        "do update set count = m.count + 1, last_at = excluded.last_at",
        pool_id,
        outcome,
    )


async def migration(db: Executor, pool_id: str) -> MigrationProgress:
    rows = await db.fetch(
        "select outcome, count, first_at, last_at from custom_migrations where pool_id = $1", pool_id
    )
    failed = {row["outcome"]: row["count"] for row in rows if row["outcome"] != "migrated"}
    migrated = sum(row["count"] for row in rows if row["outcome"] == "migrated")
    return MigrationProgress(
        attempted=migrated + sum(failed.values()),
        migrated=migrated,
        failed=failed,
        first_at=min((row["first_at"] for row in rows), default=None),
        last_at=max((row["last_at"] for row in rows), default=None),
    )


async def is_tombstone(db: Executor, pool_id: str, user_id_in_idp: str) -> bool:
    found = await db.fetchval(
        f"select true from user_tombstones where pool_id = $1 and provider = '{CUSTOM_DATABASE}' "
        "and user_id_in_idp = any($2::text[])",
        pool_id,
        list(spellings_of_tombstones(pool_id, [user_id_in_idp])),
    )
    return bool(found)


async def lift_tombstone(db: Executor, pool_id: str, user_id_in_idp: str) -> bool:
    lifted = await db.fetchval(
        f"delete from user_tombstones where pool_id = $1 and provider = '{CUSTOM_DATABASE}' "
        "and user_id_in_idp = any($2::text[]) returning true",
        pool_id,
        list(spellings_of_tombstones(pool_id, [user_id_in_idp])),
    )
    return bool(lifted)


async def migrations_of_all(db: Executor) -> dict[str, int]:
    """By outcome, over all pools: for whoever runs the server."""
    rows = await db.fetch("select outcome, sum(count)::bigint from custom_migrations group by outcome")
    return {row[0]: row[1] for row in rows}
