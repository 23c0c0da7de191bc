import pytest
from tests.conftest import PoolForTests
from tests.resources.conftest import NewUser

from poolhouse.errors import (
    AppNotFound,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    UserNotFound,
)
from poolhouse.groups.model import GroupDraft
from poolhouse.paging import PageRequest
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Effect, Grant, TargetName, TargetType
from poolhouse.services import Services

USER, GROUP = TargetType.USER, TargetType.GROUP


async def test_strangers_and_users_may_not_touch_access(services: Services, pool: PoolForTests) -> None:
    access = services.app_access
    app = await services.apps.create(pool.administrator, "shop")
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u"), NotPermitted)):
        for act in (
            access.put(caller, app.id, USER, ["u"], Effect.ALLOW),
            access.switch(caller, app.id, USER, ["u"], True),
            access.delete(caller, app.id, USER, ["u"]),
            access.list(caller, app.id, PageRequest()),
            access.may_use(caller, app.id, "other"),
            access.create_account(caller, app.id),
            access.list_accounts(caller, app.id, PageRequest()),
            access.update_account(caller, "x", enabled=True),
            access.delete_account(caller, "x"),
        ):
            with pytest.raises(refusal):
                await act


async def test_access_of_another_pool_is_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, new_user: NewUser
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    account = await services.app_access.create_account(pool.administrator, app.id)
    stranger, neighbour = await new_user(other_pool), other_pool.administrator
    access = services.app_access
    for act in (
        access.put(neighbour, app.id, USER, [stranger], Effect.ALLOW),
        access.list(neighbour, app.id, PageRequest()),
        access.may_use(neighbour, app.id, stranger),
        access.create_account(neighbour, app.id),
        access.list_accounts(neighbour, app.id, PageRequest()),
    ):
        with pytest.raises(AppNotFound):
            await act
    for other in (
        access.update_account(neighbour, account.id, enabled=False),
        access.delete_account(neighbour, account.id),
    ):
        with pytest.raises(NotFound):
            await other
    with pytest.raises(UserNotFound):
        await access.put(pool.administrator, app.id, USER, [stranger], Effect.ALLOW)
    assert (await access.list_accounts(pool.administrator, app.id, PageRequest())).items == [account]


async def test_rules_beat_the_default_and_a_denial_beats_an_allowance(
    services: Services, pool: PoolForTests, new_user: NewUser
) -> None:
    caller, user, access = pool.administrator, await new_user(pool), services.app_access
    app = await services.apps.create(caller, "shop")
    await services.groups.create(caller, GroupDraft("team", "Team"))
    await services.groups.add_members(caller, "team", [user])
    assert await access.may_use(caller, app.id, user)
    await services.apps.update(caller, app.id, {}, {"default_access": "DENY_ALL"})
    assert not await access.may_use(caller, app.id, user)
    await access.put(caller, app.id, GROUP, ["team"], Effect.ALLOW)
    assert await access.may_use(caller, app.id, user)
    await access.put(caller, app.id, USER, [user], Effect.DENY)
    assert not await access.may_use(caller, app.id, user)
    await access.switch(caller, app.id, USER, [user], False)
    assert await access.may_use(caller, app.id, user)
    await access.delete(caller, app.id, GROUP, ["team"])
    assert not await access.may_use(caller, app.id, user)
    assert await access.usable(pool.user(user), [app.id], user) == set()


async def test_rules_are_listed_with_the_names_callers_use(
    services: Services, pool: PoolForTests, new_user: NewUser
) -> None:
    caller, user, access = pool.administrator, await new_user(pool), services.app_access
    app = await services.apps.create(caller, "shop")
    await services.groups.create(caller, GroupDraft("team", "Team"))
    await access.put(caller, app.id, GROUP, ["team"], Effect.DENY)
    await access.put(caller, app.id, USER, [user], Effect.ALLOW)
    page = await access.list(caller, app.id, PageRequest())
    assert [(one.target.identifier, one.effect, one.enabled) for one in page.items] == [
        (user, Effect.ALLOW, True),
        ("team", Effect.DENY, True),
    ]
    with pytest.raises(NotFound):
        await access.switch(caller, app.id, USER, [await new_user(pool)], True)
    with pytest.raises(InvalidInput):
        await access.put(caller, app.id, USER, [], Effect.ALLOW)


async def test_an_account_lives_from_creation_to_deletion(services: Services, pool: PoolForTests) -> None:
    caller, access = pool.administrator, services.app_access
    app = await services.apps.create(caller, "shop")
    made = await access.create_account(caller, app.id, token_lifetime_s=60, remarks="ci")
    assert (made.app_id, made.token_lifetime_s, made.remarks, made.enabled) == (app.id, 60, "ci", True)
    assert len(made.secret) == 32
    renewed = await access.update_account(caller, made.id, secret="s" * 32)
    assert renewed.secret == "s" * 32
    assert not (await access.update_account(caller, made.id, enabled=False)).enabled
    stored = await services.db.fetchval("select secret from access_accounts where id = $1", made.id)
    assert b"ssss" not in stored
    page = await access.list_accounts(caller, app.id, PageRequest())
    assert (page.total, page.items[0].secret) == (1, "s" * 32)
    await access.delete_account(caller, made.id)
    with pytest.raises(NotFound):
        await access.delete_account(caller, made.id)
    with pytest.raises(InvalidInput):
        await access.create_account(caller, app.id, token_lifetime_s=0)


async def test_what_was_granted_to_an_account_goes_with_it(services: Services, pool: PoolForTests) -> None:
    caller, acl = pool.administrator, services.authorization
    app = await services.apps.create(caller, "shop")
    account = await services.app_access.create_account(caller, app.id)
    grant = (Grant("books:1", ("read",)),)
    await acl.authorize(caller, [Authorization(TargetType.AK_SK, (account.id,), grant)])
    own = await acl.list_of(caller, TargetName(TargetType.AK_SK, account.id))
    assert [(one.code, one.actions) for one in own] == [("books:1", ("read",))]
    assert (await acl.list_targets(caller, "books:1")).total == 1
    await services.app_access.delete_account(caller, account.id)
    assert (await acl.list_targets(caller, "books:1")).total == 0


async def test_an_end_user_lists_what_they_may_enter_and_are_shown(
    services: Services, pool: PoolForTests, new_user: NewUser
) -> None:
    caller, user, access = pool.administrator, await new_user(pool), services.app_access
    await services.groups.create(caller, GroupDraft("team", "Team"))
    await services.groups.add_members(caller, "team", [user])
    settings = {
        "open": {},
        "hidden": {"show_in_list": False},
        "open but denied": {},
        "closed": {"default_access": "DENY_ALL"},
        "closed but allowed": {"default_access": "DENY_ALL"},
        "allowed to the team, denied to the user": {"default_access": "DENY_ALL"},
        "denied, but the rule is off": {},
    }
    apps = {
        name: await services.apps.create(caller, name, settings=given) for name, given in settings.items()
    }
    await access.put(caller, apps["open but denied"].id, GROUP, ["team"], Effect.DENY)
    await access.put(caller, apps["closed but allowed"].id, GROUP, ["team"], Effect.ALLOW)
    both = apps["allowed to the team, denied to the user"].id
    await access.put(caller, both, GROUP, ["team"], Effect.ALLOW)
    await access.put(caller, both, USER, [user], Effect.DENY)
    off = apps["denied, but the rule is off"].id
    await access.put(caller, off, USER, [user], Effect.DENY)
    await access.switch(caller, off, USER, [user], enabled=False)

    found = await access.list_own(pool.user(user), PageRequest(1, 2))
    rest = await access.list_own(pool.user(user), PageRequest(2, 2))
    assert found.total == rest.total == 3
    names = [app.name for app in (*found.items, *rest.items)]
    assert names == ["denied, but the rule is off", "closed but allowed", "open"]
    for name, app in apps.items():
        assert await access.may_use(caller, app.id, user) == (name in names or name == "hidden"), name
    with pytest.raises(NotAuthenticated):
        await access.list_own(pool.stranger, PageRequest())
