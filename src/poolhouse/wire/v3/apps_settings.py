"""Of applications: whether a name is free, the second step they ask for, and those of tenants."""

from __future__ import annotations

from functools import partial

from poolhouse.apps.model import App
from poolhouse.errors import NotSupported
from poolhouse.paging import everything
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.dto.apps import (
    CheckDomainAvailable,
    CheckDomainAvailableDataDto,
    ListTenantApplicationsQuery,
    TenantApplicationDto,
    TenantApplicationListPagingDto,
    UpdateApplicationMfaSettingsDto,
)
from poolhouse.wire.v3.dto.common import FactorType, MFASettingsDto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def check_domain_available(
    request: V3Request, body: CheckDomainAvailable
) -> CheckDomainAvailableDataDto:
    return CheckDomainAvailableDataDto(
        available=await request.services.apps.is_identifier_free(request.caller, body.domain)
    )


async def update_mfa_settings(request: V3Request, body: UpdateApplicationMfaSettingsDto) -> MFASettingsDto:
    """Whoever enables and disables a factor at once disables it."""
    enabled, disabled = _factors(body.enabled_factors), _factors(body.disabled_factors)
    for factor in sorted(enabled - {"OTP"}):
        raise NotSupported(what=f"enabledFactors {factor}")
    request.caller.require_administrator()
    app = await request.services.apps.get(request.caller, body.app_id)
    required = app.settings.mfa_required
    if "OTP" in enabled | disabled:
        required = "OTP" not in disabled
        await request.services.apps.update(request.caller, app.id, {}, {"mfa_required": required})
    return MFASettingsDto(enabled_factors=["OTP"] if required else [])


async def list_tenant_applications(
    request: V3Request, query: ListTenantApplicationsQuery
) -> TenantApplicationListPagingDto:
    wanted = page(query.page, query.limit)
    words = (query.keywords or "").casefold()
    apps = [
        app
        for app in await _apps_of_tenants(request)
        if words in app.name.casefold() and query.sso_enabled in (None, app.settings.sso_enabled)
    ]
    items = [
        TenantApplicationDto(
            user_pool_id=app.pool_id,
            tenant_app_id=app.id,
            name=app.name,
            description=app.description,
            logo=app.logo or "",
            application_type=app.settings.platform,
            sso_enabled=app.settings.sso_enabled,
            app_id=app.id,
        )
        for app in apps[wanted.offset : wanted.offset + wanted.size]
    ]
    return TenantApplicationListPagingDto(total_count=len(apps), items=items)


async def _apps_of_tenants(request: V3Request) -> list[App]:
    """In the order of their tenants. Raises TenantNotFound for a header that names none."""
    service, caller = request.services.tenants, request.caller
    if tenant_id := request.headers.get("x-authing-tenant-id"):
        tenants = [await service.get(caller, tenant_id)]
    else:
        tenants = await everything(partial(service.list, caller))
    ids = dict.fromkeys(app_id for tenant in tenants for app_id in tenant.app_ids)
    return [await request.services.apps.get(caller, app_id) for app_id in ids]


def _factors(given: list[FactorType] | object) -> set[FactorType]:
    return set(given) if isinstance(given, list) else set()


ENDPOINTS = [
    Endpoint(
        "POST",
        "check-domain-available",
        request=CheckDomainAvailable,
        response=CheckDomainAvailableDataDto,
        handler=check_domain_available,
        scope="apps:read",
        summary="Whether no application has this identifier",
    ),
    Endpoint(
        "POST",
        "update-application-mfa-settings",
        request=UpdateApplicationMfaSettingsDto,
        response=MFASettingsDto,
        handler=update_mfa_settings,
        scope="apps:write",
        summary="Set whether sign-ins at an application take a second step",
    ),
    Endpoint(
        "GET",
        "list-tenant-applications",
        request=ListTenantApplicationsQuery,
        response=TenantApplicationListPagingDto,
        handler=list_tenant_applications,
        scope="apps:read",
        summary="Applications of a tenant, or of any",
    ),
]
