"""Policies and their assignments. Source: docs/contract/v2.md#policies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from poolhouse.errors import NotFound, RoleNotFound, UserNotFound
from poolhouse.paging import LARGEST_PAGE, Page
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    Effect,
    Policy,
    PolicyAssignment,
    Statement,
    TargetName,
    TargetType,
)
from poolhouse.wire.sentences import message
from poolhouse.wire.v2.pages import asked_page, page_of
from poolhouse.wire.v2.request import Arguments, Field, Operation, Route, V2Request


def namespace_of(args: Arguments) -> str:
    return args.get("namespace") or DEFAULT_NAMESPACE


# -- policies ----------------------------------------------------------------------------------------------


async def policy(request: V2Request, args: Arguments) -> Any:
    return await request.services.policies.find(request.caller, args["code"], namespace_of(args))


async def policies(request: V2Request, args: Arguments) -> Any:
    return await request.services.policies.list(
        request.caller,
        page_of(args),
        namespace_of(args),
        exclude_default=bool(args.get("excludeDefault")),
    )


async def create_policy(request: V2Request, args: Arguments) -> Any:
    return await request.services.policies.create(
        request.caller,
        args["code"],
        _statements(args["statements"]),
        description=args.get("description"),
        namespace=namespace_of(args),
    )


async def update_policy(request: V2Request, args: Arguments) -> Any:
    statements = args.get("statements")
    return await request.services.policies.update(
        request.caller,
        args["code"],
        new_code=args.get("newCode") or None,
        description=args.get("description"),
        statements=None if statements is None else _statements(statements),
        namespace=namespace_of(args),
    )


async def delete_policy(request: V2Request, args: Arguments) -> Any:
    await request.services.policies.delete(request.caller, [args["code"]], namespace_of(args))
    return message(request.caller.lang)


async def delete_policies(request: V2Request, args: Arguments) -> Any:
    await request.services.policies.delete(request.caller, args["codeList"], namespace_of(args))
    return message(request.caller.lang)


def _statements(given: Sequence[Mapping[str, Any]]) -> list[Statement]:
    return [
        Statement(
            Effect(one.get("effect") or "ALLOW"),
            one["resource"],
            tuple(one["actions"]),
            condition=tuple(dict(term) for term in one.get("condition") or ()),
        )
        for one in given
    ]


# -- assignments -------------------------------------------------------------------------------------------


async def policy_assignments(request: V2Request, args: Arguments) -> Any:
    """Of a policy, of a target, or of both."""
    services, caller = request.services, request.caller
    page = page_of(args)
    type_ = TargetType(args["targetType"]) if args.get("targetType") else None
    identifier = args.get("targetIdentifier")

    async def of(type_: TargetType | None) -> Any:
        return await services.policies.list_assignments(
            caller,
            page,
            code=args.get("code") or None,
            target=TargetName(type_, identifier) if type_ and identifier else None,
            target_type=type_,
            namespace=namespace_of(args),
        )

    found = await of(type_)
    if not found.total and identifier and type_ is TargetType.USER:
        return await of(
            TargetType.ROLE
        )  # docs/contract/v2.md#roles: the slip of an older `roles.listPolicies`
    return found


async def add_policy_assignments(request: V2Request, args: Arguments) -> Any:
    async def assign(type_: TargetType) -> None:
        await request.services.policies.assign(
            request.caller,
            args["policies"],
            type_,
            args.get("targetIdentifiers") or [],
            inherit_by_children=args.get("inheritByChildren"),
            namespace=namespace_of(args),
        )

    await _for_users_or_roles(args, assign)
    return message(request.caller.lang)


async def remove_policy_assignments(request: V2Request, args: Arguments) -> Any:
    async def unassign(type_: TargetType) -> None:
        await request.services.policies.unassign(
            request.caller,
            args["policies"],
            type_,
            args.get("targetIdentifiers") or [],
            namespace=namespace_of(args),
        )

    await _for_users_or_roles(args, unassign)
    return message(request.caller.lang)


async def enable_policy_assignment(request: V2Request, args: Arguments) -> Any:
    return await _switch(request, args, enabled=True)


async def disable_policy_assignment(request: V2Request, args: Arguments) -> Any:
    return await _switch(request, args, enabled=False)


async def _switch(request: V2Request, args: Arguments, *, enabled: bool) -> Any:
    target = TargetName(TargetType(args["targetType"]), args["targetIdentifier"])
    await request.services.policies.switch(
        request.caller, args["policy"], target, enabled, namespace=namespace_of(args)
    )
    return message(request.caller.lang)


async def _for_users_or_roles(args: Arguments, act: Callable[[TargetType], Awaitable[None]]) -> None:
    """The client's roles.addPolicies and roles.removePolicies send a role's code under the type USER: what
    is no user is tried as a role. Source: docs/contract/v2.md#roles.
    """
    type_ = TargetType(args["targetType"])
    try:
        await act(type_)
    except UserNotFound as unknown:
        if type_ is not TargetType.USER:
            raise
        try:
            await act(TargetType.ROLE)
        except RoleNotFound:
            raise unknown from None


async def assignments_by_target(request: V2Request) -> Any:
    """GET /api/v2/policies/assignments/by-target: of an unknown policy there are none."""
    query = request.query
    kind = query.text("target_type")
    if kind is not None and kind not in TargetType.__members__:
        raise NotFound(target_type=kind)
    assignments = await request.services.policies.list_assignments(
        request.caller,
        asked_page(request, LARGEST_PAGE),
        code=query.required("policy_code"),
        target_type=TargetType(kind) if kind else None,
        namespace=query.text("namespace") or DEFAULT_NAMESPACE,
    )
    return {
        "totalCount": assignments.total,
        "list": [
            {
                "code": assignment.policy_code,
                "namespace": assignment.namespace,
                "targetType": assignment.target.type,
                "targetIdentifier": assignment.target.identifier,
                "inheritByChildren": assignment.inherit_by_children,
                "enabled": assignment.enabled,
                "assignedAt": assignment.created_at,
            }
            for assignment in assignments.items
        ],
    }


# -- fields ------------------------------------------------------------------------------------------------


async def assignments(policy: Policy, request: V2Request, args: Arguments) -> Any:
    page = page_of(args)
    found: Page[PolicyAssignment] = await request.services.policies.list_assignments(
        request.caller, page, code=policy.code, namespace=policy.namespace
    )
    return found.items


def assigned_code(one: PolicyAssignment, request: V2Request, args: Arguments) -> str:
    return one.policy_code


def target_type(one: Any, request: V2Request, args: Arguments) -> str:
    return str(one.target.type)


def target_identifier(one: Any, request: V2Request, args: Arguments) -> str:
    identifier: str = one.target.identifier
    return identifier


QUERIES: dict[str, Operation] = {
    "policy": policy,
    "policies": policies,
    "policyAssignments": policy_assignments,
}
MUTATIONS: dict[str, Operation] = {
    "createPolicy": create_policy,
    "updatePolicy": update_policy,
    "deletePolicy": delete_policy,
    "deletePolicies": delete_policies,
    "addPolicyAssignments": add_policy_assignments,
    "removePolicyAssignments": remove_policy_assignments,
    "enablePolicyAssignment": enable_policy_assignment,
    "disbalePolicyAssignment": disable_policy_assignment,
}
FIELDS: dict[tuple[str, str], Field] = {
    ("Policy", "assignments"): assignments,
    ("PolicyAssignment", "code"): assigned_code,
    ("PolicyAssignment", "targetType"): target_type,
    ("PolicyAssignment", "targetIdentifier"): target_identifier,
    ("ResourcePermissionAssignment", "targetType"): target_type,
    ("ResourcePermissionAssignment", "targetIdentifier"): target_identifier,
}
ROUTES = [Route("GET", "/api/v2/policies/assignments/by-target", assignments_by_target)]
