"""In which order a list is, and by which index: a list is one stretch after another, each ordered by an index.

Who has no value comes last, whichever way. Among equals the newest comes first where the first field descends (of those
changed at one moment, the smallest id), the oldest where it ascends. A status is the one shown. Texts are in the
order of the database's collation, which is that of Unicode where Poolhouse made the database: Chinese names are in
the order of their characters' numbers, not of their sounds. Decision: docs/decisions/0041-lists-of-users.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from copy import copy
from dataclasses import dataclass
from typing import Any

from poolhouse.db.database import Reads
from poolhouse.db.where import Where
from poolhouse.errors import InvalidInput
from poolhouse.fields.conditions import check_sortable, index_column, sorted_by
from poolhouse.fields.model import Field
from poolhouse.users.model import CUSTOM, Sort, Status
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
USUAL = frozenset({Status.ACTIVATED.value, "U"})
"""Whom no index has apart from the others."""
NEWEST = "u.created_at desc, u.id"

_WITH_LOGINS = "user_logins l join {people} on u.pool_id = l.pool_id and u.id = l.user_id"
_SEARCHED = (
    "(select u.*, s.search_key from user_search s join users u on u.pool_id = s.pool_id and u.id = s.user_id "
    "and u.created_at = s.created_at) u"
)
_SEARCHED_ALONE = "(select s.pool_id, s.user_id as id, s.created_at, s.search_key from user_search s) u"
_EACH_USER = "cross join lateral (select u.* from users u where u.pool_id = $1 and u.id = {id} offset 0) u"
_EACH_SEARCHED = (
    "cross join lateral (select u.*, s.search_key from users u join user_search s on s.pool_id = u.pool_id "
    "and s.user_id = u.id and s.created_at = u.created_at where u.pool_id = $1 and u.id = {id} offset 0) u"
)
_EACH_KEY = (
    "cross join lateral (select w.*, s.search_key from user_search s where s.pool_id = $1 and s.user_id = w.id "
    "and s.created_at = w.created_at offset 0) u"
)
_EACH_LOGIN = (
    "cross join lateral (select l.* from user_logins l where l.pool_id = $1 and l.user_id = u.id offset 0) l"
)
"""Looked up one by one, in the order that they come: `offset 0` keeps the planner from gathering all."""
_BY_INDEX = "user_field_values f"
_BY_CREATION = frozenset({NEWEST, "u.created_at, u.id desc"})
_OF_ANY_TABLE = _BY_CREATION | {"u.id", "u.id desc"}
"""Orders by what `user_search` has, too."""
_FOUND_EMPTY = frozenset({"username", "email", "external_id"})
"""Who has none of these is found by the index of it."""
_TIMES = frozenset({"updated_at", "status_changed_at", "signed_up"})
"""Everybody has one, and an index has them all."""


class OfField(Where):
    """A list by one value, over `user_field_values f` alone, which has nobody who is no user.

    `in_order`: of one value, so that the index has the newest first. `is_negative`: of all whom its terms do not find.
    """

    def __init__(self, pool_id: str, in_order: bool, is_negative: bool) -> None:
        super().__init__(pool_id, "f")
        self.in_order, self.is_negative = in_order, is_negative


class Listed(Where):
    """Terms over `users u`, and over `user_logins l` once one needs a login: then nobody else is looked at.

    Where one is about `u.search_key`, `u` is a user with that; where all are, it is the narrow table alone.
    """

    def __init__(self, pool_id: str) -> None:
        super().__init__(pool_id, "u")
        self.by_field: Field | None = None
        """The custom field that the list is sorted by, and the placeholder of its key. See `sorted_by`."""
        self.field_key = ""
        self.of_field: OfField | None = None
        """The same by the index of a custom field, where that answers all of it."""
        self.read_through: Field | None = None
        """A field without an index, all values of which are read."""
        self.with_logins = self.with_search = False
        self.belongings: list[tuple[int, list[str]]] = []
        """Of terms about groups, roles and departments: their places, and the `exists (...)` of each."""
        self.created: list[str] = []
        """Terms over `u.created_at` and `u.id` that are one part of the order of creation."""
        self.counted: list[str] = []
        """Terms by which an index has the order of creation."""
        self.values: dict[str, str] = {}
        """Of the fields of COUNTED: the one value that all listed have."""
        self.logins: dict[str, list[str]] = {}
        """Terms over the columns of `user_logins l`."""
        self.never_logged_in = False
        self.groups: tuple[str, ...] = ()
        self.roles: tuple[str, ...] = ()
        """Ids of those that are asked for."""
        self.texts: list[str] = []
        """What the key of everybody listed has in it."""
        self._of_search = 0

    def join_logins(self) -> None:
        if not self.with_logins:
            self.with_logins = True
            self.add("l.pool_id = $1")

    def add_searched(self, term: str, *, alone: bool = True) -> None:
        """`alone`: of a user the term has nothing but id, created_at and search_key."""
        self.with_search = True
        self._of_search += alone
        self.add(term)

    def belongs(self, terms: list[str]) -> None:
        """To one of the groups, roles or departments."""
        self.any_of(terms)
        if terms:
            self.belongings.append((len(self._terms) - 1, terms))

    def walked(self) -> Listed:
        """The same, for who walks through people in order: each is looked up, where the planner, who takes the list for
        a short one, would gather and sort all of it."""
        other = copy(self)
        other._terms = list(self._terms)
        for place, terms in self.belongings:
            each = [f"{term.removesuffix(')')} offset 0)" for term in terms]
            other._terms[place] = f"({' or '.join(each)})"
        return other

    def logins_know(self) -> None:
        """Once all terms are there: of who logged in, `user_logins` has the time of creation, too, and one table is
        looked through where it was two. Whoever never did has no last login."""
        if self.never_logged_in and "last_login" in self.logins:
            self.add("false")
        if self.with_logins:
            self._terms = [_over_logins(term) if term in self.created else term for term in self._terms]

    def sorted_by(self, field: Field) -> Listed:
        """The same, for statements that sort by this field: only those may have its key among their parameters."""
        other = copy(self)
        other.args, other._terms = list(self.args), list(self._terms)
        other.by_field, other.field_key = field, other.arg(field.key)
        return other

    @property
    def search_alone(self) -> bool:
        return self.with_search and len(self._terms) == 1 + self._of_search

    @property
    def people(self) -> str:
        return _SEARCHED if self.with_search else "users u"

    @property
    def source(self) -> str:
        return _WITH_LOGINS.format(people=self.people) if self.with_logins else self.people

    @property
    def narrow(self) -> str:
        """As `source`, for who asks for no more than id and created_at."""
        return _SEARCHED_ALONE if self.search_alone else self.source


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the list. `by_logins`: its order and term are over `user_logins l`. `size`: how many of the whole
    pool are in it, where that is known."""

    order: str
    term: str = ""
    by_logins: bool = False
    size: int | None = None
    by_index: bool = False
    """Its order and term are over `user_field_values f`."""
    is_usual: bool = False
    """Its term holds for most, or no index has it: whom it does not hold for are walked past."""

    def ids(self, where: Listed, limit: int, offset: int) -> str:
        """A query over the parameters of `where`: pool_id and id, in order."""
        order = _over_logins(self.order) if self._reads_logins(where) else self.order
        found = "f.pool_id, f.user_id as id" if self.by_index else "u.pool_id, u.id"
        return (
            f"select {found} from {self._matching(where)} order by {order} limit {limit:d} offset {offset:d}"
        )

    def among_first(self, where: Listed, most: int, limit: int, offset: int, skipped: int = 0) -> str:
        """As `ids`, of the `most` first of the stretch alone, without those `skipped`: each of these is looked up and
        judged, so that it costs no more whatever the planner thinks of the list."""
        first, alias, order = self._first(where, most, skipped)
        found = "u.pool_id, u.id"
        if alias != "u":
            people = _EACH_SEARCHED if where.with_search else _EACH_USER
            source = f"{first} {alias} {people.format(id=f'{alias}.user_id')}"
            found = f"{alias}.pool_id, {alias}.user_id as id"
        elif where.with_search:
            source, order = f"{first} w {_EACH_KEY}", order.replace("u.", "w.")
        else:
            source = f"{first} u"
        if where.with_logins and alias != "l":
            source += f" {_EACH_LOGIN}"
        also = f" and {self.term}" if self.is_usual else ""
        return (
            f"select {found} from {source} where {where.walked().sql} and {alias}.pool_id = $1{also} "
            f"order by {order} limit {limit:d} offset {offset:d}"
        )

    @property
    def is_of_one_table(self) -> bool:
        """Whether the first of it are found by its own table alone, as `among_first` looks for them."""
        return not (self.by_logins or self.by_index) or "u." not in _over_logins(self.order)

    def is_longer(self, where: Listed, most: int) -> tuple[str, list[Any]]:
        """A query and its parameters: whether `among_first` leaves somebody out."""
        alias, table, _, terms = self._begin(where)
        also = "".join(f" and {term}" for term in terms)
        return where.using(
            f"select count(*) = {most:d} from (select 1 from {table} {alias} where {alias}.pool_id = $1{also} "
            f"limit {most:d}) first"
        )

    def _first(self, where: Listed, most: int, skipped: int) -> tuple[str, str, str]:
        """The `most` first without those `skipped`, whoever is listed of them, the alias of their columns, and the
        order they are in."""
        alias, table, order, terms = self._begin(where)
        also = "".join(f" and {term}" for term in terms)
        return (
            (
                f"(select {alias}.* from {table} {alias} where {alias}.pool_id = $1{also} "
                f"order by {order} limit {most - skipped:d} offset {skipped:d})"
            ),
            alias,
            order,
        )

    def _begin(self, where: Listed) -> tuple[str, str, str, list[str]]:
        """The alias, the table, the order and the terms, by all of which an index has it."""
        alias, table, order = "u", "users", self.order
        terms = [self.term] if self.term and not self.is_usual else []
        is_by_creation = order in _BY_CREATION
        if self.by_index:
            alias, table = "f", "user_field_values"
        elif self._begins_with_logins(where):
            alias, table, order = "l", "user_logins", _over_logins(order)
            if is_by_creation:
                terms += map(_over_logins, where.created)
            else:
                terms += where.logins.get(order.partition(" ")[0].removeprefix("l."), [])
        elif is_by_creation:
            terms += where.created + where.counted
        return alias, table, order, terms

    def _begins_with_logins(self, where: Listed) -> bool:
        is_plain = not (self.by_index or self.term) and self.order in _BY_CREATION
        return self.by_logins or (where.with_logins and is_plain)

    def _reads_logins(self, where: Listed) -> bool:
        return (self.by_logins or where.with_logins) and not self.by_index

    def count(self, where: Listed) -> str:
        return f"select count(*) from {self._matching(where)}"

    def _matching(self, where: Listed) -> str:
        narrow = self.order in _OF_ANY_TABLE and not self.term
        source = where.narrow if narrow else where.source
        joined = ""
        if self.by_index:
            if where.unfiltered:  # whoever has a value is a user
                return f"{_BY_INDEX} where f.pool_id = $1 and {self.term}"
            source, joined = f"{_BY_INDEX}, {source}", " and f.pool_id = $1 and u.id = f.user_id"
        if self.by_logins and not where.with_logins:
            source = f"{_WITH_LOGINS.format(people=where.people)} and l.pool_id = $1"
        return f"{source} where {where.sql}{joined}{self.term and f' and {self.term}'}"


async def stretches(db: Reads, pool_id: str, sorts: Sequence[Sort], where: Listed) -> list[Stretch]:
    """All of them, in their order. `where`: sorted by the custom field, if the first is one."""
    if not sorts:
        return [Stretch(NEWEST)]
    first, rest = sorts[0], sorts[1:]
    tie = "".join(f"{_plain(sort)}, " for sort in rest) + _tie(sorts)
    direction = " desc" if first.descending else ""
    if where.by_field:
        return _by_value(where.by_field, where.field_key, first, tie)
    if first.field == "id":
        return [Stretch(f"u.id{direction}")]
    if first.field == "created_at":
        return [Stretch(tie if not rest else f"u.created_at{direction}, {tie}")]
    if first.field in _TIMES:
        return [Stretch(f"u.{first.field}{direction}, {tie}")]
    if first.field in COUNTED:
        groups = await _groups(db, pool_id, first, tie)
        value = where.values.get(first.field)
        return [one for one in groups if value is None or not one.size or one.term.endswith(f"'{value}'")]
    return _filled_and_empty(first, direction, tie, where)


def gathered(where: Listed, sorts: Sequence[Sort], limit: int, offset: int) -> str:
    """A query like `Stretch.ids`, of the whole list: all of it is found by its own terms, and then sorted.

    For a short one. The planner, who thinks that its users are spread evenly over the pool, might look for them from
    the newest on, and they may all be old.
    """
    narrow = where.search_alone and not sorts
    by_value = sorted_by(where.by_field, where.field_key) if where.by_field else None
    fields = [sort.field for sort in sorts if not sort.field.startswith(CUSTOM)]
    if "status" in fields:
        fields.append("blocked")
    # No column beside these: then an index may have all that is asked, and nobody's row is looked up.
    names = dict.fromkeys(("pool_id", "id", "created_at", *fields))
    columns = ", ".join(f"{'l' if where.with_logins and name in LOGINS else 'u'}.{name}" for name in names)
    order = "".join(f"{_plain(sort, by_value)}, " for sort in sorts) + _tie(sorts)
    return (
        f"select u.pool_id, u.id from (select {columns} from {where.narrow if narrow else where.source} "
        f"where {where.sql} offset 0) u "
        f"order by {order} limit {limit:d} offset {offset:d}"
    )


def logged_in(where: Where, whole: bool, limit: int, offset: int) -> str:
    """A query like `Stretch.ids`, newest first, over `user_logins l` alone, which has nobody who is no user.

    `whole`: as `gathered`.
    """
    found = f"select l.pool_id, l.user_id as id, l.created_at from user_logins l where {where.sql}"
    fence = " offset 0" if whole else ""
    return (
        f"select u.pool_id, u.id from ({found}{fence}) u order by {NEWEST} limit {limit:d} offset {offset:d}"
    )


def by_field_alone(where: Where, whole: bool, limit: int, offset: int) -> str:
    """A query like `Stretch.ids`, newest first, over `user_field_values f` alone, which has nobody who is no user.

    `whole`: as `gathered`.
    """
    found = f"select f.pool_id, f.user_id as id, f.created_at from user_field_values f where {where.sql}"
    fence = " offset 0" if whole else ""
    return (
        f"select u.pool_id, u.id from ({found}{fence}) u order by {NEWEST} limit {limit:d} offset {offset:d}"
    )


def among_newest(where: Listed, most: int, limit: int, offset: int) -> str:
    """A query like `Stretch.ids`, newest first, that looks at the `most` newest of the pool alone.

    For a long list, whose first page is mostly there, where the planner, who knows little of parts of texts, might
    sort all of it.
    """
    newest = f"(select u.* from {where.narrow} where u.pool_id = $1 order by {NEWEST} limit {most:d}) u"
    if where.with_search and not where.search_alone:
        newest = _SEARCHED.replace(
            "user_search s",
            "(select s.* from user_search s where s.pool_id = $1 "
            f"order by s.created_at desc, s.user_id limit {most:d}) s",
        )
    return (
        f"select u.pool_id, u.id from {newest} where {where.sql} order by {NEWEST} "
        f"limit {limit:d} offset {offset:d}"
    )


def by_creation(sorts: Sequence[Sort]) -> bool | None:
    """Whether the list is newest first; None where it is neither so nor oldest first."""
    if not sorts or list(sorts) == [Sort("created_at")]:
        return True
    return False if list(sorts) == [Sort("created_at", False)] else None


def is_by_creation(sorts: Sequence[Sort]) -> bool:
    """Whether each stretch is in the order of creation, or the reverse of that."""
    return not sorts or (len(sorts) == 1 and sorts[0].field in {"created_at", *COUNTED})


def check(sorts: Sequence[Sort], fields: Mapping[str, Field]) -> None:
    """Raises InvalidInput."""
    for at, sort in enumerate(sorts):
        if sort.field.startswith(CUSTOM):
            field = fields.get(sort.field.removeprefix(CUSTOM))
            if field is None:
                raise _unsortable(sort.field.removeprefix(CUSTOM))
            check_sortable(field)
            if at:
                raise InvalidInput(
                    "sort", "自定义字段须是第一个排序字段", "a custom field is the first to sort by"
                )
        elif sort.field not in SORTABLE:
            raise _unsortable(spelled(sort.field))


def _unsortable(name: str) -> InvalidInput:
    return InvalidInput("sort.field", f"不支持按此字段排序：{name}", f"cannot sort by {name}")


def _tie(sorts: Sequence[Sort]) -> str:
    """The order of equals."""
    up = bool(sorts) and not sorts[0].descending
    if len(sorts) == 1 and sorts[0].field == "updated_at":
        return "u.id desc" if up else "u.id"
    return "u.created_at, u.id desc" if up else NEWEST


def _over_logins(order: str) -> str:
    """The same: both tables have a user's id and time of creation."""
    return order.replace("u.created_at", "l.created_at").replace("u.id", "l.user_id")


def _plain(sort: Sort, by_value: str | None = None) -> str:
    """`by_value`: the value of the custom field."""
    if by_value and sort.field.startswith(CUSTOM):
        return f"{by_value} {'desc' if sort.descending else 'asc'} nulls last"
    column = COUNTED[sort.field][1] if sort.field in COUNTED else f"u.{sort.field}"
    return f"{column} {'desc' if sort.descending else 'asc'} nulls last"


def _by_value(field: Field, key: str, sort: Sort, tie: str) -> list[Stretch]:
    """Who has a value in the order of the index, then who has none; else all of them sorted."""
    if not field.is_ready:
        return [Stretch(f"{_plain(sort, sorted_by(field, key))}, {tie}")]
    column = index_column(field)
    over_index = tie.replace("u.created_at", "f.created_at").replace("u.id", "f.user_id")
    has_none = (
        f"not exists (select 1 from {_BY_INDEX} where f.pool_id = $1 and f.key = {key} and f.user_id = u.id)"
    )
    order = f"{column}{' desc' if sort.descending else ''}, {over_index}"
    return [Stretch(order, f"f.key = {key} and {column} is not null", by_index=True), Stretch(tie, has_none)]


def _filled_and_empty(sort: Sort, direction: str, tie: str, where: Listed) -> list[Stretch]:
    """Of who logged in, those without a value are looked for among the logins, where an index has them: they are few,
    and most of the pool without one never logged in. Of who never did, those with a value are, likewise."""
    counts = sort.field == "logins_count"  # none is a number, too
    present, absent = ("> 0", "= 0") if counts else ("is not null", "is null")
    by_logins = sort.field in LOGINS
    table = "l" if by_logins else "u"
    also = " and l.last_login is null" if by_logins and where.never_logged_in else ""
    filled = Stretch(
        f"{table}.{sort.field}{direction}, {tie}",
        f"{table}.{sort.field} {present}{also}",
        by_logins=by_logins,
    )
    if by_logins and where.with_logins:
        empty = Stretch(_over_logins(tie), f"l.{sort.field} {absent}", by_logins=True)
    else:
        empty = Stretch(tie, f"u.{sort.field} {absent}", is_usual=sort.field not in _FOUND_EMPTY)
    if sort.field in where.logins:  # whoever is listed has one
        return [filled]
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
        Stretch(tie, f"{term} = '{value}'", size=sizes[value], is_usual=value in USUAL)
        for value in sorted(sizes, reverse=sort.descending)
    ]
