"""Conditions on custom fields, for queries over users (v3 advancedFilter, v2 users.filter).

They are terms over `field_values`, so that one query filters, counts and pages.
"""

from __future__ import annotations

from typing import Any, Literal

from poolhouse.db.where import Where
from poolhouse.errors import InvalidInput
from poolhouse.fields.model import DataType, Field
from poolhouse.fields.values import form

Operator = Literal[
    "EQUAL",
    "NOT_EQUAL",
    "CONTAINS",
    "NOT_CONTAINS",
    "IS_NULL",
    "NOT_NULL",
    "IN",
    "GREATER",
    "LESSER",
    "BETWEEN",
]

MOST_VALUES = 1000

_ORDERED = (DataType.NUMBER, DataType.DATETIME)
_TEXT = "v.value #>> '{}'"


def condition(where: Where, field: Field, operator: Operator, value: Any, target_id: str = "u.id") -> str:
    """`target_id` is the SQL of the id the values hang on.

    GREATER, LESSER and BETWEEN are inclusive and take numbers and times (ISO 8601 or epoch milliseconds).
    NOT_EQUAL and NOT_CONTAINS hold where there is no value. Raises InvalidInput naming the key.
    Source: docs/contract/v3.md#advanced-filter.
    """
    if field.encrypted:
        raise InvalidInput(field.key, "加密字段不支持查询", "an encrypted field cannot be searched")
    match operator:
        case "NOT_NULL":
            return _exists(where, field, "true", target_id)
        case "IS_NULL":
            return f"not {_exists(where, field, 'true', target_id)}"
        case "NOT_EQUAL":
            return f"not {condition(where, field, 'EQUAL', value, target_id)}"
        case "NOT_CONTAINS":
            return f"not {condition(where, field, 'CONTAINS', value, target_id)}"
    return _exists(where, field, _comparison(where, field, operator, value), target_id)


NEGATIVE: frozenset[Operator] = frozenset({"IS_NULL", "NOT_EQUAL", "NOT_CONTAINS"})
"""These hold where there is no value."""


def holders(where: Where, field: Field, operator: Operator, value: Any) -> str:
    """A query: the `id` of everything with such a value; not for the NEGATIVE operators. As `condition`."""
    if field.encrypted:
        raise InvalidInput(field.key, "加密字段不支持查询", "an encrypted field cannot be searched")
    comparison = "true" if operator == "NOT_NULL" else _comparison(where, field, operator, value)
    return f"select v.target_id as id {_values(where, field, comparison)}"


def _comparison(where: Where, field: Field, operator: Operator, value: Any) -> str:
    match operator:
        case "EQUAL":
            return _equals(where, field, value)
        case "IN":
            if not isinstance(value, list) or len(value) > MOST_VALUES:
                raise InvalidInput(field.key, "应为数组", f"expected a list of at most {MOST_VALUES}")
            return f"({' or '.join(_equals(where, field, item) for item in value) or 'false'})"
        case "CONTAINS":
            if not isinstance(value, str) or field.data_type in _ORDERED:
                raise InvalidInput(field.key)
            return f"strpos(lower({_TEXT}), lower({where.arg(value)}::text)) > 0"
        case "GREATER":
            return f"v.number_value >= {_number(where, field, value)}"
        case "LESSER":
            return f"v.number_value <= {_number(where, field, value)}"
        case "BETWEEN":
            if not isinstance(value, list) or len(value) != 2:
                raise InvalidInput(field.key, "应为两个值的数组", "expected a list of two")
            low, high = (_number(where, field, item) for item in value)
            return f"v.number_value between {low} and {high}"
    raise InvalidInput("operator")


def _equals(where: Where, field: Field, value: Any) -> str:
    stored = form(field, value, from_text=True)
    if isinstance(stored, int | float) and field.data_type in _ORDERED:
        return f"v.number_value = {where.arg(str(stored))}::text::numeric"
    equal = f"v.value = {where.arg(stored)}::jsonb"
    if isinstance(stored, str):  # by the index on the first characters
        return f"(left({_TEXT}, 64) = {where.arg(stored[:64])}::text and {equal})"
    return equal


def _number(where: Where, field: Field, value: Any) -> str:
    if field.data_type not in _ORDERED:
        raise InvalidInput(field.key, "仅支持数字与时间", "only for numbers and times")
    return f"{where.arg(str(form(field, value, from_text=True)))}::text::numeric"


def _exists(where: Where, field: Field, comparison: str, target_id: str) -> str:
    return f"exists (select {_values(where, field, comparison)} and v.target_id = {target_id})"


def _values(where: Where, field: Field, comparison: str) -> str:
    return (
        f"from field_values v where v.pool_id = $1 and v.target_type = '{field.target_type}' "
        f"and v.key = {where.arg(field.key)} and {comparison}"
    )
