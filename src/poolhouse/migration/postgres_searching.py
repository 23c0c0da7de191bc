"""The search rows of a large import, which are written after it: who waits for theirs, and writing them.

Decision: docs/decisions/0050-import.md.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence

from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import Overloaded

LATER_FROM = 1_000
"""People of one batch. Of a smaller one, and of one as large, everybody is searched at once."""
ORPHANED_S = 120
"""Whoever waits longer is written by any node: the import of so many takes longer, or has died."""
_RETRIES, _WAIT_S = 8, 0.1

_TEXTS = (
    *("username", "nickname", "email", "phone", "name"),
    *("company", "given_name", "family_name", "middle_name", "profile", "preferred_username", "phone_key"),
)


async def put_off(tx: Tx) -> None:
    """In this transaction triggers write no search rows of new people: `note_waiting` must say who they are."""
    await tx.execute("select set_config('poolhouse.search_later', 'on', true)")


async def note_waiting(tx: Tx, pool_id: str, ids: Sequence[str]) -> None:
    await tx.execute(
        "insert into user_search_waiting (pool_id, first_id, last_id, people) values ($1, $2, $3, $4)",
        pool_id,
        min(ids),
        max(ids),
        len(ids),
    )


async def waiting(db: Executor, pool_id: str) -> int:
    """How many people, some of whom may be gone."""
    people: int = await db.fetchval(
        "select coalesce(sum(people), 0)::bigint from user_search_waiting where pool_id = $1", pool_id
    )
    return people


async def write_some(tx: Tx, pool_id: str) -> int:
    """Of one batch that nobody else is at; answers how many waited, 0 for no such batch.

    `for share` waits for whoever is writing one of them and reads what they wrote; whoever comes later waits for us,
    so that their trigger finds the row.
    """
    batch = await tx.fetchrow(
        "select first_id, last_id, people from user_search_waiting where pool_id = $1 "
        "order by first_id limit 1 for update skip locked",
        pool_id,
    )
    if batch is None:
        return 0
    await tx.execute(
        f"with people as (select pool_id, id, created_at, {', '.join(_TEXTS)} from users "
        "where pool_id = $1 and id between $2 and $3 order by id for share) "
        "insert into user_search (pool_id, user_id, created_at, search_key) "
        f"select pool_id, id, created_at, poolhouse_search_text({', '.join(_TEXTS)}) from people "
        "on conflict do nothing",
        pool_id,
        batch["first_id"],
        batch["last_id"],
    )
    await tx.execute(  # what is kept of lists ends, as with a change of a name
        "insert into user_counts as c (pool_id, status, gender, source, shard, users, searched, changed) "
        "select p.id, '', '', '', poolhouse_free_shard(p.id), 0, 1, 1 from pools p where p.id = $1 "
        "on conflict (pool_id, status, gender, source, shard) "
        "do update set searched = c.searched + 1, changed = c.changed + 1",
        pool_id,
    )
    await tx.execute(
        "delete from user_search_waiting where pool_id = $1 and first_id = $2", pool_id, batch["first_id"]
    )
    return int(batch["people"])


async def write_all(db: Database, pool_id: str, report: Callable[[int], None] = lambda _: None) -> None:
    """Until nobody of the pool waits, by as many connections as there are processors; `report` is told who is left."""
    left = await waiting(db, pool_id)
    large = left >= 10 * LATER_FROM

    async def write() -> None:
        nonlocal left
        while people := await _write_patiently(db, pool_id):
            left = max(0, left - people)
            report(left)

    while left:
        await asyncio.gather(*(write() for _ in range(min(4, os.cpu_count() or 1))))
        left = await waiting(db, pool_id)  # what another node is at, whom nobody need wait for busily
        if left:
            await asyncio.sleep(_WAIT_S)
    if large:
        await db.execute("analyze user_search")


async def _write_patiently(db: Database, pool_id: str) -> int:
    for attempt in range(_RETRIES):
        try:
            async with db.transaction() as tx:
                return await write_some(tx, pool_id)
        except Overloaded:  # a deadlock with somebody who changes several people, say
            if attempt == _RETRIES - 1:
                raise
            await asyncio.sleep(_WAIT_S * 2**attempt)
    raise AssertionError("not reached")


async def write_orphaned(tx: Tx, limit: int) -> int:
    """Maintenance: what an import left that was killed and not resumed. Answers `limit` while there may be more."""
    pool_id = await tx.fetchval(
        "select pool_id from user_search_waiting where created_at < now() - make_interval(secs => $1) limit 1",
        float(ORPHANED_S),
    )
    if pool_id is None:
        return 0
    return limit if await write_some(tx, pool_id) else 0
