"""What a start does on its way to the first request."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from poolhouse import serving
from poolhouse.commands import server
from poolhouse.sandbox.installation import SandboxUnfit
from poolhouse.settings import Settings


async def test_scripts_that_cannot_run_end_the_start_before_there_is_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfit() -> None:
        raise SandboxUnfit("Deno is missing")

    @contextmanager
    def database(_: Settings) -> Iterator[str]:
        raise AssertionError("it was begun")
        yield

    monkeypatch.setattr(server, "check_scripts", unfit)
    monkeypatch.setattr(serving, "database", database)
    with pytest.raises(SandboxUnfit, match="Deno is missing"):
        await server._up(Settings(data=tmp_path, port=0), 0.0)
    assert gc.isenabled()


async def test_a_worker_that_missed_its_signal_is_told_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(serving, "TOLD_AGAIN_S", 0)
    monkeypatch.setattr(serving.os, "kill", lambda pid, kind: told.append((pid, kind)))
    await serving._hurry(lambda: told.append("hurry"), lambda: True, 0)
    assert told == ["hurry", (os.getpid(), signal.SIGTERM)]


def test_the_garbage_collector_rests_until_the_server_is_up_and_passes_over_what_was_there() -> None:
    frozen = gc.get_freeze_count()
    try:
        with server.collector_resting() as awake:
            assert not gc.isenabled()
            awake()
            assert gc.isenabled()
            assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
