"""SQL of acts upon many and their results."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from asyncpg import Record

from poolhouse.audit.person import Person
from poolhouse.bulk.model import Actor, BulkAct, Outcome, Result
from poolhouse.db.database import Executor, Tx
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import Reason
from poolhouse.users.model import UserQuery

CHANNEL = "bulk_acts"
KEPT_DAYS, KEPT = 30, 20
"""Of acts that have ended, with their results; how many of a pool."""

_COLUMNS = (
    "id, pool_id, act, arguments, user_ids, query, expected, actor_kind, actor_id, scopes, lang, ip, user_agent, "
    "departments, status, reason, position, after_at, after_id, walked, done, failed, created_at, updated_at, ended_at"
)


# -- whoever asks and looks --------------------------------------------------------------------------------


async def insert(tx: Tx, act: BulkAct, most: int) -> BulkAct | None:
    """None where the pool has `most` that have not ended. Nodes ask one after the other."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('poolhouse bulk'), hashtext($1))", act.pool_id)
    row = await tx.fetchrow(
        "insert into bulk_acts (pool_id, id, act, arguments, user_ids, query, expected, actor_kind, actor_id, scopes, "
        "lang, ip, user_agent, departments) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 "
        "where (select count(*) from bulk_acts where pool_id = $1 and ended_at is null) < $15 "
        "on conflict do nothing "
        f"returning {_COLUMNS}",
        act.pool_id,
        act.id,
        act.act,
        dict(act.arguments),
        None if act.user_ids is None else list(act.user_ids),
        None if act.query is None else msgspec.to_builtins(act.query),
        act.expected,
        act.actor.kind,
        act.actor.id,
        None if act.actor.scopes is None else sorted(act.actor.scopes),
        act.actor.lang,
        act.actor.ip,
        act.actor.user_agent,
        _listed(act.actor.departments),
        most,
    )
    return _act(row) if row else None


async def find(db: Executor, pool_id: str, act_id: str) -> BulkAct | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from bulk_acts where pool_id = $1 and id = $2", pool_id, act_id
    )
    return _act(row) if row else None


async def page(
    db: Executor, pool_id: str, wanted: PageRequest, begun_by: Actor | None = None
) -> Page[BulkAct]:
    """Newest first. `begun_by`: theirs alone, with the limits that they have."""
    actor_id, departments = (begun_by.id, _listed(begun_by.departments)) if begun_by else (None, None)
    where = (
        "pool_id = $1 and ($2::text is null or "
        "(actor_kind = 'administrator' and actor_id = $2 and departments = $3::text[]))"
    )
    total = await db.fetchval(f"select count(*) from bulk_acts where {where}", pool_id, actor_id, departments)
    rows = await db.fetch(
        f"select {_COLUMNS} from bulk_acts where {where} order by created_at desc, id desc limit $4 offset $5",
        pool_id,
        actor_id,
        departments,
        wanted.size,
        wanted.offset,
    )
    return Page(total, [_act(row) for row in rows])


async def results(
    db: Executor, pool_id: str, act_id: str, outcome: Outcome | None, wanted: PageRequest
) -> Page[Result]:
    """In their order, of those whose turn it was."""
    total = await db.fetchval(
        "select count(*) from bulk_act_results where pool_id = $1 and act_id = $2 "
        "and outcome is not null and ($3::text is null or outcome = $3)",
        pool_id,
        act_id,
        outcome,
    )
    rows = await db.fetch(
        "select row, user_id, outcome, error, message from bulk_act_results where pool_id = $1 and act_id = $2 "
        "and outcome is not null and ($3::text is null or outcome = $3) order by row limit $4 offset $5",
        pool_id,
        act_id,
        outcome,
        wanted.size,
        wanted.offset,
    )
    return Page(total, [Result(*row) for row in rows])


async def drop_old(db: Executor, pool_id: str) -> None:
    await db.execute(
        "delete from bulk_acts where pool_id = $1 and ended_at is not null and ("
        "ended_at < now() - make_interval(days => $2) or id in ("
        "select id from bulk_acts where pool_id = $1 and ended_at is not null order by ended_at desc offset $3))",
        pool_id,
        KEPT_DAYS,
        KEPT - 1,
    )


# -- whoever works -----------------------------------------------------------------------------------------


async def waiting(db: Executor, most: int, only: Collection[str] | None = None) -> list[tuple[str, str]]:
    """(pool, act) of the oldest of each pool that has not ended; whoever was served longest ago comes first. `only`: of
    these pools."""
    rows = await db.fetch(
        "select pool_id, id from (select distinct on (pool_id) pool_id, id, updated_at from bulk_acts "
        "where ended_at is null and ($2::text[] is null or pool_id = any($2::text[])) "
        "order by pool_id, created_at, id) oldest order by updated_at limit $1",
        most,
        None if only is None else list(only),
    )
    return [(row["pool_id"], row["id"]) for row in rows]


async def put_behind(db: Executor, pool_id: str, act_id: str, waits: Reason | None = None) -> None:
    """Others come first, as if it had been served. `waits`: told until its next piece is done."""
    await db.execute(
        "update bulk_acts set updated_at = now(), "
        "reason = coalesce(case when lang = 'en-US' then $4 else $3 end, reason) "
        "where pool_id = $1 and id = $2 and ended_at is null",
        pool_id,
        act_id,
        *(waits or (None, None)),
    )


async def take(tx: Tx, pool_id: str, act_id: str) -> BulkAct | None:
    """Until the transaction's end; None where another worker has it, or it has ended."""
    row = await tx.fetchrow(
        f"select {_COLUMNS} from bulk_acts where pool_id = $1 and id = $2 and ended_at is null "
        "for no key update skip locked",
        pool_id,
        act_id,
    )
    return _act(row) if row else None


async def name_next(
    tx: Tx, act: BulkAct, user_ids: Sequence[str], after: tuple[datetime, str] | None, *, walked: bool
) -> None:
    """The next users by their rows, before anything is done to them: whoever goes on knows whom it was about."""
    if user_ids:
        await tx.execute(
            "insert into bulk_act_results (pool_id, act_id, row, user_id) "
            "select $1, $2, $3 + one.place, one.id from unnest($4::text[]) with ordinality as one (id, place) "
            "on conflict do nothing",
            act.pool_id,
            act.id,
            act.position,
            list(user_ids),
        )
    await tx.execute(
        "update bulk_acts set status = 'RUNNING', position = position + $3, after_at = $4, after_id = $5, "
        "walked = $6 where pool_id = $1 and id = $2",
        act.pool_id,
        act.id,
        len(user_ids),
        after[0] if after else None,
        after[1] if after else None,
        walked,
    )


async def due(tx: Tx, act: BulkAct) -> list[tuple[int, str]]:
    """(row, user) of those named whose turn is still to come."""
    rows = await tx.fetch(
        "select row, user_id from bulk_act_results where pool_id = $1 and act_id = $2 and outcome is null "
        "order by row",
        act.pool_id,
        act.id,
    )
    return [(row["row"], row["user_id"]) for row in rows]


async def done_by_log(tx: Tx, act: BulkAct, user_ids: Sequence[str]) -> frozenset[str]:
    """Those upon whom it was done: the act's own transaction wrote that into the audit log, by its node's clock."""
    rows = await tx.fetch(
        "select distinct user_id from audit_records where pool_id = $1 and user_id = any($2) "
        "and at >= $3::timestamptz - interval '1 hour' "
        "and request_id = $4 and success",
        act.pool_id,
        list(user_ids),
        act.created_at,
        act.request_id,
    )
    return frozenset(row["user_id"] for row in rows)


async def put_results(tx: Tx, act: BulkAct, results: Sequence[Result]) -> None:
    await tx.execute(
        "update bulk_act_results r set outcome = one.outcome, error = one.error, message = one.message "
        "from unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) as one (row, outcome, error, message) "
        "where r.pool_id = $1 and r.act_id = $2 and r.row = one.row",
        act.pool_id,
        act.id,
        [one.row for one in results],
        [one.outcome for one in results],
        [one.error for one in results],
        [one.message for one in results],
    )
    failed = sum(one.outcome == "FAILED" for one in results)
    await tx.execute(
        "update bulk_acts set done = done + $3, failed = failed + $4, reason = null, updated_at = now() "
        "where pool_id = $1 and id = $2",
        act.pool_id,
        act.id,
        len(results) - failed,
        failed,
    )


async def end(tx: Tx, pool_id: str, act_id: str, status: str, reason: str | None = None) -> BulkAct | None:
    """Whoever's turn has not come has no row. None where it has ended already."""
    row = await tx.fetchrow(
        "update bulk_acts set status = $3, reason = $4, position = done + failed, walked = true, "
        "ended_at = now(), updated_at = now() "
        f"where pool_id = $1 and id = $2 and ended_at is null returning {_COLUMNS}",
        pool_id,
        act_id,
        status,
        reason,
    )
    if row is None:
        return None
    await tx.execute(
        "delete from bulk_act_results where pool_id = $1 and act_id = $2 and outcome is null",
        pool_id,
        act_id,
    )
    return _act(row)


# -- whoever is forgotten ----------------------------------------------------------------------------------


async def erase_person(tx: Executor, pool_id: str, person: Person) -> int:
    """Their rows stay, as those of nobody; so does an act that named them, without what it said."""
    own = await tx.fetch(
        "update bulk_act_results set user_id = $3, message = null where pool_id = $1 and user_id = $2 returning row",
        pool_id,
        person.user_id,
        person.instead,
    )
    changed = len(own)
    for row in await tx.fetch(
        "select id, arguments, query, user_ids, reason, after_id from bulk_acts where pool_id = $1", pool_id
    ):
        old = [row[name] for name in ("arguments", "query", "user_ids", "reason", "after_id")]
        new = [person.taken_from(one) for one in old]
        if new != old:
            changed += 1
            await tx.execute(
                "update bulk_acts set arguments = $3, query = $4, user_ids = $5, reason = $6, "
                "after_id = $7 "
                "where pool_id = $1 and id = $2",
                pool_id,
                row["id"],
                *new,
            )
    return changed


def _listed(departments: frozenset[str] | None) -> list[str] | None:
    return None if departments is None else sorted(departments)


def _act(row: Record) -> BulkAct:
    found: dict[str, Any] = dict(row.items())
    kind, actor_id = found.pop("actor_kind"), found.pop("actor_id")
    scopes, lang, ip, agent = (found.pop(name) for name in ("scopes", "lang", "ip", "user_agent"))
    departments = found.pop("departments")
    after_at, after_id = found.pop("after_at"), found.pop("after_id")
    user_ids, query = found.pop("user_ids"), found.pop("query")
    return BulkAct(
        **found,
        actor=Actor(
            kind,
            actor_id,
            None if scopes is None else frozenset(scopes),
            lang,
            ip,
            agent,
            None if departments is None else frozenset(departments),
        ),
        after=(after_at, after_id) if after_at else None,
        user_ids=None if user_ids is None else tuple(user_ids),
        query=None if query is None else msgspec.convert(query, UserQuery),
    )
