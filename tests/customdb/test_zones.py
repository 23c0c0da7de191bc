"""A connection's `timezone`: by it days and moments of its database are read and written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.customdb import folder
from poolhouse.customdb.model import SCRIPT_NAMES, LogQuery
from poolhouse.errors import InvalidInput, ScriptFailed
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

TABLE = (
    "create table people (id int primary key, born date, seen timestamp, expires timestamptz, active text)"
)
PG = (
    "const c = new (require('pg').Client)(env.DB_CONNECTION_URI); await c.connect();"
    " try { BODY } finally { await c.end(); }"
)
GET = PG.replace(
    "BODY",
    "const { rows: [r] } = await c.query('select * from people where id = $1', [query.id]);"
    " return r ? { id: r.id, username: 'wang', birthdate: BORN, lastLogin: r.seen, tokenExpiredAt: r.expires,"
    " blocked: r.active } : null;",
)
PUT = PG.replace(
    "BODY",
    "if (updates.birthdate) await c.query('update people set born = $1 where id = $2', [updates.birthdate, id]);"
    " if (updates.lastLogin) await c.query('update people set seen = $1, expires = $2 where id = $3',"
    " [AS(updates.lastLogin), AS(updates.tokenExpiredAt), id]); return null;",
)


def scripts(born: str = "r.born", given: str = "") -> dict[str, str]:
    get = GET.replace("BORN", born)
    put = PUT.replace("AS", given)
    bodies = {"getUser": f"(query) {{ {get} }}", "updateUser": f"(id, updates) {{ {put} }}"}
    return {name: f"async function {name}{bodies.get(name, '() {}')}" for name in SCRIPT_NAMES}


@pytest.mark.parametrize("given", ["", "new Date"], ids=["as text", "as a Date"])
@pytest.mark.parametrize("born", ["r.born", "r.born.toISOString()", "r.born.toISOString().slice(0, 10)"])
@pytest.mark.parametrize("zone", ["UTC", "+08:00", "Asia/Shanghai", "America/New_York"])
async def test_ten_times_read_and_written_back_no_day_and_no_moment_has_shifted(
    zone: str, born: str, given: str, services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await legacy.execute(TABLE)
    row = "'1990-05-06', '2022-07-03 02:20:30', '2022-07-03 02:20:30+00'"
    await legacy.execute(f"insert into people values (7, {row}, 'N')")
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", scripts(born, given), timezone=zone)
    directory = await services.directories.of(pool.id)
    admin = pool.administrator
    for _ in range(10):
        (user,) = await directory.find(admin, [UserKey("id", "7")])
        assert user is not None
        assert user.birthdate == "1990-05-06"
        names = ("birthdate", "last_login", "token_expired_at")
        async with services.db.transaction() as tx:
            draft = UserDraft({name: getattr(user, name) for name in names})
            await directory.update(tx, admin, "7", draft)
    assert await legacy.execute("select born || ' ' || seen from people") == "1990-05-06 2022-07-03 02:20:30"
    assert await legacy.execute("select expires from people") == datetime(2022, 7, 3, 2, 20, 30, tzinfo=UTC)


async def test_a_blocked_that_cannot_be_read_is_refused_and_the_log_says_which(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await legacy.execute(TABLE)
    await legacy.execute(
        "insert into people values (7, null, null, null, 'locked?'), (8, null, null, null, 'Y')"
    )
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", scripts())
    directory = await services.directories.of(pool.id)
    (blocked,) = await directory.find(pool.administrator, [UserKey("id", "8")])
    assert blocked is not None
    assert blocked.blocked
    with pytest.raises(ScriptFailed, match="blocked"):
        await directory.find(pool.administrator, [UserKey("id", "7")])
    await services.scripts.settled()
    rows = await services.customdb.list_logs(pool.administrator, LogQuery(success=False), PageRequest(1, 10))
    assert "a value of blocked that cannot be read" in (rows.items[0].message or "")


@pytest.mark.parametrize(
    "zone", ["+08:00", "-09:30", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "UTC"]
)
async def test_a_zone_is_kept_and_shown_beside_the_other_settings(
    zone: str, services: Services, pool: PoolForTests
) -> None:
    await services.customdb.update(pool.administrator, {"timezone": zone})
    kept = await services.customdb.get(pool.administrator)
    assert kept.timezone == zone
    text = folder.connection_file(kept)
    assert folder.read({"connection.toml": text}, {}).changes["timezone"] == zone


WRONG: list[Any] = [
    "",
    "Shanghai",
    "Mars/Base",
    "+8",
    "+15:00",
    "+08:60",
    "8",
    8,
    "../etc/passwd",
    "A/" * 9_000,
    "\0",
]


@pytest.mark.parametrize("zone", WRONG, ids=lambda zone: repr(zone)[:20])
async def test_a_zone_that_is_none_is_refused_by_name(
    zone: Any, services: Services, pool: PoolForTests
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await services.customdb.update(pool.administrator, {"timezone": zone})
    assert refused.value.facts["field"] == "timezone"
