"""The state of this node, for its operator: what /readyz and /metrics report.

Owns reading it, from the parts of this process and from the tables of all pools; counts nothing itself. Leaves the
words to the wire (`wire/health.py`, `wire/metrics.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from poolhouse import clock
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.customdb import postgres as customdb_rows
from poolhouse.db.citus.reach import Lost, lost_nodes
from poolhouse.db.connection_pool import Load
from poolhouse.db.database import Database
from poolhouse.db.migrations import record
from poolhouse.db.standby import Standby
from poolhouse.errors import PoolhouseError
from poolhouse.fields import postgres_index as field_index_rows
from poolhouse.mail import postgres as mail_rows
from poolhouse.mail.delivery import Delivery
from poolhouse.mail.model import Route
from poolhouse.maintenance import Run, runs
from poolhouse.oidc import postgres_logout as logout_rows
from poolhouse.oidc.logout_delivery import LogoutDelivery
from poolhouse.sandbox.client import Sandbox, SandboxStatus
from poolhouse.services import Services

READ_ONLY = "DatabaseReadOnly"
"""It is a standby, or set to read only: nobody can sign in."""

WITHIN_S = 2.0
"""How long the database may take to be called up."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the tables tell, of all nodes: `migrated` counts users moved in by outcome, `runs` are maintenance's."""

    mails_waiting: int
    oldest_mail_s: float
    logouts_waiting: int
    oldest_logout_s: float
    migrated: dict[str, int]
    runs: list[Run]
    fields_filling: int
    values_waiting: int
    schema: int
    """The version of the schema, 0 for one that has none."""


class Vitals:
    def __init__(
        self,
        *,
        db: Database,
        hasher: PasswordHasher,
        delivery: Delivery,
        logouts: LogoutDelivery,
        sandbox: Sandbox,
    ) -> None:
        self._db, self._hasher, self._sandbox = db, hasher, sandbox
        self._delivery, self._logouts = delivery, logouts

    async def database_fault(self) -> str | None:
        """The class of what keeps this node from its database, or READ_ONLY; None while nothing does."""
        try:
            async with asyncio.timeout(WITHIN_S):
                if await self._db.fetchval("select current_setting('transaction_read_only')") == "on":
                    return READ_ONLY
                if not self._db.loads()["search"].open:
                    await self._db.search_fetchval("select 1")  # a node that can open none answers no list
        except (TimeoutError, PoolhouseError) as error:
            return type(error).__name__
        return None

    async def lost_nodes(self) -> Lost | None:
        """None where the database is on one server, or cannot be asked. Many that are lost take seconds."""
        try:
            return await lost_nodes(self._db)
        except PoolhouseError:
            return None

    async def rows(self) -> Rows | None:
        """None while there is no database."""
        try:
            async with asyncio.timeout(WITHIN_S):
                mails = await mail_rows.waiting(self._db)
                logouts = await logout_rows.waiting(self._db)
                migrated = await customdb_rows.migrations_of_all(self._db)
                filling = await field_index_rows.unfinished(self._db)
                schema = int(await record.newest(self._db) or 0)
                return Rows(*mails, *logouts, migrated, await runs(self._db), *filling, schema)
        except (TimeoutError, PoolhouseError):
            return None

    def connections(self) -> Mapping[str, Load]:
        """The load of each set of database connections."""
        return self._db.loads()

    def standby(self) -> Standby | None:
        """None where there is none; it says of itself whether it is asked, and how far it is behind."""
        return self._db.standby

    def clock_skew_s(self) -> float | None:
        """How far this machine's clock is ahead of the database's."""
        found = clock.last_difference()
        return found.ahead_s if found else None

    def hears(self) -> bool:
        """Whether what other nodes and this one send by NOTIFY arrives here."""
        return bool(self._db.hears)

    def passwords(self) -> tuple[int, int]:
        """(hashes running or waiting, how many there may be)."""
        return self._hasher.pending, self._hasher.queue_limit

    def resting_mail(self) -> Mapping[Route, int]:
        """Route -> how many mail servers or hooks are not tried for now."""
        return self._delivery.resting()

    def resting_logouts(self) -> int:
        """How many applications are not told of logouts for now."""
        return self._logouts.resting()

    def scripts(self) -> SandboxStatus:
        return self._sandbox.status()


def vitals_of(services: Services) -> Vitals:
    return Vitals(
        db=services.db,
        hasher=services.hasher,
        delivery=services.delivery,
        logouts=services.logout_delivery,
        sandbox=services.sandbox,
    )
