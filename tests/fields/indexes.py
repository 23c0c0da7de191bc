"""What maintenance does with the indexes of fields, at once."""

from __future__ import annotations

from tests.nodes import on_citus

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


async def without_checks(services: Services) -> None:
    """Of values put in by the thousand, for which they take longer than all else. Citus takes one change at a time, and
    has no triggers there."""
    changes = [
        "field_values drop constraint field_values_pool_id_target_type_key_fkey",
        "field_values drop constraint field_values_pool_id_fkey",
        "user_field_values drop constraint user_field_values_pool_id_fkey",
        *([] if on_citus() else ["field_values disable trigger user"]),
    ]
    for change in changes:
        await services.db.execute(f"alter table {change}")
