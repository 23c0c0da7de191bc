"""PgBouncer between Poolhouse and PostgreSQL, in each of its modes; the servers behind are those of the test run."""

from __future__ import annotations

import asyncio
import configparser
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.bouncer import LIMITS, Bouncer, bouncer, knows_prepared, needs_pgbouncer
from tests.postgres import on_database, run_sql

from poolhouse.db import connection_pool
from poolhouse.db.database import Database, opened
from poolhouse.db.doctor import Fact, server_facts
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import migrate
from poolhouse.db.migrations.chain import revisions
from poolhouse.db.sessions import Pooler
from poolhouse.errors import DatabaseLost, Overloaded, QueryTooBroad
from poolhouse.ids import new_id

pytestmark = needs_pgbouncer
DEPLOY = Path(__file__).parents[2] / "deploy" / "pgbouncer"
LOCKS = (
    "select count(*) from pg_locks where locktype = 'advisory' "
    "and database = (select oid from pg_database where datname = current_database())"
)
MODES = ("session", "transaction", "transaction-prepared")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="poolhouse-bouncer-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def session_mode(folder: Path, database_url: str) -> Iterator[Bouncer]:
    with bouncer(folder / "session", database_url, pool_mode="session", default_pool_size="60") as one:
        yield one


@pytest.fixture(scope="module")
def transaction_mode(folder: Path, database_url: str) -> Iterator[Bouncer]:
    with bouncer(
        folder / "transaction", database_url, on_connect=LIMITS, pool_mode="transaction", **prepared()
    ) as one:
        yield one


def prepared() -> dict[str, str]:
    return {"max_prepared_statements": "100"} if knows_prepared() else {}


@pytest.fixture(params=MODES)
def pooler(request: pytest.FixtureRequest) -> Pooler:
    if request.param == "transaction-prepared" and not knows_prepared():
        pytest.skip("the package pgbouncer is older than 1.21")
    mode: Pooler = request.param
    return mode


@pytest.fixture
def through(pooler: Pooler, session_mode: Bouncer, transaction_mode: Bouncer) -> Bouncer:
    return session_mode if pooler == "session" else transaction_mode


@asynccontextmanager
async def pooled(through: Bouncer, pooler: Pooler, **options: Any) -> AsyncIterator[Database]:
    async with opened(through.url, pooler=pooler, direct_url=through.direct, **options) as database:
        yield database


async def test_limits_hold_of_statements_and_of_searches(through: Bouncer, pooler: Pooler) -> None:
    async with pooled(through, pooler, search_timeout_s=1) as database:
        assert await database.fetchval("select current_setting('statement_timeout')") == "30s"
        assert await database.fetchval("select current_setting('jit')") == "off"
        assert (
            await database.fetchval("select current_setting('idle_in_transaction_session_timeout')") == "1min"
        )
        assert await database.fetchval("select current_setting('timezone')") == "UTC"
        assert await database.search_fetchval("select current_setting('statement_timeout')") == "1s"
        with pytest.raises(QueryTooBroad):
            await database.search_fetch("select pg_sleep(5)")
        assert await database.search_fetchval("select 1") == 1
        assert await database.fetchval("select current_setting('statement_timeout')") == "30s"


async def test_a_search_is_planned_for_its_arguments_each_time(through: Bouncer, pooler: Pooler) -> None:
    generic = (
        "select coalesce(sum(generic_plans), 0)::int from pg_prepared_statements "
        "where starts_with(statement, 'select count(*) from pools')"
    )
    async with pooled(through, pooler) as database:
        for _ in range(8):  # PostgreSQL takes a generic plan from the sixth on
            await database.search_fetch("select count(*) from pools where id = $1", "x")
        assert await database.search_fetchval(generic) == 0


async def test_many_tasks_share_a_pooler_and_none_sees_another(
    through: Bouncer, pooler: Pooler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "WAIT_S", 60.0)
    monkeypatch.setattr(connection_pool, "CONNECT_S", 60.0)
    table = f"shared_{new_id()}"
    async with pooled(through, pooler) as first, pooled(through, pooler) as second:
        await first.execute(f"create table {table} (id int primary key, data jsonb)")

        async def work(number: int) -> None:
            database = (first, second)[number % 2]
            async with database.transaction() as tx:
                await tx.copy_records(table, ["id", "data"], [(number, {"n": number})])
                await tx.executemany(f"update {table} set data = $2 where id = $1", [(number, {"m": number})])
                assert await tx.fetchval(f"select data from {table} where id = $1", number) == {"m": number}
            assert await database.fetchval(f"select data from {table} where id = $1", number) == {"m": number}
            assert await database.search_fetchval(f"select id from {table} where id = $1", number) == number

        await asyncio.gather(*(work(number) for number in range(40)))
        await first.execute(f"drop table {table}")


async def test_notifications_of_one_node_are_heard_by_another(through: Bouncer, pooler: Pooler) -> None:
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    async with pooled(through, pooler) as first, pooled(through, pooler) as second:
        await second.listen("things", heard.put)
        await first.notify("things", "changed")
        assert await asyncio.wait_for(heard.get(), 5) == "changed"
        async with asyncio.timeout(5):
            while second.hears is not True:  # noqa: ASYNC110 -- nothing tells when
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("listen_at", [None, "the pooler"])
async def test_a_server_that_hears_nothing_says_so(
    transaction_mode: Bouncer, listen_at: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the first try: what the pooler happens to deliver while channels are added is not believed."""
    monkeypatch.setattr("poolhouse.db.listening.ECHO_S", 0.3)
    url = transaction_mode.url
    async with opened(url, pooler="transaction", direct_url=listen_at and url) as deaf:
        for number in range(10):
            await deaf.listen(f"things{number}", lambda _: asyncio.sleep(0))
        async with asyncio.timeout(5):
            while deaf.hears is not False:  # noqa: ASYNC110 -- nothing tells when
                await asyncio.sleep(0.01)


async def test_a_pooler_in_transaction_mode_is_found_out(transaction_mode: Bouncer) -> None:
    with pytest.raises(DatabaseUnfit, match="POOLHOUSE_POOLER=transaction"):
        await Database.open(transaction_mode.url)
    with pytest.raises(DatabaseUnfit, match="POOLHOUSE_POOLER=transaction"):
        await migrate(transaction_mode.url, "base")
    async with opened(transaction_mode.url, pooler="transaction") as database:
        for _ in range(5):  # and what was tried left nothing behind
            assert await database.fetchval("select current_setting('statement_timeout')") == "30s"


async def test_limits_that_nobody_set_keep_a_server_from_starting(folder: Path, database_url: str) -> None:
    with bouncer(folder / "limitless", database_url, pool_mode="transaction") as limitless:
        with pytest.raises(DatabaseUnfit) as refused:
            await Database.open(limitless.url, pooler="transaction", statement_timeout_s=20)
        [words] = re.findall(r"run in the database (.*) then open", refused.value.en)
        assert "statement_timeout = '20s'" in words
        run_sql(database_url, words)
        try:
            limitless.stop()
            limitless.start()
            async with opened(limitless.url, pooler="transaction", statement_timeout_s=20) as database:
                assert await database.fetchval("select current_setting('statement_timeout')") == "20s"
        finally:
            run_sql(database_url, re.sub(r" set (\w+) = '\w+'", r" reset \1", words))


@pytest.mark.skipif(knows_prepared(), reason="the package pgbouncer is 1.21 or newer")
async def test_prepared_statements_are_not_taken_on_trust(transaction_mode: Bouncer) -> None:
    with pytest.raises(DatabaseUnfit, match="prepared statements"):
        await Database.open(transaction_mode.url, pooler="transaction-prepared")


async def test_two_nodes_migrate_at_once_and_leave_no_lock(
    through: Bouncer, pooler: Pooler, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = revisions()[:5]  # the others would be the same transaction
    monkeypatch.setattr("poolhouse.db.migrations.revisions", lambda: first)
    name = f"migrated_{new_id()}"
    run_sql(through.direct, f"create database \"{name}\" template template0 encoding 'UTF8'")
    direct, url = on_database(through.direct, name), on_database(through.url, name)
    try:
        done = await asyncio.gather(*(migrate(url, pooler=pooler) for _ in range(2)))
        assert sorted(map(len, done)) == [0, len(first)]
        connection = await asyncpg.connect(direct)
        assert await connection.fetchval(LOCKS) == 0
        await connection.close()
    finally:
        run_sql(through.direct, f'drop database "{name}" with (force)')


async def test_a_version_that_commits_between_asks_for_a_session(
    transaction_mode: Bouncer, monkeypatch: pytest.MonkeyPatch
) -> None:
    direct, url = transaction_mode.direct, transaction_mode.url
    monkeypatch.setattr("poolhouse.db.migrations.record.applied", _before_search)
    with pytest.raises(DatabaseUnfit, match="POOLHOUSE_LISTEN_URL"):
        await migrate(url, pooler="transaction")
    assert direct


async def _before_search(_connection: Any, names: Sequence[str]) -> Sequence[str]:
    """As if the database were at the version before one of several statements."""
    from poolhouse.db import migrations

    several = next(at for at, name in enumerate(names) if isinstance(migrations._module(name).UP, tuple))
    return names[:several]


async def test_slow_queries_have_their_settings_and_leave_no_lock(through: Bouncer, pooler: Pooler) -> None:
    answers: list[Any] = []

    async def work(fetch: Any) -> None:
        answers.append((await fetch("select current_setting('statement_timeout')"))[0][0])
        answers.append((await fetch(f"{LOCKS} and classid = 20746"))[0][0])

    async with opened(through.url, pooler=pooler) as database:
        task = database.slow.start("a", "1", work)
        assert task
        await task
        assert answers == ["5min", 1]
        async with asyncio.timeout(5):  # the session ends when its client is gone
            while await database.fetchval(f"{LOCKS} and classid = 20746"):  # noqa: ASYNC110 -- nothing tells when
                await asyncio.sleep(0.05)


async def test_a_restarted_pooler_costs_nothing_that_reads(
    folder: Path, database_url: str, pooler: Pooler
) -> None:
    mode = pooler.partition("-")[0]
    with bouncer(
        folder / f"restarted-{pooler}", database_url, on_connect=LIMITS, pool_mode=mode, **prepared()
    ) as one:
        async with pooled(one, pooler) as database:
            one.stop()
            with pytest.raises(DatabaseLost):
                await database.fetchval("select 1")
            one.start()
            assert await database.fetchval("select 1") == 1
            one.stop()
            one.start()
            async with database.transaction() as tx:  # on connections that died meanwhile
                assert await tx.fetchval("select 2") == 2


async def test_a_full_pooler_is_overload_and_passes(
    folder: Path, database_url: str, pooler: Pooler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "WAIT_S", 0.5)  # how often it tries in session mode
    mode = pooler.partition("-")[0]
    small = {"default_pool_size": "2", "query_wait_timeout": "1", "pool_mode": mode}
    with bouncer(folder / f"full-{pooler}", database_url, on_connect=LIMITS, **small, **prepared()) as full:
        async with opened(full.url, pooler=pooler, direct_url=database_url, connections=4) as database:
            first, second = database.transaction(), database.transaction()
            async with first as one, second as two:
                await one.execute("select 1")
                await two.execute("select 1")
                with pytest.raises(Overloaded):
                    await database.search_fetchval("select 1")
            assert await database.fetchval("select 1") == 1


async def test_more_clients_than_the_pooler_takes_are_overload(
    folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_pool, "WAIT_S", 0.5)
    with bouncer(
        folder / "clients", database_url, on_connect=LIMITS, pool_mode="transaction", max_client_conn="2"
    ) as narrow:
        async with opened(narrow.url, pooler="transaction", connections=2) as database:
            async with database.transaction() as one, database.transaction() as two:
                await one.execute("select 1")
                await two.execute("select 1")
                with pytest.raises(Overloaded):
                    await database.search_fetchval("select 1")
            assert await database.search_fetchval("select 1") == 1  # an idle one gave way


async def test_the_server_behind_it_changes(folder: Path, database_url: str, pooler: Pooler) -> None:
    mode = pooler.partition("-")[0]
    with bouncer(
        folder / f"moved-{pooler}",
        database_url,
        on_connect=LIMITS,
        pool_mode=mode,
        query_wait_timeout="1",
        **prepared(),
    ) as moving:
        async with pooled(moving, pooler) as database:
            assert await database.fetchval("select 1") == 1
            moving.write(port=1)
            moving.reload()
            await asyncio.sleep(0.3)
            await _drop_all(moving.direct)  # as when the server behind it is stopped
            with pytest.raises((DatabaseLost, Overloaded)):
                for _ in range(20):
                    await database.fetchval("select 1")
            moving.write()
            moving.reload()
            async with asyncio.timeout(20):
                while True:
                    try:
                        assert await database.fetchval("select 1") == 1
                        break
                    except (DatabaseLost, Overloaded):
                        await asyncio.sleep(0.1)


async def _drop_all(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() "
        "and datname = current_database() and application_name = any(array['poolhouse', 'poolhouse pooled'])"
    )
    await connection.close()


async def test_the_doctor_tells_what_stands_between(
    through: Bouncer, pooler: Pooler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolhouse.db.doctor.ECHO_S", 0.3)

    async def facts(**options: Any) -> dict[str, Fact]:
        found = server_facts(through.url, 10, **options)
        return {str(fact.name): fact async for fact in found}

    healthy = await facts(pooler=pooler, direct_url=through.direct)
    assert healthy["connection pooler"].value == pooler
    assert not any(healthy[name].fault for name in ("connection pooler", "notifications", "connections"))
    assert "pooler included" in healthy["connections"].value
    if pooler != "session":
        assert (await facts(pooler=pooler))["notifications"].fault
        assert (await facts())["connection pooler"].fault


@pytest.mark.parametrize("name", ["session", "transaction"])
async def test_the_shipped_configuration_serves(name: str, folder: Path, database_url: str) -> None:
    shipped = configparser.ConfigParser(interpolation=None)
    shipped.read(DEPLOY / f"{name}.ini")
    chosen = dict(shipped["pgbouncer"])
    for here in ("listen_addr", "listen_port", "auth_file", "unix_socket_dir", "auth_type"):
        del chosen[here]
    query = re.search(r"connect_query='(.*)'", shipped["databases"]["poolhouse"])
    assert (query[1] if query else "") == ("" if name == "session" else LIMITS)
    with bouncer(
        folder / f"shipped-{name}", database_url, on_connect=query[1] if query else "", **chosen
    ) as one:
        async with pooled(one, "session" if name == "session" else "transaction") as database:
            assert await database.fetchval("select current_setting('statement_timeout')") == "30s"


@pytest.mark.parametrize("page", ["operations", "zh/operations"])
@pytest.mark.parametrize("name", ["session", "transaction"])
def test_the_page_shows_the_shipped_configuration(name: str, page: str) -> None:
    text = (DEPLOY.parents[1] / "docs" / page / "poolers").with_suffix(".md").read_text()
    assert f"```ini\n{(DEPLOY / f'{name}.ini').read_text()}```" in text
