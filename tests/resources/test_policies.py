import pytest
from tests.conftest import PoolForTests
from tests.resources.conftest import NewUser

from poolhouse.errors import (
    CodeTaken,
    GroupNotFound,
    InvalidInput,
    InvalidOperation,
    NodeNotFound,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PolicyNotFound,
    RoleNotFound,
    UserNotFound,
)
from poolhouse.groups.model import GroupDraft
from poolhouse.paging import PageRequest
from poolhouse.resources.model import Effect, Statement, TargetName, TargetType
from poolhouse.services import Services

READ = Statement(Effect.ALLOW, "books:1", ("books:read",))
UNDER = Statement(
    Effect.DENY,
    "books:2",
    ("books:*",),
    None,
    ({"param": "SourceIp", "operator": "IpAddress", "value": ["10.0.0.0/8", {"deep": 1}]},),
)


async def test_strangers_and_users_may_not_touch_policies(services: Services, pool: PoolForTests) -> None:
    policies = services.policies
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u"), NotPermitted)):
        for act in (
            policies.create(caller, "p", [READ]),
            policies.find(caller, "p"),
            policies.list(caller, PageRequest()),
            policies.update(caller, "p"),
            policies.delete(caller, ["p"]),
            policies.assign(caller, ["p"], TargetType.USER, ["u"]),
            policies.unassign(caller, ["p"], TargetType.USER, ["u"]),
            policies.switch(caller, "p", TargetName(TargetType.USER, "u"), False),
            policies.list_assignments(caller, PageRequest()),
        ):
            with pytest.raises(refusal):
                await act


async def test_policies_of_another_pool_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, new_user: NewUser
) -> None:
    await services.policies.create(pool.administrator, "p", [READ])
    mine, theirs = await new_user(pool), await new_user(other_pool)
    neighbour = other_pool.administrator
    assert await services.policies.find(neighbour, "p") is None
    for act in (
        services.policies.update(neighbour, "p", description="x"),
        services.policies.delete(neighbour, ["p"]),
        services.policies.assign(neighbour, ["p"], TargetType.USER, [theirs]),
    ):
        with pytest.raises(PolicyNotFound):
            await act
    with pytest.raises(UserNotFound):
        await services.policies.assign(pool.administrator, ["p"], TargetType.USER, [theirs])
    await services.policies.assign(pool.administrator, ["p"], TargetType.USER, [mine])
    assert (await services.policies.list_assignments(neighbour, PageRequest())).total == 0


async def test_a_policy_is_kept_as_given_conditions_too(services: Services, pool: PoolForTests) -> None:
    made = await services.policies.create(pool.administrator, "p", [READ, UNDER], description="d")
    assert (made.statements, made.description, made.is_default) == ((READ, UNDER), "d", False)
    assert await services.policies.find(pool.administrator, "p") == made
    with pytest.raises(CodeTaken):
        await services.policies.create(pool.administrator, "p", [READ])
    with pytest.raises(InvalidInput):
        await services.policies.create(pool.administrator, "q", [])


async def test_an_update_changes_what_is_given(services: Services, pool: PoolForTests) -> None:
    await services.policies.create(pool.administrator, "p", [READ], description="d")
    changed = await services.policies.update(pool.administrator, "p", new_code="q")
    assert (changed.code, changed.description, changed.statements) == ("q", "d", (READ,))
    changed = await services.policies.update(pool.administrator, "q", statements=[UNDER])
    assert changed.statements == (UNDER,)
    assert await services.policies.find(pool.administrator, "p") is None


async def test_a_built_in_policy_is_there_and_stays_as_it_is(services: Services, pool: PoolForTests) -> None:
    page = await services.policies.list(pool.administrator, PageRequest())
    assert [one.code for one in page.items] == ["AdministratorAccess"]
    assert (await services.policies.list(pool.administrator, PageRequest(), exclude_default=True)).total == 0
    for act in (
        services.policies.update(pool.administrator, "AdministratorAccess", description="x"),
        services.policies.delete(pool.administrator, ["AdministratorAccess"]),
    ):
        with pytest.raises(InvalidOperation):
            await act


async def test_deleting_is_all_or_nothing(services: Services, pool: PoolForTests) -> None:
    await services.policies.create(pool.administrator, "p", [READ])
    with pytest.raises(PolicyNotFound):
        await services.policies.delete(pool.administrator, ["p", "none"])
    assert await services.policies.find(pool.administrator, "p") is not None
    await services.policies.delete(pool.administrator, ["p"])
    assert await services.policies.find(pool.administrator, "p") is None


async def test_an_unknown_target_is_an_error_of_its_kind(services: Services, pool: PoolForTests) -> None:
    await services.policies.create(pool.administrator, "p", [READ])
    for type_, error in (
        (TargetType.USER, UserNotFound),
        (TargetType.ROLE, RoleNotFound),
        (TargetType.GROUP, GroupNotFound),
        (TargetType.ORG, NodeNotFound),
        (TargetType.AK_SK, NotFound),
    ):
        with pytest.raises(error):
            await services.policies.assign(pool.administrator, ["p"], type_, ["nobody"])


async def test_assignments_are_listed_by_policy_and_by_target(
    services: Services, pool: PoolForTests, new_user: NewUser
) -> None:
    caller, user = pool.administrator, await new_user(pool)
    for code in ("p", "q"):
        await services.policies.create(caller, code, [READ])
    group = await services.groups.create(caller, GroupDraft("team", "Team"))
    await services.policies.assign(caller, ["p", "q"], TargetType.GROUP, [group.code])
    await services.policies.assign(caller, ["p"], TargetType.USER, [user, user])
    by_policy = await services.policies.list_assignments(caller, PageRequest(), code="p")
    assert by_policy.total == 2
    assert {(one.target.type, one.target.identifier) for one in by_policy.items} == {
        (TargetType.USER, user),
        (TargetType.GROUP, "team"),
    }
    name = TargetName(TargetType.GROUP, "team")
    by_target = await services.policies.list_assignments(caller, PageRequest(), target=name)
    assert {one.policy_code for one in by_target.items} == {"p", "q"}
    found = await services.policies.find(caller, "p")
    assert found is not None
    assert found.assignments_count == 2
    await services.policies.unassign(caller, ["p"], TargetType.USER, [user])
    assert (await services.policies.list_assignments(caller, PageRequest(), code="p")).total == 1
    assert (await services.policies.list_assignments(caller, PageRequest(), code="none")).total == 0


async def test_an_assignment_can_be_switched_off_and_on(
    services: Services, pool: PoolForTests, new_user: NewUser
) -> None:
    caller, user = pool.administrator, await new_user(pool)
    name = TargetName(TargetType.USER, user)
    await services.policies.create(caller, "p", [READ])
    with pytest.raises(NotFound):
        await services.policies.switch(caller, "p", name, False)
    await services.policies.assign(caller, ["p"], TargetType.USER, [user])
    for enabled in (False, True):
        await services.policies.switch(caller, "p", name, enabled)
        assert (await services.policies.list_assignments(caller, PageRequest())).items[0].enabled is enabled
        assert await services.authorization.is_allowed(caller, user, "books:1", "books:read") is enabled


async def test_what_was_assigned_goes_with_its_target(
    services: Services, pool: PoolForTests, new_user: NewUser
) -> None:
    caller, user = pool.administrator, await new_user(pool)
    group = await services.groups.create(caller, GroupDraft("team", "Team"))
    await services.policies.create(caller, "p", [READ])
    await services.policies.assign(caller, ["p"], TargetType.GROUP, [group.code])
    await services.policies.assign(caller, ["p"], TargetType.USER, [user])
    await services.groups.delete(caller, ["team"])
    await services.users.delete(caller, [user])
    assert (await services.policies.list_assignments(caller, PageRequest(), code="p")).total == 0
