"""Users: lists, searches, one, many. Source: docs/contract/v3.md#searching-users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from poolhouse import misfits
from poolhouse.errors import InvalidInput, NotSupported
from poolhouse.orgs.service import NodeRef
from poolhouse.texts import EMPTY, too_many
from poolhouse.users.model import (
    CUSTOM,
    Condition,
    DepartmentFilter,
    RoleFilter,
    Sort,
    UserKey,
    UserQuery,
)
from poolhouse.users.profile_fields import SEARCHED_FIRST, WRITABLE
from poolhouse.users.rules import spelled
from poolhouse.wire.v3.conversions import (
    moment,
    note_end,
    page,
    refuse_unbuilt,
    the_user,
    user_dtos,
    user_key,
    walked,
)
from poolhouse.wire.v3.dto import Dto
from poolhouse.wire.v3.dto.common import DepartmentIdType, UserDto, UserPagingDto
from poolhouse.wire.v3.dto.users import (
    GetUserBatchQuery,
    GetUserQuery,
    IsUserExistsDto,
    IsUserExistsReqDto,
    ListUsersAdvancedFilterItemDto,
    ListUsersOptionsDto,
    ListUsersQuery,
    ListUsersRequestDto,
    SortingDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

_T = TypeVar("_T")

MOST_CONDITIONS = 50
MOST_DEPARTMENTS = 50

_FIELDS = {spelled(name): name for name in WRITABLE} | {
    "id": "id",
    "userId": "id",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "statusChangedAt": "status_changed_at",
    "lastIp": "last_ip",
    "userSource": "user_source_type",
    "lastLoginTime": "last_login",
}
"""What a caller writes -> the field of `User`."""

_BELONGINGS = ("department", "inGroup", "hasRole")
"""No fields of a user. The last two are ours, and so called that no custom field is likely to have the key."""
_ELSEWHERE = {"loggedInApps": "logged_in_apps", "identity": "identity"}


async def list_users(request: V3Request, query: ListUsersQuery) -> UserPagingDto:
    """A page of the pool, or of those of one status, or of those changed in a window of time."""
    if query.with_user_password_expire_time:
        raise NotSupported(what="withUserPasswordExpireTime")
    wanted = UserQuery(
        page=walked(request, page(query.page, query.limit)),
        statuses=(query.status,) if query.status else (),
        updated_from=moment(query.updated_at_start, "updatedAtStart"),
        updated_to=moment(query.updated_at_end, "updatedAtEnd"),
    )
    matches = await request.services.users.list(request.caller, wanted)
    note_end(request, wanted, matches)
    dtos = await user_dtos(
        request,
        matches.items,
        custom_data=query.with_custom_data,
        identities=query.with_identities,
        department_ids=query.with_department_ids,
        posts=query.with_post,
    )
    return UserPagingDto(total_count=matches.total, items=dtos)


async def search_users(request: V3Request, body: ListUsersRequestDto) -> UserPagingDto:
    if body.search_query:
        raise NotSupported(what="searchQuery (use keywords or advancedFilter)")
    options = body.options or ListUsersOptionsDto()
    refuse_unbuilt(flatCustomData=options.flat_custom_data)
    paging = options.pagination
    wanted = replace(
        await matching(request, body.keywords, body.advanced_filter, options.fuzzy_search_on),
        page=walked(request, page(paging.page if paging else None, paging.limit if paging else None)),
        sort=tuple(sorting(item) for item in options.sort or ()),
    )
    users = request.services.users
    matches = await (users.search if wanted.keyword else users.list)(request.caller, wanted)
    note_end(request, wanted, matches)
    dtos = await user_dtos(
        request,
        matches.items,
        custom_data=options.with_custom_data,
        identities=options.with_identities,
        department_ids=options.with_department_ids,
        posts=options.with_post,
    )
    return UserPagingDto(total_count=matches.total, items=dtos)


async def matching(
    request: V3Request,
    keywords: str | None,
    given: Sequence[ListUsersAdvancedFilterItemDto] | None,
    fuzzy_search_on: Sequence[str] | None = None,
) -> UserQuery:
    """Who is meant by words and conditions. Raises InvalidInput, OrgNotFound, NodeNotFound."""
    conditions = given or []
    if len(conditions) > MOST_CONDITIONS:
        raise InvalidInput("advancedFilter", f"最多 {MOST_CONDITIONS} 个条件", f"at most {MOST_CONDITIONS}")
    return UserQuery(
        keyword=keywords or None,
        fields=tuple(_FIELDS[name] for name in fuzzy_search_on or ()) or SEARCHED_FIRST,
        fields_named=bool(fuzzy_search_on),
        conditions=tuple(condition(item) for item in conditions if item.field not in _BELONGINGS),
        departments=await _departments(request, conditions),
        groups=_groups(conditions),
        roles=_roles(conditions),
    )


def condition(item: ListUsersAdvancedFilterItemDto) -> Condition:
    """An unknown field is a custom field's key; whether that is defined is the domain's to say."""
    known = _FIELDS.get(item.field) or _ELSEWHERE.get(item.field) or f"{CUSTOM}{item.field}"
    return Condition(known, item.operator, item.value)


async def _departments(
    request: V3Request, items: Sequence[ListUsersAdvancedFilterItemDto]
) -> tuple[DepartmentFilter, ...]:
    """The departments named, any of them. Raises InvalidInput, OrgNotFound, NodeNotFound."""
    asked = [item for item in items if item.field == "department"]
    if not asked:
        return ()
    if len(asked) > 1 or asked[0].operator not in ("IN", "EQUAL"):
        raise InvalidInput("advancedFilter.operator", "部门只支持一个 IN 条件", "department takes one IN")
    value = asked[0].value
    try:
        places = msgspec.convert(value if isinstance(value, list) else [value], list[_Place])
    except msgspec.ValidationError as error:
        raise misfits.of(error, list[_Place], "advancedFilter.value") from error
    if not places:
        raise InvalidInput("advancedFilter.value", *EMPTY)
    if len(places) > MOST_DEPARTMENTS:
        raise InvalidInput("advancedFilter.value", *too_many(MOST_DEPARTMENTS))
    found = []
    for place in places:
        ref = NodeRef(place.department_id, place.organization_code or None, place.department_id_type)
        node = await request.services.orgs.resolve(request.caller, ref)
        found.append(DepartmentFilter(node.id, place.include_children_departments))
    return tuple(found)


def _groups(items: Sequence[ListUsersAdvancedFilterItemDto]) -> tuple[str, ...]:
    """The codes of the groups named, any of them. Raises InvalidInput."""
    return tuple(_named(items, "inGroup", str))


def _roles(items: Sequence[ListUsersAdvancedFilterItemDto]) -> tuple[RoleFilter, ...]:
    """The roles named, any of them: whoever holds it, themselves or through a group or department."""
    return tuple(RoleFilter(one.code, one.namespace) for one in _named(items, "hasRole", _Role))


def _named(items: Sequence[ListUsersAdvancedFilterItemDto], field: str, kind: type[_T]) -> list[_T]:
    asked = [item for item in items if item.field == field]
    if not asked:
        return []
    if len(asked) > 1 or asked[0].operator not in ("IN", "EQUAL"):
        raise InvalidInput("advancedFilter.operator", f"{field} 只支持一个 IN 条件", f"{field} takes one IN")
    value = asked[0].value
    try:
        found = msgspec.convert(value if isinstance(value, list) else [value], list[kind])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise misfits.of(error, list[kind], "advancedFilter.value") from error  # type: ignore[valid-type]
    if not found:
        raise InvalidInput("advancedFilter.value", *EMPTY)
    return found


class _Role(Dto, kw_only=True):
    code: str
    namespace: str = "default"


class _Place(Dto, kw_only=True):
    organization_code: str | None = None
    department_id: str
    department_id_type: DepartmentIdType = "department_id"
    include_children_departments: bool = False


def sorting(item: SortingDto) -> Sort:
    """An unknown field is a custom field's key, as in `condition`."""
    return Sort(_FIELDS.get(item.field) or f"{CUSTOM}{item.field}", (item.order or item.direction) != "asc")


async def get_user(request: V3Request, query: GetUserQuery) -> UserDto:
    refuse_unbuilt(flatCustomData=query.flat_custom_data)
    user = await the_user(request, query.user_id, query.user_id_type)
    (shown,) = await user_dtos(
        request,
        [user],
        custom_data=query.with_custom_data,
        identities=query.with_identities,
        department_ids=query.with_department_ids,
        posts=query.with_post,
    )
    return shown


async def get_users(request: V3Request, query: GetUserBatchQuery) -> list[UserDto]:
    refuse_unbuilt(flatCustomData=query.flat_custom_data)
    keys = [user_key(value, query.user_id_type) for value in query.user_ids]
    users = await request.services.users.find_many(request.caller, keys)
    return await user_dtos(
        request,
        users,
        custom_data=query.with_custom_data,
        identities=query.with_identities,
        department_ids=query.with_department_ids,
    )


async def is_user_exists(request: V3Request, body: IsUserExistsReqDto) -> IsUserExistsDto:
    given: dict[Any, str | None] = {
        "username": body.username,
        "email": body.email,
        "phone": body.phone,
        "external_id": body.external_id,
    }
    keys = [UserKey(kind, value) for kind, value in given.items() if value]
    if not keys:
        # The words are the official specs'.
        raise InvalidInput("username, email, phone, externalId", None, "one of them is required")
    return IsUserExistsDto(exists=await request.services.users.exists(request.caller, keys))


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-users",
        request=ListUsersQuery,
        response=UserPagingDto,
        handler=list_users,
        scope="users:read",
        summary="List users by page, status and time of change",
        api_code=20001,
    ),
    Endpoint(
        "POST",
        "list-users",
        request=ListUsersRequestDto,
        response=UserPagingDto,
        handler=search_users,
        scope="users:read",
        summary="Search users: keywords, advanced filter, sort",
    ),
    Endpoint(
        "GET",
        "get-user",
        request=GetUserQuery,
        response=UserDto,
        handler=get_user,
        scope="users:read",
        summary="One user",
    ),
    Endpoint(
        "GET",
        "get-user-batch",
        request=GetUserBatchQuery,
        response=list[UserDto],
        handler=get_users,
        scope="users:read",
        summary="Up to 80 users, in the order asked",
    ),
    Endpoint(
        "POST",
        "is-user-exists",
        request=IsUserExistsReqDto,
        response=IsUserExistsDto,
        handler=is_user_exists,
        scope="users:read",
        summary="Whether a username, email, phone or externalId is taken",
    ),
]
