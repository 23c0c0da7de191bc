import asyncio

import pytest
from tests.conftest import PoolForTests

from poolhouse.audit.model import Act, RecordQuery
from poolhouse.errors import IdentityTaken, InvalidInput, NotAuthenticated, NotPermitted, UserNotFound
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import IdentityDraft, UserDraft, UserKey

WECHAT = IdentityDraft("wechat", "user001", "openid", ext_idp_id="idp1")


async def person(services: Services, pool: PoolForTests, name: str) -> str:
    return (await services.users.create(pool.administrator, UserDraft({"username": name}))).id


async def test_a_stranger_is_refused_everywhere(services: Services, pool: PoolForTests) -> None:
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u1"), NotPermitted)):
        with pytest.raises(refusal):
            await services.identities.link(caller, "u2", WECHAT)
        with pytest.raises(refusal):
            await services.identities.unlink(caller, "u2", provider="wechat")
        with pytest.raises(refusal):
            await services.identities.list(caller, "u2")
        with pytest.raises(refusal):
            await services.identities.list_of_users(caller, ["u2"])


async def test_an_identity_is_linked_found_by_and_unlinked(services: Services, pool: PoolForTests) -> None:
    admin, user_id = pool.administrator, await person(services, pool, "one")
    linked = await services.identities.link(admin, user_id, WECHAT)
    assert (linked.provider, linked.user_id_in_idp, linked.type) == ("wechat", "user001", "openid")
    assert await services.identities.list(pool.user(user_id), user_id) == [linked]
    found = await services.users.find(admin, UserKey.identity("wechat", "user001"))
    assert found is not None
    assert found.id == user_id
    assert await services.identities.unlink(admin, user_id, provider="wechat") == 1
    assert await services.identities.list(admin, user_id) == []
    assert await services.identities.unlink(admin, user_id, provider="wechat") == 0


async def test_another_pools_identities_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    user_id = await person(services, pool, "one")
    await services.identities.link(pool.administrator, user_id, WECHAT)
    assert await services.identities.list(other_pool.administrator, user_id) == []
    with pytest.raises(UserNotFound):
        await services.identities.unlink(other_pool.administrator, user_id, provider="wechat")
    with pytest.raises(UserNotFound):
        await services.identities.link(other_pool.administrator, user_id, WECHAT)
    theirs = await person(services, other_pool, "two")
    await services.identities.link(other_pool.administrator, theirs, WECHAT)


async def test_an_identity_is_one_users_and_linking_it_again_is_success(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    one, two = await person(services, pool, "one"), await person(services, pool, "two")
    first = await services.identities.link(admin, one, WECHAT)
    assert await services.identities.link(admin, one, WECHAT) == first
    with pytest.raises(IdentityTaken):
        await services.identities.link(admin, two, WECHAT)


async def test_of_two_links_at_once_one_wins(services: Services, pool: PoolForTests) -> None:
    ids = [await person(services, pool, f"p{number}") for number in range(4)]
    outcomes = await asyncio.gather(
        *(services.identities.link(pool.administrator, user_id, WECHAT) for user_id in ids),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, IdentityTaken) for outcome in outcomes) == 3


async def test_unlinking_takes_what_was_meant_and_no_more(services: Services, pool: PoolForTests) -> None:
    admin, user_id = pool.administrator, await person(services, pool, "one")
    for provider, type_, source in (
        ("wechat", "openid", "a"),
        ("wechat", "unionid", "a"),
        ("wechat", "openid", "b"),
        ("oidc", "generic", "c"),
    ):
        await services.identities.link(admin, user_id, IdentityDraft(provider, "x", type_, ext_idp_id=source))
    assert await services.identities.unlink(admin, user_id, ext_idp_id="a", type_="openid") == 1
    assert await services.identities.unlink(admin, user_id, ext_idp_id="a", provider="wechat") == 1
    assert await services.identities.unlink(admin, user_id, provider="wechat") == 1
    left = await services.identities.list_of_users(admin, [user_id, "nobody"])
    assert [identity.provider for identity in left[user_id]] == ["oidc"]
    assert left["nobody"] == ()
    with pytest.raises(InvalidInput):
        await services.identities.unlink(admin, user_id)


@pytest.mark.parametrize(("provider", "value"), [("", "x"), ("wechat", ""), ("wechat", "x" * 257)])
async def test_what_names_nobody_is_refused(
    services: Services, pool: PoolForTests, provider: str, value: str
) -> None:
    user_id = await person(services, pool, "one")
    with pytest.raises(InvalidInput):
        await services.identities.link(pool.administrator, user_id, IdentityDraft(provider, value))


async def test_linking_and_unlinking_are_in_the_audit_log(services: Services, pool: PoolForTests) -> None:
    user_id = await person(services, pool, "one")
    await services.identities.link(pool.administrator, user_id, WECHAT)
    await services.identities.unlink(pool.administrator, user_id, ext_idp_id="idp1")
    query = RecordQuery("administrator", acts=(Act("link_identity"), Act("unlink_identity")))
    page = await services.audit.list_records(pool.administrator, query, PageRequest(1, 10))
    assert [(row.operation, row.user_id) for row in page.items] == [
        ("unlink_identity", user_id),
        ("link_identity", user_id),
    ]


async def test_a_deleted_users_identities_go_along(services: Services, pool: PoolForTests) -> None:
    user_id = await person(services, pool, "one")
    await services.identities.link(pool.administrator, user_id, WECHAT)
    await services.users.delete(pool.administrator, [user_id])
    assert await services.identities.list(pool.administrator, user_id) == []
