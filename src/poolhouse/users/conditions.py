"""Advanced filters: one condition becomes one term of SQL, its values parameters. Source: reference/v3.md 3.6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolhouse.db.where import Where
from poolhouse.errors import FieldNotFound, InvalidInput
from poolhouse.fields.conditions import condition as custom_condition
from poolhouse.fields.model import Field
from poolhouse.times import parse_time
from poolhouse.users.model import Condition
from poolhouse.users.rules import BOOLEANS, COUNTS, TEXT, TIMES, spelled

_MOMENTS = TIMES | {"created_at", "updated_at", "status_changed_at"}
_NUMBERS = COUNTS
_TEXTS = frozenset(TEXT) | {"id", "status"}


def add_condition(where: Where, condition: Condition, custom_fields: Mapping[str, Field]) -> None:
    """Raises InvalidInput for an unknown field, an operator the field's type lacks, or a malformed value."""
    field, operator = condition.field, condition.operator
    if field.startswith("customData."):
        key = field.removeprefix("customData.")
        if key not in custom_fields:
            raise FieldNotFound(field=key)
        where.add(custom_condition(where, custom_fields[key], operator, condition.value))
        return
    if field not in _TEXTS | BOOLEANS | _MOMENTS | _NUMBERS:
        raise InvalidInput(
            "advancedFilter.field", f"未知字段 {spelled(field)}", f"unknown field {spelled(field)}"
        )
    column = f"u.{field}"
    if operator in ("IS_NULL", "NOT_NULL"):
        where.add(f"{column} is {'null' if operator == 'IS_NULL' else 'not null'}")
    elif operator in ("CONTAINS", "NOT_CONTAINS"):
        _require_text(field)
        negated = "not " if operator == "NOT_CONTAINS" else ""
        pattern = f"poolhouse_search_pattern({where.arg(_text(condition.value))})"
        where.add(f"poolhouse_search_key(coalesce({column}, '')) {negated}like {pattern}")
    elif operator in ("EQUAL", "NOT_EQUAL"):
        sign = "is not distinct from" if operator == "EQUAL" else "is distinct from"
        where.add(f"{column} {sign} {where.arg(_value(field, condition.value))}")
    elif operator == "IN":
        values = [_value(field, value) for value in _list(condition.value)]
        where.add(f"{column} = any({where.arg(values)})")
    elif operator == "BETWEEN":
        low, high = _pair(condition.value)
        where.add(f"{column} between {where.arg(_value(field, low))} and {where.arg(_value(field, high))}")
    else:
        sign = ">" if operator == "GREATER" else "<"
        where.add(f"{column} {sign} {where.arg(_value(field, condition.value))}")


def _require_text(field: str) -> None:
    if field not in _TEXTS:
        raise InvalidInput("advancedFilter.operator", "此字段不支持该操作符", "not an operator of this field")


def _list(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    if len(values) > 1000:
        raise InvalidInput("advancedFilter.value", "最多 1000 个值", "at most 1000 values")
    return values


def _pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise InvalidInput("advancedFilter.value", "应为两个值", "expected two values")
    return value[0], value[1]


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise InvalidInput("advancedFilter.value", "应为字符串", "expected a string")
    return str(value)


def _value(field: str, value: Any) -> Any:
    if value is None:
        return None
    if field in BOOLEANS:
        if not isinstance(value, bool):
            raise InvalidInput("advancedFilter.value", "应为布尔值", "expected a boolean")
        return value
    if field in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
            raise InvalidInput("advancedFilter.value", "应为整数", "expected a whole number")
        return value
    if field in _MOMENTS:
        return parse_time(_text(value), "advancedFilter.value")
    text = _text(value)
    return text.lower() if field == "email" else text
