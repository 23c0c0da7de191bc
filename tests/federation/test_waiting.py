"""A provider that hangs holds up its own people, and no others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.federation.conftest import ORIGIN, Peer, query_of
from tests.federation.issuers import Issuer
from tests.federation.peers.web import SPOILERS

from poolhouse.errors import ProviderFailed, TooManyRequests
from poolhouse.federation import connections, waiting
from poolhouse.federation.model import Settled
from poolhouse.federation.waiting import Waiting
from poolhouse.tenants.model import ConnectionDraft

DOCUMENT = "/.well-known/openid-configuration"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(waiting, "OF_A_CONNECTION", 2)
    monkeypatch.setattr(waiting, "OF_A_POOL", 3)
    return None


async def test_beyond_a_few_that_wait_the_next_is_refused_at_once(
    peer: Peer, issuer: Issuer, few: None
) -> None:
    issuer.answers[DOCUMENT] = lambda writer: SPOILERS["hang"](writer, b"")
    waits = [asyncio.ensure_future(peer.begin()) for _ in range(2)]
    async with asyncio.timeout(5):
        while issuer.asked.count(DOCUMENT) < 2:  # noqa: ASYNC110 - what another task does
            await asyncio.sleep(0.005)
    with pytest.raises(ProviderFailed) as refused:
        await peer.begin()
    assert refused.value.step == "busy"
    assert (await peer.refusals())[-1]["step"] == "busy"
    issuer.answers.clear()
    draft = ConnectionDraft("oidc", "other", "另一个", {**peer.connection.fields, "clientSecret": "x"})
    services, administrator = peer.services, peer.pool.administrator
    other = await services.sources.add_connection(administrator, peer.source.id, draft)
    await services.sources.set_connection_enabled(administrator, other.id, "app", peer.app.id, True)
    assert await replace(peer, connection=other).begin(), "another connection of the pool works"
    for one in waits:
        one.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    assert await peer.begin(), "and there is room again"


def test_a_pool_has_a_bound_of_its_own_and_gives_every_place_back(few: None) -> None:
    counted = Waiting()

    def at(pool: str, connection: str) -> Settled:
        return Settled(connection, pool, "s", "oidc", connection, None)

    with counted.one(at("p", "a")), counted.one(at("p", "a")), counted.one(at("p", "b")):
        for full in (at("p", "a"), at("p", "c")):
            with pytest.raises(ProviderFailed), counted.one(full):
                pass
        with counted.one(at("another pool", "a")):
            pass
    for _ in range(4):
        with pytest.raises(ZeroDivisionError), counted.one(at("p", "a")):
            raise ZeroDivisionError
    assert not counted._under_way


async def test_an_address_begins_only_so_many_sign_ins(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a row until its ten minutes are over."""
    monkeypatch.setattr(connections, "BEGUN", replace(connections.BEGUN, most=3))
    for _ in range(3):
        await peer.begin()
    rows = "select count(*) from federation_attempts where pool_id = $1"
    assert await peer.services.db.fetchval(rows, peer.pool.id) == 3
    with pytest.raises(TooManyRequests):
        await peer.begin()
    assert await peer.services.db.fetchval(rows, peer.pool.id) == 3
    elsewhere = replace(peer.caller, ip="198.51.100.7")
    assert await peer.services.federation.begin(elsewhere, "corp", "page", origin=ORIGIN, browser="b")


async def test_an_address_brings_only_so_many_long_forms(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are kept with the rows, for as long."""
    monkeypatch.setattr(connections, "HELD", replace(connections.HELD, most=2))
    nobody = replace(peer.pool.stranger, ip="203.0.113.9")

    async def post(length: int) -> None:
        state = query_of(await peer.begin())["state"]
        await peer.services.federation.hold(nobody, state, (("state", state), ("x", "x" * length)))

    for length in (connections.LONG_FORM, 100_000, 1_000, 1_000):
        await post(length)
    with pytest.raises(TooManyRequests):
        await post(100_000)
    await post(1_000)


async def test_sign_ins_in_several_tabs_end_in_any_order(peer: Peer) -> None:
    first, second = await peer.begin(), await peer.begin()
    for address, sub in ((second, "ada"), (first, "ada")):
        assert await peer.come_back(peer.issuer.back(address, sub))


async def test_a_picture_is_an_address_and_is_not_called(peer: Peer, issuer: Issuer) -> None:
    came = await peer.sign_in("ada", picture=f"{issuer.url}/picture")
    assert came.user.photo == f"{issuer.url}/picture"
    assert "/picture" not in issuer.asked
