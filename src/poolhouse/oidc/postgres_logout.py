"""All SQL on who is told of a logout. `lanes` and `waiting` look across pools: they are the delivery, no caller."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from asyncpg import Record

from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_old
from poolhouse.oidc.model import LogoutNotice, Party
from poolhouse.sessions.model import Ending

KEPT = timedelta(days=1)
_NOTICE = "pool_id, id, app_id, session_id, subject, issuer, attempts, created_at"
_TOLD = "a.settings ? 'backchannel_logout_uri'"


async def parties(db: Executor, ending: Ending) -> list[Party]:
    """The applications that were let in from what ends: in a session that ends, whatever became of the grant since; and
    by a grant that ends with it. Each once for each session."""
    rows = await db.fetch(
        """
        select g.app_id, g.session_id, g.user_id, max(g.issuer) as issuer from oidc_grants g
        where g.pool_id = $1 and (g.session_id = any($2::text[]) or (g.revoked_at is null and (
          g.session_id = any($3::text[])
          or (g.user_id = any($4::text[]) and ($5::text[] is null or g.app_id = any($5))))))
        group by g.app_id, g.session_id, g.user_id
        """,
        ending.pool_id,
        [session.id for session in ending.sessions],
        list(ending.run_out),
        list(ending.user_ids),
        None if ending.app_ids is None else list(ending.app_ids),
    )
    return [Party(*row) for row in rows]


async def apps_told(db: Executor, pool_id: str, app_ids: Sequence[str]) -> set[str]:
    """Of these applications those that have an address to be told at."""
    rows = await db.fetch(
        f"select a.id from apps a where a.pool_id = $1 and a.id = any($2::text[]) and {_TOLD}",
        pool_id,
        list(app_ids),
    )
    return {row["id"] for row in rows}


async def insert(db: Executor, pool_id: str, notices: Mapping[str, Party]) -> None:
    """By their ids."""
    await db.execute(
        """
        insert into logout_notices (pool_id, id, app_id, session_id, subject, issuer)
        select $1, n.id, n.app_id, n.session_id, n.subject, n.issuer
        from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
          n (id, app_id, session_id, subject, issuer)
        on conflict (pool_id, id) do nothing
        """,
        pool_id,
        list(notices),
        [party.app_id for party in notices.values()],
        [party.session_id for party in notices.values()],
        [party.user_id for party in notices.values()],
        [party.issuer for party in notices.values()],
    )


# -- the delivery ------------------------------------------------------------------------------------------


async def lanes(
    db: Executor,
    limit: int,
    *,
    per_pool: int,
    busy: Mapping[str, int],
    but: Collection[str],
    due_by: datetime | None = None,
    only: list[str] | None = None,
) -> list[tuple[str, str]]:
    """(pool, application) with a notice that is due: of pools with the fewest places `busy` first, then who has waited
    longest. Without pools that have `per_pool` places and without the applications `but`."""
    rows = await db.fetch(
        f"""
        select a.pool_id, a.id from apps a
        cross join lateral (
          select n.next_attempt_at from logout_notices n
          where n.pool_id = a.pool_id and n.app_id = a.id and n.next_attempt_at <= now()
            and ($1::timestamptz is null or n.next_attempt_at <= $1)
          order by n.next_attempt_at limit 1
        ) first
        left join unnest($2::text[], $3::int[]) busy (pool_id, places) on busy.pool_id = a.pool_id
        where {_TOLD} and a.id <> all($4::text[]) and coalesce(busy.places, 0) < $5
          and ($6::text[] is null or a.pool_id = any($6))
        order by coalesce(busy.places, 0), first.next_attempt_at limit $7
        """,
        due_by,
        list(busy),
        list(busy.values()),
        list(but),
        per_pool,
        only,
        limit,
    )
    return [(row["pool_id"], row["id"]) for row in rows]


async def claim(
    db: Executor, pool_id: str, app_id: str, lease: timedelta, due_by: datetime | None = None
) -> LogoutNotice | None:
    """The application's longest waiting. For `lease` no other sender sees it; if this one dies it comes back by
    itself."""
    row = await db.fetchrow(
        f"""
        update logout_notices set next_attempt_at = now() + $3::interval, attempts = attempts + 1
        where pool_id = $1 and id = (
          select n.id from logout_notices n
          where n.pool_id = $1 and n.app_id = $2 and n.next_attempt_at <= now()
            and ($4::timestamptz is null or n.next_attempt_at <= $4)
          order by n.next_attempt_at limit 1 for update skip locked)
        returning {_NOTICE}
        """,
        pool_id,
        app_id,
        lease,
        due_by,
    )
    return _notice(row) if row else None


async def put_off(db: Executor, notice: LogoutNotice, until: datetime) -> None:
    await db.execute(
        "update logout_notices set next_attempt_at = $3 where pool_id = $1 and id = $2",
        notice.pool_id,
        notice.id,
        until,
    )


async def delete(db: Executor, notice: LogoutNotice) -> None:
    """Delivered, or given up."""
    await db.execute("delete from logout_notices where pool_id = $1 and id = $2", notice.pool_id, notice.id)


async def waiting(db: Executor) -> tuple[int, float]:
    """(notices not yet delivered, age of the oldest in seconds), of all pools: for whoever runs the server."""
    row = await db.fetchrow(
        "select count(*), coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from logout_notices"
    )
    return (row[0], row[1]) if row else (0, 0.0)


async def delete_old_notices(db: Executor, limit: int) -> int:
    """Of all pools, `limit` at most: what nobody could be told for `KEPT`, or nobody is to be told any more."""
    return await delete_old(db, "logout_notices", key="pool_id, id", by="created_at", age=KEPT, limit=limit)


def _notice(row: Record) -> LogoutNotice:
    return LogoutNotice(**dict(row.items()))
