"""Scripts against a real PostgreSQL: what the documented templates do, and what people forget."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest

from poolhouse.breaker import BreakerState
from poolhouse.sandbox.client import Killed, Returned, Sandbox, Threw
from poolhouse.sandbox.limits import KillReason, Limits
from poolhouse.sandbox.order import WorkerSpec


def spec(url: str, key: str, *, pooled: bool = False) -> WorkerSpec:
    parts = urlsplit(url)
    env = {"DB_CONNECTION_URI": url}
    return WorkerSpec(key=key, env=env, allow_hosts=(f"{parts.hostname}:{parts.port}",), pooled=pooled)


async def run(sandbox: Sandbox, on: WorkerSpec, source: str, *args: object, timeout_ms: int = 5000):
    return await sandbox.run(
        on,
        source=source,
        function="login",
        args=[*args, None],
        timeout_ms=timeout_ms,
        read_only=True,
    )


def asking(body: str) -> str:
    return f"""async function login(value) {{
  const {{ Client }} = require('pg');
  const client = new Client({{ connectionString: env.DB_CONNECTION_URI }});
  await client.connect();
  try {{ {body} }} finally {{ client.end(); }}
}}"""


async def sessions(url: str, name: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(
            "select count(*) from pg_stat_activity where application_name = $1", name
        )
    finally:
        await connection.close()


async def test_a_script_reads_rows_as_pg_gives_them(sandbox: Sandbox, database_url: str) -> None:
    source = asking(
        "const { rows, rowCount } = await client.query("
        "\"select $1::text as name, 42 as n, 9007199254740993 as big, '2021-03-11T20:52:50Z'::timestamptz as at,"
        " '{1,2}'::int[] as list, '{\\\"a\\\": 1}'::jsonb as doc\", [value]);"
        "return { ...rows[0], rowCount, isDate: rows[0].at instanceof Date };"
    )
    outcome = await run(sandbox, spec(database_url, "pg rows"), source, "张三'; drop")
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == {
        "name": "张三'; drop",
        "n": 42,
        "big": "9007199254740993",
        "at": "2021-03-11T20:52:50.000Z",
        "list": [1, 2],
        "doc": {"a": 1},
        "rowCount": 1,
        "isDate": True,
    }
    assert (outcome.clients_opened, outcome.clients_left_open, outcome.warnings) == (1, 0, ())


async def test_a_database_error_keeps_its_code_and_the_scripts_line(
    sandbox: Sandbox, database_url: str
) -> None:
    outcome = await run(sandbox, spec(database_url, "pg error"), asking("await client.query('select nope')"))
    assert isinstance(outcome, Threw)
    assert outcome.code == "42703"
    assert "nope" in outcome.message
    assert "login.js:5" in outcome.stack
    assert "node_modules" not in outcome.stack
    assert not outcome.connection_lost


async def test_a_forgotten_client_is_counted_and_closed(sandbox: Sandbox, database_url: str) -> None:
    source = """async function login() {
      const { Client } = require('pg');
      for (let i = 0; i < 3; i++) {
        await new Client({ connectionString: env.DB_CONNECTION_URI, application_name: 'forgotten' }).connect();
      }
      return 'forgot';
    }"""
    outcome = await run(sandbox, spec(database_url, "pg leak"), source)
    assert isinstance(outcome, Returned)
    assert (outcome.clients_opened, outcome.clients_left_open) == (3, 3)
    assert "3 database client(s) left open" in outcome.warnings[0].en
    async with asyncio.timeout(5):
        while await sessions(database_url, "forgotten"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_an_argument_spliced_into_sql_is_warned_of(sandbox: Sandbox, database_url: str) -> None:
    on = spec(database_url, "pg splice")
    spliced = await run(
        sandbox, on, asking("await client.query(`select '${value.email}'`); return 1"), {"email": "bob@x.cn"}
    )
    assert isinstance(spliced, Returned)
    assert any("pass it as a parameter" in warning.en for warning in spliced.warnings)
    bound = await run(
        sandbox, on, asking("await client.query('select $1', [value.email]); return 1"), {"email": "bob@x.cn"}
    )
    assert isinstance(bound, Returned)
    assert bound.warnings == ()


async def test_pooled_clients_share_a_connection_but_nothing_of_its_session(
    sandbox: Sandbox, database_url: str
) -> None:
    on = spec(database_url, "pg pooled", pooled=True)
    leave = asking(
        "await client.query(\"set application_name = 'dirty'; create temp table t (a int); prepare p as select 1\");"
        "return (await client.query('select pg_backend_pid() as pid')).rows[0].pid"
    )
    look = asking(
        "const { rows } = await client.query(\"select pg_backend_pid() as pid, current_setting('application_name')"
        " as name, to_regclass('pg_temp.t')::text as t, (select count(*) from pg_prepared_statements) as p\");"
        "return rows[0]"
    )
    first = await run(sandbox, on, leave)
    assert isinstance(first, Returned), first
    second = await run(sandbox, on, look)
    assert isinstance(second, Returned), second
    assert second.value == {"pid": first.value, "name": "", "t": None, "p": "0"}
    assert (second.clients_opened, second.clients_left_open) == (1, 0)


async def test_a_pooled_client_left_in_a_transaction_is_thrown_away(
    sandbox: Sandbox, database_url: str
) -> None:
    on = spec(database_url, "pg pooled transaction", pooled=True)
    first = await run(
        sandbox,
        on,
        asking(
            "await client.query('begin'); return (await client.query('select pg_backend_pid() as p')).rows[0].p"
        ),
    )
    second = await run(
        sandbox,
        on,
        asking(
            "return (await client.query('select pg_backend_pid() as p, now() = statement_timestamp() as fresh'))"
            ".rows[0]"
        ),
    )
    assert isinstance(first, Returned)
    assert isinstance(second, Returned)
    assert second.value["p"] != first.value
    assert second.value["fresh"] is True


async def test_a_named_statement_works_again_after_its_session_was_discarded(
    sandbox: Sandbox, database_url: str
) -> None:
    on = spec(database_url, "pg pooled named", pooled=True)
    named = asking("return (await client.query({ name: 'one', text: 'select 1 as n' })).rows[0].n")
    for _ in range(3):
        outcome = await run(sandbox, on, named)
        assert isinstance(outcome, Returned), outcome
        assert outcome.value == 1


@pytest.mark.parametrize("pooled", [False, True])
async def test_a_dead_database_opens_the_breaker_and_its_return_closes_it(
    pooled: bool, database_url: str
) -> None:
    limits = Limits(breaker_failures=3, breaker_open_s=0.2)
    sandbox = Sandbox(limits)
    closed = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    parts = urlsplit(database_url)
    on = WorkerSpec(
        key="dead",
        env={"URI": database_url.replace(f":{parts.port}/", f":{port}/"), "GOOD": database_url},
        allow_hosts=(f"127.0.0.1:{port}", f"{parts.hostname}:{parts.port}"),
        pooled=pooled,
    )
    wrapped = """async function login() {
      const { Client } = require('pg');
      const client = new Client({ connectionString: env.URI });
      try { await client.connect(); } catch (error) { throw new Error('Execute query failed: ' + error.message); }
    }"""

    healthy = wrapped.replace("env.URI", "env.GOOD").replace("connect();", "connect(); client.end();")
    try:
        for _ in range(3):
            failed = await run(sandbox, on, wrapped)
            assert isinstance(failed, Threw)
            assert failed.connection_lost
        refused = await run(sandbox, on, wrapped)
        assert isinstance(refused, Killed)
        assert refused.reason is KillReason.BREAKER_OPEN
        assert refused.duration_ms < 50
        assert sandbox.status().connections[0].breaker is BreakerState.OPEN
        await asyncio.sleep(0.25)
        assert isinstance(await run(sandbox, on, healthy), Returned)
        assert sandbox.status().connections[0].breaker is BreakerState.CLOSED
    finally:
        await sandbox.close()
