"""Groups and their members. Source: docs/contract/v3/groups.md."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from msgspec import UNSET, UnsetType

from poolhouse.fields.model import TargetType
from poolhouse.groups.model import Group, GroupChanges, GroupDraft
from poolhouse.wire.v3.conversions import (
    counted,
    custom_data_of,
    members_page,
    page,
    refuse_unbuilt,
    user_dtos,
)
from poolhouse.wire.v3.dto.common import GroupPagingDto, IsSuccessDto, ResGroupDto, UserDto, UserPagingDto
from poolhouse.wire.v3.dto.groups import (
    AddGroupMembersReqDto,
    CreateGroupBatchReqDto,
    CreateGroupReqDto,
    CreateOrUpdateGroupDataDto,
    CreateOrUpdateGroupReqDto,
    DeleteGroupsReqDto,
    GetAllGroupsQuery,
    GetGroupQuery,
    ListGroupMembersQuery,
    ListGroupsQuery,
    RemoveGroupMembersReqDto,
    UpdateGroupReqDto,
)
from poolhouse.wire.v3.endpoint import PEOPLE, Endpoint, V3Request

SUCCESS = IsSuccessDto(success=True)


def group_dto(
    group: Group,
    members: Sequence[UserDto] = (),
    custom_data: dict[str, Any] | UnsetType = UNSET,
) -> ResGroupDto:
    return ResGroupDto(
        id=group.id,
        code=group.code,
        name=group.name,
        description=group.description or "",
        type=group.type,
        metadata_source=[],
        members=list(members),
        custom_data=custom_data,
    )


async def group_dtos(
    request: V3Request, groups: Sequence[Group], *, custom_data: bool | None = False
) -> list[ResGroupDto]:
    """Custom data in one query, however many groups."""
    if not custom_data or not groups:
        return [group_dto(group) for group in groups]
    ids = [group.id for group in groups]
    values = await request.services.fields.values(request.caller, TargetType.GROUP, ids)
    return [group_dto(group, custom_data=custom_data_of(values.get(group.id, ()))) for group in groups]


async def get_group(request: V3Request, query: GetGroupQuery) -> ResGroupDto:
    group = await request.services.groups.get(request.caller, query.code)
    return (await group_dtos(request, [group], custom_data=query.with_custom_data))[0]


async def list_groups(request: V3Request, query: ListGroupsQuery) -> GroupPagingDto:
    refuse_unbuilt(withMetadata=query.with_metadata, flatCustomData=query.flat_custom_data)
    found = await request.services.groups.list(
        request.caller, counted(request, page(query.page, query.limit)), query.keywords or ""
    )
    shown = await group_dtos(request, found.items, custom_data=query.with_custom_data)
    return GroupPagingDto(total_count=found.total, items=shown)


async def get_all_groups(request: V3Request, query: GetAllGroupsQuery) -> list[ResGroupDto]:
    """With fetchMembers every member of every group: four queries in all, and at most 10,000 of either."""
    groups = await request.services.groups.list_all(request.caller)
    shown = await group_dtos(request, groups, custom_data=query.with_custom_data)
    if query.fetch_members:
        request.caller.require_scopes(PEOPLE)
        ids = await request.services.groups.list_members_of_all(request.caller)
        everybody = list(dict.fromkeys(user_id for members in ids.values() for user_id in members))
        users = await request.services.users.list_by_ids(request.caller, everybody)
        known = {dto.user_id: dto for dto in await user_dtos(request, users)}
        for group in shown:
            group.members = [known[user_id] for user_id in ids.get(group.id, ()) if user_id in known]
    return shown


async def create_group(request: V3Request, body: CreateGroupReqDto) -> ResGroupDto:
    return group_dto(await request.services.groups.create(request.caller, _draft(body)))


async def create_groups(request: V3Request, body: CreateGroupBatchReqDto) -> list[ResGroupDto]:
    drafts = [_draft(item) for item in body.items]
    return [group_dto(group) for group in await request.services.groups.create_many(request.caller, drafts)]


async def create_or_update_group(
    request: V3Request, body: CreateOrUpdateGroupReqDto
) -> CreateOrUpdateGroupDataDto:
    created, group = await request.services.groups.create_or_update(request.caller, _draft(body))
    return CreateOrUpdateGroupDataDto(created=created, data=group_dto(group))


async def update_group(request: V3Request, body: UpdateGroupReqDto) -> ResGroupDto:
    """A description of null is taken away; elsewhere null changes nothing."""
    changes = GroupChanges(
        name=body.name or None,
        description=None if body.description is UNSET else body.description or "",
        new_code=None if body.new_code is UNSET else body.new_code,
        custom_data=body.custom_data or None,
    )
    return group_dto(await request.services.groups.update(request.caller, body.code, changes))


async def delete_groups(request: V3Request, body: DeleteGroupsReqDto) -> IsSuccessDto:
    await request.services.groups.delete(request.caller, body.code_list)
    return SUCCESS


async def add_group_members(request: V3Request, body: AddGroupMembersReqDto) -> IsSuccessDto:
    await request.services.groups.add_members(request.caller, body.code, body.user_ids)
    return SUCCESS


async def remove_group_members(request: V3Request, body: RemoveGroupMembersReqDto) -> IsSuccessDto:
    await request.services.groups.remove_members(request.caller, body.code, body.user_ids)
    return SUCCESS


async def list_group_members(request: V3Request, query: ListGroupMembersQuery) -> UserPagingDto:
    refuse_unbuilt(flatCustomData=query.flat_custom_data)
    ids = partial(request.services.groups.list_members, request.caller, query.code)
    found = await request.services.users.page_of(request.caller, ids, page(query.page, query.limit))
    return await members_page(request, found, query)


def _draft(body: CreateGroupReqDto | CreateOrUpdateGroupReqDto) -> GroupDraft:
    return GroupDraft(
        code=body.code,
        name=body.name,
        description=body.description,
        type=body.type or "BASIC",
        custom_data=body.custom_data if isinstance(body, CreateGroupReqDto) else None,
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-group",
        request=GetGroupQuery,
        response=ResGroupDto,
        handler=get_group,
        scope="groups:read",
        summary="One group",
    ),
    Endpoint(
        "GET",
        "list-groups",
        request=ListGroupsQuery,
        response=GroupPagingDto,
        handler=list_groups,
        scope="groups:read",
        summary="List groups, or search them by code, name and description",
    ),
    Endpoint(
        "GET",
        "get-all-groups",
        request=GetAllGroupsQuery,
        response=list[ResGroupDto],
        handler=get_all_groups,
        scope="groups:read",
        summary="Every group, with its members if asked",
    ),
    Endpoint(
        "POST",
        "create-group",
        request=CreateGroupReqDto,
        response=ResGroupDto,
        handler=create_group,
        scope="groups:write",
        summary="Create a group",
    ),
    Endpoint(
        "POST",
        "create-or-update-group",
        request=CreateOrUpdateGroupReqDto,
        response=CreateOrUpdateGroupDataDto,
        handler=create_or_update_group,
        scope="groups:write",
        summary="Create a group, or update the one of this code",
    ),
    Endpoint(
        "POST",
        "create-groups-batch",
        request=CreateGroupBatchReqDto,
        response=list[ResGroupDto],
        handler=create_groups,
        scope="groups:write",
        summary="Create groups, all or none",
    ),
    Endpoint(
        "POST",
        "update-group",
        request=UpdateGroupReqDto,
        response=ResGroupDto,
        handler=update_group,
        scope="groups:write",
        summary="Update a group",
    ),
    Endpoint(
        "POST",
        "delete-groups-batch",
        request=DeleteGroupsReqDto,
        response=IsSuccessDto,
        handler=delete_groups,
        scope="groups:write",
        summary="Delete groups, all or none",
    ),
    Endpoint(
        "POST",
        "add-group-members",
        request=AddGroupMembersReqDto,
        response=IsSuccessDto,
        handler=add_group_members,
        scope="groups:write",
        summary="Add users to a group, all or none",
    ),
    Endpoint(
        "POST",
        "remove-group-members",
        request=RemoveGroupMembersReqDto,
        response=IsSuccessDto,
        handler=remove_group_members,
        scope="groups:write",
        summary="Remove users from a group",
    ),
    Endpoint(
        "GET",
        "list-group-members",
        request=ListGroupMembersQuery,
        response=UserPagingDto,
        handler=list_group_members,
        scope="groups:read",
        also=PEOPLE,
        summary="List the users in a group, latest joined first",
    ),
]
