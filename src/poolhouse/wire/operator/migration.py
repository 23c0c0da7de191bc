"""The end of a migration, page by page: whoever drives it shows how far it is, may stop between two pages, and goes on
later. v3 tells the state; it has no call that moves people in."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins

from poolhouse.errors import InvalidInput
from poolhouse.migration.postgres import Journal
from poolhouse.paging import PageRequest
from poolhouse.wire.operator.row import Camel, row
from poolhouse.wire.v3.endpoint import V3Request


class BeginDto(Camel):
    resume: bool = False


class MoveDto(Camel):
    """`position`: pages before this one."""

    position: int
    dry_run: bool = False


class ErrorsQuery(Camel):
    page: int = 1
    limit: int = 50


async def begin(request: V3Request, body: BeginDto) -> dict[str, Any]:
    """Where it begins, and what the runs before did that it goes on from."""
    journal = await request.services.migration.begin(request.caller, resume=body.resume)
    return {"position": journal.position, **_counts(Journal(journal.source), journal)}


async def move(request: V3Request, body: MoveDto) -> dict[str, Any]:
    """The counts are of this page. `seen` of `total` people are looked at."""
    if body.position < 0:
        raise InvalidInput("position", "应不小于 0", "must be at least 0")
    moved = await request.services.migration.move(request.caller, body.position, dry_run=body.dry_run)
    return {
        "position": moved.after.position,
        "finished": moved.after.finished,
        **_counts(moved.before, moved.after),
        "seen": moved.seen,
        "total": moved.total,
        "errors": [to_builtins(error) for error in moved.errors],
    }


async def list_errors(request: V3Request, query: ErrorsQuery) -> dict[str, Any]:
    asked = PageRequest.of(query.page, query.limit)
    found = await request.services.migration.errors(request.caller, asked)
    return {"totalCount": found.total, "list": [to_builtins(error) for error in found.items]}


def _counts(before: Journal, after: Journal) -> dict[str, int]:
    return {name: getattr(after, name) - getattr(before, name) for name in ("imported", "skipped", "failed")}


ROWS = [
    row(
        "POST", "begin-migration-finish", BeginDto, begin, "Begins the end of a migration, or goes on with it"
    ),
    row("POST", "move-migration-page", MoveDto, move, "Moves in whoever of a page has not come"),
    row("GET", "list-migration-errors", ErrorsQuery, list_errors, "Whom the end of a migration refused"),
]
