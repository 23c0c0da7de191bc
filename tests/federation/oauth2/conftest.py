"""A connection of OAuth 2.0 that is switched on in an application, and its provider on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer
from tests.federation.oauth2.provider import CLIENT, SECRET, Provider, providing

from poolhouse.federation.model import Callback
from poolhouse.federation.service import Asked
from poolhouse.login.model import LoggedIn
from poolhouse.outgoing import Outgoing
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft


class OAuthPeer(Peer):
    issuer: Provider

    async def come_back(
        self, given: list[tuple[str, str]], *, name: str = "", **_: Any
    ) -> LoggedIn | Asked | None:
        federation = self.services.federation
        attempt = await federation.taken(self.pool.stranger, dict(given).get("state", ""), self.browser)
        path = ("oauth2", name or self.connection.identifier)
        return await federation.complete(
            self.caller, attempt, Callback("GET", tuple(given)), path, self.browser
        )

    async def enter(self, **person: Any) -> LoggedIn:
        came = await self.come_back(self.issuer.came(await self.begin(), **person))
        assert isinstance(came, LoggedIn)
        return came


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with providing() as provider:
        yield provider


@pytest.fixture
async def oauth(
    services: Services, pool: PoolForTests, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> OAuthPeer:
    monkeypatch.setattr(services.federation, "_outgoing", Outgoing({("127.0.0.1", provider.port)}))
    administrator = pool.administrator
    app = await services.apps.create(
        administrator, "山海门户", redirect_uris=("https://client.example/callback",)
    )
    fields = {
        "authEndPoint": f"{provider.url}/authorize",
        "tokenEndPoint": f"{provider.url}/token",
        "userInfoEndPoint": f"{provider.url}/me",
        "scope": "openid profile",
        "clientId": CLIENT,
        "clientSecret": SECRET,
    }
    draft = ConnectionDraft("oauth", "corp", "公司账号", fields)
    source = await services.sources.create(administrator, "公司", "oauth2", connections=[draft])
    [connection] = source.connections
    connection = await services.sources.set_connection_enabled(
        administrator, connection.id, "app", app.id, True
    )
    return OAuthPeer(services, pool, app, source, connection, provider)
