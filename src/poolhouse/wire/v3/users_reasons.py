"""Why a user has a role and may use a resource: our own endpoints. Source: docs/contract/v3.md#one-user."""

from __future__ import annotations

from msgspec import field

from poolhouse.resources.model import DEFAULT_NAMESPACE
from poolhouse.resources.reasons import HeldRole, Reason, Reasoned, Source
from poolhouse.wire.v3.conversions import page, the_user
from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.common import Effect, ResourceType
from poolhouse.wire.v3.endpoint import PEOPLE, Endpoint, V3Request


class ExplainUserRolesQuery(Dto, kw_only=True):
    user_id: str


class SourceDto(Dto, kw_only=True):
    source_type: str
    code: str
    name: str
    direct: bool


class ExplainedRoleDto(Dto, kw_only=True):
    code: str
    name: str
    namespace: str
    direct: bool
    through: list[SourceDto]


class ExplainedRolesDto(Dto, kw_only=True):
    items: list[ExplainedRoleDto] = field(name="list")


class ExplainUserResourcesQuery(Dto, kw_only=True):
    user_id: str
    namespace: str | None = None
    page: Int | None = None
    limit: Int | None = None


class ReasonDto(Dto, kw_only=True):
    effect: Effect
    resource_code: str
    actions: list[str]
    conditional: bool
    policy_code: str | None
    source: SourceDto
    role_through: list[SourceDto]


class ExplainedResourceDto(Dto, kw_only=True):
    resource_code: str
    resource_type: ResourceType | None
    effect: Effect
    actions: list[str]
    reasons: list[ReasonDto]


class ExplainedResourcesDto(Dto, kw_only=True):
    total_count: Int
    items: list[ExplainedResourceDto] = field(name="list")


class ExplainActionDto(Dto, kw_only=True):
    user_id: str
    resource: str
    action: str
    namespace: str | None = None


class ExplainedActionDto(Dto, kw_only=True):
    allowed: bool
    reasons: list[ReasonDto]


async def explain_user_roles(request: V3Request, query: ExplainUserRolesQuery) -> ExplainedRolesDto:
    user = await the_user(request, query.user_id)
    found = await request.services.access_reasons.roles_of(request.caller, user.id)
    return ExplainedRolesDto(items=[_role(one) for one in found])


async def explain_user_resources(
    request: V3Request, query: ExplainUserResourcesQuery
) -> ExplainedResourcesDto:
    user = await the_user(request, query.user_id)
    found = await request.services.access_reasons.resources_of(
        request.caller, user.id, query.namespace or DEFAULT_NAMESPACE, page(query.page, query.limit)
    )
    return ExplainedResourcesDto(total_count=found.total, items=[_resource(one) for one in found.items])


async def explain_action(request: V3Request, body: ExplainActionDto) -> ExplainedActionDto:
    user = await the_user(request, body.user_id)
    allowed, reasons = await request.services.access_reasons.of_action(
        request.caller, user.id, body.resource, body.action, body.namespace or DEFAULT_NAMESPACE
    )
    return ExplainedActionDto(allowed=allowed, reasons=[_reason(one) for one in reasons])


def _role(one: HeldRole) -> ExplainedRoleDto:
    return ExplainedRoleDto(
        code=one.role.code,
        name=one.role.name or one.role.code,
        namespace=one.role.namespace,
        direct=any(source.type == "USER" for source in one.through),
        through=[source_dto(source) for source in one.through],
    )


def _resource(one: Reasoned) -> ExplainedResourceDto:
    resource = one.resource
    return ExplainedResourceDto(
        resource_code=resource.code,
        resource_type=resource.type.value if resource.type else None,
        effect=resource.effect.value,
        actions=list(resource.actions),
        reasons=[_reason(reason) for reason in one.reasons],
    )


def _reason(one: Reason) -> ReasonDto:
    return ReasonDto(
        effect=one.statement.effect.value,
        resource_code=one.statement.resource,
        actions=list(one.statement.actions),
        conditional=bool(one.statement.condition),
        policy_code=one.statement.policy,
        source=source_dto(one.source),
        role_through=[source_dto(source) for source in one.role_through],
    )


def source_dto(one: Source) -> SourceDto:
    kind = "DEPARTMENT" if one.type == "ORG" else one.type.value
    return SourceDto(source_type=kind, code=one.code, name=one.name, direct=one.direct)


ENDPOINTS = [
    Endpoint(
        "GET",
        "explain-user-roles",
        request=ExplainUserRolesQuery,
        response=ExplainedRolesDto,
        handler=explain_user_roles,
        scope="users:read",
        also=frozenset({"roles:read"}),
        summary="The roles of a user, each with how they came to it",
        ours=True,
    ),
    Endpoint(
        "GET",
        "explain-user-resources",
        request=ExplainUserResourcesQuery,
        response=ExplainedResourcesDto,
        handler=explain_user_resources,
        scope="users:read",
        also=frozenset({"resources:read"}),
        summary="The resources of a user, each with the reasons",
        ours=True,
    ),
    Endpoint(
        "POST",
        "explain-action",
        request=ExplainActionDto,
        response=ExplainedActionDto,
        handler=explain_action,
        scope="resources:read",
        also=PEOPLE,
        summary="Whether a user may do an action on a resource, and every statement that says so or denies it",
        ours=True,
    ),
]
