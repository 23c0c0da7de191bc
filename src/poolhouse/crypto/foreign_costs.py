"""What checking a stored password hash of another system costs, read from the hash before anything is computed.

Asked of `foreign.FORMATS`; the bounds of all formats are in `BOUNDS`.
"""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import argon2

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import passlib.hash as libpass


@dataclass(frozen=True, slots=True)
class Bound:
    """`written`: the most a new hash may cost. `stored`: the most that is still computed for one that is stored
    already, so that nobody who got in before is locked out as long as that is cheap. In `unit`s."""

    unit: str
    written: int
    stored: int


# Measured on one core of a small server: about half a second for `written` where Python computes, and about one
# where a C library does; microseconds a unit behind each. `stored` never takes more than twice that.
BOUNDS: dict[str, Bound] = {
    "bcrypt": Bound("rounds", 1 << 14, 1 << 14),  # 60, in C: 1.0 s
    "argon2": Bound("KiB of memory times passes", 1 << 20, 1 << 20),  # 1.1, in C
    "argon2 memory": Bound("KiB of memory", 256 * 1024, 256 * 1024),
    "argon2 lanes": Bound("lanes", 16, 16),
    "scrypt": Bound("n times r times p", 1 << 21, 1 << 21),  # 0.4, in C; 256 MiB
    "pbkdf2 sha1": Bound("rounds", 2_000_000, 2_000_000),  # 0.24, in C
    "pbkdf2 sha256": Bound("rounds", 2_000_000, 2_000_000),  # 0.24, in C
    "pbkdf2 sha512": Bound("rounds", 1_500_000, 2_000_000),  # 0.54, in C
    "fshp": Bound("rounds", 1_500_000, 2_000_000),  # 0.32
    "sha256_crypt": Bound("rounds", 1_200_000, 2_000_000),  # 0.40
    "sha512_crypt": Bound("rounds", 850_000, 1_700_000),  # 0.58
    "sha1_crypt": Bound("rounds", 675_000, 1_350_000),  # 0.74
    "phpass": Bound("rounds", 1 << 19, 1 << 20),  # 0.83
    "sun_md5_crypt": Bound("rounds", 35_000, 50_000),  # 20
    "bsdi_crypt": Bound("rounds", 25_000, 80_000),  # 12.5
}

Units = Callable[[str], int]
"""How many units of its bound a stored hash asks for. May raise what `Format.verify` catches."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One thing a hash asks for. `reread_bytes`: the format reads the whole password again in each round, which
    costs once more for every so many bytes of it."""

    name: str
    units: Units
    reread_bytes: int | None = None

    @property
    def bound(self) -> Bound:
        return BOUNDS[self.name]

    def asked(self, stored: str, password: bytes = b"") -> int:
        longer = 1 + len(password) // self.reread_bytes if self.reread_bytes else 1
        return self.units(stored) * longer


def _parsed(name: str, stored: str) -> Any:
    """The library's own reading of a hash: `rounds` and the like. Some of its formats are others in a wrapper."""
    handler: Any = getattr(libpass, name)
    if hasattr(handler, "from_string"):
        return handler.from_string(stored)
    return handler.wrapped.from_string(handler._unwrap_hash(stored))


def rounds(name: str, bound: str | None = None, reread_bytes: int | None = None) -> tuple[Cost, ...]:
    return (Cost(bound or name, lambda stored: int(_parsed(name, stored).rounds), reread_bytes),)


def two_to_the_rounds(name: str, bound: str | None = None) -> tuple[Cost, ...]:
    """For formats whose `rounds` is a logarithm."""
    return (Cost(bound or name, lambda stored: 1 << int(_parsed(name, stored).rounds)),)


def libpass_scrypt_units(stored: str) -> int:
    parsed = _parsed("scrypt", stored)
    return int((1 << parsed.rounds) * parsed.block_size * parsed.parallelism)


def bcrypt_units(stored: str) -> int:
    return 1 << int(stored[stored.index("$2") :].split("$")[2])


def argon2_costs(prefix: str = "") -> tuple[Cost, ...]:
    def parameters(stored: str) -> argon2.Parameters:
        return argon2.extract_parameters(stored[len(prefix) :])

    return (
        Cost("argon2", lambda stored: parameters(stored).memory_cost * parameters(stored).time_cost),
        Cost("argon2 memory", lambda stored: parameters(stored).memory_cost),
        Cost("argon2 lanes", lambda stored: parameters(stored).parallelism),
    )


def fields(separators: str, *places: int) -> Units:
    """The product of the numbers at these places."""
    return lambda stored: prod(int(re.split(separators, stored)[place]) for place in places)


def aspnet_rounds(stored: str) -> int:
    raw = base64.b64decode(stored, validate=True)
    return int.from_bytes(raw[5:9], "big") if raw[0] else 1000
