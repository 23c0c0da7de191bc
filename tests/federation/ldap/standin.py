"""A directory that is none: it answers by rule, or badly, and remembers what it was asked.

What it says of Active Directory follows what Samba's domain controller answered (`test_samba.py` asks a real one).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from poolhouse.federation.providers.ldap import ber
from poolhouse.federation.providers.ldap.ber import Budget, Reader

BIND, SEARCH, EXTENDED = "bind", "search", "starttls"
_KINDS = {0x60: BIND, 0x63: SEARCH, 0x77: EXTENDED}


@dataclass(frozen=True, slots=True)
class Asked:
    """`name`, `password`: of a bind. `filter_`: of a search, as it came."""

    kind: str
    message_id: int
    name: str = ""
    password: str = ""
    filter_: bytes = b""


Answer = Callable[[Asked], bytes | None]
"""None: nothing is said, ever."""


@dataclass(slots=True)
class Standin:
    answer: Answer
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    open: int = 0

    @property
    def kinds(self) -> list[str]:
        return [asked.kind for asked in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            while True:
                head = await reader.readexactly(2)
                head += await reader.readexactly(ber.size_of_head(head) - 2)
                message = head + await reader.readexactly(ber.size_of_content(head))
                asked = _asked(message)
                if asked is None:
                    return
                self.asked.append(asked)
                said = self.answer(asked)
                if said is None:
                    await reader.read()
                    return
                writer.write(said)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.open -= 1
            writer.transport.abort()


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[Standin]:
    standin = Standin(answer)
    server = await asyncio.start_server(standin.serve, "127.0.0.1", 0)
    standin.port = server.sockets[0].getsockname()[1]
    try:
        yield standin
    finally:
        server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await server.wait_closed()


def message(message_id: int, *parts: bytes) -> bytes:
    return ber.sequence(ber.integer(message_id), *parts)


def result(asked: Asked, code: int = 0, said: str = "", *, referral: str = "") -> bytes:
    tag = {BIND: 0x61, SEARCH: 0x65, EXTENDED: 0x78}[asked.kind]
    refers = ber.sequence(ber.octets(referral), tag=0xA3) if referral else b""
    inside = (ber.integer(code, ber.ENUMERATED), ber.octets(""), ber.octets(said), refers)
    return message(asked.message_id, ber.sequence(*inside, tag=tag))


def entry(asked: Asked, dn: str, attributes: Mapping[str, Sequence[str | bytes]]) -> bytes:
    listed = [
        ber.sequence(ber.octets(name), ber.sequence(*map(ber.octets, values), tag=ber.SET))
        for name, values in attributes.items()
    ]
    return message(asked.message_id, ber.sequence(ber.octets(dn), ber.sequence(*listed), tag=0x64))


def _asked(received: bytes) -> Asked | None:
    inside = Reader(memoryview(received), Budget(1000)).inside()
    message_id = inside.integer()
    tag = inside.next_tag
    if tag not in _KINDS:
        return None
    operation = inside.inside(tag)
    if tag == 0x60:
        operation.integer()
        return Asked(BIND, message_id, operation.text(), operation.text(0x80))
    if tag == 0x77:
        return Asked(EXTENDED, message_id)
    for _ in range(6):
        operation.any()
    filter_tag, content = operation.any()
    return Asked(SEARCH, message_id, filter_=bytes((filter_tag,)) + bytes(content))
