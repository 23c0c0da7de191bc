"""MigratingDirectory: our own tables, and a script that knows who has not moved in yet.

A decorator over the native directory: only a login of somebody unknown here reaches the other one, and only
its success inserts a user. Source: docs/contract/custom-database.md#moving-users-one-by-one,
and for what the documents leave open docs/contract/custom-database.md#what-was-left-open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from msgspec import UNSET, UnsetType

from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.db.together import Writer
from poolhouse.directory.completed import CompletedDirectory
from poolhouse.directory.contract import ASKING_NOTHING, Account, Adoption
from poolhouse.directory.postgres import PostgresDirectory
from poolhouse.errors import (
    Conflict,
    CustomDatabaseUnavailable,
    Overloaded,
    PoolhouseError,
    ScriptFailed,
    WrongCredentials,
)
from poolhouse.failures import told
from poolhouse.paging import Page
from poolhouse.users.model import CUSTOM_DATABASE, IdentityDraft, User, UserDraft, UserKey, UserQuery
from poolhouse.users.same_person import LOGIN_KEYS, contradicts, differ, keys_of, taken

"""Provider of the identity that keeps the script's id of a migrated user."""

_KEPT_OUT = ("created_at", "updated_at", "token_expired_at")

CountMigration = Callable[[str, str], Awaitable[None]]
IsTombstone = Callable[[str, str], Awaitable[bool]]

_log = structlog.get_logger(__name__)


class MigratingDirectory:
    keeps_profiles = True

    def __init__(
        self,
        native: PostgresDirectory,
        legacy: CompletedDirectory,
        db: Database,
        *,
        count: CountMigration,
        is_tombstone: IsTombstone,
    ) -> None:
        self._native, self._legacy, self._db = native, legacy, db
        self._count, self._is_tombstone = count, is_tombstone

    async def authenticate(
        self, caller: Caller, key: UserKey, password: str, known: Account | UnsetType | None = UNSET
    ) -> User:
        """Somebody known here is judged here, finally; only somebody unknown is asked for elsewhere."""
        if key.kind not in LOGIN_KEYS:
            return await self._native.authenticate(caller, key, password, known)
        here = await self._native.account_of(caller, key) if known is UNSET else known
        if here is not None and not await self._came_without_password(caller, here):
            return await self._native.authenticate(caller, key, password, here)
        try:
            user = await self._legacy.authenticate(caller, key, password)
        except (ScriptFailed, WrongCredentials, CustomDatabaseUnavailable, Overloaded) as error:
            refused = isinstance(error, ScriptFailed | WrongCredentials)
            reason = "script error" if refused else "unavailable"
            await self._note(caller.pool_id, reason)
            raise
        if await self._is_tombstone(caller.pool_id, user.id):
            await self._note(caller.pool_id, "deleted here")
            raise WrongCredentials(
                "the migrated user was deleted here; poolhouse migration readmit ID lets them migrate again"
            )
        if here is None:
            return await self._adopt(caller, key, user, password)
        return await self._complete(caller, key, here, user, password)

    async def account_of(self, caller: Caller, key: UserKey) -> Account | None:
        return await self._native.account_of(caller, key)

    async def _came_without_password(self, caller: Caller, here: Account) -> bool:
        """Moved in by `migration finish` before they ever came: their password is still the old database's."""
        return here.reset_password_on_next_login and await self._native.is_waiting(
            caller, here.id, CUSTOM_DATABASE
        )

    async def _complete(
        self, caller: Caller, key: UserKey, here: Account, theirs: User, password: str
    ) -> User:
        adopted = await self.adopted(caller, theirs.id)
        if adopted is None or adopted.id != here.id:
            await self._note(caller.pool_id, "conflict")
            raise WrongCredentials("the script knows somebody else by this identifier")
        if await self._native.give_first_password(caller, here.id, password):
            await self._note(caller.pool_id, "migrated")
        return await self._native.authenticate(caller, key, password)

    @property
    def legacy(self) -> CompletedDirectory:
        """The old database, as its scripts show it."""
        return self._legacy

    async def _adopt(
        self,
        caller: Caller,
        key: UserKey,
        theirs: User,
        password: str | None,
        how: Adoption = ASKING_NOTHING,
    ) -> User:
        try:
            user = await self._insert(caller, theirs, password, how)
        except Conflict as error:
            return await self._lost_race(caller, key, theirs, password, error)
        await self._note(caller.pool_id, "migrated")
        return user

    async def _insert(self, caller: Caller, theirs: User, password: str | None, how: Adoption) -> User:
        values = moved_values(theirs)
        if password is None:  # so that the old one still lets them in: `_came_without_password`
            values["reset_password_on_next_login"] = True
        async with self._db.transaction() as tx:
            identity = IdentityDraft(CUSTOM_DATABASE, theirs.id)
            user = await self._native.create(tx, caller, UserDraft(values, password), identity)
            if how.also is not None:
                await how.also(tx, user)
            return user

    async def _lost_race(
        self, caller: Caller, key: UserKey, theirs: User, password: str | None, error: Conflict
    ) -> User:
        """Another login of the same person was faster, or somebody else here has their identifier."""
        adopted = await self.adopted(caller, theirs.id)
        if adopted is not None and (contradicts(adopted, key) or differ(adopted, theirs)):
            await self._note(caller.pool_id, "conflict")
            _log.warning("script_id_ambiguous", pool_id=caller.pool_id, script_id=theirs.id)
            raise WrongCredentials("whoever came with this id of the script has other identifiers")
        if adopted is not None and password is None:
            return adopted
        if adopted is not None and password is not None:
            if await self._native.give_first_password(caller, adopted.id, password):
                await self._note(caller.pool_id, "migrated")
            return await self._native.authenticate(caller, UserKey("id", adopted.id), password)
        if password is not None and (await self._native.find(caller, [key]))[0] is not None:
            return await self._native.authenticate(caller, key, password)
        await self._note(caller.pool_id, "conflict")
        _log.warning(
            "migration_conflict", pool_id=caller.pool_id, script_id=theirs.id, field=error.facts.get("field")
        )
        raise error

    async def adopted(self, caller: Caller, script_user_id: str) -> User | None:
        """The user here whom this id of the script became."""
        return (await self._native.find(caller, [UserKey.identity(CUSTOM_DATABASE, script_user_id)]))[0]

    async def find_unmigrated(self, caller: Caller, key: UserKey) -> User | None:
        """Somebody the scripts know and we do not: for sign-up and forgotten passwords. Errors pass: closed."""
        if key.kind not in LOGIN_KEYS or (await self._native.find(caller, [key]))[0] is not None:
            return None
        return (await self._legacy.find(caller, [key]))[0]

    async def adopt(
        self, caller: Caller, key: UserKey, password: str | None, how: Adoption = ASKING_NOTHING
    ) -> User | None:
        """Moves somebody in without their old password; None for nobody."""
        theirs = await self.find_unmigrated(caller, key)
        if theirs is None or (how.admits is not None and not how.admits(theirs)):
            return None
        if await self._is_tombstone(caller.pool_id, theirs.id):
            return None
        return await self._adopt(caller, key, theirs, password, how)

    async def refuse_if_known(self, caller: Caller, draft: UserDraft, user_id: str | None = None) -> None:
        """Whoever the old database has is not new, and what is theirs is nobody else's.

        Raises UserExists, or the script's error.
        """
        for key in keys_of(draft.values):
            theirs = await self.find_unmigrated(caller, key)
            if theirs is None:
                continue
            adopted = await self.adopted(caller, theirs.id) if user_id else None
            if adopted is None or adopted.id != user_id:
                raise taken(key, user_id)

    async def find(self, caller: Caller, keys: Sequence[UserKey]) -> list[User | None]:
        return await self._native.find(caller, keys)

    async def search(self, caller: Caller, query: UserQuery) -> Page[User]:
        return await self._native.search(caller, query)

    async def list(self, caller: Caller, query: UserQuery) -> Page[User]:
        return await self._native.list(caller, query)

    async def create(
        self, tx: Tx, caller: Caller, draft: UserDraft, identity: IdentityDraft | None = None
    ) -> User:
        return await self._native.create(tx, caller, draft, identity)

    async def update(self, tx: Tx, caller: Caller, user_id: str, draft: UserDraft) -> User:
        return await self._native.update(tx, caller, user_id, draft)

    async def delete(self, tx: Tx, caller: Caller, user_ids: Sequence[str]) -> None:
        await self._native.delete(tx, caller, user_ids)

    async def check_password(self, caller: Caller, user_id: str, password: str) -> bool:
        return await self._native.check_password(caller, user_id, password)

    async def record_login(
        self,
        caller: Caller,
        user: User,
        times: int = 1,
        token_expires_at: datetime | None = None,
        writes: Writer | None = None,
    ) -> None:
        await self._native.record_login(caller, user, times, token_expires_at, writes)

    async def _note(self, pool_id: str, outcome: str) -> None:
        """A count that cannot be kept must not fail a login."""
        try:
            await self._count(pool_id, outcome)
        except PoolhouseError as error:
            _log.warning("migration_count_lost", pool_id=pool_id, outcome=outcome, cause=told(error))


def moved_values(theirs: User) -> dict[str, Any]:
    """The fields somebody of the old database is made from here."""
    values = {
        name: value
        for name in User.__struct_fields__
        if name not in ("id", "pool_id", *_KEPT_OUT) and (value := getattr(theirs, name)) is not None
    }
    return {**values, "user_source_type": "sync"}
