"""SQL that brings many people in at once, beside others who sign up or migrate by logging in.

What another transaction took first is left out, never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from poolhouse import phones
from poolhouse.db.database import Executor, Tx
from poolhouse.ids import new_id
from poolhouse.migration.import_rows import ImportedUser
from poolhouse.times import now
from poolhouse.users.model import Status
from poolhouse.users.profile_fields import BOOLEANS, COUNTS, TIMES

KEYS = ("username", "email", "phone", "external_id")
_SHOWN = {"phone": "coalesce(phone_key, phone)"}
_FILLED: Mapping[str, Any] = {
    "status": Status.ACTIVATED.value,
    "gender": "U",
    "register_source": ["unknown"],
    "logins_count": 0,
    "user_source_type": "excel",
    **dict.fromkeys(BOOLEANS, False),
}


@dataclass(frozen=True, slots=True)
class Known:
    """Who of some people is here. `by_key`: (field, value) -> user id; `keys_of`: user id -> its fields."""

    by_key: Mapping[tuple[str, str], str]
    keys_of: Mapping[str, Mapping[str, str | None]]
    by_script_id: Mapping[str, str]
    deleted: frozenset[str]


def keys_of(person: ImportedUser) -> dict[str, str]:
    """What nobody else may have, in the spelling that compares."""
    found = {key: value for key in KEYS if (value := person.values.get(key))}
    if phone := found.get("phone"):
        found["phone"] = phones.find_key(phone, person.values.get("phone_country_code")) or phone
    return found


async def known(db: Executor, pool_id: str, people: Sequence[ImportedUser], provider: str) -> Known:
    each = [keys_of(person) for person in people]
    key_values = [[keys[key] for keys in each if key in keys] for key in KEYS]
    columns = ", ".join(f"{_SHOWN.get(key, key)} as {key}" for key in KEYS)
    by_key_sql = " union all ".join(
        f"select id, {columns} from users where pool_id = $1 and {column} = any(${place}::text[])"
        for place, key in enumerate(KEYS, 2)
        for column in (("phone_key", "phone") if key == "phone" else (key,))
    )
    rows = await db.fetch(by_key_sql, pool_id, *key_values)
    ids = [person.script_id for person in people if person.script_id]
    linked = await db.fetch(
        "select user_id_in_idp, user_id from user_identities "
        "where pool_id = $1 and user_id_in_idp = any($2::text[]) and provider = $3",
        pool_id,
        ids,
        provider,
    )
    deleted = await db.fetch(
        "select user_id_in_idp from user_tombstones "
        "where pool_id = $1 and provider = $3 and user_id_in_idp = any($2::text[])",
        pool_id,
        ids,
        provider,
    )
    return Known(
        {(key, row[key]): row["id"] for row in rows for key in KEYS if row[key]},
        {row["id"]: {key: row[key] for key in KEYS} for row in rows},
        {row["user_id_in_idp"]: row["user_id"] for row in linked},
        frozenset(row["user_id_in_idp"] for row in deleted),
    )


async def insert(
    tx: Tx, pool_id: str, people: Sequence[tuple[ImportedUser, str | None]], provider: str
) -> dict[int, str]:
    """Line -> the id of the new user, for those who are new; each with the hash of their password, or none."""
    made = {new_id(): (person, stored) for person, stored in people}
    moment = now().isoformat()
    rows = [_row(user_id, person, stored, moment) for user_id, (person, stored) in made.items()]
    names = sorted({name for row in rows for name in row})
    typed = ", ".join(f"{name} {_type(name)}" for name in names)
    inserted = await tx.fetch(
        f"insert into users (pool_id, {', '.join(names)}) "
        f"select $1, {', '.join(names)} from jsonb_to_recordset($2) as given ({typed}) "
        "on conflict do nothing returning id",
        pool_id,
        rows,
    )
    new = {row["id"]: made[row["id"]][0] for row in inserted}
    lost = await _link(tx, pool_id, new, provider)
    return {person.line: user_id for user_id, person in new.items() if user_id not in lost}


async def _link(tx: Tx, pool_id: str, new: Mapping[str, ImportedUser], provider: str) -> set[str]:
    """Keeps their old ids. Whoever's is taken moved in by another way a moment ago, and goes again."""
    linking = {user_id: person.script_id for user_id, person in new.items() if person.script_id}
    if not linking:
        return set()
    linked = await tx.fetch(
        "insert into user_identities (pool_id, id, user_id, provider, user_id_in_idp) "
        "select $1, one.id, one.user_id, $5, one.in_idp "
        "from unnest($2::text[], $3::text[], $4::text[]) as one (id, user_id, in_idp) "
        "on conflict do nothing returning user_id",
        pool_id,
        [new_id() for _ in linking],
        list(linking),
        list(linking.values()),
        provider,
    )
    lost = set(linking) - {row["user_id"] for row in linked}
    if lost:
        await tx.execute("delete from users where pool_id = $1 and id = any($2)", pool_id, list(lost))
    return lost


async def analyse(db: Executor) -> None:
    """Tells the planner of newcomers, whom it would hear of a minute later: taking their tables for empty, it reads a
    whole pool to find one of them."""
    await db.execute("analyze users")
    await db.execute("analyze user_identities")


async def linked_count(db: Executor, pool_id: str, provider: str) -> int:
    """People of the old database who are accounted for: here, or deleted here."""
    count: int = await db.fetchval(
        "select (select count(*) from user_identities where pool_id = $1 and provider = $2) + "
        "(select count(*) from user_tombstones where pool_id = $1 and provider = $2)",
        pool_id,
        provider,
    )
    return count


async def linked_lately(db: Executor, pool_id: str, provider: str, hours: int) -> int:
    count: int = await db.fetchval(
        "select count(*) from user_identities where pool_id = $1 and provider = $2 "
        "and created_at > now() - make_interval(hours => $3)",
        pool_id,
        provider,
        hours,
    )
    return count


# -- the journal of an import ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Journal:
    """How far an import has come; written in the transaction of each batch, so it is never ahead or behind.

    `source` names what is imported: a file by its content, or `listUsers`. `position` counts its rows (pages,
    for listUsers); `errors_bytes` is the length of the errors file that belongs to them.
    """

    source: str
    position: int = 0
    imported: int = 0
    skipped: int = 0
    failed: int = 0
    errors_bytes: int = 0
    finished: bool = False


async def journal(db: Executor, pool_id: str, source: str) -> Journal | None:
    row = await db.fetchrow(
        "select source, position, imported, skipped, failed, errors_bytes, finished_at is not null "
        "from user_imports where pool_id = $1 and source = $2",
        pool_id,
        source,
    )
    return Journal(*row) if row else None


async def begin(db: Executor, pool_id: str, source: str) -> Journal:
    await db.execute(
        "insert into user_imports (pool_id, source) values ($1, $2) on conflict (pool_id, source) do update "
        "set position = 0, imported = 0, skipped = 0, failed = 0, errors_bytes = 0, "
        "started_at = excluded.started_at, updated_at = excluded.updated_at, finished_at = null",
        pool_id,
        source,
    )
    return Journal(source)


async def move(db: Executor, pool_id: str, before: Journal, after: Journal) -> bool:
    """False if somebody else has moved it since `before` was read."""
    finished_at = "now()" if after.finished else "null"
    moved = await db.fetchval(
        "update user_imports set position = $4, imported = $5, skipped = $6, failed = $7, errors_bytes = $8, "
        f"finished_at = {finished_at}, updated_at = now() "
        "where pool_id = $1 and source = $2 and position = $3 and imported = $9 and skipped = $10 returning true",
        pool_id,
        before.source,
        before.position,
        after.position,
        after.imported,
        after.skipped,
        after.failed,
        after.errors_bytes,
        before.imported,
        before.skipped,
    )
    return bool(moved)


def _type(name: str) -> str:
    if name in TIMES:
        return "timestamptz"
    if name in COUNTS:
        return "integer"
    if name in BOOLEANS:
        return "boolean"
    return "text[]" if name == "register_source" else "text"


def _row(user_id: str, person: ImportedUser, stored: str | None, moment: str) -> dict[str, Any]:
    row = {
        "id": user_id,
        "password_hash": stored,
        "password_last_set_at": moment if stored else None,
        "signed_up": moment,
        **_FILLED,
    }
    for name, value in person.values.items():
        if value is not None:
            row[name] = value.isoformat() if isinstance(value, datetime) else value
    row["phone_key"] = phones.find_key(person.values.get("phone"), person.values.get("phone_country_code"))
    return row
