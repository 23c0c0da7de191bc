import asyncio

import pytest

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
