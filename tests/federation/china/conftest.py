"""A connection of WeChat's or of Lark's that is switched on in an application, and the platform on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.conftest import PoolForTests
from tests.federation.china.standins import APP, SECRET, Lark, Wechat
from tests.federation.conftest import Peer, peer_of
from tests.federation.issuers import Issuer, issuing

from poolhouse.services import Services


def fields_of(issuer: Issuer) -> dict[str, str]:
    return {"clientId": APP, "clientSecret": SECRET, "loginHost": issuer.url + "/", "apiHost": issuer.url}


@pytest.fixture
async def wechat(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Peer]:
    async with issuing(Wechat()) as standin:
        yield await peer_of(services, pool, standin, monkeypatch, "wechat", "wechat:pc", fields_of(standin))


@pytest.fixture
async def lark(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Peer]:
    async with issuing(Lark()) as standin:
        yield await peer_of(services, pool, standin, monkeypatch, "lark", "lark-internal", fields_of(standin))


@pytest.fixture
async def store(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Peer]:
    async with issuing(Lark(store=True)) as standin:
        yield await peer_of(services, pool, standin, monkeypatch, "lark", "lark-public", fields_of(standin))


async def rows_of(peer: Peer, user_id: str) -> set[tuple[str, str]]:
    """Type and value of somebody's identities."""
    found = await peer.services.identities.list(peer.pool.administrator, user_id)
    assert {(one.provider, one.ext_idp_id) for one in found} <= {(peer.source.type, peer.source.id)}
    return {(one.type, one.user_id_in_idp) for one in found}
