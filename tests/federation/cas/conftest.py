"""A connection of CAS that is switched on in an application, and its server on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.federation.cas.server import CasServer, serving
from tests.federation.conftest import Peer

from poolhouse.federation.model import Callback
from poolhouse.federation.service import Asked
from poolhouse.login.model import LoggedIn
from poolhouse.outgoing import Outgoing
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft


class CasPeer(Peer):
    issuer: CasServer

    async def come_back(self, given: list[tuple[str, str]], **_: Any) -> LoggedIn | Asked | None:
        federation = self.services.federation
        attempt = await federation.taken(self.pool.stranger, dict(given).get("state", ""), self.browser)
        callback = Callback("GET", tuple(given))
        return await federation.complete(self.caller, attempt, callback, ("cas", "corp"), self.browser)

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
    monkeypatch.setattr(services.federation, "_outgoing", Outgoing({("127.0.0.1", cas_server.port)}))
    administrator = pool.administrator
    app = await services.apps.create(
        administrator, "山海门户", redirect_uris=("https://client.example/callback",)
    )
    fields = {
        "loginUrl": f"{cas_server.url}/cas/login?locale=zh",
        "validateUrl": f"{cas_server.url}/cas/p3/serviceValidate",
    }
    draft = ConnectionDraft("cas", "corp", "公司账号", fields)
    source = await services.sources.create(administrator, "公司", "cas", connections=[draft])
    [connection] = source.connections
    connection = await services.sources.set_connection_enabled(
        administrator, connection.id, "app", app.id, True
    )
    return CasPeer(services, pool, app, source, connection, cas_server)
