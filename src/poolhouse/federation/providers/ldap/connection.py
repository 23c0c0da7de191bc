"""One connection to a directory: an address that may be called, TLS, and one request at a time.

Nothing is waited for without a deadline, which is the caller's: whoever is cancelled leaves a closed socket. No thread
waits for a directory. What it sends is read up to a bound, and a referral is told of, never followed.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Literal

from poolhouse.federation.providers.ldap import ber, messages
from poolhouse.federation.providers.ldap.ber import Malformed
from poolhouse.federation.providers.ldap.messages import Entry, Reply, Result, Scope
from poolhouse.networks import Address

CONNECT_S = 5.0
LONGEST_MESSAGE = 256 * 1024
LONGEST_ANSWER = 1024 * 1024
MOST_ELEMENTS = 4000
MOST_REFERENCES = 50
"""Messages of one answer that say where else to look: of a few bytes each, so that their length bounds nothing."""
LARGE = 4 * 1024
"""Messages from here on are taken apart in a thread: that takes longer than a millisecond."""
Security = Literal["tls", "starttls", "plain"]
Exactly = Callable[[int], Awaitable[bytes]]


class NoStartTls(Exception):
    """The directory does not encrypt. The text is the code it answered."""


class Directory:
    """An open connection. Every method raises OSError, ssl.SSLError, Malformed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._last = 1  # of StartTLS

    async def bind(self, dn: str, password: str) -> Result:
        reply = await self._one(messages.bind(self._next(), dn, password), messages.BIND_RESPONSE)
        assert reply.result is not None
        return reply.result

    async def search(
        self,
        base: str,
        scope: Scope,
        filter_: bytes,
        attributes: Sequence[str],
        *,
        most: int,
        seconds: int,
    ) -> tuple[list[Entry], Result]:
        """At most `most` entries; where there are more the result says so (messages.SIZE_LIMIT)."""
        self._send(
            messages.search(self._next(), base, scope, filter_, attributes, most=most, seconds=seconds)
        )
        entries: list[Entry] = []
        left, references = LONGEST_ANSWER, 0
        while True:
            message = await _message(self._reader.readexactly)
            await asyncio.sleep(0)  # what has arrived already is read without waiting: others have a turn
            left -= len(message)
            if left < 0:
                raise Malformed("the answer is too long")
            reply = await self._understood(message)
            if reply.entry is not None:
                entries.append(reply.entry)
                if len(entries) > most:
                    raise Malformed("more entries than were asked for")
            elif reply.tag == messages.DONE:
                assert reply.result is not None
                return entries, reply.result
            elif reply.tag == messages.REFERENCE and references < MOST_REFERENCES:
                references += 1
            else:
                raise Malformed("another answer than was asked for, or too much of one")

    def close(self) -> None:
        """With a word of farewell; a directory that takes nothing any more is not waited for."""
        transport = self._writer.transport
        if not transport.get_write_buffer_size():
            with suppress(OSError, RuntimeError):
                self._writer.write(messages.unbind(self._next()))
                if not transport.get_write_buffer_size():
                    return self._writer.close()
        return transport.abort()

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _send(self, message: bytes) -> None:
        self._writer.write(message)

    async def _one(self, message: bytes, tag: int) -> Reply:
        self._send(message)
        reply = await self._understood(await _message(self._reader.readexactly))
        if reply.tag != tag:
            raise Malformed("another answer than was asked for")
        return reply

    async def _understood(self, message: bytes) -> Reply:
        if len(message) < LARGE:
            reply = messages.read(message, MOST_ELEMENTS)
        else:
            reply = await asyncio.to_thread(messages.read, message, MOST_ELEMENTS)
        if reply.message_id != self._last:
            raise Malformed("an answer to something else")
        return reply


async def opened(
    addresses: Sequence[Address],
    port: int,
    host: str,
    security: Security,
    context: ssl.SSLContext | None,
    reached: Callable[[Literal["starttls", "tls"]], None],
) -> Directory:
    """Raises OSError, ssl.SSLError, Malformed, NoStartTls. `context`: of all but plain connections. `reached` is told
    what is done next."""
    sock = await _connected(addresses, port)
    try:
        if security == "starttls":
            reached("starttls")
            await _start_tls(sock)
        if security != "plain":
            reached("tls")
        name = None if security == "plain" else host
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=context, server_hostname=name, limit=LONGEST_MESSAGE
        )
    except BaseException:
        sock.close()
        raise
    return Directory(reader, writer)


async def _connected(addresses: Sequence[Address], port: int) -> socket.socket:
    """To the first that takes the connection."""
    loop = asyncio.get_running_loop()
    failed: OSError = OSError("the host's name has no address")
    for address in addresses:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(CONNECT_S):
                await loop.sock_connect(sock, (str(address), port))
        except BaseException as error:
            sock.close()
            if not isinstance(error, OSError):  # TimeoutError is one
                raise
            failed = error
        else:
            return sock
    raise failed


async def _start_tls(sock: socket.socket) -> None:
    """Reads the answer and not a byte more: what was put behind it on the way, unencrypted, meets the handshake, and is
    never taken for an answer of the encrypted connection."""
    loop = asyncio.get_running_loop()

    async def exactly(size: int) -> bytes:
        received = b""
        while len(received) < size:
            more = await loop.sock_recv(sock, size - len(received))
            if not more:
                raise asyncio.IncompleteReadError(received, size)
            received += more
        return received

    await loop.sock_sendall(sock, messages.start_tls(1))
    reply = messages.read(await _message(exactly, 4096), 50)
    if reply.message_id != 1 or reply.tag != messages.EXTENDED_RESPONSE or reply.result is None:
        raise Malformed("another answer than was asked for")
    if reply.result.code != messages.SUCCESS:
        raise NoStartTls(f"{reply.result.code} {messages.NAMES.get(reply.result.code, '')}".strip())


async def _message(exactly: Exactly, longest: int = LONGEST_MESSAGE) -> bytes:
    try:
        head = await exactly(2)
        if head[0] != ber.SEQUENCE:
            raise Malformed("no LDAP")
        head += await exactly(ber.size_of_head(head) - 2)
        size = ber.size_of_content(head)
        if size > longest:
            raise Malformed("the answer is too long")
        return head + await exactly(size)
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError("the directory ended the connection") from error
