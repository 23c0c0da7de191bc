"""Every refused sign-in, by every way in, is found in the audit: under its user, by address and by name."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, V2Client

from poolhouse.apps.model import App
from poolhouse.login.refusal_log import name_typed
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

NAMES = {"username": "bob", "email": "bob@example.com", "phone": "13800138000"}


@pytest.fixture
async def app(services: Services, pool: PoolForTests) -> App:
    return await services.apps.create(pool.administrator, "an application")


@pytest.fixture
async def bob(services: Services, pool: PoolForTests) -> str:
    return (await services.users.create(pool.administrator, UserDraft(dict(NAMES), password="secret 1"))).id


@pytest.fixture
def client(v2: V2Client, app: App) -> V2Client:
    return V2Client(v2.http, {"x-authing-app-id": app.id})


Try = Callable[[V2Client], Awaitable[Any]]


def v2(root: str, **given: str) -> Try:
    async def go(client: V2Client) -> Any:
        return await client.send(client.documents[root], {"input": given})

    return go


def v3(connection: str, **payload: str) -> Try:
    async def go(client: V2Client) -> Any:
        name = "passwordPayload" if connection == "PASSWORD" else "passCodePayload"
        body = {"connection": connection, name: payload}
        return await client.http.post("/api/v3/signin", json=body, headers=client.headers)

    return go


async def v2_email_code(client: V2Client) -> Any:
    body = {"email": NAMES["email"], "code": "000000"}
    return await client.http.post("/api/v2/login/email-code", json=body, headers=client.headers)


async def v2_reset(client: V2Client) -> Any:
    given = {"email": NAMES["email"], "code": "000000", "newPassword": "secret 2"}
    return await client.send(client.documents["ResetPassword"], given)


TRIES: dict[str, tuple[Try, str, str]] = {
    "v2 username": (v2("LoginByUsername", username="bob", password="wrong"), "username", "WrongCredentials"),
    "v2 username, no password": (
        v2("LoginByUsername", username="bob", password=""),
        "username",
        "WrongCredentials",
    ),
    "v2 email": (v2("LoginByEmail", email=NAMES["email"], password="wrong"), "email", "WrongCredentials"),
    "v2 phone": (
        v2("LoginByPhonePassword", phone=NAMES["phone"], password="wrong"),
        "phone",
        "WrongCredentials",
    ),
    "v2 phone code": (v2("LoginByPhoneCode", phone=NAMES["phone"], code="000000"), "phone", "CodeWrong"),
    "v2 email code": (v2_email_code, "email", "CodeWrong"),
    "v2 reset": (v2_reset, "email", "CodeWrong"),
    "v3 username": (v3("PASSWORD", username="bob", password="wrong"), "username", "WrongCredentials"),
    "v3 email": (v3("PASSWORD", email=NAMES["email"], password="wrong"), "email", "WrongCredentials"),
    "v3 account": (v3("PASSWORD", account="bob", password="wrong"), "username", "WrongCredentials"),
    "v3 code": (v3("PASSCODE", email=NAMES["email"], passCode="000000"), "email", "CodeWrong"),
}


async def found_v2(v2: V2Client, **asked: Any) -> list[dict[str, Any]]:
    listed = await v2.rest("GET", "/api/v2/analysis/user-action", params={"success": "false", **asked})
    return list(listed["list"])


async def found_v3(
    client: V2Client, services: Services, pool: PoolForTests, **asked: Any
) -> list[dict[str, Any]]:
    token = (await services.management_tokens.of_pool(pool.id)).token
    headers = {"authorization": f"Bearer {token}", "x-authing-userpool-id": pool.id}
    answer = await client.http.post(
        "/api/v3/get-user-action-logs", json={"success": False, **asked}, headers=headers
    )
    assert answer.json()["statusCode"] == 200, answer.text
    return list(answer.json()["data"]["list"])


@pytest.mark.parametrize("way", list(TRIES))
async def test_a_refused_sign_in_is_found_under_its_user_by_address_and_by_name(
    v2: V2Client, client: V2Client, services: Services, pool: PoolForTests, bob: str, way: str
) -> None:
    go, kind, reason = TRIES[way]
    await go(client)
    by_name = [{"userId": name} for name in (bob, *NAMES.values())]
    for asked in ({"operator_arn": f"arn:cn:authing:{pool.id}:user:{bob}"}, *by_name):
        [row] = await found_v2(v2, **asked)
        assert row["user"]["id"] == bob
        assert f'"reason":"{reason}"' in row["extra_data"]
        assert f'"account":"{NAMES[kind]}"' in row["extra_data"]
        assert row["clientip"]
        assert [one["request_id"] for one in await found_v2(v2, clientip=row["clientip"])] == [
            row["request_id"]
        ]
    for name in (bob, *NAMES.values()):
        [row] = await found_v3(client, services, pool, userId=name)
        assert row["userId"] == bob
        assert len(await found_v3(client, services, pool, clientIp=row["clientIp"])) == 1


async def test_a_name_nobody_has_is_found_by_the_name(
    v2: V2Client, client: V2Client, services: Services, pool: PoolForTests
) -> None:
    await TRIES["v2 username"][0](client)
    await TRIES["v2 email"][0](client)
    for name in ("bob", NAMES["email"]):
        [row] = await found_v2(v2, userId=name)
        assert row["user"]["id"] is None
        assert row["user"]["displayName"] == name
        assert len(await found_v3(client, services, pool, userId=name)) == 1
    assert await found_v2(v2, userId="alice") == []


async def test_another_pools_refusals_are_invisible(
    v2_of: ClientOf, client: V2Client, other_pool: PoolForTests, bob: str
) -> None:
    await TRIES["v2 username"][0](client)
    theirs = await v2_of(other_pool)
    for who in (bob, "bob"):
        assert await found_v2(theirs, userId=who) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("zhangsan", "zhangsan"),
        ("张三", "张三"),
        ("bob@example.com", "bob@example.com"),
        ("+8613800138000", "+8613800138000"),
        ("correct horse battery", "co***"),
        ("Tr0ub4dor&3", "Tr***"),
        ("Hunter2Hunter2", "Hu***"),
        ("", "***"),
    ],
)
def test_a_password_typed_as_a_name_is_not_kept(typed: str, kept: str) -> None:
    assert name_typed(typed) == kept


async def test_a_lock_has_a_row_of_its_own(v2: V2Client, client: V2Client, bob: str) -> None:
    for _ in range(12):
        await TRIES["v2 username"][0](client)
    rows = await found_v2(v2, userId=bob)
    assert any('"reason":"AccountLocked"' in row["extra_data"] for row in rows)
    listed = await v2.rest("GET", "/api/v2/analysis/user-action", params={"userId": bob, "success": "true"})
    assert [row["operation_name"] for row in listed["list"]] == ["blockUser"]
    detail = json.loads(listed["list"][0]["extra_data"])
    assert detail["reason"] == "too many wrong passwords"
    assert detail["seconds"] > 0
