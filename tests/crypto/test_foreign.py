import base64
import hashlib
import hmac
import re
import warnings

import argon2
import bcrypt
import pytest
from cryptography.hazmat.primitives import hashes

from poolhouse.crypto.foreign import FORMATS, recognize, require
from poolhouse.crypto.foreign_costs import BOUNDS
from poolhouse.errors import InvalidInput, TooLarge

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import passlib.hash as libpass
    from passlib.utils.binary import h64

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


def keycloak(algorithm: str, lead: str, padding: str = "") -> str:
    """64 bytes of key, whatever the digest: what Keycloak made by default for years."""
    rounds = int(lead.split("$")[2].removeprefix("i=").partition(",")[0])
    made = hashlib.pbkdf2_hmac(algorithm, RAW, b"0123456789abcdef", rounds, 64)
    words = [base64.b64encode(each).decode().rstrip("=") + padding for each in (b"0123456789abcdef", made)]
    return lead + "$".join(words)


def passlib_16_bcrypt() -> str:
    inner = base64.b64encode(hashlib.sha256(RAW).digest())
    whole = bcrypt.hashpw(inner, bcrypt.gensalt(4)).decode()
    return f"$bcrypt-sha256$2b,4${whole[7:29]}${whole[29:]}"


def argon2_of_2015() -> str:
    """Without a version: Argon2 1.0."""
    kind = argon2.low_level.Type.I
    made = argon2.low_level.hash_secret(RAW, b"somesalt", 1, 64, 1, 32, kind, version=16).decode()
    return made.replace("v=16$", "")


def wordpress() -> str:
    inner = base64.b64encode(hmac.digest(b"wp-sha384", RAW, "sha384"))
    return "$wp" + bcrypt.hashpw(inner, bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$")


def drupal() -> str:
    made = hashlib.sha512(b"abcdefgh" + RAW).digest()
    for _ in range(1 << 7):
        made = hashlib.sha512(made + RAW).digest()
    return "$S$5abcdefgh" + h64.encode_bytes(made).decode()[:43]


def sm3(data: bytes) -> str:
    made = hashes.Hash(hashes.SM3())
    made.update(data)
    return made.finalize().hex()


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
    "sm3": lambda: "sm3$salt$" + sm3(b"salt" + RAW),
    "keycloak": lambda: keycloak("sha256", "$pbkdf2-sha256$27500$"),
    "keycloak sha1": lambda: keycloak("sha1", "$pbkdf2$20000$"),
    "keycloak sha512, with padding": lambda: keycloak("sha512", "$pbkdf2-sha512$i=30000,l=64$", "=="),
    "passlib 1.6 bcrypt_sha256": passlib_16_bcrypt,
    "werkzeug pbkdf2 sha1": lambda: (
        "pbkdf2:sha1:9$salt$" + hashlib.pbkdf2_hmac("sha1", RAW, b"salt", 9).hex()
    ),
    "werkzeug pbkdf2 sha512": lambda: (
        "pbkdf2:sha512:9$salt$" + hashlib.pbkdf2_hmac("sha512", RAW, b"salt", 9).hex()
    ),
    "argon2 1.0": argon2_of_2015,
    "a scheme in small letters": lambda: libpass_hash("ldap_salted_sha1").replace("{SSHA}", "{ssha}"),
    "a crypt scheme in small letters": lambda: libpass_hash("ldap_sha512_crypt").replace(
        "{CRYPT}", "{crypt}"
    ),
    "a long LDAP salt": lambda: (
        "{SSHA512}" + base64.b64encode(hashlib.sha512(RAW + b"s" * 32).digest() + b"s" * 32).decode()
    ),
    "SHA256, LDAP": lambda: "{SHA256}" + base64.b64encode(hashlib.sha256(RAW).digest()).decode(),
    "SHA512, LDAP": lambda: "{SHA512}" + base64.b64encode(hashlib.sha512(RAW).digest()).decode(),
    "SHA256 in hex, LDAP": lambda: "{SHA256}" + hashlib.sha256(RAW).hexdigest(),
    "SHA512 in hex, LDAP": lambda: "{SHA512}" + hashlib.sha512(RAW).hexdigest(),
    "aspnet 2": lambda: base64.b64encode(
        b"\0" + b"s" * 16 + hashlib.pbkdf2_hmac("sha1", RAW, b"s" * 16, 1000, 32)
    ).decode(),
    "wordpress 6.8": wordpress,
    "drupal 7": drupal,
    "hmac": lambda: "hmac-sha256$key$" + hmac.digest(b"key", RAW, "sha256").hex(),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_foreign_hash_verifies_its_password_and_no_other(name):
    stored = SAMPLES[name]()
    found = recognize(stored)
    assert found is not None, stored
    assert found.verify(RAW, stored), (found.name, stored)
    assert not found.verify(b"wrong", stored)


def test_every_format_of_the_table_has_a_sample():
    seen = {found.name for sample in SAMPLES.values() if (found := recognize(sample()))}
    assert {format_.name for format_ in FORMATS} == seen
    assert len(FORMATS) >= 30


def spoiled(stored: str) -> dict[str, str]:
    """What becomes of hashes on their way: cut, wrapped, padded, quoted."""
    middle = len(stored) // 2
    return {
        "cut by one": stored[:-1],
        "cut by two": stored[:-2],
        "cut in the middle": stored[:middle],
        "without its first character": stored[1:],
        "without one in the middle": stored[:middle] + stored[middle + 1 :],
        "one more": stored + "A",
        "one more digit": stored + "0",
        "more": stored + "x" * 64,
        "twice": stored * 2,
        "with a sign": stored + "=",
        "with two signs": stored + "==",
        "with a line break": stored + "\n",
        "with a blank": stored + " ",
        "with a blank before": " " + stored,
        "with a mark of a file's beginning": "\ufeff" + stored,
        "with NUL": stored + "\0",
        "quoted": f'"{stored}"',
        "with what no encoding has": stored[:-3] + "!" + stored[-2:],
        "with a full-width letter": stored[:-3] + "Ａ" + stored[-2:],
        "with half of a character": stored[:-3] + "\ud800" + stored[-2:],
        "in capitals": stored.upper(),
        "in small letters": stored.lower(),
    }


MAY_BE_WHOLE = {"in capitals", "in small letters", "with a sign", "with two signs"}
OF_ANY_LENGTH = {
    "sun_md5_crypt": {"without one in the middle"},
    "ldap_salted_sha1": {"more"},
    "ldap_salted_sha512": {"more"},
    "a scheme in small letters": {"more"},
    "mysql41": {"without its first character"},
    "hex_md5": {"twice"},
    "hex_sha256": {"cut in the middle", "twice"},
    "hex_sha512": {"cut in the middle"},
    "keycloak sha512, with padding": {"cut by two"},
}
"""What nobody can tell from a hash with a longer salt, of another digest, or without its padding."""


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_accepted_verifies_and_what_was_spoiled_is_refused_with_its_reason(name):
    stored = SAMPLES[name]()
    require(stored, "password")
    for how, other in spoiled(stored).items():
        if other == stored or how in OF_ANY_LENGTH.get(name, ()):
            continue
        try:
            found = require(other, "password")
        except InvalidInput as refused:
            told = refused.message("en-US") + refused.message("zh-CN")
            assert stored[-12:] not in told
            assert "None" not in told
            continue
        assert how in MAY_BE_WHOLE, (how, other)
        if how.startswith("with "):
            assert found.verify(RAW, other), (how, other)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_spoiled_hash_that_is_stored_already_is_a_wrong_password(name):
    for other in spoiled(SAMPLES[name]()).values():
        if (found := recognize(other)) and found.share(RAW, other) < 0.1:
            found.verify(RAW, other)


@pytest.mark.parametrize("size", [1, 8, 15, 17, 31, 33, 63])
def test_a_key_of_a_length_nobody_makes_was_cut_off(size):
    """PBKDF2 and scrypt verify any beginning of a key, and a short one is easy to find."""
    made = hashlib.pbkdf2_hmac("sha512", RAW, b"salt", 9, 64)[:size]
    words = base64.b64encode(b"salt").decode().rstrip("="), base64.b64encode(made).decode().rstrip("=")
    for stored in ("$pbkdf2-sha512$9$" + "$".join(words), "pbkdf2:sha512:9$salt$" + made.hex()):
        with pytest.raises(InvalidInput, match=f"digest has {size} bytes|digest has {2 * size} characters"):
            require(stored, "password")


TOLD = [
    ("$2b$10$" + "." * 52, "its digest has 30 characters, not 31", "摘要有 30 个字符，应为 31"),
    ("$2b$10$" + "." * 52 + "/", "its digest was changed at its end", "摘要末尾被改动"),
    ("$2b$03$" + "." * 53, "its cost is not between 4 and 31", "开销应在 4 至 31 之间"),
    ("$2z$10$" + "." * 53, "not a hash of a known format", "无法识别的哈希格式"),
    ("$argon2id$v=18$m=65536,t=3,p=4$c2FsdHNhbHQ$" + "A" * 43, "an unknown variant", "变体未知"),
    ("$argon2id$v=19$m=8,t=3,p=4$c2FsdHNhbHQ$" + "A" * 43, "less than eight times its number", "8 倍"),
    ("$6$rounds=10$salt$" + "." * 86, "its number of rounds is not between 1000", "轮数应在 1000"),
    ("$6$salt$" + "." * 85, "its digest has 85 characters, not 86", "摘要有 85 个字符"),
    ("scrypt$1000$salt$8$1$" + "A" * 86 + "==", "its n is not a power of two", "n 应为 2 的幂"),
    ("pbkdf2_sha256$260000$salt", "it ends after its salt", "在盐之后中断"),
    ("{SSHA}" + "A" * 27 + "=", "its digest has 20 bytes, not 21 to 84", "摘要为 20 字节"),
    ("{SSHA}" + "A" * 30, "is base64 that was cut off", "被截断"),
    ("hello", "not a hash of a known format", "无法识别的哈希格式"),
    ("md5$salt$" + "0" * 31, "its digest has 31 characters, not 32", "摘要有 31 个字符"),
    ("$2b$10$" + "." * 53 + "\n", "a blank or a line break", "空白字符"),
]


@pytest.mark.parametrize(("stored", "en", "zh"), TOLD)
def test_the_reason_names_the_part_and_what_is_wrong_with_it(stored, en, zh):
    with pytest.raises(InvalidInput) as refused:
        require(stored, "passwordHash")
    assert en in refused.value.message("en-US")
    assert zh in refused.value.message("zh-CN")
    assert "passwordHash" in refused.value.message("en-US")


def test_bits_an_old_bcrypt_left_in_the_salt_are_read_past():
    stored = bcrypt.hashpw(RAW, bcrypt.gensalt(4)).decode()
    digits = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    dirty = stored[:28] + digits[digits.index(stored[28]) | 3] + stored[29:]
    assert require(dirty, "password").verify(RAW, dirty)


DEAR = [
    "$2b$31$" + "." * 53,
    "{bcrypt}$2a$31$" + "." * 53,
    "{CRYPT}$2b$31$" + "." * 53,
    "bcrypt$$2b$31$" + "." * 53,
    "$bcrypt-sha256$2b,31$" + "." * 22 + "$" + "." * 31,
    "bcrypt_sha256$$2b$31$" + "." * 53,
    "$bcrypt-sha256$v=2,t=2b,r=31$" + "." * 22 + "$" + "." * 31,
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
    "pbkdf2:sha256:999999999$salt$" + "00" * 32,
    "pbkdf2:sha1:999999999$salt$" + "00" * 20,
    "pbkdf2:sha512:999999999$salt$" + "00" * 64,
    "grub.pbkdf2.sha512.999999999." + "00" * 64 + "." + "00" * 64,
    "$p5k2$ffffffff$abcdefgh$" + "A" * 32,
    "$p5k2$ffffffff$ZxK4ZBJCfQg=$" + "A" * 27 + "=",
    "A"
    + base64.b64encode(b"\x01" + b"\x00\x00\x00\x01" + b"\xff" * 4 + b"\0\0\0\x10" + b"s" * 48).decode()[1:],
    "SCRAM-SHA-256$999999999:c2FsdA==$" + "A" * 43 + "=:" + "A" * 43 + "=",
    "$scram$999999999$c2FsdHNhbHQ$sha-1=" + "A" * 27,
    "scrypt$1073741824$salt$8$1$" + "A" * 86 + "==",
    "scrypt:1073741824:8:1$salt$" + "00" * 64,
    "$scrypt$ln=30,r=8,p=1$c2FsdA$" + "A" * 43,
    "$5$rounds=99999999$salt$" + "." * 43,
    "$6$rounds=99999999$salt$" + "." * 86,
    "{CRYPT}$5$rounds=99999999$salt$" + "." * 43,
    "{CRYPT}$6$rounds=99999999$salt$" + "." * 86,
    "$sha1$99999999$abcdefgh$" + "." * 28,
    "$md5,rounds=9999999$abcdefgh$$" + "." * 22,
    "$P$Q" + "." * 30,
    "$S$Q" + "." * 51,
    "$wp$2y$31$" + "." * 53,
    "_zzzz" + "." * 15,
    "{FSHP1|16|999999999}" + base64.b64encode(b"x" * 48).decode(),
]
"""One of each format that can be made slow."""


@pytest.mark.parametrize("stored", DEAR)
def test_a_hash_made_to_be_slow_is_never_computed_and_refused_by_name_when_written(stored):
    found = recognize(stored)
    assert found is not None
    assert found.share(b"x", stored) > 1, "what follows would take hours"
    assert not found.verify(b"x", stored)
    with pytest.raises(TooLarge) as refused:
        require(stored, "passwordHash")
    assert refused.value.facts["field"] == "passwordHash"
    assert "at most" in refused.value.message("en-US")


def test_every_format_that_can_be_made_slow_has_an_example_of_it():
    assert {recognize(stored).name for stored in DEAR} == {each.name for each in FORMATS if each.costs}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_a_hash_costs_is_read_from_it_or_the_same_for_all_of_its_format(name):
    stored = SAMPLES[name]()
    found = recognize(stored)
    fixed = {"PBKDF2, Atlassian", "MD5 crypt", "MD5 crypt, LDAP", "MD5 crypt, Apache", "NT hash"}
    digests = re.compile(r"SSHA|SMD5|SHA|MD5|MySQL|SQL Server|Oracle|salted digest|HMAC|plain digest")
    assert found.costs or found.name in fixed or digests.match(found.name)
    for cost in found.costs:
        assert cost.asked(found.parts(stored)) > 0
    require(stored, "password")


@pytest.mark.parametrize("bound", BOUNDS)
def test_what_is_computed_is_at_most_a_little_more_than_what_may_be_written(bound):
    assert BOUNDS[bound].written <= BOUNDS[bound].stored <= 4 * BOUNDS[bound].written


@pytest.mark.parametrize(
    ("name", "written", "rounds"),
    [("bcrypt", "$14$", 1 << 14), ("bcrypt_sha256", "r=14$", 1 << 14), ("phpass", "$P$H", 1 << 19)],
)
def test_a_cost_that_is_written_as_a_logarithm_is_two_to_it(name, written, rounds):
    """The highest of each: they may be written."""
    stored = re.sub(r"\$04\$|r=4\$|\$P\$5", lambda _: written, SAMPLES[name](), count=1)
    found = require(stored, "password")
    (cost,) = found.costs
    assert cost.asked(found.parts(stored)) == rounds


def test_a_long_password_does_not_make_a_cheap_hash_dear():
    """The SHA crypts read the whole password again in each round, and strangers choose it."""
    stored = "$6$rounds=650000$salt$" + "." * 86
    found = recognize(stored)
    assert found.share(b"x" * 60, stored) <= 1
    assert found.share(b"x" * 4096, stored) > 1
    assert not found.verify(b"x" * 4096, stored)


def test_drupals_own_example_verifies():
    """Of a cracking tool's manual: made by neither side of this test."""
    stored = "$S$C33783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLf"
    assert require(stored, "password").verify(b"hashcat", stored)
    assert not require(stored, "password").verify(b"hashcas", stored)


def test_wordpress_takes_blanks_off_a_password():
    stored = wordpress()
    assert require(stored, "password").verify(b" " + RAW + b"\n", stored)


def test_bcrypt_cuts_at_72_bytes_as_it_always_did():
    stored = bcrypt.hashpw(b"a" * 72, bcrypt.gensalt(4)).decode()
    found = recognize(stored)
    assert found is not None
    assert found.verify(b"a" * 100, stored)


@pytest.mark.parametrize("password", [b"", b"\0", b"\0 and more"])
def test_a_password_that_bcrypt_cuts_to_nothing_fits_nothing(password):
    stored = bcrypt.hashpw(b"", bcrypt.gensalt(4)).decode()
    assert not recognize(stored).verify(password, stored)
