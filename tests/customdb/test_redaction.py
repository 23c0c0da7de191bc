"""What a log row keeps of a call. The last test looks at the rows themselves."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.customdb.redaction import (
    HIDDEN,
    LONGEST_TEXT,
    MOST_TYPED,
    Redactor,
    redacted_arguments,
    redacted_text,
)
from poolhouse.services import Services

PASSWORD = 'pä"ss w/ord@1'


@pytest.mark.parametrize(
    "said",
    [
        f"with {PASSWORD} in it",
        'in JSON "p\\u00e4\\"ss w/ord@1"',
        'in JSON "pä\\"ss w/ord@1"',
        "in a URI p%C3%A4%22ss%20w%2Ford%401@db",
        "in base64 cMOkInNzIHcvb3JkQDE=",
    ],
)
def test_a_secret_is_found_however_it_is_spelled(said: str) -> None:
    text = redacted_text(said, [PASSWORD])
    assert text is not None
    assert HIDDEN in text
    assert "ss w" not in text
    assert "ss%20w" not in text
    assert "cMOk" not in text


@pytest.mark.parametrize(
    "said",
    [
        "failed: postgres://app:hunter2@db.internal:5432/users",
        "failed: mysql://app:hun@ter2@db.internal/users",
        "row { password: '$2b$10$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234' }",
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
    ],
)
def test_passwords_in_addresses_and_stored_hashes_are_cut_out(said: str) -> None:
    text = redacted_text(said, []) or ""
    assert not {"hunter2", "ter2", "abcdefghij", "c2FsdHNhbHQ"} & set(text.replace("$", " ").split())
    assert HIDDEN in text
    assert "hunter2" not in text
    assert "ter2" not in text


def test_arguments_lose_their_passwords_and_their_context() -> None:
    context = {"request": {"body": {"password": "x"}}}
    assert redacted_arguments("login", [{"email": "a@b.c"}, "secret", context]) == [
        {"email": "a@b.c"},
        HIDDEN,
    ]
    assert redacted_arguments("createUser", [{"username": "bob", "password": "secret"}, context]) == [
        {"username": "bob", "password": HIDDEN}
    ]


@pytest.mark.parametrize("secret", ["s3cr3t-w0rd", "0123456789abcdef" * 100])
@pytest.mark.parametrize("beyond", ["", "x" * 100_000])
def test_no_part_of_a_secret_survives_the_cut(secret: str, beyond: str) -> None:
    redactor = Redactor([secret])
    for before in range(LONGEST_TEXT - len(secret) - 8, LONGEST_TEXT + 8, 3):
        text = redactor.text("-" * before + secret * 3 + beyond)
        assert set(text) <= {"-", "*", "x", "…"}, before
        assert len(text) <= LONGEST_TEXT + 1


def test_a_text_is_searched_no_further_than_it_is_kept() -> None:
    redactor = Redactor(["s3cr3t-w0rd"])
    start = "postgres://a:b" * 1_000
    assert redactor.text(start) == redactor.text(start + "@" + "postgres://a:b" * 1_000_000)


@pytest.mark.parametrize("said", ["a\x00b", "half of a character: \ud83d", "\x00" * 10_000])
def test_a_kept_text_is_one_the_database_takes(said: str) -> None:
    text = Redactor([]).text(said)
    assert "\x00" not in text
    text.encode()
    (kept,) = redacted_arguments("getUser", [{said: said}, None])
    assert "\x00" not in "".join([*kept, *kept.values()])
    "".join([*kept, *kept.values()]).encode()


def test_more_passwords_than_anybody_types_hide_all_that_was_said() -> None:
    typed = [f"password-{n}" for n in range(MOST_TYPED + 1)]
    assert Redactor([], typed).text("hello") == HIDDEN
    assert Redactor([], typed[:MOST_TYPED]).text("hello password-7") == f"hello {HIDDEN}"


CHATTY = """async function login(query, password, context) {
  console.log('trying', password, env, env.DB_CONNECTION_URI, env.API_TOKEN);
  console.log(JSON.stringify({ query, password, context, env }));
  console.error(Buffer.from(password).toString('base64'), encodeURIComponent(password));
  throw new Error('no such user for ' + password + ' at ' + env.DB_CONNECTION_URI + ' ' + env.API_TOKEN);
}"""


async def test_no_row_of_the_log_holds_a_password_or_a_secret(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    token, password = "tok-3f9a77c2e1", "corréct horse-77"
    await connect(services, pool, legacy, "LAZY_MIGRATION", {"login": CHATTY}, env={"API_TOKEN": token})
    directory = await services.directories.of(pool.id)
    from dataclasses import replace

    from poolhouse.errors import CustomDatabaseUnavailable
    from poolhouse.users.model import UserKey

    caller = replace(pool.stranger, body={"username": "bob", "password": password})
    with pytest.raises(CustomDatabaseUnavailable) as refused:  # it names the database's address
        await directory.authenticate(caller, UserKey("username", "bob"), password)
    assert token not in refused.value.message()
    await services.scripts.settled()

    rows = await services.db.fetch(
        "select t::text as row from custom_script_logs t where pool_id = $1", pool.id
    )
    text = "\n".join(row["row"] for row in rows)
    assert "trying" in text
    legacy_password = legacy.url.split(":")[2].split("@")[0]
    for secret in (token, password, "corr%C3%A9ct", "Y29ycsOpY3Q", "corr\\u00e9ct", legacy_password):
        assert secret not in text, secret


async def test_secrets_of_a_connection_are_unreadable_at_rest(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", {}, env={"API_TOKEN": "tok-at-rest-5512"})
    password = legacy.url.split(":")[2].split("@")[0]
    for table in await services.db.fetch("select tablename from pg_tables where schemaname = 'public'"):
        rows = await services.db.fetch(f'select t::text as row from "{table["tablename"]}" t')
        text = "\n".join(row["row"] for row in rows)
        for secret in ("tok-at-rest-5512", password):
            assert secret not in text, table["tablename"]
            assert secret.encode().hex() not in text, table["tablename"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("User not exists!", "User not exists!"),
        ("password x is wrong", "password *** is wrong"),
        ('{"password":"x"}', '{"password":"***"}'),
        ("x", "***"),
    ],
)
def test_a_password_of_a_letter_is_cut_out_where_it_stands_alone(said: str, kept: str) -> None:
    assert Redactor([], ["x"]).text(said) == kept
