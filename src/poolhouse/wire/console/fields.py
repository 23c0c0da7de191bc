"""A form's fields, made of a command's arguments: what is shown in each, and what was meant by what was typed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from poolhouse.client.model import Arg, got
from poolhouse.client.parsing import action
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.wire.json_body import json_text

_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Field:
    """`text` is what it holds, as a person reads and writes it; `was`: what was there when the form was made."""

    arg: Arg
    text: str = ""
    was: str = ""
    is_wrong: bool = False

    @property
    def name(self) -> str:
        return self.arg.key

    @property
    def widget(self) -> str:
        if self.arg.choices:
            return "several" if self.arg.kind == "list" else "choice"
        return {
            "yes": "yes",
            "flag": "flag",
            "secret": "secret",
            "list": "lines",
            "pairs": "lines",
            "actions": "lines",
            "json": "lines",
            "number": "number",
        }.get(self.arg.kind, "text")

    @property
    def chosen(self) -> list[str]:
        """Of a field with several choices, those that are."""
        return self.text.split("\n")


def typed(arg: Arg, form: Mapping[str, str]) -> str:
    """What a form says of a field: a text, or of several choices one a line."""
    if arg.choices and arg.kind == "list":
        return "\n".join(choice for choice in arg.choices if f"{arg.key}.{choice}" in form)
    return form.get(arg.key, "")


def written(arg: Arg, value: Any) -> str:
    """A value of the API as the field shows it."""
    if value in _EMPTY and value is not False:
        return ""
    if arg.kind == "pairs":
        return "\n".join(f"{name}={_one(each)}" for name, each in value.items() if each is not None)
    if arg.kind == "actions":
        return "\n".join("=".join(filter(None, (each["name"], each.get("description")))) for each in value)
    if arg.kind == "list":
        return "\n".join(str(each) for each in value)
    if arg.kind == "json":
        return json.dumps(value, ensure_ascii=False, indent=2)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def read(arg: Arg, text: str) -> Any:
    """What was typed as the API takes it; None for nothing. Raises InvalidInput naming the field."""
    if arg.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if arg.kind == "pairs":
        return dict(_pairs(arg, text))
    if arg.kind == "actions":
        return [action(line) for line in text.splitlines() if line.strip()]
    if not text:
        return None
    if arg.kind == "json":
        return json_text(text, arg.to)
    if arg.kind in ("yes", "flag"):
        return text == "yes"
    return text


def _pairs(arg: Arg, text: str) -> Iterator[tuple[str, Any]]:
    for line in filter(str.strip, text.splitlines()):
        name, mark, value = line.partition("=")
        if not mark or not name.strip():
            raise InvalidInput(arg.to, "每行应形如“字段=值”", "a line is written FIELD=VALUE")
        is_json, found = _json(value)
        yield name.strip(), found if is_json else value


def _one(value: Any) -> str:
    """A text that would be read as something else stands in quotes."""
    plain_text = isinstance(value, str) and "\n" not in value and "\r" not in value and not _json(value)[0]
    return value if plain_text else json.dumps(value, ensure_ascii=False)


def _json(text: str) -> tuple[bool, Any]:
    """Whether it is one, and its value. A value that is too deep or too large is a text like any other."""
    try:
        return True, json_text(text, "")
    except InvalidInput:
        return False, None


class Overtaken(Exception):
    """Somebody else changed the same meanwhile; the fields tell what is there now."""

    def __init__(self, fields: list[Field]) -> None:
        super().__init__("changed meanwhile")
        self.fields = fields


def meant(shown: list[Field], now: Any) -> dict[str, Any]:
    """What the fields change, by where it goes; `now`: what is there, None for a thing that is to be made. A password
    is never shown, so that an empty field of one says nothing.

    Raises InvalidInput naming the field, Overtaken.
    """
    values: dict[str, Any] = {}
    fresh, overtaken = [], False
    for one in shown:
        is_seen = now is not None and one.arg.kind != "secret"
        present = written(one.arg, got(now, one.arg.to)) if is_seen else ""
        mine = plain(one.text) != plain(one.was)
        theirs = plain(present) != plain(one.was)
        fresh.append(replace(one, was=present, is_wrong=mine and theirs))
        overtaken |= mine and theirs and now is not None
        if now is None:
            value = read(one.arg, plain(one.text))
            if value not in (None, [], {}):
                values[one.arg.to] = value
        elif mine:
            differs, value = changed(one.arg, one.text, present)
            if differs:
                values[one.arg.to] = value
    if overtaken:
        raise Overtaken(fresh)
    return values


def plain(text: str) -> str:
    """As a browser sends a text of several lines, and as we made it, alike."""
    return text.replace("\r\n", "\n").strip()


def marked(shown: list[Field], error: PoolhouseError) -> list[Field]:
    """With the mark on what a refusal is about."""
    about = error if isinstance(error, InvalidInput) else None
    return [replace(one, is_wrong=about is not None and names(about, one.arg)) for one in shown]


def names(error: InvalidInput, arg: Arg) -> bool:
    """Whether a refusal is about the field."""
    field = str(error.facts.get("field", ""))
    return bool(arg.to) and (
        field == arg.to or field.startswith(f"{arg.to}.") or arg.to.endswith(f".{field}")
    )


def changed(arg: Arg, given: str, now: str) -> tuple[bool, Any]:
    """Whether the field says something else than what is there, and what: an empty one clears."""
    given = plain(given)
    if given == plain(now):
        return False, None
    value = read(arg, given)
    if arg.kind == "pairs":
        gone = dict(_pairs(arg, now)).keys() - value.keys()
        return True, {**value, **dict.fromkeys(gone)}
    return True, value
