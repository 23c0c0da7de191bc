"""Which tables are distributed, in what order, and what is said where something is missing: on plain PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import asyncpg
import pytest

from poolhouse.db.citus.checks import Node, lacking, require_coordinator
from poolhouse.db.citus.plan import divided, ordered, plan_of
from poolhouse.db.distributing import distribute_database, move_pool, undistribute_database
from poolhouse.db.doctor_nodes import node_facts
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations.chain import FOLDER, revisions
from poolhouse.db.migrations.online import at_once
from poolhouse.db.migrations.scripts import statements_of

HAS = {
    "wal": "logical",
    "prepared": 100,
    "plugins": "pgoutput, citus, citus_pgoutput",
    "version": 18,
    "extensions": {"citus": "14.0-1", "pg_trgm": "1.6", "btree_gin": "1.3"},
}
COORDINATOR = Node(1, 0, "c", 5432, holds_shards=False, found=HAS)
WORKER = Node(2, 1, "w", 5432, holds_shards=True, found=HAS)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_every_table_of_a_pool_follows_what_it_refers_to(connection: asyncpg.Connection) -> None:
    plan = await plan_of(connection)
    assert plan.tables[0] == "pools"
    rows = await connection.fetch(
        "select conrelid::regclass::text as name, confrelid::regclass::text as needs from pg_constraint "
        "where contype = 'f' and conparentid = 0 and conrelid <> confrelid"
    )
    edges = [(row["name"], row["needs"]) for row in rows if row["name"] in plan.tables]
    assert len(edges) > 50
    assert [edge for edge in edges if plan.tables.index(edge[1]) > plan.tables.index(edge[0])] == []


async def test_what_is_of_no_pool_or_refers_to_that_stays(connection: asyncpg.Connection) -> None:
    plan = await plan_of(connection)
    assert {"administrators", "administrator_roles", "alembic_version", "server_keys"} <= {*plan.stays}
    assert {"users", "audit_records", "user_search"} <= {*plan.tables}
    assert {*plan.stays}.isdisjoint(plan.tables)


def test_a_table_is_behind_its_parents() -> None:
    assert ordered({"a", "b", "c"}, {"a": {"c"}, "b": {"pools"}}) == ["b", "c", "a"]


def test_tables_in_a_circle_are_all_there() -> None:
    assert ordered({"a", "b", "c"}, {"a": {"b"}, "b": {"a"}, "c": {"a"}}) == ["a", "b", "c"]


def test_a_script_is_cut_where_a_statement_ends_alone() -> None:
    text = """
    create function f() returns text language plpgsql as $body$ begin return ';'; end $body$; -- here; and
    insert into "a;b" values (';', 'it''s; so'); /* not ; here */ select 1
    """
    first, second, third = statements_of(text)
    assert (first.startswith("create function"), first.endswith("$body$")) == (True, True)
    assert second.endswith("'it''s; so')")
    assert third.endswith("select 1")


def test_every_version_is_the_same_script_cut_or_whole() -> None:
    versions = [
        import_module(f"poolhouse.db.migrations.versions.{file.stem}")
        for file in FOLDER.glob("versions/0*.py")
    ]
    scripts = [one.UP if isinstance(one.UP, str) else at_once(one.UP) for one in versions]
    assert len(scripts) > 70
    for script in scripts:
        cut = statements_of(script)
        assert "".join("".join(cut).replace(";", "").split()) == "".join(script.replace(";", "").split())
        assert [one for one in cut if one.count("$$") % 2] == []


def test_a_child_of_a_table_that_stays_does_too() -> None:
    goes, stays = divided({"a", "b", "c"}, {"x"}, {"a": {"x"}, "b": {"a"}})
    assert (goes, stays) == ({"c"}, {"a", "b", "x"})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"wal": "replica"}, ("wal_level is replica", "wal_level 是 replica")),
        ({"prepared": 0}, ("max_prepared_transactions is 0", "max_prepared_transactions 是 0")),
        (
            {"plugins": "pgoutput"},
            ("output_plugin_libraries lacks citus", "output_plugin_libraries 中没有 citus"),
        ),
        (
            {"extensions": {"citus": "14.0-1", "btree_gin": "1.3"}},
            ("create extension pg_trgm", "create extension"),
        ),
        (
            {"extensions": {"citus": "14.0-1", "pg_trgm": "1.6"}},
            ("create extension btree_gin", "create extension"),
        ),
    ],
)
def test_what_a_node_lacks_is_told_with_its_name(changed: dict[str, Any], said: tuple[str, str]) -> None:
    [(en, zh)] = lacking([COORDINATOR, replace(WORKER, found=HAS | changed)])
    assert en.startswith(f"w:5432: {said[0]}") or said[0] in en
    assert zh.startswith("w:5432：")
    assert said[1] in zh


def test_a_server_without_the_list_of_plugins_needs_none() -> None:
    assert lacking([COORDINATOR, replace(WORKER, found=HAS | {"plugins": None})]) == []


def test_a_node_that_does_not_answer_is_told() -> None:
    [(en, zh)] = lacking([COORDINATOR, replace(WORKER, found=None)])
    assert (en, zh) == ("w:5432: does not answer", "w:5432：没有回答")


def test_a_cluster_without_nodes_is_told_what_to_add() -> None:
    found = [en for en, _ in lacking([])]
    assert ["citus_set_coordinator_host" in found[0], "citus_add_node" in found[1]] == [True, True]


class Answers:
    """A connection that answers what a server of another kind would."""

    def __init__(self, *answers: object, pid: int = 7) -> None:
        self._answers, self._pid = list(answers), pid

    def get_server_pid(self) -> int:
        return self._pid

    async def fetchval(self, query: str, *args: object) -> object:
        return self._answers.pop(0)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (Answers(True), "standby"),
        (Answers(False, 8), "pooler"),
        (Answers(False, 7, None), "create extension citus"),
        (Answers(False, 7, "12.1-1"), "Citus 12.1-1 is too old"),
        (Answers(False, 7, "14.0-1", 2), "this is a worker"),
    ],
)
async def test_what_is_no_coordinator_is_refused(server: Answers, said: str) -> None:
    with pytest.raises(DatabaseUnfit) as refused:
        await require_coordinator(server)
    assert said in refused.value.en
    assert refused.value.zh


@pytest.mark.not_on_citus("of a database without Citus")
async def test_a_database_without_citus_is_refused_and_stays_as_it_is(
    database_url: str, connection: asyncpg.Connection
) -> None:
    before = await plan_of(connection)
    for act in (
        distribute_database(database_url, None, lambda *_: None),
        undistribute_database(database_url, lambda *_: None),
    ):
        with pytest.raises(DatabaseUnfit, match="create extension citus"):
            await act
    assert await plan_of(connection) == before
    assert await connection.fetchval("select version_num from alembic_version") == revisions()[-1]


def migrate(url: str, *flags: str, lang: str = "en_US.UTF-8") -> tuple[int, str]:
    return poolhouse("migrate", "--database-url", url, *flags, LC_ALL=lang)


def poolhouse(*words: str, **environment: str) -> tuple[int, str]:
    program = [sys.executable, "-c", "from poolhouse.cli import main; main()"]
    said = subprocess.run(
        [*program, *words], capture_output=True, text=True, env={**os.environ, **environment}
    )
    return said.returncode, said.stdout + said.stderr


@pytest.mark.not_on_citus("of a database without Citus")
def test_the_command_says_it_in_both_languages(database_url: str) -> None:
    status, said = migrate(database_url, "--distribute")
    assert (status, "docs/operations/citus.md" in said, "error" in said) == (4, True, True)
    assert "此数据库没有 citus 扩展" in migrate(database_url, "--distribute", lang="zh_CN.UTF-8")[1]


@pytest.mark.not_on_citus("of a database without Citus")
@pytest.mark.parametrize(
    "words", [("migrate", "--distribute"), ("migrate", "--undistribute"), ("pool", "move", "p", "w:1")]
)
def test_behind_a_pooler_it_is_the_direct_address_that_is_asked(
    database_url: str, words: tuple[str, ...]
) -> None:
    pooler = "postgresql://127.0.0.1:1/no_such"
    said = poolhouse(
        *words, "--database-url", pooler, LC_ALL="en_US.UTF-8", POOLHOUSE_LISTEN_URL=database_url
    )
    assert (said[0], "create extension citus" in said[1]) == (4, True)


@pytest.mark.parametrize(
    "flags",
    [
        ("--distribute", "--check"),
        ("--distribute", "--undistribute"),
        ("--shards", "4"),
        ("--to", "0007", "--distribute"),
    ],
)
def test_flags_that_exclude_each_other(database_url: str, flags: tuple[str, ...]) -> None:
    status, said = migrate(database_url, *flags)
    assert (status, "--shards is for --distribute" in said) == (2, True)


@pytest.mark.not_on_citus("of a database without Citus")
async def test_no_pool_of_a_plain_database_moves(database_url: str) -> None:
    with pytest.raises(DatabaseUnfit, match="create extension citus"):
        await move_pool(database_url, "p", "w:1", whole_shard=False, tell=print, report=print)


@pytest.mark.not_on_citus("of a database without Citus")
async def test_the_doctor_has_nothing_to_say_of_nodes_of_a_plain_database(database_url: str) -> None:
    assert await node_facts(database_url) == ([], True)


@pytest.mark.parametrize("shards", ["0", "1025"])
def test_shards_have_a_bound(database_url: str, shards: str) -> None:
    assert migrate(database_url, "--distribute", "--shards", shards)[0] == 2


def test_a_program_gets_an_object(database_url: str) -> None:
    status, said = migrate(database_url, "--check", "--json")
    assert (status, json.loads(said)) == (0, {"pending": []})
