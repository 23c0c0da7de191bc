"""Both official clients over the users family on pools whose users are in somebody else's database."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts, legacy  # noqa: F401
from tests.wire.v3.samples import fits, sow
from tests.wire.v3.test_clients import NODE_ROWS, PYTHON_ROWS, node_calls, python_call

from poolhouse.customdb.model import Mode
from poolhouse.services import Services
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import contract

REFUSALS = {400, 404, 409, 422, 501, 603}


def family(rows: list[Endpoint]) -> list[Endpoint]:
    """Reads first, then writes, what ends a user last: all calls share one pool."""
    users = [row for row in rows if contract()[(row.method, row.url)].family == "users"]
    return sorted(users, key=lambda row: (row.method, "resign" in row.path, "delete" in row.path, row.path))


@pytest.mark.parametrize("mode", ["CUSTOM_USER_STORE", "LAZY_MIGRATION"])
async def test_the_clients_are_answered(
    mode: Mode,
    services: Services,
    server: str,
    legacy: Legacy,  # noqa: F811
    pool: PoolForTests,
    other_pool: PoolForTests,
) -> None:
    answers: list[tuple[Endpoint, dict[str, Any]]] = []
    scripts = lazy_scripts() if mode == "LAZY_MIGRATION" else None
    await connect(services, pool, legacy, mode, scripts)
    sown = await sow(services, pool.id)
    node = await node_calls(server, [(sown, row) for row in family(NODE_ROWS)])
    answers += zip(family(NODE_ROWS), node, strict=True)
    await legacy.execute("delete from users")
    await connect(services, other_pool, legacy, mode, scripts)
    sown = await sow(services, other_pool.id)
    for row in family(PYTHON_ROWS):
        answers.append((row, await asyncio.to_thread(python_call, server, sown, row)))
    for row, answer in answers:
        assert answer.get("statusCode") in {200, *REFUSALS}, (row.name, answer)
        fits(row, answer)
    refused = {row.name: answer["message"] for row, answer in answers if answer["statusCode"] != 200}
    assert len(refused) < len(answers) * 0.2, refused
    assert "POST create-user" not in refused
    assert "GET get-user" not in refused
    assert "GET list-users" not in refused
