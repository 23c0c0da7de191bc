"""What somebody signed in is told of themself: logins, applications, tenants, roles, groups, departments, resources.

Source: docs/contract/v3/signin.md.
"""

from __future__ import annotations

from functools import partial

from poolhouse.audit.model import Act, RecordQuery
from poolhouse.errors import AppNotFound
from poolhouse.paging import everything
from poolhouse.resources.model import DEFAULT_NAMESPACE, ResourceType
from poolhouse.times import v3_time
from poolhouse.wire.v3.audit import agent_dto, geoip_dto
from poolhouse.wire.v3.conversions import moment, page
from poolhouse.wire.v3.dto.common import AuthorizedResourcePagingDto, ResGroupDto, RoleDto
from poolhouse.wire.v3.dto.signin import (
    AccessibleAppsDto,
    LoggedInAppsDto,
    LoginHistoryDto,
    LoginHistoryPaginatedRespDto,
    MyAuthorizedResourcesQuery,
    MyDepartmentListQuery,
    MyLoginHistoryQuery,
    MyRoleListQuery,
    UserTenantListDto,
)
from poolhouse.wire.v3.dto.users import UserDepartmentPagingDto
from poolhouse.wire.v3.endpoint import Access, Endpoint, Handler, V3Request
from poolhouse.wire.v3.groups import group_dto
from poolhouse.wire.v3.resources import authorized_page
from poolhouse.wire.v3.roles import role_dtos
from poolhouse.wire.v3.users_sessions import departments_of


async def get_my_login_history(
    request: V3Request, query: MyLoginHistoryQuery
) -> LoginHistoryPaginatedRespDto:
    """Newest first, refused ones among them unless `success` says which."""
    wanted = RecordQuery(
        kind="user",
        acts=(Act("login"),),
        user_ids=(request.caller.require_user(),),
        app_ids=(query.app_id,) if query.app_id else (),
        ip=query.client_ip or None,
        success=query.success,
        start=moment(query.start, "start"),
        end=moment(query.end, "end"),
    )
    found = await request.services.audit.list_records(request.caller, wanted, page(query.page, query.limit))
    apps = {app_id: await _app(request, app_id) for app_id in {record.app_id or "" for record in found.items}}
    items = [
        LoginHistoryDto(
            user_id=record.user_id or "",
            app_id=record.app_id or "",
            app_name=apps[record.app_id or ""].app_name,
            app_login_url=apps[record.app_id or ""].app_login_url,
            app_logo=apps[record.app_id or ""].app_logo,
            login_at=v3_time(record.at),
            client_ip=record.ip or "",
            success=record.success,
            error_message=None if record.success else str(record.detail.get("reason", "")),
            user_agent=record.user_agent,
            parsed_user_agent=agent_dto(record.user_agent),
            login_method=str(record.detail.get("method", "")),
            geoip=geoip_dto(request, record.ip),
            tenant_id=record.tenant_id,
        )
        for record in found.items
    ]
    return LoginHistoryPaginatedRespDto(total_count=found.total, items=items)


async def get_my_logged_in_apps(request: V3Request, _: None) -> list[LoggedInAppsDto]:
    state = await request.services.sessions.login_state(request.caller, request.caller.require_user())
    return [await _app(request, app_id) for app_id in state.app_ids]


async def get_my_accessible_apps(request: V3Request, _: None) -> list[AccessibleAppsDto]:
    """`active`: where there is a session."""
    apps = await everything(partial(request.services.app_access.list_own, request.caller))
    state = await request.services.sessions.login_state(request.caller, request.caller.require_user())
    return [
        AccessibleAppsDto(
            app_id=app.id,
            app_name=app.name,
            app_login_url=app.login_uri,
            app_logo=app.logo or "",
            active=app.id in state.app_ids,
        )
        for app in apps
    ]


async def get_my_tenant_list(request: V3Request, _: None) -> list[UserTenantListDto]:
    memberships = await request.services.tenants.list_of_user(request.caller, request.caller.require_user())
    return [
        UserTenantListDto(
            tenant_id=one.tenant.id, tenant_name=one.tenant.name, join_at=v3_time(one.member.joined_at)
        )
        for one in memberships
    ]


async def get_my_role_list(request: V3Request, query: MyRoleListQuery) -> list[RoleDto]:
    """Direct ones and those of groups and departments. An application that comes by an access token was let have them
    by the scope `roles`, which the page that asks for consent names."""
    request.caller.require_scopes({"roles"})
    roles = await request.services.roles.list_of_user(
        request.caller, request.caller.require_user(), query.namespace or DEFAULT_NAMESPACE
    )
    return await role_dtos(request, roles)


async def get_my_group_list(request: V3Request, _: None) -> list[ResGroupDto]:
    """Without their members, who are not one's own."""
    groups = await request.services.groups.list_of_user(request.caller, request.caller.require_user())
    return [group_dto(group) for group in groups]


async def get_my_department_list(request: V3Request, query: MyDepartmentListQuery) -> UserDepartmentPagingDto:
    return await departments_of(request, request.caller.require_user(), query)


async def get_my_authorized_resources(
    request: V3Request, query: MyAuthorizedResourcesQuery
) -> AuthorizedResourcePagingDto:
    found = await request.services.authorization.list_of_user(
        request.caller,
        request.caller.require_user(),
        query.namespace or DEFAULT_NAMESPACE,
        resource_type=ResourceType(query.resource_type) if query.resource_type else None,
    )
    return authorized_page(found)


async def _app(request: V3Request, app_id: str) -> LoggedInAppsDto:
    """One that is gone has its id alone."""
    try:
        app = await request.services.apps.get(request.caller, app_id)
    except AppNotFound:
        return LoggedInAppsDto(app_id=app_id, app_name="", app_login_url="", app_logo="", active=False)
    return LoggedInAppsDto(
        app_id=app.id,
        app_name=app.name,
        app_login_url=app.settings.init_login_uri,
        app_logo=app.logo or "",
        active=True,
    )


def _list(
    path: str,
    request: type | None,
    response: object,
    handler: Handler,
    summary: str,
    access: Access = "user",
) -> Endpoint:
    return Endpoint(
        "GET",
        path,
        request=request,
        response=response,
        handler=handler,
        scope="me:read",
        summary=summary,
        access=access,
    )


ENDPOINTS = [
    _list(
        "get-my-login-history",
        MyLoginHistoryQuery,
        LoginHistoryPaginatedRespDto,
        get_my_login_history,
        "The own sign-ins, newest first",
    ),
    _list(
        "get-my-logged-in-apps",
        None,
        list[LoggedInAppsDto],
        get_my_logged_in_apps,
        "Where one is signed in",
    ),
    _list(
        "get-my-accessible-apps",
        None,
        list[AccessibleAppsDto],
        get_my_accessible_apps,
        "Applications one may use",
    ),
    _list("get-my-tenant-list", None, list[UserTenantListDto], get_my_tenant_list, "The tenants one is in"),
    _list("get-my-role-list", MyRoleListQuery, list[RoleDto], get_my_role_list, "The roles one has", "grant"),
    _list("get-my-group-list", None, list[ResGroupDto], get_my_group_list, "The groups one is in"),
    _list(
        "get-my-department-list",
        MyDepartmentListQuery,
        UserDepartmentPagingDto,
        get_my_department_list,
        "The departments one is in",
    ),
    _list(
        "get-my-authorized-resources",
        MyAuthorizedResourcesQuery,
        AuthorizedResourcePagingDto,
        get_my_authorized_resources,
        "Resources one may use, by whatever way",
    ),
]
