"""Signing up: the pool's rules for it, then a user like any other. `registration.py` logs them in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from poolhouse import emails
from poolhouse.accounts.records import UserRecords
from poolhouse.apps.service import AppService
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.policy import security_level
from poolhouse.db.database import Database, Tx
from poolhouse.errors import (
    InvalidInput,
    NotPermitted,
    PoolhouseError,
    RegistrationDisabled,
)
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.login.address_proofs import AddressProofs
from poolhouse.login.lockout import Lockout
from poolhouse.login.model import Registration
from poolhouse.login.passwords import PasswordRules
from poolhouse.mail.service import MailService
from poolhouse.pools.model import Pool
from poolhouse.pools.service import PoolService
from poolhouse.pools.whitelist import Whitelist
from poolhouse.users.model import User, UserDraft, UserKey
from poolhouse.users.profile_fields import IDENTIFIERS, SELF_WRITABLE

_REGISTRABLE = SELF_WRITABLE | {*IDENTIFIERS, "phone_country_code"}
_OF_A_PROVIDER = frozenset({"openid", "unionid"})
"""What nobody says of themselves: an identity source does."""

_SOURCE = {
    "username": "basic:username-password",
    "email": "basic:email",
    "phone": "basic:phone-password",
    "phone_code": "basic:phone-code",
    "email_code": "basic:email-code",
    "auto": "basic:auto",
    "identity": "ext-idp",
}


class SignUp:
    """Makes the user; `Registrations` logs them in."""

    def __init__(
        self,
        *,
        db: Database,
        pools: PoolService,
        apps: AppService,
        users: UserRecords,
        fields: FieldStore,
        whitelist: Whitelist,
        lockout: Lockout,
        rules: PasswordRules,
        proofs: AddressProofs,
        mail: MailService,
        audit: AuditLog,
    ) -> None:
        self._db, self._pools, self._apps, self._users = db, pools, apps, users
        self._fields, self._whitelist, self._lockout = fields, whitelist, lockout
        self._rules, self._proofs, self._mail, self._audit = rules, proofs, mail, audit

    async def create(
        self,
        caller: Caller,
        registration: Registration,
        *,
        first: Callable[[Tx], Awaitable[None]] | None = None,
        also: Callable[[Tx, User], Awaitable[None]] | None = None,
    ) -> User:
        """The new user and nothing else. A refusal is in the audit log. `first` and `also`: what is asked before the
        user is made and written with them, in the transaction.

        Raises RegistrationDisabled, RegisteringTooOften, EmailMalformed, WeakPassword, UserExists, and what the
        pool's whitelist raises.
        """
        try:
            return await self._create(caller, registration, first, also)
        except PoolhouseError as error:
            await self._refuse(caller, registration, error)
            raise

    async def at_login(self, caller: Caller, key: UserKey, password: str) -> User:
        """autoRegister: the name somebody logs in with becomes theirs."""
        return await self.create(caller, Registration("auto", _named(key), password))

    async def _create(
        self,
        caller: Caller,
        registration: Registration,
        first: Callable[[Tx], Awaitable[None]] | None,
        also: Callable[[Tx, User], Awaitable[None]] | None,
    ) -> User:
        pool = await self._pools.get(caller.pool_id)
        await self._require_open(caller, pool)
        draft = await self._draft(caller, pool, registration)
        await self._whitelist.require_listed(caller, pool, registration.values)
        await self._lockout.registering(caller, pool)
        vetted = await self._users.vet(caller, draft)
        async with self._db.transaction() as tx:
            if first is not None:
                await first(tx)
            user = await self._users.create(tx, caller, vetted)
            custom_data = {user.id: registration.custom_data}
            await self._fields.store(tx, caller, TargetType.USER, custom_data, from_text=True)
            await self._proofs.registered(tx, caller, user, registration)
            if pool.settings.send_welcome_email and user.email and emails.is_address(user.email):
                mail_values = {"app_name": pool.name, "user_name": user.display_name}
                await self._mail.queue_email(tx, caller, "welcome", user.email, mail_values, user_id=user.id)
            event = Event(
                "register",
                "user",
                user.id,
                user_id=user.id,
                user_name=user.display_name,
                app_id=caller.app_id,
                detail={"method": registration.method},
            )
            await self._audit.write(tx, caller, event)
            if also is not None:
                await also(tx, user)
        return user

    async def _require_open(self, caller: Caller, pool: Pool) -> None:
        app = await self._apps.get(caller, caller.app_id) if caller.app_id else None
        closed = app is not None and (app.settings.register_disabled or not app.settings.enabled)
        if pool.settings.register_disabled or closed:
            raise RegistrationDisabled()

    async def _draft(self, caller: Caller, pool: Pool, registration: Registration) -> UserDraft:
        values = {name: value for name, value in registration.values.items() if value is not None}
        registrable = _REGISTRABLE | (_OF_A_PROVIDER if registration.method == "identity" else frozenset())
        if refused := sorted(set(values) - registrable):
            raise NotPermitted(f"{refused[0]} cannot be set by registering", field=refused[0])
        values["register_source"] = [registration.source or _SOURCE[registration.method]]
        values["user_source_type"] = "register"
        values["email_verified"] = registration.has_proved("email") or (
            bool(values.get("email")) and pool.settings.email_verified_default
        )
        values["phone_verified"] = registration.has_proved("phone")
        if registration.password is None:
            if registration.proven is None and registration.method != "identity":
                raise InvalidInput("password", "注册时需要密码", "a password is needed to register")
            return UserDraft(values)
        await self._rules.check(caller, pool, registration.password)
        values["password_security_level"] = security_level(registration.password)
        return UserDraft(values, password=registration.password, judged=True)

    async def _refuse(self, caller: Caller, registration: Registration, error: PoolhouseError) -> None:
        event = Event(
            "register",
            "user",
            app_id=caller.app_id,
            success=False,
            detail={"method": registration.method, "reason": type(error).__name__},
        )
        await self._audit.write_refusal(caller, event)


def _named(key: UserKey) -> dict[str, Any]:
    country = {"phone_country_code": key.country_code} if key.country_code else {}
    return {key.kind: key.value, **country}
