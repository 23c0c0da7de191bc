"""An act upon many while the database has no room."""

from __future__ import annotations

import pytest
from tests.bulk.conftest import Works
from tests.conftest import PoolForTests
from tests.full_disk import full

from poolhouse.errors import DatabaseFull
from poolhouse.groups.model import GroupDraft
from poolhouse.services import Services
from poolhouse.users.model import UserDraft


@pytest.mark.not_on_citus("a trigger is what plays the full disk, and distributed tables have none")
async def test_a_full_disk_fails_nobody_of_an_act_upon_many(
    services: Services, pool: PoolForTests, works: Works
) -> None:
    admin = pool.administrator
    user = await services.users.create(admin, UserDraft({"username": "li"}))
    group = await services.groups.create(admin, GroupDraft("staff", "员工"))
    act = await services.bulk_acts.start(admin, "ADD_TO_GROUP", {"group": group.code}, user_ids=[user.id])
    async with full(services.db, pool.id, "group_members"):
        with pytest.raises(DatabaseFull):
            await works.worker().step()
        act = await services.bulk_acts.get(admin, act.id)
        assert (act.done, act.failed) == (0, 0)
        assert "磁盘已满" in (act.reason or "")
    await works.finish()
    act = await services.bulk_acts.get(admin, act.id)
    assert (act.status, act.done, act.failed, act.reason) == ("COMPLETED", 1, 0, None)
