"""A ticket that was got by a code is good while the address it was sent to is the user's, as the code itself is."""

from dataclasses import replace

import pytest

from poolhouse.errors import MfaRequired, TokenInvalid
from poolhouse.login.own_account import NewContact, OldAddress
from poolhouse.users.model import UserDraft, UserKey

ADDRESS = {"email": "bob@example.com", "phone": "13800138000"}
OTHER = {"email": "new@example.com", "phone": "13900139000"}


@pytest.fixture
async def me(services, visitor, bob):
    session = (await services.login.with_password(visitor, UserKey("username", "bob"), "secret 1")).session
    return replace(visitor, kind="user", actor_id=bob.id, session_id=session.id)


@pytest.fixture
def code(services, visitor, sent_code):
    async def code(channel, purpose, address=None):
        target = address or ADDRESS[channel]
        await services.codes.send(visitor, channel, target, purpose)
        return await sent_code(target if channel == "email" else f"+86{target}")

    return code


async def reset(services, visitor, me, channel, code):
    ticket = await services.recovery.prove(
        visitor, channel, ADDRESS[channel], await code(channel, "reset_password")
    )
    return lambda: services.recovery.by_ticket(visitor, ticket, "secret 2")


async def second_step(services, visitor, me, channel, code):
    """Whoever has no second factor yet sets one up with the ticket."""
    await services.pools.update(replace(me, kind="administrator"), {}, {"mfa_required": True})
    with pytest.raises(MfaRequired) as required:
        await services.code_login.login(visitor, channel, ADDRESS[channel], await code(channel, "login"))
    return lambda: services.mfa_login.associate(visitor, required.value.facts["mfa_token"], "Shop")


async def another_address(services, visitor, me, channel, code):
    proved = NewContact(channel, OTHER[channel], await code(channel, "change", OTHER[channel]))
    ticket = await services.own_account.prove_address(me, proved, OldAddress(ADDRESS[channel]))
    return lambda: services.own_account.update_by_ticket(me, channel, ticket)


async def leaving(services, visitor, me, channel, code):
    ticket = await services.own_account.prove_by_code(me, channel, await code(channel, "delete_account"))
    return lambda: services.own_account.delete(me, ticket)


WAYS = pytest.mark.parametrize("way", [reset, second_step, another_address, leaving])


@WAYS
@pytest.mark.parametrize("channel", ["email", "phone"])
async def test_a_ticket_ends_with_the_address_it_was_got_by(
    services, pool, visitor, me, bob, code, way, channel
):
    use = await way(services, visitor, me, channel, code)
    theirs = {"email": "lin@example.com", "phone": "13700137000"}[channel]
    await services.users.update(pool.administrator, bob.id, UserDraft({channel: theirs}))
    with pytest.raises(TokenInvalid):
        await use()


@WAYS
@pytest.mark.parametrize("channel", ["email", "phone"])
async def test_a_ticket_outlives_a_change_of_another_field_and_the_same_address_once_more(
    services, pool, visitor, me, bob, code, way, channel
):
    use = await way(services, visitor, me, channel, code)
    same = {"nickname": "B", channel: ADDRESS[channel]}
    await services.users.update(pool.administrator, bob.id, UserDraft(same))
    await use()
