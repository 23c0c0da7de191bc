"""Groups, roles and custom data of users whose profiles are in somebody else's database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.caller import Caller, Limits
from poolhouse.errors import CustomDatabaseUnavailable, LimitsNotSupported, UserNotFound
from poolhouse.fields.model import DataType, FieldDraft
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType
from poolhouse.services import Services
from poolhouse.users.model import UserKey, UserQuery
from poolhouse.wire.v3.limited import DEPARTMENTS, admitted
from poolhouse.wire.v3.table import endpoints

ADMIN = RoleKey("admin")


@pytest.fixture
async def people(services: Services, pool: PoolForTests, legacy: Legacy) -> tuple[str, str]:
    """Two users, known by their scripts' ids alone."""
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    wang = await legacy.put({"username": "wang"}, "secret one")
    zhang = await legacy.put({"username": "zhang"}, "secret two")
    assert await services.db.fetchval("select count(*) from users where pool_id = $1", pool.id) == 0
    return wang, zhang


async def test_script_ids_are_members_of_groups(
    services: Services, pool: PoolForTests, people: tuple[str, str]
) -> None:
    wang, zhang = people
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    with pytest.raises(UserNotFound) as caught:
        await services.groups.add_members(pool.administrator, "staff", [wang, "999999"])
    assert "999999" in caught.value.message()
    await services.groups.add_members(pool.administrator, "staff", [wang])
    await services.groups.add_members(pool.administrator, "staff", [zhang])
    members = await services.groups.list_members(pool.administrator, "staff", PageRequest())
    users = await services.users.list_by_ids(pool.administrator, members.items)
    assert (members.total, [user.username for user in users]) == (2, ["zhang", "wang"])
    groups = await services.groups.list_of_user(pool.user(wang), wang)
    assert [group.code for group in groups] == ["staff"]


async def test_script_ids_hold_roles_directly_and_by_group(
    services: Services, pool: PoolForTests, people: tuple[str, str]
) -> None:
    wang, zhang = people
    group = await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    await services.groups.add_members(pool.administrator, "staff", [zhang])
    await services.roles.create(pool.administrator, RoleDraft("admin"))
    targets = [Target(TargetType.USER, wang), Target(TargetType.GROUP, group.id)]
    await services.roles.assign(pool.administrator, [ADMIN], targets)
    for user_id in people:
        roles = await services.roles.list_of_user(pool.administrator, user_id)
        assert [role.code for role in roles] == ["admin"]
    with pytest.raises(UserNotFound):
        await services.roles.assign(pool.administrator, [ADMIN], [Target(TargetType.USER, "999999")])


async def test_script_ids_have_custom_data(
    services: Services, pool: PoolForTests, people: tuple[str, str]
) -> None:
    wang, zhang = people
    await services.fields.define(pool.administrator, [FieldDraft(FieldTarget.USER, "age", DataType.NUMBER)])
    await services.fields.set_values(pool.administrator, FieldTarget.USER, {wang: {"age": 40}})
    found = await services.fields.values(pool.administrator, FieldTarget.USER, [wang, zhang])
    assert {user_id: [one.value for one in values] for user_id, values in found.items()} == {wang: [40]}
    with pytest.raises(UserNotFound):
        await services.fields.set_values(pool.administrator, FieldTarget.USER, {"999999": {"age": 1}})


async def test_what_a_deleted_user_had_is_forgotten(
    services: Services, pool: PoolForTests, people: tuple[str, str]
) -> None:
    wang, _ = people
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    await services.groups.add_members(pool.administrator, "staff", [wang])
    await services.roles.create(pool.administrator, RoleDraft("admin"))
    await services.roles.assign(pool.administrator, [ADMIN], [Target(TargetType.USER, wang)])
    await services.users.delete(pool.administrator, [wang])
    members = await services.groups.list_members(pool.administrator, "staff", PageRequest())
    holders = await services.roles.list_targets(pool.administrator, ADMIN, TargetType.USER, PageRequest())
    assert (members.total, holders.total) == (0, 0)


async def test_a_failing_script_says_so_and_adds_nobody(
    services: Services, pool: PoolForTests, people: tuple[str, str], legacy: Legacy
) -> None:
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    await legacy.execute("drop table users")
    with pytest.raises(CustomDatabaseUnavailable):
        await services.groups.add_members(pool.administrator, "staff", list(people))
    members = await services.groups.list_members(pool.administrator, "staff", PageRequest())
    assert members.total == 0


async def test_one_script_id_in_two_pools_is_two_people(
    services: Services,
    pool: PoolForTests,
    other_pool: PoolForTests,
    people: tuple[str, str],
    legacy: Legacy,
) -> None:
    """Legacy tables count from 1, so ids of two pools meet all the time."""
    await connect(services, other_pool, legacy, "CUSTOM_USER_STORE")
    wang, _ = people
    for each, code in ((pool, "mine"), (other_pool, "theirs")):
        admin = each.administrator
        await services.groups.create(admin, GroupDraft(code, code))
        await services.groups.add_members(admin, code, [wang])
        await services.roles.create(admin, RoleDraft(code))
        await services.roles.assign(admin, [RoleKey(code)], [Target(TargetType.USER, wang)])
        await services.fields.define(admin, [FieldDraft(FieldTarget.USER, "pool", DataType.STRING)])
        await services.fields.set_values(admin, FieldTarget.USER, {wang: {"pool": code}})
    for each, code in ((pool, "mine"), (other_pool, "theirs")):
        admin = each.administrator
        groups = await services.groups.list_of_user(admin, wang)
        roles = await services.roles.list_of_user(admin, wang, None)
        (value,) = await services.fields.values_of(admin, FieldTarget.USER, wang)
        assert [group.code for group in groups] == [role.code for role in roles] == [value.value] == [code]
    await services.users.delete(pool.administrator, [wang])
    assert [one.code for one in await services.groups.list_of_user(other_pool.administrator, wang)] == [
        "theirs"
    ]
    assert await services.fields.values_of(other_pool.administrator, FieldTarget.USER, wang)
    assert await services.roles.has_any(other_pool.administrator, wang, [RoleKey("theirs")])


async def test_a_role_that_is_limited_to_departments_sees_nobody(
    services: Services, pool: PoolForTests, people: tuple[str, str]
) -> None:
    """By no operation on people that it may use elsewhere: a script's lists know no departments."""
    admin = pool.administrator
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Acme", "code": "acme"}))
    await services.department_members.add(admin, org.root.id, list(people))
    limits = Limits(departments=frozenset({org.root.id}))
    caller = Caller(pool.id, "administrator", "a", limits=limits)
    rows = [row for row in endpoints().values() if row.name in DEPARTMENTS]
    about_people = [row for row in rows if any(scope.startswith("users:") for scope in row.scopes)]
    assert len(about_people) > 30
    for row in about_people:
        with pytest.raises(LimitsNotSupported):
            await admitted(services, caller, row, None)
    inside = replace(caller, admitted=True)
    for asked in (
        services.users.list(inside, UserQuery()),
        services.users.search(inside, UserQuery(keyword="wang")),
        services.users.find(inside, UserKey("id", people[0])),
        services.users.find_many(inside, [UserKey("id", people[0])]),
        services.users.find_called(inside, ["wang"]),
    ):
        with pytest.raises(LimitsNotSupported):
            await asked
