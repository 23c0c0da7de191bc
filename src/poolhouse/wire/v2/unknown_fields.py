"""Unknown input fields are ignored, as in every JSON body: a newer client may send more than we read.

GraphQL itself refuses them. So they are taken out, of the variables and of the literals of a document, before
graphql-core sees either. What is asked back is another matter: a selected field that does not exist stays an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLInputType,
    GraphQLList,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_input_type,
    type_from_ast,
    visit,
)

from poolhouse.wire.v2.schema import SCHEMA


def known_variables(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables without the fields that their types do not have. Raises RecursionError."""
    known = dict(given)
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if isinstance(known.get(name), dict | list):
            kind = type_from_ast(SCHEMA, definition.type)
            if is_input_type(kind):
                known[name] = known_value(known[name], kind)
    return known


def known_value(value: Any, kind: GraphQLInputType) -> Any:
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLList):
        if isinstance(value, list):
            return [known_value(item, inner.of_type) for item in value]
        return known_value(value, inner.of_type)  # one item may stand for a list of one
    if is_input_object_type(inner) and isinstance(value, dict):
        fields = inner.fields
        return {name: known_value(item, fields[name].type) for name, item in value.items() if name in fields}
    return value


def known_literals(document: DocumentNode) -> DocumentNode:
    """The document itself where there is nothing to take out."""
    types = TypeInfo(SCHEMA)
    known: DocumentNode = visit(document, TypeInfoVisitor(types, _Known(types)))
    return known


class _Known(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
        kind = self._types.get_parent_input_type()
        owner = get_named_type(kind) if kind else None
        return REMOVE if is_input_object_type(owner) and node.name.value not in owner.fields else None
