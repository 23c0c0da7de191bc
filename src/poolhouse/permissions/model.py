"""Data resources, data policies and what is asked of them. Source: docs/contract/v3/permissions.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from poolhouse.resources.model import Effect, Target, TargetType

ANY_ACTION = "*"
WHOLE = ""
"""The path of a resource as such: all of its nodes."""

TARGET_TYPES = (TargetType.USER, TargetType.ORG, TargetType.GROUP, TargetType.ROLE)
"""Whom a data policy can be given to. ORG is a department with all below it."""


class Kind(StrEnum):
    STRING = "STRING"
    ARRAY = "ARRAY"
    TREE = "TREE"


class FieldType(StrEnum):
    STRING = "STRING"
    SELECT = "SELECT"


@dataclass(frozen=True, slots=True)
class ExtendField:
    """A field that the nodes of a tree may have a value of. `options` are the values of a SELECT."""

    key: str
    label: str
    type: FieldType
    description: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node as callers write it. `extend`: values of the extend fields, by key."""

    code: str
    name: str
    value: str | None = None
    extend: Mapping[str, str] | None = None
    children: tuple[TreeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node as it is kept: its codes from the top, joined by `/`. `position` is its place among all nodes."""

    path: str
    position: int
    name: str
    value: str | None = None
    extend: Mapping[str, str] | None = None

    @property
    def code(self) -> str:
        return self.path.rpartition("/")[2]


Struct = str | tuple[str, ...] | tuple[TreeNode, ...]
"""What a resource holds, by its kind."""


@dataclass(frozen=True, slots=True)
class DataResource:
    """`value`: what a STRING or an ARRAY holds; None of a TREE, whose nodes are asked for apart."""

    id: str
    namespace: str
    code: str
    name: str
    kind: Kind
    description: str | None
    value: str | tuple[str, ...] | None
    actions: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DataResourceDraft:
    code: str
    name: str
    kind: Kind
    struct: Struct
    actions: tuple[str, ...]
    description: str | None = None
    fields: tuple[ExtendField, ...] = ()


@dataclass(frozen=True, slots=True)
class DataResourceChanges:
    """None leaves a thing as it is."""

    name: str | None = None
    description: str | None = None
    struct: Struct | None = None
    actions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class WholeResource:
    """A resource with all of its structure."""

    resource: DataResource
    struct: Struct
    fields: tuple[ExtendField, ...]


@dataclass(frozen=True, slots=True)
class ListedResource:
    """`targets_count`: to how many some policy about it is given."""

    resource: DataResource
    namespace_name: str
    targets_count: int


@dataclass(frozen=True, slots=True)
class Statement:
    """`action` (`*` is any) on the node at `path` of a resource; see `decision.py` for how far it reaches."""

    effect: Effect
    resource_id: str
    path: str
    action: str


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of a policy that is given to `target`. `namespace`, `resource`: codes."""

    namespace: str
    resource: str
    statement: Statement
    policy_id: str
    policy_name: str
    target: Target


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """As callers write it: `namespace/resource/node/.../action` each."""

    effect: Effect
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataPolicy:
    id: str
    name: str
    description: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NamedTarget:
    target: Target
    name: str


@dataclass(frozen=True, slots=True)
class PolicyTarget:
    target: Target
    name: str
    authorized_at: datetime


@dataclass(frozen=True, slots=True)
class ListedPolicy:
    """With the first of what it speaks about and of whom it is given to; (id, name) of a resource."""

    policy: DataPolicy
    resources: tuple[tuple[str, str], ...]
    targets: tuple[NamedTarget, ...]


@dataclass(frozen=True, slots=True)
class NodeActions:
    """What somebody may do with one node; `path` "" is a resource as such."""

    node: NodeRow
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceActions:
    """What somebody may do with a resource: of a TREE, node by node, only nodes with any action."""

    resource: DataResource
    nodes: tuple[NodeActions, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """Of a STRING or an ARRAY."""
        return self.nodes[0].actions if self.nodes else ()


RightKind = Literal["ROLE", "POLICY", "RESOURCE", "APPLICATION", "DATA_POLICY"]


@dataclass(frozen=True, slots=True)
class DepartmentRight:
    """Something that a department gives to everybody below it. `detail`: the actions on a resource (all of them where
    it is empty), whether an application is allowed or denied."""

    kind: RightKind
    department_id: str
    namespace: str
    id: str
    name: str
    detail: str
