"""Versions that commit between their statements: nobody waits for them, and a run that was killed goes on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import asyncpg
import pytest
from tests.postgres import await_in_thread, on_database, run_sql

from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import migrate, pending
from poolhouse.db.migrations.chain import revisions
from poolhouse.db.migrations.online import Progress
from poolhouse.ids import new_id

BEFORE, LISTS = "0045", "0046"
BEFORE_SEARCH, SEARCH = "0055", "0056"
AFTER = [version for version in revisions() if version > BEFORE]
PEOPLE = """
insert into pools (id, name, domain, secret) values ('p', 'p', 'p', ''), ('q', 'q', 'q', '');
insert into users (pool_id, id, username, gender, logins_count, blocked)
select p, n::text, p || n, (array['M', 'F', 'X'])[1 + n % 3], n % 4, n % 5 = 0
from generate_series(1, 60) n, unnest(array['p', 'q']) p;
"""
COUNTED = (
    "select pool_id, status, gender, source, sum(users)::bigint as users from user_counts "
    "group by 1, 2, 3, 4 having sum(users) <> 0 order by 1, 2, 3, 4"
)
TRUE_COUNTS = (
    "select pool_id, poolhouse_counted_status(status, blocked) as status, poolhouse_counted_gender(gender) as gender, "
    "poolhouse_counted_source(user_source_type) as source, count(*) as users from users "
    "group by 1, 2, 3, 4 order by 1, 2, 3, 4"
)
NOTED = "select pool_id, user_id, logins_count from user_logins order by 1, 2"
TRUE_LOGINS = "select pool_id, id, logins_count from users where logins_count > 0 order by 1, 2"
SEARCHED = "select pool_id, user_id, created_at, search_key from user_search order by 1, 2, 3"
TRUE_SEARCHED = (
    "select pool_id, id, created_at, poolhouse_search_text(username, nickname, email, phone, name, company, "
    "given_name, family_name, middle_name, profile, preferred_username, phone_key) from users order by 1, 2"
)
INVALID = "select indexrelid::regclass::text from pg_index where not indisvalid"


@pytest.fixture(scope="module")
def template(postgres_url: str) -> Iterator[str]:
    name = f"online_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    await_in_thread(migrate(on_database(postgres_url, name), BEFORE))
    run_sql(on_database(postgres_url, name), PEOPLE)
    yield name
    run_sql(postgres_url, f'drop database "{name}" with (force)')


@pytest.fixture
def old(postgres_url: str, template: str) -> Iterator[str]:
    """A database of the version before, with people."""
    name = f"online_{new_id()}"
    run_sql(postgres_url, f'create database "{name}" template "{template}"')
    yield on_database(postgres_url, name)
    run_sql(postgres_url, f'drop database "{name}" with (force)')


@pytest.fixture(scope="module")
def searched_template(postgres_url: str, template: str) -> Iterator[str]:
    name = f"online_{new_id()}"
    run_sql(postgres_url, f'create database "{name}" template "{template}"')
    await_in_thread(migrate(on_database(postgres_url, name), BEFORE_SEARCH))
    yield name
    run_sql(postgres_url, f'drop database "{name}" with (force)')


@pytest.fixture
def unsearched(postgres_url: str, searched_template: str) -> Iterator[str]:
    """A database of the version before the one that makes `user_search`, with people."""
    name = f"online_{new_id()}"
    run_sql(postgres_url, f'create database "{name}" template "{searched_template}"')
    yield on_database(postgres_url, name)
    run_sql(postgres_url, f'drop database "{name}" with (force)')


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def a_long_reader(url: str) -> AsyncIterator[None]:
    """Whoever builds an index concurrently waits for the end of this picture."""
    async with connected(url) as connection, connection.transaction(isolation="repeatable_read"):
        await connection.execute("select 1 from pools")
        yield


async def builder(url: str) -> int:
    """The process of the server that builds an index, as soon as one does and waits for the reader."""
    async with asyncio.timeout(30), connected(url) as connection:
        while True:
            pid = await connection.fetchval(
                "select pid from pg_stat_progress_create_index "
                "where phase = 'waiting for old snapshots' and datname = current_database()"
            )
            if pid:
                return int(pid)
            await asyncio.sleep(0.01)


async def fetch(url: str, query: str) -> list[tuple[Any, ...]]:
    async with connected(url) as connection:
        return [tuple(row) for row in await connection.fetch(query)]


def versions(monkeypatch: pytest.MonkeyPatch, *up: str) -> None:
    """What the version after the one that is there does."""
    module = import_module(f"poolhouse.db.migrations.versions.{LISTS}_user_lists")
    monkeypatch.setattr(module, "UP", up)


async def test_an_index_of_a_run_that_was_killed_is_built_anew_and_nothing_is_done_twice(old: str) -> None:
    first, second = list[Progress](), list[Progress]()
    async with a_long_reader(old):
        run = asyncio.create_task(migrate(old, report=first.append))
        pid = await builder(old)
        run_sql(old, f"select pg_terminate_backend({pid})")
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError)):
            await run
    assert await fetch(old, INVALID) == [("user_logins_latest",)]
    assert await pending(old) == AFTER
    assert await migrate(old, report=second.append) == AFTER
    assert await fetch(old, INVALID) == []
    assert second[0] == first[-1]
    assert await fetch(old, "select to_regclass('migration_steps') is null") == [(True,)]


async def test_a_run_waits_for_what_a_killed_one_left_the_server_to_do(old: str) -> None:
    """The server learns of a dead client when it has something to say to it."""
    program = f"import asyncio; from poolhouse.db.migrations import migrate; asyncio.run(migrate({old!r}))"
    async with a_long_reader(old):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, stderr=asyncio.subprocess.DEVNULL
        )
        pid = await builder(old)
        process.kill()
        await process.wait()
        again = asyncio.create_task(migrate(old))
        await asyncio.sleep(0.3)
        assert await builder(old) == pid
        assert not again.done()
    assert await again == AFTER
    assert await fetch(old, INVALID) == []


async def test_two_nodes_at_once_do_it_once(old: str) -> None:
    both = await asyncio.gather(migrate(old), migrate(old))
    assert sorted(both, key=len) == [[], AFTER]


async def test_a_node_that_waits_keeps_no_index_waiting(old: str) -> None:
    async with a_long_reader(old):
        first = asyncio.create_task(migrate(old))
        await builder(old)
        second = asyncio.create_task(migrate(old))
        await asyncio.sleep(0.5)
        assert not second.done()
    assert (await first, await second) == (AFTER, [])


async def test_others_read_and_write_while_an_index_is_built(old: str) -> None:
    async with a_long_reader(old):
        run = asyncio.create_task(migrate(old))
        await builder(old)
        async with connected(old) as node:
            await node.execute("set statement_timeout = '2s'")
            await node.execute("insert into users (pool_id, id, gender) values ('p', 'new', 'F')")
            await node.execute(
                "update users set logins_count = 9, blocked = true where pool_id = 'p' and id = '1'"
            )
            await node.execute("delete from users where pool_id = 'p' and id = '3'")
            assert await node.fetchval("select sum(users) from user_counts where pool_id = 'p'") == 60
        assert not run.done()
    await run


async def test_who_comes_and_goes_meanwhile_is_counted_and_noted_once(old: str) -> None:
    """Between any two statements of the version."""
    changes = (
        "insert into users (pool_id, id, gender, logins_count) values ('p', 'new {n}', 'F', {n});"
        "update users set gender = 'U', logins_count = 100 + {n}, status = 'Resigned' "
        "where pool_id = 'p' and id = '{n}';"
        "delete from users where pool_id = 'q' and id = '{n}';"
    )
    totals: list[int] = []

    def others(at: Progress) -> None:
        if at.rows:
            return  # the same statement
        run_sql(old, changes.format(n=at.step))
        [[total]] = await_in_thread(fetch(old, "select sum(users)::int from user_counts where pool_id = 'p'"))
        totals.append(total - at.step)

    await migrate(old, LISTS, report=others)
    assert await fetch(old, COUNTED) == await fetch(old, TRUE_COUNTS)
    assert await fetch(old, NOTED) == await fetch(old, TRUE_LOGINS)
    assert set(totals) == {60}
    assert await fetch(old, "select max(shard) >= 0, min(shard) from user_counts") == [(True, -1)]


async def test_who_changes_and_goes_meanwhile_is_searched_as_they_are(
    unsearched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two statements of the version, and any two batches of twenty."""
    changes = (
        "insert into users (pool_id, id, username) values ('p', 'new {n}', 'new {n}');"
        "update users set name = '莫 {n}', phone_key = '+{n}' where pool_id = 'p' and id = '{n}';"
        "update users set created_at = created_at - interval '1 day' where pool_id = 'p' and id = '{later}';"
        "delete from users where pool_id = 'q' and id = '{n}'; delete from users where pool_id = 'p' and id = '{last}';"
    )
    turns: list[int] = []

    def others(_: Progress) -> None:
        turns.append(n := len(turns) + 1)
        run_sql(unsearched, changes.format(n=n, later=30 + n, last=60 - n))

    up = tuple(one.replace("limit 2000", "limit 20") for one in search_version().UP)
    monkeypatch.setattr(search_version(), "UP", up)
    await migrate(unsearched, SEARCH, report=others)
    assert len(turns) > len(up) + 4
    assert await fetch(unsearched, SEARCHED) == await fetch(unsearched, TRUE_SEARCHED)


async def test_who_is_being_changed_when_their_batch_comes_is_searched_as_they_are_afterwards(
    unsearched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stopped_after(unsearched, 1, monkeypatch)
    async with connected(unsearched) as node:
        change = node.transaction()
        await change.start()
        await node.execute(
            "update users set name = '莫' where id = '5'; delete from users where id = '6';"
            "update users set created_at = created_at - interval '1 day' where id = '7';"
            "insert into users (pool_id, id) values ('p', 'new')"
        )
        run = asyncio.create_task(migrate(unsearched, SEARCH))
        await somebody_waits(unsearched)
        await change.commit()
        await run
    assert await fetch(unsearched, SEARCHED) == await fetch(unsearched, TRUE_SEARCHED)


async def test_nobody_waits_behind_a_version_that_waits_for_a_reader(unsearched: str) -> None:
    async with connected(unsearched) as reader:
        reading = reader.transaction(isolation="read_committed")
        await reading.start()
        await reader.execute("select 1 from users")
        run = asyncio.create_task(migrate(unsearched, SEARCH))
        await somebody_waits(unsearched)
        async with connected(unsearched) as node:
            await node.execute("set statement_timeout = '20s'")
            await node.execute("update users set name = 'x' where pool_id = 'p' and id = '1'")
            assert await node.fetchval("select count(search_key) from users") == 120  # as older nodes do
        assert not run.done()
        await reading.rollback()
        await run
    assert await fetch(unsearched, SEARCHED) == await fetch(unsearched, TRUE_SEARCHED)


async def test_a_search_table_can_be_taken_back_wherever_it_was_stopped(
    unsearched: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await shape(unsearched)
    for done in (1, 5, len(search_version().UP)):
        await stopped_after(unsearched, done, monkeypatch)
        assert await migrate(unsearched, BEFORE_SEARCH) == [SEARCH]
        assert await shape(unsearched) == before, done


def search_version() -> Any:
    return import_module(f"poolhouse.db.migrations.versions.{SEARCH}_user_search")


async def stopped_after(url: str, done: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With so many statements of the version done."""
    with monkeypatch.context() as patch:
        patch.setattr(search_version(), "UP", (*search_version().UP[:done], "select 1 / 0"))
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(url, SEARCH)


async def somebody_waits(url: str) -> None:
    """For a lock that somebody else has."""
    async with asyncio.timeout(30), connected(url) as connection:
        while True:
            if await connection.fetchval(
                "select exists (select from pg_locks l join pg_stat_activity a on a.pid = l.pid "
                "where not l.granted and a.datname = current_database())"
            ):
                return
            await asyncio.sleep(0.01)


async def test_nothing_of_it_has_a_time_limit(old: str) -> None:
    name = old.rpartition("/")[2]
    run_sql(old, f"alter database \"{name}\" set statement_timeout = '100ms'")
    run_sql(old, f"alter database \"{name}\" set lock_timeout = '100ms'")
    async with a_long_reader(old):
        run = asyncio.create_task(migrate(old))
        await builder(old)
        await asyncio.sleep(0.3)
        assert not run.done()
    assert await run == AFTER


async def test_batches_go_on_where_they_stopped(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = (
        "with batch as (select id from users where pool_id = 'p' and id::int > coalesce(($1::jsonb)::int, 0) "
        "order by id::int limit 25), noted as (insert into seen (pool_id, id) "
        "select 'p', id from batch where 1 / case when {broken} then 0 else 1 end > 0 on conflict do nothing) "
        "select to_jsonb(max(id::int)) as after, count(*) as rows from batch having count(*) > 0"
    )
    make = (
        "create table seen (pool_id text not null, id text not null, at timestamptz not null default now())"
    )
    versions(monkeypatch, make, batch.format(broken="id = '51'"))
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(old, LISTS)
    told: list[Progress] = []
    versions(monkeypatch, make, batch.format(broken="false"))
    assert await migrate(old, LISTS, report=told.append) == [LISTS]
    assert await fetch(old, "select count(*), count(distinct id) from seen") == [(60, 60)]
    assert [one.rows for one in told] == [0, 10]


async def test_what_was_begun_can_be_taken_back(old: str) -> None:
    await migrate(old, LISTS)
    await migrate(old, BEFORE)
    before = await shape(old)
    async with a_long_reader(old):
        run = asyncio.create_task(migrate(old))
        run_sql(old, f"select pg_terminate_backend({await builder(old)})")
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError)):
            await run
    assert await migrate(old, BEFORE) == [LISTS]
    assert await shape(old) == before


async def test_what_a_newer_program_has_begun_is_refused_by_name(old: str) -> None:
    run_sql(old, "create table migration_steps (version text primary key, steps int, after jsonb)")
    run_sql(old, "insert into migration_steps values ('9999', 0)")
    with pytest.raises(DatabaseUnfit, match="9999"):
        await migrate(old)


async def test_a_database_that_had_people_ends_as_one_that_had_none(old: str, postgres_url: str) -> None:
    name = f"online_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    fresh = on_database(postgres_url, name)
    await migrate(fresh)
    await migrate(old)
    assert await shape(old) == await shape(fresh)
    run_sql(postgres_url, f'drop database "{name}" with (force)')


async def shape(url: str) -> list[tuple[Any, ...]]:
    """Everything that makes the schema, as PostgreSQL writes it; the index of a partition has whichever name."""
    return await fetch(
        url,
        "select 'column', attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod), attnotnull::text, "
        "pg_get_expr(adbin, adrelid) from pg_attribute a join pg_class c on c.oid = attrelid "
        "left join pg_attrdef d on d.adrelid = attrelid and d.adnum = attnum "
        "where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped "
        "union all select 'index', case when c.relispartition then '' else indexrelid::regclass::text end, "
        "case when c.relispartition then regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \\w+', 'INDEX') "
        "else pg_get_indexdef(indexrelid) end, indisvalid::text, null, "
        "null from pg_index join pg_class c on c.oid = indrelid where relnamespace = 'public'::regnamespace "
        "union all select 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(c.oid), null, "
        "null from pg_constraint c where connamespace = 'public'::regnamespace "
        "union all select 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid), null, null, null "
        "from pg_trigger where not tgisinternal "
        "union all select 'function', proname::text, pg_get_functiondef(p.oid), null, null, null from pg_proc p "
        "where pronamespace = 'public'::regnamespace and prolang <> (select oid from pg_language where lanname = 'c') "
        "order by 1, 2, 3, 4",
    )


async def test_each_partition_gets_its_index_after_a_killed_run_and_one_that_was_made_meanwhile(
    old: str,
) -> None:
    before, filters = "0087", "0099"

    def killed(at: Progress) -> None:
        if "audit_records_actor" in at.what:
            raise InterruptedError

    await migrate(old, before)
    async with connected(old) as connection:
        await connection.execute(
            "create table audit_records_2020_01 partition of audit_records "
            "for values from ('2020-01-01') to ('2020-02-01')"
        )
        with pytest.raises(InterruptedError):
            await migrate(old, filters, report=killed)
        await connection.execute(
            "create table audit_records_2020_02 partition of audit_records "
            "for values from ('2020-02-01') to ('2020-03-01')"
        )
        await migrate(old, filters)
        indexes = await connection.fetchval(
            "select count(*) from pg_index where indrelid = 'audit_records'::regclass and indisvalid"
        )
        each = await connection.fetch(
            "select i.inhrelid, count(*) from pg_inherits i "
            "join pg_index x on x.indrelid = i.inhrelid and x.indisvalid "
            "where i.inhparent = 'audit_records'::regclass group by 1"
        )
        assert [row["count"] for row in each] == [indexes] * 3
        assert await connection.fetch(INVALID) == []
