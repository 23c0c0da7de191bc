"""A lazy migration: how far it is, and its end, page by page. Source: docs/contract/custom-database.md#administration.

The command and the console drive the end: they show how far it is, may stop between two pages, and go on later.
"""

from __future__ import annotations

import msgspec

from poolhouse.errors import InvalidInput
from poolhouse.migration.postgres import Journal
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.customdb_row import READ, WRITE, Camel, row, when
from poolhouse.wire.v3.endpoint import PEOPLE, V3Request

LARGEST_PAGE = 100
MOVES = frozenset({"users:write"})
"""What moving people in takes beside the right to change scripts."""


class FinishDto(Camel):
    """The end that was begun last: `position` pages are looked at."""

    position: int
    imported: int
    skipped: int
    failed: int
    finished: bool


class MigrationDto(Camel):
    """`accounted`: of the old database, who is here by any way or was deleted here. Rates: users an hour. `finish` is
    null where its end was never begun."""

    attempted: int
    migrated: int
    failed: dict[str, int]
    first_at: str | None
    last_at: str | None
    accounted: int
    remaining: int | None
    per_hour: float | None
    last_hour: int
    estimated_end: str | None
    finish: FinishDto | None


class ListWaitingQuery(Camel):
    page: int = 1
    limit: int = 50


class WaitingUserDto(Camel):
    """Somebody of the old database; `id` is theirs there."""

    id: str
    username: str | None
    email: str | None
    phone: str | None
    name: str | None
    nickname: str | None


class WaitingPageDto(Camel):
    total_count: int
    items: list[WaitingUserDto] = msgspec.field(name="list", default_factory=list)


class LiftTombstoneDto(Camel):
    script_user_id: str


class LiftedDto(Camel):
    success: bool


class BeginFinishDto(Camel):
    resume: bool = False


class BegunDto(Camel):
    """Where it begins, and what the runs before did that it goes on from."""

    position: int
    imported: int
    skipped: int
    failed: int


class MovePageDto(Camel):
    """`position`: pages before this one."""

    position: int
    dry_run: bool = False


class MigrationErrorDto(Camel):
    """Why somebody was not moved in. `line` counts the rows of listUsers, `id` is theirs in the old database."""

    line: int
    field: str
    message: str
    id: str | None = None


class MovedPageDto(Camel):
    """The counts are of this page. `seen` of `total` people are looked at."""

    position: int
    finished: bool
    imported: int
    skipped: int
    failed: int
    seen: int
    total: int
    errors: list[MigrationErrorDto]


class ListMigrationErrorsQuery(Camel):
    page: int = 1
    limit: int = 50


class MigrationErrorPageDto(Camel):
    total_count: int
    items: list[MigrationErrorDto] = msgspec.field(name="list", default_factory=list)


async def get_migration(request: V3Request, _: None) -> MigrationDto:
    state = await request.services.migration.state(request.caller)
    progress = state.progress
    return MigrationDto(
        progress.attempted,
        progress.migrated,
        dict(progress.failed),
        when(progress.first_at),
        when(progress.last_at),
        state.accounted,
        state.remaining,
        None if state.per_hour is None else round(state.per_hour, 2),
        state.last_hour,
        when(state.estimated_end),
        None if state.finish is None else _finish(state.finish),
    )


def _finish(one: Journal) -> FinishDto:
    return FinishDto(one.position, one.imported, one.skipped, one.failed, one.finished)


async def list_waiting(request: V3Request, query: ListWaitingQuery) -> WaitingPageDto:
    asked = page(query.page, query.limit, LARGEST_PAGE)
    found = await request.services.migration.waiting(request.caller, asked)
    names = WaitingUserDto.__struct_fields__
    shown = [WaitingUserDto(*(getattr(user, name) for name in names)) for user in found.items]
    return WaitingPageDto(found.total, shown)


async def lift_tombstone(request: V3Request, body: LiftTombstoneDto) -> LiftedDto:
    await request.services.customdb.lift_tombstone(request.caller, body.script_user_id)
    return LiftedDto(True)


async def begin_finish(request: V3Request, body: BeginFinishDto) -> BegunDto:
    begun = await request.services.migration.begin(request.caller, resume=body.resume)
    return BegunDto(begun.position, begun.imported, begun.skipped, begun.failed)


async def move_page(request: V3Request, body: MovePageDto) -> MovedPageDto:
    if body.position < 0:
        raise InvalidInput("position", "应不小于 0", "must be at least 0")
    moved = await request.services.migration.move(request.caller, body.position, dry_run=body.dry_run)
    before, after, lang = moved.before, moved.after, request.caller.lang
    return MovedPageDto(
        after.position,
        after.finished,
        after.imported - before.imported,
        after.skipped - before.skipped,
        after.failed - before.failed,
        moved.seen,
        moved.total,
        [MigrationErrorDto(one.line, one.field, one.message(lang), one.id) for one in moved.errors],
    )


async def list_errors(request: V3Request, query: ListMigrationErrorsQuery) -> MigrationErrorPageDto:
    asked = page(query.page, query.limit, LARGEST_PAGE)
    found = await request.services.migration.errors(request.caller, asked)
    shown = [
        MigrationErrorDto(one.line, one.field, one.message(request.caller.lang), one.id)
        for one in found.items
    ]
    return MigrationErrorPageDto(found.total, shown)


ENDPOINTS = [
    row("GET", "get-custom-database-migration", None, MigrationDto, get_migration,
        READ, "Show the progress of the lazy migration"),
    row("GET", "list-custom-database-waiting-users", ListWaitingQuery, WaitingPageDto, list_waiting,
        READ, "List users of a page of the old database who have not migrated yet", also=PEOPLE),
    row("POST", "readmit-custom-database-user", LiftTombstoneDto, LiftedDto, lift_tombstone,
        WRITE, "Let a deleted user migrate again"),
    row("POST", "begin-migration-finish", BeginFinishDto, BegunDto, begin_finish,
        WRITE, "Begin to move in everybody of the old database, or go on with it", also=MOVES),
    row("POST", "move-migration-page", MovePageDto, MovedPageDto, move_page,
        WRITE, "Move in those of a page of the old database who have not come", also=MOVES),
    row("GET", "list-migration-errors", ListMigrationErrorsQuery, MigrationErrorPageDto, list_errors,
        READ, "Who was refused at the end of the migration, and why", also=PEOPLE),
]  # fmt: skip
