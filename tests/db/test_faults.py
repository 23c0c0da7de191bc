"""What the driver raises: which of it means that the connection is gone, and which constraint refused a row."""

import re
from unittest.mock import Mock

import asyncpg
import pytest
from asyncpg import exceptions as pg

from poolhouse.db.database import Database, opened
from poolhouse.db.faults import broken_constraint, is_lost, translated
from poolhouse.errors import DatabaseLost, InvalidInput, Overloaded
from poolhouse.vitals import READ_ONLY, Vitals


def _refusal(message: str, constraint: str | None, detail: str = "") -> asyncpg.UniqueViolationError:
    fields = {"C": "23505", "M": message, "D": detail, **({"n": constraint} if constraint else {})}
    return asyncpg.PostgresError.new(fields)


async def test_the_constraint_is_named(database: Database) -> None:
    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        async with database.transaction() as tx:
            await tx.execute(
                "create temporary table two (a int constraint two_of_a_kind unique) on commit drop"
            )
            await tx.execute("insert into two values (1), (1)")
    assert broken_constraint(refused.value) == "two_of_a_kind"


@pytest.mark.parametrize("named", ["users_email_key_104411", None])
def test_a_shards_number_is_no_part_of_the_name(named: str | None) -> None:
    """As Citus 14 tells it: by name where the shard is on the same machine, else in the message alone."""
    error = _refusal(
        'duplicate key value violates unique constraint "users_email_key_104411"',
        named,
        'Key (pool_id, email)=(p, "users_phone_key") already exists.',
    )
    assert broken_constraint(error) == "users_email_key"


async def test_no_constraint_of_ours_ends_like_a_shard(database: Database) -> None:
    rows = await database.fetch(
        "select conname::text from pg_constraint join pg_class on pg_class.oid = conrelid "  # which has no shards
        "where connamespace = 'public'::regnamespace "
        "union select relname::text from pg_class where relkind = 'i' and relnamespace = 'public'::regnamespace"
    )
    assert len(rows) > 50
    assert not [name for (name,) in rows if re.search(r"_\d{6,}$", name)]


KNOWN = sorted(
    {
        one.sqlstate
        for one in vars(pg).values()
        if isinstance(one, type) and issubclass(one, pg.PostgresError) and one.sqlstate
    }
)
GONE = {
    "25006", "25P03", "25P04", "3D000", "57P01", "57P02", "57P03", "57P04", "57P05",
    *(state for state in KNOWN if state[:2] in ("08", "28")),
}  # fmt: skip


@pytest.mark.parametrize("state", [*KNOWN, "08ZZZ", "25P04", "57P05", "99999"])
def test_a_connection_is_given_up_for_these_states_and_no_other(state: str) -> None:
    error = asyncpg.PostgresError.new({"C": state, "M": "a message", "S": "FATAL"})
    assert isinstance(error, asyncpg.PostgresError)
    assert is_lost(error) == (state in GONE or state == "08ZZZ")
    ours = translated(error)
    if is_lost(error):
        assert isinstance(ours, DatabaseLost)
        assert ours.facts["retry_after_s"]
    else:
        assert ours is None or isinstance(ours, (Overloaded, InvalidInput)) or state == "53100"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(104, "Connection reset by peer"),
        BrokenPipeError(32, "Broken pipe"),
        OSError(110, "Connection timed out"),  # what TCP_USER_TIMEOUT ends
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        asyncpg.InternalClientError("got result for unknown protocol state 2"),
    ],
)
def test_a_connection_that_broke_is_lost(error: Exception) -> None:
    assert is_lost(error)
    assert isinstance(translated(error), DatabaseLost)


@pytest.mark.parametrize(
    ("state", "message", "again"),
    [
        ("XX000", "could not find valid entry for shard 102097", True),
        ("55000", "shard for the given value does not exist", True),
        ("XX000", "could not find valid entry for shard of mine", False),
        ("XX000", "it said: shard for the given value does not exist", False),
    ],
)
def test_a_statement_whose_shard_was_divided_meanwhile_is_for_another_attempt(
    state: str, message: str, again: bool
) -> None:
    ours = translated(asyncpg.PostgresError.new({"C": state, "M": message, "S": "ERROR"}))
    assert isinstance(ours, Overloaded) == again


async def test_one_that_only_reads_is_given_up_with_those_beside_it(database_url: str) -> None:
    async with opened(database_url, connections=2) as database:
        before = await database.fetchval("select pg_backend_pid()")
        await database.execute("set default_transaction_read_only = on")
        with pytest.raises(DatabaseLost):
            await database.execute("create table never (n int)")
        assert await database.fetchval("select pg_backend_pid()") != before
        before = await database.fetchval("select pg_backend_pid()")
        with pytest.raises(DatabaseLost):
            async with database.transaction() as tx:
                await tx.execute("set transaction read only")
                await tx.execute("create table never (n int)")
        assert await database.fetchval("select pg_backend_pid()") != before


async def test_a_node_whose_database_only_reads_is_not_ready(database_url: str) -> None:
    async with opened(database_url, connections=2) as database:
        vitals = Vitals(db=database, hasher=Mock(), delivery=Mock(), logouts=Mock(), sandbox=Mock())
        assert await vitals.database_fault() is None
        await database.execute("set default_transaction_read_only = on")
        assert await vitals.database_fault() == READ_ONLY
