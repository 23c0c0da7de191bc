"""How many users a list has: kept by the database where it can be, else counted.

Decision: docs/decisions/0041-lists-of-users.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from poolhouse.db.database import Database, Reads
from poolhouse.db.slow_queries import Fetch
from poolhouse.db.where import Where
from poolhouse.directory import postgres_kept
from poolhouse.directory.filters import MOMENTS, TEXTS, is_one_condition, of_logins, value_of, values_of
from poolhouse.directory.orders import COUNTED, KNOWN_VALUES, Listed, OfField
from poolhouse.directory.postgres_kept import KEPT_S, MANY_CAME, MOST_CAME, Question, Total
from poolhouse.errors import PoolhouseError, QueryTooBroad
from poolhouse.fields.model import Field
from poolhouse.fields.postgres_index import INDEXABLE
from poolhouse.groups.postgres import members_of_id
from poolhouse.roles.postgres import holders_of_id
from poolhouse.ttl_cache import TtlCache
from poolhouse.users.model import CUSTOM, Condition, UserQuery
from poolhouse.users.profile_fields import BOOLEANS, COUNTS
from poolhouse.users.rules import spelled

LARGE = 50_000
"""Users of a pool. In a smaller one everything is counted each time it is asked."""
SLOW_S = 0.01
"""A count that took longer is kept."""
STALE_S = 5.0
CROWDED = 2_000_000
"""Users of a pool. In a smaller one no count is worth judging before it runs."""
READ_THROUGH = 500_000
"""Users of a pool. In a larger one no list is found by reading all values of a custom field."""
MOST_COST = 1_000_000
"""As the planner has it, in the time of one page read from disk: some ten seconds."""
TOO_SLOW_S = 2.0
"""A count that took longer is made beside the requests from then on."""
WAITED_S = 8.0
SHOWN_TIMES, SHOWN_S = 20, 600.0
"""After a change such a total is shown for so many times as long as it took to count, and SHOWN_S at most."""

_USERS = "select coalesce(sum(c.users), 0)::bigint from user_counts c where"
_OF_THE_ROW = TEXTS | BOOLEANS | MOMENTS | COUNTS


class Counted(NamedTuple):
    """Of a pool of `users`; where `total` is not exact, there are more."""

    total: int
    users: int
    is_exact: bool = True

    @classmethod
    def at_most(cls, found: int, most: int, users: int) -> Counted:
        return cls(min(found, most), users, found <= most)


class Totals:
    """Counts lists, and keeps what was slow to count, in `kept_lists`: for all workers, and over a restart.

    A kept total is exact: it is shown while nobody of the pool changed in what is asked about, and whoever came is
    counted in addition. After such a change it is shown for STALE_S more, a slow one for longer, and then counted
    anew. What takes longer than a search may is counted on beside the requests, which are refused meanwhile.
    """

    def __init__(
        self,
        db: Database,
        *,
        large: int = LARGE,
        slow_s: float = SLOW_S,
        stale_s: float = STALE_S,
        too_slow_s: float = TOO_SLOW_S,
        crowded: int = CROWDED,
        most_cost: float = MOST_COST,
        read_through: int = READ_THROUGH,
    ) -> None:
        """`db`: where they are kept."""
        self._db = db
        self._large, self._slow_s, self._stale_s, self._too_slow_s = large, slow_s, stale_s, too_slow_s
        self._read_through = read_through
        self._crowded, self._most_cost = crowded, most_cost
        self._counts = TtlCache[int](0)

    async def of(self, db: Reads, pool_id: str, query: UserQuery, where: Listed) -> int:
        """`where` is the query's own. Raises QueryTooBroad before it counts what would take the database too long."""
        counts = _kept(pool_id, query)
        if counts is not None:
            return await _sum(db, counts)
        if where.of_field:
            return await _of_field(db, where.of_field)
        if where.read_through:
            await self._judge_values(db, pool_id, query, where, where.read_through)
        source, counted = _counted(pool_id, query, where)
        if not _has_state(query):
            return await _count(db, source, counted)
        asked = postgres_kept.question(query, where, source, counted)
        users, kept, total = await self._known(db, pool_id, asked)
        if total is not None:
            return total
        if users < self._large:
            return await _count(db, source, counted)

        async def count() -> int:
            if users >= self._crowded:
                await self._judge(db, query, asked)
            if (kept and self._is_slow(kept)) or self._db.slow.runs(asked.found_by.hex()):
                return await self._slowly(pool_id, query, asked, kept)
            try:
                found = await postgres_kept.count(db.search_fetch, asked)
            except QueryTooBroad as error:
                self._begin(pool_id, asked)
                raise self._refusal(query, asked) from error
            if found.took_s > self._slow_s:
                await self._keep(pool_id, asked, found)
            return found.total

        return await self._counts.get(asked.found_by.hex(), count)

    async def up_to(self, db: Reads, pool_id: str, query: UserQuery, where: Listed) -> Counted:
        """As `of`; but of a large pool no more are counted than the page asks for (`count_up_to`), unless it is known
        how many they are."""
        users = await _sum(db, Where(pool_id, "c"))
        most = query.page.count_up_to
        negative = where.of_field and where.of_field.is_negative
        if most is None or users < self._large or negative or is_kept(query):
            return Counted(await self.of(db, pool_id, query, where), users)
        if where.of_field:
            return Counted.at_most(await _few(db, "user_field_values f", where.of_field, most), most, users)
        if where.read_through:
            await self._judge_values(db, pool_id, query, where, where.read_through)
        source, counted = _counted(pool_id, query, where)
        few_of = _of_one_belonging(pool_id, query, where) or (source, counted)
        if not _has_state(query):
            return Counted.at_most(await _few(db, *few_of, most), most, users)
        asked = postgres_kept.question(query, where, source, counted)
        if (total := (await self._known(db, pool_id, asked))[2]) is not None:
            return Counted(total, users)
        few = postgres_kept.capped(postgres_kept.question(query, where, *few_of), most)
        if (total := (await self._known(db, pool_id, few))[2]) is None:
            counted_few = await postgres_kept.count(db.search_fetch, few)
            if counted_few.took_s > self._slow_s:
                await self._keep(pool_id, few, counted_few)
            total = counted_few.total
        return Counted.at_most(total, most, users)

    async def _known(self, db: Reads, pool_id: str, asked: Question) -> tuple[int, Total | None, int | None]:
        """How many users the pool has, what is kept of the list, and its total, where that is known without counting
        more than newcomers."""
        users, state, kept, age_s = await postgres_kept.find(db, pool_id, asked)
        if users < self._large:
            return users, kept, None
        if kept and kept.state == state and (age_s < KEPT_S or not asked.is_dated):
            if kept.users == users:
                return users, kept, kept.total
            if kept.users < users <= kept.users + MOST_CAME:
                found = await postgres_kept.with_newcomers(db, asked, kept)
                if found and found.users > kept.users + MANY_CAME:
                    await self._keep(pool_id, asked, found)
                if found:
                    return users, kept, found.total
        if kept and age_s < self._shown_s(kept):
            if self._is_slow(kept) and age_s >= self._shown_s(kept) / 2:
                self._begin(pool_id, asked)  # so that nobody has to wait for it
            return users, kept, kept.total
        return users, kept, None

    def _is_slow(self, kept: Total) -> bool:
        return kept.took_s >= self._too_slow_s

    def _shown_s(self, kept: Total) -> float:
        """How old a total may be that something has changed since."""
        return min(SHOWN_S, SHOWN_TIMES * kept.took_s) if self._is_slow(kept) else self._stale_s

    async def _slowly(self, pool_id: str, query: UserQuery, asked: Question, before: Total | None) -> int:
        """Waits WAITED_S for what comes after `before`. Raises QueryTooBroad, which says that it is being counted."""
        if task := self._begin(pool_id, asked):
            await asyncio.wait([task], timeout=WAITED_S)
        _, _, kept, _ = await postgres_kept.find(self._db, pool_id, asked)
        if kept is None or (before is not None and kept.at <= before.at):
            raise self._refusal(query, asked)
        return kept.total

    def _refusal(self, query: UserQuery, asked: Question) -> QueryTooBroad:
        failed = self._db.slow.failed(asked.found_by.hex())
        return _too_broad(query) if failed else _being_counted(query)

    def _begin(self, pool_id: str, asked: Question) -> asyncio.Task[None] | None:
        async def work(fetch: Fetch) -> None:
            found = await postgres_kept.count(fetch, asked)
            await postgres_kept.keep(self._db, pool_id, asked.found_by, found)

        return self._db.slow.start(pool_id, asked.found_by.hex(), work)

    async def _judge_values(
        self, db: Reads, pool_id: str, query: UserQuery, where: Listed, field: Field
    ) -> None:
        """What all values of a field are read for is refused in a large pool, unless something else makes it short."""
        if await _sum(db, Where(pool_id, "c")) < self._read_through:
            return
        if (
            is_one_condition(query)
            or await _cost_of_count(db, *_counted(pool_id, query, where)) > self._most_cost
        ):
            raise not_indexed(field)

    async def _keep(self, pool_id: str, asked: Question, found: Total) -> None:
        with suppress(PoolhouseError):  # the total is right, kept or not
            await postgres_kept.keep(self._db, pool_id, asked.found_by, found)

    async def _judge(self, db: Reads, query: UserQuery, asked: Question) -> None:
        if await _cost_of_count(db, asked.source, asked.counted) > self._most_cost:
            raise _too_broad(query)


async def _cost_of_count(db: Reads, source: str, where: Where) -> float:
    return await cost(db, f"select count(*) from {source} where {where.sql}", where)


async def cost(db: Reads, query: str, where: Where) -> float:
    """As the planner has it: of a page read from disk it is 1."""
    plan = await db.search_fetchval(f"explain (format json) {query}", *where.args)
    return _cost_of_plan(msgspec.json.decode(plan)[0]["Plan"])


def _cost_of_plan(plan: Mapping[str, Any]) -> float:
    """Citus has the plan of the node inside one of its own, which costs nothing."""
    tasks = plan.get("Distributed Query", {}).get("Job", {}).get("Tasks", ())
    of_nodes = [one["Plan"] for task in tasks for plans in task["Remote Plan"] for one in plans]
    cost: float = max(plan["Total Cost"], *map(_cost_of_plan, of_nodes), 0.0)
    return cost


async def users_of(db: Reads, pool_id: str, query: UserQuery) -> int:
    """How many have the status, gender and source that are asked for, whatever else is."""
    alone = tuple(condition for condition in query.conditions if _known(condition) is not None)
    counts = _kept(pool_id, UserQuery(statuses=query.statuses, conditions=alone))
    return await _sum(db, counts or Where(pool_id, "c"))


def not_indexed(field: Field) -> QueryTooBroad:
    """Says what would make it short, where anything would."""
    if field.encrypted or field.data_type not in INDEXABLE:
        return QueryTooBroad(field.key, "请加上其他条件", "add another condition")
    return QueryTooBroad(
        field.key,
        "请为该字段建立索引（set-custom-fields 的 indexed，或 poolhouse field set KEY --indexed yes）"
        "并待其完成，或加上其他条件",
        "have the field indexed (indexed in set-custom-fields, or poolhouse field set KEY --indexed yes) and wait for "
        "it, or add another condition",
    )


def _too_broad(query: UserQuery) -> QueryTooBroad:
    if query.keyword:
        return QueryTooBroad(
            _broad(query),
            "请输入更长的关键字，或用 fuzzySearchOn 指定字段",
            "give a longer keyword, or name the fields with fuzzySearchOn",
        )
    return QueryTooBroad(
        _broad(query),
        "请加上姓名、邮箱、部门或时间等条件",
        "add a condition that fewer people fulfill: on a name, an e-mail, a department or a time",
    )


def _being_counted(query: UserQuery) -> QueryTooBroad:
    return QueryTooBroad(
        _broad(query),
        "正在统计总数：请一分钟后再试，或缩小查询范围",
        "its total is being counted: ask again in a minute, or ask for less",
    )


def _broad(query: UserQuery) -> str:
    """What to make narrower: the keyword, else the conditions that no index answers alone."""
    if query.keyword:
        return "keywords"
    return ", ".join(dict.fromkeys(spelled(one.field) for one in query.conditions)) or query.filters[0]


def is_kept(query: UserQuery) -> bool:
    """Whether the database keeps the total: it has these lists in order, too."""
    return _kept("", query) is not None


def counts_of(pool_id: str, query: UserQuery, where: Listed) -> Where:
    """The list over `user_counts c`, for a statement over both: it shares the arguments of `where`. See `is_kept`."""
    counts = _kept(pool_id, query, where.args)
    assert counts is not None
    return counts


async def _of_field(db: Reads, field: OfField) -> int:
    """By the index of a custom field alone: those with such a value, or all the others."""
    found = f"select count(*) from user_field_values f where {field.sql}"
    if field.is_negative:
        found = f"select ({_USERS} c.pool_id = $1) - ({found})"
    total: int = await db.search_fetchval(found, *field.args)
    return total


async def _sum(db: Reads, where: Where) -> int:
    total: int = await db.fetchval(f"{_USERS} {where.sql}", *where.args)
    return total


async def _count(db: Reads, source: str, where: Where) -> int:
    total: int = await db.search_fetchval(f"select count(*) from {source} where {where.sql}", *where.args)
    return total


async def _few(db: Reads, source: str, where: Where, most: int) -> int:
    """No further than one more than `most`."""
    total: int = await db.search_fetchval(
        f"select count(*) from (select 1 from {source} where {where.sql} limit {most + 1:d}) few", *where.args
    )
    return total


def _of_one_belonging(pool_id: str, query: UserQuery, listed: Listed) -> tuple[str, Where] | None:
    """Where one group or one role is all that is asked: its members one after another, whom the planner would gather
    first."""
    where = Where(pool_id, "u")
    if query.keyword or set(query.filters) - {"sort"} not in ({"group"}, {"role"}):
        return None
    if len(query.groups) == len(listed.groups) == 1:
        members = members_of_id(where, listed.groups[0])
    elif len(query.roles) == len(listed.roles) == 1:
        members = holders_of_id(where, listed.roles[0])
    else:
        return None
    return f"({members}) m join users u on u.id = m.id", where


def _counted(pool_id: str, query: UserQuery, where: Listed) -> tuple[str, Where]:
    logins = logins_alone(pool_id, query)
    return ("user_logins l", logins) if logins is not None else (where.narrow, where)


def logins_alone(pool_id: str, query: UserQuery) -> Where | None:
    """The same over `user_logins l`, if logins are all that is asked."""
    if query.keyword or not query.conditions or not set(query.filters) <= {"advancedFilter", "sort"}:
        return None
    where = Where(pool_id, "l")
    for condition in query.conditions:
        term = of_logins(where, condition)
        if term is None:
            return None
        where.add(term)
    return where


def _has_state(query: UserQuery) -> bool:
    """Whether changes of all that it asks about are counted: not of identities, nor of applications."""
    return all(
        condition.field in _OF_THE_ROW or condition.field.startswith(CUSTOM) for condition in query.conditions
    )


def _kept(pool_id: str, query: UserQuery, args: list[Any] | None = None) -> Where | None:
    """The same over `user_counts c`, which has statuses, genders and sources, if they are all that is asked."""
    if query.keyword or not set(query.filters) <= {"status", "advancedFilter", "sort"}:
        return None
    where = Where(pool_id, "c")
    where.args = where.args if args is None else args
    if query.statuses:
        if not set(query.statuses) <= KNOWN_VALUES["status"]:
            return None
        where.add(f"c.status = any({where.arg(list(query.statuses))})")
    for condition in query.conditions:
        values = _known(condition)
        if values is None:
            return None
        one_of = f"c.{COUNTED[condition.field][0]} = any({where.arg(values)})"
        where.add(f"not {one_of}" if condition.operator == "NOT_EQUAL" else one_of)
    return where


def _known(condition: Condition) -> list[Any] | None:
    """The values asked for, if each of them is counted by its name."""
    if condition.field not in COUNTED or condition.operator not in ("EQUAL", "NOT_EQUAL", "IN"):
        return None
    given = values_of(condition.value) if condition.operator == "IN" else [condition.value]
    values = [value_of(condition.field, one) for one in given]
    return values if set(values) <= KNOWN_VALUES[condition.field] else None
