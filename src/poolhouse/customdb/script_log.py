"""The rows of the script log, made and written beside the calls: no call waits for them, and a pool whose scripts
say much costs the others neither the event loop nor more than one database connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from prometheus_client import Counter

from poolhouse.background import Tasks
from poolhouse.caller import Caller
from poolhouse.customdb import postgres_logs
from poolhouse.customdb.model import RETURNED, THREW, LogEntry
from poolhouse.customdb.redaction import Redactor, redacted_arguments, secrets_of, secrets_typed
from poolhouse.db.database import Database
from poolhouse.errors import ScriptFailed
from poolhouse.failures import told
from poolhouse.ids import new_id
from poolhouse.sandbox.client import Killed, Outcome, Returned, Threw
from poolhouse.sandbox.warnings import Warned
from poolhouse.users.profiles import script_id

WAITING_ROWS, WAITING_BYTES = 1_000, 8 * 1024 * 1024
"""What of one pool may wait to be written; what comes on top is lost, counted and told."""
BATCH = 50
WRITERS = 2
"""Database connections the log takes at most, of all pools together; a pool has one batch in turn."""

LOST = Counter("poolhouse_script_logs_lost", "Rows of the script log that were not written.")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """One call as it was, secrets included: `entry_of` makes of it what may be kept."""

    caller: Caller = field(repr=False)
    name: str
    version: int | None
    args: list[Any] = field(repr=False)
    env: Mapping[str, str] = field(repr=False)
    outcome: Outcome = field(repr=False)
    debug: bool

    @property
    def size(self) -> int:
        """About its bytes, the arguments aside, which are bounded before a call."""
        said = sum(len(line.text) + 64 for line in self.outcome.console)
        return said + (
            len(self.outcome.message) + len(self.outcome.stack) if isinstance(self.outcome, Threw) else 0
        )


class ScriptLog:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[str, _Waiting] = {}
        self._background = Tasks("script log")
        self._writers = asyncio.Semaphore(WRITERS)

    def keep(self, run: Run) -> None:
        """Soon, by a task of the pool's own."""
        pool_id = run.caller.pool_id
        waiting = self._waiting.get(pool_id)
        if waiting is None:
            waiting = self._waiting[pool_id] = _Waiting()
            self._background.start(self._write_all(pool_id, waiting))
        if not waiting.add(run):
            LOST.inc()

    async def settled(self, within_s: float | None = None) -> None:
        """Waits until every row is written: for tests and for stopping."""
        await self._background.settled(within_s)

    async def _write_all(self, pool_id: str, waiting: _Waiting) -> None:
        try:
            while batch := waiting.take(BATCH):
                await self._write(pool_id, batch)
        finally:
            del self._waiting[pool_id]
        if waiting.lost:
            _log.warning(
                "script_logs_lost", pool_id=pool_id, rows=waiting.lost, cause="more than can be written"
            )

    async def _write(self, pool_id: str, batch: list[Run]) -> None:
        try:
            entries = await asyncio.to_thread(lambda: [entry_of(run) for run in batch])
            async with self._writers:
                await postgres_logs.add(self._db, pool_id, entries)
        except Exception as error:  # a lost row must not fail the call it tells of, nor end the next rows
            LOST.inc(len(batch))
            _log.error("script_logs_lost", pool_id=pool_id, rows=len(batch), cause=told(error))


@dataclass(slots=True)
class _Waiting:
    runs: deque[Run] = field(default_factory=deque)
    size: int = 0
    lost: int = 0

    def add(self, run: Run) -> bool:
        if len(self.runs) >= WAITING_ROWS or self.size + run.size > WAITING_BYTES:
            self.lost += 1
            return False
        self.runs.append(run)
        self.size += run.size
        return True

    def take(self, most: int) -> list[Run]:
        taken = [self.runs.popleft() for _ in range(min(most, len(self.runs)))]
        self.size -= sum(run.size for run in taken)
        return taken


def entry_of(run: Run) -> LogEntry:
    """Milliseconds where a script said much: for a thread."""
    outcome = run.outcome
    redactor = Redactor(secrets_of(run.env), secrets_typed(run.name, run.args))
    message = stack = None
    if isinstance(outcome, Threw):
        message, stack, kind = outcome.message or outcome.name, outcome.stack, THREW
    elif isinstance(outcome, Killed):
        message, kind = outcome.detail, outcome.reason.value
    else:
        kind = RETURNED
    return LogEntry(
        id=new_id(),
        name=run.name,
        version=run.version,
        duration_ms=outcome.duration_ms,
        success=isinstance(outcome, Returned),
        outcome=kind,
        message=None if message is None else redactor.text(message),
        stack=None if stack is None else redactor.text(stack),
        console=tuple({"level": line.level, "text": redactor.text(line.text)} for line in outcome.console),
        warnings=tuple(Warned(redactor.text(one.zh), redactor.text(one.en)) for one in outcome.warnings),
        clients_opened=outcome.clients_opened,
        clients_left_open=outcome.clients_left_open,
        arguments=tuple(redacted_arguments(run.name, run.args)),
        app_id=run.caller.app_id,
        request_id=run.caller.request_id or None,
        debug=run.debug,
        script_user_id=_about(run, redactor),
    )


_ABOUT_FIRST = frozenset({"updateUser", "deleteUser", "validatePassword"})
"""Functions that are given an id; getUser may be, too, within its query."""


def _about(run: Run, redactor: Redactor) -> str | None:
    """Whom a call was about, as the scripts call them: of what it was given, else of the profile it answered.
    None where neither says so, and where the id is a secret."""
    given = run.args[0] if run.args else None
    profile = {"id": given} if run.name in _ABOUT_FIRST else given if run.name == "getUser" else None
    for said in (profile, run.outcome.value if isinstance(run.outcome, Returned) else None):
        if not isinstance(said, Mapping) or said.get("id") is None:
            continue
        try:
            found = script_id(said, run.name)
        except ScriptFailed:
            continue
        if redactor.text(found) == found:
            return found
    return None
