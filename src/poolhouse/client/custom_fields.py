"""A custom field as it is typed: an option a line, a label for each language; and as the wire takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.decoder import JSONDecodeError, JSONDecoder
from typing import Any

from poolhouse.client.model import Call, Command, Values, got

LABELS = ("zh-CN", "en-US")


def set_field(call: Call, command: Command, values: Values) -> Any:
    """What is not given stays, each language's label by itself."""
    given = values["list"]
    there = call("GET get-custom-fields", {"targetType": given["targetType"]})
    now = next((field for field in there if field["key"] == given["key"]), None)
    return call(command.operation, {"list": [written(given, now)]})


def written(given: Mapping[str, Any], now: Mapping[str, Any] | None) -> Values:
    """`given`: `options` as texts, `i18n` with the value of each language that is to change, "" or None to take it
    away; texts are cleared by None, too."""
    field: Values = {**given}
    if "options" in field:
        field["options"] = [option_of(text) for text in field["options"] or []]
    if field.get("validateRules", ()) is None:
        field["validateRules"] = []
    for name in ("label", "description"):
        if field.get(name, "") is None:
            field[name] = ""
    labels = got(field, "i18n.label")
    if labels is not None:
        kept = {lang: unit for lang, unit in (got(now, "i18n.label") or {}).items() if unit}
        for lang, unit in labels.items():
            if unit.get("value"):
                kept[lang] = {"enabled": True, "value": unit["value"]}
            else:
                kept.pop(lang, None)
        field["i18n"] = {"label": kept}
    return field


def shown(field: Mapping[str, Any]) -> Values:
    """A field of the wire as it is typed."""
    return {**field, "options": [option_text(one) for one in field.get("options") or []]}


def label_of(field: Mapping[str, Any], lang: str) -> str:
    """In the reader's language, where the field has one for it."""
    unit = got(field, f"i18n.label.{lang}")
    own = unit["value"] if isinstance(unit, dict) and unit.get("enabled") else ""
    return own or field["label"] or field["key"]


def option_text(option: Mapping[str, str]) -> str:
    """VALUE=LABEL, or VALUE where the label is the same. In quotes where it would be read as something else."""
    value, label = option["value"], option["label"]
    alone = label == value
    text = value if alone else f"{value}={label}"
    if _read(text) == (value, label) and text.strip() == text and not set("\r\n") & set(value):
        return text
    quoted = json.dumps(value, ensure_ascii=False)
    return quoted if alone else f"{quoted}={label}"


def option_of(text: str) -> dict[str, str]:
    value, label = _read(text)
    return {"value": value, "label": label}


def _read(text: str) -> tuple[str, str]:
    if text.startswith('"'):
        try:
            value, end = JSONDecoder().raw_decode(text)
        except JSONDecodeError:
            pass
        else:
            if end == len(text):
                return value, value
            if text[end] == "=":
                return value, text[end + 1 :]
    value, mark, label = text.partition("=")
    return value, label if mark else value
