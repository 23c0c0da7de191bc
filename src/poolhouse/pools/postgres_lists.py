"""All SQL on the whitelists and the environment of a pool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from poolhouse.audit.person import Person
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Executor


async def whitelist(db: Executor, pool_id: str, app_id: str, kind: str) -> list[tuple[str, datetime]]:
    rows = await db.fetch(
        """
        select value, created_at from whitelist_entries
        where pool_id = $1 and app_id = $2 and kind = $3 order by created_at desc, value
        """,
        pool_id,
        app_id,
        kind,
    )
    return [(row["value"], row["created_at"]) for row in rows]


async def add_to_whitelist(tx: Executor, pool_id: str, app_id: str, kind: str, values: Sequence[str]) -> None:
    await tx.execute(
        """
        insert into whitelist_entries (pool_id, app_id, kind, value) select $1, $2, $3, unnest($4::text[])
        on conflict do nothing
        """,
        pool_id,
        app_id,
        kind,
        list(values),
    )


async def remove_from_whitelist(
    tx: Executor, pool_id: str, app_id: str, kind: str, values: Sequence[str]
) -> None:
    await tx.execute(
        """
        delete from whitelist_entries
        where pool_id = $1 and app_id = $2 and kind = $3 and value = any($4)
        """,
        pool_id,
        app_id,
        kind,
        list(values),
    )


async def is_whitelisted(
    db: Executor, pool_id: str, app_ids: Sequence[str], kind: str, spelled: Sequence[str]
) -> bool:
    return bool(
        await db.fetchval(
            """
            select exists (select 1 from whitelist_entries
              where pool_id = $1 and app_id = any($2) and kind = $3 and value = any($4))
            """,
            pool_id,
            list(app_ids),
            kind,
            list(spelled),
        )
    )


async def environment(db: Executor, pool_id: str, box: SecretBox) -> dict[str, str]:
    rows = await db.fetch("select key, value from pool_environment where pool_id = $1 order by key", pool_id)
    return {row["key"]: box.decrypt(row["value"], _place(pool_id, row["key"])) for row in rows}


async def put_environment(tx: Executor, pool_id: str, key: str, value: str, box: SecretBox) -> None:
    await tx.execute(
        """
        insert into pool_environment (pool_id, key, value) values ($1, $2, $3)
        on conflict (pool_id, key) do update set value = excluded.value, updated_at = excluded.updated_at
        """,
        pool_id,
        key,
        box.encrypt(value, _place(pool_id, key)),
    )


async def delete_environment(tx: Executor, pool_id: str, key: str) -> bool:
    tag = await tx.execute("delete from pool_environment where pool_id = $1 and key = $2", pool_id, key)
    return tag != "DELETE 0"


def _place(pool_id: str, key: str) -> str:
    return f"{pool_id}/pool_environment/value/{key}"


async def erase_person(db: Executor, pool_id: str, person: Person) -> int:
    tag = await db.execute(
        "delete from whitelist_entries where pool_id = $1 and lower(value) = any($2::text[])",
        pool_id,
        sorted(person.sign_in),
    )
    return int(tag.split()[-1])
