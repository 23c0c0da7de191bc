"""Departments, policies and decisions for users whose profiles are in somebody else's database."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.errors import UserNotFound
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import Assignment, NodeDraft, Org
from poolhouse.paging import PageRequest
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Effect, Grant, Statement, TargetType
from poolhouse.services import Services
from poolhouse.users.model import DepartmentFilter, UserQuery


@pytest.fixture
async def people(services: Services, pool: PoolForTests, legacy: Legacy) -> tuple[str, str]:
    """Two users, known by their scripts' ids alone."""
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    wang = await legacy.put({"username": "wang"}, "secret one")
    zhang = await legacy.put({"username": "zhang"}, "secret two")
    return wang, zhang


@pytest.fixture
async def acme(services: Services, pool: PoolForTests) -> Org:
    return await services.orgs.create_org(pool.administrator, NodeDraft({"name": "Acme", "code": "acme"}))


async def test_script_ids_are_members_of_departments(
    services: Services, pool: PoolForTests, people: tuple[str, str], acme: Org
) -> None:
    wang, zhang = people
    admin, members = pool.administrator, services.department_members
    lab = await services.orgs.create_node(admin, acme.id, None, NodeDraft({"name": "Lab"}))
    with pytest.raises(UserNotFound):
        await members.add(admin, lab.id, [wang, "999999"])
    await members.add(admin, lab.id, [wang], is_leader=True)
    await members.add(admin, acme.root.id, [zhang])
    await members.set_main(admin, wang, lab.id)
    page = await members.list_members(admin, acme.root.id, PageRequest(), include_children=True)
    users = await services.users.list_by_ids(admin, page.items)
    assert (page.total, {user.username for user in users}) == (2, {"wang", "zhang"})
    (own,) = await members.list_departments(pool.user(wang), wang)
    assert (own.node.id, own.is_main, own.is_leader) == (lab.id, True, True)
    chains = await members.list_chains(admin, wang)
    assert [[node.name for node in chain] for chain in chains] == [["Acme", "Lab"]]
    await members.set_departments(admin, wang, [Assignment(acme.root.id)])
    assert await members.department_ids(admin, [wang]) == {wang: [acme.root.id]}


async def test_a_list_filtered_by_department_shows_its_members(
    services: Services, pool: PoolForTests, people: tuple[str, str], acme: Org
) -> None:
    query = UserQuery(departments=(DepartmentFilter(acme.root.id),))
    assert (await services.users.list(pool.administrator, query)).total == 0
    await services.department_members.add(pool.administrator, acme.root.id, [people[0]])
    page = await services.users.list(pool.administrator, query)
    assert (page.total, [user.username for user in page.items]) == (1, ["wang"])


async def test_decisions_reach_script_ids_by_every_way(
    services: Services, pool: PoolForTests, people: tuple[str, str], acme: Org
) -> None:
    wang, zhang = people
    admin, acl = pool.administrator, services.authorization
    await services.department_members.add(admin, acme.root.id, [wang])
    await services.groups.create(admin, GroupDraft("staff", "Staff"))
    await services.groups.add_members(admin, "staff", [wang])
    for type_, identifier, resource in (
        (TargetType.USER, wang, "books:1"),
        (TargetType.GROUP, "staff", "books:2"),
        (TargetType.ORG, acme.root.id, "books:3"),
    ):
        await acl.authorize(admin, [Authorization(type_, (identifier,), (Grant(resource, ("read",)),))])
        assert await acl.is_allowed(admin, wang, resource, "read")
        assert not await acl.is_allowed(admin, zhang, resource, "read")
    await services.policies.create(admin, "no", [Statement(Effect.DENY, "books:2", ("*",))])
    await services.policies.assign(admin, ["no"], TargetType.USER, [wang])
    found = await acl.list_of_user(pool.user(wang), wang)
    assert [one.code for one in found] == ["books:1", "books:3"]
    with pytest.raises(UserNotFound):
        await services.policies.assign(admin, ["no"], TargetType.USER, ["999999"])


async def test_what_a_deleted_user_was_given_is_forgotten(
    services: Services, pool: PoolForTests, people: tuple[str, str], acme: Org
) -> None:
    wang, _ = people
    admin, acl = pool.administrator, services.authorization
    await services.department_members.add(admin, acme.root.id, [wang])
    await acl.authorize(admin, [Authorization(TargetType.USER, (wang,), (Grant("books:1", ("read",)),))])
    await services.users.delete(admin, [wang])
    assert (await services.department_members.list_members(admin, acme.root.id, PageRequest())).total == 0
    assert (await acl.list_targets(admin, "books:1")).total == 0
