"""A database is distributed, migrated further and brought back: on a real Citus."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from types import SimpleNamespace

import asyncpg
import pytest

from poolhouse.db import migrations
from poolhouse.db.citus.plan import is_distributed, plan_of
from poolhouse.db.distributing import Distributed, distribute_database, undistribute_database
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import migrate
from poolhouse.db.migrations.chain import revisions

pytestmark = pytest.mark.citus

PEOPLE = """
insert into pools (id, name, domain, secret) select 'p' || n, 'p', 'p' || n, '' from generate_series(1, 8) n;
insert into users (pool_id, id, username, logins_count, blocked)
select 'p' || p, n::text, 'u' || n, n % 3, n % 5 = 0 from generate_series(1, 50) n, generate_series(1, 8) p;
insert into namespaces (pool_id, code) values ('p1', 'a'), ('p2', 'a');
"""
COUNTS = "select pool_id, status, sum(users)::int as users from user_counts group by 1, 2 order by 1, 2"
TRUE_COUNTS = (
    "select pool_id, poolhouse_counted_status(status, blocked) as status, count(*)::int as users from users "
    "group by 1, 2 order by 1, 2"
)
SEARCHED = "select count(*) from user_search"
PLACED = "select count(distinct colocationid) from pg_dist_partition where partmethod = 'h'"


@pytest.fixture
async def filled(plain: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(plain)
    await connection.execute(PEOPLE)
    yield connection
    await connection.close()


async def distributed(url: str) -> Distributed:
    return await distribute_database(url, 4, lambda *_: None)


async def test_every_row_is_there_before_and_after_and_counted_once(
    plain: str, filled: asyncpg.Connection
) -> None:
    counts, searched = await filled.fetch(COUNTS), await filled.fetchval(SEARCHED)
    told: list[str] = []
    found = await distribute_database(plain, 4, lambda step, steps, table: told.append(table))
    plan = await plan_of(filled)
    assert (plan.left, found.shards, tuple(found.tables), told) == ((), 4, plan.tables, found.tables)
    assert await filled.fetch(COUNTS) == counts
    assert await filled.fetchval(SEARCHED) == searched == 400
    assert await filled.fetchval(PLACED) == 1
    assert await filled.fetchval("select pg_relation_size('users')") == 0
    triggers = "select count(*) from pg_trigger where tgrelid = 'users'::regclass and not tgisinternal"
    assert await filled.fetchval(triggers) > 0

    assert len(await undistribute_database(plain, lambda *_: None)) == len(plan.tables)
    assert not await is_distributed(filled)
    assert await filled.fetch(COUNTS) == counts
    # The numbers of a table go on behind the largest.
    numbers = await filled.fetch("select number from namespaces order by number")
    await filled.execute("insert into namespaces (pool_id, code) values ('p3', 'b')")
    assert await filled.fetchval("select number from namespaces where code = 'b'") > numbers[-1]["number"]


async def test_a_second_run_does_nothing_and_other_shards_are_refused(plain: str) -> None:
    await distributed(plain)
    assert (await distributed(plain)).tables == []
    assert (await distribute_database(plain, None, lambda *_: None)).shards == 4
    with pytest.raises(DatabaseUnfit, match="distributed in 4 shards"):
        await distribute_database(plain, 8, lambda *_: None)


async def test_a_run_that_was_killed_goes_on(plain: str, filled: asyncpg.Connection) -> None:
    counts = await filled.fetch(COUNTS)
    program = "from poolhouse.cli import main; main()"
    words = [
        sys.executable,
        "-c",
        program,
        "migrate",
        "--distribute",
        "--shards",
        "4",
        "--database-url",
        plain,
    ]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
    while (await plan_of(filled)).done == set():
        assert process.poll() is None
        await asyncio.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = await plan_of(filled)
    assert before.left
    found = await distributed(plain)
    assert found.tables == [*before.left] or len(found.tables) == len(before.left) - 1
    assert await filled.fetch(COUNTS) == counts
    assert await filled.fetchval("select pg_relation_size('users')") == 0


async def test_servers_that_run_are_refused(plain: str) -> None:
    node = await asyncpg.connect(plain, server_settings={"application_name": "poolhouse node abc listener"})
    with pytest.raises(DatabaseUnfit, match="stop the servers first: 1"):
        await distributed(plain)
    await node.close()


async def test_a_schema_of_before_is_refused(plain: str, filled: asyncpg.Connection) -> None:
    await filled.execute("update alembic_version set version_num = $1", revisions()[-2])
    with pytest.raises(DatabaseUnfit, match="poolhouse migrate"):
        await distributed(plain)


async def test_a_key_over_all_pools_is_named_and_nothing_is_done(
    plain: str, filled: asyncpg.Connection
) -> None:
    await filled.execute("create unique index odd on groups (id)")
    with pytest.raises(DatabaseUnfit, match=r"odd \(groups\)"):
        await distributed(plain)
    assert not await is_distributed(filled)


ONE = SimpleNamespace(
    UP="""
    create table birds (pool_id text not null references pools on delete cascade, id text, primary key (pool_id, id));
    insert into birds select id, 'wren' from pools;
    create table nests (pool_id text not null, id text, bird_id text, primary key (pool_id, id),
      foreign key (pool_id, bird_id) references birds);
    alter table users add column song text;
    create table seasons (name text primary key);
    """,
    DOWN="drop table nests; drop table birds; drop table seasons; alter table users drop column song;",
)
MANY = SimpleNamespace(
    UP=(
        "create table eggs (pool_id text not null references pools, n int, primary key (pool_id, n));",
        "create index concurrently users_song on users (pool_id, song)",
        "create index concurrently audit_records_song on each partition of audit_records (pool_id, ip, kind)",
        "insert into eggs select id, 1 from pools on conflict do nothing;",
        "drop index concurrently if exists users_song",
    ),
    DOWN="drop index audit_records_song; drop table eggs;",
)


async def test_what_later_versions_make_is_distributed_too(
    plain: str, filled: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await distributed(plain)
    versions, real = {"9998": ONE, "9999": MANY}, migrations._module
    known = (*revisions(), *versions)
    monkeypatch.setattr(migrations, "revisions", lambda: known)
    monkeypatch.setattr(migrations, "_module", lambda version: versions.get(version) or real(version))
    assert await migrate(plain) == ["9998", "9999"]
    plan = await plan_of(filled)
    assert {"birds", "nests", "eggs"} <= plan.done
    assert "seasons" in plan.stays
    assert (
        await filled.fetchval("select count(*) from birds"),
        await filled.fetchval("select count(*) from eggs"),
    ) == (8, 8)
    assert await filled.fetchval("select pg_relation_size('birds')") == 0
    assert await filled.fetchval(PLACED) == 1
    invalid = "select indexrelid::regclass::text from pg_index where not indisvalid"
    assert await filled.fetch(invalid) == []
    assert await filled.fetchval(
        "select bool_and(result::int = 0) from run_command_on_all_nodes("
        "'select count(*) from pg_index where not indisvalid')"
    )
    assert await migrate(plain, revisions()[-1]) == ["9999", "9998"]
    assert "birds" not in (await plan_of(filled)).tables
