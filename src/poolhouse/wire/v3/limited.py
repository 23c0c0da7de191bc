"""What an administrator may do whose role is limited to some applications, or to some departments: what these tables
say, and nothing else.

An operation that is not in the table is refused, so that a new one is until somebody has decided how it keeps within
the limits. Asked before every operation, whichever way it is called. Decisions: docs/decisions/0076-limited-roles.md,
docs/decisions/0087-roles-in-departments.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import msgspec

from poolhouse.caller import Caller
from poolhouse.errors import AppNotFound, InvalidInput, LimitedRole, NodeNotFound, UserNotFound
from poolhouse.orgs.model import Node
from poolhouse.orgs.service import NodeRef
from poolhouse.services import WireServices
from poolhouse.wire.v3.conversions import user_key
from poolhouse.wire.v3.endpoint import Endpoint

Judged = Literal[
    "by application",
    "by person",
    "by department",
    "by department and person",
    "by department and people",
    "by parent department",
    "below department",
    "of new people",
    "by its list",
    "about nothing",
]
"""`by application`, `by person`, `by department`: what it names must be theirs; anything else is not found, as what
does not exist. `below department`: what is changed is below one of those that were given to them, and not one of these.
`of new people`: everybody is in one of their departments from the beginning. `by its list`: the service
lists, and finds, no others. `about nothing`: it tells of no application, person or department but theirs, and changes
nothing."""

APPLICATIONS: dict[str, Judged] = {
    "GET list-applications": "by its list",
    "GET list-application-simple-info": "by its list",
    "GET get-application": "by application",
    "GET get-application-simple-info": "by application",
    "POST update-application": "by application",
    "GET get-application-permission-strategy": "by application",
    "POST update-application-permission-strategy": "by application",
    "POST authorize-application-access": "by application",
    "POST revoke-application-access": "by application",
    "POST list-applications-auth": "by application",
    "POST update-application-mfa-settings": "by application",
    "POST check-redirect-uris": "about nothing",
    "GET get-own-limits": "about nothing",
}

DEPARTMENTS: dict[str, Judged] = {
    "GET list-users": "by its list",
    "POST list-users": "by its list",
    "GET list-archived-users": "by its list",
    "GET get-user-batch": "by its list",
    "POST find-users": "by its list",
    "GET export-users": "by its list",
    "POST export-users": "by its list",
    "POST start-bulk-act": "by its list",
    "GET list-bulk-acts": "by its list",
    "GET get-bulk-act": "by its list",
    "GET list-bulk-act-results": "by its list",
    "POST cancel-bulk-act": "by its list",
    "GET get-user": "by person",
    "POST create-user": "of new people",
    "POST create-users-batch": "of new people",
    "POST update-user": "by person",
    "POST set-user-status": "by person",
    "POST reset-user-password": "by person",
    "POST send-password-link": "by person",
    "GET diagnose-sign-in": "by person",
    "POST kick-users": "by person",
    "POST log-out-user": "by person",
    "GET list-sessions": "by person",
    "POST end-session": "by person",
    "POST check-session-status": "by person",
    "GET get-user-loggedin-apps": "by person",
    "GET get-user-login-history": "by person",
    "POST get-user-action-logs": "by person",
    "GET get-user-departments": "by person",
    "GET get-user-groups": "by person",
    "GET get-user-roles": "by person",
    "POST has-any-role": "by person",
    "GET explain-user-roles": "by person",
    "GET explain-user-resources": "by person",
    "GET explain-user-data-permissions": "by person",
    "GET get-user-accessible-apps": "by person",
    "GET get-user-authorized-apps": "by person",
    "GET get-user-authorized-resources": "by person",
    "GET get-user-identities": "by person",
    "GET get-user-sync-relations": "by person",
    "POST delete-user-sync-relations": "by person",
    "GET get-user-mfa-info": "by person",
    "GET get-mfa-status": "by person",
    "POST set-mfa-status": "by person",
    "GET webauthn/person/credentials": "by person",
    "DELETE webauthn/admin/credentials/{credentialId}/{userId}/{appId}": "by person",
    "GET get-department": "by department",
    "GET get-department-by-id": "by department",
    "GET list-children-departments": "by department",
    "GET get-all-departments": "by department",
    "GET list-department-branch": "by department",
    "GET list-department-names": "by department",
    "GET list-department-members": "by department",
    "GET search-department-members": "by department",
    "GET list-department-member-ids": "by department",
    "GET is-user-in-department": "by department and person",
    "POST set-user-departments": "by person",
    "POST create-department": "by parent department",
    "POST update-department": "below department",
    "POST update-department-status": "below department",
    "GET preview-department-move": "by department",
    "POST add-department-members": "by department and people",
    "POST remove-department-members": "by department and people",
    "POST set-department-member": "by department and person",
    "GET get-custom-fields": "about nothing",
    "GET get-user-base-fields": "about nothing",
    "GET get-own-limits": "about nothing",
}

PERMITTED: Mapping[str, dict[str, Judged]] = {"applications": APPLICATIONS, "departments": DEPARTMENTS}
"""By what a role is limited to (`Limits.about`)."""


def may(caller: Caller, row: Endpoint) -> bool:
    """Whether the roles of whoever asks allow the operation at all."""
    within = caller.limits is None or row.name in PERMITTED[caller.limits.about]
    return within and all(caller.has_scope(scope) for scope in row.scopes)


def require(caller: Caller, row: Endpoint) -> None:
    """Raises NotPermitted, LimitedRole."""
    caller.require_scopes(row.scopes)
    if caller.limits is not None:
        _judged(caller, row)


def _judged(caller: Caller, row: Endpoint) -> Judged:
    assert caller.limits is not None
    judged = PERMITTED[caller.limits.about].get(row.name)
    if judged is None:
        raise LimitedRole(f"{row.name} is not among what is permitted within limits")
    return judged


async def admitted(services: WireServices, caller: Caller, row: Endpoint, given: Any) -> tuple[Caller, Any]:
    """Who may go on with an operation of administrators, and what they ask: a person by the id of whoever was found to
    be theirs, so that no name is looked up twice. Raises LimitedRole, LimitsNotSupported, InvalidInput, and
    AppNotFound, UserNotFound, NodeNotFound for what is not theirs as for what does not exist."""
    limits = caller.limits
    if limits is None:
        return caller, given
    judged = _judged(caller, row)
    caller = replace(caller, admitted=True)
    if judged == "by application" and given.app_id not in limits.applications:
        raise AppNotFound(app_id=given.app_id)
    named = any(word in judged for word in ("person", "people"))
    about_people = named or any(scope.startswith("users:") for scope in row.scopes)
    if limits.about == "departments" and about_people:
        await services.users.require_in_departments(caller)
    if "department" in judged:
        node = await _department(services, caller, given, judged)
        if judged == "below department" and limits.departments.isdisjoint(node.path[:-1]):
            raise LimitedRole("one of the departments that the role is limited to, and not below one")
    if judged in ("by person", "by department and person"):
        given = await _found_person(services, caller, given)
    if judged == "by department and people":
        await services.users.require_all(caller, given.user_ids)
    if judged == "of new people":
        for one in getattr(given, "items", None) or [given]:
            await _find_places(services, caller, one, given.options)
    return caller, given


async def _found_person(services: WireServices, caller: Caller, given: Any) -> Any:
    """`given`, naming the person by the id. Raises UserNotFound."""
    options = getattr(given, "options", None) or None
    by_kind = {
        place: holder
        for place, holder in (("given", given), ("options", options))
        if holder is not None and "user_id_type" in holder.__struct_fields__
    }
    kind = next((holder.user_id_type for holder in by_kind.values()), None)
    user = await services.users.find(caller, user_key(given.user_id or "", kind or None))
    if user is None:
        raise UserNotFound(user_id=given.user_id)
    changed: dict[str, Any] = {"user_id": user.id}
    if "given" in by_kind:
        changed["user_id_type"] = "user_id"
    if options is not None and "options" in by_kind:
        changed["options"] = msgspec.structs.replace(options, user_id_type="user_id")
    return msgspec.structs.replace(given, **changed)


async def _department(services: WireServices, caller: Caller, given: Any, judged: Judged) -> Node:
    """Raises NodeNotFound. A handler finds it as it is given, by the same `OrgService.resolve`."""
    field = "parent_department_id" if judged == "by parent department" else "department_id"
    value = getattr(given, field)
    kind: Any = getattr(given, "department_id_type", None)
    if not value and getattr(given, "department_code", None):
        value, kind = given.department_code, "code"
    if not value:
        raise NodeNotFound(node_id="")
    organization = getattr(given, "organization_code", None) or None
    tenant = getattr(given, "tenant_id", None) or None
    return await services.orgs.resolve(caller, NodeRef(value, organization, kind or "department_id", tenant))


async def _find_places(services: WireServices, caller: Caller, person: Any, options: Any) -> None:
    """Where somebody new is to be. Raises InvalidInput, NodeNotFound."""
    if not person.department_ids:
        raise InvalidInput(
            "departmentIds",
            "您的角色只限于某些部门，新用户须在其中之一",
            "your role is limited to some departments: a new user has to be in one of them",
        )
    kind: Any = (options and options.department_id_type) or "department_id"
    for value in person.department_ids:
        await services.orgs.resolve(caller, NodeRef(value, kind=kind))
