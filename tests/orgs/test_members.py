import pytest
from tests.conftest import PoolForTests
from tests.orgs.conftest import NewUser

from poolhouse.accounts.users import UserService
from poolhouse.errors import (
    InvalidInput,
    InvalidOperation,
    NodeNotFound,
    NotAuthenticated,
    NotPermitted,
    UserNotFound,
)
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.model import Assignment, Node, NodeDraft
from poolhouse.orgs.service import OrgService
from poolhouse.paging import PageRequest
from poolhouse.users.model import DepartmentFilter, UserQuery


async def chain(orgs: OrgService, pool: PoolForTests, *names: str) -> list[Node]:
    """An organisation whose nodes hang one below the other."""
    org = await orgs.create_org(pool.administrator, NodeDraft({"name": names[0]}))
    nodes = [org.root]
    for name in names[1:]:
        nodes.append(
            await orgs.create_node(pool.administrator, org.id, nodes[-1].id, NodeDraft({"name": name}))
        )
    return nodes


async def test_strangers_are_refused_and_users_see_only_themselves(
    orgs: OrgService, members: DepartmentMembers, pool: PoolForTests, new_user: NewUser
) -> None:
    (root,) = await chain(orgs, pool, "root")
    one = await new_user(pool)
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("other"), NotPermitted)):
        for act in (
            members.add(caller, root.id, [one]),
            members.remove(caller, root.id, [one]),
            members.move(caller, root.id, root.id, [one]),
            members.set_main(caller, one, root.id),
            members.set_departments(caller, one, []),
            members.list_members(caller, root.id, PageRequest()),
            members.count_members(caller, [root.id]),
            members.list_departments(caller, one),
            members.list_chains(caller, one),
            members.department_ids(caller, [one]),
            members.is_in_department(caller, one, root.id),
        ):
            with pytest.raises(refusal):
                await act
    await members.add(pool.administrator, root.id, [one])
    assert [m.node.id for m in await members.list_departments(pool.user(one), one)] == [root.id]


async def test_members_of_another_pool_are_invisible(
    orgs: OrgService,
    members: DepartmentMembers,
    pool: PoolForTests,
    other_pool: PoolForTests,
    new_user: NewUser,
) -> None:
    (root,), (theirs,) = await chain(orgs, pool, "root"), await chain(orgs, other_pool, "theirs")
    one, stranger = await new_user(pool), await new_user(other_pool)
    await members.add(pool.administrator, root.id, [one])
    with pytest.raises(UserNotFound):
        await members.add(pool.administrator, root.id, [stranger])
    for act in (
        members.add(other_pool.administrator, root.id, [stranger]),
        members.remove(other_pool.administrator, root.id, [one]),
        members.move(other_pool.administrator, theirs.id, root.id, [stranger]),
        members.set_main(other_pool.administrator, stranger, root.id),
        members.list_members(other_pool.administrator, root.id, PageRequest()),
        members.is_in_department(other_pool.administrator, one, root.id),
        members.set_departments(other_pool.administrator, stranger, [Assignment(root.id)]),
    ):
        with pytest.raises(NodeNotFound):
            await act
    assert await members.list_departments(other_pool.administrator, one) == []
    assert await members.count_members(other_pool.administrator, [root.id]) == {root.id: 0}
    assert (await members.list_members(pool.administrator, root.id, PageRequest())).total == 1


async def test_each_member_is_listed_once_however_many_departments_below(
    orgs: OrgService, members: DepartmentMembers, pool: PoolForTests, new_user: NewUser
) -> None:
    root, a, b = await chain(orgs, pool, "root", "a", "b")
    people = [await new_user(pool) for _ in range(5)]
    await members.add(pool.administrator, a.id, people[:3])
    await members.add(pool.administrator, b.id, people[1:])
    await members.add(pool.administrator, b.id, people[1:])
    assert (await members.list_members(pool.administrator, root.id, PageRequest())).total == 0
    pages = [
        await members.list_members(pool.administrator, root.id, PageRequest(n, 2), include_children=True)
        for n in (1, 2, 3)
    ]
    assert {page.total for page in pages} == {5}
    listed = [user_id for page in pages for user_id in page.items]
    assert sorted(listed) == sorted(people)
    nodes = [root.id, a.id, b.id]
    below = await members.count_members(pool.administrator, nodes, include_children=True)
    assert below == {root.id: 5, a.id: 5, b.id: 4}
    assert await members.count_members(pool.administrator, nodes) == {root.id: 0, a.id: 3, b.id: 4}


async def test_adding_an_unknown_user_adds_nobody(
    orgs: OrgService, members: DepartmentMembers, pool: PoolForTests, new_user: NewUser
) -> None:
    (root,) = await chain(orgs, pool, "root")
    with pytest.raises(UserNotFound):
        await members.add(pool.administrator, root.id, [await new_user(pool), "nobody"])
    assert (await members.list_members(pool.administrator, root.id, PageRequest())).total == 0
    with pytest.raises(InvalidInput):
        await members.add(pool.administrator, root.id, [])


async def test_the_main_department_is_one_of_the_users_own(
    orgs: OrgService, members: DepartmentMembers, users: UserService, pool: PoolForTests, new_user: NewUser
) -> None:
    root, a, b = await chain(orgs, pool, "root", "a", "b")
    one = await new_user(pool)
    await members.add(pool.administrator, a.id, [one])
    await members.add(pool.administrator, b.id, [one])
    with pytest.raises(InvalidOperation):
        await members.set_main(pool.administrator, one, root.id)
    for main in (a, b):
        await members.set_main(pool.administrator, one, main.id)
        mains = [m.node.id for m in await members.list_departments(pool.administrator, one) if m.is_main]
        assert mains == [main.id]
        assert (await users.get(pool.administrator, one)).main_department_id == main.id
    await members.remove(pool.administrator, b.id, [one])
    assert (await users.get(pool.administrator, one)).main_department_id is None


async def test_deleting_the_main_department_leaves_the_user_without_one(
    orgs: OrgService, members: DepartmentMembers, users: UserService, pool: PoolForTests, new_user: NewUser
) -> None:
    root, a, b = await chain(orgs, pool, "root", "a", "b")
    one = await new_user(pool)
    await members.add(pool.administrator, b.id, [one])
    await members.set_main(pool.administrator, one, b.id)
    await orgs.delete_node(pool.administrator, root.org_id, a.id)
    assert (await users.get(pool.administrator, one)).main_department_id is None
    assert await members.list_departments(pool.administrator, one) == []


async def test_moving_members_keeps_their_flags_and_moves_all_or_nobody(
    orgs: OrgService, members: DepartmentMembers, pool: PoolForTests, new_user: NewUser
) -> None:
    _root, a, b = await chain(orgs, pool, "root", "a", "b")
    one, two = await new_user(pool), await new_user(pool)
    await members.add(pool.administrator, a.id, [one], is_leader=True)
    await members.set_main(pool.administrator, one, a.id)
    with pytest.raises(InvalidOperation):
        await members.move(pool.administrator, a.id, b.id, [one, two])
    await members.move(pool.administrator, a.id, b.id, [one])
    (membership,) = await members.list_departments(pool.administrator, one)
    assert (membership.node.id, membership.is_main, membership.is_leader) == (b.id, True, True)


async def test_leaders_are_exactly_those_named(
    orgs: OrgService, members: DepartmentMembers, pool: PoolForTests, new_user: NewUser
) -> None:
    (root,) = await chain(orgs, pool, "root")
    one, two = await new_user(pool), await new_user(pool)
    await members.add(pool.administrator, root.id, [one], is_leader=True)
    node = await orgs.update_node(pool.administrator, root.id, NodeDraft({}), leader_ids=[two])
    assert node.leader_ids == (two,)
    assert (await members.list_members(pool.administrator, root.id, PageRequest())).total == 2


async def test_setting_departments_replaces_them_all(
    orgs: OrgService, members: DepartmentMembers, pool: PoolForTests, new_user: NewUser
) -> None:
    root, a, b = await chain(orgs, pool, "root", "a", "b")
    one = await new_user(pool)
    await members.set_departments(
        pool.administrator, one, [Assignment(root.id, is_main=True), Assignment(a.id)]
    )
    await members.set_departments(
        pool.administrator, one, [Assignment(a.id, is_leader=True), Assignment(b.id, is_main=True)]
    )
    found = {m.node.id: m for m in await members.list_departments(pool.administrator, one)}
    assert set(found) == {a.id, b.id}
    assert (found[a.id].is_leader, found[a.id].is_main, found[b.id].is_main) == (True, False, True)
    with pytest.raises(InvalidInput):
        await members.set_departments(
            pool.administrator, one, [Assignment(a.id, is_main=True), Assignment(b.id, is_main=True)]
        )


async def test_chains_lead_from_the_root_to_each_department(
    orgs: OrgService, members: DepartmentMembers, pool: PoolForTests, new_user: NewUser
) -> None:
    root, a, b = await chain(orgs, pool, "root", "a", "b")
    other, _ = await chain(orgs, pool, "other", "x")
    one = await new_user(pool)
    await members.add(pool.administrator, b.id, [one])
    await members.add(pool.administrator, other.id, [one])
    chains = await members.list_chains(pool.administrator, one)
    assert [[node.id for node in nodes] for nodes in chains] == [[other.id], [root.id, a.id, b.id]]
    only = await members.list_departments(pool.administrator, one, root.org_id)
    assert [m.node.id for m in only] == [b.id]
    assert await members.ancestors_of(pool.administrator, one) == {
        root.id: False,
        a.id: False,
        b.id: True,
        other.id: True,
    }


async def test_being_in_a_department_may_count_those_below(
    orgs: OrgService, members: DepartmentMembers, pool: PoolForTests, new_user: NewUser
) -> None:
    root, a = await chain(orgs, pool, "root", "a")
    one = await new_user(pool)
    await members.add(pool.administrator, a.id, [one])
    assert await members.is_in_department(pool.administrator, one, a.id)
    assert not await members.is_in_department(pool.administrator, one, root.id)
    assert await members.is_in_department(pool.administrator, one, root.id, include_children=True)


async def test_users_are_found_by_their_departments(
    orgs: OrgService, members: DepartmentMembers, users: UserService, pool: PoolForTests, new_user: NewUser
) -> None:
    root, a = await chain(orgs, pool, "root", "a")
    inside, outside = await new_user(pool), await new_user(pool)
    await members.add(pool.administrator, a.id, [inside])
    for node, below, expected in ((a, False, [inside]), (root, False, []), (root, True, [inside])):
        query = UserQuery(departments=(DepartmentFilter(node.id, below), DepartmentFilter("none")))
        assert [user.id for user in (await users.list(pool.administrator, query)).items] == expected
    nowhere = await users.list(pool.administrator, UserQuery(not_in_org=True))
    assert (nowhere.total, [user.id for user in nowhere.items]) == (1, [outside])


async def test_deleting_a_user_removes_every_membership(
    orgs: OrgService,
    members: DepartmentMembers,
    users: UserService,
    pool: PoolForTests,
    new_user: NewUser,
) -> None:
    (root,) = await chain(orgs, pool, "root")
    one, two = await new_user(pool), await new_user(pool)
    await members.add(pool.administrator, root.id, [one, two])
    await users.delete(pool.administrator, [one])
    left = await members.list_members(pool.administrator, root.id, PageRequest())
    assert left.items == [two]
