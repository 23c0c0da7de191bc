"""A tree a branch at a time, what moving a department would change, and what somebody is in one: our own endpoints."""

from __future__ import annotations

from itertools import takewhile

from msgspec import Struct, field

from poolhouse.errors import Missing
from poolhouse.orgs.model import Leaf, Node
from poolhouse.paging import PageRequest
from poolhouse.permissions.model import DepartmentRight
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.department_dtos import the_node
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

MOST_NAMES, MOST_FOUND = 200, 50


class DepartmentBranchQuery(Struct, rename="camel"):
    organization_code: str
    department_id: str = "root"
    keywords: str | None = None
    page: int = 1
    limit: int = 50


class LeafDepartmentDto(Struct, rename="camel"):
    department_id: str
    parent_department_id: str
    name: str
    code: str | None
    status: bool
    has_children: bool
    members_count: int
    name_path: list[str]


class DepartmentStepDto(Struct, rename="camel"):
    department_id: str
    name: str


class DepartmentBranchDto(Struct, rename="camel"):
    """`path`: from the root to the department that was asked about."""

    total_count: int
    path: list[DepartmentStepDto]
    items: list[LeafDepartmentDto] = field(name="list")


class DepartmentNamesQuery(Struct, rename="camel"):
    organization_code: str
    department_id: str = "root"
    limit: int = MOST_NAMES


class DepartmentNamesDto(Struct, rename="camel"):
    items: list[DepartmentStepDto] = field(name="list")


class FindDepartmentsQuery(Struct, rename="camel"):
    keywords: str
    limit: int = 10


class FoundDepartmentDto(Struct, rename="camel"):
    organization_code: str
    department_id: str
    name: str
    code: str | None
    name_path: list[str]


class FoundDepartmentsDto(Struct, rename="camel"):
    items: list[FoundDepartmentDto] = field(name="list")


class PreviewDepartmentMoveQuery(Struct, rename="camel"):
    organization_code: str
    department_id: str
    parent_department_id: str


class DepartmentRightDto(Struct, rename="camel"):
    kind: str
    department_id: str
    namespace: str
    id: str
    name: str
    detail: str


class DepartmentMoveDto(Struct, rename="camel"):
    departments_count: int
    members_count: int
    lost: list[DepartmentRightDto]
    gained: list[DepartmentRightDto]
    is_whole: bool


class DepartmentRightsQuery(Struct, rename="camel"):
    organization_code: str
    department_id: str = "root"


class HeldDepartmentRightDto(Struct, rename="camel"):
    kind: str
    department_id: str
    department_name: str
    is_inherited: bool
    namespace: str
    id: str
    name: str
    detail: str


class DepartmentRightsDto(Struct, rename="camel"):
    is_whole: bool
    items: list[HeldDepartmentRightDto] = field(name="list")


class SetDepartmentMemberDto(Struct, rename="camel"):
    organization_code: str
    department_id: str
    user_id: str
    is_leader: bool | None = None
    is_main_department: bool | None = None


async def list_department_branch(request: V3Request, query: DepartmentBranchQuery) -> DepartmentBranchDto:
    orgs = request.services.orgs
    node = await the_node(request, query.organization_code, query.department_id)
    found = await orgs.list_branch(request.caller, node, page(query.page, query.limit), query.keywords or "")
    return DepartmentBranchDto(
        total_count=found.total,
        path=_path(request, node),
        items=[_leaf(one) for one in found.items],
    )


def _path(request: V3Request, node: Node) -> list[DepartmentStepDto]:
    """From the root, or from the uppermost department that the caller is limited to: what is above answers nothing."""
    steps = [DepartmentStepDto(*step) for step in zip(node.path, node.name_path, strict=True)]
    if limits := request.caller.limits:
        above = takewhile(lambda step: step.department_id not in limits.departments, steps)
        return steps[len(list(above)) :]
    return steps


async def list_department_names(request: V3Request, query: DepartmentNamesQuery) -> DepartmentNamesDto:
    """For a list to choose from: whatever else a department has is dear where there are thousands."""
    most = PageRequest.of(None, query.limit, largest=MOST_NAMES).size
    node = await the_node(request, query.organization_code, query.department_id)
    found = await request.services.orgs.list_nearest(request.caller, node, most)
    return DepartmentNamesDto([DepartmentStepDto(*one) for one in found])


async def find_departments(request: V3Request, query: FindDepartmentsQuery) -> FoundDepartmentsDto:
    if not query.keywords.strip():
        raise Missing("keywords")
    most = PageRequest.of(None, query.limit, largest=MOST_FOUND).size
    found = await request.services.orgs.find_anywhere(request.caller, query.keywords.strip(), most)
    return FoundDepartmentsDto(
        [FoundDepartmentDto(one.org_code, one.id, one.name, one.code, list(one.name_path)) for one in found]
    )


def _leaf(leaf: Leaf) -> LeafDepartmentDto:
    return LeafDepartmentDto(
        department_id=leaf.id,
        parent_department_id=leaf.parent_id or "",
        name=leaf.name,
        code=leaf.code,
        status=leaf.enabled,
        has_children=leaf.has_children,
        members_count=leaf.members,
        name_path=list(leaf.name_path),
    )


async def preview_department_move(request: V3Request, query: PreviewDepartmentMoveQuery) -> DepartmentMoveDto:
    node = await the_node(request, query.organization_code, query.department_id)
    parent = await the_node(request, query.organization_code, query.parent_department_id)
    move = await request.services.department_rights.of_move(request.caller, node.id, parent.id)
    return DepartmentMoveDto(
        departments_count=move.departments,
        members_count=move.members,
        lost=[_right(one) for one in move.lost],
        gained=[_right(one) for one in move.gained],
        is_whole=move.whole,
    )


def _right(right: DepartmentRight) -> DepartmentRightDto:
    return DepartmentRightDto(
        right.kind, right.department_id, right.namespace, right.id, right.name, right.detail
    )


async def list_department_rights(request: V3Request, query: DepartmentRightsQuery) -> DepartmentRightsDto:
    node = await the_node(request, query.organization_code, query.department_id)
    rights, is_whole = await request.services.department_rights.of(request.caller, node)
    names = dict(zip(node.path, node.name_path, strict=True))
    return DepartmentRightsDto(
        is_whole=is_whole,
        items=[
            HeldDepartmentRightDto(
                kind=one.kind,
                department_id=one.department_id,
                department_name=names[one.department_id],
                is_inherited=one.department_id != node.id,
                namespace=one.namespace,
                id=one.id,
                name=one.name,
                detail=one.detail,
            )
            for one in rights
        ],
    )


async def set_department_member(request: V3Request, body: SetDepartmentMemberDto) -> IsSuccessDto:
    if body.is_leader is None and body.is_main_department is None:
        raise Missing("isLeader")
    node = await the_node(request, body.organization_code, body.department_id)
    await request.services.department_members.set_member(
        request.caller, node.id, body.user_id, is_leader=body.is_leader, is_main=body.is_main_department
    )
    return IsSuccessDto(success=True)


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-department-branch",
        request=DepartmentBranchQuery,
        response=DepartmentBranchDto,
        handler=list_department_branch,
        scope="orgs:read",
        summary="The departments directly below one, or those of its organization that have some words",
        ours=True,
    ),
    Endpoint(
        "GET",
        "list-department-names",
        request=DepartmentNamesQuery,
        response=DepartmentNamesDto,
        handler=list_department_names,
        scope="orgs:read",
        summary="Names and ids of the departments below one, those nearest to it first",
        ours=True,
    ),
    Endpoint(
        "GET",
        "find-departments",
        request=FindDepartmentsQuery,
        response=FoundDepartmentsDto,
        handler=find_departments,
        scope="orgs:read",
        summary="Departments of any organization with some words in name or code",
        ours=True,
    ),
    Endpoint(
        "GET",
        "preview-department-move",
        request=PreviewDepartmentMoveQuery,
        response=DepartmentMoveDto,
        handler=preview_department_move,
        scope="orgs:read",
        also=frozenset({"roles:read", "resources:read", "apps:read"}),
        summary="What moving a department would change; nothing is changed",
        ours=True,
    ),
    Endpoint(
        "GET",
        "list-department-rights",
        request=DepartmentRightsQuery,
        response=DepartmentRightsDto,
        handler=list_department_rights,
        scope="orgs:read",
        also=frozenset({"roles:read", "resources:read", "apps:read"}),
        summary="What everybody in a department has by it and by the departments above",
        ours=True,
    ),
    Endpoint(
        "POST",
        "set-department-member",
        request=SetDepartmentMemberDto,
        response=IsSuccessDto,
        handler=set_department_member,
        scope="orgs:write",
        summary="Make a member of a department a leader, or the department their main one, or no longer",
        ours=True,
    ),
]
