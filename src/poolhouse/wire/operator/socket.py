"""The operator's door as a socket in the data folder: a line of JSON in, a line out, one call a connection.

Who may call is the system's to say: the socket has mode 0600 from before anybody can connect, and the account at the
other end, as the kernel tells it (SO_PEERCRED), must be the server's own or root. The command asks the same of the
server, so that a socket somebody else put there learns nothing. Names are resolved inside the folder held open, so
that no link leads elsewhere and a long path fits: the system takes 107 bytes.

One process of a server serves it, whoever has the lock; another takes over when that one ends. A server that cannot
have the socket says so and serves all the same: commands then work on the database as without a server.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import stat
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from poolhouse.credentials.operator import name_of
from poolhouse.services import Services
from poolhouse.wire.operator.door import Door
from poolhouse.wire.request import MAX_BODY_BYTES

NAME, LOCK = "poolhouse.sock", "poolhouse.sock.lock"
AT_ONCE = 16
LINE_WITHIN_S = 10.0
READ_WITHIN_S = 20.0
"""Whoever does not read its answer, a command that was stopped say, would keep a place and hold up a stop."""
FREE_LOOKED_S = 2.0
LAST_CALL_S = 30.0
_CREDENTIALS = struct.Struct("3i")

_log = structlog.get_logger(__name__)


class SocketUnfit(Exception):
    """The folder is no place for the socket; the text says why."""


@asynccontextmanager
async def served(services: Services) -> AsyncIterator[None]:
    """While the block lasts this process serves the socket, or waits to. Calls begun are finished."""
    listener = Listener(services)
    await listener.turn()
    waiting = asyncio.create_task(listener.take_over(), name="operator socket")
    try:
        yield
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await listener.stop()


class Listener:
    def __init__(self, services: Services) -> None:
        self._folder = services.settings.data
        self._door = Door(services)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._calls: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._held: list[int] = []
        self._made: tuple[int, int] | None = None
        self._told = ""

    async def take_over(self) -> None:
        while True:
            await asyncio.sleep(FREE_LOOKED_S)
            if self._server is None:
                await self.turn()

    async def turn(self) -> None:
        """Serves from now on, if nobody else does."""
        try:
            await self._begin()
        except (SocketUnfit, OSError) as error:
            self._close()
            if str(error) != self._told:
                self._told = str(error)
                _log.warning("no_operator_socket", cause=str(error))

    async def _begin(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._held.append(folder)
        require_private(folder)
        lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
        self._held.append(lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._close()
            return
        _remove(folder)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            # The file is made with the socket's mode: a chmod of its name might meet a link put there meanwhile.
            os.fchmod(listening.fileno(), 0o600)
            listening.bind(f"/proc/self/fd/{folder}/{NAME}")
            made = os.stat(NAME, dir_fd=folder, follow_symlinks=False)
            self._made = made.st_dev, made.st_ino
            listening.setblocking(False)
            self._server = await asyncio.start_unix_server(
                self._accept, sock=listening, limit=MAX_BODY_BYTES, backlog=AT_ONCE
            )
        except BaseException:
            listening.close()
            raise

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
        try:
            async with self._turns:
                account = account_of(writer.get_extra_info("socket"))
                if account is None:
                    return
                async with asyncio.timeout(LINE_WITHIN_S):
                    line = await reader.readline()
                if line.endswith(b"\n"):
                    answer = await self._door.answer(line, account)
                    async with asyncio.timeout(READ_WITHIN_S):
                        writer.write(answer + b"\n")
                        writer.close()
                        await writer.wait_closed()
        except (OSError, TimeoutError, ValueError):
            pass  # who asks went away, does not read, or sent too much
        finally:
            writer.transport.abort()  # of what was sent and read nothing is lost

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._calls:
            await asyncio.wait(set(self._calls), timeout=LAST_CALL_S)
        if self._held and self._made is not None:
            with suppress(OSError):
                found = os.stat(NAME, dir_fd=self._held[0], follow_symlinks=False)
                if (found.st_dev, found.st_ino) == self._made:
                    os.unlink(NAME, dir_fd=self._held[0])
        self._close()

    def _close(self) -> None:
        while self._held:
            os.close(self._held.pop())


def require_private(folder: int) -> None:
    """Raises SocketUnfit unless the open folder is the server's own and not everybody may write in it."""
    about = os.fstat(folder)
    if about.st_uid not in (os.geteuid(), 0):
        raise SocketUnfit("the data folder belongs to another account")
    if about.st_mode & stat.S_IWOTH:
        raise SocketUnfit("everybody may write in the data folder: chmod o-w")


def _remove(folder: int) -> None:
    """What a server left that was killed. Raises SocketUnfit for anything that is no socket."""
    try:
        about = os.stat(NAME, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(about.st_mode):
        raise SocketUnfit(f"{NAME} in the data folder is no socket")
    os.unlink(NAME, dir_fd=folder)


def account_of(peer: Any) -> str | None:
    """The name of the account at the other end; None of one that may not ask."""
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(credentials)
    if uid not in (os.geteuid(), 0):
        _log.warning("operator_refused", uid=uid)
        return None
    return name_of(uid)
