"""How an operation is called with the official clients for Go, C# and PHP.

Names are those of the clients themselves, as `scripts/client_methods.py` read them: authing-golang-sdk 3.0.19,
Authing.CSharp.SDK 3.2.5, authing-sdk/php 5.0.0. What a client does not know, or types otherwise, is left out; where it
lacks what the server requires, there is no sample.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec


class Method(msgspec.Struct, array_like=True, frozen=True):
    """`asks`: the class of what it is given; `takes`: what each name in that may be."""

    method: str
    url: str
    name: str
    asks: str
    takes: dict[str, str]


LANGUAGES = ("Go", "C#", "PHP")
_FILES = {"Go": "go", "C#": "csharp", "PHP": "php"}


@cache
def methods(lang: str) -> Mapping[tuple[str, str], Method]:
    read = files("poolhouse.wire.v3").joinpath(f"{_FILES[lang]}_methods.json").read_bytes()
    return {(one.method, one.url): one for one in msgspec.json.decode(read, type=list[Method])}


def sample(
    lang: str, method: str, url: str, given: Mapping[str, Any], required: frozenset[str]
) -> str | None:
    """None where the client has no method for it, or cannot say what is required."""
    known = methods(lang).get((method, url))
    if known is None:
        return None
    asked = {
        name: fitted for name, value in given.items() if (fitted := _fitted(known, name, value)) is not None
    }
    if required - asked.keys():
        return None
    return {"Go": _go, "C#": _csharp, "PHP": _php}[lang](known, asked)


def _fitted(known: Method, name: str, value: Any) -> Any:
    """The value as the client types it; None where it cannot."""
    kind = known.takes.get(name, "")
    if kind == "text" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)  # whose list is one text of the client, with commas
    fits = {
        "text": isinstance(value, str),
        "number": isinstance(value, int) and not isinstance(value, bool),
        "yes": isinstance(value, bool),
        "list": isinstance(value, list),
        "any": True,
    }
    return value if fits.get(kind, value in kind.split("|") if isinstance(value, str) else False) else None


def _go(known: Method, asked: dict[str, Any]) -> str:
    lines = [
        "client, err := management.NewManagementClient(&management.ManagementClientOptions{",
        "\tHost: host, AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret,",
        "})",
        "if err != nil {\n\tpanic(err)\n}",
    ]
    if known.asks:
        lines.append(f"var asked dto.{known.asks}")
        text = _json(asked)
        written = json.dumps(text, ensure_ascii=False) if "`" in text else f"`{text}`"
        lines.append(f"if err := json.Unmarshal([]byte({written}), &asked); err != nil {{\n\tpanic(err)\n}}")
    lines.append(f"answer := client.{known.name}({'&asked' if known.asks else ''})")
    return "\n".join(lines)


def _csharp(known: Method, asked: dict[str, Any]) -> str:
    lines = [
        "var management = new ManagementClient(new ManagementClientOptions {",
        "    Host = host, AccessKeyId = accessKeyId, AccessKeySecret = accessKeySecret",
        "});",
    ]
    if known.asks:
        text = _json(asked).replace('"', '""')
        lines.append(f'var asked = JsonConvert.DeserializeObject<{known.asks}>(@"{text}");')
    lines.append(f"var answer = await management.{known.name}({'asked' if known.asks else ''});")
    return "\n".join(lines)


def _php(known: Method, asked: dict[str, Any]) -> str:
    options = {"host": "$host", "accessKeyId": "$accessKeyId", "accessKeySecret": "$accessKeySecret"}
    lines = [
        "$management = new Authing\\ManagementClient([",
        *(f"    {_php_text(name)} => {variable}," for name, variable in options.items()),
        "]);",
        f"$answer = $management->{known.name}({_php_value(asked) if asked else ''});",
    ]
    return "\n".join(lines)


def _php_value(value: Any, indent: str = "") -> str:
    """As PHP writes it: an object is an array with keys."""
    if isinstance(value, str):
        return _php_text(value)
    if not isinstance(value, dict | list) or not value:
        return "new stdClass()" if value == {} else json.dumps(value)
    inner = indent + "    "
    each = (
        [f"{_php_text(key)} => {_php_value(one, inner)}" for key, one in value.items()]
        if isinstance(value, dict)
        else [_php_value(one, inner) for one in value]
    )
    return "[\n" + "".join(f"{inner}{one},\n" for one in each) + f"{indent}]"


def _php_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
