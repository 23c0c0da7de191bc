"""All SQL on pools and on the server's own keys."""

from __future__ import annotations

from typing import Any

import msgspec
from asyncpg import Record

from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db import postgres_lookup as lookup
from poolhouse.db.database import Executor
from poolhouse.pools.model import Pool, PoolSettings

_COLUMNS = "id, name, domain, description, logo, owner_id, secret, settings, created_at, updated_at"


def _pool(row: Record, box: SecretBox) -> Pool:
    values: dict[str, Any] = dict(row)
    values["secret"] = box.decrypt(row["secret"], f"pool:{row['id']}")
    values["settings"] = msgspec.convert(row["settings"], PoolSettings)
    return Pool(**values)


async def insert(tx: Executor, pool: Pool, box: SecretBox) -> Pool:
    """Raises asyncpg.UniqueViolationError where the domain is taken, as `update` does."""
    await lookup.put(tx, "domain", pool.domain, pool.id)
    row = await tx.fetchrow(
        "insert into pools (id, name, domain, description, logo, owner_id, secret, settings) "
        f"values ($1, $2, $3, $4, $5, $6, $7, $8) returning {_COLUMNS}",
        pool.id,
        pool.name,
        pool.domain,
        pool.description,
        pool.logo,
        pool.owner_id,
        box.encrypt(pool.secret, f"pool:{pool.id}"),
        msgspec.to_builtins(pool.settings),
    )
    assert row is not None
    return _pool(row, box)


async def find(db: Executor, pool_id: str, box: SecretBox, *, lock: bool = False) -> Pool | None:
    held = " for no key update" if lock else ""
    row = await db.fetchrow(f"select {_COLUMNS} from pools where id = $1{held}", pool_id)
    return _pool(row, box) if row else None


async def list_all(db: Executor, limit: int, offset: int, box: SecretBox) -> tuple[int, list[Pool]]:
    """The server's pools, newest first: for its operator alone."""
    total = await db.fetchval("select count(*) from pools")
    rows = await db.fetch(
        f"select {_COLUMNS} from pools order by created_at desc, id limit $1 offset $2", limit, offset
    )
    return int(total), [_pool(row, box) for row in rows]


async def update(tx: Executor, pool: Pool, box: SecretBox) -> Pool | None:
    """Of a pool that the transaction holds."""
    await lookup.change(tx, "domain", pool.domain, pool.id)
    row = await tx.fetchrow(
        "update pools set name = $2, domain = $3, description = $4, logo = $5, secret = $6, settings = $7, "
        f"updated_at = now() where id = $1 returning {_COLUMNS}",
        pool.id,
        pool.name,
        pool.domain,
        pool.description,
        pool.logo,
        box.encrypt(pool.secret, f"pool:{pool.id}"),
        msgspec.to_builtins(pool.settings),
    )
    return _pool(row, box) if row else None


async def delete(tx: Executor, pool_id: str) -> bool:
    await lookup.remove_pool(tx, pool_id)
    return bool(await tx.fetchval("delete from pools where id = $1 returning true", pool_id))


async def server_key(db: Executor, name: str, box: SecretBox) -> str | None:
    """A key of the server itself; no pool owns it."""
    sealed = await db.fetchval("select value from server_keys where name = $1", name)
    return box.decrypt(sealed, f"server:{name}") if sealed is not None else None


async def keep_server_key(db: Executor, name: str, value: str, box: SecretBox) -> str:
    """The key kept under `name`, which is `value` unless another node was faster."""
    await db.execute(
        "insert into server_keys (name, value) values ($1, $2) on conflict (name) do nothing",
        name,
        box.encrypt(value, f"server:{name}"),
    )
    kept = await server_key(db, name, box)
    assert kept is not None
    return kept
