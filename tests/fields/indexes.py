"""What maintenance does with the indexes of fields, at once."""

from __future__ import annotations

from poolhouse.fields import postgres_index
from poolhouse.services import Services


async def filled(services: Services, limit: int = 7) -> int:
    """Until nothing is left to do, in pieces of so many; how many pieces."""
    pieces = 0
    while True:
        async with services.db.transaction() as tx:
            if not await postgres_index.work(tx, limit):
                return pieces
        pieces += 1
