"""Signing up, signing in and forgetting a password, where the users are somewhere else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts
from tests.login.conftest import sent_code  # noqa: F401

from poolhouse.caller import Caller
from poolhouse.errors import (
    CustomDatabaseUnavailable,
    OldPasswordWrong,
    ScriptFailed,
    UserExists,
    UserNotFound,
    WrongCredentials,
)
from poolhouse.login.model import Registration
from poolhouse.paging import PageRequest
from poolhouse.services import Services, opened
from poolhouse.users.model import UserDraft, UserKey, UserQuery

WANG = {"username": "wang", "email": "wang@old.cn", "phone": "13900000000", "nickname": "小王"}
BY_NAME = UserKey("username", "wang")


@pytest.fixture
async def visitor(services: Services, pool: PoolForTests) -> Caller:
    app = await services.apps.create(pool.administrator, "shop")
    return replace(pool.stranger, app_id=app.id, ip="203.0.113.7", user_agent="test")


async def lazy(services: Services, pool: PoolForTests, legacy: Legacy) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    await legacy.put(WANG, "old secret")


async def test_somebody_of_the_old_database_cannot_sign_up_again(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await lazy(services, pool, legacy)
    with pytest.raises(UserExists):
        await services.registrations.register(
            visitor, Registration("email", {"email": "Wang@Old.cn"}, password="new secret")
        )
    signed_up = await services.registrations.register(
        visitor, Registration("email", {"email": "new@old.cn"}, password="new secret")
    )
    assert signed_up.user.email == "new@old.cn"
    assert await legacy.execute("select count(*) from users") == 1


async def test_nobody_signs_up_while_the_old_database_cannot_say(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await lazy(services, pool, legacy)
    await legacy.execute("drop table users")
    with pytest.raises(CustomDatabaseUnavailable):
        await services.registrations.register(
            visitor, Registration("email", {"email": "new@old.cn"}, password="new secret")
        )
    assert (await services.users.list(pool.administrator, UserQuery())).total == 0


async def test_a_lazy_login_opens_a_session_of_the_migrated_user(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await lazy(services, pool, legacy)
    first = await services.login.with_password(visitor, BY_NAME, "old secret")
    again = await services.login.with_password(visitor, UserKey("phone", "13900000000"), "old secret")
    assert first.user.id == again.user.id
    assert again.user.logins_count == 2
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, BY_NAME, "wrong")


async def test_a_forgotten_password_of_somebody_not_yet_migrated(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,
    visitor: Caller,
    sent_code,  # noqa: F811
) -> None:
    await lazy(services, pool, legacy)
    await services.codes.send(visitor, "email", "wang@old.cn", "reset_password")
    code = await sent_code("wang@old.cn")
    await services.recovery.by_code(visitor, "email", "wang@old.cn", code, "brand new 1")
    user = (await services.login.with_password(visitor, BY_NAME, "brand new 1")).user
    assert (user.nickname, user.email_verified) == ("小王", True)
    with pytest.raises(WrongCredentials):
        await services.login.with_password(visitor, BY_NAME, "old secret")


async def test_a_forgotten_password_brings_nobody_back_who_was_deleted(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,
    visitor: Caller,
    sent_code,  # noqa: F811
) -> None:
    await lazy(services, pool, legacy)
    user = (await services.login.with_password(visitor, BY_NAME, "old secret")).user
    await services.users.delete(pool.administrator, [user.id])
    await services.codes.send(visitor, "email", "wang@old.cn", "reset_password")
    code = await sent_code("wang@old.cn")
    with pytest.raises(UserNotFound):
        await services.recovery.by_code(visitor, "email", "wang@old.cn", code, "brand new 1")


async def test_a_code_moves_in_whose_address_it_is_in_the_old_database(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,
    visitor: Caller,
    sent_code,  # noqa: F811
) -> None:
    await lazy(services, pool, legacy)
    await services.codes.send(visitor, "email", "wang@old.cn", "login")
    came = await services.code_login.login(visitor, "email", "wang@old.cn", await sent_code("wang@old.cn"))
    assert (came.user.username, came.user.email_verified) == ("wang", True)
    again = await services.login.with_password(visitor, BY_NAME, "old secret")  # which is still theirs
    assert again.user.id == came.user.id


async def test_a_code_brings_nobody_in_while_the_old_database_does_not_answer(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,
    visitor: Caller,
    sent_code,  # noqa: F811
) -> None:
    await lazy(services, pool, legacy)
    await legacy.execute("drop table users")
    await services.codes.send(visitor, "email", "wang@old.cn", "login")
    code = await sent_code("wang@old.cn")
    with pytest.raises(CustomDatabaseUnavailable):
        await services.code_login.login(visitor, "email", "wang@old.cn", code)
    assert (await services.users.list(pool.administrator, UserQuery())).total == 0


async def test_a_scripted_user_logs_in_and_the_script_hears_of_it(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await legacy.execute("alter table users add column if not exists logins_count int default 0")
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await legacy.put(WANG, "secret")
    logged_in = await services.login.with_password(visitor, BY_NAME, "secret")
    assert (await services.credentials.status(logged_in.token.token)).claims is not None
    await services.login.drain()
    await services.scripts.settled()
    rows = await services.db.fetch(
        "select name, arguments from custom_script_logs where pool_id = $1 and name = 'updateUser'", pool.id
    )
    ((user_id, updates),) = [row["arguments"] for row in rows]
    assert user_id == logged_in.user.id
    assert (updates["loginsCount"], updates["lastIP"]) == (1, "203.0.113.7")


async def test_one_name_is_asked_of_the_login_script_alone(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", record_logins=False)
    await legacy.put(WANG, "secret")
    assert (await services.login.with_any_password(visitor, [BY_NAME], "secret")).user.username == "wang"
    await services.scripts.settled()
    asked = await services.db.fetch("select name from custom_script_logs where pool_id = $1", pool.id)
    assert [row["name"] for row in asked] == ["login"]


async def test_a_wrong_password_is_judged_once_where_the_store_writes_the_number_as_typed(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", record_logins=False)
    await legacy.put(WANG, "secret")
    with pytest.raises(ScriptFailed):
        await services.login.with_password(visitor, UserKey("phone", "13900000000"), "wrong")
    await services.scripts.settled()
    asked = await services.db.fetch("select name from custom_script_logs where pool_id = $1", pool.id)
    assert [row["name"] for row in asked].count("login") == 1


async def test_stopping_waits_for_the_records_of_the_last_logins(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,
    visitor: Caller,
    database_url: str,
) -> None:
    await legacy.execute("alter table users add column if not exists logins_count int default 0")
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await legacy.put(WANG, "secret")
    async with opened(services.settings, database_url) as stopping:
        await stopping.login.with_password(visitor, BY_NAME, "secret")
    told = "select success from custom_script_logs where pool_id = $1 and name = 'updateUser'"
    assert [row["success"] for row in await services.db.fetch(told, pool.id)] == [True]


async def test_logins_are_not_recorded_where_the_connection_says_so(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", record_logins=False)
    await legacy.put(WANG, "secret")
    await services.login.with_password(visitor, BY_NAME, "secret")
    await services.login.drain()
    await services.scripts.settled()
    told = "select count(*) from custom_script_logs where pool_id = $1 and name = 'updateUser'"
    assert await services.db.fetchval(told, pool.id) == 0


async def test_a_failing_record_of_a_login_does_not_fail_the_login(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    broken = await services.customdb.save_script(
        pool.administrator, "updateUser", "async function updateUser() { throw new Error('no'); }"
    )
    await services.customdb.publish(pool.administrator, "updateUser", broken.version)
    await legacy.put(WANG, "secret")
    assert (await services.login.with_password(visitor, BY_NAME, "secret")).token
    await services.login.drain()


async def test_a_scripted_user_changes_their_own_password(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await legacy.put(WANG, "old secret")
    user = (await services.login.with_password(visitor, BY_NAME, "old secret")).user
    me = pool.user(user.id)
    with pytest.raises(OldPasswordWrong):
        await services.own_account.update_password(me, "new secret 1", "not it")
    await services.own_account.update_password(me, "new secret 1", "old secret")
    assert (await services.login.with_password(visitor, BY_NAME, "new secret 1")).user.id == user.id
    with pytest.raises(ScriptFailed):
        await services.login.with_password(visitor, BY_NAME, "old secret")


async def test_a_blocked_scripted_user_cannot_log_in(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    from poolhouse.errors import AccountBlocked

    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    user_id = await legacy.put(WANG, "secret")
    await services.users.update(pool.administrator, user_id, UserDraft({"blocked": True}))
    with pytest.raises(AccountBlocked):
        await services.login.with_password(visitor, BY_NAME, "secret")


async def test_a_scripted_user_signs_up(
    services: Services, pool: PoolForTests, legacy: Legacy, visitor: Caller
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    signed_up = await services.registrations.register(
        visitor, Registration("email", {"email": "new@x.cn"}, password="secret 1", force_login=True)
    )
    assert signed_up.token
    assert await legacy.execute("select email from users") == "new@x.cn"
    with pytest.raises(UserExists):
        await services.registrations.register(
            visitor, Registration("email", {"email": "new@x.cn"}, password="secret 1")
        )


async def test_groups_and_roles_work_for_users_we_do_not_keep(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    from poolhouse.groups.model import GroupDraft

    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    user_id = await legacy.put(WANG, "secret")
    group = await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    await services.groups.add_members(pool.administrator, group.code, [user_id])
    groups = await services.groups.list_of_user(pool.administrator, user_id)
    assert [found.code for found in groups] == ["staff"]
    await services.users.delete(pool.administrator, [user_id])
    assert (await services.groups.list_members(pool.administrator, group.code, PageRequest())).total == 0


async def test_a_dead_database_is_answered_in_milliseconds_and_other_pools_do_not_notice(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, legacy: Legacy
) -> None:
    from poolhouse.customdb.model import Connection

    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await connect(services, other_pool, legacy, "CUSTOM_USER_STORE")
    await legacy.put(WANG, "secret")
    gone = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = gone.sockets[0].getsockname()[1]
    gone.close()
    await gone.wait_closed()
    await services.customdb.update(
        pool.administrator, {"connection": Connection(uri=f"postgres://a:b@127.0.0.1:{port}/c")}
    )
    directory = await services.directories.of(pool.id)
    for _ in range(5):
        with pytest.raises(CustomDatabaseUnavailable):
            await directory.authenticate(pool.stranger, BY_NAME, "secret")
    started = asyncio.get_running_loop().time()
    with pytest.raises(CustomDatabaseUnavailable):
        await directory.authenticate(pool.stranger, BY_NAME, "secret")
    assert asyncio.get_running_loop().time() - started < 0.2
    theirs = await services.directories.of(other_pool.id)
    assert (await theirs.authenticate(other_pool.stranger, BY_NAME, "secret")).username == "wang"

    repaired = Connection(uri=legacy.url)
    await services.customdb.update(pool.administrator, {"connection": repaired})
    directory = await services.directories.of(pool.id)
    assert (await directory.authenticate(pool.stranger, BY_NAME, "secret")).username == "wang"


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("email", {"email": "WANG@OLD.CN"}),
        ("username", {"username": "fresh", "email": "Wang@Old.cn"}),
        ("username", {"username": "wang", "email": "fresh@old.cn"}),
        ("username", {"username": "wang@old.cn"}),
        ("username", {"username": "fresh", "phone": "+8613900000000"}),
        ("username", {"username": "fresh", "phone": "8613900000000"}),
        ("username", {"username": "13900000000"}),
        ("auto", {"email": "Wang@Old.CN"}),
    ],
)
async def test_no_spelling_of_a_legacy_identifier_can_be_signed_up_with(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,
    visitor: Caller,
    method: Any,
    values: dict[str, str],
) -> None:
    """The old database compares letter by letter."""
    exact = {
        name: source.replace("lower(email) = lower(", "email = (") for name, source in lazy_scripts().items()
    }
    await connect(services, pool, legacy, "LAZY_MIGRATION", exact)
    await legacy.put(WANG, "old secret")
    with pytest.raises(UserExists):
        await services.registrations.register(visitor, Registration(method, values, password="new secret"))
    assert (await services.users.list(pool.administrator, UserQuery())).total == 0


@pytest.mark.parametrize(
    "values", [{"username": "wang"}, {"email": "wang@old.cn"}, {"phone": "+8613900000000"}]
)
async def test_nobody_changes_their_own_identifier_to_one_of_the_old_database(
    services: Services, pool: PoolForTests, legacy: Legacy, values: dict[str, str]
) -> None:
    await lazy(services, pool, legacy)
    mine = await services.users.create(pool.administrator, UserDraft({"username": "mallory"}))
    async with services.db.transaction() as tx:
        with pytest.raises(UserExists):
            await services.records.update(tx, pool.user(mine.id), mine.id, UserDraft(values))
    moved = await services.login.with_password(pool.stranger, BY_NAME, "old secret")
    async with services.db.transaction() as tx:
        changed = await services.records.update(tx, pool.user(moved.user.id), moved.user.id, UserDraft(WANG))
    assert changed.email == "wang@old.cn"


async def test_an_identifier_of_a_custom_store_is_changed_to_nobody_elses(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    await legacy.execute("alter table users drop constraint users_email_key")
    await legacy.put(WANG, "secret")
    other = await legacy.put({"username": "li"}, "secret")
    with pytest.raises(UserExists):
        await services.users.update(pool.administrator, other, UserDraft({"email": "WANG@old.cn"}))
    assert (await services.users.get(pool.administrator, other)).email is None
