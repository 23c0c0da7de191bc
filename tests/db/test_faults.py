"""Which constraint refused a row, on one machine and spread over several."""

import re

import asyncpg
import pytest

from poolhouse.db.database import Database
from poolhouse.db.faults import broken_constraint


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
        "select conname::text from pg_constraint where connamespace = 'public'::regnamespace "
        "union select relname::text from pg_class where relkind = 'i' and relnamespace = 'public'::regnamespace"
    )
    assert len(rows) > 50
    assert not [name for (name,) in rows if re.search(r"_\d{6,}$", name)]
