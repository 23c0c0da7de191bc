"""SQL that brings many people in at once, beside others who sign up or migrate by logging in.

What another transaction took first is left out, never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import json

from poolhouse import phones
from poolhouse.audit.person import spellings_of_tombstones
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

    by_key: Mapping[tuple[str, str], str] = field(default_factory=dict)
    keys_of: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    by_script_id: Mapping[str, str] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()


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
    spellings = spellings_of_tombstones(pool_id, ids)
    deleted = await db.fetch(
        "select user_id_in_idp from user_tombstones "
        "where pool_id = $1 and provider = $3 and user_id_in_idp = any($2::text[])",
        pool_id,
        list(spellings),
        provider,
    )
    return Known(
        {(key, row[key]): row["id"] for row in rows for key in KEYS if row[key]},
        {row["id"]: {key: row[key] for key in KEYS} for row in rows},
        {row["user_id_in_idp"]: row["user_id"] for row in linked},
        frozenset(spellings[row["user_id_in_idp"]] for row in deleted),
    )


async def begin_batch(tx: Tx, pool_id: str, *, lasting: bool) -> None:
    """Waits for the pool's other imports. Of a batch that is not `lasting` nobody waits for the disk: should the
    machine fail, it and its place in the journal are lost together, and what is lasting comes after all before it."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('user import ' || $1, 0))", pool_id)
    if not lasting:
        await tx.execute("select set_config('synchronous_commit', 'off', true)")


async def here_already(tx: Tx, pool_id: str, people: Sequence[ImportedUser], provider: str) -> bool:
    """Whether one of them may be here, or was deleted here, in a way that no unique index would tell `insert`: by the
    id in the old database, or by a number that an old row has without its key, or that has none."""
    ids = [person.script_id for person in people if person.script_id]
    numbers = [number for person in people if (number := keys_of(person).get("phone"))]
    if not all(number.startswith("+") for number in numbers):
        return True
    found: bool = await tx.fetchval(
        "select exists (select 1 from user_identities where pool_id = $1 and user_id_in_idp = any($2::text[]) "
        "and provider = $3) or exists (select 1 from user_tombstones where pool_id = $1 "
        "and provider = $3 and user_id_in_idp = any($5::text[])) or exists (select 1 from users "
        "where pool_id = $1 and phone = any($4::text[]))",
        pool_id,
        ids,
        provider,
        numbers,
        list(spellings_of_tombstones(pool_id, ids)),
    )
    return found


@dataclass(frozen=True, slots=True)
class Newcomers:
    """People as `insert` sends them. `made`: their new ids, in their order; `columns`: name -> a value each."""

    made: Mapping[str, ImportedUser]
    columns: Mapping[str, Sequence[Any]]


def ready(people: Sequence[tuple[ImportedUser, str | None]]) -> Newcomers:
    """Each with the hash of their password, or none."""
    made = {new_id(): person for person, _ in people}
    return Newcomers(made, _columns(people, list(made), now()))


async def insert(tx: Tx, pool_id: str, people: Newcomers, provider: str) -> dict[int, str]:
    """Line -> the id of the new user, for those who are new."""
    columns = people.columns
    names = [*columns, *(name for name in _FILLED if name not in columns)]
    values = [_selected(name) if name in columns else f"${place}" for place, name in enumerate(names, 2)]
    typed = ", ".join(f"${place}::{_array(name)}" for place, name in enumerate(columns, 2))
    sql = (
        f"insert into users (pool_id, {', '.join(names)}) "
        f"select $1, {', '.join(values)} from unnest({typed}) as one ({', '.join(columns)}) "
        "on conflict do nothing returning id"
    )
    constants = [_FILLED[name] for name in names[len(columns) :]]
    inserted = await tx.fetch(sql, pool_id, *columns.values(), *constants)
    new = {row["id"]: people.made[row["id"]] for row in inserted}
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


async def analyze(db: Executor) -> None:
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

    `source` names what is imported: a file by its content, `listUsers`, or a job. `position` counts its rows (pages,
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
    """False if somebody else has moved it since `before` was read, or cancelled it."""
    finished_at = "now()" if after.finished else "null"
    moved = await db.fetchval(
        "update user_imports set position = $4, imported = $5, skipped = $6, failed = $7, errors_bytes = $8, "
        f"finished_at = {finished_at}, updated_at = now() "
        "where pool_id = $1 and source = $2 and position = $3 and imported = $9 and skipped = $10 "
        "and cancelled_at is null returning true",
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


def _columns(
    people: Sequence[tuple[ImportedUser, str | None]], ids: Sequence[str], moment: datetime
) -> dict[str, list[Any]]:
    """Column -> a value each, of those that somebody has; what is in all rows alike is in `_FILLED`."""
    names = dict.fromkeys(name for person, _ in people for name in person.values)
    columns: dict[str, list[Any]] = {"id": list(ids), "signed_up": [moment] * len(ids)}
    for name in names:
        filled = moment if name == "signed_up" else _FILLED.get(name)
        columns[name] = [
            filled if (value := person.values.get(name)) is None else value for person, _ in people
        ]
    if any(stored for _, stored in people):
        columns["password_hash"] = [stored for _, stored in people]
        given = columns.get("password_last_set_at") or [None] * len(ids)
        columns["password_last_set_at"] = [
            at or (moment if stored else None) for at, (_, stored) in zip(given, people, strict=True)
        ]
    if "phone" in columns:
        columns["phone_key"] = [
            phones.find_key(person.values.get("phone"), person.values.get("phone_country_code"))
            for person, _ in people
        ]
    if "register_source" in columns:  # PostgreSQL has no list of lists of different lengths
        columns["register_source"] = [json.encode(one).decode() for one in columns["register_source"]]
    return columns


def _array(name: str) -> str:
    return "text[]" if name == "register_source" else f"{_type(name)}[]"


def _selected(name: str) -> str:
    if name == "register_source":
        return "array(select jsonb_array_elements_text(one.register_source::jsonb))"
    return f"one.{name}"


def _type(name: str) -> str:
    if name in TIMES:
        return "timestamptz"
    if name in COUNTS:
        return "integer"
    return "boolean" if name in BOOLEANS else "text"
