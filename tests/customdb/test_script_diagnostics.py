"""The warnings that save a night, as the debug button gives them."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests

from poolhouse.sandbox.client import Returned
from poolhouse.services import Services

LOGIN = "async function login() { return { id: 1, username: 'bob', nickname: 'B' }; }"


async def warnings(services: Services, pool: PoolForTests, name: str, source: str, *args: object) -> str:
    outcome = await services.customdb.run(pool.administrator, name, list(args), source=source)
    return "; ".join(one.en for one in outcome.warnings)


@pytest.mark.parametrize(
    ("name", "source", "args", "said"),
    [
        ("login", "return { id: 1, firstName: 'A', username: 'b' }", [], "ignored: firstName"),
        ("login", "return { username: 'b' }", [], "has no id"),
        ("login", "return null", [], "must throw"),
        ("getUser", "return { id: 1, password: '$2b$' }", [], "Remove `password`"),
        ("getUser", "throw new Error('User not exists!')", [], "must return null"),
        ("getUser", "return { id: Math.random() }", [], "id changes between calls"),
        ("listUsers", "return { totalCount: 3, list: [{ id: 1 }, { id: 1 }] }", [1, 10], "twice"),
        (
            "listUsers",
            "return { totalCount: 3, list: [{ id: 1 }, { id: 2 }] }",
            [1, 1],
            "2 rows for a limit of 1",
        ),
        ("listUsers", "return { totalCount: 5, list: [{ id: 1 }] }", [1, 1], "Page 2 equals page 1"),
        (
            "listUsers",
            "return { totalCount: 1, list: [{ id: arguments[0] }] }",
            [1, 1],
            "but page 2 has rows",
        ),
        ("searchUser", "return []", ["x"], "must return totalCount and list"),
        ("validatePassword", "return 1", ["1", "x"], "true or false"),
    ],
)
async def test_a_mistake_is_told(
    services: Services, pool: PoolForTests, name: str, source: str, args: list[object], said: str
) -> None:
    text = f"async function {name}() {{ {source} }}"
    assert said in await warnings(services, pool, name, text, *args)


async def test_a_login_without_mistakes_is_not_commented(services: Services, pool: PoolForTests) -> None:
    assert await warnings(services, pool, "login", LOGIN) == ""


@pytest.mark.parametrize(
    ("get_user", "said"),
    [
        ("return { id: 2, username: 'bob' }", "different ids"),
        ("return null", "does not find"),
        ("return { id: 1, username: 'bob', nickname: 'C' }", "different values for: nickname"),
        ("return { id: '1', username: 'bob', nickname: 'B' }", ""),
    ],
)
async def test_login_and_get_user_are_compared(
    services: Services, pool: PoolForTests, get_user: str, said: str
) -> None:
    source = f"async function getUser() {{ {get_user} }}"
    await services.customdb.save_script(pool.administrator, "getUser", source)
    found = await warnings(services, pool, "login", LOGIN)
    assert (said in found) if said else found == ""


async def test_a_script_sees_the_pools_variables_and_the_connections_own_win(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    await services.environment.put(admin, "REGION", "east")
    await services.environment.put(admin, "COLOUR", "red")
    await services.customdb.update(admin, {"env": {"COLOUR": "blue"}})
    source = "async function login() { return { id: 1, region: env.REGION, name: env.COLOUR }; }"
    outcome = await services.customdb.run(admin, "login", [], source=source)
    assert isinstance(outcome, Returned)
    assert (outcome.value["region"], outcome.value["name"]) == ("east", "blue")
