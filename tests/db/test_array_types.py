"""What the driver is told of arrays without asking is what the server would have said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from asyncpg.introspection import INTRO_LOOKUP_TYPES
from tests.db.statements import statements

from poolhouse.db.array_types import ARRAYS, row_of
from poolhouse.db.sessions import connect

VALUES: dict[str, list[Any]] = {
    "bool": [True, None],
    "bytea": [b"x"],
    "char": [b"c"],
    "name": ["users"],
    "int2": [1],
    "int4": [1, 2],
    "varchar": ["v"],
    "int8": [2**40],
    "float4": [0.5],
    "float8": [0.1],
    "timestamptz": [datetime(2026, 1, 2, tzinfo=UTC)],
    "numeric": [Decimal("1.5")],
    "uuid": [UUID(int=7)],
}

FEWEST = 550


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Any]:
    opened = await connect(database_url, "test")
    yield opened
    await opened.close()


async def test_each_is_as_the_server_has_it(connection: Any) -> None:
    rows = {row["oid"]: row for row in await connection.fetch(INTRO_LOOKUP_TYPES, [*ARRAYS])}
    for array in ARRAYS:
        assert {name: rows[array][name] for name in row_of(array)} == row_of(array)


async def test_values_go_there_and_come_back_and_nobody_is_asked(connection: Any) -> None:
    connection._intro_query = "would be refused"
    for name, values in VALUES.items():
        assert await connection.fetchval(f'select $1::"{name}"[]', values) == values


async def test_no_statement_of_the_source_has_a_type_that_is_asked_for(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting of Citus would make the question itself quick, but show shards as tables, and no pooler in transaction
    mode keeps it."""
    asked, prepared = set[int](), 0

    async def ask(_: Any, numbers: Any, timeout: Any) -> Any:
        asked.update(numbers)
        raise AssertionError(numbers)

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", ask)
    for text in {one.filled for one in statements()}:
        with suppress(asyncpg.SyntaxOrAccessError, AssertionError):
            await connection.prepare(text)
            prepared += 1
    assert asked == set()
    assert prepared > FEWEST


async def test_others_are_asked_for(connection: Any) -> None:
    assert await connection.fetchval("select array[int4range(1, 3)]") == [
        await connection.fetchval("select int4range(1, 3)")
    ]
