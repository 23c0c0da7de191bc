"""In which order a list is, and by which index: a list is one stretch after another, each ordered by an index.

Who has no value comes last, whichever way. Among equals the newest comes first where the first field descends (of those
changed at one moment, the smallest id), the oldest where it ascends. A status is the one shown. Texts are in the
order of the database's collation, which is that of Unicode where Poolhouse made the database: Chinese names are in
the order of their characters' numbers, not of their sounds. Decision: docs/decisions/0041-lists-of-users.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from poolhouse.db.database import Reads
from poolhouse.db.where import Where
from poolhouse.errors import InvalidInput
from poolhouse.users.model import Sort, Status
from poolhouse.users.postgres import SHOWN_STATUS
from poolhouse.users.profile_fields import SORTABLE
from poolhouse.users.rules import GENDERS, spelled

LOGINS = frozenset({"last_login", "logins_count", "last_ip"})
"""Kept in `user_logins`, too, where each login writes an index for them."""
COUNTED: Mapping[str, tuple[str, str]] = {
    "status": ("status", SHOWN_STATUS),
    "gender": ("gender", "u.gender"),
    "user_source_type": ("source", "u.user_source_type"),
}
"""Field -> its column of `user_counts`, and its term over `users u`."""
KNOWN_VALUES: Mapping[str, Set[str]] = {
    "status": frozenset(status.value for status in Status),
    "gender": frozenset(GENDERS.values()),
    "user_source_type": frozenset({"adminCreated", "register", "excel", "sync"}),
}
"""What is counted by its name; anything else under ''. As in the schema's `poolhouse_counted_...`."""
NEWEST = "u.created_at desc, u.id"

_USERS = "users u"
_WITH_LOGINS = "user_logins l join users u on u.pool_id = l.pool_id and u.id = l.user_id"
_SAME_AS_CREATED = frozenset({"status_changed_at", "signed_up"})
"""When the user was created, of nearly everybody."""
_WHOLE = frozenset({"id", "created_at", "updated_at"})
"""Everybody has one, and an index has them all."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the list. `size`: how many of the whole pool are in it, where that is known."""

    order: str
    term: str = ""
    source: str = _USERS
    size: int | None = None

    def ids(self, where: Where, limit: int, offset: int) -> str:
        """A query over the parameters of `where`: pool_id and id, in order."""
        return (
            f"select u.pool_id, u.id from {self._matching(where)} "
            f"order by {self.order} limit {limit:d} offset {offset:d}"
        )

    def count(self, where: Where) -> str:
        return f"select count(*) from {self._matching(where)}"

    def _matching(self, where: Where) -> str:
        pool = "l.pool_id = $1 and " if self.source == _WITH_LOGINS else ""
        return f"{self.source} where {pool}{where.sql}{self.term and f' and {self.term}'}"


@dataclass(frozen=True, slots=True)
class Merged(Stretch):
    """Everybody, by a time that is mostly that of creation: two ordered lists, by an index each, become one."""

    field: str = ""
    descending: bool = True

    def ids(self, where: Where, limit: int, offset: int) -> str:
        down, up, before = ("desc", "", ">=") if self.descending else ("", "desc", "<=")
        extreme, end = ("min", "'-infinity'") if self.descending else ("max", "'infinity'")
        most = limit + offset
        rest = f"u.created_at {down}, u.id {up}"
        return (
            "with differing as materialized ("
            f"select u.pool_id, u.id, u.{self.field} as at, u.created_at from users u where {where.sql} "
            f"and u.{self.field} <> u.created_at order by u.{self.field} {down}, {rest} limit {most:d}), "
            # Whoever comes after all of a full list of those is on no page yet, and is not looked for.
            f"bound as (select case when count(*) = {most:d} then {extreme}(at) else {end} end as at from differing), "
            f"same as (select u.pool_id, u.id, u.created_at as at, u.created_at from users u where {where.sql} "
            f"and u.{self.field} = u.created_at and u.created_at {before} (select at from bound) "
            f"order by {rest} limit {most:d}) "
            "select u.pool_id, u.id from (select * from differing union all select * from same) u "
            f"order by u.at {down}, {rest} limit {limit:d} offset {offset:d}"
        )


async def stretches(db: Reads, pool_id: str, sorts: Sequence[Sort]) -> list[Stretch]:
    """All of them, in their order. Raises InvalidInput where a field cannot be sorted by."""
    check(sorts)
    if not sorts:
        return [Stretch(NEWEST)]
    first, rest = sorts[0], sorts[1:]
    tie = "".join(f"{_plain(sort)}, " for sort in rest)
    tie += NEWEST if first.descending else "u.created_at, u.id desc"
    direction = " desc" if first.descending else ""
    if first.field == "id":
        return [Stretch(f"u.id{direction}")]
    if first.field == "created_at":
        return [Stretch(tie if not rest else f"u.created_at{direction}, {tie}")]
    if first.field == "updated_at":
        by_id = "u.id" if first.descending else "u.id desc"
        return [Stretch(f"u.updated_at{direction}, {by_id if not rest else tie}")]
    if first.field in _SAME_AS_CREATED and not rest:
        return [Merged("", field=first.field, descending=first.descending)]
    if first.field in COUNTED:
        return await _groups(db, pool_id, first, tie)
    return _filled_and_empty(first, direction, tie)


def check(sorts: Sequence[Sort]) -> None:
    for sort in sorts:
        if sort.field not in SORTABLE:
            raise InvalidInput("sort.field", "不支持按此字段排序", f"cannot sort by {spelled(sort.field)}")


def _plain(sort: Sort) -> str:
    column = COUNTED[sort.field][1] if sort.field in COUNTED else f"u.{sort.field}"
    return f"{column} {'desc' if sort.descending else 'asc'} nulls last"


def _filled_and_empty(sort: Sort, direction: str, tie: str) -> list[Stretch]:
    counts = sort.field == "logins_count"  # none is a number, too
    present, absent = ("> 0", "= 0") if counts else ("is not null", "is null")
    empty = Stretch(tie, f"u.{sort.field} {absent}")
    if sort.field in LOGINS:
        by = tie.replace("u.created_at", "l.created_at").replace("u.id", "l.user_id")
        filled = Stretch(f"l.{sort.field}{direction}, {by}", f"l.{sort.field} {present}", source=_WITH_LOGINS)
    else:
        filled = Stretch(f"u.{sort.field}{direction}, {tie}", f"u.{sort.field} {present}")
    return [empty, filled] if counts and not sort.descending else [filled, empty]


async def _groups(db: Reads, pool_id: str, sort: Sort, tie: str) -> list[Stretch]:
    """One of each value that somebody has, with its size."""
    column, term = COUNTED[sort.field]
    rows = await db.fetch(
        f"select {column}, sum(users)::bigint from user_counts where pool_id = $1 "
        f"group by {column} having sum(users) > 0",
        pool_id,
    )
    sizes: dict[str, int] = dict(rows)
    if not sizes.keys() <= KNOWN_VALUES[sort.field]:
        return [Stretch(f"{_plain(sort)}, {tie}")]
    return [
        Stretch(tie, f"{term} = '{value}'", size=sizes[value])
        for value in sorted(sizes, reverse=sort.descending)
    ]
