"""A browser that comes back from an identity source with a state that is no good: what it is told, and where it begins
again."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest
from tests.federation.conftest import Peer, query_of
from tests.federation.test_linking import _ada, _address, _signed_in
from tests.federation.test_linking import _press as pressed
from tests.federation.test_pages import _back, _press
from tests.oidc.conftest import Browser

from poolhouse.oidc import sealed_requests
from poolhouse.times import now
from poolhouse.users.model import UserDraft

LAPSED = "no longer good"


@pytest.fixture
def browser(http: httpx.AsyncClient) -> Browser:
    http.headers["accept-language"] = "en"
    return Browser(http)


def elsewhere(browser: Browser) -> Browser:
    """Another browser."""
    transport, headers = browser.http._transport, {"accept-language": "en"}
    return replace(
        browser, http=httpx.AsyncClient(transport=transport, base_url="http://poolhouse", headers=headers)
    )


def again(page: httpx.Response) -> str:
    """Where its one button leads."""
    assert (page.status_code, LAPSED in page.text) == (400, True), page.text
    [link] = re.findall(r'<a class="button" href="([^"]+)">', page.text)
    return unescape(link)


async def test_an_answer_that_was_used_already_leads_on_to_the_application(
    peer: Peer, browser: Browser
) -> None:
    address = await _press(peer, browser)
    await _back(peer, browser, address, "ada")
    page = await _back(peer, browser, address, "ada")  # as by the browser's button "back"
    assert "Sign in to 山海门户 again" in page.text
    await browser.open(again(page))
    assert browser.arrived["code"], "she is signed in by now"


async def test_who_comes_back_too_late_begins_again_by_the_button(peer: Peer, browser: Browser) -> None:
    address = await _press(peer, browser, ui_locales="zh-CN")
    await peer.services.db.execute("update federation_attempts set expires_at = now()")
    page = await _back(peer, browser, address, "ada")
    assert "重新登录 山海门户" in page.text, "in the language that the application asked for"
    [link] = re.findall(r'<a class="button" href="([^"]+)">', page.text)
    page = await browser.open(unescape(link))
    assert "/login/identity?" in page.text


async def test_who_comes_back_later_still_goes_to_the_application(
    peer: Peer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await _press(peer, browser)
    await peer.services.db.execute("update federation_attempts set expires_at = now()")
    at = now().timestamp() + sealed_requests.LIFETIME_S + 1
    monkeypatch.setattr("poolhouse.oidc.sealed_requests.clock.epoch_s", lambda: at)
    assert again(await _back(peer, browser, address, "ada")) == "https://client.example/"


async def test_a_stranger_reads_the_same_of_every_state(peer: Peer, browser: Browser) -> None:
    """Of one that is under way elsewhere, of one that was used, and of none."""
    address = await _press(peer, browser)
    used = await _press(peer, browser)
    await _back(peer, browser, used, "ada")
    stranger, said = elsewhere(browser), set()
    for state in (query_of(address)["state"], query_of(used)["state"], "x"):
        page = await stranger.open(
            f"/connections/oidc/corp/callback?{urlencode({'state': state, 'code': 'c'})}"
        )
        assert page.status_code == 400
        said.add(re.sub(r'name="form" value="[^"]*"', "", page.text))
    [text] = said
    assert LAPSED in text
    assert "Open the application" in text
    for word in ("山海门户", "公司", "corp", peer.app.id, "href"):
        assert word not in text, word


async def test_a_form_that_a_provider_sends_unasked_is_told_where_to_begin(
    peer: Peer, browser: Browser
) -> None:
    page = await browser.http.post("/connections/saml/corp/callback", data={"SAMLResponse": "PHg+"})
    assert page.status_code == 400
    assert "begins at the identity source is not taken" in page.text


async def test_a_link_that_came_back_twice_is_begun_again(peer: Peer, browser: Browser) -> None:
    ada = await _ada(peer)
    address = pressed(await _signed_in(peer, browser, _address(peer, ada)))
    await peer.services.db.execute("update federation_attempts set expires_at = now()")
    page = await _back(peer, browser, address, "ada-there")
    assert "Link the account again" in page.text
    page = await browser.open(again(page))
    assert (await _back(peer, browser, pressed(page), "ada-there")).status_code == 200


async def test_who_is_asked_and_takes_too_long_may_begin_again(peer: Peer, browser: Browser) -> None:
    await peer.settings(associable=True)
    await peer.services.users.create(
        peer.pool.administrator, UserDraft({"username": "ada"}, password="lovelace")
    )
    await _back(peer, browser, await _press(peer, browser), "sub of ada")
    await peer.services.db.execute("update federation_attempts set expires_at = now()")
    page = await browser.submit("/login", account="ada", password="lovelace")
    assert LAPSED in page.text
    assert "/login/identity?" in page.text, "the source's button"
    assert "/login/identity/create" not in page.text, "nobody is asked any more"


async def test_what_a_browser_keeps_is_ours_or_nothing(peer: Peer, browser: Browser) -> None:
    for kept in ("x", "A" * 3000, ""):
        browser.http.cookies.clear()
        browser.http.headers["cookie"] = f"poolhouse_begun={kept}"
        page = await browser.http.get("/connections/oidc/corp/callback?state=x")
        assert (page.status_code, "Open the application" in page.text) == (400, True)
