"""Who may come in at once, and bodies that trickle: refused in words, in the caller's envelope, and no place lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from poolhouse.app import asgi
from poolhouse.caller import neighborhood
from poolhouse.errors import TooManyRequests
from poolhouse.services import Services
from poolhouse.wire import health
from poolhouse.wire.admission import Admission, Limits, Places

CHUNKED = [(b"transfer-encoding", b"chunked")]

READING = ["/graphql/v2", "/api/v2/users", "/api/v3/create-user", "/oidc/token", "/login"]


class Asked:
    """One request whose body the test sends piece by piece."""

    def __init__(
        self,
        app: Any,
        path: str,
        address: str = "192.0.2.1",
        method: str = "POST",
        headers: list[tuple[bytes, bytes]] = CHUNKED,
    ) -> None:
        self.sent: list[dict[str, Any]] = []
        self.pieces: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {
            **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method},
            **{
                "scheme": "http",
                "path": path,
                "raw_path": path.encode(),
                "query_string": b"",
                "headers": headers,
            },
            **{"client": (address, 1), "server": ("127.0.0.1", 80)},
        }
        self.task = asyncio.create_task(app(scope, self.pieces.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def send(self, body: bytes, more: bool = True) -> None:
        self.pieces.put_nowait({"type": "http.request", "body": body, "more_body": more})

    async def answered(self) -> tuple[int, dict[str, str], str]:
        async with asyncio.timeout(30):
            await self.task
        headers = {name.decode().lower(): value.decode() for name, value in self.sent[0]["headers"]}
        return self.sent[0]["status"], headers, self.sent[-1]["body"].decode()


async def arriving(admission: Admission, count: int) -> None:
    """Returns when the handlers of `count` requests wait for their bodies."""
    async with asyncio.timeout(30):
        while len(admission.arriving) != count:  # noqa: ASYNC110
            await asyncio.sleep(0)


def limited(services: Services, **limits: Any) -> tuple[Any, Admission]:
    app = asgi(services)
    app.state.admission.limits = Limits(**limits)
    admission: Admission = app.state.admission
    admission._requests = Places(admission.limits.requests, admission.limits.requests_an_address)
    admission.slow = Places(admission.limits.slow, admission.limits.slow_an_address)
    return app, admission


@pytest.fixture
async def closing() -> AsyncIterator[list[Asked]]:
    asked: list[Asked] = []
    yield asked
    for one in asked:
        one.task.cancel()
    await asyncio.gather(*(one.task for one in asked), return_exceptions=True)


@pytest.mark.parametrize("path", READING)
async def test_a_body_that_stops_arriving_is_refused_and_its_connection_ended(
    services: Services, path: str
) -> None:
    app, admission = limited(services, body_s=0.05)
    asked = Asked(app, path)
    asked.send(b"{")
    status, headers, body = await asked.answered()
    assert status == (400 if path in ("/oidc/token", "/login") else 408), body
    assert headers["connection"] == "close"
    assert admission.arriving == set()
    if status == 408:
        assert "请求体传输过慢" in body


async def test_bytes_that_arrive_buy_time_up_to_a_limit(services: Services) -> None:
    app, _ = limited(services, body_s=0.05, body_bytes_a_second=1, longest_body_s=0.3)
    asked = Asked(app, "/api/v3/create-user")
    asked.send(b"{" + b" " * 1000)
    await asyncio.sleep(0.15)
    assert not asked.task.done()
    assert (await asked.answered())[0] == 408


async def test_a_whole_body_has_no_deadline_on_its_answer(services: Services) -> None:
    app, admission = limited(services, body_s=0.0)
    asked = Asked(app, "/api/v3/get-management-token")
    asked.send(b"{}", more=False)
    assert (await asked.answered())[0] == 200
    assert admission.slow._taken == 0


@pytest.mark.parametrize("path", READING)
async def test_a_caller_who_leaves_in_the_middle_is_no_fault_of_ours(services: Services, path: str) -> None:
    app, _ = limited(services)
    asked = Asked(app, path)
    asked.send(b"{")
    asked.pieces.put_nowait({"type": "http.disconnect"})
    status, _, body = await asked.answered()
    assert status < 500, body


@pytest.mark.parametrize("path", ["/graphql/v2", "/api/v2/users", "/api/v3/create-user"])
@pytest.mark.parametrize("headers", [[], [(b"content-length", b"0")]])
async def test_nobody_waits_for_a_body_that_no_header_announces(
    services: Services, path: str, headers: list[tuple[bytes, bytes]]
) -> None:
    asked = Asked(asgi(services), path, headers=headers)
    assert "慢" not in (await asked.answered())[2]


async def test_one_address_holds_few_slow_bodies_and_others_are_let_in(
    services: Services, closing: list[Asked]
) -> None:
    app, admission = limited(services, slow_after_s=0.0, slow_an_address=2)
    closing += [Asked(app, "/graphql/v2") for _ in range(5)]
    done, waiting = await asyncio.wait([one.task for one in closing], timeout=1)
    assert (len(done), len(waiting)) == (3, 2)
    for one in closing:
        if one.task.done():
            status, headers, _ = await one.answered()
            assert (status, headers["retry-after"], headers["connection"]) == (429, "1", "close")
    other = Asked(app, "/api/v3/create-user", address="192.0.2.2")
    await arriving(admission, 3)
    other.send(b"{}", more=False)
    assert (await other.answered())[0] == 200


async def test_one_address_takes_half_of_the_places_and_all_get_an_answer_at_once(
    services: Services, closing: list[Asked]
) -> None:
    app, admission = limited(services, requests=3, requests_an_address=2)
    closing += [Asked(app, "/graphql/v2") for _ in range(2)]
    await arriving(admission, 2)
    mine, theirs = Asked(app, "/graphql/v2"), Asked(app, "/graphql/v2", address="192.0.2.2")
    status, headers, body = await mine.answered()
    assert (status, headers["retry-after"]) == (429, "1")
    assert '"code":429' in body
    assert '"statusCode":429' in body
    await arriving(admission, 3)
    closing.append(theirs)
    full = Asked(app, "/api/v3/create-user", address="192.0.2.3")
    assert (await full.answered())[0] == 503
    probe = Asked(app, "/healthz", address="192.0.2.1", method="GET")
    probe.send(b"", more=False)
    assert (await probe.answered())[0] == 200

    theirs.send(b"{}", more=False)
    await theirs.answered()
    again = Asked(app, "/api/v3/create-user", address="192.0.2.3")
    again.send(b"{}", more=False)
    assert (await again.answered())[0] == 200


def test_a_few_addresses_leave_places_to_everybody_else() -> None:
    places = Places(1024, 512)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        while places.take(address) is None:
            pass
    for number in range(100):
        assert places.take(f"198.51.100.{number}") is None
    refusal = places.take("192.0.2.1")
    assert isinstance(refusal, TooManyRequests)


async def test_who_watches_passes_by_the_line_but_not_a_thousand_times_at_once(
    services: Services, closing: list[Asked]
) -> None:
    app, admission = limited(services, requests=1, requests_an_address=1)
    admission._watching = Places(4, 1)
    closing.append(Asked(app, "/graphql/v2"))
    await arriving(admission, 1)
    asked = [Asked(app, "/readyz", method="GET", headers=[]) for _ in range(3)]
    asked.append(Asked(app, "/readyz", address="192.0.2.2", method="GET", headers=[]))
    assert [(await one.answered())[0] for one in asked] == [200, 503, 503, 200]
    again = Asked(app, "/readyz", method="GET", headers=[])
    assert (await again.answered())[0] == 200


async def test_who_asks_while_an_answer_is_made_gets_that_one(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    async def exposition(_: object) -> bytes:
        made.append("text")
        await asyncio.sleep(0.01)
        return b"numbers"

    monkeypatch.setattr(health.numbers, "exposition", exposition)
    app = asgi(services)
    asked = [Asked(app, "/metrics", method="GET", headers=[]) for _ in range(20)]
    assert {(await one.answered())[2] for one in asked} == {"numbers"}
    assert made == ["text"]
    await Asked(app, "/metrics", method="GET", headers=[]).answered()
    assert made == ["text", "text"]


async def test_told_to_stop_bodies_get_little_more_time(services: Services) -> None:
    app, admission = limited(services, last_s=0.0, body_s=60.0)
    asked = Asked(app, "/graphql/v2")
    await arriving(admission, 1)
    admission.hurry()
    assert (await asked.answered())[0] == 408
    late = Asked(app, "/graphql/v2")
    assert (await late.answered())[0] == 408


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::1", "2001:0db8:0001:0002"),
        ("::1", "0000:0000:0000:0000"),
        (None, ""),
        ("testclient", "testclient"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("no:address", "no:address"),
    ],
)
def test_an_ipv6_network_is_one_address(address: str | None, counted_as: str) -> None:
    assert neighborhood(address) == counted_as
