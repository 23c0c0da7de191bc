"""Every way people call a driver: callbacks, events, streams, promises. And what becomes of an error nobody awaits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from poolhouse.sandbox.client import Killed, Outcome, Returned, Sandbox, Threw
from poolhouse.sandbox.limits import KillReason
from poolhouse.sandbox.order import WorkerSpec

from .world import pids_of

Of = Callable[[str], str]

MYSQL = "const m = require('mysql2'); const c = m.createConnection(env.URI);"
POOL = "const m = require('mysql2'); const p = m.createPool(env.URI);"
PROMISE = "const m = require('mysql2/promise');"
PG = "const pg = require('pg'); const c = new pg.Client(env.URI);"
PG_POOL = "const pg = require('pg'); const p = new pg.Pool({ connectionString: env.URI });"
# `told` settles the promise as people do it in a callback; `rows` are what each driver calls them.
ASKED = "return await new Promise((done, fail) => {{ const told = (e, r) => (e ? fail(e) : done(r.rows ?? r)); {} }});"


def asked(opening: str, body: str) -> str:
    return opening + ASKED.format(body)


MYSQL_STYLES = {
    "query with a callback": asked(MYSQL, "c.query('select 1 as a', (e, r) => { c.end(); told(e, r); });"),
    "query with values": asked(MYSQL, "c.query('select ? as a', [1], told); c.end();"),
    "query by options": asked(MYSQL, "c.query({ sql: 'select ? as a', values: [1] }, told); c.end();"),
    "execute": asked(MYSQL, "c.execute('select 1 as a', (e, r) => c.end(() => told(e, r)));"),
    "connect, then query": asked(MYSQL, "c.connect((e) => e ? fail(e) : c.query('select 1 as a', told));"),
    "through a transaction": asked(
        MYSQL,
        "c.beginTransaction((e) => { if (e) return fail(e); c.query('select 1 as a', (e, r) =>"
        " c.commit(() => c.ping(() => c.changeUser({}, (e2) => told(e ?? e2, r))))); });",
    ),
    "a prepared statement": asked(
        MYSQL, "c.prepare('select 1 as a', (e, s) => e ? fail(e) : s.execute([], told));"
    ),
    "events": asked(
        MYSQL,
        "const rows = []; c.query('select 1 as a').on('result', (row) => rows.push(row)).on('error', fail)"
        ".on('end', () => told(null, rows));",
    ),
    "a stream": asked(
        MYSQL,
        "const rows = []; c.query('select 1 as a').stream().on('data', (row) => rows.push(row))"
        ".on('error', fail).on('end', () => told(null, rows));",
    ),
    "an iterated stream": MYSQL
    + "const rows = []; for await (const row of c.query('select 1 as a').stream()) rows.push(row); return rows;",
    "promise()": MYSQL + "const [rows] = await c.promise().query('select 1 as a'); return rows;",
    "a promise made of the callback": MYSQL
    + "const query = (sql) => new Promise((y, n) => c.query.bind(c)(sql, (e, r) => (e ? n(e) : y(r))));"
    " return await query('select 1 as a');",
    "connect instead of createConnection": asked(
        "const c = require('mysql2').connect(env.URI);", "c.query('select 1 as a', told);"
    ),
    "a pool": asked(POOL, "p.query('select 1 as a', (e, r) => { p.end(); told(e, r); });"),
    "a pool's execute": asked(POOL, "p.execute('select 1 as a', told);"),
    "a pool's connection": asked(
        POOL,
        "p.getConnection((e, c) => e ? fail(e) :"
        " c.query('select 1 as a', (e, r) => { c.release(); p.end(); told(e, r); }));",
    ),
    "a pool's promise()": POOL + "const [rows] = await p.promise().query('select 1 as a'); return rows;",
    "mysql2/promise": PROMISE
    + "const c = await m.createConnection(env.URI); const [rows] = await c.query('select 1 as a'); return rows;",
    "mysql2/promise execute": PROMISE
    + "const c = await m.createConnection(env.URI); const [rows] = await c.execute('select 1 as a');"
    " await c.end(); return rows;",
    "a pool of mysql2/promise": PROMISE
    + "const p = m.createPool(env.URI); const c = await p.getConnection();"
    " const [rows] = await c.query('select 1 as a'); c.release(); return rows;",
    "a listener that is removed": asked(
        MYSQL, "c.on('error', fail); c.off('error', fail); c.once('end', fail); c.off('end', fail);"
        " told(null, [{ a: 1 + c.listenerCount('end') }]);",
    ),
}  # fmt: skip

PG_STYLES = {
    "query with a callback": asked(PG, "c.connect((e) => e ? fail(e) : c.query('select 1 as a', told));"),
    "query with values": asked(
        PG, "c.connect(); c.query('select $1::int as a', [1], (e, r) => c.end(() => told(e, r)));"
    ),
    "query by options": asked(
        PG, "c.connect(); c.query({ text: 'select $1::int as a', values: [1] }, told);"
    ),
    "promises": PG + "await c.connect(); return (await c.query('select 1 as a')).rows;",
    "events": asked(
        PG,
        "c.connect(); const rows = []; const q = c.query(new pg.Query('select 1 as a'));"
        " q.on('row', (row) => rows.push(row)); q.on('error', fail); q.on('end', () => told(null, rows));",
    ),
    "a pool": asked(PG_POOL, "p.query('select 1 as a', (e, r) => { p.end(); told(e, r); });"),
    "a pool's connection": asked(
        PG_POOL,
        "p.connect((e, c, release) => e ? fail(e) :"
        " c.query('select 1 as a', (e, r) => { release(); told(e, r); }));",
    ),
    "a pool's promises": PG_POOL + "return (await p.query('select 1 as a')).rows;",
    "a listener that is removed": asked(
        PG, "c.on('notice', fail); c.off('notice', fail); c.once('drain', fail); c.off('drain', fail);"
        " told(null, [{ a: 1 + c.listenerCount('notice') + c.listenerCount('drain') }]);",
    ),
}  # fmt: skip

STYLES = [("mysql", name) for name in MYSQL_STYLES] + [("pg", name) for name in PG_STYLES]


@pytest.fixture
def url_of(urls: dict[str, str]) -> Of:
    def found(kind: str) -> str:
        if kind not in urls:
            pytest.skip("MariaDB is not installed")
        return urls[kind]

    return found


async def run(
    sandbox: Sandbox, url: str, body: str, *args: Any, pooled: bool = False, timeout_ms: int = 8_000
) -> Outcome:
    parts = urlsplit(url)
    on = WorkerSpec(
        key=f"styles {pooled}",
        env={"URI": url},
        allow_hosts=(f"{parts.hostname}:{parts.port}",),
        pooled=pooled,
    )
    return await sandbox.run(
        on,
        source=f"async function login(arg) {{ {body} }}",
        function="login",
        args=[*args, None],
        timeout_ms=timeout_ms,
        read_only=True,
        guarded=False,
    )


@pytest.mark.parametrize("pooled", [False, True], ids=["", "pooled"])
@pytest.mark.parametrize(("kind", "style"), STYLES, ids=[" ".join(style) for style in STYLES])
async def test_rows_come_whatever_way_a_driver_is_called(
    kind: str, style: str, pooled: bool, sandbox: Sandbox, url_of: Of
) -> None:
    body = (MYSQL_STYLES if kind == "mysql" else PG_STYLES)[style]
    outcome = await run(sandbox, url_of(kind), body, pooled=pooled)
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == [{"a": 1}]


REFUSED_SQL = [(kind, name) for kind, name in STYLES if "removed" not in name]


@pytest.mark.parametrize(("kind", "style"), REFUSED_SQL, ids=[" ".join(style) for style in REFUSED_SQL])
async def test_what_the_database_refuses_is_thrown_whatever_way_a_driver_is_called(
    kind: str, style: str, sandbox: Sandbox, url_of: Of
) -> None:
    body = (MYSQL_STYLES if kind == "mysql" else PG_STYLES)[style].replace(
        " as a", " as a from no_such_table"
    )
    outcome = await run(sandbox, url_of(kind), body)
    assert isinstance(outcome, Threw), outcome
    assert "no_such_table" in outcome.message
    assert outcome.private


THROWN = {
    "a callback of mysql2": ("mysql", MYSQL + "c.query('select 1', () => { throw new Error('No such user'); });"),
    "a callback of mysql2's execute": (
        "mysql",
        MYSQL + "c.execute('select 1', () => { throw new Error('No such user'); });",
    ),
    "an async callback of mysql2": (
        "mysql",
        MYSQL + "c.query('select 1', async () => { throw new Error('No such user'); });",
    ),
    "a listener of mysql2": (
        "mysql",
        MYSQL + "c.query('select 1').on('result', () => { throw new Error('No such user'); });",
    ),
    "a callback of a pool": ("mysql", POOL + "p.query('select 1', () => { throw new Error('No such user'); });"),
    "a callback of a pool's connection": (
        "mysql",
        POOL + "p.getConnection((e, c) => c.query('select 1', () => { throw new Error('No such user'); }));",
    ),
    "a callback of pg": (
        "pg",
        PG + "c.connect(() => c.query('select 1', () => { throw new Error('No such user'); }));",
    ),
    "an async callback of pg": (
        "pg",
        PG + "c.connect(); c.query('select 1', async () => { throw new Error('No such user'); });",
    ),
    "a listener of pg": (
        "pg",
        PG + "c.connect(); c.query(new pg.Query('select 1')).on('row', () => { throw new Error('No such user'); });",
    ),
    "a callback of a pool of pg": ("pg", PG_POOL + "p.query('select 1', () => { throw new Error('No such user'); });"),
    "a timer": ("pg", "setTimeout(() => { throw new Error('No such user'); }, 1);"),
    "a microtask": ("pg", "queueMicrotask(() => { throw new Error('No such user'); });"),
    "a promise nobody awaits": ("pg", "(async () => { throw new Error('No such user'); })();"),
    "an executor that is async": ("pg", "await new Promise(async () => { throw new Error('No such user'); });"),
}  # fmt: skip


@pytest.mark.parametrize("pooled", [False, True], ids=["", "pooled"])
@pytest.mark.parametrize("where", THROWN)
async def test_what_is_thrown_where_nobody_awaits_it_is_the_calls_own_error(
    where: str, pooled: bool, sandbox: Sandbox, url_of: Of
) -> None:
    kind, body = THROWN[where]
    outcome = await run(sandbox, url_of(kind), body + " await new Promise(() => {});", pooled=pooled)
    assert isinstance(outcome, Threw), outcome
    assert outcome.message == "No such user"
    assert not outcome.private


UNHEARD = {
    "a query of mysql2": ("mysql", MYSQL + "c.query('select nothing');"),
    "a connection of mysql2": (
        "mysql",
        "const c = require('mysql2').createConnection(env.URI.replace('app-secret', 'wrong'));",
    ),
    "a query of pg": ("pg", PG + "c.connect(); c.query(new pg.Query('select nothing'));"),
}


@pytest.mark.parametrize("what", UNHEARD)
async def test_an_error_event_nobody_listens_to_fails_the_call_in_the_drivers_words(
    what: str, sandbox: Sandbox, url_of: Of
) -> None:
    kind, body = UNHEARD[what]
    outcome = await run(sandbox, url_of(kind), body + " await new Promise(() => {});")
    assert isinstance(outcome, Threw), outcome
    assert outcome.private
    assert "nothing" in outcome.message or "denied" in outcome.message


async def test_a_call_that_answers_all_the_same_is_not_failed_by_an_error_it_does_not_await(
    sandbox: Sandbox, url_of: Of
) -> None:
    body = (
        MYSQL
        + "c.query('update nowhere set a = 1'); const [r] = await c.promise().query('select 1 as a'); return r;"
    )
    outcome = await run(sandbox, url_of("mysql"), body)
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == [{"a": 1}]


async def test_a_callback_nobody_calls_ends_in_the_timeout(sandbox: Sandbox, url_of: Of) -> None:
    outcome = await run(sandbox, url_of("mysql"), MYSQL + "await new Promise(() => {});", timeout_ms=300)
    assert isinstance(outcome, Killed)
    assert outcome.reason is KillReason.SOFT_TIMEOUT


async def test_a_query_awaited_though_it_is_no_promise_is_explained_by_the_driver(
    sandbox: Sandbox, url_of: Of
) -> None:
    outcome = await run(
        sandbox, url_of("mysql"), MYSQL + "const [rows] = await c.query('select 1'); return rows;"
    )
    assert isinstance(outcome, Threw), outcome
    assert "require('mysql2/promise')" in outcome.message
    assert any("mysql2/promise" in line.text for line in outcome.console)


async def test_a_throw_in_one_calls_callback_leaves_the_calls_beside_it_alone(
    sandbox: Sandbox, url_of: Of
) -> None:
    throws = (
        MYSQL
        + "c.query('select sleep(0.1)', () => { throw new Error('mine ' + arg); }); await new Promise(() => {});"
    )
    answers = MYSQL + "const [r] = await c.promise().query('select sleep(0.3) as s'); return arg;"
    await run(sandbox, url_of("mysql"), "return 1")
    before = pids_of(sandbox, "styles False")
    outcomes = await asyncio.gather(
        *(run(sandbox, url_of("mysql"), throws if n % 2 else answers, n) for n in range(8))
    )
    for n, outcome in enumerate(outcomes):
        if n % 2:
            assert isinstance(outcome, Threw), outcome
            assert outcome.message == f"mine {n}"
        else:
            assert isinstance(outcome, Returned), outcome
            assert outcome.value == n
    assert set(before) <= set(pids_of(sandbox, "styles False"))


OUTSIDE = "const outside = Buffer.constructor('return globalThis')();"
PRINTING = {
    "console.log": "outside.console.log('%s and %d', 'printed', 1);",
    "console.error": "outside.console.error('printed and 1');",
    "console.table": "outside.console.table('printed and 1');",
    "process.stdout": "outside.process.stdout.write('printed and 1\\n');",
    "process.stderr": "outside.process.stderr.write('printed and 1\\n');",
    "Deno.stdout": "await outside.Deno.stdout.write(Buffer.from('printed and 1'));",
    "Deno.stdout, at once": "outside.Deno.stdout.writeSync(Buffer.from('printed and 1'));",
    "Deno.stdout as a stream": "const w = outside.Deno.stdout.writable.getWriter();"
    " await w.write(Buffer.from('printed and 1'));",
}  # fmt: skip


@pytest.mark.parametrize("way", PRINTING)
async def test_what_a_library_prints_is_in_the_calls_console_and_in_no_frame(
    way: str, sandbox: Sandbox, database_url: str
) -> None:
    with capture_logs() as log:
        outcome = await run(sandbox, database_url, OUTSIDE + PRINTING[way] + " return 'fine';")
        again = await run(sandbox, database_url, "return 'next';")
    assert isinstance(outcome, Returned), outcome
    assert [line.text for line in outcome.console] == ["printed and 1"]
    assert isinstance(again, Returned)
    assert log == []


async def test_a_library_that_prints_without_end_is_cut_off_and_not_killed(
    sandbox: Sandbox, database_url: str
) -> None:
    body = OUTSIDE + "for (let i = 0; i < 5000; i++) outside.console.error('x'.repeat(1000)); return 'fine';"
    outcome = await run(sandbox, database_url, body)
    assert isinstance(outcome, Returned), outcome
    assert sum(len(line.text) for line in outcome.console) <= 64 * 1024
    assert isinstance(await run(sandbox, database_url, "return 1"), Returned)
