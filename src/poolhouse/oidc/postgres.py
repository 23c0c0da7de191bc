"""All SQL on grants, codes and refresh tokens. Codes and tokens are looked for by their SHA-256."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asyncpg import Record

from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_old
from poolhouse.oidc.model import Grant
from poolhouse.users.postgres import may_log_in

_GRANT = (
    "g.id, g.pool_id, g.app_id, g.user_id, g.session_id, g.scope, g.nonce, g.authenticated_at, g.expires_at, "
    f"g.revoked_at, {may_log_in('g.user_id')} as may_log_in, g.id_token_claims, g.userinfo_claims, g.with_login, "
    "g.issuer"
)


@dataclass(frozen=True, slots=True)
class FoundCode:
    grant: Grant
    redirect_uri: str
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: datetime
    first_use: bool


@dataclass(frozen=True, slots=True)
class FoundRefreshToken:
    grant: Grant
    expires_at: datetime
    first_use: bool


def _grant(row: Record) -> Grant:
    kept = tuple(row)[:11]
    grant = replace(Grant(*kept), id_token_claims=tuple(row[11]), userinfo_claims=tuple(row[12]))
    return replace(grant, with_login=row[13], issuer=row[14])


async def insert_grant(db: Executor, grant: Grant) -> bool:
    """Of a session that goes on; False for one that has ended. Who ends it at the same moment waits for the row, and
    then finds the grant."""
    made = await db.fetchval(
        "with held as (select 1 from sessions s where s.pool_id = $1 and s.id = $5 and s.expires_at > now() "
        "for key share) "
        "insert into oidc_grants (pool_id, id, app_id, user_id, session_id, scope, nonce, authenticated_at, "
        "expires_at, id_token_claims, userinfo_claims, with_login, issuer) "
        "select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 from held "
        "on conflict (pool_id, id) do nothing returning true",
        grant.pool_id,
        grant.id,
        grant.app_id,
        grant.user_id,
        grant.session_id,
        grant.scope,
        grant.nonce,
        grant.authenticated_at,
        grant.expires_at,
        list(grant.id_token_claims),
        list(grant.userinfo_claims),
        grant.with_login,
        grant.issuer,
    )
    return bool(made)


async def set_issuer(db: Executor, pool_id: str, grant_id: str, issuer: str) -> None:
    await db.execute(
        "update oidc_grants set issuer = $3 where pool_id = $1 and id = $2", pool_id, grant_id, issuer
    )


async def find_grant(db: Executor, pool_id: str, grant_id: str) -> Grant | None:
    row = await db.fetchrow(
        f"select {_GRANT} from oidc_grants g where g.pool_id = $1 and g.id = $2", pool_id, grant_id
    )
    return _grant(row) if row else None


async def revoke_grant(db: Executor, pool_id: str, grant_id: str) -> None:
    await db.execute(
        "update oidc_grants set revoked_at = now() where pool_id = $1 and id = $2 and revoked_at is null",
        pool_id,
        grant_id,
    )


async def revoke_grants_at(db: Executor, grant: Grant) -> bool:
    """It, and the others that its application has of its session. Whether the session was made for one of them."""
    rows = await db.fetch(
        "update oidc_grants set revoked_at = now() "
        "where pool_id = $1 and session_id = $2 and app_id = $3 and revoked_at is null returning with_login",
        grant.pool_id,
        grant.session_id,
        grant.app_id,
    )
    return any(row["with_login"] for row in rows)


async def revoke_grants_of(
    db: Executor,
    pool_id: str,
    session_ids: Sequence[str],
    user_ids: Sequence[str] = (),
    app_ids: Sequence[str] | None = None,
) -> None:
    """Those made in the sessions, and those of the users, at `app_ids` or everywhere."""
    await db.execute(
        """
        update oidc_grants set revoked_at = now()
        where pool_id = $1 and revoked_at is null and (session_id = any($2::text[])
          or (user_id = any($3::text[]) and ($4::text[] is null or app_id = any($4))))
        """,
        pool_id,
        list(session_ids),
        list(user_ids),
        None if app_ids is None else list(app_ids),
    )


async def insert_code(
    db: Executor,
    grant: Grant,
    digest: bytes,
    redirect_uri: str,
    challenge: str | None,
    method: str | None,
    expires_at: datetime,
) -> None:
    await db.execute(
        "insert into oidc_codes (pool_id, digest, grant_id, redirect_uri, code_challenge, "
        "code_challenge_method, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
        grant.pool_id,
        digest,
        grant.id,
        redirect_uri,
        challenge,
        method,
        expires_at,
    )


async def use_code(db: Executor, pool_id: str, app_id: str, digest: bytes) -> FoundCode | None:
    """The application's code, marked used in the same statement: of two exchanges at once one is the first.
    Another application that has got hold of it neither gets nor spends it."""
    row = await db.fetchrow(
        "with found as (select * from oidc_codes where pool_id = $1 and digest = $2 and grant_id in "
        "(select id from oidc_grants where pool_id = $1 and app_id = $3) for update), "
        "used as (update oidc_codes c set used_at = now() from found where c.pool_id = $1 "
        "and c.digest = found.digest and found.used_at is null) "
        f"select {_GRANT}, f.redirect_uri, f.code_challenge, f.code_challenge_method, "
        "f.expires_at as code_expires_at, f.used_at is null as first_use from found f "
        "join oidc_grants g on g.pool_id = $1 and g.id = f.grant_id",
        pool_id,
        digest,
        app_id,
    )
    if row is None:
        return None
    return FoundCode(
        _grant(row),
        row["redirect_uri"],
        row["code_challenge"],
        row["code_challenge_method"],
        row["code_expires_at"],
        row["first_use"],
    )


async def insert_refresh_token(db: Executor, grant: Grant, digest: bytes, expires_at: datetime) -> None:
    await db.execute(
        "insert into oidc_refresh_tokens (pool_id, digest, grant_id, expires_at) values ($1, $2, $3, $4)",
        grant.pool_id,
        digest,
        grant.id,
        expires_at,
    )


async def use_refresh_token(
    db: Executor, pool_id: str, app_id: str, digest: bytes
) -> FoundRefreshToken | None:
    """As `use_code`."""
    row = await db.fetchrow(
        "with found as (select * from oidc_refresh_tokens where pool_id = $1 and digest = $2 and grant_id in "
        "(select id from oidc_grants where pool_id = $1 and app_id = $3) for update), "
        "used as (update oidc_refresh_tokens t set used_at = now() from found where t.pool_id = $1 "
        "and t.digest = found.digest and found.used_at is null) "
        f"select {_GRANT}, f.expires_at as token_expires_at, f.used_at is null as first_use from found f "
        "join oidc_grants g on g.pool_id = $1 and g.id = f.grant_id",
        pool_id,
        digest,
        app_id,
    )
    if row is None:
        return None
    return FoundRefreshToken(_grant(row), row["token_expires_at"], row["first_use"])


async def look_at_refresh_token(
    db: Executor, pool_id: str, app_id: str | None, digest: bytes
) -> FoundRefreshToken | None:
    """Without using it: for introspection and revocation, and for who does not rotate them. Of `app_id`, or of any
    application of the pool."""
    row = await db.fetchrow(
        f"select {_GRANT}, t.expires_at as token_expires_at, t.used_at is null as first_use "
        "from oidc_refresh_tokens t join oidc_grants g on g.pool_id = t.pool_id and g.id = t.grant_id "
        "where t.pool_id = $1 and t.digest = $2 and ($3::text is null or g.app_id = $3)",
        pool_id,
        digest,
        app_id,
    )
    return FoundRefreshToken(_grant(row), row["token_expires_at"], row["first_use"]) if row else None


async def revoke_token(db: Executor, pool_id: str, jti: str, expires_at: datetime) -> None:
    """One that no grant stands behind."""
    await db.execute(
        "insert into oidc_revoked_tokens (pool_id, jti, expires_at) values ($1, $2, $3) "
        "on conflict (pool_id, jti) do nothing",
        pool_id,
        jti,
        expires_at,
    )


async def is_revoked(db: Executor, pool_id: str, jti: str) -> bool:
    found = "select exists (select 1 from oidc_revoked_tokens where pool_id = $1 and jti = $2)"
    return bool(await db.fetchval(found, pool_id, jti))


async def delete_revoked_tokens(db: Executor, limit: int) -> int:
    """Of all pools; those that have run out since."""
    day = timedelta(days=1)
    key = "pool_id, jti"
    return await delete_old(db, "oidc_revoked_tokens", key=key, by="expires_at", age=day, limit=limit)


async def grant_ends(db: Executor, pool_id: str, grant_id: str) -> datetime | None:
    """When a grant that nobody has revoked runs out; None for one that is revoked, has run out or is not there."""
    ends: datetime | None = await db.fetchval(
        "select expires_at from oidc_grants "
        "where pool_id = $1 and id = $2 and revoked_at is null and expires_at > now()",
        pool_id,
        grant_id,
    )
    return ends


async def forget_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from oidc_grants where pool_id = $1 and user_id = any($2)", pool_id, list(user_ids)
    )


async def spend_assertion(
    db: Executor, pool_id: str, app_id: str, digest: bytes, expires_at: datetime
) -> bool:
    """False: it was used before. Of two at once one is the first."""
    return bool(
        await db.fetchval(
            "insert into oidc_client_assertions (pool_id, app_id, digest, expires_at) values ($1, $2, $3, $4) "
            "on conflict (pool_id, app_id, digest) do nothing returning true",
            pool_id,
            app_id,
            digest,
            expires_at,
        )
    )


async def delete_expired_assertions(db: Executor, limit: int) -> int:
    """Of all pools; those too old to be taken, had they come again."""
    key = "pool_id, app_id, digest"
    return await delete_old(db, "oidc_client_assertions", key=key, by="expires_at", limit=limit)


async def delete_expired(db: Executor, limit: int) -> int:
    """Of all pools, `limit` grants at most; answers how many went. Codes and tokens go with their grant."""
    day = timedelta(days=1)
    return await delete_old(db, "oidc_grants", key="pool_id, id", by="expires_at", age=day, limit=limit)
