"""Scripted and migrating directories keep the Directory contract, on a real legacy database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from tests.conformance.directory import DirectoryConformance, Subject
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts

from poolhouse.directory.migrating import MigratingDirectory
from poolhouse.errors import (
    CustomDatabaseUnavailable,
    EmailTaken,
    NotSupportedByDirectory,
    ScriptFailed,
    UserExists,
    UserNotFound,
    WrongCredentials,
)
from poolhouse.services import Services
from poolhouse.users.model import CUSTOM_DATABASE, Condition, UserDraft, UserKey, UserQuery


class TestScriptedDirectory(DirectoryConformance):
    @pytest.fixture
    async def subject(self, services: Services, pool: PoolForTests, legacy: Legacy) -> Subject:
        await connect(services, pool, legacy, "CUSTOM_USER_STORE")
        directory = await services.directories.of(pool.id)
        return Subject(
            directory, services.db, pool.administrator, legacy.put, unknown_id="999999", own_words=True
        )


class TestMigratingDirectory(DirectoryConformance):
    """Everything but login is our own tables' affair; `put` is a local user."""

    @pytest.fixture
    async def subject(self, services: Services, pool: PoolForTests, legacy: Legacy) -> Subject:
        await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
        directory = await services.directories.of(pool.id)

        async def put(values: Mapping[str, Any], password: str | None) -> str:
            async with services.db.transaction() as tx:
                return (await directory.create(tx, pool.administrator, UserDraft(values, password))).id

        verbs = frozenset({"find", "search", "create", "update", "delete", "list", "check_password"})
        return Subject(directory, services.db, pool.administrator, put, verbs)


PERSON = {"username": "wang", "email": "wang@old.cn", "phone": "13900000000", "nickname": "小王"}


async def lazy(services: Services, pool: PoolForTests, legacy: Legacy) -> MigratingDirectory:
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    directory = await services.directories.of(pool.id)
    assert isinstance(directory, MigratingDirectory)
    return directory


async def test_a_first_login_moves_the_user_in_with_profile_and_password(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    script_id = await legacy.put(PERSON, "old secret")

    user = await directory.authenticate(pool.stranger, UserKey("email", "wang@old.cn"), "old secret")

    assert (user.username, user.nickname, user.user_source_type) == ("wang", "小王", "sync")
    assert len(user.id) == 24
    found = await services.users.find(pool.administrator, UserKey.identity(CUSTOM_DATABASE, script_id))
    assert found is not None
    assert found.id == user.id


async def test_a_second_login_does_not_ask_the_old_database(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    await legacy.put(PERSON, "secret")
    key = UserKey("username", "wang")
    first = await directory.authenticate(pool.stranger, key, "secret")
    await legacy.execute("update users set password = 'changed', nickname = 'changed'")

    second = await directory.authenticate(pool.stranger, key, "secret")

    assert (second.id, second.nickname) == (first.id, "小王")
    await legacy.execute("drop table users")
    with pytest.raises(WrongCredentials):
        await directory.authenticate(pool.stranger, key, "wrong")


async def test_a_refused_login_moves_nobody_in(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    await legacy.put(PERSON, "secret")
    with pytest.raises(ScriptFailed, match="Password is not valid!"):
        await directory.authenticate(pool.stranger, UserKey("username", "wang"), "wrong")
    with pytest.raises(ScriptFailed, match="User not exists!"):
        await directory.authenticate(pool.stranger, UserKey("username", "nobody"), "x")
    assert (await services.users.list(pool.administrator, UserQuery())).total == 0


async def test_twenty_simultaneous_first_logins_make_one_user(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    await legacy.put(PERSON, "secret")
    logins = [directory.authenticate(pool.stranger, UserKey("username", "wang"), "secret") for _ in range(20)]
    users = await asyncio.gather(*logins)
    assert len({user.id for user in users}) == 1
    assert (await services.users.list(pool.administrator, UserQuery())).total == 1
    assert (await services.customdb.migration(pool.administrator)).migrated == 1


async def test_a_clash_with_another_local_user_is_an_error_and_no_merge(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    await legacy.put(PERSON, "secret")
    local = await services.users.create(
        pool.administrator, UserDraft({"username": "somebody", "email": "wang@old.cn"})
    )
    with pytest.raises(EmailTaken):
        await directory.authenticate(pool.stranger, UserKey("username", "wang"), "secret")
    page = await services.users.list(pool.administrator, UserQuery())
    assert [user.id for user in page.items] == [local.id]
    assert (await services.customdb.migration(pool.administrator)).failed == {"conflict": 1}


async def test_a_migrated_user_who_was_deleted_stays_away_until_an_administrator_says_so(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    script_id = await legacy.put(PERSON, "secret")
    key = UserKey("username", "wang")
    user = await directory.authenticate(pool.stranger, key, "secret")
    await services.users.delete(pool.administrator, [user.id])

    with pytest.raises(WrongCredentials):
        await directory.authenticate(pool.stranger, key, "secret")
    for nobody in ("nobody", script_id + "0"):
        with pytest.raises(UserNotFound):
            await services.customdb.lift_tombstone(pool.administrator, nobody)
    await services.customdb.lift_tombstone(pool.administrator, script_id)
    assert (await directory.authenticate(pool.stranger, key, "secret")).username == "wang"


async def test_sign_up_is_refused_for_somebody_of_the_old_database(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    await legacy.put(PERSON, "secret")
    with pytest.raises(UserExists):
        await directory.refuse_if_known(pool.stranger, UserDraft({"email": "Wang@Old.cn"}))
    await directory.refuse_if_known(pool.stranger, UserDraft({"email": "new@old.cn"}))


async def test_sign_up_fails_closed_when_the_script_throws(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    await legacy.execute("drop table users")
    with pytest.raises(CustomDatabaseUnavailable):
        await directory.refuse_if_known(pool.stranger, UserDraft({"email": "new@old.cn"}))


async def test_a_forgotten_password_moves_the_user_in_with_the_new_one(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    directory = await lazy(services, pool, legacy)
    await legacy.put(PERSON, "forgotten")
    adopted = await directory.adopt(pool.stranger, UserKey("email", "wang@old.cn"), "brand new")
    assert adopted is not None
    user = await directory.authenticate(pool.stranger, UserKey("username", "wang"), "brand new")
    assert user.id == adopted.id


async def test_a_lost_legacy_database_is_unavailable_and_tells_nothing(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(
        services,
        pool,
        legacy,
        "CUSTOM_USER_STORE",
        {"login": "async function login() { await new Promise(() => {}); }"},
        timeout_ms=200,
    )
    directory = await services.directories.of(pool.id)
    with pytest.raises(CustomDatabaseUnavailable) as refused:
        await directory.authenticate(pool.stranger, UserKey("username", "x"), "y")
    assert "login" not in refused.value.message("en-US")


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (UserQuery(statuses=("Activated",)), "status"),
        (UserQuery(conditions=(Condition("company", "EQUAL", "x"),)), "company"),
        (UserQuery(not_in_org=True), "excludeUsersInOrg"),
    ],
)
async def test_a_filter_a_script_cannot_do_is_refused_by_name(
    services: Services, pool: PoolForTests, legacy: Legacy, query: UserQuery, what: str
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    with pytest.raises(NotSupportedByDirectory) as refused:
        await services.users.list(pool.administrator, query)
    assert what in refused.value.message("en-US")


async def test_an_unpublished_script_throws_its_documented_sentence(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", {})
    with pytest.raises(ScriptFailed) as refused:
        await services.users.list(pool.administrator, UserQuery())
    assert refused.value.message() == "Please implement the List Users script for this database connection"


async def test_a_custom_user_store_leaves_nothing_of_a_user_in_our_tables(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    user = await services.users.create(
        pool.administrator,
        UserDraft({"username": "zq-unique-name", "email": "zq-unique@x.cn"}, password="zq-unique-password"),
    )
    await services.users.update(pool.administrator, user.id, UserDraft({"nickname": "zq-unique-nick"}))
    directory = await services.directories.of(pool.id)
    await directory.authenticate(pool.stranger, UserKey("username", "zq-unique-name"), "zq-unique-password")
    await services.scripts.settled()

    assert await services.db.fetchval("select count(*) from users where pool_id = $1", pool.id) == 0
    for table in await services.db.fetch("select tablename from pg_tables where schemaname = 'public'"):
        rows = await services.db.fetch(f'select t::text as row from "{table["tablename"]}" t')
        text = "\n".join(row["row"] for row in rows)
        assert "zq-unique-password" not in text, table["tablename"]
        if (
            table["tablename"] not in ("custom_script_logs", "audit_records")
            and "audit_records" not in table["tablename"]
        ):
            assert "zq-unique" not in text, table["tablename"]
