"""Tenants, their members, and identity sources. Source: docs/contract/v2.md#tenants-and-identity-sources."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType, field

from poolhouse.errors import InvalidInput
from poolhouse.tenants.model import Connection, ConnectionDraft, Member, Place, Source
from poolhouse.times import v2_time
from poolhouse.wire import without_effect
from poolhouse.wire.sentences import message
from poolhouse.wire.v2.apps import tenant_json
from poolhouse.wire.v2.bodies import Body, managed_body
from poolhouse.wire.v2.pages import asked_page
from poolhouse.wire.v2.request import Answer, Route, V2Request
from poolhouse.wire.v2.user_loader import users_json


async def list_tenants(request: V2Request) -> Any:
    page = asked_page(request)
    found = await request.services.tenants.list(request.caller, page)
    return {"totalCount": found.total, "list": [tenant_json(request, tenant) for tenant in found.items]}


async def details(request: V2Request) -> Any:
    tenant = await request.services.tenants.get(request.caller, request.path["tenantId"])
    apps = [await request.services.apps.get(request.caller, app_id) for app_id in tenant.app_ids]
    return {
        **tenant_json(request, tenant),
        "apps": [{"id": app.id, "name": app.name, "logo": app.logo} for app in apps],
    }


class CreateTenant(Body):
    name: str
    app_ids: str | list[str] = ""
    logo: str | None = None
    description: str | None = None


async def create(request: V2Request) -> Any:
    body = managed_body(request, CreateTenant)
    values = {"logo": body.logo, "description": body.description}
    tenant = await request.services.tenants.create(request.caller, body.name, _ids(body.app_ids), values)
    return tenant_json(request, tenant)


class UpdateTenant(Body):
    """`update` and `config` of the client share one path."""

    name: str | UnsetType = UNSET
    app_ids: str | list[str] | UnsetType = UNSET
    logo: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    css: str | UnsetType | None = UNSET
    sso_page_customization_settings: dict[str, Any] | UnsetType = UNSET


async def update(request: V2Request) -> Any:
    body = managed_body(request, UpdateTenant)
    values: dict[str, Any] = {}
    for name in ("name", "logo", "description", "css"):
        if (value := getattr(body, name)) is not UNSET:
            values[name] = value
    if not isinstance(body.sso_page_customization_settings, UnsetType):
        values["settings"] = body.sso_page_customization_settings
    app_ids = None if isinstance(body.app_ids, UnsetType) else _ids(body.app_ids)
    tenant_id = request.path["tenantId"]
    return tenant_json(
        request, await request.services.tenants.update(request.caller, tenant_id, values, app_ids)
    )


async def delete(request: V2Request) -> Any:
    await request.services.tenants.delete(request.caller, request.path["tenantId"])
    return message(request.caller.lang, "删除租户成功")


# -- members ---------------------------------------------------------------------------------------------


class Members(Body):
    user_ids: list[str]


class MemberState(Body):
    is_enabled: bool


async def list_members(request: V2Request) -> Any:
    page = asked_page(request)
    members = await request.services.tenants.list_members(request.caller, request.path["tenantId"], page)
    users = await request.services.users.list_by_ids(
        request.caller, [member.user_id for member in members.items]
    )
    users_as_json = await users_json(request, users)
    json_of_user = {user.id: as_json for user, as_json in zip(users, users_as_json, strict=True)}
    return {
        "totalCount": members.total,
        "list": [
            _member(request, member) | {"user": json_of_user.get(member.user_id)} for member in members.items
        ],
    }


async def add_members(request: V2Request) -> Any:
    tenant_id, body = request.path["tenantId"], managed_body(request, Members)
    await request.services.tenants.add_members(request.caller, tenant_id, body.user_ids)
    return tenant_json(request, await request.services.tenants.get(request.caller, tenant_id))


async def remove_member(request: V2Request) -> Any:
    user_id = request.query.required("userId")
    await request.services.tenants.remove_members(request.caller, request.path["tenantId"], [user_id])
    return message(request.caller.lang, "移除成员成功")


async def set_administrators(request: V2Request) -> Any:
    body = managed_body(request, Members)
    await request.services.tenants.add_administrators(request.caller, request.path["tenantId"], body.user_ids)
    return True


async def remove_administrator(request: V2Request) -> Any:
    await request.services.tenants.remove_administrators(
        request.caller, request.path["tenantId"], [request.path["userId"]]
    )
    return True


async def set_member_state(request: V2Request) -> Any:
    enabled = managed_body(request, MemberState).is_enabled
    member = await request.services.tenants.set_member_enabled(
        request.caller, request.path["tenantId"], request.path["userId"], enabled
    )
    return _member(request, member)


async def tenants_of_user(request: V2Request) -> Any:
    """The user, and `tenants` with what they are in each. Source: docs/contract/v2.md#users."""
    user = await request.services.users.get(request.caller, request.path["userId"])
    memberships = await request.services.tenants.list_of_user(request.caller, user.id)
    tenants = [
        {
            **tenant_json(request, membership.tenant),
            **_member(request, membership.member),
            "id": membership.tenant.id,
        }
        for membership in memberships
    ]
    (person,) = await users_json(request, [user])
    return {**msgspec.to_builtins(person), "tenants": tenants}


# -- identity sources ------------------------------------------------------------------------------------


class ConnectionBody(Body, kw_only=True):
    type: str
    identifier: str
    display_name: str
    fields: dict[str, Any] = field(default_factory=dict)
    user_match_fields: tuple[str, ...] = ()
    logo: str | None = None


class CreateSource(Body):
    name: str
    type: str
    tenant_id: str | None = None
    connections: tuple[ConnectionBody, ...] = ()


class RenameSource(Body):
    name: str


class CreateConnection(ConnectionBody, kw_only=True):
    ext_idp_id: str


class UpdateConnection(Body):
    display_name: str | UnsetType = UNSET
    fields: dict[str, Any] | UnsetType = UNSET
    user_match_fields: list[str] | UnsetType = UNSET
    logo: str | UnsetType | None = UNSET


class ConnectionState(Body):
    enabled: bool
    app_id: str | None = None
    tenant_id: str | None = None


class Identifier(Body):
    identifier: str


async def list_sources(request: V2Request) -> Any:
    found = await request.services.sources.list(request.caller, tenant_id=request.query.text("tenantId"))
    return [_source(request, source) for source in found]


async def get_source(request: V2Request) -> Any:
    return _source(request, await request.services.sources.get(request.caller, request.path["extIdpId"]))


async def create_source(request: V2Request) -> Any:
    body = managed_body(request, CreateSource)
    for kind in (body.type, *(connection.type for connection in body.connections)):
        without_effect.note_source(kind)
    source = await request.services.sources.create(
        request.caller,
        body.name,
        body.type,
        tenant_id=body.tenant_id,
        connections=[_draft(connection) for connection in body.connections],
    )
    return _source(request, source)


async def rename_source(request: V2Request) -> Any:
    name = managed_body(request, RenameSource).name
    return _source(
        request, await request.services.sources.rename(request.caller, request.path["extIdpId"], name)
    )


async def delete_source(request: V2Request) -> Any:
    await request.services.sources.delete(request.caller, request.path["extIdpId"])
    return message(request.caller.lang, "删除身份源成功")


async def create_connection(request: V2Request) -> Any:
    body = managed_body(request, CreateConnection)
    without_effect.note_source(body.type)
    return _connection(
        request,
        await request.services.sources.add_connection(request.caller, body.ext_idp_id, _draft(body)),
    )


async def update_connection(request: V2Request) -> Any:
    body = managed_body(request, UpdateConnection)
    values: dict[str, Any] = {}
    for name in ("display_name", "fields", "logo"):
        if (value := getattr(body, name)) is not UNSET:
            values[name] = value
    if not isinstance(body.user_match_fields, UnsetType):
        values["match_fields"] = tuple(body.user_match_fields)
    connection_id = request.path["connectionId"]
    connection = await request.services.sources.update_connection(request.caller, connection_id, values)
    without_effect.note_source(connection.type)
    return _connection(request, connection)


async def delete_connection(request: V2Request) -> Any:
    await request.services.sources.delete_connection(request.caller, request.path["connectionId"])
    return message(request.caller.lang, "删除身份源连接成功")


async def check_identifier(request: V2Request) -> Any:
    """The client turns the answer round: it says unique when this fails. So a free identifier is the error."""
    identifier = managed_body(request, Identifier).identifier
    free = await request.services.sources.is_identifier_free(request.caller, identifier)
    return Answer(False, "身份源连接标识可用", 404) if free else Answer(True, "身份源连接标识已存在")


async def set_connection_state(request: V2Request) -> Any:
    body = managed_body(request, ConnectionState)
    place, place_id = await _place(request, body)
    connection = await request.services.sources.set_connection_enabled(
        request.caller, request.path["connectionId"], place, place_id, body.enabled
    )
    without_effect.note_source(connection.type)
    return _connection(request, connection)


async def set_all_states(request: V2Request) -> Any:
    body = managed_body(request, ConnectionState)
    place, place_id = await _place(request, body)
    await request.services.sources.set_all_enabled(
        request.caller, request.path["extIdpId"], place, place_id, body.enabled
    )
    return True


async def _place(request: V2Request, body: ConnectionState) -> tuple[Place, str]:
    if body.app_id:
        return "app", (await request.services.apps.get(request.caller, body.app_id)).id
    if body.tenant_id:
        return "tenant", (await request.services.tenants.get(request.caller, body.tenant_id)).id
    raise InvalidInput("appId", "appId 与 tenantId 至少填写一个", "one of appId and tenantId is required")


# -- shapes ----------------------------------------------------------------------------------------------


def _ids(given: str | list[str]) -> list[str]:
    """`appIds` is a comma-separated string here, a list in v3."""
    parts = given.split(",") if isinstance(given, str) else given
    return [part.strip() for part in parts if part.strip()]


def _draft(body: ConnectionBody) -> ConnectionDraft:
    return ConnectionDraft(
        body.type, body.identifier, body.display_name, body.fields, body.user_match_fields, body.logo
    )


def _member(request: V2Request, member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "tenantId": member.tenant_id,
        "userId": member.user_id,
        "isEnabled": member.enabled,
        "isTenantAdmin": member.administrator,
        "createdAt": v2_time(member.joined_at, request.zone),
    }


def _source(request: V2Request, source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "userPoolId": source.pool_id,
        "tenantId": source.tenant_id,
        "name": source.name,
        "type": source.type,
        "logo": source.logo,
        "connections": [_connection(request, connection) for connection in source.connections],
        "createdAt": source.created_at and v2_time(source.created_at, request.zone),
        "updatedAt": source.updated_at and v2_time(source.updated_at, request.zone),
    }


def _connection(request: V2Request, connection: Connection) -> dict[str, Any]:
    states = {place: [s for s in connection.states if s.place == place] for place in ("app", "tenant")}
    return {
        "id": connection.id,
        "extIdpId": connection.source_id,
        "type": connection.type,
        "identifier": connection.identifier,
        "displayName": connection.display_name,
        "fields": dict(connection.fields),
        "userMatchFields": list(connection.match_fields),
        "logo": connection.logo,
        "enabledAppIds": [state.place_id for state in states["app"] if state.enabled],
        "enabledTenantIds": [state.place_id for state in states["tenant"] if state.enabled],
        "enabled": any(state.enabled for state in connection.states),
        "createdAt": connection.created_at and v2_time(connection.created_at, request.zone),
        "updatedAt": connection.updated_at and v2_time(connection.updated_at, request.zone),
    }


_TENANT, _SOURCE = "/api/v2/tenant/{tenantId}", "/api/v2/extIdp/{extIdpId}"
_CONNECTION = "/api/v2/extIdpConn/{connectionId}"
ROUTES = [
    Route("GET", "/api/v2/tenants", list_tenants),
    Route("POST", "/api/v2/tenant", create),
    Route("GET", _TENANT, details),
    Route("POST", _TENANT, update),
    Route("DELETE", _TENANT, delete),
    Route("GET", f"{_TENANT}/users", list_members),
    Route("POST", f"{_TENANT}/user", add_members),
    Route("DELETE", f"{_TENANT}/user", remove_member),
    Route("PUT", f"{_TENANT}/admin", set_administrators),
    Route("DELETE", f"{_TENANT}/admin/{{userId}}", remove_administrator),
    Route("PUT", f"{_TENANT}/{{userId}}", set_member_state),
    Route("GET", "/api/v2/users/{userId}/tenants", tenants_of_user),
    Route("GET", "/api/v2/extIdp", list_sources),
    Route("POST", "/api/v2/extIdp", create_source),
    Route("GET", _SOURCE, get_source),
    Route("PUT", _SOURCE, rename_source),
    Route("DELETE", _SOURCE, delete_source),
    Route("PUT", f"{_SOURCE}/connState", set_all_states),
    Route("POST", "/api/v2/extIdpConn", create_connection),
    Route("PUT", _CONNECTION, update_connection),
    Route("DELETE", _CONNECTION, delete_connection),
    Route("PUT", f"{_CONNECTION}/state", set_connection_state),
    Route("POST", "/api/v2/check/extIdpConn/identifier", check_identifier),
]
