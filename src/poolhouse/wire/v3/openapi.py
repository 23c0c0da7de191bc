"""OpenAPI 3.1, made from the endpoint table."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from poolhouse.crypto.cursors import LONGEST
from poolhouse.wire.v3 import described
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.errors import ROWS
from poolhouse.wire.v3.table import authentication, contract, endpoints
from poolhouse.wire.v3.walking import COUNTED, CURSOR, EXACT, NEXT, UP_TO, place_of

_REF = "#/components/schemas/{name}"

_FAILURE = {
    "type": "object",
    "description": "A refusal. It travels with HTTP 200 unless the fault is the server's or the path unknown.",
    "required": ["statusCode", "message", "apiCode", "requestId", "data"],
    "properties": {
        "statusCode": {"type": "integer", "enum": sorted({row.status_code for row in ROWS.values()})},
        "apiCode": {"type": "integer", "description": "docs/reference/errors.md"},
        "message": {"type": "string"},
        "requestId": {"type": "string"},
        "data": {
            "type": ["object", "null"],
            "description": "Null but for a refused sign-in that says how to go on.",
        },
    },
}


@cache
def document() -> dict[str, Any]:
    rows = sorted(endpoints().values(), key=lambda row: (row.url, row.method))
    types = [row.request for row in rows if row.request] + [row.response for row in rows if row.response]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    kinds = dict(zip(map(id, types), schemas, strict=True))
    for component in components.values():
        if {"page", "limit"} <= component.get("properties", {}).keys():
            component["properties"] |= _WALKING
    for row in rows:
        if row.request and row.response and place_of(row.request) is not None:
            _need_no_total(components.get(kinds[id(row.response)].get("$ref", "").rpartition("/")[2], {}))
    described.describe(components)
    paths: dict[str, Any] = {}
    for row in rows:
        paths.setdefault(row.url, {})[row.method.lower()] = _operation(row, kinds, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Poolhouse management API v3",
            "version": version("poolhouse"),
            "description": "Every answer is an envelope; `statusCode` says how it went, HTTP mostly says 200.",
        },
        "security": [{"managementToken": []}, {"signature": []}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Failure": _FAILURE},
            "securitySchemes": {
                "managementToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "userToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "access_token or id_token of a sign-in",
                },
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "authorization",
                    "description": "authing <key id>:<base64 HMAC-SHA1>, with date and x-authing-signature-* headers",
                },
            },
        },
    }


def _need_no_total(page: dict[str, Any]) -> None:
    """Of a list, which is without it where `withTotalCount` is false."""
    page["required"] = [name for name in page.get("required", ()) if name != "totalCount"]


def operation_id(row: Endpoint) -> str:
    return row.name.lower().replace(" ", "-").replace("/", "-")


def _operation(row: Endpoint, kinds: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id(row),
        "summary": row.title,
        "description": _asks_for(row),
        "tags": [_family(row)],
        "responses": {
            "200": _streamed(row) if row.streams else _succeeded(row, kinds, components),
            **{code: _json({"$ref": _REF.format(name="Failure")}, text) for code, text in _FAULTS.items()},
        },
    }
    if row.leads:
        operation["responses"]["303"] = {
            "description": "To `data.url`, for a request that accepts `text/html`."
        }
    if row.access != "administrator":
        operation["security"] = [] if row.access == "anyone" else [{"userToken": []}]
    if row.request is None:
        return operation
    schema = kinds[id(row.request)]
    given = described.request(row.name, schema, components)
    shape, in_path = components[schema["$ref"].rpartition("/")[2]], row.path_fields
    if not row.takes_body:
        operation["parameters"] = _parameters(shape, given, in_path)
        return operation
    if in_path:
        operation["parameters"] = [one for one in _parameters(shape, given, in_path) if one["in"] == "path"]
        schema, given = _without(shape, in_path), {key: given[key] for key in given if key not in in_path}
    if schema.get("properties", True):
        body = {"schema": schema, "example": given}
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    return operation


def _without(shape: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Of a body, of which these stand in the path."""
    properties = {name: kind for name, kind in shape["properties"].items() if name not in names}
    required = [name for name in shape.get("required", ()) if name not in names]
    return {**shape, "properties": properties, "required": required}


def _family(row: Endpoint) -> str:
    key = (row.method, row.url)
    if key in contract():
        return contract()[key].family
    return "signin" if key in authentication() else "poolhouse"


_WALKING = {
    CURSOR: {
        "anyOf": [{"type": "string", "maxLength": LONGEST}, {"type": "null"}],
        "description": 'Instead of page: "" for the first page, then nextCursor of the answer before.',
    },
    COUNTED: {
        "anyOf": [{"type": "boolean"}, {"type": "null"}],
        "default": True,
        "description": "false: without totalCount, which of a list of users need not be counted then.",
    },
    UP_TO: {
        "anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}],
        "description": "Users are counted no further; totalCountIsExact says whether there are more.",
    },
}
_NEXT = "The cursor of the next page, null on the last; where cursor, withTotalCount or countUpTo was given."
_EXACT = "Where countUpTo was given: false if there are more than totalCount."
_FAULTS = {
    "429": "Too many requests",
    "500": "A fault of the server",
    "503": "The server or its database is not there",
}


def _answer(row: Endpoint, kinds: dict[int, Any]) -> dict[str, Any]:
    if row.bare:
        return {"oneOf": [kinds[id(row.response)], {"$ref": _REF.format(name="Failure")}]}
    properties: dict[str, Any] = {
        "statusCode": {"const": 200},
        "message": {"type": "string"},
        "apiCode": {"type": "integer"},
        "requestId": {"type": "string"},
    }
    if row.request and place_of(row.request) is not None:
        properties[NEXT] = {"type": ["string", "null"], "description": _NEXT}
        properties[EXACT] = {"type": "boolean", "description": _EXACT}
    required = ["statusCode", "message", "requestId"]
    if row.response is not None:
        properties["data"] = kinds[id(row.response)]
        required.append("data")
    done = {"type": "object", "required": required, "properties": properties}
    return {"oneOf": [done, {"$ref": _REF.format(name="Failure")}]}


def _succeeded(row: Endpoint, kinds: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    answer = _json(_answer(row, kinds), "The envelope")
    data = described.of_kind(kinds[id(row.response)], components) if row.response is not None else None
    example = {"statusCode": 200, "message": "Success", "requestId": "5f0c0a4e9d1b4c7e8a2b3c4d5e6f7081"}
    beside = {} if data is None else {"data": data}
    answer["content"]["application/json"]["example"] = data if row.bare else example | beside
    return answer


def _asks_for(row: Endpoint) -> str:
    """Whose credentials it takes, and what else one should know before calling it."""
    scopes = ", ".join(f"`{scope}`" for scope in sorted(row.scopes) if scope)
    said = {
        "administrator": f"For an administrator; an access key limited to scopes needs {scopes}.",
        "user": "For a user, with the token of a sign-in.",
        "grant": "For a user, with the token of a sign-in, or an application with an access token of theirs.",
        "anyone": "For anyone.",
    }[row.access]
    return said


def _streamed(row: Endpoint) -> dict[str, Any]:
    refused = _json({"$ref": _REF.format(name="Failure")}, "Rows as they come, or the envelope of a refusal")
    refused["content"] |= {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in row.streams}
    return refused


def _parameters(
    schema: dict[str, Any], given: dict[str, Any], in_path: tuple[str, ...]
) -> list[dict[str, Any]]:
    """`given` has an example of those that a request would name."""
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in required,
            "description": kind.get("description", ""),
            "schema": {key: value for key, value in kind.items() if key != "description"},
            **({"example": given[name]} if name in given else {}),
        }
        for name, kind in schema.get("properties", {}).items()
    ]


def _json(schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def route() -> Route:
    async def answer(_: Request) -> Response:
        return Response(_encoded(), media_type="application/json")

    return Route("/openapi.json", answer, methods=["GET"])


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document())
