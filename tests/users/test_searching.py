"""A search finds whom a model in plain Python finds, by whichever way it goes; what would take too long is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib import import_module
from random import Random

import pytest
from tests.conftest import PoolForTests
from tests.users.people import everybody, listed, person, put

from poolhouse.db.database import opened
from poolhouse.directory import matching, search
from poolhouse.directory.totals import Totals
from poolhouse.errors import QueryTooBroad
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import Condition, User, UserDraft, UserKey, UserQuery
from poolhouse.users.profile_fields import SEARCHED_FIELDS, SEARCHED_FIRST

PAIRS = (
    *("wei阿", "Wei.x", "阿wei", "weiß", "we", "ei", "WEi_", "i w", "9wx", "wx９", "x w", "莫we莫"),
    *("a\x1cwe\x1di", "a\x1ewei\x1f\x1fx"),
    *("ΟΔΟΣ", "ΣΑς ΣΑ", "İx"),
)
"""Names in which two letters are followed by all kinds of things, or by nothing; two with what stands between the
fields of a key; three that can be lowered in more than one way."""
KEYWORDS = (
    "w",
    "we",
    "WE",
    "ｗｅ",
    "ei",
    "wx",
    "qz",
    "00",
    "莫",
    "we莫",
    "王伟",
    "wei",
    "x.cn",
    "acme",
    "i w",
    "%",
    "_",
    "科技有限",
    *("we\x1di", "i\x1f\x1fx", "a\x1ew", "x\x1d%", "x\x1c+86", "x\x1fx"),
    *("Σ", "δος", "ΑΣ σ", "İX", "ix"),
)
FIELDS: Sequence[tuple[str, ...]] = (
    SEARCHED_FIELDS,
    SEARCHED_FIRST,
    ("company",),
    ("name", "given_name"),
    ("city", "name"),
    ("city",),
)


@pytest.fixture(scope="module")
async def crowd(services: Services) -> PoolForTests:
    pool = PoolForTests((await services.pools.create("searched")).id)
    random = Random(11)
    people = [person(random, number) for number in range(60)]
    for one, name in zip(people, PAIRS, strict=False):
        one |= {"name": name, "company": name[::-1]}
    await put(services.db, pool.id, people)
    return pool


@pytest.fixture(scope="module")
async def people(services: Services, crowd: PoolForTests) -> list[User]:
    return await everybody(services.db, crowd.id)


async def found(services: Services, pool: PoolForTests, keyword: str, **asked: object) -> list[str]:
    query = UserQuery(PageRequest(1, 100), keyword=keyword, **asked)  # type: ignore[arg-type]
    page = await services.users.search(pool.administrator, query)
    assert page.total == len(page.items)
    return [user.id for user in page.items]


@pytest.mark.parametrize("glance", [0, 20, 500], ids=["by the index", "rare", "among the newest"])
async def test_a_search_finds_whom_the_model_finds(
    services: Services, crowd: PoolForTests, people: list[User], glance: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "GLANCE", glance)
    monkeypatch.setattr(search, "LOOKED_AT", 2 * glance)
    for fields in FIELDS:
        for keyword in KEYWORDS:
            expected = listed(people, matching.holds(keyword, fields), ())
            assert await found(services, crowd, keyword, fields=fields) == expected, (keyword, fields)
            uncounted = UserQuery(PageRequest(1, 100, counted=False), keyword=keyword, fields=fields)
            page = await services.users.search(crowd.administrator, uncounted)
            assert [user.id for user in page.items] == expected, (keyword, fields)


async def test_page_after_page_is_the_whole_search(
    services: Services, crowd: PoolForTests, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "GLANCE", 10)
    monkeypatch.setattr(search, "LOOKED_AT", 30)
    expected = listed(people, matching.holds("wei", SEARCHED_FIELDS), ())
    pages = [
        await services.users.search(crowd.administrator, UserQuery(PageRequest(number, 4), keyword="wei"))
        for number in range(1, len(expected) // 4 + 3)
    ]
    assert [user.id for page in pages for user in page.items] == expected
    assert {page.total for page in pages} == {len(expected)}


async def test_two_letters_of_one_field_are_contained_as_the_model_has_it(
    services: Services, crowd: PoolForTests, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "GLANCE", 0)
    for text in ("we", "ei", "wx", "qz"):
        query = UserQuery(PageRequest(1, 100), conditions=(Condition("name", "CONTAINS", text),))
        page = await services.users.list(crowd.administrator, query)
        (fits,) = matching.tests_of(query, query.conditions)
        assert [user.id for user in page.items] == listed(people, fits, ())


MARKED = {
    "email": "own@example.com",
    "phone": "13800138000",
    "name": "Own",
    "nickname": "a\x1fvip@example.com\x1f13911112222\x1fFake\x1fz",
    "company": "b\x1c+8613911112222\x1d",
    "given_name": "needle\x1dz",
}
"""Of somebody who would be found by what is another's, and not by what is theirs."""


async def marked(services: Services, pool: PoolForTests) -> tuple[list[str], list[str]]:
    """Whom searches for what is theirs find, and those for what is not."""
    own, others = [], []
    for field, text, found_by in (
        ("email", "own@", own),
        ("phone", "13800138000", own),
        ("name", "Own", own),
        ("nickname", "vip@", own),
        ("email", "vip@", others),
        ("phone", "139111", others),
        ("name", "Fake", others),
    ):
        asked = UserQuery(PageRequest(1, 100), conditions=(Condition(field, "CONTAINS", text),))
        page = await services.users.list(pool.administrator, asked)
        found_by += [user.id for user in page.items]
        found_by += await found(services, pool, text, fields=(field,))
    others += await found(services, pool, "+86 139 1111 2222", fields=("phone",))
    others += await found(services, pool, "needle", fields=SEARCHED_FIRST)
    return own, others


async def test_what_is_written_into_a_field_ends_no_field(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft(dict(MARKED)))
    assert await marked(services, pool) == ([user.id] * 8, [])


async def test_keys_of_older_versions_lose_the_marks_of_their_owners(
    services: Services, pool: PoolForTests
) -> None:
    user = await services.users.create(pool.administrator, UserDraft(dict(MARKED)))
    plain = await services.users.create(
        pool.administrator, UserDraft({"name": "王we", "phone": "139 0013 9000"})
    )
    version = import_module("poolhouse.db.migrations.versions.0057_search_marks")
    before = await services.db.fetchval("select search_key from user_search where user_id = $1", plain.id)
    async with services.db.transaction() as tx:
        await tx.execute(version.DOWN)
        await tx.execute("update users set locale = 'x', name = name || 'x' where pool_id = $1", pool.id)
        await tx.execute("update users set name = rtrim(name, 'x') where pool_id = $1", pool.id)
        for statement in version.UP:
            await tx.execute(statement)
        assert await tx.fetchval("select search_key from user_search where user_id = $1", plain.id) == before
    assert await marked(services, pool) == ([user.id] * 8, [])


async def test_another_pool_is_not_searched(
    services: Services, crowd: PoolForTests, other_pool: PoolForTests
) -> None:
    for keyword in KEYWORDS:
        assert await found(services, other_pool, keyword) == []


async def test_a_search_knows_who_changed_and_who_went(services: Services, pool: PoolForTests) -> None:
    admin = pool.administrator
    ann = await services.users.create(admin, UserDraft({"username": "ann", "name": "张三"}))
    await services.users.update(admin, ann.id, UserDraft({"name": "李四"}))
    assert [await found(services, pool, name) for name in ("张三", "李四", "ann")] == [[], [ann.id], [ann.id]]
    await services.db.execute(
        "update users set created_at = (created_at at time zone 'UTC' - interval '1 day') at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
    )
    assert await found(services, pool, "李四") == [ann.id]
    await services.users.delete(admin, [ann.id])
    assert await services.db.fetchval("select count(*) from user_search where pool_id = $1", pool.id) == 0


SPELLINGS = (
    *(
        "+86 138 0013 8000",
        "+86-138-0013-8000",
        "(+86) 138 0013 8000",
        "+86 (138) 0013-8000",
        "0086 138 0013 8000",
    ),
    *(
        "+86 138 0013",
        "86 138 0013 8000",
        "８６ １３８００１３８０００",
        "＋86（138）00138000",
        "138.0013.8000",
    ),
    *(
        "138–0013–8000",
        "138−0013−8000",
        "+86\u00a0138\u20090013\u30008000",
        "\u202a+8613800138000\u202c",
    ),
)


@pytest.mark.parametrize("stored", ["13800138000", "+8613800138000", "138 0013 8000"])
async def test_a_telephone_number_is_found_however_it_is_pasted(
    services: Services, pool: PoolForTests, stored: str
) -> None:
    admin = pool.administrator
    ann = await services.users.create(admin, UserDraft({"phone": stored}))
    await services.users.create(admin, UserDraft({"phone": "+1 380 013 8000"}))
    for pasted in SPELLINGS:
        for fields in (SEARCHED_FIELDS, SEARCHED_FIRST, ("phone",)):
            assert await found(services, pool, pasted, fields=fields) == [ann.id], (pasted, fields)


async def test_a_row_without_a_key_is_found_by_its_number(services: Services, pool: PoolForTests) -> None:
    """As rows are that came before there were keys, or second."""
    ann = await services.users.create(pool.administrator, UserDraft({"phone": "13800138000"}))
    await services.db.execute("update users set phone_key = null where pool_id = $1", pool.id)
    assert await found(services, pool, "+86 138 0013 8000") == [ann.id]


# -- what would take too long --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (UserQuery(keyword="w"), "keywords"),
        (UserQuery(conditions=(Condition("city", "NOT_CONTAINS", "x"),)), "city"),
        (UserQuery(conditions=(Condition("given_name", "CONTAINS", "x"),)), "givenName"),
    ],
    ids=["a keyword", "a field", "two words"],
)
async def test_what_is_too_broad_is_refused_before_it_runs(
    services: Services, crowd: PoolForTests, query: UserQuery, field: str
) -> None:
    totals = Totals(services.db, large=0, crowded=0, most_cost=0)
    with pytest.raises(QueryTooBroad) as refused:
        await search.page(services.db, totals, crowd.id, query)
    assert refused.value.facts["field"] == field
    assert "条件" in refused.value.message() or "关键字" in refused.value.message()
    assert "longer" in refused.value.message("en-US") or "condition" in refused.value.message("en-US")
    allowed = Totals(services.db, large=0, crowded=0)
    assert (await search.page(services.db, allowed, crowd.id, query)).total > 0


async def test_a_search_without_end_is_refused_as_too_broad(database_url: str) -> None:
    async with opened(database_url, search_timeout_s=1) as database:
        with pytest.raises(QueryTooBroad):
            await database.search_fetchval("select pg_sleep(20)")


async def test_searches_do_not_starve_look_ups(services: Services, pool: PoolForTests) -> None:
    """As many that never end as there are places for them, and more in line."""
    ann = await services.users.create(pool.administrator, UserDraft({"username": "ann"}))
    most = services.db.loads()["search"].limit
    stuck = [asyncio.create_task(services.db.search_fetchval("select pg_sleep(60)")) for _ in range(2 * most)]
    try:
        async with asyncio.timeout(30):
            while services.db.loads()["search"].waiting < most:  # noqa: ASYNC110 -- nothing tells when
                await asyncio.sleep(0.01)
        for _ in range(20):
            assert await services.users.find(pool.administrator, UserKey("username", "ann")) == ann
            await services.users.create(pool.administrator, UserDraft({"username": f"u{_}"}))
        assert not any(task.done() for task in stuck)
    finally:
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
