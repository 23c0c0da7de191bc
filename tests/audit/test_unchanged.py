"""A change on the condition that nobody else has changed the same, before it leaves this database."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg
import pytest
from tests.conftest import PoolForTests
from tests.wire.v3.test_unchanged import until_waiting

from poolhouse.audit.model import Event
from poolhouse.caller import Caller, Unchanged
from poolhouse.errors import ChangedMeanwhile
from poolhouse.services import Services
from poolhouse.times import now


async def hold(services: Services, caller: Caller) -> None:
    async with services.db.transaction() as tx:
        await services.audit.hold(tx, caller, "user", "somebody")


async def test_the_second_waits_for_the_first_and_is_refused(
    services: Services, pool: PoolForTests, database_url: str
) -> None:
    since = now()
    first, second = (replace(pool.administrator, unchanged=Unchanged(since)) for _ in range(2))
    watching = await asyncpg.connect(database_url)
    try:
        async with services.db.transaction() as tx:
            await services.audit.hold(tx, first, "user", "somebody")
            waits = asyncio.create_task(hold(services, second))
            await until_waiting(watching, 1)
            await services.audit.write(
                tx, first, Event("update", "user", "somebody", before={}, after={"a": 1})
            )
    finally:
        await watching.close()
    with pytest.raises(ChangedMeanwhile):
        await waits


async def test_whoever_has_no_condition_waits_for_nobody(services: Services, pool: PoolForTests) -> None:
    first = replace(pool.administrator, unchanged=Unchanged(now()))
    async with services.db.transaction() as tx:
        await services.audit.hold(tx, first, "user", "somebody")
        async with asyncio.timeout(5):
            await hold(services, pool.administrator)


async def test_an_act_known_to_the_caller_is_no_reason(services: Services, pool: PoolForTests) -> None:
    since = now()
    async with services.db.transaction() as tx:
        await services.audit.write(
            tx, pool.administrator, Event("update", "user", "somebody", before={}, after={"a": 1})
        )
    asking = replace(pool.administrator, unchanged=Unchanged(since))
    with pytest.raises(ChangedMeanwhile) as refused:
        await hold(services, asking)
    known = {one.id for one in refused.value.facts["changes"]}
    await hold(services, replace(asking, unchanged=Unchanged(since, known)))
