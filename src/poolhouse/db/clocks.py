"""Which time it is by the database."""

from __future__ import annotations

from poolhouse import clock
from poolhouse.db.database import Executor

TRIES = 3


async def compared(db: Executor) -> clock.Difference:
    """The most exact of a few answers: the first may wait for a connection, or for a busy machine."""
    found = []
    for _ in range(TRIES):
        asked_s = clock.machine_s()
        theirs_s = await db.fetchval("select extract(epoch from clock_timestamp())::float8")
        found.append(clock.difference(asked_s, clock.machine_s(), theirs_s))
    return min(found, key=lambda one: one.exact_s)
