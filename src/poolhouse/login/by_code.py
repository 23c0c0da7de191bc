"""Signing in and signing up with a verification code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from poolhouse.accounts.records import UserRecords
from poolhouse.caller import Caller
from poolhouse.directory.contract import Adoption
from poolhouse.errors import UserNotFound
from poolhouse.login.address_proofs import AddressProofs
from poolhouse.login.codes import Codes, address_key, holder_of, holds
from poolhouse.login.model import Channel, LoggedIn, Method, Registration, SignIn
from poolhouse.login.refusal_log import RefusalLog
from poolhouse.login.registration import Registrations
from poolhouse.login.service import PLAIN, LoginService
from poolhouse.login.sign_up import SignUp
from poolhouse.users.model import User, UserKey


class CodeLogin:
    def __init__(
        self,
        *,
        codes: Codes,
        users: UserRecords,
        login: LoginService,
        sign_up: SignUp,
        registrations: Registrations,
        proofs: AddressProofs,
        refusals: RefusalLog,
    ) -> None:
        self._refusals = refusals
        self._codes, self._users, self._proofs = codes, users, proofs
        self._login, self._sign_up, self._registrations = login, sign_up, registrations

    async def login(
        self,
        caller: Caller,
        channel: Channel,
        target: str,
        code: str,
        how: SignIn = PLAIN,
        country_code: str | None = None,
    ) -> LoggedIn:
        """Whoever holds the address is whose address it is, also in an old database that they have not moved in from.

        Raises CodeWrong, CodeExpired, UserNotFound (without auto_register), what its scripts and what a login raise.
        """
        await self._codes.check(caller, channel, target, code, "login", country_code)
        user = await holder_of(self._users, caller, channel, target, country_code)
        if user is None:
            user = await self._moved_in(caller, channel, target, country_code)
        if user is not None:
            user = await self._proofs.claim(caller, channel, user)
        if user is None:
            if not how.auto_register:
                await self._refusals.write(caller, "UserNotFound", key=UserKey(channel, target.strip()))
                raise UserNotFound()
            user = await self._sign_up.create(caller, _registration(channel, target, country_code))
        method: Method = "email_code" if channel == "email" else "phone_code"
        return await self._login.complete_login(caller, user, method, scope=how.scope)

    async def _moved_in(
        self, caller: Caller, channel: Channel, target: str, country_code: str | None
    ) -> User | None:
        """Whose address it is in the old database, from which they have not moved in: the code proves it here."""
        how = Adoption(admits=lambda theirs: holds(theirs, channel, target, country_code))
        user = await self._users.adopt(caller, address_key(channel, target, country_code), how)
        return user if user is not None and holds(user, channel, target, country_code) else None

    async def register(
        self,
        caller: Caller,
        channel: Channel,
        target: str,
        code: str,
        registration: Registration,
        country_code: str | None = None,
    ) -> LoggedIn:
        """`registration` says everything but the address, which starts verified."""
        await self._codes.check(caller, channel, target, code, "register", country_code)
        holder = await holder_of(self._users, caller, channel, target, country_code)
        if holder is not None:
            await self._proofs.release(caller, channel, holder)
        proven = _registration(channel, target, country_code)
        return await self._registrations.register(
            caller,
            replace(
                registration,
                method=proven.method,
                proven=channel,
                values={**registration.values, **proven.values},
            ),
        )


def _registration(channel: Channel, target: str, country_code: str | None) -> Registration:
    values: dict[str, Any] = {channel: target.strip()}
    if channel == "phone" and country_code:
        values["phone_country_code"] = country_code
    if channel == "email":
        return Registration("email_code", values, proven=channel)
    return Registration("phone_code", values, proven=channel)
