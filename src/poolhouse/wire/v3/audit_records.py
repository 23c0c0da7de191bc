"""Every act of the log as it is stored, by users and administrators alike: operations of our own, for the console."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from poolhouse.audit.model import Act, Kind, Operation, Record, RecordQuery, ResourceType
from poolhouse.times import v3_time
from poolhouse.wire.audit_references import Surroundings, surroundings, whose_acts
from poolhouse.wire.v3.audit import agent_dto, geoip_dto
from poolhouse.wire.v3.conversions import moment, page, walked
from poolhouse.wire.v3.dto import Int
from poolhouse.wire.v3.dto.audit import GeoIp, ParsedUserAgent
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

_IN_BETWEEN = ("before", "after")


class Camel(Struct, rename="camel"):
    pass


class ListAuditRecordsQuery(Camel):
    start: Int | None = None
    end: Int | None = None
    operation: Operation | None = None
    resource_type: ResourceType | None = None
    resource_id: str | None = None
    user_id: str | None = None
    actor_id: str | None = None
    by: Kind | None = None
    client_ip: str | None = None
    request_id: str | None = None
    success: bool | None = None
    reason: str | None = None
    page: Int = 1
    limit: Int = 10


class AuditRecordQuery(Camel):
    id: str


class AuditRecordDto(Camel):
    id: str
    timestamp: str
    by: Kind
    operation: str
    resource_type: str
    resource_id: str | None
    user_id: str | None
    user_display_name: str
    actor_kind: str
    actor_id: str
    actor_name: str
    app_id: str | None
    app_name: str
    session_id: str | None
    success: bool
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    detail: dict[str, Any]
    client_ip: str | None
    geoip: GeoIp
    user_agent: str
    parsed_user_agent: ParsedUserAgent
    request_id: str


class AuditRecordPagingDto(Camel):
    total_count: int
    items: list[AuditRecordDto] = msgspec.field(name="list")


async def list_audit_records(request: V3Request, query: ListAuditRecordsQuery) -> AuditRecordPagingDto:
    """`userId` is what somebody may write of a person, as for get-user-action-logs: tries under a name are theirs."""
    ids, tried = await whose_acts(request.services, request.caller, (query.user_id,) if query.user_id else ())
    wanted = RecordQuery(
        kind=query.by,
        acts=(Act(query.operation),) if query.operation else (),
        resource_types=(query.resource_type,) if query.resource_type else (),
        resource_ids=(query.resource_id,) if query.resource_id else (),
        user_ids=ids,
        names=tried,
        actor_ids=(query.actor_id,) if query.actor_id else (),
        ip=query.client_ip or None,
        request_id=query.request_id or None,
        success=query.success,
        reason=query.reason or None,
        start=moment(query.start, "start"),
        end=moment(query.end, "end"),
    )
    asked = walked(request, page(query.page, query.limit))
    found = await request.services.audit.list_records(request.caller, wanted, asked)
    if request.walk:
        request.walk.found(found, (found.items[-1].at, found.items[-1].id) if found.items else None)
    return AuditRecordPagingDto(found.total, await _dtos(request, found.items))


async def get_audit_record(request: V3Request, query: AuditRecordQuery) -> AuditRecordDto:
    found = await request.services.audit.get(request.caller, query.id)
    return (await _dtos(request, [found]))[0]


async def _dtos(request: V3Request, rows: list[Record]) -> list[AuditRecordDto]:
    around = await surroundings(request.services, request.caller, rows)
    administrators = {row.actor_id for row in rows if row.actor_kind == "administrator"}
    names = await request.services.administrators.names(administrators)
    return [_dto(request, row, around, names) for row in rows]


def _dto(request: V3Request, row: Record, around: Surroundings, names: dict[str, str]) -> AuditRecordDto:
    user, app = around.user(row), around.app(row)
    known = (user.display_name if user else row.user_name) or ""
    own = row.actor_kind == "user" and row.actor_id == row.user_id
    return AuditRecordDto(
        id=row.id,
        timestamp=v3_time(row.at),
        by=row.kind,
        operation=row.operation,
        resource_type=row.resource_type,
        resource_id=row.resource_id,
        user_id=row.user_id,
        user_display_name=known,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        actor_name=known if own else names.get(row.actor_id, ""),
        app_id=row.app_id,
        app_name=app.name if app else "",
        session_id=row.session_id,
        success=row.success,
        before=_state(row, "before"),
        after=_state(row, "after"),
        detail={name: value for name, value in row.detail.items() if name not in _IN_BETWEEN},
        client_ip=row.ip,
        geoip=geoip_dto(request, row.ip),
        user_agent=row.user_agent,
        parsed_user_agent=agent_dto(row.user_agent),
        request_id=row.request_id,
    )


def _state(row: Record, side: str) -> dict[str, Any] | None:
    """An act on one value alone may have it bare."""
    found = row.detail.get(side)
    return found if found is None or isinstance(found, dict) else {row.resource_type: found}


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-audit-records",
        request=ListAuditRecordsQuery,
        response=AuditRecordPagingDto,
        handler=list_audit_records,
        scope="audit:read",
        summary="Every act of the log, by users and administrators, newest first",
        ours=True,
    ),
    Endpoint(
        "GET",
        "get-audit-record",
        request=AuditRecordQuery,
        response=AuditRecordDto,
        handler=get_audit_record,
        scope="audit:read",
        summary="One act of the log, with what was there before and after it",
        ours=True,
    ),
]
