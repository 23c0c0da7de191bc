import asyncio
import subprocess
import sys
from importlib import import_module
from itertools import pairwise

import asyncpg
import pytest
from tests.postgres import on_database, run_sql

from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import migrate, pending
from poolhouse.db.migrations.chain import FOLDER, revisions
from poolhouse.errors import Unfit
from poolhouse.ids import new_id
from poolhouse.roles.model import BUILT_IN

RECORDS = {"alembic_version", "alembic_version_pkc", "schema_versions", "schema_versions_pkey"}


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
        )
        return {row[0] for row in rows} - RECORDS
    finally:
        await connection.close()


def test_no_two_files_have_one_number() -> None:
    assert len(revisions()) == len(list((FOLDER / "versions").glob("[0-9]*_*.py")))


async def test_up_down_and_up_again(empty: str) -> None:
    assert await pending(empty) == list(revisions())
    assert await migrate(empty) == list(revisions())
    made = await tables(empty)
    assert "users" in made
    assert await pending(empty) == []
    assert await migrate(empty, "base") == list(revisions())[::-1]
    assert await tables(empty) == set()
    assert await migrate(empty) == list(revisions())
    assert await tables(empty) == made


async def test_each_version_can_be_taken_back_and_applied_again(empty: str) -> None:
    await migrate(empty)
    for before, revision in list(pairwise(["base", *revisions()]))[::-1]:
        assert await migrate(empty, before) == [revision]
        assert await migrate(empty, revision) == [revision]
        await migrate(empty, before)


async def test_who_waits_to_be_searched_is_searched_when_the_version_is_taken_back(empty: str) -> None:
    await migrate(empty, "0059")
    run_sql(empty, "insert into pools (id, name, domain, secret) values ('p', 'p', 'p', 's')")
    run_sql(
        empty,
        "begin; select set_config('poolhouse.search_later', 'on', true); "
        "insert into users (pool_id, id, username) values ('p', '1', 'ann'), ('p', '2', 'bob'); "
        "insert into user_search_waiting (pool_id, first_id, last_id, people) values ('p', '1', '2', 2); commit",
    )
    await migrate(empty, "0057")
    connection = await asyncpg.connect(empty)
    searched = await connection.fetch("select user_id from user_search order by user_id")
    await connection.close()
    assert [row["user_id"] for row in searched] == ["1", "2"]


async def test_two_nodes_at_once_migrate_once(empty: str) -> None:
    both = await asyncio.gather(migrate(empty), migrate(empty))
    assert sorted(both, key=len) == [[], list(revisions())]


async def test_a_step_that_fails_leaves_nothing_of_the_others(empty: str) -> None:
    run_sql(empty, "create table pools (mine int)")
    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate(empty)
    assert await tables(empty) == {"pools"}


async def test_a_database_of_a_newer_poolhouse_is_refused_by_name(empty: str) -> None:
    await migrate(empty)
    run_sql(empty, "update alembic_version set version_num = '9999'")
    with pytest.raises(DatabaseUnfit, match="9999"):
        await migrate(empty)


async def test_an_unknown_target_is_refused(empty: str) -> None:
    with pytest.raises(Unfit, match="there is no version 7777"):
        await migrate(empty, "7777")


async def test_a_database_in_which_chinese_is_no_letter_is_refused(postgres_url: str) -> None:
    name = f"migrations_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8' locale 'C'")
    try:
        with pytest.raises(DatabaseUnfit, match="LC_CTYPE"):
            await migrate(on_database(postgres_url, name))
        assert await tables(on_database(postgres_url, name)) == set()
    finally:
        run_sql(postgres_url, f'drop database "{name}" with (force)')


def test_with_nothing_to_do_no_version_is_imported(database_url: str) -> None:
    program = f"""
import asyncio, sys
from poolhouse.db.migrations import migrate
assert asyncio.run(migrate({database_url!r})) == []
assert not [name for name in sys.modules if name.startswith("poolhouse.db.migrations.versions.")]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


async def test_a_version_fills_before_the_next_one_runs(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step in Python stands between its own SQL and that of the version after it."""
    phones = import_module("poolhouse.db.migrations.versions.0034_phone_keys")
    later = import_module("poolhouse.db.migrations.versions.0036_refused_names")
    seen: list[str | None] = []

    async def fill(connection: asyncpg.Connection) -> None:
        seen.append(await connection.fetchval("select to_regclass('users_phone')::text"))
        seen.append(await connection.fetchval("select to_regclass('audit_records_named')::text"))

    monkeypatch.setattr(phones, "fill", fill)
    monkeypatch.setattr(later, "fill", fill, raising=False)
    await migrate(empty)
    assert seen == ["users_phone", None, "users_phone", "audit_records_named"]


async def test_a_fill_that_fails_leaves_the_version_as_it_was(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phones = import_module("poolhouse.db.migrations.versions.0034_phone_keys")
    await migrate(empty, "0032")
    before = await tables(empty)

    async def fill(connection: asyncpg.Connection) -> None:
        raise ValueError("no number")

    monkeypatch.setattr(phones, "fill", fill)
    with pytest.raises(ValueError, match="no number"):
        await migrate(empty)
    assert await tables(empty) == before
    assert await pending(empty) == [version for version in revisions() if version > "0032"]


async def test_pools_that_were_there_before_get_the_built_in_roles(empty: str) -> None:
    await migrate(empty, "0038")
    run_sql(empty, "insert into pools (id, name, domain, secret) values ('p', 'old', 'old', '')")
    await migrate(empty)
    connection = await asyncpg.connect(empty)
    try:
        rows = await connection.fetch(
            "select code, name, description from roles where is_system order by code"
        )
        ids = await connection.fetchval("select count(distinct id) from roles where length(id) = 24")
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == sorted(BUILT_IN)
    assert ids == len(BUILT_IN)
