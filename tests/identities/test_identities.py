import asyncio

import pytest
from tests.conftest import PoolForTests
from tests.federation.fitting import FIELDS

from poolhouse.audit.model import Act, RecordQuery
from poolhouse.directory.postgres import insert_identity
from poolhouse.errors import (
    IdentitySourceNotFound,
    IdentityTaken,
    InvalidInput,
    NotAuthenticated,
    NotPermitted,
    UserNotFound,
)
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft, Source
from poolhouse.users.model import IdentityDraft, UserDraft, UserKey

WECHAT = IdentityDraft("wechat", "user001", "openid")
"""By the identifier alone, as in the documented example (docs/contract/users.md#linked-identities)."""


async def person(services: Services, pool: PoolForTests, name: str) -> str:
    return (await services.users.create(pool.administrator, UserDraft({"username": name}))).id


async def source(services: Services, pool: PoolForTests, kind: str, *identifiers: str) -> Source:
    drafts = [ConnectionDraft(f"{kind}:pc", one, one, FIELDS) for one in identifiers]
    return await services.sources.create(pool.administrator, kind, kind, connections=drafts)


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
    a, b, c = [
        await source(services, pool, kind, kind + n)
        for kind, n in (("wechat", "1"), ("wechat", "2"), ("oidc", "3"))
    ]
    for type_, one in (("openid", a), ("unionid", a), ("openid", b), ("generic", c)):
        await services.identities.link(admin, user_id, IdentityDraft("", "x", type_, ext_idp_id=one.id))
    assert await services.identities.unlink(admin, user_id, ext_idp_id=a.id, type_="openid") == 1
    assert await services.identities.unlink(admin, user_id, ext_idp_id=a.id, provider="wechat") == 1
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
    await services.identities.unlink(pool.administrator, user_id, provider="wechat")
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


async def test_the_provider_is_the_kind_of_the_source_and_its_connection_the_origin(
    services: Services, pool: PoolForTests
) -> None:
    admin, user_id = pool.administrator, await person(services, pool, "one")
    made = await source(services, pool, "wechat", "wx-pc", "wx-mobile")
    ids = {one.identifier: one.id for one in made.connections}
    first, second = ids["wx-pc"], ids["wx-mobile"]
    for number, (draft, origins) in enumerate(
        (
            (IdentityDraft("wx-pc", "1", ext_idp_id=made.id), [first]),
            (IdentityDraft("wx-mobile", "2"), [second]),
            (IdentityDraft("", "3", ext_idp_id=made.id), [first, second]),
            (IdentityDraft("elsewhere", "4", ext_idp_id=made.id), [first, second]),
        )
    ):
        linked = await services.identities.link(admin, user_id, draft)
        assert (linked.provider, linked.ext_idp_id) == ("wechat", made.id), number
        assert sorted(linked.connection_ids) == sorted(origins), number


async def test_an_unknown_source_is_refused(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    user_id = await person(services, pool, "one")
    theirs = await source(services, other_pool, "wechat", "wechat")
    for source_id in ("0" * 24, theirs.id):
        with pytest.raises(IdentitySourceNotFound):
            await services.identities.link(
                pool.administrator, user_id, IdentityDraft("wechat", "1", ext_idp_id=source_id)
            )
    assert await services.identities.list(pool.administrator, user_id) == []


async def test_what_no_connection_is_known_of_yet_is_the_administrators_word(
    services: Services, pool: PoolForTests
) -> None:
    admin, user_id = pool.administrator, await person(services, pool, "one")
    linked = await services.identities.link(admin, user_id, WECHAT)
    assert (linked.provider, linked.ext_idp_id, list(linked.connection_ids)) == ("wechat", "", ["wechat"])
    made = await source(services, pool, "wechat", "wechat")
    (shown,) = await services.identities.list(admin, user_id)
    assert list(shown.connection_ids) == [made.connections[0].id]
    both = {"ext_idp_id": made.id, "provider": "wechat"}
    assert await services.identities.unlink(admin, user_id, **both) == 1


async def test_it_is_unlinked_by_the_identifier_it_was_linked_by(
    services: Services, pool: PoolForTests
) -> None:
    admin, user_id = pool.administrator, await person(services, pool, "one")
    made = await source(services, pool, "oidc", "work")
    for by in ({"provider": "work"}, {"provider": "oidc"}, {"provider": made.connections[0].id}):
        await services.identities.link(admin, user_id, IdentityDraft("work", "7"))
        assert await services.identities.unlink(admin, user_id, provider="home") == 0
        assert await services.identities.unlink(admin, user_id, **by) == 1


async def test_it_is_one_users_under_whatever_type(services: Services, pool: PoolForTests) -> None:
    admin = pool.administrator
    one, two = await person(services, pool, "one"), await person(services, pool, "two")
    await services.identities.link(admin, one, IdentityDraft("wechat", "x", "openid"))
    await services.identities.link(admin, one, IdentityDraft("wechat", "x", "unionid"))
    for type_ in ("openid", "generic"):
        with pytest.raises(IdentityTaken):
            await services.identities.link(admin, two, IdentityDraft("wechat", "x", type_))
    with pytest.raises(IdentityTaken):
        await services.users.create(
            admin, UserDraft({"username": "three"}), IdentityDraft("wechat", "x", "generic")
        )


async def test_two_sources_of_a_kind_may_have_the_same_id_for_two_people(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    for name in ("one", "two"):
        made = await source(services, pool, "oidc", name)
        draft = IdentityDraft("", "1", ext_idp_id=made.id)
        await services.identities.link(admin, await person(services, pool, name), draft)


async def test_of_many_links_at_once_under_different_types_one_user_wins(
    services: Services, pool: PoolForTests
) -> None:
    ids = [await person(services, pool, f"p{number}") for number in range(4)]
    outcomes = await asyncio.gather(
        *(
            services.identities.link(pool.administrator, user_id, IdentityDraft("qq", "x", f"t{number}"))
            for number, user_id in enumerate(ids)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, IdentityTaken) for outcome in outcomes) == 3


async def test_the_same_link_twice_at_once_is_success_both_times(
    services: Services, pool: PoolForTests
) -> None:
    admin, user_id = pool.administrator, await person(services, pool, "one")
    first, *others = await asyncio.gather(
        *(services.identities.link(admin, user_id, WECHAT) for _ in range(4))
    )
    assert others == [first] * 3


async def test_a_pool_waits_for_no_other_pools_identity(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    """The same identity of both, and the neighbour's is written but not committed."""
    here, there = [
        await services.users.create(one.administrator, UserDraft({"username": "ann"}))
        for one in (pool, other_pool)
    ]
    async with services.db.transaction() as held, asyncio.timeout(10):
        await insert_identity(held, other_pool.id, there.id, WECHAT)
        await services.identities.link(pool.administrator, here.id, WECHAT)
