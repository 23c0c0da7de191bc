import time
from dataclasses import replace

import pytest

from poolhouse.errors import CodeWrong, FactorExists, MfaRequired, TokenInvalid, TooManyRequests
from poolhouse.login.model import SignIn
from poolhouse.login.tally import Limit
from poolhouse.mfa import totp
from poolhouse.users.model import UserKey

BY_NAME = UserKey("username", "bob")
BOB = "bob@example.com"


def code(secret, drift=0):
    return totp.code_at(totp.key_of(secret), int(time.time()) // 30 + drift)


async def first_step(services, visitor):
    with pytest.raises(MfaRequired) as required:
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    return required.value.facts["mfa_token"]


@pytest.fixture
async def secret(services, pool, bob):
    me = pool.user(bob.id)
    association = await services.mfa.associate(me, bob.id, "Shop", "bob")
    await services.mfa.confirm(me, bob.id, code(association.secret, -1))
    return association.secret


async def test_a_bound_authenticator_is_asked_for_and_lets_in(services, pool, visitor, bob, secret):
    ticket = await first_step(services, visitor)
    assert not (await services.sessions.login_state(pool.administrator, bob.id)).is_logged_in
    with pytest.raises(CodeWrong):
        await services.mfa_login.by_totp(visitor, ticket, "000000")
    logged_in = await services.mfa_login.by_totp(visitor, ticket, code(secret))
    assert (await services.sessions.read(logged_in.token.token)).subject == bob.id
    with pytest.raises(TokenInvalid):
        await services.mfa_login.by_totp(visitor, ticket, code(secret, 1))


async def test_the_session_of_a_second_step_knows_the_device(services, visitor, bob, secret):
    ticket = await first_step(services, visitor)
    visitor = replace(visitor, device_id="phone 7")
    logged_in = await services.mfa_login.by_totp(visitor, ticket, code(secret))
    assert logged_in.session.device_id == "phone 7"


async def test_every_way_in_asks_for_it(services, visitor, bob, secret, sent_code):
    await services.codes.send(visitor, "email", BOB, "login")
    with pytest.raises(MfaRequired):
        await services.code_login.login(visitor, "email", BOB, await sent_code(BOB))
    with pytest.raises(MfaRequired):
        await services.login.with_any_password(visitor, [BY_NAME], "secret 1", SignIn())


async def test_guessing_ends_after_ten_tries(services, visitor, bob, secret):
    ticket = await first_step(services, visitor)
    for _ in range(10):
        with pytest.raises(CodeWrong):
            await services.mfa_login.by_totp(visitor, ticket, "000000")
    with pytest.raises(TokenInvalid):
        await services.mfa_login.by_totp(visitor, ticket, code(secret))


async def test_new_tickets_do_not_help_guessing(services, visitor, bob, secret, monkeypatch):
    monkeypatch.setattr("poolhouse.login.mfa_login.TRIES", Limit(2, 900, locks=True))
    for _ in range(2):
        with pytest.raises(CodeWrong):
            await services.mfa_login.by_totp(visitor, await first_step(services, visitor), "000000")
    with pytest.raises(TooManyRequests):
        await services.mfa_login.by_totp(visitor, await first_step(services, visitor), code(secret))


async def test_a_ticket_is_no_token_and_no_other_pools(services, visitor, other_pool, bob, secret):
    ticket = await first_step(services, visitor)
    with pytest.raises(TokenInvalid):
        await services.sessions.read(ticket)
    with pytest.raises(TokenInvalid):
        await services.mfa_login.by_totp(other_pool.stranger, ticket, code(secret))
    with pytest.raises(TokenInvalid):
        await services.recovery.by_first_login(visitor, ticket, "secret 2")


async def test_a_recovery_code_stands_in(services, pool, visitor, bob):
    me = pool.user(bob.id)
    association = await services.mfa.associate(me, bob.id, "Shop", "bob")
    await services.mfa.confirm(me, bob.id, code(association.secret))
    ticket = await first_step(services, visitor)
    logged_in, following = await services.mfa_login.by_recovery_code(
        visitor, ticket, association.recovery_code
    )
    assert logged_in.token is not None
    assert following != association.recovery_code


async def test_where_the_pool_wants_it_one_is_bound_during_login(services, visitor, bob, configure):
    await configure(mfa_required=True)
    ticket = await first_step(services, visitor)
    association = await services.mfa_login.associate(visitor, ticket, "Shop")
    await services.mfa_login.confirm(visitor, ticket, code(association.secret, -1))
    with pytest.raises(FactorExists):
        await services.mfa_login.associate(visitor, ticket, "Shop")
    await services.mfa_login.by_totp(visitor, ticket, code(association.secret))


async def test_where_the_application_wants_it_a_mailed_code_will_do(
    services, pool, visitor, app, bob, sent_code
):
    await services.apps.update(pool.administrator, app.id, {}, {"mfa_required": True})
    ticket = await first_step(services, visitor)
    assert await services.mfa_login.is_bindable(visitor, ticket, "email", BOB)
    assert not await services.mfa_login.is_bindable(visitor, ticket, "email", "eve@example.com")
    await services.codes.send(visitor, "email", "eve@example.com", "mfa")
    with pytest.raises(CodeWrong):
        await services.mfa_login.by_code(
            visitor, ticket, "email", "eve@example.com", await sent_code("eve@example.com")
        )
    await services.codes.send(visitor, "email", BOB, "mfa")
    await services.mfa_login.by_code(visitor, ticket, "email", BOB, await sent_code(BOB))
    await services.login.with_password(replace(visitor, app_id=None), BY_NAME, "secret 1")


async def test_a_mailbox_does_not_stand_in_for_an_authenticator(services, visitor, bob, secret, sent_code):
    ticket = await first_step(services, visitor)
    await services.codes.send(visitor, "email", BOB, "mfa")
    with pytest.raises(CodeWrong):
        await services.mfa_login.by_code(visitor, ticket, "email", BOB, await sent_code(BOB))
