"""The lookup table: key to pool, of everything that is found by a key that says nothing of its pool."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
from tests.jobs import piece_of
from tests.nodes import clone_database, drop_database, on_citus
from tests.postgres import on_database, run_sql

from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db import postgres_lookup as lookup
from poolhouse.db.database import Database, opened
from poolhouse.db.doctor import server_facts
from poolhouse.db.migrations import migrate
from poolhouse.db.postgres_lookup import KINDS, THINGS, TRIGGERS, Kind, Lookup, mend, mismatches
from poolhouse.errors import AppNotFound, CodeTaken, NotAuthenticated
from poolhouse.ids import new_id
from poolhouse.pools import postgres as pool_rows
from poolhouse.services import Services, build
from poolhouse.sessions import postgres as session_rows
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft

BEFORE = "0148"


@pytest.fixture(scope="module")
async def alone(postgres_url: str, template: str) -> AsyncIterator[Database]:
    """Without the triggers, as where the tables are spread: what is written here, the program wrote."""
    name = f"lookup_{new_id()}"
    clone_database(postgres_url, name, template)
    for trigger, table in () if on_citus() else TRIGGERS.items():
        run_sql(on_database(postgres_url, name), f"drop trigger {trigger} on {table}")
    async with opened(on_database(postgres_url, name)) as database:
        yield database
    drop_database(postgres_url, name)


@pytest.fixture(scope="module")
async def node(alone: Database, run_folder: Path) -> AsyncIterator[Services]:
    hasher = PasswordHasher(memory_kib=64, passes=1)
    yield await build(Settings(data=run_folder / f"data-{os.getpid()}"), alone, hasher)
    hasher.close()


@pytest.fixture
async def admin(node: Services) -> Caller:
    pool = await node.pools.create("a pool")
    return Caller(pool.id, kind="administrator", actor_id=pool.id)


# -- each kind: how one is made, and how it goes ------------------------------------------------------------


class Life(NamedTuple):
    make: Callable[[Services, Caller], Awaitable[str]]
    end: Callable[[Services, Caller, str], Awaitable[object]]


async def _domain(node: Services, admin: Caller) -> str:
    return (await node.pools.get(admin.pool_id)).domain


async def _no_pool(node: Services, admin: Caller, key: str) -> None:
    async with node.db.transaction() as tx:
        await pool_rows.delete(tx, admin.pool_id)


async def _app(node: Services, admin: Caller) -> str:
    return (await node.apps.create(admin, "shop")).id


async def _access_key(node: Services, admin: Caller) -> str:
    return (await node.access_keys.create(admin)).id


async def _key_of_a_user(node: Services, admin: Caller) -> str:
    user = await node.users.create(admin, UserDraft({"username": "ann"}))
    return (await node.access_keys.create(admin, user_id=user.id)).id


async def _no_user(node: Services, admin: Caller, key: str) -> None:
    user_id = await node.db.fetchval(
        "select user_id from access_keys where pool_id = $1 and id = $2", admin.pool_id, key
    )
    await node.users.delete(admin, [user_id])


async def _signing_key(node: Services, admin: Caller) -> str:
    return (await node.sessions.keys.management(admin.pool_id)).key_id


async def _published_key(node: Services, admin: Caller) -> str:
    """As a server of before made it, and the migration noted it."""
    key_id = new_id()
    await node.db.execute(
        "insert into signing_keys (pool_id, id, purpose, fingerprint, algorithm, sealed) "
        "values ($1, $2, 'rsa', 'first', 'RS256', '\\x01')",
        admin.pool_id,
        key_id,
    )
    await lookup.put(node.db, "published_key", key_id, admin.pool_id)
    return key_id


async def _no_signing_key(node: Services, admin: Caller, key: str) -> None:
    """Another signs since long, and nothing needs it any more."""
    await node.sessions.keys.rotate_management(admin.pool_id)
    await node.db.execute(
        "update signing_keys set needed_until = now() - interval '1 day', "
        "created_at = now() - interval '1 hour' where pool_id = $1",
        admin.pool_id,
    )
    await piece_of(node.db, "signing_keys")


LIVES: dict[str, tuple[Kind, Life]] = {
    "domain": ("domain", Life(_domain, _no_pool)),
    "application": ("application", Life(_app, lambda node, admin, key: node.apps.delete(admin, key))),
    "application, with its pool": ("application", Life(_app, _no_pool)),
    "access key": (
        "access_key",
        Life(_access_key, lambda node, admin, key: node.access_keys.delete(admin, key)),
    ),
    "access key, with its user": ("access_key", Life(_key_of_a_user, _no_user)),
    "signing key": ("signing_key", Life(_signing_key, _no_signing_key)),
    "published key": ("published_key", Life(_published_key, _no_signing_key)),
}


def test_every_kind_has_a_life_here() -> None:
    assert {kind for kind, _ in LIVES.values()} == set(KINDS) == set(THINGS)


@pytest.mark.parametrize("name", LIVES)
async def test_a_key_is_in_the_table_as_long_as_its_thing_is_there(
    node: Services, admin: Caller, name: str
) -> None:
    kind, life = LIVES[name]
    key = await life.make(node, admin)
    assert await lookup.pool_of(node.db, kind, key) == admin.pool_id
    assert await mismatches(node.db, kind, 10) == []
    await life.end(node, admin, key)
    assert await lookup.pool_of(node.db, kind, key) is None
    assert await mismatches(node.db, kind, 10) == []


# -- unique on the server -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
async def test_of_two_pools_that_take_a_key_at_once_one_has_it(alone: Database, kind: Kind) -> None:
    key = new_id()

    async def take(pool_id: str) -> None:
        async with alone.transaction() as tx:
            await lookup.put(tx, kind, key, pool_id)
            await asyncio.sleep(0.05)

    taken = await asyncio.gather(*(take(pool_id) for pool_id in "abc"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in taken) == [
        "NoneType",
        "UniqueViolationError",
        "UniqueViolationError",
    ]
    await alone.execute("delete from pool_lookup where key = $1", key)


async def test_of_two_pools_that_take_a_domain_at_once_one_is_told_that_it_is_taken(node: Services) -> None:
    domain = f"d-{new_id()}"
    answers = await asyncio.gather(
        *(node.pools.create("a pool", domain) for _ in range(4)), return_exceptions=True
    )
    refused = [one for one in answers if isinstance(one, CodeTaken)]
    assert [one.facts["field"] for one in refused] == ["domain"] * 3
    count = await node.db.fetchval("select count(*) from pools where domain = $1", domain)
    assert count == 1, "nothing of the others is left"


async def test_a_domain_that_is_given_up_is_free_and_the_new_one_is_not(
    node: Services, admin: Caller
) -> None:
    old, new = await _domain(node, admin), f"d-{new_id()}"
    await node.pools.update(admin, {"domain": new})
    assert await lookup.pool_of(node.db, "domain", new) == admin.pool_id
    with pytest.raises(CodeTaken):
        await node.pools.create("a pool", new)
    other = await node.pools.create("a pool", old)
    with pytest.raises(CodeTaken):
        await node.pools.update(admin, {"domain": old, "name": "half done"})
    pool = await node.pools.get(admin.pool_id)
    assert (pool.domain, pool.name) == (new, "a pool")
    assert await lookup.pool_of(node.db, "domain", old) == other.id
    assert await mismatches(node.db, "domain", 10) == []


# -- finding ------------------------------------------------------------------------------------------------


async def test_an_unknown_key_asks_no_pool(alone: Database) -> None:
    asked: list[str] = []
    assert await Lookup(alone, "application").find(new_id(), _noting(asked)) is None
    assert asked == []


def _noting(asked: list[str], there: str = "") -> Callable[[str], Awaitable[str | None]]:
    async def read(pool_id: str) -> str | None:
        asked.append(pool_id)
        return pool_id if pool_id == there else None

    return read


async def test_a_key_that_is_in_another_pool_by_now_is_found_there(alone: Database) -> None:
    asked: list[str] = []
    found, key = Lookup(alone, "application"), new_id()
    await lookup.put(alone, "application", key, "first")
    assert await found.find(key, _noting(asked, "first")) == "first"
    await lookup.remove(alone, "application", [("first", key)])
    await lookup.put(alone, "application", key, "second")
    assert await found.find(key, _noting(asked, "second")) == "second"
    assert await found.find(key, _noting(asked, "second")) == "second"
    assert asked == ["first", "first", "second", "second"]
    await lookup.remove(alone, "application", [("second", key)])
    assert await found.find(key, _noting(asked)) is None


async def test_a_key_made_after_it_was_asked_for_is_found_at_once(alone: Database) -> None:
    found, key = Lookup(alone, "access_key"), new_id()
    assert await found.find(key, _noting([], "a pool")) is None
    await lookup.put(alone, "access_key", key, "a pool")
    assert await found.find(key, _noting([], "a pool")) == "a pool"
    await lookup.remove(alone, "access_key", [("a pool", key)])


async def test_a_row_that_names_another_pool_opens_nothing_of_it(node: Services, admin: Caller) -> None:
    """Whatever the table says, a thing is read in the pool it says, and is that pool's."""
    other = await node.pools.create("theirs")
    app, key = await node.apps.create(admin, "shop"), await node.access_keys.create(admin)
    await node.db.execute(
        "update pool_lookup set pool_id = $1 where key = any($2)", other.id, [app.id, key.id]
    )
    with pytest.raises(AppNotFound):
        await node.apps.get_anywhere(app.id)
    with pytest.raises(NotAuthenticated):
        await node.access_keys.authenticate(key.id, key.secret)
    await node.db.execute("delete from pool_lookup where key = any($1)", [app.id, key.id])
    async with node.db.transaction() as tx:
        assert await mend(tx, 10) == 2


# -- what a crash between two machines leaves ---------------------------------------------------------------


async def told_by_doctor(db: Database) -> tuple[str, str]:
    facts = {fact.name: fact async for fact in server_facts(db.url, 10)}
    return facts["lookup of pools"].value, facts["lookup of pools"].fault or ""


async def test_what_is_missing_or_stray_is_told_and_mended(node: Services, admin: Caller) -> None:
    app_id, lost, fresh = await _app(node, admin), new_id(), new_id()
    await lookup.remove(node.db, "application", [(admin.pool_id, app_id)])
    for key in (lost, fresh):
        await lookup.put(node.db, "access_key", key, admin.pool_id)
    await node.db.execute(
        "update pool_lookup set created_at = created_at - interval '61 minutes' where key = $1", lost
    )
    value, fault = await told_by_doctor(node.db)
    assert value == "1 missing, 1 stray"
    assert app_id in fault
    assert lost in fault
    assert fresh not in fault

    assert await piece_of(node.db, "pool_lookup") == 2
    assert await lookup.pool_of(node.db, "application", app_id) == admin.pool_id
    assert await lookup.pool_of(node.db, "access_key", lost) is None
    assert await lookup.pool_of(node.db, "access_key", fresh), "its thing may be about to be seen"
    assert await told_by_doctor(node.db) == ("0 missing, 0 stray", "")
    assert await piece_of(node.db, "pool_lookup") == 0


@pytest.mark.not_on_citus("a row goes to another pool by an UPDATE, and that is another node's")
async def test_a_key_of_two_pools_stays_with_the_one_that_has_it(node: Services, admin: Caller) -> None:
    app_id, other = await _app(node, admin), await node.pools.create("theirs")
    await node.db.execute("update apps set pool_id = $1 where pool_id = $2", other.id, admin.pool_id)
    assert await piece_of(node.db, "pool_lookup") == 0
    assert await lookup.pool_of(node.db, "application", app_id) == admin.pool_id
    assert f"application {app_id} ({other.id})" in (await told_by_doctor(node.db))[1]
    await node.db.execute("delete from apps where pool_id = $1", other.id)
    await lookup.remove_pool(node.db, admin.pool_id)
    await lookup.put(node.db, "domain", await _domain(node, admin), admin.pool_id)


# -- a server of before, which knows nothing of the table ---------------------------------------------------

OF_BEFORE: dict[Kind, tuple[str, str, str]] = {
    "domain": (
        "insert into pools (id, name, domain, secret) values ('{pool}', '', '{key}', '')",
        "update pools set domain = '{new}' where id = '{pool}'",
        "delete from pools where id = '{pool}'",
    ),
    "application": (
        "insert into apps (pool_id, id, name, identifier, secret) values ('{pool}', '{key}', '', '{key}', '')",
        "update apps set id = '{new}' where pool_id = '{pool}' and id = '{key}'",
        "delete from apps where pool_id = '{pool}' and id = '{new}'",
    ),
    "access_key": (
        "insert into access_keys (pool_id, id, secret) values ('{pool}', '{key}', '')",
        "update access_keys set id = '{new}' where pool_id = '{pool}' and id = '{key}'",
        "delete from access_keys where pool_id = '{pool}' and id = '{new}'",
    ),
    "signing_key": (
        "insert into signing_keys (pool_id, id, purpose, fingerprint, algorithm, sealed) "
        "values ('{pool}', '{key}', 'app', '{key}', 'HS256', '')",
        "update signing_keys set id = '{new}' where pool_id = '{pool}' and id = '{key}'",
        "delete from pools where id = '{pool}'",
    ),
    "published_key": (
        "insert into signing_keys (pool_id, id, purpose, fingerprint, algorithm, sealed) "
        "values ('{pool}', '{key}', 'rsa', '{key}', 'RS256', '')",
        "update signing_keys set id = '{new}' where pool_id = '{pool}' and id = '{key}'",
        "delete from signing_keys where pool_id = '{pool}'",
    ),
}


@pytest.mark.not_on_citus("no server of before knows a distributed database")
@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_server_of_before_writes_is_in_the_table(database: Database, kind: Kind) -> None:
    pool, other = new_id(), new_id()
    names = {"pool": pool, "key": f"k{new_id()}", "new": f"k{new_id()}"}
    insert, update, delete = (text.format(**names) for text in OF_BEFORE[kind])
    for one in (pool, other):
        if kind != "domain":
            await database.execute(
                "insert into pools (id, name, domain, secret) values ($1, '', $1, '')", one
            )
    await database.execute(insert)
    assert await lookup.pool_of(database, kind, names["key"]) == pool
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(OF_BEFORE[kind][0].format(**(names | {"pool": other})))
    await database.execute(update)
    assert await lookup.pool_of(database, kind, names["key"]) is None
    assert await lookup.pool_of(database, kind, names["new"]) == pool
    await database.execute(delete)
    assert await lookup.pool_of(database, kind, names["new"]) is None
    await database.execute("delete from pools where id = any($1)", [pool, other])


@pytest.mark.not_on_citus("distributed tables have no triggers")
async def test_the_triggers_are_those_that_are_listed(database: Database) -> None:
    rows = await database.fetch(
        "select t.tgname, t.tgrelid::regclass::text from pg_trigger t join pg_proc p on p.oid = t.tgfoid "
        "where p.proname = 'poolhouse_note_lookup'"
    )
    assert {row[0]: row[1] for row in rows} == TRIGGERS


async def test_a_database_of_before_is_filled(postgres_url: str) -> None:
    name = f"lookup_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    url = on_database(postgres_url, name)
    await migrate(url, BEFORE)
    names = {"pool": "p", "key": "k", "new": "n"}
    for kind in KINDS:
        run_sql(url, OF_BEFORE[kind][0].format(**(names | {"key": f"k{kind}"})))
    run_sql(url, "insert into pools (id, name, domain, secret) values ('q', '', 'q', '')")
    run_sql(
        url,
        "insert into access_keys (pool_id, id, secret, created_at) values ('q', 'kaccess_key', '', '2020-01-01')",
    )
    await migrate(url)
    async with opened(url) as db:
        rows = await db.fetch("select kind, key, pool_id from pool_lookup order by kind, key")
        wrong = [one for kind in KINDS for one in await mismatches(db, kind, 10)]
    expected = [(kind, f"k{kind}", "q" if kind == "access_key" else "p") for kind in KINDS]
    assert [tuple(row) for row in rows] == sorted([*expected, ("domain", "q", "q")])
    assert [(one.kind, one.pool_id, one.missing) for one in wrong] == [("access_key", "p", True)]
    await migrate(url, BEFORE)
    await migrate(url)
    run_sql(postgres_url, f'drop database "{name}" with (force)')


async def test_a_signing_key_of_a_slower_node_leaves_no_row(node: Services, admin: Caller) -> None:
    ids = [new_id(), new_id()]
    for key_id in ids:
        async with node.db.transaction() as tx:
            await session_rows.insert_key(tx, admin.pool_id, key_id, "app", "a", "same", "HS256", b"")
    assert [await lookup.pool_of(node.db, "signing_key", key_id) for key_id in ids] == [admin.pool_id, None]
