"""Who may use an application."""

from __future__ import annotations

from poolhouse.errors import InvalidInput
from poolhouse.misfits import one_of
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    AccessFilter,
    AccessRule,
    AppAccess,
    Effect,
    TargetName,
    TargetType,
)
from poolhouse.users.model import UserKey
from poolhouse.wire.v3.conversions import may_name, page
from poolhouse.wire.v3.dto.apps import (
    AuthorizeApplicationAccessDto,
    BatchApplicationsAuthQuery,
    GetApplicationPermissionStrategyDataDto,
    GetApplicationPermissionStrategyQuery,
    GetSubjectAuthDataDto,
    GetSubjectAuthDetailQuery,
    ListApplicationAuthDataDto,
    ListApplicationAuthDto,
    ListApplicationAuthPaginatedDataDto,
    ListApplicationSubjectDataDto,
    ListApplicationSubjectDataListDto,
    ListAuthSubjectDto,
    RevokeApplicationAccessDto,
    UpdateApplicationPermissionStrategyDataDto,
    UpdateAuthEnabledDto,
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
    wanted = AccessFilter(
        types=tuple(_type(name) for name in body.target_type_list or ()),
        name=body.target_name or "",
        effect=Effect(body.effect) if body.effect else None,
        enabled=body.enabled,
    )
    found = await request.services.app_access.list(
        request.caller, body.app_id, page(body.page, body.limit), wanted
    )
    return ListApplicationAuthPaginatedDataDto(
        total_count=found.total, items=[_rule(rule) for rule in found.items]
    )


async def update_enabled(request: V3Request, body: UpdateAuthEnabledDto) -> IsSuccessDto:
    app_id, rule = _named(body.id, "id")
    await request.services.app_access.switch(
        request.caller, app_id, rule.type, rule.identifiers, body.enabled, rule.namespace
    )
    return IsSuccessDto(success=True)


async def delete_rules(request: V3Request, query: BatchApplicationsAuthQuery) -> IsSuccessDto:
    """All or none. One that is not there is passed over."""
    rules = [_named(id_, "authIds") for id_ in query.auth_ids]
    await request.services.app_access.delete_of_many(request.caller, rules)
    return IsSuccessDto(success=True)


async def list_of_subject(request: V3Request, body: ListAuthSubjectDto) -> ListApplicationSubjectDataListDto:
    """Every application here is self-built."""
    rules = await request.services.app_access.list_of_target(
        request.caller, TargetType(body.target_type), body.target_id
    )
    if body.app_type_list and "SELFBUILT" not in body.app_type_list:
        rules = ()
    items = []
    for rule in rules:
        app = await request.services.apps.get(request.caller, rule.app_id)
        if (
            (not body.app_name or body.app_name.casefold() in app.name.casefold())
            and (not body.effect or rule.effect in body.effect)
            and body.enabled in (None, rule.enabled)
        ):
            items.append(
                ListApplicationSubjectDataDto(
                    app_id=app.id,
                    logo=app.logo or "",
                    ext="",
                    template=app.settings.template or "",
                    app_type="SELFBUILT",
                    effect=rule.effect.value,
                )
            )
    return ListApplicationSubjectDataListDto(items=items)


async def get_subject_detail(request: V3Request, query: GetSubjectAuthDetailQuery) -> GetSubjectAuthDataDto:
    type_ = TargetType(query.target_type)
    found = await request.services.app_access.decisive(request.caller, query.app_id, type_, query.target_id)
    app = await request.services.apps.get(request.caller, query.app_id)
    about = found.target or TargetName(type_, query.target_id)
    return GetSubjectAuthDataDto(
        app_id=app.id,
        app_name=app.name,
        req_target_id=query.target_id,
        req_target_name=await _name(request, TargetName(type_, query.target_id)),
        req_target_type=query.target_type,
        target_type=about.type.value,
        target_name=await _name(request, about),
        auth_type="DEFAULT" if found.target is None else "SELF" if found.own else "SUBJECT",
    )


def _type(name: str) -> TargetType:
    if name not in TargetType.__members__:
        raise InvalidInput("targetTypeList", *one_of(TargetType))
    return TargetType(name)


async def _name(request: V3Request, target: TargetName) -> str:
    """What a person is called; anything else goes by its code or id."""
    if target.type is not TargetType.USER or not may_name(request, target.type):
        return target.identifier
    user = await request.services.users.find(request.caller, UserKey("id", target.identifier))
    return user.display_name if user else target.identifier


def _id(rule: AppAccess) -> str:
    return f"{rule.app_id}:{rule.target.type}:{rule.namespace}:{rule.target.identifier}"


def _named(id_: str, field: str) -> tuple[str, AccessRule]:
    """The application and the rule whose `_id` this is. Raises InvalidInput."""
    app_id, _, rest = id_.partition(":")
    type_, _, rest = rest.partition(":")
    namespace, _, identifier = rest.partition(":")
    if type_ not in TargetType.__members__ or not identifier:
        raise InvalidInput(field, "不是访问授权策略的 ID", "not the id of a rule")
    return app_id, AccessRule(TargetType(type_), (identifier,), namespace=namespace)


def _rule(rule: AppAccess) -> ListApplicationAuthDataDto:
    identifier = rule.target.identifier
    return ListApplicationAuthDataDto(
        id=_id(rule),
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
        summary="Who may use an application by default",
    ),
    Endpoint(
        "POST",
        "update-application-permission-strategy",
        request=UpdateApplicationPermissionStrategyDataDto,
        response=IsSuccessDto,
        handler=update_strategy,
        scope="apps:write",
        summary="Change who may use an application by default",
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
    Endpoint(
        "POST",
        "update-auth-enabled",
        request=UpdateAuthEnabledDto,
        response=IsSuccessDto,
        handler=update_enabled,
        scope="apps:write",
        summary="Switch a rule on or off",
    ),
    Endpoint(
        "DELETE",
        "batch-applications-auth",
        request=BatchApplicationsAuthQuery,
        response=IsSuccessDto,
        handler=delete_rules,
        scope="apps:write",
        summary="Take rules back by their ids, all or none",
    ),
    Endpoint(
        "POST",
        "list-subject-auth",
        request=ListAuthSubjectDto,
        response=ListApplicationSubjectDataListDto,
        handler=list_of_subject,
        scope="apps:read",
        summary="The applications with a rule on a subject",
    ),
    Endpoint(
        "GET",
        "get-subject-auth-detail",
        request=GetSubjectAuthDetailQuery,
        response=GetSubjectAuthDataDto,
        handler=get_subject_detail,
        scope="apps:read",
        summary="Why a subject may use an application, or may not",
    ),
]
