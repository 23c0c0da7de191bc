"""Permission namespaces and data resources. Source: docs/contract/v3/permissions.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.common import Config, ExtendField

ListDataPolicyTargetsQueryTargetType = Literal["USER", "ORG", "GROUP", "ROLE"]


class ActionAuth(Dto, kw_only=True):
    user_ids: list[str]
    action: str


class ArrayAuthorize(Dto, kw_only=True):
    values: list[str]
    actions: list[str]


class ArrResourceAuthAction(Dto, kw_only=True):
    values: list[str] | None = None
    actions: list[str] | None = None


class AuthEnvParams(Dto, kw_only=True):
    ip: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    device_type: str | None = None  # `PC` or `Mobile`
    # `Windows`, `MacOS`, `Android` or `iOS`; the documented example writes `ios`
    system_type: str | None = None
    browser_type: str | None = None  # an AuthEnvParamsBrowserType
    request_date: str | None = None


class BatchCreateDnefReq(Dto, kw_only=True):
    resource_code: str
    namespace_code: str
    field_list: list[ExtendField]


class CheckExternalUserPermissionDataDto(Dto, kw_only=True):
    check_result_list: list[CheckExternalUserPermissionsRespDto]


class CheckExternalUserPermissionDto(Dto, kw_only=True):
    resources: list[str]
    action: str
    external_id: str
    namespace_code: str
    judge_condition_enabled: bool | None = None
    auth_env_params: AuthEnvParams | None = None


class CheckExternalUserPermissionsRespDto(Dto, kw_only=True):
    namespace_code: str
    action: str
    resource: str
    enabled: bool


class CheckParamsDataPolicyRespDto(Dto, kw_only=True):
    is_valid: bool
    message: str | None = None


class CheckParamsDataResourceRespDto(Dto, kw_only=True):
    is_valid: bool
    message: str | None = None


class CheckPermissionDataDto(Dto, kw_only=True):
    check_result_list: list[CheckPermissionsRespDto]


class CheckPermissionDto(Dto, kw_only=True):
    resources: list[str]
    action: str
    user_id: str
    namespace_code: str
    judge_condition_enabled: bool | None = None
    auth_env_params: AuthEnvParams | None = None


class CheckPermissionNamespaceExistsDto(Dto, kw_only=True):
    code: str | None = None
    name: str | None = None


class CheckPermissionNamespaceExistsRespDto(Dto, kw_only=True):
    is_valid: bool
    message: str | None = None


class CheckPermissionsRespDto(Dto, kw_only=True):
    namespace_code: str
    action: str
    resource: str
    enabled: bool


class CheckPermissionArrayResourceDto(Dto, kw_only=True):
    """Of the authentication client, like the next: about whoever is signed in, in the namespace of the
    application.
    """

    resources: list[str]
    action: str


class CheckPermissionStringResourceDto(CheckPermissionArrayResourceDto, kw_only=True):
    pass


class CheckPermissionTreeResourceDto(CheckPermissionArrayResourceDto, kw_only=True):
    pass


class CheckResourcePermissionDataDto(Dto, kw_only=True):
    check_result_list: list[CheckPermissionsRespDto]  # the clients call it CheckResourcePermissionRespDto


class GetUserAuthResourceListDataDto(Dto, kw_only=True):
    user_permission_list: list[UserPermissionListDto]  # the clients call it UserAuthResourceListDto


class GetUserAuthResourcePermissionListDto(Dto, kw_only=True):
    resources: list[str]


class GetUserAuthResourcePermissionListDataDto(Dto, kw_only=True):
    # the clients call it GetUserAuthResourcePermissionList
    permission_list: list[GetUserResourcePermissionList]


class GetUserAuthResourceStructDto(Dto, kw_only=True):
    resource: str


class GetUserAuthResourceStructDataDto(Dto, kw_only=True):
    namespace_code: str
    resource_code: str
    resource_type: Literal["TREE", "STRING", "ARRAY"]
    str_resource_auth_action: StrResourceAuthAction | None = None
    arr_resource_auth_action: ArrResourceAuthAction | None = None
    tree_resource_auth_action: TreeResourceAuthAction | None = None


class CheckUserSameLevelPermissionDataDto(Dto, kw_only=True):
    check_level_result_list: list[CheckUserSameLevelPermissionRespDto]


class CheckUserSameLevelPermissionDto(Dto, kw_only=True):
    resource_node_codes: list[str]
    resource: str
    action: str
    user_id: str
    namespace_code: str
    judge_condition_enabled: bool | None = None
    auth_env_params: AuthEnvParams | None = None


class CheckUserSameLevelPermissionRespDto(Dto, kw_only=True):
    action: str
    resource_node_code: str
    enabled: bool


class CreateArrayDataResourceDto(Dto, kw_only=True):
    actions: list[str]
    struct: list[str]
    resource_code: str
    resource_name: str
    namespace_code: str
    description: str | None = None


class CreateArrayDataResourceRespDto(Dto, kw_only=True):
    resource_name: str
    resource_code: str
    type: Literal["TREE", "STRING", "ARRAY"]
    description: str | None = None
    struct: list[str]
    actions: list[str]


class CreateAuthorizeDataPolicyDto(Dto, kw_only=True):
    target_list: list[SubjectDto]
    policy_ids: list[str]


class CreateDataPolicyDto(Dto, kw_only=True):
    statement_list: list[DataStatementPermissionDto]
    policy_name: str
    description: str | None = None


class CreateDataPolicyRespDto(Dto, kw_only=True):
    policy_id: str
    policy_name: str
    description: str | None = None
    created_at: str
    updated_at: str


class CreateDataResourceDto(Dto, kw_only=True):
    actions: list[str]
    struct: Any  # a text, a list of texts, or a list of `DataResourceTreeStructs`, as `type` says
    type: Literal["TREE", "STRING", "ARRAY"]
    resource_code: str
    resource_name: str
    namespace_code: str
    description: str | None = None
    extend_field_list: list[ExtendField] | None = None


class CreateDataResourceRespDto(Dto, kw_only=True):
    resource_name: str
    resource_code: str
    type: Literal["TREE", "STRING", "ARRAY"]
    description: str | None = None
    struct: Any  # a text, a list of texts, or a list of `DataResourceTreeStructs`, as `type` says
    extend_field_list: list[ExtendField] | None = None
    actions: list[str]


class CreateDnefReq(Dto, kw_only=True):
    resource_code: str
    namespace_code: str
    label: str
    value_type: Literal["STRING", "SELECT"]
    key: str
    description: str | None = None
    config: Config | None = None


class CreatePermissionNamespaceDto(Dto, kw_only=True):
    name: str
    code: str
    description: str | None = None


class CreatePermissionNamespaceRespDto(Dto, kw_only=True):
    code: str
    name: str
    description: str | None = None


class CreatePermissionNamespacesBatchDto(Dto, kw_only=True):
    items: list[CreatePermissionNamespacesBatchItemDto] = field(name="list")


class CreatePermissionNamespacesBatchItemDto(Dto, kw_only=True):
    code: str
    name: str
    description: str | None = None


class CreateStringDataResourceDto(Dto, kw_only=True):
    actions: list[str]
    struct: str
    resource_code: str
    resource_name: str
    namespace_code: str
    description: str | None = None


class CreateStringDataResourceRespDto(Dto, kw_only=True):
    resource_name: str
    resource_code: str
    type: Literal["TREE", "STRING", "ARRAY"]
    description: str | None = None
    struct: str
    actions: list[str]


class CreateTreeDataResourceDto(Dto, kw_only=True):
    actions: list[str]
    struct: list[DataResourceTreeStructs]
    resource_code: str
    resource_name: str
    namespace_code: str
    description: str | None = None
    extend_field_list: list[ExtendField] | None = None


class CreateTreeDataResourceRespDto(Dto, kw_only=True):
    resource_name: str
    resource_code: str
    type: Literal["TREE", "STRING", "ARRAY"]
    description: str | None = None
    struct: list[DataResourceTreeStructs]
    actions: list[str]
    extend_field_list: list[ExtendField] | None = None


class DataPoliciesPaginatedRespDto(Dto, kw_only=True):
    total_count: Int
    items: list[ListDataPoliciesRespDto] = field(name="list")


class DataPoliciesSimplePaginatedRespDto(Dto, kw_only=True):
    total_count: Int | None = None
    items: list[ListSimpleDataPoliciesRespDto] = field(name="list")


class DataResourceSimpleRespDto(Dto, kw_only=True):
    resource_id: str
    resource_name: str


class DataResourcesPaginatedRespDto(Dto, kw_only=True):
    total_count: Int
    items: list[ListDataResourcesRespDto] = field(name="list")


class DataResourceTreeStructs(Dto, kw_only=True):
    code: str
    name: str
    value: str | None = None
    children: list[DataResourceTreeStructs] | None = None  # nested so; the clients say any
    extend_field_value: dict[str, Any] | None = None  # texts by the keys of the extend fields


class DataStatementPermissionDto(Dto, kw_only=True):
    effect: Literal["DENY", "ALLOW"]
    permissions: list[str]


class DataSubjectRespDto(Dto, kw_only=True):
    target_identifier: str
    target_type: ListDataPolicyTargetsQueryTargetType
    target_name: str
    authorization_time: str


class DeleteAuthorizeDataPolicyDto(Dto, kw_only=True):
    target_type: ListDataPolicyTargetsQueryTargetType
    target_identifier: str
    policy_id: str


class DeleteDataPolicyDto(Dto, kw_only=True):
    policy_id: str


class DeleteDataResourceDto(Dto, kw_only=True):
    resource_code: str
    namespace_code: str


class DeleteDnefReq(Dto, kw_only=True):
    key: str
    resource_code: str
    namespace_code: str


class DeletePermissionNamespaceDto(Dto, kw_only=True):
    code: str


class DeletePermissionNamespacesBatchDto(Dto, kw_only=True):
    codes: list[str]


class GetDataPolicyRespDto(Dto, kw_only=True):
    policy_id: str
    policy_name: str
    description: str | None = None
    # promised by the method's description, and in no client's model
    statement_list: list[DataStatementPermissionDto]
    created_at: str
    updated_at: str


class GetDataResourceRespDto(Dto, kw_only=True):
    resource_name: str
    resource_code: str
    type: Literal["TREE", "STRING", "ARRAY"]
    description: str | None = None
    struct: Any  # a text, a list of texts, or a list of `DataResourceTreeStructs`, as `type` says
    extend_field_list: list[ExtendField] | None = None
    namespace_code: str
    actions: list[str]


class GetExternalUserResourceStructDataDto(Dto, kw_only=True):
    namespace_code: str
    resource_code: str
    resource_type: Literal["TREE", "STRING", "ARRAY"]
    str_resource_auth_action: StrResourceAuthAction | None = None
    arr_resource_auth_action: ArrResourceAuthAction | None = None
    tree_resource_auth_action: TreeResourceAuthAction | None = None


class GetExternalUserResourceStructDto(Dto, kw_only=True):
    resource_code: str
    external_id: str
    namespace_code: str


class GetPermissionNamespaceRespDto(Dto, kw_only=True):
    code: str
    name: str
    description: str | None = None


class GetUserPermissionListDataDto(Dto, kw_only=True):
    user_permission_list: list[UserPermissionListDto]


class GetUserPermissionListDto(Dto, kw_only=True):
    user_ids: list[str]
    namespace_codes: list[str] | None = None


class GetUserResourcePermissionList(Dto, kw_only=True):
    namespace_code: str
    actions: list[str]
    resource: str


class GetUserResourcePermissionListDataDto(Dto, kw_only=True):
    permission_list: list[GetUserResourcePermissionList]


class GetUserResourcePermissionListDto(Dto, kw_only=True):
    resources: list[str]
    user_id: str
    namespace_code: str


class GetUserResourceStructDataDto(Dto, kw_only=True):
    namespace_code: str
    resource_code: str
    resource_type: Literal["TREE", "STRING", "ARRAY"]
    str_resource_auth_action: StrResourceAuthAction | None = None
    arr_resource_auth_action: ArrResourceAuthAction | None = None
    tree_resource_auth_action: TreeResourceAuthAction | None = None


class GetUserResourceStructDto(Dto, kw_only=True):
    resource_code: str
    user_id: str
    namespace_code: str


class GroupBo(Dto, kw_only=True):
    group_id: str
    group_name: str
    group_code: str


class ListDataPoliciesRespDto(Dto, kw_only=True):
    policy_name: str
    description: str | None = None
    resource_list: list[DataResourceSimpleRespDto]
    policy_id: str
    target_list: list[SubjectRespDto]
    updated_at: str


class ListDataPolicySubjectPageDto(Dto, kw_only=True):
    total_count: Int | None = None
    items: list[DataSubjectRespDto] = field(name="list")


class ListDataResourcesRespDto(Dto, kw_only=True):
    resource_name: str
    resource_code: str
    type: Literal["TREE", "STRING", "ARRAY"]
    description: str | None = None
    namespace_code: str
    namespace_name: str
    authorization_num: Int
    updated_at: str


class ListPermissionViewDto(Dto, kw_only=True):
    page: Int | None = None
    limit: Int | None = None
    keyword: str | None = None


class ListPermissionViewPaginatedRespDto(Dto, kw_only=True):
    total_count: Int
    items: list[ListPermissionViewRespDto] = field(name="list")


class ListPermissionViewRespDto(Dto, kw_only=True):
    user_id: str
    username: str | None = None
    namespace_id: str
    namespace_code: str
    namespace_name: str
    data_resource_id: str
    data_resource_code: str
    data_resource_name: str
    data_policy_list: list[PolicyBo]
    role_list: list[RoleBo]
    group_list: list[GroupBo]
    node_list: list[NodeBo]


class ListResourceTargetsDataDto(Dto, kw_only=True):
    auth_user_list: list[ListResourceTargetsDtoResp]


class ListResourceTargetsDto(Dto, kw_only=True):
    resources: list[str]
    actions: list[str]
    namespace_code: str


class ListResourceTargetsDtoResp(Dto, kw_only=True):
    resource: str
    action_auth_list: list[ActionAuth]


class ListSimpleDataPoliciesRespDto(Dto, kw_only=True):
    policy_id: str
    policy_name: str
    description: str | None = None


class NodeBo(Dto, kw_only=True):
    node_id: str
    node_name: str
    node_code: str


class OpenResource(Dto, kw_only=True):
    resource_code: str
    resource_type: Literal["TREE", "STRING", "ARRAY"]
    str_authorize: StrAuthorize | None = None
    arr_authorize: ArrayAuthorize | None = None
    tree_authorize: TreeAuthorize | None = None


class PermissionNamespaceListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[PermissionNamespacesListRespDto] = field(name="list")


class PermissionNamespaceRolesListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[PermissionNamespaceRolesListRespDto] = field(name="list")


class PermissionNamespaceRolesListRespDto(Dto, kw_only=True):
    name: str
    code: str
    description: str | None = None
    namespace: str
    updated_at: str


class PermissionNamespacesListRespDto(Dto, kw_only=True):
    name: str
    code: str
    description: str | None = None
    status: Int | None = None


class PolicyBo(Dto, kw_only=True):
    data_policy_id: str
    data_policy_name: str


class RoleBo(Dto, kw_only=True):
    role_id: str
    role_name: str
    role_code: str


class StrAuthorize(Dto, kw_only=True):
    value: str
    actions: list[str]


class StrResourceAuthAction(Dto, kw_only=True):
    value: str | None = None
    actions: list[str] | None = None


class SubjectDto(Dto, kw_only=True):
    id: str
    type: Literal["USER", "ORG", "GROUP", "ROLE"]
    name: str | None = None


class SubjectRespDto(Dto, kw_only=True):
    id: str
    type: Literal["USER", "ORG", "GROUP", "ROLE"]
    name: str


class TreeAuthBo(Dto, kw_only=True):
    node_path: str
    node_name: str
    node_actions: list[str]
    node_value: str | None = None
    node_extend_field_value: Any = None


class TreeAuthorize(Dto, kw_only=True):
    auth_list: list[TreeAuthBo]


class TreeResourceAuthAction(Dto, kw_only=True):
    node_auth_action_list: list[TreeStructs] | None = None


class TreeStructs(Dto, kw_only=True):
    code: str
    name: str
    value: str | None = None
    actions: list[str] | None = None
    children: list[TreeStructs] | None = None


class UpdateDataPolicyDto(Dto, kw_only=True):
    policy_id: str
    policy_name: str | None = None
    description: str | None = None
    statement_list: list[DataStatementPermissionDto] | None = None


class UpdateDataPolicyRespDto(Dto, kw_only=True):
    policy_id: str
    policy_name: str
    description: str | None = None
    created_at: str
    updated_at: str


class UpdateDataResourceDto(Dto, kw_only=True):
    resource_code: str
    namespace_code: str
    resource_name: str | None = None
    description: str | None = None
    struct: Any = None  # as it is created with
    actions: list[str] | None = None


class UpdateDataResourceRespDto(CreateDataResourceRespDto, kw_only=True):
    pass


class UpdateDnefReq(Dto, kw_only=True):
    key: str
    resource_code: str
    namespace_code: str
    description: str | None = None
    label: str | None = None
    config: Config | None = None


class UpdatePermissionNamespaceDto(Dto, kw_only=True):
    code: str
    name: str | None = None
    new_code: str | None = None
    description: str | None = None


class UpdatePermissionNamespaceRespDto(Dto, kw_only=True):
    code: str
    name: str
    description: str | None = None


class UserPermissionListDto(Dto, kw_only=True):
    user_id: str
    namespace_code: str
    resource_list: list[OpenResource] | None = None


class CheckDataPolicyExistsQuery(Dto, kw_only=True):
    policy_name: str


class CheckDataResourceExistsQuery(Dto, kw_only=True):
    namespace_code: str
    resource_name: str | None = None
    resource_code: str | None = None


class GetDataPolicyQuery(Dto, kw_only=True):
    policy_id: str


class GetDataResourceQuery(Dto, kw_only=True):
    namespace_code: str
    resource_code: str


class GetPermissionNamespaceQuery(Dto, kw_only=True):
    code: str


class GetPermissionNamespacesBatchQuery(Dto, kw_only=True):
    codes: list[str]  # also joined by commas


class ListDataPoliciesQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    query: str | None = None


class ListDataPolicyTargetsQuery(Dto, kw_only=True):
    policy_id: str
    page: Int = 1
    limit: Int = 10
    query: str | None = None
    target_type: list[str] | None = None  # each a ListDataPolicyTargetsQueryTargetType, also joined by commas


class ListDataResourcesQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    query: str | None = None
    namespace_codes: list[str] | None = None  # also joined by commas


class ListPermissionNamespaceRolesQuery(Dto, kw_only=True):
    code: str
    page: Int = 1
    limit: Int = 10
    query: str | None = None


class ListPermissionNamespacesQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    query: str | None = None


class ListSimpleDataPoliciesQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    query: str | None = None
