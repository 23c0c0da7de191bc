"""A form's fields, made of a command's arguments: what is shown in each, and what was meant by what was typed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from poolhouse.audit.model import Record
from poolhouse.client.model import Arg, got, step_of
from poolhouse.client.parsing import action
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.times import parse_time, v3_time
from poolhouse.wire.json_body import json_text

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_LONGEST_NUMBER = 400


WAS, CHOICE, ALL = "was.", "choice.", "choose"
"""Before a field's name: what the form showed, and whether `mine` or `theirs` holds. ALL: the same of every field."""
Chosen = Literal["", "none", "mine", "theirs"]


@dataclass(frozen=True, slots=True)
class Told:
    """Who changed a field meanwhile: the act, and who that was in words. `is_sure`: the log says so of this very
    field; else it was the last to change the thing."""

    act: Record
    who: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Field:
    """`text` is what it holds, as a person reads and writes it; `was`: what was there when the form was made.
    `labels`: of values to choose from, what each is called.

    Of one that was changed here and elsewhere (`is_wrong`) or elsewhere alone (`is_theirs`) `was` is what is there now,
    and `first` what was there before both. `chosen_side`: "none" where the page asked and nothing was chosen.
    """

    arg: Arg
    text: str = ""
    was: str = ""
    is_wrong: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    help: str = ""
    is_theirs: bool = False
    first: str = ""
    told: Told | None = None
    chosen_side: Chosen = ""
    example: str = ""
    is_rare: bool = False

    @property
    def name(self) -> str:
        return self.arg.key

    @property
    def widget(self) -> str:
        if self.arg.choices:
            return "several" if self.arg.kind == "list" else "choice"
        if self.arg.kind == "json":
            return "json"
        if self.arg.kind == "text" and "\n" in self.text + self.was:
            return "lines"
        return {
            "yes": "yes",
            "flag": "flag",
            "secret": "secret",
            "code": "code",
            "script": "script",
            "list": "lines",
            "pairs": "lines",
            "actions": "lines",
            "statements": "lines",
            "number": "number",
            "decimal": "decimal",
            "moment": "moment",
        }.get(self.arg.kind, "text")

    @property
    def choices(self) -> tuple[str, ...]:
        """What it holds is among them, though it may not be chosen any more."""
        gone = (self.text,) if self.text and self.text not in self.arg.choices else ()
        return (*self.arg.choices, *gone)

    def said(self, text: str) -> str:
        """A text that it holds, or held, as its choices are called."""
        if not self.labels:
            return text
        return ", ".join(self.labels.get(line, line) for line in text.split("\n"))

    @property
    def chosen(self) -> list[str]:
        """Of a field with several choices, those that are."""
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Fields:
    """What a form has. `labels`: key of an argument -> what each of its values is called; `helps`: what it is for;
    `first`: what it holds of a thing that is to be made; `examples`: what a script may begin with; `rare`: those that
    few have something for, which stand at the end and are folded away."""

    arguments: list[Arg]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    helps: Mapping[str, str] = field(default_factory=dict)
    first: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)
    rare: frozenset[str] = frozenset()

    def holding(self, arg: Arg, text: str, was: str) -> Field:
        return self.with_words(Field(arg, text, was))

    def with_words(self, one: Field) -> Field:
        return replace(
            one,
            labels=self.labels.get(one.name, {}),
            help=self.helps.get(one.name, ""),
            example=self.examples.get(one.name, ""),
            is_rare=one.name in self.rare,
        )


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
    if arg.kind == "statements":
        return "\n".join(f"{one['effect']} {each}" for one in value for each in one["permissions"])
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
    if arg.kind == "statements":
        return json_text(text, arg.to) if text.lstrip().startswith("[") else _statements(arg, text)
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


def _statements(arg: Arg, text: str) -> list[dict[str, Any]]:
    """Of lines `ALLOW namespace/resource/action`; those of one effect that follow each other are one statement."""
    found: list[dict[str, Any]] = []
    for line in filter(str.strip, text.splitlines()):
        effect, _, permission = line.strip().partition(" ")
        if effect not in ("ALLOW", "DENY") or not permission.strip():
            raise InvalidInput(
                arg.to,
                "每行应形如“ALLOW 权限空间/数据资源/操作”",
                "a line is written ALLOW NAMESPACE/RESOURCE/ACTION",
            )
        if not found or found[-1]["effect"] != effect:
            found.append({"effect": effect, "permissions": []})
        found[-1]["permissions"].append(permission.strip())
    return found


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
    """Somebody else changed the same thing meanwhile; the fields tell what is there now. `mine`: those among them that
    were changed here."""

    def __init__(self, fields: list[Field], mine: list[Field]) -> None:
        super().__init__("changed meanwhile")
        self.fields, self.mine = fields, mine


def sent(arg: Arg, given: Mapping[str, str], *, name: str = "", present: str = "") -> Field:
    """A field of a form that was sent, with what was chosen where its page showed two to choose from. `present`: what
    a field holds that the form did not have."""
    name = name or arg.key
    was = given.get(WAS + name, present)
    text = present
    if arg.choices and arg.kind == "list":
        text = typed(arg, given)
    elif name in given:
        text = typed(arg, {arg.key: given[name]})
    if f"{CHOICE}{name}.asked" not in given:
        return Field(arg, text, was)
    side = given.get(ALL) or given.get(CHOICE + name, "")
    chosen: Chosen = "theirs" if side == "theirs" else "mine" if side == "mine" else "none"
    return Field(arg, was if chosen == "theirs" else text, was, chosen_side=chosen)


def present(one: Field, now: Any) -> str:
    """What it would show. A password is never shown, so that an empty field of one says nothing."""
    return "" if one.arg.kind == "secret" else written(one.arg, got(now, one.arg.to))


def compared(shown: Sequence[Field], present: Sequence[str], *, whole: bool = False) -> list[Field]:
    """Those that were changed here, each with what is there now (`present`, in their order) as `was`. Where none was,
    nothing is to be saved, whatever else has changed; unless what follows is about the `whole` of what was shown.

    Raises Overtaken where any field has another value now than the form showed, and where a choice is due.
    """
    fresh, mine, overtaken = [], [], False
    for one, there in zip(shown, present, strict=True):
        is_mine = plain(one.text) != plain(one.was)
        is_theirs = plain(there) != plain(one.was)
        is_open = one.chosen_side == "none" and plain(one.text) != plain(there)
        both = is_open or (is_mine and is_theirs and plain(one.text) != plain(there))
        now = replace(one, was=there, first=one.was, is_wrong=both, is_theirs=is_theirs and not is_mine)
        if now.is_theirs:
            now = replace(now, text=there)
        fresh.append(now)
        overtaken |= both or now.is_theirs
        if is_mine:
            mine.append(now)
    if overtaken and (mine or whole):
        raise Overtaken(fresh, mine)
    return mine


def values(mine: Sequence[Field]) -> dict[str, Any]:
    """What changed fields change, by where it goes. Raises InvalidInput naming the field."""
    found = {}
    for one in mine:
        differs, value = changed(one.arg, one.text, one.was)
        if differs:
            found[one.arg.to] = value
    return found


def first_values(shown: Sequence[Field]) -> dict[str, Any]:
    """The same of a thing that is to be made. Raises InvalidInput naming the field."""
    read_ = {one.arg.to: read(one.arg, plain(one.text)) for one in shown}
    return {to: value for to, value in read_.items() if value not in (None, [], {})}


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
        or whole.startswith((f"{arg.to}.", f"{arg.to}["))
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
