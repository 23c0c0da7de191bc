"""What was sent and does not fit its type, in words: missing, or what was expected in its place.

The one home of these sentences. The structs of v3, of v2's bodies and of stored settings are judged by msgspec, whose
errors name a path and quote no value; `of` makes a refusal of one. GraphQL has its own judge, and the same words
(`wire/v2/faults.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from poolhouse.errors import InvalidInput, Missing
from poolhouse.texts import Reason

MOST_LISTED = 50
"""Of allowed values, told in a message; of more, how many more there are."""

_WHERE = re.compile(r" - at `([^`]*)`\Z")
_ABSENT = re.compile(r"missing required field `([^`]*)`")
_SOMEWHERE = "..."
_STEP = re.compile(r"\.([^.\[]+)|\[(\.{3}|\d+)\]")


class Noun(NamedTuple):
    """A kind of value: `字符串`, `a string`, `strings`."""

    zh: str
    one: str
    several: str


STRING = Noun("字符串", "a string", "strings")
INTEGER = Noun("整数", "an integer", "integers")
NUMBER = Noun("数字", "a number", "numbers")
BOOLEAN = Noun("布尔值", "a boolean", "booleans")
OBJECT = Noun("对象", "an object", "objects")
_ANY = Noun("其他值", "another value", "other values")


def choice(values: Iterable[object]) -> Noun:
    """Those that are allowed, in their order."""
    texts = [str(value) for value in values]
    if len(texts) == 1:
        return Noun(texts[0], texts[0], texts[0])
    zh, en, more = "、".join(texts[:MOST_LISTED]), ", ".join(texts[:MOST_LISTED]), len(texts) - MOST_LISTED
    if more > 0:
        return Noun(
            f"{zh} 等 {len(texts)} 个值之一", f"one of {en} and {more} more", f"any of {en} and {more} more"
        )
    return Noun(f"{zh} 之一", f"one of {en}", f"any of {en}")


def listed(item: Noun) -> Noun:
    return Noun(f"{item.zh}列表", f"a list of {item.several}", f"lists of {item.several}")


def either(kinds: Iterable[Noun]) -> Noun:
    known = list(dict.fromkeys(kinds))
    return Noun(
        "或".join(kind.zh for kind in known),
        " or ".join(kind.one for kind in known),
        " or ".join(kind.several for kind in known),
    )


def expected(noun: Noun) -> Reason:
    """`应为字符串`, `expected a string`."""
    blank = " " if noun.zh[:1].isascii() else ""
    return f"应为{blank}{noun.zh}", f"expected {noun.one}"


def one_of(values: Iterable[object]) -> Reason:
    """`应为 A、B 之一`, `expected one of A, B`."""
    return expected(choice(values))


def of(error: msgspec.ValidationError, kind: Any, above: str = "") -> InvalidInput:
    """The refusal that names what does not fit the type `kind`, as a path below `above`; `body` for all of it."""
    message = str(error)
    where = _WHERE.search(message)
    steps = [named or index for named, index in _STEP.findall(where[1] if where else "")]
    if absent := _ABSENT.search(message):
        return Missing(_path(above, *steps, absent[1]))
    if "got `null`" in message and steps and not _is_index(steps[-1]):
        return Missing(_path(above, *steps))
    reached = _at(kind, steps)
    bounds = _bounds(reached) if "Expected `int` " in message else None
    reason = (
        (f"应为 {bounds[0]} 至 {bounds[1]}", f"must be {bounds[0]} to {bounds[1]}")
        if bounds
        else expected(_noun(reached))
    )
    return InvalidInput(_path(above, *steps) or "body", *reason)


def _is_index(step: str) -> bool:
    return step == _SOMEWHERE or step.isdigit()


def _path(*steps: str) -> str:
    """`list[0].email`; of a member of a mapping, whose key is the caller's, the mapping."""
    shown = (f"[{step}]" if step.isdigit() else f".{step}" for step in steps if step not in ("", _SOMEWHERE))
    return "".join(shown).removeprefix(".")


# -- the types as they are written: msgspec's own view of them has lost the order of an enumeration ------------


def _at(kind: Any, steps: Iterable[str]) -> Any:
    """The type that a path leads to; None where it leads into nothing known."""
    for step in steps:
        kind = next((inner for one in _kinds(kind) if (inner := _below(one, step)) is not None), None)
    return kind


def _kinds(kind: Any) -> tuple[Any, ...]:
    """Those of a union, without the marks beside a type, and without null and absent."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _kinds(get_args(kind)[0])
    if origin is Union or origin is UnionType:
        return tuple(inner for one in get_args(kind) for inner in _kinds(one))
    return () if kind in (None, NoneType, msgspec.UnsetType) else (kind,)


def _below(kind: Any, step: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _fields(kind).get(step)
    arguments = get_args(kind)
    if not arguments or not _is_index(step):
        return None
    origin = get_origin(kind)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return arguments[1]
    return arguments[0] if isinstance(origin, type) and issubclass(origin, Iterable) else None


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


def _bounds(kind: Any) -> tuple[float, float] | None:
    """Of a whole number, where its type has both."""
    if get_origin(kind) is Annotated:
        found = [(one.ge, one.le) for one in get_args(kind)[1:] if isinstance(one, msgspec.Meta)]
        return next(((least, most) for least, most in found if least is not None and most is not None), None)
    if get_origin(kind) in (Union, UnionType):
        return next(filter(None, map(_bounds, get_args(kind))), None)
    return None


_NOUNS: Mapping[Any, Noun] = {str: STRING, int: INTEGER, float: NUMBER, bool: BOOLEAN, dict: OBJECT}


def _noun(kind: Any) -> Noun:
    return either(_noun_of(one) for one in _kinds(kind)) if _kinds(kind) else _ANY


def _noun_of(kind: Any) -> Noun:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return choice(arguments)
    plain = origin or kind
    if plain in _NOUNS or not isinstance(plain, type):
        return _NOUNS.get(plain, _ANY)
    if issubclass(plain, Enum):
        return choice(member.value for member in plain)
    if issubclass(plain, msgspec.Struct | Mapping):
        return OBJECT
    if issubclass(plain, Sequence | set | frozenset) and arguments:
        return listed(_noun(arguments[0]))
    return _ANY
