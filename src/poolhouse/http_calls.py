"""One HTTP request to an address that has been judged: what is read of the answer has a bound.

The library makes the request and reads the answer (docs/decisions/0092-calls-outside.md); it is handed the connection,
so it resolves no name. Imported by a call, not by a start.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore2
from httpcore2 import AnyIOBackend

MAPPED = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException)
CONNECT_S = 5.0
LONGEST_HEAD = 32 * 1024
"""Bytes until the answer begins, whatever is announced before it (1xx)."""
MOST_PARTS = 2_000
"""Of a body: one of 128 kB in pieces of one byte takes seconds to read."""
AT_A_TIME = 4096
"""Bytes that are read between two turns of everybody else."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class TooLong(Exception):
    """The body is longer than was asked for, or comes in more pieces."""


class Broken(Exception):
    """No connection, or no whole HTTP answer. The text is ours."""


async def exchange(
    method: str,
    target: tuple[bool, str, int, str],
    addresses: Sequence[Address],
    headers: Mapping[str, str],
    body: bytes | None,
    most: int,
    tls: ssl.SSLContext | None,
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case, the last of each name) and body. `target`: TLS or not, host, port, path with query.
    `most` 0: nothing of the body is read. Raises Broken, TooLong; the caller bounds the time."""
    is_tls, host, port, path = target
    url = httpcore2.URL(
        scheme=b"https" if is_tls else b"http", host=host.encode(), port=port, target=path.encode()
    )
    judged = _Judged(addresses)
    pool = httpcore2.AsyncConnectionPool(ssl_context=tls, network_backend=judged, max_keepalive_connections=0)
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    try:
        async with pool, pool.stream(method, url, headers=sent, content=body) as response:
            judged.head.ended = True
            found = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if response.status > 599:
                raise Broken("the answer is no HTTP")
            return response.status, found, await _read(response, most) if most else b""
    except MAPPED as error:
        raise Broken(_said(error)) from error
    except UnicodeError as error:
        raise Broken("the address or a header is not ASCII") from error


async def _read(response: httpcore2.Response, most: int) -> bytes:
    parts, length = [], 0
    async for part in response.aiter_stream():
        length += len(part)
        if length > most:
            raise TooLong
        parts.append(part)
        if len(parts) > MOST_PARTS:
            raise TooLong
    return b"".join(parts)


def _said(error: Exception) -> str:
    """Nothing of what the other side sent."""
    if isinstance(error, httpcore2.ProtocolError):
        return "the answer is no HTTP, or is cut short"
    cause = error.__context__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {cause.verify_message}"[:200]
    if isinstance(cause, ssl.SSLError):
        return f"no TLS: {cause.reason}"[:200]
    return f"{type(cause).__name__}: {getattr(cause, 'strerror', None) or 'connection lost'}"[:200]


@dataclass(slots=True)
class _Head:
    read: int = 0
    ended: bool = False


class _Bounded(httpcore2.AsyncNetworkStream):
    """Reads little at a time, and a head up to LONGEST_HEAD."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, head: _Head) -> None:
        self._stream, self._head = stream, head

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = await self._stream.read(min(max_bytes, AT_A_TIME), timeout)
        if not self._head.ended:
            self._head.read += len(received)
            if self._head.read > LONGEST_HEAD:
                raise httpcore2.RemoteProtocolError("no answer begins")
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        inside = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _Bounded(inside, self._head)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Judged(AnyIOBackend):
    """Connects to the first of the addresses that takes the connection, whatever the host is called."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses, self.head = addresses, _Head()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        for left, address in enumerate(self._addresses, 1 - len(self._addresses)):
            try:
                return _Bounded(await super().connect_tcp(str(address), port, CONNECT_S), self.head)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if left == 0:
                    raise
        raise httpcore2.ConnectError("the host's name has no address")
