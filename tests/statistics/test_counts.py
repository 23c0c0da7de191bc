"""A pool's figures: what the job has counted and what came since are one, and nothing is counted twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import PoolForTests

from poolhouse.audit.model import Event
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput, NotAuthenticated
from poolhouse.services import Services
from poolhouse.statistics import postgres
from poolhouse.statistics.service import PoolStatistics, _beginnings
from poolhouse.times import now, zone_named
from poolhouse.users.model import UserDraft


async def signs_in(services: Services, pool: PoolForTests, *, reason: str = "", days_ago: float = 0) -> None:
    caller = Caller(pool.id)
    event = Event("login", "user", success=not reason, detail={"reason": reason} if reason else {})
    async with services.db.transaction() as tx:
        await services.audit.write(tx, caller, event)
        if days_ago:
            await tx.execute(
                "update audit_records set at = (at at time zone 'UTC' - $2::interval) at time zone 'UTC' "
                "where pool_id = $1 and at = "
                "(select max(at) from audit_records where pool_id = $1 and kind = 'user')",
                pool.id,
                timedelta(days=days_ago),
            )


@pytest.fixture(autouse=True)
async def nothing_counted(database: Database) -> None:
    """The tests share a database, in which another may have counted further than this one looks back."""
    await database.execute("delete from pool_counts_until")


async def counted(db: Database) -> None:
    while True:
        async with db.transaction() as tx:
            if await postgres.count(tx, 5) < 5:
                return


async def figures(services: Services, pool: PoolForTests, days: int = 30) -> PoolStatistics:
    return await services.statistics.of(pool.administrator, days)


async def test_a_stranger_is_refused(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await services.statistics.of(Caller(pool.id), 30)


async def test_sign_ins_refusals_and_newcomers_are_counted_by_day_before_and_after_the_job(
    services: Services, database: Database, pool: PoolForTests
) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    await signs_in(services, pool)
    await signs_in(services, pool, reason="WrongPassword")
    await signs_in(services, pool, reason="WrongPassword", days_ago=3)
    before = await figures(services, pool)
    assert [before.days[-1].logins, before.days[-1].refusals, before.days[-1].users] == [1, 1, 1]
    for _ in range(2):
        await counted(database)
        found = await figures(services, pool)
        assert [found.days[-1].logins, found.days[-1].refusals, found.days[-1].users] == [1, 1, 1]
        assert found.days[-4].refusals == 1
        assert found.refusals == {"WrongPassword": 2}
        assert found.users == 1
        assert found.until is not None


async def test_the_job_counts_what_is_older_than_its_lag_and_again_what_it_had_begun(
    services: Services, database: Database, pool: PoolForTests
) -> None:
    await signs_in(services, pool, days_ago=1)
    await counted(database)
    await signs_in(services, pool, days_ago=1)
    await database.execute("update pool_counts_until set at = now() - interval '1 day 1 minute'")
    await counted(database)
    assert sum(day.logins for day in (await figures(services, pool)).days) == 2


async def test_another_pool_is_not_counted(
    services: Services, database: Database, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    await signs_in(services, other_pool, days_ago=2)
    await counted(database)
    assert sum(day.logins for day in (await figures(services, pool)).days) == 0
    assert sum(day.logins for day in (await figures(services, other_pool)).days) == 1


@pytest.mark.parametrize("days", [0, 32, -1])
async def test_days_are_within_what_is_kept(services: Services, pool: PoolForTests, days: int) -> None:
    with pytest.raises(InvalidInput):
        await figures(services, pool, days)


def test_a_day_begins_at_midnight_of_its_zone_in_summer_too() -> None:
    berlin = zone_named("Europe/Berlin", "zone")
    begins = _beginnings(datetime(2026, 3, 29, 22, 30, tzinfo=UTC), berlin, 3)
    assert [one.astimezone(UTC).isoformat()[:16] for one in begins] == [
        "2026-03-27T23:00",
        "2026-03-28T23:00",
        "2026-03-29T22:00",
    ]


async def test_what_is_to_be_done_is_said(services: Services, pool: PoolForTests) -> None:
    admin = replace(pool.administrator)
    assert [step.code for step in (await figures(services, pool)).steps] == ["mail_not_configured"]
    await services.customdb.update(admin, {"enabled": True})
    steps = {step.code: step.about for step in (await figures(services, pool)).steps}
    assert steps["scripts_missing"] == ("login", "getUser")
    source = "async function login() { return null; }"
    saved = await services.customdb.save_script(admin, "login", source)
    await services.customdb.publish(admin, "login", saved.version)
    await services.customdb.save_script(admin, "login", source + " ")
    steps = {step.code: step.about for step in (await figures(services, pool)).steps}
    assert steps["scripts_missing"] == ("getUser",)
    assert steps["draft_newer"] == ("login",)


async def test_scripts_are_judged_by_their_newest_calls(services: Services, pool: PoolForTests) -> None:
    for number in range(20):
        await services.db.execute(
            "insert into custom_script_logs (pool_id, id, at, name, duration_ms, success, outcome) "
            "values ($1, $2, $3, 'login', $4, $5, $6)",
            pool.id,
            str(number),
            now() - timedelta(minutes=number),
            float(number),
            number > 1,
            ("threw", "timeout")[number] if number < 2 else "returned",
        )
    (one,) = (await figures(services, pool)).scripts
    assert (one.calls, one.threw, one.stopped) == (20, 1, 1)
    assert 17 < one.p95_ms < 19
