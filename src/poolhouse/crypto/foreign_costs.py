"""What checking a stored password hash of another system costs, read from the hash before anything is computed.

Asked of `foreign.FORMATS`; the bounds of all formats are in `BOUNDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from poolhouse.crypto.foreign_shapes import Parts


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

Units = Callable[[Parts], int]
"""How many units of its bound a stored hash asks for."""


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

    def asked(self, parts: Parts, password: bytes = b"") -> int:
        longer = 1 + len(password) // self.reread_bytes if self.reread_bytes else 1
        return self.units(parts) * longer


Costs = tuple[Cost, ...]


def rounds(bound: str, reread_bytes: int | None = None) -> Costs:
    return (Cost(bound, lambda parts: int(parts["rounds"]), reread_bytes),)


def two_to_the(part: str, bound: str, reread_bytes: int | None = None) -> Costs:
    """For formats that write a logarithm."""
    return (Cost(bound, lambda parts: 1 << int(parts[part]), reread_bytes),)


def pbkdf2(algorithm: str) -> Costs:
    """A key longer than a digest takes the rounds again for each digest of it."""
    size = DIGEST_BYTES[algorithm]
    return (
        Cost(f"pbkdf2 {algorithm}", lambda parts: int(parts["rounds"]) * -(-len(parts["digest"]) // size)),
    )


def aspnet() -> Costs:
    """What is written over SHA-256 and SHA-1 costs less than this says."""
    return (Cost("pbkdf2 sha512", lambda parts: int(parts["header"].rounds)),)


def scrypt() -> Costs:
    return (Cost("scrypt", lambda parts: prod(int(parts[name]) for name in ("n", "r", "p"))),)


def argon2() -> Costs:
    return (
        Cost("argon2", lambda parts: int(parts["memory"]) * int(parts["passes"])),
        Cost("argon2 memory", lambda parts: int(parts["memory"])),
        Cost("argon2 lanes", lambda parts: int(parts["lanes"])),
    )


DIGEST_BYTES = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64, "sm3": 32}
