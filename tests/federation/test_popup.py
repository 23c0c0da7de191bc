"""Signing in by an identity source in a window of its own, which tells the page that opened it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer, query_of
from tests.oidc.conftest import Browser

from poolhouse.app import asgi
from poolhouse.errors import InvalidInput
from poolhouse.users.model import UserDraft

HERE = "https://client.example"


@pytest.fixture
def browser(http: httpx.AsyncClient) -> Browser:
    http.headers["accept-language"] = "en"
    return Browser(http)


async def opened(
    peer: Peer, browser: Browser, path: str = "", referer: str | None = f"{HERE}/", **more: str
) -> httpx.Response:
    """The first answer in the window, as the client opens it."""
    asked = {"from_guard": "1", "app_id": peer.app.id, "protocol": "oidc", **more}
    path = path or f"/connections/social/{peer.connection.identifier}"
    address = f"{path}?{urlencode({name: value for name, value in asked.items() if value})}"
    browser.page = await browser.http.get(address, headers={"referer": referer} if referer else {})
    return browser.page


async def back(peer: Peer, browser: Browser, sub: str, **claims: object) -> httpx.Response:
    assert browser.page is not None
    assert browser.page.is_redirect, browser.page.text
    address = browser.page.headers["location"]
    callback = urlsplit(query_of(address)["redirect_uri"]).path
    return await browser.open(f"{callback}?{urlencode(peer.issuer.back(address, sub, **claims))}")


def told(browser: Browser) -> tuple[list[str], dict[str, Any]]:
    """To whom the page sends its message, and what."""
    assert browser.page is not None
    found = re.search(r'data-origins="([^"]*)" data-message="([^"]*)"', browser.page.text)
    assert found, browser.page.text
    return json.loads(unescape(found[1])), json.loads(unescape(found[2]))


async def test_the_page_that_opened_it_is_told_who_has_signed_in(peer: Peer, browser: Browser) -> None:
    await opened(peer, browser)
    page = await back(peer, browser, "ada", name="Ada</script>")
    to, message = told(browser)
    assert to == [HERE]
    assert message["event"] == {"source": "authing", "eventType": "socialLogin"}
    assert (message["code"], message["data"]["name"]) == (200, "Ada</script>")
    assert message["data"]["identities"][0]["userIdInIdp"] == "ada"
    token = message["data"]["token"]
    me = await browser.http.get("/api/v2/users/me", headers={"authorization": f"Bearer {token}"})
    assert me.json()["data"]["id"] == message["data"]["id"]
    assert token not in str(page.url)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert '</script>"' not in page.text


async def test_a_page_of_another_origin_opens_nothing(peer: Peer, browser: Browser) -> None:
    for referer in (
        "https://evil.example/",
        "http://client.example/",
        "https://client.example.evil.example/",
    ):
        page = await opened(peer, browser, referer=referer)
        assert page.status_code == 400, referer
        assert "data-message" not in page.text
    page = await opened(peer, browser, app_id="6" * 24)
    assert (page.status_code, "data-message" in page.text) == (400, False)


async def test_where_the_browser_names_no_page_the_message_goes_to_the_applications_own(
    peer: Peer, browser: Browser
) -> None:
    await peer.services.apps.update(
        peer.pool.administrator,
        peer.app.id,
        {
            "redirect_uris": (
                f"{HERE}/callback",
                f"{HERE}/other",
                "https://two.example/x",
                "app.example:/back",
            )
        },
    )
    await opened(peer, browser, referer=None)
    await back(peer, browser, "ada")
    assert told(browser)[0] == [HERE, "https://two.example"]
    await opened(peer, browser, referer="https://two.example/a/b")
    await back(peer, browser, "ada")
    assert told(browser)[0] == ["https://two.example"]


async def test_a_page_that_is_taken_back_meanwhile_is_told_nothing(peer: Peer, browser: Browser) -> None:
    await opened(peer, browser)
    await peer.services.apps.update(
        peer.pool.administrator, peer.app.id, {"redirect_uris": ("https://new.example/callback",)}
    )
    page = await back(peer, browser, "ada")
    assert (page.status_code, "data-message" in page.text) == (400, False)


async def test_refusals_are_told_too(peer: Peer, browser: Browser) -> None:
    await peer.settings(login_only=True)
    await opened(peer, browser)
    await back(peer, browser, "a stranger")
    to, message = told(browser)
    assert (to, message["code"]) == ([HERE], 2207)
    assert message["message"].startswith("No account is linked")
    await opened(peer, browser, path="/connections/social/nobody's")
    assert told(browser)[1]["code"] == 404
    peer.issuer.answers["/token"] = (500, {}, b"")
    await opened(peer, browser)
    await back(peer, browser, "ada")
    assert "did not work" in told(browser)[1]["message"]


async def test_the_login_component_is_told_in_its_envelope(peer: Peer, browser: Browser) -> None:
    await peer.settings(login_only=True)
    await opened(peer, browser, guard_version="Guard@5.3.9")
    await back(peer, browser, "a stranger")
    message = told(browser)[1]
    said = json.loads(message["message"])
    assert (said["code"], said["statusCode"]) == (2207, 499)
    assert said["message"].startswith("No account is linked")


async def test_it_is_good_once_and_in_the_browser_that_began_it(peer: Peer, browser: Browser) -> None:
    page = await opened(peer, browser)
    address = page.headers["location"]
    given = urlencode(peer.issuer.back(address, "ada"))
    callback = f"/connections/oidc/corp/callback?{given}"
    transport = httpx.ASGITransport(app=asgi(peer.services))
    other = Browser(httpx.AsyncClient(transport=transport, base_url="http://poolhouse"))
    assert (await other.open(callback)).status_code == 400
    await browser.open(callback)
    assert told(browser)[1]["code"] == 200
    again = await browser.open(callback)
    assert (again.status_code, "data-message" in again.text) == (400, False)


async def test_who_is_asked_signs_in_within_the_window(peer: Peer, browser: Browser) -> None:
    await peer.settings(associable=True)
    draft = UserDraft({"username": "ada"}, password="lovelace")
    user = await peer.services.users.create(peer.pool.administrator, draft)
    await opened(peer, browser)
    await back(peer, browser, "sub of ada")
    await browser.submit("/login", account="ada", password="wrong")
    await browser.submit("/login", account="ada", password="lovelace")
    to, message = told(browser)
    assert (to, message["data"]["id"]) == ([HERE], user.id)
    assert (await peer.sign_in("sub of ada")).user.id == user.id


@pytest.mark.parametrize("path", ["/connections/oidc/init", "/connections/saml/init"])
async def test_an_address_of_a_kind_leads_to_its_own_connections(
    peer: Peer, browser: Browser, path: str
) -> None:
    page = await opened(peer, browser, path, identifier="corp")
    if path == "/connections/saml/init":
        assert told(browser)[1]["code"] == 404
        return
    assert page.is_redirect
    await back(peer, browser, "ada")
    message = told(browser)[1]
    assert (message["code"], message["event"]["eventType"]) == (200, "enterpriseLogin")


async def test_a_client_that_names_its_pool_is_of_the_application_whose_page_it_is(
    peer: Peer, browser: Browser, other_pool: PoolForTests
) -> None:
    path = f"/connections/social/corp/{peer.pool.id}"
    assert (await opened(peer, browser, path, app_id="")).is_redirect
    await back(peer, browser, "ada")
    assert told(browser)[1]["code"] == 200
    for there, referer in ((peer.pool.id, "https://evil.example/"), (other_pool.id, f"{HERE}/")):
        page = await opened(peer, browser, f"/connections/social/corp/{there}", referer, app_id="")
        assert page.status_code == 400


@pytest.mark.parametrize(
    ("spelling", "path"),
    [("kind", "/connections/oidc/callback"), ("social", "/connection/social/corp/{pool}/callback")],
)
async def test_a_provider_may_know_the_vendors_address(
    peer: Peer, browser: Browser, spelling: str, path: str
) -> None:
    path = path.format(pool=peer.pool.id)
    page = await opened(peer, browser)
    given = urlencode(peer.issuer.back(page.headers["location"], "ada"))
    assert (await browser.open(f"{path}?{given}")).status_code == 200
    assert told(browser)[1]["code"] != 200, "it was not begun for this address"
    await peer.settings(fields={"callback": spelling})
    page = await opened(peer, browser)
    assert urlsplit(query_of(page.headers["location"])["redirect_uri"]).path == path
    await back(peer, browser, "ada")
    assert told(browser)[1]["code"] == 200


async def test_a_callback_that_is_no_spelling_of_ours_is_refused(peer: Peer) -> None:
    with pytest.raises(InvalidInput, match=r"fields\.callback"):
        await peer.settings(fields={"callback": "https://evil.example/"})
