"""Action logs. Source: docs/contract/v3/audit.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from poolhouse.wire.v3.dto import Dto, Int

OperationType = Literal[
    "all",
    "create",
    "delete",
    "import",
    "export",
    "update",
    "refresh",
    "sync",
    "invite",
    "resign",
    "recover",
    "disable",
    "enable",
    "activate",
    "deactivate",
    "add",
    "remove",
    "query",
    "sendInvitation",
    "revertInvitation",
    "approval",
    "reject",
]

AuditedType = Literal[
    "all",
    "user",
    "userpool",
    "tenant",
    "userLoginState",
    "userAccountState",
    "userGroup",
    "fieldEncryptState",
    "syncTask",
    "socialConnection",
    "enterpriseConnection",
    "customDatabase",
    "org",
    "cooperator",
    "application",
    "resourceNamespace",
    "resource",
    "role",
    "roleAssign",
    "policy",
    "customDomain",
    "permitSpace",
    "generalResource",
    "generalResourceAuthorization",
    "roleSubject",
    "subjectOfRole",
    "dataResource",
    "dataPolicy",
    "authorization",
    "userAuthorization",
    "adminPermissionRole",
    "adminPermissionAdmin",
    "adminPermissionPolicy",
    "universalInvitation",
    "policyInvitation",
    "invitationRoster",
    "invitationUser",
    "invitationPolicy",
    "applicant",
]

UserEventType = Literal[
    "login",
    "logout",
    "register",
    "verifyMfa",
    "updateUserPrefile",
    "updateUserPassword",
    "updateUserEmail",
    "updateUserPhone",
    "bindMfa",
    "bindEmail",
    "bindPhone",
    "unbindPhone",
    "unbindEmail",
    "unbindMFA",
    "refreshUserTokenBySelf",
    "deleteAccount",
    "verifyFirstLogin",
    "securityResourceAccess",
]


class AdminAuditLogDto(Dto, kw_only=True):
    admin_user_id: str
    admin_user_avatar: str
    admin_user_display_name: str
    client_ip: str | None = None
    operation_type: OperationType
    resource_type: AuditedType
    event_details: str | None = None
    operation_param: str | None = None
    origin_value: str | None = None
    target_value: str | None = None
    success: bool
    user_agent: str
    ua: ParsedUserAgent
    geoip: GeoIp
    timestamp: str
    request_id: str


class AdminAuditLogRespData(Dto, kw_only=True):
    total_count: Int
    items: list[AdminAuditLogDto] = field(name="list")


class GeoIp(Dto, kw_only=True):
    location: GeoIpLocation
    country_name: str = field(name="country_name")
    country_code2: str = field(name="country_code2")
    country_code3: str = field(name="country_code3")
    region_name: str = field(name="region_name")
    region_code: str = field(name="region_code")
    city_name: str = field(name="city_name")
    continent_code: str = field(name="continent_code")
    timezone: str


class GeoIpLocation(Dto, kw_only=True):
    lon: Int  # whole degrees: the classes of Go, Java and C# hold integers
    lat: Int


class GetAdminAuditLogsDto(Dto, kw_only=True):
    request_id: str | None = None
    client_ip: str | None = None
    operation_type: str | None = None
    resource_type: str | None = None
    user_id: str | None = None
    success: bool | None = None
    start: Int | None = None
    end: Int | None = None
    pagination: ListWebhooksDto | None = None


class GetUserActionLogsDto(Dto, kw_only=True):
    request_id: str | None = None
    client_ip: str | None = None
    event_type: str | None = None
    user_id: str | None = None
    app_id: str | None = None
    start: Int | None = None
    end: Int | None = None
    success: bool | None = None
    pagination: ListWebhooksDto | None = None


class ListWebhooksDto(Dto, kw_only=True):
    page: Any = None
    limit: Any = None


class ParsedUserAgent(Dto, kw_only=True):
    device: str
    name: str
    os: str


class UserActionLogDto(Dto, kw_only=True):
    user_id: str
    user_avatar: str
    user_display_name: str
    user_logins_count: Int
    app_id: str
    app_name: str
    client_ip: str | None = None
    event_type: UserEventType
    event_detail: str | None = None
    success: bool
    app_login_url: str
    app_logo: str
    user_agent: str
    parsed_user_agent: ParsedUserAgent
    geoip: GeoIp
    timestamp: str
    request_id: str


class UserActionLogRespData(Dto, kw_only=True):
    total_count: Int
    items: list[UserActionLogDto] = field(name="list")
