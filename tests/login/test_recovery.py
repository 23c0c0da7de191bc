import pytest

from poolhouse.errors import (
    CodeWrong,
    OldPasswordWrong,
    PasswordResetRequired,
    TokenExpired,
    TokenInvalid,
    UserNotFound,
    WeakPassword,
    WrongCredentials,
)
from poolhouse.users.model import UserDraft, UserKey

BOB = "bob@example.com"
BY_NAME = UserKey("username", "bob")


async def refused_login(services, visitor):
    with pytest.raises(PasswordResetRequired) as refused:
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    return refused.value.facts["token"]


async def test_a_code_resets_the_password_and_ends_every_session(services, visitor, bob, sent_code, audited):
    token = (await services.login.with_password(visitor, BY_NAME, "secret 1")).token.token
    await services.codes.send(visitor, "email", BOB, "reset_password")
    code = await sent_code(BOB)
    await services.recovery.by_code(visitor, "email", BOB, code, "secret 2")
    with pytest.raises(TokenExpired):
        await services.sessions.read(token)
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    assert (await services.login.with_password(visitor, BY_NAME, "secret 2")).user.email_verified
    with pytest.raises(CodeWrong):
        await services.recovery.by_code(visitor, "email", BOB, code, "secret 3")
    assert [row["success"] for row in await audited("update_password")] == [True]


async def test_a_weak_password_does_not_use_up_the_code(services, visitor, bob, sent_code, configure):
    await configure(password_strength={"level": "low"})
    await services.codes.send(visitor, "email", BOB, "reset_password")
    code = await sent_code(BOB)
    with pytest.raises(WeakPassword):
        await services.recovery.by_code(visitor, "email", BOB, code, "x")
    await services.recovery.by_code(visitor, "email", BOB, code, "secret 2")


async def test_an_old_password_does_not_come_back_by_a_code(services, visitor, bob, sent_code, configure):
    await configure(password_update_policy={"enabled": True, "difference_cycle": 2})
    await services.codes.send(visitor, "email", BOB, "reset_password")
    with pytest.raises(WeakPassword):
        await services.recovery.by_code(visitor, "email", BOB, await sent_code(BOB), "secret 1")


async def test_a_code_for_nobodys_address_resets_nothing(services, visitor, sent_code):
    await services.codes.send(visitor, "email", "nobody@example.com", "reset_password")
    code = await sent_code("nobody@example.com")
    with pytest.raises(UserNotFound):
        await services.recovery.by_code(visitor, "email", "nobody@example.com", code, "secret 2")


async def test_a_first_login_ticket_sets_the_password_once(services, pool, visitor, bob):
    await services.users.update(pool.administrator, bob.id, UserDraft({"reset_password_on_next_login": True}))
    ticket = await refused_login(services, visitor)
    await services.recovery.by_first_login(visitor, ticket, "secret 2")
    await services.login.with_password(visitor, BY_NAME, "secret 2")
    with pytest.raises(TokenInvalid):
        await services.recovery.by_first_login(visitor, ticket, "secret 3")


async def test_a_forced_change_wants_the_old_password(services, pool, visitor, bob, configure):
    await configure(password_update_policy={"enabled": True, "forced_cycle": 1, "difference_cycle": 2})
    long_ago = UserDraft({"password_last_set_at": "2020-01-01T00:00:00Z"})
    await services.users.update(pool.administrator, bob.id, long_ago)
    ticket = await refused_login(services, visitor)
    with pytest.raises(OldPasswordWrong):
        await services.recovery.forced(visitor, ticket, "wrong", "secret 2")
    with pytest.raises(WeakPassword):
        await services.recovery.forced(visitor, ticket, "secret 1", "secret 1")
    await services.recovery.forced(visitor, ticket, "secret 1", "secret 2")
    await services.login.with_password(visitor, BY_NAME, "secret 2")


async def test_a_ticket_allows_five_tries(services, pool, visitor, bob, configure):
    await configure(password_update_policy={"enabled": True, "forced_cycle": 1})
    long_ago = UserDraft({"password_last_set_at": "2020-01-01T00:00:00Z"})
    await services.users.update(pool.administrator, bob.id, long_ago)
    ticket = await refused_login(services, visitor)
    for _ in range(5):
        with pytest.raises(OldPasswordWrong):
            await services.recovery.forced(visitor, ticket, "wrong", "secret 2")
    with pytest.raises(TokenInvalid):
        await services.recovery.forced(visitor, ticket, "secret 1", "secret 2")


async def test_a_ticket_opens_nothing_but_its_own_step(services, pool, other_pool, visitor, bob):
    await services.users.update(pool.administrator, bob.id, UserDraft({"reset_password_on_next_login": True}))
    ticket = await refused_login(services, visitor)
    with pytest.raises(TokenInvalid):
        await services.recovery.forced(visitor, ticket, "secret 1", "secret 2")
    with pytest.raises(TokenInvalid):
        await services.recovery.by_first_login(other_pool.stranger, ticket, "secret 2")
    with pytest.raises(TokenInvalid):
        await services.sessions.read(ticket)
    for broken in ("", "x", ticket[:-1], ticket + "0", ticket.upper()):
        with pytest.raises(TokenInvalid):
            await services.recovery.by_first_login(visitor, broken, "secret 2")
