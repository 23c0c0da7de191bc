"""Unknown input fields are ignored, as in every JSON body: a newer client may send more than we read.

GraphQL itself refuses them. So they are taken out, of the variables and of the literals of a document, before
graphql-core sees either. What is asked back is another matter: a selected field that does not exist stays an error.
Variables are also read in whatever spelling they came, by the same rules as the bodies of v3 (`wire/spelling.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLFloat,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_input_type,
    is_required_input_field,
    type_from_ast,
    visit,
)

from poolhouse.wire import spelling
from poolhouse.wire.v2.schema import SCHEMA


def known_variables(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables in the spelling of their types, without the fields that those do not have. Raises
    RecursionError."""
    known = dict(given)
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if known.get(name) is not None:
            kind = type_from_ast(SCHEMA, definition.type)
            if is_input_type(kind):
                known[name] = known_value(known[name], kind, name)
                if is_nothing(known[name], kind, inside=False):
                    del known[name]
    return known


def known_value(value: Any, kind: GraphQLInputType, name: str = "") -> Any:
    """`name` of the variable or field: one that ends in `ids` may be a list in one text."""
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLList):
        if isinstance(value, str) and name.lower().endswith("ids"):
            return spelling.items(value)
        if isinstance(value, list):
            return [known_value(item, inner.of_type) for item in value]
        return known_value(value, inner.of_type)  # one item may stand for a list of one
    if is_input_object_type(inner) and isinstance(value, dict):
        fields = inner.fields
        known = {
            key: known_value(item, fields[key].type, key) for key, item in value.items() if key in fields
        }
        return {
            key: item for key, item in known.items() if not is_nothing(item, fields[key].type, inside=True)
        }
    if inner is GraphQLInt:
        return spelling.integer(value)
    return spelling.number(value) if inner is GraphQLFloat else value


def is_nothing(value: Any, kind: GraphQLInputType, *, inside: bool) -> bool:
    """An empty object where a field of it is required, and an empty text where no text is meant.

    `inside` of an object: an empty variable is the caller's own word and is refused by its name.
    """
    if isinstance(kind, GraphQLNonNull):
        return False
    if value == {}:
        return is_input_object_type(kind) and any(map(is_required_input_field, kind.fields.values()))
    return inside and value == "" and kind is not GraphQLString


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
