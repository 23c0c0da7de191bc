"""Resources, what is granted on them, and the question. Source: docs/contract/v3/resources.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from poolhouse.errors import InvalidInput, Missing
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    Action,
    AuthorizedResource,
    Grant,
    Resource,
    ResourceChanges,
    ResourceDraft,
    ResourceType,
    TargetName,
    TargetType,
)
from poolhouse.roles.model import RoleKey
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.dto.common import (
    AuthorizedResourceDto,
    AuthorizedResourcePagingDto,
    IsSuccessDto,
    PolicyCondition,
)
from poolhouse.wire.v3.dto.groups import GetGroupAuthorizedResourcesQuery
from poolhouse.wire.v3.dto.resources import (
    AssociateTenantResourceDto,
    AuthorizeResourcesDto,
    CommonResourceDto,
    CommonResourcePagingDto,
    CreateResourceBatchItemDto,
    CreateResourceDto,
    CreateResourcesBatchDto,
    DeleteCommonResourcesBatchDto,
    DeleteResourceDto,
    DeleteResourcesBatchDto,
    GetAuthorizedResourcesQuery,
    GetResourceAuthorizedTargetDataDto,
    GetResourceAuthorizedTargetsDto,
    GetResourceQuery,
    GetResourcesBatchQuery,
    IsActionAllowedDataDto,
    IsActionAllowedDto,
    ListCommonResourceQuery,
    ListResourcesQuery,
    ResourceAction,
    ResourceAuthorizedTargetDto,
    ResourceDto,
    ResourcePagingDto,
    UpdateResourceDto,
)
from poolhouse.wire.v3.dto.roles import (
    GetRoleAuthorizedResourcesQuery,
    RoleAuthorizedResourcePagingDto,
    RoleAuthorizedResourcesRespDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

TARGETS: dict[str, TargetType] = {
    "USER": TargetType.USER,
    "ROLE": TargetType.ROLE,
    "GROUP": TargetType.GROUP,
    "DEPARTMENT": TargetType.ORG,
}
TARGET_NAMES: dict[TargetType, Any] = {type_: name for name, type_ in TARGETS.items()}

# -- resources ---------------------------------------------------------------------------------------------


def resource_dto(resource: Resource) -> ResourceDto:
    return ResourceDto(
        code=resource.code,
        description=resource.description,
        name=resource.name,
        type=resource.type.value,
        actions=[ResourceAction(name=one.name, description=one.description) for one in resource.actions],
        api_identifier=resource.api_identifier,
        namespace=resource.namespace,
        linked_to_tenant=resource.linked_to_tenant,
    )


def _draft(body: CreateResourceDto | CreateResourceBatchItemDto) -> ResourceDraft:
    return ResourceDraft(
        body.code,
        ResourceType(body.type),
        body.name,
        body.description,
        _actions(body.actions or ()),
        body.api_identifier,
    )


def _actions(given: Sequence[ResourceAction]) -> tuple[Action, ...]:
    return tuple(Action(one.name, one.description) for one in given)


async def create_resource(request: V3Request, body: CreateResourceDto) -> ResourceDto:
    made = await request.services.resources.create(
        request.caller, _draft(body), body.namespace or DEFAULT_NAMESPACE
    )
    return resource_dto(made)


async def create_resources_batch(request: V3Request, body: CreateResourcesBatchDto) -> IsSuccessDto:
    drafts = [(body.namespace or DEFAULT_NAMESPACE, _draft(one)) for one in body.items]
    await request.services.resources.put_many(request.caller, drafts)
    return IsSuccessDto(success=True)


async def get_resource(request: V3Request, query: GetResourceQuery) -> ResourceDto:
    return resource_dto(
        await request.services.resources.get(request.caller, query.code, query.namespace or DEFAULT_NAMESPACE)
    )


async def get_resources_batch(request: V3Request, query: GetResourcesBatchQuery) -> list[ResourceDto]:
    """Codes may also come joined by commas."""
    codes = [code for one in query.code_list for code in one.split(",") if code]
    found = await request.services.resources.find(request.caller, codes, query.namespace or DEFAULT_NAMESPACE)
    return [resource_dto(one) for one in found]


async def list_resources(request: V3Request, query: ListResourcesQuery) -> ResourcePagingDto:
    found = await request.services.resources.list(
        request.caller,
        page(query.page, query.limit),
        namespaces=[query.namespace or DEFAULT_NAMESPACE],
        type_=ResourceType(query.type) if query.type else None,
    )
    return ResourcePagingDto(total_count=found.total, items=[resource_dto(one) for one in found.items])


async def list_common_resource(request: V3Request, query: ListCommonResourceQuery) -> CommonResourcePagingDto:
    """Of several namespaces (codes joined by commas), or of all of them."""
    codes = [code for code in (query.namespace_code_list or "").split(",") if code]
    found = await request.services.resources.list(
        request.caller,
        page(query.page, query.limit),
        namespaces=codes,
        type_=ResourceType(query.type) if query.type else None,
        keyword=query.keyword,
    )
    namespaces = {
        one.code: one
        for one in await request.services.namespaces.find(
            request.caller, list({one.namespace for one in found.items})
        )
    }
    return CommonResourcePagingDto(
        total_count=found.total,
        items=[
            CommonResourceDto(
                id=one.id,
                namespace_id=namespaces[one.namespace].number,
                namespace_name=namespaces[one.namespace].name or one.namespace,
                user_pool_id=request.caller.pool_id,
                created_at=v3_time(one.created_at),
                updated_at=v3_time(one.updated_at),
                **msgspec.structs.asdict(resource_dto(one)),
            )
            for one in found.items
        ],
    )


async def update_resource(request: V3Request, body: UpdateResourceDto) -> ResourceDto:
    """A null leaves a thing as it is."""
    changes = ResourceChanges(
        type=ResourceType(body.type) if isinstance(body.type, str) else None,
        name=body.name if isinstance(body.name, str) else None,
        description=body.description if isinstance(body.description, str) else None,
        actions=_actions(body.actions) if isinstance(body.actions, list) else None,
        api_identifier=body.api_identifier if isinstance(body.api_identifier, str) else None,
    )
    namespace = body.namespace if isinstance(body.namespace, str) and body.namespace else DEFAULT_NAMESPACE
    return resource_dto(
        await request.services.resources.update(request.caller, body.code, changes, namespace)
    )


async def delete_resource(request: V3Request, body: DeleteResourceDto) -> IsSuccessDto:
    await request.services.resources.delete(request.caller, [body.code], body.namespace or DEFAULT_NAMESPACE)
    return IsSuccessDto(success=True)


async def delete_resources_batch(request: V3Request, body: DeleteResourcesBatchDto) -> IsSuccessDto:
    """By codes in a namespace, or by ids."""
    resources = request.services.resources
    if body.ids and body.code_list:
        raise InvalidInput("ids", "不能与 codeList 同时使用", "cannot be used with codeList")
    if body.ids:
        await resources.delete_by_ids(request.caller, body.ids)
    else:
        await resources.delete(request.caller, body.code_list or [], body.namespace or DEFAULT_NAMESPACE)
    return IsSuccessDto(success=True)


async def delete_common_resources_batch(
    request: V3Request, body: DeleteCommonResourcesBatchDto
) -> IsSuccessDto:
    await request.services.resources.delete_by_ids(request.caller, body.ids)
    return IsSuccessDto(success=True)


async def associate_tenant_resource(request: V3Request, body: AssociateTenantResourceDto) -> IsSuccessDto:
    if not body.tenant_id:
        raise Missing("tenantId")
    await request.services.resources.link_tenant(
        request.caller, body.code, body.app_id, body.tenant_id, body.association
    )
    return IsSuccessDto(success=True)


# -- grants ------------------------------------------------------------------------------------------------


async def authorize_resources(request: V3Request, body: AuthorizeResourcesDto) -> IsSuccessDto:
    authorizations = [
        Authorization(
            TARGETS[one.target_type],
            tuple(one.target_identifiers),
            tuple(
                Grant(grant.code, tuple(grant.actions), ResourceType(grant.resource_type))
                for grant in one.resources
            ),
        )
        for one in body.items
    ]
    await request.services.authorization.authorize(
        request.caller, authorizations, body.namespace or DEFAULT_NAMESPACE
    )
    return IsSuccessDto(success=True)


async def get_group_authorized_resources(
    request: V3Request, query: GetGroupAuthorizedResourcesQuery
) -> list[AuthorizedResourceDto]:
    """Raises GroupNotFound."""
    await request.services.groups.get(request.caller, query.code)
    return authorized_page(await _of(request, TargetType.GROUP, query)).items


async def get_role_authorized_resources(
    request: V3Request, query: GetRoleAuthorizedResourcesQuery
) -> RoleAuthorizedResourcePagingDto:
    """Raises RoleNotFound."""
    await request.services.roles.get(
        request.caller, RoleKey(query.code, query.namespace or DEFAULT_NAMESPACE)
    )
    shown = [
        RoleAuthorizedResourcesRespDto(
            resource_code=one.resource_code,
            resource_type=one.resource_type,
            actions=one.actions,
            api_identifier=one.api_identifier,
        )
        for one in authorized_page(await _of(request, TargetType.ROLE, query)).items
    ]
    return RoleAuthorizedResourcePagingDto(total_count=len(shown), items=shown)


async def _of(
    request: V3Request,
    type_: TargetType,
    query: GetGroupAuthorizedResourcesQuery | GetRoleAuthorizedResourcesQuery,
) -> list[AuthorizedResource]:
    return await request.services.authorization.list_of(
        request.caller,
        TargetName(type_, query.code),
        query.namespace or DEFAULT_NAMESPACE,
        resource_type=ResourceType(query.resource_type) if query.resource_type else None,
    )


async def get_authorized_resources(
    request: V3Request, query: GetAuthorizedResourcesQuery
) -> AuthorizedResourcePagingDto:
    """`resourceList` narrows it to these codes."""
    found = await request.services.authorization.list_of(
        request.caller,
        TargetName(TARGETS[query.target_type], query.target_identifier),
        query.namespace or DEFAULT_NAMESPACE,
        resource_type=ResourceType(query.resource_type) if query.resource_type else None,
        with_denied=query.with_denied,
    )
    wanted = {code for one in query.resource_list or () for code in one.split(",") if code}
    return authorized_page([one for one in found if not wanted or one.code in wanted])


def authorized_page(found: Sequence[AuthorizedResource]) -> AuthorizedResourcePagingDto:
    """What is granted under a condition comes with it; the caller judges it."""
    return AuthorizedResourcePagingDto(
        total_count=len(found),
        items=[
            AuthorizedResourceDto(
                resource_code=one.code,
                description=one.description,
                condition=[_condition(term) for term in one.condition] or None,
                resource_type=one.type.value if one.type else "DATA",
                api_identifier=one.api_identifier or "",
                actions=list(one.actions),
                effect=one.effect.value,
            )
            for one in found
        ],
    )


def _condition(term: Any) -> PolicyCondition:
    value = term.get("value")
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return PolicyCondition(param=term.get("param"), operator=term.get("operator"), value=text)


async def is_action_allowed(request: V3Request, body: IsActionAllowedDto) -> IsActionAllowedDataDto:
    await request.services.users.require_all(request.caller, [body.user_id])
    allowed = await request.services.authorization.is_allowed(
        request.caller, body.user_id, body.resource, body.action, body.namespace or DEFAULT_NAMESPACE
    )
    return IsActionAllowedDataDto(allowed=allowed)


async def get_resource_authorized_targets(
    request: V3Request, body: GetResourceAuthorizedTargetsDto
) -> GetResourceAuthorizedTargetDataDto:
    found = await request.services.authorization.list_targets(
        request.caller,
        body.resource,
        body.namespace or DEFAULT_NAMESPACE,
        target_types=[TARGETS[body.target_type]] if body.target_type else list(TARGET_NAMES),
        page=page(body.page, body.limit),
    )
    return GetResourceAuthorizedTargetDataDto(
        total_count=found.total,
        items=[
            ResourceAuthorizedTargetDto(
                target_type=TARGET_NAMES[one.target.type],
                target_identifier=one.target.identifier,
                actions=list(one.actions),
            )
            for one in found.items
        ],
    )


READ, WRITE = "resources:read", "resources:write"

ENDPOINTS = [
    Endpoint(
        "POST",
        "create-resource",
        request=CreateResourceDto,
        response=ResourceDto,
        handler=create_resource,
        scope=WRITE,
        summary="Create a resource",
    ),
    Endpoint(
        "POST",
        "create-resources-batch",
        request=CreateResourcesBatchDto,
        response=IsSuccessDto,
        handler=create_resources_batch,
        scope=WRITE,
        summary="Create resources, all or none",
    ),
    Endpoint(
        "GET",
        "get-resource",
        request=GetResourceQuery,
        response=ResourceDto,
        handler=get_resource,
        scope=READ,
        summary="One resource",
    ),
    Endpoint(
        "GET",
        "get-resources-batch",
        request=GetResourcesBatchQuery,
        response=list[ResourceDto],
        handler=get_resources_batch,
        scope=READ,
        summary="Some resources by their codes",
    ),
    Endpoint(
        "GET",
        "list-common-resource",
        request=ListCommonResourceQuery,
        response=CommonResourcePagingDto,
        handler=list_common_resource,
        scope=READ,
        summary="List resources of some namespaces, by part of a name or code",
    ),
    Endpoint(
        "GET",
        "list-resources",
        request=ListResourcesQuery,
        response=ResourcePagingDto,
        handler=list_resources,
        scope=READ,
        summary="List resources of a namespace",
    ),
    Endpoint(
        "POST",
        "update-resource",
        request=UpdateResourceDto,
        response=ResourceDto,
        handler=update_resource,
        scope=WRITE,
        summary="Change a resource",
    ),
    Endpoint(
        "POST",
        "delete-resource",
        request=DeleteResourceDto,
        response=IsSuccessDto,
        handler=delete_resource,
        scope=WRITE,
        summary="Delete a resource with what was granted of it",
    ),
    Endpoint(
        "POST",
        "delete-resources-batch",
        request=DeleteResourcesBatchDto,
        response=IsSuccessDto,
        handler=delete_resources_batch,
        scope=WRITE,
        summary="Delete resources by their codes or ids, all or none",
    ),
    Endpoint(
        "POST",
        "delete-common-resources-batch",
        request=DeleteCommonResourcesBatchDto,
        response=IsSuccessDto,
        handler=delete_common_resources_batch,
        scope=WRITE,
        summary="Delete resources by their ids, all or none",
    ),
    Endpoint(
        "POST",
        "associate-tenant-resource",
        request=AssociateTenantResourceDto,
        response=IsSuccessDto,
        handler=associate_tenant_resource,
        scope=WRITE,
        summary="Give a tenant a resource, or take it",
    ),
    Endpoint(
        "POST",
        "authorize-resources",
        request=AuthorizeResourcesDto,
        response=IsSuccessDto,
        handler=authorize_resources,
        scope=WRITE,
        summary="Grant users, groups, roles and departments actions on resources",
    ),
    Endpoint(
        "GET",
        "get-authorized-resources",
        request=GetAuthorizedResourcesQuery,
        response=AuthorizedResourcePagingDto,
        handler=get_authorized_resources,
        scope=READ,
        summary="List what a user, group, role or department was granted",
    ),
    Endpoint(
        "POST",
        "is-action-allowed",
        request=IsActionAllowedDto,
        response=IsActionAllowedDataDto,
        handler=is_action_allowed,
        scope=READ,
        summary="Whether a user may do an action on a resource",
    ),
    Endpoint(
        "POST",
        "get-resource-authorized-targets",
        request=GetResourceAuthorizedTargetsDto,
        response=GetResourceAuthorizedTargetDataDto,
        handler=get_resource_authorized_targets,
        scope=READ,
        summary="List to whom a resource was granted",
    ),
    Endpoint(
        "GET",
        "get-group-authorized-resources",
        request=GetGroupAuthorizedResourcesQuery,
        response=list[AuthorizedResourceDto],
        handler=get_group_authorized_resources,
        scope=READ,
        summary="List what a group was granted",
    ),
    Endpoint(
        "GET",
        "get-role-authorized-resources",
        request=GetRoleAuthorizedResourcesQuery,
        response=RoleAuthorizedResourcePagingDto,
        handler=get_role_authorized_resources,
        scope=READ,
        summary="List what a role was granted",
    ),
]
