"""What somebody signed in may do with the data of the application they are signed in to.

Its namespace is the one whose code is the application's id. Source: docs/contract/v3/signin.md, with shapes of
docs/contract/v3/permissions.md.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from poolhouse.errors import AppNotFound
from poolhouse.permissions.model import Kind
from poolhouse.wire.v3.data_permissions import open_resource, structure
from poolhouse.wire.v3.dto import Dto
from poolhouse.wire.v3.dto.permissions import (
    CheckPermissionArrayResourceDto,
    CheckPermissionsRespDto,
    CheckPermissionStringResourceDto,
    CheckPermissionTreeResourceDto,
    CheckResourcePermissionDataDto,
    GetUserAuthResourceListDataDto,
    GetUserAuthResourcePermissionListDataDto,
    GetUserAuthResourcePermissionListDto,
    GetUserAuthResourceStructDataDto,
    GetUserAuthResourceStructDto,
    GetUserResourcePermissionList,
    UserPermissionListDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, Handler, V3Request


async def check_kind(
    request: V3Request,
    body: CheckPermissionArrayResourceDto | CheckPermissionStringResourceDto | CheckPermissionTreeResourceDto,
    *,
    kind: Kind,
) -> CheckResourcePermissionDataDto:
    """No for a resource of another kind."""
    user_id, namespace = _who_and_where(request)
    allowed = await request.services.data_permissions.check(
        request.caller, user_id, namespace, body.resources, body.action, kind=kind
    )
    return CheckResourcePermissionDataDto(
        check_result_list=[
            CheckPermissionsRespDto(
                namespace_code=namespace, action=body.action, resource=resource, enabled=enabled
            )
            for resource, enabled in zip(body.resources, allowed, strict=True)
        ]
    )


async def get_user_auth_resource_list(request: V3Request, _: None) -> GetUserAuthResourceListDataDto:
    user_id, namespace = _who_and_where(request)
    found = await request.services.data_permissions.list_of_user(request.caller, user_id, [namespace])
    shown = UserPermissionListDto(
        user_id=user_id, namespace_code=namespace, resource_list=[open_resource(one) for one in found]
    )
    return GetUserAuthResourceListDataDto(user_permission_list=[shown] if found else [])


async def get_user_auth_resource_permission_list(
    request: V3Request, body: GetUserAuthResourcePermissionListDto
) -> GetUserAuthResourcePermissionListDataDto:
    user_id, namespace = _who_and_where(request)
    allowed = await request.services.data_permissions.allowed_actions(
        request.caller, user_id, namespace, body.resources
    )
    return GetUserAuthResourcePermissionListDataDto(
        permission_list=[
            GetUserResourcePermissionList(namespace_code=namespace, actions=list(actions), resource=resource)
            for resource, actions in zip(body.resources, allowed, strict=True)
        ]
    )


async def get_user_auth_resource_struct(
    request: V3Request, body: GetUserAuthResourceStructDto
) -> GetUserAuthResourceStructDataDto:
    user_id, namespace = _who_and_where(request)
    found = await request.services.data_permissions.structure(
        request.caller, user_id, namespace, body.resource
    )
    return GetUserAuthResourceStructDataDto(**structure(found))


def _who_and_where(request: V3Request) -> tuple[str, str]:
    """(user's id, application's id). Raises AppNotFound for a token of no application."""
    user_id = request.caller.require_user()
    if request.caller.app_id is None:
        raise AppNotFound()
    return user_id, request.caller.app_id


def _row(
    path: str, request: type[Dto] | None, response: Any, handler: Handler, summary: str, method: Any = "POST"
) -> Endpoint:
    return Endpoint(
        method,
        path,
        request=request,
        response=response,
        handler=handler,
        scope="me:read",
        access="user",
        summary=summary,
    )


ENDPOINTS = [
    _row(
        "check-permission-string-resource",
        CheckPermissionStringResourceDto,
        CheckResourcePermissionDataDto,
        partial(check_kind, kind=Kind.STRING),
        "Whether one may do something with texts of the application",
    ),
    _row(
        "check-permission-array-resource",
        CheckPermissionArrayResourceDto,
        CheckResourcePermissionDataDto,
        partial(check_kind, kind=Kind.ARRAY),
        "Whether one may do something with lists of the application",
    ),
    _row(
        "check-permission-tree-resource",
        CheckPermissionTreeResourceDto,
        CheckResourcePermissionDataDto,
        partial(check_kind, kind=Kind.TREE),
        "Whether one may do something with nodes of trees of the application",
    ),
    _row(
        "get-user-auth-resource-list",
        None,
        GetUserAuthResourceListDataDto,
        get_user_auth_resource_list,
        "Everything one may do with data of the application",
        "GET",
    ),
    _row(
        "get-user-auth-resource-permission-list",
        GetUserAuthResourcePermissionListDto,
        GetUserAuthResourcePermissionListDataDto,
        get_user_auth_resource_permission_list,
        "What one may do with each of some resources or nodes of the application",
    ),
    _row(
        "get-user-auth-resource-struct",
        GetUserAuthResourceStructDto,
        GetUserAuthResourceStructDataDto,
        get_user_auth_resource_struct,
        "What one may do with a resource of the application, in its structure",
    ),
]
