"""Conditions on custom fields, for queries over users (v3 advancedFilter, v2 users.filter).

They are terms over `field_values`, so that one query filters, counts and pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from poolhouse.db.where import Where
from poolhouse.errors import InvalidInput
from poolhouse.fields.model import DataType, Field
from poolhouse.fields.postgres_index import INDEXABLE, NUMBER, PLAIN, TEXT, TEXT_LENGTH
from poolhouse.fields.values import form
from poolhouse.misfits import STRING, expected

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
_TEXTS = (DataType.STRING, DataType.SELECT)
_TEXT = "v.value #>> '{}'"

NEGATIVE: Mapping[Operator, Operator] = {
    "IS_NULL": "NOT_NULL",
    "NOT_EQUAL": "EQUAL",
    "NOT_CONTAINS": "CONTAINS",
}
"""These hold where there is no value, and wherever the other does not."""


def condition(where: Where, field: Field, operator: Operator, value: Any, target_id: str = "u.id") -> str:
    """`target_id` is the SQL of the id the values hang on. A field that `is_ready` is looked for in the index.

    GREATER, LESSER and BETWEEN are inclusive and take numbers and times (ISO 8601 or epoch milliseconds).
    CONTAINS folds case and width. NOT_EQUAL and NOT_CONTAINS hold where there is no value. Raises InvalidInput naming
    the key. Source: docs/contract/v3.md#advanced-filter.
    """
    if field.encrypted:
        raise InvalidInput(field.key, "加密字段不支持查询", "an encrypted field cannot be searched")
    if operator in NEGATIVE:
        return f"not {condition(where, field, NEGATIVE[operator], value, target_id)}"
    indexed = in_index(where, field, operator, value)
    if indexed is not None:
        return (
            f"exists (select 1 from user_field_values f where f.pool_id = $1 and {indexed} "
            f"and f.user_id = {target_id})"
        )
    comparison = "true" if operator == "NOT_NULL" else _comparison(where, field, operator, value)
    return _exists(where, field, comparison, target_id)


def in_index(where: Where, field: Field, operator: Operator, value: Any) -> str | None:
    """The term over `user_field_values f`; None where the index cannot answer. Not for the NEGATIVE operators."""
    if not field.is_ready:
        return None
    term = "true"
    if operator in ("EQUAL", "IN"):
        given = _several(field, value) if operator == "IN" else [value]
        stored = [form(field, one, from_text=True) for one in given]
        if any(isinstance(one, str) and len(one) >= TEXT_LENGTH for one in stored):
            return None  # it has no more than the beginning of a long text
        term = _equals_in_index(where, field, stored)
    elif operator == "CONTAINS":
        if field.data_type not in _TEXTS:
            return None
        term = f"f.search_key like poolhouse_search_pattern({where.arg(_part(field, value))}::text)"
    elif operator != "NOT_NULL":
        term = _range(where, field, operator, value, "f.number_value")
    return f"f.key = {where.arg(field.key)} and {term}"


def _equals_in_index(where: Where, field: Field, stored: list[Any]) -> str:
    if field.data_type in _TEXTS:
        column, given, kind = "f.text_value", stored, "text"
    else:
        given = [str(int(one) if isinstance(one, bool) else one) for one in stored]
        column, kind = "f.number_value", "numeric"
    if len(given) == 1:
        return f"{column} = {where.arg(given[0])}::text::{kind}"
    return f"{column} = any({where.arg(given)}::text[]::{kind}[])"


def index_column(field: Field) -> str:
    """What `user_field_values f` is sorted by."""
    return "f.text_value" if field.data_type in _TEXTS else "f.number_value"


def sorted_by(field: Field, key: str) -> str:
    """The scalar that users `u` are sorted by; `key` is the placeholder of the field's key.

    Texts by their first characters, in the order of the database's collation.
    """
    value = TEXT if field.data_type in _TEXTS else NUMBER
    return (
        f"(select {value} from field_values v where v.pool_id = $1 and v.target_type = '{field.target_type}' "
        f"and v.key = {key} and v.target_id = u.id)"
    )


def check_sortable(field: Field) -> None:
    if field.encrypted or field.data_type not in INDEXABLE:
        raise InvalidInput(field.key, "不支持按此字段排序", "cannot be sorted by")


def _several(field: Field, value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_VALUES:
        raise InvalidInput(field.key, "应为数组", f"expected a list of at most {MOST_VALUES}")
    return value


def _part(field: Field, value: Any) -> str:
    if not isinstance(value, str) or field.data_type in _ORDERED:
        raise InvalidInput(field.key, *expected(STRING))
    return value


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
            equal = [_equals(where, field, item) for item in _several(field, value)]
            return f"({' or '.join(equal) or 'false'})"
        case "CONTAINS":
            # What folding does beside this changes no answer; of ASCII alone, lowering is all of it, and faster.
            folded = (
                f"case when octet_length({_TEXT}) = length({_TEXT}) then lower({PLAIN}) "
                f"else lower(normalize({PLAIN}, nfkc)) end"
            )
            part = PLAIN.replace(_TEXT, f"{where.arg(_part(field, value))}::text")
            return f"strpos({folded}, lower(normalize({part}, nfkc))) > 0"
    return _range(where, field, operator, value, "v.number_value")


def _range(where: Where, field: Field, operator: Operator, value: Any, column: str) -> str:
    match operator:
        case "GREATER":
            return f"{column} >= {_number(where, field, value)}"
        case "LESSER":
            return f"{column} <= {_number(where, field, value)}"
        case "BETWEEN":
            if not isinstance(value, list) or len(value) != 2:
                raise InvalidInput(field.key, "应为两个值的数组", "expected a list of two")
            low, high = (_number(where, field, item) for item in value)
            return f"{column} between {low} and {high}"
    raise InvalidInput("operator", "此字段不支持该操作符", "not an operator of this field")


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
