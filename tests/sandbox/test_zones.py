"""Dates and times out of a database and back into it: the same day, the same moment, whatever zones there are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from poolhouse.sandbox.client import Returned, Sandbox
from poolhouse.sandbox.order import WorkerSpec

# The zone of the connection, the one PostgreSQL's session has, MariaDB's offset, and the moment of 02:20:30.5 there.
ZONES = {
    "UTC": ("UTC", "+00:00", "2022-07-03T02:20:30.500Z"),
    "+08:00": ("Asia/Shanghai", "+08:00", "2022-07-02T18:20:30.500Z"),
    "Asia/Shanghai": ("Asia/Shanghai", "+08:00", "2022-07-02T18:20:30.500Z"),
    "America/New_York": ("America/New_York", "-04:00", "2022-07-03T06:20:30.500Z"),
    "-05:00": ("EST", "-05:00", "2022-07-03T07:20:30.500Z"),
    "Asia/Kathmandu": ("Asia/Kathmandu", "+05:45", "2022-07-02T20:35:30.500Z"),
}
PG = """
  const c = new (require('pg').Client)(env.URI);
  await c.connect();
  await c.query(`set time zone '${env.SESSION}'`);
  await c.query('create temporary table t (d date, dt timestamp, ts timestamptz, a timestamp[])');
  await c.query("insert into t values ('1990-05-06', '2022-07-03 02:20:30.5', '2022-07-03 02:20:30.5',"
    + " '{2022-07-03 02:20:30.5}')");
  const seen = new Set(), days = new Set();
  for (let i = 0; i < 10; i++) {
    const { rows: [r] } = await c.query('select * from t');
    days.add(r.d.toISOString());
    for (const date of [r.dt, r.ts, ...r.a]) seen.add(date.toISOString());
    await c.query('update t set d = $1, dt = $2, ts = $3, a = $4', [new Date(r.d), r.dt, r.ts, r.a]);
  }
  const { rows: [left] } = await c.query(
    "select d::text, dt::text, ts = '2022-07-03 02:20:30.5' as ts, a::text from t");
  await c.end();
  return { days: [...days], seen: [...seen], left };
"""
MYSQL = """
  const c = await require('mysql2/promise').CALL;
  const one = c.getConnection ? await c.getConnection() : c;
  await one.query(`set time_zone = '${env.SESSION}'`);
  await one.query('create temporary table t (d date, dt datetime(1), ts timestamp(1) null)');
  await one.query("insert into t values ('1990-05-06', '2022-07-03 02:20:30.5', '2022-07-03 02:20:30.5')");
  const seen = new Set(), days = new Set();
  for (let i = 0; i < 10; i++) {
    const [[r]] = await one.METHOD('select * from t');
    days.add(r.d.toISOString());
    for (const date of [r.dt, r.ts]) seen.add(date.toISOString());
    await one.METHOD('update t set d = ?, dt = ?, ts = ?', [new Date(r.d), r.dt, r.ts]);
    await one.query('update t set ?', [{ d: r.d, dt: r.dt }]);
    await one.query({ sql: 'update t set ts = ?', values: [r.ts] });
  }
  const [[left]] = await one.query('select cast(d as char) d, cast(dt as char) dt, cast(ts as char) ts from t');
  if (c.getConnection) one.release();
  await c.end();
  return { days: [...days], seen: [...seen], left };
"""
CONNECTION, POOL = "createConnection(env.URI)", "createPool(env.URI)"
WAYS = {
    "pg": PG,
    "mysql query": MYSQL.replace("CALL", CONNECTION).replace("METHOD", "query"),
    "mysql execute": MYSQL.replace("CALL", CONNECTION).replace("METHOD", "execute"),
    "mysql pool": MYSQL.replace("CALL", POOL).replace("METHOD", "execute"),
}


async def run(
    sandbox: Sandbox, url: str, body: str, zone: str, session: str = "", *, pooled: bool = False
) -> Any:
    parts = urlsplit(url)
    spec = WorkerSpec(
        key=f"zone {zone} {pooled}",
        env={"URI": url, "SESSION": session},
        allow_hosts=(f"{parts.hostname}:{parts.port}",),
        pooled=pooled,
        timezone=zone,
    )
    outcome = await sandbox.run(
        spec,
        source=f"async function login() {{ {body} }}",
        function="login",
        args=[None],
        timeout_ms=15_000,
        read_only=False,
    )
    await sandbox.forget(spec.key)
    assert isinstance(outcome, Returned), outcome
    return outcome.value


@pytest.mark.parametrize("pooled", [False, True], ids=["", "pooled"])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("way", WAYS)
async def test_days_and_times_come_as_they_are_and_stay_so_over_ten_round_trips(
    way: str, zone: str, pooled: bool, sandbox: Sandbox, urls: dict[str, str]
) -> None:
    kind = way.split()[0]
    if kind not in urls:
        pytest.skip("MariaDB is not installed")
    name, offset, moment = ZONES[zone]
    found = await run(sandbox, urls[kind], WAYS[way], zone, name if kind == "pg" else offset, pooled=pooled)
    assert found["days"] == ["1990-05-06T00:00:00.000Z"]
    assert found["seen"] == [moment]
    if kind == "pg":
        kept = {
            "d": "1990-05-06",
            "dt": "2022-07-03 02:20:30.5",
            "ts": True,
            "a": '{"2022-07-03 02:20:30.5"}',
        }
    else:
        kept = {"d": "1990-05-06", "dt": "2022-07-03 02:20:30.5", "ts": "2022-07-03 02:20:30.5"}
    assert found["left"] == kept


async def test_a_zone_the_script_names_itself_is_its_own_affair(
    sandbox: Sandbox, urls: dict[str, str]
) -> None:
    if "mysql" not in urls:
        pytest.skip("MariaDB is not installed")
    body = (
        "const c = await require('mysql2/promise').createConnection({ uri: env.URI, timezone: '+02:00' });"
        " const [[r]] = await c.query(\"select timestamp '2022-07-03 02:20:30' as dt, ? as back\","
        " [new Date('2022-07-03T00:20:30Z')]); await c.end(); return r;"
    )
    found = await run(sandbox, urls["mysql"], body, "+08:00")
    assert found == {"dt": "2022-07-03T00:20:30.000Z", "back": "2022-07-03 02:20:30.000"}


async def test_a_summer_time_is_the_one_of_the_day_in_question(
    sandbox: Sandbox, urls: dict[str, str]
) -> None:
    body = (
        "const c = new (require('pg').Client)(env.URI); await c.connect();"
        " const { rows } = await c.query(\"select timestamp '2022-01-03 12:00' as winter, timestamp"
        " '2022-07-03 12:00' as summer, timestamp 'infinity' as never\"); await c.end(); return rows[0];"
    )
    found = await run(sandbox, urls["pg"], body, "America/New_York")
    assert found["winter"] == "2022-01-03T17:00:00.000Z"
    assert found["summer"] == "2022-07-03T16:00:00.000Z"


async def test_workers_run_in_utc_wherever_the_server_is(
    sandbox: Sandbox, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    body = (
        "return [new Date(1990, 4, 6), Intl.DateTimeFormat().resolvedOptions().timeZone,"
        " new Date().getTimezoneOffset()]"
    )
    assert await run(sandbox, database_url, body, "+08:00") == ["1990-05-06T00:00:00.000Z", "UTC", 0]
