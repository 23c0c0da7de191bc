"""Bytes on a socket of the real server: whatever they are, the answer is a refusal or none, and the next is served."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import hypothesis
import pytest
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from hypothesis import strategies as st
from tests.fuzz.conftest import dice

from poolhouse.app import asgi
from poolhouse.services import Services

PATHS = (
    b"/graphql/v2",
    b"/api/v2/users/batch",
    b"/api/v3/create-user",
    b"/oidc/token",
    b"/oidc/auth",
    b"/login",
    b"/login/captcha/x.wav",
    b"/healthz",
    b"/metrics",
    b"/api/v3/list-users%2f",
    b"//api/v2//users",
    b"/%00",
    b"/api/v2/users/%ff%ED%A0%80",
    b"*",
    b"http://evil.example/api/v3/list-users",
    b"/a?b=%00&c=%",
    b"",
    b"/\xff",
)
HEADERS = rb"""
Host: x
Host:
Host: a b
Content-Length: 3
Content-Length: +3
Content-Length: -1
Content-Length: 99999999999999999999
Transfer-Encoding: chunked
Transfer-Encoding: gzip, chunked
Transfer-Encoding: identity
X-Odd: \xff\xfe\x80
X-Odd: a\x00b
X-Odd : a
X-Odd: a\r\n b
Content-Type: application/json; charset=\xff
Authorization: Bearer \xff
Authorization: Basic \xff==
Authorization: authing \xff:\xff
Cookie: poolhouse_session=\xff; =;;
User-Agent: \xc3\x28\x80
X-Authing-Userpool-Id: \xff\xfe
X-Authing-App-Id: \xff
X-Authing-App-Tenant-Id: \x80
Date: \xff
X-Forwarded-For: \xff, 1
X-Request-Id: \xff
Expect: 100-continue
Upgrade: websocket
Connection: Upgrade, close
Accept-Language: \xff
Origin: \xff
: empty
no colon
"""
BODIES = rb"""

abc
{}
3\r\nabc\r\n0\r\n\r\n
2\r\n{}\r\n0\r\nTrailer: x\r\n\r\n
3;ext=\xff\r\nabc\r\n0\r\n\r\n
ZZ\r\nabc\r\n
3\r\nab
FFFFFFFFFFFFFFFFF\r\n
-1\r\n\r\n
\x00\xff\x00\xff
0\r\n\r\nGET / HTTP/1.1\r\n\r\n
"""


def spelled(lines: bytes) -> list[bytes]:
    """One a line, with Python's escapes."""
    return [line.decode("unicode_escape").encode("latin-1") for line in lines.splitlines()[1:]]


headers = st.sampled_from([*spelled(HEADERS), b"X-Long: " + b"a" * 20_000])
bodies = st.sampled_from(spelled(BODIES))
HEALTHY = b"GET /healthz HTTP/1.0\r\n\r\n"


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    method = draw(
        st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"HEAD", b"PATCH", b"get", b"\xff"])
    )
    version = draw(st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.1", b"HTTP/2.0", b"HTTP/1.1 x"]))
    given = draw(st.lists(headers, max_size=8)) * draw(st.sampled_from([1, 1, 1, 40]))
    lines = [b" ".join([method, draw(st.sampled_from(PATHS)), version]), b"Host: x", *given, b"", b""]
    end = draw(st.sampled_from([b"\r\n", b"\r\n", b"\n"]))
    whole = end.join(lines) + draw(bodies)
    return whole[: draw(st.integers(1, len(whole)))] if draw(st.integers(0, 5)) == 0 else whole


@pytest.fixture(scope="module")
async def port(services: Services) -> AsyncIterator[int]:
    """Granian, as `poolhouse up` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = Server(asgi(services), address="127.0.0.1", port=port, interface=Interfaces.ASGI,
                    http=HTTPModes.http1, log_enabled=False)  # fmt: skip
    serving = asyncio.create_task(server.serve())
    while not (await say(port, HEALTHY, 10)).startswith(b"HTTP/1.0 200"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    yield port
    server.stop()
    await serving


async def say(port: int, request: bytes, wait_s: float = 0.5) -> bytes:
    """What comes back before the server closes, or within a moment of our last byte."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return b""
    try:
        writer.write(request)
        async with asyncio.timeout(wait_s):
            return await reader.read(64 * 1024)
    except (TimeoutError, OSError):
        return b""
    finally:
        writer.close()


async def test_no_bytes_are_a_fault(port: int) -> None:
    loop = asyncio.get_running_loop()

    @dice
    @hypothesis.given(request=requests())
    def ask(request: bytes) -> None:
        answer = asyncio.run_coroutine_threadsafe(say(port, request), loop).result(30)
        status = answer.split(b" ", 2)[1:2]
        assert not status or not status[0].startswith(b"5") or status[0] == b"501", (request, answer[:500])

    await asyncio.to_thread(ask)
    assert (await say(port, HEALTHY, 10)).startswith(b"HTTP/1.0 200")
