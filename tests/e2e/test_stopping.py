"""Connections that trickle or stay, against a real server: they neither silence it nor keep it from ending."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from aiosmtpd.controller import Controller
from tests.e2e.test_up import Running
from tests.mail.test_delivery import Mailbox
from tests.mail.test_fair_delivery import free_port
from tests.postgres import empty_database

from poolhouse.caller import Caller
from poolhouse.services import opened
from poolhouse.settings import Settings

HALF = b"POST %s HTTP/1.1\r\nHost: poolhouse\r\nContent-Length: 1000\r\n\r\n{"


def half_sent(host: str, path: bytes = b"/graphql/v2") -> socket.socket:
    """A connection with a body of which one byte has come."""
    url = httpx.URL(host)
    connection = socket.create_connection((url.host, url.port), timeout=60)
    connection.sendall(HALF % path)
    return connection


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def test_a_thousand_half_sent_bodies_silence_nobody_and_all_are_ended(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOLHOUSE_LOG_LEVEL", "error")  # nobody reads what it says, and a pipe is soon full
    server = Running(begun)
    host = server.credentials["host"]
    with ExitStack() as stack:
        stack.callback(server.stop)
        held = [stack.enter_context(half_sent(host)) for _ in range(1200)]
        assert httpx.get(f"{host}/healthz", timeout=60).status_code == 200
        assert httpx.get(f"{host}/oidc/.well-known/openid-configuration", timeout=60).status_code in (
            200,
            429,
        )
        statuses = {everything(connection)[:12] for connection in held}
        assert statuses == {b"HTTP/1.1 408", b"HTTP/1.1 429"}
        assert httpx.get(f"{host}/oidc/.well-known/openid-configuration", timeout=60).status_code == 200


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_server_told_to_stop_ends_although_somebody_holds_half_a_body(
    begun: Path, kind: signal.Signals
) -> None:
    server = Running(begun)
    with half_sent(server.credentials["host"]) as held:
        server.process.send_signal(kind)
        assert server.process.wait(60) == 0
        assert everything(held).startswith(b"HTTP/1.1 408")


def test_workers_told_to_stop_while_they_start_end_at_once(begun: Path) -> None:
    server = Running(begun, "--workers", "6")  # so many start slowly: some are at it when the first is ready
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0


def test_workers_end_although_somebody_holds_half_a_body(begun: Path) -> None:
    server = Running(begun, "--workers", "2")
    with half_sent(server.credentials["host"]):
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0


def test_workers_do_not_wait_to_be_killed_for_a_body_that_buys_itself_time(begun: Path) -> None:
    from poolhouse.serving import LONGEST_REQUEST_S

    server = Running(begun, "--workers", "2")
    url = httpx.URL(server.credentials["host"])
    with socket.create_connection((url.host, url.port), timeout=60) as held:
        head = b"Content-Length: 3000000\r\nExpect: 100-continue"
        held.sendall(HALF.replace(b"Content-Length: 1000", head) % b"/graphql/v2")
        assert held.recv(65536).startswith(
            b"HTTP/1.1 100"
        )  # a worker is up and reads it; the other may not be yet
        server.process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        with pytest.raises(OSError):
            while True:
                held.sendall(b" " * 20_000)
                time.sleep(1)
        ended = time.monotonic()
    assert server.process.wait(60) == 0
    assert ended - told < LONGEST_REQUEST_S / 2


@pytest.mark.parametrize("flags", [(), ("--workers", "2")])
def test_a_draining_server_is_unready_before_it_takes_no_more_connections(
    begun: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    monkeypatch.setenv("POOLHOUSE_DRAIN_S", "5")
    server = Running(begun, *flags)
    host = server.credentials["host"]
    url = httpx.URL(host)
    with socket.create_connection((url.host, url.port), timeout=20) as kept:
        kept.sendall(ASK)
        assert b"connection: close" not in kept.recv(65536)
        server.process.send_signal(signal.SIGTERM)
        until(lambda: httpx.get(f"{host}/readyz", timeout=20).status_code == 503)
        kept.sendall(ASK)
        answer = everything(kept)  # ends, for the server ends the connection
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in answer
    assert httpx.get(f"{host}/healthz").status_code == 200
    assert server.process.wait(60) == 0


ASK = b"GET /healthz HTTP/1.1\r\nHost: poolhouse\r\n\r\n"

LOGIN = """
async function login(query, password) { return { id: '7', username: 'wang' }; }
"""
SLOW_RECORD = """
async function updateUser(id, updates) { await new Promise((done) => setTimeout(done, 1500)); return null; }
"""
SIGN_IN = 'mutation($p: String!) { loginByUsername(input: {username: "wang", password: $p}) { token } }'


@pytest.fixture
def outside(postgres_url: str) -> Iterator[str]:
    """A database that is still there when the server has ended."""
    with empty_database(postgres_url, "stopping") as url:
        yield url


@pytest.mark.parametrize("flags", [(), ("--workers", "2")])
async def test_what_the_last_requests_left_to_do_is_done_before_a_server_ends(
    data: Path, outside: str, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    """The record of a login, which a script writes; that call's row in the script log; a mail half sent."""
    mailbox = Mailbox()
    mailbox.slow_s = 2.5
    port = free_port()
    with started(Controller(mailbox, hostname="127.0.0.1", port=port)):
        monkeypatch.setenv("POOLHOUSE_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("POOLHOUSE_SMTP_PORT", str(port))
        monkeypatch.setenv("POOLHOUSE_SMTP_SECURITY", "none")
        monkeypatch.setenv("POOLHOUSE_SMTP_SENDER", "no-reply@example.com")
        server = await asyncio.to_thread(Running, data, "--database-url", outside, *flags)
        known = server.credentials
        async with opened(Settings(data=data), outside) as services:
            admin = Caller(known["userPoolId"], "administrator", actor_id="test")
            for name, source in (("login", LOGIN), ("updateUser", SLOW_RECORD)):
                saved = await services.customdb.save_script(admin, name, source)
                await services.customdb.publish(admin, name, saved.version)
            changes = {"enabled": True, "mode": "CUSTOM_USER_STORE", "record_logins": True}
            await services.customdb.update(admin, changes)
            await asyncio.sleep(1)  # until the server has heard of it
            values = {"code": "246810", "app_name": "shop"}
            await services.mail.queue_email(services.db, admin, "login_code", "li@example.com", values)
        while not mailbox.begun:  # noqa: ASYNC110 - counted by the controller's thread
            await asyncio.sleep(0.02)
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(
                f"{known['host']}/graphql/v2",
                json={"query": SIGN_IN, "variables": {"p": "secret"}},
                headers={"x-authing-userpool-id": known["userPoolId"], "x-authing-app-id": known["appId"]},
            )
        assert answer.json()["data"]["loginByUsername"]["token"]
        server.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(server.process.wait, 60) == 0

    connection = await asyncpg.connect(outside)
    calls = await connection.fetch("select name, success from custom_script_logs order by name")
    mails = await connection.fetch("select status from mail_outbox")
    await connection.close()
    assert [tuple(row) for row in calls] == [("login", True), ("updateUser", True)]
    assert [row["status"] for row in mails] == ["sent"]


@contextmanager
def started(controller: Controller) -> Iterator[None]:
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def until(true: Callable[[], bool]) -> None:
    while not true():
        pass


def test_workers_wait_for_what_a_script_may_take() -> None:
    from poolhouse.customdb.model import LARGEST_TIMEOUT_MS
    from poolhouse.serving import LONGEST_REQUEST_S
    from poolhouse.settings import Settings

    assert LONGEST_REQUEST_S > 2 * LARGEST_TIMEOUT_MS / 1000
    assert Settings().statement_timeout_s < LONGEST_REQUEST_S
