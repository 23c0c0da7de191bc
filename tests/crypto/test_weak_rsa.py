"""RSA keys that anybody can break are told from good ones, in little time whatever the key."""

from __future__ import annotations

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from poolhouse.crypto.weak_rsa import weakness

KEYS = [rsa.generate_private_key(65537, bits).private_numbers() for bits in (2048, 3072)]
GOOD, OTHER = KEYS[0].public_numbers.n, KEYS[1].public_numbers.n
P, Q = KEYS[1].p, KEYS[1].q


@pytest.mark.parametrize("key", KEYS, ids=["2048", "3072"])
@pytest.mark.parametrize("exponent", [3, 17, 65537])
def test_a_good_key_has_none(key: rsa.RSAPrivateNumbers, exponent: int) -> None:
    assert weakness(key.public_numbers.n, exponent) is None


@pytest.mark.parametrize(
    "exponent", [0, 1, 2, 4, 65536, GOOD, GOOD + 2], ids=["0", "1", "2", "4", "even", "modulus", "more"]
)
def test_an_exponent_that_signs_nothing_is_none(exponent: int) -> None:
    assert weakness(GOOD, exponent) == "exponent"


@pytest.mark.parametrize("modulus", [0, 1, 2**2047 - 1, GOOD >> 1], ids=["0", "1", "one bit less", "half"])
def test_a_small_modulus_is_small(modulus: int) -> None:
    assert weakness(modulus, 65537) == "small"


@pytest.mark.parametrize(
    "modulus",
    [2**2048, GOOD * 2, GOOD * 3, GOOD * 65521, P * P, GOOD * GOOD, P * (P + 2**600), 3**2000],
    ids=["power of 2", "2", "3", "65521", "square", "square of a modulus", "close primes", "power of 3"],
)
def test_what_can_be_factored_is(modulus: int) -> None:
    assert weakness(modulus, 65537) == "factors"


def test_the_largest_that_is_taken_costs_little() -> None:
    weakness(GOOD, 65537)
    began = time.perf_counter()
    weakness(GOOD * OTHER * GOOD >> 1024 | 1, 65537)
    assert time.perf_counter() - began < 0.5
