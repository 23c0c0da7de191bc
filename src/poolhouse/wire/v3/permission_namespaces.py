"""Permission namespaces under their newer names: the same things as in `namespaces.py`.

Source: docs/contract/v3/permissions.md
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from poolhouse.errors import Missing
from poolhouse.resources.model import Namespace
from poolhouse.times import v3_time
from poolhouse.wire.sentences import said
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.data_resources import comma_joined
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.permissions import (
    CheckPermissionNamespaceExistsDto,
    CheckPermissionNamespaceExistsRespDto,
    CreatePermissionNamespaceDto,
    CreatePermissionNamespaceRespDto,
    CreatePermissionNamespacesBatchDto,
    DeletePermissionNamespaceDto,
    DeletePermissionNamespacesBatchDto,
    GetPermissionNamespaceQuery,
    GetPermissionNamespaceRespDto,
    GetPermissionNamespacesBatchQuery,
    ListPermissionNamespaceRolesQuery,
    ListPermissionNamespacesQuery,
    PermissionNamespaceListPagingDto,
    PermissionNamespaceRolesListPagingDto,
    PermissionNamespaceRolesListRespDto,
    PermissionNamespacesListRespDto,
    UpdatePermissionNamespaceDto,
    UpdatePermissionNamespaceRespDto,
)
from poolhouse.wire.v3.endpoint import V3Request, family


async def create_permission_namespace(
    request: V3Request, body: CreatePermissionNamespaceDto
) -> CreatePermissionNamespaceRespDto:
    made = await request.services.namespaces.create(request.caller, body.code, body.name, body.description)
    return CreatePermissionNamespaceRespDto(**_shown(made))


async def create_permission_namespaces_batch(
    request: V3Request, body: CreatePermissionNamespacesBatchDto
) -> IsSuccessDto:
    drafts = [(one.code, one.name, one.description) for one in body.items]
    await request.services.namespaces.create_many(request.caller, drafts)
    return IsSuccessDto(success=True)


async def get_permission_namespace(
    request: V3Request, query: GetPermissionNamespaceQuery
) -> GetPermissionNamespaceRespDto:
    found = await request.services.namespaces.get(request.caller, query.code)
    return GetPermissionNamespaceRespDto(**_shown(found))


async def get_permission_namespaces_batch(
    request: V3Request, query: GetPermissionNamespacesBatchQuery
) -> list[GetPermissionNamespaceRespDto]:
    """Those that exist, in the order asked."""
    found = await request.services.namespaces.find(request.caller, comma_joined(query.codes))
    return [GetPermissionNamespaceRespDto(**_shown(one)) for one in found]


async def list_permission_namespaces(
    request: V3Request, query: ListPermissionNamespacesQuery
) -> PermissionNamespaceListPagingDto:
    found = await request.services.namespaces.list(request.caller, page(query.page, query.limit), query.query)
    return PermissionNamespaceListPagingDto(
        total_count=found.total,
        items=[PermissionNamespacesListRespDto(**_shown(one), status=1) for one in found.items],
    )


async def update_permission_namespace(
    request: V3Request, body: UpdatePermissionNamespaceDto
) -> UpdatePermissionNamespaceRespDto:
    """A null, or an empty name or code, leaves a thing as it is."""
    changed = await request.services.namespaces.update(
        request.caller,
        body.code,
        name=body.name or None,
        description=body.description,
        new_code=body.new_code or None,
    )
    return UpdatePermissionNamespaceRespDto(**_shown(changed))


async def delete_permission_namespace(request: V3Request, body: DeletePermissionNamespaceDto) -> IsSuccessDto:
    await request.services.namespaces.delete(request.caller, [body.code])
    return IsSuccessDto(success=True)


async def delete_permission_namespaces_batch(
    request: V3Request, body: DeletePermissionNamespacesBatchDto
) -> IsSuccessDto:
    await request.services.namespaces.delete(request.caller, body.codes)
    return IsSuccessDto(success=True)


async def check_permission_namespace_exists(
    request: V3Request, body: CheckPermissionNamespaceExistsDto
) -> CheckPermissionNamespaceExistsRespDto:
    """`isValid`: no namespace has it. A name may stand twice all the same, a code not."""
    if not (body.code or body.name):
        raise Missing("code")
    code, name = await request.services.namespaces.taken(request.caller, code=body.code, name=body.name)
    taken = "权限空间编码已存在" if code else "权限空间名称已存在" if name else None
    return CheckPermissionNamespaceExistsRespDto(
        is_valid=taken is None, message=said(taken, request.caller.lang) if taken else None
    )


async def list_permission_namespace_roles(
    request: V3Request, query: ListPermissionNamespaceRolesQuery
) -> PermissionNamespaceRolesListPagingDto:
    found = await request.services.roles.list(
        request.caller, query.code, page(query.page, query.limit), query.query or ""
    )
    return PermissionNamespaceRolesListPagingDto(
        total_count=found.total,
        items=[
            PermissionNamespaceRolesListRespDto(
                name=one.name or one.code,
                code=one.code,
                description=one.description,
                namespace=one.namespace,
                updated_at=v3_time(one.updated_at),
            )
            for one in found.items
        ],
    )


def _shown(namespace: Namespace) -> dict[str, Any]:
    return {
        "code": namespace.code,
        "name": namespace.name or namespace.code,
        "description": namespace.description,
    }


_row = family("resources")

ENDPOINTS = [
    _row(
        "POST",
        "create-permission-namespace",
        CreatePermissionNamespaceDto,
        CreatePermissionNamespaceRespDto,
        create_permission_namespace,
        "Create a namespace",
    ),
    _row(
        "POST",
        "create-permission-namespaces-batch",
        CreatePermissionNamespacesBatchDto,
        IsSuccessDto,
        create_permission_namespaces_batch,
        "Create namespaces, all or none",
    ),
    _row(
        "GET",
        "get-permission-namespace",
        GetPermissionNamespaceQuery,
        GetPermissionNamespaceRespDto,
        get_permission_namespace,
        "Get a namespace",
    ),
    _row(
        "GET",
        "get-permission-namespaces-batch",
        GetPermissionNamespacesBatchQuery,
        list[GetPermissionNamespaceRespDto],
        get_permission_namespaces_batch,
        "Get some namespaces by their codes",
    ),
    _row(
        "GET",
        "list-permission-namespaces",
        ListPermissionNamespacesQuery,
        PermissionNamespaceListPagingDto,
        list_permission_namespaces,
        "List namespaces, by part of a name or code",
    ),
    _row(
        "POST",
        "update-permission-namespace",
        UpdatePermissionNamespaceDto,
        UpdatePermissionNamespaceRespDto,
        update_permission_namespace,
        "Update a namespace",
    ),
    _row(
        "POST",
        "delete-permission-namespace",
        DeletePermissionNamespaceDto,
        IsSuccessDto,
        delete_permission_namespace,
        "Delete a namespace with everything in it",
    ),
    _row(
        "POST",
        "delete-permission-namespaces-batch",
        DeletePermissionNamespacesBatchDto,
        IsSuccessDto,
        delete_permission_namespaces_batch,
        "Delete namespaces with everything in them, all or none",
    ),
    _row(
        "POST",
        "check-permission-namespace-exists",
        CheckPermissionNamespaceExistsDto,
        CheckPermissionNamespaceExistsRespDto,
        check_permission_namespace_exists,
        "Whether a code, or a name, is free",
    ),
    replace(
        _row(
            "GET",
            "list-permission-namespace-roles",
            ListPermissionNamespaceRolesQuery,
            PermissionNamespaceRolesListPagingDto,
            list_permission_namespace_roles,
            "List the roles of a namespace",
        ),
        also=frozenset({"roles:read"}),
    ),
]
