"""All SQL of the demonstration's filling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from asyncpg import Record

from poolhouse.commands.demo_month import Account, Try
from poolhouse.commands.demo_things import Call, Mail
from poolhouse.customdb.redaction import HIDDEN
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

_MAIL = [
    *("pool_id", "id", "channel", "scene", "lang", "recipient", "sender", "subject", "body", "user_id"),
    *("status", "attempts", "last_error", "next_attempt_at", "created_at", "sent_at"),
]
_CALL = [
    *("pool_id", "id", "at", "name", "version", "duration_ms", "success", "outcome", "message"),
    *("arguments", "clients_opened", "script_user_id"),
]


async def has_people(db: Executor, pool_id: str) -> bool:
    found: bool = await db.fetchval("select exists (select 1 from users where pool_id = $1)", pool_id)
    return found


async def people(db: Executor, pool_id: str, source: str) -> list[Record]:
    """id, username, name, email, status: of everybody who came with an import before there was a sign-in; old_id of
    those who moved."""
    return await db.fetch(
        "select u.id, u.username, coalesce(u.name, u.username) as name, u.email, u.status, "
        "(select min(i.user_id_in_idp) from user_identities i where i.pool_id = $1 and i.user_id = u.id "
        "  and i.provider = $3) as old_id "
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


async def write_mail(tx: Tx, pool_id: str, mails: Sequence[Mail]) -> None:
    """In no state from which it is sent."""
    await tx.copy_records(
        "mail_outbox",
        _MAIL,
        [
            (
                *(pool_id, new_id(), "email", one.scene, "zh-CN", one.to, "", one.subject, "", one.user_id),
                *(
                    "dead" if one.error else "sent",
                    1,
                    one.error,
                    one.at,
                    one.at,
                    None if one.error else one.at,
                ),
            )
            for one in mails
        ],
    )


async def write_calls(tx: Tx, pool_id: str, calls: Sequence[Call]) -> None:
    """Of the first version of login, as `customdb.postgres_logs.add` writes them, at the moment of each."""
    await tx.copy_records(
        "custom_script_logs",
        _CALL,
        [
            (
                *(pool_id, new_id(), one.at, "login", 1, one.duration_ms, not one.error),
                *("threw" if one.error else "returned", one.error, [one.username, HIDDEN], 1, one.old_id),
            )
            for one in calls
        ],
    )


async def count_again(tx: Tx) -> None:
    """The figures are counted forward only, so what was written of the past is counted from the beginning. Under the
    job's lock: a count under way would write how far it came once more."""
    await tx.fetchval(
        "select pg_advisory_xact_lock(hashtext('poolhouse maintenance'), hashtext('pool_counts')) is null"
    )
    await tx.execute("delete from pool_counts_until")
