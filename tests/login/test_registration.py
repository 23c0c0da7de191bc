from dataclasses import replace

import pytest

from poolhouse.errors import (
    CaptchaRequired,
    EmailMalformed,
    EmailTaken,
    InvalidInput,
    NotPermitted,
    RegisteringTooOften,
    RegistrationDisabled,
    TooManyRequests,
    UsernameTaken,
    WeakPassword,
    WrongCredentials,
)
from poolhouse.login.model import Registration, SignIn
from poolhouse.users.model import UserDraft, UserKey


def ann(**more) -> Registration:
    return Registration("username", {"username": "ann", **more.pop("values", {})}, "secret 1", **more)


async def test_a_registered_user_exists_and_is_not_logged_in(services, pool, visitor):
    registered = await services.registrations.register(visitor, ann(values={"nickname": "安"}))
    assert registered.token is None
    user = await services.users.get(pool.administrator, registered.user.id)
    assert (user.username, user.nickname, user.logins_count) == ("ann", "安", 0)
    assert list(user.register_source) == ["basic:username-password"]
    await services.login.with_password(visitor, UserKey("username", "ann"), "secret 1")


async def test_force_login_counts_and_generate_token_does_not(services, pool, visitor):
    logged_in = await services.registrations.register(visitor, ann(force_login=True))
    assert (await services.sessions.read(logged_in.token.token)).subject == logged_in.user.id
    assert (await services.users.get(pool.administrator, logged_in.user.id)).logins_count == 1
    ben = Registration("username", {"username": "ben"}, "secret 1", generate_token=True)
    registered = await services.registrations.register(visitor, ben)
    assert (await services.sessions.read(registered.token.token)).subject == registered.user.id
    assert (await services.users.get(pool.administrator, registered.user.id)).logins_count == 0


async def test_a_name_is_taken_once(services, visitor):
    await services.registrations.register(visitor, ann())
    with pytest.raises(UsernameTaken):
        await services.registrations.register(visitor, ann())
    by_email = Registration("email", {"email": "Ann@example.com"}, "secret 1")
    await services.registrations.register(visitor, by_email)
    with pytest.raises(EmailTaken):
        await services.registrations.register(visitor, replace(by_email, values={"email": "ann@EXAMPLE.com"}))


@pytest.mark.parametrize("field", ["blocked", "logins_count", "external_id", "email_verified", "status"])
async def test_nobody_writes_their_own_privileges(services, visitor, field):
    with pytest.raises(NotPermitted):
        await services.registrations.register(visitor, ann(values={field: True}))


async def test_an_email_must_look_like_one_and_a_password_is_needed(services, visitor):
    with pytest.raises(EmailMalformed):
        await services.registrations.register(visitor, Registration("email", {"email": "ann"}, "secret 1"))
    with pytest.raises(InvalidInput):
        await services.registrations.register(visitor, Registration("username", {"username": "ann"}))


async def test_the_pools_password_policy_holds(services, visitor, configure):
    await configure(password_strength={"level": "high"})
    with pytest.raises(WeakPassword):
        await services.registrations.register(visitor, ann(values={}))
    await services.registrations.register(visitor, replace(ann(), password="secret-1"))


async def test_registration_switched_off_leaves_administrators_alone(services, pool, visitor, configure):
    await configure(register_disabled=True)
    with pytest.raises(RegistrationDisabled):
        await services.registrations.register(visitor, ann())
    await services.users.create(pool.administrator, UserDraft({"username": "ann"}))


async def test_an_application_can_switch_registration_off(services, pool, visitor, app):
    await services.apps.update(pool.administrator, app.id, {}, {"register_disabled": True})
    with pytest.raises(RegistrationDisabled):
        await services.registrations.register(visitor, ann())
    await services.registrations.register(replace(visitor, app_id=None), ann())


async def test_an_address_registers_only_so_often(services, visitor, configure, audited):
    await configure(frequent_register_check={"enabled": True, "limit": 2, "time_interval": 300})
    for name in ("one", "two"):
        await services.registrations.register(visitor, replace(ann(), values={"username": name}))
    with pytest.raises(RegisteringTooOften):
        await services.registrations.register(visitor, ann())
    await services.registrations.register(replace(visitor, ip="203.0.113.9"), ann())
    assert [row["success"] for row in await audited("register")] == [True, True, False, True]


async def test_what_an_address_may_do_is_counted_for_its_whole_ipv6_network(
    services, visitor, bob, configure, monkeypatch
):
    monkeypatch.setattr("poolhouse.login.codes.MOST_OF_AN_ADDRESS_AN_HOUR", 1)
    limit = {"enabled": True, "limit": 1, "time_interval": 300}
    await configure(frequent_register_check=limit, login_fail_check=limit)
    one, two, far = (replace(visitor, ip=f"2001:db8:{ip}") for ip in ("0:1::1", "0:1:2:3:4:5", "0:2::1"))
    await services.registrations.register(one, ann())
    with pytest.raises(RegisteringTooOften):
        await services.registrations.register(two, replace(ann(), values={"username": "two"}))
    await services.registrations.register(far, replace(ann(), values={"username": "far"}))
    with pytest.raises(WrongCredentials):
        await services.login.with_password(one, UserKey("username", "bob"), "wrong")
    with pytest.raises(CaptchaRequired):
        await services.login.with_password(two, UserKey("username", "bob"), "secret 1")
    await services.login.with_password(far, UserKey("username", "bob"), "secret 1")
    await services.codes.send(one, "email", "one@example.com")
    with pytest.raises(TooManyRequests):
        await services.codes.send(two, "email", "two@example.com")


async def test_auto_register_takes_a_free_name_and_no_other(services, visitor, bob):
    how = SignIn(auto_register=True)
    logged_in = await services.login.with_password(visitor, UserKey("username", "new"), "secret 1", how)
    assert logged_in.user.username == "new"
    assert logged_in.token is not None
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, UserKey("username", "bob"), "wrong", how)
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, UserKey("username", "other"), "secret 1")


async def test_auto_register_obeys_the_rules_of_registration(services, visitor, configure):
    await configure(register_disabled=True)
    with pytest.raises(RegistrationDisabled):
        await services.login.with_password(
            visitor, UserKey("username", "new"), "secret 1", SignIn(auto_register=True)
        )


async def test_newcomers_are_greeted_where_the_pool_wants_it(services, pool, visitor, configure, database):
    sql = "select scene from mail_outbox where pool_id = $1"
    newcomer = Registration("email", {"email": "ann@example.com"}, "secret 1")
    await services.registrations.register(visitor, newcomer)
    assert await database.fetch(sql, pool.id) == []
    await configure(send_welcome_email=True)
    await services.registrations.register(visitor, replace(newcomer, values={"email": "ben@example.com"}))
    assert [row["scene"] for row in await database.fetch(sql, pool.id)] == ["welcome"]


async def test_custom_data_comes_with_the_registration(services, pool, visitor):
    from poolhouse.errors import FieldNotFound
    from poolhouse.fields.model import DataType, FieldDraft, TargetType

    await services.fields.define(
        pool.administrator, [FieldDraft(TargetType.USER, "age", DataType.NUMBER, user_editable=True)]
    )
    registered = await services.registrations.register(visitor, ann(custom_data={"age": 7}))
    values = await services.fields.values(pool.administrator, TargetType.USER, [registered.user.id])
    assert [value.value for value in values[registered.user.id]] == [7]
    with pytest.raises(FieldNotFound):
        other = replace(ann(), values={"username": "ben"}, custom_data={"unknown": 1})
        await services.registrations.register(visitor, other)
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, UserKey("username", "ben"), "secret 1")
