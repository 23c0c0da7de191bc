"""Totals of lists and places in them, kept in the database as of one state of their pool: all SQL on `kept_lists`.

A state is what the database has counted of a pool: how many have ever left, how many transactions changed what is
searched, what else is filtered by, who is in a department or a group or has a role, values of custom fields. These
numbers only grow and are written by the transactions that change what they count, so what two moments have in common
did not change between them. How many there are is no part of it: newcomers are looked at by themselves. Decisions:
docs/decisions/0051-kept-lists.md, docs/decisions/0088-filters-in-pairs.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from time import perf_counter

from asyncpg import Record

from poolhouse.db.database import Executor, Reads
from poolhouse.db.migrations.chain import revisions
from poolhouse.db.slow_queries import Fetch
from poolhouse.db.where import Where
from poolhouse.directory.orders import NEWEST, Listed
from poolhouse.users.model import CUSTOM, UserQuery

SLOTS = 1_000
"""Questions of a pool, of some 200 bytes each, and with places 12 kB: another one with the same slot takes its row."""
MOST_CAME = 10_000
"""Newcomers who are looked at by themselves; more, and all are counted."""
MANY_CAME = 500
"""So many are not looked at a second time: the total is kept anew."""

KEPT_S = 60.0
"""A total whose state is partly dates. These are as transactions began, and one that is late may change it unseen."""
QUIET_S = 2
"""Before the count, without any such date: else the total is of no state."""

Key = tuple[datetime, str]
"""Time of creation and id of a row."""

_BY_LOGIN = frozenset({"last_login", "logins_count", "last_ip", "last_login_app", "token_expired_at"})
"""What a login writes."""
_SCHEMA = revisions()[-1]
"""A version may change what a function means: totals of before it are not found."""

_COUNTED = (
    "select coalesce(sum(c.users), 0)::bigint as users, coalesce(sum(c.deleted), 0)::bigint as deleted, "
    "coalesce(sum(c.searched), 0)::bigint as searched, coalesce(sum(c.changed), 0)::bigint as changed "
    "from user_counts c where c.pool_id = $1"
)
_ROLE_TIMES = [
    f"(select max(a.{time}) from role_assignments a where a.pool_id = $1 and a.{time} <= now())"
    for time in ("enabled_from", "ends_at")
]
"""A role that begins or ends by itself is nobody's change."""
_DATES = (
    "(select max(u.updated_at) as at from users u where u.pool_id = $1) updated, "
    "(select max(l.last_login) as at from user_logins l where l.pool_id = $1) logged_in"
)
_FIRST = f"select u.created_at, u.id from users u where u.pool_id = $1 order by {NEWEST} limit 1"
_IS_QUIET = f"coalesce(greatest(updated.at, logged_in.at) < now() - {QUIET_S} * interval '1 second', true)"


@dataclass(frozen=True, slots=True)
class Question:
    """A list, and how it is counted: `counted` over `source`. The pool is $1 of both."""

    where: Listed
    source: str
    counted: Where
    state: str
    """A query: `users`, `state` (a text of all that matters to the question) and `quiet`."""
    is_dated: bool

    @property
    def found_by(self) -> bytes:
        return found_by(self.source, self.counted)


@dataclass(frozen=True, slots=True)
class Total:
    """`newest`: the key of the newest user of the pool. No `state`: it is of none that will be seen again. `took_s`: to
    count it."""

    total: int
    state: str
    users: int
    newest: Key | None
    at: datetime
    took_s: float = 0.0


def question(query: UserQuery, where: Listed, source: str, counted: Where) -> Question:
    """`where` is the query's own."""
    fields = {condition.field for condition in query.conditions}
    is_dated = bool(fields & (_BY_LOGIN | {"updated_at"}) or query.updated_from or query.updated_to)
    parts = ["c.deleted"]
    if query.departments or query.not_in_org or query.within:
        parts.append(_changes("changes"))
    if query.groups:
        parts.append(_changes("groups"))
    if query.roles:
        parts += [_changes("roles"), *_ROLE_TIMES]
    if any(field.startswith(CUSTOM) for field in fields):
        parts.append(_changes("fields"))
    if query.keyword or _asks_of_the_row(query):
        parts.append("c.searched" if where.search_alone else "c.changed")
    if is_dated:
        parts += ["updated.at", "logged_in.at"]
    state = (
        f"select c.users, concat_ws(' ', {', '.join(parts)}) as state, {_IS_QUIET if is_dated else 'true'} as quiet "
        f"from ({_COUNTED}) c{f', {_DATES}' if is_dated else ''}"
    )
    return Question(where, source, counted, state, is_dated)


def _changes(column: str) -> str:
    return f"(select coalesce(sum(o.{column}), 0)::bigint from org_changes o where o.pool_id = $1)"


def _asks_of_the_row(query: UserQuery) -> bool:
    elsewhere = {"department", "excludeUsersInOrg", "within", "group", "role", "sort"}
    if all(condition.field.startswith(CUSTOM) for condition in query.conditions):
        elsewhere.add("advancedFilter")
    return bool(set(query.filters) - elsewhere)


def capped(asked: Question, most: int) -> Question:
    """Of the same list, counted no further than one more than `most`."""
    few = Where("", "few")
    few.args = asked.counted.args
    source = (
        f"(select $1::text as pool_id from {asked.source} where {asked.counted.sql} limit {most + 1:d}) few"
    )
    return replace(asked, source=source, counted=few)


async def find(db: Reads, pool_id: str, asked: Question) -> tuple[int, str, Total | None, float]:
    """How many users the pool has, its state, the total kept of whichever state, and its age in seconds."""
    row = await db.fetchrow(
        f"select s.users as all_users, s.state as now, k.total, k.state, k.users, k.newest_at, k.newest_id, "
        "k.counted_at, k.took_ms, extract(epoch from now() - k.counted_at)::float8 as age_s "
        f"from ({asked.state}) s left join kept_lists k on k.pool_id = $1 and k.slot = $2 and k.asked = $3",
        pool_id,
        slot(asked.found_by),
        asked.found_by,
    )
    assert row is not None
    kept = None if row["total"] is None else replace(_total(row), took_s=row["took_ms"] / 1000)
    return row["all_users"], row["now"], kept, row["age_s"] or 0.0


async def count(fetch: Fetch, asked: Question) -> Total:
    """In one statement with the state that it is of."""
    began = perf_counter()
    (row,) = await fetch(
        f"with state as materialized ({asked.state}), first as materialized ({_FIRST}) "
        "select s.users, case when s.quiet then s.state else '' end as state, f.created_at as newest_at, "
        "f.id as newest_id, now() as counted_at, c.total from state s left join first f on true, "
        f"(select count(*) as total from {asked.source} where {asked.counted.sql}) c",
        *asked.counted.args,
    )
    return replace(_total(row), took_s=perf_counter() - began)


async def with_newcomers(db: Reads, asked: Question, kept: Total) -> Total | None:
    """The total of now, if all that happened is that some came who are newer than anybody was; else None."""
    if kept.newest is None:
        return None
    where = asked.where
    at, user_id = (f"${len(where.args) + n}" for n in (1, 2))
    newer = f"u.created_at >= {at} and (u.created_at > {at} or u.id < {user_id})"
    (row,) = await db.search_fetch(
        f"with state as materialized ({asked.state}), first as materialized ({_FIRST}) "
        "select s.users, s.state, f.created_at as newest_at, f.id as newest_id, now() as counted_at, "
        "(select count(*) from (select 1 from users u "
        f"where u.pool_id = $1 and {newer} limit {MOST_CAME + 1:d}) newer) as came, "
        f"(select count(*) from {where.narrow} where {where.sql} and {newer}) as total "
        "from state s left join first f on true",
        *where.args,
        *kept.newest,
    )
    if row["state"] != kept.state or row["users"] - kept.users != row["came"]:
        return None
    found = _total(row)
    return replace(found, total=kept.total + found.total, took_s=kept.took_s)


async def keep(
    db: Executor, pool_id: str, asked: bytes, found: Total, places: Sequence[tuple[int, Key]] = ()
) -> None:
    """Also where in the list some rows are. Nothing where something later is kept already."""
    await db.execute(
        "insert into kept_lists as k "
        "(pool_id, slot, asked, state, users, newest_at, newest_id, total, counted_at, places, took_ms) "
        "select p.id, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11 from pools p where p.id = $1 "
        "on conflict (pool_id, slot) do update set asked = excluded.asked, state = excluded.state, "
        "users = excluded.users, newest_at = excluded.newest_at, newest_id = excluded.newest_id, "
        "total = excluded.total, counted_at = excluded.counted_at, places = excluded.places, "
        "took_ms = excluded.took_ms "
        "where k.counted_at < excluded.counted_at",
        pool_id,
        slot(asked),
        asked,
        found.state,
        found.users,
        *(found.newest or (None, None)),
        found.total,
        found.at,
        [(place, at.isoformat(), user_id) for place, (at, user_id) in places],
        round(found.took_s * 1000),
    )


async def find_places(db: Reads, pool_id: str, asked: bytes) -> tuple[Total, list[tuple[int, Key]]] | None:
    """Those kept of a list, in the order they were given, and their state."""
    row = await db.fetchrow(
        "select k.total, k.state, k.users, k.newest_at, k.newest_id, k.counted_at, k.places from kept_lists k "
        "where k.pool_id = $1 and k.slot = $2 and k.asked = $3",
        pool_id,
        slot(asked),
        asked,
    )
    if row is None:
        return None
    return _total(row), [
        (place, (datetime.fromisoformat(at), user_id)) for place, at, user_id in row["places"]
    ]


def found_by(source: str, where: Where) -> bytes:
    """The hash that a list is found by."""
    return sha256(repr((_SCHEMA, source, where.sql, where.args)).encode()).digest()


def slot(asked: bytes) -> int:
    return int.from_bytes(asked[:4]) % SLOTS


def _total(row: Record) -> Total:
    newest = None if row["newest_id"] is None else (row["newest_at"], row["newest_id"])
    return Total(row["total"], row["state"], row["users"], newest, row["counted_at"])
