"""Password hashes of other systems: recognised by how they look, verified, and rehashed at the next login.

`FORMATS` is the documentation too: name, how it looks, who writes it. A hash dearer than the bounds of
`foreign_costs` is refused by name when it is written (`require_cheap`), and a wrong password where it is stored.

For plain digests with a salt there is no standard form. This one is ours (Django's where Django has one):

    ALGORITHM$SALT$HEX          digest of salt + password      (md5 sha1 sha224 sha256 sha384 sha512 sm3)
    ALGORITHM-suffix$SALT$HEX   digest of password + salt
    ALGORITHM-nested$SALT$HEX   digest of hex(digest of password) + salt
    hmac-ALGORITHM$SALT$HEX     HMAC of the password keyed with the salt

SALT is UTF-8 text without `$`, or `hex:` and hex digits for bytes; it may be empty.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import argon2
import bcrypt
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives import hashes

from poolhouse.crypto.foreign_costs import (
    BOUNDS,
    Cost,
    Units,
    argon2_costs,
    aspnet_rounds,
    bcrypt_units,
    fields,
    libpass_scrypt_units,
    rounds,
    two_to_the_rounds,
)
from poolhouse.errors import TooLarge

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import passlib.hash as libpass

Verify = Callable[[bytes, str], bool]

LONGEST = 2048
"""Characters of a stored hash."""


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    looks_like: str
    pattern: re.Pattern[str]
    check: Verify
    costs: tuple[Cost, ...] = ()

    def verify(self, password: bytes, stored: str) -> bool:
        """False for whatever does not parse: an import's mistake must not become a 500 at login."""
        try:
            return self.share(password, stored) <= 1 and self.check(password, stored)
        except _MALFORMED:
            return False

    def share(self, password: bytes, stored: str) -> float:
        """What verifying costs, as a part of the most that is computed: above 1 it is not. 0 for a plain digest
        and for what does not parse."""
        try:
            shares = [cost.asked(stored, password) / cost.bound.stored for cost in self.costs]
        except _MALFORMED:
            return 0
        return max(shares, default=0)


_MALFORMED = (ValueError, TypeError, KeyError, IndexError, binascii.Error, OverflowError, MemoryError)


def recognise(stored: str) -> Format | None:
    if len(stored) > LONGEST:
        return None
    return next((format_ for format_ in FORMATS if format_.pattern.match(stored)), None)


def require_cheap(stored: str, field: str) -> None:
    """Raises TooLarge, naming the bound, for a hash that would cost too much at each login. What is of no
    format known here costs nothing: it fits no password."""
    format_ = recognise(stored)
    if format_ is None:
        return
    for cost in format_.costs:
        try:
            asked = cost.asked(stored)
        except _MALFORMED:
            continue
        if asked > cost.bound.written:
            most, unit = cost.bound.written, cost.bound.unit
            zh = f"{format_.name} 哈希的计算开销过大：最多 {most} {unit}"
            en = f"a {format_.name} hash that is too dear to check: {most} {unit} at most"
            raise TooLarge(field, zh, en)


# -- modular crypt formats -------------------------------------------------------------------------------


def _bcrypt(password: bytes, stored: str) -> bool:
    # Every bcrypt of the past cut at 72 bytes and at NUL; the library now refuses instead.
    cut = password.split(b"\0")[0][:72]
    return cut != b"" and bcrypt.checkpw(cut, re.sub(r"\A\$2[xy]?\$", "$2b$", stored).encode())


def _argon2(password: bytes, stored: str) -> bool:
    try:
        return argon2.PasswordHasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _after(prefix: str, check: Verify) -> Verify:
    return lambda password, stored: check(password, stored[len(prefix) :])


def _libpass(name: str) -> Verify:
    handler: Any = getattr(libpass, name)
    return lambda password, stored: bool(handler.verify(password, stored))


# -- formats written down by frameworks --------------------------------------------------------------------


def _scrypt(password: bytes, salt: bytes, n: int, r: int, p: int, expected: bytes) -> bool:
    if not expected:
        return False
    room = 2 * 128 * BOUNDS["scrypt"].stored
    made = hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=room, dklen=len(expected))
    return hmac.compare_digest(made, expected)


def _pbkdf2(algorithm: str, password: bytes, salt: bytes, rounds: int, expected: bytes) -> bool:
    if not expected:
        return False
    made = hashlib.pbkdf2_hmac(algorithm, password, salt, rounds, len(expected))
    return hmac.compare_digest(made, expected)


def _django_scrypt(password: bytes, stored: str) -> bool:
    _, n, salt, r, p, expected = stored.split("$")
    return _scrypt(password, salt.encode(), int(n), int(r), int(p), base64.b64decode(expected))


def _werkzeug_scrypt(password: bytes, stored: str) -> bool:
    method, salt, expected = stored.split("$")
    _, n, r, p = method.split(":")
    return _scrypt(password, salt.encode(), int(n), int(r), int(p), bytes.fromhex(expected))


def _werkzeug_pbkdf2(password: bytes, stored: str) -> bool:
    method, salt, expected = stored.split("$")
    _, algorithm, rounds = method.split(":")
    return _pbkdf2(algorithm, password, salt.encode(), int(rounds), bytes.fromhex(expected))


def _postgres_scram(password: bytes, stored: str) -> bool:
    _, parameters, keys = stored.split("$")
    rounds, salt = parameters.split(":")
    stored_key = base64.b64decode(keys.split(":")[0])
    salted = hashlib.pbkdf2_hmac("sha256", password, base64.b64decode(salt), int(rounds))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return hmac.compare_digest(hashlib.sha256(client_key).digest(), stored_key)


_ASP_DIGESTS = {0: "sha1", 1: "sha256", 2: "sha512"}


def _aspnet(password: bytes, stored: str) -> bool:
    raw = base64.b64decode(stored, validate=True)
    if raw[0] == 0:
        return _pbkdf2("sha1", password, raw[1:17], 1000, raw[17:])
    digest, rounds, salt_bytes = (int.from_bytes(raw[i : i + 4], "big") for i in (1, 5, 9))
    salt, expected = raw[13 : 13 + salt_bytes], raw[13 + salt_bytes :]
    return raw[0] == 1 and _pbkdf2(_ASP_DIGESTS[digest], password, salt, rounds, expected)


# -- plain digests -----------------------------------------------------------------------------------------

_DIGESTS = "md5|sha1|sha224|sha256|sha384|sha512|sm3"
_BY_HEX_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}


def _digest(algorithm: str, data: bytes) -> bytes:
    if algorithm == "sm3":
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(data)
        return sm3.finalize()
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()


def _salt(text: str) -> bytes:
    return bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode()


def _plain_hex(password: bytes, stored: str) -> bool:
    return hmac.compare_digest(_digest(_BY_HEX_LENGTH[len(stored)], password), bytes.fromhex(stored))


def _salted(algorithm: str, suffix: str, password: bytes, salt: bytes) -> bytes:
    if suffix == "-suffix":
        return _digest(algorithm, password + salt)
    if suffix == "-nested":
        return _digest(algorithm, _digest(algorithm, password).hex().encode() + salt)
    return _digest(algorithm, salt + password)


_SALTED = re.compile(rf"({_DIGESTS})(-suffix|-nested|)\$([^$]*)\$([0-9a-fA-F]+)\Z")
_HMAC = re.compile(r"hmac-(md5|sha1|sha224|sha256|sha384|sha512)\$([^$]*)\$([0-9a-fA-F]+)\Z")


def _salted_hex(password: bytes, stored: str) -> bool:
    parsed = _SALTED.match(stored)
    if parsed is None:
        return False
    algorithm, suffix, salt, expected = parsed.groups()
    return hmac.compare_digest(_salted(algorithm, suffix, password, _salt(salt)), bytes.fromhex(expected))


def _hmac_hex(password: bytes, stored: str) -> bool:
    parsed = _HMAC.match(stored)
    if parsed is None:
        return False
    algorithm, salt, expected = parsed.groups()
    return hmac.compare_digest(hmac.digest(_salt(salt), password, algorithm), bytes.fromhex(expected))


# -- the table ---------------------------------------------------------------------------------------------


def _format(name: str, looks_like: str, pattern: str, check: Verify, costs: tuple[Cost, ...] = ()) -> Format:
    return Format(name, looks_like, re.compile(pattern, re.ASCII), check, costs)


def _cost(bound: str, units: Units) -> tuple[Cost, ...]:
    return (Cost(bound, units),)


_BCRYPT = r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}\Z"

FORMATS: tuple[Format, ...] = (
    _format(
        "bcrypt",
        "$2a$ $2b$ $2x$ $2y$ (Laravel, PHP, Node, Spring)",
        _BCRYPT,
        _bcrypt,
        _cost("bcrypt", bcrypt_units),
    ),
    _format(
        "bcrypt, Spring",
        "{bcrypt}$2a$...",
        r"\{bcrypt\}\$2",
        _after("{bcrypt}", _bcrypt),
        _cost("bcrypt", bcrypt_units),
    ),
    _format(
        "bcrypt, LDAP",
        "{CRYPT}$2b$...",
        r"\{CRYPT\}\$2",
        _after("{CRYPT}", _bcrypt),
        _cost("bcrypt", bcrypt_units),
    ),
    _format(
        "bcrypt, Django",
        "bcrypt$$2b$...",
        r"bcrypt\$\$2",
        _after("bcrypt$", _bcrypt),
        _cost("bcrypt", bcrypt_units),
    ),
    _format(
        "bcrypt over SHA-256, Django",
        "bcrypt_sha256$$2b$...",
        r"bcrypt_sha256\$",
        _libpass("django_bcrypt_sha256"),
        two_to_the_rounds("django_bcrypt_sha256", "bcrypt"),
    ),
    _format(
        "bcrypt over SHA-256, passlib",
        "$bcrypt-sha256$v=2,t=2b,r=12$...",
        r"\$bcrypt-sha256\$",
        _libpass("bcrypt_sha256"),
        two_to_the_rounds("bcrypt_sha256", "bcrypt"),
    ),
    _format(
        "argon2i argon2d argon2id", "$argon2id$v=19$m=...", r"\$argon2(id|i|d)\$", _argon2, argon2_costs()
    ),
    _format(
        "argon2, Django",
        "argon2$argon2id$v=19$...",
        r"argon2\$argon2",
        _after("argon2", _argon2),
        argon2_costs("argon2"),
    ),
    _format(
        "argon2, Spring",
        "{argon2}$argon2id$...",
        r"\{argon2\}\$",
        _after("{argon2}", _argon2),
        argon2_costs("{argon2}"),
    ),
    _format(
        "argon2, LDAP",
        "{ARGON2}$argon2id$...",
        r"\{ARGON2\}\$",
        _after("{ARGON2}", _argon2),
        argon2_costs("{ARGON2}"),
    ),
    _format(
        "scrypt, passlib",
        "$scrypt$ln=16,r=8,p=1$...",
        r"\$scrypt\$",
        _libpass("scrypt"),
        _cost("scrypt", libpass_scrypt_units),
    ),
    _format(
        "scrypt, Django",
        "scrypt$16384$salt$8$1$...",
        r"scrypt\$\d+\$",
        _django_scrypt,
        _cost("scrypt", fields(r"\$", 1, 3, 4)),
    ),
    _format(
        "scrypt, Werkzeug",
        "scrypt:32768:8:1$salt$hex",
        r"scrypt:\d+:\d+:\d+\$",
        _werkzeug_scrypt,
        _cost("scrypt", fields(r"[:$]", 1, 2, 3)),
    ),
    _format(
        "PBKDF2-SHA1, passlib",
        "$pbkdf2$rounds$...",
        r"\$pbkdf2\$",
        _libpass("pbkdf2_sha1"),
        rounds("pbkdf2_sha1", "pbkdf2 sha1"),
    ),
    _format(
        "PBKDF2-SHA256, passlib",
        "$pbkdf2-sha256$...",
        r"\$pbkdf2-sha256\$",
        _libpass("pbkdf2_sha256"),
        rounds("pbkdf2_sha256", "pbkdf2 sha256"),
    ),
    _format(
        "PBKDF2-SHA512, passlib",
        "$pbkdf2-sha512$...",
        r"\$pbkdf2-sha512\$",
        _libpass("pbkdf2_sha512"),
        rounds("pbkdf2_sha512", "pbkdf2 sha512"),
    ),
    _format(
        "PBKDF2-SHA1, Django",
        "pbkdf2_sha1$rounds$...",
        r"pbkdf2_sha1\$",
        _libpass("django_pbkdf2_sha1"),
        rounds("django_pbkdf2_sha1", "pbkdf2 sha1"),
    ),
    _format(
        "PBKDF2-SHA256, Django",
        "pbkdf2_sha256$rounds$salt$base64",
        r"pbkdf2_sha256\$",
        _libpass("django_pbkdf2_sha256"),
        rounds("django_pbkdf2_sha256", "pbkdf2 sha256"),
    ),
    _format(
        "PBKDF2, Werkzeug",
        "pbkdf2:sha256:600000$salt$hex",
        r"pbkdf2:(sha1|sha256|sha512):\d+\$",
        _werkzeug_pbkdf2,
        _cost("pbkdf2 sha512", fields(r"[:$]", 2)),
    ),
    _format("PBKDF2, Atlassian", "{PKCS5S2}...", r"\{PKCS5S2\}", _libpass("atlassian_pbkdf2_sha1")),
    _format(
        "PBKDF2, Dwayne Litzenberger",
        "$p5k2$...",
        r"\$p5k2\$[^$]*\$[^$=]+\$",
        _libpass("dlitz_pbkdf2_sha1"),
        rounds("dlitz_pbkdf2_sha1", "pbkdf2 sha1"),
    ),
    _format(
        "PBKDF2, Cryptacular",
        "$p5k2$...=$...=",
        r"\$p5k2\$",
        _libpass("cta_pbkdf2_sha1"),
        rounds("cta_pbkdf2_sha1", "pbkdf2 sha1"),
    ),
    _format(
        "PBKDF2, GRUB",
        "grub.pbkdf2.sha512....",
        r"grub\.pbkdf2\.sha512\.",
        _libpass("grub_pbkdf2_sha512"),
        rounds("grub_pbkdf2_sha512", "pbkdf2 sha512"),
    ),
    _format(
        "PBKDF2-SHA1, LDAP",
        "{PBKDF2}...",
        r"\{PBKDF2\}",
        _libpass("ldap_pbkdf2_sha1"),
        rounds("ldap_pbkdf2_sha1", "pbkdf2 sha1"),
    ),
    _format(
        "PBKDF2-SHA256, LDAP",
        "{PBKDF2-SHA256}...",
        r"\{PBKDF2-SHA256\}",
        _libpass("ldap_pbkdf2_sha256"),
        rounds("ldap_pbkdf2_sha256", "pbkdf2 sha256"),
    ),
    _format(
        "PBKDF2-SHA512, LDAP",
        "{PBKDF2-SHA512}...",
        r"\{PBKDF2-SHA512\}",
        _libpass("ldap_pbkdf2_sha512"),
        rounds("ldap_pbkdf2_sha512", "pbkdf2 sha512"),
    ),
    _format(
        "PBKDF2, ASP.NET Identity",
        "base64 that begins with A",
        r"A[A-Za-z0-9+/]{60,}={0,2}\Z",
        _aspnet,
        _cost("pbkdf2 sha512", aspnet_rounds),
    ),
    _format(
        "SCRAM, PostgreSQL",
        "SCRAM-SHA-256$4096:salt$...",
        r"SCRAM-SHA-256\$",
        _postgres_scram,
        _cost("pbkdf2 sha256", fields(r"[:$]", 1)),
    ),
    _format(
        "SCRAM, passlib",
        "$scram$rounds$...",
        r"\$scram\$",
        _libpass("scram"),
        rounds("scram", "pbkdf2 sha512"),
    ),
    _format(
        "SHA-256 crypt",
        "$5$...",
        r"\$5\$",
        _libpass("sha256_crypt"),
        rounds("sha256_crypt", reread_bytes=64),
    ),
    _format(
        "SHA-512 crypt",
        "$6$...",
        r"\$6\$",
        _libpass("sha512_crypt"),
        rounds("sha512_crypt", reread_bytes=64),
    ),
    _format(
        "SHA-256 crypt, LDAP",
        "{CRYPT}$5$...",
        r"\{CRYPT\}\$5\$",
        _libpass("ldap_sha256_crypt"),
        rounds("ldap_sha256_crypt", "sha256_crypt", reread_bytes=64),
    ),
    _format(
        "SHA-512 crypt, LDAP",
        "{CRYPT}$6$...",
        r"\{CRYPT\}\$6\$",
        _libpass("ldap_sha512_crypt"),
        rounds("ldap_sha512_crypt", "sha512_crypt", reread_bytes=64),
    ),
    _format("MD5 crypt", "$1$...", r"\$1\$", _libpass("md5_crypt")),
    _format("MD5 crypt, LDAP", "{CRYPT}$1$...", r"\{CRYPT\}\$1\$", _libpass("ldap_md5_crypt")),
    _format("MD5 crypt, Apache", "$apr1$...", r"\$apr1\$", _libpass("apr_md5_crypt")),
    _format(
        "MD5 crypt, Sun",
        "$md5,rounds=... $md5$...",
        r"\$md5[,$]",
        _libpass("sun_md5_crypt"),
        rounds("sun_md5_crypt"),
    ),
    _format("SHA-1 crypt, NetBSD", "$sha1$...", r"\$sha1\$", _libpass("sha1_crypt"), rounds("sha1_crypt")),
    _format(
        "phpass", "$P$ $H$ (WordPress, phpBB)", r"\$[PH]\$", _libpass("phpass"), two_to_the_rounds("phpass")
    ),
    _format("BSDi crypt", "_...", r"_[./A-Za-z0-9]{19}\Z", _libpass("bsdi_crypt"), rounds("bsdi_crypt")),
    _format("FSHP", "{FSHP1|16|480000}...", r"\{FSHP", _libpass("fshp"), rounds("fshp")),
    _format("SSHA, LDAP", "{SSHA}...", r"\{SSHA\}", _libpass("ldap_salted_sha1")),
    _format("SSHA-256, LDAP", "{SSHA256}...", r"\{SSHA256\}", _libpass("ldap_salted_sha256")),
    _format("SSHA-512, LDAP", "{SSHA512}...", r"\{SSHA512\}", _libpass("ldap_salted_sha512")),
    _format("SMD5, LDAP", "{SMD5}...", r"\{SMD5\}", _libpass("ldap_salted_md5")),
    _format("SHA, LDAP", "{SHA}base64", r"\{SHA\}[A-Za-z0-9+/]{27}=\Z", _libpass("ldap_sha1")),
    _format("MD5, LDAP", "{MD5}base64", r"\{MD5\}[A-Za-z0-9+/]{22}==\Z", _libpass("ldap_md5")),
    _format("SHA in hex, LDAP", "{SHA}hex", r"\{SHA\}[0-9a-f]{40}\Z", _libpass("ldap_hex_sha1")),
    _format("MD5 in hex, LDAP", "{MD5}hex", r"\{MD5\}[0-9a-f]{32}\Z", _libpass("ldap_hex_md5")),
    _format("NT hash", "$3$$hex", r"\$3\$\$", _libpass("bsd_nthash")),
    _format("MySQL 4.1", "*40 hex digits", r"\*[0-9A-Fa-f]{40}\Z", _libpass("mysql41")),
    _format("SQL Server 2000", "0x0100 and 88 hex digits", r"0x0100[0-9A-Fa-f]{88}\Z", _libpass("mssql2000")),
    _format("SQL Server 2005", "0x0100 and 48 hex digits", r"0x0100[0-9A-Fa-f]{48}\Z", _libpass("mssql2005")),
    _format("Oracle 11", "S:60 hex digits", r"S:[0-9A-Fa-f]{60}\Z", _libpass("oracle11")),
    _format("salted digest", "sha256$salt$hex, see above", _SALTED.pattern, _salted_hex),
    _format("HMAC", "hmac-sha256$salt$hex, see above", _HMAC.pattern, _hmac_hex),
    _format(
        "plain digest in hex",
        "32, 40, 56, 64, 96 or 128 hex digits: md5 to sha512",
        r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})\Z",
        _plain_hex,
    ),
)
