"""A client that costs little: kept connections, one request after another on each, answers not looked into."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import cast

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """Of one round: requests a second, the server's processor milliseconds a request, and the times of requests."""

    rate: float
    cpu_ms: float
    times_ms: list[float]

    def percentile(self, part: float) -> float:
        return sorted(self.times_ms)[int(len(self.times_ms) * part)]


@dataclass(frozen=True, slots=True)
class Target:
    """A server: `pid` whose processor time counts."""

    port: int
    pid: int

    async def load(self, requests: Iterator[bytes], connections: int, seconds: float) -> Load:
        """Raises RuntimeError for an answer that is no success."""
        asking = [await self._connected() for _ in range(connections)]
        times: list[float] = []
        began, used = perf_counter(), self._cpu_s()
        until = began + seconds

        async def ask(one: Asking) -> None:
            while (now := perf_counter()) < until:
                await one.ask(next(requests))
                times.append((perf_counter() - now) * 1000)

        await asyncio.gather(*map(ask, asking))
        took, used = perf_counter() - began, self._cpu_s() - used
        for one in asking:
            one.close()
        return Load(len(times) / took, used * 1000 / len(times), times)

    async def listening(self) -> None:
        """Waits until it is."""
        while True:
            try:
                (await self._connected()).close()
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return

    async def _connected(self) -> Asking:
        _, asking = await asyncio.get_running_loop().create_connection(Asking, "127.0.0.1", self.port)
        return asking

    def _cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


class Asking(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[None] | None = None
        self._missing = 0
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass

    async def ask(self, request: bytes) -> None:
        assert self._transport
        self._answered = asyncio.get_running_loop().create_future()
        self._missing, self._head = -1, b""
        self._transport.write(request)
        await self._answered

    def data_received(self, data: bytes) -> None:
        assert self._answered
        if self._missing < 0:
            self._head += data
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 200") or b'"statusCode":4' in body or b'"errors"' in body:
                self._answered.set_exception(RuntimeError((head + body)[:1000].decode(errors="replace")))
                return
            _, _, length = head.lower().partition(b"content-length: ")
            self._missing, data = int(length.split(b"\r")[0]), body
        self._missing -= len(data)
        if self._missing == 0:
            self._answered.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(error or ConnectionError("closed before the answer"))

    def close(self) -> None:
        assert self._transport
        self._transport.close()


def http(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """The bytes of a request."""
    head = (
        f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
