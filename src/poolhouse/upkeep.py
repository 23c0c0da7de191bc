"""The server's housekeeping, on every node: whichever comes first does it, and losing a turn is no harm."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from poolhouse.audit.service import AuditLog
from poolhouse.background import forever
from poolhouse.customdb import postgres as script_rows
from poolhouse.customdb.service import LOG_DAYS, LOG_ROWS
from poolhouse.db.database import Database
from poolhouse.login import postgres as login_rows
from poolhouse.mail import delivery
from poolhouse.mail import postgres as mail_rows
from poolhouse.oidc import postgres as oidc_rows
from poolhouse.sessions import postgres as session_rows
from poolhouse.times import now

HOUR_S = 3600.0
MOST_SESSIONS_A_TURN = 10_000


@dataclass(frozen=True, slots=True)
class Job:
    act: Callable[[Database], Awaitable[object]]
    every_s: float = 600.0


JOBS: dict[str, Job] = {
    "audit partitions": Job(lambda db: AuditLog(db).prepare_partitions(), 6 * HOUR_S),
    "sessions": Job(lambda db: session_rows.delete_expired(db, MOST_SESSIONS_A_TURN)),
    "signing keys": Job(session_rows.delete_unneeded_keys, HOUR_S),
    "login": Job(login_rows.delete_expired),
    "oidc": Job(oidc_rows.delete_expired),
    "mail": Job(lambda db: mail_rows.delete_older(db, now() - delivery.KEEP), HOUR_S),
    "script logs": Job(lambda db: script_rows.prune_logs(db, LOG_DAYS, LOG_ROWS), HOUR_S),
}


async def run(db: Database) -> None:
    """Until cancelled, every job at its own pace: one that fails or takes long keeps no other from its turn."""
    async with asyncio.TaskGroup() as group:
        for name, job in JOBS.items():
            group.create_task(forever(f"upkeep: {name}", partial(job.act, db), partial(_rest, job)))


async def _rest(job: Job) -> None:
    """Nodes started together take their turns apart."""
    await asyncio.sleep(job.every_s * random.uniform(0.5, 1.5))  # noqa: S311
