"""How a GraphQL field is read from a domain model, when no resolver says otherwise.

`givenName` is the attribute `given_name`, a Page's `totalCount` and `list` are its `total` and `items`, a
datetime is written in the pool's zone. graphql-core and the plans read by these same rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

from poolhouse.paging import Page
from poolhouse.wire.v2.clock import written

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CAPITALS = {"last_ip": "lastIP", "has_url": "hasURL"}
_PAGE = {"totalCount": "total", "list": "items"}


def snake(name: str) -> str:
    return _HUMP.sub("_", name).lower()


@cache
def camel(name: str) -> str:
    if name in _CAPITALS:
        return _CAPITALS[name]
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def attribute(kind: type, field: str) -> str | None:
    """The attribute of `kind` that holds `field`; None when it has none."""
    known = _attributes.setdefault(kind, {})
    if field not in known:
        known[field] = _attribute(kind, field)
    return known[field]


def _attribute(kind: type, field: str) -> str | None:
    if issubclass(kind, Page) and field in _PAGE:
        return _PAGE[field]
    for name in (field, snake(field)):
        if name in declared(kind) or hasattr(kind, name):
            return name
    return None


def declared(kind: type) -> dict[str, Any]:
    """The declared attributes of a dataclass or Struct; Any where a type cannot be resolved."""
    if kind not in _declared:
        _declared[kind] = _hints(kind)
    return _declared[kind]


def _hints(kind: type) -> dict[str, Any]:
    if not (is_dataclass(kind) or hasattr(kind, "__struct_fields__")):
        return {}
    try:
        return get_type_hints(kind)
    except (NameError, TypeError):
        names: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            names.update(dict.fromkeys(getattr(base, "__annotations__", {}), Any))
        return names


_attributes: dict[type, dict[str, str | None]] = {}
_declared: dict[type, dict[str, Any]] = {}


def read(parent: Any, field: str, zone: ZoneInfo) -> Any:
    if isinstance(parent, Mapping):
        value = parent.get(field)
    else:
        name = attribute(type(parent), field)
        value = None if name is None else getattr(parent, name)
    return written(value, zone) if isinstance(value, datetime) else value
