"""Connections that trickle or stay, against a real server: they neither silence it nor keep it from ending."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.e2e.test_up import Running

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
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOLHOUSE_LOG_LEVEL", "error")  # nobody reads what it says, and a pipe is soon full
    server = Running(data)
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
    data: Path, kind: signal.Signals
) -> None:
    server = Running(data)
    with half_sent(server.credentials["host"]) as held:
        server.process.send_signal(kind)
        assert server.process.wait(60) == 0
        assert everything(held).startswith(b"HTTP/1.1 408")


def test_workers_end_although_somebody_holds_half_a_body(data: Path) -> None:
    server = Running(data, "--workers", "2")
    with half_sent(server.credentials["host"]):
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0


@pytest.mark.parametrize("flags", [(), ("--workers", "2")])
def test_a_draining_server_is_unready_before_it_takes_no_more_connections(
    data: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    monkeypatch.setenv("POOLHOUSE_DRAIN_S", "5")
    server = Running(data, *flags)
    host = server.credentials["host"]
    server.process.send_signal(signal.SIGTERM)
    until(lambda: httpx.get(f"{host}/readyz", timeout=20).status_code == 503)
    assert httpx.get(f"{host}/healthz").status_code == 200
    assert server.process.wait(60) == 0


def until(true: Callable[[], bool]) -> None:
    while not true():
        pass


def test_workers_wait_for_what_a_script_may_take() -> None:
    from poolhouse.customdb.model import LARGEST_TIMEOUT_MS
    from poolhouse.serving import LONGEST_REQUEST_S
    from poolhouse.settings import Settings

    assert LONGEST_REQUEST_S > 2 * LARGEST_TIMEOUT_MS / 1000
    assert Settings().statement_timeout_s < LONGEST_REQUEST_S
