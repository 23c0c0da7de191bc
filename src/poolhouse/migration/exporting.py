"""Everybody of a pool, page by page out of one snapshot, in the words that an import reads.

A row has the keys of `import_rows`, and two more meanings: `id` is the person's id here, which tokens carry as `sub`,
and `customDatabaseId` the one they have in the pool's old database, if they came from there. An import links by the
second where there is one, else by the first. What nobody has is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.errors import (
    NotPermitted,
    NotSupportedByDirectory,
    Overloaded,
    TooManyRequests,
    Unavailable,
)
from poolhouse.fields import postgres as field_rows
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.migration import postgres_exports
from poolhouse.migration.import_columns import FIELDS, PREFERRED
from poolhouse.times import v3_time
from poolhouse.users.model import CUSTOM_DATABASE

PAGE = 2000
OF_A_POOL, AT_ONCE = 2, 3
"""Of a process, whose connections are ten where nothing else is set."""
RETRY_S = 10
KEYS = ("id", "customDatabaseId", *PREFERRED, "passwordHash", "customData")
"""Of a row, in the order of a table's columns."""

_FIELDS = [FIELDS[key] for key in PREFERRED]

Row = Mapping[str, Any]

_SNAPSHOT = (
    "set transaction isolation level repeatable read, read only; "
    "set local idle_in_transaction_session_timeout = '10min'"
)
"""Whoever takes the rows may be slow; how slow is the wire's to say, so this is for one that died meanwhile."""

_log = structlog.get_logger(__name__)


class UserExports:
    """Of a process. Each export holds a connection and a snapshot for as long as it lasts, so few run at once."""

    def __init__(self, db: Database, directories: Directories, fields: FieldStore, audit: AuditLog) -> None:
        self._db, self._directories, self._fields, self._audit = db, directories, fields, audit
        self._running: Counter[str] = Counter()
        self._stopping = False

    async def rows(
        self, caller: Caller, *, hashes: bool = False, page: int = 0
    ) -> AsyncGenerator[list[Row], None]:
        """Pages of at most `page` (PAGE) rows, by id, as the pool was at the first. Close it: it holds a connection.

        `hashes`: with `passwordHash`, for whoever has the machine or the pool's own secret. The audit log says who
        took what before the first row is given, and how many there were when it ends, in whichever way. Raises
        NotPermitted, NotAuthenticated, NotSupportedByDirectory where people are not kept here, TooManyRequests
        and Overloaded.
        """
        await self._require(caller, hashes)
        with self.place(caller.pool_id) as still:
            await self._audit.write(self._db, caller, Event("export", "user", detail={"hashes": hashes}))
            given, whole = 0, False
            try:
                async with self._db.transaction() as tx:
                    await tx.execute(_SNAPSHOT)
                    last = ""
                    while people := await postgres_exports.page(
                        tx, caller.pool_id, _FIELDS, last, page or PAGE, hashes=hashes
                    ):
                        last = people[-1]["id"]
                        told = await self._told(tx, caller, people)
                        given += len(told)
                        yield told
                        still()
                whole = True
            finally:
                await self._note_end(caller, given, hashes=hashes, whole=whole)

    def stop(self) -> None:
        """The server stops: what runs ends before its next page, and nothing begins."""
        self._stopping = True

    @contextmanager
    def place(self, pool_id: str) -> Iterator[Callable[[], None]]:
        """One of the few exports that run at once, of everybody or of somebody. What it gives raises Overloaded where
        the server stops. Raises TooManyRequests, Overloaded."""
        if self._running[pool_id] >= OF_A_POOL:
            raise TooManyRequests("the pool has its share of exports running", retry_after_s=RETRY_S)
        if self._stopping or self._running.total() >= AT_ONCE:
            raise Overloaded("too many exports at once, or the server stops", retry_after_s=RETRY_S)
        self._running[pool_id] += 1
        try:
            yield self._still
        finally:
            self._running[pool_id] -= 1
            self._running += Counter()  # forgets the pools that have none

    def _still(self) -> None:
        if self._stopping:
            raise Overloaded("the server stops", retry_after_s=RETRY_S)

    async def _note_end(self, caller: Caller, given: int, *, hashes: bool, whole: bool) -> None:
        event = Event("export", "user", success=whole, detail={"hashes": hashes, "rows": given})
        try:
            await self._audit.write(self._db, caller, event)
        except Unavailable:  # perhaps the very reason of the end
            _log.warning("export_end_unwritten", pool_id=caller.pool_id, rows=given, hashes=hashes)

    async def _require(self, caller: Caller, hashes: bool) -> None:
        caller.require_administrator()
        if hashes and caller.kind != "system" and not caller.is_owner:
            raise NotPermitted("password hashes are given to the pool's own secret and to the machine alone")
        if not (await self._directories.of(caller.pool_id)).keeps_profiles:
            raise NotSupportedByDirectory(what="export")

    async def _told(self, tx: Tx, caller: Caller, people: Sequence[Any]) -> list[Row]:
        ids = [person["id"] for person in people]
        old_ids = await postgres_exports.ids_in_old_database(tx, caller.pool_id, ids, CUSTOM_DATABASE)
        custom = await self._custom_data(tx, caller, ids)
        rows: list[Row] = []
        for user_id, password_hash, *values in people:
            row = {"id": user_id, "customDatabaseId": old_ids.get(user_id)}
            row |= {key: _plain(value) for key, value in zip(PREFERRED, values, strict=True)}
            row |= {"passwordHash": password_hash, "customData": custom.get(user_id)}
            rows.append({key: value for key, value in row.items() if value is not None})
        return rows

    async def _custom_data(self, tx: Tx, caller: Caller, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for row in await field_rows.list_values(tx, caller.pool_id, TargetType.USER, ids):
            value = self._fields.loaded(caller.pool_id, TargetType.USER, row)
            found.setdefault(row["target_id"], {})[value.key] = _plain(value.value)
        return found


def _plain(value: Any) -> Any:
    return v3_time(value) if isinstance(value, datetime) else value
