"""A user's own account: profile, password, e-mail, phone. Administrators have `poolhouse.accounts`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.directory.postgres import PostgresDirectory
from poolhouse.errors import (
    EmailNotDirectly,
    EmailTaken,
    FieldNotYours,
    IdentifierRequired,
    InvalidInput,
    LastLoginMethod,
    NotPermitted,
    OldEmailMismatch,
    OldEmailUnproven,
    OldPasswordRequired,
    OldPasswordWrong,
    OldPhoneMismatch,
    OldPhoneUnproven,
    PhoneNotDirectly,
    PhoneTaken,
    SameEmail,
    SamePhone,
    TokenInvalid,
)
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.login import tickets
from poolhouse.login.codes import Codes, holds, proof, proven_values, require_held
from poolhouse.login.lockout import Lockout
from poolhouse.login.model import CHANNELS, Channel
from poolhouse.login.passwords import PasswordRules
from poolhouse.login.recovery import Recovery
from poolhouse.mfa.service import MfaService
from poolhouse.pools.service import PoolService
from poolhouse.users.model import User, UserDraft, UserKey
from poolhouse.users.profile_fields import IDENTIFIERS, SELF_WRITABLE

TICKET_LIFETIME = timedelta(minutes=5)

FOLLOWING = frozenset({"email_verified", "phone_verified", "phone_country_code"})
"""What an address brings along when it changes."""


_UPDATED: dict[Channel, Operation] = {"email": "update_email", "phone": "update_phone"}


@dataclass(frozen=True, slots=True)
class NewContact:
    """An e-mail address or a phone number with the code that proves it."""

    channel: Channel
    target: str
    code: str
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class OldAddress:
    """What the pool may ask for before an address is replaced: the old one, and a code sent there."""

    target: str | None = None
    code: str | None = None
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class SecurityLevel:
    """`score`: 25 for each of the four that is set, 0 to 100."""

    email: bool
    phone: bool
    password: bool
    mfa: bool
    password_security_level: int | None
    score: int


class OwnAccount:
    """Everything here is for the logged-in user themself; anybody else is refused."""

    def __init__(
        self,
        *,
        db: Database,
        pools: PoolService,
        directories: Directories,
        rows: PostgresDirectory,
        users: UserRecords,
        fields: FieldStore,
        codes: Codes,
        rules: PasswordRules,
        recovery: Recovery,
        mfa: MfaService,
        lockout: Lockout,
        audit: AuditLog,
    ) -> None:
        self._lockout, self._fields = lockout, fields
        self._db, self._pools, self._directories, self._rows = db, pools, directories, rows
        self._users, self._codes, self._rules = users, codes, rules
        self._recovery, self._mfa, self._audit = recovery, mfa, audit

    async def get(self, caller: Caller) -> User:
        return await self._users.get(caller, caller.require_user())

    # -- profile -------------------------------------------------------------------------------------------

    async def update_profile(
        self, caller: Caller, values: Mapping[str, Any], custom_data: Mapping[str, Any] | None = None
    ) -> User:
        """What people may say about themselves, all of it or nothing; fields given as they are already do not count.

        Raises EmailNotDirectly, PhoneNotDirectly, FieldNotYours, and for custom fields what `FieldService.set_values`
        does.
        """
        user = await self.get(caller)
        changed = {name: value for name, value in values.items() if value != getattr(user, name, None)}
        for name in changed:
            _require_own(name)
        async with self._db.transaction() as tx:
            if custom_data:
                await self._fields.store(tx, caller, TargetType.USER, {user.id: dict(custom_data)})
            return await self._changed(tx, caller, user, changed, "update", changed=sorted(changed))

    # -- password ------------------------------------------------------------------------------------------

    async def update_password(self, caller: Caller, password: str, old_password: str | None) -> User:
        """Ends every session but this one. `old_password` may be missing where there is none yet.

        Raises OldPasswordRequired, OldPasswordWrong, WeakPassword, TooManyRequests.
        """
        user = await self.get(caller)
        await self._require_old_password(caller, old_password)
        pool = await self._pools.get(caller.pool_id)
        await self._rules.check(caller, pool, password, user.id)
        async with self._db.transaction() as tx:
            return await self._recovery.set_password(tx, caller, user, password, "own")

    async def has_password(self, caller: Caller) -> bool:
        directory = await self._directories.of(caller.pool_id)
        if not directory.keeps_profiles:
            return True
        return await self._rows.has_password(caller, caller.require_user())

    async def has_this_password(self, caller: Caller, password: str, name: UserKey) -> bool:
        """Whether `name` is the caller's own and this their password. Raises NotPermitted, TooManyRequests."""
        if not _is_called(await self.get(caller), name):
            raise NotPermitted("a name of somebody else")
        try:
            await self.require_password(caller, password)
        except OldPasswordWrong:
            return False
        return True

    async def require_password(self, caller: Caller, password: str) -> None:
        """Asks a logged-in user for the password again. Raises OldPasswordWrong, TooManyRequests.

        Counted apart from logins: whoever guesses at the door must not keep the person from changing it.
        """
        user_id = caller.require_user()
        directory = await self._directories.of(caller.pool_id)
        async with self._lockout.counted_old_password(caller.pool_id, user_id):
            if not await directory.check_password(caller, user_id, password):
                event = Event("update_password", "user", user_id, user_id=user_id, success=False)
                await self._audit.write_refusal(caller, event)
                raise OldPasswordWrong()

    async def _require_old_password(self, caller: Caller, old_password: str | None) -> None:
        if old_password:
            await self.require_password(caller, old_password)
        elif await self.has_password(caller):
            raise OldPasswordRequired("oldPassword")

    # -- addresses -----------------------------------------------------------------------------------------

    async def update_address(self, caller: Caller, new: NewContact, old: OldAddress) -> User:
        """Another e-mail address or phone number, proved by its code.

        Raises SameEmail, SamePhone, CodeWrong, CodeExpired, EmailTaken, PhoneTaken; where the pool wants the
        old one verified OldEmailMismatch, OldEmailUnproven and their like.
        """
        user = await self._require_change(caller, new, old)
        return await self._change(caller, user, _proven(new), _UPDATED[new.channel])

    async def prove_address(self, caller: Caller, new: NewContact, old: OldAddress) -> str:
        """The first of two steps (v3): a ticket for `update_by_ticket`. Raises as `update_address`."""
        user = await self._require_change(caller, new, old)
        detail = {"channel": new.channel, "values": _proven(new), "was": _address(user, new.channel)}
        return await tickets.issue(
            self._db,
            caller.pool_id,
            "change_address",
            user.id,
            lifetime=TICKET_LIFETIME,
            tries=5,
            detail=detail,
        )

    async def update_by_ticket(self, caller: Caller, channel: Channel, ticket: str) -> User:
        """Raises TokenInvalid, TokenExpired, EmailTaken, PhoneTaken."""
        user = await self.get(caller)
        held = await tickets.spend_try(self._db, caller.pool_id, "change_address", ticket)
        if held.user_id != user.id or held.detail["channel"] != channel:
            raise TokenInvalid("a ticket of another user or address")
        present = _address(user, channel)
        if held.detail.get("was", present) != present:
            raise TokenInvalid("the address was changed meanwhile")
        await tickets.consume(self._db, held)
        return await self._change(caller, user, dict(held.detail["values"]), _UPDATED[channel])

    async def _require_change(self, caller: Caller, new: NewContact, old: OldAddress) -> User:
        user = await self.get(caller)
        present = _address(user, new.channel)
        if present is not None and _same(
            new.channel, present, new.target, user.phone_country_code, new.country_code
        ):
            raise SameEmail("email") if new.channel == "email" else SamePhone("phone")
        await self._require_old_address(caller, new.channel, present, user.phone_country_code, old)
        await self._codes.check(caller, new.channel, new.target, new.code, "change", new.country_code)
        return user

    async def bind_address(self, caller: Caller, new: NewContact) -> User:
        """A first e-mail address or phone number. Raises EmailTaken, PhoneTaken also when one is bound."""
        user = await self.get(caller)
        if _address(user, new.channel) is not None:
            raise EmailTaken(field="email") if new.channel == "email" else PhoneTaken(field="phone")
        await self._codes.check(caller, new.channel, new.target, new.code, "bind", new.country_code)
        operation: Operation = "bind_email" if new.channel == "email" else "bind_phone"
        return await self._change(caller, user, _proven(new), operation)

    async def unbind_address(self, caller: Caller, channel: Channel, code: str | None = None) -> User:
        """`code`, where a wire asks for one, was sent to the address that goes.

        Raises InvalidInput when none is bound, LastLoginMethod when it is the only way in, CodeWrong.
        """
        user = await self.get(caller)
        if _address(user, channel) is None:
            raise InvalidInput(channel, "未绑定", "none is bound")
        if not any(getattr(user, name) for name in IDENTIFIERS if name != channel):
            raise LastLoginMethod()
        if code is not None:
            await self._codes.check(
                caller, channel, _address(user, channel) or "", code, "unbind", user.phone_country_code
            )
        operation: Operation = "unbind_email" if channel == "email" else "unbind_phone"
        values: dict[str, Any] = {channel: None, f"{channel}_verified": False}
        try:
            return await self._change(caller, user, values, operation)
        except IdentifierRequired as error:
            raise LastLoginMethod() from error

    async def _require_old_address(
        self,
        caller: Caller,
        channel: Channel,
        present: str | None,
        country: str | None,
        old: OldAddress,
    ) -> None:
        if present is None:
            return
        email = channel == "email"
        if old.target is not None and not _same(
            channel, present, old.target, country, old.country_code or country
        ):
            raise OldEmailMismatch("oldEmail") if email else OldPhoneMismatch("oldPhone")
        settings = (await self._pools.get(caller.pool_id)).settings
        if not (settings.verify_old_email if email else settings.verify_old_phone):
            return
        if not old.target or not old.code:
            raise OldEmailUnproven("oldEmailCode") if email else OldPhoneUnproven("oldPhoneCode")
        await self._codes.check(caller, channel, old.target, old.code, "change", old.country_code or country)

    # -- leaving -------------------------------------------------------------------------------------------

    async def prove_by_password(self, caller: Caller, password: str) -> str:
        """A ticket for `delete`. Raises OldPasswordWrong, TooManyRequests."""
        await self.require_password(caller, password)
        return await self._deletion_ticket(caller, {})

    async def prove_by_code(self, caller: Caller, channel: Channel, code: str) -> str:
        """A ticket for `delete`, for a code sent to the own address."""
        user = await self.get(caller)
        target = _address(user, channel)
        if target is None:
            raise InvalidInput(channel, "未绑定", "none is bound")
        await self._codes.check(caller, channel, target, code, "delete_account", user.phone_country_code)
        return await self._deletion_ticket(caller, proof(channel, target, user.phone_country_code))

    async def delete(self, caller: Caller, ticket: str) -> None:
        """Everything of the user, for good."""
        user_id = caller.require_user()
        held = await tickets.spend_try(self._db, caller.pool_id, "delete_account", ticket)
        if held.user_id != user_id:
            raise TokenInvalid("a ticket of another user")
        require_held(await self.get(caller), held.detail)
        await tickets.consume(self._db, held)
        await self._users.delete(caller, [caller.require_user()])

    async def _deletion_ticket(self, caller: Caller, detail: Mapping[str, str]) -> str:
        return await tickets.issue(
            self._db,
            caller.pool_id,
            "delete_account",
            caller.require_user(),
            lifetime=TICKET_LIFETIME,
            tries=5,
            detail=detail,
        )

    # -- security ------------------------------------------------------------------------------------------

    async def security_level(self, caller: Caller) -> SecurityLevel:
        user = await self.get(caller)
        parts = (
            bool(user.email),
            bool(user.phone),
            await self.has_password(caller),
            await self._mfa.is_enabled(caller.pool_id, user.id),
        )
        return SecurityLevel(*parts, user.password_security_level, 25 * sum(parts))

    async def _change(
        self, caller: Caller, user: User, values: dict[str, Any], operation: Operation, **detail: object
    ) -> User:
        async with self._db.transaction() as tx:
            return await self._changed(tx, caller, user, values, operation, **detail)

    async def _changed(
        self,
        tx: Tx,
        caller: Caller,
        user: User,
        values: dict[str, Any],
        operation: Operation,
        **detail: object,
    ) -> User:
        draft = UserDraft(values, noted=frozenset(values) & FOLLOWING)
        changed = await self._users.update(tx, caller, user.id, draft) if values else user
        event = Event(
            operation,
            "user",
            user.id,
            user_id=user.id,
            user_name=user.display_name,
            app_id=caller.app_id,
            detail=detail,
            before={name: getattr(user, name, None) for name in values},
            after={name: getattr(changed, name, None) for name in values},
        )
        await self._audit.write(tx, caller, event)
        return changed


def _require_own(name: str) -> None:
    if name == "email":
        raise EmailNotDirectly(field="email")
    if name in ("phone", "phone_country_code"):
        raise PhoneNotDirectly(field="phone")
    if name not in SELF_WRITABLE | {"username"}:
        raise FieldNotYours(field=name)


def _is_called(user: User, name: UserKey) -> bool:
    if name.kind in CHANNELS:
        return holds(user, name.kind, name.value, name.country_code)
    return user.username is not None and UserKey("username", user.username).stored == name.stored


def _address(user: User, channel: Channel) -> str | None:
    return user.email if channel == "email" else user.phone


def _same(channel: Channel, one: str, other: str, one_country: str | None, other_country: str | None) -> bool:
    return UserKey(channel, one, one_country).stored == UserKey(channel, other, other_country).stored


def _proven(new: NewContact) -> dict[str, Any]:
    return proven_values(new.channel, new.target, new.country_code)
