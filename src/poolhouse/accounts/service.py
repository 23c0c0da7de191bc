"""Accounts as an administrator makes and changes them: a user with all that belongs to one, all or nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from poolhouse.accounts.records import UserRecords
from poolhouse.accounts.users import updated
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.directory.postgres import password_hashes
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.orgs.model import Assignment
from poolhouse.texts import BLANK
from poolhouse.users.model import IdentityDraft, Status, User, UserDraft

LARGEST_CREATE = 50
LARGEST_EXPORT = 80
LONGEST_NOTE = 500

PutInDepartments = Callable[[Tx, Caller, str, Sequence[Assignment]], Awaitable[None]]
LinkIdentity = Callable[[Tx, str, str, IdentityDraft], Awaitable[Any]]
BringFactor = Callable[[Tx, Caller, str, str, str | None], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class NewAccount:
    draft: UserDraft
    custom_data: Mapping[str, Any] = field(default_factory=dict)
    department_ids: Sequence[str] = ()
    identities: Sequence[IdentityDraft] = ()
    otp: tuple[str, str | None] | None = field(default=None, repr=False)
    """A TOTP secret and perhaps its recovery code, in force at once."""


@dataclass(frozen=True, slots=True)
class AccountChange:
    user_id: str
    draft: UserDraft
    custom_data: Mapping[str, Any] = field(default_factory=dict)


class AccountService:
    """`put_in_departments`, `link_identity` and `bring_factor` are other domains' parts of the act."""

    def __init__(
        self,
        *,
        db: Database,
        users: UserRecords,
        audit: AuditLog,
        fields: FieldStore,
        put_in_departments: PutInDepartments,
        link_identity: LinkIdentity,
        bring_factor: BringFactor,
    ) -> None:
        self._db, self._users, self._audit, self._fields = db, users, audit, fields
        self._put_in_departments = put_in_departments
        self._link_identity, self._bring_factor = link_identity, bring_factor

    async def create(self, caller: Caller, accounts: Sequence[NewAccount]) -> list[User]:
        """All of them, or none. Raises what `UserService.create` does, FieldNotFound, NodeNotFound, IdentityTaken."""
        caller.require_administrator()
        _require_some(accounts)
        vetted = [await self._users.vet(caller, account.draft, vouched=True) for account in accounts]
        async with self._db.transaction() as tx:
            created = []
            for account, one in zip(accounts, vetted, strict=True):
                first = account.identities[0] if account.identities else None
                user = await self._users.create(tx, caller, one, first)
                for identity in account.identities[1:]:
                    await self._link_identity(tx, caller.pool_id, user.id, identity)
                if account.custom_data:
                    await self._keep(tx, caller, user.id, account.custom_data)
                if account.department_ids:
                    await self._put_in_departments(
                        tx, caller, user.id, [Assignment(one) for one in account.department_ids]
                    )
                if account.otp:
                    await self._bring_factor(tx, caller, user.id, *account.otp)
                created.append(user)
            for user in created:
                event = Event("create", "user", user.id, user_id=user.id, user_name=user.display_name)
                await self._audit.write(tx, caller, event)
        return created

    async def update(self, caller: Caller, changes: Sequence[AccountChange]) -> list[User]:
        """All of them, or none. Raises UserNotFound, the conflicts, FieldNotFound."""
        caller.require_administrator()
        _require_some(changes)
        present = [await self._users.get(caller, change.user_id) for change in changes]
        vetted = [
            await self._users.vet(caller, change.draft, change.user_id, vouched=True, present=one)
            for change, one in zip(changes, present, strict=True)
        ]
        async with self._db.transaction() as tx:
            changed = []
            for change, one in zip(changes, vetted, strict=True):
                user = await self._users.apply(tx, caller, change.user_id, one)
                if change.custom_data:
                    await self._keep(tx, caller, user.id, change.custom_data)
                changed.append(user)
            for before, user, change in zip(present, changed, changes, strict=True):
                await self._audit.write(tx, caller, updated(before, user, change.draft, *change.custom_data))
        return changed

    async def set_status(self, caller: Caller, user_id: str, status: Status, note: str = "") -> User:
        """The log keeps the status before and after, and `note`: why, in the administrator's words. Activating ends
        a lock after wrong passwords, too. Raises UserNotFound, InvalidInput."""
        caller.require_administrator()
        if len(note) > LONGEST_NOTE:
            raise TooLarge("note", f"最长 {LONGEST_NOTE} 个字符", f"at most {LONGEST_NOTE} characters")
        values: dict[str, Any] = {"status": status.value}
        if status is Status.ACTIVATED:
            values["blocked"] = False
        before = await self._users.get(caller, user_id)
        vetted = await self._users.vet(caller, UserDraft(values), user_id, vouched=True)
        operation: Operation = "unblock" if status is Status.ACTIVATED else "block"
        async with self._db.transaction() as tx:
            user = await self._users.apply(tx, caller, user_id, vetted)
            event = Event(
                operation,
                "user",
                user_id,
                user_id=user_id,
                user_name=user.display_name,
                detail={"note": note} if note else {},
                before={"status": before.status},
                after={"status": user.status},
            )
            await self._audit.write(tx, caller, event)
        return user

    async def resign(self, caller: Caller, user_ids: Sequence[str]) -> None:
        """They have left: out of every department, logged out, and not to log in again. All, or none."""
        caller.require_administrator()
        if not user_ids:
            raise InvalidInput("userIds", *BLANK)
        async with self._db.transaction() as tx:
            for user_id in dict.fromkeys(user_ids):
                user = await self._users.update(
                    tx, caller, user_id, UserDraft({"status": Status.RESIGNED.value})
                )
                await self._put_in_departments(tx, caller, user_id, [])
                event = Event("resign", "user", user_id, user_id=user_id, user_name=user.display_name)
                await self._audit.write(tx, caller, event)

    async def export_passwords(self, caller: Caller, user_ids: Sequence[str]) -> dict[str, str | None]:
        """The stored hashes, for administrators who move users elsewhere; None where we keep none.

        Raises UserNotFound.
        """
        caller.require_administrator()
        if len(user_ids) > LARGEST_EXPORT:
            raise TooLarge("userIds", f"一次最多 {LARGEST_EXPORT} 人", f"at most {LARGEST_EXPORT} at once")
        await self._users.require_all(caller, user_ids)
        async with self._db.transaction() as tx:
            stored = await password_hashes(tx, caller.pool_id, user_ids)
            for user_id in user_ids:
                event = Event("export", "user", user_id, user_id=user_id, detail={"password": "hash"})
                await self._audit.write(tx, caller, event)
        return {user_id: stored.get(user_id) for user_id in user_ids}

    async def _keep(self, tx: Tx, caller: Caller, user_id: str, values: Mapping[str, Any]) -> None:
        await self._fields.store(tx, caller, TargetType.USER, {user_id: values})


def _require_some(items: Sequence[Any]) -> None:
    if not items:
        raise InvalidInput("list", *BLANK)
    if len(items) > LARGEST_CREATE:
        raise TooLarge("list", f"一次最多 {LARGEST_CREATE} 人", f"at most {LARGEST_CREATE} at once")
