"""What is granted, as it was granted, and taking it back: our own endpoints, for the clients can only grant.

Source: docs/contract/v3.md#what-people-may-do
"""

from __future__ import annotations

from msgspec import field

from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import DEFAULT_NAMESPACE, GivenGrant, Grant, TargetName
from poolhouse.wire.v3.conversions import may_name, page
from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.common import IsSuccessDto, ResourceType, TargetType
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.resources import READ, TARGET_NAMES, TARGETS, WRITE


class ListResourceGrantsQuery(Dto, kw_only=True):
    namespace: str | None = None
    resource: str | None = None
    target_type: TargetType | None = None
    target_identifier: str | None = None
    role_namespace: str | None = None
    page: Int = 1
    limit: Int = 50


class ResourceGrantDto(Dto, kw_only=True):
    namespace: str
    resource: str
    resource_type: ResourceType | None
    actions: list[str]
    target_type: TargetType
    target_identifier: str
    target_name: str
    role_namespace: str | None
    inherit_by_children: bool


class ResourceGrantsDto(Dto, kw_only=True):
    total_count: Int
    items: list[ResourceGrantDto] = field(name="list")


class RevokedResourceDto(Dto, kw_only=True):
    code: str
    actions: list[str] = field(default_factory=list)


class RevokeResourcesItem(Dto, kw_only=True):
    target_type: TargetType
    target_identifiers: list[str]
    resources: list[RevokedResourceDto]


class RevokeResourcesDto(Dto, kw_only=True):
    items: list[RevokeResourcesItem] = field(name="list")
    namespace: str | None = None
    role_namespace: str | None = None


async def list_resource_grants(request: V3Request, query: ListResourceGrantsQuery) -> ResourceGrantsDto:
    target = None
    if query.target_type and query.target_identifier:
        target = TargetName(TARGETS[query.target_type], query.target_identifier)
    found = await request.services.authorization.list_grants(
        request.caller,
        page(query.page, query.limit),
        namespace=query.namespace or None,
        resource=query.resource or None,
        target=target,
        role_namespace=query.role_namespace or query.namespace or DEFAULT_NAMESPACE,
    )
    return ResourceGrantsDto(total_count=found.total, items=[_grant(request, one) for one in found.items])


def _grant(request: V3Request, one: GivenGrant) -> ResourceGrantDto:
    """To a key that may not know what a target is called, its identifier."""
    named = one.name if may_name(request, one.target.type) else ""
    return ResourceGrantDto(
        namespace=one.namespace,
        resource=one.grant.resource,
        resource_type=one.grant.resource_type.value if one.grant.resource_type else None,
        actions=list(one.grant.actions),
        target_type=TARGET_NAMES[one.target.type],
        target_identifier=one.target.identifier,
        target_name=named or one.target.identifier,
        role_namespace=one.role_namespace or None,
        inherit_by_children=one.grant.inherit_by_children,
    )


async def revoke_resources(request: V3Request, body: RevokeResourcesDto) -> IsSuccessDto:
    authorizations = [
        Authorization(
            TARGETS[one.target_type],
            tuple(one.target_identifiers),
            tuple(Grant(each.code, tuple(each.actions)) for each in one.resources),
        )
        for one in body.items
    ]
    await request.services.authorization.revoke(
        request.caller,
        authorizations,
        body.namespace or DEFAULT_NAMESPACE,
        role_namespace=body.role_namespace or None,
    )
    return IsSuccessDto(success=True)


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-resource-grants",
        request=ListResourceGrantsQuery,
        response=ResourceGrantsDto,
        handler=list_resource_grants,
        scope=READ,
        summary="What was granted as it was granted: of a namespace, a resource, or to one target",
        ours=True,
    ),
    Endpoint(
        "POST",
        "revoke-resources",
        request=RevokeResourcesDto,
        response=IsSuccessDto,
        handler=revoke_resources,
        scope=WRITE,
        blank=frozenset({"actions"}),
        summary="Take granted actions back, or, where none is named, the whole grant",
        ours=True,
    ),
]
