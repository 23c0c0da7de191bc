"""Parts and shapes of particular formats, as `foreign.FORMATS` puts them together."""

from __future__ import annotations

from typing import NamedTuple

from poolhouse.crypto.foreign_costs import DIGEST_BYTES
from poolhouse.crypto.foreign_shapes import (
    BCRYPT64,
    H64,
    KEY_BYTES,
    Malformed,
    Part,
    Parts,
    Shape,
    base64_of,
    crypt64,
    hexadecimal,
    letters,
    number,
    power_of_two,
    text,
    two_digits,
    within,
)

SALTS = range(0, 1025)
"""Bytes."""

_BCRYPT_TAIL = (letters("salt", BCRYPT64, 22, 22, 22), crypt64("digest", 23, big=True, alphabet=BCRYPT64))
_BCRYPT_TAIL_APART = (_BCRYPT_TAIL[0], "$", _BCRYPT_TAIL[1])


def bcrypt(prefix: str = "") -> tuple[Shape, ...]:
    return tuple(
        (f"{prefix}${variant}$", two_digits("cost", 4, 31), "$", *_BCRYPT_TAIL)
        for variant in ("2a", "2b", "2x", "2y", "2")
    )


def bcrypt_sha256_v1() -> tuple[Shape, ...]:
    return tuple(
        (f"$bcrypt-sha256${variant},", number("cost", 4, 31), "$", *_BCRYPT_TAIL_APART)
        for variant in ("2a", "2b", "2y")
    )


def bcrypt_sha256_v2() -> tuple[Shape, ...]:
    lead = "$bcrypt-sha256$v=2,t=2b,r="
    return ((lead, number("cost", 4, 31), "$", *_BCRYPT_TAIL_APART),)


def argon2(prefix: str = "") -> tuple[Shape, ...]:
    return tuple(
        (
            f"{prefix}$argon2{kind}${version}m=",
            number("memory", 8),
            ",t=",
            number("passes", 1),
            ",p=",
            number("lanes", 1, 2**24 - 1),
            "$",
            base64_of("salt", range(8, 1025), padded=False),
            "$",
            base64_of("digest", KEY_BYTES, padded=False),
        )
        for kind in ("id", "i", "d")
        for version in ("v=19$", "v=16$", "")
    )


def enough_memory(parts: Parts) -> None:
    if parts["memory"] < 8 * parts["lanes"]:
        raise Malformed(
            "内存应不少于并行度的 8 倍", "its memory is less than eight times its number of lanes"
        )


def _passlib_rounds() -> Part:
    """`29000`, or `i=29000,l=64` as PHC writes it."""
    plain, length = number("rounds", 1, before="i="), number("digest", 1)

    def read(given: str) -> int:
        rounds, comma, size = given.partition(",l=")
        if comma:
            length.read(size)
        value: int = plain.read(rounds)
        return value

    return Part("rounds", read)


def pbkdf2(lead: str, algorithm: str) -> Shape:
    """passlib's: a key as long as the digest. Keycloak made 64 bytes for years, whatever the digest."""
    sizes = sorted({DIGEST_BYTES[algorithm], 64})
    return (lead, _passlib_rounds(), "$", base64_of("salt", SALTS), "$", base64_of("digest", sizes))


def django(algorithm: str) -> Shape:
    lead, digest = f"pbkdf2_{algorithm}$", base64_of("digest", [DIGEST_BYTES[algorithm]], padded=True)
    return (lead, number("rounds", 1), "$", text("salt"), "$", digest)


def hex_rounds(default: int) -> Part:
    def read(given: str) -> int:
        if given == "":
            return default
        if len(given) > 8 or given[0] == "0" or not set(given) <= set("0123456789abcdef"):
            raise Malformed("轮数应为小写十六进制", "its number of rounds is not lower-case hexadecimal")
        return int(given, 16)

    return Part("rounds", read)


def sha_crypt(lead: str, size: int) -> tuple[Shape, ...]:
    tail = (letters("salt", H64, 0, 16), "$", crypt64("digest", size))
    standard = Part("rounds", lambda _: 5000, 0)
    return ((f"{lead}rounds=", number("rounds", 1000, 999_999_999), "$", *tail), (lead, standard, *tail))


def md5_crypt(lead: str) -> Shape:
    return (lead, letters("salt", H64, 0, 8), "$", crypt64("digest", 16))


def sun_crypt() -> tuple[Shape, ...]:
    """A bare salt ends in one `$`, the usual one in two."""
    plain = crypt64("digest", 16)
    digest = Part("digest", lambda given: plain.read(given.removeprefix("$")))
    tail = (letters("salt", H64, 0, 64), "$", digest)
    return (
        ("$md5,rounds=", number("rounds", 1), "$", *tail),
        ("$md5$", Part("rounds", lambda _: 0, 0), *tail),
    )


def phpass() -> tuple[Shape, ...]:
    tail = (crypt64_number("rounds", 1, 7, 30), letters("salt", H64, 8, 8, 8), crypt64("digest", 16))
    return (("$P$", *tail), ("$H$", *tail))


def drupal() -> Shape:
    """phpass's, but the digest is the first 43 characters of what 64 bytes would be."""
    salt, digest = letters("salt", H64, 8, 8, 8), letters("digest", H64, 43, 43)
    return ("$S$", crypt64_number("rounds", 1, 7, 30), salt, digest)


class AspNet(NamedTuple):
    algorithm: str
    rounds: int
    salt: bytes
    digest: bytes


def aspnet() -> Part:
    """ASP.NET Identity 2 and 3, all in one base64."""
    whole = base64_of("header", range(1, 1024), padded=True)

    def read(given: str) -> AspNet:
        raw: bytes = whole.read("A" + given)
        if raw[0] == 0:
            return AspNet("sha1", 1000, raw[1:17], raw[17:])
        code, rounds, salt_bytes = (int.from_bytes(raw[at : at + 4], "big") for at in (1, 5, 9))
        if code > 2:
            raise Malformed("摘要算法未知", "its digest is of an unknown kind")
        within("rounds", rounds, 1, 2**32 - 1)
        expected = len(raw) - 13 - salt_bytes
        if salt_bytes < 16 or expected not in KEY_BYTES:
            raise Malformed("被截断", "it was cut off")
        salt, digest = raw[13 : 13 + salt_bytes], raw[13 + salt_bytes :]
        return AspNet(("sha1", "sha256", "sha512")[code], rounds, salt, digest)

    return Part("header", read)


def scram_digests() -> Part:
    """`sha-1=...,sha-256=...`; SHA-1 is always there."""
    known = {
        name: base64_of("digest", [size], padded=False)
        for name, size in (("sha-1", 20), ("sha-256", 32), ("sha-512", 64))
    }

    def read(given: str) -> list[str]:
        found = [one.partition("=")[::2] for one in given.split(",")]
        names = [name for name, _ in found]
        if "sha-1" not in names or len(set(names)) < len(names) or not set(names) <= set(known):
            raise Malformed("摘要列表不完整", "its digests are not sha-1 and perhaps sha-256 and sha-512")
        for name, value in found:
            known[name].read(value)
        return names

    return Part("digests", read)


def crypt64_number(key: str, characters: int, least: int, most: int) -> Part:
    """A number in crypt(3)'s digits, the lowest first."""

    def read(given: str) -> int:
        if len(given) != characters or not set(given) <= set(H64):
            raise Malformed("轮数不合法", "its number of rounds is not in crypt's digits")
        return within(key, sum(H64.index(digit) << (6 * at) for at, digit in enumerate(given)), least, most)

    return Part(key, read, characters)


_FSHP_BYTES = {"0": 20, "1": 32, "2": 48, "3": 64}


def fshp_agrees(parts: Parts) -> None:
    wanted = int(parts["salt"]) + _FSHP_BYTES[parts["version"]]
    if len(parts["salt and digest"]) != wanted:
        raise Malformed("盐与摘要的长度与头部不符", "its salt and digest are not as long as its header says")


def ldap(scheme: str, size: int, *, salted: bool) -> Shape:
    sizes = range(size + 1, size + 65) if salted else [size]
    return (f"{{{scheme}}}", base64_of("digest", sizes, padded=True))


def _own_salt() -> Part:
    plain = text("salt")

    def read(given: str) -> bytes:
        if not given.startswith("hex:"):
            value: bytes = plain.read(given)
            return value
        try:
            return bytes.fromhex(given[4:])
        except ValueError as error:
            raise Malformed("盐不是十六进制", "its salt is not hexadecimal") from error

    return Part("salt", read)


SALTED = tuple(
    (f"{name}{order}$", _own_salt(), "$", hexadecimal("digest", [size]))
    for name, size in DIGEST_BYTES.items()
    for order in ("", "-suffix", "-nested")
)
KEYED = tuple(
    (f"hmac-{name}$", _own_salt(), "$", hexadecimal("digest", [size]))
    for name, size in DIGEST_BYTES.items()
    if name != "sm3"
)


def logarithm_of_n() -> Part:
    plain = number("n", 1, 31)
    return Part("n", lambda given: 1 << plain.read(given))


def django_scrypt() -> Shape:
    digest = base64_of("digest", [64], padded=True)
    return (
        "scrypt$",
        power_of_two("n"),
        "$",
        text("salt"),
        "$",
        number("r", 1),
        "$",
        number("p", 1),
        "$",
        digest,
    )


def werkzeug_scrypt() -> Shape:
    parameters = (power_of_two("n"), ":", number("r", 1), ":", number("p", 1), "$")
    return ("scrypt:", *parameters, text("salt"), "$", hexadecimal("digest", [64]))


def passlib_scrypt() -> Shape:
    parameters = (logarithm_of_n(), ",r=", number("r", 1), ",p=", number("p", 1), "$")
    return ("$scrypt$ln=", *parameters, base64_of("salt", SALTS), "$", base64_of("digest", [32, 64]))


def werkzeug_pbkdf2(algorithm: str) -> Shape:
    tail = (number("rounds", 1), "$", text("salt"), "$", hexadecimal("digest", [DIGEST_BYTES[algorithm]]))
    return (f"pbkdf2:{algorithm}:", *tail)
