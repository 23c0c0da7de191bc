"""A connection tried without anybody signing in, how the last sign-ins by it failed, and what its provider is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from poolhouse.audit.model import Record
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import Lang, ProviderFailed, ProviderStep, TooManyRequests
from poolhouse.federation import catalog
from poolhouse.federation.connections import Connections, addresses_of
from poolhouse.federation.model import Checkable, Describing
from poolhouse.login.tally import Limit, Subject, Tally
from poolhouse.times import now

TRIED = Limit(60, 3600)
"""Trials of one pool's connections: each calls a host that an administrator named."""
MOST_FAILURES = 10
REMEMBERED = timedelta(days=30)
"""How far back failures of a connection are told; its whole log is the audit log's."""


@dataclass(frozen=True, slots=True)
class Trial:
    """`steps`: those that went well. `callback`, `metadata`: addresses of ours that the provider is told, "" where the
    kind has none."""

    steps: tuple[ProviderStep, ...]
    failed: ProviderFailed | None
    callback: str
    metadata: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A sign-in that failed at a step of the connection. `printed`: by its script, the last lines."""

    record_id: str
    at: datetime
    step: str
    reason_zh: str
    reason_en: str
    printed: str
    app_id: str | None
    request_id: str

    def reason(self, lang: Lang) -> str:
        return self.reason_en if lang == "en-US" else self.reason_zh


@dataclass(frozen=True, slots=True)
class Status:
    """`callback`, `metadata`: as of a Trial. `failures`: the last, newest first."""

    callback: str
    metadata: str
    failures: tuple[Failure, ...]


class ConnectionTrials:
    def __init__(self, db: Database, connections: Connections, audit: AuditLog) -> None:
        self._connections, self._tally, self._audit = connections, Tally(db), audit

    async def status(self, caller: Caller, connection_id: str, *, origin: str) -> Status:
        """Which addresses the provider is told, and how the last sign-ins failed. For administrators.

        Raises IdentitySourceNotFound, NotSupported.
        """
        caller.require_administrator()
        connection, callback, metadata = await self._connections.told(caller, connection_id, origin)
        # Of its own time alone: another may have had the identifier before.
        since = max(connection.created_at or now(), now() - REMEMBERED)
        failed = await self._audit.failures_at(caller, connection.identifier, since, MOST_FAILURES)
        return Status(callback, metadata, tuple(map(_failure, failed)))

    async def check(self, caller: Caller, connection_id: str, *, origin: str) -> Trial:
        """The steps of a connection that work without anybody signing in, switched on or not. For administrators.

        Raises IdentitySourceNotFound, NotSupported, TooManyRequests.
        """
        caller.require_administrator()
        subject = Subject(caller.pool_id, "test-ext-idp-connection", "pool")
        wait_s = await self._tally.begin(subject, TRIED)
        if wait_s is not None:
            raise TooManyRequests("too many trials of connections", retry_after_s=wait_s)
        self._tally.failed(subject)
        callback = metadata = ""
        try:
            opened = await self._connections.open(caller, connection_id, trial=True)
            callback, metadata = addresses_of(
                opened.manifest,
                opened.settled.identifier,
                opened.way.rules.callback,
                caller.pool_id,
                origin,
            )
            client = catalog.client_of(opened.manifest.kind)
            steps: tuple[ProviderStep, ...] = ("settings",)
            if isinstance(client, Checkable):
                here = self._connections.here(origin, callback)
                steps = await self._connections.answer(opened.settled, client.check(opened.settled, here))
        except ProviderFailed as error:
            return Trial((), error, callback, metadata)
        return Trial(steps, None, callback, metadata)

    async def metadata(self, caller: Caller, path: str, name: str, *, origin: str) -> bytes:
        """What the provider of a connection is told of us, XML; for anybody. `path`: the kind in the address.

        Raises IdentitySourceNotFound, also for a kind that has none, and ProviderFailed (settings).
        """
        client, read, back = await self._connections.for_its_provider(
            caller, path, name, lambda client: isinstance(client, Describing)
        )
        assert isinstance(client, Describing)
        return await client.metadata(read, self._connections.here(origin, origin + back))


def _failure(record: Record) -> Failure:
    told = record.detail
    reason = str(told.get("reason", ""))
    return Failure(
        record_id=record.id,
        at=record.at,
        step=str(told.get("step", "")),
        reason_zh=str(told.get("reason_zh") or reason),
        reason_en=reason,
        printed=str(told.get("printed", "")),
        app_id=record.app_id,
        request_id=record.request_id,
    )
