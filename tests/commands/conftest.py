"""Commands of the tree, on the test's own database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.services import Services

Said = Callable[..., Any]


@pytest.fixture
def said(services: Services, pool: PoolForTests, capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command as an operator would on the test's database and gives what it printed, as JSON."""

    async def run(command: Callable[..., None], *args: Any, **given: Any) -> Any:
        given |= {"data": services.settings.data, "database_url": services.db.url, "as_json": True}
        await asyncio.to_thread(command, *args, **given)
        return json.loads(capsys.readouterr().out)

    return run
