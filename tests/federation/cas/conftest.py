"""A connection of CAS that is switched on in an application, and its server on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.conftest import PoolForTests
from tests.federation.cas.server import CasServer, serving
from tests.federation.conftest import Peer, connected

from poolhouse.login.model import LoggedIn
from poolhouse.services import Services


class CasPeer(Peer):
    issuer: CasServer

    async def enter(self, user: str, **attributes: str) -> LoggedIn:
        came = await self.come_back(self.issuer.came(await self.begin(), user, **attributes))
        assert isinstance(came, LoggedIn)
        return came


@pytest.fixture
async def cas_server() -> AsyncIterator[CasServer]:
    async with serving() as server:
        yield server


@pytest.fixture
async def cas(
    services: Services, pool: PoolForTests, cas_server: CasServer, monkeypatch: pytest.MonkeyPatch
) -> CasPeer:
    fields = {
        "loginUrl": f"{cas_server.url}/cas/login?locale=zh",
        "validateUrl": f"{cas_server.url}/cas/p3/serviceValidate",
    }
    made = await connected(services, pool, cas_server.port, monkeypatch, "cas", "cas", fields)
    return CasPeer(services, pool, *made, cas_server)
