"""Signs a user up and, where asked, logs them in: a thin object above `sign_up.py` and `service.py`."""

from __future__ import annotations

from poolhouse.caller import Caller
from poolhouse.login.lockout import Lockout
from poolhouse.login.model import LoggedIn, Registration
from poolhouse.login.service import LoginService
from poolhouse.login.sign_up import SignUp


class Registrations:
    def __init__(self, *, sign_up: SignUp, login: LoginService, lockout: Lockout) -> None:
        self._sign_up, self._login, self._lockout = sign_up, login, lockout

    async def register(self, caller: Caller, registration: Registration) -> LoggedIn:
        """A new user; logged in where `force_login` or `generate_token` asks for it.

        Raises what `SignUp.create` does; where it logs in what that raises, and then the user exists nevertheless.
        """
        async with self._lockout.turns.of(caller.neighborhood):
            user = await self._sign_up.create(caller, registration)
        if registration.force_login:
            return await self._login.complete_login(caller, user, "register")
        if registration.generate_token:
            session, token = await self._login.token_only(caller, user)
            return LoggedIn(user, token, session)
        return LoggedIn(user)
