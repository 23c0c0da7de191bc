"""Every way in knows what an e-mail, a telephone number, a username and a date are, and names the field it refuses.

Each way is a function that sends one user with one field; each bad value goes in by every way that has the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests

from poolhouse.app import asgi
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserQuery

PASSWORD = "secret 1"
BAD: dict[str, tuple[str, ...]] = {
    "email": (
        "not an address",
        "a@b",
        "@example.com",
        "a@@example.com",
        "a@example..com",
        "Ann <ann@example.com>",
        "a@example.com,b@example.com",
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "a b@example.com",
        "a＠example.com",
        "a@corp.local",
        "a@x.test",
        "a@example.com\x07",
        "a\u200bb@example.com",
        f"{'a' * 65}@example.com",
    ),
    "phone": (
        "0",
        "-",
        "N/A",
        "138",
        "13900000000abc",
        "1-800-FLOWERS",
        "13900000000/13900000001",
        "13900000000.0",
        "1.39E+10",
        "+99912345678",
        "1" * 20,
        "ann",
    ),
    "username": ("a\x07b", "a\u200bb", "a\u202enn", "a\nb", "a" * 257, "a\u2066b"),
    "birthdate": (
        "2024-02-30",
        "1990-13-01",
        "yesterday",
        "1990-5/6",
        "90-05-06",
        "0000-00-00",
        "631152000000",
    ),
    "phoneCountryCode": ("+999", "86x", "0", "China"),
}
ONLY_SPECIAL = ("a@corp.local", "a@x.test")


@dataclass
class Wires:
    http: httpx.AsyncClient
    services: Services
    pool: PoolForTests
    app_id: str
    token: str
    folder: Path
    user_id: str

    async def v2(
        self, query: str, lang: str, variables: dict[str, Any], *, administrator: bool = True
    ) -> str:
        headers = {
            "x-authing-userpool-id": self.pool.id,
            "x-authing-lang": lang,
            "x-authing-app-id": self.app_id,
        }
        if administrator:
            headers["authorization"] = f"Bearer {self.token}"
        answer = await self.http.post(
            "/graphql/v2", json={"query": query, "variables": variables}, headers=headers
        )
        errors = answer.json().get("errors")
        return errors[0]["message"]["message"] if errors else ""

    async def v3(self, path: str, lang: str, body: dict[str, Any], *, administrator: bool = True) -> str:
        headers = {"x-authing-lang": lang, "x-authing-app-id": self.app_id}
        if administrator:
            headers["authorization"] = f"Bearer {self.token}"
        answer = (await self.http.post(f"/api/v3/{path}", json=body, headers=headers)).json()
        return "" if answer["statusCode"] == 200 else answer["message"]


def whole(field: str, value: str) -> dict[str, str]:
    """The field, and what it needs beside it; somebody who can be told apart."""
    beside = {"phone": "2025550123"} if field == "phoneCountryCode" else {}
    return {"externalId": "x", **beside, field: value}


async def v2_create(wires: Wires, lang: str, field: str, value: str) -> str:
    query = "mutation ($u: CreateUserInput!) { createUser(userInfo: $u) { id } }"
    return await wires.v2(query, lang, {"u": whole(field, value)})


async def v2_update(wires: Wires, lang: str, field: str, value: str) -> str:
    query = "mutation ($id: String, $u: UpdateUserInput!) { updateUser(id: $id, input: $u) { id } }"
    return await wires.v2(query, lang, {"id": wires.user_id, "u": whole(field, value)})


async def v2_register(wires: Wires, lang: str, field: str, value: str) -> str:
    query = "mutation ($i: RegisterByUsernameInput!) { registerByUsername(input: $i) { id } }"
    named = {"username": value} if field == "username" else {"username": "ann", "profile": {field: value}}
    return await wires.v2(query, lang, {"i": {**named, "password": PASSWORD}}, administrator=False)


async def v2_register_by_email(wires: Wires, lang: str, field: str, value: str) -> str:
    query = "mutation ($i: RegisterByEmailInput!) { registerByEmail(input: $i) { id } }"
    return await wires.v2(query, lang, {"i": {"email": value, "password": PASSWORD}}, administrator=False)


async def v2_send_email(wires: Wires, lang: str, field: str, value: str) -> str:
    query = "mutation ($e: String!) { sendEmail(email: $e, scene: LOGIN_VERIFY_CODE) { code } }"
    return await wires.v2(query, lang, {"e": value}, administrator=False)


async def v3_create(wires: Wires, lang: str, field: str, value: str) -> str:
    return await wires.v3("create-user", lang, whole(field, value))


async def v3_create_many(wires: Wires, lang: str, field: str, value: str) -> str:
    return await wires.v3("create-users-batch", lang, {"list": [whole(field, value)]})


async def v3_update(wires: Wires, lang: str, field: str, value: str) -> str:
    return await wires.v3("update-user", lang, {"userId": wires.user_id, **whole(field, value)})


async def v3_sign_up(wires: Wires, lang: str, field: str, value: str) -> str:
    named = {field: value} if field in ("username", "email") else {"username": "ann"}
    profile = {} if field in named else {field: value}
    body = {"connection": "PASSWORD", "passwordPayload": {**named, "password": PASSWORD}, "profile": profile}
    return await wires.v3("signup", lang, body, administrator=False)


async def v3_send_email(wires: Wires, lang: str, field: str, value: str) -> str:
    return await wires.v3(
        "send-email", lang, {"email": value, "channel": "CHANNEL_LOGIN"}, administrator=False
    )


async def v3_send_sms(wires: Wires, lang: str, field: str, value: str) -> str:
    given = {"phoneNumber": value} if field == "phone" else {"phoneNumber": "2025550123", field: value}
    return await wires.v3("send-sms", lang, {**given, "channel": "CHANNEL_LOGIN"}, administrator=False)


async def by_import(wires: Wires, lang: str, field: str, value: str) -> str:
    """Tells administrators in English alone."""
    file, errors = wires.folder / "users.jsonl", wires.folder / "errors.jsonl"
    file.write_text(json.dumps(whole(field, value)))
    await wires.services.imports.from_file(wires.pool.administrator, file, errors=errors)
    told = json.loads(errors.read_text() or "{}") if errors.exists() else {}
    return f"{told['field']}: {told['message']}" if told else ""


Way = Callable[[Wires, str, str, str], Awaitable[str]]
ALL = ("email", "phone", "username", "birthdate", "phoneCountryCode")
WAYS: dict[Way, tuple[str, ...]] = {
    v2_create: ALL[1:],
    v2_update: ALL[1:],
    v2_register: ("email", "phone", "username", "birthdate"),
    v2_register_by_email: ("email",),
    v2_send_email: ("email",),
    v3_create: ALL,
    v3_create_many: ALL,
    v3_update: ALL,
    v3_sign_up: ("email", "username", "birthdate"),
    v3_send_email: ("email",),
    v3_send_sms: ("phone", "phoneCountryCode"),
    by_import: ALL,
}
NAMED = {
    "email": ("邮箱|email", "email"),
    "phone": ("phone", "phone"),
    "username": ("username", "username"),
    "birthdate": ("birthdate", "birthdate"),
    "phoneCountryCode": ("phoneCountryCode", "phoneCountryCode"),
}
SENDERS = (v2_send_email, v3_send_email)
PLACEHOLDERS = ("0", "-", "N/A", "0000-00-00")


@pytest.fixture
async def wires(services: Services, pool: PoolForTests, tmp_path: Path) -> AsyncIterator[Wires]:
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    token = (await services.management_tokens.of_pool(pool.id)).token
    app = await services.apps.create(pool.administrator, "shop")
    user = await services.users.create(pool.administrator, UserDraft({"unionid": "whole"}))
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        yield Wires(http, services, pool, app.id, token, tmp_path, user.id)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("field", ALL)
async def test_a_bad_value_is_refused_by_the_name_of_its_field(wires: Wires, way: Way, field: str) -> None:
    if field not in WAYS[way]:
        return
    let_in = []
    for value in BAD[field]:
        if way in SENDERS and value in ONLY_SPECIAL:
            continue  # who is sent a code there has the address already
        if way is by_import and value in PLACEHOLDERS:
            continue  # an old database's nothing
        for place, lang in enumerate(("zh-CN", "en-US")):
            said = await way(wires, lang, field, value)
            if not re.search(NAMED[field][place], said):
                let_in.append((value, lang, said))
    assert let_in == []
    assert (await wires.services.users.list(wires.pool.administrator, UserQuery())).total == 1, (
        "nobody was made"
    )


@pytest.mark.parametrize("text", ["ABCDEFGHIJ", "not an address", "a@corp.local"])
@pytest.mark.parametrize("way", [v2_create, v2_update])
async def test_a_v2_administrator_may_keep_any_text_as_email(wires: Wires, way: Way, text: str) -> None:
    assert await way(wires, "en-US", "email", text) == ""
    found = await wires.services.users.list(wires.pool.administrator, UserQuery())
    assert text.lower() in {user.email for user in found.items}


@pytest.mark.parametrize(
    "way", [v3_create, v3_sign_up, v2_register_by_email, by_import], ids=lambda way: way.__name__
)
@pytest.mark.parametrize(
    "address", ["ann@example.com", "1@qq.com", "a+b@b.example", "用户@例子.中国", "Ann@EXAMPLE.com "]
)
async def test_an_address_is_let_in(wires: Wires, way: Way, address: str) -> None:
    assert await way(wires, "en-US", "email", address) == ""


@pytest.mark.parametrize(
    "placeholder", ["-", "--", "0", "N/A", "n/a", "NULL", "null", "无", "暂无", " ", "－", "０"]
)
async def test_an_imported_placeholder_is_nothing(wires: Wires, placeholder: str) -> None:
    row = dict.fromkeys(
        ("email", "phone", "phoneCountryCode", "birthdate", "externalId", "lastLogin"), placeholder
    )
    file = wires.folder / "users.jsonl"
    file.write_text("\n".join(json.dumps({"username": name, **row}) for name in ("ann", "bob")))
    done = await wires.services.imports.from_file(wires.pool.administrator, file)
    assert (done.journal.imported, done.journal.failed) == (2, 0)
    users = (await wires.services.users.list(wires.pool.administrator, UserQuery())).items
    assert {(u.email, u.phone, u.birthdate, u.external_id) for u in users} == {(None,) * 4}
