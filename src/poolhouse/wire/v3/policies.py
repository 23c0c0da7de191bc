"""Policies of resources and whom they are assigned to: our own endpoints, for the clients have them in v2 alone.

Source: docs/contract/v3.md#policies
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from msgspec import Struct, field

from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    Effect,
    Policy,
    PolicyAssignment,
    ResourceType,
    Statement,
    TargetName,
)
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import may_name, page
from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.common import IsSuccessDto, TargetType
from poolhouse.wire.v3.dto.common import ResourceType as ResourceWord
from poolhouse.wire.v3.endpoint import Endpoint, Handler, Method, V3Request, family
from poolhouse.wire.v3.resources import TARGET_NAMES, TARGETS


class PolicyTermDto(Dto, kw_only=True):
    param: str
    operator: str
    value: Any


class PolicyStatementDto(Dto, kw_only=True):
    effect: Literal["ALLOW", "DENY"] = "ALLOW"
    resource: str
    actions: list[str]
    resource_type: ResourceWord | None = None
    condition: list[PolicyTermDto] = field(default_factory=list)


class PolicyDto(Dto, kw_only=True):
    code: str
    namespace: str
    description: str | None
    built_in: bool
    statements: list[PolicyStatementDto]
    assignments_count: Int
    created_at: str
    updated_at: str


class PoliciesDto(Dto, kw_only=True):
    total_count: Int
    items: list[PolicyDto] = field(name="list")


class ListPoliciesQuery(Dto, kw_only=True):
    namespace: str | None = None
    query: str | None = None
    exclude_built_in: bool = False
    page: Int = 1
    limit: Int = 50


class PolicyQuery(Dto, kw_only=True):
    code: str
    namespace: str | None = None


class CreatePolicyDto(Dto, kw_only=True):
    code: str
    statements: list[PolicyStatementDto]
    namespace: str | None = None
    description: str | None = None


class UpdatePolicyDto(Dto, kw_only=True):
    code: str
    namespace: str | None = None
    new_code: str | None = None
    description: str | None = None
    statements: list[PolicyStatementDto] | None = None


class ListPolicyAssignmentsQuery(Dto, kw_only=True):
    code: str | None = None
    namespace: str | None = None
    target_type: TargetType | None = None
    target_identifier: str | None = None
    page: Int = 1
    limit: Int = 50


class PolicyAssignmentDto(Dto, kw_only=True):
    code: str
    namespace: str
    target_type: TargetType
    target_identifier: str
    target_name: str
    inherit_by_children: bool
    enabled: bool
    assigned_at: str


class PolicyAssignmentsDto(Dto, kw_only=True):
    total_count: Int
    items: list[PolicyAssignmentDto] = field(name="list")


class AssignPolicyDto(Dto, kw_only=True):
    code: str
    target_type: TargetType
    target_identifiers: list[str]
    namespace: str | None = None
    inherit_by_children: bool | None = None


class RevokePolicyDto(Dto, kw_only=True):
    code: str
    target_type: TargetType
    target_identifiers: list[str]
    namespace: str | None = None


class SwitchPolicyAssignmentDto(Dto, kw_only=True):
    code: str
    target_type: TargetType
    target_identifier: str
    enabled: bool
    namespace: str | None = None


# -- policies ----------------------------------------------------------------------------------------------


async def list_policies(request: V3Request, query: ListPoliciesQuery) -> PoliciesDto:
    found = await request.services.policies.list(
        request.caller,
        page(query.page, query.limit),
        query.namespace or None,
        exclude_default=query.exclude_built_in,
        keyword=query.query or "",
    )
    return PoliciesDto(total_count=found.total, items=[_policy(one) for one in found.items])


async def get_policy(request: V3Request, query: PolicyQuery) -> PolicyDto:
    return _policy(await request.services.policies.get(request.caller, query.code, _space(query.namespace)))


async def create_policy(request: V3Request, body: CreatePolicyDto) -> PolicyDto:
    made = await request.services.policies.create(
        request.caller,
        body.code,
        _statements(body.statements),
        description=body.description,
        namespace=_space(body.namespace),
    )
    return _policy(made)


async def update_policy(request: V3Request, body: UpdatePolicyDto) -> PolicyDto:
    """A null, or an empty code, leaves a thing as it is."""
    changed = await request.services.policies.update(
        request.caller,
        body.code,
        new_code=body.new_code or None,
        description=body.description,
        statements=None if body.statements is None else _statements(body.statements),
        namespace=_space(body.namespace),
    )
    return _policy(changed)


async def delete_policy(request: V3Request, body: PolicyQuery) -> IsSuccessDto:
    await request.services.policies.delete(request.caller, [body.code], _space(body.namespace))
    return IsSuccessDto(success=True)


# -- assignments -------------------------------------------------------------------------------------------


async def list_policy_assignments(
    request: V3Request, query: ListPolicyAssignmentsQuery
) -> PolicyAssignmentsDto:
    kind = TARGETS[query.target_type] if query.target_type else None
    found = await request.services.policies.list_assignments(
        request.caller,
        page(query.page, query.limit),
        code=query.code or None,
        target=TargetName(kind, query.target_identifier) if kind and query.target_identifier else None,
        target_type=kind,
        namespace=_space(query.namespace),
        only=tuple(TARGETS.values()),
    )
    return PolicyAssignmentsDto(
        total_count=found.total, items=[_assignment(request, one) for one in found.items]
    )


async def assign_policy(request: V3Request, body: AssignPolicyDto) -> IsSuccessDto:
    await request.services.policies.assign(
        request.caller,
        [body.code],
        TARGETS[body.target_type],
        body.target_identifiers,
        inherit_by_children=body.inherit_by_children,
        namespace=_space(body.namespace),
    )
    return IsSuccessDto(success=True)


async def revoke_policy(request: V3Request, body: RevokePolicyDto) -> IsSuccessDto:
    await request.services.policies.unassign(
        request.caller,
        [body.code],
        TARGETS[body.target_type],
        body.target_identifiers,
        namespace=_space(body.namespace),
    )
    return IsSuccessDto(success=True)


async def switch_policy_assignment(request: V3Request, body: SwitchPolicyAssignmentDto) -> IsSuccessDto:
    await request.services.policies.switch(
        request.caller,
        body.code,
        TargetName(TARGETS[body.target_type], body.target_identifier),
        body.enabled,
        namespace=_space(body.namespace),
    )
    return IsSuccessDto(success=True)


# -- conversions -------------------------------------------------------------------------------------------


def _space(given: str | None) -> str:
    return given or DEFAULT_NAMESPACE


def _statements(given: Sequence[PolicyStatementDto]) -> list[Statement]:
    return [
        Statement(
            Effect(one.effect),
            one.resource,
            tuple(one.actions),
            ResourceType(one.resource_type) if one.resource_type else None,
            tuple(
                {"param": term.param, "operator": term.operator, "value": term.value}
                for term in one.condition
            ),
        )
        for one in given
    ]


def _policy(one: Policy) -> PolicyDto:
    return PolicyDto(
        code=one.code,
        namespace=one.namespace,
        description=one.description,
        built_in=one.is_default,
        statements=[_statement(each) for each in one.statements],
        assignments_count=one.assignments_count,
        created_at=v3_time(one.created_at),
        updated_at=v3_time(one.updated_at),
    )


def _statement(one: Statement) -> PolicyStatementDto:
    kind: Any = one.resource_type.value if one.resource_type else None
    return PolicyStatementDto(
        effect=one.effect.value,
        resource=one.resource,
        actions=list(one.actions),
        resource_type=kind,
        condition=[_term(term) for term in one.condition],
    )


def _term(term: Mapping[str, Any]) -> PolicyTermDto:
    return PolicyTermDto(
        param=term.get("param") or "", operator=term.get("operator") or "", value=term.get("value")
    )


def _assignment(request: V3Request, one: PolicyAssignment) -> PolicyAssignmentDto:
    """To a key that may not know what a target is called, its identifier."""
    named = one.name if may_name(request, one.target.type) else ""
    return PolicyAssignmentDto(
        code=one.policy_code,
        namespace=one.namespace,
        target_type=TARGET_NAMES[one.target.type],
        target_identifier=one.target.identifier,
        target_name=named or one.target.identifier,
        inherit_by_children=one.inherit_by_children,
        enabled=one.enabled,
        assigned_at=v3_time(one.created_at),
    )


def _row(
    method: Method, path: str, request: type[Struct], response: Any, handler: Handler, summary: str
) -> Endpoint:
    return replace(family("resources")(method, path, request, response, handler, summary), ours=True)


ENDPOINTS = [
    _row("GET", "list-policies", ListPoliciesQuery, PoliciesDto, list_policies, "List policies of resources"),
    _row("GET", "get-policy", PolicyQuery, PolicyDto, get_policy, "Get a policy with its statements"),
    _row(
        "POST",
        "create-policy",
        CreatePolicyDto,
        PolicyDto,
        create_policy,
        "Create a policy of statements about resources",
    ),
    _row(
        "POST",
        "update-policy",
        UpdatePolicyDto,
        PolicyDto,
        update_policy,
        "Update a policy; a list of statements replaces the old one",
    ),
    _row(
        "POST",
        "delete-policy",
        PolicyQuery,
        IsSuccessDto,
        delete_policy,
        "Delete a policy with its assignments",
    ),
    _row(
        "GET",
        "list-policy-assignments",
        ListPolicyAssignmentsQuery,
        PolicyAssignmentsDto,
        list_policy_assignments,
        "List whom a policy is assigned to, or what is assigned to somebody",
    ),
    _row(
        "POST",
        "assign-policy",
        AssignPolicyDto,
        IsSuccessDto,
        assign_policy,
        "Assign a policy to users, groups, roles or departments",
    ),
    _row(
        "POST",
        "revoke-policy",
        RevokePolicyDto,
        IsSuccessDto,
        revoke_policy,
        "Take a policy from somebody who has it",
    ),
    _row(
        "POST",
        "switch-policy-assignment",
        SwitchPolicyAssignmentDto,
        IsSuccessDto,
        switch_policy_assignment,
        "Switch an assignment on or off",
    ),
]
