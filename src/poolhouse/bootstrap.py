"""The first start: one pool, one application, one administrator, and DATA/credentials.json to reach them."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from poolhouse.caller import Caller
from poolhouse.ids import new_id
from poolhouse.services import Services

_LOCK = 0x626F6F74  # "boot"


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
    """All of it or nothing, readable by the owner alone from the first byte."""
    path = credentials_file(data)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(credentials), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


async def bootstrap(services: Services, host: str) -> Credentials | None:
    """Creates what is missing on an empty server; on later starts only tells the file the address.

    None: the server has pools, but their credentials were made elsewhere (another node, a lost file).
    """
    data = services.settings.data
    known = read_credentials(data)
    async with services.db.transaction() as tx:
        await tx.execute("select pg_advisory_xact_lock($1)", _LOCK)
        if not await services.db.fetchval("select exists (select from pools)"):
            known = await _create(services, host)
            write_credentials(data, known)
    if known is not None and known.host != host:
        known = replace(known, host=host, consoleUrl=f"{host}/console")
        write_credentials(data, known)
    return known


async def _create(services: Services, host: str) -> Credentials:
    pool = await services.pools.create("Poolhouse", "default")
    system = Caller(pool.id, kind="system", actor_id="bootstrap")
    app = await services.apps.create(system, "Poolhouse", "default")
    password = secrets.token_urlsafe(15)
    await services.db.execute(
        "insert into administrators (pool_id, id, username, password_hash) values ($1, $2, $3, $4)",
        *(pool.id, new_id(), "admin", await services.hasher.hash(password)),
    )
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
