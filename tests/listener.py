"""A web server on the loopback that keeps what it is sent, and answers well or badly."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


class Listener:
    """Keeps the requests it gets, and answers `answer` or does what it says."""

    def __init__(self) -> None:
        self.answer: bytes | Callable[[asyncio.StreamWriter], Awaitable[object]] = OK
        self.got: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            self.got.append(head + await reader.readexactly(int(length[1]) if length else 0))
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
            else:
                await self.answer(writer)
            await writer.drain()
        writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self, path: str) -> list[bytes]:
        """The requests for it."""
        return [one for one in self.got if one.split(b" ")[1].partition(b"?")[0] == path.encode()]

    @property
    def forms(self) -> list[dict[str, str]]:
        """Of each request its form."""
        bodies = [parse_qs(one.partition(b"\r\n\r\n")[2].decode(), strict_parsing=True) for one in self.got]
        return [{name: values[0] for name, values in body.items()} for body in bodies]


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    yield listener
    server.close()
