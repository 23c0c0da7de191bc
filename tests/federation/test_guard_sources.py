"""What the login component is told of an application's identity sources. In a browser: test_guard_in_chromium.py."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer
from tests.federation.fitting import FIELDS

from poolhouse.apps.model import App
from poolhouse.federation import catalog
from poolhouse.services import Services
from poolhouse.tenants.model import Connection, ConnectionDraft
from poolhouse.wire.guard_icons import PATH as ICONS
from poolhouse.wire.v2 import guard_sources

PAGE = "https://client.example/"
ADDRESSES = ("oidcConnectionLoginUrl", "samlRequest", "casConnectionLoginUrl", "authUrl", "authorizationUrl")
"""As the component looks for them, by protocol."""
PROTOCOLS = ("oidc", "saml", "cas", "oauth", "azure-ad")


async def connected(
    services: Services, pool: PoolForTests, app: App, kind: str, identifier: str = "", on: bool = True
) -> Connection:
    manifest = catalog.MANIFESTS[kind]
    draft = ConnectionDraft(kind, identifier or kind.replace(":", "-"), f"公司 {kind}", FIELDS)
    source = await services.sources.create(
        pool.administrator, kind, manifest.source_type, connections=[draft]
    )
    return await services.sources.set_connection_enabled(
        pool.administrator, source.connections[0].id, "app", app.id, on
    )


@pytest.fixture
async def app(services: Services, pool: PoolForTests) -> App:
    return await services.apps.create(pool.administrator, "门户", redirect_uris=(f"{PAGE}callback",))


@pytest.fixture
async def every(services: Services, pool: PoolForTests, app: App) -> dict[str, Connection]:
    """A connection of each kind that signs in."""
    return {kind: await connected(services, pool, app, kind) for kind in catalog.MANIFESTS}


async def config_of(http: httpx.AsyncClient, app: App) -> dict[str, Any]:
    answer = await http.get(f"/api/v2/applications/{app.id}/public-config")
    found: dict[str, Any] = answer.json()["data"]
    return found


def addresses(config: dict[str, Any]) -> dict[str, str]:
    """Where the component's buttons lead, by the connection's name."""
    social = {
        one["identifier"]: f"/connections/social/{one['identifier']}?"
        + urlencode({"from_guard": "1", "app_id": config["id"], "guard_version": "Guard@4.5.42"})
        for one in config["socialConnections"]
    }
    enterprise = {
        one["identifier"]: one["config"][ADDRESSES[PROTOCOLS.index(one["protocol"])]]
        for one in config["identityProviders"]
    }
    assert not social.keys() & enterprise.keys()
    return social | enterprise


def told_code(page: httpx.Response) -> int:
    """Of the message that ends a window."""
    found = re.search(r'data-message="([^"]*)"', page.text)
    assert found, page.text
    return int(json.loads(unescape(found[1]))["code"])


async def test_each_kind_that_has_a_page_has_one_button_which_leads_to_it(
    http: httpx.AsyncClient, app: App, every: dict[str, Connection]
) -> None:
    """Or, where its provider is asked first and cannot be called here, to a message of why not."""
    leading = addresses(await config_of(http, app))
    assert set(leading) == {
        connection.identifier
        for kind, connection in every.items()
        if catalog.MANIFESTS[kind].redirecting is not None
    }
    for name, address in leading.items():
        there = urlsplit(address)
        page = await http.get(f"{there.path}?{there.query}", headers={"referer": PAGE})
        if not page.is_redirect:
            assert told_code(page) == 2207, (name, page.text)


async def test_the_icon_of_each_button_is_among_ours(
    http: httpx.AsyncClient, app: App, every: dict[str, Connection]
) -> None:
    config = await config_of(http, app)
    icons = (await http.get(ICONS)).text
    for one in config["socialConnections"]:
        assert f'id="authing-{one["provider"].replace(":", "-")}-fill"' in icons
    for one in config["identityProviders"]:
        answer = await http.get(urlsplit(one["logo"]).path)
        assert answer.headers["content-type"] == "image/svg+xml"


async def test_a_stranger_learns_nothing_of_how_a_connection_is_set_up(
    http: httpx.AsyncClient, app: App, every: dict[str, Connection]
) -> None:
    text = json.dumps(await config_of(http, app), ensure_ascii=False)
    for name, value in FIELDS.items():
        assert len(value) < 4 or value not in text, name


async def test_what_is_switched_off_elsewhere_or_anothers_is_not_told(
    http: httpx.AsyncClient, services: Services, pool: PoolForTests, other_pool: PoolForTests, app: App
) -> None:
    await connected(services, pool, app, "oidc", "off", on=False)
    await connected(services, pool, app, "ldap", "also-off", on=False)
    second = await services.apps.create(pool.administrator, "另一个", redirect_uris=(f"{PAGE}callback",))
    await connected(services, pool, second, "github")
    theirs = await services.apps.create(other_pool.administrator, "Theirs")
    await connected(services, other_pool, theirs, "saml")
    config = await config_of(http, app)
    assert addresses(config) == {}
    assert config["loginTabs"]["list"] == ["password", "phone-code"]
    assert list(addresses(await config_of(http, second))) == ["github"]


async def test_a_directory_has_a_tab_where_it_is_clear_which_one_is_meant(
    http: httpx.AsyncClient, services: Services, pool: PoolForTests, app: App
) -> None:
    async def tabs() -> list[str]:
        found: list[str] = (await config_of(http, app))["loginTabs"]["list"]
        return found[2:]

    await connected(services, pool, app, "ldap", "hq")
    await connected(services, pool, app, "ad", "windows")
    assert await tabs() == ["ldap", "ad"]
    second = await connected(services, pool, app, "ldap", "branch")
    assert await tabs() == ["ad"]
    named = {"defaultLoginMethod": {"connectionType": "LDAP", "ldapExtIdpConnId": second.id}}
    await services.apps.update(pool.administrator, app.id, {}, {"pages": {"login": named}})
    assert await tabs() == ["ldap", "ad"]
    assert (await config_of(http, app))["loginTabs"]["default"] == "ldap"


async def test_an_application_may_show_no_buttons_and_its_branding_says_so(
    http: httpx.AsyncClient, services: Services, pool: PoolForTests, app: App
) -> None:
    await connected(services, pool, app, "oidc")
    shown = (await config_of(http, app))["ssoPageComponentDisplay"]
    assert (shown["idpBtns"], shown["socialLoginBtns"]) == (True, True)
    branding = {"showEnterpriseConnections": False, "showSocialConnections": False}
    await services.apps.update(pool.administrator, app.id, {}, {"pages": {"branding": branding}})
    shown = (await config_of(http, app))["ssoPageComponentDisplay"]
    assert (shown["idpBtns"], shown["socialLoginBtns"]) == (False, False)


def test_the_addresses_are_by_the_names_that_the_component_looks_for() -> None:
    assert dict(zip(PROTOCOLS, ADDRESSES, strict=True)) == guard_sources._ADDRESSES


async def test_a_refusal_at_an_enterprise_address_is_json_of_the_envelope(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    """As `enterprise.authorize` and the component read it."""
    await peer.services.sources.set_connection_enabled(
        peer.pool.administrator, peer.connection.id, "app", peer.app.id, False
    )
    asked = urlencode({"identifier": "corp", "app_id": peer.app.id})
    page = await http.get(f"/connections/oidc/init?{asked}", headers={"referer": PAGE})
    found = re.search(r'data-message="([^"]*)"', page.text)
    assert found
    message = json.loads(unescape(found[1]))
    assert message["event"]["eventType"] == "enterpriseLogin"
    assert json.loads(message["message"])["code"] == message["code"] == 404
