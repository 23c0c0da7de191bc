"""Moving a whole old database in: how far it is, who has not come, and the tail of those who never log in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from poolhouse.caller import Caller
from poolhouse.customdb import postgres as customdb_rows
from poolhouse.customdb.model import MigrationProgress
from poolhouse.db.database import Database
from poolhouse.directory.chooser import Directories
from poolhouse.directory.migrating import MigratingDirectory, moved_values
from poolhouse.errors import InvalidOperation, PoolhouseError
from poolhouse.failures import told
from poolhouse.migration import postgres as newcomers
from poolhouse.migration.import_rows import ImportedUser
from poolhouse.migration.import_verdicts import ErrorFile, check_errors_file, verdict_on
from poolhouse.migration.importing import ImportProgress, Report, UserImports
from poolhouse.migration.postgres import Journal
from poolhouse.paging import Page, PageRequest
from poolhouse.times import now
from poolhouse.users.model import CUSTOM_DATABASE, User, UserQuery

PAGE = 100
SOURCE = "listUsers"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MigrationState:
    """`accounted` are those of the old database who are here by any way, or were deleted here.

    `remaining` is None without a listUsers script. Rates are users an hour: since the first migration, and
    in the last hour; the estimate takes the latter where there is one.
    """

    progress: MigrationProgress
    accounted: int = 0
    remaining: int | None = None
    per_hour: float | None = None
    last_hour: int = 0
    estimated_end: datetime | None = None


class Migration:
    def __init__(self, db: Database, directories: Directories, imports: UserImports) -> None:
        self._db, self._directories, self._imports = db, directories, imports

    async def state(self, caller: Caller) -> MigrationState:
        caller.require_administrator()
        progress = await customdb_rows.migration(self._db, caller.pool_id)
        accounted = await newcomers.linked_count(self._db, caller.pool_id, CUSTOM_DATABASE)
        lately = await newcomers.linked_lately(self._db, caller.pool_id, CUSTOM_DATABASE, 1)
        remaining = await self._remaining(caller, accounted)
        per_hour = None
        if progress.migrated and progress.first_at:
            per_hour = progress.migrated / max((now() - progress.first_at) / timedelta(hours=1), 1.0)
        rate = lately or per_hour
        end = now() + timedelta(hours=remaining / rate) if remaining is not None and rate else None
        return MigrationState(progress, accounted, remaining, per_hour, lately, end)

    async def waiting(self, caller: Caller, page: PageRequest) -> Page[User]:
        """Of a page of the old database those who have not come; `total` counts everybody it lists.

        Raises InvalidOperation outside lazy migration, and what listUsers raises.
        """
        caller.require_administrator()
        found = await (await self._lazy(caller)).legacy.list(caller, UserQuery(page))
        people = _people(found.items, page)
        known = await newcomers.known(self._db, caller.pool_id, people, CUSTOM_DATABASE)
        new = {person.script_id for person in people if verdict_on(person, known) == "new"}
        return Page(found.total, [user for user in found.items if user.id in new])

    async def finish(
        self,
        caller: Caller,
        *,
        errors: Path | None = None,
        dry_run: bool = False,
        resume: bool = False,
        report: Report = lambda _: None,
    ) -> Journal:
        """Moves in everybody listUsers lists and nobody has moved in yet, without a password.

        While the connection is on they still log in with their old one, which is theirs here from then on;
        afterwards they set one by a code. Those who clash with somebody here go to `errors`. Doing it again is
        harmless; `resume` goes on at the page where it stopped. Somebody deleted from the old database
        meanwhile shifts its pages, so a second run may find somebody the first one missed.

        Raises InvalidOperation outside lazy migration, and what listUsers raises.
        """
        caller.require_administrator()
        directory = await self._lazy(caller)
        check_errors_file(errors)
        journal = Journal(SOURCE)
        if not dry_run:
            found = await newcomers.journal(self._db, caller.pool_id, SOURCE) if resume else None
            unfinished = found if found and not found.finished else None
            journal = unfinished or await newcomers.begin(self._db, caller.pool_id, SOURCE)
        log = ErrorFile(errors, journal.errors_bytes)
        try:
            while not journal.finished:
                page = PageRequest(journal.position + 1, PAGE)
                listed = await directory.legacy.list(caller, UserQuery(page))
                seen = page.offset + len(listed.items)
                people = _people(listed.items, page)
                last = not people or seen >= listed.total
                journal = await self._imports.store(
                    caller, journal, people, 1, log, dry_run=dry_run, finish=last
                )
                report(ImportProgress(journal, seen, listed.total))
        finally:
            log.close()
        return journal

    async def _lazy(self, caller: Caller) -> MigratingDirectory:
        directory = await self._directories.migrating(caller.pool_id)
        if directory is None:
            raise InvalidOperation("未启用惰性迁移", "lazy migration is not switched on")
        return directory

    async def _remaining(self, caller: Caller, accounted: int) -> int | None:
        try:
            directory = await self._lazy(caller)
            page = await directory.legacy.list(caller, UserQuery(PageRequest(1, 1)))
        except PoolhouseError as error:
            _log.info("migration_remaining_unknown", pool_id=caller.pool_id, cause=told(error))
            return None
        return max(0, page.total - accounted)


def _people(users: Sequence[User], page: PageRequest) -> list[ImportedUser]:
    return [
        ImportedUser(
            page.offset + place,
            {**moved_values(user), "reset_password_on_next_login": True},
            script_id=user.id,
        )
        for place, user in enumerate(users, 1)
    ]
