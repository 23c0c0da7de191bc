"""The readable page at /docs: one HTML text made from the OpenAPI document, no script, nothing from outside."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from poolhouse.wire.v3.openapi import document

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ info.title }}</title>
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
  code, pre { font: 13px/1.45 ui-monospace, monospace }
  h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line) }
  details { border-bottom: 1px solid var(--line); padding: .35rem 0 }
  summary { cursor: pointer } summary b { display: inline-block; width: 4rem }
  table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
  td, th { text-align: left; vertical-align: top; padding: .15rem .75rem .15rem 0;
           border-bottom: 1px solid var(--line) }
  pre { white-space: pre-wrap; overflow-wrap: anywhere }
  .soft { opacity: .7 }
</style>
<h1>{{ info.title }} <span class="soft">{{ info.version }}</span></h1>
<p>{{ info.description }} Machine-readable: <a href="/openapi.json">/openapi.json</a>.</p>
<p>Authorization is <code>Bearer &lt;token of get-management-token&gt;</code>, or a signature on the request:
<code>authing &lt;key id&gt;:&lt;base64 HMAC-SHA1&gt;</code>.</p>
<p>The lines below need two variables; id and secret are in <code>credentials.json</code>:</p>
<pre>HOST=http://127.0.0.1:3000
TOKEN=$(curl -s $HOST/api/v3/get-management-token -H 'content-type: application/json' \
  -d '{"accessKeyId": "...", "accessKeySecret": "..."}' | jq -r .data.access_token)</pre>
<nav>{% for family in families %}<a href="#{{ family }}">{{ family }}</a> {% endfor %}</nav>
{% for family, rows in families.items() %}
<h2 id="{{ family }}">{{ family }} <span class="soft">{{ rows|length }}</span></h2>
{% for row in rows %}
<details id="{{ row.id }}"><summary><b>{{ row.method }}</b> <code>{{ row.url }}</code>
<span class="soft">{{ row.summary }}</span></summary>
<p>{{ row.about }}</p>
<pre>{{ row.curl }}</pre>
{% for title, fields in row.tables %}{% if fields %}
<table><tr><th>{{ title }}<th>type<th></tr>
{% for field in fields %}<tr><td><code>{{ field.name }}</code>{% if field.required %} *{% endif %}
<td><code>{{ field.type }}</code><td class="soft">{{ field.note }}</tr>
{% endfor %}</table>{% endif %}{% endfor %}
{% if row.answer %}<pre>{{ row.answer }}</pre>{% endif %}
</details>
{% endfor %}{% endfor %}
</html>
"""


def _type(schema: dict[str, Any]) -> str:
    """`string | null`, `User[]`, `"a" | "b"`."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(f'"{value}"' if isinstance(value, str) else "null" for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if "allOf" in schema:
        return _type(schema["allOf"][0])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    return str(schema.get("type", "any"))


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if schema.get("type") == "array":
        schema = schema.get("items", {})
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "type": _type(kind),
            "required": name in required,
            "note": _note(kind, kind.get("description", "")),
        }
        for name, kind in schema.get("properties", {}).items()
    ]


def _note(kind: dict[str, Any], said: str) -> str:
    default = f"Default {kind['default']}." if kind.get("default") is not None else ""
    return f"{said} {default}".strip()


def _curl(method: str, url: str, operation: dict[str, Any], body: dict[str, Any]) -> str:
    """One line to paste, with `$HOST` and `$TOKEN` as the page's beginning sets them."""
    query = urlencode(
        {one["name"]: _as_text(one["example"]) for one in operation.get("parameters", ()) if "example" in one}
    )
    line = f'curl -s {"" if method == "get" else f"-X {method.upper()} "}"$HOST{url}{query and "?" + query}"'
    if operation.get("security") != []:
        line += ' -H "authorization: Bearer $TOKEN"'
    if body:
        line += f" -H 'content-type: application/json' -d '{json.dumps(body['example'], ensure_ascii=False)}'"
    return line


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(operation: dict[str, Any]) -> str:
    """An example of the answer."""
    content = operation["responses"]["200"]["content"]["application/json"]
    return json.dumps(content["example"], ensure_ascii=False) if "example" in content else ""


@cache
def html() -> str:
    api = document()
    schemas = api["components"]["schemas"]
    families: dict[str, list[dict[str, Any]]] = {}
    for url, operations in api["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            query = [
                {
                    "name": one["name"],
                    "type": _type(one["schema"]),
                    "required": one["required"],
                    "note": _note(one["schema"], one["description"]),
                }
                for one in operation.get("parameters", ())
            ]
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            answer = schema.get("oneOf", [{}])[0]  # nothing of a stream
            data = answer["properties"].get("data", {}) if "properties" in answer else answer  # a bare one
            tables = [
                ("query", query),
                ("body", _fields(body.get("schema", {}), schemas)),
                ("data", _fields(data, schemas)),
            ]
            families.setdefault(operation["tags"][0], []).append(
                {
                    "id": operation["operationId"],
                    "method": method.upper(),
                    "url": url,
                    "summary": operation["summary"],
                    "about": operation["description"],
                    "curl": _curl(method, url, operation, body),
                    "answer": _shown(operation),
                    "tables": tables,
                }
            )
    template = Environment(autoescape=True, trim_blocks=True).from_string(_PAGE)
    return template.render(info=api["info"], families=dict(sorted(families.items())))


def route() -> Route:
    async def answer(_: Request) -> Response:
        return HTMLResponse(
            html(), headers={"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
        )

    return Route("/docs", answer, methods=["GET"])
