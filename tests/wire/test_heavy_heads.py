"""Headers and names that were dear to read: a cookie of backslashes, a name longer than any QR code."""

from __future__ import annotations

import httpx
import pytest
from tests.conftest import PoolForTests

from poolhouse.app import asgi
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.oidc.browser import FORM_COOKIE, SESSION_COOKIE, own_cookies
from poolhouse.wire.request import MAX_HEAD_BYTES

PATHS = ["/login", "/oidc/auth?client_id=x", "/graphql/v2", "/api/v3/list-users", "/healthz", "/nowhere"]


async def asked(services: Services, path: str, cookie: str) -> httpx.Response:
    transport = httpx.ASGITransport(asgi(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://pool") as client:
        return await client.get(path, headers={"cookie": cookie})


@pytest.mark.parametrize("path", PATHS)
async def test_longer_headers_than_any_client_sends_are_refused(services: Services, path: str) -> None:
    answer = await asked(services, path, "a=" + "x" * MAX_HEAD_BYTES)
    assert answer.status_code == 431
    said = answer.json()
    said = said["errors"][0]["message"] if path.startswith("/graphql") else said
    assert (said["statusCode"], said["apiCode"], said["data"]) == (431, 43101, None)
    assert said.get("code") == (None if path.startswith("/api/v3/") else 431)
    assert said["requestId"] == answer.headers["x-request-id"]
    assert said["message"] == f"参数 headers 格式错误：最大 {MAX_HEAD_BYTES} 字节"


async def test_a_cookie_of_backslashes_is_passed_over(services: Services) -> None:
    cookie = f'{FORM_COOKIE}="' + "\\" * 60_000 + '"'
    assert (await asked(services, "/login", cookie)).status_code < 500


def test_the_wires_own_cookies_are_read_as_they_were_set() -> None:
    header = f' {SESSION_COOKIE}=a.b-c_d ; other="x;{FORM_COOKIE}=1 ;{FORM_COOKIE}=2=3'
    assert own_cookies(header) == {SESSION_COOKIE: "a.b-c_d", FORM_COOKIE: "2=3"}
    assert own_cookies("") == {}


async def test_a_long_name_still_has_a_qr_code(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "张" * 256}))
    made = await services.mfa.associate(pool.administrator, user.id, "池" * 200, "张" * 256)
    assert made.qrcode_data_url.startswith("data:image/png")
