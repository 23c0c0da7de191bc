"""Permission namespaces. Source: docs/contract/v3/resources.md."""

from __future__ import annotations

from poolhouse.resources.model import Namespace
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.resources import (
    CreateNamespaceDto,
    CreateNamespacesBatchDto,
    DeleteNamespaceDto,
    DeleteNamespacesBatchDto,
    GetNamespaceQuery,
    GetNamespacesBatchQuery,
    ListNamespaceRolesQuery,
    ListNamespacesQuery,
    NamespaceDto,
    NamespaceListPagingDto,
    NamespaceRolesListRespDto,
    NamespaceRolesPage,
    NamespacesListRespDto,
    UpdateNamespaceDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


def _namespace_dto(namespace: Namespace) -> NamespaceDto:
    return NamespaceDto(
        code=namespace.code, name=namespace.name or namespace.code, description=namespace.description
    )


async def create_namespace(request: V3Request, body: CreateNamespaceDto) -> NamespaceDto:
    return _namespace_dto(
        await request.services.namespaces.create(request.caller, body.code, body.name, body.description)
    )


async def create_namespaces_batch(request: V3Request, body: CreateNamespacesBatchDto) -> IsSuccessDto:
    drafts = [(one.code, one.name, one.description) for one in body.items]
    await request.services.namespaces.create_many(request.caller, drafts)
    return IsSuccessDto(success=True)


async def get_namespace(request: V3Request, query: GetNamespaceQuery) -> NamespaceDto:
    return _namespace_dto(await request.services.namespaces.get(request.caller, query.code))


async def get_namespaces_batch(request: V3Request, query: GetNamespacesBatchQuery) -> list[NamespaceDto]:
    """Codes may also come joined by commas."""
    codes = [code for one in query.code_list for code in one.split(",") if code]
    return [_namespace_dto(one) for one in await request.services.namespaces.find(request.caller, codes)]


async def list_namespaces(request: V3Request, query: ListNamespacesQuery) -> NamespaceListPagingDto:
    found = await request.services.namespaces.list(
        request.caller, page(query.page, query.limit), query.keywords
    )
    return NamespaceListPagingDto(
        total_count=found.total,
        items=[
            NamespacesListRespDto(
                name=one.name or one.code, code=one.code, description=one.description, status=1
            )
            for one in found.items
        ],
    )


async def list_namespace_roles(request: V3Request, query: ListNamespaceRolesQuery) -> NamespaceRolesPage:
    found = await request.services.roles.list(
        request.caller, query.code, page(query.page, query.limit), query.keywords or ""
    )
    return NamespaceRolesPage(
        total_count=found.total,
        items=[
            NamespaceRolesListRespDto(
                id=one.id,
                name=one.name or one.code,
                code=one.code,
                description=one.description,
                namespace=one.namespace,
                updated_at=v3_time(one.updated_at),
            )
            for one in found.items
        ],
    )


async def update_namespace(request: V3Request, body: UpdateNamespaceDto) -> UpdateNamespaceDto:
    changed = await request.services.namespaces.update(
        request.caller,
        body.code,
        name=body.name or None,
        description=body.description,
        new_code=body.new_code or None,
    )
    return UpdateNamespaceDto(
        code=changed.code, name=changed.name, description=changed.description, new_code=body.new_code
    )


async def delete_namespace(request: V3Request, body: DeleteNamespaceDto) -> IsSuccessDto:
    await request.services.namespaces.delete(request.caller, [body.code])
    return IsSuccessDto(success=True)


async def delete_namespaces_batch(request: V3Request, body: DeleteNamespacesBatchDto) -> IsSuccessDto:
    await request.services.namespaces.delete(request.caller, body.code_list)
    return IsSuccessDto(success=True)


READ, WRITE = "resources:read", "resources:write"

ENDPOINTS = [
    Endpoint(
        "POST",
        "create-namespace",
        request=CreateNamespaceDto,
        response=NamespaceDto,
        handler=create_namespace,
        scope=WRITE,
        summary="Create a namespace of resources and roles",
    ),
    Endpoint(
        "POST",
        "create-namespaces-batch",
        request=CreateNamespacesBatchDto,
        response=IsSuccessDto,
        handler=create_namespaces_batch,
        scope=WRITE,
        summary="Create namespaces, all or none",
    ),
    Endpoint(
        "GET",
        "get-namespace",
        request=GetNamespaceQuery,
        response=NamespaceDto,
        handler=get_namespace,
        scope=READ,
        summary="One namespace",
    ),
    Endpoint(
        "GET",
        "get-namespaces-batch",
        request=GetNamespacesBatchQuery,
        response=list[NamespaceDto],
        handler=get_namespaces_batch,
        scope=READ,
        summary="Some namespaces by their codes",
    ),
    Endpoint(
        "GET",
        "list-namespaces",
        request=ListNamespacesQuery,
        response=NamespaceListPagingDto,
        handler=list_namespaces,
        scope=READ,
        summary="List namespaces",
    ),
    Endpoint(
        "GET",
        "list-namespace-roles",
        request=ListNamespaceRolesQuery,
        response=NamespaceRolesPage,
        handler=list_namespace_roles,
        scope=READ,
        also=frozenset({"roles:read"}),
        summary="List the roles of a namespace",
    ),
    Endpoint(
        "POST",
        "update-namespace",
        request=UpdateNamespaceDto,
        response=UpdateNamespaceDto,
        handler=update_namespace,
        scope=WRITE,
        summary="Change a namespace",
    ),
    Endpoint(
        "POST",
        "delete-namespace",
        request=DeleteNamespaceDto,
        response=IsSuccessDto,
        handler=delete_namespace,
        scope=WRITE,
        summary="Delete a namespace with everything in it",
    ),
    Endpoint(
        "POST",
        "delete-namespaces-batch",
        request=DeleteNamespacesBatchDto,
        response=IsSuccessDto,
        handler=delete_namespaces_batch,
        scope=WRITE,
        summary="Delete namespaces with everything in them, all or none",
    ),
]
