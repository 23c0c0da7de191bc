"""Everything held about a person as one JSON text: what somebody has a right to (GDPR articles 15 and 20, PIPL 45).

Decision: docs/decisions/0069-personal-data.md.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractContextManager, aclosing
from itertools import groupby
from typing import Any

import msgspec
import structlog

from poolhouse import clock
from poolhouse.accounts import postgres_held
from poolhouse.accounts.erasure import LONGEST_S, found_by_any, person_of
from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event
from poolhouse.audit.person import Person
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.errors import Unavailable
from poolhouse.fields import postgres as field_rows
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.times import v3_time
from poolhouse.users.model import User

_SNAPSHOT = (
    "set transaction isolation level repeatable read, read only; "
    "set local idle_in_transaction_session_timeout = '10min'; "
    f"set local statement_timeout = '{LONGEST_S}s'"
)

Place = Callable[[str], AbstractContextManager[Callable[[], None]]]
"""One of the few exports of a pool and of a process that run at once; what it gives raises where the server stops."""

_log = structlog.get_logger(__name__)


class PersonExport:
    def __init__(
        self, *, db: Database, records: UserRecords, audit: AuditLog, fields: FieldStore, place: Place
    ) -> None:
        self._db, self._records, self._audit = db, records, audit
        self._fields, self._place = fields, place

    async def pieces(self, caller: Caller, name: str) -> AsyncGenerator[bytes, None]:
        """UTF-8 of one JSON object, at most `postgres_held.PAGE` rows a piece, out of one snapshot. Close it.

        `name` is what `Erasure.erase` takes. The audit log says who took it before the first piece, and how many rows
        it had at its end, in whichever way. Raises UserNotFound, NotPermitted, NotAuthenticated, TooManyRequests and
        Overloaded.
        """
        caller.require_administrator()
        with self._place(caller.pool_id) as still:
            user = await found_by_any(self._records, caller, name)
            async with self._db.transaction() as tx:
                person = await person_of(tx, caller, user.id if user else name, user)
            await self._audit.write(self._db, caller, _event(person, {"held": True}))
            rows, whole = 0, False
            try:
                async with self._db.transaction() as tx:
                    await tx.execute(_SNAPSHOT)
                    async for piece, count in self._written(tx, caller, person, user):
                        rows += count
                        yield piece
                        still()
                whole = True
            finally:
                await self._note_end(caller, person, rows, whole=whole)

    async def _note_end(self, caller: Caller, person: Person, rows: int, *, whole: bool) -> None:
        try:
            event = _event(person, {"held": True, "rows": rows}, success=whole)
            await self._audit.write(self._db, caller, event)
        except Unavailable:  # perhaps the very reason of the end
            _log.warning("export_end_unwritten", pool_id=caller.pool_id, rows=rows)

    async def _written(
        self, tx: Tx, caller: Caller, person: Person, user: User | None
    ) -> AsyncGenerator[tuple[bytes, int], None]:
        """Pieces of the text, each with how many rows it has."""
        yield b'{"about":' + msgspec.json.encode(_about(caller, person)), 0
        custom = await self._custom_data(tx, caller.pool_id, person.user_id)
        yield b',\n"customData":' + msgspec.json.encode(custom), len(custom)
        kept_here = False
        for section, of_section in groupby(postgres_held.held(), lambda one: one.section):
            opening = f',\n"{section}":{{'
            for one in of_section:
                yield f'{opening}"{camel(one.name)}":['.encode(), 0
                opening, comma = ",", b""
                async with aclosing(postgres_held.pages(tx, caller.pool_id, person, one)) as pages:
                    async for page in pages:
                        told = [msgspec.json.encode(_told(row)) for row in page]
                        if told:
                            yield comma + b",\n".join(told), len(told)
                            comma = b",\n"
                            kept_here = kept_here or one.name == "users"
                yield b"]", 0
            yield b"}", 0
        if user is not None and not kept_here:  # the profile is in the pool's custom database
            yield b',\n"customDatabase":' + msgspec.json.encode(_of_directory(user)), 1
        yield b"}\n", 0

    async def _custom_data(self, tx: Tx, pool_id: str, user_id: str) -> dict[str, Any]:
        rows = await field_rows.list_values(tx, pool_id, TargetType.USER, [user_id])
        values = [self._fields.loaded(pool_id, TargetType.USER, row) for row in rows]
        return {value.key: value.value for value in values}


def secrets() -> Mapping[str, list[str]]:
    """What is left out of the file: the table's name in it -> columns."""
    return {
        camel(one.name): [camel(column) for column in one.secret]
        for one in postgres_held.held()
        if one.secret
    }


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(one.capitalize() for one in others)


def _about(caller: Caller, person: Person) -> dict[str, Any]:
    return {
        "userId": person.user_id,
        "userPoolId": caller.pool_id,
        "exportedAt": v3_time(clock.now()),
        "leftOut": secrets(),
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {camel(key): value for key, value in row.items() if key != "pool_id"}


def _of_directory(user: User) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(user)
    return {
        camel(key): value for key, value in told.items() if "password_hash" not in key and value is not None
    }


def _event(person: Person, detail: dict[str, Any], *, success: bool = True) -> Event:
    return Event("export", "user", person.user_id, user_id=person.user_id, success=success, detail=detail)
