"""Grants on resources, and the check whether one allows an action. Source: docs/contract/v2.md#resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from poolhouse.errors import InvalidInput, Missing
from poolhouse.groups.model import Group
from poolhouse.misfits import one_of
from poolhouse.orgs.model import Node
from poolhouse.paging import Page
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    ActionFilter,
    AuthorizedResource,
    Grant,
    ResourceType,
    Target,
    TargetName,
    TargetType,
)
from poolhouse.roles.model import Role
from poolhouse.users.model import User
from poolhouse.wire.sentences import message
from poolhouse.wire.v2.bodies import Body, body, managed_body
from poolhouse.wire.v2.policies import namespace_of
from poolhouse.wire.v2.request import Arguments, Field, Operation, Route, V2Request


def unconditional_page(found: Sequence[AuthorizedResource]) -> Page[AuthorizedResource]:
    """v2 has no word for a condition, so what is granted under one is left out."""
    plain = [one for one in found if not one.condition]
    return Page(len(plain), plain)


def resource_type(given: str | None) -> ResourceType | None:
    if not given:
        return None
    if given not in ResourceType.__members__:
        raise InvalidInput("resourceType", *one_of(ResourceType))
    return ResourceType(given)


# -- asking ------------------------------------------------------------------------------------------------


async def is_action_allowed(request: V2Request, args: Arguments) -> Any:
    return await request.services.authorization.is_allowed(
        request.caller, args["userId"], args["resource"], args["action"], namespace_of(args)
    )


async def is_action_denied(request: V2Request, args: Arguments) -> Any:
    return not await is_action_allowed(request, args)


async def authorized_resources(request: V2Request, args: Arguments) -> Any:
    if not args.get("targetType"):
        raise Missing("targetType")
    if not args.get("targetIdentifier"):
        raise Missing("targetIdentifier")
    return unconditional_page(
        await request.services.authorization.list_of(
            request.caller,
            TargetName(TargetType(args["targetType"]), args["targetIdentifier"]),
            namespace_of(args),
            resource_type=resource_type(args.get("resourceType")),
        )
    )


async def authorized_targets(request: V2Request, args: Arguments) -> Any:
    actions = args.get("actions")
    wanted = (
        ActionFilter(tuple(name for name in actions["list"] if name), every=actions["op"] == "AND")
        if actions
        else None
    )
    return await request.services.authorization.list_targets(
        request.caller,
        args["resource"],
        namespace_of(args),
        target_types=[TargetType(args["targetType"])] if args.get("targetType") else tuple(TargetType),
        actions=wanted,
    )


class _Question(Body, kw_only=True):
    user_id: str
    resource: str
    action: str
    namespace: str = DEFAULT_NAMESPACE


async def is_allowed(request: V2Request) -> Any:
    asked = body(request, _Question)
    return {
        "allowed": await request.services.authorization.is_allowed(
            request.caller, asked.user_id, asked.resource, asked.action, asked.namespace
        )
    }


class _OneTarget(Body, kw_only=True):
    target_type: TargetType
    target_identifier: str


class _Batch(Body, kw_only=True):
    targets: list[_OneTarget]
    namespace: str = DEFAULT_NAMESPACE
    resource_type: ResourceType | None = None


async def list_authorized_resources_batch(request: V2Request) -> Any:
    """One list a target, in the order asked."""
    batch = body(request, _Batch)
    if len(batch.targets) > 100:
        raise InvalidInput("targets", "一次最多 100 个", "at most 100 at once")
    request.caller.require_administrator()
    pages = [
        unconditional_page(
            await request.services.authorization.list_of(
                request.caller,
                TargetName(target.target_type, target.target_identifier),
                batch.namespace,
                resource_type=batch.resource_type,
            )
        )
        for target in batch.targets
    ]
    return {"list": [_page_json(page) for page in pages]}


class _Targets(Body, kw_only=True):
    target_type: TargetType
    target_identifier: str
    namespace: str = DEFAULT_NAMESPACE
    resource_type: ResourceType | None = None


async def list_authorized_resources(request: V2Request) -> Any:
    """`authorizedResources` with its arguments as the body."""
    asked = managed_body(request, _Targets)
    found = await request.services.authorization.list_of(
        request.caller,
        TargetName(asked.target_type, asked.target_identifier),
        asked.namespace,
        resource_type=asked.resource_type,
    )
    return _page_json(unconditional_page(found))


async def own_authorized_resources(request: V2Request) -> Any:
    query = request.query
    found = await request.services.authorization.list_of_user(
        request.caller,
        request.caller.require_user(),
        query.text("namespace") or DEFAULT_NAMESPACE,
        resource_type=resource_type(query.text("resource_type")),
    )
    return _page_json(unconditional_page(found))


class _Resources(Body, kw_only=True):
    user_id: str
    resources: list[str]
    namespace: str = DEFAULT_NAMESPACE


async def check_resources(request: V2Request) -> Any:
    """Of these resources those that the user may use, each with the actions."""
    asked = managed_body(request, _Resources)
    if len(asked.resources) > 100:
        raise InvalidInput("resources", "一次最多 100 个", "at most 100 at once")
    found = await request.services.authorization.actions_of_user(
        request.caller, asked.user_id, asked.resources, asked.namespace
    )
    return [{"code": code, "actions": list(actions)} for code, actions in found.items()]


class _Kind(Body, kw_only=True):
    user_id: str
    resource: str
    namespace: str = DEFAULT_NAMESPACE


async def resources_of_kind(request: V2Request) -> Any:
    """Whatever below `resource` (`books`: `books:1`, `books:*`) the user may use, each with the actions."""
    asked = managed_body(request, _Kind)
    found = await request.services.authorization.list_of_user(
        request.caller, asked.user_id, asked.namespace, below=asked.resource
    )
    return [{"code": one.code, "actions": list(one.actions)} for one in unconditional_page(found).items]


def _page_json(page: Page[AuthorizedResource]) -> dict[str, Any]:
    return {
        "totalCount": page.total,
        "list": [
            {
                "code": resource.code,
                "type": resource.type,
                "actions": list(resource.actions),
                "apiIdentifier": resource.api_identifier,
            }
            for resource in page.items
        ],
    }


# -- granting ----------------------------------------------------------------------------------------------


async def allow(request: V2Request, args: Arguments) -> Any:
    """One action to users and roles."""
    grants = (Grant(args["resource"], (args["action"],)),)
    users = [one for one in (args.get("userId"), *(args.get("userIds") or ())) if one]
    roles = [one for one in (args.get("roleCode"), *(args.get("roleCodes") or ())) if one]
    authorizations = [
        Authorization(type_, tuple(identifiers), grants)
        for type_, identifiers in ((TargetType.USER, users), (TargetType.ROLE, roles))
        if identifiers
    ]
    if not authorizations:
        request.caller.require_administrator()
        raise Missing("userId")
    await request.services.authorization.authorize(request.caller, authorizations, namespace_of(args))
    return message(request.caller.lang)


async def authorize_resource(request: V2Request, args: Arguments) -> Any:
    request.caller.require_administrator()
    if not args.get("resource"):
        raise Missing("resource")
    kind = resource_type(args.get("resourceType"))
    authorizations = [
        Authorization(
            TargetType(one["targetType"]),
            (one["targetIdentifier"],),
            (Grant(args["resource"], tuple(one.get("actions") or ()), kind),),
        )
        for one in args.get("opts") or ()
        if one
    ]
    await request.services.authorization.authorize(request.caller, authorizations, namespace_of(args))
    return message(request.caller.lang)


class _Granted(Body, kw_only=True):
    code: str
    actions: tuple[str, ...] = ()
    resource_type: ResourceType | None = None


class _Option(Body, kw_only=True):
    target_type: TargetType
    target_identifiers: list[str]
    resources: list[_Granted]
    inherit_by_children: bool = True


class _Options(Body, kw_only=True):
    opts: list[_Option]
    namespace: str = DEFAULT_NAMESPACE


def _authorizations(asked: _Options) -> list[Authorization]:
    return [
        Authorization(
            one.target_type,
            tuple(one.target_identifiers),
            tuple(
                Grant(grant.code, grant.actions, grant.resource_type, one.inherit_by_children)
                for grant in one.resources
            ),
        )
        for one in asked.opts
    ]


async def authorize_resources(request: V2Request) -> Any:
    asked = body(request, _Options)
    await request.services.authorization.authorize(request.caller, _authorizations(asked), asked.namespace)
    return True


async def revoke_resources(request: V2Request) -> Any:
    asked = body(request, _Options)
    await request.services.authorization.revoke(request.caller, _authorizations(asked), asked.namespace)
    return True


class _Revocation(Body, kw_only=True):
    resource: str
    opts: list[_OneTarget]
    namespace: str = DEFAULT_NAMESPACE


async def revoke_resource(request: V2Request) -> Any:
    """Whatever actions were granted on the resource."""
    revocation = body(request, _Revocation)
    authorizations = [
        Authorization(revoked.target_type, (revoked.target_identifier,), (Grant(revocation.resource),))
        for revoked in revocation.opts
    ]
    await request.services.authorization.revoke(request.caller, authorizations, revocation.namespace)
    return True


# -- fields ------------------------------------------------------------------------------------------------


async def resources_of_user(user: User, request: V2Request, args: Arguments) -> Any:
    return unconditional_page(
        await request.services.authorization.list_of_user(
            request.caller,
            user.id,
            namespace_of(args),
            resource_type=resource_type(args.get("resourceType")),
        )
    )


async def _resources_of(request: V2Request, args: Arguments, target: Target, namespace: str) -> Any:
    return unconditional_page(
        await request.services.authorization.list_of_target(
            request.caller, target, namespace, resource_type=resource_type(args.get("resourceType"))
        )
    )


async def resources_of_group(group: Group, request: V2Request, args: Arguments) -> Any:
    return await _resources_of(request, args, Target(TargetType.GROUP, group.id), namespace_of(args))


async def resources_of_role(role: Role, request: V2Request, args: Arguments) -> Any:
    return await _resources_of(request, args, Target(TargetType.ROLE, role.id), role.namespace)


async def resources_of_node(node: Node, request: V2Request, args: Arguments) -> Any:
    return await _resources_of(request, args, Target(TargetType.ORG, node.id), namespace_of(args))


def actions(one: AuthorizedResource, request: V2Request, args: Arguments) -> list[str] | None:
    """Null for what is granted as such (a menu). Source: docs/contract/users.md#resources-a-user-may-use."""
    return list(one.actions) or None


QUERIES: dict[str, Operation] = {
    "isActionAllowed": is_action_allowed,
    "isActionDenied": is_action_denied,
    "authorizedResources": authorized_resources,
    "authorizedTargets": authorized_targets,
}
MUTATIONS: dict[str, Operation] = {"allow": allow, "authorizeResource": authorize_resource}
FIELDS: dict[tuple[str, str], Field] = {
    ("User", "authorizedResources"): resources_of_user,
    ("Group", "authorizedResources"): resources_of_group,
    ("Role", "authorizedResources"): resources_of_role,
    ("Node", "authorizedResources"): resources_of_node,
    ("AuthorizedResource", "actions"): actions,
}
ROUTES = [
    Route("POST", "/api/v2/acl/is-allowed", is_allowed),
    Route("POST", "/api/v2/acl/list-authorized-resources-batch", list_authorized_resources_batch),
    Route("POST", "/api/v2/acl/list-authorized-resources", list_authorized_resources),
    Route("GET", "/api/v2/acl/users/me/authorized-resources", own_authorized_resources),
    Route("POST", "/api/v2/acl/check-resource-permission-batch", check_resources),
    Route("POST", "/api/v2/acl/get-authorized-resources-of-resource-kind", resources_of_kind),
    Route("POST", "/api/v2/acl/authorize-resources", authorize_resources),
    Route("POST", "/api/v2/acl/revoke-resources", revoke_resources),
    Route("POST", "/api/v2/acl/revoke-resource", revoke_resource),
]
