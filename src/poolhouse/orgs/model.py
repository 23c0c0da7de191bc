"""Organizations and the departments in them. A department is a node of one organization's tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Translations = Mapping[str, Any]
"""Language -> `{"value": str, "enabled": bool}`, e.g. `{"en-US": {"value": "Research", "enabled": True}}`."""


@dataclass(frozen=True, slots=True)
class Node:
    """A department. The root of an organization is one too: `parent_id` None, `depth` 0.

    `path`, `code_path` and `name_path` lead from the root to the node itself. `children` are ids in their
    order. Source: docs/contract/v2.md#organizations.
    """

    id: str
    org_id: str
    parent_id: str | None
    name: str
    code: str | None
    description: str | None
    name_i18n: Translations
    description_i18n: Translations
    order: int | None
    depth: int
    is_virtual: bool
    enabled: bool
    open_id: str | None
    leader_ids: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    path: tuple[str, ...]
    code_path: tuple[str | None, ...]
    name_path: tuple[str, ...]
    children: tuple[str, ...]

    @property
    def is_root(self) -> bool:
        return self.parent_id is None

    @property
    def org_code(self) -> str:
        """What a caller may name its organization by: the root's code, or the organization's id where it has none."""
        return self.code_path[0] or self.org_id


@dataclass(frozen=True, slots=True)
class Leaf:
    """A department as a tree that is read a branch at a time shows it. `members`: directly in it. `name_path`: from
    the root to itself."""

    id: str
    parent_id: str | None
    name: str
    code: str | None
    enabled: bool
    has_children: bool
    members: int
    name_path: Sequence[str]


@dataclass(frozen=True, slots=True)
class FoundNode:
    """A department that was looked for in all organizations: where it is, `name_path` from the root to itself."""

    org_code: str
    id: str
    name: str
    code: str | None
    name_path: Sequence[str]


@dataclass(frozen=True, slots=True)
class Org:
    """A tree of departments. Its name, code and description are those of its root."""

    id: str
    root: Node
    tenant_id: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def code(self) -> str:
        return self.root.org_code


@dataclass(frozen=True, slots=True)
class NodeDraft:
    """What a node is created from or changed to. `values` is keyed by names of `Node`; only what was given.

    `custom_data` holds values of fields defined for departments.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    custom_data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree to import: `children` below `node`."""

    node: NodeDraft
    children: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Membership:
    """A user in a department."""

    node: Node
    user_id: str
    is_main: bool
    is_leader: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """A department a user shall be in."""

    node_id: str
    is_main: bool = False
    is_leader: bool = False


MemberOrder = Literal["joined", "user_id"]
NodeField = Literal["name", "code", "id", "description", "created_at", "updated_at"]
NodeOperator = Literal["BETWEEN", "EQUAL", "IN", "LESSER", "GREATER", "CONTAINS"]


@dataclass(frozen=True, slots=True)
class NodeCondition:
    """LESSER and GREATER include the value itself. Source: the v3 client, SearchDepartmentsFilterItemDto."""

    field: NodeField
    operator: NodeOperator
    value: Any


@dataclass(frozen=True, slots=True)
class NodeSort:
    field: Literal["name", "created_at", "updated_at"]
    descending: bool = True
