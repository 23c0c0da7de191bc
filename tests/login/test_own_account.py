from dataclasses import replace

import pytest

from poolhouse.errors import (
    CodeWrong,
    EmailNotDirectly,
    EmailTaken,
    FieldNotYours,
    LastLoginMethod,
    NotAuthenticated,
    OldEmailMismatch,
    OldEmailUnproven,
    OldPasswordRequired,
    OldPasswordWrong,
    OldPhoneMismatch,
    OldPhoneUnproven,
    PhoneNotDirectly,
    PhoneTaken,
    SameEmail,
    TokenExpired,
    TokenInvalid,
    TooManyRequests,
    WeakPassword,
)
from poolhouse.login.own_account import NewContact, OldAddress
from poolhouse.users.model import UserDraft, UserKey

BY_NAME = UserKey("username", "bob")
BOB = "bob@example.com"


@pytest.fixture
async def me(services, pool, visitor, bob):
    """Bob, logged in."""
    session = (await services.login.with_password(visitor, BY_NAME, "secret 1")).session
    return replace(visitor, kind="user", actor_id=bob.id, session_id=session.id)


@pytest.fixture
async def send(services, visitor, sent_code):
    async def send(channel, target, purpose):
        await services.codes.send(visitor, channel, target, purpose)
        return await sent_code(target if channel == "email" else f"+86{target}")

    return send


async def test_a_stranger_has_no_account(services, visitor, pool):
    for caller in (visitor, pool.administrator):
        with pytest.raises(NotAuthenticated):
            await services.own_account.update_profile(caller, {"nickname": "x"})
        with pytest.raises(NotAuthenticated):
            await services.own_account.update_password(caller, "secret 2", "secret 1")


async def test_a_profile_is_ones_own_to_write(services, me):
    user = await services.own_account.update_profile(
        me, {"nickname": "鲍勃", "city": "北京", "username": "bobby"}
    )
    assert (user.nickname, user.city, user.username) == ("鲍勃", "北京", "bobby")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("email", "eve@example.com", EmailNotDirectly),
        ("phone", "13900139000", PhoneNotDirectly),
        ("unionid", "x", FieldNotYours),
        ("openid", "x", FieldNotYours),
        ("external_id", "x", FieldNotYours),
        ("blocked", True, FieldNotYours),
        ("email_verified", True, FieldNotYours),
        ("logins_count", 7, FieldNotYours),
        ("token_expired_at", "2030-01-01T00:00:00Z", FieldNotYours),
    ],
)
async def test_the_rest_is_refused_by_name(services, me, field, value, error):
    with pytest.raises(error):
        await services.own_account.update_profile(me, {field: value, "nickname": "x"})
    assert (await services.own_account.get(me)).nickname is None


async def test_unchanged_fields_do_not_count(services, me):
    await services.own_account.update_profile(me, {"email": BOB, "phone": "13800138000", "nickname": "x"})


async def test_a_password_change_ends_the_other_sessions(services, visitor, me):
    other = (await services.login.with_password(visitor, BY_NAME, "secret 1")).token.token
    await services.own_account.update_password(me, "secret 2", "secret 1")
    with pytest.raises(TokenExpired):
        await services.sessions.read(other)
    assert await services.sessions.find(me.pool_id, me.session_id)
    await services.login.with_password(visitor, BY_NAME, "secret 2")


async def test_the_old_password_is_asked_for(services, me, configure, audited):
    with pytest.raises(OldPasswordRequired):
        await services.own_account.update_password(me, "secret 2", None)
    with pytest.raises(OldPasswordWrong):
        await services.own_account.update_password(me, "secret 2", "wrong")
    await configure(password_strength={"level": "high"})
    with pytest.raises(WeakPassword):
        await services.own_account.update_password(me, "secret", "secret 1")
    assert [row["success"] for row in await audited("update_password")] == [False]


async def test_a_stolen_session_cannot_guess_the_password(services, me):
    for _ in range(10):
        with pytest.raises(OldPasswordWrong):
            await services.own_account.update_password(me, "secret 2", "wrong")
    with pytest.raises(TooManyRequests):
        await services.own_account.update_password(me, "secret 2", "secret 1")


async def test_who_has_no_password_needs_no_old_one(services, pool, visitor):
    user = await services.users.create(pool.administrator, UserDraft({"phone": "13700137000"}))
    caller = replace(visitor, kind="user", actor_id=user.id)
    assert not await services.own_account.has_password(caller)
    await services.own_account.update_password(caller, "secret 1", None)
    assert await services.own_account.has_password(caller)


async def test_an_old_password_may_not_come_back(services, me, configure):
    await configure(password_update_policy={"enabled": True, "difference_cycle": 2})
    await services.own_account.update_password(me, "secret 2", "secret 1")
    with pytest.raises(WeakPassword):
        await services.own_account.update_password(me, "secret 1", "secret 2")
    await services.own_account.update_password(me, "secret 3", "secret 2")
    await services.own_account.update_password(me, "secret 1", "secret 3")


async def test_an_email_changes_with_a_code_sent_to_the_new_one(services, me, send, configure):
    await configure(verify_code_resend_after=0)
    new = NewContact("email", "new@example.com", await send("email", "new@example.com", "change"))
    with pytest.raises(OldEmailMismatch):
        await services.own_account.update_address(me, new, OldAddress("other@example.com"))
    await configure(verify_old_email=True)
    with pytest.raises(OldEmailUnproven):
        await services.own_account.update_address(me, new, OldAddress(BOB))
    with pytest.raises(CodeWrong):
        await services.own_account.update_address(me, new, OldAddress(BOB, "000000"))
    old = OldAddress(BOB, await send("email", BOB, "change"))
    user = await services.own_account.update_address(me, new, old)
    assert (user.email, user.email_verified) == ("new@example.com", True)
    with pytest.raises(SameEmail):
        await services.own_account.update_address(me, replace(new, target="New@example.com"), OldAddress())


@pytest.fixture
async def abroad(services, pool, visitor):
    """Somebody with a British number, logged in."""
    draft = UserDraft({"phone": "7400123456", "phone_country_code": "+44"})
    user = await services.users.create(pool.administrator, draft)
    return replace(visitor, kind="user", actor_id=user.id)


async def test_an_old_number_without_its_country_is_one_of_the_users_own(
    services, abroad, visitor, sent_code, send, configure
):
    await configure(verify_code_resend_after=0, verify_old_phone=True)
    new = NewContact("phone", "13900139000", await send("phone", "13900139000", "change"))
    with pytest.raises(OldPhoneMismatch):
        await services.own_account.update_address(abroad, new, OldAddress("7400123456", country_code="+33"))
    with pytest.raises(OldPhoneUnproven) as unproven:
        await services.own_account.update_address(abroad, new, OldAddress("7400123456"))
    assert unproven.value.facts["field"] == "oldPhoneCode"
    await services.codes.send(visitor, "phone", "7400123456", "change", "+44")
    old = OldAddress("7400123456", await sent_code("+447400123456"))
    user = await services.own_account.update_address(abroad, new, old)
    assert (user.phone, user.phone_verified) == ("13900139000", True)


async def test_a_ticket_changes_its_own_users_address_and_no_other_kind(services, me, abroad, send):
    for channel in ("email", "phone"):
        await services.own_account.unbind_address(me, channel)
    new = NewContact("email", "new@example.com", await send("email", "new@example.com", "change"))
    ticket = await services.own_account.prove_address(me, new, OldAddress())
    with pytest.raises(TokenInvalid):
        await services.own_account.update_by_ticket(abroad, "email", ticket)
    with pytest.raises(TokenInvalid):
        await services.own_account.update_by_ticket(me, "phone", ticket)
    assert (await services.own_account.update_by_ticket(me, "email", ticket)).email == "new@example.com"


async def test_somebody_elses_email_stays_theirs(services, pool, me, send):
    await services.users.create(pool.administrator, UserDraft({"email": "ann@example.com"}))
    new = NewContact("email", "ann@example.com", await send("email", "ann@example.com", "change"))
    with pytest.raises(EmailTaken):
        await services.own_account.update_address(me, new, OldAddress())


async def test_unbinding_and_binding(services, me, send):
    user = await services.own_account.unbind_address(me, "email")
    assert (user.email, user.email_verified) == (None, False)
    with pytest.raises(PhoneTaken):
        await services.own_account.bind_address(me, NewContact("phone", "13900139000", "000000"))
    code = await send("email", "new@example.com", "bind")
    user = await services.own_account.bind_address(me, NewContact("email", "new@example.com", code))
    assert (user.email, user.email_verified) == ("new@example.com", True)


async def test_the_last_way_in_stays(services, pool, visitor):
    user = await services.users.create(pool.administrator, UserDraft({"email": "only@example.com"}))
    with pytest.raises(LastLoginMethod):
        await services.own_account.unbind_address(replace(visitor, kind="user", actor_id=user.id), "email")


async def test_the_security_level_counts_what_is_set(services, me):
    level = await services.own_account.security_level(me)
    assert (level.email, level.phone, level.password, level.mfa, level.score) == (True, True, True, False, 75)
