"""Signing in by an identity source on the hosted pages, as a person without scripts does."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode, urljoin

import httpx
import pytest
from tests.federation.conftest import Peer, query_of
from tests.oidc.conftest import Browser

from poolhouse.app import asgi
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

CLIENT_PAGE = "https://client.example/callback"


@pytest.fixture
def browser(http: httpx.AsyncClient) -> Browser:
    return Browser(http)


def _asked(peer: Peer, **more: str) -> str:
    facts = {"client_id": peer.app.id, "redirect_uri": CLIENT_PAGE, "response_type": "code",
             "scope": "openid", "state": "s", **more}  # fmt: skip
    return f"/oidc/auth?{urlencode(facts)}"


async def _press(peer: Peer, browser: Browser, **more: str) -> str:
    """The provider's address that the button leads to."""
    page = await browser.open(_asked(peer, **more))
    if not page.is_redirect:
        link = re.search(r'<a href="(/login/identity\?[^"]+)">([^<]+)</a>', page.text)
        assert link, page.text
        page = await browser.http.get(unescape(link[1]))
    assert page.is_redirect, page.text
    assert page.headers["location"].startswith(peer.issuer.url)
    return page.headers["location"]


async def _back(peer: Peer, browser: Browser, address: str, sub: str, **claims: object) -> httpx.Response:
    callback = query_of(address)["redirect_uri"].partition("/connections/")
    path = "/connections/" + callback[2]
    return await browser.open(f"{path}?{urlencode(peer.issuer.back(address, sub, **claims))}")


async def test_a_button_leads_to_the_provider_and_back_to_the_application(
    peer: Peer, browser: Browser
) -> None:
    address = await _press(peer, browser)
    assert query_of(address)["redirect_uri"].endswith("/connections/oidc/corp/callback")
    await _back(peer, browser, address, "ada", name="Ada")
    assert browser.arrived["state"] == "s"
    assert browser.arrived["code"]
    await browser.open(_asked(peer))  # and is signed in here by now
    assert browser.arrived["code"]


async def test_the_page_shows_what_the_application_has_switched_on(peer: Peer, browser: Browser) -> None:
    page = await browser.open(_asked(peer))
    assert "使用 公司账号 登录" in page.text
    await peer.services.sources.set_connection_enabled(
        peer.pool.administrator, peer.connection.id, "app", peer.app.id, False
    )
    page = await browser.open(_asked(peer))
    assert "/login/identity" not in page.text


async def test_an_application_may_name_the_connection(peer: Peer, browser: Browser) -> None:
    for named in (peer.connection.id, peer.connection.identifier):
        address = await _press(peer, browser, ext_idp_conn_id=named)
        assert query_of(address)["state"]
    page = await browser.open(_asked(peer, ext_idp_conn_id="nobody's"))
    assert page.status_code == 200
    assert 'action="/login"' in page.text, "the sign-in page with the reason"


async def test_an_answer_in_another_browser_signs_nobody_in(peer: Peer, browser: Browser) -> None:
    address = await _press(peer, browser)
    other = replace(
        browser, http=httpx.AsyncClient(transport=browser.http._transport, base_url="http://poolhouse")
    )
    await other.open("/login")
    page = await _back(peer, other, address, "ada")
    assert page.status_code == 400
    assert "poolhouse_session" not in other.http.cookies
    await browser.open(_asked(peer))
    assert browser.page is not None
    assert not browser.page.is_redirect


async def test_under_tls_another_host_of_the_domain_puts_no_cookie_in_the_place_of_ours(
    peer: Peer, services: Services
) -> None:
    """With the cookie of who began it a browser would be the one that did."""
    settings = replace(services.settings, public_url="https://id.example")
    transport = httpx.ASGITransport(app=asgi(replace(services, settings=settings)))

    def opened(cookie: str = "") -> Browser:
        headers = {"cookie": cookie} if cookie else {}
        return Browser(httpx.AsyncClient(transport=transport, base_url="https://id.example", headers=headers))

    eve = opened()
    address = await _press(peer, eve)
    kept = eve.http.cookies["__Host-poolhouse_form"]
    callback = f"/connections/oidc/corp/callback?{urlencode(peer.issuer.back(address, 'eve'))}"
    ada = opened(f"poolhouse_form={kept}; Poolhouse_form={kept}")
    assert (await ada.open(callback)).status_code == 400
    assert "__Host-poolhouse_session" not in ada.http.cookies
    page = await eve.open(callback)
    [session] = [one for one in page.headers.get_list("set-cookie") if "session" in one]
    assert session.startswith("__Host-poolhouse_session=")
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= set(session.lower().split("; "))
    assert "domain" not in session.lower()
    asked = await opened(f"poolhouse_session={eve.http.cookies['__Host-poolhouse_session']}").open(
        _asked(peer, prompt="none")
    )
    assert "login_required" in asked.headers["location"]


async def test_a_failure_is_told_in_the_readers_language_and_without_the_reason(
    peer: Peer, browser: Browser
) -> None:
    for lang, told in (("en-US", "did not work"), ("zh-CN", "没有成功")):
        address = await _press(peer, browser, ui_locales=lang)
        page = await _back(peer, browser, address, "ada", aud="somebody-else")
        assert told in page.text
        assert not [one for one in ("id token", "somebody-else") if one in page.text.lower()]
        assert "/login/identity" in page.text, "another try is one click away"


async def test_who_is_asked_signs_in_and_is_bound(peer: Peer, browser: Browser) -> None:
    await peer.settings(associable=True)
    draft = UserDraft({"username": "ada"}, password="lovelace")
    user = await peer.services.users.create(peer.pool.administrator, draft)
    page = await _back(peer, browser, await _press(peer, browser), "sub of ada")
    assert "还没有账号与这个身份绑定" in page.text
    await browser.submit("/login", account="ada", password="lovelace")
    assert browser.arrived["code"]
    [identity] = await peer.services.identities.list(peer.pool.administrator, user.id)
    assert identity.user_id_in_idp == "sub of ada"


async def test_who_is_asked_may_have_a_new_account(peer: Peer, browser: Browser) -> None:
    await peer.settings(associable=True)
    await _back(peer, browser, await _press(peer, browser), "sub of eve")
    await browser.submit("/login/identity/create")
    assert browser.arrived["code"]
    assert (await peer.sign_in("sub of eve")).user.openid == "sub of eve"


async def test_who_is_asked_proves_it_only_as_the_connection_says(peer: Peer, browser: Browser) -> None:
    await peer.settings(
        associable=True, login_only=True, fields={"challengeBindingMethods": ["email-code", "phone-password"]}
    )
    draft = UserDraft({"username": "ada", "phone": "13800000000"}, password="lovelace")
    user = await peer.services.users.create(peer.pool.administrator, draft)
    page = await _back(peer, browser, await _press(peer, browser), "sub of ada")
    assert "/login/identity/create" not in page.text, "none may be made"
    refused = await browser.submit("/login", account="ada", password="lovelace")
    assert "phone-password" in refused.text
    assert await peer.services.identities.list(peer.pool.administrator, user.id) == []
    await browser.submit("/login", account="13800000000", password="lovelace")
    assert browser.arrived["code"]
    assert len(await peer.services.identities.list(peer.pool.administrator, user.id)) == 1


async def test_one_way_alone_is_the_only_one_on_the_page(peer: Peer, browser: Browser) -> None:
    for proof, shown, hidden in (
        ("email-code", 'action="/login/code"', 'name="password"'),
        ("email-password", 'name="password"', "way=code"),
    ):
        await peer.settings(associable=True, fields={"challengeBindingMethods": [proof]})
        page = await _back(peer, browser, await _press(peer, browser), f"sub {proof}")
        assert (shown in page.text, hidden in page.text) == (True, False), proof
        assert "/login/identity/create" in page.text


async def test_a_wrong_password_binds_nothing_and_may_be_tried_again(peer: Peer, browser: Browser) -> None:
    await peer.settings(associable=True)
    draft = UserDraft({"username": "ada"}, password="lovelace")
    user = await peer.services.users.create(peer.pool.administrator, draft)
    await _back(peer, browser, await _press(peer, browser), "sub of ada")
    await browser.submit("/login", account="ada", password="wrong")
    assert await peer.services.identities.list(peer.pool.administrator, user.id) == []
    await browser.submit("/login", account="ada", password="lovelace")
    assert len(await peer.services.identities.list(peer.pool.administrator, user.id)) == 1


async def test_a_posted_answer_waits_for_the_browsers_cookie(peer: Peer, browser: Browser) -> None:
    """It is another site's form, so it comes without."""
    await peer.settings(fields={"mode": "front"})
    address = await _press(peer, browser)
    form = dict(peer.issuer.back(address, "ada"))
    foreign = httpx.AsyncClient(transport=browser.http._transport, base_url="http://poolhouse")
    posted = await foreign.post("/connections/oidc/corp/callback", data=form)
    assert posted.status_code == 303
    assert form["id_token"] not in posted.headers["location"]
    lost = await foreign.get(urljoin("http://poolhouse", posted.headers["location"]))
    assert lost.status_code == 400
    await browser.open(posted.headers["location"])
    assert browser.arrived["code"]


async def test_the_callback_follows_no_address_of_a_stranger(peer: Peer, browser: Browser) -> None:
    address = await _press(peer, browser)
    back = [
        *peer.issuer.back(address, "ada"),
        ("redirect_uri", "https://evil.example"),
        ("target", "//evil.example"),
    ]
    await browser.open(f"/connections/oidc/corp/callback?{urlencode(back)}")
    assert browser.arrived["code"]


async def test_the_host_header_makes_no_callback_address(peer: Peer, browser: Browser) -> None:
    browser.http.headers["host"] = "evil.example"
    page = await browser.http.get(_asked(peer, ext_idp_conn_id="corp"))
    page = await browser.http.get(urljoin("http://poolhouse", page.headers["location"]))
    assert "evil.example" not in query_of(page.headers["location"])["redirect_uri"]


@pytest.mark.parametrize("query", ["", "state=x", "state=x&state=y", "code=1&RelayState=z"])
async def test_a_callback_that_nobody_began_is_a_page_that_says_so(browser: Browser, query: str) -> None:
    page = await browser.open(f"/connections/oidc/corp/callback?{query}")
    assert page.status_code == 400
    assert "<h1>这次登录已失效</h1>" in page.text
