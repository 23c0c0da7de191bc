"""What the server does by the clock, done now."""

from __future__ import annotations

from poolhouse.db.database import Database
from poolhouse.maintenance import BATCH, JOBS


async def piece_of(db: Database, name: str, limit: int = BATCH) -> int:
    """One piece of the job, whether or not it is due; how many rows it did."""
    [job] = [job for job in JOBS if job.name == name]
    async with db.transaction() as tx:
        return await job.work(tx, limit)
