"""Which users: one UserQuery becomes one WHERE. Every value is a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolhouse import phones
from poolhouse.db.database import Reads
from poolhouse.db.postgres_words import begun_by
from poolhouse.db.where import Where
from poolhouse.directory import orders
from poolhouse.directory.filters import add_condition, add_field, folded
from poolhouse.directory.orders import Listed
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.fields.model import Field, TargetType
from poolhouse.fields.postgres import list_fields
from poolhouse.groups.postgres import ids_of_codes, in_group, in_group_of_id
from poolhouse.orgs.postgres_members import in_any_department, in_department, in_no_department
from poolhouse.roles.model import RoleKey
from poolhouse.roles.postgres import find_many, holds_role, holds_role_of_id
from poolhouse.users.model import CUSTOM, UserQuery
from poolhouse.users.postgres import is_shown
from poolhouse.users.profile_fields import SEARCHED_FIELDS, SEARCHED_FIRST, TEXT
from poolhouse.users.rules import spelled

MOST_OF_A_KIND = 200
"""Departments, groups or roles one search may name: each is a subquery of its own."""

FIRST_MARK, LAST_MARK = 29, 28
"""In `user_search.search_key`: what follows SEARCHED_FIRST, and what follows all fields, before the number in E.164."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Of the groups and roles that a query names, as far as there are any. The planner knows how many are in each."""

    groups: tuple[str, ...]
    roles: tuple[str, ...]


async def ids_of(db: Reads, pool_id: str, query: UserQuery) -> Ids:
    groups: Mapping[str, str] = {}
    if query.groups:
        groups = await ids_of_codes(db, pool_id, query.groups)
    keys = [RoleKey(one.code, one.namespace) for one in query.roles]
    roles = await find_many(db, pool_id, keys) if keys else {}
    return Ids(tuple(groups.values()), tuple(role.id for role in roles.values()))


def where_of(pool_id: str, query: UserQuery, fields: Mapping[str, Field], ids: Ids | None = None) -> Listed:
    where = Listed(pool_id)
    if ids:
        where.groups, where.roles = ids.groups, ids.roles
    if query.statuses:
        given = list(query.statuses)
        shown = is_shown(given, where.arg(given[0] if len(given) == 1 else given))
        where.add(shown)
        if len(given) == 1 and given[0] not in orders.USUAL:
            where.counted.append(shown)
    if query.updated_from:
        where.add(f"u.updated_at >= {where.arg(query.updated_from)}")
    if query.updated_to:
        where.add(f"u.updated_at <= {where.arg(query.updated_to)}")
    if query.keyword:
        _add_keyword(where, query.keyword, query.fields)
    add_belongings(where, query, ids)
    for condition in query.conditions:
        add_condition(where, condition, fields)
    add_field(where, query, fields)
    where.logins_know()
    return where


def check(pool_id: str, query: UserQuery, fields: Mapping[str, Field]) -> None:
    """Raises InvalidInput, TooLarge and FieldNotFound for what no directory could answer."""
    where_of(pool_id, query, fields)
    orders.check(query.sort, fields)


def add_belongings(where: Where, query: UserQuery, ids: Ids | None = None) -> None:
    """Departments, groups and roles of the users `u`, who need not be ours. `ids`: where they are known."""
    belongs = where.belongs if isinstance(where, Listed) else where.any_of
    if query.not_in_org:
        where.add(in_no_department("u"))
    if query.within:
        belongs([in_any_department(where, "u", query.within)])
    for name in ("departments", "groups", "roles"):
        if len(getattr(query, name)) > MOST_OF_A_KIND:
            raise TooLarge(name, f"最多 {MOST_OF_A_KIND} 项", f"at most {MOST_OF_A_KIND} entries")
    if query.departments:
        belongs(
            [in_department(where, "u", one.department_id, one.include_children) for one in query.departments]
        )
    if query.groups and ids:
        belongs([in_group_of_id(where, "u", one) for one in ids.groups])
    elif query.groups:
        belongs([in_group(where, "u", code) for code in query.groups])
    if query.roles and ids:
        belongs([holds_role_of_id(where, "u", one) for one in ids.roles])
    elif query.roles:
        belongs([holds_role(where, "u", one.code, one.namespace) for one in query.roles])


async def custom_fields(db: Reads, pool_id: str, query: UserQuery) -> Mapping[str, Field]:
    """The definitions that conditions and order speak of, by key; asked for only where there are any."""
    named = [*(one.field for one in query.conditions), *(one.field for one in query.sort)]
    keys = [name.removeprefix(CUSTOM) for name in named if name.startswith(CUSTOM)]
    return await list_fields(db, pool_id, TargetType.USER, keys) if keys else {}


def _add_keyword(where: Listed, keyword: str, fields: tuple[str, ...]) -> None:
    for field in fields:
        if field not in TEXT and field != "id":
            raise InvalidInput(
                "fields", f"不支持搜索字段 {spelled(field)}", f"cannot search {spelled(field)}"
            )
    pattern = f"poolhouse_search_pattern({where.arg(keyword)})"
    asked = set(fields)
    terms = []
    if asked == set(SEARCHED_FIELDS):
        terms.append(f"u.search_key like {_before(pattern, LAST_MARK)}")
    elif asked == set(SEARCHED_FIRST):
        terms.append(f"u.search_key like {_before(pattern, FIRST_MARK)}")
    elif inside := [f"{folded(field)} like {pattern}" for field in fields if field in SEARCHED_FIELDS]:
        terms.append(f"u.search_key like {_before(pattern, LAST_MARK)} and ({' or '.join(inside)})")
    elsewhere = [f"{folded(field)} like {pattern}" for field in fields if field not in SEARCHED_FIELDS]
    numbers = _numbers(where, keyword) if "phone" in fields else []
    any_of = " or ".join([*terms, *numbers, *elsewhere])
    if terms:
        where.add_searched(f"({any_of})", alone=not elsewhere)
        where.texts += [] if elsewhere or numbers else [keyword]
    else:
        where.add(f"({any_of or 'false'})")


def add_pairs(where: Listed) -> None:
    """For two letters or digits, which have no trigram: one of those that they begin."""
    for text in where.texts:
        if (begun := begun_by(text)) is not None:
            where.add_searched(f"u.search_key ~ {where.arg(begun)}")


def _before(pattern: str, mark: int) -> str:
    return f"{pattern} || chr({mark}) || '%'"


def _numbers(where: Listed, keyword: str) -> list[str]:
    """Terms for a telephone number, or a part of one, however it is written: its country, blanks, dashes, brackets."""
    digits = phones.compact(keyword)
    if not digits:
        return []
    terms = []
    if digits != keyword:
        pattern = f"poolhouse_search_pattern({where.arg(digits)})"
        terms.append(f"u.search_key like {_before(pattern, FIRST_MARK)} and {folded('phone')} like {pattern}")
    key = phones.find_key(keyword)
    beginning = f"+{digits}" if phones.names_its_country(keyword) else None
    if beginning:
        terms.append(f"u.search_key like {where.arg(f'%{chr(LAST_MARK)}{beginning}%')}")
    if key and key != beginning:
        terms.append(f"u.search_key like {where.arg(f'%{chr(LAST_MARK)}{key}')}")
    if key:  # a row without the key has the number as it was written
        spellings = phones.spellings(keyword)
        shortest = f"poolhouse_search_pattern({where.arg(min(spellings, key=len))})"
        terms.append(
            f"u.search_key like {_before(shortest, FIRST_MARK)} and {folded('phone')} = any({where.arg(spellings)})"
        )
    return terms
