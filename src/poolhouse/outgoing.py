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
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
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
    """`named`: hosts and ports of the operator's own network that may be called. `at_once`: how many callers there
    are at most, each of whom may be waiting for a name."""

    def __init__(self, named: Collection[tuple[str, int]] = (), at_once: int = 64) -> None:
        self._named = frozenset((host.lower(), port) for host, port in named)
        # Of their own, and enough: a name server that hangs must hold nobody else's name up, nor other threads' work.
        self._resolvers = ThreadPoolExecutor(at_once, thread_name_prefix="resolver")
        self._tls: ssl.SSLContext | None = None

    async def post_form(self, url: str, fields: dict[str, str]) -> int:
        """The status of the answer. Raises NotAllowed, NoAnswer."""
        split = urlsplit(url)
        host, is_tls = (split.hostname or "").lower(), split.scheme == "https"
        port = split.port or (443 if is_tls else 80)
        addresses = await self._allowed(host, port)
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

    def close(self) -> None:
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def _allowed(self, host: str, port: int) -> list[Address]:
        """All addresses of the host that may be called. Not within a time-out: the thread would go on, unseen."""
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._resolvers, _resolve, host, port)
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
