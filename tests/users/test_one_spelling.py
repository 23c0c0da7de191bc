"""Whichever way a name is written and whichever way it is typed, one person is meant.

Every way of writing meets every way of looking up; a spelling or a way that is added is tried with all others.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.users.spellings import (
    OTHERS,
    PASSWORD,
    SPELLINGS,
    WAYS,
    WRITTEN,
    by_filter,
    by_find,
    by_password,
    last_code,
)

from poolhouse.accounts.org_trees import NamedTree
from poolhouse.errors import PoolhouseError
from poolhouse.login.model import Registration
from poolhouse.login.own_account import NewContact
from poolhouse.services import Services
from poolhouse.users.model import KeyKind, User, UserDraft, UserKey, UserQuery


async def written_by_an_administrator(
    services: Services, pool: PoolForTests, kind: KeyKind, text: str, _: Path
) -> User:
    return await services.users.create(pool.administrator, UserDraft({kind: text}, PASSWORD))


async def written_by_a_change(
    services: Services, pool: PoolForTests, kind: KeyKind, text: str, _: Path
) -> User:
    user = await services.users.create(pool.administrator, UserDraft({"unionid": "u"}, PASSWORD))
    return await services.users.update(pool.administrator, user.id, UserDraft({kind: text}))


async def written_by_an_import(
    services: Services, pool: PoolForTests, kind: KeyKind, text: str, folder: Path
) -> User:
    row = {"externalId" if kind == "external_id" else kind: text, "password": PASSWORD}
    file = folder / "users.jsonl"
    file.write_text(json.dumps(row))
    await services.imports.from_file(pool.administrator, file)
    return (await services.users.list(pool.administrator, UserQuery())).items[0]


async def written_by_signing_up(
    services: Services, pool: PoolForTests, kind: KeyKind, text: str, _: Path
) -> User:
    if kind == "external_id":
        pytest.skip("nobody may say it of themselves")
    method: Any = kind
    registration = Registration(method, {kind: text}, PASSWORD)
    return (await services.registrations.register(pool.stranger, registration)).user


async def written_by_a_tree(
    services: Services, pool: PoolForTests, kind: KeyKind, text: str, _: Path
) -> User:
    if kind == "external_id":
        pytest.skip("a tree knows people by three names")
    tree = NamedTree("shop", (UserDraft({kind: text}, PASSWORD),))
    await services.department_trees.merge(pool.administrator, tree)
    return (await services.users.list(pool.administrator, UserQuery())).items[0]


async def written_by_a_code(
    services: Services, pool: PoolForTests, kind: KeyKind, text: str, _: Path
) -> User:
    if kind not in ("email", "phone"):
        pytest.skip("nothing is sent there")
    channel: Any = kind
    await services.codes.send(pool.stranger, channel, text, "register")
    registration = Registration("auto", {}, PASSWORD)
    code = await last_code(services, pool)
    return (await services.code_login.register(pool.stranger, channel, text, code, registration)).user


async def written_by_its_owner(
    services: Services, pool: PoolForTests, kind: KeyKind, text: str, _: Path
) -> User:
    if kind not in ("email", "phone"):
        pytest.skip("nothing is sent there")
    channel: Any = kind
    user = await services.users.create(pool.administrator, UserDraft({"unionid": "u"}, PASSWORD))
    await services.codes.send(pool.user(user.id), channel, text, "bind")
    contact = NewContact(channel, text, await last_code(services, pool))
    return await services.own_account.bind_address(pool.user(user.id), contact)


WRITERS = (
    written_by_an_administrator,
    written_by_a_tree,
    written_by_a_code,
    written_by_its_owner,
    written_by_a_change,
    written_by_an_import,
    written_by_signing_up,
)


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
@pytest.mark.parametrize(("kind", "text"), WRITTEN)
async def test_one_person_however_written_and_however_typed(
    services: Services,
    pool: PoolForTests,
    tmp_path: Path,
    writer: Callable[..., Awaitable[User]],
    kind: KeyKind,
    text: str,
) -> None:
    user = await writer(services, pool, kind, text, tmp_path)
    missed = [
        (name, typed)
        for name, way in WAYS.items()
        for typed in SPELLINGS[kind]
        if not (kind == "external_id" and name.endswith("password"))
        and await way(services, pool, UserKey(kind, typed)) != user.id
    ]
    assert missed == []


@pytest.mark.parametrize(("kind", "text"), [case for case in WRITTEN if case[0] != "external_id"])
async def test_a_tree_that_is_merged_again_makes_nobody_new(
    services: Services, pool: PoolForTests, kind: KeyKind, text: str
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({kind: text}, PASSWORD))
    for typed in SPELLINGS[kind]:
        tree = NamedTree("shop", (UserDraft({kind: typed}),))
        merged = await services.department_trees.merge(pool.administrator, tree)
        assert (merged.users_added, merged.users_updated) == (0, 1), typed
    assert await by_find(services, pool, UserKey(kind, text)) == user.id


@pytest.mark.parametrize("kind", SPELLINGS)
async def test_somebody_else_is_somebody_else(services: Services, pool: PoolForTests, kind: KeyKind) -> None:
    await services.users.create(pool.administrator, UserDraft({kind: SPELLINGS[kind][0]}, PASSWORD))
    for other in OTHERS[kind]:
        for name, way in WAYS.items():
            if name != "by_being_taken":
                assert await way(services, pool, UserKey(kind, other)) is None, (name, other)


@pytest.mark.parametrize("typed", SPELLINGS["phone"])
@pytest.mark.parametrize("text", SPELLINGS["phone"])
async def test_a_number_is_searched_for_in_any_spelling(
    services: Services, pool: PoolForTests, text: str, typed: str
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"phone": text}))
    for fields in (UserQuery().fields, ("phone",), ("phone", "email", "name", "username", "nickname")):
        found = await services.users.search(
            pool.administrator, UserQuery(keyword=f" {typed} ", fields=fields)
        )
        assert [one.id for one in found.items] == [user.id]


async def test_a_part_of_a_number_is_found_with_blanks_in_it(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"phone": "13900001234"}))
    found = await services.users.search(pool.administrator, UserQuery(keyword="0000 1234", fields=("phone",)))
    assert [one.id for one in found.items] == [user.id]


async def test_a_number_is_answered_as_it_was_written(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"phone": " +86 139-0000-0000 "}))
    assert user.phone == "+86 139-0000-0000"


async def test_one_number_in_two_countries_is_two_people(services: Services, pool: PoolForTests) -> None:
    draft = {"phone": "2025550123", "phone_country_code": "+1"}
    american = await services.users.create(pool.administrator, UserDraft(draft, PASSWORD))
    digits = UserKey("phone", "2025550123")
    assert await by_find(services, pool, digits) == american.id, "only one is meant"
    chinese = await services.users.create(pool.administrator, UserDraft({"phone": "2025550123"}, PASSWORD))
    assert await by_find(services, pool, digits) == chinese.id, "a number without a country is of China"
    assert await by_find(services, pool, UserKey("phone", "2025550123", "1")) == american.id
    assert await by_find(services, pool, UserKey("phone", "+1 202 555 0123")) == american.id


async def test_digits_of_two_foreign_numbers_are_nobodys(services: Services, pool: PoolForTests) -> None:
    for country in ("+1", "+44"):
        draft = {"phone": "2025550123", "phone_country_code": country}
        await services.users.create(pool.administrator, UserDraft(draft, PASSWORD))
    assert await by_find(services, pool, UserKey("phone", "2025550123")) is None
    assert await by_password(services, pool, UserKey("phone", "2025550123")) is None


@pytest.mark.parametrize("code", ["+1", "1", "001", " +1", "US", "＋１"])
async def test_a_country_code_may_be_written_in_many_ways(
    services: Services, pool: PoolForTests, code: str
) -> None:
    draft = {"phone": "2025550123", "phone_country_code": code}
    user = await services.users.create(pool.administrator, UserDraft(draft))
    assert await by_find(services, pool, UserKey("phone", "+12025550123")) == user.id


async def test_a_changed_country_is_another_number(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"phone": "2025550123"}))
    await services.users.update(pool.administrator, user.id, UserDraft({"phone_country_code": "+1"}))
    assert await by_find(services, pool, UserKey("phone", "+12025550123")) == user.id
    assert await by_find(services, pool, UserKey("phone", "+862025550123")) is None
    again = await services.users.create(pool.administrator, UserDraft({"phone": "+862025550123"}))
    assert again.id != user.id


async def test_a_cleared_number_is_free_for_another(services: Services, pool: PoolForTests) -> None:
    draft = UserDraft({"username": "ann", "phone": "+8613900000000"})
    user = await services.users.create(pool.administrator, draft)
    await services.users.update(pool.administrator, user.id, UserDraft({"phone": None}))
    other = await services.users.create(pool.administrator, UserDraft({"phone": "13900000000"}))
    assert await by_find(services, pool, UserKey("phone", "8613900000000")) == other.id


async def test_a_number_of_another_pool_is_nobodys(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    await services.users.create(pool.administrator, UserDraft({"phone": "13900000000"}, PASSWORD))
    for way in (by_find, by_password, by_filter):
        assert await way(services, other_pool, UserKey("phone", "+8613900000000")) is None
    await services.users.create(other_pool.administrator, UserDraft({"phone": "13900000000"}))


async def test_a_password_is_taken_to_the_letter(services: Services, pool: PoolForTests) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "ann"}, " zoe\u0301 12 "))
    for password, right in ((" zoe\u0301 12 ", True), ("zoe\u0301 12", False), (" zo\u00e9 12 ", False)):
        try:
            await services.login.with_password(pool.stranger, UserKey("username", "ann"), password)
            assert right, password
        except PoolhouseError:
            assert not right, password


@pytest.mark.parametrize("keyword", ["", "  ", "\u3000", "\ufeff", None])
async def test_a_blank_keyword_is_none(services: Services, pool: PoolForTests, keyword: str | None) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "ann"}))
    assert (await services.users.search(pool.administrator, UserQuery(keyword=keyword))).total == 1
