"""The users of a pool, page by page out of one snapshot, in the words that an import reads: everybody, those named or
all that match, with all that is theirs or the columns asked for.

A row has the keys of `import_rows`, and two more meanings: `id` is the person's id here, which tokens carry as `sub`,
and `customDatabaseId` the one they have in the pool's old database, if they came from there. An import links by the
second where there is one, else by the first. What nobody has is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.directory import search, terms
from poolhouse.directory.chooser import Directories
from poolhouse.errors import (
    FieldNotFound,
    InvalidInput,
    NotPermitted,
    NotSupportedByDirectory,
    Overloaded,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from poolhouse.fields import postgres as field_rows
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.migration import postgres_exports
from poolhouse.migration.import_columns import CUSTOM, FIELDS, PREFERRED
from poolhouse.orgs.postgres_members import members_among
from poolhouse.texts import EMPTY, storable, too_many
from poolhouse.times import v3_time
from poolhouse.users.model import CUSTOM_DATABASE, UserQuery

PAGE = 2000
OF_A_POOL, AT_ONCE = 2, 3
"""Of a process, whose connections are ten where nothing else is set."""
RETRY_S = 10
KEYS = ("id", "customDatabaseId", *PREFERRED, "passwordHash", "customData")
"""Of a row, in the order of a table's columns."""
MOST_NAMED, LONGEST_ID = 1_000, 256
"""Users that are named one by one; characters of an id."""
MOST_COLUMNS = 200

Row = Mapping[str, Any]

_HASHES = (
    "密码哈希不是一列：请用 withPasswordHashes",
    "hashes are no column to choose: ask by withPasswordHashes",
)
_SNAPSHOT = (
    "set transaction isolation level repeatable read, read only; "
    "set local idle_in_transaction_session_timeout = '10min'"
)
"""Whoever takes the rows may be slow; how slow is the wire's to say, so this is for one that died meanwhile."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom and what. `user_ids` or `query`, else everybody; of a query the page and the order say nothing.

    `columns`: of KEYS, or `customData.KEY`; none: all there are. `hashes`: `passwordHash`, too, as the last of them.
    """

    user_ids: tuple[str, ...] | None = None
    query: UserQuery | None = None
    columns: tuple[str, ...] = ()
    hashes: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Of a row, in the order of a table's columns. `passwordHash` is among all there are, though empty."""
        if not self.columns:
            return KEYS
        return (*dict.fromkeys(self.columns), *(("passwordHash",) if self.hashes else ()))

    @property
    def profile(self) -> tuple[str, ...]:
        """Those of the keys that are fields of the profile."""
        keys = frozenset(self.keys)
        return tuple(key for key in PREFERRED if key in keys)

    @property
    def fields(self) -> list[str]:
        return [FIELDS[key] for key in self.profile]

    @property
    def custom(self) -> frozenset[str] | None:
        """Keys of custom fields; None for all of them."""
        named = [key.removeprefix(CUSTOM) for key in self.columns if key.startswith(CUSTOM)]
        return None if "customData" in self.keys else frozenset(named)

    def said(self) -> dict[str, Any]:
        """For the audit log."""
        said: dict[str, Any] = {"hashes": self.hashes}
        if self.user_ids is not None:
            said["users"] = len(self.user_ids)
        if self.query is not None:
            said["matching"] = True
            if self.query.within:
                said["departments"] = list(self.query.within)
        return said | ({"columns": list(self.columns)} if self.columns else {})


EVERYBODY = Wanted()


class UserExports:
    """Of a process. Each export holds a connection and a snapshot for as long as it lasts, so few run at once."""

    def __init__(self, db: Database, directories: Directories, fields: FieldStore, audit: AuditLog) -> None:
        self._db, self._directories, self._fields, self._audit = db, directories, fields, audit
        self._running: Counter[str] = Counter()
        self._stopping = False

    async def rows(
        self, caller: Caller, wanted: Wanted = EVERYBODY, *, page: int = 0
    ) -> AsyncGenerator[list[Row], None]:
        """Pages of at most `page` (PAGE) rows, by id, as the pool was at the first. Close it: it holds a connection.

        Hashes are for whoever has the machine or the pool's own secret. The audit log says who took what before the
        first row is given, and how many there were when it ends, in whichever way. Whoever is limited to departments
        is given those who are in one of them, in the snapshot. Raises NotPermitted,
        NotAuthenticated, NotSupportedByDirectory where people are not kept here, InvalidInput and TooLarge naming
        `userIds` or `columns`, FieldNotFound, what searching raises, TooManyRequests and Overloaded.
        """
        await self._require(caller, wanted)
        wanted = _within(caller, wanted)
        ids = await self._ids(caller, wanted)
        with self.place(caller.pool_id) as still:
            await self._audit.write(self._db, caller, Event("export", "user", detail=wanted.said()))
            given, whole = 0, False
            try:
                async with self._db.transaction() as tx:
                    await tx.execute(_SNAPSHOT)
                    async for people in self._pages(tx, caller, wanted, ids, page or PAGE):
                        told = await self._told(tx, caller, wanted, people)
                        given += len(told)
                        yield told
                        still()
                whole = True
            finally:
                await self._note_end(caller, wanted, given, whole=whole)

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

    async def _note_end(self, caller: Caller, wanted: Wanted, given: int, *, whole: bool) -> None:
        event = Event("export", "user", success=whole, detail={**wanted.said(), "rows": given})
        try:
            await self._audit.write(self._db, caller, event)
        except Unavailable:  # perhaps the very reason of the end
            _log.warning("export_end_unwritten", pool_id=caller.pool_id, rows=given, hashes=wanted.hashes)

    async def _require(self, caller: Caller, wanted: Wanted) -> None:
        caller.require_administrator()
        if wanted.hashes and caller.kind != "system" and not caller.is_owner:
            raise NotPermitted("password hashes are given to the pool's own secret and to the machine alone")
        if not (await self._directories.of(caller.pool_id)).keeps_profiles:
            raise NotSupportedByDirectory(what="export")
        _check(wanted)
        if wanted.custom:
            defined = await field_rows.list_fields(
                self._db, caller.pool_id, TargetType.USER, sorted(wanted.custom)
            )
            for key in wanted.custom - defined.keys():
                raise FieldNotFound(field=storable(key[:64]))

    # -- whom ----------------------------------------------------------------------------------------------

    async def _ids(self, caller: Caller, wanted: Wanted) -> search.Found | None:
        """How all that match are found; None where there is no query."""
        if wanted.query is None:
            return None
        fields = await terms.custom_fields(self._db, caller.pool_id, wanted.query)
        return search.everybody(caller.pool_id, wanted.query, fields)

    async def _pages(
        self, tx: Tx, caller: Caller, wanted: Wanted, ids: search.Found | None, size: int
    ) -> AsyncGenerator[list[Any], None]:
        read = partial(postgres_exports.named, tx, caller.pool_id, wanted.fields, hashes=wanted.hashes)
        if wanted.user_ids is not None:
            named = sorted(set(wanted.user_ids))
            if departments := _departments(caller):
                theirs = await members_among(tx, caller.pool_id, named, departments)
                named = [one for one in named if one in theirs]
            for at in range(0, len(named), size):
                if people := await read(named[at : at + size]):
                    yield people
        elif ids is not None:
            await postgres_exports.find_all(tx, ids.sql, ids.args)
            while found := await postgres_exports.next_found(tx, size):
                if people := await read(found):
                    yield people
        else:
            last = ""
            while people := await postgres_exports.page(
                tx, caller.pool_id, wanted.fields, last, size, hashes=wanted.hashes
            ):
                last = people[-1]["id"]
                yield people

    # -- what ----------------------------------------------------------------------------------------------

    async def _told(self, tx: Tx, caller: Caller, wanted: Wanted, people: Sequence[Any]) -> list[Row]:
        ids, keys = [person["id"] for person in people], frozenset(wanted.keys)
        old_ids: Mapping[str, str] = {}
        if "customDatabaseId" in keys:
            old_ids = await postgres_exports.ids_in_old_database(tx, caller.pool_id, ids, CUSTOM_DATABASE)
        custom = await self._custom_data(tx, caller, ids, wanted.custom)
        profile = wanted.profile
        rows: list[Row] = []
        for user_id, password_hash, *values in people:
            row = {"id": user_id if "id" in keys else None, "customDatabaseId": old_ids.get(user_id)}
            row |= {key: _plain(value) for key, value in zip(profile, values, strict=True)}
            row |= {"passwordHash": password_hash, "customData": custom.get(user_id)}
            rows.append({key: value for key, value in row.items() if value is not None})
        return rows

    async def _custom_data(
        self, tx: Tx, caller: Caller, ids: Sequence[str], keys: frozenset[str] | None
    ) -> dict[str, dict[str, Any]]:
        """`keys`: of these fields; None: of all."""
        found: dict[str, dict[str, Any]] = {}
        if keys is not None and not keys:
            return found
        named = None if keys is None else sorted(keys)
        for row in await field_rows.list_values(tx, caller.pool_id, TargetType.USER, ids, named):
            value = self._fields.loaded(caller.pool_id, TargetType.USER, row)
            found.setdefault(row["target_id"], {})[value.key] = _plain(value.value)
        return found


def _within(caller: Caller, wanted: Wanted) -> Wanted:
    """Of all, or of all that match, those whom the caller's limits let them know of. Those named are found by their
    ids, and judged then."""
    departments = _departments(caller)
    if not departments or wanted.user_ids is not None:
        return wanted
    query = wanted.query or UserQuery()
    return replace(wanted, query=replace(query, within=departments))


def _departments(caller: Caller) -> tuple[str, ...]:
    return tuple(sorted(caller.limits.departments)) if caller.limits else ()


def _check(wanted: Wanted) -> None:
    """Raises InvalidInput, TooLarge."""
    named = wanted.user_ids
    if named is not None and not named:
        raise InvalidInput("userIds", *EMPTY)
    if named is not None and len(named) > MOST_NAMED:
        raise TooLarge("userIds", *too_many(MOST_NAMED))
    if any(len(one) > LONGEST_ID for one in named or ()):
        raise TooLarge(
            "userIds", f"每个最长 {LONGEST_ID} 个字符", f"each has at most {LONGEST_ID} characters"
        )
    if len(wanted.columns) > MOST_COLUMNS:
        raise TooLarge("columns", *too_many(MOST_COLUMNS))
    for key in wanted.columns:
        if key == "passwordHash":
            raise InvalidInput("columns", *_HASHES)
        if key not in KEYS and not (key.startswith(CUSTOM) and len(key) > len(CUSTOM)):
            shown = storable(key[:64])
            raise InvalidInput("columns", f"未知的列：{shown}", f"unknown column: {shown}")


def _plain(value: Any) -> Any:
    return v3_time(value) if isinstance(value, datetime) else value
