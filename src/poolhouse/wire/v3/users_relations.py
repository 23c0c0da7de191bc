"""What a user has: identities, groups, roles. Source: docs/contract/v3/users.md."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.identities.model import Identity
from poolhouse.users.model import IdentityDraft
from poolhouse.wire.v3.conversions import identity_dto, the_user
from poolhouse.wire.v3.dto.common import (
    GroupPagingDto,
    IdentityDto,
    IsSuccessDto,
    RolePagingDto,
    UserSyncRelationDto,
)
from poolhouse.wire.v3.dto.users import (
    DeleteUserSyncRelationReqDto,
    GetUserGroupsQuery,
    GetUserIdentitiesQuery,
    GetUserLoggedInIdentitiesQuery,
    GetUserRolesQuery,
    GetUserSyncRelationsQuery,
    HasAnyRoleDto,
    HasAnyRoleReqDto,
    LinkIdentityDataDto,
    LinkIdentityDto,
    UnlinkIdentity,
    UnlinkIdentityDataDto,
    UserLoggedInIdentitiesDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.groups import group_dto
from poolhouse.wire.v3.roles import role_dtos, role_key

# -- identities


async def get_user_identities(request: V3Request, query: GetUserIdentitiesQuery) -> list[IdentityDto]:
    return [identity_dto(one) for one in await _identities(request, query.user_id, query.user_id_type)]


async def link_identity(request: V3Request, body: LinkIdentityDto) -> LinkIdentityDataDto:
    user = await the_user(request, body.user_id)
    draft = IdentityDraft(
        provider="",
        user_id_in_idp=body.user_id_in_idp,
        type=body.type or "generic",
        ext_idp_id=body.ext_idp_id,
        is_social=bool(body.is_social),
    )
    await request.services.identities.link(request.caller, user.id, draft)
    return LinkIdentityDataDto(success=True)


async def unlink_identity(request: V3Request, body: UnlinkIdentity) -> UnlinkIdentityDataDto:
    user = await the_user(request, body.user_id)
    await request.services.identities.unlink(
        request.caller, user.id, ext_idp_id=body.ext_idp_id, type_=body.type or None
    )
    return UnlinkIdentityDataDto(success=True)


async def get_user_sync_relations(
    request: V3Request, query: GetUserSyncRelationsQuery
) -> list[UserSyncRelationDto]:
    """What a directory was synchronized from is an identity here like any other."""
    return [
        UserSyncRelationDto(
            provider=one.provider, user_id_in_idp=one.user_id_in_idp, user_info_in_idp=dict(one.profile)
        )
        for one in await _identities(request, query.user_id, query.user_id_type)
    ]


async def delete_user_sync_relations(request: V3Request, body: DeleteUserSyncRelationReqDto) -> IsSuccessDto:
    user = await the_user(request, body.user_id, body.user_id_type)
    await request.services.identities.unlink(request.caller, user.id, provider=body.provider)
    return IsSuccessDto(success=True)


async def get_user_logged_in_identities(
    request: V3Request, query: GetUserLoggedInIdentitiesQuery
) -> list[UserLoggedInIdentitiesDto]:
    """Nobody is: every session here was opened by a password or a code, none by an outside source."""
    await the_user(request, query.user_id, query.user_id_type)
    return []


async def _identities(request: V3Request, user_id: str, kind: str) -> Sequence[Identity]:
    user = await the_user(request, user_id, kind)
    return await request.services.identities.list(request.caller, user.id)


# -- groups and roles


async def get_user_groups(request: V3Request, query: GetUserGroupsQuery) -> GroupPagingDto:
    user = await the_user(request, query.user_id, query.user_id_type)
    groups = await request.services.groups.list_of_user(request.caller, user.id)
    return GroupPagingDto(total_count=len(groups), items=[group_dto(group) for group in groups])


async def get_user_roles(request: V3Request, query: GetUserRolesQuery) -> RolePagingDto:
    """Of every namespace unless one is given; direct ones and those of groups and departments."""
    user = await the_user(request, query.user_id, query.user_id_type)
    roles = await request.services.roles.list_of_user(request.caller, user.id, query.namespace or None)
    return RolePagingDto(total_count=len(roles), items=await role_dtos(request, roles))


async def has_any_role(request: V3Request, body: HasAnyRoleReqDto) -> HasAnyRoleDto:
    user = await the_user(request, body.user_id, body.options.user_id_type if body.options else None)
    keys = [role_key(one.code, one.namespace) for one in body.roles]
    return HasAnyRoleDto(has_any_role=await request.services.roles.has_any(request.caller, user.id, keys))


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-user-identities",
        request=GetUserIdentitiesQuery,
        response=list[IdentityDto],
        handler=get_user_identities,
        scope="users:read",
        summary="A user's identities at outside sources",
    ),
    Endpoint(
        "POST",
        "link-identity",
        request=LinkIdentityDto,
        response=LinkIdentityDataDto,
        handler=link_identity,
        scope="users:write",
        summary="Link an identity to a user",
    ),
    Endpoint(
        "POST",
        "unlink-identity",
        request=UnlinkIdentity,
        response=UnlinkIdentityDataDto,
        handler=unlink_identity,
        scope="users:write",
        summary="Unlink a user's identities at a source",
    ),
    Endpoint(
        "GET",
        "get-user-sync-relations",
        request=GetUserSyncRelationsQuery,
        response=list[UserSyncRelationDto],
        handler=get_user_sync_relations,
        scope="users:read",
        summary="Where a user was synchronized from",
    ),
    Endpoint(
        "POST",
        "delete-user-sync-relations",
        request=DeleteUserSyncRelationReqDto,
        response=IsSuccessDto,
        handler=delete_user_sync_relations,
        scope="users:write",
        summary="Forget where a user was synchronized from",
    ),
    Endpoint(
        "GET",
        "get-user-logged-in-identities",
        request=GetUserLoggedInIdentitiesQuery,
        response=list[UserLoggedInIdentitiesDto],
        handler=get_user_logged_in_identities,
        scope="users:read",
        summary="Identities a user is logged in with",
    ),
    Endpoint(
        "GET",
        "get-user-groups",
        request=GetUserGroupsQuery,
        response=GroupPagingDto,
        handler=get_user_groups,
        scope="users:read",
        summary="The groups a user is in",
    ),
    Endpoint(
        "GET",
        "get-user-roles",
        request=GetUserRolesQuery,
        response=RolePagingDto,
        handler=get_user_roles,
        scope="users:read",
        summary="The roles a user has, direct or inherited",
    ),
    Endpoint(
        "POST",
        "has-any-role",
        request=HasAnyRoleReqDto,
        response=HasAnyRoleDto,
        handler=has_any_role,
        scope="users:read",
        summary="Whether a user has one of these roles",
    ),
]
