"""The index of a custom field: who may have one, and that it says what the values are, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.fields.indexes import filled

from poolhouse.errors import InvalidInput, InvalidOperation, NotPermitted, PoolhouseError, QueryTooBroad
from poolhouse.fields import postgres, postgres_index
from poolhouse.fields.model import DataType, Field, FieldDraft, IndexState, TargetType
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import Condition, Sort, User, UserDraft, UserQuery

USER = TargetType.USER


@pytest.fixture(autouse=True)
async def at_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of other tests is left to do, and nothing waits."""
    monkeypatch.setattr(postgres_index, "GRACE_S", 0)
    await filled(services)


async def marked(
    services: Services,
    pool: PoolForTests,
    key: str = "town",
    kind: DataType | None = DataType.STRING,
    indexed: bool = True,
) -> Field:
    draft = FieldDraft(USER, key, kind, indexed=indexed)
    (field,) = await services.fields.define(pool.administrator, [draft])
    return field


async def people(services: Services, pool: PoolForTests, *values: Any, key: str = "town") -> list[User]:
    found = [
        await services.users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
        for _ in values
    ]
    given = {user.id: {key: value} for user, value in zip(found, values, strict=True)}
    await services.fields.set_values(pool.administrator, USER, given)
    return found


async def noted(services: Services, pool: PoolForTests, key: str = "town") -> list[str]:
    """What the index has of a text."""
    rows = await services.db.fetch(
        "select text_value from user_field_values where pool_id = $1 and key = $2 order by 1", pool.id, key
    )
    return [row[0] for row in rows]


async def state(services: Services, pool: PoolForTests) -> tuple[bool, Any]:
    (field,) = await services.fields.list(pool.administrator, USER)
    return field.indexed, field.index and (field.index.state, field.index.done, field.index.total)


async def of_town(services: Services, pool: PoolForTests, town: str) -> int:
    query = UserQuery(conditions=(Condition("customData.town", "EQUAL", town),))
    return (await services.users.list(pool.administrator, query)).total


async def test_a_user_may_not_mark_a_field(services: Services, pool: PoolForTests) -> None:
    await marked(services, pool, indexed=False)
    with pytest.raises(NotPermitted):
        await services.fields.define(pool.user("nobody"), [FieldDraft(USER, "town", indexed=True)])


async def test_an_index_is_filled_in_pieces_and_says_how_far_it_is(
    services: Services, pool: PoolForTests
) -> None:
    await marked(services, pool, indexed=False)
    await people(services, pool, "a", "b", "c", "d", "e")
    assert await state(services, pool) == (False, None)
    field = await marked(services, pool, kind=None)
    assert (field.indexed, field.index and field.index.state) == (True, IndexState.FILLING)
    for done in (2, 4):
        async with services.db.transaction() as tx:
            await postgres_index.work(tx, 2)
        assert await state(services, pool) == (True, (IndexState.FILLING, done, 5))
    assert len(await noted(services, pool)) == 4
    await filled(services, 2)
    assert await state(services, pool) == (True, (IndexState.READY, 5, 5))
    assert await noted(services, pool) == ["a", "b", "c", "d", "e"]


async def test_a_piece_that_is_killed_is_done_again(services: Services, pool: PoolForTests) -> None:
    await marked(services, pool, indexed=False)
    await people(services, pool, "a", "b", "c")
    await marked(services, pool, kind=None)
    with pytest.raises(ZeroDivisionError):
        async with services.db.transaction() as tx:
            await postgres_index.work(tx, 2)
            raise ZeroDivisionError
    assert await noted(services, pool) == []
    await filled(services, 2)
    assert await noted(services, pool) == ["a", "b", "c"]


async def test_a_list_uses_no_index_that_is_not_whole(services: Services, pool: PoolForTests) -> None:
    await marked(services, pool, indexed=False)
    await people(services, pool, "a", "a", "a")
    await marked(services, pool, kind=None)
    async with services.db.transaction() as tx:
        await postgres_index.work(tx, 1)
    assert await of_town(services, pool, "a") == 3
    await filled(services)
    await services.db.execute("delete from user_field_values where pool_id = $1", pool.id)
    assert await of_town(services, pool, "a") == 0  # so it is asked once it is whole


async def test_what_is_written_and_taken_away_is_in_the_index_at_once(
    services: Services, pool: PoolForTests
) -> None:
    await marked(services, pool)
    await filled(services)
    ann, bob = await people(services, pool, "a", "b")
    assert await noted(services, pool) == ["a", "b"]
    await services.fields.set_values(pool.administrator, USER, {ann.id: {"town": "c"}})
    assert await noted(services, pool) == ["b", "c"]
    await services.fields.set_values(pool.administrator, USER, {bob.id: {"town": None}})
    assert await noted(services, pool) == ["c"]
    await services.users.delete(pool.administrator, [ann.id])
    assert await noted(services, pool) == []


async def test_somebody_who_writes_while_a_field_is_marked_is_in_its_index(
    services: Services, pool: PoolForTests
) -> None:
    await marked(services, pool, indexed=False)
    (ann,) = await people(services, pool, "a")
    async with services.db.transaction() as tx:
        await services.field_store.store(tx, pool.administrator, USER, {ann.id: {"town": "b"}})
        marking = asyncio.create_task(marked(services, pool, kind=None))
        await asyncio.sleep(0.1)
        assert not marking.done()  # it waits for who read the field before it was marked
    await marking
    await filled(services)
    assert await noted(services, pool) == ["b"]


async def test_somebody_who_writes_while_their_piece_is_filled_comes_after_it(
    services: Services, pool: PoolForTests
) -> None:
    await marked(services, pool, indexed=False)
    (ann,) = await people(services, pool, "a")
    await marked(services, pool, kind=None)
    async with services.db.transaction() as tx:
        await postgres_index.work(tx, 10)
        writing = asyncio.create_task(
            services.fields.set_values(pool.administrator, USER, {ann.id: {"town": "b"}})
        )
        await asyncio.sleep(0.1)
        assert not writing.done()
    await writing
    assert await noted(services, pool) == ["b"]


async def test_an_index_that_is_given_up_is_emptied_and_can_be_had_again(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    await marked(services, pool)
    ann, *_ = await people(services, pool, "a", "b", "c")
    await filled(services)
    monkeypatch.setattr(postgres_index, "GRACE_S", 60)
    await marked(services, pool, kind=None, indexed=False)
    await filled(services)
    assert await noted(services, pool) == ["a", "b", "c"]  # whoever reads it still, reads it whole
    monkeypatch.setattr(postgres_index, "GRACE_S", 0)
    async with services.db.transaction() as tx:
        await postgres_index.work(tx, 2)
    assert len(await noted(services, pool)) == 1
    await services.fields.set_values(pool.administrator, USER, {ann.id: {"town": "d"}})
    await marked(services, pool, kind=None)
    await filled(services)
    assert await noted(services, pool) == ["b", "c", "d"]
    await marked(services, pool, kind=None, indexed=False)
    await filled(services)
    assert (await noted(services, pool), await state(services, pool)) == ([], (False, None))
    assert await of_town(services, pool, "d") == 1


async def test_of_two_who_create_a_field_at_once_the_second_changes_what_the_first_made(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else neither would know of the other, and an index be filled for a field that has none."""
    save, other = postgres.save_field, set[asyncio.Task[Field]]()

    async def late(*args: Any) -> Field:
        if not other:
            other.add(asyncio.create_task(marked(services, pool)))
            await asyncio.wait(other, timeout=0.2)
        return await save(*args)

    monkeypatch.setattr(postgres, "save_field", late)
    await marked(services, pool, indexed=False)
    await asyncio.gather(*other)
    assert await state(services, pool) == (True, (IndexState.FILLING, 0, 0))


async def test_a_deleted_field_takes_its_index_along(services: Services, pool: PoolForTests) -> None:
    await marked(services, pool)
    await people(services, pool, "a")
    await services.fields.delete(pool.administrator, [(USER, "town")])
    assert await noted(services, pool) == []
    await marked(services, pool)
    assert await state(services, pool) == (True, (IndexState.FILLING, 0, 0))


async def test_a_value_that_another_gives_while_one_is_taken_away_is_in_the_index(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes away finds no value yet, and then the row of the index that came with one."""
    await marked(services, pool)
    (ann,) = await people(services, pool, None)
    await filled(services)
    forget = postgres_index.forget

    async def late(*args: Any) -> None:
        await services.fields.set_values(pool.administrator, USER, {ann.id: {"town": "b"}})
        await forget(*args)

    monkeypatch.setattr(postgres_index, "forget", late)
    await services.fields.set_values(pool.administrator, USER, {ann.id: {"town": None}})
    assert (await noted(services, pool), await of_town(services, pool, "b")) == (["b"], 1)


async def test_who_is_deleted_while_somebody_writes_a_value_of_theirs_is_in_no_index(
    services: Services, pool: PoolForTests
) -> None:
    await marked(services, pool)
    (ann,) = await people(services, pool, None)
    async with services.db.transaction() as tx:
        await tx.execute("delete from users where pool_id = $1 and id = $2", pool.id, ann.id)
        writing = asyncio.create_task(
            services.fields.set_values(pool.administrator, USER, {ann.id: {"town": "b"}})
        )
        await asyncio.sleep(0.1)
        assert not writing.done()
    await writing
    assert await noted(services, pool) == []


async def test_who_is_deleted_while_their_piece_is_filled_is_in_no_index(
    services: Services, pool: PoolForTests
) -> None:
    await marked(services, pool, indexed=False)
    (ann,) = await people(services, pool, "a")
    await marked(services, pool, kind=None)
    async with services.db.transaction() as tx:
        await postgres_index.work(tx, 10)
        deleting = asyncio.create_task(services.users.delete(pool.administrator, [ann.id]))
        await asyncio.sleep(0.1)
        assert not deleting.done()
    await deleting
    assert await noted(services, pool) == []


async def test_the_neighbours_index_is_their_own(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    for each in (pool, other_pool):
        await marked(services, each)
        await people(services, each, "a")
    await filled(services)
    assert await of_town(services, pool, "a") == 1
    await marked(services, other_pool, kind=None, indexed=False)
    await filled(services)
    assert (await noted(services, pool), await noted(services, other_pool)) == (["a"], [])


@pytest.mark.parametrize(
    "draft",
    [
        FieldDraft(TargetType.ROLE, "town", DataType.STRING, indexed=True),
        FieldDraft(USER, "town", DataType.OBJECT, indexed=True),
        FieldDraft(USER, "town", DataType.STRING, encrypted=True, indexed=True),
    ],
    ids=["of a role", "an object", "encrypted"],
)
async def test_what_cannot_be_indexed_is_refused_by_its_key(
    draft: FieldDraft, services: Services, pool: PoolForTests
) -> None:
    with pytest.raises(InvalidInput, match=r"indexed.*town"):
        await services.fields.define(pool.administrator, [draft])
    assert await services.fields.list(pool.administrator, draft.target_type) == []


async def test_a_pool_has_only_so_many_indexed_fields(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.fields, "_most_indexed", 2)
    for key in ("a", "b"):
        await marked(services, pool, key)
    with pytest.raises(InvalidOperation) as caught:
        await marked(services, pool, "c")
    assert ("c 无法" in caught.value.message("zh-CN"), "c cannot" in caught.value.message("en-US")) == (
        True,
        True,
    )
    assert len(await services.fields.list(pool.administrator, USER)) == 2
    await marked(services, pool, "a", indexed=False)
    await marked(services, pool, "c")


TOO_BROAD: list[dict[str, Any]] = [
    {"conditions": (Condition("customData.town", "CONTAINS", "a"),)},
    {"conditions": (Condition("customData.town", "NOT_CONTAINS", "a"),)},
    {"sort": (Sort("customData.town"),)},
]


@pytest.mark.parametrize("asked", TOO_BROAD, ids=["contains", "contains not", "sorted"])
async def test_what_would_read_all_values_is_refused_until_there_is_an_index(
    services: Services, pool: PoolForTests, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from poolhouse.directory import search

    monkeypatch.setattr(search, "MOST_SORTED", 0)
    monkeypatch.setattr(services.directories.native._totals, "_read_through", 0)
    await marked(services, pool, indexed=False)
    await people(services, pool, "a", "b")
    with pytest.raises(QueryTooBroad) as caught:
        await services.users.list(pool.administrator, UserQuery(**asked))
    for lang, hint in (("zh-CN", "索引"), ("en-US", "indexed")):
        assert "town" in caught.value.message(lang)
        assert hint in caught.value.message(lang)
    await marked(services, pool, kind=None)
    await filled(services)
    assert (await services.users.list(pool.administrator, UserQuery(**asked))).items


@pytest.mark.parametrize(
    "sorts",
    [
        (Sort("customData.passport"),),
        (Sort("customData.thing"),),
        (Sort("customData.nothing"),),
        (Sort("username"), Sort("customData.town")),
    ],
    ids=["encrypted", "an object", "unknown", "after another"],
)
async def test_what_cannot_be_sorted_by_is_refused(
    sorts: tuple[Sort, ...], services: Services, pool: PoolForTests
) -> None:
    drafts = [
        FieldDraft(USER, "passport", DataType.STRING, encrypted=True),
        FieldDraft(USER, "thing", DataType.OBJECT),
        FieldDraft(USER, "town", DataType.STRING),
    ]
    await services.fields.define(pool.administrator, drafts)
    with pytest.raises(PoolhouseError) as caught:
        await services.users.list(pool.administrator, UserQuery(sort=sorts))
    assert isinstance(caught.value, InvalidInput)
