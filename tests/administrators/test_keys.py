"""Access keys of administrators: nobody's key can do what they cannot."""

from __future__ import annotations

import asyncio

import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.conftest import PoolForTests

from poolhouse.administrators.model import Administrator
from poolhouse.administrators.roles import SCOPES
from poolhouse.caller import Caller
from poolhouse.credentials.access_keys import CACHE_S
from poolhouse.credentials.model import AccessKey
from poolhouse.errors import NotAuthenticated, NotPermitted
from poolhouse.ids import new_id
from poolhouse.services import Services


async def somebody(services: Services, pool: PoolForTests, *roles: str) -> Administrator:
    made = await services.administrators.create(OPERATOR, f"k{new_id()}", PASSWORD)
    return await services.administrators.set_roles(OPERATOR, made.id, pool.id, list(roles))


async def acting(services: Services, pool: PoolForTests, one: Administrator) -> Caller:
    return await services.administrators.caller_in(one, pool.id, Caller(pool.id))


async def now(services: Services, key: AccessKey) -> AccessKey | None:
    """As it may be used, when what was known is forgotten."""
    await asyncio.sleep(CACHE_S + 0.05)
    return await services.access_keys.resolve(key.id)


async def test_a_key_is_its_makers_and_loses_what_they_lose(services: Services, pool: PoolForTests) -> None:
    one = await somebody(services, pool, "owner")
    keys = services.access_keys
    asking = await acting(services, pool, one)
    whole = await keys.create(asking)
    some = await keys.create(asking, scopes=["users:read", "users:write", "secrets:read"])
    assert (whole.administrator_id, some.administrator_id) == (one.id, one.id)
    found = await keys.resolve(whole.id)
    assert found
    assert found.scopes is None
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, ["viewer"])
    found = await now(services, whole)
    assert found
    assert found.scopes == SCOPES["viewer"]
    found = await keys.resolve(some.id)
    assert found
    assert found.scopes == {"users:read"}
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, [])
    assert await now(services, whole) is None
    with pytest.raises(NotAuthenticated):
        await keys.authenticate(whole.id, whole.secret)


@pytest.mark.parametrize("act", ["disable", "delete"])
async def test_a_key_ends_with_its_administrator(services: Services, pool: PoolForTests, act: str) -> None:
    one = await somebody(services, pool, "owner")
    key = await services.access_keys.create(await acting(services, pool, one))
    assert await services.access_keys.resolve(key.id)
    if act == "disable":
        await services.administrators.update(OPERATOR, one.id, disabled=True)
    else:
        await services.administrators.delete(OPERATOR, one.id)
    assert await now(services, key) is None
    if act == "disable":
        await services.administrators.update(OPERATOR, one.id, disabled=False)
        assert await now(services, key)


async def test_a_key_made_by_a_key_is_the_same_administrators(services: Services, pool: PoolForTests) -> None:
    one = await somebody(services, pool, "owner")
    first = await services.access_keys.create(await acting(services, pool, one))
    by_key = Caller(pool.id, "administrator", first.id)
    assert (await services.access_keys.create(by_key)).administrator_id == one.id


async def test_a_key_of_the_pools_secret_and_of_the_operator_is_nobodys(
    services: Services, pool: PoolForTests
) -> None:
    for asking in (Caller(pool.id, "administrator", pool.id), Caller(pool.id, "system")):
        key = await services.access_keys.create(asking)
        assert key.administrator_id is None
        assert await services.access_keys.resolve(key.id)


async def test_rights_in_another_pool_are_none_here(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    one = await somebody(services, pool, "owner")
    key = await services.access_keys.create(await acting(services, pool, one))
    await services.administrators.set_roles(OPERATOR, one.id, other_pool.id, ["owner"])
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, [])
    assert await now(services, key) is None


async def test_nobody_makes_a_key_that_can_more_than_they_can(services: Services, pool: PoolForTests) -> None:
    limited = Caller(
        pool.id, "administrator", new_id(), scopes=frozenset({"access_keys:write", "users:read"})
    )
    for scopes in (None, ["users:write"], ["users:read", "secrets:read"]):
        with pytest.raises(NotPermitted):
            await services.access_keys.create(limited, scopes=scopes)


async def test_a_limited_key_gives_no_role_that_may_do_more_than_the_key(
    services: Services, pool: PoolForTests
) -> None:
    """Nor takes one away: else it could make its holder an owner, or the pool nobody's."""
    one, owner = await somebody(services, pool), await somebody(services, pool, "owner")
    limited = Caller(
        pool.id,
        "administrator",
        new_id(),
        scopes=frozenset({"administrators:write", *(SCOPES["viewer-without-personal-data"] or ())}),
    )
    give = services.administrators.set_roles_in_pool
    for whom, roles in ((one, ["owner"]), (one, ["viewer"]), (owner, []), (owner, ["viewer"])):
        with pytest.raises(NotPermitted):
            await give(limited, whom.id, roles)
    given = await give(limited, one.username, ["viewer-without-personal-data"])
    assert given.roles == {pool.id: ("viewer-without-personal-data",)}
    with pytest.raises(NotPermitted):
        await give(Caller(pool.id, "administrator", new_id(), scopes=frozenset({"users:write"})), one.id, [])
    with pytest.raises(NotAuthenticated):
        await give(Caller(pool.id), one.id, [])
