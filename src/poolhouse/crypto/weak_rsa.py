"""RSA public keys that anybody can break, or that sign nothing: found in a time that does not depend on the key.

What a mistake or a broken generator makes, not what an owner hides: a modulus with a small factor, two primes that
stand close together (CVE-2022-26320), an exponent that is no exponent.
"""

from __future__ import annotations

from functools import cache
from math import gcd, isqrt, prod
from typing import Literal

Weakness = Literal["small", "exponent", "factors"]

SMALLEST_BITS = 2048
_SMALL_PRIMES_BELOW = 65_536
_FERMAT_ROUNDS = 100
"""Two primes whose digits are alike in their first half are found in the first."""


def weakness(modulus: int, exponent: int) -> Weakness | None:
    """None for a key that shows none. Some tens of milliseconds the first time, then one."""
    if modulus.bit_length() < SMALLEST_BITS:
        return "small"
    if exponent < 3 or exponent % 2 == 0 or exponent >= modulus:
        return "exponent"
    if gcd(modulus, _small_primes()) != 1 or _has_close_factors(modulus):
        return "factors"
    return None


def _has_close_factors(modulus: int) -> bool:
    """Fermat's method, begun; it finds the factor of a square at once."""
    middle = isqrt(modulus - 1) + 1
    for _ in range(_FERMAT_ROUNDS):
        rest = middle * middle - modulus
        if isqrt(rest) ** 2 == rest:
            return True
        middle += 1
    return False


@cache
def _small_primes() -> int:
    """Their product."""
    is_prime = bytearray([1]) * _SMALL_PRIMES_BELOW
    for number in range(2, isqrt(_SMALL_PRIMES_BELOW) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes(len(is_prime[number * number :: number]))
    return prod(number for number in range(2, _SMALL_PRIMES_BELOW) if is_prime[number])
