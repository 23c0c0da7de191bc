"""Which fields of a request's struct a handler reads, found in the handler's source.

Structs are followed by their types: through names, attributes, loops and comprehensions, and into whatever function
of the wire they are handed to. Where an attribute's name is not written out (`getattr(body, name)`) the names counted
are those that the function can see: its own texts, and the collections of texts it names.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

Struct = type[msgspec.Struct]
Structs = frozenset[Struct]
NONE: Structs = frozenset()
WHOLE = frozenset({"to_builtins", "asdict", "astuple"})
"""Functions that read every field of what they are given."""


def structs_in(hint: Any) -> Structs:
    """`list[SortingDto] | None` has SortingDto in it."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return frozenset({hint})
    return frozenset(kind for part in get_args(hint) for kind in structs_in(part))


@cache
def fields_of(kind: Struct) -> dict[str, Structs]:
    """Attribute -> the structs it may hold."""
    hints = get_type_hints(kind)
    return {name: structs_in(hints[name]) for name in kind.__struct_fields__}


def unread(handler: Callable[..., Any], request: Struct) -> Iterator[tuple[str, str]]:
    """Struct and attribute, for every field of `request`, and of the structs in it, that `handler` never reads."""
    reader = Reader()
    reader.enter(handler, [NONE, frozenset({request})], {})
    waiting, seen = [request], {request}
    while waiting:
        kind = waiting.pop()
        for name, inside in fields_of(kind).items():
            if (kind, name) not in reader.read and not _one_value(get_type_hints(kind)[name]):
                yield kind.__name__, name
                continue
            waiting += inside - seen
            seen |= inside


def _one_value(hint: Any) -> bool:
    """A word that can be but one says nothing."""
    return get_origin(hint) is Literal and len(get_args(hint)) == 1


@dataclass
class Reader:
    read: set[tuple[Struct, str]] = field(default_factory=set)
    entered: dict[Any, Structs] = field(default_factory=dict)
    """Function and the structs it was given -> the structs it may return."""

    def enter(self, function: Any, given: list[Structs], named: dict[str, Structs]) -> Structs:
        while isinstance(function, partial):
            given = [NONE] * len(function.args) + given
            function = function.func
        function = inspect.unwrap(function)
        names = list(inspect.signature(function).parameters)
        bound = {**dict(zip(names, given, strict=False)), **named}
        key = (function, frozenset(bound.items()))
        if key not in self.entered:
            self.entered[key] = NONE
            self.entered[key] = _Body(self, function, bound).followed()
        return self.entered[key]

    def whole(self, kinds: Iterable[Struct]) -> None:
        for kind in kinds:
            for name, inside in fields_of(kind).items():
                if (kind, name) not in self.read:
                    self.read.add((kind, name))
                    self.whole(inside)


class _Body:
    """One function, called with some structs."""

    def __init__(self, reader: Reader, function: Any, bound: dict[str, Structs]) -> None:
        self.reader = reader
        self.tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        closure = inspect.getclosurevars(function)
        self.names: dict[str, Any] = {**vars(builtins), **function.__globals__, **closure.nonlocals}
        self.env = dict(bound)

    def followed(self) -> Structs:
        before = None
        while before != self.env:
            before = dict(self.env)
            for node in ast.walk(self.tree):
                self._bind(node)
        returned = NONE
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute | ast.Call):
                self.kinds(node)
            elif isinstance(node, ast.Return | ast.Yield) and node.value is not None:
                returned |= self.kinds(node.value)
        return returned

    def _bind(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._give(target, self.kinds(value))
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.NamedExpr(target=target, value=value)
            ):
                self._give(target, self.kinds(value))
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                self._give(target, self.kinds(value))

    def _give(self, target: ast.expr, kinds: Structs) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and kinds:
                self.env[node.id] = self.env.get(node.id, NONE) | kinds

    def kinds(self, node: ast.expr) -> Structs:
        """The structs that an expression may be, or holds; reads of fields on the way are noted."""
        match node:
            case ast.Name(id=name):
                return self.env.get(name, NONE)
            case ast.Attribute(value=value, attr=name):
                return self._field(self.kinds(value), [name])
            case ast.Call():
                return self._call(node)
            case ast.Lambda():
                return NONE
            case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.GeneratorExp(elt=value):
                return self.kinds(value)
            case _:
                return NONE.union(
                    *(self.kinds(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
                )

    def _field(self, kinds: Structs, names: Iterable[str]) -> Structs:
        found = NONE
        for kind in kinds:
            for name in names:
                if name in fields_of(kind):
                    self.reader.read.add((kind, name))
                    found |= fields_of(kind)[name]
        return found

    def _call(self, node: ast.Call) -> Structs:
        given = [self.kinds(one) for one in node.args]
        named = {one.arg: self.kinds(one.value) for one in node.keywords if one.arg}
        called = self._known(node.func)
        everything = NONE.union(*given, *named.values())
        if called is getattr:
            name = node.args[1]
            return self._field(given[0], [name.value] if isinstance(name, ast.Constant) else self._texts())
        if called in (partial, map) and node.args:
            called, given = self._known(node.args[0]), given[1:]
        if getattr(called, "__name__", "") in WHOLE:
            self.reader.whole(everything)
            return NONE
        if inspect.isfunction(called) and called.__module__.startswith("poolhouse.wire."):
            return self.reader.enter(called, given, named) if everything else NONE
        if isinstance(node.func, ast.Attribute):
            everything |= self.kinds(node.func.value)  # such as `found.items()`
        return everything

    def _known(self, node: ast.AST) -> Any:
        """The object an expression names, or None."""
        match node:
            case ast.Name(id=name):
                return self.names.get(name)
            case ast.Attribute(value=value, attr=name):
                return getattr(self._known(value), name, None)
        return None

    def _texts(self) -> frozenset[str]:
        found, looped, left_out = set[str](), set[str](), set[str]()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and node.attr == "__struct_fields__":
                looped.update(name for kind in self.kinds(node.value) for name in fields_of(kind))
            elif isinstance(node, ast.Compare):
                left_out.update(*(self._texts_of(part) for part in node.comparators))
            found.update(self._texts_of(node))
        return frozenset((found | looped) - left_out)

    def _texts_of(self, node: ast.AST) -> frozenset[str]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return frozenset({node.value})
        return (
            frozenset(_texts_in(self._known(node)))
            if isinstance(node, ast.Name | ast.Attribute)
            else frozenset()
        )


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _texts_in(pair)
    elif isinstance(value, tuple | list | frozenset | set):
        for part in value:
            yield from _texts_in(part)
