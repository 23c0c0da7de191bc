"""Writes login counts and times: exact, and never more than one statement at a time for one user's row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from poolhouse.background import Tasks
from poolhouse.caller import Caller
from poolhouse.db.together import Writer
from poolhouse.directory.chooser import Directories
from poolhouse.directory.contract import Directory
from poolhouse.errors import PoolhouseError
from poolhouse.failures import told
from poolhouse.users.model import User

_log = structlog.get_logger(__name__)

Record = Callable[[Writer, User], Awaitable[None]]
"""Notes the login among the writes that begin its session; the user is as they are after it."""


class LoginRecorder:
    """loginsCount, lastLogin, lastIP and tokenExpiredAt.

    While one statement for a user is under way, further logins of that user are only counted; the statement's
    owner writes them down in one go when it is back. So a user who logs in a thousand times at once costs a
    node two statements, and no login waits for another.
    """

    def __init__(self, directories: Directories) -> None:
        self._directories = directories
        self._waiting: dict[tuple[str, str], list[User]] = {}
        self._background = Tasks("login record")

    @asynccontextmanager
    async def of(self, caller: Caller, user: User) -> AsyncIterator[Record]:
        """Around the writes of one login. What is yielded is called once among them, as the last."""
        directory = await self._directories.of(caller.pool_id)
        logged_in: list[User] = []

        async def remember(writes: Writer, after: User) -> None:
            logged_in.append(after)

        async def write(writes: Writer, after: User) -> None:
            await directory.record_login(caller, after, 1, after.token_expired_at, writes)

        slot = (caller.pool_id, user.id)
        if not directory.keeps_profiles:
            yield remember
            for after in logged_in:
                self._background.start(self._tell(directory, caller, after))
        elif slot in self._waiting:
            yield remember
            if slot in self._waiting:
                self._waiting[slot] += logged_in
            else:
                await self._own(directory, caller, slot, logged_in)
        else:
            self._waiting[slot] = []
            try:
                yield write
            finally:
                await self._own(directory, caller, slot, [])

    async def drain(self, within_s: float | None = None) -> None:
        """Waits for what runs in the background: at shutdown, and in tests."""
        await self._background.settled(within_s)

    async def _own(
        self, directory: Directory, caller: Caller, slot: tuple[str, str], logged_in: list[User]
    ) -> None:
        """Writes these down, and whoever comes meanwhile."""
        waiting = self._waiting.setdefault(slot, [])
        waiting += logged_in
        try:
            while waiting:
                times, last = len(waiting), waiting[-1]
                waiting.clear()
                await directory.record_login(caller, last, times, last.token_expired_at)
        finally:
            del self._waiting[slot]

    async def _tell(self, directory: Directory, caller: Caller, user: User) -> None:
        """A script's failure to note a login concerns nobody but the log.

        Source: docs/contract/custom-database.md#what-was-left-open.
        """
        try:
            await directory.record_login(caller, user, 1, user.token_expired_at)
        except PoolhouseError as error:
            _log.info("login_not_recorded", pool_id=caller.pool_id, user_id=user.id, cause=told(error))
