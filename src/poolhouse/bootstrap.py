"""The first start: one pool, one application, one administrator, and DATA/credentials.json to reach them.

One act. The file is written before the rows are committed: whatever stops a first start leaves an empty database,
and the next start begins anew and writes over a file that names nothing.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_urlsafe

import msgspec

from poolhouse.audit.model import Event
from poolhouse.caller import Caller
from poolhouse.db.database import Tx
from poolhouse.db.postgres_lookup import has_pools
from poolhouse.errors import DatabaseLost, Unfit
from poolhouse.files import write_private
from poolhouse.services import Services

_LOCK = 0x626F6F74  # "boot"
_ACTOR = "bootstrap"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What credentials.json holds, in the spelling of the official clients. Mode 0600."""

    host: str
    userPoolId: str
    userPoolSecret: str
    appId: str
    appSecret: str
    accessKeyId: str
    accessKeySecret: str
    consoleUrl: str
    adminUsername: str
    adminPassword: str


def credentials_file(data: Path) -> Path:
    return data / "credentials.json"


def read_credentials(data: Path) -> Credentials | None:
    path = credentials_file(data)
    return msgspec.json.decode(path.read_bytes(), type=Credentials) if path.exists() else None


def write_credentials(data: Path, credentials: Credentials) -> None:
    """All of it or nothing. Raises Unfit."""
    path = credentials_file(data)
    try:
        write_private(path, msgspec.json.format(msgspec.json.encode(credentials), indent=2) + b"\n")
    except OSError as error:
        raise Unfit(f"cannot write {path}: {error.strerror}", f"无法写入 {path}：{error.strerror}") from error


async def bootstrap(services: Services, host: str) -> Credentials | None:
    """Creates what is missing on an empty server; on later starts only tells the file the address.

    None: the server has pools, but their credentials are elsewhere; `made_elsewhere` tells where.
    Raises OSError when the file cannot be written; then nothing was created.
    """
    data = services.settings.data
    known = read_credentials(data)
    async with services.db.transaction() as tx:
        await tx.execute("select pg_advisory_xact_lock($1)", _LOCK)
        if not await has_pools(tx):  # asked so that a server starts while a node of Citus is lost
            known = await _create(services, tx, host)
            write_credentials(data, known)
        elif known and not await has_pools(tx, known.userPoolId):
            return None
    if known is not None and known.host != host:
        known = replace(known, host=host, consoleUrl=f"{host}/console")
        write_credentials(data, known)
    return known


async def made_elsewhere(services: Services) -> str:
    """What to tell of a server whose credentials are not in this folder."""
    try:
        return await _made_elsewhere(services)
    except DatabaseLost:
        return "not in this folder"


async def _made_elsewhere(services: Services) -> str:
    pool = await services.db.fetchrow("select id, created_at from pools order by created_at, id limit 1")
    if pool is None:
        return "none: this database has no pool"
    # The oldest rows alone: the log may be long, and pruned.
    node = await services.db.fetchval(
        "select detail->>'node' from (select actor_id, detail from audit_records "
        "where pool_id = $1 and kind = 'administrator' order by at, id limit 10) as oldest where actor_id = $2",
        pool["id"],
        _ACTOR,
    )
    by = f" on {node}" if node else ""
    return (
        f"not in this folder: pool {pool['id']} was made by a first start{by} at {pool['created_at']:%F %R} UTC, "
        f"in whose folder they are; `poolhouse pool show {pool['id']}` prints the pool's secret"
    )


async def _create(services: Services, tx: Tx, host: str) -> Credentials:
    pool = await services.pools.add(tx, "Poolhouse", "default")
    system = Caller(pool.id, kind="system", actor_id=_ACTOR)
    app = await services.apps.add(tx, system, "Poolhouse", "default")
    password = token_urlsafe(15)
    await services.administrators.add(tx, system, "admin", password, is_owner=True)
    made = Event("create", "user_pool", pool.id, detail={"node": socket.gethostname()})
    await services.audit.write(tx, system, made)
    await services.audit.write(tx, system, Event("create", "application", app.id, detail={"name": app.name}))
    return Credentials(
        host=host,
        userPoolId=pool.id,
        userPoolSecret=pool.secret,
        appId=app.id,
        appSecret=app.secret,
        accessKeyId=pool.id,
        accessKeySecret=pool.secret,
        consoleUrl=f"{host}/console",
        adminUsername="admin",
        adminPassword=password,
    )
