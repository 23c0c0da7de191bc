"""A collector that is gone, slow or full costs spans, which are counted, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from tests.tracing.collector import Collector, collecting

from poolhouse import logs, tracing
from poolhouse.settings import Settings, SettingsUnfit
from poolhouse.tracing import queue, sending
from poolhouse.tracing.queue import SPANS, Queue
from poolhouse.tracing.sending import obstacle, sent

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("opentelemetry", "requests", "google"):
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Missing())
"""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setattr(queue, "EVERY_S", 0.02)
    with collecting() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        yield found


def counted() -> dict[str, float]:
    return {outcome: SPANS.labels(outcome)._value.get() for outcome in ("sent", "failed", "dropped")}


def since(before: dict[str, float]) -> dict[str, float]:
    return {outcome: now - before[outcome] for outcome, now in counted().items() if now != before[outcome]}


async def until(before: dict[str, float], **wanted: float) -> None:
    async with asyncio.timeout(60):
        while since(before) != wanted:  # noqa: ASYNC110 - another thread's
            await asyncio.sleep(0.01)


def record(spans: int) -> None:
    for _ in range(spans):
        with tracing.work("work"):
            pass


async def test_what_the_collector_takes_is_counted_as_sent(collector: Collector) -> None:
    before = counted()
    async with sent():
        record(3)
        await until(before, sent=3)
    assert [one.name for one in collector.spans] == ["work"] * 3


async def test_what_it_refuses_is_counted_and_told_once(
    collector: Collector, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_log", structlog.get_logger("poolhouse.tracing"))
    logs.configure()
    collector.answers, before = 400, counted()
    async with sent():
        for number in (1, 2):
            record(1)
            await until(before, failed=number)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    first, last = (line for line in lines if line["event"] == "spans_lost")
    assert (first["spans"], first["outcomes"], last["spans"]) == (1, {"failed": 1}, 1)
    assert "400" in first["cause"]
    assert len(lines) == 2


async def test_a_full_queue_drops_what_comes_and_holds_nobody_up(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST", 10)
    monkeypatch.setattr(sending, "ENDING_S", 0.2)
    collector.holds.clear()
    before = counted()
    async with sent():
        record(1)
        found = tracing_queue()
        async with asyncio.timeout(60):
            while found._spans:  # noqa: ASYNC110 - the thread has taken it, and waits for the answer
                await asyncio.sleep(0.01)
        record(10 + 7)
        assert since(before) == {"dropped": 7}
        began = monotonic()
    assert monotonic() - began < 5
    assert since(before)["dropped"] == 17
    assert not tracing.is_on()


def tracing_queue() -> Queue:
    """That of the tracer which records now."""
    processors = tracing._tracer.span_processor._span_processors  # type: ignore[union-attr]
    found: Queue = processors[0]
    return found


async def test_an_ending_server_sends_what_waits(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "EVERY_S", 60.0)
    async with sent():
        record(5)
    assert len(collector.spans) == 5


async def test_a_collector_that_is_gone_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{probe.getsockname()[1]}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
        before = counted()
        async with sent():
            record(2)
        assert since(before) == {"failed": 2}


def test_a_send_that_raises_does_not_end_the_thread() -> None:
    def send(_spans: Any) -> bool:
        raise RuntimeError

    before = counted()
    found = Queue(send)
    found.on_end(SimpleNamespace())
    found.close(5.0)
    assert since(before) == {"failed": 1}


# -- whether there is one -----------------------------------------------------------------------------------

NAMED = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL"),
        (
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"},
            None,
        ),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_SDK_DISABLED": "TRUE"}, None),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_TRACES_EXPORTER": "none"}, None),
    ],
)
def test_what_is_in_the_way_of_a_named_collector_is_told_in_both_languages(
    more: dict[str, str], said: str | None
) -> None:
    told = obstacle(NAMED | more)
    assert told is None if said is None else all(said in sentence for sentence in told or ())


async def test_nothing_is_recorded_where_no_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    async with sent():
        assert not tracing.is_on()
        with tracing.work("work") as span, tracing.span("part") as part:
            assert (span, part) == (None, None)


def test_a_traceparent_goes_on_only_behind_proxies() -> None:
    with pytest.raises(SettingsUnfit, match="POOLHOUSE_TRUSTED_PROXIES"):
        Settings(traceparent="continued")
    assert Settings(traceparent="continued", trusted_proxies=1).traceparent == "continued"


def test_a_server_without_the_packages_says_so_and_serves(empty_url: str, tmp_path: Any) -> None:
    program = f"{WITHOUT}\nfrom poolhouse.cli import main\nmain()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "up", "--data", str(tmp_path), "--port", "0"],
        env={**os.environ, **NAMED, "POOLHOUSE_DATABASE_URL": empty_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.terminate()
    _, told = process.communicate(timeout=300)
    assert "is up at" in first, told
    assert "pip install 'poolhouse[opentelemetry]'" in told
    assert process.returncode == 0


def test_a_server_without_a_collector_imports_nothing_of_opentelemetry() -> None:
    program = (
        "import sys, poolhouse.app, poolhouse.serving, poolhouse.tracing.sending\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'google.protobuf', 'requests'))])"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=300
    )
    assert ran.stdout == "[]\n", ran.stderr
