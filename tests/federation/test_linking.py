"""Linking an identity to one's own account, by the address that `generate-link-extidp-url` gives."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer, query_of
from tests.oidc.conftest import Browser

from poolhouse.credentials.model import Presented
from poolhouse.credentials.service import at_session
from poolhouse.login.model import LoggedIn
from poolhouse.times import now
from poolhouse.users.model import UserDraft, UserKey

CODED = {"username": "ada", "nickname": "<b>Ada</b>"}


@pytest.fixture
def http(http: httpx.AsyncClient) -> httpx.AsyncClient:
    http.headers["accept-language"] = "en"
    return http


async def _ada(peer: Peer) -> LoggedIn:
    await peer.services.users.create(peer.pool.administrator, UserDraft(CODED, password="secret 1"))
    return await peer.services.login.with_password(peer.caller, UserKey("username", "ada"), "secret 1")


def _address(peer: Peer, ada: LoggedIn, **other: str) -> str:
    assert ada.session
    asked = {
        "pool_id": peer.pool.id,
        "session_id": ada.session.id,
        "app_id": peer.app.id,
        "connection": "corp",
    }
    return f"/connections/link?{urlencode({'ticket': peer.services.sealed_links.seal(**asked | other)})}"


async def _press(page: httpx.Response) -> str:
    """Where the button leads."""
    link = re.search(r'<p><a class="button" href="([^"]+)">', page.text)
    assert link, page.text
    return unescape(link[1])


async def _back(peer: Peer, browser: Browser, address: str, sub: str) -> httpx.Response:
    path = "/connections/" + query_of(address)["redirect_uri"].partition("/connections/")[2]
    return await browser.open(f"{path}?{urlencode(peer.issuer.back(address, sub))}")


async def test_a_linked_identity_opens_the_account_and_no_longer_once_unlinked(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    ada, browser = await _ada(peer), Browser(http)
    page = await browser.open(_address(peer, ada))
    assert "公司账号" in page.text
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page.text, "whose account it will open"
    assert await peer.services.identities.list(peer.pool.administrator, ada.user.id) == []
    said = await _back(peer, browser, await _press(page), "ada-there")
    assert (said.status_code, "It is linked" in said.text) == (200, True)
    assert (await peer.sign_in("ada-there")).user.id == ada.user.id
    assert ada.session
    own = at_session(Presented(pool_id=peer.pool.id, app_id=peer.app.id), ada.session)
    assert await peer.services.identities.unlink_own(own, peer.source.id) == 1
    assert (await peer.sign_in("ada-there")).user.id != ada.user.id


async def test_an_identity_that_is_somebody_elses_is_not_linked(peer: Peer, http: httpx.AsyncClient) -> None:
    other = await peer.sign_in("ada-there")
    ada, browser = await _ada(peer), Browser(http)
    said = await _back(peer, browser, await _press(await browser.open(_address(peer, ada))), "ada-there")
    assert said.status_code == 400
    assert (await peer.sign_in("ada-there")).user.id == other.user.id


async def test_a_link_is_finished_by_the_browser_that_began_it(peer: Peer, http: httpx.AsyncClient) -> None:
    ada = await _ada(peer)
    address = await _press(await Browser(http).open(_address(peer, ada)))
    foreign = httpx.AsyncClient(transport=http._transport, base_url="http://poolhouse")
    assert (await _back(peer, Browser(foreign), address, "mallory")).status_code == 400
    assert await peer.services.identities.list(peer.pool.administrator, ada.user.id) == []


async def test_nothing_is_linked_once_the_login_that_asked_has_ended(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    ada, browser = await _ada(peer), Browser(http)
    address = await _press(await browser.open(_address(peer, ada)))
    await peer.services.sessions.kick(peer.pool.administrator, [ada.user.id])
    assert (await _back(peer, browser, address, "ada-there")).status_code == 400
    assert (await browser.open(_address(peer, ada))).status_code == 400
    assert await peer.services.identities.list(peer.pool.administrator, ada.user.id) == []


async def test_a_ticket_is_ours_and_not_for_ever(
    peer: Peer, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await _ada(peer)
    address = _address(peer, ada)
    at = now().timestamp()
    for path in ("/connections/link", "/connections/link?ticket=x", address + "A", address[:-6]):
        assert (await http.get(path)).status_code == 400, path
    monkeypatch.setattr("poolhouse.oidc.sealed_requests.time.time", lambda: at + 601)
    said = await http.get(address)
    assert (said.status_code, "begin again" in said.text) == (400, True)


async def test_another_pools_application_or_connection_is_none(
    peer: Peer, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    ada = await _ada(peer)
    app = await peer.services.apps.create(other_pool.administrator, "Theirs")
    for other in ({"app_id": app.id}, {"pool_id": other_pool.id}, {"connection": "nobodys"}):
        assert (await http.get(_address(peer, ada, **other))).status_code == 400, other
