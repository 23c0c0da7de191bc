"""Whoever proves an address first has it, not whoever wrote it down (docs/decisions/0015)."""

import re

import pytest

from poolhouse.errors import EmailTaken, PoolhouseError, UserNotFound, WrongCredentials
from poolhouse.login.model import CHANNELS, Registration, SignIn
from poolhouse.users.model import IdentityDraft, UserDraft, UserKey

ADDRESS = {"email": "victim@example.com", "phone": "13800138009"}
E164 = {"email": "victim@example.com", "phone": "+8613800138009"}


@pytest.fixture
async def code(services, visitor, sent_code, configure):
    await configure(verify_code_resend_after=0)

    async def code(channel, purpose):
        await services.codes.send(visitor, channel, ADDRESS[channel], purpose)
        return await sent_code(E164[channel])

    return code


@pytest.fixture
async def squat(services, visitor):
    """Somebody signs up with an address that is not theirs, and stays logged in."""

    async def squat(channel, **more):
        values = {"username": "mallory", channel: ADDRESS[channel], **more}
        registration = Registration("username", values, password="mallory's own", force_login=True)
        return await services.registrations.register(visitor, registration)

    return squat


def by_login(services, visitor, channel, code):
    return services.code_login.login(visitor, channel, ADDRESS[channel], code)


async def by_reset(services, visitor, channel, code):
    await services.recovery.by_code(visitor, channel, ADDRESS[channel], code, "the victim's")
    return await services.login.with_password(visitor, UserKey(channel, ADDRESS[channel]), "the victim's")


async def by_ticket(services, visitor, channel, code):
    ticket = await services.recovery.prove(visitor, channel, ADDRESS[channel], code)
    await services.recovery.by_ticket(visitor, ticket, "the victim's")
    return await services.login.with_password(visitor, UserKey(channel, ADDRESS[channel]), "the victim's")


WAYS = {"login": by_login, "reset": by_reset, "ticket": by_ticket}


async def proved(services, visitor, channel, way, code):
    purpose = "login" if way == "login" else "reset_password"
    return await WAYS[way](services, visitor, channel, await code(channel, purpose))


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("way", WAYS)
async def test_the_first_proof_of_an_address_shuts_out_whoever_wrote_it_down(
    services, visitor, squat, code, channel, way
):
    other = "phone" if channel == "email" else "email"
    squatter = await squat(channel, **{other: "13900139000" if other == "phone" else "mallory@example.com"})

    victim = await proved(services, visitor, channel, way, code)

    assert victim.user.id == squatter.user.id
    assert getattr(victim.user, f"{channel}_verified")
    assert getattr(victim.user, other) is None
    assert (await services.credentials.status(squatter.token.token)).claims is None
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, UserKey("username", "mallory"), "mallory's own")
    assert (await services.credentials.status(victim.token.token)).claims is not None


@pytest.mark.parametrize("way", WAYS)
async def test_an_account_with_something_proved_loses_the_address_and_keeps_the_rest(
    services, visitor, pool, code, sent_code, way
):
    await services.codes.send(visitor, "phone", "13900139000", "register")
    registration = Registration("phone_code", {"email": ADDRESS["email"]}, "mallory's own", force_login=True)
    mallory = await services.code_login.register(
        visitor, "phone", "13900139000", await sent_code("+8613900139000"), registration
    )
    with pytest.raises(UserNotFound):
        await proved(services, visitor, "email", way, code)
    left = await services.users.get(pool.administrator, mallory.user.id)
    assert (left.email, left.phone, left.phone_verified) == (None, "13900139000", True)
    how = SignIn(auto_register=True)
    victim = await services.code_login.login(
        visitor, "email", ADDRESS["email"], await code("email", "login"), how
    )
    assert victim.user.id != mallory.user.id


async def test_a_linked_identity_is_a_proof_of_somebody_elses(services, visitor, pool, squat, code):
    squatter = await squat("email")
    await services.identities.link(pool.administrator, squatter.user.id, IdentityDraft("github", "77"))
    with pytest.raises(UserNotFound):
        await proved(services, visitor, "email", "login", code)


async def test_a_sign_up_with_the_code_gets_the_address(services, visitor, pool, squat, code):
    squatter = await squat("email")
    registration = Registration("email_code", {}, "the victim's", force_login=True)
    victim = await services.code_login.register(
        visitor, "email", ADDRESS["email"], await code("email", "register"), registration
    )
    assert victim.user.id != squatter.user.id
    assert victim.user.email_verified
    assert (await services.users.get(pool.administrator, squatter.user.id)).email is None


async def test_a_proved_address_is_nobody_elses_to_sign_up_with(services, visitor, code):
    registration = Registration("email_code", {}, "the victim's")
    await services.code_login.register(
        visitor, "email", ADDRESS["email"], await code("email", "register"), registration
    )
    with pytest.raises(EmailTaken):
        await services.code_login.register(
            visitor, "email", ADDRESS["email"], await code("email", "register"), registration
        )


async def test_who_an_administrator_vouches_for_keeps_their_password(services, visitor, pool, code):
    draft = UserDraft({"username": "wei", **ADDRESS}, password="secret 1")
    user = await services.users.create(pool.administrator, draft)
    for channel in CHANNELS:
        assert getattr((await proved(services, visitor, channel, "login", code)).user, f"{channel}_verified")
    assert (
        await services.login.with_password(visitor, UserKey("username", "wei"), "secret 1")
    ).user.id == user.id


async def test_the_mailed_link_confirms_the_account_as_it_is(services, visitor, pool, squat, code, database):
    """Its text tells whose account it is; the usual way to prove one's own address."""
    await squat("email")
    await services.links.send(visitor, ADDRESS["email"], "VERIFY_EMAIL")
    body = await database.fetchval(
        "select body from mail_outbox where pool_id = $1 and body like '%token=%' order by created_at desc",
        pool.id,
    )
    ticket = re.search(r"token=([\w.-]+)", body)
    assert ticket
    assert (await services.links.verify(visitor, ticket[1])).email_verified
    await proved(services, visitor, "email", "login", code)
    assert await services.login.with_password(visitor, UserKey("username", "mallory"), "mallory's own")


async def test_the_second_code_login_takes_nothing_away(services, visitor, squat, code):
    await squat("email")
    first = await proved(services, visitor, "email", "reset", code)
    second = await proved(services, visitor, "email", "login", code)
    assert second.user.id == first.user.id
    assert await services.login.with_password(visitor, UserKey("username", "mallory"), "the victim's")


async def test_another_pool_with_the_same_address_is_not_concerned(
    services, visitor, other_pool, squat, code
):
    draft = UserDraft({"username": "wei", **ADDRESS}, password="secret 1")
    await services.users.create(other_pool.administrator, draft)
    await squat("email")
    await proved(services, visitor, "email", "login", code)
    assert await services.login.with_password(other_pool.stranger, UserKey("username", "wei"), "secret 1")


async def test_a_stranger_without_the_code_changes_nothing(services, visitor, squat):
    squatter = await squat("email")
    for way in WAYS.values():
        with pytest.raises(PoolhouseError):
            await way(services, visitor, "email", "000000")
    assert (await services.credentials.status(squatter.token.token)).claims is not None


async def test_a_number_of_another_country_is_taken_from_who_never_proved_it(
    services, pool, visitor, sent_code
):
    number = {"phone": "2025550123", "phone_country_code": "+1"}
    squatter = Registration("username", {"username": "mallory", **number}, "mallory's own")
    mallory = await services.registrations.register(visitor, squatter)
    await services.codes.send(visitor, "phone", number["phone"], "register", "+1")
    text = await sent_code("+12025550123")
    own = Registration("phone_code", {}, "the victim's")
    victim = await services.code_login.register(visitor, "phone", number["phone"], text, own, "+1")
    assert (victim.user.phone, victim.user.phone_country_code) == (number["phone"], "+1")
    assert (await services.users.get(pool.administrator, mallory.user.id)).phone is None
