from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from tests.customdb.engines import mariadb

from poolhouse.sandbox.client import Sandbox


@pytest.fixture(scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    await sandbox.close()


@pytest.fixture(scope="module")
async def urls(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> AsyncIterator[dict[str, str]]:
    """By kind; without `mysql` where MariaDB is not installed."""
    async with contextlib.AsyncExitStack() as stack:
        found = {"pg": database_url}
        with contextlib.suppress(pytest.skip.Exception):
            found["mysql"] = await stack.enter_async_context(mariadb(tmp_path_factory.mktemp("mariadb")))
        yield found
