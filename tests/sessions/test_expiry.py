"""What has expired goes, what lives stays."""

from __future__ import annotations

from datetime import timedelta

from tests.conftest import PoolForTests
from tests.jobs import piece_of

from poolhouse.services import Services
from poolhouse.users.model import UserDraft


async def test_a_sweep_deletes_expired_sessions_and_no_other(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "ada"}))
    dead = await services.sessions.start(services.db, pool.stranger, user.id, timedelta(seconds=-1))
    live = await services.sessions.start(services.db, pool.stranger, user.id, timedelta(hours=1))

    await piece_of(services.db, "sessions")

    rows = await services.db.fetch("select id from sessions where pool_id = $1", pool.id)
    assert {row["id"] for row in rows} == {live.id}
    assert dead.id != live.id
