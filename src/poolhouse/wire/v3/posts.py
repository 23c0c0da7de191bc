"""Posts, and who holds them. Source: docs/contract/v3/posts.md."""

from __future__ import annotations

from poolhouse.errors import PostNotFound
from poolhouse.posts.model import Post, PostDraft, PostQuery
from poolhouse.wire.v3.conversions import moment, page, refuse_unbuilt, the_user
from poolhouse.wire.v3.dto.posts import (
    CreatePostDto,
    GetPostByIdListDto,
    GetPostQuery,
    GetUserPostQuery,
    GetUserPostsQuery,
    ListPostBatchDto,
    ListPostQuery,
    PostDto,
    PostInfoDto,
    PostItemDto,
    PostPagingDto,
    RemovePostDto,
    SetUserPostsDto,
    UserConnectionPostDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def create_post(request: V3Request, body: CreatePostDto) -> PostInfoDto:
    return _info(await request.services.posts.create(request.caller, _draft(body)))


async def update_post(request: V3Request, body: CreatePostDto) -> PostInfoDto:
    """By `id`; without one, by `code`."""
    return _info(await request.services.posts.update(request.caller, _draft(body), body.id or None))


async def remove_post(request: V3Request, body: RemovePostDto) -> None:
    await request.services.posts.delete(request.caller, body.code)


async def get_post(request: V3Request, query: GetPostQuery) -> PostInfoDto:
    refuse_unbuilt(withCustomData=query.with_custom_data)
    return _info(await request.services.posts.get(request.caller, query.code))


async def get_posts(request: V3Request, body: GetPostByIdListDto) -> list[PostDto]:
    """A real array: the contract's type has one post for many ids."""
    refuse_unbuilt(withCustomData=body.with_custom_data)
    found = await request.services.posts.find_many(request.caller, _ids(body.id_list))
    return [_post(post) for post in found]


async def list_posts(request: V3Request, query: ListPostQuery) -> PostPagingDto:
    return await _list(request, query)


async def filter_posts(request: V3Request, body: ListPostBatchDto) -> PostPagingDto:
    return await _list(request, body)


async def get_user_posts(request: V3Request, query: GetUserPostsQuery) -> list[PostDto]:
    refuse_unbuilt(withCustomData=query.with_custom_data)
    user = await the_user(request, query.user_id)
    return [_post(post) for post in await request.services.posts.list_of_user(request.caller, user.id)]


async def get_user_post(request: V3Request, query: GetUserPostQuery) -> PostInfoDto:
    """The oldest of them. Raises PostNotFound."""
    refuse_unbuilt(withCustomData=query.with_custom_data)
    user = await the_user(request, query.user_id)
    held = await request.services.posts.list_of_user(request.caller, user.id)
    if not held:
        raise PostNotFound()
    return _info(held[0])


async def set_user_posts(request: V3Request, body: SetUserPostsDto) -> None:
    await request.services.posts.set_of_user(request.caller, body.user_id, body.post_ids)


async def connect_user_post(request: V3Request, body: UserConnectionPostDto) -> None:
    await request.services.posts.add_user(request.caller, body.user_id, body.post_id)


async def _list(request: V3Request, asked: ListPostQuery | ListPostBatchDto) -> PostPagingDto:
    refuse_unbuilt(
        withCustomData=asked.with_custom_data,
        flatCustomData=asked.flat_custom_data,
        withMetadata=asked.with_metadata,
    )
    query = PostQuery(
        keyword=asked.keywords or "",
        codes=tuple(asked.post_codes or ()) if isinstance(asked, ListPostBatchDto) else (),
        created_from=moment(asked.created_after, "createdAfter"),
        created_to=moment(asked.created_before, "createdBefore"),
        updated_from=moment(asked.updated_after, "updatedAfter"),
        updated_to=moment(asked.updated_before, "updatedBefore"),
    )
    posts = await request.services.posts.list(request.caller, query, page(asked.page, asked.limit))
    dtos = [
        PostItemDto(
            id=post.id,
            code=post.code,
            name=post.name,
            description=post.description,
            user_count=post.users,
            department_count=len(post.department_ids),
            metadata_source=[],
        )
        for post in posts.items
    ]
    return PostPagingDto(total_count=posts.total, items=dtos)


def _draft(body: CreatePostDto) -> PostDraft:
    departments = None if body.department_id_list is None else tuple(_ids(body.department_id_list))
    return PostDraft(body.code, body.name, body.description, departments)


def _ids(given: str | list[str] | None) -> list[str]:
    """A real array, or ids with commas between: the contract says string where its comment says list."""
    parts = given.split(",") if isinstance(given, str) else given or []
    return [part.strip() for part in parts if part.strip()]


def _post(post: Post) -> PostDto:
    return PostDto(id=post.id, code=post.code, name=post.name, description=post.description)


def _info(post: Post) -> PostInfoDto:
    return PostInfoDto(
        id=post.id,
        code=post.code,
        name=post.name,
        description=post.description,
        department_id_list=list(post.department_ids),
    )


READ, WRITE = "posts:read", "posts:write"

ENDPOINTS = [
    Endpoint(
        "POST",
        "create-post",
        request=CreatePostDto,
        response=PostInfoDto,
        handler=create_post,
        scope=WRITE,
        summary="Create a post",
    ),
    Endpoint(
        "POST",
        "update-post",
        request=CreatePostDto,
        response=PostInfoDto,
        handler=update_post,
        scope=WRITE,
        summary="Change a post",
    ),
    Endpoint(
        "POST",
        "remove-post",
        request=RemovePostDto,
        response=None,
        handler=remove_post,
        scope=WRITE,
        summary="Delete a post",
    ),
    Endpoint(
        "GET",
        "get-post",
        request=GetPostQuery,
        response=PostInfoDto,
        handler=get_post,
        scope=READ,
        summary="One post by its code",
    ),
    Endpoint(
        "POST",
        "get-post-by-id",
        request=GetPostByIdListDto,
        response=list[PostDto],
        handler=get_posts,
        scope=READ,
        summary="Some posts by their ids",
    ),
    Endpoint(
        "GET",
        "list-post",
        request=ListPostQuery,
        response=PostPagingDto,
        handler=list_posts,
        scope=READ,
        summary="List posts",
    ),
    Endpoint(
        "POST",
        "list-post",
        request=ListPostBatchDto,
        response=PostPagingDto,
        handler=filter_posts,
        scope=READ,
        summary="List posts, or some by their codes",
    ),
    Endpoint(
        "GET",
        "get-user-posts",
        request=GetUserPostsQuery,
        response=list[PostDto],
        handler=get_user_posts,
        scope=READ,
        summary="The posts a user has",
    ),
    Endpoint(
        "GET",
        "get-user-post",
        request=GetUserPostQuery,
        response=PostInfoDto,
        handler=get_user_post,
        scope=READ,
        summary="The post a user has had longest",
    ),
    Endpoint(
        "POST",
        "set-user-posts",
        request=SetUserPostsDto,
        response=None,
        handler=set_user_posts,
        scope=WRITE,
        blank=frozenset({"postIds"}),
        summary="Give a user exactly these posts",
    ),
    Endpoint(
        "POST",
        "user-connection-post",
        request=UserConnectionPostDto,
        response=None,
        handler=connect_user_post,
        scope=WRITE,
        summary="Give a user one more post",
    ),
]
