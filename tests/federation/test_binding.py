"""Whose account an outside identity opens, through a provider on the loopback."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer
from tests.federation.issuers import issuing

from poolhouse.errors import (
    AccountBlocked,
    EmailTaken,
    IdentitySourceNotFound,
    IdentityTaken,
    IdentityUnbound,
    MfaRequired,
    ProviderFailed,
    RegistrationDisabled,
)
from poolhouse.federation.model import ExternalId, ExternalUser
from poolhouse.login.model import LoggedIn, Registration
from poolhouse.services import Services
from poolhouse.users.model import IdentityDraft, User, UserDraft


async def _person(peer: Peer, **values: object) -> User:
    return await peer.services.users.create(peer.pool.administrator, UserDraft(values, password="lovelace"))


async def _link(peer: Peer, user: User, **given: str) -> None:
    draft = IdentityDraft(**{"provider": "corp", "user_id_in_idp": "ada", **given})  # type: ignore[arg-type]
    await peer.services.identities.link(peer.pool.administrator, user.id, draft)


async def test_a_connection_that_is_not_switched_on_signs_nobody_in(peer: Peer) -> None:
    await peer.services.sources.set_connection_enabled(
        peer.pool.administrator, peer.connection.id, "app", peer.app.id, False
    )
    with pytest.raises(IdentitySourceNotFound):
        await peer.begin()
    assert await peer.services.provider_connections.offered(peer.pool.id, peer.app.id) == []


async def test_who_comes_first_is_made_an_account_and_comes_back_to_it(peer: Peer) -> None:
    first = await peer.sign_in("ada", name="Ada", email="ada@x.cn", email_verified=True, gender="female")
    again = await peer.sign_in("ada", name="Somebody else now")
    assert first.token is not None
    assert again.user.id == first.user.id
    user = await peer.services.users.get(peer.pool.administrator, first.user.id)
    assert (user.name, user.email, user.email_verified, user.gender) == ("Ada", "ada@x.cn", True, "F")
    assert user.logins_count == 2
    [identity] = await peer.services.identities.list(peer.pool.administrator, user.id)
    assert (identity.provider, identity.type, identity.user_id_in_idp) == ("oidc", "generic", "ada")
    assert (identity.ext_idp_id, list(identity.connection_ids)) == (peer.source.id, [peer.connection.id])
    assert identity.profile["name"] == "Somebody else now"


async def test_another_pools_connection_of_that_name_is_another(peer: Peer, services: Services) -> None:
    other = await services.pools.create("另一个用户池")
    caller = replace(peer.caller, pool_id=other.id)
    with pytest.raises(IdentitySourceNotFound):
        await services.federation.begin(caller, "corp", "page", origin="https://a.example", browser="b")
    attempt = await services.federation.taken(
        peer.pool.stranger,
        (back := peer.issuer.back(await peer.begin(), "ada")) and dict(back)["state"],
        peer.browser,
    )
    assert attempt.pool_id == peer.pool.id


async def test_an_address_nobody_verified_is_not_written_and_finds_nobody(peer: Peer) -> None:
    theirs = await _person(peer, username="ada", email="ada@x.cn", email_verified=True)
    await peer.settings(match_fields=("email",))
    for verified in (None, False, "false", 1):
        came = await peer.sign_in(f"sub {verified}", email="ada@x.cn", email_verified=verified)
        assert came.user.id != theirs.id
        assert came.user.email is None


async def test_an_account_is_matched_where_both_sides_verified_the_address(peer: Peer) -> None:
    theirs = await _person(peer, username="ada", email="ada@x.cn", email_verified=True)
    with pytest.raises(EmailTaken):  # by an address alone nobody is matched until the connection says so
        await peer.sign_in("ada", email="ada@x.cn", email_verified=True)
    await peer.settings(match_fields=("email",))
    came = await peer.sign_in("ada", email="ada@x.cn", email_verified=True)
    assert came.user.id == theirs.id
    with pytest.raises(EmailTaken):  # the account is somebody else's at the source by now
        await peer.sign_in("mallory", email="ada@x.cn", email_verified=True)


async def test_an_account_made_in_advance_with_somebodys_address_is_not_theirs(peer: Peer) -> None:
    """Pre-hijacking: whoever signed up with it had proved nothing, whatever the pool sets as verified."""
    settings = {"email_verified_default": True}
    await peer.services.pools.update(peer.pool.administrator, {}, settings)
    waiting = Registration("email", {"email": "ada@x.cn", "username": "mallory"}, "m4llory-waits")
    made = await peer.services.registrations.register(peer.caller, waiting)
    assert made.user.email_verified
    await peer.settings(match_fields=("email",))
    came = await peer.sign_in("ada", email="ada@x.cn", email_verified=True)
    assert came.user.id != made.user.id
    assert came.user.email == "ada@x.cn"
    assert (await peer.services.users.get(peer.pool.administrator, made.user.id)).email is None


async def test_a_connection_for_known_people_makes_nobody(peer: Peer) -> None:
    await peer.settings(login_only=True)
    with pytest.raises(IdentityUnbound):
        await peer.sign_in("ada")
    assert (await peer.refusals())[-1] == {
        "method": "identity",
        "connection": "corp",
        "reason": "IdentityUnbound",
    }
    await _link(peer, user := await _person(peer, username="ada"))
    assert (await peer.sign_in("ada")).user.id == user.id


async def test_where_registration_is_closed_nobody_is_made(peer: Peer) -> None:
    await peer.services.pools.update(peer.pool.administrator, {}, {"register_disabled": True})
    with pytest.raises(RegistrationDisabled):
        await peer.sign_in("ada")


@pytest.mark.parametrize("by", ["identifier", "source", "before"])
async def test_a_linked_identity_opens_the_account_until_it_is_unlinked(peer: Peer, by: str) -> None:
    """`before`: linked while no source had the connection's name."""
    administrator = peer.pool.administrator
    user = await _person(peer, username="ada")
    if by == "before":
        await _link(peer, user, provider="later")
        await peer.services.db.execute(
            "update identity_connections set identifier = 'later' where pool_id = $1", peer.pool.id
        )
        peer.connection = await peer.services.sources.get_connection(administrator, peer.connection.id)
    else:
        await _link(peer, user, **({"ext_idp_id": peer.source.id} if by == "source" else {}))
    await peer.settings(login_only=True)
    assert (await peer.sign_in("ada")).user.id == user.id
    assert await peer.services.identities.unlink(administrator, user.id, ext_idp_id=peer.source.id) == 1
    with pytest.raises(IdentityUnbound):
        await peer.sign_in("ada")


async def test_what_was_linked_before_the_source_was_there_is_unlinked_by_the_source(peer: Peer) -> None:
    administrator, user = peer.pool.administrator, await _person(peer, username="ada")
    await peer.services.db.execute(
        "insert into user_identities (pool_id, id, user_id, provider, user_id_in_idp, connection_id) "
        "values ($1, $2, $3, 'corp', 'ada', 'corp')",
        peer.pool.id,
        "a" * 24,
        user.id,
    )
    assert await peer.services.identities.unlink(administrator, user.id, ext_idp_id=peer.source.id) == 1


async def test_who_may_not_log_in_does_not(peer: Peer) -> None:
    came = await peer.sign_in("ada")
    await peer.services.users.update(peer.pool.administrator, came.user.id, UserDraft({"blocked": True}))
    with pytest.raises(AccountBlocked):
        await peer.sign_in("ada")


async def test_a_second_factor_is_asked_for_as_of_everybody(peer: Peer) -> None:
    await peer.services.pools.update(peer.pool.administrator, {}, {"mfa_required": True})
    with pytest.raises(MfaRequired):
        await peer.sign_in("ada")


async def test_of_those_who_come_first_at_once_one_makes_the_account(peer: Peer) -> None:
    claims = {"email": "ada@x.cn", "email_verified": True}
    backs = [peer.issuer.back(await peer.begin(), "ada", **claims) for _ in range(6)]
    came = await asyncio.gather(*[peer.come_back(back) for back in backs])
    assert len({one.user.id for one in came if isinstance(one, LoggedIn)}) == 1
    count = "select count(*) from users where pool_id = $1"
    assert await peer.services.db.fetchval(count, peer.pool.id) == 1


async def test_an_identity_of_another_issuer_is_somebody_else(peer: Peer) -> None:
    """The connection was pointed elsewhere, where other people have the same numbers."""
    await peer.sign_in("1")
    async with issuing() as other:
        peer.services.provider_connections._outgoing._named |= {("127.0.0.1", other.port)}
        await peer.settings(fields={"issuer": other.url})
        peer.issuer = other
        with pytest.raises(ProviderFailed) as refused:
            await peer.sign_in("1")
    assert refused.value.step == "issuer"


async def test_the_profile_is_written_again_only_where_the_connection_says_so(peer: Peer) -> None:
    came = await peer.sign_in("ada", name="Ada", org="Analytical")
    assert came.user.company is None
    rules = {"profileMapping": {"company": "org", "blocked": "org", "email": "org"}, "syncProfile": "always"}
    await peer.settings(fields=rules)
    again = await peer.sign_in("ada", name="Ada King", org="Engines", nickname=7, locale="x" * 999)
    assert (again.user.name, again.user.company, again.user.blocked) == ("Ada King", "Engines", False)
    assert (again.user.email, again.user.nickname) == (None, None)


# -- several ids -------------------------------------------------------------------------------------------


def _both(openid: str, unionid: str) -> ExternalUser:
    return ExternalUser((ExternalId("openid", openid), ExternalId("unionid", unionid)), {"a": 1}, {})


async def _way(peer: Peer):  # type: ignore[no-untyped-def]
    return (await peer.services.provider_connections.open(peer.caller, "corp")).way


async def test_one_sign_in_writes_every_id_and_any_of_them_is_the_person(peer: Peer) -> None:
    binding, way = peer.services.arrivals._binding, await _way(peer)
    user = await binding.create(peer.caller, way, _both("o1", "u1"))
    kept = await peer.services.identities.list(peer.pool.administrator, user.id)
    assert {(one.type, one.user_id_in_idp) for one in kept} == {("openid", "o1"), ("unionid", "u1")}
    found = await binding.known(peer.caller, way, _both("o1", "u2"))
    assert found is not None
    assert found.id == user.id


async def test_an_id_that_is_somebody_elses_refuses(peer: Peer) -> None:
    binding, way = peer.services.arrivals._binding, await _way(peer)
    await binding.create(peer.caller, way, _both("o1", "u1"))
    await binding.create(peer.caller, way, _both("o2", "u2"))
    for mixed in (_both("o1", "u2"), _both("o3", "u2")):
        with pytest.raises(IdentityTaken):
            await binding.known(peer.caller, way, mixed)
        with pytest.raises(IdentityTaken):
            await binding.create(peer.caller, way, mixed)


async def test_an_administrators_word_of_another_id_opens_the_account(peer: Peer) -> None:
    user = await _person(peer, username="ada")
    await _link(peer, user, user_id_in_idp="u1", type="unionid", ext_idp_id=peer.source.id)
    binding, way = peer.services.arrivals._binding, await _way(peer)
    found = await binding.known(peer.caller, way, _both("o1", "u1"))
    assert found is not None
    assert found.id == user.id


# -- asking ------------------------------------------------------------------------------------------------


async def test_who_is_asked_has_the_account_they_sign_in_to(peer: Peer) -> None:
    await peer.settings(associable=True)
    user = await _person(peer, username="ada")
    ticket = await peer.asked("ada")
    with pytest.raises(ProviderFailed):  # in another browser it is nobody's
        await peer.services.arrivals.bind(peer.caller, ticket, "another browser", user)
    await peer.services.arrivals.bind(peer.caller, ticket, peer.browser, user)
    assert (await peer.sign_in("ada")).user.id == user.id
    with pytest.raises(ProviderFailed):  # and once
        await peer.services.arrivals.bind(peer.caller, ticket, peer.browser, user)


async def test_who_is_asked_may_have_a_new_account_unless_none_is_made(peer: Peer) -> None:
    await peer.settings(associable=True)
    made = await peer.services.arrivals.create(peer.caller, await peer.asked("ada"), peer.browser)
    assert (await peer.sign_in("ada")).user.id == made.user.id
    await peer.settings(login_only=True)
    with pytest.raises(IdentityUnbound):
        await peer.services.arrivals.create(peer.caller, await peer.asked("eve"), peer.browser)


async def test_an_account_that_is_somebody_elses_there_is_not_bound_again(peer: Peer) -> None:
    await peer.settings(associable=True)
    user = await _person(peer, username="ada")
    await peer.services.arrivals.bind(peer.caller, await peer.asked("ada"), peer.browser, user)
    with pytest.raises(IdentityTaken):
        await peer.services.arrivals.bind(peer.caller, await peer.asked("eve"), peer.browser, user)


async def test_a_ticket_of_another_application_is_refused(peer: Peer, pool: PoolForTests) -> None:
    await peer.settings(associable=True)
    other = await peer.services.apps.create(pool.administrator, "另一个应用")
    user = await _person(peer, username="ada")
    with pytest.raises(ProviderFailed):
        await peer.services.arrivals.bind(
            replace(peer.caller, app_id=other.id), await peer.asked("ada"), peer.browser, user
        )


async def test_a_field_is_written_whichever_of_its_two_names_it_comes_by(peer: Peer) -> None:
    """Clients and administrators write the API's names, users have their own."""
    await peer.settings(fields={"profileMapping": {"familyName": "clan", "given_name": "called"}})
    user = (await peer.sign_in("ada", clan="King", called="Ada")).user
    assert (user.family_name, user.given_name) == ("King", "Ada")
