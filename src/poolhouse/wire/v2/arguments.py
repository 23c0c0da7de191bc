"""A REST body as the arguments of the GraphQL operation it is another spelling of.

The older clients ask by paths for what newer ones ask by documents. What may be given, of which type, stands in the
schema once; a handler takes its arguments from here and calls the operation's own resolver.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLField, Undefined, coerce_input_value, is_required_argument

from poolhouse.errors import InvalidInput, Missing
from poolhouse.wire.v2 import faults
from poolhouse.wire.v2.graphql import check_lists
from poolhouse.wire.v2.request import Arguments
from poolhouse.wire.v2.schema import MUTATION, QUERY
from poolhouse.wire.v2.unknown_fields import is_nothing, known_value


def arguments_of(operation: str, given: Mapping[str, Any]) -> Arguments:
    """`operation`: a root of the schema. Absent and null are both absent, and unknown keys are passed over.

    Raises InvalidInput naming the argument that is missing or does not fit, TooLarge for long lists.
    """
    root: GraphQLField = MUTATION.fields.get(operation) or QUERY.fields[operation]
    arguments: Arguments = {}
    for name, argument in root.args.items():
        value = given.get(name)
        if value is None:
            if is_required_argument(argument):
                raise Missing(name)
            continue
        try:
            check_lists(name, value)
            known = known_value(value, argument.type, name)
            if is_nothing(known, argument.type, inside=False):
                continue
            coerced = coerce_input_value(known, argument.type)
        except RecursionError as error:
            raise InvalidInput(name, "嵌套过深", "nested too deeply") from error
        if coerced is Undefined:
            raise faults.of_value(name, known, argument.type)
        arguments[name] = coerced
    return arguments
