"""Data policies and whom they are given to. Source: docs/contract/v3/permissions.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from poolhouse.errors import InvalidInput
from poolhouse.permissions.model import TARGET_TYPES, DataPolicy, DraftStatement, NamedTarget
from poolhouse.resources.model import Effect, TargetType
from poolhouse.times import v3_time
from poolhouse.wire.sentences import said
from poolhouse.wire.v3.conversions import may_name, page, require_naming
from poolhouse.wire.v3.data_resources import comma_joined
from poolhouse.wire.v3.dto.permissions import (
    CheckDataPolicyExistsQuery,
    CheckParamsDataPolicyRespDto,
    CreateAuthorizeDataPolicyDto,
    CreateDataPolicyDto,
    CreateDataPolicyRespDto,
    DataPoliciesPaginatedRespDto,
    DataPoliciesSimplePaginatedRespDto,
    DataResourceSimpleRespDto,
    DataStatementPermissionDto,
    DataSubjectRespDto,
    DeleteAuthorizeDataPolicyDto,
    DeleteDataPolicyDto,
    GetDataPolicyQuery,
    GetDataPolicyRespDto,
    ListDataPoliciesQuery,
    ListDataPoliciesRespDto,
    ListDataPolicySubjectPageDto,
    ListDataPolicyTargetsQuery,
    ListSimpleDataPoliciesQuery,
    ListSimpleDataPoliciesRespDto,
    SubjectRespDto,
    UpdateDataPolicyDto,
    UpdateDataPolicyRespDto,
)
from poolhouse.wire.v3.endpoint import V3Request, family

_TYPES: dict[str, TargetType] = {type_.value: type_ for type_ in TARGET_TYPES}


async def create_data_policy(request: V3Request, body: CreateDataPolicyDto) -> CreateDataPolicyRespDto:
    made = await request.services.data_policies.create(
        request.caller, body.policy_name, _statements(body.statement_list), body.description
    )
    return CreateDataPolicyRespDto(**_shown(made))


async def get_data_policy(request: V3Request, query: GetDataPolicyQuery) -> GetDataPolicyRespDto:
    policy, statements = await request.services.data_policies.get(request.caller, query.policy_id)
    return GetDataPolicyRespDto(
        **_shown(policy),
        statement_list=[
            DataStatementPermissionDto(effect=one.effect.value, permissions=list(one.permissions))
            for one in statements
        ],
    )


async def list_data_policies(
    request: V3Request, query: ListDataPoliciesQuery
) -> DataPoliciesPaginatedRespDto:
    """Of each the first 50 resources and targets."""
    found = await request.services.data_policies.list_with_surroundings(
        request.caller, page(query.page, query.limit), query.query
    )
    return DataPoliciesPaginatedRespDto(
        total_count=found.total,
        items=[
            ListDataPoliciesRespDto(
                policy_name=one.policy.name,
                description=one.policy.description,
                resource_list=[
                    DataResourceSimpleRespDto(resource_id=id_, resource_name=name)
                    for id_, name in one.resources
                ],
                policy_id=one.policy.id,
                target_list=[_subject(request, target) for target in one.targets],
                updated_at=v3_time(one.policy.updated_at),
            )
            for one in found.items
        ],
    )


async def list_simple_data_policies(
    request: V3Request, query: ListSimpleDataPoliciesQuery
) -> DataPoliciesSimplePaginatedRespDto:
    found = await request.services.data_policies.list(
        request.caller, page(query.page, query.limit), query.query
    )
    return DataPoliciesSimplePaginatedRespDto(
        total_count=found.total,
        items=[
            ListSimpleDataPoliciesRespDto(policy_id=one.id, policy_name=one.name, description=one.description)
            for one in found.items
        ],
    )


async def update_data_policy(request: V3Request, body: UpdateDataPolicyDto) -> UpdateDataPolicyRespDto:
    """A null, or an empty name, leaves a thing as it is; an empty list of statements clears them."""
    changed = await request.services.data_policies.update(
        request.caller,
        body.policy_id,
        name=body.policy_name or None,
        description=body.description,
        statements=None if body.statement_list is None else _statements(body.statement_list),
    )
    return UpdateDataPolicyRespDto(**_shown(changed))


async def delete_data_policy(request: V3Request, body: DeleteDataPolicyDto) -> None:
    await request.services.data_policies.delete(request.caller, body.policy_id)


async def check_data_policy_exists(
    request: V3Request, query: CheckDataPolicyExistsQuery
) -> CheckParamsDataPolicyRespDto:
    """`isValid`: nobody has it, so it may be taken."""
    taken = await request.services.data_policies.name_taken(request.caller, query.policy_name)
    return CheckParamsDataPolicyRespDto(
        is_valid=not taken, message=said("数据策略名称已存在", request.caller.lang) if taken else None
    )


async def authorize_data_policies(request: V3Request, body: CreateAuthorizeDataPolicyDto) -> None:
    await request.services.data_policies.authorize(
        request.caller, body.policy_ids, [(_TYPES[one.type], one.id) for one in body.target_list]
    )


async def revoke_data_policy(request: V3Request, body: DeleteAuthorizeDataPolicyDto) -> None:
    await request.services.data_policies.revoke(
        request.caller, body.policy_id, _TYPES[body.target_type], body.target_identifier
    )


async def list_data_policy_targets(
    request: V3Request, query: ListDataPolicyTargetsQuery
) -> ListDataPolicySubjectPageDto:
    types = comma_joined(query.target_type)
    if unknown := [one for one in types if one not in _TYPES]:
        raise InvalidInput("targetType", f"不支持 {unknown[0][:64]}", f"{unknown[0][:64]} is none")
    if query.query:
        require_naming(request, [_TYPES[one] for one in types] or TARGET_TYPES)
    found = await request.services.data_policies.list_targets(
        request.caller,
        query.policy_id,
        page(query.page, query.limit),
        types=[_TYPES[one] for one in types],
        query=query.query,
    )
    return ListDataPolicySubjectPageDto(
        total_count=found.total,
        items=[
            DataSubjectRespDto(
                target_identifier=one.target.id,
                target_type=_word(one.target.type),
                target_name=one.name if may_name(request, one.target.type) else one.target.id,
                authorization_time=v3_time(one.authorized_at),
            )
            for one in found.items
        ],
    )


# -- conversions -------------------------------------------------------------------------------------------


def _statements(given: Sequence[DataStatementPermissionDto]) -> list[DraftStatement]:
    return [DraftStatement(Effect(one.effect), tuple(one.permissions)) for one in given]


def _shown(policy: DataPolicy) -> dict[str, Any]:
    return {
        "policy_id": policy.id,
        "policy_name": policy.name,
        "description": policy.description,
        "created_at": v3_time(policy.created_at),
        "updated_at": v3_time(policy.updated_at),
    }


def _subject(request: V3Request, named: NamedTarget) -> SubjectRespDto:
    told = named.name if may_name(request, named.target.type) else named.target.id
    return SubjectRespDto(id=named.target.id, type=_word(named.target.type), name=told)


def _word(type_: TargetType) -> Any:
    return type_.value


_row = family("resources")

ENDPOINTS = [
    _row(
        "POST",
        "create-data-policy",
        CreateDataPolicyDto,
        CreateDataPolicyRespDto,
        create_data_policy,
        "Create a policy of statements about nodes of data resources",
    ),
    _row(
        "GET",
        "get-data-policy",
        GetDataPolicyQuery,
        GetDataPolicyRespDto,
        get_data_policy,
        "Get a data policy with its statements",
    ),
    _row(
        "GET",
        "list-data-policies",
        ListDataPoliciesQuery,
        DataPoliciesPaginatedRespDto,
        list_data_policies,
        "List data policies with what they speak about and whom they are given to",
    ),
    _row(
        "GET",
        "list-simple-data-policies",
        ListSimpleDataPoliciesQuery,
        DataPoliciesSimplePaginatedRespDto,
        list_simple_data_policies,
        "List data policies by name",
    ),
    _row(
        "POST",
        "update-data-policy",
        UpdateDataPolicyDto,
        UpdateDataPolicyRespDto,
        update_data_policy,
        "Update a data policy; a list of statements replaces the old one",
    ),
    _row(
        "POST",
        "delete-data-policy",
        DeleteDataPolicyDto,
        None,
        delete_data_policy,
        "Delete a data policy, taking it from everybody",
    ),
    _row(
        "GET",
        "check-data-policy-exists",
        CheckDataPolicyExistsQuery,
        CheckParamsDataPolicyRespDto,
        check_data_policy_exists,
        "Whether a name is free",
    ),
    _row(
        "POST",
        "authorize-data-policies",
        CreateAuthorizeDataPolicyDto,
        None,
        authorize_data_policies,
        "Give policies to users, groups, roles and departments",
    ),
    _row(
        "POST",
        "revoke-data-policy",
        DeleteAuthorizeDataPolicyDto,
        None,
        revoke_data_policy,
        "Take a policy from somebody",
    ),
    _row(
        "GET",
        "list-data-policy-targets",
        ListDataPolicyTargetsQuery,
        ListDataPolicySubjectPageDto,
        list_data_policy_targets,
        "List whom a policy is given to",
    ),
]
