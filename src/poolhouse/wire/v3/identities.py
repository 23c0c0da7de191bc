"""Identity sources and their connections, secrets masked. Of a kind that nobody can sign in by, the answer says so."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal, cast

from msgspec import UNSET, UnsetType

from poolhouse.errors import AppNotFound, ConnectionNotFound, IdentitySourceNotFound, InvalidInput, Missing
from poolhouse.federation.binding import PROOFS
from poolhouse.misfits import OBJECT, expected
from poolhouse.tenants.model import Connection, ConnectionDraft, Source
from poolhouse.wire import without_effect
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.identities import (
    ChangeExtIdpAssociationStateDto,
    ChangeExtIdpConnStateDto,
    CreateExtIdpConnDto,
    CreateExtIdpDto,
    DeleteExtIdpConnDto,
    DeleteExtIdpDto,
    ExtIdpConnAppsQuery,
    ExtIdpConnDetail,
    ExtIdpDetail,
    ExtIdpDto,
    ExtIdpListPagingDto,
    GetExtIdpQuery,
    ListExtIdpQuery,
    ListTenantExtIdpQuery,
    UpdateExtIdpConnDto,
    UpdateExtIdpDto,
)
from poolhouse.wire.v3.dto.signin import ExtIdpInfoDto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

SOCIAL = frozenset(
    {
        "wechat",
        "google",
        "qq",
        "weibo",
        "github",
        "alipay",
        "apple",
        "baidu",
        "gitlab",
        "twitter",
        "facebook",
        "slack",
        "linkedin",
        "yidun",
        "qingcloud",
        "gitee",
        "instagram",
        "huawei",
        "honor",
        "xiaomi",
        "oppo",
        "amazon",
        "douyin",
        "kuaishou",
        "line",
    }
)
"""The types that are people's own accounts; the others are an enterprise's."""


async def list_ext_idp(request: V3Request, query: ListExtIdpQuery) -> ExtIdpListPagingDto:
    found = await request.services.sources.list(
        request.caller, tenant_id=query.tenant_id or None, app_id=query.app_id or None
    )
    return ExtIdpListPagingDto(total_count=len(found), items=[_source(source) for source in found])


async def list_tenant_ext_idp(request: V3Request, query: ListTenantExtIdpQuery) -> ExtIdpListPagingDto:
    asked = page(query.page, query.limit)
    found = [
        source
        for source in await request.services.sources.list(
            request.caller, tenant_id=query.tenant_id or None, app_id=query.app_id or None
        )
        if source.tenant_id is not None and _is_of(source, query.type)
    ]
    shown = [_source(source) for source in found[asked.offset : asked.offset + asked.size]]
    return ExtIdpListPagingDto(total_count=len(found), items=shown)


async def get_ext_idp(request: V3Request, query: GetExtIdpQuery) -> ExtIdpDetail:
    source = await _the_source(request, query.id, query.tenant_id)
    if not _is_of(source, query.type):
        raise IdentitySourceNotFound(source_id=query.id)
    connections = [
        connection
        for connection in source.connections
        if not query.app_id or connection.is_enabled("app", query.app_id)
    ]
    return ExtIdpDetail(
        id=source.id,
        name=source.name,
        logo=source.logo or "",
        tenant_id=source.tenant_id,
        type=source.type,
        auto_join=source.auto_join,
        connections=[_whole(connection) for connection in connections],
    )


async def create_ext_idp(request: V3Request, body: CreateExtIdpDto) -> ExtIdpDto:
    without_effect.note_source(body.type)
    return _source(
        await request.services.sources.create(
            request.caller, body.name, body.type, tenant_id=body.tenant_id or None
        )
    )


async def update_ext_idp(request: V3Request, body: UpdateExtIdpDto) -> ExtIdpDto:
    await _the_source(request, body.id, _given(body.tenant_id))
    return _source(await request.services.sources.rename(request.caller, body.id, body.name))


async def delete_ext_idp(request: V3Request, body: DeleteExtIdpDto) -> IsSuccessDto:
    await _the_source(request, body.id, body.tenant_id)
    await request.services.sources.delete(request.caller, body.id)
    return IsSuccessDto(success=True)


async def create_ext_idp_conn(request: V3Request, body: CreateExtIdpConnDto) -> ExtIdpConnDetail:
    await _the_source(request, body.ext_idp_id, body.tenant_id)
    without_effect.note_source(body.type)
    draft = ConnectionDraft(
        type=body.type,
        identifier=body.identifier,
        display_name=body.display_name,
        fields=_fields(body.fields),
        logo=body.logo,
        login_only=bool(body.login_only),
    )
    return _connection(await request.services.sources.add_connection(request.caller, body.ext_idp_id, draft))


async def update_ext_idp_conn(request: V3Request, body: UpdateExtIdpConnDto) -> ExtIdpConnDetail:
    without_effect.note_source((await _the_connection(request, body.id, _given(body.tenant_id))).type)
    values: dict[str, Any] = {"display_name": body.display_name, "fields": _fields(body.fields)}
    if not isinstance(body.logo, UnsetType):
        values["logo"] = body.logo
    if not isinstance(body.login_only, UnsetType):
        values["login_only"] = bool(body.login_only)
    return _connection(await request.services.sources.update_connection(request.caller, body.id, values))


async def delete_ext_idp_conn(request: V3Request, body: DeleteExtIdpConnDto) -> IsSuccessDto:
    await _the_connection(request, body.id, body.tenant_id)
    await request.services.sources.delete_connection(request.caller, body.id)
    return IsSuccessDto(success=True)


async def change_ext_idp_conn_state(request: V3Request, body: ChangeExtIdpConnStateDto) -> IsSuccessDto:
    """In one application, or in several when `appIds` names them."""
    without_effect.note_source((await _the_connection(request, body.id, body.tenant_id)).type)
    for app_id in dict.fromkeys([body.app_id, *(body.app_ids or ())]):
        app = await request.services.apps.get(request.caller, app_id)
        await request.services.sources.set_connection_enabled(
            request.caller, body.id, "app", app.id, body.enabled
        )
    return IsSuccessDto(success=True)


async def change_association_state(request: V3Request, body: ChangeExtIdpAssociationStateDto) -> IsSuccessDto:
    without_effect.note_source((await _the_connection(request, body.id, body.tenant_id)).type)
    values = {"associable": body.association}
    await request.services.sources.update_connection(request.caller, body.id, values)
    return IsSuccessDto(success=True)


async def ext_idp_conn_apps(request: V3Request, query: ExtIdpConnAppsQuery) -> ExtIdpListPagingDto:
    """The applications that a source is switched on in, by any of its connections, in the list's documented shape."""
    source, connections = await _with_connections(request, query.id, query.tenant_id)
    if not _is_of(source, query.type):
        raise IdentitySourceNotFound(source_id=query.id)
    found = dict.fromkeys(
        state.place_id
        for connection in connections
        for state in connection.states
        if state.place == "app" and state.enabled
    )
    items = []
    for app_id in found:
        if query.app_id not in (None, "", app_id):
            continue
        with suppress(AppNotFound):  # deleted meanwhile
            app = await request.services.apps.get(request.caller, app_id)
            items.append(ExtIdpDto(id=app.id, name=app.name, logo=app.logo or "", type=source.type))
    return ExtIdpListPagingDto(total_count=len(items), items=items)


async def enabled_in_application(request: V3Request, _: None) -> list[ExtIdpInfoDto]:
    """What the application that the request names may show a button for: switched on, and of a kind that signs in."""
    caller = request.caller
    if not caller.app_id:
        raise Missing("x-authing-app-id")
    return [
        ExtIdpInfoDto(
            identifier=one.identifier,
            ext_idp_id=one.source_id,
            type=one.source_type,
            ext_idp_type="social" if one.social else "enterprise",
            bind_url="",
            name=one.name,
            logo=one.logo or UNSET,
        )
        for one in await request.services.provider_connections.offered(caller.pool_id, caller.app_id)
    ]


async def _the_source(request: V3Request, source_id: str, tenant_id: str | None) -> Source:
    """A tenant's source is not found under another tenant's id."""
    source = await request.services.sources.get(request.caller, source_id)
    if tenant_id and source.tenant_id != tenant_id:
        raise IdentitySourceNotFound(source_id=source_id)
    return source


async def _the_connection(request: V3Request, connection_id: str, tenant_id: str | None) -> Connection:
    connection = await request.services.sources.get_connection(request.caller, connection_id)
    await _the_source(request, connection.source_id, tenant_id)
    return connection


async def _with_connections(
    request: V3Request, id_: str, tenant_id: str | None
) -> tuple[Source, Sequence[Connection]]:
    """`id_` of a source, as the clients document it, or of a connection, which is then the only one.

    Raises IdentitySourceNotFound.
    """
    try:
        connection = await _the_connection(request, id_, tenant_id)
    except ConnectionNotFound:
        source = await _the_source(request, id_, tenant_id)
        return source, source.connections
    return await _the_source(request, connection.source_id, tenant_id), [connection]


def _is_of(source: Source, kind: str | None) -> bool:
    return not kind or (source.type in SOCIAL) == (kind == "social")


def _fields(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InvalidInput("fields", *expected(OBJECT))
    return given


def _given(value: str | UnsetType | None) -> str | None:
    return None if isinstance(value, UnsetType) else value


def _source(source: Source) -> ExtIdpDto:
    return ExtIdpDto(
        id=source.id,
        name=source.name,
        logo=source.logo or "",
        tenant_id=source.tenant_id,
        type=source.type,
    )


def _connection(connection: Connection) -> ExtIdpConnDetail:
    return ExtIdpConnDetail(
        id=connection.id,
        type=cast(Any, connection.type),
        ext_idp_id=connection.source_id,
        logo=connection.logo or "",
        identifier=connection.identifier,
        display_name=connection.display_name,
        login_only=connection.login_only,
        association_mode=_association(connection),
        challenge_binding_methods=_binding_methods(connection),
    )


def _association(connection: Connection) -> Literal["none", "field", "challenge"]:
    """By fields first, as somebody who comes is looked for; who is asked is whoever was not found by them."""
    if connection.match_fields:
        return "field"
    return "challenge" if connection.associable else "none"


def _binding_methods(connection: Connection) -> list[str]:
    """What proves an account to somebody who is asked; none where nobody is."""
    named = connection.fields.get("challengeBindingMethods")
    known: list[str] = [one for one in PROOFS if isinstance(named, list) and one in named]
    return (known or [*PROOFS]) if connection.associable else []


def _whole(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.id,
        "type": connection.type,
        "extIdpId": connection.source_id,
        "identifier": connection.identifier,
        "displayName": connection.display_name,
        "fields": dict(connection.fields),
        "logo": connection.logo or "",
        "loginOnly": connection.login_only,
        "associationMode": _association(connection),
        "challengeBindingMethods": _binding_methods(connection),
        "enabledAppIds": [state.place_id for state in connection.states if state.enabled],
    }


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-application-enabled-extidps",
        request=None,
        response=list[ExtIdpInfoDto],
        handler=enabled_in_application,
        scope="signin:read",
        summary="The identity sources that an application's people can sign in by",
        access="anyone",
    ),
    Endpoint(
        "GET",
        "list-ext-idp",
        request=ListExtIdpQuery,
        response=ExtIdpListPagingDto,
        handler=list_ext_idp,
        scope="identities:read",
        summary="List identity sources",
    ),
    Endpoint(
        "GET",
        "list-tenant-ext-idp",
        request=ListTenantExtIdpQuery,
        response=ExtIdpListPagingDto,
        handler=list_tenant_ext_idp,
        scope="identities:read",
        summary="List identity sources of tenants",
    ),
    Endpoint(
        "GET",
        "get-ext-idp",
        request=GetExtIdpQuery,
        response=ExtIdpDetail,
        handler=get_ext_idp,
        scope="identities:read",
        summary="One identity source with its connections, secrets masked",
    ),
    Endpoint(
        "POST",
        "create-ext-idp",
        request=CreateExtIdpDto,
        response=ExtIdpDto,
        handler=create_ext_idp,
        scope="identities:write",
        summary="Create an identity source",
    ),
    Endpoint(
        "POST",
        "update-ext-idp",
        request=UpdateExtIdpDto,
        response=ExtIdpDto,
        handler=update_ext_idp,
        scope="identities:write",
        summary="Rename an identity source",
    ),
    Endpoint(
        "POST",
        "delete-ext-idp",
        request=DeleteExtIdpDto,
        response=IsSuccessDto,
        handler=delete_ext_idp,
        scope="identities:write",
        summary="Delete an identity source with its connections",
    ),
    Endpoint(
        "POST",
        "create-ext-idp-conn",
        request=CreateExtIdpConnDto,
        response=ExtIdpConnDetail,
        handler=create_ext_idp_conn,
        scope="identities:write",
        summary="Create a connection of an identity source",
    ),
    Endpoint(
        "POST",
        "update-ext-idp-conn",
        request=UpdateExtIdpConnDto,
        response=ExtIdpConnDetail,
        handler=update_ext_idp_conn,
        scope="identities:write",
        summary="Change a connection; a masked secret stays",
    ),
    Endpoint(
        "POST",
        "delete-ext-idp-conn",
        request=DeleteExtIdpConnDto,
        response=IsSuccessDto,
        handler=delete_ext_idp_conn,
        scope="identities:write",
        summary="Delete a connection",
    ),
    Endpoint(
        "POST",
        "change-ext-idp-conn-state",
        request=ChangeExtIdpConnStateDto,
        response=IsSuccessDto,
        handler=change_ext_idp_conn_state,
        scope="identities:write",
        summary="Switch a connection on or off in applications",
    ),
    Endpoint(
        "POST",
        "change-ext-idp-conn-association-state",
        request=ChangeExtIdpAssociationStateDto,
        response=IsSuccessDto,
        handler=change_association_state,
        scope="identities:write",
        summary="Set whether somebody new is asked which account is theirs",
    ),
    Endpoint(
        "GET",
        "ext-idp-conn-apps",
        request=ExtIdpConnAppsQuery,
        response=ExtIdpListPagingDto,
        handler=ext_idp_conn_apps,
        scope="identities:read",
        summary="Applications that a source, or one of its connections, is switched on in",
    ),
]
