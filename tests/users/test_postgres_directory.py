"""PostgresDirectory keeps the Directory contract, and what only it promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bcrypt
import pytest
from tests.conformance.directory import DirectoryConformance, Subject
from tests.conftest import PoolForTests

from poolhouse.errors import WrongCredentials
from poolhouse.services import Services
from poolhouse.users.model import IdentityDraft, UserDraft, UserKey


class TestPostgresDirectory(DirectoryConformance):
    @pytest.fixture
    async def subject(self, services: Services, pool: PoolForTests) -> Subject:
        directory = services.directories.native

        async def put(values: Mapping[str, Any], password: str | None) -> str:
            async with services.db.transaction() as tx:
                user = await directory.create(tx, pool.administrator, UserDraft(values, password))
            return user.id

        return Subject(directory, services.db, pool.administrator, put)


async def test_an_imported_bcrypt_hash_logs_in_and_becomes_argon2(
    services: Services, pool: PoolForTests
) -> None:
    old = bcrypt.hashpw(b"imported", bcrypt.gensalt(4)).decode()
    user = await services.users.create(
        pool.administrator, UserDraft({"username": "moved"}, password_hash=old)
    )
    key = UserKey("username", "moved")

    await services.directories.native.authenticate(pool.administrator, key, "imported")

    stored = await services.db.fetchval(
        "select password_hash from users where pool_id = $1 and id = $2", pool.id, user.id
    )
    assert stored.startswith("$argon2id$")
    assert (await services.directories.native.authenticate(pool.administrator, key, "imported")).id == user.id


async def test_a_user_without_a_password_cannot_log_in(services: Services, pool: PoolForTests) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "codes-only"}))
    with pytest.raises(WrongCredentials):
        await services.directories.native.authenticate(
            pool.administrator, UserKey("username", "codes-only"), ""
        )


async def test_a_user_is_found_by_a_linked_identity(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(
        pool.administrator, UserDraft({"username": "linked"}), IdentityDraft("wechat", "o:1:2")
    )
    found = await services.users.find(pool.administrator, UserKey.identity("wechat", "o:1:2"))
    assert found is not None
    assert found.id == user.id
