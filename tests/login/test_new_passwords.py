"""What a new password must be, at every door that sets one; and that nobody is locked out by it."""

import bcrypt
import pytest

from poolhouse.accounts.service import AccountChange, NewAccount
from poolhouse.crypto.policy import PasswordPolicy, generated_password
from poolhouse.errors import InvalidInput, PasswordResetRequired, TooLarge, WeakPassword
from poolhouse.login.model import Registration
from poolhouse.pools.model import MOST_REMEMBERED
from poolhouse.users.model import UserDraft, UserKey

BOB = "bob@example.com"
DEAR = "_zzzz" + "a" * 15


async def by_code(services, visitor, sent_code, password):
    await services.codes.send(visitor, "email", BOB, "reset_password")
    await services.recovery.by_code(visitor, "email", BOB, await sent_code(BOB), password)


async def member(services, admin, password):
    tenant = await services.tenants.create(admin, "tenant")
    await services.tenants.create_member(admin, tenant.id, UserDraft({"username": "new"}, password))


DOORS = {
    "an administrator's create": lambda s, a, v, b, p: s.users.create(a, UserDraft({"username": "new"}, p)),
    "create many": lambda s, a, v, b, p: s.users.create_many(a, [UserDraft({"username": "new"}, p)]),
    "accounts": lambda s, a, v, b, p: s.accounts.create(a, [NewAccount(UserDraft({"username": "new"}, p))]),
    "an administrator's update": lambda s, a, v, b, p: s.users.update(a, b.id, UserDraft(password=p)),
    "changed accounts": lambda s, a, v, b, p: s.accounts.update(
        a, [AccountChange(b.id, UserDraft(password=p))]
    ),
    "a tenant's new member": lambda s, a, v, b, p: member(s, a, p),
    "registration": lambda s, a, v, b, p: s.registrations.register(
        v, Registration("username", {"username": "new"}, p)
    ),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("password", ["#", "sh0rt"])
async def test_a_weak_password_is_refused_wherever_one_is_set(door, password, services, pool, visitor, bob):
    with pytest.raises(WeakPassword) as refused:
        await DOORS[door](services, pool.administrator, visitor, bob, password)
    assert refused.value.facts["field"] == "password"
    assert password not in refused.value.message("en-US")
    await DOORS[door](services, pool.administrator, visitor, bob, "longer")


async def test_a_weak_password_is_refused_by_reset_and_own_change_before_anything_is_spent(
    services, pool, visitor, bob, sent_code
):
    await services.codes.send(visitor, "email", BOB, "reset_password")
    code = await sent_code(BOB)
    with pytest.raises(WeakPassword):
        await services.recovery.by_code(visitor, "email", BOB, code, "short")
    await services.recovery.by_code(visitor, "email", BOB, code, "longer")
    with pytest.raises(WeakPassword):
        await services.own_account.update_password(pool.user(bob.id), "short", "longer")


async def test_whoever_has_a_weak_password_still_signs_in(services, pool, visitor, configure):
    await configure(password_strength={"level": "none"})
    await services.users.create(pool.administrator, UserDraft({"username": "old"}, password="a"))
    await configure(password_strength={"level": "high"})
    assert (await services.login.with_password(visitor, UserKey("username", "old"), "a")).token


async def test_a_kept_hash_is_not_judged_but_what_it_costs_is(services, pool, visitor):
    stored = bcrypt.hashpw(b"a", bcrypt.gensalt(4)).decode()
    await services.users.create(pool.administrator, UserDraft({"username": "old"}, password_hash=stored))
    assert (await services.login.with_password(visitor, UserKey("username", "old"), "a")).token
    with pytest.raises(TooLarge) as refused:
        await services.users.create(pool.administrator, UserDraft({"username": "new"}, password_hash=DEAR))
    assert refused.value.facts["field"] == "password"
    assert "25000 rounds at most" in refused.value.message("en-US")


async def test_an_old_password_does_not_come_back_even_by_an_administrator(services, pool, bob, configure):
    await configure(password_update_policy={"enabled": True, "difference_cycle": 2})
    admin = pool.administrator
    for returning in ("secret 1",):
        with pytest.raises(WeakPassword):
            await services.users.update(admin, bob.id, UserDraft(password=returning))
    await services.users.update(admin, bob.id, UserDraft(password="secret 2"))
    with pytest.raises(WeakPassword):
        await services.users.update(admin, bob.id, UserDraft(password="secret 1"))
    await services.users.update(admin, bob.id, UserDraft(password="secret 3"))
    await services.users.update(admin, bob.id, UserDraft(password="secret 1"))


async def test_no_more_old_passwords_are_kept_than_a_policy_may_ask_for(services, pool, bob, database):
    for n in range(MOST_REMEMBERED + 4):
        await services.users.update(pool.administrator, bob.id, UserDraft(password=f"secret {n}"))
    kept = "select count(*) from user_password_history where pool_id = $1 and user_id = $2"
    assert await database.fetchval(kept, pool.id, bob.id) == MOST_REMEMBERED


async def test_an_expired_password_is_changed_at_the_next_login(services, pool, visitor, bob, configure):
    await configure(password_update_policy={"enabled": True, "forced_cycle": 30, "difference_cycle": 1})
    old = UserDraft({"password_last_set_at": "2020-01-01T00:00:00Z"})
    await services.users.update(pool.administrator, bob.id, old)
    with pytest.raises(PasswordResetRequired) as refused:
        await services.login.with_password(visitor, UserKey("username", "bob"), "secret 1")
    ticket = refused.value.facts["token"]
    with pytest.raises(WeakPassword):
        await services.recovery.forced(visitor, ticket, "secret 1", "secret 1")
    await services.recovery.forced(visitor, ticket, "secret 1", "secret 2")
    assert (await services.login.with_password(visitor, UserKey("username", "bob"), "secret 2")).token


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"password_update_policy": {"enabled": True, "forced_cycle": 10**9}}, "forced_cycle"),
        ({"password_update_policy": {"enabled": True, "forced_cycle": -1}}, "forced_cycle"),
        ({"password_update_policy": {"difference_cycle": MOST_REMEMBERED + 1}}, "difference_cycle"),
        ({"password_strength": {"level": "custom"}}, "pattern"),
        ({"password_strength": {"level": "custom", "pattern": "("}}, "pattern"),
        ({"password_strength": {"level": "custom", "pattern": "(?:(?:(?:a?){1000}){1000}){10}"}}, "pattern"),
        ({"password_strength": {"message": "x" * 300}}, "message"),
    ],
)
async def test_a_policy_that_cannot_be_kept_is_refused_by_name(services, pool, configure, settings, field):
    before = (await services.pools.get(pool.id)).settings
    with pytest.raises(InvalidInput) as refused:
        await configure(**settings)
    assert field in refused.value.facts["field"]
    assert (await services.pools.get(pool.id)).settings == before


async def test_a_generated_password_satisfies_every_level():
    for level in ("low", "medium", "high"):
        await PasswordPolicy(level).check(generated_password())
