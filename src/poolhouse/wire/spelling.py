"""What other languages print for the same value, read as that value, on every wire.

A number may come as `1.0`, `"12"` or `1.65571476389e+12`, whose bare `+` is a blank in a query; a list of ids as
`a,b`, as Go's `[a b]` or Java's `[a, b]`; nothing as `{}` or, in an object inside of a body, as `""`. What can be
read in one way only is; everything else comes back as it was, and whoever reads it strictly names the field.

Source: docs/contract/v3.md#what-is-tolerated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect as shapes

from poolhouse.errors import InvalidInput
from poolhouse.misfits import INTEGER, STRING, expected, listed
from poolhouse.texts import is_storable

MOST_ITEMS = 10_000
"""Of a list that came as one text."""
MANTISSA_DIGITS = 24
"""Before the point, and after it: what is longer is no number that anybody means."""

_NUMBER = re.compile(
    rf"([+-]?)(\d{{1,{MANTISSA_DIGITS}}})(?:\.(\d{{0,{MANTISSA_DIGITS}}}))?(?:[eE]([+ -]?)(\d{{1,2}}))?\Z",
    re.ASCII,
)
_LARGEST = 2**63 - 1
_TRUE = frozenset({"true", "1"})
_FALSE = frozenset({"false", "0"})
_NO_ID = re.compile(r"[\s=\"\[\]]")
"""What no id, code, e-mail address or number in a text of several holds; a distinguished name does."""

# -- one value -------------------------------------------------------------------------------------------


def integer_in(text: str) -> int | None:
    """The integer that a text says; None for a fraction, for what is no number, and beyond 64 bits."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    sign, whole, fraction, sign_of_power, power = found.groups(default="")
    shift = int(power or 0) * (-1 if sign_of_power == "-" else 1) - len(fraction)
    value, rest = int(whole + fraction), 0
    if shift >= 0:
        value *= 10**shift
    else:
        value, rest = divmod(value, 10**-shift)
    return None if rest or value > _LARGEST else -value if sign == "-" else value


def integer(value: Any) -> Any:
    """Of a number without a fraction, or a text that says one."""
    if type(value) is float:
        return int(value) if value.is_integer() and abs(value) < _LARGEST else value
    if type(value) is str:
        found = integer_in(value)
        return value if found is None else found
    return value


def number(value: Any) -> Any:
    """Of a text that says one."""
    if type(value) is str and (found := _NUMBER.match(value)):
        return float(found[0].replace(" ", "+"))
    return value


def flag(value: Any) -> Any:
    """Of a text that says yes or no: `true`, `True`, `1`. In queries alone, where everything is text."""
    if type(value) is str:
        word = value.lower()
        return True if word in _TRUE else False if word in _FALSE else value
    return value


def items(value: Any) -> Any:
    """A list of the ids in a text: `a,b`, `[a b]`, `[a, b]`, `["a","b"]`. One that holds `=` or a blank is one id."""
    if type(value) is not str:
        return value
    if value[:1] == "[" and value[-1:] == "]":
        return _in_brackets(value)
    if "," not in value or value.count(",") >= MOST_ITEMS or _NO_ID.search(value):
        return [value] if value else []
    return [one for one in value.split(",") if one]


def _in_brackets(text: str) -> list[str]:
    inner = text[1:-1].strip()
    if inner[:1] == '"':
        try:
            listed = msgspec.json.decode(text, type=list[str])
        except (msgspec.MsgspecError, UnicodeEncodeError):
            return [text]
        return listed if len(listed) <= MOST_ITEMS and all(map(is_storable, listed)) else [text]
    between = ", " if ", " in inner else " " if " " in inner else ","
    if inner.count(between) >= MOST_ITEMS:
        return [text]
    return [one for one in inner.split(between) if one]


# -- of a body that is read by hand ----------------------------------------------------------------------


def whole_number(value: Any, field: str) -> int | None:
    """None and `""` are None. Raises InvalidInput for what is no integer."""
    read = None if value == "" else integer(value)
    if read is None or type(read) is int:
        return read
    raise InvalidInput(field, *expected(INTEGER))


def texts(value: Any, field: str) -> list[str]:
    """A list of texts. Raises InvalidInput for anything else."""
    read = items(value)
    if not isinstance(read, list) or not all(isinstance(one, str) for one in read):
        raise InvalidInput(field, *expected(listed(STRING)))
    return read


# -- all values of a struct ------------------------------------------------------------------------------


def as_declared(values: Any, kind: type[msgspec.Struct], *, query: bool = False) -> Any:
    """The values of a body or query in the spelling of the struct that will be made of them. Keys that it does not
    have are left away."""
    return _read(kind, values, query=query, inside=False)


Reader = Callable[[Any], Any]


class _Field(NamedTuple):
    read: Reader | None
    struct: type[msgspec.Struct] | None
    required: bool
    null: bool
    """Whether it may be null."""
    stays: bool
    """Whether absent and null differ, as in an update: then `""` clears, and is not the same as absent."""
    text: bool


def _read(kind: type[msgspec.Struct], values: Any, *, query: bool, inside: bool) -> Any:
    """`inside` of another object. What is no object comes back as it is."""
    if not isinstance(values, Mapping):
        return values
    fields = _fields(kind, query, inside)
    made: dict[str, Any] = {}
    for name, value in values.items():
        field = fields.get(name)
        if field is None:
            continue
        if field.read is not None:
            value = field.read(value)
        if field.required or not _is_absent(field, value, query=query, inside=inside):
            made[name] = value
    return made


def _is_absent(field: _Field, value: Any, *, query: bool, inside: bool) -> bool:
    if value is None:
        return not field.null
    if value == "":
        return (query and not field.text) or (inside and not field.stays)
    if field.struct is not None and isinstance(value, dict):
        return _is_empty(field.struct, value)
    return False


def _is_empty(kind: type[msgspec.Struct], values: dict[str, Any]) -> bool:
    """Whether an object says nothing: it has no field, or none but empty ones."""
    fields = _fields(kind, False, True)
    return all(value in (None, "") and not fields[name].stays for name, value in values.items())


@cache
def _fields(kind: type[msgspec.Struct], query: bool, inside: bool) -> dict[str, _Field]:
    """By their names on the wire."""
    info = shapes.type_info(kind)
    if not isinstance(info, shapes.StructType):  # pragma: no cover
        raise TypeError(kind)
    return {field.encode_name: _field(field, query, inside) for field in info.fields}


def _field(field: shapes.Field, query: bool, inside: bool) -> _Field:
    kinds = _kinds(field.type)
    others = [kind for kind in kinds if not isinstance(kind, shapes.NoneType)]
    null = len(others) < len(kinds) or any(isinstance(kind, shapes.AnyType) for kind in kinds)
    structs = [kind.cls for kind in others if isinstance(kind, shapes.StructType)]
    return _Field(
        _reader(others, query),
        structs[0] if len(structs) == 1 else None,
        field.required,
        null,
        not field.required
        and null
        and field.default is msgspec.NODEFAULT
        and field.default_factory is msgspec.NODEFAULT,
        any(isinstance(kind, shapes.StrType | shapes.AnyType) for kind in others),
    )


def _kinds(kind: shapes.Type) -> tuple[shapes.Type, ...]:
    return kind.types if isinstance(kind, shapes.UnionType) else (kind,)


def _reader(kinds: list[shapes.Type], query: bool) -> Reader | None:
    """What reads a value of one of these kinds; None where every spelling is the value itself."""
    if any(isinstance(kind, shapes.StrType | shapes.AnyType) for kind in kinds):
        numbers = any(isinstance(kind, shapes.IntType) for kind in kinds)
        return _unless_text(integer) if numbers else None
    if len(kinds) == 2:
        return _one_or_several(kinds, query)
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    if isinstance(kind, shapes.IntType):
        return integer
    if isinstance(kind, shapes.FloatType):
        return number
    if isinstance(kind, shapes.BoolType):
        return flag if query else None
    if isinstance(kind, shapes.StructType):
        return _struct(kind.cls, query)
    if isinstance(kind, shapes.ListType | shapes.VarTupleType):
        return _list(kind, query)
    return None


def _unless_text(read: Reader) -> Reader:
    return lambda value: value if isinstance(value, str) else read(value)


def _struct(kind: type[msgspec.Struct], query: bool) -> Reader:
    return lambda value: _read(kind, value, query=query, inside=True)


def _one_or_several(kinds: list[shapes.Type], query: bool) -> Reader | None:
    """Of an object or a list of them; None for two other kinds."""
    structs = [kind for kind in kinds if isinstance(kind, shapes.StructType)]
    lists = [kind for kind in kinds if isinstance(kind, shapes.ListType)]
    if not structs or not lists:
        return None
    one, several = _struct(structs[0].cls, query), _list(lists[0], query)
    return lambda value: one(value) if isinstance(value, Mapping) else several(value)


def _list(kind: shapes.ListType | shapes.VarTupleType, query: bool) -> Reader:
    """An item that is an object is as a body of its own, for a batch is a list of bodies."""
    item = kind.item_type
    if isinstance(item, shapes.StructType):
        cls = item.cls
        return _each(lambda one: _read(cls, one, query=query, inside=False))
    if isinstance(item, shapes.StrType | shapes.LiteralType):
        return items
    if isinstance(item, shapes.IntType):
        return lambda value: _each(integer)(items(value))
    return lambda value: value


def _each(read: Reader) -> Reader:
    return lambda value: [read(one) for one in value] if isinstance(value, list) else value
