"""The jobs by the clock: each survives whatever happens to it and to the others, and no two nodes do one at once."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from tests.conftest import PoolForTests
from tests.db.test_database import drop_connections
from tests.jobs import piece_of
from tests.test_background import running

from poolhouse import background, maintenance
from poolhouse.customdb import postgres_logs as script_rows
from poolhouse.db.database import Database, Tx, opened
from poolhouse.errors import DatabaseLost
from poolhouse.ids import new_id
from poolhouse.maintenance import JOBS, Job, Run, do, runs
from poolhouse.services import Services
from poolhouse.times import now

Work = Callable[[Tx, int], Awaitable[int]]


@pytest.fixture
async def other_node(database: Database) -> AsyncIterator[Database]:
    async with opened(database.url, connections=2) as db:
        yield db


def a_job(work: Work, every_s: float = 0.0) -> Job:
    return Job(f"test_{new_id()}", every_s, work)


NEVER = Run("", None, None, 0, 0, 0, None, None, None)


async def run_of(db: Database, job: Job) -> Run:
    return {run.name: run for run in await runs(db)}.get(job.name, NEVER)


async def nothing_to_do(_tx: Tx, _limit: int) -> int:
    return 0


@pytest.mark.parametrize(
    "fault",
    [ValueError("a bug"), DatabaseLost("away"), asyncio.CancelledError(), TimeoutError()],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_job_that_raises_is_noted_and_goes_on_as_do_the_others(
    database: Database, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    monkeypatch.setattr(background, "LONGEST_PAUSE_S", 0.001)
    monkeypatch.setattr(background, "FIRST_PAUSE_S", 0.001)
    turns = dict.fromkeys(["raises", "fails in the database", "well", "hangs"], 0)

    def counted(name: str) -> Job:
        async def work(tx: Tx, _limit: int) -> int:
            turns[name] += 1
            if name == "hangs":
                await asyncio.Event().wait()
            if name == "fails in the database":
                await tx.execute("select 1 / 0")
            if name == "raises" and turns[name] < 3:
                raise fault
            return 0

        return a_job(work)

    jobs = {name: counted(name) for name in turns}
    await running(
        maintenance.run(database, list(jobs.values())),
        lambda: all(turns[name] > 3 for name in turns if name != "hangs") and turns["hangs"] > 0,
    )
    raised = await run_of(database, jobs["raises"])
    assert (raised.failures, raised.error) == (2, type(fault).__name__)
    assert raised.finished_at > raised.failed_at  # type: ignore[operator]
    failed = await run_of(database, jobs["fails in the database"])
    assert (failed.error, failed.started_at) == ("DivisionByZeroError", None)
    assert (await run_of(database, jobs["well"])).failures == 0


async def test_a_piece_that_hangs_is_given_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "PIECE_S", 0.05)

    async def hangs(_tx: Tx, _limit: int) -> int:
        await asyncio.Event().wait()
        return 0

    job = a_job(hangs)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(10):
            await do(database, job)
    assert (await run_of(database, job)).error == "TimeoutError"


async def test_a_node_takes_few_connections_for_all_its_jobs(database: Database) -> None:
    at_work, most, done = 0, 0, 0

    async def work(_tx: Tx, _limit: int) -> int:
        nonlocal at_work, most, done
        at_work, done = at_work + 1, done + 1
        most = max(most, at_work)
        await asyncio.sleep(0.01)
        at_work -= 1
        return 0

    await running(maintenance.run(database, [a_job(work) for _ in range(8)]), lambda: done > 20)
    assert most == maintenance.AT_ONCE


async def test_no_two_nodes_do_one_job_at_once(database: Database, other_node: Database) -> None:
    at_work, most, pieces = 0, 0, 0

    async def work(tx: Tx, limit: int) -> int:
        nonlocal at_work, most, pieces
        at_work, pieces = at_work + 1, pieces + 1
        most = max(most, at_work)
        await tx.fetchval("select pg_sleep(0.005)")
        at_work -= 1
        return limit if pieces % 3 else 0

    job = a_job(work)

    async def node(db: Database) -> None:
        while pieces < 30:
            await do(db, job)

    await asyncio.gather(node(database), node(other_node), node(database))
    assert most == 1


async def test_what_one_node_did_is_not_due_on_another_until_the_period_is_over(
    database: Database, other_node: Database
) -> None:
    done = 0

    async def work(_tx: Tx, _limit: int) -> int:
        nonlocal done
        done += 1
        return 0

    job = a_job(work, every_s=3600.0)
    await do(database, job)
    await do(other_node, job)
    assert done == 1
    await database.execute(
        "update maintenance_runs set started_at = started_at - interval '1 hour', "
        "finished_at = finished_at - interval '1 hour' where name = $1",
        job.name,
    )
    await do(other_node, job)
    assert done == 2


_STUCK = """
import asyncio, sys
from poolhouse.db.database import opened
from poolhouse.maintenance import Job, do

pieces = 0

async def work(tx, limit):
    global pieces
    pieces += 1
    if pieces == 2:
        await tx.execute("select 1")
        print("in the middle", flush=True)
        await asyncio.Event().wait()
    return limit

async def main():
    async with opened(sys.argv[1], connections=2) as db:
        await do(db, Job(sys.argv[2], 3600.0, work))

asyncio.run(main())
"""


async def test_a_node_that_is_killed_in_the_middle_leaves_the_job_to_another(database: Database) -> None:
    job = a_job(nothing_to_do, every_s=3600.0)
    node = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _STUCK, database.url, job.name, stdout=asyncio.subprocess.PIPE
    )
    assert node.stdout
    assert await node.stdout.readline() == b"in the middle\n"
    await do(database, job)
    unfinished = await run_of(database, job)
    assert (unfinished.finished_at, unfinished.rows) == (None, maintenance.BATCH)

    node.send_signal(signal.SIGKILL)
    await node.wait()
    async with asyncio.timeout(10):
        while (run := await run_of(database, job)).finished_at is None:
            await do(database, job)
    assert (run.started_at, run.failures) == (unfinished.started_at, 0)


async def test_a_lost_database_is_survived(
    database: Database, other_node: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "LONGEST_PAUSE_S", 0.001)
    turns = 0

    async def work(tx: Tx, _limit: int) -> int:
        nonlocal turns
        turns += 1
        if turns % 2:
            await drop_connections(database.url)
            await tx.execute("select 1")
        return 0

    job = a_job(work)
    await running(maintenance.run(other_node, [job]), lambda: turns > 4)
    noted = await run_of(database, job)
    assert noted.failures >= 2
    assert noted.error == "DatabaseLost"
    assert noted.finished_at is not None


async def test_a_million_rows_go_in_pieces(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here 23 in pieces of five: each is a transaction, seen by others before the next one begins."""
    monkeypatch.setattr(maintenance, "BATCH", 5)
    left, seen, sizes = 23, [], []
    job = a_job(nothing_to_do, every_s=3600.0)

    async def work(_tx: Tx, limit: int) -> int:
        nonlocal left
        seen.append((await run_of(database, job)).rows)
        gone = min(left, limit)
        left -= gone
        sizes.append(gone)
        return gone

    job = Job(job.name, job.every_s, work)
    await do(database, job)
    assert (sizes, seen) == ([5, 5, 5, 5, 3], [0, 5, 10, 15, 20])
    done = await run_of(database, job)
    assert (done.rows, done.finished_at is None) == (23, False)
    assert done.seconds > 0


async def test_every_job_of_the_server_does_its_work(database: Database) -> None:
    for job in JOBS:
        await piece_of(database, job.name)


EXPIRING = [
    ("sessions", "sessions (pool_id, id, user_id, expires_at) values ($1, $2, 'u', $3)", 0),
    ("login", "attempts (pool_id, kind, subject, count, ends_at) values ($1, 'k', $2, 1, $3)", 0),
    (
        "login",
        "verification_codes (pool_id, channel, target, purpose, digest, tries_left, expires_at) "
        "values ($1, 'email', $2, 'p', '', 1, $3)",
        1,
    ),
    (
        "login",
        "tickets (pool_id, id, purpose, digest, tries_left, expires_at) values ($1, $2, 'p', '', 1, $3)",
        0,
    ),
    ("login", "captchas (pool_id, id, asker, answer, expires_at) values ($1, $2, 'a', 'b', $3)", 0),
    (
        "oidc",
        "oidc_grants (pool_id, id, app_id, user_id, session_id, scope, authenticated_at, expires_at) "
        "values ($1, $2, (select id from apps where pool_id = $1), 'u', 's', '', $3, $3)",
        1,
    ),
    ("signatures", "spent_signatures (pool_id, signature, spent_at) values ($1, $2::text::bytea, $3)", 0.015),
    (
        "mail",
        "mail_outbox (pool_id, id, channel, scene, lang, recipient, sender, subject, body, created_at, "
        "next_attempt_at) values ($1, $2, 'email', 's', 'l', 'r', 's', 's', '', $3, $3)",
        30,
    ),
    (
        "script_logs",
        "custom_script_logs (pool_id, id, name, duration_ms, success, outcome, at) "
        "values ($1, $2, 'login', 1, true, 'returned', $3)",
        30,
    ),
]


@pytest.mark.parametrize(("job", "row", "kept_days"), EXPIRING, ids=lambda it: str(it).split(" (")[0])
async def test_what_is_past_its_time_goes_and_what_lives_stays(
    services: Services, pool: PoolForTests, job: str, row: str, kept_days: float
) -> None:
    db, table = services.db, row.split(" ")[0]
    await services.apps.create(pool.administrator, "an application")
    for name, days in (
        ("dead", kept_days + 0.001),
        ("dead too", kept_days + 1),
        ("lives", kept_days - 0.001),
    ):
        await db.execute(f"insert into {row}", pool.id, name, now() - timedelta(days=days))

    async def left() -> int:
        return int(await db.fetchval(f"select count(*) from {table} where pool_id = $1", pool.id))

    while (before := await left()) > 1:
        assert await piece_of(db, job, limit=1)
        assert await left() >= before - 1
    await piece_of(db, job)
    assert await left() == 1


async def test_of_a_pool_that_logs_much_only_the_newest_calls_are_kept(
    database: Database, services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    for one, calls in ((pool, 8), (other_pool, 3)):
        await database.execute(
            "insert into custom_script_logs (pool_id, id, name, duration_ms, success, outcome, at) "
            "select $1, n::text, 'login', 1, true, 'returned', now() - make_interval(mins => n) "
            "from generate_series(1, $2) n",
            one.id,
            calls,
        )
    async with database.transaction() as tx:
        assert 2 <= await script_rows.prune(tx, 2, keep_rows=4) <= 4  # two of what is old, two of too many
        while await script_rows.prune(tx, 100, keep_rows=4):
            """Other tests' pools are in this table too."""

    async def kept(one: PoolForTests) -> set[str]:
        rows = await database.fetch("select id from custom_script_logs where pool_id = $1", one.id)
        return {row["id"] for row in rows}

    assert await kept(pool) == {"1", "2", "3", "4"}
    assert await kept(other_pool) == {"1", "2", "3"}
