"""Signing up: the pool's rules for it, then a user like any other, then perhaps a login."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from poolhouse import emails
from poolhouse.accounts.users import UserService
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
from poolhouse.login.lockout import Lockout
from poolhouse.login.model import LoggedIn, Registration
from poolhouse.login.passwords import PasswordRules
from poolhouse.login.service import LoginService
from poolhouse.mail.service import MailService
from poolhouse.pools.model import Pool
from poolhouse.pools.service import PoolService
from poolhouse.users.model import User, UserDraft, UserKey

Gate = Callable[[Caller, Pool, Registration], Awaitable[None]]
Registered = Callable[[Tx, Caller, User, Registration], Awaitable[None]]

SELF_WRITABLE = frozenset(
    {
        "nickname",
        "photo",
        "company",
        "browser",
        "device",
        "oauth",
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "profile",
        "preferred_username",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "address",
        "formatted",
        "street_address",
        "locality",
        "region",
        "postal_code",
        "city",
        "province",
        "country",
    }
)
"""What people may say about themselves without proving it."""

_REGISTRABLE = SELF_WRITABLE | {"username", "email", "phone", "phone_country_code"}

_SOURCE = {
    "username": "basic:username-password",
    "email": "basic:email",
    "phone": "basic:phone-password",
    "phone_code": "basic:phone-code",
    "email_code": "basic:email-code",
    "auto": "basic:auto",
}


class Registrations:
    def __init__(
        self,
        db: Database,
        pools: PoolService,
        apps: AppService,
        users: UserService,
        lockout: Lockout,
        rules: PasswordRules,
        login: LoginService,
        mail: MailService,
        audit: AuditLog,
    ) -> None:
        self._db, self._pools, self._apps, self._users = db, pools, apps, users
        self._lockout, self._rules, self._login = lockout, rules, login
        self._mail, self._audit = mail, audit
        self._gates: list[Gate] = []
        self._registered: list[Registered] = []
        login.register_with(self._register_at_login)

    def before_each(self, gate: Gate) -> None:
        """`gate` raises what refuses a registration: a whitelist, an invitation."""
        self._gates.append(gate)

    def on_each(self, registered: Registered) -> None:
        """`registered` runs in the registering transaction: custom data, default groups."""
        self._registered.append(registered)

    async def register(self, caller: Caller, registration: Registration) -> LoggedIn:
        """A new user; logged in where `force_login` or `generate_token` asks for it.

        Raises RegistrationDisabled, RegisteringTooOften, EmailMalformed, WeakPassword, UserExists and what the
        gates raise; with `force_login` what a login raises, and then the user exists nevertheless.
        """
        async with self._lockout.turns.of(caller.ip):
            user = await self.create(caller, registration)
        if registration.force_login:
            return await self._login.as_user(caller, user, "register", registration.device_id)
        if registration.generate_token:
            async with self._db.transaction() as tx:
                session, token = await self._login.token_only(tx, caller, user, registration.device_id)
            return LoggedIn(user, token, session)
        return LoggedIn(user)

    async def create(self, caller: Caller, registration: Registration) -> User:
        """The new user and nothing else. A refusal is in the audit log."""
        try:
            return await self._create(caller, registration)
        except PoolhouseError as error:
            await self._refuse(caller, registration, error)
            raise

    async def _create(self, caller: Caller, registration: Registration) -> User:
        pool = await self._pools.get(caller.pool_id)
        await self._require_open(caller, pool)
        draft = await self._draft(caller, pool, registration)
        for gate in self._gates:
            await gate(caller, pool, registration)
        await self._lockout.registering(caller, pool)
        vetted = await self._users.vet(caller, draft)
        async with self._db.transaction() as tx:
            user = await self._users.add(tx, caller, vetted)
            for registered in self._registered:
                await registered(tx, caller, user, registration)
            if pool.settings.send_welcome_email and user.email and emails.is_address(user.email):
                greeted = {"app_name": pool.name, "user_name": user.display_name}
                await self._mail.queue_email(tx, caller, "welcome", user.email, greeted, user_id=user.id)
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
        return user

    async def _require_open(self, caller: Caller, pool: Pool) -> None:
        app = await self._apps.get(caller, caller.app_id) if caller.app_id else None
        if pool.settings.register_disabled or (app is not None and app.settings.register_disabled):
            raise RegistrationDisabled()

    async def _draft(self, caller: Caller, pool: Pool, registration: Registration) -> UserDraft:
        values = {name: value for name, value in registration.values.items() if value is not None}
        if refused := sorted(set(values) - _REGISTRABLE):
            raise NotPermitted(f"{refused[0]} cannot be set by registering", field=refused[0])
        values["register_source"] = [_SOURCE[registration.method]]
        values["user_source_type"] = "register"
        values["email_verified"] = registration.proven == "email" or (
            bool(values.get("email")) and pool.settings.email_verified_default
        )
        values["phone_verified"] = registration.proven == "phone"
        if registration.password is None:
            if registration.proven is None:
                raise InvalidInput("password", "注册时需要密码", "a password is needed to register")
            return UserDraft(values)
        await self._rules.check(caller, pool, registration.password)
        values["password_security_level"] = security_level(registration.password)
        return UserDraft(values, password=registration.password, judged=True)

    async def _register_at_login(self, caller: Caller, key: UserKey, password: str) -> User:
        """autoRegister: the name somebody logs in with becomes theirs."""
        return await self.create(caller, Registration("auto", _named(key), password))

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
