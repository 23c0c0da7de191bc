"""What is wrong with a GraphQL request, in words that quote no value of it.

graphql-core says `String cannot represent a non string value: 12345`, and what it quotes may be a password. So a
refusal here is made of names and types alone: the path of the variable or argument, missing or with what is expected
there (`poolhouse.misfits`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    Node,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_nullable_type,
    is_input_object_type,
    is_required_argument,
    is_required_input_field,
    specified_rules,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues
from graphql.utilities import coerce_input_literal
from graphql.utilities.validate_input_value import validate_input_literal, validate_input_value
from graphql.validation import (
    ASTValidationRule,
    NoUnusedVariablesRule,
    ProvidedRequiredArgumentsRule,
    ValuesOfCorrectTypeRule,
)

from poolhouse.errors import InvalidInput, Missing
from poolhouse.misfits import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    OBJECT,
    STRING,
    Noun,
    choice,
    expected,
    listed,
)
from poolhouse.wire.v2.schema import SCHEMA

LONGEST_NAME = 64

Path = Sequence[str | int]

_VARIABLE = re.compile(r"'\$(\w+)'")


class _Misfit(GraphQLError):
    """What a rule found, with the refusal that says it."""

    def __init__(self, refusal: InvalidInput, node: Node) -> None:
        super().__init__(str(refusal), node)
        self.refusal = refusal


class _Values(ValuesOfCorrectTypeRule):
    """The rule with our words for literals that do not fit."""

    _whose = ""

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        self._whose = node.name.value

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        self._whose = node.variable.name.value

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> Any:
        if input_type:

            def on_error(error: GraphQLError, path: Path) -> None:
                at = error.nodes[0] if error.nodes else None
                if isinstance(at, NullValueNode) and _is_required(input_type, path):
                    self.report_error(_Misfit(Missing(_path(self._whose, path)), node))
                    return
                self.report_error(_Misfit(_refusal(self._whose, path, input_type, _names(at)), node))

            validate_input_literal(node, input_type, on_error)
        return super().is_valid_value_node(node, None)


class _Required(ProvidedRequiredArgumentsRule):
    """The rule with our words for an argument of a field that is not there."""

    def leave_field(self, field_node: FieldNode, *args: Any) -> Any:
        field = self.context.get_field_def()
        given = {argument.name.value for argument in field_node.arguments or ()}
        for name, argument in field.args.items() if field else ():
            if name not in given and is_required_argument(argument):
                self.report_error(_Misfit(Missing(name), field_node))


_OURS: Mapping[type[ASTValidationRule], type[ASTValidationRule]] = {
    ValuesOfCorrectTypeRule: _Values,
    ProvidedRequiredArgumentsRule: _Required,
}
ABOUT_USES: tuple[type[ASTValidationRule], ...] = (NoUnusedVariablesRule,)
RULES: tuple[type[ASTValidationRule], ...] = tuple(
    _OURS.get(rule, rule) for rule in specified_rules if rule not in ABOUT_USES
)


def of_syntax(error: GraphQLError) -> str:
    where = error.locations[0] if error.locations else None
    return f"syntax error at line {where.line}, column {where.column}" if where else "syntax error"


def of_document(error: GraphQLError, node: DocumentNode) -> InvalidInput:
    """What a rule of validation found. A `$` in front of an unquoted value makes a variable of it, so a name that
    is nobody's variable is not repeated."""
    if isinstance(error, _Misfit):
        return error.refusal
    known = {
        variable.variable.name.value
        for operation in node.definitions
        if isinstance(operation, OperationDefinitionNode)
        for variable in operation.variable_definitions or ()
    }
    return invalid(_VARIABLE.sub(lambda named: named[0] if named[1] in known else "'$...'", error.message))


def invalid(detail: str) -> InvalidInput:
    return InvalidInput("query", f"GraphQL 文档无效：{detail}", f"invalid GraphQL document: {detail}")


def of_variables(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> InvalidInput:
    """The first variable that does not fit."""
    for definition in operation.variable_definitions or ():
        signature = get_variable_signature(SCHEMA, definition)
        if isinstance(signature, GraphQLError):
            return in_variables(signature.message)
        value = given.get(signature.name, Undefined)
        if value is Undefined and definition.default_value:
            continue
        if found := _found(signature.name, value, signature.type):
            return found[0]
    return in_variables("the variables do not fit the operation")


def in_variables(detail: str) -> InvalidInput:
    return InvalidInput("variables", detail[:500], detail[:500])


def of_value(name: str, value: Any, kind: GraphQLInputType) -> InvalidInput:
    """The first place where a value, which does not fit its type, does not."""
    return next(iter(_found(name, value, kind)), InvalidInput(name, *expected(_noun(kind))))


def _found(name: str, value: Any, kind: GraphQLInputType) -> list[InvalidInput]:
    found: list[InvalidInput] = []

    def on_error(_: GraphQLError, path: Path) -> None:
        at = _value_at(value, path)
        if at in (None, Undefined) and _is_required(kind, path):
            found.append(Missing(_path(name, path)))
        else:
            found.append(_refusal(name, path, kind, at.keys() if isinstance(at, dict) else None))

    validate_input_value(value, kind, on_error)
    return found


def of_arguments(
    arguments: Mapping[str, GraphQLArgument], node: FieldNode, variables: VariableValues
) -> InvalidInput:
    """The first argument that has no value or one that does not fit."""
    values = {argument_node.name.value: argument_node.value for argument_node in node.arguments or ()}
    for name, argument in arguments.items():
        value = values.get(name)
        if value is None and is_required_argument(argument):
            return Missing(name)
        if value is not None and coerce_input_literal(value, argument.type, variables) is Undefined:
            absent = isinstance(value, VariableNode) and is_required_argument(argument)
            return Missing(name) if absent else _refusal(name, (), argument.type, None)
    return in_variables(f"the arguments of '{node.name.value}' do not fit")


def of_execution(error: GraphQLError) -> InvalidInput:
    """What stopped an operation before any resolver did."""
    for node in error.nodes or ():
        if isinstance(node, FieldNode | DirectiveNode):
            return in_variables(f"the arguments of '{node.name.value}' do not fit")
    return in_variables("the operation cannot be executed")


def _refusal(name: str, path: Path, kind: GraphQLInputType, names: Collection[str] | None) -> InvalidInput:
    """`names`: the fields given, where an object is."""
    place = _at(kind, path)
    inner = get_nullable_type(place)
    while names is not None and isinstance(inner, GraphQLList):
        inner = get_nullable_type(inner.of_type)
    if is_input_object_type(inner) and names is not None:
        for one, field in inner.fields.items():
            if one not in names and is_required_input_field(field):
                return Missing(_path(name, (*path, one)))
    return InvalidInput(_path(name, path), *expected(_noun(place)))


def _at(kind: GraphQLInputType, path: Path) -> GraphQLInputType:
    place = kind
    for step in path:
        inner: Any = get_nullable_type(place)
        while isinstance(step, str) and isinstance(inner, GraphQLList):
            inner = get_nullable_type(inner.of_type)
        place = inner.of_type if isinstance(step, int) else inner.fields[step].type
    return place


def _is_required(kind: GraphQLInputType, path: Path) -> bool:
    """An item of a list is never missing: it is null."""
    return isinstance(_at(kind, path), GraphQLNonNull) and not (path and isinstance(path[-1], int))


def _path(name: str, path: Path) -> str:
    """`statements[0].resource`"""
    return name + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


_NOUNS = {"String": STRING, "ID": STRING, "Int": INTEGER, "Float": NUMBER, "Boolean": BOOLEAN}


def _noun(kind: GraphQLInputType) -> Noun:
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLList):
        return listed(_noun(inner.of_type))
    if isinstance(inner, GraphQLEnumType):
        return choice(inner.values)
    return _NOUNS.get(inner.name, OBJECT)


def _names(node: Node | None) -> list[str] | None:
    """The fields of an object literal, or the one field that is meant."""
    if isinstance(node, ObjectFieldNode):
        return [node.name.value]
    return [one.name.value for one in node.fields] if isinstance(node, ObjectValueNode) else None


def _value_at(value: Any, path: Path) -> Any:
    """None where a list was spelled as its only item: its path has no index."""
    for step in path:
        leads_on = isinstance(value, dict if isinstance(step, str) else list)
        if not leads_on:
            return None
        value = value[step]
    return value
