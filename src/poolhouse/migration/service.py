"""Moving a whole old database in: how far it is, who has not come, and the tail of those who never log in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from poolhouse.caller import Caller
from poolhouse.customdb import postgres as customdb_rows
from poolhouse.customdb.model import MigrationProgress
from poolhouse.db.database import Database, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.directory.migrating import MigratingDirectory, moved_values
from poolhouse.errors import InvalidOperation, PoolhouseError
from poolhouse.failures import told
from poolhouse.migration import postgres as newcomers
from poolhouse.migration import postgres_jobs as error_rows
from poolhouse.migration.import_rows import ImportedUser, RowError
from poolhouse.migration.import_verdicts import verdict_on
from poolhouse.migration.importing import UserImports
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
    in the last hour; the estimate takes the latter where there is one. `finish`: the end that was begun last.
    """

    progress: MigrationProgress
    accounted: int = 0
    remaining: int | None = None
    per_hour: float | None = None
    last_hour: int = 0
    estimated_end: datetime | None = None
    finish: Journal | None = None


@dataclass(frozen=True, slots=True)
class MovedPage:
    """What one page did: `after` less `before`. `seen` of `total` people are looked at."""

    before: Journal
    after: Journal
    seen: int
    total: int
    errors: tuple[RowError, ...]


class _Refused:
    """Whom a page refused: kept with what it brings in, and told. A page that is tried again, or in halves, tells each
    once."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._by_line: dict[int, RowError] = {}

    async def put(self, tx: Tx, pool_id: str, journal: Journal, errors: Sequence[RowError]) -> int:
        self._by_line |= {error.line: error for error in errors}
        if self._keep:
            await error_rows.ErrorRows().put(tx, pool_id, journal, errors)
        return journal.errors_bytes

    def told(self) -> tuple[RowError, ...]:
        return tuple(self._by_line[line] for line in sorted(self._by_line))


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
        finish = await newcomers.journal(self._db, caller.pool_id, SOURCE)
        return MigrationState(progress, accounted, remaining, per_hour, lately, end, finish)

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

    async def begin(self, caller: Caller, *, resume: bool = False) -> Journal:
        """Begins to move in everybody listUsers lists and nobody has moved in yet; with `resume` goes on at the page
        where that stopped. `move` does a page.

        Raises InvalidOperation outside lazy migration.
        """
        caller.require_administrator()
        await self._lazy(caller)
        async with self._db.transaction() as tx:
            found = await newcomers.journal(tx, caller.pool_id, SOURCE) if resume else None
            if found and not found.finished:
                return found
            await error_rows.drop_errors(tx, caller.pool_id, SOURCE)
            return await newcomers.begin(tx, caller.pool_id, SOURCE)

    async def move(self, caller: Caller, position: int, *, dry_run: bool = False) -> MovedPage:
        """Moves in, without a password, whoever of the page after `position` pages has not come; one transaction.

        While the connection is on they still log in with their old one, which is theirs here from then on;
        afterwards they set one by a code. Doing it again is harmless. Somebody deleted from the old database
        meanwhile shifts its pages, so a second run may find somebody the first one missed.

        Raises InvalidOperation outside lazy migration and beside another run, and what listUsers raises.
        """
        caller.require_administrator()
        directory = await self._lazy(caller)
        before = Journal(SOURCE, position)
        if not dry_run:
            begun = await newcomers.journal(self._db, caller.pool_id, SOURCE)
            if begun is None or begun.finished or begun.position != position:
                raise InvalidOperation(
                    "另一个 migration finish 正在进行，或已结束",
                    "another run of migration finish is under way, or has ended",
                )
            before = begun
        page = PageRequest(position + 1, PAGE)
        listed = await directory.legacy.list(caller, UserQuery(page))
        seen = page.offset + len(listed.items)
        people = _people(listed.items, page)
        last = not people or seen >= listed.total
        refused = _Refused(keep=not dry_run)
        after = await self._imports.store(caller, before, people, 1, refused, dry_run=dry_run, finish=last)
        return MovedPage(before, after, seen, listed.total, refused.told())

    async def errors(self, caller: Caller, page: PageRequest) -> Page[RowError]:
        """Whom the runs since the last beginning refused: the first ones."""
        caller.require_administrator()
        return await error_rows.errors(self._db, caller.pool_id, SOURCE, page)

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
