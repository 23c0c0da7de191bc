"""All SQL of the demonstration's filling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from asyncpg import Record

from poolhouse.commands.demo_month import Account, Try
from poolhouse.db.database import Executor, Tx
from poolhouse.ids import new_id

_COLUMNS = [
    "pool_id",
    "at",
    "id",
    "kind",
    "operation",
    "resource_type",
    "resource_id",
    "user_id",
    "user_name",
    "actor_kind",
    "actor_id",
    "app_id",
    "success",
    "detail",
    "ip",
    "user_agent",
    "request_id",
]


async def has_people(db: Executor, pool_id: str) -> bool:
    found: bool = await db.fetchval("select exists (select 1 from users where pool_id = $1)", pool_id)
    return found


async def people(db: Executor, pool_id: str, source: str) -> list[Record]:
    """id, username, name, status, is_moved: of everybody who came with an import before there was a sign-in."""
    return await db.fetch(
        "select u.id, u.username, coalesce(u.name, u.username) as name, u.status, "
        "exists (select 1 from user_identities i where i.pool_id = $1 and i.user_id = u.id "
        "  and i.provider = $3) as is_moved "
        "from users u where u.pool_id = $1 and u.user_source_type = $2 order by u.username",
        pool_id,
        "excel",
        source,
    )


async def write_tries(tx: Tx, pool_id: str, tries: Sequence[Try]) -> None:
    """As `audit.postgres.insert` writes the row of a sign-in, at the moment of each."""
    await tx.copy_records(
        "audit_records",
        _COLUMNS,
        [
            (
                *(
                    pool_id,
                    one.at,
                    new_id(),
                    "user",
                    "login",
                    "user",
                    one.user_id,
                    one.user_id,
                    one.user_name,
                ),
                *("anonymous", "", one.app_id, one.success, one.detail, one.ip, one.user_agent, new_id()),
            )
            for one in tries
        ],
    )


async def write_accounts(tx: Tx, pool_id: str, accounts: Sequence[Account]) -> None:
    """When they came, and what a login notes."""
    await tx.execute(
        "update users u set created_at = one.came, signed_up = one.came, logins_count = one.logins, "
        "last_login = one.last_login, last_ip = one.last_ip, last_login_app = one.last_app "
        "from unnest($2::text[], $3::timestamptz[], $4::integer[], $5::timestamptz[], $6::text[], $7::text[]) "
        "as one (id, came, logins, last_login, last_ip, last_app) where u.pool_id = $1 and u.id = one.id",
        pool_id,
        [one.id for one in accounts],
        [one.came for one in accounts],
        [one.logins for one in accounts],
        [one.last_login for one in accounts],
        [one.last_ip for one in accounts],
        [one.last_app for one in accounts],
    )
    await tx.execute(
        "update user_identities i set created_at = u.created_at from users u "
        "where i.pool_id = $1 and u.pool_id = $1 and u.id = i.user_id",
        pool_id,
    )


async def write_migration(
    tx: Tx, pool_id: str, outcomes: Mapping[str, int], first: datetime, last: datetime
) -> None:
    await tx.execute(
        "insert into custom_migrations (pool_id, outcome, count, first_at, last_at) "
        "select $1, one.outcome, one.count, $4, $5 from unnest($2::text[], $3::integer[]) as one (outcome, count) "
        "on conflict (pool_id, outcome) do update set count = custom_migrations.count + excluded.count, "
        "first_at = least(custom_migrations.first_at, excluded.first_at)",
        pool_id,
        list(outcomes),
        list(outcomes.values()),
        first,
        last,
    )


async def count_again(tx: Tx) -> None:
    """The figures are counted forward only, so what was written of the past is counted from the beginning. Under the
    job's lock: a count under way would write how far it came once more."""
    await tx.fetchval(
        "select pg_advisory_xact_lock(hashtext('poolhouse maintenance'), hashtext('pool_counts')) is null"
    )
    await tx.execute("delete from pool_counts_until")
