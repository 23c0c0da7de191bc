"""What `poolhouse doctor` can say of the database: facts, and for each that is wrong what helps."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from poolhouse.client.words import Both
from poolhouse.db import migrations
from poolhouse.db.binaries import EXTENSIONS, candidates, choose
from poolhouse.db.cluster import home_of, made_by
from poolhouse.db.connection_pool import KEPT
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.listening import ECHO_S
from poolhouse.db.migrations import online, record
from poolhouse.db.migrations.chain import revisions
from poolhouse.db.os_account import account
from poolhouse.db.postgres_lookup import KINDS, mismatches
from poolhouse.db.sessions import (
    Pooler,
    connect,
    is_pooled,
    keeps,
    require_limits,
    require_prepared,
    settle,
)
from poolhouse.errors import PoolhouseError

SLOW_MS = 5.0
SHOWN = 5
MOST_TOLD = 100
SUPERUSERS = 3
"""Places PostgreSQL keeps for its superusers by default."""


RUNS_AS, BINARIES, SCHEMA = Both("runs as", "运行账号"), Both("binaries", "程序"), Both("schema", "结构")


@dataclass(frozen=True, slots=True)
class Fact:
    """`fault`: what is wrong and what helps; None when nothing is. Each text may be a Both."""

    name: str
    value: str
    fault: str | None = None


def embedded_facts(data: Path, pg_bin: Path | None) -> Iterator[Fact]:
    """Of the embedded server's files and binaries; starts nothing and changes nothing."""
    try:
        them = account()
        yield Fact(RUNS_AS, f"{them.name} ({them.uid})")
    except DatabaseUnfit as error:
        yield Fact(RUNS_AS, "-", Both(error.en, error.zh))
    home = home_of(data)
    major = made_by(home / "cluster")
    none = Both(f"none yet, will be in {home}", f"还没有，将在 {home}")
    yield Fact(Both("files", "文件"), f"{home}, PostgreSQL {major}" if major else none)
    found = candidates(pg_bin)
    for one in found:
        yield Fact(Both("found", "找到"), f"{one}{f': {one.fault}' if one.fault else ''}")
    try:
        yield Fact(BINARIES, str(choose(found, major)))
    except DatabaseUnfit as error:
        yield Fact(BINARIES, "-", Both(error.en, error.zh))


async def server_facts(
    url: str,
    connections: int,
    workers: int = 1,
    *,
    pooler: Pooler = "session",
    direct_url: str | None = None,
    statement_s: float = 30.0,
) -> AsyncIterator[Fact]:
    """Of a running server, embedded or not. `connections`: the setting of one process; `workers`: processes here.
    The rest are settings, too: see `Database.open`."""
    try:
        connection = await connect(url, "poolhouse doctor", primary=False)
    except (OSError, asyncpg.PostgresError, PoolhouseError) as error:
        silent = Both(f"the database does not answer: {error}", f"数据库没有回答：{error}")
        yield Fact(Both("connection", "连接"), "-", silent)
        return
    try:
        for ask in (_version, _locale, _extensions, _schema, _role, _durability, _latency):
            yield await ask(connection)
        if await _has_all(connection):
            # Over all pools: of a distributed database, a node may not answer, which `node_facts` tells.
            with suppress(asyncpg.PostgresConnectionError):
                yield await _functions(connection)
                yield await _lookup(connection)
        pooled = await is_pooled(connection)
        if pooled or not keeps(pooler):
            yield await _pooler(connection, url, pooler, statement_s)
        yield await _room(connection, connections, workers, pooled=pooled)
        yield await _notifications(connection, direct_url or (url if keeps(pooler) else None))
    finally:
        await connection.close()


async def _version(connection: Any) -> Fact:
    version = await connection.fetchval("show server_version")
    old = connection.get_server_version().major < 15
    needed = Both("15 or newer is needed", "需要 15 或更新版本")
    return Fact(Both("server", "服务器"), f"PostgreSQL {version}", needed if old else None)


async def _locale(connection: Any) -> Fact:
    row = await connection.fetchrow(
        "select datname, pg_encoding_to_char(encoding), datctype from pg_database "
        "where datname = current_database()"
    )
    fits = row[1] == "UTF8" and row[2] not in ("C", "POSIX")
    return Fact(
        Both("database", "数据库"),
        Both(f"{row[0]}, encoding {row[1]}, ctype {row[2]}", f"{row[0]}，编码 {row[1]}，ctype {row[2]}"),
        None
        if fits
        else Both(
            "create it with encoding 'UTF8' and LC_CTYPE 'C.UTF-8'",
            "请以 encoding 'UTF8' 和 LC_CTYPE 'C.UTF-8' 创建",
        ),
    )


async def _extensions(connection: Any) -> Fact:
    rows = await connection.fetch(
        "select name, default_version, installed_version from pg_available_extensions where name = any($1)",
        EXTENSIONS,
    )
    found = {name: installed or f"{default} available" for name, default, installed in rows}
    told = ", ".join(f"{name} {found.get(name, 'missing')}" for name in EXTENSIONS)
    fits = found.keys() >= {*EXTENSIONS}
    missing = Both("install the server's contrib package", "请安装服务器的 contrib 软件包")
    return Fact(Both("extensions", "扩展"), told, None if fits else missing)


async def _schema(connection: Any) -> Fact:
    version, newest = await record.newest(connection), revisions()[-1]
    if version is None:
        return Fact(SCHEMA, Both("none", "没有"), _behind(newest))
    try:
        lacking = await migrations.lacking(connection)
    except DatabaseUnfit:
        newer = Both(
            f"of a newer Poolhouse; this one knows up to {newest}",
            f"属于更新的 Poolhouse；本版本最新只到 {newest}",
        )
        return Fact(SCHEMA, version, newer)
    under_way = await online.begun(connection)
    found = Both(
        f"{version}{f', {under_way} under way' if under_way else ''}",
        f"{version}{f'，{under_way} 进行中' if under_way else ''}",
    )
    if passed := [one for one in lacking if one < version]:
        return Fact(SCHEMA, found, _passed_over(passed))
    return Fact(SCHEMA, found, _behind(newest) if lacking else None)


def _behind(newest: str) -> Both:
    return Both(
        f"behind {newest}: the next start or `poolhouse migrate` upgrades it",
        f"落后于 {newest}：下次启动或 `poolhouse migrate` 会升级",
    )


def _passed_over(versions: list[str]) -> Both:
    return Both(
        f"lacks {', '.join(versions)}: the next start or `poolhouse migrate` applies it",
        f"缺少 {'、'.join(versions)}：下次启动或 `poolhouse migrate` 会补上",
    )


async def _has_all(connection: Any) -> bool:
    try:
        return not await migrations.lacking(connection)
    except DatabaseUnfit:
        return False


async def _functions(connection: Any) -> Fact:
    """Passwords that only a pool's verifyPassword can judge, whose pool has none published any more."""
    rows = await connection.fetch(
        "select u.pool_id, count(*) as people, exists (select 1 from custom_scripts_published p "
        "where p.pool_id = u.pool_id and p.name = 'verifyPassword') as published "
        "from users u where starts_with(u.password_hash, '{verifyPassword') group by u.pool_id order by u.pool_id"
    )
    lost = [row for row in rows if not row["published"]]
    en = ", ".join(f"{row['people']} of pool {row['pool_id']}" for row in lost[:SHOWN])
    zh = "、".join(f"用户池 {row['pool_id']} {row['people']} 人" for row in lost[:SHOWN])
    return Fact(
        Both("passwords for verifyPassword", "由 verifyPassword 判断的密码"),
        f"{sum(row['people'] for row in rows)}",
        Both(
            f"cannot sign in, publish verifyPassword again: {en}",
            f"无法登录，请重新发布 verifyPassword：{zh}",
        )
        if lost
        else None,
    )


async def _lookup(connection: Any) -> Fact:
    """Whether what is found by its key alone is in the lookup table, and nothing else is."""
    wrong = [one for kind in KINDS for one in await mismatches(connection, kind, MOST_TOLD)]
    missing, stray = ([one for one in wrong if one.missing is told] for told in (True, False))
    told = ", ".join(f"{one.kind} {one.key} ({one.pool_id})" for one in [*missing, *stray][:SHOWN])
    return Fact(
        Both("lookup of pools", "用户池查找表"),
        Both(f"{len(missing)} missing, {len(stray)} stray", f"缺少 {len(missing)} 行，多余 {len(stray)} 行"),
        Both(
            f"maintenance mends it within the hour, except for a key that two pools have: {told}",
            f"维护任务会在一小时内修复，但两个用户池共有的键除外：{told}",
        )
        if wrong
        else None,
    )


async def _role(connection: Any) -> Fact:
    standby = await connection.fetchval("select pg_is_in_recovery()")
    return Fact(
        Both("role", "角色"),
        Both("standby", "备库") if standby else Both("primary", "主库"),
        Both("reads only: name the primary", "只读：请指定主库") if standby else None,
    )


async def _pooler(connection: Any, url: str, pooler: Pooler, statement_s: float) -> Fact:
    """Whether it keeps what the settings say that it keeps."""
    name = Both("connection pooler", "连接池")
    try:
        if keeps(pooler):
            await settle(connection, url, {})
        else:
            await require_limits(connection, statement_s)
        if pooler == "transaction-prepared":
            await require_prepared(url)
    except DatabaseUnfit as error:
        return Fact(name, pooler, Both(error.en, error.zh))
    return Fact(name, pooler)


async def _notifications(connection: Any, listen_url: str | None) -> Fact:
    """What is sent where the server writes has to arrive where it listens."""
    name, channel = Both("notifications", "通知"), f"poolhouse_echo_{secrets.token_hex(8)}"
    deaf = Both("not heard", "收不到")
    late = Both(
        "mail, logout notices and jobs wait up to 15 seconds; set POOLHOUSE_LISTEN_URL to the database itself",
        "邮件、登出通知和任务最多等待 15 秒；请用 POOLHOUSE_LISTEN_URL 指出数据库本身的地址",
    )
    if listen_url is None:
        return Fact(name, deaf, late)
    heard = asyncio.Event()
    try:
        listening = await connect(listen_url, "poolhouse doctor")
    except (OSError, asyncpg.PostgresError, PoolhouseError) as error:
        return Fact(name, "-", Both(f"POOLHOUSE_LISTEN_URL: {error}", f"POOLHOUSE_LISTEN_URL：{error}"))
    try:
        await listening.add_listener(channel, lambda *_: heard.set())
        await connection.execute("select pg_notify($1, '')", channel)
        async with asyncio.timeout(ECHO_S):
            await heard.wait()
    except TimeoutError:
        return Fact(name, deaf, late)
    finally:
        listening.terminate()
    return Fact(name, Both("heard", "能收到"))


async def _room(connection: Any, ours: int, workers: int, *, pooled: bool = False) -> Fact:
    """Of all processes on all nodes, each with its own setting, as they say in their rows. Behind a pooler it is the
    pooler that opens as many as it may: what is in use are its own."""
    room = int(await connection.fetchval("show max_connections"))
    used = await connection.fetchval(
        "select count(*) from pg_stat_activity where backend_type = 'client backend'"
    )
    if pooled:
        return Fact(
            Both("connections", "连接数"),
            Both(
                f"{used} of {room} in use, those of the pooler included, which limits them",
                f"{room} 个中已用 {used} 个（含连接池的连接，由它限制）",
            ),
        )
    running = await _connections_of_processes(connection)
    told = running + [ours] * (workers - len(running))
    processes, needed = len(told), sum(map(_at_most, told))
    enough = needed + SUPERUSERS + KEPT
    fault = Both(
        f"{processes} of our processes may open {needed}: raise max_connections to {enough} or lower "
        "POOLHOUSE_DATABASE_CONNECTIONS",
        f"我们的 {processes} 个进程可能打开 {needed} 个：请把 max_connections 提高到 {enough}，"
        "或调低 POOLHOUSE_DATABASE_CONNECTIONS",
    )
    return Fact(
        Both("connections", "连接数"),
        Both(
            f"{used} of {room} in use, up to {needed} by {processes} processes of ours",
            f"{room} 个中已用 {used} 个，我们的 {processes} 个进程合计至多 {needed} 个",
        ),
        None if enough <= room else fault,
    )


def _at_most(connections: int) -> int:
    """A process also listens on one connection, and keeps half as many again for searches."""
    return connections + max(2, connections // 2) + 1


async def _connections_of_processes(connection: Any) -> list[int]:
    """The setting of each process that runs; none where the schema is older than their rows."""
    if await connection.fetchval("select to_regclass('server_processes')") is None:
        return []
    rows = await connection.fetch(
        "select connections from server_processes where seen_at > now() - interval '1 minute'"
    )
    return [row[0] for row in rows]


async def _durability(connection: Any) -> Fact:
    off = [
        name for name in ("fsync", "full_page_writes") if await connection.fetchval(f"show {name}") == "off"
    ]
    return Fact(
        Both("durability", "持久性"),
        Both(f"{' and '.join(off)} off", f"{' 和 '.join(off)} 已关闭") if off else Both("safe", "安全"),
        Both("a power loss may destroy the database: switch it on", "断电可能毁坏数据库：请打开")
        if off
        else None,
    )


async def _latency(connection: Any) -> Fact:
    took = []
    for _attempt in range(20):
        began = time.perf_counter()
        await connection.fetchval("select 1")
        took.append((time.perf_counter() - began) * 1000)
    typical = median(took)
    return Fact(
        Both("round trip", "往返"),
        Both(f"{typical:.2f} ms", f"{typical:.2f} 毫秒"),
        Both(
            f"above {SLOW_MS:.0f} ms: a login takes several of them",
            f"超过 {SLOW_MS:.0f} 毫秒：一次登录要多次往返",
        )
        if typical > SLOW_MS
        else None,
    )
