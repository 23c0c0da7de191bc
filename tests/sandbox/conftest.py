from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from poolhouse.sandbox import Sandbox


@pytest.fixture(scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    await sandbox.close()
