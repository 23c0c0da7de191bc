"""Who is in a department. Source: docs/contract/v3/orgs.md."""

from __future__ import annotations

from functools import partial

from poolhouse.paging import Page, PageRequest, everything
from poolhouse.users.model import DepartmentFilter, Sort, UserQuery
from poolhouse.wire.v3.conversions import members_page, page
from poolhouse.wire.v3.department_dtos import named_node
from poolhouse.wire.v3.dto.common import IsSuccessDto, UserPagingDto
from poolhouse.wire.v3.dto.orgs import (
    AddDepartmentMembersReqDto,
    IsUserInDepartmentDataDto,
    IsUserInDepartmentQuery,
    ListDepartmentMemberIdsQuery,
    ListDepartmentMembersQuery,
    RemoveDepartmentMembersReqDto,
    SearchDepartmentMembersQuery,
)
from poolhouse.wire.v3.endpoint import PEOPLE, Endpoint, V3Request

_MEMBER_SORTS = {"createAt": "created_at", "updatedAt": "updated_at"}


async def list_department_members(request: V3Request, query: ListDepartmentMembersQuery) -> UserPagingDto:
    node = await named_node(request, query)
    asked, descending = page(query.page, query.limit), query.order_by == "Desc"
    if query.sort_by in _MEMBER_SORTS:
        within = DepartmentFilter(node.id, query.include_children_departments)
        sort = Sort(_MEMBER_SORTS[query.sort_by], descending)
        found = await request.services.users.list(
            request.caller, UserQuery(asked, departments=(within,), sort=(sort,))
        )
        return await members_page(request, found, query)

    async def ids(some: PageRequest) -> Page[str]:
        return await request.services.department_members.list_members(
            request.caller,
            node.id,
            some,
            include_children=query.include_children_departments,
            order="user_id" if query.sort_by == "userId" else "joined",
            descending=descending,
        )

    return await members_page(
        request, await request.services.users.page_of(request.caller, ids, asked), query
    )


async def search_department_members(request: V3Request, query: SearchDepartmentMembersQuery) -> UserPagingDto:
    node = await named_node(request, query)
    within = DepartmentFilter(node.id, query.include_children_departments)
    found = await request.services.users.search(
        request.caller,
        UserQuery(page(query.page, query.limit), keyword=query.keywords, departments=(within,)),
    )
    return await members_page(request, found, query)


MOST_IDS = 100_000
"""Of members in one answer: a text of 24 characters each."""


async def list_department_member_ids(request: V3Request, query: ListDepartmentMemberIdsQuery) -> list[str]:
    node = await named_node(request, query)
    members = request.services.department_members
    return await everything(partial(members.list_members, request.caller, node.id), MOST_IDS)


async def add_department_members(request: V3Request, body: AddDepartmentMembersReqDto) -> IsSuccessDto:
    node = await named_node(request, body)
    await request.services.department_members.add(request.caller, node.id, body.user_ids)
    return IsSuccessDto(success=True)


async def remove_department_members(request: V3Request, body: RemoveDepartmentMembersReqDto) -> IsSuccessDto:
    node = await named_node(request, body)
    await request.services.department_members.remove(request.caller, node.id, body.user_ids)
    return IsSuccessDto(success=True)


async def is_user_in_department(
    request: V3Request, query: IsUserInDepartmentQuery
) -> IsUserInDepartmentDataDto:
    node = await named_node(request, query)
    await request.services.users.require_all(request.caller, [query.user_id])
    found = await request.services.department_members.is_in_department(
        request.caller, query.user_id, node.id, include_children=query.include_children_departments
    )
    return IsUserInDepartmentDataDto(in_department=found)


READ, WRITE = "orgs:read", "orgs:write"

ENDPOINTS = [
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
]
