"""How an operation is called: with curl, and in the languages whose official client has a method for it.

The names of the methods are those of the clients themselves: `contract.json` (npm authing-node-sdk 4.0.1, PyPI
authing 5.1.0) and `java_methods.json` (authing-java-sdk 3.1.9); of Go, C# and PHP see `samples_more.py`. A language
without a known name is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from poolhouse.wire.v3 import samples_more
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.openapi import document, operation_id
from poolhouse.wire.v3.table import contract, endpoints

_CAPITAL = re.compile(r"(?<!^)([A-Z])")


_PYTHON_WANTS = {
    "check_params_namespace": ("namespace",),
    "create_department": ("metadata",),
    "create_group": (
        "type",
        "description",
    ),
    "create_or_update_group": (
        "type",
        "description",
    ),
    "create_organization": ("metadata",),
    "delete_custom_fields": ("tenant_id",),
    "delete_tenant_admin": ("tenant_id",),
    "get_custom_data": ("tenant_id",),
    "list_cust_fields": ("data_type",),
    "list_tenant_applications": (
        "limit",
        "keywords",
        "sso_enabled",
    ),
    "list_user_base_fields": ("data_type",),
    "update_group": ("description",),
    "update_role": (
        "name",
        "new_code",
    ),
}
"""Arguments that the client insists on and the server does not: None is not sent."""

_JAVA_JOINS = frozenset(
    f"/api/v3/{path}"
    for path in (
        "get-namespaces-batch",
        "get-organization-batch",
        "get-permission-namespaces-batch",
        "get-post-by-id",
        "get-resources-batch",
        "get-user-batch",
    )
)
"""Whose list is one text of the client, with commas."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`lang`: `curl`, `Node`, `Python`, `Java` or of `samples_more`; `source`: what to paste, where host and key are
    variables."""

    lang: str
    source: str


class _JavaMethod(msgspec.Struct, array_like=True, frozen=True):
    """`asks`: the class of what it is given, "" for nothing."""

    method: str
    url: str
    name: str
    asks: str


@cache
def _java() -> dict[tuple[str, str], _JavaMethod]:
    read = files("poolhouse.wire.v3").joinpath("java_methods.json").read_bytes()
    return {(one.method, one.url): one for one in msgspec.json.decode(read, type=list[_JavaMethod])}


@cache
def samples() -> Mapping[str, tuple[Sample, ...]]:
    """By `operationId`, with the example of the OpenAPI document as what is asked."""
    paths = document()["paths"]
    return {
        operation_id(row): tuple(_of(row, paths[row.url][row.method.lower()])) for row in endpoints().values()
    }


def _of(row: Endpoint, operation: dict[str, Any]) -> Iterator[Sample]:
    method, url = row.method, row.url
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    given = (
        content["example"]
        if content
        else {one["name"]: one["example"] for one in operation.get("parameters", ()) if "example" in one}
    )
    yield Sample("curl", _curl(method, url, operation, given))
    if (known := contract().get((method, url))) and isinstance(given, dict):
        if known.node:
            yield Sample("Node", _node(known.node, given))
        if known.python:
            yield Sample("Python", _python(known.python, given))
        if java := _java().get((method, url)):
            yield Sample("Java", _java_call(java, given))
        required = _required(row)
        for lang in samples_more.LANGUAGES:
            if source := samples_more.sample(lang, method, url, given, required):
                yield Sample(lang, source)


def _required(row: Endpoint) -> frozenset[str]:
    if row.request is None:
        return frozenset()
    return frozenset(one.encode_name for one in msgspec.structs.fields(row.request) if one.required)


CURL_VARIABLES = r"""HOST=http://127.0.0.1:3000
TOKEN=$(curl -s $HOST/api/v3/get-management-token -H 'content-type: application/json' \
  -d '{"accessKeyId": "...", "accessKeySecret": "..."}' | jq -r .data.access_token)"""


def _curl(method: str, url: str, operation: dict[str, Any], given: Any) -> str:
    """With `$HOST` and `$TOKEN` of `CURL_VARIABLES`."""
    body = "requestBody" in operation
    in_path = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
    for one in operation.get("parameters", ()):
        if one["in"] == "path":
            url = url.replace(f"{{{one['name']}}}", quote(str(one["example"]), safe=""))
    asked = {} if body else given
    pairs = [(name, one) for name, value in asked.items() if name not in in_path for one in _several(value)]
    query = f"?{urlencode(pairs)}" if pairs else ""
    lines = [f'curl -s {"" if method == "GET" else f"-X {method} "}"$HOST{url}{query}"']
    if operation.get("security") != []:
        lines.append('-H "authorization: Bearer $TOKEN"')
    if body:
        lines.append("-H 'content-type: application/json'")
        lines.append("-d " + _quoted(json.dumps(given, ensure_ascii=False)))
    return " \\\n  ".join(lines)


def _several(value: Any) -> list[str]:
    return [
        one if isinstance(one, str) else json.dumps(one)
        for one in (value if isinstance(value, list) else [value])
    ]


def _quoted(text: str) -> str:
    """For a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _node(name: str, given: dict[str, Any]) -> str:
    return (
        "import { ManagementClient } from 'authing-node-sdk';\n\n"
        "const management = new ManagementClient({ host, accessKeyId, accessKeySecret });\n"
        f"const answer = await management.{name}({_json(given) if given else ''});"
    )


def _python(name: str, given: dict[str, Any]) -> str:
    values = dict.fromkeys(_PYTHON_WANTS.get(name, ())) | {_snake(key): given[key] for key in given}
    written = ",\n".join(f"    {key}={value!r}" for key, value in values.items())
    return (
        "from authing import ManagementClient\n\n"
        "management = ManagementClient(access_key_id, access_key_secret, host=host)\n"
        f"answer = management.{name}(" + (f"\n{written},\n" if written else "") + ")"
    )


def _java_call(java: _JavaMethod, given: dict[str, Any]) -> str:
    """By Jackson, which the client brings, as what is asked may be nested."""
    lines = [
        "ManagementClientOptions options = new ManagementClientOptions();",
        "options.setHost(host);",
        "options.setAccessKeyId(accessKeyId);",
        "options.setAccessKeySecret(accessKeySecret);",
        "ManagementClient management = new ManagementClient(options);",
    ]
    if java.asks:
        if java.url in _JAVA_JOINS:
            given = {key: ",".join(one) if isinstance(one, list) else one for key, one in given.items()}
        text = _json(given).replace("\\", "\\\\")
        lines.append(f'{java.asks} asked = new ObjectMapper().readValue("""\n{text}""", {java.asks}.class);')
    lines.append(f"var answer = management.{java.name}({'asked' if java.asks else ''});")
    return "\n".join(lines)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _snake(name: str) -> str:
    return _CAPITAL.sub(r"_\1", name).lower()
