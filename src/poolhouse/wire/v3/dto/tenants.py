"""Tenants. Source: docs/contract/v3/tenants.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import DepartmentIdType, Gender, PaginationDto, PasswordEncryptType


class AddTenantDepartmentMembersReqDto(Dto, kw_only=True):
    organization_code: str
    department_id: str
    department_id_type: DepartmentIdType | None = None
    link_user_ids: list[str] | None = None
    member_ids: list[str] | None = None
    tenant_id: str | None = None


class AddTenantUsersDto(Dto, kw_only=True):
    link_user_ids: list[str]
    tenant_id: str


class CreateMultipleTenantAdminDto(Dto, kw_only=True):
    tenant_ids: list[str]
    user_id: str
    api_authorized: bool | None = None
    send_phone_notification: bool | None = None
    send_email_notification: bool | None = None


class CreateTenantDto(Dto, kw_only=True):
    name: str
    app_ids: list[str]
    logo: list[str] | None = None
    description: str | None = None
    reject_hint: str | None = None
    source_app_id: str | None = None
    enterprise_domains: list[str] | None = None
    expire_time: str | None = None
    mau_amount: Int | None = None
    member_amount: Int | None = None
    admin_amount: Int | None = None


class CreateTenantUserOptionsDto(Dto, kw_only=True):
    keep_password: bool | None = None
    auto_generate_password: bool | None = None
    reset_password_on_first_login: bool | None = None
    password_encrypt_type: PasswordEncryptType | None = None


class CreateTenantUserReqDto(Dto, kw_only=True):
    tenant_id: str
    gender: Gender
    email: str | None = None
    phone: str | None = None
    phone_country_code: str | None = None
    username: str | None = None
    name: str | None = None
    nickname: str | None = None
    photo: str | None = None
    birthdate: str | None = None
    country: str | None = None
    province: str | None = None
    city: str | None = None
    address: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    preferred_username: str | None = None
    password: str | None = None
    salt: str | None = None
    options: CreateTenantUserOptionsDto | None = None


class DeleteTenantDto(Dto, kw_only=True):
    tenant_id: str


class GetTenantUserDto(Dto, kw_only=True):
    tenant_id: Any = None
    link_user_id: Any = None
    member_id: Any = None


class ListTenantAdminDto(Dto, kw_only=True):
    tenant_id: str
    keywords: str | None = None
    page: str | None = None
    limit: str | None = None


class ListTenantUserDto(Dto, kw_only=True):
    tenant_id: str
    keywords: str | None = None
    options: ListTenantUsersOptionsDto | None = None


class ListTenantUsersOptionsDto(Dto, kw_only=True):
    pagination: PaginationDto | None = None


class MultipleTenantAdminDto(Dto, kw_only=True):
    user_id: str
    name: str
    phone: str
    email: str
    api_authorized: bool | None = None
    last_login: str


class MultipleTenantAdminListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[MultipleTenantAdminDto] = field(name="list")


class RemoveTenantDepartmentMembersReqDto(Dto, kw_only=True):
    organization_code: str
    department_id: str
    department_id_type: DepartmentIdType | None = None
    link_user_ids: list[str] | None = None
    member_ids: list[str] | None = None
    tenant_id: str | None = None


class RemoveTenantUsersDto(Dto, kw_only=True):
    tenant_id: str
    link_user_ids: list[str] | None = None
    member_ids: list[str] | None = None


class TenantDto(Dto, kw_only=True):
    tenant_id: str
    user_pool_id: str
    name: str
    description: str | None = None
    logo: str
    reject_hint: str | None = None
    app_ids: list[str]
    creator: str
    source_app_id: str
    source: str
    code: str
    host: str
    enterprise_domains: list[str]


class TenantListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[TenantRespDto] = field(name="list")


class TenantRespDto(TenantDto, kw_only=True):
    creator_detail: Any = None
    source_app_detail: Any = None
    members_count: Int | None = None


class TenantUserDto(Dto, kw_only=True):
    email: str | None = None
    phone: str | None = None
    phone_country_code: str | None = None
    username: str | None = None
    name: str | None = None
    nickname: str | None = None
    photo: str | None = None
    logins_count: Int | None = None
    last_ip: str | None = None
    gender: Gender
    birthdate: str | None = None
    country: str | None = None
    province: str | None = None
    city: str | None = None
    address: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    preferred_username: str | None = None
    last_login_app: str | None = None
    user_pool_id: str
    tenant_id: str
    member_id: str
    link_user_id: str
    is_tenant_admin: bool
    password: str | None = None
    salt: str | None = None


class TenantUserListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[TenantUserDto] = field(name="list")


class UpdateTenantDto(Dto, kw_only=True):
    tenant_id: str
    name: Maybe[str] = UNSET
    app_ids: Maybe[list[str]] = UNSET
    logo: Maybe[list[str]] = UNSET
    description: Maybe[str] = UNSET
    reject_hint: Maybe[str] = UNSET
    source_app_id: Maybe[str] = UNSET


class UpdateTenantUserDto(Dto, kw_only=True):
    updates: Any
    tenant_id: str
    link_user_id: Maybe[str] = UNSET
    member_id: Maybe[str] = UNSET


class GetMultipleTenantAdminQuery(Dto, kw_only=True):
    user_id: str


class GetTenantByCodeQuery(Dto, kw_only=True):
    code: str


class GetTenantLittleInfoQuery(Dto, kw_only=True):
    tenant_id: str
    with_members_count: bool | None = None
    with_app_detail: bool | None = None
    with_creator_detail: bool | None = None
    with_source_app_detail: bool | None = None


class GetTenantQuery(Dto, kw_only=True):
    tenant_id: str
    with_members_count: bool | None = None
    with_app_detail: bool | None = None
    with_creator_detail: bool | None = None
    with_source_app_detail: bool | None = None


class GetTenantUserQuery(Dto, kw_only=True):
    tenant_id: str
    link_user_id: str | None = None
    member_id: str | None = None


class ListMultipleTenantAdminsQuery(Dto, kw_only=True):
    keywords: str | None = None
    page: str | None = None
    limit: str | None = None


class ListTenantsQuery(Dto, kw_only=True):
    keywords: str | None = None
    with_members_count: bool | None = None
    with_app_detail: bool | None = None
    with_creator_detail: bool | None = None
    with_source_app_detail: bool | None = None
    page: str | None = None
    limit: str | None = None
    source: Any = None
