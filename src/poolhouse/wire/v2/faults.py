"""What is wrong with a GraphQL request, in words that quote no value of it.

graphql-core says `String cannot represent a non string value: 12345`, and what it quotes may be a password. So a
message here is made of names and types alone: where in the request, and what is expected there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLInputType,
    GraphQLList,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    get_nullable_type,
    is_input_object_type,
    is_required_argument,
    is_required_input_field,
    specified_rules,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues
from graphql.pyutils import print_path_list
from graphql.utilities import coerce_input_literal
from graphql.utilities.validate_input_value import validate_input_literal, validate_input_value
from graphql.validation import ASTValidationRule, NoUnusedVariablesRule, ValuesOfCorrectTypeRule

from poolhouse.wire.v2.schema import SCHEMA

LONGEST_NAME = 64

Path = Sequence[str | int]

_VARIABLE = re.compile(r"'\$(\w+)'")


class _Values(ValuesOfCorrectTypeRule):
    """The rule with our words for literals that do not fit."""

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> Any:
        if input_type:

            def on_error(error: GraphQLError, path: Path) -> None:
                at = error.nodes[0] if error.nodes else None
                self.report_error(GraphQLError(_says("a value", path, input_type, _names(at)), node))

            validate_input_literal(node, input_type, on_error)
        return super().is_valid_value_node(node, None)


ABOUT_USES: tuple[type[ASTValidationRule], ...] = (NoUnusedVariablesRule,)
RULES: tuple[type[ASTValidationRule], ...] = tuple(
    _Values if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules if rule not in ABOUT_USES
)


def of_syntax(error: GraphQLError) -> str:
    where = error.locations[0] if error.locations else None
    return f"syntax error at line {where.line}, column {where.column}" if where else "syntax error"


def of_document(error: GraphQLError, node: DocumentNode) -> str:
    """What a rule of validation found. A `$` in front of an unquoted value makes a variable of it, so a name that
    is nobody's variable is not repeated."""
    known = {
        variable.variable.name.value
        for operation in node.definitions
        if isinstance(operation, OperationDefinitionNode)
        for variable in operation.variable_definitions or ()
    }
    return _VARIABLE.sub(lambda named: named[0] if named[1] in known else "'$...'", error.message)


def of_variables(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> str:
    """The first variable that does not fit."""
    for definition in operation.variable_definitions or ():
        signature = get_variable_signature(SCHEMA, definition)
        if isinstance(signature, GraphQLError):
            return signature.message
        value = given.get(signature.name, Undefined)
        if value is Undefined and definition.default_value:
            continue
        if said := of_value(f"variable '${signature.name}'", value, signature.type):
            return said
    return "the variables do not fit the operation"


def of_value(what: str, value: Any, kind: GraphQLInputType) -> str:
    """The first place of `what` where it does not fit its type; "" where it fits."""
    said: list[str] = []

    def on_error(_: GraphQLError, path: Path) -> None:
        at = _value_at(value, path)
        said.append(_says(what, path, kind, at.keys() if isinstance(at, dict) else None))

    validate_input_value(value, kind, on_error)
    return said[0] if said else ""


def of_arguments(arguments: Mapping[str, GraphQLArgument], node: FieldNode, variables: VariableValues) -> str:
    """The first argument that has no value or one that does not fit."""
    values = {argument_node.name.value: argument_node.value for argument_node in node.arguments or ()}
    for name, argument in arguments.items():
        value = values.get(name)
        missing = value is None and is_required_argument(argument)
        if missing or (
            value is not None and coerce_input_literal(value, argument.type, variables) is Undefined
        ):
            return f"argument '{name}' of '{node.name.value}': expected type '{argument.type}'"
    return f"the arguments of '{node.name.value}' do not fit"


def of_execution(error: GraphQLError) -> str:
    """What stopped an operation before any resolver did."""
    for node in error.nodes or ():
        if isinstance(node, FieldNode | DirectiveNode):
            return f"the arguments of '{node.name.value}' do not fit"
    return "the operation cannot be executed"


def _says(what: str, path: Path, kind: GraphQLInputType, names: Collection[str] | None) -> str:
    """`names`: the fields given, where an object is."""
    place = kind
    for step in path:
        inner: Any = get_nullable_type(place)
        while isinstance(step, str) and isinstance(inner, GraphQLList):
            inner = get_nullable_type(inner.of_type)
        place = inner.of_type if isinstance(step, int) else inner.fields[step].type
    inner = get_nullable_type(place)
    while names is not None and isinstance(inner, GraphQLList):
        inner = get_nullable_type(inner.of_type)
    head = f"{what}{print_path_list(list(path))}: "
    if is_input_object_type(inner) and names is not None:
        for name, field in inner.fields.items():
            if name not in names and is_required_input_field(field):
                return f"{head}field '{name}' of required type '{field.type}' was not provided"
    return f"{head}expected type '{place}'"


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
