"""Administrators' use cases on users. Each asks first who may; `records.py` has the verbs that do not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.audit.states import Secret
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.directory.chooser import Directories
from poolhouse.directory.contract import Directory
from poolhouse.errors import InvalidInput, LimitsNotSupported, TooManyUsersAsked, UsersNotFound
from poolhouse.orgs.postgres_members import members_among
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import EMPTY
from poolhouse.users.model import IdentityDraft, KeyKind, User, UserDraft, UserKey, UserQuery

LARGEST_BATCH = 80
LARGEST_DELETE = 1000
CALLED_BY: tuple[KeyKind, ...] = ("id", "username", "email", "phone", "external_id")


class UserService:
    """On a pool's users, whichever Directory keeps them. The only way to users for a wire."""

    def __init__(
        self, *, db: Database, directories: Directories, records: UserRecords, audit: AuditLog
    ) -> None:
        self._db, self._directories, self._records, self._audit = db, directories, records, audit

    async def create(self, caller: Caller, draft: UserDraft, identity: IdentityDraft | None = None) -> User:
        """A new user, as an administrator. Raises IdentifierRequired, WeakPassword, InvalidInput and the
        conflicts."""
        caller.require_administrator()
        vetted = await self._records.vet(caller, draft, vouched=True)
        async with self._db.transaction() as tx:
            user = await self._records.create(tx, caller, vetted, identity)
            await self._audit.write(tx, caller, _event("create", user))
        return user

    async def create_many(self, caller: Caller, drafts: Sequence[UserDraft]) -> list[User]:
        """All of them, or none."""
        caller.require_administrator()
        vetted = [await self._records.vet(caller, draft, vouched=True) for draft in drafts]
        async with self._db.transaction() as tx:
            users = [await self._records.create(tx, caller, one) for one in vetted]
            for user in users:
                await self._audit.write(tx, caller, _event("create", user))
        return users

    async def update(self, caller: Caller, user_id: str, draft: UserDraft) -> User:
        caller.require_administrator()
        before = await self._records.get(caller, user_id)
        vetted = await self._records.vet(caller, draft, user_id, vouched=True, present=before)
        async with self._db.transaction() as tx:
            user = await self._records.apply(tx, caller, user_id, vetted)
            await self._audit.write(tx, caller, updated(before, user, draft))
        return user

    async def find(self, caller: Caller, key: UserKey) -> User | None:
        """The user, or None: for whoever is limited to departments also of somebody who is in none of them. Raises
        LimitsNotSupported."""
        caller.require_administrator()
        await self._directory(caller)
        found = await self._records.find(caller, key)
        return (await self._theirs(caller, [found]))[0]

    async def find_called(self, caller: Caller, values: Sequence[str]) -> list[User | None]:
        """Whoever has each as id, username, e-mail, phone or external id, in this order; None for nobody. A statement
        each kind. At most 80. Raises InvalidInput, TooManyUsersAsked."""
        caller.require_administrator()
        if len(values) > LARGEST_BATCH:
            raise TooManyUsersAsked("values", limit=LARGEST_BATCH)
        directory = await self._directory(caller)
        found: dict[str, User] = {}
        for kind in CALLED_BY:
            if left := [value for value in dict.fromkeys(values) if value and value not in found]:
                users = await self._theirs(
                    caller, await directory.find(caller, [UserKey(kind, value) for value in left])
                )
                found |= {value: user for value, user in zip(left, users, strict=True) if user}
        return [found.get(value) for value in values]

    async def get(self, caller: Caller, user_id: str) -> User:
        """The user with this id, for an administrator or for themself. Raises UserNotFound."""
        caller.require_user_or_administrator(user_id)
        return await self._records.get(caller, user_id)

    async def find_many(self, caller: Caller, keys: Sequence[UserKey]) -> list[User]:
        """Those that exist, in the order asked. At most 80 keys. Source: docs/contract/users.md#rules."""
        caller.require_administrator()
        if len(keys) > LARGEST_BATCH:
            raise TooManyUsersAsked("ids", limit=LARGEST_BATCH)
        if not keys:
            return []
        directory = await self._directory(caller)
        return [user for user in await self._theirs(caller, await directory.find(caller, keys)) if user]

    async def require_all(self, caller: Caller, user_ids: Sequence[str]) -> None:
        """Raises UsersNotFound naming the ids that no user of the pool has, or nobody whom the caller's limits let
        them know of. A user may ask for their own alone."""
        for user_id in user_ids:
            caller.require_user_or_administrator(user_id)
        if departments := _departments(caller):
            await self._directory(caller)
            theirs = await members_among(self._db, caller.pool_id, user_ids, departments)
            if missing := [one for one in dict.fromkeys(user_ids) if one not in theirs]:
                raise UsersNotFound(missing)
        await self._records.require_all(caller, user_ids)

    async def list_by_ids(self, caller: Caller, user_ids: Sequence[str]) -> list[User]:
        """In the order of their ids; unknown ones are left out, and for whoever is limited to departments those who
        are in none of them."""
        caller.require_administrator()
        found = await self._records.list_by_ids(caller, user_ids)
        return [user for user in await self._theirs(caller, found) if user]

    async def page_of(
        self, caller: Caller, ids: Callable[[PageRequest], Awaitable[Page[str]]], page: PageRequest
    ) -> Page[User]:
        """A page of users another domain lists by their ids (members of a group), in its order."""
        caller.require_administrator()
        return await self._records.page_of(caller, ids, page)

    async def exists(self, caller: Caller, keys: Sequence[UserKey]) -> bool:
        """Whether any of the keys is somebody's. Asked before registration, so anybody may."""
        if not keys:
            raise InvalidInput("username", "至少需要一个查询条件", "at least one key is needed")
        directory = await self._directories.of(caller.pool_id)
        return any(await directory.find(caller, keys))

    async def list(self, caller: Caller, query: UserQuery) -> Page[User]:
        """Of whoever is limited to departments those who are in one. Raises LimitsNotSupported."""
        caller.require_administrator()
        directory = await self._directory(caller)
        return await directory.list(caller, _limited(caller, query))

    async def search(self, caller: Caller, query: UserQuery) -> Page[User]:
        """As `list`."""
        caller.require_administrator()
        directory = await self._directory(caller)
        return await directory.search(caller, _limited(caller, query))

    async def delete(self, caller: Caller, user_ids: Sequence[str]) -> None:
        """Everything of these users, for good. An unknown id is an error and nobody is deleted."""
        caller.require_administrator()
        if len(user_ids) > LARGEST_DELETE:
            raise InvalidInput(
                "ids", f"一次最多删除 {LARGEST_DELETE} 人", f"at most {LARGEST_DELETE} at once"
            )
        if not user_ids:
            raise InvalidInput("ids", *EMPTY)
        await self._records.delete(caller, user_ids)

    async def require_in_departments(self, caller: Caller) -> None:
        """Raises LimitsNotSupported for whoever is limited to departments, where a script keeps the users."""
        await self._directory(caller)

    async def _directory(self, caller: Caller) -> Directory:
        """Raises LimitsNotSupported: lists of a script know no departments."""
        directory = await self._directories.of(caller.pool_id)
        if _departments(caller) and not directory.keeps_profiles:
            raise LimitsNotSupported()
        return directory

    async def _theirs(self, caller: Caller, users: Sequence[User | None]) -> Sequence[User | None]:
        """None in place of somebody outside the departments that the caller is limited to, as for nobody."""
        departments, ids = _departments(caller), [user.id for user in users if user]
        if not departments or not ids:
            return users
        theirs = await members_among(self._db, caller.pool_id, ids, departments)
        return [user if user and user.id in theirs else None for user in users]


def _departments(caller: Caller) -> tuple[str, ...]:
    """Those that the caller is limited to; none for who is not."""
    return tuple(sorted(caller.limits.departments)) if caller.limits else ()


def _limited(caller: Caller, query: UserQuery) -> UserQuery:
    return replace(query, within=_departments(caller))


def updated(before: User, after: User, draft: UserDraft, *beside: str) -> Event:
    """The act of `draft`, of which a new password is told by its name alone. `beside`: what else it changed."""
    old, now = ({name: getattr(one, name, None) for name in draft.values} for one in (before, after))
    if draft.password is not None or draft.password_hash is not None:
        old["password"], now["password"] = Secret(0), Secret(1)
    event = _event("update", after, changed=sorted([*now, *beside]))
    return replace(event, before=old, after=now)


def _event(operation: Operation, user: User, **detail: object) -> Event:
    return Event(
        operation,
        "user",
        resource_id=user.id,
        user_id=user.id,
        user_name=user.display_name,
        detail=detail,
    )
