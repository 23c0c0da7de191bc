"""Who is here twice: from before a telephone number, an e-mail and a username were one however they are written.

Nobody is merged: which account is the person's only they can tell. No value is shown, ids are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from poolhouse import phones
from poolhouse.db.database import Executor
from poolhouse.users.model import KeyKind, UserKey

SHOWN = 5
"""Groups of a kind whose ids are told."""
MOST = 10_000
"""Rows of a kind that are looked at: a directory with more is told of so many."""
_NAMED: tuple[KeyKind, ...] = ("username", "email", "external_id")


@dataclass(frozen=True, slots=True)
class Duplicates:
    """`groups`: how many names or numbers are more than one user's. `first`: pool id and user ids of a few.

    `unreadable`: users whose phone is no telephone number, so that it is compared to the letter.
    """

    kind: KeyKind
    groups: int = 0
    first: list[tuple[str, list[str]]] = field(default_factory=list)
    unreadable: int = 0


async def duplicates(db: Executor) -> list[Duplicates]:
    """Of all pools. What is in its one spelling is unique by the database, so only the others are read."""
    return [await _of_names(db, kind) for kind in _NAMED] + [await _of_phones(db)]


async def _of_names(db: Executor, kind: KeyKind) -> Duplicates:
    rows = await db.fetch(
        f"select pool_id, id, {kind} as text from users "
        f"where {kind} is not nfc normalized or {kind} <> btrim({kind}) limit $1",
        MOST,
    )
    wanted = {(row["pool_id"], UserKey(kind, row["text"]).stored) for row in rows}
    plain = await db.fetch(
        f"select pool_id, id, {kind} as text from users u "
        f"join unnest($1::text[], $2::text[]) as one (pool, stored) on u.pool_id = pool and u.{kind} = stored",
        [pool_id for pool_id, _ in wanted],
        [stored for _, stored in wanted],
    )
    groups: dict[tuple[str, str], set[str]] = {}
    for row in (*plain, *rows):
        groups.setdefault((row["pool_id"], UserKey(kind, row["text"]).stored), set()).add(row["id"])
    return _told(kind, groups)


async def _of_phones(db: Executor) -> Duplicates:
    rows = await db.fetch(
        "select pool_id, id, phone, phone_country_code from users "
        "where phone is not null and phone_key is null limit $1",
        MOST,
    )
    keyed = [(row, phones.find_key(row["phone"], row["phone_country_code"])) for row in rows]
    groups: dict[tuple[str, str], set[str]] = {}
    for row, key in keyed:
        if key:
            groups.setdefault((row["pool_id"], key), set()).add(row["id"])
    holders = await db.fetch(
        "select u.pool_id, u.id, u.phone_key from users u "
        "join unnest($1::text[], $2::text[]) as one (pool, key) on u.pool_id = pool and u.phone_key = key",
        [pool_id for pool_id, _ in groups],
        [key for _, key in groups],
    )
    for row in holders:
        groups[row["pool_id"], row["phone_key"]].add(row["id"])
    return _told("phone", groups, sum(key is None for _, key in keyed))


def _told(kind: KeyKind, groups: Mapping[tuple[str, str], Any], unreadable: int = 0) -> Duplicates:
    found = [(pool_id, sorted(ids)) for (pool_id, _), ids in sorted(groups.items()) if len(ids) > 1]
    return Duplicates(kind, len(found), found[:SHOWN], unreadable)
