"""A session knows the device its client named, whichever way in it was."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import V2Client

from poolhouse.apps.model import App
from poolhouse.services import Services

PHONE, LAPTOP = "phone-1", "laptop-2"


@pytest.fixture
async def app(services: Services, pool: PoolForTests) -> App:
    return await services.apps.create(pool.administrator, "an application")


@pytest.fixture
async def user(v2: V2Client) -> str:
    made = await v2.one(
        "CreateUser", userInfo={"username": "bob", "email": "bob@example.com", "password": "secret 1"}
    )
    return str(made["id"])


def client_of(v2: V2Client, app: App, device: str) -> V2Client:
    return V2Client(v2.http, {"x-authing-app-id": app.id, "x-authing-device-id": device})


async def by_v2_password(client: V2Client) -> None:
    await client.one("LoginByUsername", input={"username": "bob", "password": "secret 1"})


async def by_v2_email(client: V2Client) -> None:
    await client.one("LoginByEmail", input={"email": "bob@example.com", "password": "secret 1"})


async def by_v3_password(client: V2Client) -> None:
    body: dict[str, Any] = {
        "connection": "PASSWORD",
        "passwordPayload": {"username": "bob", "password": "secret 1"},
    }
    answer = await client.http.post("/api/v3/signin", json=body, headers=client.headers)
    assert answer.json()["statusCode"] == 200, answer.text


WAYS = {"v2 username": by_v2_password, "v2 e-mail": by_v2_email, "v3 password": by_v3_password}


async def is_logged_in(v2: V2Client, user: str, **more: str) -> bool:
    return bool(
        (await v2.rest("GET", "/api/v2/users/login-status", params={"userId": user, **more}))["isLogin"]
    )


@pytest.mark.parametrize("way", list(WAYS))
async def test_login_status_is_asked_by_device(v2: V2Client, app: App, user: str, way: str) -> None:
    await WAYS[way](client_of(v2, app, PHONE))
    assert await is_logged_in(v2, user)
    assert await is_logged_in(v2, user, deviceId=PHONE)
    assert await is_logged_in(v2, user, deviceId=PHONE, appId=app.id)
    assert not await is_logged_in(v2, user, deviceId=LAPTOP)
    assert not await is_logged_in(v2, user, deviceId=PHONE, appId="f" * 24)


async def test_a_registration_that_logs_in_knows_its_device(v2: V2Client, app: App) -> None:
    client = client_of(v2, app, PHONE)
    made = await client.one(
        "RegisterByUsername", input={"username": "eve", "password": "secret 1", "forceLogin": True}
    )
    assert await is_logged_in(v2, made["id"], deviceId=PHONE)


async def test_logging_out_one_device_leaves_the_other(v2: V2Client, app: App, user: str) -> None:
    await by_v2_password(client_of(v2, app, PHONE))
    await by_v3_password(client_of(v2, app, LAPTOP))
    await v2.rest("GET", "/logout", params={"userId": user, "deviceId": PHONE})
    assert not await is_logged_in(v2, user, deviceId=PHONE)
    assert await is_logged_in(v2, user, deviceId=LAPTOP)


async def test_a_client_that_names_no_device_is_found_without_one(v2: V2Client, app: App, user: str) -> None:
    await by_v2_password(V2Client(v2.http, {"x-authing-app-id": app.id}))
    assert await is_logged_in(v2, user)
    assert not await is_logged_in(v2, user, deviceId=PHONE)


async def test_a_long_name_of_a_device_is_cut_and_found_all_the_same(
    v2: V2Client, app: App, user: str
) -> None:
    await by_v2_password(client_of(v2, app, "d" * 1000))
    assert await is_logged_in(v2, user, deviceId="d" * 1000)
