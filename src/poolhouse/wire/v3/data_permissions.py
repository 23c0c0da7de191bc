"""The questions about data: who may do what with which node. Source: docs/contract/v3/permissions.md."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from poolhouse.errors import TooLarge
from poolhouse.permissions import trees
from poolhouse.permissions.model import Kind, NodeRow, ResourceActions
from poolhouse.permissions.views import NamedThing
from poolhouse.resources.model import TargetType
from poolhouse.wire.v3.conversions import may_name, page, require_naming, the_user
from poolhouse.wire.v3.data_resources import comma_joined
from poolhouse.wire.v3.dto import Dto
from poolhouse.wire.v3.dto.permissions import (
    ActionAuth,
    ArrayAuthorize,
    ArrResourceAuthAction,
    CheckExternalUserPermissionDataDto,
    CheckExternalUserPermissionDto,
    CheckExternalUserPermissionsRespDto,
    CheckPermissionDataDto,
    CheckPermissionDto,
    CheckPermissionsRespDto,
    CheckUserSameLevelPermissionDataDto,
    CheckUserSameLevelPermissionDto,
    CheckUserSameLevelPermissionRespDto,
    GetExternalUserResourceStructDataDto,
    GetExternalUserResourceStructDto,
    GetUserPermissionListDataDto,
    GetUserPermissionListDto,
    GetUserResourcePermissionList,
    GetUserResourcePermissionListDataDto,
    GetUserResourcePermissionListDto,
    GetUserResourceStructDataDto,
    GetUserResourceStructDto,
    GroupBo,
    ListPermissionViewDto,
    ListPermissionViewPaginatedRespDto,
    ListPermissionViewRespDto,
    ListResourceTargetsDataDto,
    ListResourceTargetsDto,
    ListResourceTargetsDtoResp,
    NodeBo,
    OpenResource,
    PolicyBo,
    RoleBo,
    StrAuthorize,
    StrResourceAuthAction,
    TreeAuthBo,
    TreeAuthorize,
    TreeResourceAuthAction,
    TreeStructs,
    UserPermissionListDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

MOST_USERS = 50
"""Of one question about several."""


async def check_permission(request: V3Request, body: CheckPermissionDto) -> CheckPermissionDataDto:
    await request.services.users.require_all(request.caller, [body.user_id])
    checked = await _checked(request, body.user_id, body)
    return CheckPermissionDataDto(check_result_list=[CheckPermissionsRespDto(**one) for one in checked])


async def check_external_user_permission(
    request: V3Request, body: CheckExternalUserPermissionDto
) -> CheckExternalUserPermissionDataDto:
    user = await the_user(request, body.external_id, "external_id")
    checked = await _checked(request, user.id, body)
    return CheckExternalUserPermissionDataDto(
        check_result_list=[CheckExternalUserPermissionsRespDto(**one) for one in checked]
    )


async def _checked(
    request: V3Request, user_id: str, asked: CheckPermissionDto | CheckExternalUserPermissionDto
) -> list[dict[str, Any]]:
    """Of each resource whether the action is allowed. A policy made here has no condition, so there is none to judge
    by `authEnvParams`."""
    allowed = await request.services.data_permissions.check(
        request.caller, user_id, asked.namespace_code, asked.resources, asked.action
    )
    shared = {"namespace_code": asked.namespace_code, "action": asked.action}
    return [
        {**shared, "resource": resource, "enabled": enabled}
        for resource, enabled in zip(asked.resources, allowed, strict=True)
    ]


async def check_user_same_level_permission(
    request: V3Request, body: CheckUserSameLevelPermissionDto
) -> CheckUserSameLevelPermissionDataDto:
    await request.services.users.require_all(request.caller, [body.user_id])
    allowed = await request.services.data_permissions.check_children(
        request.caller,
        body.user_id,
        body.namespace_code,
        body.resource,
        body.resource_node_codes,
        body.action,
    )
    return CheckUserSameLevelPermissionDataDto(
        check_level_result_list=[
            CheckUserSameLevelPermissionRespDto(action=body.action, resource_node_code=code, enabled=enabled)
            for code, enabled in zip(body.resource_node_codes, allowed, strict=True)
        ]
    )


async def get_user_resource_permission_list(
    request: V3Request, body: GetUserResourcePermissionListDto
) -> GetUserResourcePermissionListDataDto:
    await request.services.users.require_all(request.caller, [body.user_id])
    allowed = await request.services.data_permissions.allowed_actions(
        request.caller, body.user_id, body.namespace_code, body.resources
    )
    return GetUserResourcePermissionListDataDto(
        permission_list=[
            GetUserResourcePermissionList(
                namespace_code=body.namespace_code, actions=list(actions), resource=resource
            )
            for resource, actions in zip(body.resources, allowed, strict=True)
        ]
    )


async def get_user_permission_list(
    request: V3Request, body: GetUserPermissionListDto
) -> GetUserPermissionListDataDto:
    """A row for each user and namespace in which they may do anything."""
    user_ids = list(dict.fromkeys(body.user_ids))
    if len(user_ids) > MOST_USERS:
        raise TooLarge("userIds", f"一次最多 {MOST_USERS} 个", f"at most {MOST_USERS} at once")
    await request.services.users.require_all(request.caller, user_ids)
    namespaces = comma_joined(body.namespace_codes) or None
    by_user = await request.services.data_permissions.list_of_users(request.caller, user_ids, namespaces)
    shown = []
    for user_id, found in by_user.items():
        for namespace, resources in groupby(found, key=lambda one: one.resource.namespace):
            shown.append(
                UserPermissionListDto(
                    user_id=user_id,
                    namespace_code=namespace,
                    resource_list=[open_resource(one) for one in resources],
                )
            )
    return GetUserPermissionListDataDto(user_permission_list=shown)


async def get_user_resource_struct(
    request: V3Request, body: GetUserResourceStructDto
) -> GetUserResourceStructDataDto:
    await request.services.users.require_all(request.caller, [body.user_id])
    found = await request.services.data_permissions.structure(
        request.caller, body.user_id, body.namespace_code, body.resource_code
    )
    return GetUserResourceStructDataDto(**structure(found))


async def get_external_user_resource_struct(
    request: V3Request, body: GetExternalUserResourceStructDto
) -> GetExternalUserResourceStructDataDto:
    user = await the_user(request, body.external_id, "external_id")
    found = await request.services.data_permissions.structure(
        request.caller, user.id, body.namespace_code, body.resource_code
    )
    return GetExternalUserResourceStructDataDto(**structure(found))


async def list_resource_targets(
    request: V3Request, body: ListResourceTargetsDto
) -> ListResourceTargetsDataDto:
    found = await request.services.data_permissions.list_users(
        request.caller, body.namespace_code, body.resources, body.actions
    )
    return ListResourceTargetsDataDto(
        auth_user_list=[
            ListResourceTargetsDtoResp(
                resource=resource,
                action_auth_list=[
                    ActionAuth(user_ids=user_ids, action=action)
                    for action, user_ids in zip(body.actions, by_action, strict=True)
                ],
            )
            for resource, by_action in zip(body.resources, found, strict=True)
        ]
    )


async def list_permission_view(
    request: V3Request, body: ListPermissionViewDto
) -> ListPermissionViewPaginatedRespDto:
    """Who is lent what through whom; names of those only that the key may read."""
    users, roles, groups, nodes = (may_name(request, kind) for kind in _SHOWN)
    if body.keyword:
        require_naming(request, [TargetType.USER])
    found = await request.services.permission_view.list(
        request.caller, page(body.page, body.limit), body.keyword
    )
    return ListPermissionViewPaginatedRespDto(
        total_count=found.total,
        items=[
            ListPermissionViewRespDto(
                user_id=one.user_id,
                username=one.user_name if users else None,
                namespace_id=str(one.namespace.number),
                namespace_code=one.namespace.code,
                namespace_name=one.namespace.name or one.namespace.code,
                data_resource_id=one.resource.id,
                data_resource_code=one.resource.code,
                data_resource_name=one.resource.name,
                data_policy_list=[
                    PolicyBo(data_policy_id=it.id, data_policy_name=it.name) for it in one.policies
                ],
                role_list=[RoleBo(**_named("role", it, roles)) for it in one.roles],
                group_list=[GroupBo(**_named("group", it, groups)) for it in one.groups],
                node_list=[NodeBo(**_named("node", it, nodes)) for it in one.nodes],
            )
            for one in found.items
        ],
    )


_SHOWN = (TargetType.USER, TargetType.ROLE, TargetType.GROUP, TargetType.ORG)


def _named(kind: str, thing: NamedThing, told: bool) -> dict[str, str]:
    name, code = (thing.name, thing.code) if told else (thing.id, "")
    return {f"{kind}_id": thing.id, f"{kind}_name": name, f"{kind}_code": code}


# -- conversions -------------------------------------------------------------------------------------------


def open_resource(found: ResourceActions) -> OpenResource:
    """What of a resource is open to somebody; a tree node by node, each by its path."""
    shown = OpenResource(resource_code=found.resource.code, resource_type=found.resource.kind.value)
    actions = list(found.actions)
    match found.resource.kind:
        case Kind.STRING:
            shown.str_authorize = StrAuthorize(value=str(found.resource.value), actions=actions)
        case Kind.ARRAY:
            shown.arr_authorize = ArrayAuthorize(values=list(found.resource.value or ()), actions=actions)
        case Kind.TREE:
            shown.tree_authorize = TreeAuthorize(
                auth_list=[
                    TreeAuthBo(
                        node_path=f"/{one.node.path}",
                        node_name=one.node.name,
                        node_actions=list(one.actions),
                        node_value=one.node.value,
                        node_extend_field_value=dict(one.node.extend) if one.node.extend else None,
                    )
                    for one in found.nodes
                ]
            )
    return shown


def structure(found: ResourceActions) -> dict[str, Any]:
    """What a resource or a node holds is shown to whom anything with it is allowed."""
    resource, actions = found.resource, list(found.actions)
    shown: dict[str, Any] = {
        "namespace_code": resource.namespace,
        "resource_code": resource.code,
        "resource_type": resource.kind.value,
    }
    match resource.kind:
        case Kind.STRING:
            value = str(resource.value) if actions else None
            shown["str_resource_auth_action"] = StrResourceAuthAction(value=value, actions=actions)
        case Kind.ARRAY:
            values = list(resource.value or ()) if actions else []
            shown["arr_resource_auth_action"] = ArrResourceAuthAction(values=values, actions=actions)
        case Kind.TREE:
            by_path = {one.node.path: list(one.actions) for one in found.nodes}

            def built(row: NodeRow, children: list[TreeStructs]) -> TreeStructs:
                return TreeStructs(
                    code=row.code,
                    name=row.name,
                    value=row.value if by_path[row.path] else None,
                    actions=by_path[row.path],
                    children=children or None,
                )

            nodes = trees.nested([one.node for one in found.nodes], built)
            shown["tree_resource_auth_action"] = TreeResourceAuthAction(node_auth_action_list=list(nodes))
    return shown


def _row(path: str, request: type[Dto], response: Any, handler: Any, summary: str) -> Endpoint:
    return Endpoint(
        "POST",
        path,
        request=request,
        response=response,
        handler=handler,
        scope="resources:read",
        summary=summary,
    )


ENDPOINTS = [
    _row(
        "check-permission",
        CheckPermissionDto,
        CheckPermissionDataDto,
        check_permission,
        "Whether a user may do something with each of some resources or nodes",
    ),
    _row(
        "check-external-user-permission",
        CheckExternalUserPermissionDto,
        CheckExternalUserPermissionDataDto,
        check_external_user_permission,
        "Whether the user with an external id may do something with each of some resources or nodes",
    ),
    _row(
        "check-user-same-level-permission",
        CheckUserSameLevelPermissionDto,
        CheckUserSameLevelPermissionDataDto,
        check_user_same_level_permission,
        "Whether a user may do something with each of some nodes below one",
    ),
    _row(
        "get-user-resource-permission-list",
        GetUserResourcePermissionListDto,
        GetUserResourcePermissionListDataDto,
        get_user_resource_permission_list,
        "What a user may do with each of some resources or nodes",
    ),
    _row(
        "get-user-permission-list",
        GetUserPermissionListDto,
        GetUserPermissionListDataDto,
        get_user_permission_list,
        "Everything that some users may do",
    ),
    _row(
        "get-user-resource-struct",
        GetUserResourceStructDto,
        GetUserResourceStructDataDto,
        get_user_resource_struct,
        "What a user may do with a resource, in its structure",
    ),
    _row(
        "get-external-user-resource-struct",
        GetExternalUserResourceStructDto,
        GetExternalUserResourceStructDataDto,
        get_external_user_resource_struct,
        "What the user with an external id may do with a resource, in its structure",
    ),
    _row(
        "list-resource-targets",
        ListResourceTargetsDto,
        ListResourceTargetsDataDto,
        list_resource_targets,
        "Which users may do something with some resources or nodes",
    ),
    _row(
        "list-permission-view/data",
        ListPermissionViewDto,
        ListPermissionViewPaginatedRespDto,
        list_permission_view,
        "List for every user every resource that is open to them, and through what",
    ),
]
