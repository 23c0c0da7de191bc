"""A bounded set of connections with the same session settings.

Our own in place of asyncpg's pool, whose taking and giving back costs more than the query of one row (its proxy,
its shielded task and its reset). Nothing here changes a session's state (settings are `set local`, locks are
transaction locks), so a connection goes back as it is: no `DISCARD ALL`, no round trip, no waiting. For the same
reason a connection may be a pooler's that gives each transaction another session (`sessions.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import msgspec
import structlog

from poolhouse import trace, tracing, turn
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.faults import ends_connection, faults, is_impatience, is_lost, is_of_a_node
from poolhouse.db.sessions import Pooler, connect, keeps, require_limits, settle
from poolhouse.db.silence import Silence
from poolhouse.errors import DatabaseLost, Overloaded
from poolhouse.fair_queue import FairQueue

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Load:
    """`waiting`: in line now. `waited_s`: time spent in line since the start, by all."""

    open: int
    in_use: int
    waiting: int
    limit: int
    waited_s: float


WAIT_S = 5.0
CONNECT_S = 5.0
STATEMENT_S = 30.0
GRACE_S = 5.0
IDLE_S = 60.0
RETRY_S = 0.25
MOST_WAITING = 1000
SHORT_S, STANDING_S = 0.5, 1.0
"""In a line for searches that has not been empty for STANDING_S the newest of a pool is first, and waits SHORT_S, as in
`wire/turns.py`: this is the line of whoever gave their turn up for a search."""

KEPT = 2
"""Connections of the server left free for operators: `doctor`, a command, psql."""

ROLLBACK_S = 5.0

_ROOM = """
select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
  - count(*) from pg_stat_activity where coalesce(backend_type, 'client backend') = 'client backend'
"""


class Connections:
    """Opened as they are needed, `largest` at most; who finds them all taken waits in line for `WAIT_S`.

    User pools take turns in the line, and one holds three quarters at most. One that nobody used for `IDLE_S` is
    closed, but for `least`. When the server has no place left, an idle one of `siblings` gives way; behind a pooler
    it is the pooler that knows.

    `settings` are those of the session. Where `pooler` keeps none, the database has set the limits, and searches have
    their own time by a transaction each, of three round trips.
    """

    def __init__(
        self,
        url: str,
        largest: int,
        settings: dict[str, str],
        *,
        name: str = "poolhouse",
        pooler: Pooler = "session",
        statement_s: float = STATEMENT_S,
        least: int = 0,
        searches: bool = False,
        primary: bool = True,
    ) -> None:
        self._url, self._name, self._pooler, self._primary = url, name, pooler, primary
        self._answer_s = statement_s + GRACE_S  # the server gives up first, unless it is gone without a word
        self._statement_s = statement_s
        self._settings = settings
        self._pooled: bool | None = None
        """Whether a pooler is in between; None before the first connection."""
        self._begin = (
            f"begin read only; set local statement_timeout = '{statement_s:.0f}s'"
            if searches and not keeps(pooler)
            else None
        )
        self._largest, self._least, self._of_searches = largest, least, searches
        self._places = FairQueue(largest, MOST_WAITING, "database connection")
        self._share = max(2, largest - largest // 4)  # a transaction may need a second
        self._shares: dict[str, tuple[FairQueue, int]] = {}
        self._pool_of: dict[int, str] = {}  # by the identity of the connection it holds
        self._idle: list[Any] = []  # the last used on top: a small load keeps few of them warm
        self._idle_since: dict[int, float] = {}
        self._sweeping: asyncio.TimerHandle | None = None
        self._silence = Silence(url, self.drop_idle)
        self.siblings: list[Connections] = []
        self.on_lost: Callable[[], None] = lambda: None
        self._closed = False
        self._in_use = 0
        self._in_line = 0
        self._waited_s = 0.0
        self._line_empty_at = 0.0

    @property
    def load(self) -> Load:
        idle = sum(not one.is_closed() for one in self._idle)
        return Load(idle + self._in_use, self._in_use, self._in_line, self._largest, self._waited_s)

    async def warm(self, count: int) -> None:
        """Opens `count`, so that the first requests need not. Raises DatabaseLost."""
        for connection in await asyncio.gather(*(self._connect() for _ in range(count))):
            self._keep(connection)

    async def acquire(self) -> Any:
        """Raises Overloaded when none comes free in time, DatabaseLost when none can be opened."""
        about = trace.current.get()
        pool_id = about.pool_id if about else ""
        until = monotonic() + WAIT_S
        await self._wait_in_line(pool_id, until)
        try:
            while True:
                connection = self._take_idle()
                if connection is None:
                    connection = await self._open(until)
                if connection is not None:
                    self._pool_of[id(connection)] = pool_id
                    self._silence.took(connection)
                    return connection
        except BaseException:
            self._leave(pool_id)
            raise

    def release(self, connection: Any) -> None:
        """One in the middle of a statement or a transaction is not fit for the next."""
        pool_id = self._pool_of.pop(id(connection), "")
        self._silence.gave_back(connection)
        if self._closed or connection.is_closed() or connection.is_in_transaction():
            connection.terminate()
        else:
            self._keep(connection)
        self._leave(pool_id)

    async def run(self, work: Callable[[Any], Awaitable[T]], *, again: bool) -> T:
        """`again`: the statement only reads, so on a stale connection it is tried on another, once."""
        while True:
            connection = await self.acquire()
            try:
                return await (self._alone(connection, work) if self._begin else work(connection))
            except BaseException as error:
                if not ((self.is_lost(connection, error) or is_of_a_node(error)) and again):
                    with faults():
                        raise
                again = False
            finally:
                self.release(connection)

    async def _alone(self, connection: Any, work: Callable[[Any], Awaitable[T]]) -> T:
        """`work` in a transaction that has the settings no session holds. Without a statement kept by name each is
        planned for its very arguments, as `plan_cache_mode` has it elsewhere."""
        await connection.execute(self._begin)
        try:
            found = await work(connection)
        except Exception:
            try:
                await connection.execute("rollback", timeout=ROLLBACK_S)
            except Exception:
                connection.terminate()
            raise
        await connection.execute("commit")
        return found

    async def begin(self) -> Any:
        """A connection with an open transaction. A stale one is replaced once: nothing has happened yet."""
        again = True
        while True:
            connection = await self.acquire()
            try:
                await connection.execute("begin")
                return connection
            except BaseException as error:
                lost = self.is_lost(connection, error)
                self.release(connection)
                if not (again and lost):
                    with faults():
                        raise
                again = False

    def is_lost(self, connection: Any, error: BaseException) -> bool:
        """Whether `error` is the connection's end. Then the idle ones are suspect too, and given up."""
        if not isinstance(error, Exception):
            connection.terminate()  # cancelled: asyncpg has asked the server to stop, and may still be at it
            return False
        if is_impatience(error):
            connection.terminate()
            return False
        if ends_connection(error):
            connection.terminate()
        if not is_lost(error):
            return False
        connection.terminate()
        self.drop_idle()
        return True

    def drop_idle(self) -> None:
        """They lead to a server that is gone, or hangs, or are suspect as another was ended."""
        for one in self._idle:
            one.terminate()
        self._idle.clear()
        self._idle_since.clear()
        self.on_lost()

    async def close(self) -> None:
        """Waits for those in use, for a while."""
        self._closed = True
        self._silence.close()
        if self._sweeping is not None:
            self._sweeping.cancel()
        try:
            async with asyncio.timeout(CONNECT_S):
                for _ in range(self._largest):
                    await self._places.enter("closing")
                await asyncio.gather(*(one.close() for one in self._idle), return_exceptions=True)
        except TimeoutError:
            for one in self._idle:
                one.terminate()
        self._idle.clear()

    async def give_up_idle(self) -> bool:
        """Closes one that is idle, to make a place on the server; whether there was one."""
        connection = self._take_idle()
        if connection is None:
            return False
        await _end(connection)
        return True

    def _keep(self, connection: Any) -> None:
        self._idle.append(connection)
        self._idle_since[id(connection)] = monotonic()
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(IDLE_S, self._sweep)

    def _take_idle(self) -> Any:
        while self._idle:
            connection = self._idle.pop()
            self._idle_since.pop(id(connection), None)
            if not connection.is_closed():
                return connection
        return None

    def _sweep(self) -> None:
        """Ends what nobody has used for a while; the oldest lie at the bottom."""
        now = monotonic()
        self._sweeping = None
        while len(self._idle) > self._least and now - self._idle_since.get(id(self._idle[0]), 0.0) >= IDLE_S:
            connection = self._idle.pop(0)
            self._idle_since.pop(id(connection), None)
            connection.terminate()
        if len(self._idle) > self._least:
            self._sweeping = asyncio.get_running_loop().call_later(IDLE_S, self._sweep)

    async def _wait_in_line(self, pool_id: str, until: float) -> None:
        """First for the pool's share, then for a place."""
        began = monotonic()
        share, users = self._shares.get(pool_id) or (FairQueue(self._share, MOST_WAITING, "pool's"), 0)
        self._shares[pool_id] = share, users + 1
        if not self._in_line:
            self._line_empty_at = began
        if self._of_searches:
            standing = began - self._line_empty_at >= STANDING_S
            share.newest_first = self._places.newest_first = standing
            if standing and users:
                until = min(until, began + SHORT_S)
        at_once = users < self._share and self._in_use < self._largest and not self._places.waiting
        entered = False
        if self._of_searches:
            turn.let_go()  # a search takes long, and whoever only looks one up should not wait for it
        self._in_line += 1
        try:
            async with nullcontext() if at_once else asyncio.timeout(until - began):
                if pool_id:  # work of nobody's, a start or maintenance, has no share
                    await share.enter(pool_id)
                    entered = True
                await self._places.enter(pool_id)
        except BaseException as error:
            if entered:
                share.leave()
            self._forget_share(pool_id)
            if isinstance(error, TimeoutError):
                raise Overloaded("no database connection came free in time", retry_after_s=1) from error
            raise
        finally:
            self._in_line -= 1
            self._waited_s += monotonic() - began
        self._in_use += 1

    def _leave(self, pool_id: str) -> None:
        self._in_use -= 1
        self._places.leave()
        if pool_id:
            self._shares[pool_id][0].leave()
        self._forget_share(pool_id)

    def _forget_share(self, pool_id: str) -> None:
        share, users = self._shares[pool_id]
        if users == 1:
            del self._shares[pool_id]
        else:
            self._shares[pool_id] = share, users - 1

    async def _open(self, until: float) -> Any:
        """A new connection; None when it is worth looking for an idle one again. Raises Overloaded."""
        try:
            connection = await self._connect()
            pooled = self._pooled or not keeps(self._pooler)
            if pooled or not self._has_company() or await connection.fetchval(_ROOM) >= KEPT:
                return connection
            await _end(connection)
            full = Overloaded("the database has no place for another connection", retry_after_s=1)
        except Overloaded as error:
            full = error
        if monotonic() >= until:
            raise full
        for other in self.siblings:
            if await other.give_up_idle():
                return None
        await asyncio.sleep(RETRY_S)
        return None

    def _has_company(self) -> bool:
        """Whether the process has another connection: the first is let in, or it could not work at all."""
        return any(one.load.open - (one is self) > 0 for one in (self, *self.siblings))

    async def _connect(self) -> Any:
        if self._closed:
            raise DatabaseLost("the connections are closed")
        connection = await connect(
            self._url,
            self._name,
            primary=self._primary,
            pooler=self._pooler,
            prepares=self._begin is None,
            timeout=CONNECT_S,
            command_timeout=self._answer_s,
        )
        try:
            with faults():
                await self._settle(connection)
        except BaseException:
            connection.terminate()
            raise
        if tracing.is_on():
            connection.add_query_logger(tracing.statement)
        return connection

    async def _settle(self, connection: Any) -> None:
        """Raises DatabaseUnfit where neither a session nor the database holds our limits: of the first connection, as
        a server that is up is not ended for it."""
        is_first = self._pooled is None
        if keeps(self._pooler):
            proven = bool(self._pooled)
            self._pooled = await settle(connection, self._url, self._settings, proven=proven)
        elif self._begin is None:
            try:
                await require_limits(connection, self._statement_s)
            except DatabaseUnfit as error:
                if is_first:
                    raise
                _log.warning("limits_not_held", because=error.en)
            self._pooled = True
        await connection.set_type_codec(
            "jsonb",
            schema="pg_catalog",
            encoder=lambda value: b"\x01" + _encode(value),
            decoder=lambda stored: _decode(stored[1:]),
            format="binary",
        )


async def _end(connection: Any) -> None:
    """In good order, so that the server has the place again when it returns."""
    try:
        await connection.close(timeout=CONNECT_S)
    except Exception:
        connection.terminate()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
