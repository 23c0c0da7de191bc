"""Stand-ins that are asked by HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.federation.peers.model import Fault, Redirecting

from poolhouse.federation.model import Begun

Answer = tuple[int, Any]
"""A status, and what is JSON or bytes."""
Spoiler = Callable[[asyncio.StreamWriter, bytes], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


async def _hang(writer: asyncio.StreamWriter, sent: bytes) -> None:
    await asyncio.sleep(30)


async def _flood(writer: asyncio.StreamWriter, sent: bytes) -> None:
    writer.write(HEAD + b"\r\n")
    for _ in range(160):
        writer.write(b" " * 65_536)
        await writer.drain()


async def _nonsense(writer: asyncio.StreamWriter, sent: bytes) -> None:
    writer.write(HEAD + b"content-length: 7\r\n\r\n<a>&\xff[{")


async def _refusal(writer: asyncio.StreamWriter, sent: bytes) -> None:
    repeated = sent.decode(errors="replace")
    body = json.dumps(
        {"error": repeated, "error_description": repeated, "errmsg": repeated, "errcode": 40029, "code": 7}
    ).encode()
    writer.write(HEAD.replace(b"200 OK", b"400 No") + b"content-length: %d\r\n\r\n%b" % (len(body), body))


SPOILERS: dict[Fault, Spoiler] = {"hang": _hang, "flood": _flood, "nonsense": _nonsense, "refusal": _refusal}


class Web(Redirecting):
    """`calls` are paths. `answer` is what is said when nothing is spoiled."""

    def __init__(self) -> None:
        super().__init__()
        self.spoiled: dict[str, Spoiler] = {}
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        """Path, headers by their names in lower case, and form, of each call."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(
        self, path: str, query: dict[str, str], headers: dict[str, str], form: dict[str, str]
    ) -> Answer:
        raise NotImplementedError

    def spoil(self, call: str, fault: Fault) -> None:
        self.spoiled[call] = SPOILERS[fault]

    def mend(self) -> None:
        self.spoiled.clear()

    def state(self, begun: Begun) -> str:
        return self.query(begun)["state"]

    def callback(self, begun: Begun) -> str:
        return self.query(begun)["redirect_uri"]

    def query(self, begun: Begun) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(begun.address).query))

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            path, _, query = head.split(b" ")[1].decode().partition("?")
            if spoiler := self.spoiled.get(path):
                await spoiler(writer, head + body)
            else:
                pairs = (line.partition(": ") for line in head.decode().split("\r\n")[1:] if line)
                headers = {name.lower(): value for name, _, value in pairs}
                is_form = headers.get("content-type") == "application/x-www-form-urlencoded"
                form = dict(parse_qsl(body.decode())) if is_form else {"": body.decode()} if body else {}
                self.asked.append((path, headers, form))
                status, said = self.answer(path, dict(parse_qsl(query)), headers, form)
                text = said if isinstance(said, bytes) else json.dumps(said).encode()
                head_of_answer = HEAD.replace(b"200 OK", b"%d X" % status)
                writer.write(head_of_answer + b"content-length: %d\r\n\r\n" % len(text) + text)
            await writer.drain()
        writer.close()
