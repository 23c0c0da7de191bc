"""Too many wrong passwords: counted by account before they are checked, locked for a while, opened by its owner."""

import asyncio
from dataclasses import replace

import pytest

from poolhouse.errors import (
    AccountLocked,
    CaptchaRequired,
    CustomDatabaseUnavailable,
    OldPasswordWrong,
    Overloaded,
    PoolhouseError,
    TooManyRequests,
    WrongCredentials,
)
from poolhouse.lifetimes import wait_in_words
from poolhouse.login.postgres import FIRST_LOCK_S, LONGEST_LOCK_S
from poolhouse.login.tally import Limit, Subject, Tally
from poolhouse.pools.model import PoolSettings
from poolhouse.users.model import UserDraft, UserKey

NAMES = {"username": "bob", "email": "BOB@example.com", "phone": "13800138000"}
KEYS = [UserKey(kind, name) for kind, name in NAMES.items()]
NOBODY = [UserKey(kind, "nobody@example.com") for kind in NAMES]


@pytest.fixture
def knock(services, visitor):
    """One try: the class of the refusal, or None for a login."""

    async def knock(key=KEYS[0], password="wrong", who=visitor, **how):
        try:
            await services.login.with_password(who, key, password, **how)
        except PoolhouseError as error:
            return type(error)

    return knock


@pytest.fixture
def wait_out(database, pool):
    """Moves the pool's locks, or with `all_of_it` everything counted, into the past."""

    async def wait_out(all_of_it=False):
        columns = ("locked_until", "ends_at") if all_of_it else ("locked_until",)
        sets = ", ".join(f"{name} = now()" for name in columns)
        await database.execute(f"update attempts set {sets} where pool_id = $1", pool.id)

    return wait_out


@pytest.mark.parametrize("key", [KEYS[0], NOBODY[0]], ids=["known", "unknown"])
async def test_a_new_pool_locks_after_ten_wrong_passwords(knock, bob, key):
    answers = [await knock(key) for _ in range(12)]
    assert answers == [WrongCredentials] * 10 + [AccountLocked] * 2
    assert await knock(key, "secret 1") is AccountLocked


async def test_every_name_of_one_user_counts_together(knock, bob):
    answers = [await knock(KEYS[n % 3]) for n in range(12)]
    assert answers == [WrongCredentials] * 10 + [AccountLocked] * 2
    assert [await knock(key, "secret 1") for key in [*KEYS, UserKey("email", "bob@EXAMPLE.com")]] == [
        AccountLocked
    ] * 4


async def test_an_account_is_locked_from_every_address_and_its_neighbours_from_none(
    services, pool, knock, visitor, bob
):
    await services.users.create(pool.administrator, UserDraft({"username": "ann"}, password="secret 2"))
    addresses = [replace(visitor, ip=f"203.0.113.{n}") for n in range(10)]
    assert {await knock(who=address) for address in addresses} == {WrongCredentials}
    assert await knock(password="secret 1") is AccountLocked
    assert await knock(UserKey("username", "ann"), "secret 2") is None


async def test_another_pools_account_of_the_same_name_is_not_locked(services, other_pool, knock, bob):
    await services.users.create(other_pool.administrator, UserDraft({"username": "bob"}, password="secret 1"))
    for _ in range(11):
        await knock()
    assert await knock(password="secret 1", who=other_pool.stranger) is None


async def test_two_hundred_guesses_at_once_are_ten(knock, bob):
    answers = await asyncio.gather(*(knock(KEYS[n % 3], f"guess {n}") for n in range(200)))
    assert answers.count(WrongCredentials) == 10
    assert answers.count(AccountLocked) == 190


async def test_two_hundred_right_passwords_at_once_are_all_let_in(knock, bob):
    answers = await asyncio.gather(*(knock(KEYS[n % 3], "secret 1") for n in range(200)))
    assert answers == [None] * 200


async def test_a_right_password_among_guesses_at_once_is_let_in_if_it_comes_before_the_limit(knock, bob):
    passwords = ["wrong"] * 9 + ["secret 1"]
    answers = await asyncio.gather(*(knock(password=password) for password in passwords))
    assert answers[-1] is None


async def test_the_lock_grows_with_each_failure_up_to_an_hour_and_clears_itself(
    services, visitor, knock, wait_out, bob
):
    for _ in range(9):
        await knock()
    seconds = []
    for _ in range(9):
        assert await knock() is WrongCredentials
        with pytest.raises(AccountLocked) as refused:
            await services.login.with_password(visitor, KEYS[0], "secret 1")
        seconds.append(refused.value.facts["retry_after_s"])
        assert wait_in_words(seconds[-1], "en-US") in refused.value.message("en-US")
        await wait_out()
    doubled = [min(FIRST_LOCK_S * 2**n, LONGEST_LOCK_S) for n in range(9)]
    assert all(want - 5 <= got <= want for got, want in zip(seconds, doubled, strict=True))
    assert await knock(password="secret 1") is None
    assert [await knock() for _ in range(10)] == [WrongCredentials] * 10


async def test_failures_are_forgotten_after_their_window(knock, wait_out, bob):
    for _ in range(10):
        await knock()
    await wait_out(all_of_it=True)
    assert [await knock() for _ in range(10)] == [WrongCredentials] * 10
    assert await knock() is AccountLocked


async def test_a_reset_by_code_opens_a_locked_account(services, visitor, knock, bob, sent_code):
    for _ in range(11):
        await knock()
    await services.codes.send(visitor, "email", "bob@example.com", "reset_password")
    code = await sent_code("bob@example.com")
    await services.recovery.by_code(visitor, "email", "bob@example.com", code, "secret 2")
    assert await knock(password="secret 2") is None


@pytest.mark.parametrize(
    "draft",
    [
        UserDraft(password="secret 2"),
        UserDraft({"blocked": False}),
        UserDraft({"status": "Activated"}),
    ],
    ids=["a new password", "unblocking", "activating"],
)
async def test_an_administrator_opens_a_locked_account(services, pool, knock, bob, draft):
    for _ in range(11):
        await knock()
    await services.users.update(pool.administrator, bob.id, UserDraft({"nickname": "Bob"}))
    assert await knock() is AccountLocked
    await services.users.update(pool.administrator, bob.id, draft)
    assert await knock(password=draft.password or "secret 1") is None


async def test_a_try_that_could_not_be_checked_does_not_count(services, knock, bob, monkeypatch):
    async def unavailable(*_, **__):
        raise failure

    for failure in (Overloaded(), CustomDatabaseUnavailable()):
        with monkeypatch.context() as patched:
            patched.setattr(type(services.directories.native), "authenticate", unavailable)
            assert {await knock() for _ in range(30)} == {type(failure)}
    assert await knock(password="secret 1") is None


async def test_a_missing_captcha_does_not_count(services, visitor, knock, configure, bob):
    limit = {"enabled": True, "limit": 3, "time_interval": 300}
    await configure(login_password_fail_check=limit, login_fail_strategy="captcha")
    answers = await asyncio.gather(*(knock() for _ in range(50)))
    assert (answers.count(WrongCredentials), answers.count(CaptchaRequired)) == (3, 47)
    assert await knock(KEYS[1], "secret 1") is CaptchaRequired


async def test_an_old_password_is_guessed_no_faster_than_at_the_door(services, pool, bob):
    """By a stolen session: ten tries, then one a delay."""
    caller = pool.user(bob.id)

    async def guess():
        with pytest.raises(PoolhouseError) as refused:
            await services.own_account.update_password(caller, "secret 2", "wrong")
        return type(refused.value)

    answers = await asyncio.gather(*(guess() for _ in range(50)))
    assert (answers.count(OldPasswordWrong), answers.count(TooManyRequests)) == (10, 40)


async def test_pools_from_before_keep_their_settings():
    """A stored pool without a word about it reads as before, whatever new ones start with."""
    old = PoolSettings()
    assert not old.login_password_fail_check.enabled
    assert old.login_fail_strategy == "captcha"
    assert old.password_strength.level == "none"


async def test_a_tally_keeps_nothing_of_what_has_ended(database, pool):
    tally, limit = Tally(database), Limit(3, 300, locks=True)
    subject = Subject(pool.id, "test", "anybody")

    async def guess(right):
        if await tally.begin(subject, limit) is not None:
            return False
        await asyncio.sleep(0)
        if right:
            await tally.right(subject)
        else:
            tally.failed(subject)
        return True

    assert sum(await asyncio.gather(*(guess(False) for _ in range(20)))) == 3
    assert sum(await asyncio.gather(*(guess(True) for _ in range(20)))) == 0
    assert not tally._states
