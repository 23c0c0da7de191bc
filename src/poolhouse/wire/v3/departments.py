"""Departments and who is in them. Source: docs/contract/v3/orgs.md."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET

from poolhouse import misfits
from poolhouse.accounts.org_trees import NamedTree
from poolhouse.errors import InvalidInput, Missing, NodeNotFound, NotFound
from poolhouse.misfits import OBJECT, STRING, expected
from poolhouse.orgs.model import Node, NodeCondition, NodeDraft, NodeSort
from poolhouse.orgs.service import DEEPEST
from poolhouse.paging import Page, PageRequest, everything
from poolhouse.times import parse_end, parse_time
from poolhouse.users.model import DepartmentFilter, Sort, User, UserDraft, UserQuery
from poolhouse.wire.v3.conversions import moment, page, refuse_unbuilt, user_dtos
from poolhouse.wire.v3.department_dtos import (
    department_dtos,
    given_only,
    the_node,
    translations,
)
from poolhouse.wire.v3.dto.common import DepartmentI18nDto, IsSuccessDto, UserPagingDto, UserSyncRelationDto
from poolhouse.wire.v3.dto.orgs import (
    AddDepartmentMembersReqDto,
    CreateDepartmentReqDto,
    CreateDepartmentTreeReqDto,
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
    IsUserInDepartmentDataDto,
    IsUserInDepartmentQuery,
    ListChildrenDepartmentsQuery,
    ListDepartmentMemberIdsQuery,
    ListDepartmentMembersQuery,
    RemoveDepartmentMembersReqDto,
    Result,
    SearchDepartmentMembersQuery,
    SearchDepartmentsFilterItemDto,
    SearchDepartmentsListReqDto,
    SearchDepartmentsReqDto,
    UpdateDepartmentReqDto,
    UpdateDepartmentStatusReqDto,
    UserInfoDto,
)
from poolhouse.wire.v3.endpoint import PEOPLE, Endpoint, V3Request

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
    node = await the_node(
        request, query.organization_code, query.department_id, query.department_id_type, query.tenant_id
    )
    if node.parent_id is None:
        raise NodeNotFound(node_id=node.id)
    parent = await request.services.orgs.get_node(request.caller, node.parent_id)
    return await _one(request, parent, query.with_custom_data)


async def list_children_departments(
    request: V3Request, query: ListChildrenDepartmentsQuery
) -> DepartmentPagingDto:
    node = await the_node(
        request, query.organization_code, query.department_id, query.department_id_type, query.tenant_id
    )
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


async def search_departments(request: V3Request, body: SearchDepartmentsReqDto) -> list[DepartmentDto]:
    orgs = request.services.orgs
    org = await orgs.get_org_by_code(request.caller, body.organization_code, body.tenant_id)
    search = partial(orgs.search_nodes, request.caller, org_id=org.id, keyword=body.keywords)
    return await department_dtos(request, await everything(search), custom_data=body.with_custom_data)


async def search_departments_list(
    request: V3Request, body: SearchDepartmentsListReqDto
) -> list[DepartmentDto]:
    refuse_unbuilt(withPost=body.with_post)
    orgs = request.services.orgs
    org = await orgs.get_org_by_code(request.caller, body.organization_code, body.tenant_id)
    sort = [NodeSort(_SORTS[one.field], one.order == "desc") for one in body.sort or ()]
    if body.sort_by:
        sort.append(NodeSort(_SORTS[body.sort_by], body.order_by != "ASC"))
    found = await orgs.search_nodes(
        request.caller,
        page(body.page, body.limit),
        org_id=org.id,
        conditions=[_condition(one) for one in body.advanced_filter or ()],
        sort=sort,
    )
    if request.walk:
        request.walk.found(found)
    return await department_dtos(request, found.items, custom_data=body.with_custom_data)


_SORTS: dict[str, Any] = {"updatedAt": "updated_at", "createdAt": "created_at", "name": "name"}
_FIELDS: dict[str, Any] = {
    **_SORTS,
    "code": "code",
    "departmentId": "id",
    "id": "id",
    "description": "description",
}


def _condition(one: SearchDepartmentsFilterItemDto) -> NodeCondition:
    field = _FIELDS.get(one.field)
    if field is None:
        raise InvalidInput("advancedFilter", f"不支持字段 {one.field}", f"no such field: {one.field}")
    times = field in ("created_at", "updated_at")
    if times and one.operator == "CONTAINS":
        raise InvalidInput("advancedFilter.operator", "时间不支持 CONTAINS", "CONTAINS is not for times")
    if one.operator in ("IN", "BETWEEN"):
        if not isinstance(one.value, list) or (one.operator == "BETWEEN" and len(one.value) != 2):
            raise InvalidInput(
                "advancedFilter.value", f"{one.operator} 需要列表", f"{one.operator} takes a list"
            )
        ends = one.operator == "BETWEEN"
        values = [_value(item, times, end=ends and place == 1) for place, item in enumerate(one.value)]
        return NodeCondition(field, one.operator, values)
    return NodeCondition(field, one.operator, _value(one.value, times, end=one.operator == "LESSER"))


def _value(value: Any, time: bool, *, end: bool = False) -> str | datetime:
    if not time and isinstance(value, str):
        return value
    if time and isinstance(value, str):
        return (parse_end if end else parse_time)(value, "advancedFilter")
    if time and isinstance(value, int) and not isinstance(value, bool):
        found = moment(value, "advancedFilter")
        if found is not None:
            return found
    if time:
        raise InvalidInput("advancedFilter.value", "应为 ISO 8601 时间", "expected an ISO 8601 time")
    raise InvalidInput("advancedFilter.value", *expected(STRING))


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
    node = await the_node(
        request, body.organization_code, body.department_id, body.department_id_type, body.tenant_id
    )
    await request.services.orgs.delete_node(request.caller, node.org_id, node.id)
    return IsSuccessDto(success=True)


def _names(i18n: Any) -> Any:
    return translations(i18n.name if isinstance(i18n, DepartmentI18nDto) else i18n)


def _data(given: Any) -> dict[str, Any] | None:
    if given is not None and not isinstance(given, dict):
        raise InvalidInput("customData", *expected(OBJECT))
    return given


# -- members -----------------------------------------------------------------------------------------------

_MEMBER_SORTS = {"createAt": "created_at", "updatedAt": "updated_at"}


async def list_department_members(request: V3Request, query: ListDepartmentMembersQuery) -> UserPagingDto:
    node = await the_node(
        request, query.organization_code, query.department_id, query.department_id_type, query.tenant_id
    )
    asked, descending = page(query.page, query.limit), query.order_by == "Desc"
    if query.sort_by in _MEMBER_SORTS:
        within = DepartmentFilter(node.id, query.include_children_departments)
        sort = Sort(_MEMBER_SORTS[query.sort_by], descending)
        found = await request.services.users.list(
            request.caller, UserQuery(asked, departments=(within,), sort=(sort,))
        )
        return await _members(request, found, query)

    async def ids(some: PageRequest) -> Page[str]:
        return await request.services.department_members.list_members(
            request.caller,
            node.id,
            some,
            include_children=query.include_children_departments,
            order="user_id" if query.sort_by == "userId" else "joined",
            descending=descending,
        )

    return await _members(request, await request.services.users.page_of(request.caller, ids, asked), query)


async def search_department_members(request: V3Request, query: SearchDepartmentMembersQuery) -> UserPagingDto:
    node = await the_node(
        request, query.organization_code, query.department_id, query.department_id_type, query.tenant_id
    )
    within = DepartmentFilter(node.id, query.include_children_departments)
    found = await request.services.users.search(
        request.caller,
        UserQuery(page(query.page, query.limit), keyword=query.keywords, departments=(within,)),
    )
    return await _members(request, found, query)


async def _members(
    request: V3Request, found: Page[User], query: ListDepartmentMembersQuery | SearchDepartmentMembersQuery
) -> UserPagingDto:
    shown = await user_dtos(
        request,
        found.items,
        custom_data=query.with_custom_data,
        identities=query.with_identities,
        department_ids=query.with_department_ids,
    )
    return UserPagingDto(total_count=found.total, items=shown)


MOST_IDS = 100_000
"""Of members in one answer: a text of 24 characters each."""


async def list_department_member_ids(request: V3Request, query: ListDepartmentMemberIdsQuery) -> list[str]:
    node = await the_node(
        request, query.organization_code, query.department_id, query.department_id_type, query.tenant_id
    )
    members = request.services.department_members
    return await everything(partial(members.list_members, request.caller, node.id), MOST_IDS)


async def add_department_members(request: V3Request, body: AddDepartmentMembersReqDto) -> IsSuccessDto:
    node = await the_node(
        request, body.organization_code, body.department_id, body.department_id_type, body.tenant_id
    )
    await request.services.department_members.add(request.caller, node.id, body.user_ids)
    return IsSuccessDto(success=True)


async def remove_department_members(request: V3Request, body: RemoveDepartmentMembersReqDto) -> IsSuccessDto:
    node = await the_node(
        request, body.organization_code, body.department_id, body.department_id_type, body.tenant_id
    )
    await request.services.department_members.remove(request.caller, node.id, body.user_ids)
    return IsSuccessDto(success=True)


async def is_user_in_department(
    request: V3Request, query: IsUserInDepartmentQuery
) -> IsUserInDepartmentDataDto:
    node = await the_node(
        request, query.organization_code, query.department_id, query.department_id_type, query.tenant_id
    )
    await request.services.users.require_all(request.caller, [query.user_id])
    found = await request.services.department_members.is_in_department(
        request.caller, query.user_id, node.id, include_children=query.include_children_departments
    )
    return IsUserInDepartmentDataDto(in_department=found)


# -- a whole tree ------------------------------------------------------------------------------------------


async def create_department_tree(request: V3Request, body: CreateDepartmentTreeReqDto) -> Result:
    """Departments by their names, people by username, email or phone: made where they are missing."""
    merged = await request.services.department_trees.merge(request.caller, _tree(body, 0), body.tenant_id)
    return Result(
        add_user=merged.users_added,
        update_user=merged.users_updated,
        add_department=merged.departments_added,
        update_department=merged.departments_kept,
    )


def _tree(given: CreateDepartmentTreeReqDto, depth: int) -> NamedTree:
    if depth >= DEEPEST:
        raise InvalidInput("children", f"部门不能超过 {DEEPEST} 级", f"at most {DEEPEST} levels")
    members = given.members if isinstance(given.members, list) else [given.members] if given.members else []
    return NamedTree(
        given.name,
        tuple(UserDraft(_person(one)) for one in members),
        tuple(_tree(_branch(child), depth + 1) for child in given.children or ()),
    )


def _branch(child: Any) -> CreateDepartmentTreeReqDto:
    """A tree, or a bare name."""
    if isinstance(child, str) and child.strip():
        return CreateDepartmentTreeReqDto(name=child)
    try:
        return msgspec.convert(child, CreateDepartmentTreeReqDto)
    except msgspec.ValidationError as error:
        raise misfits.of(error, CreateDepartmentTreeReqDto, "children") from error


def _person(one: UserInfoDto) -> dict[str, Any]:
    given = {name: getattr(one, name) for name in UserInfoDto.__struct_fields__}
    return {name: value for name, value in given.items() if value is not None}


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
        "search-departments",
        request=SearchDepartmentsReqDto,
        response=list[DepartmentDto],
        handler=search_departments,
        scope=READ,
        summary="Search departments of an organization by part of a name",
    ),
    Endpoint(
        "POST",
        "search-departments-list",
        request=SearchDepartmentsListReqDto,
        response=list[DepartmentDto],
        handler=search_departments_list,
        scope=READ,
        summary="Search departments: keywords, advanced filter, sort",
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
        "create-department-tree",
        request=CreateDepartmentTreeReqDto,
        response=Result,
        handler=create_department_tree,
        scope=WRITE,
        summary="Create a department with departments and users below it, all or none",
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
        "list-department-members",
        request=ListDepartmentMembersQuery,
        response=UserPagingDto,
        handler=list_department_members,
        scope=READ,
        also=PEOPLE,
        summary="List the users in a department",
    ),
    Endpoint(
        "GET",
        "search-department-members",
        request=SearchDepartmentMembersQuery,
        response=UserPagingDto,
        handler=search_department_members,
        scope=READ,
        also=PEOPLE,
        summary="Search the users in a department",
    ),
    Endpoint(
        "GET",
        "list-department-member-ids",
        request=ListDepartmentMemberIdsQuery,
        response=list[str],
        handler=list_department_member_ids,
        scope=READ,
        summary="List the ids of the users in a department",
    ),
    Endpoint(
        "POST",
        "add-department-members",
        request=AddDepartmentMembersReqDto,
        response=IsSuccessDto,
        handler=add_department_members,
        scope=WRITE,
        summary="Put users into a department, all or none",
    ),
    Endpoint(
        "POST",
        "remove-department-members",
        request=RemoveDepartmentMembersReqDto,
        response=IsSuccessDto,
        handler=remove_department_members,
        scope=WRITE,
        summary="Take users out of a department, all or none",
    ),
    Endpoint(
        "GET",
        "is-user-in-department",
        request=IsUserInDepartmentQuery,
        response=IsUserInDepartmentDataDto,
        handler=is_user_in_department,
        scope=READ,
        summary="Whether a user is in a department",
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
