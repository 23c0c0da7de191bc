"""Advanced filters: one condition becomes one term of SQL, its values parameters.

Source: docs/contract/v3.md#advanced-filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from poolhouse import emails, phones
from poolhouse.db.where import Where
from poolhouse.directory.orders import COUNTED, KNOWN_VALUES, LOGINS, USUAL, Listed, OfField
from poolhouse.errors import FieldNotFound, InvalidInput
from poolhouse.fields.conditions import NEGATIVE, in_index
from poolhouse.fields.conditions import condition as custom_condition
from poolhouse.fields.model import Field
from poolhouse.misfits import BOOLEAN, INTEGER, STRING, expected
from poolhouse.sessions.postgres import logged_in_at
from poolhouse.texts import written
from poolhouse.times import is_plain_date, parse_end, parse_time, unix_time
from poolhouse.users.model import CUSTOM, Condition, UserQuery
from poolhouse.users.postgres import SHOWN_STATUS
from poolhouse.users.profile_fields import BOOLEANS, COUNTS, KNOWN_BY, SEARCHED_FIELDS, STAMPS, TEXT, TIMES
from poolhouse.users.rules import GENDERS, spelled

MOMENTS = TIMES | STAMPS
TEXTS = frozenset(TEXT) | {"id", "status"}
_BY_SEARCH = frozenset(SEARCHED_FIELDS) - {"username", "email", "phone", "company"}
"""Found by the search index: the others have one of their own."""
_OF_A_RANGE = ("GREATER", "LESSER", "BETWEEN")
MOST_VALUES = 1000
MARKS = r"E'\x1c\x1d\x1e\x1f'"
"""Between the fields of a search key. In a field and in what is looked for they are blanks."""


def add_condition(where: Where, condition: Condition, custom_fields: Mapping[str, Field]) -> None:
    """Raises InvalidInput for an unknown field, an operator the field's type lacks, or a malformed value.

    GREATER and LESSER include their bound, as documented. NOT_EQUAL and NOT_CONTAINS hold for an empty field.
    """
    field, operator = condition.field, condition.operator
    if field.startswith(CUSTOM):
        key = field.removeprefix(CUSTOM)
        if key not in custom_fields:
            raise FieldNotFound(field=key)
        term = custom_condition(where, custom_fields[key], operator, condition.value)
        if isinstance(where, Listed) and term.startswith("exists ("):
            where.belongs([term])
        else:
            where.add(term)
    elif field == "logged_in_apps":
        _add_logged_in_apps(where, condition)
    elif field == "identity":
        _add_identity(where, condition)
    elif field not in TEXTS | BOOLEANS | MOMENTS | COUNTS:
        raise InvalidInput(
            "advancedFilter.field", f"未知字段 {spelled(field)}", f"unknown field {spelled(field)}"
        )
    elif operator in ("IS_NULL", "NOT_NULL"):
        _add_presence(where, condition)
    elif operator in ("CONTAINS", "NOT_CONTAINS"):
        _add_contains(where, field, condition.value, negated=operator == "NOT_CONTAINS")
    else:
        _add_comparison(where, condition)


def _add_presence(where: Where, condition: Condition) -> None:
    """Who has logged in is in `user_logins`, without a look at their row."""
    if isinstance(where, Listed) and (term := of_logins(where, condition)):
        _add_of_logins(where, condition.field, term)
        return
    if isinstance(where, Listed) and condition.field == "last_login":
        where.never_logged_in = True
    where.add(f"u.{condition.field} is {'null' if condition.operator == 'IS_NULL' else 'not null'}")


def _add_of_logins(where: Listed, field: str, term: str) -> None:
    where.join_logins()
    where.logins.setdefault(field, []).append(term)
    where.add(term)


def _add_contains(where: Where, field: str, value: Any, *, negated: bool) -> None:
    """Found by the search index where the field is in it, and then judged by its own part of the key."""
    if field not in TEXTS:
        raise _not_an_operator()
    if field == "phone":
        value = phones.compact(text_of(value)) or value
    pattern = f"poolhouse_search_pattern({where.arg(text_of(value))})"
    term = f"{folded(field)} {'not ' if negated else ''}like {pattern}"
    if field not in SEARCHED_FIELDS or not isinstance(where, Listed):
        where.add(term)
        return
    if not negated:
        where.texts.append(text_of(value))
        where.add_searched(f"u.search_key like {pattern}")
    where.add_searched(term)


def folded(field: str) -> str:
    """A field as it is searched: cut from the stored key where it is part of that, else folded on the way."""
    if field in SEARCHED_FIELDS:
        return f"split_part(u.search_key, chr(31), {SEARCHED_FIELDS.index(field) + 1})"
    return f"poolhouse_search_key(translate(coalesce(u.{field}, ''), {MARKS}, '    '))"


def _add_comparison(where: Where, condition: Condition) -> None:
    field, operator, value = condition.field, condition.operator, condition.value
    if field == "phone" and operator in ("EQUAL", "NOT_EQUAL", "IN"):
        numbers = values_of(value) if operator == "IN" else [value]
        where.add(_phone(where, [text_of(one) for one in numbers], negated=operator == "NOT_EQUAL"))
    elif isinstance(where, Listed) and (term := of_logins(where, condition)):
        _add_of_logins(where, field, term)
    else:
        if field in _BY_SEARCH and operator == "EQUAL" and isinstance(where, Listed):
            where.add_searched(
                f"u.search_key like poolhouse_search_pattern({where.arg(value_of(field, value))})"
            )
        term = _comparison(where, condition, SHOWN_STATUS if field == "status" else f"u.{field}")
        where.add(term)
        if isinstance(where, Listed) and field in COUNTED and operator == "EQUAL":
            if value not in USUAL:
                where.counted.append(term)
            if (given := value_of(field, value)) in KNOWN_VALUES[field]:
                where.values[field] = given
        elif isinstance(where, Listed) and field == "created_at" and operator in _OF_A_RANGE:
            where.created.append(term)


def is_one_condition(query: UserQuery) -> bool:
    """Whether one condition is all that is asked, whatever the order."""
    return (
        not query.keyword and len(query.conditions) == 1 and set(query.filters) <= {"advancedFilter", "sort"}
    )


def add_field(where: Listed, query: UserQuery, fields: Mapping[str, Field]) -> None:
    """How the index of a custom field has the list, where it answers all that is asked; and what is read without."""
    for condition in query.conditions:
        field = (
            fields.get(condition.field.removeprefix(CUSTOM)) if condition.field.startswith(CUSTOM) else None
        )
        if field is None:
            continue
        operator = NEGATIVE.get(condition.operator, condition.operator)
        if operator == "CONTAINS" and not field.is_ready:
            where.read_through = field
        if is_one_condition(query):
            alone = OfField(where.args[0], operator == "EQUAL", condition.operator in NEGATIVE)
            term = in_index(alone, field, operator, condition.value)
            if term:
                alone.add(term)
                where.of_field = alone


def of_logins(where: Where, condition: Condition) -> str | None:
    """A term over `user_logins l`, where the condition is about logins and holds for nobody who never logged in.

    An operator for all kinds of values, that is; not IS_NULL and its like.
    """
    field, operator = condition.field, condition.operator
    if field in ("last_login", "last_ip") and operator == "NOT_NULL":
        return f"l.{field} is not null"
    if field not in LOGINS or operator not in ("EQUAL", "IN", "GREATER", "LESSER", "BETWEEN"):
        return None
    if field == "logins_count" and _holds_for_none(condition):
        return None
    return _comparison(where, condition, f"l.{field}")


def _holds_for_none(condition: Condition) -> bool:
    """Whether no login at all is such a number of logins."""
    operator, value = condition.operator, condition.value
    if operator in ("EQUAL", "IN"):
        return 0 in [_whole(one) for one in (values_of(value) if operator == "IN" else [value])]
    if operator == "BETWEEN":
        low, high = pair_of(value)
        return _whole(low) <= 0 <= _whole(high)
    return _whole(value) <= 0 if operator == "GREATER" else _whole(value) >= 0


def _comparison(where: Where, condition: Condition, column: str) -> str:
    field, operator, value = condition.field, condition.operator, condition.value
    if is_day(field, value) and operator in ("EQUAL", "NOT_EQUAL"):
        low, high = where.arg(_moment(value)), where.arg(_moment(value, end=True))
        on_it = f"{column} between {low} and {high}"
        return on_it if operator == "EQUAL" else f"not coalesce({on_it}, false)"
    if operator == "EQUAL":
        return f"{column} = {where.arg(value_of(field, value))}"
    if operator == "NOT_EQUAL":
        return f"{column} is distinct from {where.arg(value_of(field, value))}"
    if operator == "IN":
        return f"{column} = any({where.arg([value_of(field, one) for one in values_of(value)])})"
    if field in BOOLEANS:
        raise _not_an_operator()
    if operator == "BETWEEN":
        low, high = pair_of(value)
        low, high = where.arg(value_of(field, low)), where.arg(value_of(field, high, end=True))
        return f"{column} between {low} and {high}"
    sign = ">=" if operator == "GREATER" else "<="
    return f"{column} {sign} {where.arg(value_of(field, value, end=operator == 'LESSER'))}"


def _phone(where: Where, numbers: list[str], *, negated: bool) -> str:
    """Whoever has one of these numbers, whichever way it is written here or there."""
    keys, texts = [key for one in numbers if (key := phones.find_key(one))], [written(one) for one in numbers]
    has = f"(u.phone_key = any({where.arg(keys)}) or u.phone = any({where.arg(texts)}))"
    return f"coalesce(not {has}, true)" if negated else has


def _add_logged_in_apps(where: Where, condition: Condition) -> None:
    """Applications with a live session of the user, or where they logged in last."""
    if condition.operator not in ("IN", "EQUAL"):
        raise _not_an_operator()
    apps = where.arg([text_of(value) for value in values_of(condition.value)])
    where.add(f"(u.last_login_app = any({apps}) or {logged_in_at('u', apps)})")


def _add_identity(where: Where, condition: Condition) -> None:
    """`<provider or extIdpId>`, or with `:<userIdInIdp>` after it."""
    linked = "exists (select {} and i.user_id = u.id)"
    if condition.operator in ("IS_NULL", "NOT_NULL"):
        term = linked.format(_LINKS)
        where.add(f"not {term}" if condition.operator == "IS_NULL" else term)
    else:
        where.any_of([linked.format(source) for source in _links(where, condition)])


def linked(where: Where, condition: Condition) -> str:
    """A query: the `id` of everybody with such an identity, wherever they live; not for IS_NULL."""
    sources = [_LINKS] if condition.operator == "NOT_NULL" else _links(where, condition)
    return " union ".join(f"select i.user_id as id {source}" for source in sources)


_LINKS = "from user_identities i where i.pool_id = $1"


def _links(where: Where, condition: Condition) -> list[str]:
    if condition.operator not in ("EQUAL", "IN"):
        raise _not_an_operator()
    asked = [text_of(value).partition(":") for value in values_of(condition.value)]
    sources = where.arg([source for source, _, person in asked if not person])
    pairs = [(source, person) for source, _, person in asked if person]
    of_pairs, persons = where.arg([pair[0] for pair in pairs]), where.arg([pair[1] for pair in pairs])
    return [
        f"{_LINKS} and (i.provider = any({sources}) or i.ext_idp_id = any({sources}))",
        f"{_LINKS} and i.user_id_in_idp = any({persons}) and exists (select 1 from "
        f"unnest({of_pairs}::text[], {persons}::text[]) as asked (source, person) where "
        "asked.person = i.user_id_in_idp and asked.source in (i.provider, i.ext_idp_id))",
    ]


def _not_an_operator() -> InvalidInput:
    return InvalidInput("advancedFilter.operator", "此字段不支持该操作符", "not an operator of this field")


def values_of(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    if len(values) > MOST_VALUES:
        raise InvalidInput(
            "advancedFilter.value", f"最多 {MOST_VALUES} 个值", f"at most {MOST_VALUES} values"
        )
    return values


def pair_of(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise InvalidInput("advancedFilter.value", "应为两个值", "expected two values")
    return value[0], value[1]


def text_of(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise InvalidInput("advancedFilter.value", *expected(STRING))
    return str(value)


def value_of(field: str, value: Any, *, end: bool = False) -> Any:
    if field in BOOLEANS:
        if not isinstance(value, bool):
            raise InvalidInput("advancedFilter.value", *expected(BOOLEAN))
        return value
    if field in COUNTS:
        return _whole(value)
    if field in MOMENTS:
        return _moment(value, end=end)
    text = text_of(value)
    if field == "gender":
        return GENDERS.get(text, text)
    if field == "email":
        return emails.stored(text)
    return written(text) if field in KNOWN_BY else text


def _whole(value: Any) -> int:
    """A whole number, also one a form has made a string of."""
    if isinstance(value, str) and len(value) < 12 and value.strip().removeprefix("-").isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
        raise InvalidInput("advancedFilter.value", *expected(INTEGER))
    return value


def is_day(field: str, value: Any) -> bool:
    return field in MOMENTS and isinstance(value, str) and is_plain_date(value)


def _moment(value: Any, *, end: bool = False) -> datetime:
    """ISO 8601, Unix milliseconds or Unix seconds. A plain date is its midnight or, as an end, its last moment."""
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 16:
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return unix_time(value, "advancedFilter.value")
    return (parse_end if end else parse_time)(text_of(value), "advancedFilter.value")
