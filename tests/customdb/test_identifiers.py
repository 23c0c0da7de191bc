"""Who is meant: ids that reach a script, numbers too long for JavaScript, and profiles of somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect
from tests.customdb.engines import mariadb
from tests.parity.conftest import both  # noqa: F401
from tests.wire.v2.conftest import Refusal, V2Client
from tests.wire.v3.conftest import V3Client

from poolhouse.customdb.model import Connection
from poolhouse.customdb.templates import template
from poolhouse.errors import PoolhouseError, ScriptFailed
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft, UserKey, UserQuery
from poolhouse.users.same_person import contradicts, may_be_rounded

OPEN = """
async function {name}({first}, second, third) {{
  const {{ Client }} = require('pg');
  const client = new Client({{ connectionString: env.DB_CONNECTION_URI }});
  await client.connect();
  try {{ {body} }} finally {{ await client.end(); }}
}}
"""


def careless(name: str, first: str, body: str) -> str:
    return OPEN.format(name=name, first=first, body=body)


SPLICED = {
    "login": template("postgresql", "login"),
    "getUser": careless(
        "getUser",
        "query",
        "const by = query.id ? `id = ${query.id}` : `username = '${query.username}'`;"
        "const { rows } = await client.query('select * from users where ' + by + ' order by id limit 1');"
        "return rows[0] || null;",
    ),
    "updateUser": careless(
        "updateUser", "id", "await client.query(`update users set nickname = 'changed' where id = ${id}`);"
    ),
    "deleteUser": careless("deleteUser", "id", "await client.query(`delete from users where id = ${id}`);"),
    "validatePassword": careless(
        "validatePassword",
        "id",
        "await client.query(`update users set nickname = 'changed' where id = ${id}`); return true;",
    ),
}
HOSTILE = ["1 OR 1=1", "1 or true", "1--", " 1", "01", "1/*", "0 or id = 1"]


async def shop(services: Services, v3: V3Client, legacy: Legacy) -> PoolForTests:
    pool = PoolForTests(v3.pool_id)
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", SPLICED)
    for name in ("a", "b"):
        await legacy.put({"username": name, "nickname": "as it was"}, "secret")
    return pool


@pytest.mark.parametrize("user_id", HOSTILE)
async def test_an_id_from_outside_reaches_no_script_that_trusts_it(
    services: Services,
    both: tuple[V2Client, V3Client],  # noqa: F811
    legacy: Legacy,
    user_id: str,
) -> None:
    v2, v3 = both
    pool = await shop(services, v3, legacy)

    with pytest.raises(Refusal):
        await v2.one("UpdateUser", id=user_id, input={"nickname": "x"})
    with pytest.raises(Refusal):
        await v2.one("UpdateUser", id=user_id, input={"username": "x", "password": "secret y"})
    with pytest.raises(Refusal):
        await v2.one("DeleteUser", id=user_id)
    with pytest.raises(Refusal):
        await v2.one("DeleteUsers", ids=["1", user_id])
    one = {"userId": user_id, "nickname": "x"}
    answers = [
        await v3.post("update-user", one),
        await v3.post("update-user-batch", {"list": [one]}),
        await v3.post("resign-user", {"userId": user_id}),
        await v3.post("resign-user-batch", {"userIds": [user_id]}),
        await v3.post("delete-users-batch", {"userIds": ["1", user_id]}),
    ]
    assert all(answer["statusCode"] != 200 for answer in answers), answers
    directory = await services.directories.of(pool.id)
    with pytest.raises(PoolhouseError):
        await directory.check_password(pool.administrator, user_id, "secret")
    with pytest.raises(PoolhouseError):
        await services.own_account.update_password(pool.user(user_id), "new secret", "secret")

    assert await legacy.execute("select count(*) from users where nickname = 'as it was'") == 2


async def test_a_profile_of_somebody_else_signs_nobody_in_and_stands_in_the_log(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    said = {"id": "7", "username": "victim", "email": "victim@old.cn", "phone": "13900000000"}
    source = "async function {}() {{ return {}; }}"
    scripts = {name: source.format(name, said) for name in ("login", "getUser")}
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", scripts)
    for kind, value in (("username", "mallory"), ("email", "m@old.cn"), ("phone", "13911111111")):
        with pytest.raises(ScriptFailed) as refused:
            await services.login.with_password(pool.stranger, UserKey(kind, value), "x")
        assert "another's" in refused.value.message("en-US")
        assert "victim" not in refused.value.message("en-US")
    await services.scripts.settled()
    logged = await services.db.fetch(
        "select message from custom_script_logs where pool_id = $1 and not success", pool.id
    )
    assert len(logged) >= 3


@pytest.mark.parametrize(
    ("typed", "said", "refused"),
    [
        (("username", "wang"), {"username": "Wang"}, False),
        (("username", "wang"), {"username": "li"}, True),
        (("username", "wang"), {"nickname": "li"}, False),
        (("username", "wang@old.cn"), {"username": "wang", "email": "Wang@Old.cn"}, False),
        (("username", "E-17"), {"username": "wang", "external_id": "E-17"}, False),
        (("email", "wang@old.cn"), {"email": "WANG@OLD.CN"}, False),
        (("email", "wang@old.cn"), {"email": "li@old.cn"}, True),
        (("email", "wang@old.cn"), {"username": "wang"}, False),
        (("phone", "13800138000"), {"phone": "+8613800138000"}, False),
        (("phone", "+8613800138000"), {"phone": "138-0013-8000"}, False),
        (("phone", "13800138000"), {"phone": "13800138001"}, True),
        (("phone", "13800138000"), {"phone": "8000"}, True),
    ],
)
def test_a_clear_contradiction_and_nothing_else_is_one(
    typed: tuple[Any, str], said: dict[str, Any], refused: bool
) -> None:
    assert contradicts(User("1", "pool", **said), UserKey(*typed)) is refused


@pytest.mark.parametrize(
    "user_id", ["9007199254740993", 9007199254740993, 2**53, -(2**60), 1e21, 1.5, 2**53 - 1, 7]
)
async def test_a_number_javascript_cannot_keep_is_no_id(
    services: Services, pool: PoolForTests, legacy: Legacy, user_id: Any
) -> None:
    body = f"return {{ id: {user_id!r}, username: 'wang' }};"
    scripts = {name: f"async function {name}() {{ {body} }}" for name in ("login", "getUser")}
    await connect(services, pool, legacy, "LAZY_MIGRATION", scripts)
    directory = await services.directories.of(pool.id)
    usable = isinstance(user_id, str) or user_id in (2**53 - 1, 7)
    if usable:
        assert (await directory.authenticate(pool.stranger, UserKey("username", "wang"), "x")).username
        return
    with pytest.raises(ScriptFailed, match=r"text|non-empty id"):
        await directory.authenticate(pool.stranger, UserKey("username", "wang"), "x")


def test_only_a_number_that_a_double_shows_so_may_be_rounded() -> None:
    assert may_be_rounded("9007199254740992")
    assert may_be_rounded("1234567890123456800")
    assert not may_be_rounded("9007199254740993")
    assert not may_be_rounded("1234567890123456789")
    assert not may_be_rounded("9007199254740991")
    assert not may_be_rounded("01a214e321cef982370271d3")


TWO = "9007199254740992", "9007199254740993"


async def people_of_long_ids(legacy: Legacy, script: str) -> dict[str, str]:
    await legacy.execute("alter table users alter column id type bigint")
    for number, name in zip(TWO, ("first", "second"), strict=True):
        await legacy.put({"id": int(number), "username": name}, "the initial password")
    return {
        name: template("postgresql", name).replace("id: user.id,", f"id: {script},")
        for name in ("login", "getUser")
    }


@pytest.mark.parametrize("mode", ["LAZY_MIGRATION", "CUSTOM_USER_STORE"])
@pytest.mark.parametrize("script", ["Number(user.id)", "String(Number(user.id))", "`${+user.id}`"])
async def test_two_people_of_one_rounded_id_never_become_one(
    services: Services, pool: PoolForTests, legacy: Legacy, mode: Any, script: str
) -> None:
    scripts = await people_of_long_ids(legacy, script)
    await connect(services, pool, legacy, mode, scripts)
    signed_in = []
    for name in ("first", "second", "first"):
        try:
            key = UserKey("username", name)
            signed_in.append(
                (await services.login.with_password(pool.stranger, key, "the initial password")).user
            )
        except PoolhouseError:
            continue
        assert signed_in[-1].username == name
    assert len({user.id for user in signed_in}) == len({user.username for user in signed_in})
    assert "second" not in {user.username for user in signed_in}


async def test_a_second_person_of_a_moved_in_id_is_not_the_first(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    body = "return { id: 'same', username: query.username, email: query.username + '@old.cn' };"
    scripts = {name: f"async function {name}(query) {{ {body} }}" for name in ("login", "getUser")}
    await connect(services, pool, legacy, "LAZY_MIGRATION", scripts)
    first = await services.login.with_password(pool.stranger, UserKey("username", "first"), "initial")
    with pytest.raises(PoolhouseError):
        await services.login.with_password(pool.stranger, UserKey("username", "second"), "initial")
    again = await services.login.with_password(pool.stranger, UserKey("username", "first"), "initial")
    assert again.user.id == first.user.id
    assert (await services.users.list(pool.administrator, UserQuery())).total == 1
    assert (await services.customdb.migration(pool.administrator)).failed == {"conflict": 1}


@pytest.mark.parametrize("pooled", [False, True])
async def test_postgres_gives_long_numbers_exactly_in_columns_arrays_and_json(
    services: Services, pool: PoolForTests, legacy: Legacy, pooled: bool
) -> None:
    select = "select {0}::bigint as id, array[{0}]::bigint[] as a, '{{\"n\": {0}}}'::jsonb as j, '[{0}]'::json as k"
    source = careless(
        "getUser",
        "query",
        f"const {{ rows: [row] }} = await client.query(`{select.format(TWO[1])}`);"
        "return { id: row.id, username: query.username, company: [row.a[0], row.j.n, row.k[0]].join() };",
    )
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", {"getUser": source}, pooled_connections=pooled)
    user = await services.users.find(pool.administrator, UserKey("username", "x"))
    assert user is not None
    assert (user.id, user.company) == (TWO[1], ",".join([TWO[1]] * 3))


async def test_mongodb_and_bigint_values_leave_a_script_exactly(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    for expression in (f"require('mongodb').Long.fromString('{TWO[1]}')", f"{TWO[1]}n"):
        source = (
            f"async function getUser(query) {{ return {{ id: {expression}, username: query.username }}; }}"
        )
        await connect(services, pool, legacy, "CUSTOM_USER_STORE", {"getUser": source})
        user = await services.users.find(pool.administrator, UserKey("username", "x"))
        assert user is not None
        assert user.id == TWO[1]


@pytest.mark.parametrize("pooled", [False, True])
async def test_mysql_gives_long_numbers_as_text_whatever_way_it_is_asked(
    services: Services, pool: PoolForTests, tmp_path: Any, pooled: bool
) -> None:
    ask = """async function getUser(query) {
      const mysql = require('mysql2/promise');
      const connection = await mysql.createConnection(HOW);
      try {
        const [rows] = await connection.METHOD(`select cast(NUMBER as signed) as id`);
        return { id: rows[0].id, username: query.username };
      } finally { await connection.end(); }
    }"""
    async with mariadb(tmp_path) as uri:
        for number in TWO:
            for method in ("query", "execute"):
                for how in ("env.DB_CONNECTION_URI", "{ uri: env.DB_CONNECTION_URI }"):
                    source = ask.replace("HOW", how).replace("METHOD", method).replace("NUMBER", number)
                    legacy = Legacy(uri)
                    await connect(
                        services,
                        pool,
                        legacy,
                        "CUSTOM_USER_STORE",
                        {"getUser": source},
                        pooled_connections=pooled,
                        database_type="mysql",
                        connection=Connection(uri=uri),
                    )
                    directory = await services.directories.of(pool.id)
                    found = await directory.find(pool.administrator, [UserKey("username", "x")])
                    assert [user and user.id for user in found] == [number]


async def test_an_update_that_answers_with_somebody_else_is_refused(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    scripts = {
        "getUser": template("postgresql", "getUser"),
        "updateUser": "async function updateUser() { return { id: 'another' }; }",
    }
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", scripts)
    user_id = await legacy.put({"username": "wang"}, None)
    with pytest.raises(ScriptFailed, match="the user it was given"):
        await services.users.update(pool.administrator, user_id, UserDraft({"nickname": "x"}))
