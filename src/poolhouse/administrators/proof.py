"""Proofs that somebody is the administrator they say: their password, and a code of their authenticator."""

from __future__ import annotations

from poolhouse.administrators import postgres
from poolhouse.administrators.model import Administrator
from poolhouse.administrators.second_factor import SecondFactor
from poolhouse.administrators.tries import CODE, OLD_PASSWORD, Tries
from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import Database
from poolhouse.errors import OldPasswordWrong, WrongCredentials


class Proof:
    def __init__(self, db: Database, hasher: PasswordHasher, factor: SecondFactor, tries: Tries) -> None:
        self._db, self._hasher, self._factor, self._tries = db, hasher, factor, tries

    async def authenticate(self, username: str, password: str) -> tuple[Administrator, str]:
        """Whoever has the name, and the hash that the password fits. Raises WrongCredentials. Counts nothing."""
        known = await postgres.password_hash(self._db, username)
        if known is None:
            await self._hasher.waste(password)
            raise WrongCredentials("no such administrator")
        administrator_id, stored = known
        if not (await self._hasher.verify(password, stored)).ok:
            raise WrongCredentials("wrong password")
        administrator = await postgres.find(
            self._db, administrator_id
        )  # now: a name nobody has costs no more
        if administrator is None or administrator.disabled:
            raise WrongCredentials("gone or disabled")
        return administrator, stored

    async def again(self, asking: Caller, administrator: Administrator, password: str) -> str:
        """The hash that the password of somebody who is signed in fits. Raises OldPasswordWrong, AccountLocked.

        Counted apart from sign-ins: whoever guesses at the door must not keep the person from this.
        """
        try:
            async with self._tries.counted(asking, OLD_PASSWORD, administrator.username):
                _, stored = await self.authenticate(administrator.username, password)
        except WrongCredentials as error:
            raise OldPasswordWrong("an administrator's own") from error
        return stored

    async def code(self, asking: Caller, administrator: Administrator, code: str, trusted: str = "") -> None:
        """Of the authenticator, or a recovery code, which is used up; `trusted`: the id of a browser that is known.
        Raises CodeWrong, AccountLocked."""
        async with self._tries.counted(asking, CODE, administrator.username, trusted):
            await self._factor.use(administrator.id, code)
