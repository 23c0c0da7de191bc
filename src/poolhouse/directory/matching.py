"""Which users, judged here: the terms of one UserQuery over users already fetched, as `terms.py` has them in SQL.

For users who live elsewhere, whom no WHERE of ours reaches. tests/users/test_matching.py holds both to one answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from poolhouse import phones
from poolhouse.directory.filters import is_day, pair_of, text_of, value_of, values_of
from poolhouse.texts import written
from poolhouse.users.model import Condition, Sort, User, UserQuery

Test = Callable[[User], bool]


def tests_of(query: UserQuery, conditions: Iterable[Condition]) -> list[Test]:
    """`status`, `updatedAt` and these conditions on fields of the profile, which must be well formed."""
    found = [_condition(condition) for condition in conditions]
    if query.statuses:
        found.append(lambda user: user.shown_status in query.statuses)
    if (start := query.updated_from) is not None:
        found.append(lambda user: user.updated_at is not None and user.updated_at >= start)
    if (end := query.updated_to) is not None:
        found.append(lambda user: user.updated_at is not None and user.updated_at <= end)
    return found


def holds(keyword: str, fields: Sequence[str]) -> Test:
    """The keyword is inside any of the fields, case and width folded; a telephone number in any spelling."""
    inside = _inside(keyword, fields)
    digits = phones.compact(keyword) if "phone" in fields else None
    if not digits:
        return inside
    part, number = _inside(digits, ["phone"]), phones.find_key(keyword)
    beginning = f"+{digits}" if phones.names_its_country(keyword) else None

    def is_number(user: User) -> bool:
        key = _key(user) or ""
        return bool(key) and (key == number or (beginning is not None and key.startswith(beginning)))

    return lambda user: inside(user) or part(user) or is_number(user)


def in_order(users: Sequence[User], sorts: Sequence[Sort]) -> list[User]:
    """As directory/orders.py has it, of users who come newest first."""
    ordered = list(users) if not sorts or sorts[0].descending else list(users)[::-1]
    for sort in reversed(sorts):
        known = [user for user in ordered if _value_of(user, sort.field) is not None]
        empty = [user for user in ordered if _value_of(user, sort.field) is None]
        known.sort(key=lambda user: _value_of(user, sort.field), reverse=sort.descending)
        ordered = [*known, *empty]
    return ordered


def said(condition: Condition) -> Test:
    """For whom getUser found by this condition: a profile that does not say the field is taken at its word."""
    exact = _condition(condition)
    return lambda user: getattr(user, condition.field) is None or exact(user)


def _condition(condition: Condition) -> Test:
    field, operator, value = condition.field, condition.operator, condition.value
    if operator == "IS_NULL":
        return lambda user: getattr(user, field) is None
    if operator == "NOT_NULL":
        return lambda user: getattr(user, field) is not None
    if operator in ("CONTAINS", "NOT_CONTAINS"):
        text = phones.compact(text_of(value)) or text_of(value) if field == "phone" else text_of(value)
        contains, negated = _inside(text, [field]), operator == "NOT_CONTAINS"
        return lambda user: contains(user) is not negated
    return _comparison(field, operator, value)


def _comparison(field: str, operator: str, value: Any) -> Test:
    if field == "phone" and operator in ("EQUAL", "NOT_EQUAL", "IN"):
        numbers = [text_of(one) for one in (values_of(value) if operator == "IN" else [value])]
        return lambda user: _has_number(user, numbers) is (operator != "NOT_EQUAL")
    if is_day(field, value) and operator in ("EQUAL", "NOT_EQUAL"):
        on_it = _comparison(field, "BETWEEN", [value, value])
        return lambda user: on_it(user) is (operator == "EQUAL")
    if operator == "NOT_EQUAL":
        other = value_of(field, value)
        return lambda user: _value_of(user, field) != other
    if operator in ("EQUAL", "IN"):
        given = values_of(value) if operator == "IN" else [value]
        wanted = {value_of(field, one) for one in given} - {None}
        return lambda user: _value_of(user, field) in wanted
    low, high = pair_of(value) if operator == "BETWEEN" else (value, value)
    least = None if operator == "LESSER" else value_of(field, low)
    most = None if operator == "GREATER" else value_of(field, high, end=True)

    def between(user: User) -> bool:
        shown = _value_of(user, field)
        return shown is not None and (least is None or shown >= least) and (most is None or shown <= most)

    return between


def _has_number(user: User, numbers: Sequence[str]) -> bool:
    """One of these numbers, whichever way it is written here or there."""
    keys = {key for one in numbers if (key := phones.find_key(one))}
    return user.phone is not None and (_key(user) in keys or user.phone in map(written, numbers))


def _key(user: User) -> str | None:
    return phones.find_key(user.phone, user.phone_country_code)


def _inside(text: str, fields: Sequence[str]) -> Test:
    wanted = _folded(text)
    return lambda user: any(wanted in _folded(getattr(user, field) or "") for field in fields)


def _value_of(user: User, field: str) -> Any:
    return user.shown_status if field == "status" else getattr(user, field)


_BLANKS = dict.fromkeys(range(28, 32), " ")
"""What stands between the fields of a search key."""


def _folded(text: str) -> str:
    """As in a key: PostgreSQL lowers each character alone, so a sigma at the end of a word is as any other."""
    plain = unicodedata.normalize("NFKC", text).replace("Σ", "σ").replace("İ", "i")
    return plain.lower().translate(_BLANKS)
