"""How far a lazy migration is. Source: docs/contract/custom-database.md#administration."""

from __future__ import annotations

import msgspec

from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.customdb_row import READ, WRITE, Camel, row, when
from poolhouse.wire.v3.endpoint import PEOPLE, V3Request

LARGEST_PAGE = 100


class MigrationDto(Camel):
    """`accounted`: of the old database, who is here by any way or was deleted here. Rates: users an hour."""

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
    )


async def list_waiting(request: V3Request, query: ListWaitingQuery) -> WaitingPageDto:
    asked = page(query.page, query.limit, LARGEST_PAGE)
    found = await request.services.migration.waiting(request.caller, asked)
    names = WaitingUserDto.__struct_fields__
    shown = [WaitingUserDto(*(getattr(user, name) for name in names)) for user in found.items]
    return WaitingPageDto(found.total, shown)


async def lift_tombstone(request: V3Request, body: LiftTombstoneDto) -> LiftedDto:
    return LiftedDto(await request.services.customdb.lift_tombstone(request.caller, body.script_user_id))


ENDPOINTS = [
    row("GET", "get-custom-database-migration", None, MigrationDto, get_migration,
        READ, "Show the progress of the lazy migration"),
    row("GET", "list-custom-database-waiting-users", ListWaitingQuery, WaitingPageDto, list_waiting,
        READ, "List users of a page of the old database who have not migrated yet", also=PEOPLE),
    row("POST", "readmit-custom-database-user", LiftTombstoneDto, LiftedDto, lift_tombstone,
        WRITE, "Let a deleted user migrate again"),
]  # fmt: skip
