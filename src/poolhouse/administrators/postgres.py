"""All SQL on administrators, their roles and their sessions.

None of these tables belongs to a pool: a role names one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asyncpg import Record

from poolhouse.administrators.model import Administrator, AdministratorSession
from poolhouse.administrators.roles import ROLES, Role
from poolhouse.caller import Limits
from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_old
from poolhouse.paging import LARGEST_WHOLE, PageRequest

_LOCK = 0x61646D69  # "admi"
_COLUMNS = """
a.id, a.username, a.name, a.is_owner, a.disabled, a.must_change_password, a.created_at, a.password_set_at,
a.last_login_at, coalesce(f.confirmed, false) as second_factor,
coalesce(cardinality(f.recovery_codes), 0) as recovery_codes,
(select count(*) from administrator_passkeys p where p.administrator_id = a.id) as passkeys
"""
_CALLED = "($1 = '' or strpos(lower(a.username || ' ' || a.name), lower($1)) > 0)"
_FROM = "administrators a left join administrator_factors f on f.administrator_id = a.id"
_SESSION = "s.digest, s.administrator_id, s.created_at, s.seen_at, s.expires_at, s.ip, s.user_agent"


_LIMITED, _IN_DEPARTMENTS = ":limited", ":departments"
"""Behind the name of a role that is limited to applications, or to departments. Versions that know no such limits know
no such role either, and it gives nothing there, while a server of theirs still runs."""


@dataclass(frozen=True, slots=True)
class _Given:
    roles: dict[str, tuple[Role, ...]] = field(default_factory=dict)
    limits: dict[str, Limits] = field(default_factory=dict)


def _administrator(row: Record, given: _Given) -> Administrator:
    return Administrator(
        id=row["id"],
        username=row["username"],
        name=row["name"],
        is_owner=row["is_owner"],
        disabled=row["disabled"],
        must_change_password=row["must_change_password"],
        second_factor=row["second_factor"],
        recovery_codes=row["recovery_codes"],
        passkeys=row["passkeys"],
        created_at=row["created_at"],
        password_set_at=row["password_set_at"],
        last_login_at=row["last_login_at"],
        roles=given.roles,
        limits=given.limits,
    )


def _session(row: Record) -> AdministratorSession:
    return AdministratorSession(
        id=row["digest"].hex(),
        administrator_id=row["administrator_id"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
        ip=row["ip"],
        user_agent=row["user_agent"],
    )


# -- administrators ----------------------------------------------------------------------------------------


async def names(db: Executor, ids: Collection[str]) -> dict[str, str]:
    """What each is called, of those who are administrators."""
    rows = await db.fetch(
        "select id, coalesce(nullif(name, ''), username) as name from administrators where id = any($1::text[])",
        list(ids),
    )
    return {row["id"]: row["name"] for row in rows}


async def insert(
    db: Executor,
    *,
    administrator_id: str,
    username: str,
    name: str,
    password_hash: str,
    is_owner: bool,
    must_change_password: bool,
) -> None:
    await db.execute(
        "insert into administrators (id, username, name, password_hash, is_owner, must_change_password) "
        "values ($1, $2, $3, $4, $5, $6)",
        administrator_id,
        username,
        name,
        password_hash,
        is_owner,
        must_change_password,
    )


async def list_all(db: Executor) -> list[Administrator]:
    """By username. There are few: `MOST` in the service."""
    return await list_page(db, "", PageRequest(1, LARGEST_WHOLE))


async def list_page(db: Executor, words: str, page: PageRequest) -> list[Administrator]:
    """Those in whose username or name the words are, by username."""
    rows = await db.fetch(
        f"select {_COLUMNS} from {_FROM} where {_CALLED} order by a.username limit $2 offset $3",
        words,
        page.size,
        page.offset,
    )
    given = await _roles(db, [row["id"] for row in rows])
    return [_administrator(row, given.get(row["id"], _Given())) for row in rows]


async def find(db: Executor, administrator_id: str) -> Administrator | None:
    row = await db.fetchrow(f"select {_COLUMNS} from {_FROM} where a.id = $1", administrator_id)
    given = await _roles(db, [administrator_id])
    return _administrator(row, given.get(row["id"], _Given())) if row else None


async def id_of(db: Executor, username: str) -> str | None:
    found: str | None = await db.fetchval("select id from administrators where username = $1", username)
    return found


async def password_hash(db: Executor, username: str) -> tuple[str, str] | None:
    """(id, hash) of whoever has the name."""
    row = await db.fetchrow("select id, password_hash from administrators where username = $1", username)
    return (row["id"], row["password_hash"]) if row else None


async def set_password(
    db: Executor, administrator_id: str, hashed: str, must_change: bool, was: str | None = None
) -> bool:
    """False where another hash than `was` is there."""
    return bool(
        await db.fetchval(
            "update administrators set password_hash = $2, must_change_password = $3, password_set_at = now() "
            "where id = $1 and ($4::text is null or password_hash = $4) returning true",
            administrator_id,
            hashed,
            must_change,
            was,
        )
    )


async def note_login(db: Executor, administrator_id: str, stored: str, at: datetime) -> bool:
    """False where the hash is another one meanwhile, or they are disabled or gone: nobody is to be signed in then.
    Until the transaction's end none of that changes."""
    return bool(
        await db.fetchval(
            "update administrators set last_login_at = $3 "
            "where id = $1 and password_hash = $2 and not disabled returning true",
            administrator_id,
            stored,
            at,
        )
    )


async def update(db: Executor, administrator: Administrator) -> None:
    await db.execute(
        "update administrators set name = $2, is_owner = $3, disabled = $4 where id = $1",
        administrator.id,
        administrator.name,
        administrator.is_owner,
        administrator.disabled,
    )


async def delete(db: Executor, administrator_id: str) -> None:
    await db.execute("delete from administrators where id = $1", administrator_id)


async def count(db: Executor, words: str = "") -> int:
    return int(await db.fetchval(f"select count(*) from administrators a where {_CALLED}", words))


async def owners(db: Executor) -> set[str]:
    """Those who can sign in."""
    rows = await db.fetch("select id from administrators where is_owner and not disabled")
    return {row["id"] for row in rows}


async def one_change_at_a_time(db: Executor) -> None:
    """Until the transaction's end: else two owners could take each other away."""
    await db.execute("select pg_advisory_xact_lock($1)", _LOCK)


# -- roles -------------------------------------------------------------------------------------------------


async def set_roles(
    db: Executor, administrator_id: str, pool_id: str, roles: Sequence[Role], limits: Limits | None
) -> None:
    """No role takes the pool away."""
    if not roles:
        await db.execute(
            "delete from administrator_roles where administrator_id = $1 and pool_id = $2",
            administrator_id,
            pool_id,
        )
        return
    await db.execute(
        "insert into administrator_roles (administrator_id, pool_id, roles, applications, departments) "
        "values ($1, $2, $3, $4, $5) on conflict (administrator_id, pool_id) "
        "do update set roles = excluded.roles, applications = excluded.applications, "
        "departments = excluded.departments",
        administrator_id,
        pool_id,
        [f"{role}{_mark(limits)}" for role in roles],
        sorted(limits.applications) if limits and not limits.departments else None,
        sorted(limits.departments) if limits and limits.departments else None,
    )


def _mark(limits: Limits | None) -> str:
    if limits is None:
        return ""
    return _IN_DEPARTMENTS if limits.departments else _LIMITED


async def _roles(db: Executor, administrator_ids: Sequence[str]) -> dict[str, _Given]:
    """A role of a later version is unknown here, and gives nothing; a limited one whose limits
    are not there is limited to nothing."""
    rows = await db.fetch(
        "select administrator_id, pool_id, roles, applications, departments from administrator_roles "
        "where administrator_id = any($1::text[]) order by pool_id",
        list(administrator_ids),
    )
    found: dict[str, _Given] = {}
    for row in rows:
        given = found.setdefault(row["administrator_id"], _Given())
        marked = [name for name in row["roles"] if name.endswith((_LIMITED, _IN_DEPARTMENTS))]
        kept = row["applications"], row["departments"]
        limited = bool(marked) or any(ids is not None for ids in kept)
        names = marked if limited else row["roles"]
        given.roles[row["pool_id"]] = _known(
            [name.removesuffix(_LIMITED).removesuffix(_IN_DEPARTMENTS) if limited else name for name in names]
        )
        if limited:
            applications, departments = (frozenset(ids or ()) for ids in kept)
            given.limits[row["pool_id"]] = Limits(applications, departments)
    return found


def _known(names: Collection[str]) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if role in names)


# -- sessions ----------------------------------------------------------------------------------------------


async def insert_session(db: Executor, session: AdministratorSession) -> None:
    await db.execute(
        "insert into administrator_sessions "
        "(digest, administrator_id, created_at, seen_at, expires_at, ip, user_agent) "
        "values ($1, $2, $3, $4, $5, $6, $7)",
        bytes.fromhex(session.id),
        session.administrator_id,
        session.created_at,
        session.seen_at,
        session.expires_at,
        session.ip,
        session.user_agent,
    )


async def find_session(db: Executor, session_id: str) -> AdministratorSession | None:
    row = await db.fetchrow(
        f"select {_SESSION} from administrator_sessions s where s.digest = $1", bytes.fromhex(session_id)
    )
    return _session(row) if row else None


async def list_sessions(db: Executor, administrator_id: str, after: datetime) -> list[AdministratorSession]:
    """Newest first, of those that end after a moment."""
    rows = await db.fetch(
        f"select {_SESSION} from administrator_sessions s where s.administrator_id = $1 and s.expires_at > $2 "
        "order by s.created_at desc, s.digest",
        administrator_id,
        after,
    )
    return [_session(row) for row in rows]


async def note_seen(db: Executor, session_id: str, at: datetime) -> None:
    await db.execute(
        "update administrator_sessions set seen_at = greatest(seen_at, $2) where digest = $1",
        bytes.fromhex(session_id),
        at,
    )


async def delete_session(db: Executor, administrator_id: str, session_id: str) -> bool:
    return bool(
        await db.fetchval(
            "delete from administrator_sessions where administrator_id = $1 and digest = $2 returning true",
            administrator_id,
            bytes.fromhex(session_id),
        )
    )


async def delete_sessions(db: Executor, administrator_id: str, but: str | None = None) -> int:
    """All, or all but one. Answers how many."""
    rows = await db.fetch(
        "delete from administrator_sessions where administrator_id = $1 and ($2::bytea is null or digest <> $2) "
        "returning digest",
        administrator_id,
        bytes.fromhex(but) if but else None,
    )
    return len(rows)


async def delete_expired(db: Executor, limit: int) -> int:
    """Those that ended a day ago: until then they say whose form is sent too late. Answers how many went."""
    return await delete_old(
        db, "administrator_sessions", key="digest", by="expires_at", limit=limit, age=timedelta(days=1)
    )


# -- second factor -----------------------------------------------------------------------------------------


async def find_factor(db: Executor, administrator_id: str) -> Record | None:
    """secret, confirmed, last_step."""
    return await db.fetchrow(
        "select secret, confirmed, last_step from administrator_factors where administrator_id = $1",
        administrator_id,
    )


async def put_factor(db: Executor, administrator_id: str, secret: bytes) -> bool:
    """One to be confirmed, in place of one that never was. False where there is a confirmed one."""
    return bool(
        await db.fetchval(
            "insert into administrator_factors as f (administrator_id, secret) values ($1, $2) "
            "on conflict (administrator_id) do update set secret = excluded.secret, last_step = 0 "
            "where not f.confirmed returning true",
            administrator_id,
            secret,
        )
    )


async def use_step(db: Executor, administrator_id: str, step: int) -> bool:
    """Whether no code of it, or of a later one, was used."""
    return bool(
        await db.fetchval(
            "update administrator_factors set last_step = $2 where administrator_id = $1 and last_step < $2 "
            "returning true",
            administrator_id,
            step,
        )
    )


async def confirm_factor(db: Executor, administrator_id: str, recovery_codes: Sequence[bytes]) -> None:
    await db.execute(
        "update administrator_factors set confirmed = true, recovery_codes = $2 where administrator_id = $1",
        administrator_id,
        list(recovery_codes),
    )


async def use_recovery_code(db: Executor, administrator_id: str, digest: bytes) -> bool:
    return bool(
        await db.fetchval(
            "update administrator_factors set recovery_codes = array_remove(recovery_codes, $2) "
            "where administrator_id = $1 and confirmed and $2 = any(recovery_codes) returning true",
            administrator_id,
            digest,
        )
    )


async def delete_factor(db: Executor, administrator_id: str) -> bool:
    return bool(
        await db.fetchval(
            "delete from administrator_factors where administrator_id = $1 returning true", administrator_id
        )
    )
