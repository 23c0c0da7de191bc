"""Who may use an application."""

from __future__ import annotations

from poolhouse.errors import NotSupported
from poolhouse.resources.model import DEFAULT_NAMESPACE, AccessRule, AppAccess, Effect, TargetType
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.dto.apps import (
    AuthorizeApplicationAccessDto,
    GetApplicationPermissionStrategyDataDto,
    GetApplicationPermissionStrategyQuery,
    ListApplicationAuthDataDto,
    ListApplicationAuthDto,
    ListApplicationAuthPaginatedDataDto,
    RevokeApplicationAccessDto,
    UpdateApplicationPermissionStrategyDataDto,
)
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def get_strategy(
    request: V3Request, query: GetApplicationPermissionStrategyQuery
) -> GetApplicationPermissionStrategyDataDto:
    request.caller.require_administrator()
    app = await request.services.apps.get(request.caller, query.app_id)
    denied = app.settings.default_access == "DENY_ALL"
    return GetApplicationPermissionStrategyDataDto(permission_strategy="DENY_ALL" if denied else "ALLOW_ALL")


async def update_strategy(
    request: V3Request, body: UpdateApplicationPermissionStrategyDataDto
) -> IsSuccessDto:
    settings = {"default_access": body.permission_strategy}
    await request.services.apps.update(request.caller, body.app_id, {}, settings)
    return IsSuccessDto(success=True)


async def authorize(request: V3Request, body: AuthorizeApplicationAccessDto) -> IsSuccessDto:
    """All or none; the last word about a target stands."""
    rules = [
        AccessRule(
            TargetType(item.target_type),
            tuple(item.target_identifier),
            Effect(item.effect),
            item.namespace_code or DEFAULT_NAMESPACE,
            bool(item.inherit_by_children),
        )
        for item in body.items
    ]
    await request.services.app_access.put_all(request.caller, body.app_id, rules)
    return IsSuccessDto(success=True)


async def revoke(request: V3Request, body: RevokeApplicationAccessDto) -> IsSuccessDto:
    """All or none."""
    rules = [
        AccessRule(
            TargetType(item.target_type),
            tuple(item.target_identifier),
            namespace=item.namespace_code or DEFAULT_NAMESPACE,
        )
        for item in body.items
    ]
    await request.services.app_access.delete_all(request.caller, body.app_id, rules)
    return IsSuccessDto(success=True)


async def list_rules(request: V3Request, body: ListApplicationAuthDto) -> ListApplicationAuthPaginatedDataDto:
    if body.target_name or body.target_type_list or body.effect or body.enabled is not None:
        raise NotSupported(what="list-applications-auth filters")
    found = await request.services.app_access.list(request.caller, body.app_id, page(body.page, body.limit))
    return ListApplicationAuthPaginatedDataDto(
        total_count=found.total, items=[_rule(rule) for rule in found.items]
    )


def _rule(rule: AppAccess) -> ListApplicationAuthDataDto:
    identifier = rule.target.identifier
    return ListApplicationAuthDataDto(
        id=f"{rule.app_id}:{rule.target.type}:{rule.namespace}:{identifier}",
        target_id=identifier,
        target_name=identifier,
        target_type=rule.target.type.value,
        effect=rule.effect.value,
        enabled=rule.enabled,
        permission_type="SUBJECT",
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-application-permission-strategy",
        request=GetApplicationPermissionStrategyQuery,
        response=GetApplicationPermissionStrategyDataDto,
        handler=get_strategy,
        scope="apps:read",
        summary="Who may use it by default",
    ),
    Endpoint(
        "POST",
        "update-application-permission-strategy",
        request=UpdateApplicationPermissionStrategyDataDto,
        response=IsSuccessDto,
        handler=update_strategy,
        scope="apps:write",
        summary="Change who may use it by default",
    ),
    Endpoint(
        "POST",
        "authorize-application-access",
        request=AuthorizeApplicationAccessDto,
        response=IsSuccessDto,
        handler=authorize,
        scope="apps:write",
        summary="Allow or deny targets the use of an application",
    ),
    Endpoint(
        "POST",
        "revoke-application-access",
        request=RevokeApplicationAccessDto,
        response=IsSuccessDto,
        handler=revoke,
        scope="apps:write",
        summary="Take rules about targets back",
    ),
    Endpoint(
        "POST",
        "list-applications-auth",
        request=ListApplicationAuthDto,
        response=ListApplicationAuthPaginatedDataDto,
        handler=list_rules,
        scope="apps:read",
        summary="The rules on who may use an application",
    ),
]
