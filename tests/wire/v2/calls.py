"""Calls generated from the schema and the route table, for tests that say something of every operation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
)
from tests.wire.v2.conftest import V2Client

from poolhouse.wire.v2.operations import operations, routes
from poolhouse.wire.v2.schema import MUTATION, QUERY

Choose = Callable[[str, str], Any]
"""A value for an argument or field of this name, of the scalar type String, Int, Boolean or Object."""

BODY_KEYS = """
    action actions appId appIds appType authenticator_type clientip code codes config connections
    data dataType description email enabled extIdpId fields file filetype filter id identifier ids
    inheritByChildren isEnabled isSocial key keyword label limit list logo name namespace opts
    order orgId page params password permissionStrategy phone phoneCountryCode policyCode profile
    query recoveryCode redirectUris resource resourceType resources role scene search secret
    statements status targetIdentifier targetIdentifiers targetType targets tenantId title token
    totp type updates user userId userIdInIdp userIds username value values withCustomData
""".split()  # noqa: SIM905


class Root(NamedTuple):
    """A root of the schema that has a resolver."""

    kind: str
    name: str

    @property
    def field(self) -> Any:
        return (QUERY if self.kind == "query" else MUTATION).fields[self.name]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def roots() -> list[Root]:
    served = operations()
    return [
        *(Root("query", name) for name in sorted(served.queries)),
        *(Root("mutation", name) for name in sorted(served.mutations)),
    ]


def document(root: Root, depth: int = 3) -> str:
    """A document that sends every argument as a variable and selects every field without arguments."""
    arguments = root.field.args
    defined = ", ".join(f"${name}: {argument.type}" for name, argument in arguments.items())
    passed = ", ".join(f"{name}: ${name}" for name in arguments)
    call = f"{root.name}({passed})" if arguments else root.name
    head = f"{root.kind} ({defined})" if arguments else root.kind
    return f"{head} {{ {call}{_selection(root.field.type, depth)} }}"


def _selection(kind: GraphQLOutputType, depth: int) -> str:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    if not isinstance(kind, GraphQLObjectType):
        return ""
    parts = ["__typename"]
    for name, field in kind.fields.items():
        inner = field.type
        while isinstance(inner, GraphQLNonNull | GraphQLList):
            inner = inner.of_type
        if not isinstance(inner, GraphQLObjectType):
            parts.append(name)
        elif depth > 1:
            parts.append(name + _selection(field.type, depth - 1))
    return " { " + " ".join(parts) + " }"


def variables(root: Root, choose: Choose) -> dict[str, Any]:
    return {name: fill(argument.type, name, choose) for name, argument in root.field.args.items()}


def fill(kind: GraphQLInputType, name: str, choose: Choose) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return fill(kind.of_type, name, choose)
    if isinstance(kind, GraphQLList):
        return [fill(kind.of_type, name, choose)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {key: fill(field.type, key, choose) for key, field in kind.fields.items()}
    assert isinstance(kind, GraphQLScalarType)
    return choose(name, kind.name)


WELL_FORMED = {
    "nameI18n": '{"zh-CN": "x"}',
    "descriptionI18n": '{"zh-CN": "x"}',
    "options": '[{"value": "a", "label": "a"}]',
    "value": '"x"',
    "resourceType": "DATA",
    "type": "id",
}


def plain(name: str, kind: str) -> Any:
    """Something well formed that nobody has."""
    if kind == "String" and name in WELL_FORMED:
        return WELL_FORMED[name]
    return {"Int": 1, "Boolean": True, "Object": {}}.get(kind, "f" * 24)


class Call(NamedTuple):
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, value: str) -> str:
        return re.sub(r"\{\w+\}", lambda _: quote(value, safe=""), self.path)


def calls() -> list[Call]:
    return sorted({Call(route.method, route.path) for route in routes()})


async def send(client: V2Client, call: Call, value: str, body: Any) -> httpx.Response:
    """The route with `value` for every path parameter, and `body` (an object) also as the query."""
    query = body if isinstance(body, dict) else {}
    flat = {
        key: str(one)[:40]
        for key, one in query.items()
        if isinstance(one, str | int | float) and one is not None
    }
    content = {} if call.method == "GET" else {"json": body}
    return await client.http.request(
        call.method, call.at(value), params=flat, headers=client.headers, **content
    )


def code_of(response: httpx.Response) -> int:
    """The business code of any answer; 200 for success."""
    if not response.headers.get("content-type", "").startswith("application/json"):
        return response.status_code
    answer = response.json()
    if isinstance(answer, dict) and answer.get("errors"):
        code: int = answer["errors"][0]["message"]["code"]
        return code
    if isinstance(answer, dict) and "code" in answer:
        found: int = answer["code"]
        return found
    if isinstance(answer, dict) and "apiCode" in answer:  # v3's: what neither wire has built
        status: int = answer["statusCode"]
        return status
    return 200


def well_shaped(response: httpx.Response) -> bool:
    """The contract: never a fault, and an envelope the clients can read."""
    if response.status_code not in (200, 429):
        return False
    if not response.headers.get("content-type", "").startswith("application/json"):
        return True
    answer = response.json()
    if answer is None:
        return response.request.url.path == "/cas/session"  # to nobody; its clients read no envelope
    if "errors" in answer:
        return all(
            isinstance(one["message"], dict) and isinstance(one["message"]["code"], int)
            for one in answer["errors"]
        )
    return "data" in answer or "code" in answer


def names() -> Iterator[str]:
    for root in roots():
        yield str(root)
    for call in calls():
        yield str(call)
