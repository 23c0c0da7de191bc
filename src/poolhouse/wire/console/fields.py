"""A form's fields, made of a command's arguments: what is shown in each, and what was meant by what was typed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from poolhouse.client.model import Arg, got, step_of
from poolhouse.client.parsing import action
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.times import parse_time, v3_time
from poolhouse.wire.json_body import json_text

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_LONGEST_NUMBER = 400


@dataclass(frozen=True, slots=True)
class Field:
    """`text` is what it holds, as a person reads and writes it; `was`: what was there when the form was made.
    `labels`: of values to choose from, what each is called."""

    arg: Arg
    text: str = ""
    was: str = ""
    is_wrong: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    help: str = ""

    @property
    def name(self) -> str:
        return self.arg.key

    @property
    def widget(self) -> str:
        if self.arg.choices:
            return "several" if self.arg.kind == "list" else "choice"
        if self.arg.kind == "text" and "\n" in self.text + self.was:
            return "lines"
        return {
            "yes": "yes",
            "flag": "flag",
            "secret": "secret",
            "list": "lines",
            "pairs": "lines",
            "actions": "lines",
            "json": "lines",
            "number": "number",
            "decimal": "decimal",
            "moment": "moment",
        }.get(self.arg.kind, "text")

    @property
    def choices(self) -> tuple[str, ...]:
        """What it holds is among them, though it may not be chosen any more."""
        gone = (self.text,) if self.text and self.text not in self.arg.choices else ()
        return (*self.arg.choices, *gone)

    @property
    def chosen(self) -> list[str]:
        """Of a field with several choices, those that are."""
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Fields:
    """What a form has. `labels`: key of an argument -> what each of its values is called; `helps`: what it is for."""

    arguments: list[Arg]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    helps: Mapping[str, str] = field(default_factory=dict)

    def holding(self, arg: Arg, text: str, was: str) -> Field:
        labels, help_ = self.labels.get(arg.key, {}), self.helps.get(arg.key, "")
        return Field(arg, text, was, labels=labels, help=help_)


def typed(arg: Arg, form: Mapping[str, str]) -> str:
    """What a form says of a field: a text, or of several choices one a line."""
    if arg.choices and arg.kind == "list":
        return "\n".join(choice for choice in arg.choices if f"{arg.key}.{choice}" in form)
    if arg.kind == "moment":
        return _moment(form.get(arg.key, ""))
    return form.get(arg.key, "")


def _moment(text: str) -> str:
    """One spelling for each time, as a browser has several; what is none stands as it is."""
    try:
        return written_moment(text)
    except InvalidInput:
        return text


def written_moment(value: str) -> str:
    """`2026-11-27T08:30:05` in UTC, as a field for a time holds it; with milliseconds where it has some."""
    at = parse_time(value, "").replace(tzinfo=None)
    return at.isoformat(timespec="milliseconds" if at.microsecond // 1000 else "seconds")


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
    if arg.kind == "moment":
        return _moment(str(value))
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
    if arg.kind == "decimal":
        return _decimal(arg, text)
    if arg.kind == "moment":
        return v3_time(parse_time(text, arg.to))
    return text


def _decimal(arg: Arg, text: str) -> int | float:
    try:
        if len(text) > _LONGEST_NUMBER:
            raise ValueError(text)
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else number
    except (ValueError, OverflowError) as error:
        raise InvalidInput(arg.to, "应为数字", "must be a number") from error


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
    return [replace(one, is_wrong=names(error, one.arg)) for one in shown]


def names(error: PoolhouseError, arg: Arg) -> bool:
    """Whether a refusal is about the field."""
    field = step_of(str(error.facts.get("field", "")))
    whole = str(error.facts.get("field", ""))
    return bool(arg.to and whole) and (
        arg.to in (whole, field)
        or whole.startswith(f"{arg.to}.")
        or arg.to.endswith((f".{whole}", f".{field}"))
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
