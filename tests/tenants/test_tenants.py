import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import (
    AppNotFound,
    InvalidInput,
    NotAuthenticated,
    NotPermitted,
    TenantNotFound,
    UserNotFound,
)
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft

FIRST = PageRequest(1, 10)


async def person(services: Services, pool: PoolForTests, name: str) -> User:
    return await services.users.create(pool.administrator, UserDraft({"username": name}))


async def test_a_stranger_is_refused_everywhere(services: Services, pool: PoolForTests) -> None:
    tenants = services.tenants
    tenant = await tenants.create(pool.administrator, "一")
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u1"), NotPermitted)):
        with pytest.raises(refusal):
            await tenants.create(caller, "二")
        with pytest.raises(refusal):
            await tenants.list(caller, FIRST)
        with pytest.raises(refusal):
            await tenants.get(caller, tenant.id)
        with pytest.raises(refusal):
            await tenants.update(caller, tenant.id, {"name": "三"})
        with pytest.raises(refusal):
            await tenants.delete(caller, tenant.id)
        with pytest.raises(refusal):
            await tenants.list_members(caller, tenant.id, FIRST)
        with pytest.raises(refusal):
            await tenants.add_members(caller, tenant.id, ["u1"])
        with pytest.raises(refusal):
            await tenants.remove_members(caller, tenant.id, ["u1"])
        with pytest.raises(refusal):
            await tenants.list_of_user(caller, "somebody else")
    assert (await tenants.get(pool.administrator, tenant.id)).name == "一"


async def test_a_tenant_is_created_listed_changed_and_deleted(services: Services, pool: PoolForTests) -> None:
    admin, tenants = pool.administrator, services.tenants
    app = await services.apps.create(admin, "搜索")
    tenant = await tenants.create(admin, " 聚合 ", [app.id, app.id], {"description": "d", "logo": "l"})
    assert (tenant.name, tenant.app_ids, tenant.description) == ("聚合", (app.id,), "d")
    other = await tenants.create(admin, "另一个")
    listed = await tenants.list(admin, FIRST)
    assert (listed.total, [each.id for each in listed.items]) == (2, [other.id, tenant.id])
    assert [each.id for each in (await tenants.list(admin, FIRST, app_id=app.id)).items] == [tenant.id]
    assert [each.id for each in (await tenants.list(admin, FIRST, keyword="另")).items] == [other.id]
    changed = await tenants.update(admin, tenant.id, {"name": "新", "settings": {"a": 1}}, [])
    changed = await tenants.update(admin, tenant.id, {"settings": {"b": 2}})
    assert (changed.name, changed.description, changed.app_ids) == ("新", "d", ())
    assert changed.settings == {"a": 1, "b": 2}
    assert (await tenants.get_by_code(admin, tenant.code)).id == tenant.id
    await tenants.delete(admin, tenant.id)
    with pytest.raises(TenantNotFound):
        await tenants.get(admin, tenant.id)
    with pytest.raises(TenantNotFound):
        await tenants.delete(admin, tenant.id)


async def test_another_pools_tenants_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    tenants, mine = services.tenants, other_pool.administrator
    tenant = await tenants.create(pool.administrator, "theirs")
    user = await person(services, pool, "theirs")
    assert (await tenants.list(mine, FIRST)).total == 0
    with pytest.raises(TenantNotFound):
        await tenants.get(mine, tenant.id)
    with pytest.raises(TenantNotFound):
        await tenants.update(mine, tenant.id, {"name": "x"})
    with pytest.raises(TenantNotFound):
        await tenants.delete(mine, tenant.id)
    with pytest.raises(TenantNotFound):
        await tenants.add_members(mine, tenant.id, [user.id])
    own = await tenants.create(mine, "own")
    with pytest.raises(UserNotFound):
        await tenants.add_members(mine, own.id, [user.id])
    app = await services.apps.create(pool.administrator, "theirs")
    with pytest.raises(AppNotFound):
        await tenants.update(mine, own.id, {}, [app.id])


async def test_what_is_no_name_or_application_is_refused(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(InvalidInput):
        await services.tenants.create(pool.administrator, "  ")
    with pytest.raises(AppNotFound):
        await services.tenants.create(pool.administrator, "name", ["nobody's"])
    with pytest.raises(InvalidInput):
        await services.tenants.create(pool.administrator, "name", [], {"id": "chosen"})
    assert (await services.tenants.list(pool.administrator, FIRST)).total == 0


async def test_members_come_and_go_all_or_none(services: Services, pool: PoolForTests) -> None:
    admin, tenants = pool.administrator, services.tenants
    tenant = await tenants.create(admin, "t")
    users = [await person(services, pool, f"p{number}") for number in range(3)]
    ids = [user.id for user in users]
    with pytest.raises(UserNotFound):
        await tenants.add_members(admin, tenant.id, [*ids, "nobody"])
    assert (await tenants.list_members(admin, tenant.id, FIRST)).total == 0
    await tenants.add_members(admin, tenant.id, ids)
    await tenants.add_members(admin, tenant.id, ids[:1])
    page = await tenants.list_members(admin, tenant.id, PageRequest(2, 2))
    assert (page.total, len(page.items)) == (3, 1)
    assert (await tenants.get(admin, tenant.id)).members == 3
    with pytest.raises(UserNotFound):
        await tenants.remove_members(admin, tenant.id, [ids[0], "nobody"])
    await tenants.remove_members(admin, tenant.id, [ids[0]])
    left = await tenants.list_members(admin, tenant.id, FIRST)
    assert {member.user_id for member in left.items} == set(ids[1:])
    assert await tenants.users_of_members(admin, tenant.id, [left.items[0].id]) == [left.items[0].user_id]
    with pytest.raises(UserNotFound):
        await tenants.users_of_members(admin, tenant.id, ["nobody"])
    with pytest.raises(InvalidInput):
        await tenants.add_members(admin, tenant.id, [])


async def test_administrators_are_members_and_stay_so(services: Services, pool: PoolForTests) -> None:
    admin, tenants = pool.administrator, services.tenants
    tenant = await tenants.create(admin, "t")
    one, two = [(await person(services, pool, name)).id for name in ("one", "two")]
    await tenants.add_members(admin, tenant.id, [one])
    await tenants.add_administrators(admin, tenant.id, [one, two])
    listed = await tenants.list_members(admin, tenant.id, FIRST, administrator=True)
    assert {member.user_id for member in listed.items} == {one, two}
    await tenants.remove_administrators(admin, tenant.id, [one])
    assert not (await tenants.get_member(admin, tenant.id, one)).administrator
    await tenants.add_members(admin, tenant.id, [two])
    assert (await tenants.get_member(admin, tenant.id, two)).administrator
    with pytest.raises(UserNotFound):
        await tenants.remove_administrators(admin, tenant.id, ["nobody"])


async def test_a_member_is_switched_off_and_on(services: Services, pool: PoolForTests) -> None:
    admin, tenants = pool.administrator, services.tenants
    tenant = await tenants.create(admin, "t")
    user_id = (await person(services, pool, "one")).id
    await tenants.add_members(admin, tenant.id, [user_id])
    assert not (await tenants.set_member_enabled(admin, tenant.id, user_id, False)).enabled
    assert (await tenants.set_member_enabled(admin, tenant.id, user_id, True)).enabled
    with pytest.raises(UserNotFound):
        await tenants.set_member_enabled(admin, tenant.id, "nobody", True)


async def test_a_user_sees_the_tenants_they_are_in(services: Services, pool: PoolForTests) -> None:
    admin, tenants = pool.administrator, services.tenants
    first, second = await tenants.create(admin, "1"), await tenants.create(admin, "2")
    user_id = (await person(services, pool, "one")).id
    await tenants.add_members(admin, first.id, [user_id])
    await tenants.add_administrators(admin, second.id, [user_id])
    seen = await tenants.list_of_user(pool.user(user_id), user_id)
    assert [(each.tenant.name, each.member.administrator) for each in seen] == [("1", False), ("2", True)]
    assert await tenants.list_of_user(admin, "nobody") == []


async def test_a_deleted_user_leaves_their_tenants(services: Services, pool: PoolForTests) -> None:
    admin, tenants = pool.administrator, services.tenants
    tenant = await tenants.create(admin, "t")
    user_id = (await person(services, pool, "one")).id
    await tenants.add_members(admin, tenant.id, [user_id])
    await services.users.delete(admin, [user_id])
    assert (await tenants.list_members(admin, tenant.id, FIRST)).total == 0
