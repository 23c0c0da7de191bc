"""What says that who belongs to a group, or has a role, is another one by now: kept totals of lists end with it.

Departments and values of custom fields say so by triggers of their tables. Decision:
docs/decisions/0088-filters-in-pairs.md.
"""

from __future__ import annotations

from typing import Literal

from poolhouse.db.database import Tx


async def note(tx: Tx, pool_id: str, what: Literal["groups", "roles"]) -> None:
    """In the transaction of the change."""
    await tx.execute(
        f"insert into org_changes as c (pool_id, shard, changes, {what}) "
        "values ($1, poolhouse_free_shard($1), 0, 1) "
        f"on conflict (pool_id, shard) do update set {what} = c.{what} + 1",
        pool_id,
    )
