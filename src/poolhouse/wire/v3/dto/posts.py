"""Posts. Source: docs/contract/v3/posts.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from msgspec import field

from poolhouse.wire.v3.dto import Dto, Int


class CreatePostDto(Dto, kw_only=True):
    code: str
    name: str
    id: str | None = None
    description: str | None = None
    department_id_list: list[str] | str | None = None  # the contract says string


class GetPostByIdListDto(Dto, kw_only=True):
    id_list: list[str] | str | None = None  # the contract says string
    with_custom_data: bool | None = None


class ListPostBatchDto(Dto, kw_only=True):
    keywords: str | None = None
    skip_count: bool | None = None
    page: Int | None = None
    limit: Int | None = None
    with_metadata: bool | None = None
    with_custom_data: bool | None = None
    flat_custom_data: bool | None = None
    metadata_no_field_id: bool | None = None
    created_after: Int | None = None
    created_before: Int | None = None
    updated_after: Int | None = None
    updated_before: Int | None = None
    post_codes: list[str] | None = None


class PostDto(Dto, kw_only=True):
    id: str | None = None
    code: str
    name: str
    description: str | None = None


class PostInfoDto(Dto, kw_only=True):
    id: str | None = None
    code: str
    name: str
    description: str | None = None
    department_id_list: list[str]


class PostItemDto(Dto, kw_only=True):
    id: str | None = None
    code: str
    name: str
    description: str | None = None
    user_count: Int
    department_count: Int
    metadata_source: list[str]


class PostPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[PostItemDto] = field(name="list")


class RemovePostDto(Dto, kw_only=True):
    code: str


class SetUserPostsDto(Dto, kw_only=True):
    post_ids: list[str]
    user_id: str


class UserConnectionPostDto(Dto, kw_only=True):
    user_id: str
    post_id: str


class GetPostQuery(Dto, kw_only=True):
    code: str
    with_custom_data: bool | None = None


class GetUserPostQuery(Dto, kw_only=True):
    user_id: str
    with_custom_data: bool | None = None


class GetUserPostsQuery(Dto, kw_only=True):
    user_id: str
    with_custom_data: bool | None = None


class ListPostQuery(Dto, kw_only=True):
    keywords: str | None = None
    skip_count: bool | None = None
    page: Int = 1
    limit: Int = 10
    with_metadata: bool | None = None
    with_custom_data: bool | None = None
    flat_custom_data: bool = False
    metadata_no_field_id: bool = False
    created_after: Int | None = None
    created_before: Int | None = None
    updated_after: Int | None = None
    updated_before: Int | None = None
