"""How long each kind of record is kept: as each pool says, and no other pool's is touched."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.jobs import piece_of

from poolhouse.audit.model import Event, Operation
from poolhouse.audit.postgres_retention import delete_old
from poolhouse.errors import InvalidInput
from poolhouse.ids import new_id
from poolhouse.services import Services


async def aged(services: Services, pool: PoolForTests, *ages: tuple[Operation, int]) -> None:
    for operation, days in ages:
        await services.audit.write(
            services.db, pool.administrator, Event(operation, "user", f"{operation} {days}")
        )
        await services.db.execute(
            "update audit_records set at = now() - make_interval(days => $2) "
            "where pool_id = $1 and resource_id = $3",
            pool.id,
            days,
            f"{operation} {days}",
        )


async def kept(services: Services, pool: PoolForTests) -> set[str]:
    rows = await services.db.fetch(
        "select resource_id from audit_records where pool_id = $1 and resource_type = 'user'", pool.id
    )
    return {row["resource_id"] for row in rows}


async def tell(services: Services, pool: PoolForTests, **days: int) -> None:
    await services.pools.update(pool.administrator, {}, {"retention": days})


AGES: tuple[tuple[Operation, int], ...] = (("login", 5), ("login", 40), ("update", 5), ("update", 40))


@pytest.mark.parametrize(
    ("days", "stays"),
    [
        ({}, {"login 5", "login 40", "update 5", "update 40"}),
        ({"sign_ins_days": 30}, {"login 5", "update 5", "update 40"}),
        ({"acts_days": 30}, {"login 5", "login 40", "update 5"}),
        ({"sign_ins_days": 1, "acts_days": 1}, set()),
    ],
    ids=lambda value: "" if isinstance(value, set) else str(value),
)
async def test_the_log_keeps_sign_ins_and_acts_as_long_as_the_pool_says(
    services: Services, pool: PoolForTests, days: dict[str, int], stays: set[str]
) -> None:
    await aged(services, pool, *AGES)
    if days:
        await tell(services, pool, **days)
    async with services.db.transaction() as tx:
        await delete_old(tx, 5000)
    assert await kept(services, pool) == stays


async def test_a_piece_is_bounded_and_what_is_left_goes_in_the_next(
    services: Services, pool: PoolForTests
) -> None:
    await aged(services, pool, *((operation, 40 + n) for n in range(3) for operation in ("login", "update")))
    await tell(services, pool, sign_ins_days=30)
    left = []
    for _ in range(3):
        async with services.db.transaction() as tx:
            await delete_old(tx, 2)
        left.append(len(await kept(services, pool)))
    assert left == [4, 3, 3]


LOGS = (
    "insert into custom_script_logs (pool_id, id, name, at, duration_ms, success, outcome) "
    "values ($1, $2, 'login', now() - interval '10 days', 1, true, 'returned')"
)
MAIL = (
    "insert into mail_outbox (pool_id, id, channel, scene, lang, recipient, sender, subject, body, status, "
    "next_attempt_at, created_at) values ($1, $2, 'email', 'welcome', 'zh-CN', 'li@shop.example', '', '', '', $3, "
    "now() + make_interval(days => $4), now() - interval '10 days')"
)


async def test_script_logs_and_mail_go_as_soon_as_the_pool_says(
    services: Services, pool: PoolForTests
) -> None:
    async def left() -> list[int]:
        for job in ("script_logs", "mail"):
            await piece_of(services.db, job)
        return [
            await services.db.fetchval(f"select count(*) from {table} where pool_id = $1", pool.id)
            for table in ("custom_script_logs", "mail_outbox")
        ]

    await services.db.execute(LOGS, pool.id, new_id())
    await services.db.execute(MAIL, pool.id, new_id(), "sent", -9)
    await services.db.execute(MAIL, pool.id, new_id(), "queued", 1)
    assert await left() == [1, 2]
    await tell(services, pool, script_logs_days=11, mail_days=11)
    assert await left() == [1, 2]
    await tell(services, pool, script_logs_days=7, mail_days=7)
    assert await left() == [0, 1]


@pytest.mark.parametrize(
    "days",
    [{"sign_ins_days": -1}, {"acts_days": 36_501}, {"script_logs_days": 0}, {"mail_days": 31}],
    ids=lambda value: "" if isinstance(value, set) else str(value),
)
async def test_days_out_of_bounds_are_refused_by_name(
    services: Services, pool: PoolForTests, days: dict[str, int]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await tell(services, pool, **days)
    assert refused.value.facts["field"] == f"retention.{next(iter(days))}"
