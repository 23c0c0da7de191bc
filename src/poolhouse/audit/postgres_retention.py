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
    """Of each kind `limit` at most; answers how many went.

    Acts go by an index that has each operation in order: by time alone, a pool that keeps its sign-ins for longer would
    have them all read, every hour.
    """
    of = {"key": "pool_id, at, id", "by": "at"}
    listed = ", ".join(f"'{one}'" for one in SIGN_INS)
    each = [f"operation = '{one}' and operation <> 'login'" for one in ACTS]
    return await delete_as_told(
        tx, "audit_records", **of, setting="retention,acts_days", limit=limit, each=each
    ) + await delete_as_told(
        tx,
        "audit_records",
        **of,
        setting="retention,sign_ins_days",
        limit=limit,
        where=f"operation in ({listed})",
    )
