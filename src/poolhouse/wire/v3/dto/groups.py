"""Groups. Source: docs/contract/v3/groups.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import ResGroupDto, ResourceType


class AddGroupMembersReqDto(Dto, kw_only=True):
    user_ids: list[str]
    code: str


class CreateGroupBatchReqDto(Dto, kw_only=True):
    items: list[CreateGroupReqDto] = field(name="list")


class CreateGroupReqDto(Dto, kw_only=True):
    type: str | None = None  # the official clients leave it out
    description: str | None = None  # the contract requires it
    name: str
    code: str
    custom_data: dict[str, Any] | None = None


class CreateOrUpdateGroupDataDto(Dto, kw_only=True):
    created: bool
    data: ResGroupDto


class CreateOrUpdateGroupReqDto(Dto, kw_only=True):
    type: str | None = None  # the official clients leave it out
    description: str | None = None  # the contract requires it
    name: str
    code: str


class DeleteGroupsReqDto(Dto, kw_only=True):
    code_list: list[str]


class RemoveGroupMembersReqDto(Dto, kw_only=True):
    user_ids: list[str]
    code: str


class UpdateGroupReqDto(Dto, kw_only=True):
    description: Maybe[str] = UNSET  # the contract requires it
    code: str
    name: Maybe[str] = UNSET
    new_code: Maybe[str] = UNSET
    custom_data: Maybe[dict[str, Any]] = UNSET


class GetAllGroupsQuery(Dto, kw_only=True):
    fetch_members: bool = False
    with_custom_data: bool | None = None


class GetGroupAuthorizedResourcesQuery(Dto, kw_only=True):
    code: str
    namespace: str | None = None
    resource_type: ResourceType | None = None


class GetGroupQuery(Dto, kw_only=True):
    code: str
    with_custom_data: bool | None = None


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
