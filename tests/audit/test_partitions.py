"""Months far from today, so that these tests disturb no others."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.db.plans import in_schema
from tests.db.waiting import until_one_waits

from poolhouse.audit import postgres
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.ids import new_id


async def add_at(database: Database, pool_id: str, at: datetime) -> None:
    await postgres.insert(database, Caller(pool_id, "system"), Event("create", "user"))
    await database.execute(
        "update audit_records set at = $2 where pool_id = $1 and abs(extract(epoch from at - now())) < 3600",
        pool_id,
        at,
    )


async def ensured(database: Database, moment: datetime) -> bool:
    async with database.transaction() as tx:
        return await postgres.ensure_partition(tx, moment)


async def tables_of(database: Database, pool_id: str) -> list[str]:
    rows = await database.fetch(
        "select tableoid::regclass::text as name from audit_records where pool_id = $1 order by at", pool_id
    )
    return [in_schema(row["name"]) for row in rows]


async def test_a_month_without_a_partition_goes_to_the_default_one_and_moves_later(
    database: Database,
) -> None:
    pool_id, moment = new_id(), datetime(2071, 5, 31, 23, 59, tzinfo=UTC)
    await add_at(database, pool_id, moment)
    await add_at(database, pool_id, moment + timedelta(days=1))
    assert await tables_of(database, pool_id) == ["audit_records_default"] * 2
    assert await ensured(database, moment) is True
    assert await tables_of(database, pool_id) == ["audit_records_2071_05", "audit_records_default"]
    assert await ensured(database, moment) is False


async def test_who_adds_a_row_while_its_month_is_made_is_not_refused(database: Database) -> None:
    pool_id, moment = new_id(), datetime(1982, 3, 9, tzinfo=UTC)
    adding = """
        insert into audit_records
          (pool_id, id, at, kind, operation, resource_type, actor_kind, actor_id, success, detail, user_agent,
           request_id)
        values ($1, $2, $3, 'user', 'login', 'user', 'user', 'u', true, '{}', '', '')
    """
    async with database.transaction() as tx:
        assert await postgres.ensure_partition(tx, moment)
        waiting = asyncio.create_task(database.execute(adding, pool_id, new_id(), moment))
        await until_one_waits(database, waiting)
    await waiting
    assert await tables_of(database, pool_id) == ["audit_records_1982_03"]
    await AuditLog(database).prune(datetime(1982, 4, 1, tzinfo=UTC))


async def test_this_month_and_the_months_ahead_are_prepared_once(database: Database) -> None:
    moment = datetime(2072, 11, 15, tzinfo=UTC)
    async with database.transaction() as tx:
        assert await postgres.prepare_partitions(tx, 100, moment) == postgres.MONTHS_AHEAD + 1
        assert await postgres.prepare_partitions(tx, 100, moment) == 0
    for name in ("audit_records_2072_12", "audit_records_2073_01"):
        assert await database.fetchval("select to_regclass($1)::text", name) == name


async def test_pruning_drops_old_months_and_deletes_the_older_rows_of_the_cut_one(database: Database) -> None:
    pool_id = new_id()
    for month in (1, 2):
        await ensured(database, datetime(1981, month, 1, tzinfo=UTC))
    days = [
        datetime(1981, 1, 9, tzinfo=UTC),
        datetime(1981, 2, 9, tzinfo=UTC),
        datetime(1981, 2, 20, tzinfo=UTC),
    ]
    for day in days:
        await add_at(database, pool_id, day)
    assert await AuditLog(database).prune(datetime(1981, 2, 15, tzinfo=UTC)) == 2
    left = await database.fetch("select at from audit_records where pool_id = $1", pool_id)
    assert [row["at"] for row in left] == [days[2]]
    assert await database.fetchval("select to_regclass('audit_records_1981_01')") is None
    await AuditLog(database).prune(datetime(1981, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("moment", "first", "following"),
    [
        ("2026-01-31T23:00:00+00:00", "2026-01-01", "2026-02-01"),
        ("2026-12-01T00:00:00+08:00", "2026-11-01", "2026-12-01"),
        ("2026-12-31T23:59:59+00:00", "2026-12-01", "2027-01-01"),
    ],
)
def test_months_are_those_of_utc(moment: str, first: str, following: str) -> None:
    parsed = datetime.fromisoformat(moment)
    assert postgres.month_start(parsed).date().isoformat() == first
    assert postgres.next_month(parsed).date().isoformat() == following
