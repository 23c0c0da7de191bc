"""Counting tries at what administrators sign in with, as those of users are (`login.tally`), under no pool.

Five wrong ones lock a name for a minute, then longer, whether anybody has it or not. In a browser that its owner signed
in with before they lock that browser instead, whatever is tried elsewhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from poolhouse.administrators.model import SERVER
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor
from poolhouse.errors import (
    AccountLocked,
    CodeWrong,
    PasskeyRefused,
    PoolhouseError,
    TooManyRequests,
    WrongCredentials,
)
from poolhouse.login.postgres import forget_attempts
from poolhouse.login.tally import Limit, Subject, Tally

OF_NAME = Limit(5, 900, locks=True)
OF_ADDRESS = Limit(50, 900)
PASSWORD, OLD_PASSWORD, CODE = "administrator", "administrator-old-password", "administrator-code"
ADDRESS = "administrator-ip"


class Tries:
    def __init__(self, db: Database) -> None:
        self._tally = Tally(db)

    @asynccontextmanager
    async def counted(self, asking: Caller, kind: str, named: str, device: str = "") -> AsyncIterator[None]:
        """Around one try; `device` is a browser that is known for that name. What proves nothing, as a lost database or
        a full queue, is not counted. A right password forgives no wrong codes: whoever has it could try codes for
        ever."""
        whose = Subject(SERVER, f"{kind}-device", device) if device else Subject(SERVER, kind, named)
        limits = [(whose, OF_NAME), *([] if device else _of_address(asking))]
        async with self._each(limits):
            yield

    @asynccontextmanager
    async def counted_by_address(self, asking: Caller) -> AsyncIterator[None]:
        """Around one try with what names nobody before it is right, so that it can lock nobody's name."""
        async with self._each(_of_address(asking)):
            yield

    @asynccontextmanager
    async def _each(self, limits: list[tuple[Subject, Limit]]) -> AsyncIterator[None]:
        counted: list[Subject] = []
        try:
            for subject, limit in limits:
                wait_s = await self._tally.begin(subject, limit)
                if wait_s is not None:
                    raise (
                        AccountLocked("too many wrong passwords", retry_after_s=wait_s)
                        if limit.locks
                        else TooManyRequests("too many sign-ins of one address", retry_after_s=wait_s)
                    )
                counted.append(subject)
        except BaseException:
            for subject in counted:
                await self._tally.void(subject)
            raise
        try:
            yield
        except BaseException as error:
            proved_nothing = isinstance(error, PoolhouseError) and not isinstance(
                error, WrongCredentials | CodeWrong | PasskeyRefused
            )
            for subject in counted:
                if proved_nothing:
                    await self._tally.void(subject)
                else:
                    self._tally.failed(subject)
            raise
        for subject in counted:
            if subject.kind == ADDRESS:
                await self._tally.void(subject)
            else:
                await self._tally.right(subject)


def _of_address(asking: Caller) -> list[tuple[Subject, Limit]]:
    neighborhood = asking.neighborhood
    return [(Subject(SERVER, ADDRESS, neighborhood), OF_ADDRESS)] if neighborhood else []


async def unlock(db: Executor, username: str) -> None:
    """Forgets the failures of one name."""
    for kind in (PASSWORD, OLD_PASSWORD, CODE):
        await forget_attempts(db, SERVER, kind, [username])
