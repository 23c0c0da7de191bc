"""Connections and transactions.

`Database` runs each statement on a connection of its own, committing it; `Database.transaction()` gives a
`Tx`, which holds one connection from its first statement to its end. Functions with SQL take an `Executor`:
either.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Protocol, TypeVar

from asyncpg import QueryCanceledError, Record

from poolhouse.db.connection_pool import Connections, Load
from poolhouse.db.faults import faults, translated
from poolhouse.db.listening import Listener, OnNotification
from poolhouse.db.sessions import IDLE_IN_TRANSACTION_S, Pooler, keeps, require_prepared
from poolhouse.db.slow_queries import SlowQueries
from poolhouse.db.standby import Standby, WithStandby
from poolhouse.db.together import Together
from poolhouse.errors import QueryTooBroad

T = TypeVar("T")

ROLLBACK_S = 5.0
POOLED = "poolhouse pooled"
"""What the sessions of a pooler in transaction mode are called."""


class Executor(Protocol):
    """What a function with SQL needs; `Tx` and `Database` both are one.

    Arguments are `$1 $2 ...`; jsonb goes in and comes out as plain Python values, timestamptz as aware UTC
    datetimes. Raises DatabaseLost and Overloaded; a constraint's violation comes as asyncpg's own class.
    """

    async def fetch(self, sql: str, *args: Any) -> list[Record]: ...
    async def fetchrow(self, sql: str, *args: Any) -> Record | None: ...
    async def fetchval(self, sql: str, *args: Any) -> Any: ...
    async def execute(self, sql: str, *args: Any) -> str: ...
    async def executemany(self, sql: str, args: Iterable[Sequence[Any]]) -> None: ...


class Tx:
    """One transaction. It takes a connection at its first statement, so one nobody used costs nothing.

    For one task at a time. After a statement failed every further one fails, and so does the commit.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._connection: Any = None
        self._ended = False

    async def fetch(self, sql: str, *args: Any) -> list[Record]:
        connection = await self._begun()
        with self._faults():
            rows: list[Record] = await connection.fetch(sql, *args)
            return rows

    async def fetchrow(self, sql: str, *args: Any) -> Record | None:
        connection = await self._begun()
        with self._faults():
            return await connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        connection = await self._begun()
        with self._faults():
            return await connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        connection = await self._begun()
        with self._faults():
            tag: str = await connection.execute(sql, *args)
            return tag

    async def executemany(self, sql: str, args: Iterable[Sequence[Any]]) -> None:
        connection = await self._begun()
        with self._faults():
            await connection.executemany(sql, args)

    async def copy_records(
        self, table: str, columns: Sequence[str], records: Iterable[Sequence[Any]]
    ) -> None:
        """COPY: the fast way in for thousands of rows; no `on conflict`."""
        connection = await self._begun()
        with self._faults():
            await connection.copy_records_to_table(table, records=records, columns=list(columns))

    async def notify(self, channel: str, payload: str = "") -> None:
        """Listeners hear it when this transaction commits, and not at all when it does not."""
        await self.execute("select pg_notify($1, $2)", channel, payload)

    async def _begun(self) -> Any:
        if self._ended:
            raise RuntimeError("this transaction has ended")
        if self._connection is None:
            self._connection = await self._connections.begin()
        return self._connection

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """What ends this connection makes those suspect that are idle: one to a server that has become a standby
        lives, and refuses every write."""
        try:
            yield
        except Exception as error:
            self._connections.is_lost(self._connection, error)
            ours = translated(error)
            if ours is None:
                raise
            raise ours from error

    async def _commit(self) -> None:
        self._ended = True
        if self._connection is None:
            return
        try:
            with self._faults():
                tag = await self._connection.execute("commit")
            if tag != "COMMIT":
                raise RuntimeError(
                    "a statement of this transaction failed and was ignored; nothing was stored"
                )
        finally:
            self._release()

    async def _rollback(self) -> None:
        self._ended = True
        if self._connection is None:
            return
        try:
            async with asyncio.timeout(ROLLBACK_S):
                await self._connection.execute("rollback")
        except Exception:
            self._connection.terminate()  # the server rolls back what it loses
        finally:
            self._release()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        self._connections.release(connection)


Forget = Callable[[Tx, str, Sequence[str]], Awaitable[None]]
"""`(tx, pool_id, ids)`: removes what a domain keeps of things that are deleted, in the deleting transaction.

Whom a deletion tells is one table: services/consequences.py."""


class _Transaction:
    def __init__(self, connections: Connections) -> None:
        self._tx = Tx(connections)

    async def __aenter__(self) -> Tx:
        return self._tx

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            await self._tx._commit()
        else:
            await self._tx._rollback()


class _Runner(Protocol):
    """What runs one statement at a time: a set of connections, or one with another behind it."""

    @property
    def load(self) -> Load: ...
    async def run(self, work: Callable[[Any], Awaitable[T]], *, again: bool) -> T: ...
    async def close(self) -> None: ...


class Reads:
    """Statements that only read. Searches have connections of their own, see `search_fetch`."""

    def __init__(self, connections: _Runner, searches: _Runner) -> None:
        self._connections = connections
        self._searches = searches

    async def fetch(self, sql: str, *args: Any) -> list[Record]:
        return await self._connections.run(lambda c: c.fetch(sql, *args), again=_only_reads(sql))

    async def fetchrow(self, sql: str, *args: Any) -> Record | None:
        return await self._connections.run(lambda c: c.fetchrow(sql, *args), again=_only_reads(sql))

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await self._connections.run(lambda c: c.fetchval(sql, *args), again=_only_reads(sql))

    async def search_fetch(self, sql: str, *args: Any) -> list[Record]:
        """A SELECT planned for its very arguments: a generic plan makes a search of 0.5 s one of 5 s.

        Raises QueryTooBroad where it takes longer than a search may.
        """
        return await self._searches.run(lambda c: _in_time(c.fetch(sql, *args)), again=True)

    async def search_fetchval(self, sql: str, *args: Any) -> Any:
        return await self._searches.run(lambda c: _in_time(c.fetchval(sql, *args)), again=True)

    async def _close(self) -> None:
        await asyncio.gather(self._connections.close(), self._searches.close())


class Database(Reads):
    """The primary, and under `lagging` what may answer with data a few seconds old."""

    def __init__(
        self,
        url: str,
        connections: Connections,
        searches: Connections,
        replica: Replica | None = None,
        name: str = "poolhouse",
        direct_url: str | None = None,
        keeps_sessions: bool = True,
    ) -> None:
        super().__init__(connections, searches)
        self._primary = connections
        self.url = url
        direct = direct_url or url
        self._listener = Listener(
            direct if direct_url or keeps_sessions else None, f"{name} listener", self.notify
        )
        connections.on_lost = self._listener.look
        self.slow = SlowQueries(direct, f"{name} slow")
        self._replica = replica
        self.standby = replica.standby if replica else None
        self.lagging: Reads = replica.before(self) if replica else self

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        connections: int = 10,
        statement_timeout_s: int = 30,
        search_timeout_s: int = 10,
        replica_url: str | None = None,
        replica_lag_s: float = 10.0,
        name: str = "poolhouse",
        pooler: Pooler = "session",
        direct_url: str | None = None,
    ) -> Database:
        """`name`: what the sessions are called in pg_stat_activity. `replica_lag_s`: a replica that is further behind
        is not asked; nor is one before `processes.py` has looked at it. `direct_url`: of the same database, where `url`
        is a pooler's, for what needs a session: LISTEN, and queries of minutes. The replica has the same kind of
        pooler.

        Raises DatabaseLost when the primary cannot be reached; a replica may come later. Raises DatabaseUnfit where a
        pooler does not keep what `pooler` says.
        """
        settings = _session_settings(statement_timeout_s)
        limits = statement_timeout_s, min(search_timeout_s, statement_timeout_s)
        # A session of a pooler has the name of whoever used it last, and would be taken for a server that is gone.
        as_whom = name if keeps(pooler) else POOLED
        primary = await _open_both(url, connections, settings, limits, as_whom, pooler, warm=2)
        try:
            if pooler == "transaction-prepared":
                with faults():
                    await require_prepared(url)
            replica = (
                Replica(
                    *await _open_both(
                        replica_url, connections, settings, limits, as_whom, pooler, warm=0, primary=False
                    ),
                    Connections(
                        replica_url,
                        1,
                        settings,
                        name=f"{name} look",
                        pooler=pooler,
                        least=1,
                        primary=False,
                    ),
                    replica_lag_s,
                )
                if replica_url
                else None
            )
        except BaseException:
            await Reads(*primary)._close()
            raise
        return cls(url, *primary, replica, name, direct_url, keeps(pooler))

    @property
    def hears(self) -> bool | None:
        """Whether notifications arrive; None until that was tried."""
        return self._listener.hears

    def loads(self) -> dict[str, Load]:
        """How busy each set of connections is."""
        found = {"primary": self._connections.load, "search": self._searches.load}
        if self._replica:
            found["replica"] = self._replica._connections.load
            found["replica_search"] = self._replica._searches.load
        return found

    async def execute(self, sql: str, *args: Any) -> str:
        return await self._connections.run(lambda c: c.execute(sql, *args), again=False)

    async def executemany(self, sql: str, args: Iterable[Sequence[Any]]) -> None:
        """All rows or none."""
        await self._connections.run(lambda c: c.executemany(sql, args), again=False)

    async def copy_records(
        self, table: str, columns: Sequence[str], records: Iterable[Sequence[Any]]
    ) -> None:
        await self._connections.run(
            lambda c: c.copy_records_to_table(table, records=records, columns=list(columns)), again=False
        )

    def transaction(self) -> _Transaction:
        """`async with db.transaction() as tx:` commits at the end, rolls back when the block raises.

        One level: a function that should take part is handed the `Tx`.
        """
        return _Transaction(self._primary)

    def together(self) -> Together:
        """`async with db.together() as writes:` sends what the block executes as one statement."""
        return Together(self.execute)

    async def notify(self, channel: str, payload: str = "") -> None:
        await self.execute("select pg_notify($1, $2)", channel, payload)

    async def listen(self, channel: str, callback: OnNotification) -> None:
        """`callback(payload)` for each NOTIFY; `callback(None)` after a reconnect.

        Then some may have been missed, so read the truth from the tables. Where there is no session to listen on
        (`hears` is False) it is never called: look now and then.
        """
        await self._listener.listen(channel, callback)

    async def close(self) -> None:
        await self.slow.close()
        await self._listener.close()
        await self._close()
        if self._replica:
            await self._replica._close()


class Replica(Reads):
    """A hot standby. `looks` is the connection by which it is judged."""

    def __init__(
        self, connections: Connections, searches: Connections, looks: Connections, lag_s: float
    ) -> None:
        super().__init__(connections, searches)
        self._looks = looks
        self.standby = Standby(looks, (connections, searches), lag_s)

    def before(self, primary: Reads) -> Reads:
        """Reads of the standby where it may be asked, else of the primary."""
        return Reads(
            WithStandby(self.standby, self._connections, primary._connections),
            WithStandby(self.standby, self._searches, primary._searches),
        )

    async def _close(self) -> None:
        await asyncio.gather(super()._close(), self._looks.close())


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Database]:
    """A Database for the length of a block: commands, tests."""
    database = await Database.open(url, **options)
    try:
        yield database
    finally:
        await database.close()


async def _open_both(
    url: str,
    connections: int,
    settings: dict[str, str],
    limits_s: tuple[int, int],
    name: str,
    pooler: Pooler,
    *,
    warm: int,
    primary: bool = True,
) -> tuple[Connections, Connections]:
    """Searches get a smaller set that opens on demand. `limits_s`: of a statement, and of a search.

    As a setting of the session `plan_cache_mode` costs no round trip; `set local` in a
    transaction costs three.
    """
    statement_s, search_s = limits_s
    ordinary = Connections(
        url,
        connections,
        settings,
        name=name,
        pooler=pooler,
        statement_s=statement_s,
        least=1,
        primary=primary,
    )
    searches = Connections(
        url,
        max(2, connections // 2),
        {**settings, "plan_cache_mode": "force_custom_plan", "statement_timeout": f"{search_s}s"},
        name=name,
        pooler=pooler,
        statement_s=search_s,
        searches=True,
        primary=primary,
    )
    ordinary.siblings, searches.siblings = [searches], [ordinary]
    await ordinary.warm(warm)
    return ordinary, searches


def _session_settings(statement_timeout_s: int) -> dict[str, str]:
    return {
        "jit": "off",
        "statement_timeout": f"{statement_timeout_s}s",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_S}s",
    }


async def _in_time(work: Awaitable[T]) -> T:
    try:
        return await work
    except QueryCanceledError as error:
        raise QueryTooBroad(
            "query",
            "数据库用时过长，已中止：请缩小查询范围，如更长的关键字、部门或时间",
            "it took the database too long and was stopped: ask for less, by a longer keyword, a department, a time",
        ) from error


def _only_reads(sql: str) -> bool:
    return sql.lstrip()[:6].lower() == "select"
