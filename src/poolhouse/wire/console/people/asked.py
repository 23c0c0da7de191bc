"""What the address of the list of users says: the words, the filters, the order and the page. Nothing else knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from poolhouse.errors import InvalidInput
from poolhouse.misfits import one_of
from poolhouse.users.model import Status
from poolhouse.wire.console.days import day
from poolhouse.wire.console.visit import page_of
from poolhouse.wire.request import Query

SOURCES = ("adminCreated", "register", "excel", "sync")
OPERATORS = ("EQUAL", "CONTAINS", "NOT_EQUAL", "NOT_NULL", "IS_NULL", "GREATER", "LESSER")
_WITHOUT_VALUE = frozenset({"NOT_NULL", "IS_NULL"})
DATES: Mapping[str, tuple[str, str]] = {
    "created_from": ("createdAt", "GREATER"),
    "created_to": ("createdAt", "LESSER"),
    "login_from": ("lastLogin", "GREATER"),
    "login_to": ("lastLogin", "LESSER"),
}
"""Name in the address -> field and operator. A day is one of UTC, and whole."""
ONE = ("status", "source", "department", "group", "role", "signed_in", *DATES)
"""Filters of which there is one each."""
NEVER = "never"
MOST_CUSTOM = 10

Conditions = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """`filters`: those of ONE that are set. `custom`: `KEY:OPERATOR:VALUE` each. `sort`: a field of v3, `-` before it
    for downwards. `cursor`: where the page begins; a page of another state is found by its number."""

    words: str = ""
    filters: Mapping[str, str] = None  # type: ignore[assignment]
    custom: tuple[str, ...] = ()
    sort: str = ""
    number: int = 1
    cursor: str = ""

    @classmethod
    def of(cls, query: Query) -> Asked:
        """Raises InvalidInput naming the part that is none."""
        number = page_of(query)
        filters = {name: value for name in ONE if (value := (query.text(name) or "").strip())}
        custom = [one for one in query.all("field") if one]
        if key := (query.text("field_key") or "").strip():
            operator = query.text("field_is") or "EQUAL"
            custom.append(f"{key}:{operator}:{(query.text('field_value') or '').strip()}")
        if len(custom) > MOST_CUSTOM:
            raise InvalidInput("field", f"最多 {MOST_CUSTOM} 个条件", f"at most {MOST_CUSTOM} conditions")
        asked = cls(
            (query.text("q") or "").strip(),
            filters,
            tuple(dict.fromkeys(custom)),
            query.text("sort") or "",
            number,
            query.text("cursor") or "",
        )
        asked.conditions()
        return asked

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters or self.custom)

    # -- for v3 --------------------------------------------------------------------------------------------

    def conditions(self) -> Conditions:
        """`advancedFilter`. Raises InvalidInput naming the part of the address that is none."""
        return [
            *(_condition(name, value) for name, value in self.filters.items()),
            *map(_of_field, self.custom),
        ]

    def question(self) -> dict[str, Any]:
        """The body of POST list-users, without its options."""
        return {
            **({"keywords": self.words} if self.words else {}),
            **({"advancedFilter": self.conditions()} if self.is_filtered else {}),
        }

    def sorting(self) -> list[dict[str, str]]:
        if not self.sort:
            return []
        return [{"field": self.sort.lstrip("-"), "order": "desc" if self.sort.startswith("-") else "asc"}]

    # -- addresses -----------------------------------------------------------------------------------------

    def pairs(self, *, order: bool = True) -> list[tuple[str, str]]:
        """Of the state without its page."""
        found = [("q", self.words), *self.filters.items(), *(("field", one) for one in self.custom)]
        return [pair for pair in (*found, ("sort", self.sort if order else "")) if pair[1]]

    @property
    def query(self) -> str:
        """Of the words and filters alone."""
        return urlencode(self.pairs(order=False))

    def page(self, number: int, cursor: str = "") -> str:
        pairs = [*self.pairs(), *([("page", str(number))] if number > 1 else [])]
        return "?" + urlencode([*pairs, *([("cursor", cursor)] if cursor else [])])

    def without(self, name: str, value: str) -> str:
        """The address of the same without this filter, from its first page."""
        if name == "q":
            return replace(self, words="").page(1)
        if name == "field":
            return replace(self, custom=tuple(one for one in self.custom if one != value)).page(1)
        return replace(self, filters={n: v for n, v in self.filters.items() if n != name}).page(1)

    def sorted_by(self, field: str) -> str:
        """Its address: upwards, then downwards, then as it was."""
        following = {field: f"-{field}", f"-{field}": ""}.get(self.sort, field)
        return replace(self, sort=following).page(1)


def _condition(name: str, value: str) -> dict[str, Any]:
    if name in DATES:
        day(name, value)
        field, operator = DATES[name]
        return {"field": field, "operator": operator, "value": value}
    if name == "signed_in":
        return {"field": "lastLogin", "operator": "IS_NULL" if value == NEVER else "NOT_NULL"}
    if name == "status":
        return _is("status", _one_of(name, value, [status.value for status in Status]))
    if name == "source":
        return _is("userSource", _one_of(name, value, SOURCES))
    if name == "department":
        organization, _, department = value.partition("/")
        if not organization or not department:
            raise InvalidInput(name, "应为“组织/部门”", "must be ORGANIZATION/DEPARTMENT")
        place = {
            "organizationCode": organization,
            "departmentId": department,
            "includeChildrenDepartments": True,
        }
        return {"field": "department", "operator": "IN", "value": [place]}
    if name == "group":
        return {"field": "inGroup", "operator": "IN", "value": [value]}
    namespace, slash, code = value.rpartition("/")
    return {
        "field": "hasRole",
        "operator": "IN",
        "value": [{"code": code, "namespace": namespace if slash else "default"}],
    }


def _is(field: str, value: str) -> dict[str, Any]:
    return {"field": field, "operator": "EQUAL", "value": value}


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise InvalidInput(name, *one_of(known))
    return value


def _of_field(one: str) -> dict[str, Any]:
    key, operator, value = parts(one)
    if not key or operator not in OPERATORS:
        raise InvalidInput("field", "应为“字段”“运算”“值”，以冒号分隔", "must be KEY:OPERATOR:VALUE")
    if operator in _WITHOUT_VALUE:
        return {"field": key, "operator": operator}
    return {"field": key, "operator": operator, "value": value}


def parts(one: str) -> tuple[str, str, str]:
    """Key, operator and value; a value may have colons."""
    key, _, rest = one.partition(":")
    operator, _, value = rest.partition(":")
    return key, operator, value
