"""Roles as the domains see them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_CODE = 64
LONGEST_NAME = 255
LONGEST_DESCRIPTION = 1000

DEFAULT_NAMESPACE = "default"
ADMIN_NAMESPACE = "system"
"""Where the roles of administrators are: the built-in ones, and those of `create-admin-role`."""

BUILT_IN = (
    ("super-admin", "超级管理员", "系统内置：可以管理一切的人"),
    ("app-admin", "应用管理员", "系统内置：管理应用的人"),
    ("org-admin", "组织机构管理员", "系统内置：管理组织机构的人"),
)
"""Code, name and description of the roles every pool has (docs/decisions/0011-who-may-do-what.md)."""

CODE = re.compile(r"[A-Za-z0-9_-]+\Z")
"""Letters, digits, `-` and `_`. Source: RolePermissionListDto.roleCode."""


class TargetType(StrEnum):
    """Who can hold a role: a user, a group's members, a department's and its descendants' members."""

    USER = "USER"
    GROUP = "GROUP"
    NODE = "NODE"


@dataclass(frozen=True, slots=True)
class Target:
    """`id` of a user, group or department."""

    type: TargetType
    id: str


@dataclass(frozen=True, slots=True)
class Role:
    """`code` is unique in (pool, namespace) and may change; `id` never does.

    A role gives nothing while `enabled` is False or after `disable_at`. A built-in one (`is_system`) cannot be deleted.
    """

    id: str
    namespace: str
    code: str
    name: str | None
    description: str | None
    parent_id: str | None
    is_system: bool
    enabled: bool
    disable_at: datetime | None
    permission_apply: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RoleDraft:
    """`parent` is the code of a role of the same namespace."""

    code: str
    namespace: str = DEFAULT_NAMESPACE
    name: str | None = None
    description: str | None = None
    parent: str | None = None
    disable_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleChanges:
    """None leaves a thing as it is; `never_disable` takes `disable_at` away."""

    new_code: str | None = None
    name: str | None = None
    description: str | None = None
    enabled: bool | None = None
    disable_at: datetime | None = None
    never_disable: bool = False
    permission_apply: bool | None = None


@dataclass(frozen=True, slots=True)
class RoleKey:
    code: str
    namespace: str = DEFAULT_NAMESPACE


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role on a target, in force from `enabled_from` (None: at once) to before `ends_at` (None: for good)."""

    role: Role
    target: Target
    enabled_from: datetime | None
    ends_at: datetime | None
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Validity:
    """When an assignment is in force; None is open."""

    enabled_from: datetime | None = None
    ends_at: datetime | None = None


def audited_fields(role: Role) -> dict[str, str | None]:
    """What the audit log says of a role."""
    return {
        "code": role.code,
        "namespace": role.namespace,
        "name": role.name,
        "description": role.description,
    }
