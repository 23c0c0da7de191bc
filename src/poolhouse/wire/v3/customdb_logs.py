"""The log of scripts' calls. Source: docs/contract/custom-database.md#administration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from poolhouse.caller import Caller
from poolhouse.customdb.model import LogEntry, LogQuery, LogResult
from poolhouse.errors import Lang
from poolhouse.wire.v3.conversions import moment, page, walked
from poolhouse.wire.v3.customdb_row import READ, WRITE, Camel, row, when
from poolhouse.wire.v3.endpoint import V3Request

PEOPLE_READ = "users:read"
LARGEST_PAGE = 100


class ListLogsDto(Camel):
    page: int = 1
    limit: int = 10
    name: str | None = None
    success: bool | None = None
    start: int | None = None
    end: int | None = None
    request_id: str | None = None
    result: LogResult | None = None
    min_duration_ms: int | None = None
    max_duration_ms: int | None = None
    user_id: str | None = None


class GetLogQuery(Camel):
    id: str


class LogDto(Camel):
    id: str
    time: str | None
    name: str
    version: int | None
    duration_ms: float
    success: bool
    outcome: str
    message: str | None
    stack: str | None
    console: list[dict[str, str]]
    warnings: list[str]
    arguments: list[Any]
    connections_opened: int
    connections_left_open: int
    app_id: str | None
    request_id: str | None
    debug: bool
    result: LogResult
    user_id: str | None
    script_user_id: str | None


class LogPageDto(Camel):
    total_count: int
    items: list[LogDto] = msgspec.field(name="list", default_factory=list)


async def list_logs(request: V3Request, body: ListLogsDto) -> LogPageDto:
    """What was given to a script, and what it said, tells of people: without a right to read them, or to write the
    scripts that do, `arguments` and `console` are empty, `message`, `stack`, `userId` and `scriptUserId` null, and
    nobody's calls are looked for."""
    caller = request.caller
    if body.user_id is not None and not may_read_people(caller):
        caller.require_scopes({PEOPLE_READ})
    query = LogQuery(
        name=body.name,
        success=body.success,
        result=body.result,
        start=moment(body.start, "start"),
        end=moment(body.end, "end"),
        least_ms=body.min_duration_ms,
        most_ms=body.max_duration_ms,
        user_id=body.user_id,
        request_id=body.request_id,
    )
    asked = walked(request, page(body.page, body.limit, LARGEST_PAGE))
    found = await request.services.customdb.list_logs(caller, query, asked)
    if request.walk and found.items:
        request.walk.ended(found.items[-1].at, found.items[-1].id, more=found.more)
    return LogPageDto(found.total, [_log_dto(_shown(entry, caller), caller.lang) for entry in found.items])


async def get_log(request: V3Request, query: GetLogQuery) -> LogDto:
    entry = await request.services.customdb.find_log(request.caller, query.id)
    return _log_dto(_shown(entry, request.caller), request.caller.lang)


def may_read_people(caller: Caller) -> bool:
    return caller.has_scope(PEOPLE_READ) or caller.has_scope(WRITE)


def _shown(entry: LogEntry, caller: Caller) -> LogEntry:
    if may_read_people(caller):
        return entry
    return replace(
        entry, message=None, stack=None, console=(), arguments=(), script_user_id=None, user_id=None
    )


def _log_dto(entry: LogEntry, lang: Lang) -> LogDto:
    return LogDto(
        id=entry.id,
        time=when(entry.at),
        name=entry.name,
        version=entry.version,
        duration_ms=round(entry.duration_ms, 1),
        success=entry.success,
        outcome=entry.outcome,
        message=entry.message,
        stack=entry.stack,
        console=[dict(line) for line in entry.console],
        warnings=[one.message(lang) for one in entry.warnings],
        arguments=list(entry.arguments),
        connections_opened=entry.clients_opened,
        connections_left_open=entry.clients_left_open,
        app_id=entry.app_id,
        request_id=entry.request_id,
        debug=entry.debug,
        result=entry.result,
        user_id=entry.user_id,
        script_user_id=entry.script_user_id,
    )


ENDPOINTS = [
    row("POST", "list-custom-database-logs", ListLogsDto, LogPageDto, list_logs,
        READ, "What ran, when, and what became of it, newest first"),
    row("GET", "get-custom-database-log", GetLogQuery, LogDto, get_log,
        READ, "One call of a script, with what it was given and what it said"),
]  # fmt: skip
