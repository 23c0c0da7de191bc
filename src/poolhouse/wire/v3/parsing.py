"""Queries and bodies into structs, with the official wording for what is wrong.

Source: docs/contract/v3.md#requests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect as shapes

from poolhouse.errors import InvalidInput, RequestTooLarge
from poolhouse.failures import field_of
from poolhouse.texts import trimmed
from poolhouse.wire.request import MAX_QUERY_PAIRS, decode_json

S = TypeVar("S", bound=msgspec.Struct)


_INDEXED = re.compile(r"\[\d*\]\Z")


def query_pairs(query: bytes) -> list[tuple[str, str]]:
    """Decoded pairs in wire order; `+` is a space."""
    try:
        return parse_qsl(
            query.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MAX_QUERY_PAIRS
        )
    except ValueError as error:
        raise RequestTooLarge("query") from error


def query_struct(kind: type[S], pairs: list[tuple[str, str]], blank: frozenset[str] = frozenset()) -> S:
    """Lists come as repeated keys or as `key[]`; booleans as true, True or 1; a scalar's last value counts."""
    lists = _fields(kind).lists
    values: dict[str, Any] = {}
    for key, value in pairs:
        name = _INDEXED.sub("", key)
        if "\0" in value:
            raise InvalidInput(name)
        if name in lists:
            values.setdefault(name, []).append(value)
        elif name == key:
            values[name] = value
    return _checked(kind, values, blank, strict=False)


def body_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; an empty body is an empty object."""
    value = decode_json(body)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput("body", "应为 JSON 对象", "expected a JSON object")
    return value


def body_struct(kind: type[S], value: Mapping[str, Any], blank: frozenset[str] = frozenset()) -> S:
    return _checked(kind, value, blank, strict=True)


def list_fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    """Wire names of the fields that are lists."""
    return _fields(kind).lists


class _Fields(msgspec.Struct, frozen=True):
    lists: frozenset[str]
    required: tuple[tuple[str, str], ...]
    """Attribute and wire name of required strings and lists."""
    searches: tuple[str, ...]
    """Attributes that are search words."""


@cache
def _fields(kind: type[msgspec.Struct]) -> _Fields:
    info = shapes.type_info(kind)
    if not isinstance(info, shapes.StructType):  # pragma: no cover
        raise TypeError(kind)
    lists, required = set(), []
    for field in info.fields:
        kinds = field.type.types if isinstance(field.type, shapes.UnionType) else (field.type,)
        if any(isinstance(k, shapes.ListType) for k in kinds):
            lists.add(field.encode_name)
        if field.required and isinstance(field.type, shapes.ListType | shapes.StrType):
            required.append((field.name, field.encode_name))
    searches = tuple(field.name for field in info.fields if field.encode_name in ("keyword", "keywords"))
    return _Fields(frozenset(lists), tuple(required), searches)


def _checked(kind: type[S], value: Mapping[str, Any], blank: frozenset[str], *, strict: bool) -> S:
    try:
        struct = msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise InvalidInput(field_of(error) or "body") from error
    for attribute in _fields(kind).searches:
        if (words := getattr(struct, attribute)) is not None:
            msgspec.structs.force_setattr(struct, attribute, trimmed(words))
    for attribute, name in _fields(kind).required:
        if name not in blank and not getattr(struct, attribute):
            raise InvalidInput(name)
    return struct
