"""The action logs. Source: docs/contract/users.md#logs, docs/contract/v3/audit.md."""

from __future__ import annotations

from typing import Any, cast, get_args

import msgspec

from poolhouse.audit.geoip import agent
from poolhouse.audit.model import Act, Operation, Record, RecordQuery, ResourceType
from poolhouse.times import v3_time
from poolhouse.wire.audit_references import Surroundings, surroundings, whose_acts
from poolhouse.wire.v3.conversions import moment, page, walked
from poolhouse.wire.v3.dto.audit import (
    AdminAuditLogDto,
    AdminAuditLogRespData,
    GeoIp,
    GeoIpLocation,
    GetAdminAuditLogsDto,
    GetUserActionLogsDto,
    ListWebhooksDto,
    ParsedUserAgent,
    UserActionLogDto,
    UserActionLogRespData,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

EVENTS: dict[str, str] = {
    "login": "login",
    "logout": "logout",
    "register": "register",
    "verify_mfa": "verifyMfa",
    "update": "updateUserPrefile",  # the clients' spelling
    "update_password": "updateUserPassword",
    "update_email": "updateUserEmail",
    "update_phone": "updateUserPhone",
    "bind_mfa": "bindMfa",
    "unbind_mfa": "unbindMFA",
    "bind_email": "bindEmail",
    "unbind_email": "unbindEmail",
    "bind_phone": "bindPhone",
    "unbind_phone": "unbindPhone",
    "refresh_token": "refreshUserTokenBySelf",
    "delete": "deleteAccount",
    "verify_first_login": "verifyFirstLogin",
}
OTHER_EVENT = "securityResourceAccess"
_EVENT_ALIASES = {"updateUserProfile": "updateUserPrefile"}

OPERATIONS: dict[str, str] = {
    "create": "create",
    "register": "create",
    "delete": "delete",
    "archive": "delete",
    "import": "import",
    "export": "export",
    "refresh": "refresh",
    "refresh_token": "refresh",
    "sync": "sync",
    "resign": "resign",
    "recover": "recover",
    "disable": "disable",
    "block": "disable",
    "enable": "enable",
    "unblock": "enable",
    "add": "add",
    "allow": "add",
    "authorize": "add",
    "link_identity": "add",
    "remove": "remove",
    "deny": "remove",
    "revoke": "remove",
    "unlink_identity": "remove",
    "run": "query",
}
OTHER_OPERATION = "update"

RESOURCES: dict[str, str] = {
    "user": "user",
    "identity": "user",
    "mfa_factor": "userAccountState",
    "session": "userLoginState",
    "user_pool": "userpool",
    "tenant": "tenant",
    "tenant_member": "tenant",
    "tenant_administrator": "tenant",
    "group": "userGroup",
    "org": "org",
    "department": "org",
    "department_member": "org",
    "application": "application",
    "application_access": "application",
    "agreement": "application",
    "access_account": "application",
    "namespace": "resourceNamespace",
    "resource": "resource",
    "role": "role",
    "policy": "policy",
    "policy_assignment": "authorization",
    "data_resource": "dataResource",
    "data_policy": "dataPolicy",
    "identity_source": "socialConnection",
    "custom_database": "customDatabase",
    "custom_database_script": "customDatabase",
}
OTHER_RESOURCE = "userpool"


async def get_user_action_logs(request: V3Request, body: GetUserActionLogsDto) -> UserActionLogRespData:
    wanted = _EVENT_ALIASES.get(body.event_type or "", body.event_type)
    acts = tuple(
        Act(operation)
        for operation in get_args(Operation)
        if wanted and EVENTS.get(operation, OTHER_EVENT) == wanted
    )
    given = (body.user_id,) if body.user_id else ()
    ids, tried = await whose_acts(request.services, request.caller, given)
    query = RecordQuery(
        kind="user",
        acts=acts or ((Act(wanted),) if wanted and wanted != "all" else ()),
        user_ids=ids,
        names=tried,
        app_ids=(body.app_id,) if body.app_id else (),
        ip=body.client_ip or None,
        request_id=body.request_id or None,
        success=body.success,
        start=moment(body.start, "start"),
        end=moment(body.end, "end"),
    )
    total, rows, around = await _read(request, query, body.pagination)
    return UserActionLogRespData(total_count=total, items=[_event(request, row, around) for row in rows])


async def get_admin_audit_logs(request: V3Request, body: GetAdminAuditLogsDto) -> AdminAuditLogRespData:
    operation = body.operation_type if body.operation_type not in (None, "", "all") else None
    resource = body.resource_type if body.resource_type not in (None, "", "all") else None
    acts: tuple[Act, ...] = ()
    if operation or resource:
        acts = tuple(
            Act(one, thing)
            for one in get_args(Operation)
            for thing in get_args(ResourceType)
            if (not operation or _operation(one) == operation)
            and (not resource or _resource(one, thing) == resource)
        ) or (Act(operation or "", resource),)
    query = RecordQuery(
        kind="administrator",
        acts=acts,
        actor_ids=(body.user_id,) if body.user_id else (),
        ip=body.client_ip or None,
        request_id=body.request_id or None,
        success=body.success,
        start=moment(body.start, "start"),
        end=moment(body.end, "end"),
    )
    total, rows, _ = await _read(request, query, body.pagination)
    return AdminAuditLogRespData(total_count=total, items=[_act(request, row) for row in rows])


async def _read(
    request: V3Request, query: RecordQuery, pagination: ListWebhooksDto | None
) -> tuple[int, list[Record], Surroundings]:
    asked = walked(request, page(pagination.page, pagination.limit) if pagination else page(None, None))
    found = await request.services.audit.list_records(request.caller, query, asked)
    if request.walk:
        request.walk.found(found, (found.items[-1].at, found.items[-1].id) if found.items else None)
    around = (
        await surroundings(request.services, request.caller, found.items)
        if query.kind == "user"
        else Surroundings()
    )
    return found.total, list(found.items), around


def _event(request: V3Request, row: Record, around: Surroundings) -> UserActionLogDto:
    user, app = around.user(row), around.app(row)
    return UserActionLogDto(
        user_id=row.user_id or "",
        user_avatar=(user.photo if user else None) or request.services.avatar,
        user_display_name=(user.display_name if user else row.user_name) or "",
        user_logins_count=user.logins_count if user else 0,
        app_id=row.app_id or "",
        app_name=app.name if app else "",
        app_logo=(app.logo if app else None) or "",
        app_login_url=app.settings.init_login_uri if app else "",
        client_ip=row.ip,
        event_type=cast(Any, EVENTS.get(row.operation, OTHER_EVENT)),
        event_detail=_json(dict(row.detail)),
        success=row.success,
        user_agent=row.user_agent,
        parsed_user_agent=agent_dto(row.user_agent),
        geoip=geoip_dto(request, row.ip),
        timestamp=v3_time(row.at),
        request_id=row.request_id,
    )


def _act(request: V3Request, row: Record) -> AdminAuditLogDto:
    detail = dict(row.detail)
    before, after = detail.pop("before", None), detail.pop("after", None)
    return AdminAuditLogDto(
        admin_user_id=row.actor_id,
        admin_user_avatar=request.services.avatar,
        admin_user_display_name=row.actor_id,
        client_ip=row.ip,
        operation_type=cast(Any, _operation(row.operation)),
        resource_type=cast(Any, _resource(row.operation, row.resource_type)),
        event_details=_json({**detail, "resourceId": row.resource_id, "userId": row.user_id}),
        origin_value=None if before is None else _json(before),
        target_value=None if after is None else _json(after),
        success=row.success,
        user_agent=row.user_agent,
        ua=agent_dto(row.user_agent),
        geoip=geoip_dto(request, row.ip),
        timestamp=v3_time(row.at),
        request_id=row.request_id,
    )


def _operation(operation: str) -> str:
    return OPERATIONS.get(operation, OTHER_OPERATION)


def _resource(operation: str, resource_type: str) -> str:
    if resource_type == "user" and operation in ("kick", "logout"):
        return "userLoginState"
    if resource_type == "user" and operation in ("block", "unblock", "resign", "archive"):
        return "userAccountState"
    return RESOURCES.get(resource_type, OTHER_RESOURCE)


def agent_dto(user_agent: str) -> ParsedUserAgent:
    known = agent(user_agent)
    return ParsedUserAgent(device=known.device, name=known.name, os=known.os)


def geoip_dto(request: V3Request, ip: str | None) -> GeoIp:
    place = request.services.geoip.of(ip)
    return GeoIp(
        location=GeoIpLocation(
            lon=round((place.longitude if place else None) or 0),
            lat=round((place.latitude if place else None) or 0),
        ),
        country_name=place.country_name if place else "",
        country_code2=place.country_code if place else "",
        country_code3=place.country_code if place else "",
        region_name=place.region_name if place else "",
        region_code=place.region_code if place else "",
        city_name=place.city_name if place else "",
        continent_code=place.continent_code if place else "",
        timezone=place.timezone if place else "",
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


ENDPOINTS = [
    Endpoint(
        "POST",
        "get-user-action-logs",
        request=GetUserActionLogsDto,
        response=UserActionLogRespData,
        handler=get_user_action_logs,
        scope="audit:read",
        summary="What people did themselves, newest first",
    ),
    Endpoint(
        "POST",
        "get-admin-audit-logs",
        request=GetAdminAuditLogsDto,
        response=AdminAuditLogRespData,
        handler=get_admin_audit_logs,
        scope="audit:read",
        summary="What administrators did, newest first",
    ),
]
