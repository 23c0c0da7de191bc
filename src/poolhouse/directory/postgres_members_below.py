"""How many are in a department or below it, kept as the totals of lists are: exact, as long as no membership changed.

Decision: docs/decisions/0051-kept-lists.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter

from poolhouse.db.database import Database
from poolhouse.db.where import Where
from poolhouse.directory import postgres_kept
from poolhouse.directory.postgres_kept import Total
from poolhouse.directory.totals import SLOW_S, STALE_S
from poolhouse.errors import PoolhouseError
from poolhouse.times import now

_STATE = "(select coalesce(sum(o.changes), 0)::text from org_changes o where o.pool_id = $1)"


class MembersBelow:
    def __init__(self, db: Database, *, slow_s: float = SLOW_S, stale_s: float = STALE_S) -> None:
        self._db, self._slow_s, self._stale_s = db, slow_s, stale_s

    async def count(self, pool_id: str, node_ids: Sequence[str]) -> dict[str, int]:
        """Different users of each. What was slow to count is shown for `stale_s` after a membership changed."""
        if not node_ids:
            return {}
        asked = {postgres_kept.found_by("members below", _of(pool_id, one)): one for one in node_ids}
        rows = await self._db.fetch(
            f"select k.asked, k.total, k.state = {_STATE} as holds, "
            "extract(epoch from now() - k.counted_at)::float8 as age_s from kept_lists k "
            "where k.pool_id = $1 and k.slot = any($2) and k.asked = any($3)",
            pool_id,
            [postgres_kept.slot(one) for one in asked],
            list(asked),
        )
        found = {
            asked[row["asked"]]: row["total"] for row in rows if row["holds"] or row["age_s"] < self._stale_s
        }
        if missing := [one for one in node_ids if one not in found]:
            found |= await self._count(pool_id, missing)
        return found

    async def _count(self, pool_id: str, node_ids: Sequence[str]) -> dict[str, int]:
        """In one statement with the state that they are of."""
        began, at = perf_counter(), now()
        rows = await self._db.fetch(
            f"with state as materialized (select {_STATE} as state) "
            "select state.state, c.id, c.members from state left join ("
            "select id, count(*) as members from (select distinct c.ancestor_id as id, m.user_id "
            "from node_closure c join node_members m on m.pool_id = c.pool_id and m.node_id = c.descendant_id "
            "where c.pool_id = $1 and c.ancestor_id = any($2)) each group by id) c on true",
            pool_id,
            list(node_ids),
        )
        found = dict.fromkeys(node_ids, 0) | {row["id"]: row["members"] for row in rows if row["id"]}
        took_s = perf_counter() - began
        if took_s > self._slow_s * len(node_ids):
            with suppress(PoolhouseError):  # they are right, kept or not
                for one, members in found.items():
                    total = Total(members, rows[0]["state"], 0, None, at, took_s)
                    key = postgres_kept.found_by("members below", _of(pool_id, one))
                    await postgres_kept.keep(self._db, pool_id, key, total)
        return found


def _of(pool_id: str, node_id: str) -> Where:
    where = Where(pool_id, "c")
    where.add(f"c.ancestor_id = {where.arg(node_id)}")
    return where
