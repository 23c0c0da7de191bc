"""Access keys and the token made with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from poolhouse.credentials import access_key_tokens
from poolhouse.credentials.model import AccessKey
from poolhouse.credentials.scopes import SCOPES
from poolhouse.times import v3_time
from poolhouse.wire.v3.dto.access_keys import (
    CreateAccessKeyDto,
    CreateAccessKeyRespDto,
    DeleteAccessKeyDto,
    GetAccessKeyQuery,
    GetAccessKeyRespDto,
    ListAccessKeyQuery,
    ListAccessKeyRespDto,
    UpdateAccessKeyDto,
)
from poolhouse.wire.v3.dto.token import GetManagementTokenDto, ManagementTokenDto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def get_management_token(request: V3Request, body: GetManagementTokenDto) -> ManagementTokenDto:
    keys = request.services.access_keys
    key = await keys.authenticate(body.access_key_id, body.access_key_secret)
    await keys.note_use(key.pool_id, key.id)
    return ManagementTokenDto(access_token=access_key_tokens.issue(key), expires_in=access_key_tokens.LIVES_S)


class AccessKeyScopeDto(Struct, rename="camel"):
    """`isYours`: whether who asks has it, and so may give it to a key."""

    scope: str
    is_yours: bool


async def create_access_key(request: V3Request, body: CreateAccessKeyDto) -> list[CreateAccessKeyRespDto]:
    key = await request.services.access_keys.create(
        request.caller, user_id=body.user_id, tenant_id=body.tenant_id, scopes=body.scopes
    )
    return [CreateAccessKeyRespDto(**fields) for fields in await _fields(request, [key])]


async def list_access_keys(request: V3Request, query: ListAccessKeyQuery) -> list[ListAccessKeyRespDto]:
    """`status` holds `activated`, `staging` or `revoked`; only the first and the last exist here."""
    wanted = {status.lower() for status in query.status or ()}
    enabled = None if len(wanted) != 1 else wanted != {"revoked"}
    keys = await request.services.access_keys.list(
        request.caller, user_id=query.user_id, tenant_id=query.tenant_id, enabled=enabled
    )
    return [ListAccessKeyRespDto(**fields) for fields in await _fields(request, keys)]


async def list_scopes(request: V3Request, query: None) -> list[AccessKeyScopeDto]:
    return [AccessKeyScopeDto(scope, request.caller.has_scope(scope)) for scope in SCOPES]


async def get_access_key(request: V3Request, query: GetAccessKeyQuery) -> list[GetAccessKeyRespDto]:
    key = await request.services.access_keys.get(request.caller, query.access_key_id)
    return [GetAccessKeyRespDto(**fields) for fields in await _fields(request, [key])]


async def update_access_key(request: V3Request, body: UpdateAccessKeyDto) -> None:
    await request.services.access_keys.update(request.caller, body.access_key_id, enabled=body.enable)


async def delete_access_key(request: V3Request, body: DeleteAccessKeyDto) -> None:
    await request.services.access_keys.delete(request.caller, body.access_key_id)


async def _fields(request: V3Request, keys: Sequence[AccessKey]) -> list[dict[str, Any]]:
    holders = {key.administrator_id for key in keys if key.administrator_id}
    names = await request.services.administrators.names(holders)
    return [
        {
            "access_key_id": key.id,
            "access_key_secret": key.secret,
            "user_id": key.user_id or "",
            "created_at": v3_time(key.created_at) if key.created_at else "",
            "status": "activated" if key.enabled else "revoked",
            "last_date": v3_time(key.used_at) if key.used_at else "",
            "user_pool_id": key.pool_id,
            "enable": key.enabled,
            "scopes": None if key.scopes is None else sorted(key.scopes),
            "administrator_id": key.administrator_id,
            "administrator_name": names.get(key.administrator_id or ""),
            "is_usable": await request.services.access_keys.limits(key) is not None,
        }
        for key in keys
    ]


ENDPOINTS = [
    Endpoint(
        "POST",
        "get-management-token",
        request=GetManagementTokenDto,
        response=ManagementTokenDto,
        handler=get_management_token,
        scope="",
        summary="A token for the management API",
        access="anyone",
    ),
    Endpoint(
        "POST",
        "create-access-key",
        request=CreateAccessKeyDto,
        response=list[CreateAccessKeyRespDto],
        handler=create_access_key,
        scope="access_keys:write",
        summary="Create an access key; its secret is shown this once",
    ),
    Endpoint(
        "GET",
        "list-access-key",
        request=ListAccessKeyQuery,
        response=list[ListAccessKeyRespDto],
        handler=list_access_keys,
        scope="access_keys:read",
        summary="List the pool's access keys with their last use",
    ),
    Endpoint(
        "GET",
        "list-access-key-scopes",
        request=None,
        response=list[AccessKeyScopeDto],
        handler=list_scopes,
        scope="access_keys:read",
        summary="Every scope that an access key may be limited to",
        ours=True,
    ),
    Endpoint(
        "GET",
        "get-access-key",
        request=GetAccessKeyQuery,
        response=list[GetAccessKeyRespDto],
        handler=get_access_key,
        scope="access_keys:read",
        summary="One access key, its secret masked",
        blank=frozenset({"userId"}),
    ),
    Endpoint(
        "POST",
        "update-access-key",
        request=UpdateAccessKeyDto,
        response=None,
        handler=update_access_key,
        scope="access_keys:write",
        summary="Enable or disable an access key",
    ),
    Endpoint(
        "POST",
        "delete-access-key",
        request=DeleteAccessKeyDto,
        response=None,
        handler=delete_access_key,
        scope="access_keys:write",
        summary="Delete an access key",
    ),
]
