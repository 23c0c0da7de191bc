"""Deletes what a pool keeps no longer: its settings say for how many days, and 0 keeps for ever."""

from __future__ import annotations

from functools import partial

from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_as_told

SIGN_INS = "operation in ('login', 'logout', 'refresh_token', 'verify_mfa', 'verify_first_login')"
"""What people do on their way in and out; everything else is an act."""


async def delete_old(tx: Executor, limit: int) -> int:
    """Of each kind `limit` at most; answers how many went."""
    delete = partial(delete_as_told, tx, "audit_records", key="pool_id, at, id", by="at", limit=limit)
    gone = await delete(setting="retention,sign_ins_days", where=SIGN_INS)
    return gone + await delete(setting="retention,acts_days", where=f"not {SIGN_INS}")
