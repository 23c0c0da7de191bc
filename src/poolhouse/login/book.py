"""Counting logins: exact, and never a queue of statements on one user's row."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

import structlog

from poolhouse.caller import Caller
from poolhouse.db.pool import Database
from poolhouse.errors import PoolhouseError
from poolhouse.users.directories import Directories
from poolhouse.users.directory import Directory
from poolhouse.users.model import User, UserDraft
from poolhouse.users.postgres import PostgresDirectory

_log = structlog.get_logger("poolhouse.login")


class LoginBook:
    """loginsCount, lastLogin, lastIP and tokenExpiredAt.

    While one statement for a user is under way, further logins of that user are only counted; the statement's
    owner writes them down in one go when it is back. So a user who logs in a thousand times at once costs a
    node two statements, and no login waits for another.
    """

    def __init__(self, db: Database, directories: Directories, rows: PostgresDirectory) -> None:
        self._db, self._directories, self._rows = db, directories, rows
        self._waiting: dict[tuple[str, str], Counter[str]] = {}
        self._background: set[asyncio.Task[None]] = set()

    async def record(self, caller: Caller, user: User, token_expires_at: datetime | None) -> None:
        directory = await self._directories.of(caller.pool_id)
        if directory.keeps_profiles:
            await self._record_here(caller, user.id, token_expires_at)
        else:
            self._run(self._record_there(directory, caller, user))

    async def drain(self) -> None:
        """Waits for what runs in the background: at shutdown, and in tests."""
        while self._background:
            await asyncio.gather(*self._background, return_exceptions=True)

    async def _record_here(self, caller: Caller, user_id: str, token_expires_at: datetime | None) -> None:
        slot = (caller.pool_id, user_id)
        if (waiting := self._waiting.get(slot)) is not None:
            waiting["logins"] += 1
            return
        self._waiting[slot] = waiting = Counter(logins=1)
        try:
            while waiting["logins"]:
                times, waiting["logins"] = waiting["logins"], 0
                await self._rows.record_login(caller, user_id, times, token_expires_at)
        finally:
            del self._waiting[slot]

    async def _record_there(self, directory: Directory, caller: Caller, user: User) -> None:
        """Told to the customer's updateUser; its failure concerns nobody but the log.

        Source: design.md, Custom databases.
        """
        values = {
            "logins_count": user.logins_count,
            "last_login": user.last_login,
            "last_ip": user.last_ip,
        }
        try:
            async with self._db.transaction() as tx:
                await directory.update(tx, caller, user.id, UserDraft(values))
        except PoolhouseError as error:
            _log.info("a login was not recorded", pool_id=caller.pool_id, user_id=user.id, reason=str(error))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
