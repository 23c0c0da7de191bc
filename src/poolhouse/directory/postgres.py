"""PostgresDirectory: users in our own tables. Searching them is in `search.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
from msgspec import UNSET, UnsetType

from poolhouse import phones
from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher, Verified
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.db.faults import broken_constraint
from poolhouse.db.together import Writer
from poolhouse.directory import search, user_keys
from poolhouse.directory.contract import ASKING_NOTHING, Account, Adoption
from poolhouse.directory.deep_pages import DeepPages
from poolhouse.directory.stored_passwords import StoredPasswords
from poolhouse.directory.totals import Totals
from poolhouse.errors import (
    EmailTaken,
    ExternalIdTaken,
    FirstPasswordRequired,
    IdentityTaken,
    PhoneTaken,
    PoolhouseError,
    UsernameTaken,
    UserNotFound,
    UsersNotFound,
    WrongCredentials,
)
from poolhouse.ids import new_id
from poolhouse.paging import Page
from poolhouse.pools.model import MOST_REMEMBERED
from poolhouse.texts import written
from poolhouse.times import now
from poolhouse.users.model import CUSTOM_DATABASE, IdentityDraft, KeyKind, User, UserDraft, UserKey, UserQuery

COLUMNS = ", ".join(User.__struct_fields__)

_WIDTH = len(User.__struct_fields__)

_TAKEN: dict[str, type[PoolhouseError]] = {
    "users_username_key": UsernameTaken,
    "users_email_key": EmailTaken,
    "users_phone_key": PhoneTaken,
    "users_external_id_key": ExternalIdTaken,
}


def as_user(row: asyncpg.Record) -> User:
    """Rows select COLUMNS first and in order; what follows is left out."""
    return User(*row)


class PostgresDirectory:
    """The eight verbs in SQL. Passwords are hashed before the transaction takes its connection."""

    keeps_profiles = True

    def __init__(self, db: Database, hasher: PasswordHasher, passwords: StoredPasswords) -> None:
        self._db, self._hasher, self._passwords = db, hasher, passwords
        self._totals, self._deep = Totals(db), DeepPages(db)

    async def authenticate(
        self, caller: Caller, key: UserKey, password: str, known: Account | UnsetType | None = UNSET
    ) -> User:
        """Until the password is right nothing of the profile is read: a row of sixty columns takes longer to
        read than none, and that would tell who exists."""
        account = await self.account_of(caller, key) if known is UNSET else known
        if account is None or account.stored is None:
            await self._hasher.waste(password, caller.pool_id)
            if account is not None and account.reset_password_on_next_login:
                raise FirstPasswordRequired("no password set")
            raise WrongCredentials(f"{'no such user' if account is None else 'no password set'}: {key.kind}")
        return await self._judged(caller, account.id, password, account.stored)

    async def _judged(self, caller: Caller, user_id: str, password: str, stored: str) -> User:
        """The password that fits must be the one of now: a login may have waited long in the queue of hashes."""
        while True:
            verified = await self._verify(caller, user_id, password, stored)
            if not verified.ok:
                raise WrongCredentials("wrong password")
            if verified.needs_rehash:
                fresh = await self._hasher.hash(password, caller.pool_id)
                await self._db.execute(
                    "update users set password_hash = $3 where pool_id = $1 and id = $2 and password_hash = $4",
                    caller.pool_id,
                    user_id,
                    fresh,
                    stored,
                )
                stored = fresh
            row = await self._row(caller, UserKey("id", user_id), f"{search.COLUMNS}, u.password_hash")
            if row is None or row["password_hash"] is None:
                raise WrongCredentials("deleted, or without a password, at this moment")
            if row["password_hash"] == stored:
                return User(*row[:_WIDTH])
            stored = row["password_hash"]

    async def account_of(self, caller: Caller, key: UserKey) -> Account | None:
        row = await self._row(caller, key, "u.id, u.password_hash, u.reset_password_on_next_login")
        return Account(*row[:3]) if row else None

    async def find(self, caller: Caller, keys: Sequence[UserKey]) -> list[User | None]:
        if len(keys) == 1 or any(key.kind in ("identity", "phone") for key in keys):
            return [await self._find_one(caller, key) for key in keys]
        found: dict[tuple[KeyKind, str], User] = {}
        for kind in {key.kind for key in keys}:
            wanted = list({text for key in keys if key.kind == kind for text in _spellings(key)})
            rows = await self._db.fetch(
                f"select {search.COLUMNS}, u.{kind} as asked from {user_keys.source(kind, many=True)}",
                caller.pool_id,
                wanted,
            )
            found |= {(kind, row["asked"]): User(*row[:-1]) for row in rows}
        return [
            next((user for text in _spellings(key) if (user := found.get((key.kind, text)))), None)
            for key in keys
        ]

    async def _find_one(self, caller: Caller, key: UserKey) -> User | None:
        row = await self._row(caller, key, search.COLUMNS)
        return User(*row[:_WIDTH]) if row else None

    async def _row(self, caller: Caller, key: UserKey, columns: str) -> asyncpg.Record | None:
        """Of the one user who is meant; None where digits without a country are two people's."""
        if key.kind != "phone":
            spelled = _spellings(key) if key.kind in user_keys.SPELLED else key.value
            return await self._db.fetchrow(
                f"select {columns} from {user_keys.source(key.kind)}", caller.pool_id, spelled
            )
        rows = await self._db.fetch(
            f"select {columns}, {user_keys.PHONE_RANK} as rank from {user_keys.source('phone')}",
            caller.pool_id,
            _spellings(key),
            phones.find_key(key.value, key.country_code),
            bool(key.country_code) or phones.names_its_country(key.value),
        )
        if len(rows) == 2 and rows[0]["rank"] == rows[1]["rank"]:
            return None
        return rows[0] if rows else None

    async def search(self, caller: Caller, query: UserQuery) -> Page[User]:
        return await search.page(self._db.lagging, self._totals, caller.pool_id, query, self._deep)

    async def list(self, caller: Caller, query: UserQuery) -> Page[User]:
        return await search.page(self._db.lagging, self._totals, caller.pool_id, query, self._deep)

    async def create(
        self, tx: Tx, caller: Caller, draft: UserDraft, identity: IdentityDraft | None = None
    ) -> User:
        values = dict(draft.values)
        if draft.password is not None:
            values |= await self._password(caller, draft.password)
        elif draft.password_hash is not None:
            values["password_hash"] = draft.password_hash
        values["phone_key"] = phones.find_key(values.get("phone"), values.get("phone_country_code"))
        user_id = new_id()
        names = ["pool_id", "id", *values]
        places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
        try:
            row = await tx.fetchrow(
                f"insert into users ({', '.join(names)}) values ({places}) returning {COLUMNS}",
                caller.pool_id,
                user_id,
                *values.values(),
            )
            if identity is not None:
                await insert_identity(tx, caller.pool_id, user_id, identity)
        except asyncpg.UniqueViolationError as error:
            raise taken(error) from error
        assert row is not None
        return as_user(row)

    async def update(self, tx: Tx, caller: Caller, user_id: str, draft: UserDraft) -> User:
        values = dict(draft.values)
        if draft.password is not None:
            values |= await self._password(caller, draft.password)
        elif draft.password_hash is not None:
            values["password_hash"] = draft.password_hash
        if values.keys() & {"phone", "phone_country_code"}:
            values["phone_key"] = await self._phone_key(tx, caller, user_id, values)
        changes = [f"{name} = ${n}" for n, name in enumerate(values, 3)]
        moment = ""
        if "status" in values:
            status = f"${3 + list(values).index('status')}"
            changes.append(
                f"status_changed_at = case when status = {status} then status_changed_at else moment.at end"
            )
            moment = "from (select now() as at) moment "
        if "password_hash" in values:
            await keep_history(tx, caller.pool_id, user_id)
        try:
            row = await tx.fetchrow(
                f"update users set {', '.join([*changes, 'updated_at = now()'])} "
                f"{moment}where pool_id = $1 and id = $2 returning {COLUMNS}",
                caller.pool_id,
                user_id,
                *values.values(),
            )
        except asyncpg.UniqueViolationError as error:
            raise taken(error) from error
        if row is None:
            raise UserNotFound(user_id=user_id)
        return as_user(row)

    async def _phone_key(self, tx: Tx, caller: Caller, user_id: str, values: Mapping[str, Any]) -> str | None:
        present = await tx.fetchrow(
            "select phone, phone_country_code from users where pool_id = $1 and id = $2 for update",
            caller.pool_id,
            user_id,
        )
        whole = {**dict(present or {}), **values}
        return phones.find_key(whole.get("phone"), whole.get("phone_country_code"))

    async def delete(self, tx: Tx, caller: Caller, user_ids: Sequence[str]) -> None:
        wanted = sorted(set(user_ids))
        await tx.execute(
            "insert into user_tombstones (pool_id, provider, user_id_in_idp) "
            "select pool_id, provider, user_id_in_idp from user_identities "
            f"where pool_id = $1 and user_id = any($2) and provider = '{CUSTOM_DATABASE}' on conflict do nothing",
            caller.pool_id,
            wanted,
        )
        rows = await tx.fetch(
            "delete from users where pool_id = $1 and id = any($2) returning id", caller.pool_id, wanted
        )
        if missing := set(wanted) - {row["id"] for row in rows}:
            raise UsersNotFound(sorted(missing))

    async def check_password(self, caller: Caller, user_id: str, password: str) -> bool:
        row = await self._db.fetchrow(
            "select password_hash from users where pool_id = $1 and id = $2", caller.pool_id, user_id
        )
        if row is None:
            raise UserNotFound(user_id=user_id)
        stored: str | None = row["password_hash"]
        if stored is None:
            await self._hasher.waste(password, caller.pool_id)
            return False
        return (await self._verify(caller, user_id, password, stored)).ok

    async def _verify(self, caller: Caller, user_id: str, password: str, stored: str) -> Verified:
        key = UserKey("id", user_id)
        return await self._passwords.verify(caller, password, stored, lambda: self._find_one(caller, key))

    async def refuse_if_known(self, caller: Caller, draft: UserDraft, user_id: str | None = None) -> None:
        """Whoever is known here is refused by the unique keys."""

    async def adopt(
        self, caller: Caller, key: UserKey, password: str | None, how: Adoption = ASKING_NOTHING
    ) -> User | None:
        return None

    async def has_password(self, caller: Caller, user_id: str) -> bool:
        return bool(
            await self._db.fetchval(
                "select password_hash is not null from users where pool_id = $1 and id = $2",
                caller.pool_id,
                user_id,
            )
        )

    async def is_waiting(self, caller: Caller, user_id: str, provider: str) -> bool:
        """Whether somebody of `provider` has no password here yet."""
        return bool(
            await self._db.fetchval(
                "select true from users u join user_identities i on i.pool_id = u.pool_id and i.user_id = u.id "
                "where u.pool_id = $1 and u.id = $2 and u.password_hash is null and i.provider = $3 limit 1",
                caller.pool_id,
                user_id,
                provider,
            )
        )

    async def give_first_password(self, caller: Caller, user_id: str, password: str) -> bool:
        """For somebody who came without one. False where they have one by now: that one stands."""
        given = await self._db.fetchval(
            "update users set password_hash = $3, password_last_set_at = now(), updated_at = now(), "
            "reset_password_on_next_login = false "
            "where pool_id = $1 and id = $2 and password_hash is null returning true",
            caller.pool_id,
            user_id,
            await self._hasher.hash(password, caller.pool_id),
        )
        return bool(given)

    async def record_login(
        self,
        caller: Caller,
        user: User,
        times: int = 1,
        token_expires_at: datetime | None = None,
        writes: Writer | None = None,
    ) -> None:
        await (writes or self._db).execute(
            "update users set logins_count = logins_count + $3, last_login = now(), last_ip = $4, "
            "last_login_app = $5, token_expired_at = coalesce($6, token_expired_at) "
            "where pool_id = $1 and id = $2",
            caller.pool_id,
            user.id,
            times,
            caller.ip,
            caller.app_id,
            token_expires_at,
        )

    async def _password(self, caller: Caller, password: str) -> Mapping[str, Any]:
        return {
            "password_hash": await self._hasher.hash(password, caller.pool_id),
            "password_last_set_at": now(),
        }


async def insert_identity(tx: Executor, pool_id: str, user_id: str, identity: IdentityDraft) -> str:
    """Raises IdentityTaken where it is linked already, or is another user's under whatever type."""
    if identity.provider != CUSTOM_DATABASE:  # which has one type and one source, so the key says it all
        await _claim(tx, pool_id, user_id, identity)
    identity_id = new_id()
    try:
        await tx.execute(
            "insert into user_identities (pool_id, id, user_id, provider, user_id_in_idp, type, ext_idp_id, "
            "connection_id, is_social, openid, profile) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            pool_id,
            identity_id,
            user_id,
            identity.provider,
            identity.user_id_in_idp,
            identity.type,
            identity.ext_idp_id or "",
            identity.connection_id,
            identity.is_social,
            identity.openid,
            dict(identity.profile),
        )
    except asyncpg.UniqueViolationError as error:
        raise IdentityTaken(field="userIdInIdp") from error
    return identity_id


async def _claim(tx: Executor, pool_id: str, user_id: str, identity: IdentityDraft) -> None:
    """One at a time for each identity: what two transactions write at once neither of them sees."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'identity', $1::text, $2::text, $3::text), 0))",
        pool_id,
        identity.provider,
        identity.user_id_in_idp,
    )
    others = await tx.fetchval(
        "select true from user_identities where pool_id = $1 and user_id_in_idp = $2 and provider = $3 "
        "and user_id <> $4 and ($5 in ('', ext_idp_id) or ext_idp_id = '') limit 1",
        pool_id,
        identity.user_id_in_idp,
        identity.provider,
        user_id,
        identity.ext_idp_id or "",
    )
    if others:
        raise IdentityTaken(field="userIdInIdp")


async def identity_owner(db: Executor, pool_id: str, provider: str, user_id_in_idp: str) -> str | None:
    """The id of the user an identity is linked to, whichever directory keeps the user."""
    owner: str | None = await db.fetchval(
        "select user_id from user_identities where pool_id = $1 and user_id_in_idp = $2 "
        "and $3 in (provider, ext_idp_id) limit 1",
        pool_id,
        user_id_in_idp,
        provider,
    )
    return owner


async def has_foreign_identity(db: Executor, pool_id: str, user_id: str) -> bool:
    """Whether somebody signs in as this user through another source than the pool's own old database."""
    return bool(
        await db.fetchval(
            "select true from user_identities "
            f"where pool_id = $1 and user_id = $2 and provider <> '{CUSTOM_DATABASE}' limit 1",
            pool_id,
            user_id,
        )
    )


async def keep_history(tx: Executor, pool_id: str, user_id: str) -> None:
    """Keeps the hash that is about to be replaced, so that a policy can forbid its return; no more of one user
    than a policy may ask for."""
    await tx.execute(
        "insert into user_password_history (pool_id, user_id, set_at, password_hash) "
        "select pool_id, id, clock_timestamp(), password_hash from users "
        "where pool_id = $1 and id = $2 and password_hash is not null on conflict do nothing",
        pool_id,
        user_id,
    )
    await tx.execute(
        "delete from user_password_history where pool_id = $1 and user_id = $2 and set_at < ("
        "select set_at from user_password_history where pool_id = $1 and user_id = $2 "
        "order by set_at desc offset $3 limit 1)",
        pool_id,
        user_id,
        MOST_REMEMBERED - 1,
    )


async def past_hashes(db: Executor, pool_id: str, user_id: str, most: int) -> list[str]:
    """The present hash and the ones before it, newest first, `most` in all."""
    rows = await db.fetch(
        """
        (select password_hash, now() as set_at from users
         where pool_id = $1 and id = $2 and password_hash is not null)
        union all
        (select password_hash, set_at from user_password_history where pool_id = $1 and user_id = $2
         order by set_at desc limit $3)
        order by set_at desc limit $3
        """,
        pool_id,
        user_id,
        most,
    )
    return [row["password_hash"] for row in rows]


async def password_hashes(db: Executor, pool_id: str, user_ids: Sequence[str]) -> dict[str, str | None]:
    rows = await db.fetch(
        "select id, password_hash from users where pool_id = $1 and id = any($2)", pool_id, list(user_ids)
    )
    return {row["id"]: row["password_hash"] for row in rows}


def taken(error: asyncpg.UniqueViolationError) -> PoolhouseError:
    """The domain's word for the constraint that refused."""
    constraint = broken_constraint(error)
    kind = _TAKEN.get(constraint)
    if kind is None:
        raise error
    field = constraint.removeprefix("users_").removesuffix("_key")
    return kind(field={"external_id": "externalId"}.get(field, field))


def _spellings(key: UserKey) -> list[str]:
    """As it was given, which old rows may be, then as it is stored."""
    given = key.value.lower() if key.kind == "email" else key.value
    stored = written(given) if key.kind == "phone" else key.stored
    return list(dict.fromkeys([given, stored]))
