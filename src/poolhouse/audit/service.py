"""The audit log: written by every domain, read by administrators."""

from __future__ import annotations

from poolhouse.audit import postgres
from poolhouse.audit.model import Event
from poolhouse.audit.postgres import Statements
from poolhouse.caller import Caller


class AuditLog:
    def __init__(self, db: Statements) -> None:
        self._db = db

    async def write(self, tx: Statements, caller: Caller, event: Event) -> None:
        """One row in the act's own transaction: it stays if and only if the act does."""
        await postgres.insert(tx, caller, event)

    async def write_refusal(self, caller: Caller, event: Event) -> None:
        """The row of an act that was refused, by itself, because the act's transaction is rolled back.

        Call it after that transaction has ended; `event.success` must be False.
        """
        await postgres.insert(self._db, caller, event)
