"""The console's pages in a pool of a million: what all statements of a page take, warm, and what its first load weighs.

`CONSOLE_BENCH_FOLDER` names a folder whose database is filled once and asked again by later runs; without it, it
is made and removed, which takes ten minutes. What is slow has a row; all others are told by the slowest of them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

import asyncpg
import httpx

from bench.console_asked import PASSWORD, Taken, ask, signed_in
from bench.console_pages import questions
from bench.console_pairs import Found, measured, pairs
from bench.console_pool import ConsolePool, filled
from bench.rows import Row, at_least, at_most, known, measurement
from bench.running import data_folder
from poolhouse.caller import Caller
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.migrations import migrate
from poolhouse.ids import new_id
from poolhouse.services import Services, opened
from poolhouse.settings import Settings
from poolhouse.times import now
from poolhouse.wire.console import PAGES

USERS = int(os.environ.get("CONSOLE_BENCH_USERS", "1000000"))
BAR_MS = 50.0
TOLD_MS = 30.0
"""A page or filter that takes the database longer has a row of its own."""
FIRST_MS = 300.0
"""Of an answer whose total nobody has counted."""
SLOWEST = 8
EVERY = int(os.environ.get("CONSOLE_BENCH_EVERY", "7"))
"""Of the pairs of filters in an order every seventh is asked; of all of them it takes half an hour."""
MOST_KB = 120.0
ACTORS = 40
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Nothing is kept of it; only the filling is quicker."""
OPERATOR = Caller("", kind="system", actor_id="cli:bench")
EDITORS = ("editor.js", "swagger-ui.js", "swagger-ui.css")
"""Loaded by the pages that are about them."""


@measurement
async def pages_at_a_million() -> AsyncIterator[Row]:
    with _folder() as data, EmbeddedPostgres(data, options=UNSAFE) as url:
        await migrate(url)
        async with opened(Settings(data=data), url) as services:
            pool = await _pool(services, url, data)
            connection = await asyncpg.connect(url, command_timeout=600)
            facts = await facts_of(connection, pool)
            await connection.execute("delete from kept_lists")
            name = f"owner{new_id()}"
            await services.administrators.create(
                OPERATOR, name, PASSWORD, is_owner=True, must_change_password=False
            )
            async with signed_in(services, name) as http:
                await ask(http, "warm", f"/pools/{pool.pool}/users")
                pages = {page.path or "/" for page in PAGES}
                taken = [await ask(http, *one) for one in questions(pool, facts)]
                for row in (
                    *_rows("page", [one for one in taken if one.name in pages]),
                    *_rows("filter", [one for one in taken if one.name not in pages]),
                ):
                    yield row
                for row in await _loads(http, pool):
                    yield row
            asked = list(pairs(facts))[::EVERY]
            found = [await measured(services, pool, connection, one) for one in asked]
            await connection.close()
            for row in _of_pairs(found):
                yield row


def _rows(kind: str, taken: list[Taken]) -> Iterator[Row]:
    """Slowest first."""
    broken = [f"{one.name} ({one.status})" for one in taken if one.status not in (200, 303)]
    assert not broken, broken
    assert len(taken) > 50
    taken = sorted(taken, key=lambda one: -one.sql_ms)
    held = sum(one.sql_ms <= BAR_MS for one in taken)
    yield at_least(
        f"{kind}s of the console: share within {BAR_MS:g} ms", held / len(taken), "of all", bar=1.0
    )
    for one in taken:
        if one.sql_ms > TOLD_MS:
            yield at_most(f"{kind} {one.name}: {one.statements} statements", one.sql_ms, "ms", bar=BAR_MS)
    others = [one for one in taken if one.sql_ms <= TOLD_MS]
    yield at_most(f"the slowest of {len(others)} other {kind}s", others[0].sql_ms, "ms", bar=BAR_MS)
    yield known(f"all {len(taken)} {kind}s: the middle one", median(one.sql_ms for one in taken), "ms")
    yield known(
        f"all {len(taken)} {kind}s: the middle one, whole in this process",
        median(one.ms for one in taken),
        "ms",
    )
    first = max(taken, key=lambda one: one.first_sql_ms)
    yield known(f"{kind} whose first answer is slowest, {first.name}", first.first_sql_ms, "ms")


def _of_pairs(found: list[Found]) -> Iterator[Row]:
    """Slowest first."""
    refused = [one.name for one in found if one.refused]
    yield known(f"{len(found)} pairs of filters: refused as too broad", len(refused), "of them")
    for name, times in (
        ("first answers", [one.first_s * 1000 for one in found]),
        ("answers after the first", [one.then_s * 1000 for one in found]),
    ):
        bar = FIRST_MS if name == "first answers" else BAR_MS
        share = sum(one <= bar for one in times) / len(times)
        yield at_least(f"pairs of filters, {name}: share within {bar:g} ms", share, "of all", bar=1.0)
        yield known(f"pairs of filters, {name}: the middle one", median(times), "ms")
        yield known(f"pairs of filters, {name}: p99", quantiles(times, n=100)[98], "ms")
    for one in sorted(found, key=lambda one: -one.then_s)[:SLOWEST]:
        yield at_most(f"pair {one.name}", one.then_s * 1000, "ms", bar=BAR_MS)
    for one in sorted(found, key=lambda one: -one.first_s)[:SLOWEST]:
        yield at_most(f"pair {one.name}, first answer", one.first_s * 1000, "ms", bar=FIRST_MS)


async def _loads(http: httpx.AsyncClient, pool: ConsolePool) -> list[Row]:
    """As a browser has it that was never here."""
    files: dict[str, int] = {}
    loads: list[tuple[float, str]] = []
    for page in PAGES:
        if page.method != "GET":
            continue
        answer = await http.get(f"/console{pool.fill(page.path)}", follow_redirects=True)
        for address in set(re.findall(r'(?:href|src)="(/console/static/[^"]+)"', answer.text)):
            if address not in files and not address.endswith(EDITORS):
                async with http.stream("GET", address, headers={"accept-encoding": "gzip"}) as sent:
                    files[address] = len(b"".join([piece async for piece in sent.aiter_raw()]))
        named = {one for one in files if one in answer.text}
        loads.append(((len(answer.content) + sum(files[one] for one in named)) / 1000, page.path))
    largest = max(loads)
    return [
        at_most(
            f"first load of a page, editors aside: the largest, {largest[1]}", largest[0], "kB", bar=MOST_KB
        ),
        known("first load of a page, editors aside: the middle one", median(size for size, _ in loads), "kB"),
    ]


@contextmanager
def _folder() -> Iterator[Path]:
    if name := os.environ.get("CONSOLE_BENCH_FOLDER"):
        folder = Path(name)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        yield folder
    else:
        with data_folder() as made:
            yield made


async def _pool(services: Services, url: str, data: Path) -> ConsolePool:
    """Filled, unless it was."""
    there = data / "pool.json"
    if there.exists():
        return ConsolePool(**json.loads(there.read_text()))
    actors = [
        (await services.administrators.create(OPERATOR, f"actor{n}", PASSWORD, must_change_password=False)).id
        for n in range(ACTORS)
    ]
    pool = await filled(services, url, USERS, actors)
    await services.administrators.set_roles(OPERATOR, pool.administrator, pool.pool, ["viewer"])
    there.write_text(json.dumps(asdict(pool)))
    return pool


async def facts_of(connection: asyncpg.Connection, pool: ConsolePool) -> dict[str, str]:
    """What the questions ask for beside the pool's own things: busy and rare ones, and times."""

    async def one(sql: str) -> str:
        return str(await connection.fetchval(sql, pool.pool))

    moment = now()
    logs = "from audit_records where pool_id = $1 and actor_kind = 'administrator' group by actor_id order by count(*)"
    addresses = "from audit_records where pool_id = $1 group by ip order by count(*)"
    middle = await one("select id from nodes where pool_id = $1 and code = 'd3'")
    return {
        "day": f"{moment - timedelta(days=1):%Y-%m-%d}",
        "week": f"{moment - timedelta(days=7):%Y-%m-%d}",
        "quarter": f"{moment - timedelta(days=80):%Y-%m-%d}",
        "years": f"{moment - timedelta(days=1000):%Y-%m-%d}",
        "hour": f"{moment - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "middle": f"company/{middle}",
        "department": f"company/{pool.department}",
        "user": pool.user,
        "username": await one("select username from users where pool_id = $1 order by created_at limit 1"),
        "actor": await one(f"select actor_id {logs} desc limit 1"),
        "rare_actor": await one(f"select actor_id {logs} limit 1"),
        "nobody": "f" * 24,
        "ip": await one(f"select ip {addresses} desc limit 1"),
        "rare_ip": await one(f"select ip {addresses} limit 1"),
        "request": await one("select request_id from audit_records where pool_id = $1 order by at limit 1"),
        "call_request": await one(
            "select request_id from custom_script_logs where pool_id = $1 order by at limit 1"
        ),
        "last": await one("select (count(*) + 49) / 50 from users where pool_id = $1"),
    }
