"""Deletes what a pool keeps no longer: its settings say for how many days, and 0 keeps for ever."""

from __future__ import annotations

from typing import get_args

from poolhouse.audit.model import Operation
from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_as_told

SIGN_INS: tuple[Operation, ...] = ("login", "logout", "refresh_token", "verify_mfa", "verify_first_login")
"""What people do on their way in and out; everything else is an act."""
ACTS = tuple(sorted(set(get_args(Operation)) - set(SIGN_INS)))


async def delete_old(tx: Executor, limit: int) -> int:
    """Of each kind `limit` at most; answers how many went."""
    listed = ", ".join(f"'{one}'" for one in SIGN_INS)
    return await _delete_acts(tx, limit) + await delete_as_told(
        tx,
        "audit_records",
        key="pool_id, at, id",
        by="at",
        limit=limit,
        setting="retention,sign_ins_days",
        where=f"operation in ({listed})",
    )


async def _delete_acts(tx: Executor, limit: int) -> int:
    """By an index that has each operation in order: by time alone, a pool that keeps its sign-ins for longer would have
    them all read, every hour."""
    tag = await tx.execute(
        """
        with due as (
          select pools.id, now() - make_interval(days => (pools.settings #>> '{retention,acts_days}')::int) as before
          from pools where (pools.settings #>> '{retention,acts_days}')::int > 0
        )
        delete from audit_records where (pool_id, at, id) in (
          select old.pool_id, old.at, old.id
          from due cross join unnest($1::text[]) act (operation) cross join lateral (
            select r.pool_id, r.at, r.id from audit_records r
            where r.pool_id = due.id and r.operation = act.operation and r.operation <> 'login' and r.at < due.before
            order by r.at limit $2
          ) old limit $2
        )
        """,
        list(ACTS),
        limit,
    )
    return int(tag.split()[-1])
