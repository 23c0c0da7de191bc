"""All SQL on the agreements people sign up under."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Record

from poolhouse.apps.model import Agreement
from poolhouse.db.database import Executor

_COLUMNS = "pool_id, app_id, id, title, required, lang, position, created_at, updated_at"


async def of_app(db: Executor, pool_id: str, app_id: str) -> list[Agreement]:
    rows = await db.fetch(
        f"select {_COLUMNS} from agreements where pool_id = $1 and app_id = $2 order by position, id",
        pool_id,
        app_id,
    )
    return [_agreement(row) for row in rows]


async def insert(tx: Executor, pool_id: str, app_id: str, title: str, required: bool, lang: str) -> Agreement:
    """At the end. Raises asyncpg's foreign key violation for an unknown application."""
    last = await tx.fetchval(
        "select coalesce(max(position), 0) from agreements where pool_id = $1 and app_id = $2",
        pool_id,
        app_id,
    )
    row = await tx.fetchrow(
        f"""
        insert into agreements (pool_id, app_id, title, required, lang, position)
        values ($1, $2, $3, $4, $5, $6)
        returning {_COLUMNS}
        """,
        pool_id,
        app_id,
        title,
        required,
        lang,
        last + 1,
    )
    assert row is not None
    return _agreement(row)


async def update(
    tx: Executor,
    pool_id: str,
    app_id: str,
    agreement_id: int,
    title: str | None,
    required: bool | None,
    lang: str | None,
) -> Agreement | None:
    row = await tx.fetchrow(
        f"""
        update agreements set title = coalesce($4, title), required = coalesce($5, required),
          lang = coalesce($6, lang), updated_at = now()
        where pool_id = $1 and app_id = $2 and id = $3 returning {_COLUMNS}
        """,
        pool_id,
        app_id,
        agreement_id,
        title,
        required,
        lang,
    )
    return _agreement(row) if row else None


async def delete(tx: Executor, pool_id: str, app_id: str, agreement_id: int) -> bool:
    tag = await tx.execute(
        "delete from agreements where pool_id = $1 and app_id = $2 and id = $3",
        pool_id,
        app_id,
        agreement_id,
    )
    return tag != "DELETE 0"


async def put_order(tx: Executor, pool_id: str, app_id: str, ids: Sequence[int]) -> None:
    await tx.execute(
        """
        update agreements a set position = o.position, updated_at = now()
        from unnest($3::bigint[]) with ordinality o (id, position)
        where a.pool_id = $1 and a.app_id = $2 and a.id = o.id
        """,
        pool_id,
        app_id,
        list(ids),
    )


def _agreement(row: Record) -> Agreement:
    return Agreement(**dict(row.items()))
