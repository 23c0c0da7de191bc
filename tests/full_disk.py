"""A disk without room, as far as one pool sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from poolhouse.db.database import Database


@asynccontextmanager
async def full(db: Database, pool_id: str, table: str) -> AsyncIterator[None]:
    """What PostgreSQL says where it cannot make a file of a table larger, for what this pool puts into one."""
    await db.execute(
        "create function no_room() returns trigger language plpgsql as $$ begin "
        "raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$"
    )
    await db.execute(
        f"create trigger no_room before insert on {table} for each row "
        f"when (new.pool_id = '{pool_id}') execute function no_room()"
    )
    try:
        yield
    finally:
        await db.execute("drop function no_room cascade")
