"""Calls of ours to addresses that a pool's administrator wrote down: one POST, of whose answer the status is read.

A name is resolved once, its addresses are judged (`networks.may_call`), and one of those is connected to, so a name
that turns elsewhere meanwhile leads nowhere else. Redirects are not followed, proxies of the environment not used.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Collection
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from poolhouse.networks import Address, may_call

CONNECT_S = 5.0
WHOLE_S = 10.0
LONGEST_LINE = 8 * 1024
MOST_LINES = 100
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?\r?\n")


class NotAllowed(Exception):
    """The host is one that nobody may have called by us."""


class NoAnswer(Exception):
    """Not connected, or no HTTP answer in time. The text is ours and quotes nothing but what the system said."""


class Outgoing:
    """`named`: hosts and ports of the operator's own network that may be called. As many threads as callers wait for
    a name, so the callers bound how many of them there are."""

    def __init__(self, named: Collection[tuple[str, int]] = ()) -> None:
        self._named = frozenset((host.lower(), port) for host, port in named)
        self._tls: ssl.SSLContext | None = None

    async def post_form(self, url: str, fields: dict[str, str]) -> int:
        """The status of the answer. Raises NotAllowed, NoAnswer."""
        split = urlsplit(url)
        host, is_tls = (split.hostname or "").lower(), split.scheme == "https"
        port = split.port or (443 if is_tls else 80)
        addresses = await self.allowed(host, port)
        if is_tls and self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        path = (split.path or "/") + (f"?{split.query}" if split.query else "")
        request = _request(path, split.netloc, urlencode(fields).encode())
        try:
            async with asyncio.timeout(WHOLE_S):
                return await self._exchange(addresses, port, host if is_tls else None, request)
        except TimeoutError as error:
            raise NoAnswer(f"no answer within {WHOLE_S:g} s") from error
        except OSError as error:
            raise NoAnswer(f"{type(error).__name__}: {error.strerror or 'connection lost'}"[:200]) from error

    async def allowed(self, host: str, port: int) -> list[Address]:
        """All addresses of the host that may be called. Not within a time-out: the thread would go on, unseen.

        Raises NotAllowed, NoAnswer.
        """
        try:
            found = await _resolved(host, port)
        except (OSError, UnicodeError) as error:
            raise NoAnswer("the host's name has no address") from error
        is_named = (host, port) in self._named
        allowed = [address for address in found if may_call(address, is_named=is_named)]
        if not allowed:
            raise NotAllowed("the host is of a private network; POOLHOUSE_OUTGOING_HOSTS can allow it")
        return allowed

    async def _exchange(
        self, addresses: list[Address], port: int, tls_name: str | None, request: bytes
    ) -> int:
        reader, writer = await self._connected(addresses, port, tls_name)
        try:
            writer.write(request)
            await writer.drain()
            return await _status(reader)
        finally:
            writer.transport.abort()  # what is left of the answer is nobody's business

    async def _connected(
        self, addresses: list[Address], port: int, tls_name: str | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the first that takes the connection."""
        tls = self._tls if tls_name is not None else None
        for left, address in enumerate(addresses, 1 - len(addresses)):
            try:
                async with asyncio.timeout(CONNECT_S):
                    return await asyncio.open_connection(
                        str(address), port, ssl=tls, server_hostname=tls_name, limit=LONGEST_LINE
                    )
            except (OSError, TimeoutError):
                if left == 0:
                    raise
        raise NoAnswer("the host's name has no address")


async def _resolved(host: str, port: int) -> list[Address]:
    """In a thread of its own: a name server that hangs must hold up neither another name, nor other work of threads,
    nor the end of the process."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Address]] = loop.create_future()

    def tell(outcome: list[Address] | Exception) -> None:
        if found.done():  # nobody waits any more
            return
        if isinstance(outcome, Exception):
            found.set_exception(outcome)
        else:
            found.set_result(outcome)

    def look_up() -> None:
        outcome: list[Address] | Exception
        try:
            outcome = _resolve(host, port)
        except Exception as error:
            outcome = error
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, outcome)

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    return await found


def _resolve(host: str, port: int) -> list[Address]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found)
    return [ipaddress.ip_address(text) for text in texts]


def _request(path: str, host: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nUser-Agent: poolhouse\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


async def _status(reader: asyncio.StreamReader) -> int:
    """Of the first answer that is no interim one. Raises NoAnswer for what is no HTTP, or goes on and on."""
    in_head = False
    for _ in range(MOST_LINES):
        line = await _line(reader)
        if in_head:  # an interim answer's own
            in_head = bool(line.strip())
        elif (found := _STATUS.fullmatch(line)) is None:
            raise NoAnswer("the answer is no HTTP")
        elif not found[1].startswith(b"1"):
            return int(found[1])
        else:
            in_head = True
    raise NoAnswer("the answer never comes")


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise NoAnswer("the answer is no HTTP") from error
