"""One HTTP request to an address that has been judged: what is read of the answer has a bound.

The library makes the request and reads the answer (docs/decisions/0092-calls-outside.md); it is handed the connection,
so it resolves no name. Imported by a call, not by a start.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpcore2
from httpcore2 import AnyIOBackend

MAPPED = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException)
CONNECT_S = 5.0
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class TooLong(Exception):
    """The body is longer than was asked for."""


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
    pool = httpcore2.AsyncConnectionPool(
        ssl_context=tls, network_backend=_Judged(addresses), max_keepalive_connections=0
    )
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    try:
        async with pool, pool.stream(method, url, headers=sent, content=body) as response:
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


class _Judged(AnyIOBackend):
    """Connects to the first of the addresses that takes the connection, whatever the host is called."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses

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
                return await super().connect_tcp(str(address), port, CONNECT_S)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if left == 0:
                    raise
        raise httpcore2.ConnectError("the host's name has no address")
