"""Whichever way a name is written and whichever way it is typed, both wires mean one person, at every operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tests.users.spellings import OTHERS, PASSWORD, SPELLINGS, WRITTEN
from tests.wire.v2.conftest import Refusal, V2Client
from tests.wire.v3.conftest import V3Client

from poolhouse.users.model import KeyKind
from poolhouse.users.rules import spelled
from poolhouse.wire.audit_references import whose_acts


@dataclass(frozen=True)
class Wires:
    v2: V2Client
    v3: V3Client
    app_id: str

    async def data(self, path: str, **body: Any) -> Any:
        return (await self.v3.post(path, body)).get("data")


@pytest.fixture
async def wires(both: tuple[V2Client, V3Client]) -> Wires:
    v2, v3 = both
    return Wires(v2, v3, (await v3.services.apps.create(v3.administrator, "shop")).id)


Way = Callable[[Wires, KeyKind, str], Awaitable[list[str] | bool]]
"""The ids of whom it finds; True and False where it only says whether there is somebody."""


async def v2_find_user(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    found = await wires.v2.one("FindUser", **{spelled(kind): typed})
    return [found["id"]] if found else []


async def v2_is_user_exists(wires: Wires, kind: KeyKind, typed: str) -> bool:
    return await wires.v2.one("IsUserExists", **{spelled(kind): typed}) is True


async def v2_user_batch(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    found = await wires.v2.one("UserBatch", ids=["nobody", typed], type=spelled(kind))
    return [user["id"] for user in found]


async def v2_users_batch_by_rest(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    body = {"ids": ["nobody", typed], "type": spelled(kind)}
    found = await wires.v2.rest("POST", "/api/v2/users/batch", json=body)
    return [user["id"] for user in found if user]


async def v2_search_user(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    found = await wires.v2.one("SearchUser", query=typed, fields=[spelled(kind)])
    return [user["id"] for user in found["list"]]


async def v2_login(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    name = {"phone": "LoginByPhonePassword", "email": "LoginByEmail", "username": "LoginByUsername"}[kind]
    stranger = wires.v2.with_token(None, **{"x-authing-app-id": wires.app_id})
    try:
        return [(await stranger.one(name, input={kind: typed, "password": PASSWORD}))["id"]]
    except Refusal:
        return []


async def v3_get_user(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    answer = await wires.v3.get("get-user", userId=typed, userIdType=kind)
    return [answer["data"]["userId"]] if answer.get("data") else []


async def v3_get_user_batch(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    answer = await wires.v3.get("get-user-batch", userIds=["nobody", typed], userIdType=kind)
    return [user["userId"] for user in answer["data"]]


async def v3_is_user_exists(wires: Wires, kind: KeyKind, typed: str) -> bool:
    return (await wires.data("is-user-exists", **{spelled(kind): typed}))["exists"] is True


async def v3_list_users_equal(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    return await _filtered(wires, kind, "EQUAL", typed)


async def v3_list_users_in(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    return await _filtered(wires, kind, "IN", ["nobody", typed])


async def _filtered(wires: Wires, kind: KeyKind, operator: str, value: Any) -> list[str]:
    condition = {"field": spelled(kind), "operator": operator, "value": value}
    found = await wires.data("list-users", advancedFilter=[condition])
    return [user["userId"] for user in found["list"]]


async def v3_list_users_by_keyword(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    options = {"fuzzySearchOn": [spelled(kind)]}
    found = await wires.data("list-users", keywords=typed, options=options)
    return [user["userId"] for user in found["list"]]


async def v3_update_user(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    options = {"userIdType": kind}
    updated = await wires.data("update-user", userId=typed, nickname="n", options=options)
    return [updated["userId"]] if updated else []


async def v3_sign_in_by_any_name(wires: Wires, kind: KeyKind, typed: str) -> bool:
    payload = {"account": typed, "password": PASSWORD}
    body = {"connection": "PASSWORD", "passwordPayload": payload}
    headers = {"x-authing-app-id": wires.app_id}
    answer = await wires.v3.http.post("/api/v3/signin", json=body, headers=headers)
    return answer.json()["statusCode"] == 200


async def v3_sign_in_by_its_kind(wires: Wires, kind: KeyKind, typed: str) -> bool:
    payload = {kind: typed, "password": PASSWORD}
    body = {"connection": "PASSWORD", "passwordPayload": payload}
    headers = {"x-authing-app-id": wires.app_id}
    answer = await wires.v3.http.post("/api/v3/signin", json=body, headers=headers)
    return answer.json()["statusCode"] == 200


async def acts_in_the_audit_log(wires: Wires, kind: KeyKind, typed: str) -> list[str]:
    ids, _ = await whose_acts(wires.v3.services, wires.v3.administrator, [typed])
    return [one for one in ids if one != typed]


WAYS: tuple[Way, ...] = (
    v2_find_user,
    v2_is_user_exists,
    v2_user_batch,
    v2_users_batch_by_rest,
    v2_search_user,
    v2_login,
    v3_get_user,
    v3_get_user_batch,
    v3_is_user_exists,
    v3_list_users_equal,
    v3_list_users_in,
    v3_list_users_by_keyword,
    v3_update_user,
    v3_sign_in_by_any_name,
    v3_sign_in_by_its_kind,
    acts_in_the_audit_log,
)
NO_NAME_TO_LOG_IN = {v2_login, v3_sign_in_by_any_name, v3_sign_in_by_its_kind, acts_in_the_audit_log}
LOOSE = {v2_search_user, v3_list_users_by_keyword}
"""They look for a part, whatever its case."""


def ways_of(kind: KeyKind) -> list[Way]:
    return [way for way in WAYS if kind != "external_id" or way not in NO_NAME_TO_LOG_IN]


async def create_by_v2(wires: Wires, kind: KeyKind, text: str) -> str:
    info = {spelled(kind): text}
    return (await wires.v2.one("CreateUser", userInfo=info, keepPassword=False))["id"]


async def create_by_v3(wires: Wires, kind: KeyKind, text: str) -> str:
    return (await wires.data("create-user", **{spelled(kind): text}))["userId"]


@pytest.mark.parametrize("create", [create_by_v2, create_by_v3])
@pytest.mark.parametrize(("kind", "text"), WRITTEN)
async def test_one_person_on_both_wires(
    wires: Wires, kind: KeyKind, text: str, create: Callable[..., Awaitable[str]]
) -> None:
    user_id = await create(wires, kind, text)
    await wires.data("update-user", userId=user_id, password=PASSWORD)
    missed = [
        (way.__name__, typed)
        for way in ways_of(kind)
        for typed in SPELLINGS[kind]
        if await way(wires, kind, typed) not in ([user_id], True)
    ]
    assert missed == []


@pytest.mark.parametrize("kind", SPELLINGS)
async def test_somebody_else_is_somebody_else_on_both_wires(wires: Wires, kind: KeyKind) -> None:
    user_id = await create_by_v3(wires, kind, SPELLINGS[kind][0])
    await wires.data("update-user", userId=user_id, password=PASSWORD)
    found = [
        (way.__name__, other)
        for way in ways_of(kind)
        if way not in LOOSE
        for other in OTHERS[kind]
        if await way(wires, kind, other)
    ]
    assert found == []
