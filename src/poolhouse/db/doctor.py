"""What `poolhouse doctor` can say of the database: facts, and for each that is wrong what helps."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from poolhouse.db.binaries import EXTENSIONS, candidates, choose
from poolhouse.db.cluster import home_of, made_by
from poolhouse.db.connection_pool import KEPT
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import current, online
from poolhouse.db.migrations.chain import revisions
from poolhouse.db.os_account import account

SLOW_MS = 5.0
SHOWN = 5
SUPERUSERS = 3
"""Places PostgreSQL keeps for its superusers by default."""


@dataclass(frozen=True, slots=True)
class Fact:
    """`fault`: what is wrong and what helps; None when nothing is."""

    name: str
    value: str
    fault: str | None = None


def embedded_facts(data: Path, pg_bin: Path | None) -> Iterator[Fact]:
    """Of the embedded server's files and binaries; starts nothing and changes nothing."""
    try:
        them = account()
        yield Fact("runs as", f"{them.name} ({them.uid})")
    except DatabaseUnfit as error:
        yield Fact("runs as", "-", str(error))
    home = home_of(data)
    major = made_by(home / "cluster")
    yield Fact("files", f"{home}, PostgreSQL {major}" if major else f"none yet, will be in {home}")
    found = candidates(pg_bin)
    for one in found:
        yield Fact("found", f"{one}{f': {one.fault}' if one.fault else ''}")
    try:
        yield Fact("binaries", str(choose(found, major)))
    except DatabaseUnfit as error:
        yield Fact("binaries", "-", str(error))


async def server_facts(url: str, connections: int, workers: int = 1) -> AsyncIterator[Fact]:
    """Of a running server, embedded or not. `connections`: the setting of one process; `workers`: processes here."""
    try:
        connection = await asyncpg.connect(url, timeout=10.0)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        yield Fact("connection", "-", f"the database does not answer: {error}")
        return
    try:
        for ask in (_version, _locale, _extensions, _schema, _role, _durability, _latency):
            yield await ask(connection)
        if await current(connection) == revisions()[-1]:
            yield await _functions(connection)
        yield await _room(connection, connections, workers)
    finally:
        await connection.close()


async def _version(connection: Any) -> Fact:
    version = await connection.fetchval("show server_version")
    old = connection.get_server_version().major < 15
    return Fact("server", f"PostgreSQL {version}", "15 or newer is needed" if old else None)


async def _locale(connection: Any) -> Fact:
    row = await connection.fetchrow(
        "select datname, pg_encoding_to_char(encoding), datctype from pg_database "
        "where datname = current_database()"
    )
    fits = row[1] == "UTF8" and row[2] not in ("C", "POSIX")
    return Fact(
        "database",
        f"{row[0]}, encoding {row[1]}, ctype {row[2]}",
        None if fits else "create it with encoding 'UTF8' and LC_CTYPE 'C.UTF-8'",
    )


async def _extensions(connection: Any) -> Fact:
    rows = await connection.fetch(
        "select name, default_version, installed_version from pg_available_extensions where name = any($1)",
        EXTENSIONS,
    )
    found = {name: installed or f"{default} available" for name, default, installed in rows}
    told = ", ".join(f"{name} {found.get(name, 'missing')}" for name in EXTENSIONS)
    fits = found.keys() >= {*EXTENSIONS}
    return Fact("extensions", told, None if fits else "install the server's contrib package")


async def _schema(connection: Any) -> Fact:
    version, newest = await current(connection), revisions()[-1]
    if version is not None and version not in revisions():
        return Fact("schema", version, f"of a newer Poolhouse; this one knows up to {newest}")
    behind = (
        None if version == newest else f"behind {newest}: the next start or `poolhouse migrate` upgrades it"
    )
    under_way = await online.begun(connection)
    return Fact("schema", f"{version or 'none'}{f', {under_way} under way' if under_way else ''}", behind)


async def _functions(connection: Any) -> Fact:
    """Passwords that only a pool's verifyPassword can judge, whose pool has none published any more."""
    rows = await connection.fetch(
        "select u.pool_id, count(*) as people, exists (select 1 from custom_scripts_published p "
        "where p.pool_id = u.pool_id and p.name = 'verifyPassword') as published "
        "from users u where starts_with(u.password_hash, '{verifyPassword') group by u.pool_id order by u.pool_id"
    )
    lost = [f"{row['people']} of pool {row['pool_id']}" for row in rows if not row["published"]]
    return Fact(
        "passwords for verifyPassword",
        f"{sum(row['people'] for row in rows)}",
        f"cannot sign in, publish verifyPassword again: {', '.join(lost[:SHOWN])}" if lost else None,
    )


async def _role(connection: Any) -> Fact:
    standby = await connection.fetchval("select pg_is_in_recovery()")
    return Fact(
        "role", "standby" if standby else "primary", "reads only: name the primary" if standby else None
    )


async def _room(connection: Any, ours: int, workers: int) -> Fact:
    """Each process also listens on one connection and keeps half as many again for searches."""
    room = int(await connection.fetchval("show max_connections"))
    used = await connection.fetchval(
        "select count(*) from pg_stat_activity where backend_type = 'client backend'"
    )
    running = await connection.fetchval(
        "select count(*) from pg_stat_activity where application_name like 'poolhouse node % listener'"
    )
    processes = max(running, workers)
    each = ours + max(2, ours // 2) + 1
    needed = processes * each
    fault = (
        None
        if needed <= room - SUPERUSERS - KEPT
        else f"{processes} of our processes may open {needed}: raise max_connections to "
        f"{needed + SUPERUSERS + KEPT} or lower POOLHOUSE_DATABASE_CONNECTIONS"
    )
    return Fact(
        "connections", f"{used} of {room} in use, up to {each} each of {processes} processes of ours", fault
    )


async def _durability(connection: Any) -> Fact:
    off = [
        name for name in ("fsync", "full_page_writes") if await connection.fetchval(f"show {name}") == "off"
    ]
    return Fact(
        "durability",
        f"{' and '.join(off)} off" if off else "safe",
        "a power loss may destroy the database: switch it on" if off else None,
    )


async def _latency(connection: Any) -> Fact:
    took = []
    for _attempt in range(20):
        began = time.perf_counter()
        await connection.fetchval("select 1")
        took.append((time.perf_counter() - began) * 1000)
    typical = median(took)
    return Fact(
        "round trip",
        f"{typical:.2f} ms",
        f"above {SLOW_MS:.0f} ms: a login takes several of them" if typical > SLOW_MS else None,
    )
