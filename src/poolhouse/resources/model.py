"""Permission namespaces, resources, policies and what is granted to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

DEFAULT_NAMESPACE = "default"
SYSTEM_NAMESPACE = "system"
ADMINISTRATOR_ACCESS = "AdministratorAccess"


class ResourceType(StrEnum):
    DATA = "DATA"
    API = "API"
    MENU = "MENU"
    UI = "UI"
    BUTTON = "BUTTON"


class TargetType(StrEnum):
    """Whom something can be granted to. ORG is a department; AK_SK a programmatic access account."""

    USER = "USER"
    ROLE = "ROLE"
    GROUP = "GROUP"
    ORG = "ORG"
    AK_SK = "AK_SK"


class Effect(StrEnum):
    ALLOW = "ALLOW"
    DENY = "DENY"


@dataclass(frozen=True, slots=True)
class Target:
    """`id` never changes: of a user, role, group, department or account. Callers name roles and groups by code."""

    type: TargetType
    id: str


@dataclass(frozen=True, slots=True)
class TargetName:
    """A target as callers write it: a user's id, a role's or group's code, a department's or account's id."""

    type: TargetType
    identifier: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A target somebody acts through. `direct` False: a department above theirs."""

    target: Target
    direct: bool = True


@dataclass(frozen=True, slots=True)
class Namespace:
    """`number` is what the interfaces call its id. `app_id`: the application it belongs to, if to any."""

    code: str
    number: int
    name: str | None
    description: str | None
    app_id: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    id: str
    namespace: str
    code: str
    type: ResourceType
    name: str | None
    description: str | None
    actions: tuple[Action, ...]
    api_identifier: str | None
    created_at: datetime
    updated_at: datetime
    linked_to_tenant: bool = False


@dataclass(frozen=True, slots=True)
class ResourceDraft:
    code: str
    type: ResourceType
    name: str | None = None
    description: str | None = None
    actions: tuple[Action, ...] = ()
    api_identifier: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceChanges:
    """None leaves a thing as it is."""

    type: ResourceType | None = None
    name: str | None = None
    description: str | None = None
    actions: tuple[Action, ...] | None = None
    api_identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """`actions` on `resource`, both with `*` for anything; no actions means the resource as such.

    `condition` is a list of `{"param", "operator", "value"}`, kept and given back, never evaluated. `policy`: the code
    of the policy that says it, where it was read with it; None of a grant.
    """

    effect: Effect
    resource: str
    actions: tuple[str, ...] = ()
    resource_type: ResourceType | None = None
    condition: tuple[Mapping[str, Any], ...] = ()
    policy: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """`is_default`: built in; it can be assigned, not changed, and speaks about every namespace."""

    id: str
    namespace: str
    code: str
    description: str | None
    is_default: bool
    statements: tuple[Statement, ...]
    assignments_count: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyAssignment:
    """`name`: what the target is called, "" where nobody knows."""

    policy_code: str
    namespace: str
    target: TargetName
    inherit_by_children: bool
    enabled: bool
    created_at: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What is authorized, or taken back, without a policy."""

    resource: str
    actions: tuple[str, ...] = ()
    resource_type: ResourceType | None = None
    inherit_by_children: bool = True


@dataclass(frozen=True, slots=True)
class GivenGrant:
    """A grant with whom it is given to. `name`: what they are called, "" where nobody knows; `role_namespace`: of a
    role, "" of others."""

    namespace: str
    target: TargetName
    name: str
    grant: Grant
    role_namespace: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizedResource:
    """A resource somebody may use. With a `condition` only under it; `effect` DENY: what is withheld."""

    code: str
    type: ResourceType | None
    actions: tuple[str, ...]
    api_identifier: str | None = None
    description: str | None = None
    effect: Effect = Effect.ALLOW
    condition: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizedTarget:
    target: TargetName
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionFilter:
    """`every`: a target must be allowed all of `names`; else any of them will do."""

    names: tuple[str, ...]
    every: bool = False


@dataclass(frozen=True, slots=True)
class AppAccess:
    """Who may, or may not, use an application."""

    app_id: str
    target: TargetName
    namespace: str
    effect: Effect
    inherit_by_children: bool
    enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Which rules; None and empty do not narrow. `name` is a part of what callers call the target."""

    types: tuple[TargetType, ...] = ()
    name: str = ""
    effect: Effect | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Decisive:
    """What decides whether somebody may use an application: a rule on `target`, or (None) the default."""

    target: TargetName | None
    effect: Effect
    own: bool = False
    """Whether the rule is on them, not on something they are in."""


@dataclass(frozen=True, slots=True)
class OpenApp:
    """What somebody who may use an application sees of it."""

    id: str
    name: str
    logo: str | None
    description: str | None
    login_uri: str


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What is to be said about who may use an application."""

    type: TargetType
    identifiers: tuple[str, ...]
    effect: Effect = Effect.ALLOW
    namespace: str = DEFAULT_NAMESPACE
    inherit_by_children: bool = False


@dataclass(frozen=True, slots=True)
class AccessAccount:
    """A key of an application for programs. `token_lifetime_s`: how long its tokens last."""

    id: str
    app_id: str
    secret: str
    remarks: str | None
    token_lifetime_s: int
    enabled: bool
    created_at: datetime
    updated_at: datetime
