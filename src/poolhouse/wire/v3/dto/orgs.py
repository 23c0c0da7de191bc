"""Organizations and departments. Source: docs/contract/v3/orgs.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import DepartmentI18nDto, DepartmentIdType, Gender, LangObject

DepartmentOperator = Literal["BETWEEN", "EQUAL", "IN", "LESSER", "GREATER", "CONTAINS"]

DepartmentMemberSort = Literal["Default", "JoinDepartmentAt", "userId", "createAt", "updatedAt"]


class AddDepartmentMembersReqDto(Dto, kw_only=True):
    user_ids: list[str]
    organization_code: str
    department_id: str
    department_id_type: DepartmentIdType | None = None
    tenant_id: str | None = None


class CreateDepartmentReqDto(Dto, kw_only=True):
    organization_code: str
    name: str
    parent_department_id: str
    metadata: Any = None  # only the Node client knows it
    open_department_id: str | None = None
    description: str | None = None
    code: str | None = None
    is_virtual_node: bool | None = None
    i18n: DepartmentI18nDto | None = None
    custom_data: Any = None
    department_id_type: DepartmentIdType | None = None
    post_id_list: list[str] | None = None
    tenant_id: str | None = None


class CreateDepartmentTreeReqDto(Dto, kw_only=True):
    name: str
    children: list[Any] | None = None  # trees or bare names; the contract knows only names
    members: list[UserInfoDto] | UserInfoDto | None = None  # the contract knows only one
    tenant_id: str | None = None


class CreateOrganizationReqDto(Dto, kw_only=True):
    metadata: Any = None  # only the Node client knows it
    organization_name: str
    organization_code: str
    description: str | None = None
    open_department_id: str | None = None
    i18n: OrganizationNameI18nDto | None = None
    tenant_id: str | None = None
    post_id_list: list[str] | None = None


class DeleteDepartmentReqDto(Dto, kw_only=True):
    organization_code: str
    department_id: str
    department_id_type: DepartmentIdType | None = None
    tenant_id: str | None = None


class DeleteDepartmentSyncRelationReqDto(Dto, kw_only=True):
    provider: str
    department_id: str
    organization_code: str
    department_id_type: DepartmentIdType | None = None


class DeleteOrganizationReqDto(Dto, kw_only=True):
    organization_code: str
    tenant_id: str | None = None


class DepartmentDto(Dto, kw_only=True):
    organization_code: str
    department_id: str
    created_at: str
    updated_at: str | None = None
    open_department_id: str | None = None
    name: str
    leader_user_ids: list[str] | None = None
    description: str | None = None
    parent_department_id: str
    code: str | None = None
    parent_department_code: str
    members_count: Int
    has_children: bool
    is_virtual_node: bool | None = None
    i18n: DepartmentI18nDto | None = None
    custom_data: Any = None
    posts: list[str] | None = None
    post_id_list: list[str] | None = None
    status: bool | None = None
    allow: str | None = None


class DepartmentPagingDto(Dto, kw_only=True):
    # the contract says boolean; Node, Python, Java and C# read the number, Go's class does not
    total_count: Int
    items: list[DepartmentDto] = field(name="list")


class DepartmentSortingDto(Dto, kw_only=True):
    field: Literal["updatedAt", "createdAt", "name"]
    order: Literal["desc", "asc"]


class GetDepartmentByIdReqDto(Dto, kw_only=True):
    department_id: str
    tenant_id: str | None = None
    app_type_list: list[str] | None = None
    with_custom_data: bool | None = None


class IsUserInDepartmentDataDto(Dto, kw_only=True):
    in_department: bool


class OrganizationDto(Dto, kw_only=True):
    organization_code: str
    organization_name: str
    description: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    department_id: str
    open_department_id: str | None = None
    has_children: bool
    leader_user_ids: list[str] | None = None
    members_count: Int
    is_virtual_node: bool
    i18n: OrganizationNameI18nDto | None = None
    custom_data: Any = None
    tenant_id: str | None = None
    post_id_list: list[str] | None = None
    status: str | None = None
    allow: str | None = None


class OrganizationNameI18nDto(Dto, kw_only=True):
    organization_name: LangObject


class OrganizationPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[OrganizationDto] = field(name="list")


class RemoveDepartmentMembersReqDto(Dto, kw_only=True):
    user_ids: list[str]
    organization_code: str
    department_id: str
    department_id_type: DepartmentIdType | None = None
    tenant_id: str | None = None


class Result(Dto, kw_only=True):
    add_user: Int
    update_user: Int
    add_department: Int
    update_department: Int


class SearchDepartmentsFilterItemDto(Dto, kw_only=True):
    field: str
    operator: DepartmentOperator
    value: Any = None


class SearchDepartmentsListReqDto(Dto, kw_only=True):
    organization_code: str
    with_custom_data: bool | None = None
    with_post: bool | None = None
    page: Int | None = None
    limit: Int | None = None
    advanced_filter: list[SearchDepartmentsFilterItemDto] | None = None
    sort_by: Literal["updatedAt", "createdAt"] | None = None
    order_by: Literal["ASC", "DESC"] | None = None
    sort: list[DepartmentSortingDto] | None = None
    tenant_id: str | None = None


class SearchDepartmentsReqDto(Dto, kw_only=True):
    keywords: str
    organization_code: str
    with_custom_data: bool | None = None
    tenant_id: str | None = None


class UpdateDepartmentReqDto(Dto, kw_only=True):
    organization_code: str
    department_id: str
    metadata: Any = None  # only the Node client knows it
    leader_user_ids: Maybe[list[str]] = UNSET
    description: Maybe[str] = UNSET
    code: Maybe[str] = UNSET
    i18n: Maybe[DepartmentI18nDto] = UNSET
    status: Maybe[bool] = UNSET
    name: Maybe[str] = UNSET
    department_id_type: Maybe[DepartmentIdType] = UNSET
    parent_department_id: Maybe[str] = UNSET
    custom_data: Any | UnsetType = UNSET
    post_id_list: Maybe[list[str]] = UNSET
    tenant_id: Maybe[str] = UNSET


class UpdateDepartmentStatusReqDto(Dto, kw_only=True):
    status: bool
    department_id: str


class UpdateOrganizationReqDto(Dto, kw_only=True):
    organization_code: str
    description: Maybe[str] = UNSET
    open_department_id: Maybe[str] = UNSET
    leader_user_ids: Maybe[list[str]] = UNSET
    i18n: Maybe[OrganizationNameI18nDto] = UNSET
    tenant_id: Maybe[str] = UNSET
    organization_new_code: Maybe[str] = UNSET
    organization_name: Maybe[str] = UNSET
    post_id_list: Maybe[list[str]] = UNSET


class UpdateOrganizationStatusReqDto(Dto, kw_only=True):
    root_node_id: str
    status: Maybe[str] = UNSET


class UserInfoDto(Dto, kw_only=True):
    username: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_country_code: str | None = None
    name: str | None = None
    gender: Gender | None = None
    country: str | None = None
    province: str | None = None
    city: str | None = None


class GetAllDepartmentsQuery(Dto, kw_only=True):
    organization_code: str
    department_id: str = "root"
    department_id_type: Literal["department_id", "open_department_id"] = "department_id"
    with_custom_data: bool = False


class GetDepartmentByIdQuery(Dto, kw_only=True):
    department_id: str
    tenant_id: str | None = None
    app_type_list: list[str] | None = None
    with_custom_data: bool = False


class GetDepartmentQuery(Dto, kw_only=True):
    organization_code: str | None = None
    department_id: str | None = None
    department_code: str | None = None
    department_id_type: DepartmentIdType = "department_id"
    with_custom_data: bool = False
    flat_custom_data: bool = False
    tenant_id: str | None = None


class GetDepartmentSyncRelationsQuery(Dto, kw_only=True):
    organization_code: str
    department_id: str | None = None
    department_id_type: DepartmentIdType = "department_id"
    with_custom_data: bool = False
    tenant_id: str | None = None


class GetOrganizationBatchQuery(Dto, kw_only=True):
    organization_code_list: list[str]
    with_custom_data: bool = False
    with_post: bool = False
    tenant_id: str | None = None


class GetOrganizationQuery(Dto, kw_only=True):
    organization_code: str
    with_custom_data: bool = False
    with_post: bool = False
    tenant_id: str | None = None


class GetParentDepartmentQuery(Dto, kw_only=True):
    organization_code: str
    department_id: str
    department_id_type: DepartmentIdType = "department_id"
    with_custom_data: bool = False
    tenant_id: str | None = None


class IsUserInDepartmentQuery(Dto, kw_only=True):
    user_id: str
    organization_code: str
    department_id: str
    department_id_type: DepartmentIdType = "department_id"
    include_children_departments: bool = False
    tenant_id: str | None = None


class ListChildrenDepartmentsQuery(Dto, kw_only=True):
    organization_code: str
    department_id: str
    status: bool | None = None
    department_id_type: DepartmentIdType = "department_id"
    exclude_virtual_node: bool = False
    only_virtual_node: bool = False
    with_custom_data: bool = False
    tenant_id: str | None = None


class ListDepartmentMemberIdsQuery(Dto, kw_only=True):
    organization_code: str
    department_id: str
    department_id_type: DepartmentIdType = "department_id"
    tenant_id: str | None = None


class ListDepartmentMembersQuery(Dto, kw_only=True):
    organization_code: str
    department_id: str
    sort_by: DepartmentMemberSort = "JoinDepartmentAt"
    order_by: Literal["Asc", "Desc"] = "Desc"
    department_id_type: DepartmentIdType = "department_id"
    include_children_departments: bool = False
    page: Int = 1
    limit: Int = 10
    with_custom_data: bool = False
    with_identities: bool = False
    with_department_ids: bool = False
    tenant_id: str | None = None


class ListOrganizationsQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    fetch_all: bool = False
    with_custom_data: bool = False
    with_post: bool = False
    tenant_id: str | None = None
    status: bool | None = None


class SearchDepartmentMembersQuery(Dto, kw_only=True):
    organization_code: str
    department_id: str
    keywords: str
    page: Int = 1
    limit: Int = 10
    department_id_type: DepartmentIdType = "department_id"
    include_children_departments: bool = False
    with_custom_data: bool = False
    with_identities: bool = False
    with_department_ids: bool = False
    tenant_id: str | None = None


class SearchOrganizationsQuery(Dto, kw_only=True):
    keywords: str
    page: Int = 1
    limit: Int = 10
    with_custom_data: bool = False
    tenant_id: str | None = None
