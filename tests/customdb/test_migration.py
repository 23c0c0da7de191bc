"""The tail of a migration: those who never log in."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts

from poolhouse.app import Services
from poolhouse.customdb.templates import template
from poolhouse.errors import InvalidOperation, NotAuthenticated, ScriptFailed
from poolhouse.users.model import UserDraft, UserKey, UserQuery


async def lazy(services: Services, pool: PoolForTests, legacy: Legacy) -> None:
    scripts = {**lazy_scripts(), "listUsers": template("postgresql", "listUsers")}
    await connect(services, pool, legacy, "LAZY_MIGRATION", scripts)


async def test_a_stranger_may_not_finish(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await services.migration.finish(pool.stranger)


async def test_there_is_nothing_to_finish_without_lazy_migration(
    services: Services, pool: PoolForTests
) -> None:
    with pytest.raises(InvalidOperation):
        await services.migration.finish(pool.administrator)


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

    planned = await services.migration.finish(pool.administrator, dry_run=True)
    assert (planned.moved_in, planned.already_here, planned.deleted_here) == (206, 1, 1)
    assert (await services.users.list(pool.administrator, UserQuery())).total == 2

    done = await services.migration.finish(pool.administrator)
    assert (done.moved_in, done.already_here, done.deleted_here) == (205, 1, 1)
    assert len(done.conflicts) == 1
    assert done.conflicts != [gone_id]
    again = await services.migration.finish(pool.administrator)
    assert (again.moved_in, again.already_here) == (0, 206)
    assert (await services.users.list(pool.administrator, UserQuery())).total == 207

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
    assert state.per_day is not None
    assert state.estimated_end is not None


async def test_without_a_list_nobody_can_say_who_is_missing(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    assert (await services.migration.state(pool.administrator)).remaining is None
