"""A bounded set of connections with the same session settings.

Our own in place of asyncpg's pool, whose taking and giving back costs more than the query of one row (its proxy,
its shielded task and its reset). Nothing here changes a session's state (settings are `set local`, locks are
transaction locks), so a connection goes back as it is: no `DISCARD ALL`, no round trip, no waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import asyncpg
import msgspec

from poolhouse.db.faults import faults, is_lost
from poolhouse.errors import DatabaseLost, Overloaded

T = TypeVar("T")


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


class Connections:
    """Opened as they are needed, `largest` at most; who finds them all taken waits in line for `WAIT_S`."""

    def __init__(
        self, url: str, largest: int, settings: dict[str, str], *, statement_s: float = STATEMENT_S
    ) -> None:
        self._url = url
        self._answer_s = statement_s + GRACE_S  # the server gives up first, unless it is gone without a word
        self._settings = settings
        self._largest = largest
        self._free = asyncio.Semaphore(largest)
        self._idle: list[Any] = []  # the last used on top: a small load keeps few of them warm
        self._closed = False
        self._in_line = 0
        self._waited_s = 0.0

    @property
    def load(self) -> Load:
        idle = sum(not one.is_closed() for one in self._idle)
        in_use = self._largest - self._free._value
        return Load(idle + in_use, in_use, self._in_line, self._largest, self._waited_s)

    async def warm(self, count: int) -> None:
        """Opens `count`, so that the first requests need not. Raises DatabaseLost."""
        self._idle += await asyncio.gather(*(self._connect() for _ in range(count)))

    async def acquire(self) -> Any:
        """Raises Overloaded when none comes free in time, DatabaseLost when none can be opened."""
        if self._free.locked():
            await self._wait_in_line()
        else:
            await self._free.acquire()
        try:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
            return await self._connect()
        except BaseException:
            self._free.release()
            raise

    def release(self, connection: Any) -> None:
        """One in the middle of a statement or a transaction is not fit for the next."""
        if self._closed or connection.is_closed() or connection.is_in_transaction():
            connection.terminate()
        else:
            self._idle.append(connection)
        self._free.release()

    async def run(self, work: Callable[[Any], Awaitable[T]], *, again: bool) -> T:
        """`again`: the statement only reads, so on a stale connection it is tried on another, once."""
        while True:
            connection = await self.acquire()
            try:
                return await work(connection)
            except BaseException as error:
                if not (self.is_lost(connection, error) and again):
                    with faults():
                        raise
                again = False
            finally:
                self.release(connection)

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
        if isinstance(error, TimeoutError):
            connection.terminate()
            return False
        if not is_lost(error):
            return False
        for one in (connection, *self._idle):
            one.terminate()
        self._idle.clear()
        return True

    async def close(self) -> None:
        """Waits for those in use, for a while."""
        self._closed = True
        try:
            async with asyncio.timeout(CONNECT_S):
                for _ in range(self._largest):
                    await self._free.acquire()
                await asyncio.gather(*(one.close() for one in self._idle), return_exceptions=True)
        except TimeoutError:
            for one in self._idle:
                one.terminate()
        self._idle.clear()

    async def _wait_in_line(self) -> None:
        began = monotonic()
        self._in_line += 1
        try:
            async with asyncio.timeout(WAIT_S):
                await self._free.acquire()
        except TimeoutError as error:
            raise Overloaded(f"no database connection within {WAIT_S} s", retry_after_s=1) from error
        finally:
            self._in_line -= 1
            self._waited_s += monotonic() - began

    async def _connect(self) -> Any:
        if self._closed:
            raise DatabaseLost("the connections are closed")
        with faults():
            try:
                connection = await asyncpg.connect(
                    self._url,
                    timeout=CONNECT_S,
                    command_timeout=self._answer_s,
                    server_settings=self._settings,
                )
            except TimeoutError as error:
                raise DatabaseLost(f"no answer within {CONNECT_S} s", retry_after_s=2) from error
            await connection.set_type_codec(
                "jsonb",
                schema="pg_catalog",
                encoder=lambda value: b"\x01" + _encode(value),
                decoder=lambda stored: _decode(stored[1:]),
                format="binary",
            )
        return connection


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
