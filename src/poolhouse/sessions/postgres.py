"""All SQL on sessions and signing keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from asyncpg import Record

from poolhouse.db import postgres_lookup as lookup
from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_old
from poolhouse.db.together import Writer
from poolhouse.sessions.model import Ended, Session
from poolhouse.users.postgres import may_log_in

_COLUMNS = "id, pool_id, user_id, app_id, device_id, ip, user_agent, created_at, expires_at, scope"


SESSIONS_EACH = 4
"""Of the newest so many are looked at for a person of a page."""


def _session(row: Record) -> Session:
    return Session(*row)


async def insert(db: Writer, session: Session, upstream: bytes | None = None) -> None:
    await db.execute(
        f"insert into sessions ({_COLUMNS}, upstream) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        session.id,
        session.pool_id,
        session.user_id,
        session.app_id,
        session.device_id,
        session.ip,
        session.user_agent,
        session.created_at,
        session.expires_at,
        session.scope,
        upstream,
    )


async def opened_by(tx: Executor, pool_id: str, upstream: bytes) -> list[tuple[str, str]]:
    """The sessions that a sign-in at an identity source opened, and whose they are."""
    rows = await tx.fetch(
        "select id, user_id from sessions where pool_id = $1 and upstream = $2 order by id", pool_id, upstream
    )
    return [(row["id"], row["user_id"]) for row in rows]


async def find(db: Executor, pool_id: str, session_id: str) -> Session | None:
    """None when it ended, or when its user may not log in."""
    row = await db.fetchrow(
        f"""
        select {_COLUMNS} from sessions s
        where s.pool_id = $1 and s.id = $2 and s.expires_at > now() and {may_log_in("s.user_id")}
        """,
        pool_id,
        session_id,
    )
    return _session(row) if row else None


async def hold(tx: Executor, pool_id: str, session_id: str) -> bool:
    """Whether it goes on. If so, it is not ended before the transaction is."""
    return bool(
        await tx.fetchval(
            "select true from sessions where pool_id = $1 and id = $2 and expires_at > now() for key share",
            pool_id,
            session_id,
        )
    )


async def of_user(
    db: Executor, pool_id: str, user_id: str, app_id: str | None, device_id: str | None
) -> list[Session]:
    """The newest thousand."""
    rows = await db.fetch(
        f"""
        select {_COLUMNS} from sessions
        where pool_id = $1 and user_id = $2 and expires_at > now() and {may_log_in("$2")}
          and ($3::text is null or app_id = $3) and ($4::text is null or device_id = $4)
        order by created_at desc, id desc limit 1000
        """,
        pool_id,
        user_id,
        app_id,
        device_id,
    )
    return [_session(row) for row in rows]


async def apps_of_user(
    db: Executor, pool_id: str, user_id: str, app_id: str | None, device_id: str | None
) -> list[str]:
    """Where the user has a live session, the newest first; "" is none of the applications."""
    rows = await db.fetch(
        f"""
        select app_id from sessions
        where pool_id = $1 and user_id = $2 and expires_at > now() and {may_log_in("$2")}
          and ($3::text is null or app_id = $3) and ($4::text is null or device_id = $4)
        group by app_id order by max(created_at) desc
        """,
        pool_id,
        user_id,
        app_id,
        device_id,
    )
    return [row["app_id"] for row in rows]


async def users_of_app(
    db: Executor, pool_id: str, app_id: str, limit: int, offset: int
) -> tuple[int, list[str]]:
    """People with a live session at the application, who came last first.

    A page is among the newest sessions, if those are people enough: nobody else came as late.
    """
    live = "pool_id = $1 and app_id = $2 and expires_at > now()"
    # Hashed: count(distinct ...) sorts every id by the rules of a language.
    total = await db.fetchval(
        f"select count(*) from (select 1 from sessions where {live} group by user_id) each", pool_id, app_id
    )
    for most in (f" limit {SESSIONS_EACH * (offset + limit):d}", ""):
        rows = await db.fetch(
            f"""
            select user_id, max(created_at) > min(min(created_at)) over () as is_known
            from (select user_id, created_at from sessions where {live} order by created_at desc{most}) newest
            group by user_id order by max(created_at) desc, user_id limit $3 offset $4
            """,
            pool_id,
            app_id,
            limit,
            offset,
        )
        if len(rows) == limit and all(row["is_known"] for row in rows):
            break
    return int(total), [row["user_id"] for row in rows]


async def extend(db: Executor, pool_id: str, session_id: str, expires_at: datetime) -> bool:
    """False: it ended meanwhile, and stays ended."""
    return bool(
        await db.fetchval(
            "update sessions set expires_at = $3 where pool_id = $1 and id = $2 and expires_at > now() "
            "returning true",
            pool_id,
            session_id,
            expires_at,
        )
    )


async def delete(db: Executor, pool_id: str, session_id: str, user_id: str | None) -> Ended | None:
    row = await db.fetchrow(
        "delete from sessions where pool_id = $1 and id = $2 and ($3::text is null or user_id = $3) "
        "returning id, user_id, app_id",
        pool_id,
        session_id,
        user_id,
    )
    return Ended(*row) if row else None


async def delete_of_users(
    db: Executor,
    pool_id: str,
    user_ids: Sequence[str],
    app_ids: Sequence[str] | None = None,
    except_session: str | None = None,
    device_id: str | None = None,
) -> list[Ended]:
    """The sessions that ended."""
    ended = await db.fetch(
        """
        delete from sessions
        where pool_id = $1 and user_id = any($2::text[]) and ($3::text[] is null or app_id = any($3))
          and ($4::text is null or id <> $4) and ($5::text is null or device_id = $5)
        returning id, user_id, app_id
        """,
        pool_id,
        list(user_ids),
        list(app_ids) if app_ids is not None else None,
        except_session,
        device_id,
    )
    return [Ended(*row) for row in ended]


async def delete_of_apps(db: Executor, pool_id: str, app_ids: Sequence[str]) -> list[Ended]:
    """The sessions that ended."""
    ended = await db.fetch(
        "delete from sessions where pool_id = $1 and app_id = any($2::text[]) returning id, user_id, app_id",
        pool_id,
        list(app_ids),
    )
    return [Ended(*row) for row in ended]


async def delete_expired(db: Executor, limit: int) -> int:
    """Of all pools, `limit` at most; answers how many went. What has expired is dead already."""
    return await delete_old(db, "sessions", key="pool_id, id", by="expires_at", limit=limit)


# -- signing keys ------------------------------------------------------------------------------------------


_KEY = "pool_id, id, purpose, app_id, algorithm, sealed, fingerprint, needed_until"


async def find_key(db: Executor, pool_id: str, key_id: str) -> Record | None:
    return await db.fetchrow(
        f"select {_KEY} from signing_keys where pool_id = $1 and id = $2", pool_id, key_id
    )


async def pools_rsa_keys(db: Executor) -> list[Record]:
    """`pool_id` and `id` of those of before the server had its own, the newest first. They verify, and sign nothing
    any more."""
    return await lookup.all_of(db, "published_key")


async def keys_of(db: Executor, pool_id: str, purpose: str, app_id: str = "") -> list[Record]:
    """The newest first: it signs, the others verify."""
    return await db.fetch(
        f"""
        select {_KEY} from signing_keys
        where pool_id = $1 and purpose = $2 and app_id = $3 order by created_at desc, id desc
        """,
        pool_id,
        purpose,
        app_id,
    )


async def insert_key(
    tx: Executor,
    pool_id: str,
    key_id: str,
    purpose: str,
    app_id: str,
    fingerprint: str,
    algorithm: str,
    sealed: bytes,
) -> None:
    """Nothing happens when another node was faster with the same fingerprint."""
    await lookup.put(tx, "signing_key", key_id, pool_id)
    is_new = await tx.fetchval(
        """
        insert into signing_keys (pool_id, id, purpose, app_id, fingerprint, algorithm, sealed)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict on constraint signing_keys_once do nothing
        returning true
        """,
        pool_id,
        key_id,
        purpose,
        app_id,
        fingerprint,
        algorithm,
        sealed,
    )
    if not is_new:
        await lookup.remove(tx, "signing_key", [(pool_id, key_id)])


async def keep_key(db: Executor, pool_id: str, key_id: str, until: datetime) -> None:
    """What the key signs lives until then."""
    await db.execute(
        "update signing_keys set needed_until = $3 where pool_id = $1 and id = $2 and needed_until < $3",
        pool_id,
        key_id,
        until,
    )


REPLACED_FOR = timedelta(minutes=10)
"""How long a replaced key is kept in any case. A worker that has not yet heard of the new one signs with it for a
minute, and clocks differ; what a key that is gone signs is no token."""


async def delete_unneeded_keys(tx: Executor, limit: int) -> int:
    """Of all pools, `limit` at most: keys replaced `REPLACED_FOR` ago, the pools' RSA keys, and those of applications
    that are gone, once everything they signed has expired. How many went."""
    gone = await tx.fetch(
        """
        delete from signing_keys where (pool_id, id) in (
          select k.pool_id, k.id from signing_keys k where k.needed_until < now() and (
            k.purpose = 'rsa'
            or exists (select 1 from signing_keys newer where newer.pool_id = k.pool_id
              and newer.purpose = k.purpose and newer.app_id = k.app_id
              and newer.created_at < now() - $2::interval and (newer.created_at, newer.id) > (k.created_at, k.id))
            or (k.purpose = 'app' and not exists (
              select 1 from apps a where a.pool_id = k.pool_id and a.id = k.app_id)))
          limit $1)
        returning pool_id, id, purpose
        """,
        limit,
        REPLACED_FOR,
    )
    for kind in ("signing_key", "published_key"):
        of_kind = [
            row for row in gone if kind == ("published_key" if row["purpose"] == "rsa" else "signing_key")
        ]
        await lookup.remove(tx, kind, [(row["pool_id"], row["id"]) for row in of_kind])
    return len(gone)


# -- the server's signing keys -------------------------------------------------------------------------------


_SERVER_KEY = "id, algorithm, sealed, fingerprint, signs_from, needed_until"


async def find_server_key(db: Executor, key_id: str) -> Record | None:
    return await db.fetchrow(f"select {_SERVER_KEY} from server_signing_keys where id = $1", key_id)


async def server_keys(db: Executor, algorithm: str) -> list[Record]:
    """The one that signs first, then those it follows and those that follow it, the newest first."""
    return await db.fetch(
        f"select {_SERVER_KEY} from server_signing_keys where algorithm = $1 "
        "order by signs_from <= now() desc, signs_from desc, id desc",
        algorithm,
    )


async def insert_server_key(
    db: Executor, key_id: str, algorithm: str, fingerprint: str, sealed: bytes, signs_after: timedelta
) -> None:
    """Nothing happens when another node was faster with the same fingerprint."""
    await db.execute(
        """
        insert into server_signing_keys (id, algorithm, fingerprint, sealed, signs_from)
        values ($1, $2, $3, $4, now() + $5::interval) on conflict on constraint server_signing_keys_once do nothing
        """,
        key_id,
        algorithm,
        fingerprint,
        sealed,
        signs_after,
    )


async def keep_server_key(db: Executor, key_id: str, until: datetime) -> None:
    """What the key signs lives until then."""
    await db.execute(
        "update server_signing_keys set needed_until = $2 where id = $1 and needed_until < $2", key_id, until
    )


async def delete_unneeded_server_keys(db: Executor, limit: int) -> int:
    """`limit` at most: those another has signed in the place of for `REPLACED_FOR`, once everything they signed has
    expired."""
    tag = await db.execute(
        """
        delete from server_signing_keys where id in (
          select k.id from server_signing_keys k where k.needed_until < now() and exists (
            select 1 from server_signing_keys newer where newer.algorithm = k.algorithm
              and newer.signs_from <= now() - $2::interval and (newer.signs_from, newer.id) > (k.signs_from, k.id))
          limit $1)
        """,
        limit,
        REPLACED_FOR,
    )
    return int(tag.split()[-1])


def logged_in_at(alias: str, app_ids: str) -> str:
    """A term for the users `alias`: a live session at one of the applications of the parameter `app_ids`."""
    return (
        f"exists (select 1 from sessions s where s.pool_id = {alias}.pool_id and s.user_id = {alias}.id "
        f"and s.app_id = any({app_ids}) and s.expires_at > now())"
    )
