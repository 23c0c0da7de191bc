"""Answers GraphQL requests: document, variables, operation, answer. Source: docs/contract/v2.md#transport.

Every refusal is HTTP 200 with `{"errors": [{"message": {code, message, data}}], "data": null}`, whoever
found it: the clients read nothing else. Only our own faults have another status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import structlog
from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    OperationType,
    execute,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from poolhouse import failures, trace
from poolhouse.errors import InvalidInput, Missing, NotAuthenticated, NotSupported, PoolhouseError, TooLarge
from poolhouse.misfits import OBJECT, STRING, expected
from poolhouse.wire import without_effect
from poolhouse.wire.v2 import errors, faults, plans, shapes
from poolhouse.wire.v2.clock import written
from poolhouse.wire.v2.documents import ADMINISTRATORS, OTHERS, Document, Documents
from poolhouse.wire.v2.request import Arguments, Field, Operation, V2Request
from poolhouse.wire.v2.schema import MUTATION, QUERY, SCHEMA
from poolhouse.wire.v2.unknown_fields import known_variables

_log = structlog.get_logger(__name__)

MAX_LIST = 5_000
"""Entries of any list in the variables; a use case may allow fewer."""

_encode = msgspec.json.Encoder().encode


class Reply(NamedTuple):
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Operations:
    """What the wire can do: resolvers by operation name, field resolvers by (type, field)."""

    queries: Mapping[str, Operation]
    mutations: Mapping[str, Operation]
    fields: Mapping[tuple[str, str], Field] = field(default_factory=dict)


class GraphQL:
    def __init__(self, operations: Operations, documents: Documents | None = None) -> None:
        self._operations = operations
        self._documents = documents or Documents()

    async def answer(self, request: V2Request) -> Reply:
        try:
            return await self._answer(request)
        except PoolhouseError as error:
            return refusal(request, error)
        except Exception as error:
            _log.exception("request_failed", request_id=request.http.request_id)
            return refusal(request, PoolhouseError(failures.told(error)))

    async def _answer(self, request: V2Request) -> Reply:
        body = request.http.json_object()
        caller = request.caller
        known = caller.kind == "administrator"
        whose = caller.pool_id if known else caller.neighborhood or ""
        document = await self._documents.read(_source(body), whose, ADMINISTRATORS if known else OTHERS)
        request.selected = document.names
        operation = document.operation(body.get("operationName"))
        run = _Run(request, self._operations)
        planned = self._planned(request, document, operation, body.get("variables"))
        if planned is None:
            return await self._execute(document, operation, body, run)
        plan, arguments = planned
        run.known = await run.root(operation.operation is OperationType.MUTATION, plan.node, arguments)
        try:
            data = {plan.key: plan.complete(run.known.value, request)}
        except Exception:
            # An illegal null or a failing field: graphql-core knows how far it reaches.
            return await self._execute(document, operation, body, run)
        return Reply(_encode({"data": data}))

    def _planned(
        self,
        request: V2Request,
        document: Document,
        operation: OperationDefinitionNode,
        given: dict[str, Any] | None,
    ) -> tuple[plans.Plan, Arguments] | None:
        """The plan to follow and its root's arguments; None leaves the operation to graphql-core."""
        plan = plans.quick_plan(document, operation)
        if plan is not None:
            arguments = plan.quick_arguments(given or {})
            if arguments is not None:
                return plan, arguments
        variables = _variables(operation, _given(request, operation, given))
        plan = plans.plan(document, operation, variables, self._operations.fields)
        if plan is None:
            return None
        try:
            return plan, get_argument_values(plan.field, plan.node, variables)
        except GraphQLError as error:
            raise faults.of_arguments(plan.field.args, plan.node, variables) from error

    async def _execute(
        self, document: Document, operation: OperationDefinitionNode, body: dict[str, Any], run: _Run
    ) -> Reply:
        result = execute(
            SCHEMA,
            document.node,
            context_value=run,
            variable_values=_given(run.request, operation, body.get("variables")),
            operation_name=body.get("operationName") or None,
            field_resolver=_resolve,
            max_coercion_errors=3,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        if not result.errors:
            return Reply(_encode({"data": result.data}))
        failures = [_failure(error, run.request) for error in result.errors]
        worst = max(failures, key=lambda failure: errors.row(failure).http)
        data = result.data if any(value is not None for value in (result.data or {}).values()) else None
        return _refusal(run.request, failures, worst, data)


# -- a request read --------------------------------------------------------------------------------------


def _source(body: dict[str, Any]) -> str:
    source = body.get("query")
    if not isinstance(source, str) or not source.strip():
        raise Missing("query")
    name = body.get("operationName")
    if name is not None and not isinstance(name, str):
        raise InvalidInput("operationName", *expected(STRING))
    variables = body.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise InvalidInput("variables", *expected(OBJECT))
    return source


def _given(
    request: V2Request, operation: OperationDefinitionNode, given: dict[str, Any] | None
) -> dict[str, Any]:
    """The variables as they are read. Raises InvalidInput and TooLarge."""
    try:
        for name, value in (given or {}).items():
            check_lists(name, value)
        variables = known_variables(operation, given or {})
    except RecursionError as error:
        raise faults.in_variables("nested too deeply") from error
    if "userPoolId" in variables or not request.caller.pool_id:
        return variables
    # A client built with an app id alone asks for its token without naming the pool the document demands.
    roots = operation.selection_set.selections
    if any(isinstance(node, FieldNode) and node.name.value == "accessToken" for node in roots):
        return {**variables, "userPoolId": request.caller.pool_id}
    return variables


def _variables(operation: OperationDefinitionNode, given: dict[str, Any]) -> VariableValues:
    coerced = get_variable_values(SCHEMA, operation.variable_definitions or (), given, max_errors=3)
    if isinstance(coerced, list):
        raise faults.of_variables(operation, given)
    return coerced


def check_lists(name: str, value: Any) -> None:
    """Raises TooLarge for a list of more than MAX_LIST, however deep; RecursionError."""
    if isinstance(value, dict):
        for key, item in value.items():
            check_lists(key, item)
    elif isinstance(value, list):
        if len(value) > MAX_LIST:
            raise TooLarge(name, f"最多 {MAX_LIST} 项", f"at most {MAX_LIST} entries")
        for item in value:
            if isinstance(item, list | dict):
                check_lists(name, item)


# -- execution -------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    value: Any


@dataclass(slots=True)
class _Run:
    """One execution. `known` is the only root field's value, when a plan has asked for it already."""

    request: V2Request
    operations: Operations
    known: _Known | None = None

    async def root(self, mutation: bool, node: FieldNode, arguments: Arguments) -> _Known:
        name = node.name.value
        operation = (self.operations.mutations if mutation else self.operations.queries).get(name)
        if operation is None:
            raise NotSupported(what=name)
        trace.note(operation=name)
        # Only what the operation declares, typed: all a script sees of the request's body.
        own = {"operationName": name, "variables": arguments}
        self.request.caller = replace(self.request.caller, body=own)
        try:
            value = await operation(self.request, arguments)
        except NotAuthenticated as error:
            if type(error) is NotAuthenticated and self.request.refusal:
                raise self.request.refusal from error
            raise
        without_effect.note(name, arguments)
        return _Known(value)

    async def value(self, mutation: bool, node: FieldNode, arguments: Arguments) -> Any:
        known = self.known or await self.root(mutation, node, arguments)
        return known.value


def _resolve(parent: Any, info: GraphQLResolveInfo[Any], /, **arguments: Any) -> Any:
    run: _Run = info.context
    kind = info.parent_type
    if kind is QUERY or kind is MUTATION:
        return run.value(kind is MUTATION, info.field_nodes[0], arguments)
    resolver = run.operations.fields.get((kind.name, info.field_name))
    if resolver is None:
        return shapes.read(parent, info.field_name, run.request.zone)
    value = resolver(parent, run.request, arguments)
    if isinstance(value, datetime):
        return written(value, run.request.zone)
    return value


# -- failures --------------------------------------------------------------------------------------------


def _failure(error: GraphQLError, request: V2Request) -> PoolhouseError:
    original = error.original_error
    if isinstance(original, PoolhouseError):
        return original
    if (original is None and error.path is None) or (isinstance(original, GraphQLError) and original.nodes):
        return faults.of_execution(error)
    cause = failures.told(original or error)
    _log.error(
        "request_failed", request_id=request.http.request_id, path=error.path, cause=cause, exc_info=original
    )
    return PoolhouseError(cause)


def refusal(request: V2Request, error: PoolhouseError) -> Reply:
    return _refusal(request, [error], error, None)


def _refusal(request: V2Request, failures: list[PoolhouseError], worst: PoolhouseError, data: Any) -> Reply:
    lang = request.caller.lang
    trace.note(error=worst)
    described = [
        {
            "message": errors.described(failure, lang),
            "extensions": {"requestId": request.http.request_id},
        }
        for failure in failures
    ]
    body = _encode({"errors": described, "data": data})
    return Reply(body, errors.row(worst).http, errors.headers(worst))
