"""Queries and bodies into structs, with the official wording for what is wrong.

Source: docs/contract/v3.md#requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect as shapes

from poolhouse.errors import InvalidInput
from poolhouse.texts import BLANK, trimmed
from poolhouse.wire.request import array_name, struct_of

S = TypeVar("S", bound=msgspec.Struct)


def query_struct(kind: type[S], pairs: Sequence[tuple[str, str]], blank: frozenset[str] = frozenset()) -> S:
    """Lists come as repeated keys, as `key[]`, or as one text (`spelling.items`); booleans as true, True or 1; a
    scalar's last value counts."""
    lists = _fields(kind).lists
    values: dict[str, Any] = {}
    marked = set[str]()
    for key, value in pairs:
        name = array_name(key)
        if name in lists:
            values.setdefault(name, []).append(value)
            if name != key:
                marked.add(name)
        elif name == key:
            values[name] = value
    for name in lists - marked:
        if len(values.get(name, ())) == 1:
            (values[name],) = values[name]
    return _checked(kind, values, blank, query=True)


def body_struct(kind: type[S], value: Mapping[str, Any], blank: frozenset[str] = frozenset()) -> S:
    return _checked(kind, value, blank)


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


def _checked(kind: type[S], value: Mapping[str, Any], blank: frozenset[str], *, query: bool = False) -> S:
    struct = struct_of(value, kind, query=query)
    for attribute in _fields(kind).searches:
        if (words := getattr(struct, attribute)) is not None:
            msgspec.structs.force_setattr(struct, attribute, trimmed(words))
    for attribute, name in _fields(kind).required:
        if name not in blank and not getattr(struct, attribute):
            raise InvalidInput(name, *BLANK)
    return struct
