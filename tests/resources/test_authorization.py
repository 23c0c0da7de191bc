import pytest
from tests.conftest import PoolForTests
from tests.resources.conftest import NewUser

from poolhouse.errors import (
    GroupNotFound,
    InvalidInput,
    NamespaceNotFound,
    NotAuthenticated,
    NotPermitted,
    UserNotFound,
)
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import (
    Action,
    ActionFilter,
    Effect,
    Grant,
    ResourceDraft,
    ResourceType,
    Statement,
    TargetName,
    TargetType,
)
from poolhouse.roles import model as roles_model
from poolhouse.services import Services

USER, ROLE, GROUP, ORG = TargetType.USER, TargetType.ROLE, TargetType.GROUP, TargetType.ORG


def to(
    type_: TargetType, identifier: str, resource: str, *actions: str, children: bool = True
) -> Authorization:
    return Authorization(type_, (identifier,), (Grant(resource, actions, ResourceType.DATA, children),))


class World:
    """A user in a group and in a department two below the root, holding a role by each way there is."""

    def __init__(self, services: Services, pool: PoolForTests, user: str) -> None:
        self.services, self.pool, self.user, self.caller = services, pool, user, pool.administrator

    async def build(self) -> None:
        services, caller = self.services, self.caller
        org = await services.orgs.create_org(caller, NodeDraft({"name": "root"}))
        a = await services.orgs.create_node(caller, org.id, None, NodeDraft({"name": "a"}))
        b = await services.orgs.create_node(caller, org.id, a.id, NodeDraft({"name": "b"}))
        self.root, self.middle, self.own = org.root.id, a.id, b.id
        await services.department_members.add(caller, b.id, [self.user])
        group = await services.groups.create(caller, GroupDraft("team", "Team"))
        await services.groups.add_members(caller, "team", [self.user])
        for code, target in (
            ("direct", roles_model.Target(roles_model.TargetType.USER, self.user)),
            ("by-group", roles_model.Target(roles_model.TargetType.GROUP, group.id)),
            ("by-node", roles_model.Target(roles_model.TargetType.NODE, a.id)),
        ):
            await services.roles.create(caller, roles_model.RoleDraft(code))
            await services.roles.assign(caller, [roles_model.RoleKey(code)], [target])

    async def may(self, resource: str = "books:1", action: str = "read", namespace: str = "default") -> bool:
        return await self.services.authorization.is_allowed(
            self.caller, self.user, resource, action, namespace
        )

    async def listed(self, user: str | None = None) -> dict[str, tuple[str, ...]]:
        found = await self.services.authorization.list_of_user(self.caller, user or self.user)
        return {one.code: one.actions for one in found}


@pytest.fixture
async def world(services: Services, pool: PoolForTests, new_user: NewUser) -> World:
    world = World(services, pool, await new_user(pool))
    await world.build()
    return world


async def test_strangers_are_refused_and_users_ask_only_for_themselves(
    services: Services, pool: PoolForTests, new_user: NewUser
) -> None:
    user = await new_user(pool)
    acl = services.authorization
    await acl.authorize(pool.administrator, [to(USER, user, "books:1", "read")])
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("other"), NotPermitted)):
        for act in (
            acl.authorize(caller, [to(USER, user, "books:1", "read")]),
            acl.revoke(caller, [to(USER, user, "books:1", "read")]),
            acl.is_allowed(caller, user, "books:1", "read"),
            acl.list_of_user(caller, user),
            acl.list_of(caller, TargetName(USER, user)),
            acl.list_targets(caller, "books:1"),
        ):
            with pytest.raises(refusal):
                await act
    assert await acl.is_allowed(pool.user(user), user, "books:1", "read")
    assert [one.code for one in await acl.list_of_user(pool.user(user), user)] == ["books:1"]


async def test_grants_of_another_pool_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, new_user: NewUser
) -> None:
    user, stranger = await new_user(pool), await new_user(other_pool)
    acl, neighbour = services.authorization, other_pool.administrator
    await acl.authorize(pool.administrator, [to(USER, user, "books:1", "read")])
    assert not await acl.is_allowed(neighbour, user, "books:1", "read")
    assert await acl.list_of_user(neighbour, user) == []
    assert (await acl.list_targets(neighbour, "books:1")).total == 0
    with pytest.raises(UserNotFound):
        await acl.authorize(pool.administrator, [to(USER, stranger, "books:1", "read")])
    with pytest.raises(UserNotFound):
        await acl.revoke(neighbour, [to(USER, user, "books:1", "read")])
    assert await acl.is_allowed(pool.administrator, user, "books:1", "read")


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (USER, "user"),
        (GROUP, "team"),
        (ORG, "own"),
        (ORG, "middle"),
        (ORG, "root"),
        (ROLE, "direct"),
        (ROLE, "by-group"),
        (ROLE, "by-node"),
    ],
)
async def test_a_user_is_allowed_by_every_way(world: World, type_: TargetType, name: str) -> None:
    identifier = getattr(world, name, name)
    assert not await world.may()
    authorization = to(type_, identifier, "books:1", "read")
    await world.services.authorization.authorize(world.caller, [authorization])
    assert await world.may()
    assert not await world.may(action="edit")
    assert await world.listed() == {"books:1": ("read",)}
    own = await world.services.authorization.list_of(world.caller, TargetName(type_, identifier))
    assert [(one.code, one.actions) for one in own] == [("books:1", ("read",))]
    await world.services.authorization.revoke(world.caller, [authorization])
    assert not await world.may()
    assert await world.listed() == {}


@pytest.mark.parametrize(
    ("type_", "name"), [(USER, "user"), (GROUP, "team"), (ORG, "own"), (ROLE, "by-node")]
)
async def test_a_denial_by_any_way_beats_every_allowance(world: World, type_: TargetType, name: str) -> None:
    acl, policies = world.services.authorization, world.services.policies
    await acl.authorize(
        world.caller,
        [to(USER, world.user, "books:*", "read", "edit"), to(GROUP, "team", "books:1", "read", "edit")],
    )
    await policies.create(world.caller, "no", [Statement(Effect.DENY, "books:1", ("read",))])
    await policies.assign(world.caller, ["no"], type_, [getattr(world, name, name)])
    assert not await world.may("books:1", "read")
    assert await world.may("books:1", "edit")
    assert await world.may("books:2", "read")
    assert await world.listed() == {"books:*": ("read", "edit"), "books:1": ("edit",)}


async def test_departments_below_inherit_a_policy_only_when_told_so(world: World) -> None:
    policies = world.services.policies
    await policies.create(world.caller, "p", [Statement(Effect.ALLOW, "books:1", ("read",))])
    await policies.assign(world.caller, ["p"], ORG, [world.root])
    assert not await world.may()
    await policies.assign(world.caller, ["p"], ORG, [world.root], inherit_by_children=True)
    assert await world.may()
    assert await world.listed() == {"books:1": ("read",)}
    await policies.assign(world.caller, ["p"], ORG, [world.root], inherit_by_children=False)
    await policies.assign(world.caller, ["p"], ORG, [world.own])
    assert await world.may()


async def test_a_grant_to_a_department_can_be_kept_from_those_below(world: World) -> None:
    acl = world.services.authorization
    await acl.authorize(world.caller, [to(ORG, world.root, "books:1", "read", children=False)])
    assert not await world.may()
    members = world.services.department_members
    await members.add(world.caller, world.root, [world.user])
    assert await world.may()


async def test_leaving_a_department_or_moving_it_changes_what_is_allowed(world: World) -> None:
    acl, orgs = world.services.authorization, world.services.orgs
    await acl.authorize(world.caller, [to(ORG, world.middle, "books:1", "read")])
    assert await world.may()
    node = await orgs.get_node(world.caller, world.own)
    await orgs.move_node(world.caller, node.org_id, world.own, world.root)
    assert not await world.may()
    await acl.authorize(world.caller, [to(ORG, world.own, "books:2", "read")])
    await orgs.delete_node(world.caller, node.org_id, world.own)
    assert not await world.may("books:2")


async def test_a_role_gives_nothing_while_it_is_disabled(world: World) -> None:
    await world.services.authorization.authorize(world.caller, [to(ROLE, "direct", "books:1", "read")])
    assert await world.may()
    off = roles_model.RoleChanges(enabled=False)
    await world.services.roles.update(world.caller, roles_model.RoleKey("direct"), off)
    assert not await world.may()


async def test_namespaces_keep_grants_apart_and_administrators_stand_above_them(world: World) -> None:
    acl = world.services.authorization
    await world.services.namespaces.create(world.caller, "shop")
    await acl.authorize(world.caller, [to(USER, world.user, "books:1", "read")], "shop")
    assert await world.may(namespace="shop")
    assert not await world.may()
    await world.services.policies.assign(world.caller, ["AdministratorAccess"], USER, [world.user])
    assert await world.may("anything", "at-all", "shop")
    assert await world.may("anything", "at-all")
    with pytest.raises(NamespaceNotFound):
        await acl.authorize(world.caller, [to(USER, world.user, "books:1", "read")], "nowhere")


async def test_granting_again_adds_actions_and_revoking_takes_the_named_ones(world: World) -> None:
    acl = world.services.authorization
    await acl.authorize(world.caller, [to(USER, world.user, "books:1", "read")])
    await acl.authorize(world.caller, [to(USER, world.user, "books:1", "read", "edit")])
    assert await world.listed() == {"books:1": ("read", "edit")}
    await acl.revoke(world.caller, [to(USER, world.user, "books:1", "read")])
    assert await world.listed() == {"books:1": ("edit",)}
    await acl.revoke(world.caller, [to(USER, world.user, "books:1")])
    assert await world.listed() == {}


async def test_a_batch_with_an_unknown_target_grants_nothing(world: World) -> None:
    with pytest.raises(GroupNotFound):
        await world.services.authorization.authorize(
            world.caller, [to(USER, world.user, "books:1", "read"), to(GROUP, "none", "books:1", "read")]
        )
    assert await world.listed() == {}
    with pytest.raises(InvalidInput):
        await world.services.authorization.authorize(world.caller, [])


async def test_lists_show_type_and_api_path_of_the_defined_resource(world: World) -> None:
    draft = ResourceDraft("books", ResourceType.API, None, "d", (Action("read"),), "/books")
    await world.services.resources.create(world.caller, draft)
    await world.services.authorization.authorize(
        world.caller, [Authorization(USER, (world.user,), (Grant("books:1", ("read",)),))]
    )
    (shown,) = await world.services.authorization.list_of_user(world.caller, world.user)
    assert (shown.type, shown.api_identifier) == (ResourceType.API, "/books")
    assert (
        await world.services.authorization.list_of_user(
            world.caller, world.user, resource_type=ResourceType.MENU
        )
        == []
    )


async def test_targets_of_a_resource_are_found_by_all_or_any_of_the_actions(world: World) -> None:
    acl = world.services.authorization
    await acl.authorize(
        world.caller,
        [
            to(USER, world.user, "books:1", "read", "edit"),
            to(GROUP, "team", "books:*", "read"),
            to(ROLE, "direct", "books:2", "read"),
            to(ORG, world.root, "books", "edit"),
        ],
    )

    async def found(**terms: object) -> set[tuple[str, str]]:
        page = await acl.list_targets(world.caller, "books:1", **terms)  # type: ignore[arg-type]
        assert page.total >= len(page.items)
        return {(one.target.type.value, one.target.identifier) for one in page.items}

    user, team, root = ("USER", world.user), ("GROUP", "team"), ("ORG", world.root)
    assert await found() == {user, team, root}
    assert await found(target_types=[GROUP]) == {team}
    assert await found(actions=ActionFilter(("read", "edit"), every=True)) == {user}
    assert await found(actions=ActionFilter(("read", "edit"))) == {user, team, root}
    assert await found(actions=ActionFilter(("delete",))) == set()
    page = await acl.list_targets(world.caller, "books:1", page=PageRequest(2, 2))
    assert (page.total, len(page.items)) == (3, 1)


async def test_what_is_listed_agrees_with_what_is_decided(world: World) -> None:
    acl, policies = world.services.authorization, world.services.policies
    statements = [
        Statement(Effect.ALLOW, "books:*", ("read", "edit")),
        Statement(Effect.DENY, "books:3", ("edit",)),
        Statement(Effect.ALLOW, "menu"),
    ]
    await policies.create(world.caller, "p", [statements[0], statements[1]])
    await policies.assign(world.caller, ["p"], GROUP, ["team"])
    await acl.authorize(world.caller, [to(ROLE, "by-node", "books:3", "edit", "read", "delete")])
    listed = await world.listed()
    assert listed == {"books:*": ("read", "edit"), "books:3": ("read", "delete")}
    for code, actions in listed.items():
        for action in actions:
            assert await world.may(code, action)
    assert not await world.may("books:3", "edit")
