"""Administrators of several tenants, and members of a tenant in its departments.

Source: docs/contract/v3/tenants.md
"""

from __future__ import annotations

from dataclasses import replace

from poolhouse.errors import NotSupported
from poolhouse.orgs.model import Node
from poolhouse.paging import Page
from poolhouse.users.model import User
from poolhouse.wire.v3.conversions import page, time_or_none
from poolhouse.wire.v3.department_dtos import the_node
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.tenants import (
    AddTenantDepartmentMembersReqDto,
    CreateMultipleTenantAdminDto,
    GetMultipleTenantAdminQuery,
    ListMultipleTenantAdminsQuery,
    MultipleTenantAdminDto,
    MultipleTenantAdminListPagingDto,
    RemoveTenantDepartmentMembersReqDto,
)
from poolhouse.wire.v3.endpoint import PEOPLE, V3Request, family
from poolhouse.wire.v3.tenants import user_ids_of


async def create_multiple_tenant_admin(request: V3Request, body: CreateMultipleTenantAdminDto) -> None:
    """The same office as `set-tenant-admin` gives, in several tenants at once."""
    for field, wanted in (
        ("apiAuthorized", body.api_authorized),
        ("sendPhoneNotification", body.send_phone_notification),
        ("sendEmailNotification", body.send_email_notification),
    ):
        if wanted:
            raise NotSupported(what=f"create-multiple-tenant-admin {field}")
    await request.services.tenants.make_administrator(request.caller, body.user_id, body.tenant_ids)


async def get_multiple_tenant_admin(
    request: V3Request, query: GetMultipleTenantAdminQuery
) -> MultipleTenantAdminListPagingDto:
    """One row, or none for somebody whom no tenant has as its administrator."""
    found = await request.services.tenants.list_administrators(
        request.caller, page(1, 1), user_id=query.user_id
    )
    return _administrators(found)


async def list_multiple_tenant_admins(
    request: V3Request, query: ListMultipleTenantAdminsQuery
) -> MultipleTenantAdminListPagingDto:
    asked = page(query.page, query.limit)
    found = await request.services.tenants.list_administrators(
        request.caller, asked, keyword=query.keywords or None
    )
    return _administrators(found)


def _administrators(found: Page[User]) -> MultipleTenantAdminListPagingDto:
    """What they may do goes by access keys, so none of them is authorized for the interface by this office."""
    return MultipleTenantAdminListPagingDto(
        total_count=found.total,
        items=[
            MultipleTenantAdminDto(
                user_id=user.id,
                name=user.name or user.nickname or user.username or "",
                phone=user.phone or "",
                email=user.email or "",
                api_authorized=False,
                last_login=time_or_none(user.last_login) or "",
            )
            for user in found.items
        ],
    )


async def add_tenant_department_members(
    request: V3Request, body: AddTenantDepartmentMembersReqDto
) -> IsSuccessDto:
    tenant_id, node, user_ids = await _asked(request, body)
    await request.services.tenant_departments.add(request.caller, tenant_id, node, user_ids)
    return IsSuccessDto(success=True)


async def remove_tenant_department_members(
    request: V3Request, body: RemoveTenantDepartmentMembersReqDto
) -> IsSuccessDto:
    _, node, user_ids = await _asked(request, body)
    await request.services.tenant_departments.remove(request.caller, node, user_ids)
    return IsSuccessDto(success=True)


async def _asked(
    request: V3Request, body: AddTenantDepartmentMembersReqDto | RemoveTenantDepartmentMembersReqDto
) -> tuple[str, Node, list[str]]:
    node = await the_node(request, body.organization_code, body.department_id, body.department_id_type)
    tenant_id = await request.services.tenant_departments.tenant_of(
        request.caller, node, body.tenant_id or None
    )
    return tenant_id, node, await user_ids_of(request, tenant_id, body.link_user_ids, body.member_ids)


_row = family("tenants")

ENDPOINTS = [
    _row(
        "POST",
        "create-multiple-tenant-admin",
        CreateMultipleTenantAdminDto,
        None,
        create_multiple_tenant_admin,
        "Make a user an administrator of several tenants, all or none",
    ),
    replace(
        _row(
            "GET",
            "get-multiple-tenant-admin",
            GetMultipleTenantAdminQuery,
            MultipleTenantAdminListPagingDto,
            get_multiple_tenant_admin,
            "Whether a user administers any tenant",
        ),
        also=PEOPLE,
    ),
    replace(
        _row(
            "GET",
            "list-multiple-tenant-admins",
            ListMultipleTenantAdminsQuery,
            MultipleTenantAdminListPagingDto,
            list_multiple_tenant_admins,
            "Users who administer any tenant",
        ),
        also=PEOPLE,
    ),
    _row(
        "POST",
        "add-tenant-department-members",
        AddTenantDepartmentMembersReqDto,
        IsSuccessDto,
        add_tenant_department_members,
        "Put members of a tenant into a department of its organizations",
    ),
    _row(
        "POST",
        "remove-tenant-department-members",
        RemoveTenantDepartmentMembersReqDto,
        IsSuccessDto,
        remove_tenant_department_members,
        "Take members of a tenant out of a department of its organizations",
    ),
]
