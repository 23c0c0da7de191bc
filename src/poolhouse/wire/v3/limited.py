"""What an administrator may do whose role is limited to some applications: what this table says, and nothing else.

An operation that is not in it is refused, so that a new one is until somebody has decided how it keeps within the
limits. Asked before every operation, whichever way it is called. Decision: docs/decisions/0076-limited-roles.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from poolhouse.caller import Caller
from poolhouse.errors import AppNotFound, LimitedRole
from poolhouse.wire.v3.endpoint import Endpoint

Judged = Literal["by application", "by its list", "about nothing"]
"""`by application`: its `app_id` must be one of theirs; any other is not found, as one of another pool. `by its list`:
the service lists no others. `about nothing`: it tells nothing of the pool and changes nothing."""

PERMITTED: dict[str, Judged] = {
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
}


def may(caller: Caller, row: Endpoint) -> bool:
    """Whether the roles of whoever asks allow the operation at all."""
    within = caller.limits is None or row.name in PERMITTED
    return within and all(caller.has_scope(scope) for scope in row.scopes)


def require(caller: Caller, row: Endpoint) -> None:
    """Raises NotPermitted, LimitedRole."""
    caller.require_scopes(row.scopes)
    if caller.limits is not None and row.name not in PERMITTED:
        raise LimitedRole(f"{row.name} is not among what is permitted within limits")


def admitted(caller: Caller, row: Endpoint, given: Any) -> Caller:
    """Who may go on with an operation of administrators, asked as `given`. Raises LimitedRole, and AppNotFound for an
    application that is not theirs."""
    if caller.limits is None:
        return caller
    judged = PERMITTED.get(row.name)
    if judged is None:
        raise LimitedRole(f"{row.name} is not among what is permitted within limits")
    if judged == "by application" and given.app_id not in caller.limits.applications:
        raise AppNotFound(app_id=given.app_id)
    return replace(caller, admitted=True)
