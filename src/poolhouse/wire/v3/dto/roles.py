"""Roles. Source: docs/contract/v3/roles.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import ResourceType, TargetType

AssignmentTarget = Literal["USER", "ORG"]


class AssignRoleBatchDto(Dto, kw_only=True):
    targets: list[TargetDto]
    roles: list[RoleCodeDto]


class AssignRoleDto(Dto, kw_only=True):
    targets: list[TargetDto]
    code: str
    end_time: Int | None = None
    enable_time: Int | None = None
    namespace: str | None = None


class CheckRoleMutualExclusionReqDto(Dto, kw_only=True):
    roles: list[RoleCodeDto]


class CheckRoleMutualExclusionResultDto(Dto, kw_only=True):
    exist_mutually_exclusive: bool


class CheckRoleParamsDto(Dto, kw_only=True):
    code: str
    namespace: str | None = None  # the contract requires it
    name: str | None = None


class CheckRoleParamsRespDto(Dto, kw_only=True):
    is_valid: bool
    # a text is meant, but every client's class says boolean and a text loses it the answer: never sent
    message: bool | UnsetType = UNSET


class CreateAdminRoleDto(Dto, kw_only=True):
    name: str
    code: str
    description: str | None = None


class CreateRoleDto(Dto, kw_only=True):
    code: str
    name: str | None = None
    namespace: str | None = None
    description: str | None = None
    disable_time: str | Int | None = None


class CreateRolesBatch(Dto, kw_only=True):
    items: list[RoleListItem] = field(name="list")


class DeleteAdminRoleDto(Dto, kw_only=True):
    code_list: list[str]


class DeleteRoleBatchDto(Dto, kw_only=True):
    role_list: list[RoleCodeAndNamespaceDto]


class DeleteRoleDto(Dto, kw_only=True):
    code_list: list[str]
    namespace: str | None = None


class RevokeRoleBatchDto(Dto, kw_only=True):
    targets: list[TargetDto]
    roles: list[RoleCodeDto]


class RevokeRoleDto(Dto, kw_only=True):
    targets: list[TargetDto]
    code: str
    namespace: str | None = None


class RoleAuthorizedResourcePagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[RoleAuthorizedResourcesRespDto] = field(name="list")


class RoleAuthorizedResourcesRespDto(Dto, kw_only=True):
    resource_code: str
    resource_type: ResourceType
    actions: list[str]
    api_identifier: str


class RoleCodeAndNamespaceDto(Dto, kw_only=True):
    code: str
    namespace: str


class RoleCodeDto(Dto, kw_only=True):
    code: str
    namespace: str | None = None


class RoleDepartmentListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[RoleDepartmentRespDto] = field(name="list")


class RoleDepartmentRespDto(Dto, kw_only=True):
    id: str
    code: str
    name: str
    description: str


class RoleListItem(Dto, kw_only=True):
    code: str
    name: str | None = None
    description: str | None = None
    namespace: str | None = None


class RoleListPageDto(Dto, kw_only=True):
    total_count: Int | None = None
    data: list[RolePermissionListDto]


class RolePermissionListDto(Dto, kw_only=True):
    role_id: str
    target_type: Literal["USER", "GROUP", "DEPARTMENT"]  # ours
    target_identifier: str  # ours
    status: str
    enable_time: Int | None = None
    end_time: Int | None = None
    user_pool_id: str
    role_name: str
    role_code: str
    description: str | None = None
    created_at: str
    updated_at: str


class TargetDto(Dto, kw_only=True):
    target_type: TargetType
    target_identifier: str


class UpdateRoleDto(Dto, kw_only=True):
    name: Maybe[str] = UNSET  # the official clients leave it out
    new_code: Maybe[str] = UNSET  # the contract requires it
    code: str
    namespace: Maybe[str] = UNSET
    description: Maybe[str] = UNSET
    status: Maybe[str] = UNSET
    disable_time: Maybe[str | Int] = UNSET
    enable_permission_apply: Maybe[bool] = UNSET


class GetRoleAuthorizedResourcesQuery(Dto, kw_only=True):
    code: str
    namespace: str | None = None
    resource_type: ResourceType | None = None


class GetRoleQuery(Dto, kw_only=True):
    code: str
    namespace: str | None = None


class ListRoleAssignmentsQuery(Dto, kw_only=True):
    role_code: str
    page: Int = 1
    limit: Int = 10
    query: str | None = None
    namespace_code: str | None = None
    target_type: list[AssignmentTarget] | None = None


class ListRoleDepartmentsQuery(Dto, kw_only=True):
    code: str
    namespace: str | None = None
    page: Int = 1
    limit: Int = 10


class ListRoleMembersQuery(Dto, kw_only=True):
    code: str
    page: Int = 1
    limit: Int = 10
    with_custom_data: bool = False
    with_identities: bool = False
    with_department_ids: bool = False
    namespace: str | None = None


class ListRolesQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    keywords: str | None = None
    namespace: str = "default"
