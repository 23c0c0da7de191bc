"""Erasing a person: deleted, and taken out of every record of what was done.

Decision: docs/decisions/0056-erasure.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event
from poolhouse.audit.person import Erase, Person
from poolhouse.audit.postgres_erasure import names_in_log
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.directory.postgres_erasure import old_ids
from poolhouse.errors import InvalidInput, UserNotFound
from poolhouse.ids import new_id
from poolhouse.texts import storable
from poolhouse.users.model import KeyKind, User, UserKey

LONGEST_S = 600
"""The log is read through once, whatever its size."""
MOST_NAMES = 50
_SIGN_IN = ("username", "email", "phone", "external_id")
_CALLED = (
    "nickname",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "preferred_username",
    "unionid",
    "openid",
    "identity_number",
    "profile",
    "website",
    "address",
    "formatted",
    "street_address",
)
_KINDS: tuple[KeyKind, ...] = ("id", "username", "email", "phone", "external_id")


@dataclass(frozen=True, slots=True)
class Erased:
    """`instead`: the id in the records now. `rows`: how many were changed, by domain."""

    instead: str
    rows: Mapping[str, int]


class Erasure:
    def __init__(
        self, *, db: Database, records: UserRecords, audit: AuditLog, erase: Mapping[str, Erase]
    ) -> None:
        self._db, self._records, self._audit, self._erase = db, records, audit, erase

    async def erase(self, caller: Caller, name: str, also: Sequence[str] = ()) -> Erased:
        """Whoever has this id, username, e-mail, phone or external id; of somebody deleted before, the id.

        `also`: names they had that nothing here knows any more, such as the id in an old database. All of it is done
        or nothing. Raises UserNotFound where neither users nor the log have them, InvalidInput.
        """
        caller.require_administrator()
        if len(also) > MOST_NAMES:
            raise InvalidInput("also", f"最多 {MOST_NAMES} 个", f"at most {MOST_NAMES}")
        user = await found_by_any(self._records, caller, name)
        async with self._db.transaction() as tx:
            await tx.execute(f"set local statement_timeout = '{LONGEST_S}s'")
            person = await person_of(tx, caller, user.id if user else name, user, also)
            if user is not None:
                await self._records.remove(tx, caller, [user.id])
            rows = {domain: await erase(tx, caller.pool_id, person) for domain, erase in self._erase.items()}
            detail = {"erased": rows}
            event = Event("delete", "user", person.instead, user_id=person.instead, detail=detail)
            await self._audit.write(tx, caller, event)
        return Erased(person.instead, rows)


async def found_by_any(records: UserRecords, caller: Caller, name: str) -> User | None:
    """Whoever has this id, username, e-mail, phone or external id, in this order."""
    for kind in _KINDS:
        if user := await records.find(caller, UserKey(kind, name)):
            return user
    return None


async def person_of(
    tx: Tx, caller: Caller, user_id: str, user: User | None, also: Sequence[str] = ()
) -> Person:
    """Everything they were called, here and in the log. Raises UserNotFound where neither has them."""
    user_id = str(storable(user_id))
    sign_in, called, rows = await names_in_log(tx, caller.pool_id, user_id)
    if user is None and not rows:
        raise UserNotFound(user_id=user_id)
    given = {str(storable(name)) for name in also if name.strip()}
    ids = {*await old_ids(tx, caller.pool_id, user_id), *given}
    if user is not None:
        own, others = names_of(user)
        sign_in, called = sign_in | own, called | others
        ids |= {user.external_id} if user.external_id else set()
    lower = {name.strip().lower() for name in given}
    return Person(
        user_id,
        new_id(),
        frozenset(sign_in | lower),
        frozenset(called | sign_in | lower | {one.lower() for one in ids}),
        tuple(sorted(ids)),
    )


def names_of(user: User) -> tuple[set[str], set[str]]:
    """What they sign in by, and what else they are called; in lower case."""
    values = {field: str(getattr(user, field) or "").strip().lower() for field in (*_SIGN_IN, *_CALLED)}
    return {values[field] for field in _SIGN_IN} - {""}, set(values.values()) - {""}
