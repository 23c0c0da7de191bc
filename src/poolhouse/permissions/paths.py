"""Texts with slashes: `namespace/resource/node/.../action` of a statement, `resource/node/...` of a question.

A slash in front is allowed, as the vendor's examples have it. Source: docs/contract/v3/permissions.md
"""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.errors import InvalidInput
from poolhouse.texts import is_storable

LONGEST_PATH = 2000


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission of a statement, taken apart. `path` "" is the resource as such."""

    namespace: str
    resource: str
    path: str
    action: str


@dataclass(frozen=True, slots=True)
class ResourcePath:
    resource: str
    path: str


def permission(text: str, field: str) -> Permission:
    """Raises InvalidInput naming `field`."""
    parts = _parts(text, field)
    if len(parts) < 3:
        reason = (
            "应写作“权限空间/数据资源”/操作，树节点写在操作之前",
            "expected namespace/resource/[node/...]action",
        )
        raise InvalidInput(field, *reason)
    namespace, resource, *nodes, action = parts
    return Permission(namespace, resource, "/".join(nodes), action)


def resource_path(text: str, field: str) -> ResourcePath:
    """Raises InvalidInput naming `field`."""
    resource, *nodes = _parts(text, field)
    return ResourcePath(resource, "/".join(nodes))


def _parts(text: str, field: str) -> list[str]:
    if len(text) > LONGEST_PATH:
        raise InvalidInput(field, f"最多 {LONGEST_PATH} 个字符", f"at most {LONGEST_PATH} characters")
    parts = text.removeprefix("/").split("/")
    if not all(part.strip() for part in parts) or not is_storable(text):
        raise InvalidInput(field, "路径中有空的部分", "a part of the path is empty")
    return parts
