"""Moving a whole old database in: how far it is, and the tail of those who never log in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.customdb import postgres as customdb_rows
from poolhouse.customdb.model import MigrationProgress
from poolhouse.db.pool import Database
from poolhouse.errors import Conflict, InvalidOperation, PoolhouseError
from poolhouse.paging import PageRequest
from poolhouse.users.directories import Directories
from poolhouse.users.migrating import MigratingDirectory
from poolhouse.users.model import UserQuery

PAGE = 100

_log = structlog.get_logger("poolhouse.migration")


@dataclass(frozen=True, slots=True)
class MigrationState:
    """`remaining` is None without a listUsers script; `per_day` counts from the first migration to the last."""

    progress: MigrationProgress
    remaining: int | None = None
    per_day: float | None = None
    estimated_end: datetime | None = None


@dataclass(slots=True)
class Finished:
    """What became of everybody the old database lists. `conflicts`: ids of the script that clash here."""

    moved_in: int = 0
    already_here: int = 0
    deleted_here: int = 0
    conflicts: list[str] = field(default_factory=list)


class Migration:
    def __init__(self, db: Database, directories: Directories, audit: AuditLog) -> None:
        self._db, self._directories, self._audit = db, directories, audit

    async def state(self, caller: Caller) -> MigrationState:
        caller.require_administrator()
        progress = await customdb_rows.migration(self._db, caller.pool_id)
        remaining = await self._remaining(caller, progress)
        if not progress.migrated or progress.first_at is None or progress.last_at is None:
            return MigrationState(progress, remaining)
        days = max((progress.last_at - progress.first_at) / timedelta(days=1), 1 / 24)
        per_day = progress.migrated / days
        end = progress.last_at + timedelta(days=remaining / per_day) if remaining is not None else None
        return MigrationState(progress, remaining, per_day, end)

    async def finish(self, caller: Caller, *, dry_run: bool = False) -> Finished:
        """Moves in everybody listUsers lists and nobody has moved in yet; they set a password by code.

        Again is harmless: who is here stays as they are. Raises InvalidOperation outside lazy migration, and
        what listUsers raises; those before it have moved in.
        """
        caller.require_administrator()
        directory = await self._lazy(caller)
        done, number = Finished(), 1
        while True:
            page = await directory.legacy.list(caller, UserQuery(PageRequest(number, PAGE)))
            for theirs in page.items:
                if await directory.adopted(caller, theirs.id):
                    done.already_here += 1
                elif await customdb_rows.is_tombstone(self._db, caller.pool_id, theirs.id):
                    done.deleted_here += 1
                elif dry_run:
                    done.moved_in += 1
                else:
                    try:
                        await directory.move_in(caller, theirs)
                        done.moved_in += 1
                    except Conflict:
                        done.conflicts.append(theirs.id)
            if len(page.items) < PAGE:
                break
            number += 1
        if not dry_run:
            detail = {"moved_in": done.moved_in, "conflicts": len(done.conflicts)}
            await self._audit.write(
                self._db, caller, Event("import", "custom_database", caller.pool_id, detail=detail)
            )
        return done

    async def _lazy(self, caller: Caller) -> MigratingDirectory:
        directory = await self._directories.of(caller.pool_id)
        if not isinstance(directory, MigratingDirectory):
            raise InvalidOperation("未启用惰性迁移", "lazy migration is not switched on")
        return directory

    async def _remaining(self, caller: Caller, progress: MigrationProgress) -> int | None:
        try:
            directory = await self._lazy(caller)
            page = await directory.legacy.list(caller, UserQuery(PageRequest(1, 1)))
        except PoolhouseError as error:
            _log.info("nobody can say who has not come yet", pool=caller.pool_id, cause=str(error))
            return None
        return max(0, page.total - progress.migrated)
