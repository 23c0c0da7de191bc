"""Writes login counts and times: exact, and never more than one statement at a time for one user's row."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import structlog

from poolhouse.background import Tasks
from poolhouse.caller import Caller
from poolhouse.directory.chooser import Directories
from poolhouse.directory.contract import Directory
from poolhouse.errors import PoolhouseError
from poolhouse.failures import told
from poolhouse.users.model import User

_log = structlog.get_logger(__name__)


class LoginRecorder:
    """loginsCount, lastLogin, lastIP and tokenExpiredAt.

    While one statement for a user is under way, further logins of that user are only counted; the statement's
    owner writes them down in one go when it is back. So a user who logs in a thousand times at once costs a
    node two statements, and no login waits for another.
    """

    def __init__(self, directories: Directories) -> None:
        self._directories = directories
        self._waiting: dict[tuple[str, str], Counter[str]] = {}
        self._background = Tasks("login record")

    async def record(self, caller: Caller, user: User, token_expires_at: datetime | None) -> None:
        directory = await self._directories.of(caller.pool_id)
        if directory.keeps_profiles:
            await self._coalesce(directory, caller, user, token_expires_at)
        else:
            self._background.start(self._tell(directory, caller, user, token_expires_at))

    async def drain(self, within_s: float | None = None) -> None:
        """Waits for what runs in the background: at shutdown, and in tests."""
        await self._background.settled(within_s)

    async def _coalesce(
        self, directory: Directory, caller: Caller, user: User, token_expires_at: datetime | None
    ) -> None:
        slot = (caller.pool_id, user.id)
        if (waiting := self._waiting.get(slot)) is not None:
            waiting["logins"] += 1
            return
        self._waiting[slot] = waiting = Counter(logins=1)
        try:
            while waiting["logins"]:
                times, waiting["logins"] = waiting["logins"], 0
                await directory.record_login(caller, user, times, token_expires_at)
        finally:
            del self._waiting[slot]

    async def _tell(
        self, directory: Directory, caller: Caller, user: User, token_expires_at: datetime | None
    ) -> None:
        """A script's failure to note a login concerns nobody but the log.

        Source: docs/contract/custom-database.md#what-was-left-open.
        """
        try:
            await directory.record_login(caller, user, 1, token_expires_at)
        except PoolhouseError as error:
            _log.info("login_not_recorded", pool_id=caller.pool_id, user_id=user.id, cause=told(error))
