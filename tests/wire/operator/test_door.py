"""What an operator's call may do, and what nobody else may."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests

from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.operator.door import Door
from poolhouse.wire.operator.rows import ROWS
from poolhouse.wire.v3.table import endpoints

ASIDE = [row for row in endpoints().values() if row.access != "administrator" or row.streams]


async def asked(
    services: Services, call: str, pool: str = "", lang: str = "en-US", **values: Any
) -> dict[str, Any]:
    line = json.dumps({"call": call, "values": values, "pool": pool, "lang": lang}).encode()
    answer: dict[str, Any] = json.loads(await Door(services).answer(line, "ada"))
    return answer


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
@pytest.mark.parametrize("prefix", ["/api/v3/", "/"])
async def test_no_address_leads_to_an_operators_row(server: str, row: Any, prefix: str) -> None:
    async with httpx.AsyncClient(base_url=server) as http:
        answer = await http.request(row.method, f"{prefix}{row.path}")
    assert answer.status_code == 404


@pytest.mark.parametrize("row", ASIDE, ids=[row.name for row in ASIDE])
async def test_nobody_is_a_person_here(services: Services, pool: PoolForTests, row: Any) -> None:
    assert (await asked(services, row.name, pool.id))["statusCode"] == 403


async def test_the_neighbour_is_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    for call, values in (
        ("GET find-user", {"value": "li"}),
        ("GET find-user", {"value": user.id}),
        ("GET diagnose-sign-in", {"userId": user.id}),
        ("GET get-user", {"userId": user.id}),
    ):
        assert (await asked(services, call, pool.id, **values))["statusCode"] == 200
        assert (await asked(services, call, other_pool.id, **values))["statusCode"] == 404
    ended = await asked(services, "GET list-sessions", other_pool.id, userId=user.id)
    assert ended["data"]["list"] == []


async def test_a_server_of_several_pools_asks_which(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    answer = await asked(services, "GET list-users")
    assert (answer["statusCode"], "which pool" in answer["message"]) == (400, True)
    assert (await asked(services, "GET list-users", "nonsense"))["statusCode"] == 404


async def test_the_log_says_which_account_did_it(services: Services, pool: PoolForTests) -> None:
    await asked(services, "POST create-user", pool.id, username="li")
    log = await asked(services, "POST get-admin-audit-logs", pool.id)
    newest = log["data"]["list"][0]
    assert (newest["adminUserId"], newest["userAgent"]) == ("cli:ada", "poolhouse cli")


async def test_an_unknown_call_is_named(services: Services, pool: PoolForTests) -> None:
    assert (await asked(services, "GET nothing", pool.id))["statusCode"] == 404
    assert (await asked(services, "nothing", pool.id))["statusCode"] == 404


async def test_a_pool_is_taken_away_from_an_administrator_by_no_role(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    """The pool is that of the call, or the one that stands in it."""
    name, call = f"d{new_id()}", "POST set-administrator-roles"
    await asked(services, "POST create-administrator", username=name, password="correct-horse-battery")
    await asked(services, call, pool.id, administrator=name, roles=["viewer"])
    values = {"administrator": name, "roles": ["owner"], "pool": other_pool.id}
    line = json.dumps({"call": call, "values": values, "pool": pool.id}).encode()
    given = json.loads(await Door(services).answer(line, "ada"))
    assert {each["pool"]: each["roles"] for each in given["data"]["inPools"]} == {
        pool.id: ["viewer"],
        other_pool.id: ["owner"],
    }
    taken = await asked(services, call, pool.id, administrator=name, roles=[])
    assert [each["pool"] for each in taken["data"]["inPools"]] == [other_pool.id]
