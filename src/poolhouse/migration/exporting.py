"""Everybody of a pool, page by page out of one snapshot, in the words that an import reads.

A row has the keys of `import_rows`, and two more meanings: `id` is the person's id here, which tokens carry as `sub`,
and `customDatabaseId` the one they have in the pool's old database, if they came from there. An import links by the
second where there is one, else by the first. What nobody has is left out.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Any

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.errors import NotPermitted, NotSupportedByDirectory
from poolhouse.fields import postgres as field_rows
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.migration import postgres_exports
from poolhouse.migration.import_columns import FIELDS, PREFERRED
from poolhouse.times import v3_time
from poolhouse.users.model import CUSTOM_DATABASE

PAGE = 2000
KEYS = ("id", "customDatabaseId", *PREFERRED, "passwordHash", "customData")
"""Of a row, in the order of a table's columns."""

_FIELDS = [FIELDS[key] for key in PREFERRED]

Row = Mapping[str, Any]


class UserExports:
    def __init__(self, db: Database, directories: Directories, fields: FieldStore, audit: AuditLog) -> None:
        self._db, self._directories, self._fields, self._audit = db, directories, fields, audit

    async def rows(self, caller: Caller, *, hashes: bool = False) -> AsyncGenerator[list[Row], None]:
        """Pages of at most PAGE rows, by id, as the pool was at the first. Close it: it holds a connection.

        `hashes`: with `passwordHash`, which only whoever has the machine may take along. The audit log says who took
        what before the first row is given. Raises NotPermitted, NotAuthenticated, and NotSupportedByDirectory where
        people are not kept here.
        """
        await self._require(caller, hashes)
        await self._audit.write(self._db, caller, Event("export", "user", detail={"hashes": hashes}))
        async with self._db.transaction() as tx:
            await tx.execute("set transaction isolation level repeatable read, read only")
            last = ""
            while people := await postgres_exports.page(
                tx, caller.pool_id, _FIELDS, last, PAGE, hashes=hashes
            ):
                last = people[-1]["id"]
                yield await self._told(tx, caller, people)

    async def _require(self, caller: Caller, hashes: bool) -> None:
        caller.require_administrator()
        if hashes and caller.kind != "system":
            raise NotPermitted("password hashes are given to whoever has the machine alone")
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
