import asyncio

import argon2
import pytest
import structlog

from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.errors import Overloaded


@pytest.fixture
def hasher():
    cheap = PasswordHasher(memory_kib=64, passes=1, threads=2)
    yield cheap
    cheap.close()


async def test_a_hash_verifies_its_password_and_no_other(hasher):
    stored = await hasher.hash("pässword 密码")
    assert stored.startswith("$argon2id$")
    assert (await hasher.verify("pässword 密码", stored)).ok
    assert not (await hasher.verify("password", stored)).ok
    assert not (await hasher.verify("", stored)).ok


async def test_what_is_tried_for_nobody_is_as_dear_as_a_password_and_fits_none(hasher):
    real, decoy = await hasher.hash("secret"), hasher._decoy
    assert argon2.extract_parameters(decoy) == argon2.extract_parameters(real)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):  # not: that it is no hash, which costs nothing
        argon2.PasswordHasher().verify(decoy, "secret")


async def test_a_current_hash_needs_no_rehash_and_a_cheaper_one_does(hasher):
    stored = await hasher.hash("secret")
    assert not (await hasher.verify("secret", stored)).needs_rehash
    dearer = PasswordHasher(memory_kib=128, passes=1, threads=1)
    verified = await dearer.verify("secret", stored)
    assert verified.ok
    assert verified.needs_rehash
    dearer.close()


@pytest.mark.parametrize(
    "stored", ["", "garbage", "$argon2id$v=19$m=64,t=1,p=1$xx", "$2b$12$short", "{SSHA}!!"]
)
async def test_a_malformed_hash_is_a_wrong_password(hasher, stored):
    assert not (await hasher.verify("secret", stored)).ok


async def test_a_full_queue_refuses_instead_of_growing():
    hasher = PasswordHasher(memory_kib=1024, passes=2, threads=1, queue_limit=3)
    tries = await asyncio.gather(*(hasher.waste("x") for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(each, Overloaded) for each in tries) == 17
    await hasher.waste("and it recovers")
    hasher.close()


async def test_a_lone_surrogate_is_only_a_wrong_password(hasher):
    stored = await hasher.hash("secret")
    assert not (await hasher.verify("\ud800", stored)).ok


async def test_pools_take_turns_at_the_hasher():
    """A flood of one pool, then one login of another, which is not behind all of it."""
    hasher, order = PasswordHasher(memory_kib=64, passes=1, threads=1), []

    async def login(share, n):
        await hasher.waste("x", share)
        order.append(f"{share}{n}")

    await asyncio.gather(*(login("flood", n) for n in range(30)), login("other", 0))
    assert order.index("other0") <= 3
    hasher.close()


async def test_a_dear_foreign_hash_keeps_nobody_with_our_own_waiting():
    hasher = PasswordHasher(memory_kib=64, passes=1, threads=1)
    ours, order = await hasher.hash("secret"), []
    dear = "$6$rounds=400000$salt$" + "." * 86

    async def login(name, stored):
        await hasher.verify("secret", stored, "pool")
        order.append(name)

    await asyncio.gather(login("dear", dear), login("ours", ours))
    assert order == ["ours", "dear"]
    hasher.close()


async def test_a_stored_hash_beyond_the_bound_is_a_wrong_password_and_a_warning(hasher):
    stored = "_zzzz" + "a" * 4 + "." * 11
    with structlog.testing.capture_logs() as logged:
        assert not (await hasher.verify("secret", stored, "a pool")).ok
    assert [(each["log_level"], each["format"], each["pool_id"]) for each in logged] == [
        ("warning", "BSDi crypt", "a pool")
    ]
    assert stored not in str(logged)


async def test_an_empty_password_fits_no_hash_and_takes_no_turn(hasher, monkeypatch):
    stored = hasher._argon2.hash(b"")
    monkeypatch.setattr(hasher, "_lanes", {})
    assert not (await hasher.verify("", stored)).ok
