"""What a customer's scripts say and are asked, in every spelling: the same person as in our own tables."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect
from tests.users.spellings import OTHERS, PASSWORD, SPELLINGS, WAYS, WRITTEN

from poolhouse.errors import ScriptFailed, UserExists, WrongCredentials
from poolhouse.login.model import Registration
from poolhouse.services import Services
from poolhouse.users.model import Condition, KeyKind, UserKey, UserQuery

TOLD = [case for case in WRITTEN if case[0] != "external_id"]
KEPT: dict[KeyKind, tuple[str, ...]] = {
    "phone": ("13900000000", "+8613900000000", "8613900000000"),
    "email": ("zoé@example.com",),
    "username": ("zoé",),
}
"""As a store that compares to the letter may have it."""


def scripts_that_say(kind: KeyKind, text: str) -> dict[str, str]:
    """Of whoever is asked for."""
    body = f"return {json.dumps({'id': '7', kind: text})};"
    return {name: f"async function {name}() {{ {body} }}" for name in ("login", "getUser")}


def scripts_that_compare(kind: KeyKind, text: str) -> dict[str, str]:
    """To the letter."""
    known, user = f"query.{kind} === {json.dumps(text)}", json.dumps({"id": "7", kind: text})
    return {
        "login": f"async function login(query, password) {{ if ({known} && password === {PASSWORD!r}) "
        f"return {user}; throw new Error('wrong'); }}",
        "getUser": f"async function getUser(query) {{ return {known} || query.id === '7' ? {user} : null; }}",
    }


@pytest.mark.parametrize(("kind", "text"), TOLD)
async def test_who_moves_in_is_one_person(
    services: Services, pool: PoolForTests, legacy: Legacy, kind: KeyKind, text: str
) -> None:
    scripts = scripts_that_say(kind, text)
    await connect(services, pool, legacy, "LAZY_MIGRATION", {"login": scripts["login"]})
    typed = UserKey(kind, SPELLINGS[kind][-1])
    user = (await services.login.with_password(pool.stranger, typed, PASSWORD)).user
    missed = [
        (name, typed)
        for name, way in WAYS.items()
        for typed in SPELLINGS[kind]
        if await way(services, pool, UserKey(kind, typed)) != user.id
    ]
    assert missed == []


@pytest.mark.parametrize(("kind", "text"), TOLD)
async def test_what_a_script_says_is_taken_for_what_was_typed(
    services: Services, pool: PoolForTests, legacy: Legacy, kind: KeyKind, text: str
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", scripts_that_say(kind, text))
    directory = await services.directories.of(pool.id)
    for typed in SPELLINGS[kind]:
        assert (await directory.authenticate(pool.stranger, UserKey(kind, typed), PASSWORD)).id == "7"
        assert [user and user.id for user in await directory.find(pool.stranger, [UserKey(kind, typed)])] == [
            "7"
        ]


@pytest.mark.parametrize("mode", ["CUSTOM_USER_STORE", "LAZY_MIGRATION"])
@pytest.mark.parametrize(("kind", "kept"), [(kind, text) for kind, texts in KEPT.items() for text in texts])
async def test_a_store_that_compares_to_the_letter_knows_every_spelling(
    services: Services, pool: PoolForTests, legacy: Legacy, mode: Any, kind: KeyKind, kept: str
) -> None:
    await connect(services, pool, legacy, mode, scripts_that_compare(kind, kept))
    directory = await services.directories.of(pool.id)
    for typed in SPELLINGS[kind]:
        with pytest.raises((ScriptFailed, WrongCredentials)):
            await directory.authenticate(pool.stranger, UserKey(kind, typed), "wrong 1")
        if mode == "CUSTOM_USER_STORE":
            found = await services.users.find(pool.administrator, UserKey(kind, typed))
            query = UserQuery(conditions=(Condition(kind, "EQUAL", typed),))
            listed = (await services.users.list(pool.administrator, query)).items
            assert [found and found.id, *(user.id for user in listed)] == ["7", "7"], typed
    for other in OTHERS[kind]:
        with pytest.raises((ScriptFailed, WrongCredentials)):
            await directory.authenticate(pool.stranger, UserKey(kind, other), PASSWORD)
    users = [
        await directory.authenticate(pool.stranger, UserKey(kind, typed), PASSWORD)
        for typed in reversed(SPELLINGS[kind])
    ]
    assert len({user.id for user in users}) == 1


@pytest.mark.parametrize(("kind", "kept"), [(kind, texts[0]) for kind, texts in KEPT.items()])
async def test_who_is_in_an_old_database_is_nobody_new(
    services: Services, pool: PoolForTests, legacy: Legacy, kind: KeyKind, kept: str
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", scripts_that_compare(kind, kept))
    method: Any = kind
    for typed in SPELLINGS[kind]:
        with pytest.raises(UserExists):
            await services.sign_up.create(pool.stranger, Registration(method, {kind: typed}, PASSWORD))
