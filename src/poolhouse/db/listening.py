"""LISTEN on one connection of its own, which comes back when it was lost.

That notifications arrive is tried: the listener has itself told something by another connection. Through a pooler
without sessions, or on another database than the one that is written to, it hears nothing and everything seems well.
Then, and where there is no address to listen at, whoever waits for a notification finds its work by looking, later.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog

from poolhouse.background import forever
from poolhouse.db.faults import faults
from poolhouse.db.sessions import connect
from poolhouse.errors import PoolhouseError
from poolhouse.failures import told

OnNotification = Callable[[str | None], Awaitable[None]]
Notify = Callable[[str, str], Awaitable[None]]

PULSE_S = 15.0
ECHO_S = 5.0
ANSWER_S = 5.0
LONGEST_PAUSE_S = 1.0
DEAF = "mail, logout notices and jobs wait until a server looks, up to 15 seconds; nothing is lost"

_log = structlog.get_logger(__name__)


class Listener:
    """Callbacks run one after another, in the order of the notifications; what they raise is logged."""

    def __init__(self, url: str | None, name: str, notify: Notify) -> None:
        """`url` None: nobody listens. `notify`: by a connection of those that write."""
        self._url, self._name, self._notify = url, name, notify
        self._callbacks: dict[str, list[OnNotification]] = {}
        self._heard: asyncio.Queue[tuple[str, str | None]] = asyncio.Queue()
        self._connection: Any = None
        self._tasks: list[asyncio.Task[None]] = []
        self._opening = asyncio.Lock()
        self._stirred = asyncio.Event()
        self._echo = f"poolhouse_echo_{secrets.token_hex(8)}"
        self._echoed = asyncio.Event()
        self._spoken = 0
        """How often something was said by the listening connection while it is watched."""
        self.hears: bool | None = None
        """None until it was tried."""

    async def listen(self, channel: str, callback: OnNotification) -> None:
        """Returns once the server listens: nothing sent after that is missed."""
        async with self._opening:
            if self._url is None:
                self._tell(hears=False, because="no session to listen on: POOLHOUSE_LISTEN_URL is not set")
                return
            if channel not in self._callbacks:
                self._callbacks[channel] = []
                try:
                    if self._connection is None:
                        self._connection = await self._connect()
                    else:
                        self._spoken += 1
                        await self._hear_of(self._connection, channel)
                except BaseException:
                    del self._callbacks[channel]
                    raise
            self._callbacks[channel].append(callback)
            if not self._tasks:  # the first echo comes back after all that was said for it
                self._tasks = [
                    asyncio.create_task(forever("notifications", self._deliver)),
                    asyncio.create_task(forever("listening", self._watch)),
                ]

    def look(self) -> None:
        """Somebody else has lost a connection to this server."""
        self._stirred.set()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _connect(self) -> Any:
        assert self._url is not None
        connection = await connect(self._url, self._name, timeout=ANSWER_S)
        await self._hear_of(connection, self._echo, lambda *_: self._echoed.set())
        for channel in self._callbacks:
            await self._hear_of(connection, channel)
        return connection

    async def _hear_of(self, connection: Any, channel: str, heard: Callable[..., None] | None = None) -> None:
        """Ends a connection that does not do it."""
        try:
            with faults():
                async with asyncio.timeout(ANSWER_S):
                    await connection.add_listener(channel, heard or self._hear)
        except BaseException:
            connection.terminate()
            raise

    def _hear(self, _connection: Any, _pid: int, channel: str, payload: str) -> None:
        self._heard.put_nowait((channel, payload))

    async def _deliver(self) -> None:
        channel, payload = await self._heard.get()
        for callback in list(self._callbacks.get(channel, ())):
            try:
                await callback(payload)
            except Exception:
                _log.exception("listener_failed", channel=channel)

    async def _watch(self) -> None:
        """A pulse finds the connection that died without a word (a cable, a firewall)."""
        await self._lost()
        pause_s = 0.1
        while True:
            try:
                async with self._opening:
                    self._connection = await self._connect()
                break
            except Exception as error:
                _log.warning("listen_failed", cause=told(error), again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        _log.info("listening_resumed")
        for channel in self._callbacks:
            self._heard.put_nowait((channel, None))

    async def _lost(self) -> None:
        """Returns when the connection is gone."""
        connection = self._connection
        self._stirred.clear()
        connection.add_termination_listener(lambda _: self._stirred.set())
        while not connection.is_closed():
            if await self._hears_itself() is False and not self._stirred.is_set():
                self._tell(
                    hears=False, because="what is sent by POOLHOUSE_DATABASE_URL does not arrive there"
                )
            with suppress(TimeoutError):
                async with asyncio.timeout(PULSE_S):
                    await self._stirred.wait()
            self._stirred.clear()
            if not connection.is_closed():
                try:
                    async with self._opening:
                        await connection.fetchval("select 1", timeout=ANSWER_S)
                except Exception:
                    connection.terminate()

    async def _hears_itself(self) -> bool | None:
        """None where nothing could be said.

        A pooler joins who speaks with whom it hears about, by accident: an echo that arrived while a channel was being
        added is asked for again.
        """
        async with self._opening:
            spoken = self._spoken
        self._echoed.clear()
        try:
            await self._notify(self._echo, "")
        except PoolhouseError:
            return None
        waits = [asyncio.ensure_future(one.wait()) for one in (self._echoed, self._stirred)]
        await asyncio.wait(waits, timeout=ECHO_S, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()
        if self._echoed.is_set() and self._spoken != spoken:
            return await self._hears_itself()
        if self._echoed.is_set():
            self._tell(hears=True)
        return self._echoed.is_set()

    def _tell(self, *, hears: bool, because: str = "") -> None:
        """What changed, once."""
        if hears == self.hears:
            return
        if not hears:
            _log.warning("notifications_not_heard", because=because, meaning=DEAF)
        elif self.hears is False:
            _log.info("notifications_heard")
        self.hears = hears
