"""Which users: one UserQuery becomes one WHERE. Every value is a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from poolhouse import phones
from poolhouse.db.database import Reads
from poolhouse.db.postgres_words import begun_by
from poolhouse.db.where import Where
from poolhouse.directory import orders
from poolhouse.directory.deep_pages import FAR, DeepPages
from poolhouse.directory.filters import add_condition, add_field, folded
from poolhouse.directory.orders import Listed
from poolhouse.directory.totals import (
    Counted,
    Totals,
    cost,
    counts_of,
    is_kept,
    logins_alone,
    not_indexed,
    users_of,
)
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.fields.model import Field, TargetType
from poolhouse.fields.postgres import list_fields
from poolhouse.groups.postgres import ids_of_codes, in_group, in_group_of_id
from poolhouse.orgs.postgres_members import in_any_department, in_department, in_no_department
from poolhouse.paging import Page, PageRequest
from poolhouse.roles.model import RoleKey
from poolhouse.roles.postgres import find_many, holds_role, holds_role_of_id
from poolhouse.users.model import CUSTOM, KeyKind, User, UserQuery
from poolhouse.users.postgres import is_shown
from poolhouse.users.profile_fields import SEARCHED_FIELDS, SEARCHED_FIRST, TEXT
from poolhouse.users.rules import spelled

COLUMNS = ", ".join(f"u.{name}" for name in User.__struct_fields__)

MOST_OF_A_KIND = 200
"""Departments, groups or roles one search may name: each is a subquery of its own."""

SHORT = 2_000
"""A list of no more is sorted whole, see orders.gathered, unless an index has it in order."""
LONG, NEAR, LOOKED_AT = 20_000, 1_000, 5_000
"""The first pages of a list of so many are looked for among the newest, see orders.among_newest."""
MANY = 100_000
"""Of so many, found by the index of a custom field, the first page is mostly among a few of the newest."""
MOST_SORTED = 50_000
"""Of a longer list each is not sorted by a value of a custom field that has no index."""
MOST_WALKED = 50_000
"""Who is further away in the order of a list is not walked to."""
MOST_GATHERED = 10_000
"""Of a list of which more is known to be, all are not gathered and sorted."""
WALKED_COST = 0.4
"""Of somebody who is walked past, as the planner has what it costs to gather a list."""
GLANCE = 500
"""Whoever is searched for and is none of so many is rare."""

FIRST_MARK, LAST_MARK = 29, 28
"""In `user_search.search_key`: what follows SEARCHED_FIRST, and what follows all fields, before the number in E.164."""

SPELLED: frozenset[KeyKind] = frozenset({"username", "email", "external_id"})
"""Looked up as they were given, for old rows may be spelled so, else by their stored spelling."""
PHONE_RANK = (
    "case when u.phone = any($2::text[]) and (u.phone_key is null or u.phone_key = $3) then 0 "
    "when u.phone_key = $3 then 1 else 2 end"
)


def source(kind: KeyKind, *, many: bool = False) -> str:
    """`users u where ...` over $1 = pool and $2 = the spellings of a key, best first; or, `many`, a list of keys.

    For `phone` $3 is the number's key, and $4 whether the country is known. `rank` orders what was found: a
    number as it is written by who has no other key, the number, then digits that are a number elsewhere.
    """
    if kind == "phone":
        return (
            "users u where u.pool_id = $1 and (u.phone_key = $3 or u.phone = any($2::text[]) "
            f"and (u.phone_key is null or not $4)) order by {PHONE_RANK} limit 2"
        )
    if kind == "identity":
        return (
            "user_identities i join users u on u.pool_id = i.pool_id and u.id = i.user_id "
            "where i.pool_id = $1 and i.user_id_in_idp = substr($2, strpos($2, ':') + 1) "
            "and split_part($2, ':', 1) in (i.provider, i.ext_idp_id) limit 1"
        )
    if many:
        return f"users u where u.pool_id = $1 and u.{kind} = any($2)"
    if kind in SPELLED:
        return (
            f"users u where u.pool_id = $1 and u.{kind} = any($2::text[]) "
            f"order by array_position($2::text[], u.{kind}) limit 1"
        )
    return f"users u where u.pool_id = $1 and u.{kind} = $2"


async def page(
    db: Reads, totals: Totals, pool_id: str, query: UserQuery, deep: DeepPages | None = None
) -> Page[User]:
    """The page and the exact total. Rows deep in a list are reached by `deep`, or through the index alone."""
    fields = await custom_fields(db, pool_id, query)
    ids = await ids_of(db, pool_id, query)
    where = _where(pool_id, query, fields, ids)
    orders.check(query.sort, fields)
    if not query.sort and (query.page.after or not query.page.counted):
        return await _part(db, totals, pool_id, query, where)
    if query.sort and query.sort[0].field.startswith(CUSTOM):
        return await _by_value(db, totals, pool_id, query, where, fields)
    if is_kept(query):
        return await _kept(db, totals, pool_id, query, where, deep)
    return await _counted(db, totals, pool_id, query, where)


async def _kept(
    db: Reads, totals: Totals, pool_id: str, query: UserQuery, where: Listed, deep: DeepPages | None
) -> Page[User]:
    """Of a list whose total the database keeps: there it is in the order of an index, too."""
    if where.unfiltered and query.page.offset == 0 and not query.sort:
        return await _first_page(db, pool_id, query.page.size)
    newest_first = orders.by_creation(query.sort)
    if deep and query.page.offset >= FAR and newest_first is not None:
        counts = counts_of(pool_id, query, where)
        return await deep.page(db, where, counts, query.page, oldest_first=not newest_first)
    total = await totals.of(db, pool_id, query, where)
    if total <= query.page.offset:
        return Page(total, [])
    if not (where.unfiltered or orders.is_by_creation(query.sort)):
        counted = Counted(total, await users_of(db, pool_id, UserQuery()))
        if (walked := await _walk(db, pool_id, query, where, counted)) is not None:
            return Page(total, walked)
    return Page(total, await _rows(db, pool_id, query, where))


async def _by_value(
    db: Reads, totals: Totals, pool_id: str, query: UserQuery, where: Listed, fields: Mapping[str, Field]
) -> Page[User]:
    """In the order of a custom field. Raises QueryTooBroad where a long list would be sorted without its index."""
    field = fields[query.sort[0].field.removeprefix(CUSTOM)]
    total = await totals.of(db, pool_id, query, where)
    if not field.is_ready and total > MOST_SORTED:
        raise not_indexed(field)
    if total <= query.page.offset:
        return Page(total, [])
    where, is_short = where.sorted_by(field), total <= SHORT and not is_kept(query)
    if is_short:
        ids = orders.gathered(where, query.sort, query.page.rows, query.page.offset)
        return Page(total, await _users(db, ids, where))
    return Page(total, await _rows(db, pool_id, query, where))


async def _counted(db: Reads, totals: Totals, pool_id: str, query: UserQuery, where: Listed) -> Page[User]:
    """Of any other list. What is searched is looked for among the newest before anybody is counted."""
    found, page = None, query.page
    query = replace(query, page=replace(page, one_more=True))
    is_searched = where.with_search and not (where.with_logins or query.sort or query.page.offset > NEAR)
    if is_searched and (found := await _near(db, query, where)) is None:
        _add_pairs(where)
    counted = await totals.up_to(db, pool_id, query, where)
    if counted.is_exact:
        query = replace(query, page=page)
    if not found and (counted.total > query.page.offset or not counted.is_exact):
        found = await _found(db, pool_id, query, where, counted, glanced=is_searched)
    return _cut(counted, found or [], page)


def _cut(counted: Counted, found: list[User], page: PageRequest) -> Page[User]:
    """Of a total that is exact it tells itself whether more follow, of a page that was asked for by its number."""
    if counted.is_exact and not page.after:
        return Page(counted.total, found[: page.size])
    return Page.cut(counted.total, found, page, is_exact=counted.is_exact)


def _is_near(page: PageRequest, counted: Counted) -> bool:
    """Whether it is quicker to walk to the page, through people of whom some are listed, than to gather all listed."""
    if not counted.is_exact:
        return True
    return counted.total > SHORT and (page.offset + page.rows) * counted.users < counted.total**2


async def _found(
    db: Reads, pool_id: str, query: UserQuery, where: Listed, counted: Counted, *, glanced: bool
) -> list[User]:
    """A page where somebody is, the way that is quickest for so many. `glanced`: it was not found whole at a glance."""
    page, total = query.page, counted.total if counted.is_exact else max(counted.total, LONG)
    if (field := where.of_field) and not (query.sort or field.is_negative):
        if total >= MANY and not field.in_order and (newest := await _among_newest(db, query, where, GLANCE)):
            return newest
        return await _users(db, orders.by_field_alone(field, total <= SHORT, page.rows, page.offset), field)
    if not query.sort and (logins := logins_alone(pool_id, query)):
        return await _users(db, orders.logged_in(logins, total <= SHORT, page.rows, page.offset), logins)
    looks = () if total < LONG or page.offset else (LOOKED_AT,) if glanced else (GLANCE, LOOKED_AT)
    for most in looks:
        if newest := await _among_newest(db, query, where, most):
            return newest
    looked = LOOKED_AT if looks or glanced else 0
    if (walked := await _walk(db, pool_id, query, where, counted, looked)) is not None:
        return walked
    if glanced or total <= MOST_GATHERED:
        return await _users(db, orders.gathered(where, query.sort, page.rows, page.offset), where)
    return await _rows(db, pool_id, query, where.walked() if _is_near(page, counted) else where)


async def _walk(
    db: Reads, pool_id: str, query: UserQuery, where: Listed, counted: Counted, looked: int = 0
) -> list[User] | None:
    """The page, found by walking through people in the order of the list, each looked up and judged. None where that is
    further than it is worth: than to gather all who are listed, whom no order helps to find. `looked`: at so many of
    the newest, where the page is not.

    Where the walk was in vain, those who are listed come late in the order, and nobody knows how late: all of them are
    gathered, which reads a table once, where to walk on would look up everybody before them. Of who is searched for
    that is done as soon as nobody is in a first part of the walk."""
    page = query.page
    offset = 0 if page.after else page.offset
    among = counted.users
    if where.counted and orders.is_by_creation(query.sort):
        among = await users_of(db, pool_id, query)
    most = max(LOOKED_AT, 2 * (offset + page.rows) * among // max(1, counted.total))
    if not counted.is_exact:
        most = min(most, MOST_WALKED)  # there may be many more
    if most > MOST_WALKED or (most <= looked and not where.counted):
        return None
    gathered = orders.gathered(where, query.sort, page.rows, offset)
    if counted.is_exact and most * WALKED_COST > await cost(db, gathered, where):
        return await _users(db, gathered, where)
    if where.with_search and not (query.sort or where.counted or where.with_logins or page.after):
        rows = await _users(db, orders.among_newest(where, most, page.rows, offset), where)
        return rows if len(rows) == page.rows else await _users(db, gathered, where)
    found: list[User] = []
    for stretch in await orders.stretches(db, pool_id, query.sort, where):
        if not stretch.is_of_one_table:
            return await _users(db, gathered, where)
        rows, walked = [], 0
        for reach in _reaches(most, offset, query, where):
            first = stretch.among_first(where, reach, page.rows - len(found) - len(rows), offset, walked)
            rows += await _users(db, first, where)
            if len(found) + len(rows) == page.rows:
                return found + rows
            is_longer, args = stretch.is_longer(where, reach)
            if not await db.search_fetchval(is_longer, *args):
                break
            if reach == most or not rows:
                return await _users(db, gathered, where)
            walked = reach
        found += rows
        if rows:
            offset = 0
        elif offset:
            offset -= await db.search_fetchval(stretch.count(where), *where.args)
    return found


def _reaches(most: int, offset: int, query: UserQuery, where: Listed) -> tuple[int, ...]:
    """How far a list is walked, and where it is looked whether anybody was found at all: a text that is looked for is
    long, and in an order that it decides all who have it may come last."""
    is_looked = where.with_search and query.sort and not offset and most > LOOKED_AT
    return (LOOKED_AT, most) if is_looked else (most,)


async def _part(db: Reads, totals: Totals, pool_id: str, query: UserQuery, where: Listed) -> Page[User]:
    """Newest first, behind a row or without a total: then one more is looked for, which stands for all that follow."""
    page = query.page
    query = replace(query, page=replace(page, one_more=True))
    counted = await totals.up_to(db, pool_id, query, where) if page.counted else None
    total = counted.total if counted else None
    is_short = total is not None and total <= SHORT and not where.unfiltered
    offset, size = (0 if page.after else page.offset), query.page.rows
    if page.after:
        at, user_id = where.arg(page.after[0]), where.arg(page.after[1])
        behind = f"u.created_at <= {at} and (u.created_at < {at} or u.id > {user_id})"
        where.add_searched(behind) if where.with_search else where.add(behind)
        where.created.append(behind)
    found = None
    if total is None and not where.unfiltered and page.number == 1:
        found = await _near(db, query, where)
        if found is None and where.with_search and not where.with_logins:  # rare, or old
            _add_pairs(where)
            is_short = True
    if counted and not found and not where.unfiltered:
        found = await _walk(db, pool_id, query, where, counted)
    if found is None:
        if counted and _is_near(page, counted):
            where = where.walked()
        stretch = orders.Stretch(orders.NEWEST)
        ids = orders.gathered(where, (), size, offset) if is_short else stretch.ids(where, size, offset)
        found = await _users(db, ids, where)
    if total is None:
        total = page.offset + len(found)
    return Page.cut(total, found, page, is_exact=counted.is_exact if counted else True)


async def _near(db: Reads, query: UserQuery, where: Listed) -> list[User] | None:
    """A page of what is searched, if it is whole among the newest: known before anything is counted. Who is not there
    at a glance is rare, and better found by the index."""
    for most in (GLANCE, LOOKED_AT) if query.page.offset == 0 else (LOOKED_AT,):
        if found := await _among_newest(db, query, where, most):
            return found
        if found == []:
            return None
    return None


async def _among_newest(db: Reads, query: UserQuery, where: Listed, most: int) -> list[User] | None:
    """The page, if it is whole there; empty where nobody of it is."""
    if where.with_logins or query.sort or query.page.offset > NEAR:
        return None
    size, offset = query.page.rows, query.page.offset
    if not where.with_search:
        ids = orders.Stretch(orders.NEWEST).among_first(where, most, size, offset)
    else:
        ids = orders.among_newest(where, most, size, offset)
    found = await _users(db, ids, where)
    return found if len(found) in (0, query.page.rows) else None


async def _rows(db: Reads, pool_id: str, query: UserQuery, where: Listed) -> list[User]:
    """Stretch after stretch until the page is full; one that lies before it whole is counted or known."""
    found: list[User] = []
    wanted, skipped = query.page.rows, query.page.offset
    for stretch in await orders.stretches(db, pool_id, query.sort, where):
        if where.unfiltered and stretch.size is not None and stretch.size <= skipped:
            skipped -= stretch.size
            continue
        ids = stretch.ids(where, wanted - len(found), skipped)
        rows = await _users(db, ids, where)
        found += rows
        if len(found) == wanted:
            break
        if rows or not skipped:
            skipped = 0
        else:
            skipped = max(0, skipped - await db.search_fetchval(stretch.count(where), *where.args))
    return found


async def _users(db: Reads, ids: str, where: Where) -> list[User]:
    rows = await db.search_fetch(
        f"select {COLUMNS} from (select ids.pool_id, ids.id, row_number() over () as place from ({ids}) ids) page "
        "join users u on u.pool_id = page.pool_id and u.id = page.id where u.pool_id = $1 order by page.place",
        *where.args,
    )
    return [User(*row) for row in rows]


async def _first_page(db: Reads, pool_id: str, size: int) -> Page[User]:
    """What is asked most, in one statement. The size is part of its text, so that the plan made once is the
    plan for this size: the index, and no more rows than shown.
    """
    rows = await db.fetch(
        f"select {COLUMNS}, (select coalesce(sum(c.users), 0)::bigint from user_counts c "
        "where c.pool_id = $1) as total from users u where u.pool_id = $1 "
        f"order by u.created_at desc, u.id limit {size:d}",
        pool_id,
    )
    return Page(rows[0]["total"], [User(*row[:-1]) for row in rows]) if rows else Page()


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


def _where(pool_id: str, query: UserQuery, fields: Mapping[str, Field], ids: Ids | None = None) -> Listed:
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


@dataclass(frozen=True, slots=True)
class Found:
    """A query over `args`."""

    sql: str
    args: tuple[Any, ...]


def everybody(pool_id: str, query: UserQuery, fields: Mapping[str, Field]) -> Found:
    """The ids of all it finds, by id, whatever its page and order. Raises as `check`."""
    where = _where(pool_id, query, fields)
    if where.with_search:
        _add_pairs(where)
    return Found(f"select u.id from {where.narrow} where {where.sql} order by u.id", tuple(where.args))


def check(pool_id: str, query: UserQuery, fields: Mapping[str, Field]) -> None:
    """Raises InvalidInput, TooLarge and FieldNotFound for what no directory could answer."""
    _where(pool_id, query, fields)
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


def _add_pairs(where: Listed) -> None:
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
