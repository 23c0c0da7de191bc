"""SQL on what is kept here of users who live in a pool's own database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from poolhouse.db.database import Executor, Tx
from poolhouse.users.model import Status

State = Mapping[str, Any]

STATES: State = {
    "status": Status.ACTIVATED.value,
    "blocked": False,
    "is_deleted": False,
    "reset_password_on_next_login": False,
    "token_expired_at": None,
}
"""Column -> what a user is who is nothing special. That is never kept: the store's stricter word stands."""


async def of_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> dict[str, State]:
    """By user id; only what is kept, so nothing of most users."""
    rows = await db.fetch(
        f"select user_id, {', '.join(STATES)} from user_states where pool_id = $1 and user_id = any($2)",
        pool_id,
        list(user_ids),
    )
    return {row["user_id"]: {name: row[name] for name in STATES if row[name] is not None} for row in rows}


async def keep(tx: Tx, pool_id: str, user_id: str, changes: State) -> None:
    """`None` forgets a field; what is not named stays."""
    if not changes:
        return
    names = list(changes)
    values = ", ".join(f"${n}" for n in range(3, len(names) + 3))
    sets = ", ".join(f"{name} = excluded.{name}" for name in names)
    await tx.execute(
        f"insert into user_states (pool_id, user_id, {', '.join(names)}) values ($1, $2, {values}) "
        f"on conflict (pool_id, user_id) do update set {sets}, updated_at = excluded.updated_at",
        pool_id,
        user_id,
        *changes.values(),
    )


async def name(db: Executor, pool_id: str, user_id: str, known_as: str) -> None:
    """By what the store's functions find this id, where an id is nothing to them."""
    await db.execute(
        "insert into user_states (pool_id, user_id, known_as) values ($1, $2, $3) "
        "on conflict (pool_id, user_id) do update "
        "set known_as = excluded.known_as, updated_at = excluded.updated_at "
        "where user_states.known_as is distinct from excluded.known_as",
        pool_id,
        user_id,
        known_as,
    )


async def name_of(db: Executor, pool_id: str, user_id: str) -> str | None:
    found: str | None = await db.fetchval(
        "select known_as from user_states where pool_id = $1 and user_id = $2", pool_id, user_id
    )
    return found


async def forget_users(tx: Tx, pool_id: str, user_ids: Sequence[str]) -> None:
    await tx.execute(
        "delete from user_states where pool_id = $1 and user_id = any($2)", pool_id, list(user_ids)
    )
