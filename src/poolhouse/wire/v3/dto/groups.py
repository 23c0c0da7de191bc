"""Shapes of groups. Source: reference/v3.md 2 and 3, v3-models.json."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import ResourceType, UserDto


class AddGroupMembersReqDto(Dto, kw_only=True):
    user_ids: list[str]
    code: str


class CreateGroupBatchReqDto(Dto, kw_only=True):
    items: list[CreateGroupReqDto] = field(name="list")


class CreateGroupReqDto(Dto, kw_only=True):
    type: str
    description: str
    name: str
    code: str
    custom_data: Any = None


class CreateOrUpdateGroupDataDto(Dto, kw_only=True):
    created: bool
    data: GroupDto


class CreateOrUpdateGroupReqDto(Dto, kw_only=True):
    type: str
    description: str
    name: str
    code: str


class DeleteGroupsReqDto(Dto, kw_only=True):
    code_list: list[str]


class GroupDto(Dto, kw_only=True):
    id: str
    code: str
    name: str
    description: str
    type: str
    metadata_source: list[str]
    members: list[UserDto]


class RemoveGroupMembersReqDto(Dto, kw_only=True):
    user_ids: list[str]
    code: str


class UpdateGroupReqDto(Dto, kw_only=True):
    description: str
    code: str
    name: Maybe[str] = UNSET
    new_code: Maybe[str] = UNSET
    custom_data: Any | UnsetType = UNSET


class GetAllGroupsQuery(Dto, kw_only=True):
    fetch_members: bool = False
    with_custom_data: bool | None = None


class GetGroupQuery(Dto, kw_only=True):
    code: str
    with_custom_data: bool | None = None


class GetGroupAuthorizedResourcesQuery(Dto, kw_only=True):
    code: str
    namespace: str | None = None
    resource_type: ResourceType | None = None


class ListGroupMembersQuery(Dto, kw_only=True):
    code: str
    page: Int = 1
    limit: Int = 10
    with_custom_data: bool = False
    with_identities: bool = False
    with_department_ids: bool = False
    flat_custom_data: bool = False


class ListGroupsQuery(Dto, kw_only=True):
    keywords: str | None = None
    page: Int = 1
    limit: Int = 10
    with_metadata: bool | None = None
    with_custom_data: bool | None = None
    flat_custom_data: bool = False
