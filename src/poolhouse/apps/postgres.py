"""All SQL on applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from asyncpg import Record

from poolhouse.apps.model import App, AppSettings
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db import postgres_lookup as lookup
from poolhouse.db.database import Executor
from poolhouse.paging import Page, PageRequest

_COLUMNS = (
    "id, pool_id, name, identifier, description, logo, secret, app_type, redirect_uris, "
    "logout_redirect_uris, settings, created_at, updated_at"
)


def _app(row: Record, box: SecretBox) -> App:
    values: dict[str, Any] = dict(row)
    values["secret"] = box.decrypt(row["secret"], f"app:{row['id']}")
    values["settings"] = msgspec.convert(row["settings"], AppSettings)
    for name in ("redirect_uris", "logout_redirect_uris"):
        values[name] = tuple(row[name])
    return App(**values)


def _written(app: App, box: SecretBox) -> tuple[Any, ...]:
    return (
        app.pool_id,
        app.id,
        app.name,
        app.identifier,
        app.description,
        app.logo,
        box.encrypt(app.secret, f"app:{app.id}"),
        app.app_type,
        list(app.redirect_uris),
        list(app.logout_redirect_uris),
        msgspec.to_builtins(app.settings),
    )


async def insert(tx: Executor, app: App, box: SecretBox) -> App:
    await lookup.put(tx, "application", app.id, app.pool_id)
    row = await tx.fetchrow(
        "insert into apps (pool_id, id, name, identifier, description, logo, secret, app_type, redirect_uris, "
        "logout_redirect_uris, settings) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
        f"returning {_COLUMNS}",
        *_written(app, box),
    )
    assert row is not None
    return _app(row, box)


async def update(db: Executor, app: App, box: SecretBox) -> App | None:
    row = await db.fetchrow(
        "update apps set name = $3, identifier = $4, description = $5, logo = $6, secret = $7, app_type = $8, "
        "redirect_uris = $9, logout_redirect_uris = $10, settings = $11, updated_at = now() "
        f"where pool_id = $1 and id = $2 returning {_COLUMNS}",
        *_written(app, box),
    )
    return _app(row, box) if row else None


async def find(db: Executor, pool_id: str, app_id: str, box: SecretBox, *, lock: bool = False) -> App | None:
    held = " for no key update" if lock else ""
    row = await db.fetchrow(
        f"select {_COLUMNS} from apps where pool_id = $1 and id = $2{held}", pool_id, app_id
    )
    return _app(row, box) if row else None


async def has_identifier(db: Executor, pool_id: str, identifier: str) -> bool:
    return bool(
        await db.fetchval(
            "select 1 from apps where pool_id = $1 and identifier = $2 limit 1", pool_id, identifier
        )
    )


async def find_first(db: Executor, pool_id: str, box: SecretBox) -> App | None:
    """The oldest of a pool."""
    row = await db.fetchrow(
        f"select {_COLUMNS} from apps where pool_id = $1 order by created_at, id limit 1", pool_id
    )
    return _app(row, box) if row else None


async def list_page(
    db: Executor,
    pool_id: str,
    page: PageRequest,
    box: SecretBox,
    *,
    keyword: str | None = None,
    sso: bool = False,
    among: Sequence[str] | None = None,
) -> Page[App]:
    """Newest first; `sso`: those alone that share the login of others. `among`: these alone, by id."""
    args = (pool_id, keyword or None, sso, None if among is None else list(among))
    where = (
        "pool_id = $1 and ($2::text is null or strpos(lower(name), lower($2)) > 0) "
        "and (not $3 or coalesce((settings ->> 'sso_enabled')::bool, true)) "
        "and ($4::text[] is null or id = any($4))"
    )
    rows = await db.fetch(
        f"select {_COLUMNS} from apps where {where} "
        f"order by created_at desc, id limit {page.rows} offset {page.offset}",
        *args,
    )
    if (total := page.total_of(len(rows))) is None:
        total = await db.fetchval(f"select count(*) from apps where {where}", *args)
    return Page(total, [_app(row, box) for row in rows[: page.size]])


async def delete(tx: Executor, pool_id: str, app_id: str) -> bool:
    await lookup.remove(tx, "application", [(pool_id, app_id)])
    deleted = await tx.fetchval(
        "delete from apps where pool_id = $1 and id = $2 returning true", pool_id, app_id
    )
    return bool(deleted)
