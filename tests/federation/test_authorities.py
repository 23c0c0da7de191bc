"""Who says who has come. One source may have several connections, and each may be another company's server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.conftest import PoolForTests
from tests.federation.peers import stand_in
from tests.federation.peers.way import CLIENT_PAGE, Way

from poolhouse.apps.model import App
from poolhouse.errors import ProviderFailed
from poolhouse.federation import catalog
from poolhouse.federation.model import Manifest
from poolhouse.outgoing import Outgoing
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft
from poolhouse.users.model import IdentityDraft

KINDS = list(catalog.MANIFESTS.values())
NAMES_NO_ISSUER = {"oauth", "cas", "ldap", "ad"}


@pytest.fixture(scope="module")
async def place(services: Services) -> tuple[PoolForTests, App]:
    pool = PoolForTests((await services.pools.create("of two companies")).id)
    return pool, await services.apps.create(pool.administrator, "门户", redirect_uris=(CLIENT_PAGE,))


@pytest.fixture
async def ways(
    services: Services,
    place: tuple[PoolForTests, App],
    manifest: Manifest,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[Way, Way]]:
    """Two connections of one source, which know the same ids."""
    pool, app = place
    peer = stand_in(manifest.kind)
    async with peer.serving():
        called = Outgoing({("127.0.0.1", peer.port)} if peer.port else ())
        monkeypatch.setattr(services.provider_connections, "_outgoing", called)
        way = await Way.made(services, pool, app, manifest, peer)
        draft = ConnectionDraft(manifest.kind, f"{way.connection.identifier}-2", "另一家公司", peer.fields())
        other = await services.sources.add_connection(pool.administrator, way.connection.source_id, draft)
        other = await services.sources.set_connection_enabled(
            pool.administrator, other.id, "app", app.id, True
        )
        yield way, replace(way, connection=other)
        await services.sources.delete(pool.administrator, way.connection.source_id)


def of(kinds: list[Manifest]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("manifest", kinds, ids=lambda one: one.kind)


@of(KINDS)
async def test_two_connections_of_a_source_are_one_authority_only_where_the_protocol_names_it(
    ways: tuple[Way, Way],
) -> None:
    way, other = ways
    person = way.person()
    first = await way.sign_in(person)
    if way.manifest.kind not in NAMES_NO_ISSUER:
        assert (await other.sign_in(person)).user.id == first.user.id
        return
    assert (await other.refused(person))["step"] == "issuer"
    assert (await way.sign_in(person)).user.id == first.user.id
    await way.services.sources.delete_connection(way.pool.administrator, way.connection.id)
    assert (await other.sign_in(person)).user.id == first.user.id, "which has taken over"


@of([catalog.MANIFESTS[kind] for kind in ("saml", "cas", "ldap")])
async def test_what_an_administrator_linked_for_one_connection_is_not_opened_by_another(
    ways: tuple[Way, Way],
) -> None:
    way, other = ways
    person = way.person()
    theirs = await way.local(username=f"of-{way.manifest.kind}")
    draft = IdentityDraft(way.connection.identifier, person.id, ext_idp_id=way.connection.source_id)
    await way.services.identities.link(way.pool.administrator, theirs.id, draft)
    assert (await other.refused(person))["step"] == "issuer"
    assert (await way.sign_in(person)).user.id == theirs.id


@of([catalog.MANIFESTS["saml"]])
async def test_a_saml_connection_that_is_pointed_elsewhere_hands_no_account_on(
    ways: tuple[Way, Way], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does an attribute that has the name of the claim."""
    way, other = ways
    person = way.person()
    first = await way.sign_in(person)
    for elsewhere in (way, other):
        issuer = str(elsewhere.connection.fields["idpEntityId"])
        with monkeypatch.context() as patch:
            made = elsewhere.peer._idp  # type: ignore[attr-defined]
            patch.setattr(
                elsewhere.peer,
                "_idp",
                lambda *asked, made=made, issuer=issuer: made(*asked).but(
                    issuer="https://partner.example", attributes=(("iss", issuer),)
                ),
            )
            await elsewhere.set(fields={"idpEntityId": "https://partner.example"})
            with pytest.raises(ProviderFailed, match="issuer"):
                await elsewhere.sign_in(person)
        await elsewhere.set(fields={"idpEntityId": issuer})
        assert (await elsewhere.sign_in(person)).user.id == first.user.id
