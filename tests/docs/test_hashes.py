"""The page about stored passwords is made of the verifiers, and every row of it is signed in with.

python -m tests.docs.test_hashes writes docs/reference/hashes.md between its marks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import bcrypt
import pytest
from gmssl import func, sm3
from tests.conftest import PoolForTests

from poolhouse.crypto.foreign import FORMATS, require
from poolhouse.crypto.foreign_legacy import LEGACY, Legacy
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import passlib.hash as libpass
    from passlib.utils.binary import h64

PAGE = Path(__file__).parents[2] / "docs/reference/hashes.md"
MARK = "<!-- {}: made of src/poolhouse/crypto by python -m tests.docs.test_hashes -->\n"
END = "<!-- end of {} -->\n"

TEXT = "correct horse"
RAW = TEXT.encode()
BYTES = b"0123456789abcdef"


def hex_of(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data).hexdigest()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def by_libpass(name: str, **options: int) -> str:
    handler = getattr(libpass, name)
    return str((handler.using(**options) if options else handler).hash(TEXT))


def wordpress() -> str:
    inner = base64_of(hmac.digest(b"wp-sha384", RAW, "sha384")).encode()
    return "$wp" + bcrypt.hashpw(inner, bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$")


def drupal() -> str:
    made = hashlib.sha512(b"abcdefgh" + RAW).digest()
    for _ in range(1 << 7):
        made = hashlib.sha512(made + RAW).digest()
    return "$S$5abcdefgh" + h64.encode_bytes(made).decode()[:43]


def aspnet(version: int) -> str:
    if version == 2:
        return base64_of(b"\0" + BYTES + hashlib.pbkdf2_hmac("sha1", RAW, BYTES, 1000, 32))
    head = b"\1" + b"".join(number.to_bytes(4, "big") for number in (1, 1000, 16))
    return base64_of(head + BYTES + hashlib.pbkdf2_hmac("sha256", RAW, BYTES, 1000))


def keycloak(algorithm: str, length: int) -> str:
    made = hashlib.pbkdf2_hmac(algorithm, RAW, BYTES, 1000, length)
    return f"$pbkdf2-{algorithm}$1000${base64_of(BYTES)}${base64_of(made)}"


def ldap(scheme: str, algorithm: str) -> str:
    return f"{{{scheme}}}" + base64_of(hashlib.new(algorithm, RAW + b"salt").digest() + b"salt")


def bcrypted(lead: str) -> str:
    return bcrypt.hashpw(RAW, bcrypt.gensalt(4)).decode().replace("$2b$", lead)


def werkzeug(method: str) -> str:
    from werkzeug.security import generate_password_hash

    return generate_password_hash(TEXT, method)


def django_scrypt() -> str:
    return "scrypt$1024$salt$8$1$" + base64_of(hashlib.scrypt(RAW, salt=b"salt", n=1024, r=8, p=1))


NESTED = hex_of("md5", RAW).encode()
MADE: dict[str, Callable[[], str]] = {
    "`md5($salt . $password)`": lambda: f"md5$s1${hex_of('md5', b's1' + RAW)}",
    "`md5($password . $salt)`": lambda: f"md5-suffix$s1${hex_of('md5', RAW + b's1')}",
    "`md5(md5($password) . $salt)`": lambda: f"md5-nested$s1${hex_of('md5', NESTED + b's1')}",
    "`md5(md5($password))`": lambda: f"md5-nested$${hex_of('md5', NESTED)}",
    "`sha1($salt . $password)`": lambda: f"sha1$s1${hex_of('sha1', b's1' + RAW)}",
    "SHA-256 of salt and password, in hex": lambda: f"sha256$s1${hex_of('sha256', b's1' + RAW)}",
    "SHA-256 of password and salt, in hex": lambda: f"sha256-suffix$s1${hex_of('sha256', RAW + b's1')}",
    "the same with a salt of bytes": lambda: (
        f"sha256-suffix$hex:{BYTES.hex()}${hex_of('sha256', RAW + BYTES)}"
    ),
    "SM3 of salt and password, in hex": lambda: f"sm3$s1${sm3.sm3_hash(func.bytes_to_list(b's1' + RAW))}",
    "HMAC-SHA-256 keyed with the salt, in hex": lambda: (
        f"hmac-sha256$s1${hmac.new(b's1', RAW, 'sha256').hexdigest()}"
    ),
    "`md5($password)`, in hex": lambda: hex_of("md5", RAW),
    "SHA-1 of the password, in hex": lambda: hex_of("sha1", RAW),
    "SHA-256 of the password, in hex": lambda: hex_of("sha256", RAW),
    "`$2y$10$...`": lambda: bcrypted("$2y$"),
    "`$2a$10$...`": lambda: bcrypted("$2a$"),
    "`{bcrypt}$2a$10$...`": lambda: "{bcrypt}" + bcrypted("$2a$"),
    "`$wp$2y$10$...`": wordpress,
    "`$P$B...`": lambda: by_libpass("phpass", rounds=7),
    "`$H$9...`": lambda: by_libpass("phpass", rounds=7).replace("$P$", "$H$"),
    "`$S$D...`": drupal,
    "`pbkdf2_sha256$260000$...`": lambda: by_libpass("django_pbkdf2_sha256", rounds=10),
    "`argon2$argon2id$v=19$...`": lambda: by_libpass("django_argon2", rounds=1, memory_cost=64),
    "`bcrypt_sha256$$2b$12$...`": lambda: by_libpass("django_bcrypt_sha256", rounds=4),
    "`scrypt$16384$...`": django_scrypt,
    "`sha1$salt$...`": lambda: by_libpass("django_salted_sha1"),
    "`scrypt:32768:8:1$...`": lambda: werkzeug("scrypt:1024:8:1"),
    "`pbkdf2:sha256:600000$...`": lambda: werkzeug("pbkdf2:sha256:10"),
    "`$pbkdf2-sha256$29000$...`": lambda: by_libpass("pbkdf2_sha256", rounds=10),
    "base64 that begins with `AA`": lambda: aspnet(2),
    "base64 that begins with `AQAAAA`": lambda: aspnet(3),
    "algorithm `pbkdf2-sha256`": lambda: keycloak("sha256", 64),
    "algorithm `pbkdf2-sha512`": lambda: keycloak("sha512", 64),
    "`{SSHA}...`": lambda: ldap("SSHA", "sha1"),
    "`{SSHA512}...`": lambda: ldap("SSHA512", "sha512"),
    "`{CRYPT}$6$...`": lambda: by_libpass("ldap_sha512_crypt", rounds=1000),
    "`$6$...`": lambda: by_libpass("sha512_crypt", rounds=1000),
    "`$apr1$...`": lambda: by_libpass("apr_md5_crypt"),
    "`$argon2id$v=19$...`": lambda: by_libpass("argon2", rounds=1, memory_cost=64),
    "`{PKCS5S2}...`": lambda: by_libpass("atlassian_pbkdf2_sha1"),
    "`PASSWORD()` of 4.1 to 5.7": lambda: by_libpass("mysql41"),
    "`S:...`": lambda: by_libpass("oracle11"),
    "an NT hash, in hex": lambda: by_libpass("bsd_nthash"),
}
"""What a table has -> the same made by somebody else's code, as the row says to write it."""


def legacy() -> str:
    rows = [
        f"| {row.of} | {row.has} | {f'`{row.write}`' if row.write else 'what it has'} |" for row in LEGACY
    ]
    return "\n".join(["", "| From | Your table has | Write |", "|---|---|---|", *rows, "", ""])


def formats() -> str:
    rows = [f"| {one.name} | {one.looks_like.replace('see above', 'as above')} |" for one in FORMATS]
    return "\n".join(["", "| Format | Looks like |", "|---|---|", *rows, "", ""])


def page() -> str:
    text = PAGE.read_text()
    for name, table in {"old tables": legacy(), "formats": formats()}.items():
        before, begin, rest = text.partition(MARK.format(name))
        _, end, after = rest.partition(END.format(name))
        assert begin, name
        text = f"{before}{begin}{table}{end}{after}"
    return text


def test_the_page_is_made_of_the_verifiers() -> None:
    assert PAGE.read_text() == page(), "python -m tests.docs.test_hashes"


def test_every_row_has_a_hash_made_by_somebody_else() -> None:
    assert sorted(row.has for row in LEGACY) == sorted(MADE)


@pytest.mark.parametrize("row", LEGACY, ids=lambda row: row.has)
def test_a_row_is_written_as_it_says_and_verified_by_its_own_verifier(row: Legacy) -> None:
    stored = MADE[row.has]()
    if row.write:
        assert re.fullmatch(re.sub(r"[A-Z][A-Z0-9_]+", ".+", re.escape(row.write)), stored), stored
    found = require(stored, "password")
    assert found.name == row.format
    assert found.verify(RAW, stored)
    assert not found.verify(RAW + b"r", stored)


async def test_whoever_is_imported_with_any_of_them_signs_in(services: Services, pool: PoolForTests) -> None:
    drafts = [
        UserDraft({"username": f"u{at}"}, password_hash=MADE[row.has]()) for at, row in enumerate(LEGACY)
    ]
    await services.users.create_many(pool.administrator, drafts)
    for at, row in enumerate(LEGACY):
        name = UserKey("username", f"u{at}")
        signed_in = await services.login.with_password(pool.stranger, name, TEXT)
        assert signed_in.user.username == f"u{at}", row


if __name__ == "__main__":
    PAGE.write_text(page())
