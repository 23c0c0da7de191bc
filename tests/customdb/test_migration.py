"""The tail of a migration: those who never log in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, finish, lazy_scripts
from tests.login.conftest import sent_code  # noqa: F401

from poolhouse.customdb.templates import template
from poolhouse.directory.migrating import MigratingDirectory
from poolhouse.errors import (
    FirstPasswordRequired,
    InvalidOperation,
    NotAuthenticated,
    ScriptFailed,
    WrongCredentials,
)
from poolhouse.migration import postgres as bulk_insert
from poolhouse.migration.service import MovedPage
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft, UserKey, UserQuery


async def lazy(services: Services, pool: PoolForTests, legacy: Legacy) -> None:
    scripts = {**lazy_scripts(), "listUsers": template("postgresql", "listUsers")}
    await connect(services, pool, legacy, "LAZY_MIGRATION", scripts)


async def test_a_stranger_may_not_finish(services: Services, pool: PoolForTests) -> None:
    for asked in (
        services.migration.begin(pool.stranger),
        services.migration.move(pool.stranger, 0, dry_run=True),
        services.migration.errors(pool.stranger, PageRequest(1, 10)),
    ):
        with pytest.raises(NotAuthenticated):
            await asked


async def test_there_is_nothing_to_finish_without_lazy_migration(
    services: Services, pool: PoolForTests
) -> None:
    with pytest.raises(InvalidOperation):
        await finish(services, pool.administrator)


async def everybody_waiting(services: Services, pool: PoolForTests) -> list[User]:
    pages = [await services.migration.waiting(pool.administrator, PageRequest(n, 100)) for n in (1, 2, 3)]
    return [user for page in pages for user in page.items]


async def test_the_tail_moves_in_once_without_passwords(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await lazy(services, pool, legacy)
    for n in range(205):  # more than two pages
        await legacy.put({"username": f"user-{n}"}, None)
    await legacy.put({"username": "early", "nickname": "早"}, "secret")
    directory = await services.directories.of(pool.id)
    early = await directory.authenticate(pool.stranger, UserKey("username", "early"), "secret")
    await legacy.put({"username": "clash"}, None)
    await services.users.create(pool.administrator, UserDraft({"username": "clash"}))
    gone_id = await legacy.put({"username": "gone"}, "secret")
    gone = await directory.authenticate(pool.stranger, UserKey("username", "gone"), "secret")
    await services.users.delete(pool.administrator, [gone.id])

    planned = await finish(services, pool.administrator, dry_run=True)
    assert (planned.imported, planned.skipped, planned.failed) == (205, 2, 1)
    assert (await services.users.list(pool.administrator, UserQuery())).total == 2
    assert [user.username for user in await everybody_waiting(services, pool)].count("user-7") == 1
    assert len(await everybody_waiting(services, pool)) == 205

    done = await finish(services, pool.administrator)
    assert (done.imported, done.skipped, done.failed) == (205, 2, 1)
    refused = await services.migration.errors(pool.administrator, PageRequest(1, 10))
    assert (refused.total, [error.id for error in refused.items]) == (1, [gone_id])
    again = await finish(services, pool.administrator)
    assert (again.imported, again.skipped, again.failed) == (0, 207, 1)
    assert (await services.users.list(pool.administrator, UserQuery())).total == 207
    assert await everybody_waiting(services, pool) == []

    moved = await services.users.find(pool.administrator, UserKey("username", "user-7"))
    assert moved is not None
    assert moved.reset_password_on_next_login
    with pytest.raises(ScriptFailed, match="not valid"):  # the old database still judges the password
        await directory.authenticate(pool.stranger, UserKey("username", "user-7"), "a guess")
    same = await directory.authenticate(pool.stranger, UserKey("username", "early"), "secret")
    assert same.id == early.id


async def test_the_state_tells_who_has_not_come_yet(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await lazy(services, pool, legacy)
    for n in range(4):
        await legacy.put({"username": f"user-{n}"}, "secret")
    directory = await services.directories.of(pool.id)
    await directory.authenticate(pool.stranger, UserKey("username", "user-1"), "secret")
    state = await services.migration.state(pool.administrator)
    assert (state.progress.migrated, state.remaining) == (1, 3)
    assert (state.accounted, state.last_hour, state.per_hour) == (1, 1, 1.0)
    assert state.estimated_end is not None


async def test_without_a_list_nobody_can_say_who_is_missing(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    assert (await services.migration.state(pool.administrator)).remaining is None


TAIL = {"username": "wang", "email": "wang@old.cn"}


async def test_who_was_moved_in_still_logs_in_with_the_old_password_while_the_connection_is_on(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await lazy(services, pool, legacy)
    await legacy.put(TAIL, "old secret")
    await finish(services, pool.administrator)
    key = UserKey("username", "wang")
    with pytest.raises(ScriptFailed):
        await services.login.with_password(pool.stranger, key, "wrong")
    first = await services.login.with_password(pool.stranger, key, "old secret")
    assert not first.user.reset_password_on_next_login

    await legacy.execute("drop table users")
    second = await services.login.with_password(pool.stranger, key, "old secret")
    assert second.user.id == first.user.id
    with pytest.raises(WrongCredentials):
        await services.login.with_password(pool.stranger, key, "wrong")


async def test_after_the_connection_is_off_they_set_a_password_by_a_code(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,
    sent_code: Callable[[str], Awaitable[str]],  # noqa: F811
) -> None:
    await lazy(services, pool, legacy)
    await legacy.put(TAIL, "old secret")
    await finish(services, pool.administrator)
    await services.customdb.update(pool.administrator, {"enabled": False})
    key = UserKey("email", "wang@old.cn")
    with pytest.raises(FirstPasswordRequired):
        await services.login.with_password(pool.stranger, key, "old secret")

    app = await services.apps.create(pool.administrator, "shop")
    visitor = replace(pool.stranger, app_id=app.id)
    await services.codes.send(visitor, "email", "wang@old.cn", "reset_password")
    code = await sent_code("wang@old.cn")
    await services.recovery.by_code(visitor, "email", "wang@old.cn", code, "a new one")
    assert (await services.login.with_password(visitor, key, "a new one")).user.username == "wang"


async def test_an_interrupted_end_goes_on_at_its_page(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await lazy(services, pool, legacy)
    await legacy.execute("insert into users (username) select 'user-' || n from generate_series(1, 250) n")

    for position in (0, 1):
        if not position:
            await services.migration.begin(pool.administrator)
        await services.migration.move(pool.administrator, position)
    begun = await services.migration.begin(pool.administrator, resume=True)
    assert (begun.position, begun.imported) == (2, 200)
    done = await finish(services, pool.administrator, resume=True)
    assert (done.imported, done.skipped, done.finished) == (250, 0, True)


async def test_a_page_is_moved_once_and_by_one_run_alone(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await lazy(services, pool, legacy)
    await legacy.execute("insert into users (username) select 'user-' || n from generate_series(1, 250) n")
    with pytest.raises(InvalidOperation):
        await services.migration.move(pool.administrator, 0)
    await services.migration.begin(pool.administrator)
    moves = [services.migration.move(pool.administrator, 0) for _ in range(3)]
    ended = await asyncio.gather(*moves, return_exceptions=True)
    assert sum(isinstance(one, MovedPage) for one in ended) == 1, ended
    assert sum(isinstance(one, InvalidOperation) for one in ended) == 2, ended
    assert (await services.users.list(pool.administrator, UserQuery())).total == 100


async def test_a_login_that_meets_the_end_of_the_migration_keeps_its_password(
    services: Services, pool: PoolForTests, legacy: Legacy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`finish` brings the user in between the login's look and the login's write."""
    await lazy(services, pool, legacy)
    await legacy.put(TAIL, "old secret")
    directory = await services.directories.of(pool.id)
    assert isinstance(directory, MigratingDirectory)
    judge = directory.legacy.authenticate

    async def slow(*args: Any) -> User:
        user = await judge(*args)
        await finish(services, pool.administrator)
        return user

    monkeypatch.setattr(directory.legacy, "authenticate", slow)
    await directory.authenticate(pool.stranger, UserKey("username", "wang"), "old secret")
    monkeypatch.undo()
    await legacy.execute("drop table users")
    user = await directory.authenticate(pool.stranger, UserKey("username", "wang"), "old secret")
    assert not user.reset_password_on_next_login
    assert (await services.migration.state(pool.administrator)).progress.migrated == 1
    assert (await services.users.list(pool.administrator, UserQuery())).total == 1


async def test_logins_during_the_end_of_a_migration_lose_nobody_and_no_password(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await lazy(services, pool, legacy)
    for n in range(60):
        await legacy.put({"username": f"user-{n}"}, f"secret-{n}")
    directory = await services.directories.of(pool.id)
    keys = [(UserKey("username", f"user-{n}"), f"secret-{n}") for n in range(0, 60, 2)]
    logins = [directory.authenticate(pool.stranger, *one) for one in keys]
    ends = [finish(services, pool.administrator, dry_run=n == 1) for n in range(2)]
    await asyncio.gather(*logins, *ends)
    assert (await services.users.list(pool.administrator, UserQuery())).total == 60
    await services.customdb.update(pool.administrator, {"enabled": False})
    for key, password in keys:
        await services.directories.native.authenticate(pool.stranger, key, password)
    assert await bulk_insert.linked_count(services.db, pool.id, "custom-database") == 60
