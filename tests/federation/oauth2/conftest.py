"""A connection of OAuth 2.0 that is switched on in an application, and its provider on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer, connected
from tests.federation.oauth2.provider import CLIENT, SECRET, Provider, providing

from poolhouse.login.model import LoggedIn
from poolhouse.services import Services


class OAuthPeer(Peer):
    issuer: Provider

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
    fields = {
        "authEndPoint": f"{provider.url}/authorize",
        "tokenEndPoint": f"{provider.url}/token",
        "userInfoEndPoint": f"{provider.url}/me",
        "scope": "openid profile",
        "clientId": CLIENT,
        "clientSecret": SECRET,
    }
    made = await connected(services, pool, provider.port, monkeypatch, "oauth2", "oauth", fields)
    return OAuthPeer(services, pool, *made, provider)
