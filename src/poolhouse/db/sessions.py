"""Opening connections, with or without a connection pooler in between.

Whoever needs a session (settings that stay, LISTEN, an index that is built beside others) is given one or told why
there is none. A pooler is seen by its process number: PgBouncer makes one up, so that it differs from what the server
itself says. Whether it keeps sessions is tried, by a second connection that takes the place of the first.

Startup parameters other than the name and the time zone are not used: PgBouncer refuses or drops them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

import asyncpg
from asyncpg import exceptions as pg

from poolhouse.db import connecting
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.faults import faults
from poolhouse.errors import DatabaseLost, PoolhouseError

Pooler = Literal["session", "transaction", "transaction-prepared"]
"""What a connection is: a session (directly, or by a pooler that keeps it as one), or one transaction after another on
whichever connection of the pooler is free; `prepared`: where the pooler takes prepared statements along."""

PAGE = "docs/operations/poolers.md"
TRIES = 3
PROBE_S = 5.0
IDLE_IN_TRANSACTION_S = 60

_SET_WHERE_DIRECT = """
select pg_backend_pid() as pid, count(set_config(name, value, false))
from unnest($2::text[], $3::text[]) as wanted (name, value) where pg_backend_pid() = $1::bigint
"""
_SET = (
    "select count(set_config(name, value, false)) from unnest($1::text[], $2::text[]) as wanted (name, value)"
)
_LIMITS = """
select pg_backend_pid() as pid, current_user as role, current_database() as database,
  current_setting('jit') as jit,
  extract(epoch from current_setting('statement_timeout')::interval)::float8 as statement_s,
  extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval)::float8 as idle_s
"""
_STATEMENT_LOST = (pg.DuplicatePreparedStatementError, pg.InvalidSQLStatementNameError)


def keeps(pooler: Pooler) -> bool:
    """Whether a connection is a session."""
    return pooler == "session"


async def connect(
    url: str,
    name: str,
    settings: Mapping[str, str] | None = None,
    *,
    primary: bool = True,
    pooler: Pooler = "session",
    timeout: float = 10.0,
    command_timeout: float | None = None,
    prepares: bool = False,
) -> Any:
    """The way to every connection of ours, in UTC and named `name`; with `settings` it is a session that has them.

    `primary`: see `connecting.reach`. `prepares`: statements are kept by name, which takes a session, or a pooler that
    takes them along. `pooler` is for that alone: who asks for `settings` is refused where there are no sessions.

    Raises DatabaseLost and Overloaded, and DatabaseUnfit where `settings` would not stay.
    """
    with faults():
        try:
            connection = await connecting.reach(
                url,
                primary=primary,
                timeout=timeout,
                command_timeout=command_timeout,
                statement_cache_size=100 if prepares and pooler != "transaction" else 0,
                server_settings={"application_name": name, "timezone": "UTC"},
            )
        except TimeoutError as error:
            raise DatabaseLost(f"no answer within {timeout} s", retry_after_s=2) from error
        try:
            if settings is not None:
                await settle(connection, url, settings)
        except BaseException:
            connection.terminate()
            raise
    return connection


async def settle(connection: Any, url: str, settings: Mapping[str, str], *, proven: bool = False) -> bool:
    """Gives a connection its settings; whether a pooler is in between. `proven`: that it keeps sessions.

    Raises DatabaseUnfit, with nothing set, where it does not.
    """
    wanted = list(settings), list(settings.values())
    try:
        pid = connection.get_server_pid()
        row = await connection.fetchrow(_SET_WHERE_DIRECT, pid, *wanted)
        if row["pid"] == pid:
            return False
        if not proven and not await _keeps_sessions(connection, url):
            raise DatabaseUnfit(*_TRANSACTION_MODE)
        await connection.execute(_SET, *wanted)
    except _STATEMENT_LOST as error:
        raise DatabaseUnfit(*_TRANSACTION_MODE) from error
    return True


async def require_limits(connection: Any, statement_s: float) -> None:
    """That a pooler's connections begin with our limits, as no session of ours can set them. Raises DatabaseUnfit."""
    found = await connection.fetchrow(_LIMITS)
    held = {
        "statement_timeout": 0 < found["statement_s"] <= statement_s,
        "idle_in_transaction_session_timeout": 0 < found["idle_s"] <= IDLE_IN_TRANSACTION_S,
        "jit": found["jit"] == "off",
    }
    wanted = {
        "statement_timeout": f"{statement_s:.0f}s",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_S}s",
        "jit": "off",
    }
    missing = [name for name, holds in held.items() if not holds]
    if missing:
        role, database = (f'"{found[name]}"' for name in ("role", "database"))
        commands = " ".join(
            f"alter role {role} in database {database} set {name} = '{wanted[name]}';" for name in missing
        )
        raise DatabaseUnfit(
            f"with POOLHOUSE_POOLER=transaction the database must know our limits, and {', '.join(missing)} do not "
            f"hold: set them by connect_query of the pooler, or run in the database {commands} then open the pooler's "
            f"connections anew (RECONNECT in its console); {PAGE} has the whole configuration",
            f"POOLHOUSE_POOLER=transaction 时，这些限制须由数据库自己设定，而 {'、'.join(missing)} 没有生效："
            f"请在连接池的 connect_query 中设置，或在数据库中执行 {commands} 然后重新打开连接池的连接"
            f"（在其控制台执行 RECONNECT）；完整配置见 {PAGE}",
        )


async def require_prepared(url: str) -> None:
    """That a pooler takes prepared statements along. Raises DatabaseUnfit."""
    one, other = await connect(url, "poolhouse probe"), await connect(url, "poolhouse probe")
    try:
        statement = await one.prepare("select 1", name=f"poolhouse_probe_{one.get_server_pid()}")
        for _ in range(TRIES):
            await statement.fetchval()
            await other.execute("begin; select 1")  # on the connection that was used last
            try:
                await statement.fetchval()
            finally:
                await other.execute("rollback")
    except _STATEMENT_LOST as error:
        raise DatabaseUnfit(
            "the pooler does not take prepared statements along: PgBouncer does from 1.21 on, with "
            "max_prepared_statements above 0; else say POOLHOUSE_POOLER=transaction",
            "连接池不支持预备语句：PgBouncer 从 1.21 起支持，且 max_prepared_statements 须大于 0；"
            "否则请设置 POOLHOUSE_POOLER=transaction",
        ) from error
    finally:
        for connection in (one, other):
            with suppress(Exception):
                await connection.close(timeout=2.0)


async def is_pooled(connection: Any) -> bool:
    """Whether a pooler stands between us and the server."""
    pid: int = await connection.fetchval("select pg_backend_pid()")
    told: int = connection.get_server_pid()
    return pid != told


async def _keeps_sessions(connection: Any, url: str) -> bool:
    """A pooler without sessions gives the place of who rests to the next, whichever way it takes turns. One that gives
    no second place keeps the first for us."""
    try:
        other = await connect(url, "poolhouse probe", primary=False, timeout=PROBE_S, command_timeout=PROBE_S)
    except (asyncpg.PostgresError, PoolhouseError):
        return True
    try:
        for _ in range(TRIES):
            mine = await connection.fetchval("select pg_backend_pid()")
            try:
                await other.execute("begin")
            except (OSError, asyncpg.PostgresError, TimeoutError, PoolhouseError):
                return True
            theirs = await other.fetchval("select pg_backend_pid()")
            now = await connection.fetchval("select pg_backend_pid()")
            await other.execute("rollback")
            if theirs == mine or now != mine:
                return False
    finally:
        with suppress(Exception):
            await other.close(timeout=2.0)
    return True


_TRANSACTION_MODE = (
    "a connection pooler in transaction mode answers for the database, and sessions are needed: say "
    f"POOLHOUSE_POOLER=transaction, and where the database itself is by POOLHOUSE_LISTEN_URL; {PAGE} has the rest",
    "为数据库应答的是事务模式的连接池，而这里需要会话：请设置 POOLHOUSE_POOLER=transaction，"
    f"并用 POOLHOUSE_LISTEN_URL 指出数据库本身的地址；其余见 {PAGE}",
)
