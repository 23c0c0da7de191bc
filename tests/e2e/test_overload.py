"""A server that gets more than it can answer: some are told to come again, the others are answered.

Nothing here depends on how fast the machine is, but that it does not do 800 requests in a tenth of a second.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.e2e.test_up import Running

FLOODING = [f"192.0.2.{n}" for n in range(1, 9)]
EACH = 100
QUIET = "198.51.100.1"


@dataclass
class Flood:
    """Connections that ask again as soon as they are answered. `saw`: answers by status, once each a sample."""

    host: str
    path: str
    head: str
    body: bytes
    saw: Counter[int] = field(default_factory=Counter)
    samples: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    going: bool = True

    async def connection(self, address: str) -> None:
        url = urlsplit(self.host)
        while self.going:
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            try:
                while self.going:
                    writer.write(
                        f"POST {self.path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {address}\r\n{self.head}"
                        f"content-type: application/json\r\ncontent-length: {len(self.body)}\r\n\r\n".encode()
                        + self.body
                    )
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                    length = int(re.findall(r"content-length: (\d+)", head)[0])
                    status = int(head.split()[1])
                    self.saw[status] += 1
                    self.samples[status] = head, await reader.readexactly(length)
                    if "connection: close" in head:
                        break
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

    async def until(self, status: int, count: int) -> None:
        async with asyncio.timeout(60):
            while self.saw[status] < count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@pytest.fixture
async def running(data: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setenv("POOLHOUSE_TRUSTED_PROXIES", "1")
    server = await asyncio.to_thread(Running, data)
    yield server
    assert await asyncio.to_thread(server.stop) == 0


async def flooded(running: Running, flood: Flood) -> str:
    """Floods the server until it sheds and still answers, and asks it other things meanwhile; its log."""
    host = running.credentials["host"]
    connections = [
        asyncio.create_task(flood.connection(address)) for address in FLOODING for _ in range(EACH)
    ]
    try:
        await flood.until(503, 50)
        async with httpx.AsyncClient(base_url=host, timeout=60) as http:
            for path in ("/healthz", "/readyz", "/metrics"):
                assert (await http.get(path)).status_code == 200
            for _ in range(5):
                given = {
                    "accessKeyId": running.credentials["accessKeyId"],
                    "accessKeySecret": running.credentials["accessKeySecret"],
                }
                mine = {"x-forwarded-for": QUIET}
                answer = await http.post("/api/v3/get-management-token", json=given, headers=mine)
                assert answer.json()["statusCode"] == 200, answer.text
                mine["authorization"] = f"Bearer {answer.json()['data']['access_token']}"
                answer = await http.get("/api/v3/get-user", params={"userId": "nobody"}, headers=mine)
                assert answer.status_code == 200, answer.text
            shed = flood.saw[503]
            await flood.until(200, flood.saw[200] + 50)
            await flood.until(503, shed + 50)
            counted = (await http.get("/metrics")).text
    finally:
        flood.going = False
        await asyncio.gather(*connections)
    assert re.search(r"poolhouse_requests_total\{[^}]*outcome=\"unavailable\"[^}]*\} [1-9]", counted)
    async with httpx.AsyncClient(base_url=host, timeout=60) as http:
        assert (await http.get("/readyz")).status_code == 200
    assert await asyncio.to_thread(running.stop) == 0
    return running.log()


async def token_of(running: Running) -> str:
    async with httpx.AsyncClient(base_url=running.credentials["host"], timeout=60) as http:
        known = running.credentials
        given = {"accessKeyId": known["accessKeyId"], "accessKeySecret": known["accessKeySecret"]}
        answer = await http.post("/api/v3/get-management-token", json=given)
        token: str = answer.json()["data"]["access_token"]
        return token


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v3/update-user", {"userId": "nobody", "nickname": "x"}),
        ("/api/v3/list-users", {}),
    ],
    ids=["look-ups", "lists"],
)
async def test_some_are_told_to_come_again_and_the_others_are_answered(
    running: Running, path: str, body: dict[str, str]
) -> None:
    head = f"authorization: Bearer {await token_of(running)}\r\n"
    flood = Flood(running.credentials["host"], path, head, json.dumps(body).encode())
    log = await flooded(running, flood)
    headers, refused = flood.samples[503]
    assert "retry-after: 1" in headers
    assert "系统繁忙" in refused.decode()
    assert set(flood.saw) <= {200, 429, 503}
    told = [line for line in log.splitlines() if "requests_shed" in line]
    assert told
    assert len([line for line in log.splitlines() if '"status":503' in line]) < flood.saw[503] / 10
