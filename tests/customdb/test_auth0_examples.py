"""The shipped examples in Auth0's form lead a whole life on the databases they are written for, where those are found.

Each is published unchanged, and every one of them is called.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy
from tests.customdb.people_service import People, serving
from tests.customdb.test_templates import ask

from poolhouse.customdb.auth0 import CALLED
from poolhouse.customdb.model import SCRIPT_NAMES, Connection, LogQuery
from poolhouse.customdb.templates import KINDS, schema
from poolhouse.customdb.templates_auth0 import auth0_examples, auth0_templates
from poolhouse.directory.contract import Directory
from poolhouse.errors import UserExists, WrongCredentials
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft, UserKey

LI = {
    "email": "li@old.cn",
    "username": "li_lei",
    "phone": "13800000001",
    "nickname": "小李",
    "name": "Li Lei",
    "photo": "https://old.cn/li.png",
}
HAN = {"email": "han@old.cn", "username": "han"}


async def directory_of(
    services: Services, pool: PoolForTests, kind: str, uri: str, **settings: Any
) -> Directory:
    admin = pool.administrator
    connection = {"database_type": kind, "connection": Connection(uri=uri)}
    always = {"enabled": True, "mode": "CUSTOM_USER_STORE", "dialect": "auth0"}
    await services.customdb.update(admin, {**always, **connection, **settings})
    for name, source in auth0_templates(kind).items():
        saved = await services.customdb.save_script(admin, name, source)
        await services.customdb.publish(admin, name, saved.version)
    return await services.directories.of(pool.id)


async def a_whole_life(services: Services, pool: PoolForTests, directory: Directory) -> None:
    admin = pool.administrator

    async def create(facts: dict[str, Any]) -> User:
        async with services.db.transaction() as tx:
            return await directory.create(tx, admin, UserDraft(facts, password="first one"))

    async def change(user: User, facts: dict[str, Any] | None = None, password: str | None = None) -> None:
        async with services.db.transaction() as tx:
            await directory.update(tx, admin, user.id, UserDraft(facts or {}, password=password))

    async def is_let_in(kind: Any, name: str, password: str) -> bool:
        try:
            return (await directory.authenticate(pool.stranger, UserKey(kind, name), password)).id == li.id
        except WrongCredentials:
            return False

    li = await create(LI)
    assert {name: getattr(li, name) for name in LI} == LI
    han = await create(HAN)
    for taken in ("email", "username", "phone"):
        with pytest.raises(UserExists):
            await create({"email": "new@old.cn", taken: LI[taken]})

    for kind, name in (("email", "LI@old.cn"), ("username", "li_lei"), ("phone", "13800000001")):
        assert await is_let_in(kind, name, "first one"), kind
        assert not await is_let_in(kind, name, "second one"), kind
    assert not await is_let_in("email", "nobody@old.cn", "first one")
    assert not await is_let_in("email", "%", "first one")
    found = await directory.find(admin, [UserKey("email", "li@old.cn"), UserKey("username", "nobody")])
    assert [one and one.id for one in found] == [li.id, None]

    assert not li.email_verified
    await change(li, {"email_verified": True})
    assert (await directory.find(admin, [UserKey("id", li.id)]))[0].email_verified  # type: ignore[union-attr]
    await change(li, {"email": "lei@new.cn"})
    await change(li, {"username": "lilei"})
    await change(li, password="second one")
    for kind, name in (("email", "lei@new.cn"), ("username", "lilei")):
        assert await is_let_in(kind, name, "second one"), kind
        assert not await is_let_in(kind, name, "first one"), kind
    assert not await is_let_in("email", "li@old.cn", "second one")
    for taken in ("email", "username"):
        with pytest.raises(UserExists):
            await change(li, {taken: HAN[taken]})

    async with services.db.transaction() as tx:
        await directory.delete(tx, admin, [li.id])
    assert [one and one.id for one in await directory.find(admin, [_id(li), _id(han)])] == [None, han.id]
    await services.scripts.settled()
    logs = (await services.customdb.list_logs(admin, LogQuery(), PageRequest(1, 100))).items
    assert {one.name for one in logs} == CALLED
    assert {one.name: one.clients_left_open for one in logs if one.clients_left_open} == {}


def _id(user: User) -> UserKey:
    return UserKey("id", user.id)


async def test_postgresql(services: Services, pool: PoolForTests, legacy: Legacy) -> None:
    await a_whole_life(services, pool, await directory_of(services, pool, "postgresql", legacy.url))


async def test_mysql(services: Services, pool: PoolForTests, mariadb_uri: str) -> None:
    table = (
        "const c = await require('mysql2/promise').createConnection({ uri: env.URI, multipleStatements: true });"
        "await c.query('drop table if exists users; ' + args[0]); await c.end();"
    )
    await ask(services, pool, "mysql", mariadb_uri, table, schema("mysql"))
    await a_whole_life(services, pool, await directory_of(services, pool, "mysql", mariadb_uri))


async def test_mongodb(services: Services, pool: PoolForTests, mongodb_uri: str) -> None:
    indexes = (
        "const c = await require('mongodb').MongoClient.connect(env.URI); const users = c.db().collection('users');"
        "for (const name of ['username', 'email', 'phone']) await users.createIndex({ [name]: 1 },"
        "{ unique: true, partialFilterExpression: { [name]: { $type: 'string' } } })"
        # FerretDB has no partial indexes; in its unique ones, what is absent does not clash.
        ".catch(() => users.createIndex({ [name]: 1 }, { unique: true })); await c.close();"
    )
    uri = mongodb_uri.replace("/legacy", f"/legacy_{pool.id}")
    await ask(services, pool, "mongodb", uri, indexes)
    await a_whole_life(services, pool, await directory_of(services, pool, "mongodb", uri))


async def test_http(services: Services, pool: PoolForTests) -> None:
    people = People(token="tok-of-the-service")
    async with serving(people) as uri:
        directory = await directory_of(services, pool, "http", uri, env={"API_TOKEN": people.token})
        await a_whole_life(services, pool, directory)


async def test_each_is_known_as_auth0s_and_none_is_for_what_auth0_has_not(
    services: Services, pool: PoolForTests
) -> None:
    for name in sorted(CALLED):
        for kind, source in auth0_examples(name).items():
            assert (await services.customdb.check(pool.administrator, name, source)).problems == (), (
                kind,
                name,
            )
        assert tuple(auth0_examples(name)) == KINDS
        sources = auth0_examples(name).values()
        assert all("callback)" in source.partition("{")[0] for source in sources), name
    assert all(not auth0_examples(name) for name in SCRIPT_NAMES if name not in CALLED)
