"""A page of users who match: the way that is quickest for so many, and their exact total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from poolhouse.db.database import Reads
from poolhouse.db.where import Where
from poolhouse.directory import orders
from poolhouse.directory.deep_pages import FAR, DeepPages
from poolhouse.directory.orders import Listed
from poolhouse.directory.terms import add_pairs, custom_fields, ids_of, where_of
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
from poolhouse.fields.model import Field
from poolhouse.paging import Page, PageRequest
from poolhouse.users.model import CUSTOM, User, UserQuery

COLUMNS = ", ".join(f"u.{name}" for name in User.__struct_fields__)

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


async def page(
    db: Reads, totals: Totals, pool_id: str, query: UserQuery, deep: DeepPages | None = None
) -> Page[User]:
    """The page and the exact total. Rows deep in a list are reached by `deep`, or through the index alone."""
    fields = await custom_fields(db, pool_id, query)
    ids = await ids_of(db, pool_id, query)
    where = where_of(pool_id, query, fields, ids)
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
        add_pairs(where)
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
            add_pairs(where)
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
class Found:
    """A query over `args`."""

    sql: str
    args: tuple[Any, ...]


def everybody(pool_id: str, query: UserQuery, fields: Mapping[str, Field]) -> Found:
    """The ids of all it finds, by id, whatever its page and order. Raises as `check`."""
    where = where_of(pool_id, query, fields)
    if where.with_search:
        add_pairs(where)
    return Found(f"select u.id from {where.narrow} where {where.sql} order by u.id", tuple(where.args))
