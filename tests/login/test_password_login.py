import asyncio
from dataclasses import replace

import pytest

from poolhouse.errors import (
    AccountBlocked,
    AccountSuspended,
    AppAccessDenied,
    CaptchaRequired,
    CodeWrong,
    EmailUnverified,
    NotAuthenticated,
    NotSupported,
    PasswordResetRequired,
    RegistrationDisabled,
    TokenExpired,
    TooManyRequests,
    WrongCredentials,
)
from poolhouse.login import lockout
from poolhouse.login.model import Registration, SignIn
from poolhouse.pools.model import RateCheck
from poolhouse.resources.model import AccessRule, Effect, TargetType
from poolhouse.users.model import UserDraft, UserKey

BY_NAME = UserKey("username", "bob")


@pytest.mark.parametrize(
    "key",
    [BY_NAME, UserKey("email", "bob@example.COM"), UserKey("phone", "13800138000")],
    ids=["username", "email", "phone"],
)
async def test_a_right_password_opens_a_session(services, pool, visitor, app, bob, key):
    logged_in = await services.login.with_password(visitor, key, "secret 1")
    assert logged_in.user.id == bob.id
    claims = await services.sessions.read(logged_in.token.token)
    assert (claims.subject, claims.app_id) == (bob.id, app.id)
    state = await services.sessions.login_state(pool.administrator, bob.id)
    assert state.app_ids == (app.id,)


@pytest.mark.parametrize(
    ("key", "password"),
    [
        (BY_NAME, "wrong"),
        (BY_NAME, ""),
        (UserKey("username", "Bob"), "secret 1"),
        (UserKey("username", "nobody"), "secret 1"),
        (UserKey("email", "nobody@example.com"), "secret 1"),
    ],
)
async def test_unknown_user_and_wrong_password_are_one_answer(services, visitor, bob, key, password, audited):
    with pytest.raises(WrongCredentials) as refused:
        await services.login.with_password(visitor, key, password)
    assert refused.value.facts == {}
    row = (await audited("login"))[-1]
    assert not row["success"]
    assert row["ip"] == "203.0.113.7"


async def test_another_pools_user_is_unknown_here(services, other_pool, bob):
    with pytest.raises(WrongCredentials):
        await services.login.with_password(other_pool.stranger, BY_NAME, "secret 1")


async def test_another_pools_application_is_unknown_here(services, other_pool, visitor, bob):
    from poolhouse.errors import AppNotFound

    theirs = await services.apps.create(other_pool.administrator, "theirs")
    with pytest.raises(AppNotFound):
        await services.login.with_password(replace(visitor, app_id=theirs.id), BY_NAME, "secret 1")


async def test_logins_are_counted_and_remembered(services, pool, visitor, app, bob):
    first = await services.login.with_password(visitor, BY_NAME, "secret 1")
    assert first.user.logins_count == 1
    await services.login.with_password(visitor, BY_NAME, "secret 1")
    stored = await services.users.get(pool.administrator, bob.id)
    assert stored.logins_count == 2
    assert stored.last_ip == "203.0.113.7"
    assert stored.last_login is not None
    assert stored.last_login_app == app.id


async def test_forty_logins_of_one_user_at_once_are_all_counted(services, pool, visitor, bob):
    tries = [services.login.with_password(visitor, BY_NAME, "secret 1") for _ in range(40)]
    await asyncio.gather(*tries)
    assert (await services.users.get(pool.administrator, bob.id)).logins_count == 40


@pytest.mark.parametrize(
    ("change", "error"),
    [({"blocked": True}, AccountBlocked), ({"status": "Suspended"}, AccountSuspended)],
)
async def test_who_is_shut_out_learns_it_only_with_the_password(services, pool, visitor, bob, change, error):
    await services.users.update(pool.administrator, bob.id, UserDraft(change))
    with pytest.raises(error):
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, BY_NAME, "wrong")


async def test_blocking_ends_a_running_session(services, pool, visitor, bob):
    token = (await services.login.with_password(visitor, BY_NAME, "secret 1")).token.token
    await services.users.update(pool.administrator, bob.id, UserDraft({"blocked": True}))
    with pytest.raises(TokenExpired):
        await services.sessions.read(token)


async def test_deleting_a_user_ends_their_sessions(services, pool, visitor, bob):
    token = (await services.login.with_password(visitor, BY_NAME, "secret 1")).token.token
    await services.users.delete(pool.administrator, [bob.id])
    with pytest.raises(TokenExpired):
        await services.sessions.read(token)


async def test_an_imported_hash_is_replaced_at_the_first_login(services, pool, visitor, database):
    import bcrypt

    stored = bcrypt.hashpw(b"old secret", bcrypt.gensalt(4)).decode()
    user = await services.users.create(
        pool.administrator, UserDraft({"username": "ann"}, password_hash=stored)
    )
    for _ in range(2):
        await services.login.with_password(visitor, UserKey("username", "ann"), "old secret")
    sql = "select password_hash from users where pool_id = $1 and id = $2"
    assert (await database.fetchval(sql, pool.id, user.id)).startswith("$argon2id$")


async def test_an_unverified_email_can_be_kept_out(services, visitor, bob, configure):
    await configure(login_require_email_verified=True)
    with pytest.raises(EmailUnverified):
        await services.login.with_password(visitor, BY_NAME, "secret 1")


async def test_any_of_the_three_names_will_do(services, visitor, bob):
    keys = [UserKey(kind, "13800138000") for kind in ("username", "email", "phone")]
    assert (await services.login.with_any_password(visitor, keys, "secret 1")).user.id == bob.id


# -- too many failures -------------------------------------------------------------------------------------

LIMIT = {"enabled": True, "limit": 3, "time_interval": 300}


async def fail(services, visitor, times, key=BY_NAME):
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            await services.login.with_password(visitor, key, "wrong")


async def test_an_address_with_many_failures_must_solve_a_captcha(services, pool, visitor, bob, configure):
    await configure(login_fail_check=LIMIT)
    await fail(services, visitor, 1)
    await fail(services, visitor, 2, UserKey("username", "nobody"))
    with pytest.raises(CaptchaRequired):
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    elsewhere = replace(visitor, ip="203.0.113.8")
    await services.login.with_password(elsewhere, BY_NAME, "secret 1")
    challenge = await services.captchas.issue(visitor)
    with pytest.raises(CodeWrong):
        await services.login.with_password(visitor, BY_NAME, "secret 1", SignIn(captcha="wrong"))
    challenge = await services.captchas.issue(visitor)
    how = SignIn(captcha=challenge.answer.upper())
    await services.login.with_password(visitor, BY_NAME, "secret 1", how)
    with pytest.raises(CodeWrong):
        await services.login.with_password(visitor, BY_NAME, "secret 1", how)


@pytest.mark.parametrize("name", ["bob", "nobody"])
async def test_an_account_locks_whether_it_exists_or_not(services, visitor, bob, configure, name):
    await configure(login_password_fail_check=LIMIT, login_fail_strategy="block-account")
    await fail(services, visitor, 3, UserKey("username", name))
    for password in ("wrong", "secret 1"):
        with pytest.raises(AccountBlocked):
            await services.login.with_password(visitor, UserKey("username", name), password)


async def test_a_mailed_code_unlocks_an_account(services, pool, visitor, bob, configure, sent_code):
    await configure(login_password_fail_check=LIMIT, login_fail_strategy="block-account", self_unlock=False)
    await fail(services, visitor, 3)
    await services.codes.send(visitor, "email", "bob@example.com", "unlock")
    code = await sent_code("bob@example.com")
    with pytest.raises(NotSupported):
        await services.recovery.unlock(visitor, "email", "bob@example.com", code)
    await configure(self_unlock=True)
    with pytest.raises(CodeWrong):
        await services.recovery.unlock(visitor, "email", "eve@example.com", code)
    await services.recovery.unlock(visitor, "email", "bob@example.com", code)
    await services.login.with_password(visitor, BY_NAME, "secret 1")


async def test_a_right_password_clears_the_accounts_failures(services, visitor, bob, configure):
    await configure(login_password_fail_check=LIMIT, login_fail_strategy="block-account")
    for _ in range(3):
        await fail(services, visitor, 2)
        await services.login.with_password(visitor, BY_NAME, "secret 1")


async def test_a_right_password_clears_the_accounts_failures_also_where_it_is_not_enough(
    services, pool, visitor, bob, configure
):
    await configure(login_password_fail_check=LIMIT, login_fail_strategy="block-account")
    await services.apps.update(pool.administrator, visitor.app_id, {}, {"default_access": "DENY_ALL"})
    for _ in range(3):
        await fail(services, visitor, 2)
        with pytest.raises(AppAccessDenied):
            await services.login.with_password(visitor, BY_NAME, "secret 1")


async def test_a_password_that_is_replaced_while_its_login_waits_opens_nothing(services, pool, visitor, bob):
    known = await services.directories.native.account_of(visitor, BY_NAME)
    await services.users.update(pool.administrator, bob.id, UserDraft(password="brand new 1"))
    for password in ("secret 1", "brand new 1"):
        with pytest.raises(WrongCredentials):
            await services.directories.native.authenticate(visitor, BY_NAME, password, known)
    assert (await services.login.with_password(visitor, BY_NAME, "brand new 1")).token


async def test_a_pool_that_counts_nothing_still_ends_guessing(services, visitor, bob, configure, monkeypatch):
    await configure(login_password_fail_check={"enabled": False})
    monkeypatch.setattr(lockout, "FLOOR", RateCheck(enabled=True, limit=3, time_interval=600))
    for name in ("bob", "nobody"):
        key = UserKey("username", name)
        await fail(services, visitor, 3, key)
        with pytest.raises(TooManyRequests):
            await services.login.with_password(visitor, key, "secret 1")


async def test_a_password_set_by_an_administrator_ends_every_session(services, pool, visitor, bob):
    token = (await services.login.with_password(visitor, BY_NAME, "secret 1")).token.token
    await services.users.update(pool.administrator, bob.id, UserDraft(password="secret 2"))
    with pytest.raises(TokenExpired):
        await services.sessions.read(token)


# -- passwords that must change ----------------------------------------------------------------------------


async def test_a_first_login_leads_to_a_new_password(services, pool, visitor, bob):
    await services.users.update(pool.administrator, bob.id, UserDraft({"reset_password_on_next_login": True}))
    with pytest.raises(PasswordResetRequired) as refused:
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    assert refused.value.facts["old_password"] is False
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, BY_NAME, "wrong")


async def test_an_overdue_password_leads_to_a_new_one(services, pool, visitor, bob, configure):
    await configure(password_update_policy={"enabled": True, "forced_cycle": 30})
    await services.login.with_password(visitor, BY_NAME, "secret 1")
    await services.users.update(
        pool.administrator, bob.id, UserDraft({"password_last_set_at": "2020-01-01T00:00:00Z"})
    )
    with pytest.raises(PasswordResetRequired) as refused:
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    assert refused.value.facts["old_password"] is True


# -- tokens ------------------------------------------------------------------------------------------------


async def test_status_and_refresh(services, pool, visitor, app, bob):
    token = (await services.login.with_password(visitor, BY_NAME, "secret 1")).token
    status = await services.credentials.status(token.token)
    assert status.claims.subject == bob.id
    caller = replace(pool.user(bob.id), app_id=app.id, session_id=status.claims.session_id)
    fresh = await services.login.refresh(caller)
    assert (await services.sessions.read(fresh.token)).session_id == status.claims.session_id
    await services.sessions.kick(pool.administrator, [bob.id])
    for dead in (token.token, fresh.token):
        assert await services.credentials.status(dead) == type(status)(None, expired=True)
    with pytest.raises(TokenExpired):
        await services.login.refresh(caller)
    assert (await services.credentials.status("garbage")).claims is None


async def test_the_audit_log_tells_whose_token_was_made_anew_and_who_unlocked_themselves(
    services, pool, visitor, bob, configure, sent_code, audited
):
    await configure(self_unlock=True)
    await services.login.refresh(pool.administrator, bob.id)
    await services.codes.send(visitor, "email", bob.email, "unlock")
    await services.recovery.unlock(visitor, "email", bob.email, await sent_code(bob.email))
    for operation in ("refresh_token", "unblock"):
        (row,) = await audited(operation)
        assert (row["user_id"], row["user_name"]) == (bob.id, bob.display_name)


async def test_a_stranger_refreshes_nothing_and_an_administrator_anybody(services, pool, visitor, bob):
    with pytest.raises(NotAuthenticated):
        await services.login.refresh(visitor)
    issued = await services.login.refresh(pool.administrator, bob.id)
    assert (await services.sessions.read(issued.token)).subject == bob.id


async def test_a_closed_application_lets_in_whom_it_was_opened_to(services, pool, visitor, bob, audited):
    access, app_id = services.app_access, visitor.app_id
    await services.apps.update(pool.administrator, app_id, {}, {"default_access": "DENY_ALL"})
    with pytest.raises(AppAccessDenied):
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, BY_NAME, "wrong")
    assert (await audited("login"))[0]["detail"]["reason"] == "AppAccessDenied"
    await access.put(pool.administrator, app_id, TargetType.USER, [bob.id], Effect.ALLOW)
    assert (await services.login.with_password(visitor, BY_NAME, "secret 1")).token


async def test_an_open_application_keeps_out_whom_it_was_closed_to(services, pool, visitor, bob):
    access, app_id = services.app_access, visitor.app_id
    await access.put(pool.administrator, app_id, TargetType.USER, [bob.id], Effect.DENY)
    with pytest.raises(AppAccessDenied):
        await services.login.with_password(visitor, BY_NAME, "secret 1")
    assert (await services.login.with_password(pool.stranger, BY_NAME, "secret 1")).token


USER, DENY = TargetType.USER, Effect.DENY
RULED = {
    "put": lambda access, admin, app, id_: access.put(admin, app, USER, [id_], DENY),
    "put_all": lambda access, admin, app, id_: access.put_all(admin, app, [AccessRule(USER, (id_,), DENY)]),
    "switch": lambda access, admin, app, id_: access.switch(admin, app, USER, [id_], True),
}


@pytest.mark.parametrize("how", RULED)
async def test_an_application_that_let_somebody_in_keeps_them_out_from_its_first_rule(
    services, pool, visitor, bob, how
):
    admin, app_id = pool.administrator, visitor.app_id
    if how == "switch":
        await services.app_access.put(admin, app_id, USER, [bob.id], DENY)
        await services.app_access.switch(admin, app_id, USER, [bob.id], False)
    assert (await services.login.with_password(visitor, BY_NAME, "secret 1")).token
    await RULED[how](services.app_access, admin, app_id, bob.id)
    with pytest.raises(AppAccessDenied):
        await services.login.with_password(visitor, BY_NAME, "secret 1")


@pytest.fixture(params=["denied", "disabled"])
def closed(request, services, pool, visitor, bob):
    """Closes the application to bob."""

    async def closed():
        admin, app_id = pool.administrator, visitor.app_id
        if request.param == "denied":
            await services.app_access.put(admin, app_id, TargetType.USER, [bob.id], Effect.DENY)
        else:
            await services.apps.update(admin, app_id, {}, {"enabled": False})

    return closed


async def test_a_closed_application_gives_no_token_of_any_kind(services, pool, visitor, bob, closed):
    first = await services.login.with_password(visitor, BY_NAME, "secret 1")
    own = replace(visitor, kind="user", actor_id=bob.id, session_id=first.session.id)
    await closed()
    ways = {
        "refresh": lambda: services.login.refresh(own),
        "for an administrator": lambda: services.login.refresh(
            replace(pool.administrator, app_id=visitor.app_id), bob.id
        ),
        "at registration": lambda: services.login.token_only(visitor, bob),
        "login": lambda: services.login.with_password(visitor, BY_NAME, "secret 1"),
    }
    for way, ask in ways.items():
        with pytest.raises(AppAccessDenied):
            await ask()
            pytest.fail(way)
    kept = await services.sessions.find(pool.id, first.session.id)
    assert kept.expires_at == first.session.expires_at
    assert (await services.login.with_password(pool.stranger, BY_NAME, "secret 1")).token


async def test_a_disabled_application_signs_nobody_up(services, pool, visitor):
    await services.apps.update(pool.administrator, visitor.app_id, {}, {"enabled": False})
    registration = Registration("username", {"username": "ann"}, "secret 1")
    with pytest.raises(RegistrationDisabled):
        await services.registrations.register(visitor, registration)
