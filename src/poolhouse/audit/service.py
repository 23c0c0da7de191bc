"""The audit log: written by every domain, read by administrators, kept in order by itself."""

from __future__ import annotations

from datetime import datetime

import structlog
from prometheus_client import Counter

from poolhouse import trace
from poolhouse.audit import postgres
from poolhouse.audit.geoip import know_agents
from poolhouse.audit.model import AuditRecordNotFound, Event, Record, RecordQuery, ResourceType
from poolhouse.caller import Caller, Unchanged
from poolhouse.db.database import Database, Tx
from poolhouse.db.together import Writer
from poolhouse.errors import ChangedMeanwhile
from poolhouse.paging import Page, PageRequest

LOGINS = Counter(
    "poolhouse_logins",
    "Tries to log in. outcome: ok, or the rule that refused (WrongCredentials, ...).",
    ["outcome"],
)

_log = structlog.get_logger(__name__)


class AuditLog:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def write(self, tx: Writer, caller: Caller, event: Event) -> None:
        """One row in the act's own transaction: it stays if and only if the act does.

        Raises ChangedMeanwhile, as the caller asks (`Caller.unchanged`). The change has locked its thing by now, so
        that of two at once the second sees the row of the first.
        """
        if caller.unchanged:
            await _require_unchanged(
                tx, caller.pool_id, caller.unchanged, event.resource_type, event.resource_id
            )
        _count(event)
        trace.note(acted=tuple(one for one in (caller.actor_id, event.user_id) if one))
        written = await postgres.insert(tx, caller, event)
        if caller.unchanged:
            caller.unchanged.known.add(written)

    async def hold(self, tx: Tx, caller: Caller, resource_type: ResourceType, resource_id: str) -> None:
        """Before a change that leaves this database, such as by a script: the same, with whoever else asks for it kept
        waiting until `tx` ends. Raises ChangedMeanwhile."""
        if caller.unchanged:
            await postgres.hold(tx, caller.pool_id, resource_type, resource_id)
            await _require_unchanged(tx, caller.pool_id, caller.unchanged, resource_type, resource_id)

    async def write_refusal(self, caller: Caller, event: Event) -> None:
        """The row of an act that was refused, by itself, because the act's transaction is rolled back.

        Call it after that transaction has ended; `event.success` must be False.
        """
        _count(event)
        await postgres.insert(self._db, caller, event)

    async def list_records(self, caller: Caller, query: RecordQuery, request: PageRequest) -> Page[Record]:
        """Newest first. An end user may ask for their own acts, and for nothing else.

        May lag a standby's few seconds behind. Raises NotAuthenticated, NotPermitted.
        """
        if query.kind == "user" and len(query.user_ids) == 1 and not query.names:
            caller.require_user_or_administrator(query.user_ids[0])
        else:
            caller.require_administrator()
        page = await postgres.page(self._db.lagging, caller.pool_id, query, request)
        await know_agents(record.user_agent for record in page.items)
        return page

    async def get(self, caller: Caller, record_id: str) -> Record:
        """One act. Raises AuditRecordNotFound, NotAuthenticated, NotPermitted."""
        caller.require_administrator()
        found = await postgres.find(self._db, caller.pool_id, record_id)
        if found is None:
            raise AuditRecordNotFound()
        await know_agents([found.user_agent])
        return found

    async def failures_at(self, caller: Caller, connection: str, since: datetime, limit: int) -> list[Record]:
        """Sign-ins that failed at a step of the connection of this identifier, newest first. May lag a standby's few
        seconds behind."""
        caller.require_administrator()
        return await postgres.failures_at(self._db.lagging, caller.pool_id, connection, since, limit)

    async def count_logins(self, caller: Caller, app_id: str) -> tuple[int, int]:
        """(successful logins through the application, different people), as far back as the log is kept."""
        caller.require_administrator()
        return await postgres.count_logins(self._db, caller.pool_id, app_id)

    async def prune(self, before: datetime) -> int:
        """Deletes what is older, whole months by dropping them; gives the number of rows. For operators."""
        return await postgres.prune(self._db, before)


async def _require_unchanged(
    tx: Writer, pool_id: str, unchanged: Unchanged, resource_type: ResourceType, resource_id: str | None
) -> None:
    if not isinstance(tx, Tx) or resource_id is None:
        raise TypeError(f"a change of {resource_type} can have no condition")
    found = await postgres.changes(tx, pool_id, resource_type, resource_id, unchanged.since)
    if unchanged.asks or any(one.id not in unchanged.known for one in found):
        raise ChangedMeanwhile(changes=found)


def _count(event: Event) -> None:
    if event.operation == "login" and event.resource_type == "user" and event.user_id:
        trace.note(user_id=event.user_id)  # who asked is nobody before
    if event.operation == "login" and event.resource_type != "administrator":
        LOGINS.labels("ok" if event.success else _rule(event)).inc()


def _rule(event: Event) -> str:
    """One of few: what an identity source, or a script of its connection, says is in words of their own."""
    if "step" in event.detail and "connection" in event.detail:
        return "ProviderFailed"
    return str(event.detail.get("reason", "refused"))
