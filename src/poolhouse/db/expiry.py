"""Deleting what is past its time, a bounded number of rows a statement."""

from __future__ import annotations

from datetime import timedelta

from poolhouse.db.database import Executor


async def delete_old(
    db: Executor,
    table: str,
    *,
    key: str,
    by: str,
    limit: int,
    age: timedelta = timedelta(0),
    where: str = "true",
) -> int:
    """The oldest rows, of all pools, whose time `by` was more than `age` ago; answers how many went.

    `key` is the table's primary key and `by` leads an index: without one each call reads the whole table. `where`
    narrows it further. These four are SQL of ours, never a stranger's words.
    """
    tag = await db.execute(
        f"delete from {table} where ({key}) in (select {key} from {table} "
        f"where {by} < now() - $1::interval and {where} order by {by} limit $2)",
        age,
        limit,
    )
    return int(tag.split()[-1])
