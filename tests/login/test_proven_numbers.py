"""A number that a code proved is bound as the number it was sent to, whatever country the profile told of before."""

from dataclasses import replace

import pytest

from poolhouse.errors import MfaRequired
from poolhouse.login.own_account import NewContact, OldAddress
from poolhouse.users.model import UserDraft, UserKey

DIGITS = "13900139000"
"""A number of the default country, and a possible one with +1 before it."""


@pytest.fixture
async def abroad(services, pool, configure):
    """Somebody whose profile tells of +44."""
    await configure(verify_code_resend_after=0)
    draft = UserDraft(
        {"username": "ann", "phone": "7400123456", "phone_country_code": "+44"}, password="secret 1"
    )
    return await services.users.create(pool.administrator, draft)


@pytest.fixture
def me(visitor, abroad):
    return replace(visitor, kind="user", actor_id=abroad.id)


@pytest.fixture
async def send(services, visitor, sent_code):
    async def send(purpose):
        await services.codes.send(visitor, "phone", DIGITS, purpose)
        return await sent_code(f"+86{DIGITS}")

    return send


async def changed(services, me, send, configure):
    new = NewContact("phone", DIGITS, await send("change"))
    return await services.own_account.update_address(me, new, OldAddress())


async def changed_in_two_steps(services, me, send, configure):
    new = NewContact("phone", DIGITS, await send("change"))
    ticket = await services.own_account.prove_address(me, new, OldAddress())
    return await services.own_account.update_by_ticket(me, "phone", ticket)


async def bound_after_the_old_one_went(services, me, send, configure):
    await services.own_account.unbind_address(me, "phone")
    return await services.own_account.bind_address(me, NewContact("phone", DIGITS, await send("bind")))


async def bound_by_a_second_step(services, me, send, configure):
    await services.own_account.unbind_address(me, "phone")
    await configure(mfa_required=True)
    visitor = replace(me, kind="anonymous", actor_id="")
    with pytest.raises(MfaRequired) as required:
        await services.login.with_password(visitor, UserKey("username", "ann"), "secret 1")
    ticket = required.value.facts["mfa_token"]
    return (await services.mfa_login.by_code(visitor, ticket, "phone", DIGITS, await send("mfa"))).user


WAYS = [changed, changed_in_two_steps, bound_after_the_old_one_went, bound_by_a_second_step]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_a_proven_number_is_the_one_the_code_went_to(services, pool, me, send, configure, way):
    user = await way(services, me, send, configure)
    assert (user.phone, user.phone_country_code, user.phone_verified) == (DIGITS, None, True)
    key = UserKey("phone", DIGITS, "+86")
    assert (await services.users.find(pool.administrator, key)).id == user.id
