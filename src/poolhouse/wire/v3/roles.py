"""Roles and who holds them. Source: docs/contract/v3/roles.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Literal

from msgspec import UNSET

from poolhouse.errors import InvalidInput, NotSupported
from poolhouse.fields.values import epoch_ms
from poolhouse.misfits import one_of
from poolhouse.roles.model import (
    ADMIN_NAMESPACE,
    DEFAULT_NAMESPACE,
    Assignment,
    Role,
    RoleChanges,
    RoleDraft,
    RoleKey,
    Target,
    TargetType,
    Validity,
)
from poolhouse.texts import BLANK
from poolhouse.times import parse_time, v3_time
from poolhouse.wire.spelling import integer
from poolhouse.wire.v3.conversions import counted, members_page, moment, page
from poolhouse.wire.v3.dto.common import IsSuccessDto, RoleDto, RolePagingDto, UserPagingDto
from poolhouse.wire.v3.dto.roles import (
    AssignRoleBatchDto,
    AssignRoleDto,
    CheckRoleMutualExclusionReqDto,
    CheckRoleMutualExclusionResultDto,
    CheckRoleParamsDto,
    CheckRoleParamsRespDto,
    CreateAdminRoleDto,
    CreateRoleDto,
    CreateRolesBatch,
    DeleteAdminRoleDto,
    DeleteRoleBatchDto,
    DeleteRoleDto,
    GetRoleQuery,
    ListRoleAssignmentsQuery,
    ListRoleDepartmentsQuery,
    ListRoleMembersQuery,
    ListRolesQuery,
    RevokeRoleBatchDto,
    RevokeRoleDto,
    RoleCodeDto,
    RoleDepartmentListPagingDto,
    RoleDepartmentRespDto,
    RoleListPageDto,
    RolePermissionListDto,
    TargetDto,
    UpdateRoleDto,
)
from poolhouse.wire.v3.endpoint import PEOPLE, V3Request, family
from poolhouse.wire.v3.groups import SUCCESS

_TARGETS: dict[TargetType, Literal["USER", "GROUP", "DEPARTMENT"]] = {
    TargetType.USER: "USER",
    TargetType.GROUP: "GROUP",
    TargetType.NODE: "DEPARTMENT",
}


def role_key(code: str, namespace: str | None) -> RoleKey:
    return RoleKey(code, namespace or DEFAULT_NAMESPACE)


def disable_time(value: str | int | None) -> datetime | None:
    """Milliseconds, as a number or in a text, or an ISO time; null for never."""
    if value is None or value == "":
        return None
    stamp = integer(value)
    return moment(stamp, "disableTime") if type(stamp) is int else parse_time(str(value), "disableTime")


async def role_dtos(request: V3Request, roles: Sequence[Role]) -> list[RoleDto]:
    names = await request.services.roles.namespace_names(request.caller, {role.namespace for role in roles})
    return [
        RoleDto(
            id=role.id,
            code=role.code,
            name=role.name or role.code,
            description=role.description or "",
            namespace=role.namespace,
            namespace_name=names.get(role.namespace, role.namespace),
            status="ENABLE" if role.enabled else "DISABLE",
            disable_time=epoch_ms(role.disable_at) if role.disable_at else None,
            enable_permission_apply=role.permission_apply,
        )
        for role in roles
    ]


# -- roles -----------------------------------------------------------------------------------------------


async def get_role(request: V3Request, query: GetRoleQuery) -> RoleDto:
    role = await request.services.roles.get(request.caller, role_key(query.code, query.namespace))
    return (await role_dtos(request, [role]))[0]


async def list_roles(request: V3Request, query: ListRolesQuery) -> RolePagingDto:
    found = await request.services.roles.list(
        request.caller,
        query.namespace or DEFAULT_NAMESPACE,
        counted(request, page(query.page, query.limit)),
        query.keywords or "",
    )
    return RolePagingDto(total_count=found.total, items=await role_dtos(request, found.items))


async def create_role(request: V3Request, body: CreateRoleDto) -> RoleDto:
    draft = RoleDraft(
        body.code,
        body.namespace or DEFAULT_NAMESPACE,
        body.name,
        body.description,
        disable_at=disable_time(body.disable_time),
    )
    return (await role_dtos(request, [await request.services.roles.create(request.caller, draft)]))[0]


async def create_roles(request: V3Request, body: CreateRolesBatch) -> IsSuccessDto:
    for item in body.items:
        if not item.code:
            raise InvalidInput("list.code", "role code must not empty", "role code must not empty")
    drafts = [
        RoleDraft(item.code, item.namespace or DEFAULT_NAMESPACE, item.name, item.description)
        for item in body.items
    ]
    await request.services.roles.create_many(request.caller, drafts)
    return SUCCESS


async def update_role(request: V3Request, body: UpdateRoleDto) -> IsSuccessDto:
    """`disableTime: null` makes the role last, `description: null` takes it away; else null changes nothing."""
    if body.status not in (UNSET, None, "ENABLE", "DISABLE"):
        raise InvalidInput("status", *one_of(("ENABLE", "DISABLE")))
    if body.new_code == "":
        raise InvalidInput("newCode", *BLANK)
    changes = RoleChanges(
        new_code=body.new_code or None,
        name=body.name or None,
        description=None if body.description is UNSET else body.description or "",
        enabled=body.status == "ENABLE" if body.status else None,
        disable_at=disable_time(body.disable_time) if body.disable_time is not UNSET else None,
        never_disable=body.disable_time is None,
        permission_apply=None if body.enable_permission_apply is UNSET else body.enable_permission_apply,
    )
    namespace = None if body.namespace is UNSET else body.namespace
    await request.services.roles.update(request.caller, role_key(body.code, namespace), changes)
    return SUCCESS


async def delete_roles(request: V3Request, body: DeleteRoleDto) -> IsSuccessDto:
    keys = [role_key(code, body.namespace) for code in body.code_list]
    await request.services.roles.delete(request.caller, keys)
    return SUCCESS


async def delete_roles_of_namespaces(request: V3Request, body: DeleteRoleBatchDto) -> IsSuccessDto:
    keys = [role_key(item.code, item.namespace) for item in body.role_list]
    await request.services.roles.delete(request.caller, keys)
    return SUCCESS


async def create_admin_role(request: V3Request, body: CreateAdminRoleDto) -> CheckRoleParamsRespDto:
    """A role of the namespace `system`."""
    draft = RoleDraft(body.code, ADMIN_NAMESPACE, body.name, body.description)
    await request.services.roles.create(request.caller, draft)
    return CheckRoleParamsRespDto(is_valid=True)


async def delete_admin_roles(request: V3Request, body: DeleteAdminRoleDto) -> IsSuccessDto:
    keys = [RoleKey(code, ADMIN_NAMESPACE) for code in body.code_list]
    await request.services.roles.delete(request.caller, keys)
    return SUCCESS


async def check_role_params(request: V3Request, body: CheckRoleParamsDto) -> CheckRoleParamsRespDto:
    refusal = await request.services.roles.why_not_creatable(
        request.caller, role_key(body.code, body.namespace)
    )
    return CheckRoleParamsRespDto(is_valid=refusal is None)


async def check_role_mutual_exclusion(
    request: V3Request, body: CheckRoleMutualExclusionReqDto
) -> CheckRoleMutualExclusionResultDto:
    found = await request.services.roles.exclude_each_other(request.caller, _keys(body.roles))
    return CheckRoleMutualExclusionResultDto(exist_mutually_exclusive=found)


# -- who holds them --------------------------------------------------------------------------------------


async def assign_role(request: V3Request, body: AssignRoleDto) -> IsSuccessDto:
    await request.services.roles.assign(
        request.caller,
        [role_key(body.code, body.namespace)],
        await _targets(request, body.targets),
        Validity(moment(body.enable_time, "enableTime"), moment(body.end_time, "endTime")),
    )
    return SUCCESS


async def assign_roles(request: V3Request, body: AssignRoleBatchDto) -> IsSuccessDto:
    await request.services.roles.assign(
        request.caller, _keys(body.roles), await _targets(request, body.targets)
    )
    return SUCCESS


async def revoke_role(request: V3Request, body: RevokeRoleDto) -> IsSuccessDto:
    await request.services.roles.revoke(
        request.caller, [role_key(body.code, body.namespace)], await _targets(request, body.targets)
    )
    return SUCCESS


async def revoke_roles(request: V3Request, body: RevokeRoleBatchDto) -> IsSuccessDto:
    await request.services.roles.revoke(
        request.caller, _keys(body.roles), await _targets(request, body.targets)
    )
    return SUCCESS


async def list_role_members(request: V3Request, query: ListRoleMembersQuery) -> UserPagingDto:
    key = role_key(query.code, query.namespace)
    ids = partial(request.services.roles.list_targets, request.caller, key, TargetType.USER)
    found = await request.services.users.page_of(request.caller, ids, page(query.page, query.limit))
    return await members_page(request, found, query)


async def list_role_departments(
    request: V3Request, query: ListRoleDepartmentsQuery
) -> RoleDepartmentListPagingDto:
    ids = await request.services.roles.list_targets(
        request.caller,
        role_key(query.code, query.namespace),
        TargetType.NODE,
        page(query.page, query.limit),
    )
    nodes = await request.services.orgs.find_nodes(request.caller, ids.items)
    shown = [
        RoleDepartmentRespDto(
            id=node.id, code=node.code or "", name=node.name, description=node.description or ""
        )
        for node in (nodes[node_id] for node_id in ids.items if node_id in nodes)
    ]
    return RoleDepartmentListPagingDto(total_count=ids.total, items=shown)


async def list_role_assignments(request: V3Request, query: ListRoleAssignmentsQuery) -> RoleListPageDto:
    if query.query:
        raise NotSupported(what="query")
    kinds = {"USER": TargetType.USER, "ORG": TargetType.NODE}
    found = await request.services.roles.list_assignments(
        request.caller,
        role_key(query.role_code, query.namespace_code),
        [kinds[name] for name in query.target_type or ()],
        page(query.page, query.limit),
    )
    shown = [_assignment(request.caller.pool_id, item) for item in found.items]
    return RoleListPageDto(total_count=found.total, data=shown)


def _assignment(pool_id: str, item: Assignment) -> RolePermissionListDto:
    return RolePermissionListDto(
        role_id=item.role.id,
        target_type=_TARGETS[item.target.type],
        target_identifier=item.target.id,
        status="ENABLE" if item.active else "DISABLE",
        enable_time=epoch_ms(item.enabled_from) if item.enabled_from else None,
        end_time=epoch_ms(item.ends_at) if item.ends_at else None,
        user_pool_id=pool_id,
        role_name=item.role.name or item.role.code,
        role_code=item.role.code,
        description=item.role.description,
        created_at=v3_time(item.created_at),
        updated_at=v3_time(item.role.updated_at),
    )


def _keys(items: Sequence[RoleCodeDto]) -> list[RoleKey]:
    return [role_key(item.code, item.namespace) for item in items]


async def _targets(request: V3Request, items: Sequence[TargetDto]) -> list[Target]:
    """Users and departments by id, groups by code."""
    named: dict[str, list[str]] = {"USER": [], "GROUP": [], "DEPARTMENT": []}
    for item in items:
        if item.target_type not in named:
            raise NotSupported(what=f"targetType {item.target_type}")
        named[item.target_type].append(item.target_identifier)
    return await request.services.role_targets.named(
        request.caller, users=named["USER"], groups=named["GROUP"], nodes=named["DEPARTMENT"]
    )


_row = family("roles")

ENDPOINTS = [
    _row("GET", "get-role", GetRoleQuery, RoleDto, get_role, "One role"),
    _row("GET", "list-roles", ListRolesQuery, RolePagingDto, list_roles, "List the roles of a namespace"),
    _row("POST", "create-role", CreateRoleDto, RoleDto, create_role, "Create a role"),
    _row(
        "POST",
        "create-roles-batch",
        CreateRolesBatch,
        IsSuccessDto,
        create_roles,
        "Create roles, all or none",
    ),
    _row("POST", "update-role", UpdateRoleDto, IsSuccessDto, update_role, "Update a role"),
    _row(
        "POST", "delete-roles-batch", DeleteRoleDto, IsSuccessDto, delete_roles, "Delete roles, all or none"
    ),
    _row(
        "POST",
        "multiple-namespace-delete-roles-batch",
        DeleteRoleBatchDto,
        IsSuccessDto,
        delete_roles_of_namespaces,
        "Delete roles of several namespaces, all or none",
    ),
    _row(
        "POST",
        "create-admin-role",
        CreateAdminRoleDto,
        CheckRoleParamsRespDto,
        create_admin_role,
        "Create a role of the namespace `system`",
    ),
    _row(
        "POST",
        "delete-admin-roles",
        DeleteAdminRoleDto,
        IsSuccessDto,
        delete_admin_roles,
        "Delete roles of the namespace `system`",
    ),
    _row(
        "POST",
        "check-role-params",
        CheckRoleParamsDto,
        CheckRoleParamsRespDto,
        check_role_params,
        "Whether a role of this code could be created",
    ),
    _row(
        "POST",
        "check-role-mutual-exclusion",
        CheckRoleMutualExclusionReqDto,
        CheckRoleMutualExclusionResultDto,
        check_role_mutual_exclusion,
        "Whether two of these roles may not be held together",
    ),
    _row("POST", "assign-role", AssignRoleDto, IsSuccessDto, assign_role, "Give a role"),
    _row("POST", "assign-role-batch", AssignRoleBatchDto, IsSuccessDto, assign_roles, "Give roles"),
    _row("POST", "revoke-role", RevokeRoleDto, IsSuccessDto, revoke_role, "Take a role away"),
    _row("POST", "revoke-role-batch", RevokeRoleBatchDto, IsSuccessDto, revoke_roles, "Take roles away"),
    replace(
        _row(
            "GET",
            "list-role-members",
            ListRoleMembersQuery,
            UserPagingDto,
            list_role_members,
            "List the users a role was given to",
        ),
        also=PEOPLE,
    ),
    replace(
        _row(
            "GET",
            "list-role-departments",
            ListRoleDepartmentsQuery,
            RoleDepartmentListPagingDto,
            list_role_departments,
            "List the departments a role was given to",
        ),
        also=frozenset({"orgs:read"}),
    ),
    _row(
        "GET",
        "list-role-assignments",
        ListRoleAssignmentsQuery,
        RoleListPageDto,
        list_role_assignments,
        "List who holds a role, and until when",
    ),
]
