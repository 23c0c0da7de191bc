"""What clients of v2 send of WeChat's code in a mobile app, and read: the user, with a token."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.china.conftest import rows_of
from tests.federation.china.test_native import mobile
from tests.federation.conftest import Peer

__all__ = ["mobile"]
BY_CODE = "/api/v2/ecConn/wechatMobile/authByCode"


def _code(peer: Peer, sub: str) -> str:
    return peer.issuer.code(sub)  # type: ignore[attr-defined, no-any-return]


async def _by_connection(http: httpx.AsyncClient, peer: Peer, app_id: str, **body: Any) -> dict[str, Any]:
    """As Java's client 4.3.76 does."""
    body = {"connId": peer.connection.id, "code": _code(peer, "ada"), **body}
    return dict((await http.post(BY_CODE, json=body, headers={"x-authing-app-id": app_id})).json())


async def _by_callback(
    http: httpx.AsyncClient, pool_id: str, code: str, headers: dict[str, str] | None = None, **query: str
) -> dict[str, Any]:
    """As Java's client does, with `app_id` where it has one, and Python's, with a header."""
    asked = {"code": code, "country": "CN", "lang": "zh_CN", "state": "s", **query}
    path = f"/connection/social/wechat:mobile/{pool_id}/callback"
    return dict((await http.get(path, params=asked, headers=headers or {})).json())


async def test_a_code_for_another_pool_or_another_application_reaches_nobody(
    mobile: Peer, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    theirs = await mobile.services.apps.create(other_pool.administrator, "Theirs")
    plain = await mobile.services.apps.create(mobile.pool.administrator, "without WeChat")
    code = _code(mobile, "ada")
    for app_id in (theirs.id, plain.id):
        assert (await _by_connection(http, mobile, app_id))["code"] == 404
        assert (await _by_callback(http, mobile.pool.id, code, app_id=app_id))["code"] != 200
    assert (await _by_callback(http, other_pool.id, code))["code"] == 404
    assert (await _by_callback(http, "6" * 24, code))["code"] == 404
    named = {"x-authing-app-id": theirs.id}
    assert (await _by_callback(http, mobile.pool.id, code, named))["code"] == 404
    assert mobile.issuer.asked == []


async def test_the_code_signs_in_by_the_connection_that_is_named(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    answer = await _by_connection(http, mobile, mobile.app.id)
    assert answer["code"] == 200, answer
    user = answer["data"]
    assert await rows_of(mobile, user["id"]) == {("openid", "ada"), ("unionid", "union-ada")}
    me = await http.get("/api/v2/users/me", headers={"authorization": f"Bearer {user['token']}"})
    assert me.json()["data"]["id"] == user["id"]


async def test_the_code_signs_in_at_the_callback_by_an_application_named_or_the_only_one(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    pool_id, app_id = mobile.pool.id, mobile.app.id
    ways: list[dict[str, Any]] = [{"app_id": app_id}, {"headers": {"x-authing-app-id": app_id}}, {}]
    found = [await _by_callback(http, pool_id, _code(mobile, "ada"), **way) for way in ways]
    assert {one["code"] for one in found} == {200}, found
    assert len({one["data"]["id"] for one in found}) == 1
    assert all(one["data"]["token"] for one in found)
    second = await mobile.services.apps.create(mobile.pool.administrator, "第二个")
    await mobile.services.sources.set_connection_enabled(
        mobile.pool.administrator, mobile.connection.id, "app", second.id, True
    )
    several = await _by_callback(http, pool_id, _code(mobile, "ada"))
    assert several["code"] != 200
    assert "app_id" in several["message"]


@pytest.mark.parametrize("missing", ["connId", "code"])
async def test_what_is_missing_is_named(mobile: Peer, http: httpx.AsyncClient, missing: str) -> None:
    answer = await _by_connection(http, mobile, mobile.app.id, **{missing: ""})
    assert (answer["code"], missing in answer["message"]) == (400, True)
    if missing == "code":
        assert "code" in (await _by_callback(http, mobile.pool.id, ""))["message"]


async def test_who_is_to_say_whose_account_is_theirs_is_told_so(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    await mobile.settings(associable=True)
    answer = await _by_connection(http, mobile, mobile.app.id)
    assert answer["code"] == 2207, answer
    assert answer["data"]["key"]
    assert "email-code" in answer["data"]["methods"]
    await mobile.settings(associable=False, login_only=True)
    assert (await _by_connection(http, mobile, mobile.app.id))["code"] == 2207


async def test_a_browser_still_comes_back_to_the_address_of_another_connection(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    page = await http.get(f"/connection/social/wechat:pc/{mobile.pool.id}/callback?state=x")
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (400, "text/html")
