"""A pool with an application, a connection that is switched on there, and a provider on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.issuers import CLIENT, SECRET, Issuer, issuing
from tests.federation.peers import stand_in
from tests.federation.peers.way import CLIENT_PAGE, Way

from poolhouse.app import asgi
from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.federation import catalog
from poolhouse.federation.arrivals import Asked
from poolhouse.federation.model import Callback
from poolhouse.login.model import LoggedIn
from poolhouse.outgoing import Outgoing
from poolhouse.services import Services
from poolhouse.tenants.model import Connection, ConnectionDraft, Source

ORIGIN = "https://auth.example"


@dataclass
class Peer:
    """Signs in through the connection as somebody in a browser would, without pages."""

    services: Services
    pool: PoolForTests
    app: App
    source: Source
    connection: Connection
    issuer: Issuer
    browser: str = "this browser's cookie"
    callbacks: list[str] = field(default_factory=list)

    @property
    def caller(self) -> Caller:
        return replace(self.pool.stranger, app_id=self.app.id, ip="203.0.113.9")

    async def settings(self, **values: Any) -> None:
        """`fields` are added to those that are there."""
        if "fields" in values:
            values["fields"] = {**self.connection.fields, **values["fields"]}
        self.connection = await self.services.sources.update_connection(
            self.pool.administrator, self.connection.id, values
        )

    async def begin(self) -> str:
        begun = await self.services.federation.begin(
            self.caller, self.connection.identifier, "page", origin=ORIGIN, browser=self.browser
        )
        return begun.address

    async def come_back(
        self,
        given: list[tuple[str, str]],
        *,
        browser: str = "",
        identifier: str = "",
        caller: Caller | None = None,
    ) -> LoggedIn | Asked | None:
        federation = self.services.federation
        state = dict(given).get("state", "")
        attempt = await federation.taken(self.pool.stranger, state, browser or self.browser)
        kind = catalog.manifest_of(self.connection.type).callback_path
        path = (kind, identifier or self.connection.identifier)
        return await federation.complete(
            caller or self.caller, attempt, Callback("GET", tuple(given)), path, self.browser
        )

    async def sign_in(self, sub: str, **claims: Any) -> LoggedIn:
        came = await self.come_back(self.issuer.back(await self.begin(), sub, **claims))
        assert isinstance(came, LoggedIn)
        return came

    async def asked(self, sub: str, **claims: Any) -> str:
        came = await self.come_back(self.issuer.back(await self.begin(), sub, **claims))
        assert isinstance(came, Asked)
        return came.ticket

    async def refusals(self) -> list[dict[str, Any]]:
        """What the audit log says of refused sign-ins, oldest first."""
        rows = await self.services.db.fetch(
            "select detail from audit_records where pool_id = $1 and not success order by at, id",
            self.pool.id,
        )
        return [row["detail"] for row in rows]


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as issuer:
        yield issuer


@pytest.fixture
async def peer(
    services: Services, pool: PoolForTests, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> Peer:
    fields = {"issuer": issuer.url, "clientId": CLIENT, "clientSecret": SECRET}
    return await peer_of(services, pool, issuer, monkeypatch, "oidc", "oidc", fields)


async def peer_of(
    services: Services,
    pool: PoolForTests,
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
    source_type: str,
    kind: str,
    fields: Mapping[str, Any],
) -> Peer:
    """Of a connection as `connected` makes it."""
    made = await connected(services, pool, issuer.port, monkeypatch, source_type, kind, fields)
    return Peer(services, pool, *made, issuer)


async def connected(
    services: Services,
    pool: PoolForTests,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    source_type: str,
    kind: str,
    fields: Mapping[str, Any],
) -> tuple[App, Source, Connection]:
    """A connection of the kind, called `corp`, with the one provider that may be called: that on the port."""
    monkeypatch.setattr(services.provider_connections, "_outgoing", Outgoing({("127.0.0.1", port)}))
    administrator = pool.administrator
    app = await services.apps.create(
        administrator, "山海门户", redirect_uris=("https://client.example/callback",)
    )
    draft = ConnectionDraft(kind, "corp", "公司账号", fields)
    source = await services.sources.create(administrator, "公司", source_type, connections=[draft])
    [connection] = source.connections
    connection = await services.sources.set_connection_enabled(
        administrator, connection.id, "app", app.id, True
    )
    return app, source, connection


@pytest.fixture
async def way(
    request: pytest.FixtureRequest, services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Way]:
    """Of the kind that the module names as KIND, in a pool of its own."""
    peer = stand_in(request.module.KIND)
    async with peer.serving():
        monkeypatch.setattr(services.provider_connections, "_outgoing", Outgoing({("127.0.0.1", peer.port)}))
        app = await services.apps.create(pool.administrator, "门户", redirect_uris=(CLIENT_PAGE,))
        yield await Way.made(services, pool, app, catalog.manifest_of(request.module.KIND), peer)


@pytest.fixture
def http(services: Services) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://poolhouse")


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))
