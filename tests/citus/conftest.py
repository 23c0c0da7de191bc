"""What the tests of a distributed database share: a Citus, which only the environment can name."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.nodes import drop_database, is_citus, make_database
from tests.postgres import await_in_thread, on_database

from poolhouse.db.migrations import migrate
from poolhouse.ids import new_id


@pytest.fixture(scope="session")
def coordinator() -> str:
    """The URL of a coordinator that databases can be made on."""
    url = os.environ.get("POOLHOUSE_TEST_DATABASE_URL", "")
    if not url or not is_citus(url):
        pytest.skip("no Citus: name its coordinator by POOLHOUSE_TEST_DATABASE_URL (docs/testing.md)")
    return url


@pytest.fixture
def plain(coordinator: str) -> Iterator[str]:
    """A migrated database of Citus that is not distributed."""
    name = f"citus_{new_id()}"
    make_database(coordinator, name)
    url = on_database(coordinator, name)
    await_in_thread(migrate(url))
    yield url
    drop_database(coordinator, name)
