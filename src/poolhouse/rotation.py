"""A new secret key: every sealed column is opened by the old one and closed by the new.

Runs beside no server: one that does not know the new key could not read what is closed by it. The key file has
both keys until the last row is done, so a rotation cut short is simply run again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolhouse.crypto.secretbox import SecretBox, load_or_create_key_file, replace_key_file
from poolhouse.db.pool import Database

BATCH = 500

Told = Callable[[str, int, int], None]
"""Table, rows done, rows in all."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of secrets. `place` names where a row's secret is, as its domain does, over `key` columns."""

    table: str
    column: str
    key: tuple[str, ...]
    place: str

    def place_of(self, row: Any) -> str:
        return self.place.format(**{name: row[name] for name in self.key})


SEALED = (
    Sealed("server_keys", "value", ("name",), "server:{name}"),
    Sealed("pools", "secret", ("id",), "pool:{id}"),
    Sealed("apps", "secret", ("pool_id", "id"), "app:{id}"),
    Sealed("signing_keys", "sealed", ("pool_id", "id"), "signing-key:{pool_id}:{id}"),
    Sealed(
        "field_values",
        "sealed",
        ("pool_id", "target_type", "target_id", "key"),
        "{pool_id}/field_values/{target_type}/{target_id}/{key}",
    ),
    Sealed("access_accounts", "secret", ("pool_id", "id"), "access-account:{pool_id}"),
    Sealed("mail_providers", "password", ("pool_id",), "mail_providers:{pool_id}"),
    Sealed("identity_connections", "fields", ("pool_id", "id"), "{pool_id}/identity_connections/fields/{id}"),
    Sealed("custom_databases", "secrets", ("pool_id",), "customdb:{pool_id}"),
    Sealed("access_keys", "secret", ("pool_id", "id"), "access_key:{pool_id}:{id}"),
    Sealed("mfa_factors", "secret", ("pool_id", "user_id", "id"), "mfa:{pool_id}:{user_id}:{id}"),
    Sealed("pool_environment", "value", ("pool_id", "key"), "{pool_id}/pool_environment/value/{key}"),
)


async def rotate(db: Database, key_file: Path, told: Told) -> int:
    """A fresh key in `key_file`, every secret closed by it, the old one gone. How many secrets there were.

    Raises SecretUnreadable when a secret does not open; then both keys stay and nothing is lost.
    """
    keys = load_or_create_key_file(key_file)
    if len(keys) == 1:
        keys = [secrets.token_bytes(32), *keys]
        replace_key_file(key_file, keys)
    done = await reseal(db, SecretBox(keys[0], keys[1:]), told)
    replace_key_file(key_file, keys[:1])
    return done


async def reseal(db: Database, box: SecretBox, told: Told) -> int:
    """Every secret not closed by the newest key is opened and closed again. What is done already is passed over."""
    done = 0
    for sealed in SEALED:
        done += await _reseal_column(db, box, sealed, told)
    return done


async def _reseal_column(db: Database, box: SecretBox, sealed: Sealed, told: Told) -> int:
    names = ", ".join(f'"{name}"' for name in sealed.key)
    rows = await db.fetch(
        f"select {names}, {sealed.column} as sealed from {sealed.table} where {sealed.column} is not null"  # noqa: S608
    )
    stale = [row for row in rows if not box.is_current(row["sealed"])]
    where = " and ".join(f'"{name}" = ${place}' for place, name in enumerate(sealed.key, 2))
    update = f"update {sealed.table} set {sealed.column} = $1 where {where}"  # noqa: S608
    for start in range(0, len(stale), BATCH):
        part = stale[start : start + BATCH]
        await db.executemany(update, list(_closed(box, sealed, part)))
        told(sealed.table, start + len(part), len(stale))
    return len(stale)


def _closed(box: SecretBox, sealed: Sealed, rows: list[Any]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        place = sealed.place_of(row)
        fresh = box.encrypt(box.decrypt(row["sealed"], place), place)
        yield (fresh, *(row[name] for name in sealed.key))
