"""Signing in from a native app with a platform's code, by API v3 and by what the clients call of WeChat's."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from typing import Any, get_args
from urllib.parse import urljoin

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.china.conftest import fields_of, rows_of
from tests.federation.china.standins import Wechat
from tests.federation.conftest import Peer, peer_of
from tests.federation.issuers import issuing

from poolhouse.errors import InvalidInput
from poolhouse.federation.binding import PROOFS
from poolhouse.mfa.totp import code_at, key_of
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft
from poolhouse.wire.v3.dto.signin import NativePlatform
from poolhouse.wire.v3.native import KINDS

WECHAT = "/api/v2/ecConn/wechatMobile"


@pytest.fixture
async def mobile(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Peer]:
    async with issuing(Wechat()) as standin:
        fields = fields_of(standin)
        del fields["loginHost"]
        yield await peer_of(services, pool, standin, monkeypatch, "wechat", "wechat:mobile", fields)


def _code(peer: Peer, sub: str) -> str:
    return peer.issuer.code(sub)  # type: ignore[attr-defined, no-any-return]


async def _post(http: httpx.AsyncClient, path: str, app_id: str, **body: Any) -> dict[str, Any]:
    answer = await http.post(path, json=body, headers={"x-authing-app-id": app_id, "x-authing-lang": "en-US"})
    return dict(answer.json())


async def _mobile(http: httpx.AsyncClient, peer: Peer, code: str, **other: Any) -> dict[str, Any]:
    body = {"extIdpConnidentifier": "corp", "connection": "wechat", "wechatPayload": {"code": code}, **other}
    return await _post(http, "/api/v3/signin-by-mobile", peer.app.id, **body)


async def _identity(http: httpx.AsyncClient, peer: Peer, code: str, **other: Any) -> dict[str, Any]:
    """As the official client sends it."""
    body = {"code": code, "appId": None, "connId": None, "options": None, **other}
    return await _post(http, f"{WECHAT}/authByCodeIdentity", peer.app.id, **body)


async def _ada(peer: Peer, **more: Any) -> User:
    values = {"username": "ada", "email": "ada@x.cn", "email_verified": True, **more}
    return await peer.services.users.create(peer.pool.administrator, UserDraft(values, password="lovelace"))


def _totp(secret: str, drift: int = 0) -> str:
    return code_at(key_of(secret), int(time.time() // 30) + drift)


async def _who(http: httpx.AsyncClient, answer: dict[str, Any]) -> str:
    token = answer["data"]["access_token"]
    told = await http.get("/api/v3/get-profile", headers={"authorization": token})
    return str(told.json()["data"]["userId"])


async def test_without_an_application_nobody_is_asked(mobile: Peer, http: httpx.AsyncClient) -> None:
    body = {"extIdpConnidentifier": "corp", "connection": "wechat", "wechatPayload": {"code": "c"}}
    assert (await http.post("/api/v3/signin-by-mobile", json=body)).json()["statusCode"] == 400
    assert mobile.issuer.asked == []


async def test_wechats_code_signs_in_and_keeps_all_ids(mobile: Peer, http: httpx.AsyncClient) -> None:
    answer = await _mobile(http, mobile, _code(mobile, "ada"), options={"scope": "openid profile"})
    assert (answer["statusCode"], answer["data"]["token_type"]) == (200, "Bearer")
    user_id = await _who(http, answer)
    assert await rows_of(mobile, user_id) == {("openid", "ada"), ("unionid", "union-ada")}
    assert await _who(http, await _identity(http, mobile, _code(mobile, "ada"))) == user_id
    assert "/connect" not in str(mobile.issuer.asked)


async def test_the_hosted_page_has_no_button_and_no_form_for_it(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    asked = {"client_id": mobile.app.id, "redirect_uri": "https://client.example/callback", "state": "s"}
    page = await http.get("/oidc/auth", params={**asked, "response_type": "code", "scope": "openid"})
    while page.is_redirect:
        page = await http.get(urljoin("http://poolhouse", page.headers["location"]))
    assert (page.status_code, "公司账号" in page.text, 'name="password"' in page.text) == (200, False, True)
    offers = await mobile.services.provider_connections.offered(mobile.pool.id, mobile.app.id)
    assert [one.kind for one in offers] == ["wechat:mobile"]


async def test_larks_code_signs_in(lark: Peer, http: httpx.AsyncClient) -> None:
    payload = {"connection": "lark_internal", "larkInternalPayload": {"code": _code(lark, "ada")}}
    answer = await _mobile(http, lark, "", **payload)
    ids = {("open_id", "ou_ada"), ("union_id", "on_ada"), ("user_id", "id_ada")}
    assert await rows_of(lark, await _who(http, answer)) == ids


async def test_a_store_apps_code_signs_in(store: Peer, http: httpx.AsyncClient) -> None:
    payload = {"connection": "lark_public", "larkPublicPayload": {"code": _code(store, "ada")}}
    assert (await _mobile(http, store, "", **payload))["statusCode"] == 200


async def test_another_pools_application_has_no_such_connection(
    mobile: Peer, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    app = await mobile.services.apps.create(other_pool.administrator, "Theirs")
    body = {"extIdpConnidentifier": "corp", "connection": "wechat", "wechatPayload": {"code": "c"}}
    assert (await _post(http, "/api/v3/signin-by-mobile", app.id, **body))["statusCode"] == 404
    assert (await _post(http, f"{WECHAT}/authByCodeIdentity", app.id, code="c"))["statusCode"] == 404
    assert mobile.issuer.asked == []


async def test_platforms_that_are_not_built_are_named(mobile: Peer, http: httpx.AsyncClient) -> None:
    others = set(get_args(NativePlatform)) - set(KINDS)
    assert len(others) > 25
    for platform in others:
        answer = await _mobile(http, mobile, "c", connection=platform)
        assert (answer["statusCode"], platform in answer["message"]) == (501, True)
    answer = await _mobile(http, mobile, "c", connection="myspace")
    assert (answer["statusCode"], "connection" in answer["message"]) == (400, True)


async def test_what_is_missing_is_named_and_a_connection_of_another_kind_is_none(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    for other, named in (
        ({"wechatPayload": None}, "wechatPayload"),
        ({"wechatPayload": {"code": ""}}, "wechatPayload"),
        ({"extIdpConnidentifier": ""}, "extIdpConnidentifier"),
        ({"options": {"tenantId": "t"}}, "tenantId"),
    ):
        answer = await _mobile(http, mobile, "c", **other)
        assert (answer["statusCode"] in (400, 501), named in answer["message"]) == (True, True), answer
    lark = {"connection": "lark_internal", "larkInternalPayload": {"code": "c"}}
    assert (await _mobile(http, mobile, "", **lark))["statusCode"] == 404
    assert mobile.issuer.asked == []


async def test_a_code_that_is_none_is_refused_and_the_log_says_why(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    answer = await _mobile(http, mobile, "nobody's")
    assert (answer["statusCode"], answer["apiCode"], answer["data"]) == (403, 40305, None)
    [refusal] = await mobile.refusals()
    assert (refusal["step"], "errcode 40029" in refusal["reason"]) == ("token", True)


async def test_who_is_asked_links_the_account_by_its_password(mobile: Peer, http: httpx.AsyncClient) -> None:
    ada = await _ada(mobile)
    await mobile.settings(associable=True)
    asked = await _identity(http, mobile, _code(mobile, "there"))
    assert (asked["statusCode"], asked["apiCode"], asked["data"]["methods"]) == (403, 1641, list(PROOFS))
    key = asked["data"]["key"]
    body = {"key": key, "action": "", "account": "ada@x.cn"}
    wrong = await _post(http, f"{WECHAT}/byAccount", mobile.app.id, **body, password="wrong")
    assert wrong["apiCode"] == 2333
    assert await rows_of(mobile, ada.id) == set()
    bound = await _post(http, f"{WECHAT}/byAccount", mobile.app.id, **body, password="lovelace")
    assert await _who(http, bound) == ada.id
    assert await rows_of(mobile, ada.id) == {("openid", "there"), ("unionid", "union-there")}
    again = await _post(http, f"{WECHAT}/byAccount", mobile.app.id, **body, password="lovelace")
    assert again["apiCode"] == 40305, "a key is good once"
    assert await _who(http, await _mobile(http, mobile, _code(mobile, "there"))) == ada.id


@pytest.mark.parametrize("by", ["password", "code"])
async def test_whoever_is_asked_for_a_second_factor_links_the_account_by_it(
    mobile: Peer, http: httpx.AsyncClient, by: str
) -> None:
    """The first proof alone links nothing, and need not be repeated."""
    ada = await _ada(mobile)
    me = mobile.pool.user(ada.id)
    association = await mobile.services.mfa.associate(me, ada.id, "Shop", "ada")
    await mobile.services.mfa.confirm(me, ada.id, _totp(association.secret, -1))
    await mobile.settings(associable=True)
    key = (await _mobile(http, mobile, _code(mobile, "there")))["data"]["key"]
    if by == "password":
        body = {"key": key, "account": "ada", "password": "lovelace"}
        asked = await _post(http, f"{WECHAT}/byAccount", mobile.app.id, **body)
    else:
        body = {"key": key, "email": "ada@x.cn", "code": await _sent(mobile, "ada@x.cn")}
        asked = await _post(http, f"{WECHAT}/byEmailCode", mobile.app.id, **body)
    assert asked["apiCode"] == 1635, asked
    detail = await mobile.services.db.fetchval(
        "select detail from tickets where pool_id = $1 and purpose = 'mfa'", mobile.pool.id
    )
    assert key not in str(detail)
    bearer = {"authorization": asked["data"]["mfaToken"], "x-authing-app-id": mobile.app.id}

    async def verify(code: str) -> dict[str, Any]:
        answer = await http.post("/api/v3/mfa-totp-verify", json={"totp": code}, headers=bearer)
        return dict(answer.json())

    assert (await verify("000000"))["statusCode"] != 200
    assert await rows_of(mobile, ada.id) == set(), "half a proof"
    shown = await verify(_totp(association.secret))
    assert await _who(http, shown) == ada.id
    assert await rows_of(mobile, ada.id) == {("openid", "there"), ("unionid", "union-there")}
    again = await _mobile(http, mobile, _code(mobile, "there"))
    assert again["apiCode"] == 1635, "known from now on, and asked for the second factor"


async def test_a_key_that_was_used_meanwhile_links_nothing_at_the_second_step(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    ada = await _ada(mobile)
    me = mobile.pool.user(ada.id)
    association = await mobile.services.mfa.associate(me, ada.id, "Shop", "ada")
    await mobile.services.mfa.confirm(me, ada.id, _totp(association.secret, -1))
    await mobile.settings(associable=True)
    key = (await _mobile(http, mobile, _code(mobile, "there")))["data"]["key"]
    body = {"key": key, "account": "ada", "password": "lovelace"}
    asked = await _post(http, f"{WECHAT}/byAccount", mobile.app.id, **body)
    made = await _who(http, await _post(http, f"{WECHAT}/register", mobile.app.id, key=key))
    bearer = {"authorization": asked["data"]["mfaToken"], "x-authing-app-id": mobile.app.id}
    totp = {"totp": _totp(association.secret)}
    answer = (await http.post("/api/v3/mfa-totp-verify", json=totp, headers=bearer)).json()
    assert (answer["statusCode"], answer["data"]) == (403, None)
    assert await rows_of(mobile, ada.id) == set()
    assert len(await rows_of(mobile, made)) == 2


async def test_or_has_a_new_one_made(mobile: Peer, http: httpx.AsyncClient) -> None:
    await mobile.settings(associable=True)
    key = (await _mobile(http, mobile, _code(mobile, "there")))["data"]["key"]
    made = await _post(http, f"{WECHAT}/register", mobile.app.id, key=key, action="")
    assert ("openid", "there") in await rows_of(mobile, await _who(http, made))


async def test_where_none_may_be_made_the_answer_says_so(mobile: Peer, http: httpx.AsyncClient) -> None:
    await mobile.settings(associable=True, login_only=True)
    asked = await _mobile(http, mobile, _code(mobile, "there"))
    assert asked["apiCode"] == 1640
    made = await _post(http, f"{WECHAT}/register", mobile.app.id, key=asked["data"]["key"])
    assert made["apiCode"] == 40306


async def test_only_what_the_connection_names_proves_an_account(
    mobile: Peer, http: httpx.AsyncClient
) -> None:
    ada = await _ada(mobile)
    await mobile.settings(
        associable=True, fields={"challengeBindingMethods": ["email-code", "username-password"]}
    )
    asked = await _mobile(http, mobile, _code(mobile, "there"))
    assert asked["data"]["methods"] == ["email-code", "username-password"]
    key = asked["data"]["key"]
    await mobile.settings(fields={"challengeBindingMethods": ["email-code"]})
    refused = await _post(
        http, f"{WECHAT}/byAccount", mobile.app.id, key=key, account="ada@x.cn", password="lovelace"
    )
    assert (refused["statusCode"], "account" in refused["message"]) == (400, True)
    refused = await _post(
        http, f"{WECHAT}/byPhoneCode", mobile.app.id, key=key, phone="13800000000", code="1"
    )
    assert (refused["statusCode"], "phone" in refused["message"]) == (400, True)
    assert await rows_of(mobile, ada.id) == set()
    code = await _sent(mobile, "ada@x.cn")
    bound = await _post(http, f"{WECHAT}/byEmailCode", mobile.app.id, key=key, email="ada@x.cn", code=code)
    assert await _who(http, bound) == ada.id


async def test_a_key_is_its_own_applications(
    mobile: Peer, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    await _ada(mobile)
    await mobile.settings(associable=True)
    key = (await _mobile(http, mobile, _code(mobile, "there")))["data"]["key"]
    second = await mobile.services.apps.create(mobile.pool.administrator, "Second")
    theirs = await mobile.services.apps.create(other_pool.administrator, "Theirs")
    for app in (second, theirs):
        for given in (key, key[:-1] + ("0" if key[-1] != "0" else "1"), "x"):
            body = {"key": given, "account": "ada", "password": "lovelace"}
            assert (await _post(http, f"{WECHAT}/byAccount", app.id, **body))["apiCode"] == 40305


async def test_an_unknown_way_of_proving_is_refused_when_it_is_written_down(mobile: Peer) -> None:
    with pytest.raises(InvalidInput, match="challengeBindingMethods"):
        await mobile.settings(fields={"challengeBindingMethods": ["by-name"]})


async def _sent(peer: Peer, email: str) -> str:
    await peer.services.codes.send(peer.caller, "email", email, "login")
    body = await peer.services.db.fetchval(
        "select body from mail_outbox where pool_id = $1 order by created_at desc, id desc", peer.pool.id
    )
    return str(re.findall(r"\b\d{6}\b", re.sub(r"#\w+|\d+px", "", body))[0])
