"""Scripts in the form of Auth0's published examples, on the databases they are written for where those are found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.engines import mongodb

from poolhouse.customdb.folder import read
from poolhouse.customdb.model import Connection
from poolhouse.errors import UserExists, WrongCredentials
from poolhouse.services import Services
from poolhouse.users.directory import Directory
from poolhouse.users.model import UserDraft, UserKey

FOLDERS = Path(__file__).parent / "auth0"
LI = UserKey("email", "li@old.cn")


async def directory_of(
    services: Services, pool: PoolForTests, kind: str, *, uri: str, database_type: str, **settings: Any
) -> Directory:
    admin = pool.administrator
    connection = {"database_type": database_type, "connection": Connection(uri=uri)}
    settings = {"enabled": True, "mode": "CUSTOM_USER_STORE", "dialect": "auth0", **connection, **settings}
    await services.customdb.update(admin, settings)
    for name, source in read(FOLDERS / kind).sources.items():
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


@pytest.fixture(scope="module")
async def mongodb_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with mongodb(tmp_path_factory.mktemp("mongodb")) as uri:
        yield uri


async def test_mongodb(services: Services, pool: PoolForTests, mongodb_uri: str) -> None:
    directory = await directory_of(services, pool, "mongodb", uri=mongodb_uri, database_type="mongodb")
    await a_life(services, pool, directory)
