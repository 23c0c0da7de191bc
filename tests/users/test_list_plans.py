"""What a list asks of the database reads few pages of it, in a pool where reading everything reads thousands.

Pages and not time: the same on any machine. The pool is old and new in two halves, so that whoever looks for one half
by reading from the other end is seen. Nobody signed up or changed status when created; half of all share an address.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.db.plans import explained, nodes
from tests.fields.indexes import filled, without_checks
from tests.nodes import clone_database, drop_database
from tests.postgres import on_database

from poolhouse.db.database import opened
from poolhouse.directory import search
from poolhouse.directory.deep_pages import DeepPages
from poolhouse.directory.totals import Totals
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.ids import new_id
from poolhouse.paging import PageRequest
from poolhouse.services import Services, build
from poolhouse.settings import Settings
from poolhouse.times import now
from poolhouse.users.model import Condition, Sort, UserDraft, UserQuery
from poolhouse.users.profile_fields import SEARCHED_FIRST

PEOPLE, MOST_PAGES = 50_000, 800

_FILL = """
insert into users (pool_id, id, username, email, phone, name, nickname, company, gender, user_source_type, status,
  logins_count, last_login, last_ip, created_at, updated_at, signed_up, status_changed_at)
select $1, lpad(to_hex(n), 24, '0'), 'user' || n, 'e' || n || '@example.com', '138' || lpad(n::text, 8, '0'),
  '张' || chr(20000 + n % 3000) || chr(20000 + n % 2999), '小' || n % 3,
  'company ' || case when n % 2 = 0 then 0 else n % 1000 end,
  case when n < $2 / 2 then 'F' else 'U' end, case when n < $2 / 2 then 'excel' else 'register' end,
  case when n % 50 = 0 and n < $2 / 2 then 'Resigned' else 'Activated' end,
  n % 100 + case when n % 997 = 0 then 1000 else 0 end,
  $3::timestamptz - n * interval '1 minute', case when n % 2 = 0 then '10.0.0.0' else '10.0.' || n % 250 || '.1' end,
  at, at, later, later
from generate_series(1, $2::int) n, lateral (select $3::timestamptz - ($2 - n) * interval '1 minute' as at,
  $3::timestamptz - n * interval '1 second' as later) t
"""


_INDEXES = """
select c.relname as name, pg_get_indexdef(c.oid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid in ('users'::regclass, 'user_logins'::regclass, 'user_search'::regclass, 'field_values'::regclass,
  'user_field_values'::regclass) and not i.indisunique
"""


@pytest.fixture(scope="module")
async def alone(postgres_url: str, template: str, run_folder: Path) -> AsyncIterator[Services]:
    """A database of its own: in a shared one the plans depend on what other tests left there."""
    name = f"plans_{new_id()}"
    clone_database(postgres_url, name, template)
    async with opened(on_database(postgres_url, name)) as database:
        yield await build(Settings(data=run_folder / name), database)
    drop_database(postgres_url, name)


@pytest.fixture(scope="module")
async def crowd(alone: Services) -> PoolForTests:
    pool = PoolForTests((await alone.pools.create("planned")).id)
    indexes = await alone.db.fetch(_INDEXES)
    for index in indexes:
        await alone.db.execute(f"drop index {index['name']}")
    await alone.db.execute(_FILL, pool.id, PEOPLE, now())
    await _fill_fields(alone, pool)
    for index in indexes:  # built at once in a fraction of the time that a row after the other takes
        await alone.db.execute(index["definition"])
    for table in ("users", "user_logins", "user_search", "field_values", "user_field_values"):
        await alone.db.execute(f"vacuum analyze {table}")
    return pool


async def _fill_fields(services: Services, pool: PoolForTests) -> None:
    """All have both values, the old half the same level."""
    drafts = [
        FieldDraft(TargetType.USER, key, kind, indexed=True)
        for key, kind in (("town", DataType.STRING), ("points", DataType.NUMBER), ("level", DataType.SELECT))
    ]
    await services.fields.define(pool.administrator, drafts)
    await without_checks(services)
    await services.db.execute(
        """
        insert into field_values (pool_id, target_type, target_id, key, value)
        select $1, 'USER', lpad(to_hex(n), 24, '0'), v.key, v.value from generate_series(1, $2::int) n, lateral (values
          ('town', to_jsonb('市' || chr(20000 + n % 3000) || chr(20000 + n % 2999) || n)), ('points', to_jsonb(n)),
          ('level', to_jsonb(case when n < $2 / 2 then 'old' else 'new' end))) v (key, value)
        """,
        pool.id,
        PEOPLE,
    )
    await filled(services, PEOPLE + 1)


class Counting:
    """A database that explains what it is asked to read, and counts the pages."""

    def __init__(self, services: Services) -> None:
        self._db, self.pages, self.asked = services.db, 0, list[str]()
        self.scans: list[tuple[str, str]] = []
        """The indexes that were read, and by what."""

    async def fetch(self, sql: str, *args: Any) -> Any:
        if sql.startswith("explain"):
            return await self._db.search_fetch(sql, *args)
        for plan in await explained(self._db, sql, args):
            self.pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
            self.scans += [
                (node["Index Name"], node["Index Cond"]) for node in nodes(plan) if "Index Cond" in node
            ]
        self.asked.append(sql)
        return await self._db.search_fetch(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        rows = await self.fetch(sql, *args)
        return rows[0][0] if rows else None

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        return (await self.fetch(sql, *args))[0]

    search_fetch, search_fetchval = fetch, fetchval


SORTS = [
    (field, descending)
    for field in (
        *("id", "created_at", "updated_at", "email", "username", "external_id", "phone", "status", "gender"),
        *(
            "user_source_type",
            "logins_count",
            "last_login",
            "last_ip",
            "password_last_set_at",
            "last_mfa_time",
        ),
        *("password_security_level", "phone_country_code", "status_changed_at", "signed_up"),
        *("nickname", "company"),
    )
    for descending in (True, False)
]
LISTS: dict[str, dict[str, Any]] = {
    **{f"by {field} {'down' if down else 'up'}": {"sort": (Sort(field, down),)} for field, down in SORTS},
    **{f"status {one}": {"statuses": (one,)} for one in ("Activated", "Resigned", "Suspended")},
    **{f"gender {one}": {"conditions": (Condition("gender", "EQUAL", one),)} for one in ("F", "M")},
    **{
        f"source {one}": {"conditions": (Condition("user_source_type", "EQUAL", one),)}
        for one in ("excel", "register", "sync")
    },
    "last logins of an hour": {"conditions": (Condition("last_login", "BETWEEN", [-120, -60]),)},
    "last logins of most": {"conditions": (Condition("last_login", "GREATER", -40_000),)},
    "logins, many": {"conditions": (Condition("logins_count", "GREATER", 1000),)},
    "logins, some": {"conditions": (Condition("logins_count", "GREATER", 40),)},
    "an address": {"conditions": (Condition("last_ip", "EQUAL", "10.0.7.1"),)},
    "a company": {"conditions": (Condition("company", "EQUAL", "company 77"),)},
    "a name": {"conditions": (Condition("name", "EQUAL", "张" + chr(20077) * 2),)},
    "part of a name": {"conditions": (Condition("name", "CONTAINS", chr(20077) * 2),)},
    "part of an e-mail": {"conditions": (Condition("email", "CONTAINS", "e7777@"),)},
    "created last": {"conditions": (Condition("created_at", "GREATER", -60),)},
    "signed up last": {"conditions": (Condition("signed_up", "GREATER", -10),)},
    "status changed last": {"conditions": (Condition("status_changed_at", "GREATER", -10),)},
    **{
        f"search, {name}": {"keyword": keyword}
        for name, keyword in {
            "a name": "张" + chr(20077) * 2,
            "a part that few have": "7777@exa",
            "one character that few have": chr(22_990),
            "nobody": "qzx9",
            "two letters that nobody has": "qz",
            "a number": "+86 138-0000-7777",
        }.items()
    },
    "search, in some fields": {"keyword": "7777@exa", "fields": ("name", "email")},
    "search, of a status": {"keyword": "7777@exa", "statuses": ("Activated",)},
    "two letters that no name has": {"conditions": (Condition("name", "CONTAINS", "qz"),)},
    **{
        f"by the field {key} {'down' if down else 'up'}": {"sort": (Sort(f"customData.{key}", down),)}
        for key in ("town", "points", "level")
        for down in (True, False)
    },
    **{
        f"the field {key} {operator} {value}": {
            "conditions": (Condition(f"customData.{key}", operator, value),)
        }
        for key, operator, value in (
            ("town", "EQUAL", f"市{chr(20077) * 2}77"),
            ("town", "IN", [f"市{chr(20077) * 2}77", "x"]),
            ("town", "CONTAINS", "77" + "77"),
            ("town", "CONTAINS", chr(20077) * 2),
            ("points", "EQUAL", 77),
            ("points", "LESSER", 77),
            ("points", "BETWEEN", [100, 10_000]),
            ("points", "LESSER", 25_000),
            ("level", "EQUAL", "old"),
        )
    },
    "the field points, by town": {
        "conditions": (Condition("customData.points", "LESSER", 77),),
        "sort": (Sort("customData.town"),),
    },
    "the field points, of a status": {
        "conditions": (Condition("customData.points", "LESSER", 77),),
        "statuses": ("Activated",),
    },
    "by username, of a status": {"sort": (Sort("username"),), "statuses": ("Activated",)},
}


NOBODY = {
    "gender M",
    "source sync",
    "status Suspended",
    "search, nobody",
    "search, two letters that nobody has",
} | {"two letters that no name has"}
BROAD: dict[str, dict[str, Any]] = {
    **{
        keyword: {"keyword": keyword}
        for keyword in ("user", "e", "r1", "张", "example.com", "company", "138")
    },
    "in v3's fields": {"keyword": "user", "fields": SEARCHED_FIRST},
    "part of a name": {"conditions": (Condition("name", "CONTAINS", "张"),)},
    "the third page": {"keyword": "user", "page": PageRequest(3, 10)},
}
"""What nearly everybody has."""


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_reads_few_pages(alone: Services, crowd: PoolForTests, name: str) -> None:
    db: Any = Counting(alone)
    asked = UserQuery(PageRequest(1, 10), **LISTS[name])
    conditions = tuple(replace(one, value=_moments(one)) for one in asked.conditions)
    found = await search.page(db, Totals(alone.db), crowd.id, replace(asked, conditions=conditions))
    assert len(found.items) == min(found.total, 10)
    assert found.total or name in NOBODY
    assert db.pages < MOST_PAGES, (db.asked, db.scans)


@pytest.mark.parametrize("oldest_first", [False, True], ids=["newest first", "oldest first"])
async def test_a_page_beside_one_that_was_read_or_at_the_end_reads_few_pages(
    alone: Services, crowd: PoolForTests, oldest_first: bool
) -> None:
    deep, sort = DeepPages(alone.db), (Sort("created_at", False),) if oldest_first else ()
    middle, last = PEOPLE // 20, PEOPLE // 10
    await search.page(
        alone.db, Totals(alone.db), crowd.id, UserQuery(PageRequest(middle, 10), sort=sort), deep
    )
    for number in (middle, middle + 1, middle - 1, last, last - 1):
        db: Any = Counting(alone)
        found = await search.page(
            db, Totals(alone.db), crowd.id, UserQuery(PageRequest(number, 10), sort=sort), deep
        )
        assert len(found.items) == 10
        assert db.pages < 100, (number, db.asked)


class Uncounted(Totals):
    async def of(self, *_: Any) -> int:
        return PEOPLE


@pytest.mark.parametrize("name", BROAD)
async def test_a_page_of_a_broad_search_reads_few_pages(
    alone: Services, crowd: PoolForTests, name: str
) -> None:
    db: Any = Counting(alone)
    found = await search.page(db, Uncounted(alone.db), crowd.id, UserQuery(**BROAD[name]))
    assert len(found.items) == 10
    assert db.pages < MOST_PAGES, (db.asked, db.scans)


@pytest.mark.parametrize("name", ["user", "the third page"])
async def test_what_none_of_the_very_newest_has_and_many_others_is_not_sorted_whole(
    alone: Services, crowd: PoolForTests, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "GLANCE", 0)
    monkeypatch.setattr(search, "NEAR", 100)
    db: Any = Counting(alone)
    found = await search.page(db, Uncounted(alone.db), crowd.id, UserQuery(**BROAD[name]))
    assert len(found.items) == 10
    assert db.pages < MOST_PAGES, (db.asked, db.scans)


KEPT = {
    "a keyword": UserQuery(keyword="张"),
    "one letter, in v3's fields": UserQuery(keyword="e", fields=SEARCHED_FIRST),
    "a company": UserQuery(conditions=(Condition("company", "CONTAINS", "company"),)),
    "a keyword and a status": UserQuery(keyword="user", statuses=("Activated",)),
    "in no department": UserQuery(not_in_org=True),
}


@pytest.mark.parametrize("name", KEPT)
async def test_a_total_that_is_kept_reads_few_pages_after_a_newcomer(
    alone: Services, crowd: PoolForTests, name: str
) -> None:
    totals = Totals(alone.db, large=0, slow_s=0, stale_s=0)
    before = await search.page(alone.db, totals, crowd.id, KEPT[name])
    values = {"username": "user newest", "name": "张", "company": "company"}
    newest = await alone.users.create(crowd.administrator, UserDraft(values))
    db: Any = Counting(alone)
    found = await search.page(db, totals, crowd.id, KEPT[name])
    await alone.users.delete(crowd.administrator, [newest.id])
    assert before.total > PEOPLE / 2
    assert found.total == before.total + 1
    assert db.pages < MOST_PAGES, (db.asked, db.scans)


@pytest.fixture(scope="module")
async def beside(alone: Services, crowd: PoolForTests) -> PoolForTests:
    """A small pool of people like those of the crowd, and enough that reading them all is not the cheapest way."""
    pool = PoolForTests((await alone.pools.create("beside")).id)
    await alone.db.execute(_FILL, pool.id, 4000, now())
    for table in ("users", "user_search"):
        await alone.db.execute(f"vacuum analyze {table}")
    return pool


FEW = ("user77", "7777@exa", "qzx9")
"""What few of the small pool have, or nobody, and more of the large one."""


@pytest.mark.parametrize("keyword", ["user", "张", "example.com", "138", *FEW])
async def test_a_search_in_a_small_pool_reads_no_page_for_the_large_one(
    alone: Services, beside: PoolForTests, keyword: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "GLANCE", 0)
    db: Any = Counting(alone)
    found = await search.page(db, Totals(alone.db), beside.id, UserQuery(keyword=keyword))
    assert found.total <= 4000
    assert db.pages < MOST_PAGES, (db.asked, db.scans)
    searched = [(index, by) for index, by in db.scans if index.startswith("user_search")]
    assert all(f"pool_id = '{beside.id}'" in by for _, by in searched), searched
    assert keyword not in FEW or "user_search_text" in dict(searched), db.scans


def _moments(condition: Condition) -> Any:
    """Minutes from now, of fields that are times."""
    if condition.field in ("last_login", "created_at", "signed_up", "status_changed_at"):
        minutes = condition.value if isinstance(condition.value, list) else [condition.value]
        times = [(now() + timedelta(minutes=one)).isoformat() for one in minutes]
        return times if condition.operator == "BETWEEN" else times[0]
    return condition.value
