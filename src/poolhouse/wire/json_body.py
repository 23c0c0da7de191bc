"""Reads JSON bodies in time linear in their length: limits parts and depth, refuses NUL characters."""

from __future__ import annotations

from typing import Any

import msgspec

from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.texts import Reason, fault_of, without_nul

MAX_JSON_DEPTH = 64
MAX_JSON_PARTS = 100_000
"""Opening brackets and commas of a JSON text, those within strings too: a million empty lists are built for a
third of a second, in which nobody else is served."""


def decode_json(body: bytes, field: str = "body") -> Any:
    """The value of a JSON text, None for an empty one, in time that grows with its length only.

    Raises InvalidInput and TooLarge naming `field`, or the member that holds a NUL character.
    """
    if not body.strip():
        return None
    require_few_parts(body, field)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError) as error:
        raise InvalidInput(field, "不是合法的 JSON", "not valid JSON") from error
    if body.count(b"{") + body.count(b"[") > MAX_JSON_DEPTH and _is_deep(value):
        raise InvalidInput(field, "嵌套过深", "nested too deeply")
    if b"\\u0000" in body:
        for name, item in value.items() if isinstance(value, dict) else [(field, value)]:
            if fault := _fault_in([name, item]):
                raise InvalidInput(without_nul(name) or field, *fault)
    return value


def json_text(text: str, field: str) -> Any:
    """The value of a JSON text that came inside a body, where its brackets may have been spelled otherwise."""
    try:
        value = decode_json(text.encode(), field)
    except UnicodeEncodeError as error:
        raise InvalidInput(field, "不是合法的 JSON", "not valid JSON") from error
    if value is None and not text.strip():
        raise InvalidInput(field, "不是合法的 JSON", "not valid JSON")
    return value


def require_few_parts(body: bytes, field: str = "body") -> None:
    """Raises TooLarge for a JSON text of more values than anybody may make the server build."""
    if len(body) > MAX_JSON_PARTS and sum(map(body.count, (b"[", b"{", b","))) > MAX_JSON_PARTS:
        raise TooLarge(field, f"最多 {MAX_JSON_PARTS} 个值", f"at most {MAX_JSON_PARTS} values")


def _is_deep(value: Any) -> bool:
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        if depth > MAX_JSON_DEPTH:
            return True
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return False


def _fault_in(value: Any) -> Reason | None:
    """Of the strings anywhere in a decoded JSON value."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            if fault := fault_of(item):
                return fault
        elif isinstance(item, dict):
            todo.extend(item.keys())
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return None
