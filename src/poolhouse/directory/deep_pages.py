"""Pages far from the first, of lists by time of creation: read from the nearest row whose place is known.

A list is remembered by the keys of some of its rows and their places, as of one state: how many are in the list and how
many have ever left it, both kept by the database. Each page is read together with the state, in one statement. Where
that is another than the places are of:

* nobody left, and as many came, fewer than MOST_CAME, as are newer now than the newest was: every place moves by so
  many;
* anything else: all is forgotten.

So a page is what counting from the first row would give, whoever comes and goes. Decision:
docs/decisions/0044-deep-pages.md.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field

from asyncpg import Record

from poolhouse.db.database import Executor, Reads
from poolhouse.db.where import Where
from poolhouse.directory import postgres_kept
from poolhouse.directory.orders import NEWEST, Listed
from poolhouse.directory.postgres_kept import MOST_CAME, Key, Total
from poolhouse.errors import PoolhouseError
from poolhouse.paging import Page, PageRequest
from poolhouse.times import now
from poolhouse.users.model import User

COLUMNS = ", ".join(f"u.{name}" for name in User.__struct_fields__)
OLDEST = "u.created_at, u.id desc"
"""`NEWEST` read backwards."""

FAR = 1_000
"""Rows before a page. One with fewer is read from the first."""
STEP = 50_000
"""Rows between the places that are noted on the way to a page, where the list is that of everybody: another one might
be sorted for each."""
WORTH = 5_000
"""Rows on the way to a place that is kept for other processes, too."""
MOST_LISTS, MOST_PLACES = 200, 200
"""Some 200 bytes a place: 8 MB at most."""
TRIES = 3


@dataclass(slots=True)
class Known:
    """A list in one state. `places` are counted from 0, the one used last at the end. `newest`: the key of place 0."""

    users: int
    gone: int
    newest: Key | None
    places: OrderedDict[int, Key] = field(default_factory=OrderedDict)
    far: bool = False
    """Whether a place is new that it took long to get to."""

    def note(self, place: int, key: Key) -> None:
        self.places[place] = key
        self.places.move_to_end(place)
        if len(self.places) > MOST_PLACES:
            self.places.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Start:
    """Where reading begins: `skip` rows before the page's, or behind it where `back`. No `key`: at the end of the list
    from which it is read. Else with the row of that key; `back`, with the one before it."""

    skip: int
    key: Key | None = None
    back: bool = False


class DeepPages:
    """What one process remembers of the lists of one directory; and through the database, what others went far for."""

    def __init__(self, db: Executor) -> None:
        """`db`: where places are kept."""
        self._db = db
        self._lists: OrderedDict[bytes, Known] = OrderedDict()

    async def page(
        self, db: Reads, where: Listed, counts: Where, page: PageRequest, *, oldest_first: bool = False
    ) -> Page[User]:
        """`counts`: the list over `user_counts c`, sharing the arguments of `where`."""
        name = postgres_kept.found_by("places", where)
        known = self._lists.get(name) or await self._kept(db, name, where, counts)
        for _ in range(TRIES):
            self._keep(name, known)
            offset = known.users - page.offset - page.size if oldest_first else page.offset
            end, offset = min(offset + page.size, known.users), max(0, offset)
            if end > offset:
                found = await _read(db, where, counts, known, offset, end - offset)
                if found is not None:
                    await self._keep_far(name, where, known)
                    return Page(known.users, found[::-1] if oldest_first else found)
            before, known = known, await _moved(db, where, counts, known)
            known.far = before.far
            if end <= offset and (known.users, known.gone) == (before.users, before.gone):
                return Page(known.users, [])
        rows = await _rows(db, where, counts, Start(page.offset, back=oldest_first), page.size)
        return Page(_users(rows), _people(rows))

    async def _kept(self, db: Reads, name: bytes, where: Listed, counts: Where) -> Known:
        """The state of now, with the places that any process has kept."""
        found = await postgres_kept.find_places(db, where.args[0], name)
        if found is None:
            return await _look(db, where, counts)
        kept, places = found
        return await _moved(
            db, where, counts, Known(kept.users, int(kept.state), kept.newest, OrderedDict(places))
        )

    async def _keep_far(self, name: bytes, where: Listed, known: Known) -> None:
        if not known.far:
            return
        known.far = False
        state = Total(known.users, str(known.gone), known.users, known.newest, now())
        with suppress(PoolhouseError):  # the page is right, kept or not
            await postgres_kept.keep(self._db, where.args[0], name, state, list(known.places.items()))

    def _keep(self, name: bytes, known: Known) -> None:
        self._lists[name] = known
        self._lists.move_to_end(name)
        if len(self._lists) > MOST_LISTS:
            self._lists.popitem(last=False)


async def _read(
    db: Reads, where: Listed, counts: Where, known: Known, offset: int, size: int
) -> list[User] | None:
    """The page, of which all is there in that state, newest first; None if the list is in another one by now."""
    while True:
        start, at = _nearest(known, offset, size)
        on_the_way = start.skip > STEP and where.unfiltered
        if on_the_way:
            at += -STEP if start.back else STEP
            rows = await _rows(db, where, counts, Start(STEP - start.back, start.key, start.back), 1)
        else:
            at = offset
            rows = await _rows(db, where, counts, start, size)
        if _state(rows) != (known.users, known.gone):
            return None
        people = _people(rows)
        if not people or people[0].created_at is None:
            return None
        if start.back:
            people.reverse()
        known.note(at, (people[0].created_at, people[0].id))
        known.far |= start.skip >= WORTH
        if not on_the_way:
            return people


def _nearest(known: Known, offset: int, size: int) -> tuple[Start, int]:
    """Where to begin, and the place of that row, or of the one behind it."""
    end = offset + size
    starts = [(Start(offset), 0), (Start(known.users - end, back=True), known.users)]
    for place, key in known.places.items():
        if place <= offset:
            starts.append((Start(offset - place, key), place))
        elif place >= end:
            starts.append((Start(place - end, key, back=True), place))
    best = min(starts, key=lambda one: one[0].skip)
    if best[1] in known.places:
        known.places.move_to_end(best[1])
    return best


async def _look(db: Reads, where: Listed, counts: Where) -> Known:
    """The state, with no place in it yet."""
    (row,) = await db.search_fetch(
        f"with state as ({_state_of(counts)}), first as (select u.created_at, u.id from users u where {where.sql} "
        f"order by {NEWEST} limit 1) select s.users, s.gone, f.created_at, f.id from state s left join first f on true",
        *where.args,
    )
    return _known(row)


async def _moved(db: Reads, where: Listed, counts: Where, before: Known) -> Known:
    """The state of now, with the places of before moved, if that is all that happened to them."""
    if before.newest is None:
        return await _look(db, where, counts)
    at, user_id = (f"${len(where.args) + n}" for n in (1, 2))
    newer = " union all ".join(
        f"(select 1 from users u where {where.sql} and {term} limit {MOST_CAME:d})"
        for term in (f"u.created_at > {at}", f"u.created_at = {at} and u.id < {user_id}")
    )
    (row,) = await db.search_fetch(
        f"with state as ({_state_of(counts)}), first as (select u.created_at, u.id from users u where {where.sql} "
        f"order by {NEWEST} limit 1) select s.users, s.gone, f.created_at, f.id, "
        f"(select count(*) from ({newer}) newer) as newer from state s left join first f on true",
        *where.args,
        *before.newest,
    )
    known = _known(row)
    came = known.users - before.users
    if known.gone == before.gone and came == row["newer"] and came < MOST_CAME:
        known.places.update((place + came, key) for place, key in before.places.items())
    return known


async def _rows(db: Reads, where: Listed, counts: Where, start: Start, size: int) -> list[Record]:
    """The state, and with it the page in the order it is read; one row with nobody in it, if nobody is on the page."""
    order = OLDEST if start.back else NEWEST
    most, args = start.skip + size, list(where.args)
    if start.key is None:
        ids = (
            f"select u.pool_id, u.id, u.created_at from users u where {where.sql} "
            f"order by {order} limit {size:d} offset {start.skip:d}"
        )
    else:
        args += start.key
        at, user_id = f"${len(args) - 1}", f"${len(args)}"
        later, beside = (">", "<") if start.back else ("<", ">=")
        # Of each a stretch of the index, also where thousands were created at one moment.
        beside_it, behind_it = (
            f"(select u.pool_id, u.id, u.created_at from users u where {where.sql} and {term} "
            f"order by {order} limit {most:d})"
            for term in (f"u.created_at = {at} and u.id {beside} {user_id}", f"u.created_at {later} {at}")
        )
        ids = (
            f"select u.* from ({beside_it} union all {behind_it}) u order by {order} "
            f"limit {size:d} offset {start.skip:d}"
        )
    return await db.search_fetch(
        f"with state as materialized ({_state_of(counts)}), ids as materialized ({ids}) "
        f"select s.users as all_users, s.gone as all_gone, {COLUMNS} from state s left join "
        "(ids join users u on u.pool_id = ids.pool_id and u.id = ids.id and u.pool_id = $1) on true "
        f"order by {order}",
        *args,
    )


def _state_of(where: Where) -> str:
    """Whoever goes from one group of the counts to another has left a list of the first, and not that of everybody."""
    gone = "c.deleted" if where.unfiltered else "c.deleted + c.regrouped"
    return (
        f"select coalesce(sum(c.users), 0)::bigint as users, coalesce(sum({gone}), 0)::bigint as gone "
        f"from user_counts c where {where.sql}"
    )


def _known(row: Record) -> Known:
    newest = None if row["id"] is None else (row["created_at"], row["id"])
    return Known(row["users"], row["gone"], newest)


def _state(rows: list[Record]) -> tuple[int, int]:
    return rows[0]["all_users"], rows[0]["all_gone"]


def _users(rows: list[Record]) -> int:
    return int(rows[0]["all_users"])


def _people(rows: list[Record]) -> list[User]:
    return [User(*row[2:]) for row in rows if row["id"] is not None]
