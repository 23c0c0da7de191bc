"""Roles of administrators: what each may do in a pool, in the scopes that access keys are limited by.

A role is enforced where a limited access key is: every operation of v3 names its scopes, and a caller who lacks one
is refused (`Caller.require_scopes`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from poolhouse.credentials.scopes import FAMILIES

Role = Literal[
    "owner",
    "user-editor",
    "application-editor",
    "custom-database-editor",
    "organization-editor",
    "viewer",
    "viewer-without-personal-data",
]
ROLES: tuple[Role, ...] = get_args(Role)

Limitable = Literal["applications", "departments"]
LIMITABLE: dict[Role, Limitable] = {
    "application-editor": "applications",
    "user-editor": "departments",
    "organization-editor": "departments",
    "viewer": "departments",
}
"""What a role can be limited to some of, where it is the only one in the pool."""

PERSONAL = frozenset({"audit", "identities", "mail", "users"})
"""They tell names, addresses or numbers of people."""
_CREDENTIALS = frozenset({"access_keys", "administrators", "secrets"})
"""They tell or make what opens the pool, or say who may, so an owner's alone."""


def _scopes(families: Iterable[str], access: str) -> frozenset[str]:
    return frozenset(f"{family}:{access}" for family in families)


_IMPERSONAL = _scopes(FAMILIES - _CREDENTIALS - PERSONAL, "read")
_READ = _IMPERSONAL | _scopes(PERSONAL, "read")

SCOPES: dict[Role, frozenset[str] | None] = {
    "owner": None,
    "user-editor": _READ | _scopes(("groups", "identities", "users"), "write"),
    "application-editor": _IMPERSONAL | _scopes(("apps", "resources", "roles"), "write"),
    "custom-database-editor": _IMPERSONAL | _scopes(("custom-database",), "write"),
    "organization-editor": _READ | _scopes(("orgs", "posts", "tenants"), "write"),
    "viewer": _READ,
    "viewer-without-personal-data": _IMPERSONAL,
}
"""None is everything. Whoever edits scripts can have them read everybody who signs in: docs/security/README.md."""


def scopes_of(roles: Iterable[Role]) -> frozenset[str] | None:
    """What several roles allow together. None is everything; empty is nothing."""
    each = [SCOPES[role] for role in roles]
    return None if None in each else frozenset().union(*(one for one in each if one is not None))
