"""Registration whitelists, of the pool and of single applications."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.pools.whitelist import Entry, Kind
from poolhouse.times import v3_time
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.whitelist import (
    AddWhitelistDto,
    AddWhitelistOfAppDto,
    DeleteWhitelistDto,
    DeleteWhitelistOfAppDto,
    ListWhitelistOfAppQuery,
    ListWhitelistQuery,
    WhitelistRespDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

_KINDS: dict[str, Kind] = {"USERNAME": "username", "EMAIL": "email", "PHONE": "phone"}


async def list_whitelist(request: V3Request, query: ListWhitelistQuery) -> list[WhitelistRespDto]:
    return _entry_dtos(await request.services.whitelist.list(request.caller, _KINDS[query.type]))


async def add_whitelist(request: V3Request, body: AddWhitelistDto) -> list[WhitelistRespDto]:
    return _entry_dtos(
        await request.services.whitelist.add(request.caller, _KINDS[body.type], body.items or ())
    )


async def delete_whitelist(request: V3Request, body: DeleteWhitelistDto) -> IsSuccessDto:
    await request.services.whitelist.remove(request.caller, _KINDS[body.type], body.items or ())
    return IsSuccessDto(success=True)


async def list_whitelist_of_app(request: V3Request, query: ListWhitelistOfAppQuery) -> list[WhitelistRespDto]:
    app_id = await _app(request, query.app_id)
    return _entry_dtos(await request.services.whitelist.list(request.caller, _KINDS[query.type], app_id))


async def add_whitelist_of_app(request: V3Request, body: AddWhitelistOfAppDto) -> list[WhitelistRespDto]:
    kind, app_id = _KINDS[body.type], await _app(request, body.app_id)
    return _entry_dtos(await request.services.whitelist.add(request.caller, kind, body.items or (), app_id))


async def delete_whitelist_of_app(request: V3Request, body: DeleteWhitelistOfAppDto) -> IsSuccessDto:
    kind, app_id = _KINDS[body.type], await _app(request, body.app_id)
    await request.services.whitelist.remove(request.caller, kind, body.items or (), app_id)
    return IsSuccessDto(success=True)


async def _app(request: V3Request, app_id: str) -> str:
    """Raises AppNotFound."""
    return (await request.services.apps.get(request.caller, app_id)).id


def _entry_dtos(entries: Sequence[Entry]) -> list[WhitelistRespDto]:
    return [WhitelistRespDto(value=entry.value, created_at=v3_time(entry.created_at)) for entry in entries]


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-whitelist",
        request=ListWhitelistQuery,
        response=list[WhitelistRespDto],
        handler=list_whitelist,
        scope="whitelist:read",
        summary="List who may register",
    ),
    Endpoint(
        "POST",
        "add-whitelist",
        request=AddWhitelistDto,
        response=list[WhitelistRespDto],
        handler=add_whitelist,
        scope="whitelist:write",
        summary="Let people register",
    ),
    Endpoint(
        "POST",
        "delete-whitelist",
        request=DeleteWhitelistDto,
        response=IsSuccessDto,
        handler=delete_whitelist,
        scope="whitelist:write",
        summary="Take people off the whitelist",
    ),
    Endpoint(
        "GET",
        "list-whitelist-of-app",
        request=ListWhitelistOfAppQuery,
        response=list[WhitelistRespDto],
        handler=list_whitelist_of_app,
        scope="whitelist:read",
        summary="List who may register at an application",
    ),
    Endpoint(
        "POST",
        "add-whitelist-of-app",
        request=AddWhitelistOfAppDto,
        response=list[WhitelistRespDto],
        handler=add_whitelist_of_app,
        scope="whitelist:write",
        summary="Let people register at an application",
    ),
    Endpoint(
        "POST",
        "delete-whitelist-of-app",
        request=DeleteWhitelistOfAppDto,
        response=IsSuccessDto,
        handler=delete_whitelist_of_app,
        scope="whitelist:write",
        summary="Take people off an application's whitelist",
    ),
]
