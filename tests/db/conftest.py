"""A database that nobody has made anything in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.postgres import on_database, run_sql

from poolhouse.ids import new_id


@pytest.fixture
def empty(postgres_url: str) -> Iterator[str]:
    name = f"empty_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    yield on_database(postgres_url, name)
    run_sql(postgres_url, f'drop database "{name}" with (force)')
