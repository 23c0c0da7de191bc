from dataclasses import replace

import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import InvalidInput, NotAuthenticated, NotPermitted, NotWhitelisted
from poolhouse.login.model import Registration
from poolhouse.services import Services
from poolhouse.users.model import UserDraft


async def switch_on(services: Services, pool: PoolForTests, **kinds: bool) -> None:
    await services.pools.update(pool.administrator, {}, {"whitelists": kinds})


async def test_a_stranger_is_refused_everywhere(services: Services, pool: PoolForTests) -> None:
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u1"), NotPermitted)):
        with pytest.raises(refusal):
            await services.whitelist.list(caller, "email")
        with pytest.raises(refusal):
            await services.whitelist.add(caller, "email", ["a@b.c"])
        with pytest.raises(refusal):
            await services.whitelist.remove(caller, "email", ["a@b.c"])


async def test_entries_are_added_listed_and_removed(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    admin, whitelist = pool.administrator, services.whitelist
    added = await whitelist.add(admin, "email", ["Li@Example.com", "li@example.com", "wang@example.com"])
    assert {entry.value for entry in added} == {"li@example.com", "wang@example.com"}
    await whitelist.add(admin, "username", ["Li"])
    await whitelist.add(admin, "email", ["li@example.com"])
    assert len(await whitelist.list(admin, "email")) == 2
    assert [entry.value for entry in await whitelist.list(admin, "username")] == ["Li"]
    assert await whitelist.list(other_pool.administrator, "email") == []
    await whitelist.remove(other_pool.administrator, "email", ["li@example.com"])
    assert len(await whitelist.list(admin, "email")) == 2
    await whitelist.remove(admin, "email", ["LI@example.com", "nobody@example.com"])
    assert [entry.value for entry in await whitelist.list(admin, "email")] == ["wang@example.com"]


@pytest.mark.parametrize("values", [[], [""], ["x" * 321], [str(n) for n in range(1001)]])
async def test_what_is_no_list_is_refused(services: Services, pool: PoolForTests, values: list[str]) -> None:
    with pytest.raises(InvalidInput):
        await services.whitelist.add(pool.administrator, "phone", values)


async def test_a_list_that_is_switched_on_decides_who_registers(
    services: Services, pool: PoolForTests
) -> None:
    outsider = Registration("email", {"email": "out@example.com"}, "Secret-123")
    await services.whitelist.add(pool.administrator, "email", ["In@example.com"])
    await switch_on(services, pool, email_enabled=True)
    with pytest.raises(NotWhitelisted):
        await services.registrations.register(pool.stranger, outsider)
    insider = Registration("email", {"email": "iN@example.com"}, "Secret-123")
    await services.registrations.register(pool.stranger, insider)
    await services.users.create(pool.administrator, UserDraft({"email": "out@example.com"}))
    await switch_on(services, pool, email_enabled=False)
    other = Registration("email", {"email": "other@example.com"}, "Secret-123")
    await services.registrations.register(pool.stranger, other)


async def test_an_applications_own_list_holds_there_alone(services: Services, pool: PoolForTests) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    await services.whitelist.add(pool.administrator, "username", ["li"], app.id)
    await switch_on(services, pool, username_enabled=True)
    fresh = await services.pools.get(pool.id)
    await services.whitelist.require_listed(replace(pool.stranger, app_id=app.id), fresh, {"username": "li"})
    with pytest.raises(NotWhitelisted):
        await services.whitelist.require_listed(pool.stranger, fresh, {"username": "li"})
