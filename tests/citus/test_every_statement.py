"""Every SQL text of the source that is whole is run on a Citus, and taken back."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.db.statements import statements

from poolhouse.ids import new_id

pytestmark = pytest.mark.citus

NOW = datetime.now(UTC)
OF_TYPE: dict[str, Any] = {
    "text": "x",
    "name": "x",
    "bool": True,
    "int2": 1,
    "int4": 1,
    "int8": 1,
    "oid": 1,
    "float8": 1.0,
    "numeric": Decimal(1),
    "timestamptz": NOW,
    "date": NOW.date(),
    "interval": timedelta(hours=1),
    "bytea": b"x",
    "jsonb": {},
}
"""A value for a parameter of each type; it need not mean anything."""
BY_THE_VALUES = asyncpg.IntegrityConstraintViolationError, asyncpg.DataError
"""Refused for what was given, as on one server."""
NO_STATEMENT = asyncpg.SyntaxOrAccessError
"""A part of one, or of somebody else's database."""
FEWEST = 550


async def test_every_statement_without_a_part_put_in_is_taken(coordinator: str, database_url: str) -> None:
    """By the planner and by the node; one that takes its node down ends the connection."""
    connection = await asyncpg.connect(database_url, command_timeout=20)
    await connection.execute("set citus.override_table_visibility = off")
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    pool_id, refused, ran = new_id(), dict[str, str](), 0
    for one in {each.filled: each for each in statements()}.values():
        if re.search(r"\{\w|pg_advisory|pg_notify", one.filled):
            continue
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "insert into pools (id, name, domain, secret) values ($1, '', $1, '')", pool_id
        )
        try:
            statement = await connection.prepare(one.filled)
        except NO_STATEMENT:
            await transaction.rollback()
            continue
        ran += 1
        try:
            await statement.fetch(*_values(statement, pool_id))
        except BY_THE_VALUES:
            pass
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            refused[one.function] = f"{type(error).__name__}: {error}"
        if connection.is_closed():
            break
        await transaction.rollback()
    await connection.close()
    assert refused == {}
    assert ran > FEWEST


def _values(statement: Any, pool_id: str) -> list[Any]:
    """$1 is the pool in nearly all of them, so that the statement reaches a node."""
    found: list[Any] = []
    for number, parameter in enumerate(statement.get_parameters()):
        name = parameter.name.removesuffix("[]").removeprefix("_")
        value = pool_id if number == 0 and name == "text" else OF_TYPE.get(name)
        found.append([value] if parameter.kind == "array" else value)
    return found
