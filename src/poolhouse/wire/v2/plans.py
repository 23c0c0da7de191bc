"""Compiled selections: a document with one root field becomes a projection from models to an answer.

graphql-core walks every field of every row; a plan reads a row's attributes with one attrgetter and puts
them into a Struct made for the selection. What a plan cannot do (an async field resolver, a field with
arguments, two root fields) is left to graphql-core, and so is a null in a non-null field, because bubbling
is rare. Both paths give the same bytes; tests/wire/v2/test_plans.py holds that.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSkipDirective,
    InlineFragmentNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_directive_values,
    is_leaf_type,
)
from graphql.execution.values import VariableValues

from poolhouse.wire.v2 import shapes
from poolhouse.wire.v2.clock import clock, written
from poolhouse.wire.v2.documents import Document
from poolhouse.wire.v2.request import Arguments, Field, V2Request
from poolhouse.wire.v2.schema import MUTATION, QUERY, SCHEMA

FieldTable = Mapping[tuple[str, str], Field]

_NO_ARGUMENTS: Arguments = {}

MAX_VARIANTS = 8
"""Plans of one document, which differ by the values its @include and @skip take."""


class NotPlanned(Exception):
    """This value or document is graphql-core's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`key` is the root field's response key, `node` and `field` its call."""

    key: str
    node: FieldNode
    field: GraphQLField
    complete: Completer
    parameters: tuple[_Parameter, ...] | None = None

    def quick_arguments(self, given: Mapping[str, Any]) -> Arguments | None:
        """The arguments when they are variables that hold plain values or nothing, which is what clients send.

        None leaves them to graphql-core, which also says what is wrong with them.
        """
        if self.parameters is None:
            return None
        arguments: Arguments = {}
        for name, variable, kind, required in self.parameters:
            value = given.get(variable)
            if value is None:
                if required:
                    return None
                if variable in given:
                    arguments[name] = None
            elif kind is None:
                return None
            elif isinstance(kind, GraphQLEnumType):
                if type(value) is not str or value not in kind.values:
                    return None
                arguments[name] = value
            elif type(value) is not kind or (isinstance(value, int) and not _is_int32(value)):
                return None
            else:
                arguments[name] = value
        return arguments


class _Parameter(NamedTuple):
    """An argument that is a variable without a default. `kind`: its scalar or enum type; None of another, which is
    graphql-core's to read where it is given."""

    name: str
    variable: str
    kind: type | GraphQLEnumType | None
    required: bool


_KINDS: dict[str, type | GraphQLEnumType] = {
    **{name: kind for name, kind in SCHEMA.type_map.items() if isinstance(kind, GraphQLEnumType)},
    **{"String": str, "Int": int, "Boolean": bool},
}


def _parameters(node: FieldNode, operation: OperationDefinitionNode) -> tuple[_Parameter, ...] | None:
    defined = {one.variable.name.value: one for one in operation.variable_definitions or ()}
    used: list[_Parameter] = []
    for argument in node.arguments or ():
        if not isinstance(argument.value, VariableNode):
            return None
        variable = defined[argument.value.name.value]
        kind, required = variable.type, isinstance(variable.type, NonNullTypeNode)
        if isinstance(kind, NonNullTypeNode):
            kind = kind.type
        if variable.default_value:
            return None
        plain = _KINDS.get(kind.name.value) if isinstance(kind, NamedTypeNode) else None
        used.append(_Parameter(argument.name.value, variable.variable.name.value, plain, required))
    return tuple(used) if len(used) == len(defined) else None


Completer = Callable[[Any, V2Request], Any]
"""Turns what a resolver gave into what goes on the wire; raises NotPlanned for an illegal null."""


def plan(
    document: Document, operation: OperationDefinitionNode, variables: VariableValues, fields: FieldTable
) -> Plan | None:
    """The plan of an operation for these directive values; None when there is none."""
    names = document.plans.get("directives")
    if names is None:
        names = document.plans["directives"] = _directive_variables(document)
    variant = (id(operation), tuple(variables.coerced.get(name) for name in names))
    if variant in document.plans:
        cached: Plan | None = document.plans[variant]
        return cached
    if len(document.plans) > MAX_VARIANTS:
        return None
    try:
        compiled = _Compiler(document, variables, fields).operation(operation)
    except NotPlanned:
        compiled = None
    document.plans[variant] = compiled
    return compiled


def quick_plan(document: Document, operation: OperationDefinitionNode) -> Plan | None:
    """The plan of an operation that no variable changes and that `plan` has made before."""
    found: Plan | None = document.plans.get((id(operation), ()))
    return found


def _directive_variables(document: Document) -> tuple[str, ...]:
    """Names of the variables that @include and @skip depend on."""
    names: dict[str, None] = {}
    todo: list[SelectionSetNode | None] = [
        *(operation.selection_set for operation in document.operations.values()),
        *(fragment.selection_set for fragment in document.fragments.values()),
    ]
    while todo:
        selections = todo.pop()
        for node in selections.selections if selections else ():
            for directive in node.directives or ():
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        names[argument.value.name.value] = None
            if isinstance(node, FieldNode | InlineFragmentNode):
                todo.append(node.selection_set)
    return tuple(names)


class _Compiler:
    def __init__(self, document: Document, variables: VariableValues, fields: FieldTable) -> None:
        self._document, self._variables, self._fields = document, variables, fields

    def operation(self, node: OperationDefinitionNode) -> Plan:
        root = MUTATION if node.operation is OperationType.MUTATION else QUERY
        collected = self._collect(root, [node.selection_set])
        if len(collected) != 1:
            raise NotPlanned
        (key, nodes), *_ = collected.items()
        field = root.fields.get(nodes[0].name.value)
        if field is None:
            raise NotPlanned
        # graphql-core takes the arguments of the first of merged fields; validation made them all alike.
        parameters = None if self._document.plans.get("directives") else _parameters(nodes[0], node)
        return Plan(key, nodes[0], field, self._completer(field.type, nodes), parameters)

    def _collect(self, kind: GraphQLObjectType, sets: list[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """Selected fields by response key, in the order of their first appearance."""
        collected: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()

        def walk(selections: SelectionSetNode) -> None:
            for node in selections.selections:
                if not self._included(node):
                    continue
                if isinstance(node, FieldNode):
                    collected.setdefault((node.alias or node.name).value, []).append(node)
                elif isinstance(node, InlineFragmentNode):
                    if node.type_condition is None or node.type_condition.name.value == kind.name:
                        walk(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                    seen.add(node.name.value)
                    fragment = self._document.fragments[node.name.value]
                    if fragment.type_condition.name.value == kind.name:
                        walk(fragment.selection_set)

        for selections in sets:
            walk(selections)
        return collected

    def _included(self, node: Any) -> bool:
        if not node.directives:
            return True
        try:
            skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
            include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        except GraphQLError as error:
            raise NotPlanned from error
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))

    def _completer(self, kind: GraphQLOutputType, nodes: list[FieldNode]) -> Completer:
        if isinstance(kind, GraphQLNonNull):
            return _non_null(self._completer(kind.of_type, nodes))
        if isinstance(kind, GraphQLList):
            item = kind.of_type
            required = isinstance(item, GraphQLNonNull)
            row = self._completer(item.of_type if required else item, nodes)
            if isinstance(row, _Projection):
                return row.required_rows if required else row.rows
            return _list(_non_null(row) if required else row)
        if is_leaf_type(kind):
            return _leaf(kind)
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, nodes)
        raise NotPlanned

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Completer:
        sets = [node.selection_set for node in nodes if node.selection_set]
        columns: list[_Column] = []
        for key, group in self._collect(kind, sets).items():
            name = group[0].name.value
            if name == "__typename":
                columns.append(_Column(key, name, _nothing, _always(kind.name)))
                continue
            field = kind.fields.get(name)
            resolver = self._fields.get((kind.name, name))
            if field is None or (field.args and resolver is None) or inspect.iscoroutinefunction(resolver):
                raise NotPlanned
            if resolver is not None and field.args:
                raise NotPlanned
            columns.append(
                _Column(
                    key,
                    name,
                    self._completer(field.type, group),
                    resolver,
                    _single_leaf(field.type),
                    isinstance(field.type, GraphQLNonNull),
                    _are_texts(field.type),
                )
            )
        return _Projection(columns)


@dataclass(frozen=True, slots=True)
class _Column:
    """`leaf`: the type of a column that holds single scalars, whose exact values need no completion."""

    key: str
    name: str
    complete: Completer
    resolver: Field | None = None
    leaf: GraphQLLeafType | None = None
    non_null: bool = False
    texts: bool = False


class Projected(msgspec.Struct):
    """A row as it goes on the wire; its field names are those of the selection."""


class _Projection:
    """Rows of one GraphQL type to Structs of one selection; a way to read is built for each model class."""

    def __init__(self, columns: list[_Column]) -> None:
        self._columns = columns
        self._answer: Callable[..., Any] = msgspec.defstruct(
            "Answer",
            [(f"f{index}", Any) for index in range(len(columns))],
            rename={f"f{index}": column.key for index, column in enumerate(columns)},
            bases=(Projected,),
            gc=False,
        )
        self._readers: dict[type, Callable[[Any, V2Request], Any]] = {}

    def __call__(self, row: Any, request: V2Request) -> Any:
        if row is None:
            return None
        kind = type(row)
        return (self._readers.get(kind) or self._reader(kind))(row, request)

    def required_rows(self, rows: Any, request: V2Request) -> Any:
        if rows and None in rows:
            raise NotPlanned
        return self.rows(rows, request)

    def rows(self, rows: Any, request: V2Request) -> Any:
        """A list of rows, whose class seldom changes from one to the next."""
        if rows is None:
            return None
        if not isinstance(rows, list | tuple):
            raise NotPlanned
        kind: type = type(None)
        reader: Completer = _nothing
        answers = []
        for row in rows:
            if type(row) is not kind:
                kind = type(row)
                reader = _nothing if row is None else self._readers.get(kind) or self._reader(kind)
            answers.append(reader(row, request))
        return answers

    def _reader(self, kind: type) -> Callable[[Any, V2Request], Any]:
        self._readers[kind] = reader = self._build(kind)
        return reader

    def _build(self, kind: type) -> Callable[[Any, V2Request], Any]:
        if issubclass(kind, Mapping):
            return self._mapping
        hints = shapes.declared(kind)
        cells: list[str] = []
        scope: dict[str, Any] = {"answer": self._answer, "required": _required, "none": _NO_ARGUMENTS}
        for index, column in enumerate(self._columns):
            name = shapes.attribute(kind, column.name)
            if column.resolver:
                scope[f"resolver{index}"] = column.resolver
                step = _known_step(_returned(column.resolver), column)
                cell = f"resolver{index}(row, request, none)"
            elif name is None:
                step, cell = _nothing, "None"
            else:
                step, cell = _known_step(hints.get(name), column), f"row.{name}"
            if step is not _nothing:
                scope[f"step{index}"] = step
                cell = f"step{index}({cell}, request)"
            cells.append(f"required({cell})" if column.non_null else cell)
        # Only indices and attribute names of our own models are in this text; a caller's words never are.
        exec(f"def read(row, request): return answer({', '.join(cells)})", scope)  # noqa: S102
        read: Callable[[Any, V2Request], Any] = scope["read"]
        return read

    def _mapping(self, row: Mapping[str, Any], request: V2Request) -> Any:
        return self._answer(
            *[
                column.complete(
                    column.resolver(row, request, _NO_ARGUMENTS) if column.resolver else row.get(column.name),
                    request,
                )
                for column in self._columns
            ]
        )


# -- completion ------------------------------------------------------------------------------------------


def _always(value: str) -> Field:
    return lambda row, request, arguments: value


def _required(value: Any) -> Any:
    if value is None:
        raise NotPlanned
    return value


def _returned(resolver: Field) -> Any:
    """What a computed field's function says it gives."""
    try:
        return get_type_hints(resolver).get("return", Any)
    except (NameError, TypeError):
        return Any


def _non_null(complete: Completer) -> Completer:
    def non_null(value: Any, request: V2Request) -> Any:
        completed = complete(value, request)
        if completed is None:
            raise NotPlanned
        return completed

    return non_null


def _list(complete: Completer) -> Completer:
    def items(value: Any, request: V2Request) -> Any:
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            raise NotPlanned
        return [complete(item, request) for item in value]

    return items


def _nothing(value: Any, request: V2Request) -> Any:
    return value


def _leaf(kind: GraphQLLeafType) -> Completer:
    serialize = kind.coerce_output_value

    def leaf(value: Any, request: V2Request) -> Any:
        if value is None:
            return None
        if isinstance(value, datetime):
            value = written(value, request.zone)
        try:
            return serialize(value)
        except Exception as error:
            raise NotPlanned from error

    return leaf


def _time(value: datetime | None, request: V2Request) -> str | None:
    return None if value is None else clock(request.zone).write(value)


def _integer(value: int | None, request: V2Request) -> Any:
    if value is not None and not _is_int32(value):
        raise NotPlanned
    return value


def _is_int32(value: int) -> bool:
    return -0x80000000 <= value <= 0x7FFFFFFF


def _texts(value: Any, request: V2Request) -> Any:
    if value is not None and None in value:
        raise NotPlanned
    return value


def _enum(kind: GraphQLEnumType) -> Completer:
    names = {None: None, **{name: name for name in kind.values}}

    def enum(value: Any, request: V2Request) -> Any:
        try:
            return names[value]
        except (KeyError, TypeError) as error:
            raise NotPlanned from error

    return enum


def _known_step(hint: Any, column: _Column) -> Completer:
    """The cheapest completion that the declared type of an attribute allows."""
    kinds = set(get_args(hint)) if get_origin(hint) in (Union, UnionType) else {hint}
    kinds.discard(NoneType)
    match column.leaf:
        case GraphQLScalarType(name="String") if kinds == {str}:
            return _nothing
        case GraphQLScalarType(name="String") if kinds == {datetime}:
            return _time
        case GraphQLScalarType(name="Boolean") if kinds == {bool}:
            return _nothing
        case GraphQLScalarType(name="Int") if kinds == {int}:
            return _integer
        case GraphQLEnumType():
            return _enum(column.leaf)
        case None if column.texts and kinds <= {tuple[str, ...], list[str]}:
            return _texts
    return column.complete


def _single_leaf(kind: GraphQLOutputType) -> GraphQLLeafType | None:
    """The leaf type, when values of it stand alone in a column."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return inner if is_leaf_type(inner) else None


def _are_texts(kind: GraphQLOutputType) -> bool:
    """Whether the type is [String!] or [String!]!."""
    return str(kind).rstrip("!") == "[String!]"
