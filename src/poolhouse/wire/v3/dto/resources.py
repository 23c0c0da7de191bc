"""Namespaces and resources (classic). Source: docs/contract/v3/resources.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from msgspec import UNSET, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import ResourceType, TargetType


class AssociateTenantResourceDto(Dto, kw_only=True):
    code: str
    association: bool
    app_id: str
    tenant_id: str | None = None


class AuthorizeResourceItem(Dto, kw_only=True):
    target_type: TargetType
    target_identifiers: list[str]
    resources: list[ResourceItemDto]


class AuthorizeResourcesDto(Dto, kw_only=True):
    items: list[AuthorizeResourceItem] = field(name="list")
    namespace: str | None = None


class ResourceDto(Dto, kw_only=True):
    code: str
    description: str | None = None
    name: str | None = None
    type: ResourceType
    actions: list[ResourceAction] | None = None
    api_identifier: str | None = None
    namespace: str | None = None
    linked_to_tenant: bool | None = None


class CommonResourceDto(ResourceDto, kw_only=True):
    id: str
    namespace_id: Int
    namespace_name: str
    user_pool_id: str
    created_at: str
    updated_at: str


class CommonResourcePagingDto(Dto, kw_only=True):
    total_count: Int  # the contract repeats the envelope in here
    items: list[CommonResourceDto] = field(name="list")


class CreateNamespaceDto(Dto, kw_only=True):
    code: str
    name: str | None = None
    description: str | None = None


class CreateNamespacesBatchDto(Dto, kw_only=True):
    items: list[CreateNamespacesBatchItemDto] = field(name="list")


class CreateNamespacesBatchItemDto(Dto, kw_only=True):
    code: str
    name: str | None = None
    description: str | None = None


class CreateResourceBatchItemDto(Dto, kw_only=True):
    code: str
    description: str | None = None
    name: str | None = None
    type: ResourceType
    actions: list[ResourceAction] | None = None
    api_identifier: str | None = None


class CreateResourceDto(Dto, kw_only=True):
    type: ResourceType
    code: str
    description: str | None = None
    name: str | None = None
    actions: list[ResourceAction] | None = None
    api_identifier: str | None = None
    namespace: str | None = None


class CreateResourcesBatchDto(Dto, kw_only=True):
    items: list[CreateResourceBatchItemDto] = field(name="list")
    namespace: str | None = None


class DeleteCommonResourcesBatchDto(Dto, kw_only=True):
    ids: list[str]


class DeleteNamespaceDto(Dto, kw_only=True):
    code: str


class DeleteNamespacesBatchDto(Dto, kw_only=True):
    code_list: list[str]


class DeleteResourceDto(Dto, kw_only=True):
    code: str
    namespace: str | None = None


class DeleteResourcesBatchDto(Dto, kw_only=True):
    namespace: str | None = None
    code_list: list[str] | None = None
    ids: list[str] | None = None


class GetResourceAuthorizedTargetDataDto(Dto, kw_only=True):
    total_count: Int
    items: list[ResourceAuthorizedTargetDto] = field(name="list")


class GetResourceAuthorizedTargetsDto(Dto, kw_only=True):
    resource: str
    namespace: str | None = None
    target_type: TargetType | None = None
    page: Int | None = None
    limit: Int | None = None


class IsActionAllowedDataDto(Dto, kw_only=True):
    allowed: bool


class IsActionAllowedDto(Dto, kw_only=True):
    user_id: str
    action: str
    resource: str
    namespace: str | None = None


class NamespaceDto(Dto, kw_only=True):
    code: str
    name: str | None = None
    description: str | None = None


class NamespaceListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[NamespacesListRespDto] = field(name="list")


class NamespaceRolesListRespDto(Dto, kw_only=True):
    id: str
    name: str
    code: str
    description: str | None = None
    namespace: str
    updated_at: str


class NamespaceRolesPage(Dto, kw_only=True):
    """The contract shows one role where its clients read a page."""

    total_count: Int
    items: list[NamespaceRolesListRespDto] = field(name="list")


class NamespacesListRespDto(Dto, kw_only=True):
    name: str
    code: str
    description: str | None = None
    status: Int | None = None


class ResourceAction(Dto, kw_only=True):
    name: str
    description: str = ""  # the contract requires it


class ResourceAuthorizedTargetDto(Dto, kw_only=True):
    target_type: TargetType
    target_identifier: str
    actions: list[str]


class ResourceItemDto(Dto, kw_only=True):
    code: str
    actions: list[str]
    resource_type: ResourceType


class ResourcePagingDto(Dto, kw_only=True):
    total_count: Int  # the contract repeats the envelope in here
    items: list[ResourceDto] = field(name="list")


class UpdateNamespaceDto(Dto, kw_only=True):
    code: str
    description: str | None = None
    name: str | None = None
    new_code: str | None = None


class UpdateResourceDto(Dto, kw_only=True):
    code: str
    description: Maybe[str] = UNSET
    name: Maybe[str] = UNSET
    actions: Maybe[list[ResourceAction]] = UNSET
    api_identifier: Maybe[str] = UNSET
    namespace: Maybe[str] = UNSET
    type: Maybe[ResourceType] = UNSET


class GetAuthorizedResourcesQuery(Dto, kw_only=True):
    target_type: TargetType
    target_identifier: str
    namespace: str | None = None
    resource_type: ResourceType | None = None
    resource_list: list[str] | None = None
    with_denied: bool = False


class GetNamespaceQuery(Dto, kw_only=True):
    code: str


class GetNamespacesBatchQuery(Dto, kw_only=True):
    code_list: list[str]


class GetResourceQuery(Dto, kw_only=True):
    code: str
    namespace: str | None = None


class GetResourcesBatchQuery(Dto, kw_only=True):
    code_list: list[str]
    namespace: str | None = None


class ListCommonResourceQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    keyword: str | None = None
    namespace_code_list: str | None = None
    type: ResourceType | None = None  # ours


class ListNamespaceRolesQuery(Dto, kw_only=True):
    code: str
    page: Int = 1
    limit: Int = 10
    keywords: str | None = None


class ListNamespacesQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    keywords: str | None = None


class ListResourcesQuery(Dto, kw_only=True):
    namespace: str | None = None
    type: ResourceType | None = None
    page: Int = 1
    limit: Int = 10
