"""What a typed client can read: an answer of v3 held to the shapes of docs/contract/v3.

The typed clients decode into classes: a number with a fraction is no integer to them, a list no object, a word
outside of an enumeration nothing at all. Null they all bear where a field may be absent: Java's classes hold boxed
values, Go leaves a field at its zero, C# is set to ignore it. Keys nobody knows every client passes over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from scripts.contract import PAGES
from scripts.contract_pages import Contract, Enumeration, Field, Shape, read

from poolhouse.wire.v3.table import endpoints

Misfits = Iterator[str]
"""`data.list[0].gender: null is no Gender`: of each place that does not fit."""

Holder = Callable[[Any, str], Misfits]


def misfits(method: str, url: str, envelope: Any) -> list[str]:
    """Of the whole answer of an endpoint on the pages, a refusal too; [] for one that is on none."""
    kind = _rows().get((method, url))
    if kind is None:
        return []
    row = endpoints().get((method, url))
    if row and row.bare and "statusCode" not in envelope:
        found = holder(kind)(envelope, "data")
    else:
        found = _of_envelope(kind, envelope)
    return [f"{method} {url}: {one}" for one in found]


def _of_envelope(kind: str, envelope: Any) -> Misfits:
    if not isinstance(envelope, dict):
        yield "no object"
        return
    for name, needed in (("statusCode", int), ("message", str), ("requestId", str)):
        if type(envelope.get(name)) is not needed:
            yield f"{name}: no {needed.__name__}"
    if type(envelope.get("apiCode", 0)) is not int:
        yield "apiCode: no integer"
    if envelope.get("statusCode") != 200:
        return
    if kind:
        data = envelope.get("data")
        if "nextCursor" in envelope and isinstance(data, dict):
            data = {"totalCount": 0, **data}  # who walks by cursor may ask for none
        yield from holder(kind)(data, "data")
    elif envelope.get("data") is not None:
        yield "data: none was promised"


@cache
def contract() -> Contract:
    return read(PAGES)


@cache
def _rows() -> dict[tuple[str, str], str]:
    return {(row.method, row.url): row.data for row in contract().endpoints}


@cache
def holder(kind: str) -> Holder:
    """Of a kind as the pages write it. Raises KeyError for one nobody described."""
    parts = kind.split(" or ")
    words = frozenset(part.strip("`") for part in parts if part.startswith("`"))
    others = [part for part in parts if not part.startswith("`")]
    if len(parts) == 1 and not words:
        return _one(kind)
    holders = [_one(other) for other in others if other != "null"]
    may_be_null = "null" in others

    def either(value: Any, where: str) -> Misfits:
        if (value is None and may_be_null) or (isinstance(value, str) and value in words):
            return
        found = [list(hold(value, where)) for hold in holders]
        if all(found):
            yield from (found[0] if found else [_said(value, where, f"one of {', '.join(sorted(words))}")])

    return either


@cache
def _one(kind: str) -> Holder:
    if kind.endswith("[]"):
        return _list(_one(kind[:-2]))
    named = contract().named.get(kind)
    if isinstance(named, Enumeration):
        return _words(named)
    if named is not None:
        return _shape(named)
    return _plain(kind)


def _plain(kind: str) -> Holder:
    types: tuple[type, ...] = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "object": (dict,),
        "null": (type(None),),
        "any": (object,),
    }[kind]

    def hold(value: Any, where: str) -> Misfits:
        if kind != "any" and type(value) not in types:
            yield _said(value, where, kind)

    return hold


def _words(named: Enumeration) -> Holder:
    def hold(value: Any, where: str) -> Misfits:
        if not isinstance(value, str) or value not in named.values:
            yield _said(value, where, named.name)

    return hold


def _list(item: Holder) -> Holder:
    def hold(value: Any, where: str) -> Misfits:
        if not isinstance(value, list):
            yield _said(value, where, "list")
            return
        for at, one in enumerate(value):
            yield from item(one, f"{where}[{at}]")

    return hold


def _shape(shape: Shape) -> Holder:
    fields = list(_fields(shape))

    def hold(value: Any, where: str) -> Misfits:
        if not isinstance(value, dict):
            yield _said(value, where, shape.name)
            return
        for one in fields:
            if one.name not in value:
                if one.absent == "":
                    yield f"{where}.{one.name}: absent"
            elif value[one.name] is not None or one.absent not in ("null", "stays"):
                yield from holder(one.kind)(value[one.name], f"{where}.{one.name}")

    return hold


def _fields(shape: Shape) -> Iterator[Field]:
    if shape.base:
        base = contract().named[shape.base]
        assert isinstance(base, Shape)
        yield from _fields(base)
    yield from shape.fields


def _said(value: Any, where: str, kind: str) -> str:
    """Names the place and the type, and the value of a word: what a test prints is no secret's place."""
    shown = f"{value!r:.60}" if isinstance(value, int | float) else type(value).__name__
    return f"{where}: {'null' if value is None else shown} is no {kind}"
