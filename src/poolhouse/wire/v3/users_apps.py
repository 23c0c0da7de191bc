"""What a user may use: applications and resources. Source: docs/contract/v3/users.md."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from poolhouse.apps.model import App
from poolhouse.paging import everything
from poolhouse.resources.model import DEFAULT_NAMESPACE, ResourceType
from poolhouse.wire.v3.conversions import the_user
from poolhouse.wire.v3.dto.common import AuthorizedResourcePagingDto
from poolhouse.wire.v3.dto.users import (
    AppDto,
    GetUserAccessibleAppsQuery,
    GetUserAuthorizedAppsQuery,
    GetUserAuthorizedResourcesQuery,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.resources import authorized_page


async def get_user_accessible_apps(request: V3Request, query: GetUserAccessibleAppsQuery) -> list[AppDto]:
    """What the user may use, by what was said or by the application's default."""
    return [app_dto(app) for app in await _usable(request, query.user_id, query.user_id_type)]


async def get_user_authorized_apps(request: V3Request, query: GetUserAuthorizedAppsQuery) -> list[AppDto]:
    """Of those, the ones that are closed to whoever was not allowed in."""
    usable = await _usable(request, query.user_id, query.user_id_type)
    return [app_dto(app) for app in usable if app.settings.default_access == "DENY_ALL"]


async def get_user_authorized_resources(
    request: V3Request, query: GetUserAuthorizedResourcesQuery
) -> AuthorizedResourcePagingDto:
    user = await the_user(request, query.user_id, query.user_id_type)
    found = await request.services.authorization.list_of_user(
        request.caller,
        user.id,
        query.namespace or DEFAULT_NAMESPACE,
        resource_type=ResourceType(query.resource_type) if query.resource_type else None,
    )
    return authorized_page(found)


async def _usable(request: V3Request, user_id: str, kind: str) -> Sequence[App]:
    user = await the_user(request, user_id, kind)
    apps = await everything(partial(request.services.apps.list, request.caller))
    return await request.services.app_access.usable_of(request.caller, apps, user.id)


def app_dto(app: App) -> AppDto:
    return AppDto(
        app_id=app.id,
        app_name=app.name,
        app_logo=app.logo or "",
        app_login_url="",
        app_default_login_strategy="DENY_ALL" if app.settings.default_access == "DENY_ALL" else "ALLOW_ALL",
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-user-accessible-apps",
        request=GetUserAccessibleAppsQuery,
        response=list[AppDto],
        handler=get_user_accessible_apps,
        scope="users:read",
        summary="Applications a user may use",
    ),
    Endpoint(
        "GET",
        "get-user-authorized-apps",
        request=GetUserAuthorizedAppsQuery,
        response=list[AppDto],
        handler=get_user_authorized_apps,
        scope="users:read",
        summary="Closed applications a user was let into",
    ),
    Endpoint(
        "GET",
        "get-user-authorized-resources",
        request=GetUserAuthorizedResourcesQuery,
        response=AuthorizedResourcePagingDto,
        handler=get_user_authorized_resources,
        scope="users:read",
        summary="Resources a user may use, by whatever way",
    ),
]
