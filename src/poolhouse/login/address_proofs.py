"""E-mail addresses and phone numbers that an account names and nobody has proved yet.

Somebody may sign up with another's e-mail address and wait until its holder comes (pre-hijacking). So a sign-up
without a code leaves a row here, and the first code that proves the address settles whose the account is:
docs/decisions/0015-unproven-addresses.md. What an administrator or an old database says is vouched for.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.directory.postgres import has_foreign_identity
from poolhouse.login import postgres
from poolhouse.login.model import CHANNELS, Channel, Registration
from poolhouse.mfa.service import MfaService
from poolhouse.users.model import User, UserDraft
from poolhouse.users.profile_fields import IDENTIFIERS


class AddressProofs:
    def __init__(
        self,
        *,
        db: Database,
        directories: Directories,
        users: UserRecords,
        mfa: MfaService,
        audit: AuditLog,
    ) -> None:
        self._db, self._directories, self._users = db, directories, users
        self._mfa, self._audit = mfa, audit

    async def registered(self, tx: Tx, caller: Caller, user: User, registration: Registration) -> None:
        """A sign-up: every address it gives but those it brings a proof of is a mere word."""
        for channel in CHANNELS:
            address = getattr(user, channel)
            if address and not registration.has_proved(channel):
                await postgres.put_unproven(tx, caller.pool_id, user.id, channel, _digest(address))

    async def claim(self, caller: Caller, channel: Channel, user: User) -> User | None:
        """The account that holds an address, for somebody who has just proved to hold the address.

        Where nobody had proved it before and nothing else of the account is proved, its password, its sessions
        and its other addresses go with whoever made it. Where something else is, the account is another's: None,
        and the address is no longer its.
        """
        if not await self.is_unproven(caller, channel, user):
            return await self._verified(caller, channel, user)
        if await self._is_proved_otherwise(caller, channel, user):
            await self.release(caller, channel, user)
            return None
        others: dict[str, Any] = {
            other: None for other in CHANNELS if other != channel and getattr(user, other)
        }
        values: dict[str, Any] = {f"{channel}_verified": True, "password_security_level": None, **others}
        noted = frozenset(values) - set(others)
        draft = UserDraft(values, secrets.token_urlsafe(32), noted=noted, judged=True)
        async with self._db.transaction() as tx:
            taken_over = await self._users.update(tx, caller, user.id, draft)
            await self._note(tx, caller, user, channel, "taken over by who proved the address")
        return taken_over

    async def release(self, caller: Caller, channel: Channel, user: User) -> bool:
        """Takes an unproven address from an account that can do without; whether it did."""
        if not await self.is_unproven(caller, channel, user):
            return False
        if not any(getattr(user, field) for field in IDENTIFIERS if field != channel):
            return False
        verified = f"{channel}_verified"
        draft = UserDraft({channel: None, verified: False}, noted=frozenset({verified}))
        async with self._db.transaction() as tx:
            await self._users.update(tx, caller, user.id, draft)
            await self._note(tx, caller, user, channel, "proved by somebody else")
        return True

    async def _verified(self, caller: Caller, channel: Channel, user: User) -> User:
        """Where profiles are ours: a script's table may have no column for it, and would be told at each login."""
        directory = await self._directories.of(caller.pool_id)
        if getattr(user, f"{channel}_verified") or not directory.keeps_profiles:
            return user
        async with self._db.transaction() as tx:
            return await self._users.update(tx, caller, user.id, UserDraft({f"{channel}_verified": True}))

    async def is_unproven(self, caller: Caller, channel: Channel, user: User) -> bool:
        """Whether the address is a mere word of whoever signed up: `emailVerified` alone does not tell, as a pool may
        set it for everybody."""
        stored = await postgres.unproven(self._db, caller.pool_id, user.id, channel)
        return stored is not None and stored == _digest(getattr(user, channel) or "")

    async def _is_proved_otherwise(self, caller: Caller, channel: Channel, user: User) -> bool:
        for other in CHANNELS:
            if other == channel or not getattr(user, other):
                continue
            if not await self.is_unproven(caller, other, user):
                return True
        return await self._mfa.is_enabled(caller.pool_id, user.id) or await has_foreign_identity(
            self._db, caller.pool_id, user.id
        )

    async def _note(self, tx: Tx, caller: Caller, user: User, channel: Channel, why: str) -> None:
        operation: Operation = "update_email" if channel == "email" else "update_phone"
        event = Event(
            operation,
            "user",
            user.id,
            user_id=user.id,
            user_name=user.display_name,
            app_id=caller.app_id,
            detail={"unproven": why},
        )
        await self._audit.write(tx, caller, event)


async def user_changed(tx: Tx, caller: Caller, user: User, draft: UserDraft) -> None:
    """Nobody changes an address without proving it, but an administrator, who vouches for it."""
    settled = [
        channel
        for channel in CHANNELS
        if channel in draft.values or draft.values.get(f"{channel}_verified") is True
    ]
    if settled:
        await postgres.forget_unproven(tx, caller.pool_id, [user.id], settled)


def _digest(address: str) -> bytes:
    return hashlib.sha256(address.encode()).digest()
