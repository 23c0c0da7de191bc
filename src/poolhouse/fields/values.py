"""The types: what a caller's value must be, and how it lies in the database.

Stored forms are JSON: text, number, boolean, object or array; a DATETIME is its epoch milliseconds, so that
numbers and times compare as numbers.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from poolhouse import emails, phones
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.fields.model import LARGEST_VALUE_BYTES, DataType, Field, Rule
from poolhouse.texts import is_storable
from poolhouse.times import parse_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS = -62_135_596_800_000  # year 1
_LAST_MS = 253_402_300_799_999  # year 9999
_EXACT = 2**53

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")


def form(field: Field, value: Any, *, from_text: bool = False) -> Any:
    """The stored form of what a caller gave for `field`; InvalidInput names the key if the type is wrong.

    `from_text` reads the text "20" as a NUMBER, "true" as a BOOLEAN and "{}" as an OBJECT, for a wire that
    types every value as text.
    """
    if from_text and isinstance(value, str) and field.data_type in _READ_FROM_TEXT:
        if len(value) > LARGEST_VALUE_BYTES:
            raise _too_large(field)
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError) as error:
            raise _wrong(field) from error
    return _FORMS[field.data_type](field, value)


def check(field: Field, stored: Any) -> None:
    """Whether a stored form may be kept: its size, the options, the rules.

    Rules of kind regExp are not looked at here: the database runs them.
    """
    if len(msgspec.json.encode(stored)) > LARGEST_VALUE_BYTES:
        raise _too_large(field)
    if field.options and stored not in {option.value for option in field.options}:
        raise InvalidInput(field.key, "不在可选项中", "is not one of the options")
    for rule in field.rules:
        if not _follows(rule.type, stored):
            raise broken(field, rule)


def broken(field: Field, rule: Rule) -> InvalidInput:
    reason = rule.error_message
    return InvalidInput(field.key, reason or "不符合校验规则", reason or "breaks the rule of the field")


def loaded(data_type: DataType, form: Any) -> Any:
    """The Python value of a stored form."""
    if data_type is DataType.DATETIME:
        return _EPOCH + timedelta(milliseconds=form)
    return form


def epoch_ms(value: datetime) -> int:
    return (value - _EPOCH) // timedelta(milliseconds=1)


def _string(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(field)
    if not is_storable(value):
        raise _wrong(field)
    return value


def _number(field: Field, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(field)
    if isinstance(value, int) and abs(value) > _EXACT:  # JavaScript would round it
        raise InvalidInput(field.key, "数字超出范围", "the number is out of range")
    return int(value) if value == int(value) else value  # so that 1 and 1.0 are one value


def _boolean(field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(field)
    return value


def _datetime(field: Field, value: Any) -> int:
    if isinstance(value, str):
        value = epoch_ms(parse_time(value, field.key))
    if isinstance(value, datetime):
        value = epoch_ms(value.astimezone(UTC))
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(field)
    if not _FIRST_MS <= value <= _LAST_MS:
        raise InvalidInput(field.key, "时间超出范围", "the time is out of range")
    return int(value)


def _object(field: Field, value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise _wrong(field)
    _check_inside(field, value, depth=0)
    return value


def _check_inside(field: Field, value: Any, depth: int) -> None:
    if depth > 32:
        raise TooLarge(field.key, "嵌套过深", "nested too deeply")
    if isinstance(value, str):
        _string(field, value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise _wrong(field)
    elif isinstance(value, dict):
        for key, item in value.items():
            _string(field, key)
            _check_inside(field, item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_inside(field, item, depth + 1)


_FORMS = {
    DataType.STRING: _string,
    DataType.SELECT: _string,
    DataType.NUMBER: _number,
    DataType.BOOLEAN: _boolean,
    DataType.DATETIME: _datetime,
    DataType.OBJECT: _object,
}
_READ_FROM_TEXT = (DataType.NUMBER, DataType.BOOLEAN, DataType.OBJECT)


def _follows(rule: str, value: Any) -> bool:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    match rule:
        case "email":
            return emails.is_address(text)
        case "phone":
            return phones.find_key(text) is not None
        case "isNumber":
            return _NUMBER.match(text) is not None
    return True


def _too_large(field: Field) -> TooLarge:
    return TooLarge(field.key, "值过大", "the value is too large", limit=LARGEST_VALUE_BYTES)


def _wrong(field: Field) -> InvalidInput:
    return InvalidInput(
        field.key, f"类型应为 {field.data_type}", f"the value must be of type {field.data_type}"
    )
