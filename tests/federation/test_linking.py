"""Linking an identity to one's own account: the browser in which that person is signed in does it, and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
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

PASSWORD = "secret 1"
CODED = {"username": "ada", "nickname": "<b>Ada</b>"}


@pytest.fixture
def http(http: httpx.AsyncClient) -> httpx.AsyncClient:
    http.headers["accept-language"] = "en"
    return http


@pytest.fixture
def browsers(http: httpx.AsyncClient) -> Callable[[], Browser]:
    """A browser each, of its own."""

    def another() -> Browser:
        told = {"accept-language": "en", "accept": "text/html"}
        return Browser(
            httpx.AsyncClient(transport=http._transport, base_url="http://poolhouse", headers=told)
        )

    return another


async def _person(peer: Peer, **named: str) -> LoggedIn:
    """Who has signed in by the API, in an application of theirs: no browser knows of it."""
    await peer.services.users.create(peer.pool.administrator, UserDraft(dict(named), password=PASSWORD))
    key = UserKey("username", named["username"])
    return await peer.services.login.with_password(peer.caller, key, PASSWORD)


async def _ada(peer: Peer) -> LoggedIn:
    return await _person(peer, **CODED)


def _address(peer: Peer, ada: LoggedIn, **other: str) -> str:
    assert ada.session
    asked = {
        "pool_id": peer.pool.id,
        "session_id": ada.session.id,
        "app_id": peer.app.id,
        "connection": "corp",
    }
    return f"/connections/link?{urlencode({'ticket': peer.services.sealed_links.seal(**asked | other)})}"


async def _signed_in(peer: Peer, browser: Browser, address: str, name: str = "ada") -> httpx.Response:
    """The page after somebody has signed in there."""
    asked = await browser.open(address)
    assert _button(asked) is None, "it leads nowhere before"
    return await browser.submit("/login", account=name, password=PASSWORD)


def _button(page: httpx.Response) -> str | None:
    found = re.search(r'<p><a class="button" href="([^"]+)">', page.text)
    return unescape(found[1]) if found else None


def _press(page: httpx.Response) -> str:
    """Where the button leads."""
    link = _button(page)
    assert link, page.text
    return link


def _told(page: httpx.Response) -> tuple[list[str], dict[str, object]]:
    """To whom the page sends its message, and what."""
    found = re.search(r'data-origins="([^"]*)" data-message="([^"]*)"', page.text)
    assert found, page.text
    return json.loads(unescape(found[1])), json.loads(unescape(found[2]))


async def _back(peer: Peer, browser: Browser, address: str, sub: str) -> httpx.Response:
    path = "/connections/" + query_of(address)["redirect_uri"].partition("/connections/")[2]
    return await browser.open(f"{path}?{urlencode(peer.issuer.back(address, sub))}")


async def _identities(peer: Peer, *people: LoggedIn) -> int:
    found = await peer.services.identities.list_of_users(
        peer.pool.administrator, [one.user.id for one in people]
    )
    return sum(map(len, found.values()))


async def _id_token(peer: Peer, who: LoggedIn) -> str:
    assert who.session
    assert who.token
    tokens = await peer.services.login_tokens.of(who.session, who.user, who.token, "http://poolhouse/oidc")
    assert tokens.id_token
    return tokens.id_token


def _by_token(peer: Peer, id_token: str, **other: str) -> str:
    asked = {"ext_idp_conn_identifier": "corp", "app_id": peer.app.id, "id_token": id_token, **other}
    return f"/api/v3/link-extidp?{urlencode(asked)}"


async def _led(peer: Peer, browser: Browser, who: LoggedIn) -> str:
    """Where `link-extidp` leads a browser."""
    led = await browser.http.get(_by_token(peer, await _id_token(peer, who)))
    assert led.status_code == 303, led.text
    return led.headers["location"].removeprefix(peer.services.links.base_url)


async def test_a_linked_identity_opens_the_account_and_no_longer_once_unlinked(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    ada, browser = await _ada(peer), Browser(http)
    page = await _signed_in(peer, browser, _address(peer, ada))
    assert "公司账号" in page.text
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page.text, "whose account it will open"
    assert await _identities(peer, ada) == 0
    said = await _back(peer, browser, _press(page), "ada-there")
    assert (said.status_code, "It is linked" in said.text) == (200, True)
    assert (await peer.sign_in("ada-there")).user.id == ada.user.id
    assert ada.session
    own = at_session(Presented(pool_id=peer.pool.id, app_id=peer.app.id), ada.session)
    assert await peer.services.identities.unlink_own(own, peer.source.id) == 1
    assert (await peer.sign_in("ada-there")).user.id != ada.user.id


async def test_the_applications_own_pages_are_told_what_was_linked(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    """In the shape that the documents promise: success, errMsg, identities."""
    ada, browser = await _ada(peer), Browser(http)
    page = await _signed_in(peer, browser, _address(peer, ada))
    origins, message = _told(await _back(peer, browser, _press(page), "ada-there"))
    assert origins == ["https://client.example"]
    assert (message["success"], message["errMsg"]) == (True, "")
    [linked] = message["identities"]  # type: ignore[misc]
    assert (linked["userIdInIdp"], linked["extIdpId"]) == ("ada-there", peer.source.id)
    assert linked["originConnIds"] == [peer.connection.id]
    assert set(linked) == {"identityId", "extIdpId", "provider", "type", "userIdInIdp", "originConnIds"}


async def test_an_identity_that_is_somebody_elses_is_not_linked(peer: Peer, http: httpx.AsyncClient) -> None:
    other = await peer.sign_in("ada-there")
    ada, browser = await _ada(peer), Browser(http)
    page = await _signed_in(peer, browser, _address(peer, ada))
    said = await _back(peer, browser, _press(page), "ada-there")
    assert said.status_code == 400
    assert _told(said)[1]["success"] is False
    assert _told(said)[1]["errMsg"]
    assert (await peer.sign_in("ada-there")).user.id == other.user.id


async def test_whoever_is_sent_the_address_of_another_is_led_to_no_provider(
    peer: Peer, browsers: Callable[[], Browser]
) -> None:
    """Mallory wants ada's identity to open Mallory's account: by an address of the API, or by her own id token."""
    mallory = await _person(peer, username="mallory", nickname="Ada")
    ada, victim = await _ada(peer), browsers()
    addresses = [_address(peer, mallory), await _led(peer, victim, mallory)]
    for address in addresses:
        assert _button(await victim.open(address)) is None, "nobody is signed in"
    await _signed_in(peer, victim, _address(peer, ada))
    for address in addresses:
        page = await victim.open(address)
        assert (page.status_code, _button(page)) == (200, None)
        assert "signed in to another account" in page.text
        again = await victim.submit("/login", account="ada", password=PASSWORD)
        assert _button(again) is None, "signing in as oneself is no yes"
    assert await _identities(peer, ada, mallory) == 0


async def test_whoever_found_an_id_token_links_nothing_to_its_account(
    peer: Peer, browsers: Callable[[], Browser]
) -> None:
    """Mallory wants her identity to open ada's account."""
    ada, browser = await _ada(peer), browsers()
    await _person(peer, username="mallory")
    for address in (await _led(peer, browser, ada), _address(peer, ada)):
        page = await browser.open(address)
        assert (page.status_code, _button(page)) == (200, None)
        page = await browser.submit("/login", account="mallory", password=PASSWORD)
        assert _button(page) is None
    assert await _identities(peer, ada) == 0


async def test_an_id_token_leads_its_own_person_on_and_goes_into_no_other_address(
    peer: Peer, browsers: Callable[[], Browser]
) -> None:
    ada, browser = await _ada(peer), browsers()
    token = await _id_token(peer, ada)
    address = await _led(peer, browser, ada)
    assert token not in address
    page = await _signed_in(peer, browser, address)
    assert "公司账号" in page.text
    await _back(peer, browser, _press(page), "ada-there")
    assert (await peer.sign_in("ada-there")).user.id == ada.user.id


async def test_a_client_is_told_the_address_in_the_envelope(peer: Peer, http: httpx.AsyncClient) -> None:
    ada = await _ada(peer)
    answer = (await http.get(_by_token(peer, await _id_token(peer, ada)))).json()
    assert answer["statusCode"] == 200
    assert "/connections/link?" in answer["data"]["url"]


async def test_an_id_token_is_ours_of_that_application_and_of_a_login_that_is_there(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    ada = await _ada(peer)
    token = await _id_token(peer, ada)
    other = await peer.services.apps.create(peer.pool.administrator, "另一个应用")
    assert ada.token
    head, body, signature = token.split(".")
    unsigned = "eyJhbGciOiJub25lIn0"
    for bad in (
        _by_token(peer, ""),
        _by_token(peer, "x"),
        _by_token(peer, f"{head}.{body}.{signature[:-4]}AAAA"),
        _by_token(peer, f"{unsigned}.{body}."),
        _by_token(peer, token, app_id=other.id),
        _by_token(peer, token, app_id=""),
    ):
        answer = (await http.get(bad)).json()
        assert (answer["statusCode"], answer["data"]) == (401, None), bad
    await peer.services.sessions.kick(peer.pool.administrator, [ada.user.id])
    assert (await http.get(_by_token(peer, token))).json()["statusCode"] == 401


async def test_an_address_links_once(peer: Peer, http: httpx.AsyncClient) -> None:
    ada, browser = await _ada(peer), Browser(http)
    address = _address(peer, ada)
    page = await _signed_in(peer, browser, address)
    before = _press(await browser.open(address))
    assert (await _back(peer, browser, _press(page), "ada-there")).status_code == 200
    assert ada.session
    own = at_session(Presented(pool_id=peer.pool.id, app_id=peer.app.id), ada.session)
    await peer.services.identities.unlink_own(own, peer.source.id)
    for again in (before, _press(await browser.open(address))):
        said = await _back(peer, browser, again, "ada-there")
        assert (said.status_code, "used before" in said.text) == (400, True)
    assert await _identities(peer, ada) == 0


async def test_a_link_is_finished_by_the_browser_that_began_it(
    peer: Peer, http: httpx.AsyncClient, browsers: Callable[[], Browser]
) -> None:
    ada = await _ada(peer)
    address = _press(await _signed_in(peer, Browser(http), _address(peer, ada)))
    assert (await _back(peer, browsers(), address, "mallory")).status_code == 400
    assert await _identities(peer, ada) == 0


async def test_nothing_is_linked_once_the_login_that_asked_has_ended(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    ada, browser = await _ada(peer), Browser(http)
    address = _press(await _signed_in(peer, browser, _address(peer, ada)))
    await peer.services.sessions.kick(peer.pool.administrator, [ada.user.id])
    assert (await _back(peer, browser, address, "ada-there")).status_code == 400
    assert (await browser.open(_address(peer, ada))).status_code == 400
    assert await _identities(peer, ada) == 0


async def test_a_login_at_another_application_that_stands_apart_is_none(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    ada, browser = await _ada(peer), Browser(http)
    assert _button(await _signed_in(peer, browser, _address(peer, ada)))
    apart = await peer.services.apps.create(peer.pool.administrator, "独立应用")
    await peer.services.apps.update(peer.pool.administrator, apart.id, {}, {"sso_enabled": False})
    await peer.services.sources.set_connection_enabled(
        peer.pool.administrator, peer.connection.id, "app", apart.id, True
    )
    assert _button(await browser.open(_address(peer, ada, app_id=apart.id))) is None


async def test_nobody_signs_up_on_the_way(peer: Peer, http: httpx.AsyncClient) -> None:
    page = await Browser(http).open(_address(peer, await _ada(peer)))
    assert "/login/signup" not in page.text
    assert "An identity is to be linked to the account &lt;b&gt;Ada&lt;/b&gt;" in page.text


async def test_a_ticket_is_ours_and_not_for_ever(
    peer: Peer, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await _ada(peer)
    address = _address(peer, ada)
    at = now().timestamp()
    for path in ("/connections/link", "/connections/link?ticket=x", address + "A", address[:-6]):
        assert (await http.get(path)).status_code == 400, path
    monkeypatch.setattr("poolhouse.oidc.sealed_requests.clock.epoch_s", lambda: at + 601)
    said = await http.get(address)
    assert (said.status_code, "begin again" in said.text) == (400, True)


async def test_another_pools_application_or_connection_is_none(
    peer: Peer, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    ada = await _ada(peer)
    app = await peer.services.apps.create(other_pool.administrator, "Theirs")
    for other in ({"app_id": app.id}, {"pool_id": other_pool.id}, {"connection": "nobodys"}):
        assert (await http.get(_address(peer, ada, **other))).status_code == 400, other
