"""Departments: read, made, changed and deleted. Source: docs/contract/v3/orgs.md."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from poolhouse.errors import InvalidInput, Missing, NodeNotFound, NotFound
from poolhouse.misfits import OBJECT, expected
from poolhouse.orgs.model import Node, NodeDraft
from poolhouse.paging import Page
from poolhouse.wire.v3.conversions import refuse_unbuilt
from poolhouse.wire.v3.department_dtos import department_dtos, given_only, named_node, the_node, translations
from poolhouse.wire.v3.dto.common import DepartmentI18nDto, IsSuccessDto, UserSyncRelationDto
from poolhouse.wire.v3.dto.orgs import (
    CreateDepartmentReqDto,
    DeleteDepartmentReqDto,
    DeleteDepartmentSyncRelationReqDto,
    DepartmentDto,
    DepartmentPagingDto,
    GetAllDepartmentsQuery,
    GetDepartmentByIdQuery,
    GetDepartmentByIdReqDto,
    GetDepartmentQuery,
    GetDepartmentSyncRelationsQuery,
    GetParentDepartmentQuery,
    ListChildrenDepartmentsQuery,
    UpdateDepartmentReqDto,
    UpdateDepartmentStatusReqDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

# -- reading -----------------------------------------------------------------------------------------------


async def _one(request: V3Request, node: Node, custom_data: bool | None = False) -> DepartmentDto:
    return (await department_dtos(request, [node], custom_data=custom_data))[0]


async def get_department(request: V3Request, query: GetDepartmentQuery) -> DepartmentDto:
    """By `departmentId` and its type, or by `departmentCode`."""
    refuse_unbuilt(flatCustomData=query.flat_custom_data)
    if query.department_id:
        node = await the_node(
            request, query.organization_code, query.department_id, query.department_id_type, query.tenant_id
        )
    elif query.department_code:
        node = await the_node(
            request, query.organization_code, query.department_code, "code", query.tenant_id
        )
    else:
        raise Missing("departmentId")
    return await _one(request, node, query.with_custom_data)


async def get_department_by_id(
    request: V3Request, query: GetDepartmentByIdQuery | GetDepartmentByIdReqDto
) -> DepartmentDto:
    refuse_unbuilt(appTypeList=query.app_type_list)
    node = await the_node(request, None, query.department_id, tenant_id=query.tenant_id)
    return await _one(request, node, query.with_custom_data)


async def get_parent_department(request: V3Request, query: GetParentDepartmentQuery) -> DepartmentDto:
    """The root has none: NodeNotFound."""
    node = await named_node(request, query)
    if node.parent_id is None:
        raise NodeNotFound(node_id=node.id)
    parent = await request.services.orgs.get_node(request.caller, node.parent_id)
    return await _one(request, parent, query.with_custom_data)


async def list_children_departments(
    request: V3Request, query: ListChildrenDepartmentsQuery
) -> DepartmentPagingDto:
    node = await named_node(request, query)
    children = [
        child
        for child in await request.services.orgs.list_children(request.caller, node.id)
        if (query.status is None or child.enabled is query.status)
        and not (query.exclude_virtual_node and child.is_virtual)
        and (child.is_virtual or not query.only_virtual_node)
    ]
    return await _page(request, Page(len(children), children), query.with_custom_data)


async def get_all_departments(request: V3Request, query: GetAllDepartmentsQuery) -> DepartmentPagingDto:
    """Everything below the department, the department itself first."""
    node = await the_node(request, query.organization_code, query.department_id, query.department_id_type)
    below = await request.services.orgs.list_descendants(request.caller, node.id)
    return await _page(request, Page(len(below) + 1, [node, *below]), query.with_custom_data)


async def _page(request: V3Request, found: Page[Node], custom_data: bool | None) -> DepartmentPagingDto:
    shown = await department_dtos(request, found.items, custom_data=custom_data)
    return DepartmentPagingDto(total_count=found.total, items=shown)


# -- changing ----------------------------------------------------------------------------------------------


async def create_department(request: V3Request, body: CreateDepartmentReqDto) -> DepartmentDto:
    refuse_unbuilt(postIdList=body.post_id_list, metadata=body.metadata)
    parent = await the_node(
        request, body.organization_code, body.parent_department_id, body.department_id_type, body.tenant_id
    )
    draft = NodeDraft(
        {
            "name": body.name,
            "code": body.code,
            "description": body.description,
            "open_id": body.open_department_id,
            "is_virtual": bool(body.is_virtual_node),
            "name_i18n": _names(body.i18n),
        },
        _data(body.custom_data),
    )
    node = await request.services.orgs.create_node(request.caller, parent.org_id, parent.id, draft)
    return await _one(request, node)


async def update_department(request: V3Request, body: UpdateDepartmentReqDto) -> DepartmentDto:
    """A new `parentDepartmentId`, of the same type as `departmentId`, moves it."""
    refuse_unbuilt(postIdList=body.post_id_list, metadata=body.metadata)
    kind = None if body.department_id_type is UNSET else body.department_id_type
    node = await the_node(request, body.organization_code, body.department_id, kind, body.tenant_id)
    parent_id = None
    if isinstance(body.parent_department_id, str) and body.parent_department_id:
        parent = await the_node(
            request, body.organization_code, body.parent_department_id, kind, body.tenant_id
        )
        parent_id = parent.id if parent.id != node.parent_id else None
    if body.status is None:
        raise Missing("status")
    values = given_only(
        name=body.name,
        code=body.code,
        description=body.description,
        enabled=body.status,
        name_i18n=_names(body.i18n),
    )
    leaders = body.leader_user_ids
    if leaders is not UNSET and leaders:
        await request.services.users.require_all(request.caller, leaders)
    node = await request.services.orgs.update_node(
        request.caller,
        node.id,
        NodeDraft(values, _data(None if body.custom_data is UNSET else body.custom_data)),
        parent_id=parent_id,
        leader_ids=None if leaders is UNSET else leaders or [],
    )
    return await _one(request, node)


async def update_department_status(request: V3Request, body: UpdateDepartmentStatusReqDto) -> DepartmentDto:
    draft = NodeDraft({"enabled": body.status})
    return await _one(
        request, await request.services.orgs.update_node(request.caller, body.department_id, draft)
    )


async def delete_department(request: V3Request, body: DeleteDepartmentReqDto) -> IsSuccessDto:
    node = await named_node(request, body)
    await request.services.orgs.delete_node(request.caller, node.org_id, node.id)
    return IsSuccessDto(success=True)


def _names(i18n: Any) -> Any:
    return translations(i18n.name if isinstance(i18n, DepartmentI18nDto) else i18n)


def _data(given: Any) -> dict[str, Any] | None:
    if given is not None and not isinstance(given, dict):
        raise InvalidInput("customData", *expected(OBJECT))
    return given


# -- what a sync with somebody else's tree would have left: nothing, as there is none ------------------------


async def get_department_sync_relations(
    request: V3Request, query: GetDepartmentSyncRelationsQuery
) -> list[UserSyncRelationDto]:
    """Departments are never synced here, so there are none."""
    await the_node(
        request,
        query.organization_code,
        query.department_id or "root",
        query.department_id_type,
        query.tenant_id,
    )
    return []


async def delete_department_sync_relations(
    request: V3Request, body: DeleteDepartmentSyncRelationReqDto
) -> IsSuccessDto:
    await the_node(request, body.organization_code, body.department_id, body.department_id_type)
    raise NotFound(provider=body.provider)


READ, WRITE = "orgs:read", "orgs:write"

ENDPOINTS = [
    Endpoint(
        "GET",
        "get-department",
        request=GetDepartmentQuery,
        response=DepartmentDto,
        handler=get_department,
        scope=READ,
        summary="One department",
    ),
    Endpoint(
        "POST",
        "get-department-available-app",
        request=GetDepartmentByIdReqDto,
        response=DepartmentDto,
        handler=get_department_by_id,
        scope=READ,
        summary="One department by its id alone",
    ),
    Endpoint(
        "GET",
        "get-department-by-id",
        request=GetDepartmentByIdQuery,
        response=DepartmentDto,
        handler=get_department_by_id,
        scope=READ,
        summary="One department by its id alone",
    ),
    Endpoint(
        "GET",
        "get-parent-department",
        request=GetParentDepartmentQuery,
        response=DepartmentDto,
        handler=get_parent_department,
        scope=READ,
        summary="The department above one",
    ),
    Endpoint(
        "GET",
        "list-children-departments",
        request=ListChildrenDepartmentsQuery,
        response=DepartmentPagingDto,
        handler=list_children_departments,
        scope=READ,
        summary="List the departments directly below one",
    ),
    Endpoint(
        "GET",
        "get-all-departments",
        request=GetAllDepartmentsQuery,
        response=DepartmentPagingDto,
        handler=get_all_departments,
        scope=READ,
        summary="List every department of the pool",
    ),
    Endpoint(
        "POST",
        "create-department",
        request=CreateDepartmentReqDto,
        response=DepartmentDto,
        handler=create_department,
        scope=WRITE,
        summary="Create a department",
    ),
    Endpoint(
        "POST",
        "update-department",
        request=UpdateDepartmentReqDto,
        response=DepartmentDto,
        handler=update_department,
        scope=WRITE,
        summary="Change a department; another parent moves it with everything below",
    ),
    Endpoint(
        "POST",
        "update-department-status",
        request=UpdateDepartmentStatusReqDto,
        response=DepartmentDto,
        handler=update_department_status,
        scope=WRITE,
        summary="Switch a department on or off",
    ),
    Endpoint(
        "POST",
        "delete-department",
        request=DeleteDepartmentReqDto,
        response=IsSuccessDto,
        handler=delete_department,
        scope=WRITE,
        summary="Delete a department with those below it; the people stay",
    ),
    Endpoint(
        "GET",
        "get-department-sync-relations",
        request=GetDepartmentSyncRelationsQuery,
        response=list[UserSyncRelationDto],
        handler=get_department_sync_relations,
        scope=READ,
        summary="Where a department was synchronized from",
    ),
    Endpoint(
        "POST",
        "delete-department-sync-relations",
        request=DeleteDepartmentSyncRelationReqDto,
        response=IsSuccessDto,
        handler=delete_department_sync_relations,
        scope=WRITE,
        summary="Forget where a department was synchronized from",
    ),
]
