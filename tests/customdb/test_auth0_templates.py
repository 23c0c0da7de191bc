"""Scripts in the form of Auth0's published examples, on the databases they are written for where those are found."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, texts_of

from poolhouse.customdb.folder import read
from poolhouse.customdb.model import Connection
from poolhouse.directory.contract import Directory
from poolhouse.errors import UserExists, WrongCredentials
from poolhouse.sandbox.client import Returned, Threw
from poolhouse.sandbox.order import WorkerSpec
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

FOLDERS = Path(__file__).parent / "auth0"
LI, BOB = UserKey("email", "li@old.cn"), UserKey("email", "bob@old.cn")


def needs(module: str) -> pytest.MarkDecorator:
    offered = WorkerSpec(key="", env={}).modules
    return pytest.mark.skipif(module not in offered, reason=f"scripts cannot require {module}")


async def directory_of(
    services: Services, pool: PoolForTests, kind: str, *, uri: str, database_type: str, **settings: Any
) -> Directory:
    admin = pool.administrator
    connection = {"database_type": database_type, "connection": Connection(uri=uri)}
    settings = {"enabled": True, "mode": "CUSTOM_USER_STORE", "dialect": "auth0", **connection, **settings}
    await services.customdb.update(admin, settings)
    for name, source in read(texts_of(FOLDERS / kind), {}).sources.items():
        saved = await services.customdb.save_script(admin, name, source)
        await services.customdb.publish(admin, name, saved.version)
    return await services.directories.of(pool.id)


async def a_life(services: Services, pool: PoolForTests, directory: Directory) -> None:
    """Created, refused a second time, logged in, given another password, and deleted."""
    admin = pool.administrator
    draft = UserDraft({"email": "li@old.cn"}, password="first one")
    async with services.db.transaction() as tx:
        user = await directory.create(tx, admin, draft)
    with pytest.raises(UserExists):
        async with services.db.transaction() as tx:
            await directory.create(tx, admin, draft)
    assert (await directory.authenticate(pool.stranger, LI, "first one")).id == user.id
    for account, password in ((LI, "second one"), (UserKey("email", "no@old.cn"), "first one")):
        with pytest.raises(WrongCredentials):
            await directory.authenticate(pool.stranger, account, password)
    async with services.db.transaction() as tx:
        await directory.update(tx, admin, user.id, UserDraft(password="second one"))
    assert (await directory.authenticate(pool.stranger, LI, "second one")).id == user.id
    assert await directory.check_password(admin, user.id, "second one")
    assert not await directory.check_password(admin, user.id, "first one")
    async with services.db.transaction() as tx:
        await directory.delete(tx, admin, [user.id])
    assert (await directory.find(admin, [LI]))[0] is None


@asynccontextmanager
async def people() -> AsyncIterator[str]:
    """The address of a service that knows bob: his profile by basic auth, by a login and by e-mail."""
    bob = {"id": 7, "email": "bob@old.cn", "nickname": "小包"}

    async def profile(request: Request) -> JSONResponse:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        fits = (scheme, given) == ("Basic", base64.b64encode(b"bob@old.cn:old secret").decode())
        return JSONResponse(bob) if fits else JSONResponse({}, 401)

    async def login(request: Request) -> JSONResponse:
        given = await request.json()
        fits = given == {"email": "bob@old.cn", "password": "old secret"}
        return JSONResponse(bob) if fits else JSONResponse({"message": "no"}, 401)

    async def find(request: Request) -> JSONResponse:
        if request.headers.get("x-api-key") != "k-12345":
            return JSONResponse({}, 403)
        return JSONResponse(bob) if (await request.json())["email"] == "bob@old.cn" else JSONResponse({}, 404)

    routes = [
        Route("/profile", profile),
        Route("/login", login, methods=["POST"]),
        Route("/find", find, methods=["POST"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


@pytest.mark.parametrize("kind", ["axios", pytest.param("http", marks=needs("request"))])
async def test_a_web_service(services: Services, pool: PoolForTests, kind: str) -> None:
    async with people() as uri:
        env = {
            "API_KEY": "k-12345",
            "PROFILE_URL": f"{uri}/profile",
            "LOGIN_URL": f"{uri}/login",
            "PEOPLE_URL": f"{uri}/find",
        }
        directory = await directory_of(services, pool, kind, uri=uri, database_type="http", env=env)
        user = await directory.authenticate(pool.stranger, BOB, "old secret")
        assert (user.id, user.nickname) == ("7", "小包")
        for account, password in ((BOB, "wrong"), (LI, "old secret")):
            with pytest.raises(WrongCredentials):
                await directory.authenticate(pool.stranger, account, password)
        found = await directory.find(pool.administrator, [BOB, LI, UserKey("id", "7")])
        assert [user and user.id for user in found] == ["7", None, "7"]


def simple_membership(password: str) -> str:
    """As ASP.NET's SimpleMembership keeps it: a zero byte, the salt, PBKDF2 of a thousand rounds of SHA-1."""
    salt = bytes(range(16))
    return base64.b64encode(
        b"\0" + salt + hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 32)
    ).decode()


def universal_provider(password: str, salt: bytes) -> str:
    """As ASP.NET's universal providers keep it: HMAC-SHA-256 of UTF-16, its key the salt four times."""
    return base64.b64encode(hmac.digest(salt * 4, password.encode("utf-16-le"), "sha256")).decode()


async def lets_bob_in(directory: Directory, pool: PoolForTests) -> None:
    assert (await directory.authenticate(pool.stranger, BOB, "old 秘密 1")).id == "7"
    for account, password in ((BOB, "wrong"), (LI, "old 秘密 1")):
        with pytest.raises(WrongCredentials):
            await directory.authenticate(pool.stranger, account, password)


@needs("crypto")
async def test_asp_net_universal_providers(services: Services, pool: PoolForTests, legacy: Legacy) -> None:
    salt = bytes(range(100, 116))
    await legacy.execute("drop table users")
    await legacy.execute("create table users (userid int, username text)")
    await legacy.execute(
        "create table memberships (userid int, email text, password text, passwordsalt text)"
    )
    await legacy.execute("insert into users values (7, 'bob')")
    kept = (universal_provider("old 秘密 1", salt), base64.b64encode(salt).decode())
    await legacy.execute("insert into memberships values (7, 'bob@old.cn', $1, $2)", *kept)
    kind = {"uri": legacy.url, "database_type": "postgresql"}
    await lets_bob_in(await directory_of(services, pool, "membership_mvc3", **kind), pool)


@needs("crypto")
async def test_asp_net_simple_membership(services: Services, pool: PoolForTests, legacy: Legacy) -> None:
    await legacy.execute("create table userprofile (userid int, username text)")
    await legacy.execute("create table webpages_membership (userid int, password text)")
    await legacy.execute("insert into userprofile values (7, 'bob@old.cn')")
    kept = simple_membership("old 秘密 1")
    await legacy.execute("insert into webpages_membership values (7, $1)", kept)
    kind = {"uri": legacy.url, "database_type": "postgresql"}
    await lets_bob_in(await directory_of(services, pool, "membership_mvc4", **kind), pool)


@pytest.mark.parametrize("source", ["require('tedious@11.0.3').Connection", "sqlserver.connect({})"])
async def test_sql_server_is_refused_by_name(services: Services, pool: PoolForTests, source: str) -> None:
    await services.customdb.update(pool.administrator, {"dialect": "auth0"})
    script = f"function login(email, password, callback) {{ const Connection = {source}; callback(null) }}"
    outcome = await services.customdb.run(pool.administrator, "login", ["bob@old.cn", "x"], source=script)
    assert isinstance(outcome, Threw)
    assert "tedious" in outcome.message


@needs("mysql")
async def test_mysql(services: Services, pool: PoolForTests, mariadb_uri: str) -> None:
    """`mysql({...})`; a changePassword that answers false whatever it did."""
    kind = {"uri": mariadb_uri, "database_type": "mysql"}
    directory = await directory_of(services, pool, "mysql", **kind)
    table = (
        "function login(email, password, callback) { require('mysql2').createConnection("
        "configuration.DB_CONNECTION_URI).query('create or replace table users (id int auto_increment primary key, "
        "email varchar(99) unique, nickname varchar(99), password varchar(99))', (e) => callback(e, { user_id: 1 })) }"
    )
    outcome = await services.customdb.run(pool.administrator, "login", ["x", "y"], source=table)
    assert isinstance(outcome, Returned), outcome
    await a_life(services, pool, directory)


async def test_mongodb(services: Services, pool: PoolForTests, mongodb_uri: str) -> None:
    directory = await directory_of(services, pool, "mongodb", uri=mongodb_uri, database_type="mongodb")
    await a_life(services, pool, directory)
