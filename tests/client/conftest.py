"""Commands of the table as somebody types them, on the test's own services."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.conftest import PoolForTests

from poolhouse.cli import function_at
from poolhouse.client import running
from poolhouse.client.exits import Stopped
from poolhouse.client.model import Command
from poolhouse.client.running import Ask
from poolhouse.services import Services
from poolhouse.wire.operator.door import Door


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def _pool(command: Command, pool_id: str) -> list[str]:
    return ["--pool", pool_id] if "--pool" in command.beside else []


Typed = Callable[..., Awaitable[Ended]]


@pytest.fixture
def typed(
    services: Services,
    pool: PoolForTests,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Typed]:
    """Types words on `pool`, or the pool whose id is given, and gives how the command ended."""
    monkeypatch.setenv("POOLHOUSE_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    door = Door(services)

    async def run(*words: str, pool_id: str = pool.id) -> Ended:
        loop = asyncio.get_running_loop()

        @contextmanager
        def elsewhere(data: str, database_url: str | None) -> Iterator[Ask]:
            def ask(question: dict[str, Any]) -> dict[str, Any]:
                answering = door.answer(json.dumps(question).encode(), "tester")
                answer: dict[str, Any] = json.loads(
                    asyncio.run_coroutine_threadsafe(answering, loop).result()
                )
                return answer

            yield ask

        def typed() -> tuple[int, str]:
            command = running.command_of(words)
            assert command is not None, words
            try:
                return running.run(
                    command,
                    [*_pool(command, pool_id), *words[len(command.name.split()) :]],
                    elsewhere,
                    function_at,
                ), ""
            except Stopped as stopped:
                return stopped.status, stopped.said

        status, said = await asyncio.to_thread(typed)
        printed = capsys.readouterr()
        return Ended(status, printed.out, printed.err + said)

    with capture_logs():  # a server's go elsewhere than what a command prints
        yield run
