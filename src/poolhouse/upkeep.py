"""Rows whose time has passed are deleted, every ten minutes, by whichever node comes first. Losing one is no harm."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from poolhouse.db.pool import Database
from poolhouse.errors import PoolhouseError
from poolhouse.failures import told
from poolhouse.login import postgres as login_rows
from poolhouse.oidc import postgres as oidc_rows
from poolhouse.sessions import postgres as session_rows

EVERY_S = 600.0
MOST_SESSIONS_A_TURN = 10_000

Job = Callable[[Database], Awaitable[object]]

JOBS: dict[str, Job] = {
    "sessions": lambda db: session_rows.delete_expired(db, MOST_SESSIONS_A_TURN),
    "login": login_rows.delete_expired,
    "oidc": oidc_rows.delete_expired,
}

_log = structlog.get_logger("poolhouse.upkeep")


async def run(db: Database) -> None:
    """Until cancelled. Nodes started together take their turns apart."""
    while True:
        await asyncio.sleep(EVERY_S * random.uniform(0.5, 1.5))  # noqa: S311
        await sweep(db)


async def sweep(db: Database) -> None:
    """Every job once; one that fails is told and keeps no other from its turn."""
    for name, job in JOBS.items():
        try:
            await job(db)
        except PoolhouseError as error:
            _log.warning("upkeep failed", job=name, cause=told(error))
