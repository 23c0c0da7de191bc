"""Deleting what is past its time, a bounded number of rows a statement."""

from __future__ import annotations

from collections.abc import Sequence
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


async def delete_as_told(
    db: Executor,
    table: str,
    *,
    key: str,
    by: str,
    setting: str,
    limit: int,
    where: str = "true",
    each: Sequence[str] = ("true",),
) -> int:
    """The oldest rows of the pools whose settings keep them for some days, a path such as `retention,mail_days`: absent
    and 0 keep them. Answers how many went.

    `key` is as in `delete_old`, and `by` stands in an index behind pool_id and what `each` compares. Of each pool, and
    each of these conditions, `limit` are looked at, so that a large one hides no other. They are written out, and the
    pools stand there themselves: Citus takes no LIMIT for each row of anything but a table.
    """
    days = f"(pools.settings #>> '{{{setting}}}')::int"
    oldest = " union all ".join(
        f"(select {key} from {table} where pool_id = pools.id and {by} < now() - make_interval(days => {days}) "
        f"and {where} and {one} order by {by} limit $1)"
        for one in each
    )
    columns = ", ".join(f"old.{one.strip()}" for one in key.split(","))
    tag = await db.execute(
        f"delete from {table} where ({key}) in (select {columns} from pools cross join lateral ({oldest}) old "
        f"where {days} > 0 limit $1)",
        limit,
    )
    return int(tag.split()[-1])
