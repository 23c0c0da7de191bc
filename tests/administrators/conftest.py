"""Administrators of the test's server, which others share: every name is new."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from tests.conftest import PoolForTests

from poolhouse.administrators.model import Administrator, More, SignedIn
from poolhouse.administrators.tries import ADDRESS
from poolhouse.caller import Caller
from poolhouse.ids import new_id
from poolhouse.services import Services

PASSWORD = "correct-horse-battery"
OPERATOR = Caller("", kind="system", actor_id="cli:tester")
BROWSER = Caller("", ip="203.0.113.7", user_agent="a browser")


@dataclass(frozen=True)
class Signed:
    """Someone who is signed in, and the caller they are for the server."""

    administrator: Administrator
    token: str


Make = Callable[..., Awaitable[Administrator]]


@pytest.fixture(autouse=True)
async def _unknown_address(services: Services) -> None:
    """That of BROWSER, in each test anew: all of them together make more wrong tries than one address has."""
    await services.db.execute("delete from attempts where pool_id = '' and kind = $1", ADDRESS)


@pytest.fixture
def make(services: Services) -> Make:
    """A new administrator, with roles in pools by their ids."""

    async def made(*, roles: dict[str, list[str]] | None = None, **facts: object) -> Administrator:
        facts = {"must_change_password": False} | facts
        one = await services.administrators.create(OPERATOR, f"a{new_id()}", PASSWORD, **facts)  # type: ignore[arg-type]
        for pool_id, names in (roles or {}).items():
            one = await services.administrators.set_roles(OPERATOR, one.id, pool_id, names)
        return one

    return made


@pytest.fixture
def sign_in(services: Services) -> Callable[..., Awaitable[SignedIn | More]]:
    async def signed(one: Administrator, password: str = PASSWORD) -> SignedIn | More:
        return await services.administrator_sign_in.sign_in(BROWSER, one.username, password)

    return signed


@pytest.fixture
async def viewer(make: Make, pool: PoolForTests) -> Administrator:
    return await make(roles={pool.id: ["viewer"]})
