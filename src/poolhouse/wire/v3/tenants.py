"""Tenants, their members and administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UnsetType

from poolhouse.errors import AppNotFound, InvalidInput, Missing, NotSupported, UserNotFound
from poolhouse.misfits import STRING, expected
from poolhouse.paging import PageRequest
from poolhouse.tenants.model import Member, Tenant
from poolhouse.texts import EMPTY
from poolhouse.users.model import User, UserDraft
from poolhouse.users.profile_fields import FIELDS, WRITABLE
from poolhouse.users.rules import GENDERS
from poolhouse.wire.v3.conversions import page, refuse_unbuilt
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.tenants import (
    AddTenantUsersDto,
    CreateTenantDto,
    CreateTenantUserReqDto,
    DeleteTenantDto,
    GetTenantByCodeQuery,
    GetTenantLittleInfoQuery,
    GetTenantQuery,
    GetTenantUserDto,
    GetTenantUserQuery,
    ListTenantAdminDto,
    ListTenantsQuery,
    ListTenantUserDto,
    RemoveTenantUsersDto,
    TenantDto,
    TenantListPagingDto,
    TenantRespDto,
    TenantUserDto,
    TenantUserListPagingDto,
    UpdateTenantDto,
    UpdateTenantUserDto,
)
from poolhouse.wire.v3.endpoint import PEOPLE, Endpoint, V3Request

_PROFILE = tuple(name for name in CreateTenantUserReqDto.__struct_fields__ if name in WRITABLE)
_SHOWN = tuple(name for name in TenantUserDto.__struct_fields__ if name in FIELDS)


async def list_tenants(request: V3Request, query: ListTenantsQuery) -> TenantListPagingDto:
    refuse_unbuilt(withAppDetail=query.with_app_detail, source=query.source)
    asked = page(query.page, query.limit)
    found = await request.services.tenants.list(request.caller, asked, keyword=query.keywords or None)
    items = [
        await _whole(
            request,
            tenant,
            members=query.with_members_count,
            creator=query.with_creator_detail,
            source_app=query.with_source_app_detail,
        )
        for tenant in found.items
    ]
    return TenantListPagingDto(total_count=found.total, items=items)


async def get_tenant(request: V3Request, query: GetTenantQuery | GetTenantLittleInfoQuery) -> TenantRespDto:
    refuse_unbuilt(withAppDetail=query.with_app_detail)
    tenant = await request.services.tenants.get(request.caller, query.tenant_id)
    return await _whole(
        request,
        tenant,
        members=query.with_members_count,
        creator=query.with_creator_detail,
        source_app=query.with_source_app_detail,
    )


async def get_tenant_by_code(request: V3Request, query: GetTenantByCodeQuery) -> TenantRespDto:
    return await _whole(request, await request.services.tenants.get_by_code(request.caller, query.code))


async def create_tenant(request: V3Request, body: CreateTenantDto) -> TenantDto:
    for field in ("expire_time", "mau_amount", "member_amount", "admin_amount"):
        if getattr(body, field) is not None:
            raise NotSupported(what=f"create-tenant {field}")
    values = {
        "description": body.description,
        "logo": _logo(body.logo),
        "reject_hint": body.reject_hint,
        "source_app_id": body.source_app_id,
        "enterprise_domains": tuple(body.enterprise_domains or ()),
    }
    return _tenant(await request.services.tenants.create(request.caller, body.name, body.app_ids, values))


async def update_tenant(request: V3Request, body: UpdateTenantDto) -> IsSuccessDto:
    values: dict[str, Any] = {}
    for field in ("name", "description", "reject_hint", "source_app_id"):
        if not isinstance(value := getattr(body, field), UnsetType):
            values[field] = value
    if values.get("name", "") is None:
        raise InvalidInput("name", *EMPTY)
    if not isinstance(body.logo, UnsetType):
        values["logo"] = _logo(body.logo)
    app_ids = None if isinstance(body.app_ids, UnsetType) else body.app_ids or []
    await request.services.tenants.update(request.caller, body.tenant_id, values, app_ids)
    return IsSuccessDto(success=True)


async def delete_tenant(request: V3Request, body: DeleteTenantDto) -> IsSuccessDto:
    await request.services.tenants.delete(request.caller, body.tenant_id)
    return IsSuccessDto(success=True)


# -- members ---------------------------------------------------------------------------------------------


async def list_tenant_users(request: V3Request, body: ListTenantUserDto) -> TenantUserListPagingDto:
    pagination = body.options.pagination if body.options else None
    asked = page(pagination.page, pagination.limit) if pagination else page(None, None)
    return await _members(request, body.tenant_id, asked, administrator=None, keyword=body.keywords)


async def list_tenant_admin(request: V3Request, body: ListTenantAdminDto) -> TenantUserListPagingDto:
    return await _members(
        request, body.tenant_id, page(body.page, body.limit), administrator=True, keyword=body.keywords
    )


async def get_tenant_user(request: V3Request, query: GetTenantUserQuery) -> TenantUserDto:
    """By `linkUserId` (the user) or `memberId` (the membership)."""
    links = [query.link_user_id] if query.link_user_id else None
    members = [query.member_id] if query.member_id else None
    [user_id] = await user_ids_of(request, query.tenant_id, links, members)
    return await _member_of(request, query.tenant_id, user_id)


async def create_tenant_user(request: V3Request, body: CreateTenantUserReqDto) -> TenantUserDto:
    """A new user of the pool who is a member from the start."""
    options = body.options
    if options and options.auto_generate_password:
        raise NotSupported(what="autoGeneratePassword")
    values = {name: value for name in _PROFILE if (value := getattr(body, name)) is not None}
    if options and options.reset_password_on_first_login:
        values["reset_password_on_next_login"] = True
    password, kept = body.password, bool(options and options.keep_password)
    if password and not kept:
        encryption = (options.password_encrypt_type if options else None) or "auto"
        password = await request.services.transport.read_new(password, encryption)
    draft = UserDraft(
        values,
        password=None if kept else password,
        password_hash=password if kept else None,
        password_salt=body.salt,
    )
    user = await request.services.tenants.create_member(request.caller, body.tenant_id, draft)
    return await _member_of(request, body.tenant_id, user.id)


async def update_tenant_user(request: V3Request, body: UpdateTenantUserDto) -> IsSuccessDto:
    """The profile of a member; a person has one profile in the whole pool."""
    links = None if isinstance(body.link_user_id, UnsetType) or not body.link_user_id else [body.link_user_id]
    members = None if isinstance(body.member_id, UnsetType) or not body.member_id else [body.member_id]
    [user_id] = await user_ids_of(request, body.tenant_id, links, members)
    await request.services.tenants.get_member(request.caller, body.tenant_id, user_id)
    if not isinstance(body.updates, dict) or not body.updates:
        raise InvalidInput("updates", "应为非空对象", "expected a non-empty object")
    known = {_camel(name): name for name in _PROFILE}
    updates = {name: value for name, value in body.updates.items() if name in known}
    for name, value in updates.items():
        if value is not None and not isinstance(value, str):
            raise InvalidInput(f"updates.{name}", *expected(STRING))
    values = {known[name]: value for name, value in updates.items()}
    await request.services.users.update(request.caller, user_id, UserDraft(values))
    return IsSuccessDto(success=True)


async def add_tenant_users(request: V3Request, body: AddTenantUsersDto) -> IsSuccessDto:
    await request.services.tenants.add_members(request.caller, body.tenant_id, body.link_user_ids)
    return IsSuccessDto(success=True)


async def remove_tenant_users(request: V3Request, body: RemoveTenantUsersDto) -> IsSuccessDto:
    user_ids = await user_ids_of(request, body.tenant_id, body.link_user_ids, body.member_ids)
    await request.services.tenants.remove_members(request.caller, body.tenant_id, user_ids)
    return IsSuccessDto(success=True)


async def delete_tenant_user(request: V3Request, body: RemoveTenantUsersDto) -> None:
    await remove_tenant_users(request, body)


async def set_tenant_admin(request: V3Request, body: RemoveTenantUsersDto) -> None:
    user_ids = await user_ids_of(request, body.tenant_id, body.link_user_ids, body.member_ids)
    await request.services.tenants.add_administrators(request.caller, body.tenant_id, user_ids)


async def delete_tenant_admin(request: V3Request, body: GetTenantUserDto) -> None:
    tenant_id = _text(body.tenant_id, "tenantId")
    if tenant_id is None:
        raise Missing("tenantId")
    link, member = _text(body.link_user_id, "linkUserId"), _text(body.member_id, "memberId")
    user_ids = await user_ids_of(request, tenant_id, [link] if link else None, [member] if member else None)
    await request.services.tenants.remove_administrators(request.caller, tenant_id, user_ids)


async def user_ids_of(
    request: V3Request, tenant_id: str, links: Sequence[str] | None, members: Sequence[str] | None
) -> list[str]:
    if not links and not members:
        raise InvalidInput(
            "linkUserIds",
            "linkUserIds 与 memberIds 至少填写一个",
            "one of linkUserIds and memberIds is required",
        )
    of_members = (
        await request.services.tenants.users_of_members(request.caller, tenant_id, members) if members else ()
    )
    return list(dict.fromkeys([*(links or ()), *of_members]))


async def _members(
    request: V3Request,
    tenant_id: str,
    asked: PageRequest,
    *,
    administrator: bool | None,
    keyword: str | None,
) -> TenantUserListPagingDto:
    found = await request.services.tenants.list_members(
        request.caller, tenant_id, asked, administrator=administrator, keyword=keyword or None
    )
    users = await request.services.users.list_by_ids(request.caller, [one.user_id for one in found.items])
    people = {user.id: user for user in users}
    items = [_member(request, one, people[one.user_id]) for one in found.items if one.user_id in people]
    return TenantUserListPagingDto(total_count=found.total, items=items)


async def _member_of(request: V3Request, tenant_id: str, user_id: str) -> TenantUserDto:
    member = await request.services.tenants.get_member(request.caller, tenant_id, user_id)
    users = await request.services.users.list_by_ids(request.caller, [user_id])
    if not users:
        raise UserNotFound(user_id=user_id)
    return _member(request, member, users[0])


# -- shapes ----------------------------------------------------------------------------------------------


async def _whole(
    request: V3Request,
    tenant: Tenant,
    *,
    members: bool | None = None,
    creator: bool | None = None,
    source_app: bool | None = None,
) -> TenantRespDto:
    app = await _source_app(request, tenant.source_app_id) if source_app and tenant.source_app_id else None
    return TenantRespDto(
        **_common(tenant),
        members_count=tenant.members if members else None,
        creator_detail={"id": tenant.creator} if creator else None,
        source_app_detail=app,
    )


async def _source_app(request: V3Request, app_id: str) -> dict[str, Any] | None:
    """None of one that is gone: the tenant stays, and tells its id."""
    try:
        found = await request.services.apps.get(request.caller, app_id)
    except AppNotFound:
        return None
    return {"appId": found.id, "appName": found.name, "appLogo": found.logo}


def _tenant(tenant: Tenant) -> TenantDto:
    return TenantDto(**_common(tenant))


def _common(tenant: Tenant) -> dict[str, Any]:
    return {
        "tenant_id": tenant.id,
        "user_pool_id": tenant.pool_id,
        "name": tenant.name,
        "description": tenant.description,
        "logo": tenant.logo or "",
        "reject_hint": tenant.reject_hint,
        "app_ids": list(tenant.app_ids),
        "creator": tenant.creator,
        "source_app_id": tenant.source_app_id or "",
        "source": "APP" if tenant.source_app_id else "CREATED",
        "code": tenant.code,
        "host": "",
        "enterprise_domains": list(tenant.enterprise_domains),
    }


def _member(request: V3Request, member: Member, user: User) -> TenantUserDto:
    shown = {name: getattr(user, name) for name in _SHOWN}
    shown["photo"] = user.photo or request.services.avatar
    shown["gender"] = GENDERS.get(user.gender, "U")
    return TenantUserDto(
        **shown,
        user_pool_id=request.caller.pool_id,
        tenant_id=member.tenant_id,
        member_id=member.id,
        link_user_id=member.user_id,
        is_tenant_admin=member.administrator,
    )


def _logo(given: list[str] | None) -> str | None:
    """The contract's type is a list; one picture is kept."""
    return given[0] if given else None


def _text(value: Any, field: str) -> str | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        raise InvalidInput(field, *expected(STRING))
    return value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-tenants",
        request=ListTenantsQuery,
        response=TenantListPagingDto,
        handler=list_tenants,
        scope="tenants:read",
        summary="List tenants",
    ),
    Endpoint(
        "GET",
        "get-tenant",
        request=GetTenantQuery,
        response=TenantRespDto,
        handler=get_tenant,
        scope="tenants:read",
        summary="One tenant",
    ),
    Endpoint(
        "GET",
        "get-tenant-little-info",
        request=GetTenantLittleInfoQuery,
        response=TenantRespDto,
        handler=get_tenant,
        scope="tenants:read",
        summary="One tenant, in brief",
    ),
    Endpoint(
        "GET",
        "get-tenant-by-code",
        request=GetTenantByCodeQuery,
        response=TenantRespDto,
        handler=get_tenant_by_code,
        scope="tenants:read",
        summary="The tenant of a code",
    ),
    Endpoint(
        "POST",
        "create-tenant",
        request=CreateTenantDto,
        response=TenantDto,
        handler=create_tenant,
        scope="tenants:write",
        summary="Create a tenant",
        blank=frozenset({"appIds"}),
    ),
    Endpoint(
        "POST",
        "update-tenant",
        request=UpdateTenantDto,
        response=IsSuccessDto,
        handler=update_tenant,
        scope="tenants:write",
        summary="Change a tenant",
    ),
    Endpoint(
        "POST",
        "delete-tenant",
        request=DeleteTenantDto,
        response=IsSuccessDto,
        handler=delete_tenant,
        scope="tenants:write",
        summary="Delete a tenant; its people stay in the pool",
    ),
    Endpoint(
        "POST",
        "list-tenant-users",
        request=ListTenantUserDto,
        response=TenantUserListPagingDto,
        handler=list_tenant_users,
        scope="tenants:read",
        also=PEOPLE,
        summary="Members of a tenant",
    ),
    Endpoint(
        "POST",
        "list-tenant-admin",
        request=ListTenantAdminDto,
        response=TenantUserListPagingDto,
        handler=list_tenant_admin,
        scope="tenants:read",
        also=PEOPLE,
        summary="Administrators of a tenant",
    ),
    Endpoint(
        "GET",
        "get-tenant-user",
        request=GetTenantUserQuery,
        response=TenantUserDto,
        handler=get_tenant_user,
        scope="tenants:read",
        also=PEOPLE,
        summary="One member",
    ),
    Endpoint(
        "POST",
        "create-tenant-user",
        request=CreateTenantUserReqDto,
        response=TenantUserDto,
        handler=create_tenant_user,
        scope="tenants:write",
        also=frozenset({"users:read", "users:write"}),
        summary="Create a user who is a member",
    ),
    Endpoint(
        "POST",
        "update-tenant-user",
        request=UpdateTenantUserDto,
        response=IsSuccessDto,
        handler=update_tenant_user,
        scope="tenants:write",
        summary="Change a member's profile",
    ),
    Endpoint(
        "POST",
        "add-tenant-users",
        request=AddTenantUsersDto,
        response=IsSuccessDto,
        handler=add_tenant_users,
        scope="tenants:write",
        summary="Make users members, all or none",
    ),
    Endpoint(
        "POST",
        "remove-tenant-users",
        request=RemoveTenantUsersDto,
        response=IsSuccessDto,
        handler=remove_tenant_users,
        scope="tenants:write",
        summary="Remove members, all or none",
    ),
    Endpoint(
        "POST",
        "delete-tenant-user",
        request=RemoveTenantUsersDto,
        response=None,
        handler=delete_tenant_user,
        scope="tenants:write",
        summary="Remove members, all or none",
    ),
    Endpoint(
        "POST",
        "set-tenant-admin",
        request=RemoveTenantUsersDto,
        response=None,
        handler=set_tenant_admin,
        scope="tenants:write",
        summary="Make members administrators of the tenant",
    ),
    Endpoint(
        "POST",
        "delete-tenant-admin",
        request=GetTenantUserDto,
        response=None,
        handler=delete_tenant_admin,
        scope="tenants:write",
        summary="Take an administrator's office; they stay a member",
    ),
]
