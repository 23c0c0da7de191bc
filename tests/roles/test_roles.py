from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.errors import (
    CodeTaken,
    InvalidInput,
    NamespaceNotFound,
    NodeNotFound,
    NotAuthenticated,
    NotPermitted,
    RoleCodeRefused,
    RoleNotFound,
    UserNotFound,
)
from poolhouse.fields.model import DataType, FieldDraft
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.roles.model import RoleChanges, RoleDraft, RoleKey, Target, TargetType, Validity
from poolhouse.services import Services
from poolhouse.times import now
from poolhouse.users.model import RoleFilter, UserDraft, UserQuery

Act = Callable[[Services, Caller], Awaitable[object]]
ADMIN = RoleKey("admin")
SOMEBODY = Target(TargetType.USER, "somebody")

ACTS: dict[str, Act] = {
    "create": lambda s, c: s.roles.create(c, RoleDraft("new")),
    "create many": lambda s, c: s.roles.create_many(c, [RoleDraft("new")]),
    "update": lambda s, c: s.roles.update(c, ADMIN, RoleChanges(name="x")),
    "delete": lambda s, c: s.roles.delete(c, [ADMIN]),
    "find": lambda s, c: s.roles.find(c, ADMIN),
    "get": lambda s, c: s.roles.get(c, ADMIN),
    "list": lambda s, c: s.roles.list(c, "default", PageRequest()),
    "refusal of": lambda s, c: s.roles.why_not_creatable(c, RoleKey("new")),
    "assign": lambda s, c: s.roles.assign(c, [ADMIN], [SOMEBODY]),
    "revoke": lambda s, c: s.roles.revoke(c, [ADMIN], [SOMEBODY]),
    "list targets": lambda s, c: s.roles.list_targets(c, ADMIN, TargetType.USER, PageRequest()),
    "list assignments": lambda s, c: s.roles.list_assignments(c, ADMIN, [], PageRequest()),
    "list of somebody else": lambda s, c: s.roles.list_of_user(c, "somebody"),
    "list of a group": lambda s, c: s.roles.list_of_target(c, Target(TargetType.GROUP, "g")),
    "has any of somebody else": lambda s, c: s.roles.has_any(c, "somebody", [ADMIN]),
    "exclude each other": lambda s, c: s.roles.exclude_each_other(c, [ADMIN]),
}


async def new_user(services: Services, pool: PoolForTests) -> str:
    user = await services.users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
    return user.id


async def held(services: Services, pool: PoolForTests, user_id: str, namespace: str | None) -> list[str]:
    roles = await services.roles.list_of_user(pool.administrator, user_id, namespace)
    return sorted(role.code for role in roles)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_strangers_and_users_are_refused(act: Act, services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await act(services, pool.stranger)
    with pytest.raises(NotPermitted):
        await act(services, pool.user("me"))


@pytest.mark.parametrize(
    "name",
    ["update", "delete", "get", "assign", "revoke", "list targets", "list assignments", "exclude each other"],
)
async def test_another_pools_role_is_invisible(
    name: str, services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    admin = await services.roles.create(pool.administrator, RoleDraft("admin"))
    with pytest.raises(RoleNotFound):
        await ACTS[name](services, other_pool.administrator)
    assert await services.roles.find(other_pool.administrator, ADMIN) is None
    assert await services.roles.find_by_id(other_pool.administrator, admin.id) is None
    assert (await services.roles.list(other_pool.administrator, "default", PageRequest())).total == 0
    assert await services.roles.find(pool.administrator, ADMIN) == admin


async def test_a_created_role_is_found(services: Services, pool: PoolForTests) -> None:
    await services.roles.create(pool.administrator, RoleDraft("base"))
    draft = RoleDraft("admin", name="Administrator", description="All of it", parent="base")
    role = await services.roles.create(pool.administrator, draft)
    assert (role.code, role.namespace, role.description) == ("admin", "default", "All of it")
    assert await services.roles.find(pool.administrator, ADMIN) == role
    parent = await services.roles.find_by_id(pool.administrator, role.parent_id or "")
    assert parent is not None
    assert parent.code == "base"


async def test_a_code_is_unique_within_its_namespace(services: Services, pool: PoolForTests) -> None:
    app = (await services.apps.create(pool.administrator, "shop")).id
    await services.roles.create(pool.administrator, RoleDraft("admin"))
    await services.roles.create(pool.administrator, RoleDraft("admin", app))
    with pytest.raises(CodeTaken):
        await services.roles.create(pool.administrator, RoleDraft("admin"))


async def test_a_deleted_application_takes_its_roles_along(services: Services, pool: PoolForTests) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    role = await services.roles.create(pool.administrator, RoleDraft("admin", app.id))
    await services.apps.delete(pool.administrator, app.id)
    assert await services.roles.find_by_id(pool.administrator, role.id) is None


async def test_an_unknown_namespace_is_refused(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NamespaceNotFound):
        await services.roles.create(pool.administrator, RoleDraft("admin", "nowhere"))
    with pytest.raises(NamespaceNotFound):
        await services.roles.get(pool.administrator, RoleKey("admin", "nowhere"))
    with pytest.raises(NamespaceNotFound):
        await services.roles.list(pool.administrator, "nowhere", PageRequest())


@pytest.mark.parametrize("code", ["额! ", " ", "a b", "a\0"])
async def test_a_malformed_code_is_refused(code: str, services: Services, pool: PoolForTests) -> None:
    with pytest.raises(RoleCodeRefused) as caught:
        await services.roles.create(pool.administrator, RoleDraft(code))
    assert caught.value.message() == f"invalid role code: {code}"


@pytest.mark.parametrize("code", ["", "x" * 100])
async def test_an_empty_or_long_code_is_refused_by_name(
    code: str, services: Services, pool: PoolForTests
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await services.roles.create(pool.administrator, RoleDraft(code))
    assert caught.value.message() == "参数 code 格式错误"


async def test_a_batch_is_created_whole_or_not_at_all(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(CodeTaken):
        await services.roles.create_many(pool.administrator, [RoleDraft("a"), RoleDraft("a")])
    assert (await services.roles.list(pool.administrator, "default", PageRequest())).total == 0


async def test_deleting_an_unknown_role_deletes_nothing(services: Services, pool: PoolForTests) -> None:
    await services.roles.create(pool.administrator, RoleDraft("admin"))
    with pytest.raises(RoleNotFound):
        await services.roles.delete(pool.administrator, [ADMIN, RoleKey("nobody")])
    assert await services.roles.find(pool.administrator, ADMIN)
    await services.roles.delete(pool.administrator, [ADMIN])
    assert await services.roles.find(pool.administrator, ADMIN) is None


async def test_a_changed_code_keeps_the_holders(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await services.roles.create(pool.administrator, RoleDraft("admin", description="d"))
    await services.roles.assign(pool.administrator, [ADMIN], [Target(TargetType.USER, user_id)])
    role = await services.roles.update(pool.administrator, ADMIN, RoleChanges(new_code="root"))
    assert (role.code, role.description) == ("root", "d")
    assert await held(services, pool, user_id, "default") == ["root"]


async def test_assigning_twice_is_assigning_once(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    target = Target(TargetType.USER, user_id)
    for code in ("a", "b"):
        await services.roles.create(pool.administrator, RoleDraft(code))
    for _ in range(2):
        keys = [RoleKey("a"), RoleKey("b"), RoleKey("a")]
        await services.roles.assign(pool.administrator, keys, [target, target])
    members = await services.roles.list_targets(
        pool.administrator, RoleKey("a"), TargetType.USER, PageRequest()
    )
    assert (members.total, members.items) == (1, [user_id])
    assert await held(services, pool, user_id, "default") == ["a", "b"]
    await services.roles.revoke(pool.administrator, [RoleKey("a")], [target])
    await services.roles.revoke(pool.administrator, [RoleKey("a")], [target])
    assert await held(services, pool, user_id, "default") == ["b"]


async def test_an_unknown_target_assigns_nothing(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await services.roles.create(pool.administrator, RoleDraft("admin"))
    for unknown, error in (
        (Target(TargetType.USER, "nobody"), UserNotFound),
        (Target(TargetType.NODE, "nowhere"), NodeNotFound),
    ):
        with pytest.raises(error):
            await services.roles.assign(
                pool.administrator, [ADMIN], [Target(TargetType.USER, user_id), unknown]
            )
    assert await held(services, pool, user_id, "default") == []
    with pytest.raises(InvalidInput, match="targets"):
        await services.roles.assign(pool.administrator, [ADMIN], [])
    with pytest.raises(InvalidInput, match="roles"):
        await services.roles.assign(pool.administrator, [], [Target(TargetType.USER, user_id)])


async def test_roles_are_inherited_from_groups_and_departments_above(
    services: Services, pool: PoolForTests
) -> None:
    user_id = await new_user(services, pool)
    group = await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    await services.groups.add_members(pool.administrator, "staff", [user_id])
    org = await services.orgs.create_org(pool.administrator, NodeDraft({"name": "Org"}))
    team = await services.orgs.create_node(
        pool.administrator, org.id, org.root.id, NodeDraft({"name": "Team"})
    )
    beside = await services.orgs.create_node(
        pool.administrator, org.id, org.root.id, NodeDraft({"name": "Beside"})
    )
    await services.department_members.add(pool.administrator, team.id, [user_id])
    for code, target in {
        "own": Target(TargetType.USER, user_id),
        "by-group": Target(TargetType.GROUP, group.id),
        "by-team": Target(TargetType.NODE, team.id),
        "by-org": Target(TargetType.NODE, org.root.id),
        "beside": Target(TargetType.NODE, beside.id),
    }.items():
        await services.roles.create(pool.administrator, RoleDraft(code))
        await services.roles.assign(pool.administrator, [RoleKey(code)], [target])
    assert await held(services, pool, user_id, None) == ["by-group", "by-org", "by-team", "own"]
    assert await services.roles.has_any(pool.user(user_id), user_id, [RoleKey("by-org")])
    assert not await services.roles.has_any(pool.administrator, user_id, [RoleKey("beside")])
    await services.groups.delete(pool.administrator, ["staff"])
    assert await held(services, pool, user_id, None) == ["by-org", "by-team", "own"]


async def test_a_role_is_in_force_only_in_its_time(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    target = Target(TargetType.USER, user_id)
    hour = timedelta(hours=1)
    validities = {
        "open": Validity(),
        "not-yet": Validity(now() + hour, None),
        "over": Validity(None, now() - hour),
        "now": Validity(now() - hour, now() + hour),
    }
    for code, validity in validities.items():
        await services.roles.create(pool.administrator, RoleDraft(code))
        await services.roles.assign(pool.administrator, [RoleKey(code)], [target], validity)
    assert await held(services, pool, user_id, "default") == ["now", "open"]
    await services.roles.update(pool.administrator, RoleKey("now"), RoleChanges(enabled=False))
    await services.roles.update(pool.administrator, RoleKey("open"), RoleChanges(disable_at=now() - hour))
    assert await held(services, pool, user_id, "default") == []
    await services.roles.update(pool.administrator, RoleKey("open"), RoleChanges(never_disable=True))
    assert await held(services, pool, user_id, "default") == ["open"]
    over = await services.roles.list_assignments(
        pool.administrator, RoleKey("over"), [TargetType.USER], PageRequest()
    )
    assert [(one.target, one.active) for one in over.items] == [(target, False)]


async def test_roles_of_users_are_not_paged(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    codes = [f"r{number:02}" for number in range(25)]
    await services.roles.create_many(pool.administrator, [RoleDraft(code) for code in codes])
    await services.roles.assign(
        pool.administrator, [RoleKey(code) for code in codes], [Target(TargetType.USER, user_id)]
    )
    assert await held(services, pool, user_id, "default") == codes


async def test_a_deleted_user_holds_nothing(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await services.roles.create(pool.administrator, RoleDraft("admin"))
    await services.roles.assign(pool.administrator, [ADMIN], [Target(TargetType.USER, user_id)])
    await services.users.delete(pool.administrator, [user_id])
    holders = await services.roles.list_targets(pool.administrator, ADMIN, TargetType.USER, PageRequest())
    assert holders.total == 0


async def test_a_search_can_be_limited_to_roles(services: Services, pool: PoolForTests) -> None:
    inside, _ = await new_user(services, pool), await new_user(services, pool)
    await services.roles.create(pool.administrator, RoleDraft("admin"))
    await services.roles.assign(pool.administrator, [ADMIN], [Target(TargetType.USER, inside)])
    found = await services.users.list(pool.administrator, UserQuery(roles=(RoleFilter("admin"),)))
    assert ([user.id for user in found.items], found.total) == ([inside], 1)


async def test_a_deleted_role_takes_its_custom_data_along(services: Services, pool: PoolForTests) -> None:
    role = await services.roles.create(pool.administrator, RoleDraft("admin"))
    await services.fields.define(pool.administrator, [FieldDraft(FieldTarget.ROLE, "level", DataType.NUMBER)])
    await services.fields.set_values(pool.administrator, FieldTarget.ROLE, {role.id: {"level": 3}})
    await services.roles.delete(pool.administrator, [ADMIN])
    assert await services.fields.values_of(pool.administrator, FieldTarget.ROLE, role.id) == []


async def test_a_refusal_is_told_before_creating(services: Services, pool: PoolForTests) -> None:
    await services.roles.create(pool.administrator, RoleDraft("admin"))
    assert await services.roles.why_not_creatable(pool.administrator, RoleKey("fresh")) is None
    assert await services.roles.why_not_creatable(pool.administrator, ADMIN)
    assert await services.roles.why_not_creatable(pool.administrator, RoleKey("a b"))
    assert await services.roles.why_not_creatable(pool.administrator, RoleKey("fresh", "nowhere"))
