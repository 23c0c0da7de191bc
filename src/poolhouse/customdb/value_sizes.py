"""Measures the size of a value, and stops at the limit; measuring builds no copy of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

BODY_BYTES = 16 * 1024
"""What `context.request.body` holds at most; a field that does not fit any more is left out."""
ARGUMENT_BYTES = 256 * 1024


def own_fields(body: Any) -> dict[str, Any]:
    """Of a mapping or a struct of the operation's own fields, those that fit, in their order."""
    left = BODY_BYTES
    kept: dict[str, Any] = {}
    for name, value in _members(body):
        size = len(name) + 4 + size_within(value, left)
        if value is None or value is msgspec.UNSET or size > left:
            continue
        left -= size
        kept[name] = msgspec.to_builtins(value)
    return kept


def size_within(value: Any, most: int) -> int:
    """About the bytes of its JSON; anything above `most` when it is more."""
    size, waiting = 0, [value]
    while waiting and size <= most:
        item = waiting.pop()
        if isinstance(item, str):
            size += 2 + (len(item) if len(item) > most else len(item.encode(errors="replace")))
        elif isinstance(item, list | tuple | set | frozenset):
            size += 2 + 2 * len(item)
            if size <= most:
                waiting.extend(item)
        elif isinstance(item, Mapping | msgspec.Struct):
            size += 2
            for name, inner in _members(item):
                size += len(name) + 4
                waiting.append(inner)
                if size > most:
                    break
        else:
            size += 8
    return size


def _members(value: Any) -> list[tuple[str, Any]] | Any:
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        return [(field.encode_name, getattr(value, field.name)) for field in fields]
    return ((str(name), inner) for name, inner in value.items()) if isinstance(value, Mapping) else ()
