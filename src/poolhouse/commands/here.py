"""The operator's door where no server runs: on a database opened for one command, embedded ones started for it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

from poolhouse import logs
from poolhouse.client.running import Ask
from poolhouse.client.words import say
from poolhouse.commands.directory import account_here, services_of
from poolhouse.commands.server import settings_from
from poolhouse.wire.operator.door import Door


@contextmanager
def here(data: str, database_url: str | None) -> Iterator[Ask]:
    """Raises DatabaseUnfit where there is no database to open."""
    settings = settings_from(Path(data), database_url)
    logs.configure("error")
    if sys.stderr.isatty():
        words = (
            f"{settings.data} 没有运行中的服务，直接打开数据库，要等几秒……",
            f"no server runs on {settings.data}: opening its database for this command, which takes some seconds",
        )
        print(say(words), file=sys.stderr)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        services = runner.run(stack.enter_async_context(services_of(settings)))
        door, account = Door(services), account_here()

        def ask(question: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = json.loads(
                runner.run(door.answer(json.dumps(question).encode(), account))
            )
            return answer

        try:
            yield ask
        finally:
            runner.run(stack.aclose())
