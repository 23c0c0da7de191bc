"""A database that nobody has made anything in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.postgres import empty_database


@pytest.fixture
def empty(postgres_url: str) -> Iterator[str]:
    with empty_database(postgres_url, "empty") as url:
        yield url
