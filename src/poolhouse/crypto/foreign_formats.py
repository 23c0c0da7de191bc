"""The table of stored password hashes: each format's name, looks, shape, check and cost. `foreign` uses it.

For plain digests with a salt there is no standard form. This one is ours (Django's where Django has one):

    ALGORITHM$SALT$HEX          digest of salt + password      (md5 sha1 sha224 sha256 sha384 sha512 sm3)
    ALGORITHM-suffix$SALT$HEX   digest of password + salt
    ALGORITHM-nested$SALT$HEX   digest of hex(digest of password) + salt
    hmac-ALGORITHM$SALT$HEX     HMAC of the password keyed with the salt

SALT is UTF-8 text without `$`, or `hex:` and hex digits for bytes; it may be empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from poolhouse.crypto import foreign_checks as checks
from poolhouse.crypto import foreign_costs as costs
from poolhouse.crypto import foreign_parts as parts
from poolhouse.crypto.foreign_checks import Check
from poolhouse.crypto.foreign_costs import Costs
from poolhouse.crypto.foreign_parts import SALTS
from poolhouse.crypto.foreign_shapes import (
    H64,
    Malformed,
    Parts,
    Shape,
    base64_of,
    blanks,
    crypt64,
    hexadecimal,
    letters,
    number,
    read,
)


@dataclass(frozen=True, slots=True)
class Format:
    """`pattern`: whose a hash claims to be, by its beginning where that is enough; `shapes`: what it must be then.
    `agree` raises Malformed for parts that do not go together."""

    name: str
    looks_like: str
    pattern: re.Pattern[str]
    shapes: Sequence[Shape]
    check: Check
    costs: Costs = ()
    agree: Callable[[Parts], None] | None = None

    def parts(self, stored: str) -> Parts:
        """Raises Malformed for what can never verify."""
        if blanks(stored):
            raise Malformed("首尾有空白字符", "a blank or a line break at its beginning or end")
        found = read(self.shapes, stored)
        if self.agree:
            self.agree(found)
        return found

    def verify(self, password: bytes, stored: str) -> bool:
        """False for whatever does not parse: an import's mistake must not become a 500 at login."""
        try:
            return self.share(password, stored) <= 1 and self.check(password, self.parts(stored), stored)
        except _MALFORMED:
            return False

    def share(self, password: bytes, stored: str) -> float:
        """What verifying costs, as a part of the most that is computed: above 1 it is not. 0 for a plain digest
        and for what does not parse."""
        try:
            found = self.parts(stored)
        except Malformed:
            return 0
        return max((cost.asked(found, password) / cost.bound.stored for cost in self.costs), default=0)


_MALFORMED = (ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError)


def _format(
    name: str,
    looks_like: str,
    pattern: str,
    shapes: Sequence[Shape],
    check: Check,
    cost: Costs = (),
    agree: Callable[[Parts], None] | None = None,
) -> Format:
    return Format(name, looks_like, re.compile(pattern, re.ASCII), shapes, check, cost, agree)


_BCRYPT_COST = costs.two_to_the("cost", "bcrypt")
_ALGORITHMS = "md5|sha1|sha224|sha256|sha384|sha512"
_UNSALTED = "|".join(f"[0-9a-fA-F]{{{digits}}}" for digits in (32, 40, 56, 64, 96, 128))

# fmt: off
FORMATS: tuple[Format, ...] = (
    _format("bcrypt", "$2a$ $2b$ $2x$ $2y$ (Laravel, PHP, Node, Spring)", r"\$2[abxy]?\$", parts.bcrypt(""),
        checks.plain_bcrypt, _BCRYPT_COST),
    _format("bcrypt, Spring", "{bcrypt}$2a$...", r"(?i:\{bcrypt\})\$2", parts.bcrypt("{bcrypt}"),
        checks.plain_bcrypt, _BCRYPT_COST),
    _format("bcrypt, LDAP", "{CRYPT}$2b$...", r"(?i:\{CRYPT\})\$2", parts.bcrypt("{CRYPT}"),
        checks.plain_bcrypt, _BCRYPT_COST),
    _format("bcrypt, Django", "bcrypt$$2b$...", r"bcrypt\$\$2", parts.bcrypt("bcrypt$"), checks.plain_bcrypt,
        _BCRYPT_COST),
    _format("bcrypt over SHA-256, Django", "bcrypt_sha256$$2b$...", r"bcrypt_sha256\$",
        parts.bcrypt("bcrypt_sha256$"), checks.bcrypt_of_hex_sha256, _BCRYPT_COST),
    _format("bcrypt over SHA-256, passlib", "$bcrypt-sha256$v=2,t=2b,r=12$...", r"\$bcrypt-sha256\$v=2,",
        parts.bcrypt_sha256_v2(), checks.bcrypt_of_hmac_sha256, _BCRYPT_COST),
    _format("bcrypt over SHA-256, passlib 1.6", "$bcrypt-sha256$2b,12$...", r"\$bcrypt-sha256\$",
        parts.bcrypt_sha256_v1(), checks.bcrypt_of_sha256, _BCRYPT_COST),
    _format("bcrypt over HMAC-SHA384, WordPress", "$wp$2y$10$... (from 6.8 on)", r"\$wp\$2", parts.bcrypt("$wp"),
        checks.bcrypt_of_wordpress, _BCRYPT_COST),
    _format("argon2", "$argon2id$v=19$m=...", r"\$argon2(id|i|d)\$", parts.argon2(""),
        checks.argon2_after(""), costs.argon2(), parts.enough_memory),
    _format("argon2, Django", "argon2$argon2id$v=19$...", r"argon2\$argon2", parts.argon2("argon2"),
        checks.argon2_after("argon2"), costs.argon2(), parts.enough_memory),
    _format("argon2, Spring", "{argon2}$argon2id$... (Spring, LDAP)", r"(?i:\{argon2\})\$",
        parts.argon2("{argon2}"), checks.argon2_after("{argon2}"), costs.argon2(), parts.enough_memory),
    _format("scrypt, passlib", "$scrypt$ln=16,r=8,p=1$...", r"\$scrypt\$", [parts.passlib_scrypt()],
        checks.scrypt, costs.scrypt()),
    _format("scrypt, Django", "scrypt$16384$salt$8$1$...", r"scrypt\$", [parts.django_scrypt()], checks.scrypt,
        costs.scrypt()),
    _format("scrypt, Werkzeug", "scrypt:32768:8:1$salt$hex", r"scrypt:", [parts.werkzeug_scrypt()],
        checks.scrypt, costs.scrypt()),
    _format("PBKDF2-SHA1, passlib", "$pbkdf2$rounds$salt$digest", r"\$pbkdf2\$", [parts.pbkdf2("$pbkdf2$", "sha1")],
        checks.pbkdf2("sha1"), costs.pbkdf2("sha1")),
    _format("PBKDF2-SHA256, passlib", "$pbkdf2-sha256$rounds$salt$digest (Keycloak's 64 bytes too)",
        r"\$pbkdf2-sha256\$", [parts.pbkdf2("$pbkdf2-sha256$", "sha256")], checks.pbkdf2("sha256"),
        costs.pbkdf2("sha256")),
    _format("PBKDF2-SHA512, passlib", "$pbkdf2-sha512$rounds$salt$digest", r"\$pbkdf2-sha512\$",
        [parts.pbkdf2("$pbkdf2-sha512$", "sha512")], checks.pbkdf2("sha512"), costs.pbkdf2("sha512")),
    _format("PBKDF2-SHA1, Django", "pbkdf2_sha1$rounds$salt$base64", r"pbkdf2_sha1\$",
        [parts.django("sha1")], checks.pbkdf2("sha1"), costs.pbkdf2("sha1")),
    _format("PBKDF2-SHA256, Django", "pbkdf2_sha256$rounds$salt$base64", r"pbkdf2_sha256\$",
        [parts.django("sha256")], checks.pbkdf2("sha256"), costs.pbkdf2("sha256")),
    _format("PBKDF2-SHA1, Werkzeug", "pbkdf2:sha1:600000$salt$hex", r"pbkdf2:sha1:",
        [parts.werkzeug_pbkdf2("sha1")], checks.pbkdf2("sha1"), costs.pbkdf2("sha1")),
    _format("PBKDF2-SHA256, Werkzeug", "pbkdf2:sha256:600000$salt$hex", r"pbkdf2:sha256:",
        [parts.werkzeug_pbkdf2("sha256")], checks.pbkdf2("sha256"), costs.pbkdf2("sha256")),
    _format("PBKDF2-SHA512, Werkzeug", "pbkdf2:sha512:600000$salt$hex", r"pbkdf2:sha512:",
        [parts.werkzeug_pbkdf2("sha512")], checks.pbkdf2("sha512"), costs.pbkdf2("sha512")),
    _format("PBKDF2, Atlassian", "{PKCS5S2}...", r"(?i:\{PKCS5S2\})",
        [("{PKCS5S2}", base64_of("salt and digest", [48], padded=True))], checks.pbkdf2_atlassian),
    _format("PBKDF2, Dwayne Litzenberger", "$p5k2$...", r"\$p5k2\$[^$]*\$[^$=]+\$",
        [("$p5k2$", parts.hex_rounds(400), "$", letters("salt", H64, 1, 1024), "$",
          base64_of("digest", [24], padded=False))], checks.pbkdf2_dlitz, costs.pbkdf2("sha1")),
    _format("PBKDF2, Cryptacular", "$p5k2$...=$...=", r"\$p5k2\$",
        [("$p5k2$", parts.hex_rounds(400), "$", base64_of("salt", SALTS, padded=True, altchars=b"-_"), "$",
          base64_of("digest", [20], padded=True, altchars=b"-_"))], checks.pbkdf2("sha1"),
        costs.pbkdf2("sha1")),
    _format("PBKDF2, GRUB", "grub.pbkdf2.sha512....", r"grub\.pbkdf2\.sha512\.",
        [("grub.pbkdf2.sha512.", number("rounds", 1), ".", hexadecimal("salt", SALTS), ".",
          hexadecimal("digest", [64]))], checks.pbkdf2("sha512"), costs.pbkdf2("sha512")),
    _format("PBKDF2-SHA1, LDAP", "{PBKDF2}rounds$...", r"(?i:\{PBKDF2\})", [parts.pbkdf2("{PBKDF2}", "sha1")],
        checks.pbkdf2("sha1"), costs.pbkdf2("sha1")),
    _format("PBKDF2-SHA256, LDAP", "{PBKDF2-SHA256}rounds$...", r"(?i:\{PBKDF2-SHA256\})",
        [parts.pbkdf2("{PBKDF2-SHA256}", "sha256")], checks.pbkdf2("sha256"), costs.pbkdf2("sha256")),
    _format("PBKDF2-SHA512, LDAP", "{PBKDF2-SHA512}rounds$...", r"(?i:\{PBKDF2-SHA512\})",
        [parts.pbkdf2("{PBKDF2-SHA512}", "sha512")], checks.pbkdf2("sha512"), costs.pbkdf2("sha512")),
    _format("PBKDF2, ASP.NET Identity", "base64 that begins with AQAAAA, or 49 bytes that begin with 0",
        r"A(?:[A-P][A-Za-z0-9+/]{64}==|QAAAA[A-Za-z0-9+/]+={0,2})\Z", [("A", parts.aspnet())],
        checks.pbkdf2_aspnet, costs.aspnet()),
    _format("SCRAM, PostgreSQL", "SCRAM-SHA-256$4096:salt$...", r"SCRAM-SHA-256\$",
        [("SCRAM-SHA-256$", number("rounds", 1), ":", base64_of("salt", SALTS, padded=True), "$",
          base64_of("stored key", [32], padded=True), ":", base64_of("server key", [32], padded=True))],
        checks.postgres_scram, costs.rounds("pbkdf2 sha256")),
    _format("SCRAM, passlib", "$scram$rounds$...", r"\$scram\$",
        [("$scram$", number("rounds", 1), "$", base64_of("salt", SALTS, padded=False), "$",
          parts.scram_digests())], checks.library("scram"), costs.rounds("pbkdf2 sha512")),
    _format("SHA-256 crypt", "$5$...", r"\$5\$", parts.sha_crypt("$5$", 32), checks.library("sha256_crypt", ""),
        costs.rounds("sha256_crypt", reread_bytes=64)),
    _format("SHA-256 crypt, LDAP", "{CRYPT}$5$...", r"(?i:\{CRYPT\})\$5\$", parts.sha_crypt("{CRYPT}$5$", 32),
        checks.library("sha256_crypt", "{CRYPT}"), costs.rounds("sha256_crypt", reread_bytes=64)),
    _format("SHA-512 crypt", "$6$...", r"\$6\$", parts.sha_crypt("$6$", 64), checks.library("sha512_crypt", ""),
        costs.rounds("sha512_crypt", reread_bytes=64)),
    _format("SHA-512 crypt, LDAP", "{CRYPT}$6$...", r"(?i:\{CRYPT\})\$6\$", parts.sha_crypt("{CRYPT}$6$", 64),
        checks.library("sha512_crypt", "{CRYPT}"), costs.rounds("sha512_crypt", reread_bytes=64)),
    _format("MD5 crypt", "$1$...", r"\$1\$", [parts.md5_crypt("$1$")], checks.library("md5_crypt", "")),
    _format("MD5 crypt, LDAP", "{CRYPT}$1$...", r"(?i:\{CRYPT\})\$1\$", [parts.md5_crypt("{CRYPT}$1$")],
        checks.library("md5_crypt", "{CRYPT}")),
    _format("MD5 crypt, Apache", "$apr1$...", r"\$apr1\$", [parts.md5_crypt("$apr1$")],
        checks.library("apr_md5_crypt")),
    _format("MD5 crypt, Sun", "$md5,rounds=... $md5$...", r"\$md5[,$]", parts.sun_crypt(),
        checks.library("sun_md5_crypt"), costs.rounds("sun_md5_crypt")),
    _format("SHA-1 crypt, NetBSD", "$sha1$...", r"\$sha1\$",
        [("$sha1$", number("rounds", 1), "$", letters("salt", H64, 0, 64), "$", crypt64("digest", 21))],
        checks.library("sha1_crypt"), costs.rounds("sha1_crypt")),
    _format("phpass", "$P$ $H$ (WordPress, phpBB)", r"\$[PH]\$", parts.phpass(), checks.library("phpass"),
        costs.two_to_the("rounds", "phpass")),
    _format("phpass over SHA-512, Drupal 7", "$S$ and 52 characters", r"\$S\$", [parts.drupal()], checks.drupal,
        costs.two_to_the("rounds", "phpass", reread_bytes=128)),
    _format("BSDi crypt", "_...", r"_[./A-Za-z0-9]{19}\Z",
        [("_", parts.crypt64_number("rounds", 4, 1, 2**24 - 1), letters("salt", H64, 4, 4, 4),
          crypt64("digest", 8, big=True))], checks.library("bsdi_crypt"), costs.rounds("bsdi_crypt")),
    _format("FSHP", "{FSHP1|16|480000}...", r"\{FSHP",
        [("{FSHP", letters("version", "0123", 1, 1), "|", number("salt", 0, 1024), "|", number("rounds", 1),
          "}", base64_of("salt and digest", range(1, 2048), padded=True))], checks.library("fshp"),
        costs.rounds("fshp"), parts.fshp_agrees),
    _format("SSHA, LDAP", "{SSHA}...", r"(?i:\{SSHA\})", [parts.ldap("SSHA", 20, salted=True)],
        checks.ldap_digest("sha1")),
    _format("SSHA-256, LDAP", "{SSHA256}...", r"(?i:\{SSHA256\})", [parts.ldap("SSHA256", 32, salted=True)],
        checks.ldap_digest("sha256")),
    _format("SSHA-512, LDAP", "{SSHA512}...", r"(?i:\{SSHA512\})", [parts.ldap("SSHA512", 64, salted=True)],
        checks.ldap_digest("sha512")),
    _format("SMD5, LDAP", "{SMD5}...", r"(?i:\{SMD5\})", [parts.ldap("SMD5", 16, salted=True)],
        checks.ldap_digest("md5")),
    _format("SHA in hex, LDAP", "{SHA}hex", r"(?i:\{SHA\})[0-9a-fA-F]{40}\Z",
        [("{SHA}", hexadecimal("digest", [20]))], checks.ldap_digest("sha1")),
    _format("SHA, LDAP", "{SHA}base64", r"(?i:\{SHA\})", [parts.ldap("SHA", 20, salted=False)],
        checks.ldap_digest("sha1")),
    _format("SHA256 in hex, LDAP", "{SHA256}hex", r"(?i:\{SHA256\})[0-9a-fA-F]{64}\Z",
        [("{SHA256}", hexadecimal("digest", [32]))], checks.ldap_digest("sha256")),
    _format("SHA256, LDAP", "{SHA256}base64", r"(?i:\{SHA256\})", [parts.ldap("SHA256", 32, salted=False)],
        checks.ldap_digest("sha256")),
    _format("SHA512 in hex, LDAP", "{SHA512}hex", r"(?i:\{SHA512\})[0-9a-fA-F]{128}\Z",
        [("{SHA512}", hexadecimal("digest", [64]))], checks.ldap_digest("sha512")),
    _format("SHA512, LDAP", "{SHA512}base64", r"(?i:\{SHA512\})", [parts.ldap("SHA512", 64, salted=False)],
        checks.ldap_digest("sha512")),
    _format("MD5 in hex, LDAP", "{MD5}hex", r"(?i:\{MD5\})[0-9a-fA-F]{32}\Z",
        [("{MD5}", hexadecimal("digest", [16]))], checks.ldap_digest("md5")),
    _format("MD5, LDAP", "{MD5}base64", r"(?i:\{MD5\})", [parts.ldap("MD5", 16, salted=False)],
        checks.ldap_digest("md5")),
    _format("NT hash", "$3$$hex", r"\$3\$\$", [("$3$$", hexadecimal("digest", [16]))],
        checks.library("bsd_nthash")),
    _format("MySQL 4.1", "*40 hex digits", r"\*[0-9A-Fa-f]{40}\Z", [("*", hexadecimal("digest", [20]))],
        checks.library("mysql41")),
    _format("SQL Server 2000", "0x0100 and 88 hex digits", r"0x0100[0-9A-Fa-f]{88}\Z",
        [("0x0100", hexadecimal("salt and digest", [44]))], checks.library("mssql2000")),
    _format("SQL Server 2005", "0x0100 and 48 hex digits", r"0x0100[0-9A-Fa-f]*\Z",
        [("0x0100", hexadecimal("salt and digest", [24]))], checks.library("mssql2005")),
    _format("Oracle 11", "S:60 hex digits", r"S:[0-9A-Fa-f]{60}\Z",
        [("S:", hexadecimal("salt and digest", [30]))], checks.library("oracle11")),
    _format("salted digest", "sha256$salt$hex, see above", rf"(?:{_ALGORITHMS}|sm3)(?:-suffix|-nested)?\$",
        parts.SALTED, checks.salted_digest),
    _format("HMAC", "hmac-sha256$salt$hex, see above", rf"hmac-(?:{_ALGORITHMS})\$", parts.KEYED,
        checks.keyed_digest),
    _format("plain digest in hex", "32, 40, 56, 64, 96 or 128 hex digits: md5 to sha512", rf"(?:{_UNSALTED})\Z",
        [("", hexadecimal("digest", [16, 20, 28, 32, 48, 64]))], checks.plain_digest),
)
# fmt: on
