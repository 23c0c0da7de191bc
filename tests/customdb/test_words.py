"""What people are told of a failing script: its own words, or none; never a driver's or the runtime's."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts

from poolhouse.app import asgi
from poolhouse.customdb.model import Connection, LogQuery
from poolhouse.errors import CustomDatabaseUnavailable, InvalidInput, ScriptFailed, WrongCredentials
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserKey
from poolhouse.wire.observed import REQUESTS

PG = (
    "const { Client } = require('pg');"
    " const client = new Client({ connectionString: env.DB_CONNECTION_URI });"
    " await client.connect(); let error; try { await client.query('select * frm nobody'); }"
    " catch (caught) { error = caught; } finally { await client.end(); }"
)
REFUSED = "let error; try { await fetch('http://127.0.0.1:1/'); } catch (caught) { error = caught; }"

OWN = {
    "an error": ("throw new Error('User not exists!')", "User not exists!"),
    "in another language": ("throw new Error('密码不正确')", "密码不正确"),
    "a text": ("throw 'no such user'", "no such user"),
    "an object": ("throw { message: 'no such user' }", "no such user"),
    "with a code of its own": (
        "const e = new Error('locked'); e.code = 'USER_LOCKED'; throw e",
        "locked",
    ),
    "of a class of its own": ("class Refused extends Error {}; throw new Refused('no')", "no"),
    "through a callback": (
        "await new Promise((_, no) => ((done) => done(new Error('no such user')))(no))",
        "no such user",
    ),
    "wrapped as documented": (
        "try { throw new Error('User not exists!') }"
        " catch (error) { throw new Error(`Execute query failed: ${error.message}`) }",
        "Execute query failed: User not exists!",
    ),
    "after a driver's error that was handled": (
        PG + "throw new Error('please try later')",
        "please try later",
    ),
    "in capitals": ("throw new Error('ERROR: EMAIL EXPIRED')", "ERROR: EMAIL EXPIRED"),
}
OTHERS = {
    "a driver's error": PG + "throw error",
    "wrapped in a sentence": PG + "throw new Error(`Execute query failed: ${error.message}`)",
    "wrapped whole": PG + "throw new Error(error)",
    "as a text": PG + "throw error.message",
    "as an object": PG + "throw { message: `Oops: ${error.message}` }",
    "as a cause": PG + "throw new Error('Oops: ' + error.message, { cause: error })",
    "an address that is not allowed": REFUSED + "throw error",
    "the same, wrapped": REFUSED + "throw new Error('Oops: ' + error.message)",
    "by axios": "await require('axios').get('http://127.0.0.1:1/')",
    "by axios, wrapped": (
        "try { await require('axios').get('http://127.0.0.1:1/') }"
        " catch (error) { throw new Error('Oops: ' + error.message) }"
    ),
    "a closed port": (
        "const { Client } = require('pg');"
        " await new Client({ host: '127.0.0.1', port: 1, user: 'a', database: 'b' }).connect()"
    ),
    "a bug": "return query.nobody.id",
    "a bug, wrapped": ("try { query.nobody.id } catch (error) { throw new Error('Oops: ' + error.message) }"),
    "an unknown name": "return nobody()",
    "an unknown name, wrapped": "try { nobody() } catch (error) { throw new Error('Oops: ' + error.message) }",
    "endless recursion": "(function again() { again() })()",
    "an unknown module": "require('fs')",
    "an unknown module, wrapped": (
        "try { require('fs') } catch (error) { throw new Error('Oops: ' + error.message) }"
    ),
    "the address of the connection": "throw new Error('cannot reach ' + env.DB_HOST + ':' + env.DB_PORT)",
    "several at once": "await Promise.any([Promise.reject(new Error('a')), Promise.reject(new Error('b'))])",
    "no error at all": "throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
}


async def log_in(services: Services, pool: PoolForTests) -> Any:
    directory = await services.directories.of(pool.id)
    return await directory.authenticate(pool.stranger, UserKey("username", "bob"), "a password")


async def row(services: Services, pool: PoolForTests) -> Any:
    await services.scripts.settled()
    page = await services.customdb.list_logs(pool.administrator, LogQuery(), PageRequest.of(1, 1, largest=1))
    return page.items[0]


def script(body: str) -> dict[str, str]:
    return {"login": f"async function login(query, password, context) {{ {body} }}"}


@pytest.mark.parametrize(("body", "words"), OWN.values(), ids=OWN.keys())
async def test_the_words_a_script_chose_reach_the_person(
    services: Services, pool: PoolForTests, legacy: Legacy, body: str, words: str
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", script(body))
    with pytest.raises(ScriptFailed) as told:
        await log_in(services, pool)
    assert told.value.message() == words


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS.keys())
async def test_the_words_of_drivers_and_of_the_runtime_reach_the_log_alone(
    services: Services, pool: PoolForTests, legacy: Legacy, body: str
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", script(body))
    with pytest.raises(CustomDatabaseUnavailable) as told:
        await log_in(services, pool)
    assert told.value.message("en-US") == CustomDatabaseUnavailable.en
    kept = await row(services, pool)
    assert kept.outcome == "threw"
    assert kept.message


async def test_a_script_without_its_function_is_no_news_for_people(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", {"login": "async function other() {}"})
    with pytest.raises(CustomDatabaseUnavailable):
        await log_in(services, pool)
    assert (await row(services, pool)).message == "The script defines no function login"


async def test_a_stranger_learns_no_host_port_or_flag_from_a_dead_database(
    services: Services, pool: PoolForTests, legacy: Legacy, server: str
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    dead = Connection(uri="postgres://shop:pw@127.0.0.1:1/shop")
    await services.customdb.update(pool.administrator, {"connection": dead})
    app = await services.apps.create(pool.administrator, "shop")
    body = {"connection": "PASSWORD", "passwordPayload": {"username": "bob", "password": "x"}}
    async with httpx.AsyncClient(base_url=server, timeout=30) as client:
        answer = await client.post("/api/v3/signin", json=body, headers={"x-authing-app-id": app.id})
    assert not {"127.0.0.1", "ECONNREFUSED", "--allow-net", "shop", "os error"} & set(answer.text.split('"'))
    assert "127.0.0.1" not in answer.text
    assert answer.json()["message"] == CustomDatabaseUnavailable.zh
    assert "ECONNREFUSED" in (await row(services, pool)).message


@pytest.mark.parametrize("mode", ["LAZY_MIGRATION", "CUSTOM_USER_STORE"])
@pytest.mark.parametrize("name", ["wang", "nobody"])
async def test_uniform_words_tell_an_unknown_user_and_a_wrong_password_alike(
    services: Services, pool: PoolForTests, legacy: Legacy, mode: Any, name: str
) -> None:
    await connect(services, pool, legacy, mode, lazy_scripts(), error_messages="uniform")
    await legacy.put({"username": "wang", "email": "wang@old.cn"}, "old secret")
    directory = await services.directories.of(pool.id)
    with pytest.raises(WrongCredentials) as told:
        await directory.authenticate(pool.stranger, UserKey("username", name), "wrong")
    assert told.value.message("en-US") == WrongCredentials.en
    assert (await row(services, pool)).message in ("User not exists!", "Password is not valid!")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("while (true);", "unavailable"),
        ("await new Promise(() => {})", "unavailable"),
        ("return query.nobody.id", "unavailable"),
        ("await require('axios').get('http://127.0.0.1:1/')", "unavailable"),
        ("throw new Error('User not exists!')", "refused"),
    ],
)
async def test_a_script_that_is_dead_is_a_warning_and_a_refusing_one_is_not(
    services: Services, pool: PoolForTests, legacy: Legacy, body: str, outcome: str
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", script(body), timeout_ms=300)
    app = await services.apps.create(pool.administrator, "shop")
    asked = {"connection": "PASSWORD", "passwordPayload": {"username": "bob", "password": "x"}}
    counted = REQUESTS.labels("v3", "POST signin", outcome)._value
    before = counted.get()
    transport = httpx.ASGITransport(asgi(services))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://pool") as client:
        with capture_logs() as log:
            await client.post("/api/v3/signin", json=asked, headers={"x-authing-app-id": app.id})
    (line,) = [entry for entry in log if entry["event"] == "request"]
    assert line["outcome"] == outcome
    assert line["log_level"] == ("warning" if outcome == "unavailable" else "info")
    assert counted.get() == before + 1


async def test_only_the_two_choices_are_taken(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(InvalidInput) as refused:
        await services.customdb.update(pool.administrator, {"error_messages": "none"})
    assert refused.value.facts["field"] == "errorMessages"
