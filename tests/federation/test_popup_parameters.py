"""What a client may say beside the connection when it opens a pop-up."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer, query_of
from tests.federation.test_popup import HERE, back, browser, opened, told
from tests.oidc.conftest import Browser

from poolhouse.errors import InvalidInput
from poolhouse.federation import catalog, parameters
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.users.model import UserDraft

__all__ = ["browser"]
START = "/api/v2/connections/oidc/start-interaction"


async def refusal(peer: Peer, browser: Browser, **more: str) -> dict[str, Any]:
    page = await opened(peer, browser, **more)
    assert not page.is_redirect, "it went to the provider"
    return told(browser)[1]


# -- authorization_params ----------------------------------------------------------------------------------


async def test_parameters_go_to_the_provider_beside_our_own(peer: Peer, browser: Browser) -> None:
    plain = query_of((await opened(peer, browser)).headers["location"])
    given = {
        "login_hint": "ada@x.cn & co",
        "prompt": "select_account",
        "max_age": 60,
        "fresh": True,
        "no": None,
    }
    page = await opened(peer, browser, authorization_params=json.dumps(given))
    asked = query_of(page.headers["location"])
    added = {name: asked.pop(name) for name in asked.keys() - plain.keys()}
    assert added == {
        "login_hint": "ada@x.cn & co",
        "prompt": "select_account",
        "max_age": "60",
        "fresh": "true",
    }
    assert asked.keys() == plain.keys()
    await back(peer, browser, "ada")
    assert told(browser)[1]["code"] == 200


async def test_what_is_the_protocols_is_not_the_clients_to_say(peer: Peer, browser: Browser) -> None:
    for name in (
        "redirect_uri",
        "state",
        "scope",
        "response_mode",
        "REQUEST",
        "Client_Id",
        "claims",
        "nonce",
    ):
        message = await refusal(peer, browser, authorization_params=json.dumps({name: "x"}))
        assert (message["code"], name in message["message"]) == (400, True)


async def test_what_are_no_parameters_are_refused_by_name(peer: Peer, browser: Browser) -> None:
    for text in (
     "{", '"x"', "[1]", '{"a": {}}', '{"a": "\\n"}', '{"": "x"}', '{"a b": "x"}', json.dumps({"a": "x" * 513}),
     json.dumps({f"a{at}": 1 for at in range(21)}), json.dumps({f"a{at}": "x" * 500 for at in range(5)}),
    ):  # fmt: skip
        message = await refusal(peer, browser, authorization_params=text)
        assert message["code"] in (400, 413)
        assert "authorization_params" in message["message"], text


async def test_what_older_clients_write_for_nothing_is_nothing(peer: Peer, browser: Browser) -> None:
    nothing = dict.fromkeys(
        ("authorization_params", "custom_data", "target_url", "relay_method", "context"), "undefined"
    )
    assert (await opened(peer, browser, **nothing)).is_redirect


def test_a_name_that_the_address_has_already_is_refused_and_a_fragment_stays_last() -> None:
    address = "https://open.weixin.qq.com/connect/qrconnect?appid=a&lang=cn#wechat_redirect"
    with pytest.raises(InvalidInput, match="LANG"):
        parameters.added(address, {"LANG": "en"})
    assert parameters.added(address, {"style": "black"}) == address.replace("#", "&style=black#")


def test_every_kind_that_sends_people_away_by_an_authorization_request_takes_them() -> None:
    taking = {kind for kind, manifest in catalog.MANIFESTS.items() if manifest.takes_parameters}
    away = {kind for kind, manifest in catalog.MANIFESTS.items() if manifest.redirecting}
    assert away - taking == {"saml", "cas"}
    assert taking <= away


# -- custom_data -------------------------------------------------------------------------------------------


def school_of(message: dict[str, Any]) -> Any:
    assert message["code"] == 200, message
    return {one["key"]: one["value"] for one in message["data"]["customData"]}.get("school")


async def test_custom_fields_are_those_of_an_account_that_is_made(peer: Peer, browser: Browser) -> None:
    services, administrator = peer.services, peer.pool.administrator
    await services.fields.define(
        administrator, [FieldDraft(TargetType.USER, "school", DataType.STRING, "School", user_editable=True)]
    )
    for school in ("MIT", "ETH"):
        await opened(peer, browser, custom_data=json.dumps({"school": school}), with_custom_data="1")
        await back(peer, browser, "ada")
        message = told(browser)[1]
        assert school_of(message) == "MIT", "the second time it is nobody new"


async def test_who_is_asked_has_them_in_a_new_account_and_not_in_an_old_one(
    peer: Peer, browser: Browser
) -> None:
    services, administrator = peer.services, peer.pool.administrator
    await services.fields.define(
        administrator, [FieldDraft(TargetType.USER, "school", DataType.STRING, "School", user_editable=True)]
    )
    await peer.settings(associable=True)
    ada = await services.users.create(administrator, UserDraft({"username": "ada"}, password="lovelace"))
    asked = {"custom_data": json.dumps({"school": "MIT"}), "with_custom_data": "1"}
    await opened(peer, browser, **asked)
    await back(peer, browser, "sub of ada")
    await browser.submit("/login", account="ada", password="lovelace")
    message = told(browser)[1]
    assert (message["data"]["id"], school_of(message)) == (ada.id, None)
    await opened(peer, browser, **asked)
    await back(peer, browser, "sub of eve")
    await browser.submit("/login/identity/create")
    assert school_of(told(browser)[1]) == "MIT"


async def test_a_field_that_is_none_or_not_the_persons_own_makes_no_account(
    peer: Peer, browser: Browser
) -> None:
    draft = FieldDraft(TargetType.USER, "salary", DataType.NUMBER)
    await peer.services.fields.define(peer.pool.administrator, [draft])
    for name in ("unknown", "salary"):
        await opened(peer, browser, custom_data=json.dumps({name: 1}))
        await back(peer, browser, "ada")
        assert told(browser)[1]["code"] != 200
    count = await peer.services.db.fetchval("select count(*) from users where pool_id = $1", peer.pool.id)
    assert count == 0


async def test_nobody_gives_an_account_fields_who_does_not_say_which_page_they_are(
    peer: Peer, browser: Browser
) -> None:
    """Else any page could write them for whomever it leads here."""
    page = await opened(peer, browser, referer=None, custom_data='{"school": "evil"}')
    assert not page.is_redirect
    message = told(browser)[1]
    assert (message["code"], "custom_data" in message["message"]) == (400, True)
    for text in ("[]", "{", '"x"'):
        assert "custom_data" in (await refusal(peer, browser, custom_data=text))["message"]


# -- target_url and relay_method ---------------------------------------------------------------------------


async def test_a_window_that_no_page_opened_goes_on_to_a_redirect_address(
    peer: Peer, browser: Browser
) -> None:
    await opened(peer, browser, target_url=f"{HERE}/callback", referer=None)
    page = await back(peer, browser, "ada")
    assert told(browser)[1]["code"] == 200
    assert f'data-target="{HERE}/callback"' in page.text
    assert f'<a href="{HERE}/callback">' in page.text


async def test_no_other_address_is_gone_on_to(peer: Peer, browser: Browser) -> None:
    for target in (
        "https://evil.example/", f"{HERE}/callback/more", f"{HERE}/callback?x=1", f"{HERE}.evil.example/callback",
        "//evil.example", "javascript:alert(1)", "/callback",
    ):  # fmt: skip
        message = await refusal(peer, browser, target_url=target)
        assert (message["code"], "target_url" in message["message"]) == (400, True), target
        assert browser.page is not None
        assert 'data-target=""' in browser.page.text


async def test_an_address_that_is_taken_back_meanwhile_is_not_gone_on_to(
    peer: Peer, browser: Browser
) -> None:
    await opened(peer, browser, target_url=f"{HERE}/callback")
    await peer.services.apps.update(
        peer.pool.administrator, peer.app.id, {"redirect_uris": (f"{HERE}/another",)}
    )
    page = await back(peer, browser, "ada")
    assert (page.status_code, "data-target" in page.text) == (400, False)


async def test_whoever_is_refused_is_led_nowhere(peer: Peer, browser: Browser) -> None:
    await peer.settings(login_only=True)
    await opened(peer, browser, target_url=f"{HERE}/callback", referer=None)
    page = await back(peer, browser, "a stranger")
    assert 'data-target=""' in page.text


async def test_a_token_is_relayed_by_a_message_alone(peer: Peer, browser: Browser) -> None:
    for method in ("query", "form_post", "x"):
        assert (await refusal(peer, browser, relay_method=method))["code"] == 501
    assert (await opened(peer, browser, relay_method="web_message")).is_redirect


# -- enterprise.authorize ----------------------------------------------------------------------------------


async def _start(peer: Peer, http: httpx.AsyncClient, **more: Any) -> int:
    body = {"state": "s", "protocol": "oidc", "userPoolId": peer.pool.id, "appId": peer.app.id,
            "referer": f"{HERE}/page?x", "connection": {"providerIentifier": "corp"}, **more}  # fmt: skip
    return int((await http.post(START, json=body)).json()["code"])


async def test_a_page_asks_whether_it_may_begin(
    peer: Peer, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    assert await _start(peer, http, referer="https://evil.example/") == 400
    assert await _start(peer, http) == 200
    theirs = await peer.services.apps.create(
        other_pool.administrator, "Theirs", redirect_uris=(f"{HERE}/callback",)
    )
    assert await _start(peer, http, appId=theirs.id) == 404
    assert await _start(peer, http, protocol="saml") == 404
    assert await _start(peer, http, connection={"providerIentifier": "another"}) == 404
    assert await _start(peer, http, connection="corp") == 400
    assert await _start(peer, http, appId="6" * 24) != 200


async def test_the_address_that_the_client_makes_of_parts_begins_there(peer: Peer, browser: Browser) -> None:
    config = (await browser.http.get(f"/api/v2/applications/{peer.app.id}/public-config")).json()["data"]
    (parts,) = [one["config"] for one in config["identityProviders"]]
    query = {"state": "the client's", "client_id": parts["clientId"], "redirect_uri": parts["redirectUri"],
             "scope": parts["scopes"], "response_type": parts["responseType"], "nonce": "n"}  # fmt: skip
    browser.page = await browser.http.get(
        f"{urlsplit(parts['authorizationEdpoint']).path}?{urlencode(query)}", headers={"referer": f"{HERE}/"}
    )
    assert query_of(browser.page.headers["location"])["state"] != "the client's"
    await back(peer, browser, "ada")
    message = told(browser)[1]
    assert (message["code"], message["event"]["eventType"]) == (200, "enterpriseLogin")
