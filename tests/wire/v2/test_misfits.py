"""What does not fit is named by its path and told what it is, as on v3: of every operation of the schema, in its
variables, in literals, and in the body of a REST call that is another spelling of it. Nothing is asked of a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)
from tests.wire.v2.calls import Root, document, plain, roots, variables

from poolhouse.errors import InvalidInput, Missing
from poolhouse.wire.v2.arguments import arguments_of
from poolhouse.wire.v2.documents import compile_document
from poolhouse.wire.v2.graphql import _variables
from poolhouse.wire.v2.unknown_fields import known_variables

WORDS = {"String": ("字符串", "a string"), "Int": ("整数", "an integer"), "Boolean": ("布尔值", "a boolean")}
WRONG: dict[str, Any] = {"String": 7, "Int": "x", "Boolean": "x"}
ABSENT = object()


class Place(NamedTuple):
    """An argument, or a field within one: the steps that lead there, and its type."""

    root: Root
    steps: tuple[str | int, ...]
    kind: GraphQLInputType

    def given(self, value: Any) -> dict[str, Any]:
        """All arguments, with this value there."""
        given = variables(self.root, plain)
        inner: Any = given
        for step in self.steps[:-1]:
            inner = inner[step]
        if value is ABSENT:
            del inner[self.steps[-1]]
        else:
            inner[self.steps[-1]] = value
        return given

    def path(self) -> str:
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)[1:]


def places(root: Root) -> Iterator[Place]:
    def below(kind: GraphQLInputType, steps: tuple[str | int, ...]) -> Iterator[Place]:
        yield Place(root, steps, kind)
        inner = get_nullable_type(kind)
        if isinstance(inner, GraphQLList):
            inner, steps = get_nullable_type(inner.of_type), (*steps, 0)
        if isinstance(inner, GraphQLInputObjectType):
            for name, field in inner.fields.items():
                yield from below(field.type, (*steps, name))

    for name, argument in root.field.args.items():
        yield from below(argument.type, (name,))


def in_variables(root: Root, given: dict[str, Any]) -> None:
    operation = compile_document(document(root)).operation(None)
    _variables(operation, known_variables(operation, given))


def in_literals(root: Root, given: dict[str, Any]) -> None:
    kinds = {name: argument.type for name, argument in root.field.args.items()}
    passed = ", ".join(f"{name}: {literal(value, kinds[name])}" for name, value in given.items())
    _, _, selection = document(root).partition(f"{{ {root.name}")
    compile_document(
        f"{root.kind} {{ {root.name}{f'({passed})' if passed else ''} {selection[selection.find(')') + 1 :]}"
    )


def over_rest(root: Root, given: dict[str, Any]) -> None:
    arguments_of(root.name, given)


def literal(value: Any, kind: GraphQLInputType) -> str:
    inner = get_nullable_type(kind)
    if isinstance(value, list):
        return f"[{', '.join(literal(one, inner.of_type) for one in value)}]"  # type: ignore[union-attr]
    if isinstance(value, dict):
        fields = getattr(inner, "fields", {})
        return f"{{{', '.join(f'{name}: {literal(one, fields[name].type)}' for name, one in value.items())}}}"
    if isinstance(inner, GraphQLEnumType) and isinstance(value, str):
        return value
    return "null" if value is None else msgspec.json.encode(value).decode()


Way = Callable[[Root, dict[str, Any]], None]
each_root = pytest.mark.parametrize("root", [root for root in roots() if root.field.args], ids=str)
each_way = pytest.mark.parametrize(
    "way", [in_variables, in_literals, over_rest], ids=lambda way: way.__name__
)


def refusal(way: Way, place: Place, value: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        way(place.root, place.given(value))
    return refused.value


@each_way
@each_root
def test_a_parameter_that_is_not_there_is_called_missing_by_its_path(root: Root, way: Way) -> None:
    for place in places(root):
        if isinstance(place.kind, GraphQLNonNull):
            for absent in (ABSENT, None):
                refused = refusal(way, place, absent)
                assert type(refused) is Missing
                assert refused.message() == f"缺少参数 {place.path()}"
                assert refused.message("en-US") == f"Parameter {place.path()} is missing"


@each_way
@each_root
def test_a_word_that_is_not_allowed_is_answered_by_those_that_are_in_the_order_of_the_schema(
    root: Root, way: Way
) -> None:
    for place in places(root):
        inner = get_nullable_type(place.kind)
        if isinstance(inner, GraphQLEnumType):
            words = list(inner.values)
            refused = refusal(way, place, "NO_SUCH_WORD")
            assert refused.message() == f"参数 {place.path()} 格式错误：应为 {'、'.join(words)} 之一"
            assert refused.message("en-US").endswith(
                f"{place.path()} is malformed: expected one of {', '.join(words)}"
            )


@each_way
@each_root
def test_a_value_of_another_type_is_answered_by_the_one_that_was_expected(root: Root, way: Way) -> None:
    for place in places(root):
        inner = get_nullable_type(place.kind)
        if isinstance(inner, GraphQLInputObjectType):
            zh, en, wrong = "对象", "an object", 7
        elif getattr(inner, "name", "") in WORDS:
            zh, en, wrong = *WORDS[inner.name], WRONG[inner.name]  # type: ignore[union-attr]
        else:
            continue
        refused = refusal(way, place, wrong)
        assert refused.message() == f"参数 {place.path()} 格式错误：应为{zh}"
        assert refused.message("en-US") == f"Parameter {place.path()} is malformed: expected {en}"


def test_every_kind_of_refusal_is_among_them() -> None:
    found = [place for root in roots() if root.field.args for place in places(root)]
    assert sum(isinstance(place.kind, GraphQLNonNull) for place in found) > 100
    assert sum(isinstance(get_nullable_type(place.kind), GraphQLEnumType) for place in found) > 10
    assert any(len(place.steps) > 2 for place in found)
