"""What every field is, in a sentence, and examples of requests and answers: for `/openapi.json` and `/docs`.

Source: docs/contract/fields.md, from which scripts/contract.py writes fields.json.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from poolhouse.wire import without_effect

Schema = dict[str, Any]

_DEEPEST = 6


class Words(msgspec.Struct, frozen=True):
    """`fields`: name, or `Shape.name`, -> the sentence and the example as it is written, "" for none.
    `requests`: `POST signin` -> an example."""

    fields: dict[str, tuple[str, str]]
    requests: dict[str, dict[str, Any]]

    def of(self, shape: str, name: str) -> tuple[str, str]:
        return self.fields.get(f"{shape}.{name}") or self.fields.get(name) or ("", "")


@cache
def words() -> Words:
    return msgspec.json.decode(files("poolhouse.wire.v3").joinpath("fields.json").read_bytes(), type=Words)


def describe(components: dict[str, Schema]) -> None:
    """Every property of every shape gets its sentence, and its example where it has one of its own."""
    for shape, schema in components.items():
        for name, kind in list(schema.get("properties", {}).items()):
            sentence, written = words().of(shape, name)
            if idle := without_effect.FIELDS.get(f"{shape}.{name}"):
                sentence = f"{sentence} Stored {without_effect.nothing(idle, 'en-US')}.".strip()
            if sentence and "description" not in kind:
                told = {"allOf": [kind]} if "$ref" in kind else kind
                schema["properties"][name] = {**told, "description": sentence}
            if written and (example := _read(written, kind)) is not None:
                schema["properties"][name]["examples"] = [example]


def request(row_name: str, schema: Schema, components: dict[str, Schema]) -> Any:
    """The example of the page, or one of the required fields; of those that have none, of the first that says much."""
    if row_name in words().requests:
        return words().requests[row_name]
    made = of_kind(schema, components)
    properties = components[_name_of(schema)].get("properties", {})
    if not made:
        told = [name for name, kind in properties.items() if kind.get("examples")]
        made = {name: properties[name]["examples"][0] for name in told[:1]}
    return made


def of_kind(schema: Schema, components: dict[str, Schema], deep: int = 0) -> Any:
    """An example of the kind: of a shape, its required fields."""
    if "$ref" in schema:
        shape = components[_name_of(schema)]
        if "enum" in shape or deep > _DEEPEST:
            return shape["enum"][0] if "enum" in shape else {}
        required = shape.get("required", ())
        kinds = shape.get("properties", {})
        return {name: of_kind(kinds[name], components, deep + 1) for name in required}
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next(value for value in schema["enum"] if value is not None)
    for several in ("allOf", "anyOf", "oneOf"):
        if several in schema:
            return of_kind(
                next(one for one in schema[several] if one.get("type") != "null"), components, deep
            )
    if schema.get("type") == "array":
        item = schema.get("items", {})
        return [of_kind(item, components, deep + 1)] if item and deep <= _DEEPEST else []
    return {"boolean": True, "string": "", "integer": 1, "number": 1.5, "object": {}}.get(
        schema.get("type", ""), {}
    )


def _name_of(schema: Schema) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def _read(written: str, kind: Schema) -> Any:
    """As the kind has it; None where it cannot be of this kind, such as a word that an enumeration has not."""
    for one in kind.get("anyOf", [kind]):
        match one.get("type"):
            case "string" if "enum" not in one:
                return written
            case "integer" if written.lstrip("-").isdigit():
                return int(written)
            case "number" if written.replace(".", "", 1).isdigit():
                return float(written)
            case "array" if written.startswith("["):
                items = msgspec.json.decode(written)
                fits = one.get("items", {})
                plain = fits.get("type") == "string" and "enum" not in fits
                return (
                    items
                    if plain or not fits or all(item in fits.get("enum", ()) for item in items)
                    else None
                )
            case "object" if written.startswith("{"):
                return msgspec.json.decode(written)
            case None if "enum" in one and written in one["enum"]:
                return written
            case None if not one.keys() - {"default"} and written[0] in "{[":
                return msgspec.json.decode(written)
            case "array" if one.get("items", {}).get("type") == "string" and "enum" not in one["items"]:
                return [written]
    return None
