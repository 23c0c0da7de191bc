"""All SQL of the audit log.

`audit_records` is partitioned by month on `at`; the key leads with pool_id. A month without a partition of
its own falls into the default one, so a write never depends on maintenance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

from asyncpg import Record as Row

from poolhouse.audit.model import LONGEST_REASON, Act, Event, Kind, Record, RecordQuery
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor, Reads
from poolhouse.db.together import Writer
from poolhouse.db.where import Where
from poolhouse.ids import is_id, new_id, time_of
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import storable
from poolhouse.times import now

_PARTITION = re.compile(r"audit_records_(\d{4})_(\d{2})\Z")
MONTHS_AHEAD = 3
APART = timedelta(minutes=10)
"""How far an id's time may be from its row's: clocks are put back, ids are not."""
MOST_CHANGES = 50
CHANGES_NOTHING = (
    "login",
    "logout",
    "refresh_token",
    "verify_mfa",
    "verify_first_login",
    "export",
    "kick",
    "send",
    "run",
)
"""Acts upon a thing that leave it as it is."""
_COLUMNS = """r.id, r.at, r.kind, r.operation, r.resource_type, r.resource_id, r.user_id, r.user_name,
               r.actor_kind, r.actor_id, r.app_id, r.tenant_id, r.session_id, r.success, r.detail, r.ip,
               r.user_agent, r.request_id"""


async def insert(tx: Writer, caller: Caller, event: Event) -> str:
    """The row's id. An end user's own act is of kind user; an administrator's and the system's of kind administrator.

    What a text cannot hold is replaced: a refused login must be written whatever name was typed.
    """
    id_ = new_id()
    own = caller.kind in ("user", "anonymous")
    await tx.execute(
        """
        insert into audit_records (
          pool_id, at, id, kind, operation, resource_type, resource_id, user_id, user_name, actor_kind,
          actor_id, app_id, tenant_id, session_id, success, detail, ip, user_agent, request_id
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        """,
        caller.pool_id,
        now(),
        id_,
        "user" if own else "administrator",
        event.operation,
        event.resource_type,
        storable(event.resource_id),
        event.user_id or (caller.actor_id if caller.kind == "user" else None),
        storable(event.user_name),
        caller.kind,
        caller.actor_id,
        event.app_id or caller.app_id,
        caller.tenant_id,
        caller.session_id,
        event.success,
        storable(event.told),
        caller.ip,
        storable(caller.user_agent[:1000]),
        storable(caller.request_id[:100]),
    )
    return id_


async def changes(
    tx: Executor, pool_id: str, resource_type: str, resource_id: str, since: datetime
) -> list[Record]:
    """What was done to a thing and its custom data from `since` on, newest first, what changes nothing of it left out.
    MOST_CHANGES at most."""
    rows = await tx.fetch(
        f"""
        select {_COLUMNS} from audit_records r
        where r.pool_id = $1 and r.kind = any(array['administrator', 'user']) and r.at >= $2
          and r.resource_id = $3 and r.resource_type = any(array[$4, 'custom_data']) and r.success
          and r.operation <> all($5::text[])
        order by r.at desc, r.id desc
        limit {MOST_CHANGES}
        """,
        pool_id,
        since,
        resource_id,
        resource_type,
        list(CHANGES_NOTHING),
    )
    return [_record(row) for row in rows]


async def hold(tx: Executor, pool_id: str, resource_type: str, resource_id: str) -> None:
    """Until `tx` ends."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'unchanged', $1::text, $2::text, $3::text), 0))",
        pool_id,
        resource_type,
        resource_id,
    )


async def page(db: Reads, pool_id: str, query: RecordQuery, request: PageRequest) -> Page[Record]:
    """Each part of the query is in the order of an index of its own; the page is the newest of them all. Counted no
    further than `count_up_to`, where that is asked."""
    where, parts = _where(pool_id, query)
    total, most = 0, request.count_up_to
    if request.counted:
        few = "" if most is None else f" limit {most + 1:d}"
        counts = " + ".join(
            f"(select count(*) from (select 1 from audit_records r where {where.sql} and {part}{few}) few)"
            for part in parts
        )
        total = await db.search_fetchval(f"select {counts}", *where.args)
    is_exact = most is None or total <= most
    behind, offset = "", request.offset
    if request.after:
        at, record_id = where.arg(request.after[0]), where.arg(request.after[1])
        behind, offset = f" and (r.at, r.id) < ({at}, {record_id})", 0
    newest = " union all ".join(
        f"(select r.* from audit_records r where {where.sql} and {part}{behind} "
        f"order by r.at desc, r.id desc limit {offset + request.size + 1:d})"
        for part in parts
    )
    rows = await db.search_fetch(
        f"""
        select {_COLUMNS}
        from ({newest}) r
        order by r.at desc, r.id desc
        limit {request.size + 1:d} offset {offset:d}
        """,
        *where.args,
    )
    found = [_record(row) for row in rows]
    return Page.cut(total if most is None else min(total, most), found, request, is_exact=is_exact)


async def find(db: Reads, pool_id: str, record_id: str) -> Record | None:
    """None also of what is no id. The key leads with the time, which an id begins with."""
    if not is_id(record_id):
        return None
    about = time_of(record_id)
    row = await db.fetchrow(
        f"""
        select {_COLUMNS} from audit_records r
        where r.pool_id = $1 and r.at between $2 and $3 and r.id = $4
        """,
        pool_id,
        about - APART,
        about + APART,
        record_id,
    )
    return _record(row) if row else None


async def failures_at(db: Reads, pool_id: str, connection: str, since: datetime, limit: int) -> list[Record]:
    """Sign-ins by an identity source's connection that failed at a step of it, newest first; by an index of its own."""
    rows = await db.fetch(
        f"""
        select {_COLUMNS} from audit_records r
        where r.pool_id = $1 and r.detail->>'connection' = $2 and r.at >= $3
          and not r.success and r.detail->>'step' is not null
        order by r.at desc, r.id desc
        limit {limit:d}
        """,
        pool_id,
        connection,
        since,
    )
    return [_record(row) for row in rows]


async def count_logins(db: Executor, pool_id: str, app_id: str) -> tuple[int, int]:
    """Successful logins through the application, and how many people they were."""
    row = await db.fetchrow(
        """
        select count(*) as logins, count(distinct r.user_id) as people
        from audit_records r
        where r.pool_id = $1 and r.kind = 'user' and r.app_id = $2 and r.operation = 'login' and r.success
        """,
        pool_id,
        app_id,
    )
    return (row["logins"], row["people"]) if row else (0, 0)


async def prepare_partitions(tx: Executor, limit: int, moment: datetime | None = None) -> int:
    """Makes the partitions of `moment` (now) and of the months ahead, `limit` of them at most; answers how many
    were missing. One node at a time. Without one, rows go to the default partition meanwhile."""
    month, made = moment or await tx.fetchval("select now()"), 0
    for _ in range(MONTHS_AHEAD + 1):
        made += made < limit and await ensure_partition(tx, month)
        month = next_month(month)
    return made


async def ensure_partition(tx: Executor, month: datetime) -> bool:
    """Makes the partition of `month`, taking along what the default one already holds of it.

    True if it was made now. One node at a time.
    """
    first, following = month_start(month), next_month(month)
    name = partition_name(first)
    row = await tx.fetchrow("select to_regclass($1) is not null as there, $2 <= now() as begun", name, first)
    if row and row["there"]:
        return False
    await tx.execute("set local lock_timeout = '5s'")
    if row and row["begun"]:
        # Who has chosen the default partition and waits for it would be refused there once this one is attached.
        await tx.execute("lock table only audit_records in share row exclusive mode")
    await tx.execute("lock table audit_records_default in access exclusive mode")
    await tx.execute(f"create table {name} (like audit_records including all)")
    await tx.execute(
        f"""
        with moved as (
          delete from audit_records_default where at >= $1 and at < $2 returning *
        )
        insert into {name} select * from moved
        """,
        first,
        following,
    )
    await tx.execute(
        f"""
        alter table audit_records attach partition {name}
          for values from ('{first.isoformat()}') to ('{following.isoformat()}')
        """
    )
    return True


async def prune(db: Database, before: datetime) -> int:
    """Drops the months that end before `before` and deletes the older rows of its own month.

    Gives the number of rows gone.
    """
    gone = 0
    names = await db.fetch(
        """
        select c.relname as name
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'audit_records'::regclass
        """
    )
    for name in (row["name"] for row in names):
        match = _PARTITION.match(name)
        if match and next_month(datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)) <= before:
            async with db.transaction() as tx:
                await tx.execute("set local lock_timeout = '5s'")
                gone += await tx.fetchval(f"select count(*) from {name}")
                await tx.execute(f"drop table {name}")
    tag = await db.execute("delete from audit_records where at < $1", before)
    return gone + int(tag.split()[-1])


def month_start(moment: datetime) -> datetime:
    moment = moment.astimezone(UTC)
    return datetime(moment.year, moment.month, 1, tzinfo=UTC)


def next_month(moment: datetime) -> datetime:
    first = month_start(moment)
    return datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=UTC)


def partition_name(first: datetime) -> str:
    return f"audit_records_{first.year:04d}_{first.month:02d}"


def _where(pool_id: str, query: RecordQuery) -> tuple[Where, list[str]]:
    """The conditions, and further ones of which each row fulfills one at most: each has an index in the list's order.

    Who acted and what on are in indexes of their own only where they are not whom the act was about.
    """
    where = Where(pool_id, "r")
    _add_acts(where, query.acts)
    for column, value in (
        ("kind", query.kind),
        ("tenant_id", query.tenant_id),
        ("ip", query.ip),
        ("request_id", query.request_id),
    ):
        if value is not None:
            where.add(f"r.{column} = {where.arg(value)}")
    for column, values in (("resource_type", query.resource_types), ("app_id", query.app_ids)):
        if values:
            where.add(_one_of(where, f"r.{column}", values))
    if query.success is not None:
        where.add("r.success" if query.success else "not r.success")
    if query.reason is not None:
        reason = where.arg(query.reason[:LONGEST_REASON])
        where.add(f"not r.success and left(r.detail->>'reason', {LONGEST_REASON:d}) = {reason}")
    if query.only_in_apps:
        where.add("r.app_id is not null")
    if query.start is not None:
        where.add(f"r.at >= {where.arg(query.start)}")
    if query.end is not None:
        where.add(f"r.at < {where.arg(query.end)}")
    choices = []
    if query.resource_ids:
        choices.append(
            [
                _one_of(where, "r.resource_id", query.resource_ids)
                + " and r.resource_id <> coalesce(r.user_id, '')",
                _one_of(where, "r.user_id", query.resource_ids) + " and r.resource_id = r.user_id",
            ]
        )
    if query.actor_ids:
        acted = _one_of(where, "r.actor_id", query.actor_ids) + " and r.actor_id <> coalesce(r.user_id, '')"
        kinds = [""] if query.kind else [f" and r.kind = {where.arg(kind)}" for kind in get_args(Kind)]
        choices.append(
            [
                *(acted + kind for kind in kinds),
                _one_of(where, "r.user_id", query.actor_ids) + " and r.actor_id = r.user_id",
            ]
        )
    if query.user_ids or query.names:
        who = [_one_of(where, "r.user_id", query.user_ids)] if query.user_ids else []
        if query.names:
            who.append(f"r.user_id is null and {_one_of(where, 'r.user_name', query.names)}")
        choices.append(who)
    return where, [" and ".join(chosen) or "true" for chosen in product(*choices)]


def _add_acts(where: Where, acts: Sequence[Act]) -> None:
    if not acts:
        return
    where.add(_one_of(where, "r.operation", tuple(dict.fromkeys(act.operation for act in acts))))
    if any(act.resource_type for act in acts):
        operations = where.arg([act.operation for act in acts])
        types = where.arg([act.resource_type for act in acts])
        where.add(
            f"""exists (select 1 from unnest({operations}::text[], {types}::text[]) act (operation, type)
                where act.operation = r.operation and (act.type is null or act.type = r.resource_type))"""
        )


def _one_of(where: Where, column: str, values: Sequence[str]) -> str:
    """Of one value the index is in order, of several it is not."""
    if len(values) == 1:
        return f"{column} = {where.arg(values[0])}"
    return f"{column} = any({where.arg(list(values))}::text[])"


def _record(row: Row) -> Record:
    return Record(**dict(row.items()))
