"""Our way of calling argon2 against the library's own."""

from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest
from argon2.low_level import ffi

from poolhouse.crypto import argon2id
from poolhouse.crypto.argon2id import Argon2id

COSTS = [(64, 1), (1024, 3), (4096, 1), (19 * 1024, 2)]
"""KiB and passes: below and above the size of a huge page."""


@pytest.fixture(params=["memory of its own", "memory of malloc"])
def way(request, monkeypatch):
    if request.param == "memory of malloc":
        monkeypatch.setattr(argon2id, "_HAND_OUT", None)


@pytest.mark.parametrize(("memory_kib", "passes"), COSTS)
def test_the_library_and_we_agree(way, memory_kib, passes):
    ours = Argon2id(memory_kib, passes)
    library = argon2.PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
    stored = library.hash("密码")
    assert ours.is_own(stored)
    assert ours.verify("密码".encode(), stored)
    assert not ours.verify(b"", stored)
    assert library.verify(ours.hash(b"secret"), "secret")
    assert not library.check_needs_rehash(ours.hash(b""))


@pytest.mark.parametrize(
    "other",
    [
        argon2.PasswordHasher(time_cost=1, memory_cost=128, parallelism=1),
        argon2.PasswordHasher(time_cost=2, memory_cost=64, parallelism=1),
        argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=2),
        argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, salt_len=8),
        argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, hash_len=16),
        argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, type=argon2.Type.I),
    ],
)
def test_a_hash_of_another_cost_or_length_is_not_our_own(other):
    ours, stored = Argon2id(64, 1), other.hash("secret")
    assert not ours.is_own(stored)
    with pytest.raises(ValueError, match="no hash of this cost"):
        ours.verify(b"secret", stored)


def test_nothing_of_a_password_stays_in_the_memory_that_is_kept():
    ours = Argon2id(4096, 1)
    ours.hash(b"secret")
    kept = ffi.buffer(argon2id._thread.block.address, 4096 * 1024)
    kept[:] = b"\xff" * len(kept)
    ours.verify(b"secret", ours.decoy())
    assert bytes(kept) == bytes(len(kept))


def test_a_thread_keeps_its_memory_and_shares_it_with_no_other():
    def block_of(memory_kib):
        Argon2id(memory_kib, 1).hash(b"secret")
        return argon2id._thread.block

    def address(block):
        return int(ffi.cast("uintptr_t", block.address))

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        first, again, smaller = (one.submit(block_of, size).result() for size in (4096, 4096, 64))
        assert first is again is smaller
        assert address(first) % argon2id.HUGE_PAGE == 0
        assert address(other.submit(block_of, 4096).result()) != address(first)


def test_what_argon2_refuses_is_an_error_and_no_hash():
    with pytest.raises(RuntimeError, match="argon2: "):
        Argon2id(4, 1).hash(b"secret")  # no lane has so little memory
