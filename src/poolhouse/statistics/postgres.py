"""All SQL of figures: `count` reads the logs of all pools forward and once; everything else is of one pool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from asyncpg import Record

from poolhouse.audit.model import LONGEST_REASON
from poolhouse.db.database import Executor
from poolhouse.users.model import CUSTOM_DATABASE

BACK = timedelta(days=35)
"""How far back the first run counts: what a page shows at most, and a little."""
PIECE = timedelta(hours=6)
LAG = timedelta(minutes=1)
"""What is newer may not be committed yet, and is read from the logs themselves."""
QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_OUTCOME = (
    "case when r.success then 'login' else 'refusal' end as kind, "
    f"case when r.success then '' else left(coalesce(r.detail->>'reason', ''), {LONGEST_REASON}) end as name"
)
_QUARTER = "date_bin('15 minutes'::interval, {}, '1970-01-01 00:00:00Z'::timestamptz)"


async def count(tx: Executor, limit: int) -> int:
    """Counts at most `PIECE` of the time since the last run; `limit` while more is left, else how many quarters there
    were. A quarter that has begun is counted again as a whole, so a run may be repeated."""
    moment = await tx.fetchval("select now()")
    until = await tx.fetchval("select at from pool_counts_until")
    start = (until or moment - BACK) - (((until or moment - BACK) - _EPOCH) % QUARTER)
    newest = moment - LAG
    end = min(start + PIECE, newest)
    if end <= (until or start):
        return 0
    for source in (
        f"select r.pool_id, {_OUTCOME}, r.at from audit_records r "
        "where r.pool_id = p.id and r.kind = 'user' and r.operation = 'login' and r.at >= $1 and r.at < $2",
        "select u.pool_id, 'user' as kind, '' as name, u.created_at as at from users u "
        "where u.pool_id = p.id and u.created_at >= $1 and u.created_at < $2",
        "select i.pool_id, 'moved' as kind, '' as name, i.created_at as at from user_identities i "
        f"where i.pool_id = p.id and i.provider = '{CUSTOM_DATABASE}' "
        "and i.created_at >= $1 and i.created_at < $2",
    ):
        await tx.execute(
            "insert into pool_counts (pool_id, kind, name, quarter, count) "
            f"select p.id, one.kind, one.name, {_QUARTER.format('one.at')}, count(*) "
            f"from pools p cross join lateral ({source}) one group by 1, 2, 3, 4 "
            "on conflict (pool_id, kind, quarter, name) do update set count = excluded.count",
            start,
            end,
        )
    await tx.execute(
        "insert into pool_counts_until (at) values ($1) on conflict (only_row) do update set at = excluded.at",
        end,
    )
    return limit if end < newest else (end - start) // QUARTER + 1


async def counted_until(db: Executor) -> datetime | None:
    moment: datetime | None = await db.fetchval("select at from pool_counts_until")
    return moment


async def by_day(db: Executor, pool_id: str, days: Sequence[datetime]) -> list[Record]:
    """kind, name, day (from 1 on), count. `days`: when each begins, and with the last the future.

    In one statement, so that nothing is counted and read beside. What nobody has counted within the last hour is
    left out: `counted_until` says so.
    """
    return await db.fetch(
        "with since as (select greatest(coalesce((select at from pool_counts_until), '-infinity'), "
        "  now() - interval '1 hour') as at) "
        "select one.kind, one.name, width_bucket(one.at, $2::timestamptz[]) as day, sum(one.n)::bigint as count "
        "from ("
        "  select c.kind, c.name, c.quarter as at, c.count as n from pool_counts c "
        "    where c.pool_id = $1 and c.quarter >= $3 "
        f"  union all select {_OUTCOME}, r.at, 1 from audit_records r where r.pool_id = $1 "
        "    and r.kind = 'user' and r.operation = 'login' and r.at >= (select at from since) "
        "  union all select 'user', '', u.created_at, 1 from users u "
        "    where u.pool_id = $1 and u.created_at >= (select at from since) "
        "  union all select 'moved', '', i.created_at, 1 from user_identities i "
        f"    where i.pool_id = $1 and i.provider = '{CUSTOM_DATABASE}' and i.created_at >= (select at from since)"
        ") one where one.at >= $3 group by 1, 2, 3",
        pool_id,
        list(days),
        days[0],
    )


async def users(db: Executor, pool_id: str) -> int:
    found: int = await db.fetchval(
        "select coalesce(sum(users), 0)::bigint from user_counts where pool_id = $1", pool_id
    )
    return found


async def mail(db: Executor, pool_id: str) -> tuple[int, int]:
    """(waiting, given up)."""
    rows = await db.fetch(
        "select status, count(*) as count from mail_outbox where pool_id = $1 and status <> 'sent' group by status",
        pool_id,
    )
    found = {row["status"]: row["count"] for row in rows}
    return found.get("queued", 0), found.get("dead", 0)


async def scripts(db: Executor, pool_id: str, most: int) -> list[Record]:
    """name, calls, threw, stopped, p50_ms, p95_ms, since: of the newest `most` calls of the last day."""
    return await db.fetch(
        "select l.name, count(*) as calls, count(*) filter (where l.outcome = 'threw') as threw, "
        "count(*) filter (where l.outcome not in ('returned', 'threw')) as stopped, "
        "percentile_cont(0.5) within group (order by l.duration_ms) as p50_ms, "
        "percentile_cont(0.95) within group (order by l.duration_ms) as p95_ms, min(l.at) as since "
        "from (select name, outcome, duration_ms, at from custom_script_logs "
        "  where pool_id = $1 and at > now() - interval '1 day' and not debug order by at desc, id desc limit $2) l "
        "group by l.name order by l.name",
        pool_id,
        most,
    )
