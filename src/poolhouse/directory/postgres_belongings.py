"""SQL on who belongs where, for users who live elsewhere: departments, groups, roles, identities, custom data.

All of it hangs on (pool, user id), so no row of a user is needed (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolhouse.db.database import Reads
from poolhouse.db.where import Where
from poolhouse.directory.filters import add_condition, linked
from poolhouse.directory.terms import add_belongings
from poolhouse.fields.conditions import NEGATIVE, holders
from poolhouse.fields.model import Field
from poolhouse.groups.postgres import members_of
from poolhouse.orgs.postgres_members import members_within
from poolhouse.paging import Page, PageRequest
from poolhouse.roles.postgres import holders_of
from poolhouse.users.model import CUSTOM, Condition, UserQuery

Fields = Mapping[str, Field]


def is_kept_here(condition: Condition) -> bool:
    return condition.field == "identity" or condition.field.startswith(CUSTOM)


def is_narrow(query: UserQuery) -> bool:
    """Whether something kept here names those it can be at all, and not only whom it cannot be."""
    return bool(query.departments or query.groups or query.roles or _naming(query))


async def page(db: Reads, pool_id: str, query: UserQuery, fields: Fields, asked: PageRequest) -> Page[str]:
    """Of everybody whom all that is kept here fits, a page of ids, and how many they are. The query is narrow.

    The largest id comes first: of numbers and of our own kind of id that is the newest.
    """
    where = Where(pool_id, "u")
    source = _narrowest(where, query, fields)
    _add_terms(where, query, fields)
    everybody = f"from (select distinct $1::text as pool_id, id from ({source}) each) u where {where.sql}"
    total = await db.search_fetchval(f"select count(*) {everybody}", *where.args)
    limit, offset = where.arg(asked.size), where.arg(asked.offset)
    rows = await db.search_fetch(
        f"select u.id {everybody} order by length(u.id) desc, u.id desc limit {limit} offset {offset}",
        *where.args,
    )
    return Page(int(total), [row["id"] for row in rows])


async def among(
    db: Reads, pool_id: str, query: UserQuery, fields: Fields, user_ids: Sequence[str]
) -> set[str]:
    """Whom of these all that is kept here fits."""
    where = Where(pool_id, "u")
    ids = where.arg(list(user_ids))
    _add_terms(where, query, fields)
    rows = await db.fetch(
        f"select u.id from (select $1::text as pool_id, id from unnest({ids}::text[]) id) u where {where.sql}",
        *where.args,
    )
    return {row["id"] for row in rows}


def _add_terms(where: Where, query: UserQuery, fields: Fields) -> None:
    add_belongings(where, query)
    for condition in query.conditions:
        if is_kept_here(condition):
            add_condition(where, condition, fields)


def _naming(query: UserQuery) -> list[Condition]:
    return [one for one in query.conditions if is_kept_here(one) and one.operator not in NEGATIVE]


def _narrowest(where: Where, query: UserQuery, fields: Fields) -> str:
    """The ids of one kind of what is kept here, by its own index; the terms do the rest."""
    if query.groups:
        sources = [members_of(where, code) for code in query.groups]
    elif query.roles:
        sources = [holders_of(where, one.code, one.namespace) for one in query.roles]
    elif query.departments:
        sources = [
            members_within(where, one.department_id, one.include_children) for one in query.departments
        ]
    else:
        condition = _naming(query)[0]
        if condition.field == "identity":
            return linked(where, condition)
        field = fields[condition.field.removeprefix(CUSTOM)]
        return holders(where, field, condition.operator, condition.value)
    return " union ".join(sources)
