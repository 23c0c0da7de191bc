"""New SQL keeps to what a sharding PostgreSQL (Citus) takes; what does not is listed, and the lists only shrink.

A statement of one pool is one machine's on Citus, and nearly all of SQL works there. The forms that do not are
refused by its planner when they first run, which no test on plain PostgreSQL would see. Whoever mends one takes it
off its list; docs/operations/scaling.md tells what is left.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Set

import asyncpg
import pytest
from tests.db.distribution import mixes_what_changed, reads, violations
from tests.db.statements import Statement, functions, statements, statements_of_migrations
from tests.postgres import on_database, run_sql

from poolhouse.db.database import Database
from poolhouse.db.migrations import migrate
from poolhouse.ids import new_id

OFFENDERS: dict[str, set[str]] = {
    # Into a table that is not distributed yet: it is attached to one that is afterwards.
    "INSERT ... SELECT without ON CONFLICT": {"audit/postgres:ensure_partition"},
    "INSERT ... SELECT of what the same statement changes": {"audit/postgres:ensure_partition"},
}
# COPY forgets the SQLSTATE of a violation. Pairs of new departments and the rows of a demonstration have new ids,
# which nothing can violate.
COPIES = {
    "orgs/postgres:insert_nodes",
    "commands/postgres_demo:write_tries",
    "commands/postgres_demo:write_mail",
    "commands/postgres_demo:write_calls",
}
# An error of a shard names no constraint but in its message, and there with the shard's number: one place reads it.
READ_CONSTRAINT_NAMES = {"db/faults:broken_constraint"}

# A database is distributed after the versions before this one have run; what they left is judged as the schema.
FIRST_VERSION = "0037"


@pytest.fixture
async def mutable(database: Database) -> set[str]:
    """The functions without any form that is immutable."""
    rows = await database.fetch(
        "select proname from pg_proc group by proname having bool_and(provolatile <> 'i')"
    )
    return {row["proname"] for row in rows}


def offenders(read: Iterable[Statement], mutable: Set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for statement in read:
        for rule in violations(statement, mutable):
            found.setdefault(rule, set()).add(statement.function)
    return found


def test_every_statement_of_the_source(mutable: set[str]) -> None:
    assert offenders(statements(), mutable) == OFFENDERS


def test_every_statement_of_new_migrations(mutable: set[str]) -> None:
    folder = "db/migrations/versions/"
    new = [one for one in statements_of_migrations() if one.function >= folder + FIRST_VERSION]
    assert offenders(new, mutable) == {}


def test_who_copies_and_who_reads_the_names_of_constraints() -> None:
    assert {name for name, tree in functions() if reads(tree, "copy_records")} == COPIES
    assert {name for name, tree in functions() if reads(tree, "constraint_name")} == READ_CONSTRAINT_NAMES


# -- the schema that all versions make ---------------------------------------------------------------------

# On the coordinator, and copied to every machine.
OF_NO_POOL = {
    "administrator_challenges",
    "administrator_factors",
    "administrator_passkeys",
    "administrator_roles",
    "administrator_sessions",
    "administrators",
    "alembic_version",
    "maintenance_runs",
    "pool_counts_until",
    "pool_lookup",
    "schema_versions",
    "server_keys",
    "server_processes",
    "server_signing_keys",
}

SCHEMA: dict[str, tuple[str, set[str]]] = {
    "a unique key that is not led by the pool": (
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid "
        "join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] "
        "where i.indisunique and c.relnamespace = 'public'::regnamespace and c.relname <> all($1) "
        "and a.attname <> case c.relname when 'pools' then 'id' else 'pool_id' end",
        set(),
    ),
    "a key that follows an update, or is set to null": (
        "select conrelid::regclass || ' ' || string_agg(a.attname, ',' order by a.attnum) "
        "from pg_constraint join pg_attribute a on a.attrelid = conrelid and a.attnum = any(conkey) "
        "where contype = 'f' and conrelid::regclass::text <> all($1) "
        "and (confupdtype <> 'a' or confdeltype in ('n', 'd')) group by conrelid, conname",
        set(),
    ),
    "an unlogged table": (
        "select relname::text from pg_class where relpersistence = 'u' and relkind = 'r' "
        "and relnamespace = 'public'::regnamespace and relname <> all($1)",
        set(),
    ),
    # Planned without its arguments before PostgreSQL 18: no pool is known.
    "a function of SQL that is not immutable": (
        "select proname::text from pg_proc join pg_language l on l.oid = prolang "
        "where lanname = 'sql' and provolatile <> 'i' and pronamespace = 'public'::regnamespace "
        "and proname <> all($1)",
        set(),
    ),
    "a table of no pool": (
        "select relname::text from pg_class c where relkind in ('r', 'p') "
        "and relnamespace = 'public'::regnamespace and relname <> all($1) and relname <> 'pools' and not exists "
        "(select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'pool_id' and a.attnotnull)",
        set(),
    ),
}


@pytest.fixture(scope="module")
async def schema(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A database with nothing in it but what the versions make: tests make tables in the shared one."""
    name = f"schema_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    url = on_database(postgres_url, name)
    await migrate(url)
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()
    run_sql(postgres_url, f'drop database "{name}" with (force)')


@pytest.mark.parametrize("rule", SCHEMA)
async def test_the_schema(schema: asyncpg.Connection, rule: str) -> None:
    query, listed = SCHEMA[rule]
    assert {row[0] for row in await schema.fetch(query, list(OF_NO_POOL))} == listed


async def test_triggers_read_what_changed_by_itself(schema: asyncpg.Connection) -> None:
    rows = await schema.fetch(
        "select distinct p.proname, p.prosrc, t.tgoldtable, t.tgnewtable from pg_trigger t "
        "join pg_proc p on p.oid = t.tgfoid where not tgisinternal"
    )
    assert {row["proname"] for row in rows if mixes_what_changed(*row[1:])} == set()
    assert any(row["tgnewtable"] for row in rows)


BODIES = [
    ("begin insert into t (pool_id) select pool_id from changed on conflict do nothing; end", True),
    ("begin delete from t using changed c where t.pool_id = c.pool_id; end", True),
    ("begin if exists (select 1 from changed join pools on true) then return null; end if; end", True),
    ("begin insert into t (pool_id) select pool_id from other; perform count(*) from changed; end", False),
    (
        "begin for one in select pool_id, array_agg(id) as ids from changed join before using (id) group by 1 loop "
        "insert into t (pool_id, id) select one.pool_id, i from unnest(one.ids) i on conflict do nothing; "
        "end loop; end",
        False,
    ),
]


@pytest.mark.parametrize(("body", "mixes"), BODIES)
def test_a_trigger_that_mixes_what_changed_with_a_table(body: str, mixes: bool) -> None:
    assert mixes_what_changed(body, "before", "changed") is mixes


# -- the rules: each text was tried on Citus 14.0.1 --------------------------------------------------------

_PUT = "insert into t as x (pool_id, id, at) values ($1, $2, now()) on conflict (pool_id, id) do update set "

REFUSED = [
    (_PUT + "at = now()", "a function in DO UPDATE that is not immutable"),
    (_PUT + "at = excluded.at + interval '1 hour'", "a function in DO UPDATE that is not immutable"),
    (_PUT + "n = 1 where x.at < now()", "a function in DO UPDATE that is not immutable"),
    (_PUT + "a = x.a || array(select y from unnest(excluded.a) y)", "a subquery in INSERT"),
    ("insert into t (pool_id, n) values ($1, (select count(*) from u))", "a subquery in INSERT"),
    (
        "insert into t (pool_id) values ($1) returning exists (select 1 from u where u.pool_id = $1)",
        "a subquery in INSERT",
    ),
    (
        "update t set at = case when $2 then now() end where pool_id = $1",
        "a function in CASE or COALESCE of an UPDATE that is not immutable",
    ),
    (
        "update t set n = 1 where pool_id = $1 and at < coalesce($2, now())",
        "a function in CASE or COALESCE of an UPDATE that is not immutable",
    ),
    (
        "with gone as (update t set n = 0 where pool_id = $1 returning at <= now()) select from gone",
        "a function in RETURNING that is not immutable",
    ),
    ("update t set at = clock_timestamp() where pool_id = $1", "a volatile function in UPDATE"),
    (
        "update t set at = at + make_interval(secs => $2) where pool_id = $1",
        "an interval added to a column in UPDATE or DELETE",
    ),
    (
        "delete from t where pool_id = $1 and at + interval '1 hour' < now()",
        "an interval added to a column in UPDATE or DELETE",
    ),
    (
        "insert into t (pool_id, id) select $1, i from unnest($2::text[]) i "
        "on conflict (pool_id, id) do update set n = $3",
        "a parameter in the DO UPDATE of INSERT ... SELECT",
    ),
    (
        "insert into t (pool_id, id) select $1, i from unnest($2::text[]) i",
        "INSERT ... SELECT without ON CONFLICT",
    ),
    ("update t set n = 1, id = $2[1] where pool_id = $1", "an element of an array that an UPDATE sets"),
    ("update t set n = case id when $2 then 1 end where pool_id = $1", "CASE of a value in INSERT or UPDATE"),
    (
        "insert into t (pool_id, id) values ($1, case $2 when 'a' then 'b' end)",
        "CASE of a value in INSERT or UPDATE",
    ),
    (
        "with v as ({save} returning id) insert into t (pool_id, id) select $1, v.id from v on conflict do nothing",
        "INSERT ... SELECT of what the same statement changes",
    ),
    ("select exists (select from t)", "SELECT FROM without columns"),
    (
        "with due as (select id from pools where n > 0) select old.id from due cross join lateral ("
        "select id from t where t.pool_id = due.id order by at limit $1) old",
        "LIMIT for each row of a CTE or a function",
    ),
    (
        "select old.id from pools cross join unnest($1::text[]) kind (name) cross join lateral ("
        "select id from t where t.pool_id = pools.id and t.name = kind.name order by at limit $2) old",
        "LIMIT for each row of a CTE or a function",
    ),
    (
        "select u.id from unnest($2::text[]) one (id) cross join lateral (select t.pool_id, t.id from t "
        "where t.pool_id = $1 and t.id = one.id limit $3) t left join u on u.pool_id = t.pool_id and u.id = t.id",
        "LIMIT for each row of a CTE or a function",
    ),
    ("select id from t where at < now() limit 9 for update skip locked", "row locks over many pools"),
    (
        "with recursive p as (select min(pool_id) as id from t union all select p.id from p) select * from p",
        "recursion over many pools",
    ),
]

TAKEN = [
    _PUT + "at = excluded.at, n = case when x.at <= excluded.at then 1 else x.n + 1 end",
    _PUT + "n = 1 where excluded.at - x.at >= make_interval(secs => $3) returning n",
    "insert into t (pool_id, at) values ($1, coalesce($2, now()) + make_interval(secs => 5))",
    "insert into t (pool_id, id) select $1, i from unnest($2::text[]) i on conflict (pool_id, id) do nothing",
    "insert into t (pool_id, id) values ($1, case when $2 = 'a' then 'b' end)",
    "select case id when $2 then 1 end from t where pool_id = $1",
    "with v as (delete from t where pool_id = $1 returning id) select count(*) from v",
    "update t set id = $3 where pool_id = $1 and id = $2[1]",
    "update t set at = statement_timestamp(), n = coalesce($2, n) where pool_id = $1 and at > now() returning n",
    "update t set at = case when n = $2 then at else m.moment end from (select now() as moment) m "
    "where pool_id = $1 returning n",
    "with spent as (update t set n = n - 1 where pool_id = $1 returning at) select at <= now() from spent",
    "update t set at = now() + interval '1 hour' where pool_id = $1",
    "delete from t where at < now() - interval '1 day'",
    "select coalesce($2, now()) from t where pool_id = $1 for update skip locked",
    "with due as (select id from pools where n > 0) select old.id from pools join due using (id) cross join lateral ("
    "select id from t where t.pool_id = pools.id order by at limit $1) old",
    "select id from unnest($2::text[]) one (id) cross join lateral (select at from t where t.pool_id = $1 "
    "and t.id = one.id limit 1) first",
    "select id from t where at + interval '1 hour' < clock_timestamp()",
]


@pytest.mark.parametrize(("text", "rule"), REFUSED)
def test_a_form_that_is_refused(mutable: set[str], text: str, rule: str) -> None:
    assert rule in violations(Statement("", text, text, text), mutable)


@pytest.mark.parametrize("text", TAKEN)
def test_a_form_that_is_taken(mutable: set[str], text: str) -> None:
    assert violations(Statement("", text, text, text), mutable) == set()
