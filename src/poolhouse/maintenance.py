"""Periodic jobs on the database, such as deleting expired rows: a table of them, and the loop that runs it.

Every node runs the loop; a node that finds a job not due, or another node at it, leaves it alone.

A job is done in pieces, and a piece is one transaction: it takes the job's advisory lock if it is free,
looks in `maintenance_runs` whether a run is due or was left unfinished, does a bounded number of rows and writes
down how far it came. So two nodes never work on one job at once, a node that is killed gives the lock up with its
connection and the next one goes on where it stopped, and no transaction is long.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from poolhouse import tracing
from poolhouse.administrators import postgres as administrator_rows
from poolhouse.administrators import postgres_passkeys as passkey_rows
from poolhouse.audit import postgres as audit_rows
from poolhouse.audit import postgres_retention as audit_retention
from poolhouse.background import forever, is_cancelled
from poolhouse.credentials import postgres as credential_rows
from poolhouse.customdb import postgres_logs as script_rows
from poolhouse.db import postgres_lookup
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import PoolhouseError
from poolhouse.federation import postgres as federation_rows
from poolhouse.fields import postgres_index as field_index_rows
from poolhouse.login import postgres as login_rows
from poolhouse.mail import postgres as mail_rows
from poolhouse.mfa import postgres_passkeys as challenge_rows
from poolhouse.migration import postgres_searching
from poolhouse.oidc import postgres as oidc_rows
from poolhouse.oidc import postgres_logout as logout_rows
from poolhouse.sessions import postgres as session_rows
from poolhouse.statistics import postgres as statistics_rows

BATCH = 5_000
"""Rows a piece deletes at most, of each table it looks at: a fraction of a second."""
PIECE_S = 60.0
"""A piece that takes longer is given up, and counts as failed."""
AT_ONCE = 2
"""Pieces a node does at once, and so the connections it takes from requests; the other jobs wait for a piece's end."""
MINUTE_S, HOUR_S = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class Job:
    """`work(tx, limit)` does one piece and answers how many rows: fewer than `limit` once nothing is left."""

    name: str
    every_s: float
    work: Callable[[Tx, int], Awaitable[int]]


JOBS: tuple[Job, ...] = (
    Job("sessions", 10 * MINUTE_S, session_rows.delete_expired),
    Job("login", 10 * MINUTE_S, login_rows.delete_expired),
    Job("administrator_sessions", HOUR_S, administrator_rows.delete_expired),
    Job("administrator_challenges", HOUR_S, passkey_rows.delete_expired_challenges),
    Job("passkey_challenges", HOUR_S, challenge_rows.delete_expired_challenges),
    Job("federation_attempts", 10 * MINUTE_S, federation_rows.delete_expired),
    Job("oidc", 10 * MINUTE_S, oidc_rows.delete_expired),
    Job("logout_notices", 10 * MINUTE_S, logout_rows.delete_old_notices),
    Job("client_assertions", 10 * MINUTE_S, oidc_rows.delete_expired_assertions),
    Job("revoked_tokens", 10 * MINUTE_S, oidc_rows.delete_revoked_tokens),
    Job("signatures", MINUTE_S, credential_rows.forget_signatures),
    Job("signing_keys", HOUR_S, session_rows.delete_unneeded_keys),
    Job("pool_lookup", HOUR_S, postgres_lookup.mend),
    Job("server_signing_keys", HOUR_S, session_rows.delete_unneeded_server_keys),
    Job("field_indexes", 10.0, field_index_rows.work),
    Job("pool_counts", MINUTE_S, statistics_rows.count),
    Job("mail", HOUR_S, mail_rows.delete_old),
    Job("user_search", MINUTE_S, postgres_searching.write_orphaned),
    Job("script_logs", HOUR_S, script_rows.prune),
    Job("audit_retention", HOUR_S, audit_retention.delete_old),
    Job("audit_partitions", 6 * HOUR_S, audit_rows.prepare_partitions),
)


async def run(db: Database, jobs: Sequence[Job] = JOBS) -> None:
    """Until cancelled, every job at its own pace: one that fails or takes long keeps no other from its turn."""
    places = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            turn = partial(do, db, job, places)
            group.create_task(forever(f"maintenance_{job.name}", turn, partial(_rest, job)))


async def do(db: Database, job: Job, places: asyncio.Semaphore | None = None) -> None:
    """The job's run, if one is due and no other node is at it. Raises what a piece does, after noting it."""
    places = places or asyncio.Semaphore()
    try:
        while True:
            began = time.monotonic()
            async with places, asyncio.timeout(PIECE_S):
                if not await _piece(db, job):
                    return
            await asyncio.sleep(time.monotonic() - began)  # the others' turn, for as long
    except (Exception, asyncio.CancelledError) as error:
        if not is_cancelled():
            with suppress(PoolhouseError):  # no database: the log has it, and the process's own counter
                await _note_failure(db, job, error)
        raise


async def _rest(job: Job) -> None:
    """Never shorter than the period, or the next turn would find nothing due; nodes started together drift apart."""
    await asyncio.sleep(job.every_s * random.uniform(1.0, 1.1))  # noqa: S311


async def _piece(db: Database, job: Job) -> bool:
    """Does one piece; whether another is to follow."""
    began = time.monotonic()
    async with db.transaction() as tx:
        if not (await _has_lock(tx, job) and await _is_on(tx, job)):
            return False
        with tracing.work(f"maintenance {job.name}"):
            rows = await job.work(tx, BATCH)
        await _note_piece(tx, job, rows, time.monotonic() - began, is_last=rows < BATCH)
    return rows >= BATCH


# -- the rows ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """How a job fares, on all nodes together. `rows` and `seconds` are those of its last run, which is still going
    on while `started_at` is after `finished_at`; `failures` are counted since ever, `error` is the last one's class.
    """

    name: str
    started_at: datetime | None
    finished_at: datetime | None
    rows: int
    seconds: float
    failures: int
    failed_at: datetime | None
    error: str | None
    age_s: float | None
    """Since the last run began, by the database's clock."""


async def runs(db: Executor) -> list[Run]:
    """Of every job that was ever tried, by name."""
    rows = await db.fetch(
        "select name, started_at, finished_at, rows, seconds, failures, failed_at, error, "
        "extract(epoch from now() - started_at)::float8 as age_s from maintenance_runs order by name"
    )
    return [Run(**dict(row.items())) for row in rows]


async def _has_lock(tx: Tx, job: Job) -> bool:
    """Until the transaction's end. A piece gives way, too, to whoever holds a row that it wants: two seconds, and
    the piece has failed."""
    row = await tx.fetchrow(
        "select set_config('lock_timeout', '2s', true), "
        "pg_try_advisory_xact_lock(hashtext('poolhouse maintenance'), hashtext($1)) as taken",
        job.name,
    )
    return bool(row and row["taken"])


async def _is_on(tx: Tx, job: Job) -> bool:
    """Whether a run is unfinished, or due: then it is begun."""
    row = await tx.fetchrow(
        "select started_at > coalesce(finished_at, '-infinity') as unfinished, "
        "started_at > now() - $2::interval as is_recent from maintenance_runs where name = $1",
        job.name,
        timedelta(seconds=job.every_s),
    )
    if row and row["unfinished"]:
        return True
    if row and row["is_recent"]:
        return False
    await tx.execute(
        "insert into maintenance_runs (name, started_at, rows, seconds) values ($1, now(), 0, 0) "
        "on conflict (name) do update set started_at = excluded.started_at, rows = 0, seconds = 0",
        job.name,
    )
    return True


async def _note_piece(tx: Tx, job: Job, rows: int, seconds: float, *, is_last: bool) -> None:
    await tx.execute(
        "update maintenance_runs set rows = rows + $2, seconds = seconds + $3 where name = $1",
        job.name,
        rows,
        seconds,
    )
    if is_last:
        await tx.execute("update maintenance_runs set finished_at = now() where name = $1", job.name)


async def _note_failure(db: Database, job: Job, error: BaseException) -> None:
    """In a transaction, whose beginning finds out which connections the failure has left dead."""
    async with db.transaction() as tx:
        await tx.execute(
            "insert into maintenance_runs as r (name, failures, failed_at, error) values ($1, 1, now(), $2) "
            "on conflict (name) do update set "
            "failures = r.failures + 1, failed_at = excluded.failed_at, error = excluded.error",
            job.name,
            type(error).__name__,
        )
