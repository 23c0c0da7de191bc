"""Does a password fit the parts of a stored hash? A function a construction; `foreign_formats` says whose."""

from __future__ import annotations

import base64
import hashlib
import hmac
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import argon2
import bcrypt
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives import hashes

from poolhouse.crypto.foreign_costs import BOUNDS
from poolhouse.crypto.foreign_shapes import BCRYPT64, H64, Parts

Check = Callable[[bytes, Parts, str], bool]
"""The password, the hash's parts, and the hash as it is stored."""


def library(name: str, prefix: str = "") -> Check:
    return lambda password, _, stored: bool(_libpass(name).verify(password, stored[len(prefix) :]))


@lru_cache
def _libpass(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import passlib.hash

    return getattr(passlib.hash, name)


def argon2_after(prefix: str = "") -> Check:
    def check(password: bytes, _: Parts, stored: str) -> bool:
        try:
            return argon2.PasswordHasher().verify(stored[len(prefix) :], password)
        except (VerificationError, InvalidHashError):
            return False

    return check


# -- bcrypt ------------------------------------------------------------------------------------------------


def plain_bcrypt(password: bytes, parts: Parts, _: str) -> bool:
    return _bcrypt(password, parts)


def bcrypt_of_hex_sha256(password: bytes, parts: Parts, _: str) -> bool:
    """Django's."""
    return _bcrypt(hashlib.sha256(password).hexdigest().encode(), parts)


def bcrypt_of_sha256(password: bytes, parts: Parts, _: str) -> bool:
    """passlib's, version 1."""
    return _bcrypt(base64.b64encode(hashlib.sha256(password).digest()), parts)


def bcrypt_of_hmac_sha256(password: bytes, parts: Parts, _: str) -> bool:
    """passlib's, version 2: keyed with the salt as it is written."""
    return _bcrypt(base64.b64encode(hmac.digest(parts["salt"].encode(), password, "sha256")), parts)


def bcrypt_of_wordpress(password: bytes, parts: Parts, _: str) -> bool:
    """Of 6.8 and later, which takes blanks off both ends as PHP's `trim` does."""
    trimmed = password.strip(b" \n\r\t\v\0")
    return _bcrypt(base64.b64encode(hmac.digest(b"wp-sha384", trimmed, "sha384")), parts)


def _bcrypt(password: bytes, parts: Parts) -> bool:
    # Every bcrypt of the past cut at 72 bytes and at NUL; the library now refuses instead.
    cut = password.split(b"\0")[0][:72]
    # Old libraries left bits in the salt that no salt has, and every bcrypt reads past them.
    salt = parts["salt"][:-1] + BCRYPT64[BCRYPT64.index(parts["salt"][-1]) & 0x30]
    stored = f"$2b${parts['cost']:02}${salt}{parts['digest']}"
    return cut != b"" and bcrypt.checkpw(cut, stored.encode())


# -- derived keys ------------------------------------------------------------------------------------------


def scrypt(password: bytes, parts: Parts, _: str) -> bool:
    made = hashlib.scrypt(
        password,
        salt=parts["salt"],
        n=parts["n"],
        r=parts["r"],
        p=parts["p"],
        maxmem=2 * 128 * BOUNDS["scrypt"].stored,
        dklen=len(parts["digest"]),
    )
    return hmac.compare_digest(made, parts["digest"])


def pbkdf2(algorithm: str) -> Check:
    return lambda password, parts, _: _pbkdf2(
        algorithm, password, parts["salt"], parts["rounds"], parts["digest"]
    )


def pbkdf2_dlitz(password: bytes, parts: Parts, stored: str) -> bool:
    """Its salt is everything before the digest."""
    salt = stored.rpartition("$")[0].encode()
    return _pbkdf2("sha1", password, salt, parts["rounds"], parts["digest"])


def pbkdf2_atlassian(password: bytes, parts: Parts, _: str) -> bool:
    raw = parts["salt and digest"]
    return _pbkdf2("sha1", password, raw[:16], 10_000, raw[16:])


def pbkdf2_aspnet(password: bytes, parts: Parts, _: str) -> bool:
    head = parts["header"]
    return _pbkdf2(head.algorithm, password, head.salt, head.rounds, head.digest)


def postgres_scram(password: bytes, parts: Parts, _: str) -> bool:
    salted = hashlib.pbkdf2_hmac("sha256", password, parts["salt"], parts["rounds"])
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return hmac.compare_digest(hashlib.sha256(client_key).digest(), parts["stored key"])


def _pbkdf2(algorithm: str, password: bytes, salt: bytes, rounds: int, expected: bytes) -> bool:
    made = hashlib.pbkdf2_hmac(algorithm, password, salt, rounds, len(expected))
    return hmac.compare_digest(made, expected)


def drupal(password: bytes, parts: Parts, _: str) -> bool:
    made = hashlib.sha512(parts["salt"].encode() + password).digest()
    for _round in range(1 << parts["rounds"]):
        made = hashlib.sha512(made + password).digest()
    return hmac.compare_digest(_in_crypt64(made)[:43], parts["digest"])


def _in_crypt64(data: bytes) -> str:
    """The lowest six bits of each three bytes first."""
    chunks = [data[at : at + 3] for at in range(0, len(data), 3)]
    numbers = [(int.from_bytes(chunk, "little"), len(chunk) + 1) for chunk in chunks]
    return "".join(H64[number >> 6 * at & 63] for number, digits in numbers for at in range(digits))


# -- digests -----------------------------------------------------------------------------------------------


def digest(algorithm: str, data: bytes) -> bytes:
    if algorithm == "sm3":
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(data)
        return sm3.finalize()
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()


def ldap_digest(algorithm: str) -> Check:
    """The digest, and after it the salt."""
    size = len(digest(algorithm, b""))

    def check(password: bytes, parts: Parts, _: str) -> bool:
        raw = parts["digest"]
        return hmac.compare_digest(digest(algorithm, password + raw[size:]), raw[:size])

    return check


_BY_SIZE = {16: "md5", 20: "sha1", 28: "sha224", 32: "sha256", 48: "sha384", 64: "sha512"}


def plain_digest(password: bytes, parts: Parts, _: str) -> bool:
    expected = parts["digest"]
    return hmac.compare_digest(digest(_BY_SIZE[len(expected)], password), expected)


def salted_digest(password: bytes, parts: Parts, stored: str) -> bool:
    algorithm, _, order = stored.partition("$")[0].partition("-")
    if order == "nested":
        made = digest(algorithm, digest(algorithm, password).hex().encode() + parts["salt"])
    elif order == "suffix":
        made = digest(algorithm, password + parts["salt"])
    else:
        made = digest(algorithm, parts["salt"] + password)
    return hmac.compare_digest(made, parts["digest"])


def keyed_digest(password: bytes, parts: Parts, stored: str) -> bool:
    algorithm = stored.partition("$")[0].removeprefix("hmac-")
    return hmac.compare_digest(hmac.digest(parts["salt"], password, algorithm), parts["digest"])
