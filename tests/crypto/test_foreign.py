import base64
import hashlib
import hmac
import re
import warnings

import pytest

from poolhouse.crypto.foreign import FORMATS, recognise, require_cheap
from poolhouse.crypto.foreign_costs import BOUNDS
from poolhouse.errors import TooLarge

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import passlib.hash as libpass

PASSWORD = "pässword1"
RAW = PASSWORD.encode()


def aspnet() -> str:
    salt = b"0123456789abcdef"
    head = b"\x01" + b"".join(each.to_bytes(4, "big") for each in (1, 1000, 16))
    return base64.b64encode(head + salt + hashlib.pbkdf2_hmac("sha256", RAW, salt, 1000)).decode()


def django_scrypt() -> str:
    made = hashlib.scrypt(RAW, salt=b"salt", n=1024, r=8, p=1, dklen=64)
    return f"scrypt$1024$salt$8$1${base64.b64encode(made).decode()}"


def postgres_scram() -> str:
    salted = hashlib.pbkdf2_hmac("sha256", RAW, b"salt", 4096)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    words = [base64.b64encode(each).decode() for each in (b"salt", stored, server)]
    return f"SCRAM-SHA-256$4096:{words[0]}${words[1]}:{words[2]}"


BY_LIBPASS = {
    "bcrypt": {"rounds": 4},
    "django_bcrypt": {"rounds": 4},
    "django_bcrypt_sha256": {"rounds": 4},
    "bcrypt_sha256": {"rounds": 4},
    "ldap_bcrypt": {"rounds": 4},
    "argon2": {"rounds": 1, "memory_cost": 64},
    "django_argon2": {"rounds": 1, "memory_cost": 64},
    "scrypt": {"rounds": 8},
    "pbkdf2_sha1": {"rounds": 10},
    "pbkdf2_sha256": {"rounds": 10},
    "pbkdf2_sha512": {"rounds": 10},
    "django_pbkdf2_sha1": {"rounds": 10},
    "django_pbkdf2_sha256": {"rounds": 10},
    "django_salted_md5": {},
    "django_salted_sha1": {},
    "atlassian_pbkdf2_sha1": {},
    "dlitz_pbkdf2_sha1": {"rounds": 10},
    "cta_pbkdf2_sha1": {"rounds": 10},
    "grub_pbkdf2_sha512": {"rounds": 10},
    "ldap_pbkdf2_sha1": {"rounds": 10},
    "ldap_pbkdf2_sha256": {"rounds": 10},
    "ldap_pbkdf2_sha512": {"rounds": 10},
    "scram": {"rounds": 10},
    "sha256_crypt": {"rounds": 1000},
    "sha512_crypt": {"rounds": 1000},
    "ldap_sha256_crypt": {"rounds": 1000},
    "ldap_sha512_crypt": {"rounds": 1000},
    "md5_crypt": {},
    "ldap_md5_crypt": {},
    "apr_md5_crypt": {},
    "sun_md5_crypt": {"rounds": 10},
    "sha1_crypt": {"rounds": 10},
    "phpass": {"rounds": 7},
    "bsdi_crypt": {"rounds": 5},
    "fshp": {"rounds": 10},
    "ldap_salted_sha1": {},
    "ldap_salted_sha256": {},
    "ldap_salted_sha512": {},
    "ldap_salted_md5": {},
    "ldap_sha1": {},
    "ldap_md5": {},
    "ldap_hex_sha1": {},
    "ldap_hex_md5": {},
    "bsd_nthash": {},
    "mysql41": {},
    "mssql2000": {},
    "mssql2005": {},
    "oracle11": {},
    "hex_md5": {},
    "hex_sha1": {},
    "hex_sha256": {},
    "hex_sha512": {},
}


def libpass_hash(name: str) -> str:
    handler = getattr(libpass, name)
    options = BY_LIBPASS[name]
    return (handler.using(**options) if options else handler).hash(PASSWORD)


SAMPLES = {name: (lambda name=name: libpass_hash(name)) for name in BY_LIBPASS} | {
    "aspnet": aspnet,
    "django scrypt": django_scrypt,
    "postgres scram": postgres_scram,
    "php bcrypt": lambda: libpass_hash("bcrypt").replace("$2b$", "$2y$"),
    "spring bcrypt": lambda: "{bcrypt}" + libpass_hash("bcrypt").replace("$2b$", "$2a$"),
    "spring argon2": lambda: "{argon2}" + libpass_hash("argon2"),
    "ldap argon2": lambda: "{ARGON2}" + libpass_hash("argon2"),
    "werkzeug pbkdf2": lambda: (
        "pbkdf2:sha256:10$salt$" + hashlib.pbkdf2_hmac("sha256", RAW, b"salt", 10).hex()
    ),
    "werkzeug scrypt": lambda: (
        "scrypt:1024:8:1$salt$" + hashlib.scrypt(RAW, salt=b"salt", n=1024, r=8, p=1).hex()
    ),
    "salt first": lambda: "sha256$salt$" + hashlib.sha256(b"salt" + RAW).hexdigest(),
    "salt last": lambda: "sha512-suffix$salt$" + hashlib.sha512(RAW + b"salt").hexdigest(),
    "salt in hex": lambda: "sha1-suffix$hex:00ff$" + hashlib.sha1(RAW + b"\x00\xff").hexdigest(),
    "nested": lambda: (
        "md5-nested$abc$" + hashlib.md5(hashlib.md5(RAW).hexdigest().encode() + b"abc").hexdigest()
    ),
    "no salt": lambda: "md5$$" + hashlib.md5(RAW).hexdigest(),
    "hmac": lambda: "hmac-sha256$key$" + hmac.digest(b"key", RAW, "sha256").hex(),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_foreign_hash_verifies_its_password_and_no_other(name):
    stored = SAMPLES[name]()
    found = recognise(stored)
    assert found is not None, stored
    assert found.verify(RAW, stored), (found.name, stored)
    assert not found.verify(b"wrong", stored)


def test_every_format_of_the_table_has_a_sample():
    seen = {found.name for sample in SAMPLES.values() if (found := recognise(sample()))}
    assert {format_.name for format_ in FORMATS} == seen
    assert len(FORMATS) >= 30


DEAR = [
    "$2b$31$" + "a" * 53,
    "{bcrypt}$2a$31$" + "a" * 53,
    "{CRYPT}$2b$31$" + "a" * 53,
    "bcrypt$$2b$31$" + "a" * 53,
    "bcrypt_sha256$$2b$31$" + "a" * 53,
    "$bcrypt-sha256$v=2,t=2b,r=31$" + "a" * 21 + "u$" + "a" * 31,
    "$argon2id$v=19$m=4194304,t=9,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=524288,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=65536,t=1,p=200$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    "argon2$argon2id$v=19$m=65536,t=99,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    "{argon2}$argon2id$v=19$m=65536,t=99,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    "{ARGON2}$argon2id$v=19$m=65536,t=99,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    "$pbkdf2$999999999$c2FsdA$" + "A" * 27,
    "$pbkdf2-sha256$999999999$c2FsdA$" + "A" * 43,
    "$pbkdf2-sha512$999999999$c2FsdA$" + "A" * 86,
    "{PBKDF2}999999999$c2FsdA$" + "A" * 27,
    "{PBKDF2-SHA256}999999999$c2FsdA$" + "A" * 43,
    "{PBKDF2-SHA512}999999999$c2FsdA$" + "A" * 86,
    "pbkdf2_sha1$999999999$salt$" + "A" * 27 + "=",
    "pbkdf2_sha256$999999999$salt$" + "A" * 43 + "=",
    "pbkdf2:sha256:999999999$salt$00",
    "grub.pbkdf2.sha512.999999999." + "00" * 64 + "." + "00" * 64,
    "$p5k2$ffffffff$abcdefgh$" + "A" * 32,
    "$p5k2$ffffffff$ZxK4ZBJCfQg=$" + "A" * 27 + "=",
    "A"
    + base64.b64encode(b"\x01" + b"\x00\x00\x00\x01" + b"\xff" * 4 + b"\0\0\0\x10" + b"s" * 48).decode()[1:],
    "SCRAM-SHA-256$999999999:c2FsdA==$" + "A" * 43 + "=:" + "A" * 43 + "=",
    "$scram$999999999$c2FsdHNhbHQ$sha-1=" + "A" * 27,
    "scrypt$1073741824$salt$8$1$" + "A" * 86 + "==",
    "scrypt:1073741824:8:1$salt$00",
    "$scrypt$ln=30,r=8,p=1$c2FsdA$" + "A" * 43,
    "$5$rounds=99999999$salt$" + "a" * 43,
    "$6$rounds=99999999$salt$" + "a" * 86,
    "{CRYPT}$5$rounds=99999999$salt$" + "a" * 43,
    "{CRYPT}$6$rounds=99999999$salt$" + "a" * 86,
    "$sha1$99999999$abcdefgh$" + "a" * 28,
    "$md5,rounds=9999999$abcdefgh$$" + "a" * 22,
    "$P$Q" + "a" * 30,
    "_zzzz" + "a" * 15,
    "{FSHP1|16|999999999}" + base64.b64encode(b"x" * 48).decode(),
]
"""One of each format that can be made slow."""


@pytest.mark.parametrize("stored", DEAR)
def test_a_hash_made_to_be_slow_is_never_computed_and_refused_by_name_when_written(stored):
    found = recognise(stored)
    assert found is not None
    assert found.share(b"x", stored) > 1, "what follows would take hours"
    assert not found.verify(b"x", stored)
    with pytest.raises(TooLarge) as refused:
        require_cheap(stored, "passwordHash")
    assert refused.value.facts["field"] == "passwordHash"
    assert "at most" in refused.value.message("en-US")


def test_every_format_that_can_be_made_slow_has_an_example_of_it():
    assert {recognise(stored).name for stored in DEAR} == {each.name for each in FORMATS if each.costs}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_a_hash_costs_is_read_from_it_or_the_same_for_all_of_its_format(name):
    stored = SAMPLES[name]()
    found = recognise(stored)
    fixed = {"PBKDF2, Atlassian", "MD5 crypt", "MD5 crypt, LDAP", "MD5 crypt, Apache", "NT hash"}
    digests = re.compile(r"SSHA|SMD5|SHA|MD5|MySQL|SQL Server|Oracle|salted digest|HMAC|plain digest")
    assert found.costs or found.name in fixed or digests.match(found.name)
    for cost in found.costs:
        assert cost.asked(stored) > 0
    require_cheap(stored, "password")


@pytest.mark.parametrize("bound", BOUNDS)
def test_what_is_computed_is_at_most_a_little_more_than_what_may_be_written(bound):
    assert BOUNDS[bound].written <= BOUNDS[bound].stored <= 4 * BOUNDS[bound].written


def test_a_long_password_does_not_make_a_cheap_hash_dear():
    """The SHA crypts read the whole password again in each round, and strangers choose it."""
    stored = "$6$rounds=650000$salt$" + "a" * 86
    found = recognise(stored)
    assert found.share(b"x" * 60, stored) <= 1
    assert found.share(b"x" * 4096, stored) > 1
    assert not found.verify(b"x" * 4096, stored)


def test_bcrypt_cuts_at_72_bytes_as_it_always_did():
    import bcrypt

    stored = bcrypt.hashpw(b"a" * 72, bcrypt.gensalt(4)).decode()
    found = recognise(stored)
    assert found is not None
    assert found.verify(b"a" * 100, stored)


@pytest.mark.parametrize("password", [b"", b"\0", b"\0 and more"])
def test_a_password_that_bcrypt_cuts_to_nothing_fits_nothing(password):
    import bcrypt

    stored = bcrypt.hashpw(b"", bcrypt.gensalt(4)).decode()
    assert not recognise(stored).verify(password, stored)
