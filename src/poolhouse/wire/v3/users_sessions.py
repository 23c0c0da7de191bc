"""Around a user: departments, sessions, logins. Source: docs/contract/v3.md#around-a-user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolhouse.audit.model import Act, RecordQuery
from poolhouse.errors import AppNotFound, InvalidInput
from poolhouse.orgs.model import Assignment, Membership
from poolhouse.times import v3_time
from poolhouse.users.model import Condition, Status, UserQuery
from poolhouse.wire.v3.conversions import moment, page, the_user, the_user_ids
from poolhouse.wire.v3.department_dtos import department_data
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.signin import MyDepartmentListQuery
from poolhouse.wire.v3.dto.users import (
    ArchivedUsersListPagingDto,
    CheckSessionStatusDataDto,
    CheckSessionStatusDto,
    GetUserDepartmentsQuery,
    GetUserLoggedinAppsQuery,
    GetUserLoginHistoryQuery,
    KickUsersDto,
    ListArchivedUsersQuery,
    ListArchivedUsersRespDto,
    SetUserDepartmentsDto,
    UserDepartmentPagingDto,
    UserDepartmentRespDto,
    UserLoggedInAppsDto,
    UserLoginHistoryDto,
    UserLoginHistoryPagingDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def get_user_departments(request: V3Request, query: GetUserDepartmentsQuery) -> UserDepartmentPagingDto:
    user = await the_user(request, query.user_id, query.user_id_type)
    return await departments_of(request, user.id, query, paths=query.with_department_paths)


async def departments_of(
    request: V3Request,
    user_id: str,
    query: GetUserDepartmentsQuery | MyDepartmentListQuery,
    *,
    paths: bool = False,
) -> UserDepartmentPagingDto:
    wanted_page = page(query.page, query.limit)
    memberships = await request.services.department_members.list_departments(request.caller, user_id)
    orders = {
        "DepartmentCreatedAt": lambda membership: v3_time(membership.node.created_at),
        "JoinDepartmentAt": lambda membership: v3_time(membership.joined_at),
        "DepartmentName": lambda membership: membership.node.name,
        "DepartmemtCode": lambda membership: membership.node.code or "",
    }
    memberships.sort(key=orders[query.sort_by], reverse=query.order_by == "Desc")
    shown = memberships[wanted_page.offset : wanted_page.offset + wanted_page.size]
    data = await department_data(request, [one.node.id for one in shown]) if query.with_custom_data else None
    return UserDepartmentPagingDto(
        total_count=len(memberships), items=[_department(one, data, paths=paths) for one in shown]
    )


def _department(
    one: Membership, data: Mapping[str, dict[str, Any]] | None, *, paths: bool
) -> UserDepartmentRespDto:
    node = one.node
    return UserDepartmentRespDto(
        organization_code=node.org_code,
        department_id=node.id,
        is_root=node.is_root,
        created_at=v3_time(node.created_at),
        name=node.name,
        description=node.description or "",
        open_department_id=node.open_id,
        is_leader=one.is_leader,
        code=node.code or "",
        is_main_department=one.is_main,
        joined_at=v3_time(one.joined_at),
        is_virtual_node=node.is_virtual,
        custom_data=None if data is None else data.get(node.id, {}),
        department_id_path=list(node.path) if paths else None,
        department_code_path=[code or "" for code in node.code_path] if paths else None,
        department_name_path=list(node.name_path) if paths else None,
    )


async def set_user_departments(request: V3Request, body: SetUserDepartmentsDto) -> IsSuccessDto:
    kind = body.options.user_id_type if body.options else None
    (user_id,) = await the_user_ids(request, [body.user_id], kind)
    wanted = [
        Assignment(one.department_id, bool(one.is_main_department), bool(one.is_leader))
        for one in body.departments
    ]
    await request.services.department_members.set_departments(request.caller, user_id, wanted)
    return IsSuccessDto(success=True)


async def kick_users(request: V3Request, body: KickUsersDto) -> IsSuccessDto:
    user = await the_user(request, body.user_id, body.options.user_id_type if body.options else None)
    await request.services.sessions.kick(request.caller, [user.id], body.app_ids or None)
    return IsSuccessDto(success=True)


async def check_session_status(request: V3Request, body: CheckSessionStatusDto) -> CheckSessionStatusDataDto:
    user = await the_user(request, body.user_id)
    state = await request.services.sessions.login_state(request.caller, user.id, body.app_id)
    return CheckSessionStatusDataDto(active=state.is_logged_in)


async def get_user_loggedin_apps(
    request: V3Request, query: GetUserLoggedinAppsQuery
) -> list[UserLoggedInAppsDto]:
    user = await the_user(request, query.user_id, query.user_id_type)
    state = await request.services.sessions.login_state(request.caller, user.id)
    shown = []
    for app_id in state.app_ids:
        name, logo = await _app(request, app_id)
        shown.append(UserLoggedInAppsDto(app_id=app_id, app_name=name, app_logo=logo, app_login_url=""))
    return shown


async def get_user_login_history(
    request: V3Request, query: GetUserLoginHistoryQuery
) -> UserLoginHistoryPagingDto:
    user = await the_user(request, query.user_id, query.user_id_type)
    wanted = RecordQuery(
        kind="user",
        acts=(Act("login"),),
        user_ids=(user.id,),
        app_ids=(query.app_id,) if query.app_id else (),
        ip=query.client_ip or None,
        success=True,
        start=moment(query.start, "start"),
        end=moment(query.end, "end"),
    )
    records = await request.services.audit.list_records(request.caller, wanted, page(query.page, query.limit))
    if query.app_id and not records.total:  # of one that is gone the log may still tell
        await _require_app(request, query.app_id)
    apps = {
        app_id: await _app(request, app_id) for app_id in {record.app_id or "" for record in records.items}
    }
    dtos = [
        UserLoginHistoryDto(
            app_id=record.app_id or "",
            app_name=apps[record.app_id or ""][0],
            app_logo=apps[record.app_id or ""][1],
            app_login_url="",
            client_ip=record.ip or "",
            user_agent=record.user_agent,
            time=v3_time(record.at),
        )
        for record in records.items
    ]
    return UserLoginHistoryPagingDto(total_count=records.total, items=dtos)


async def _require_app(request: V3Request, app_id: str) -> None:
    """Raises InvalidInput naming the field."""
    try:
        await request.services.apps.get(request.caller, app_id)
    except (AppNotFound, InvalidInput) as error:
        raise InvalidInput("appId", "没有此应用", "there is no such application") from error


async def _app(request: V3Request, app_id: str) -> tuple[str, str]:
    """Name and logo; an application that is gone has neither."""
    try:
        app = await request.services.apps.get(request.caller, app_id)
    except (AppNotFound, InvalidInput):
        return "", ""
    return app.name, app.logo or ""


async def list_archived_users(
    request: V3Request, query: ListArchivedUsersQuery
) -> ArchivedUsersListPagingDto:
    since = moment(query.start_at, "startAt")
    wanted = UserQuery(
        page=page(query.page, query.limit),
        statuses=(Status.ARCHIVED,),
        conditions=(Condition("status_changed_at", "GREATER", since.isoformat()),) if since else (),
    )
    archived = await request.services.users.list(request.caller, wanted)
    dtos = [
        ListArchivedUsersRespDto(
            user_id=user.id, archived_at=v3_time(user.status_changed_at) if user.status_changed_at else ""
        )
        for user in archived.items
    ]
    return ArchivedUsersListPagingDto(total_count=archived.total, items=dtos)


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-user-departments",
        request=GetUserDepartmentsQuery,
        response=UserDepartmentPagingDto,
        handler=get_user_departments,
        scope="users:read",
        summary="A user's departments",
    ),
    Endpoint(
        "POST",
        "set-user-departments",
        request=SetUserDepartmentsDto,
        response=IsSuccessDto,
        handler=set_user_departments,
        scope="users:write",
        summary="Put a user into exactly these departments",
    ),
    Endpoint(
        "POST",
        "kick-users",
        request=KickUsersDto,
        response=IsSuccessDto,
        handler=kick_users,
        scope="users:write",
        summary="Log a user out of applications",
    ),
    Endpoint(
        "POST",
        "check-session-status",
        request=CheckSessionStatusDto,
        response=CheckSessionStatusDataDto,
        handler=check_session_status,
        scope="users:read",
        summary="Whether a user is logged in at an application",
    ),
    Endpoint(
        "GET",
        "get-user-loggedin-apps",
        request=GetUserLoggedinAppsQuery,
        response=list[UserLoggedInAppsDto],
        handler=get_user_loggedin_apps,
        scope="users:read",
        summary="Applications a user is logged in at",
    ),
    Endpoint(
        "GET",
        "get-user-login-history",
        request=GetUserLoginHistoryQuery,
        response=UserLoginHistoryPagingDto,
        handler=get_user_login_history,
        scope="users:read",
        summary="A user's logins, newest first",
    ),
    Endpoint(
        "GET",
        "list-archived-users",
        request=ListArchivedUsersQuery,
        response=ArchivedUsersListPagingDto,
        handler=list_archived_users,
        scope="users:read",
        summary="Archived users and since when",
    ),
]
