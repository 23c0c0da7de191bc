"""What an application is told of the identity sources that it may show buttons for."""

from __future__ import annotations

from typing import Any

import httpx
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer
from tests.federation.fitting import FIELDS

from poolhouse.tenants.model import ConnectionDraft

PATH = "/api/v3/get-application-enabled-extidps"


async def _told(http: httpx.AsyncClient, pool_id: str, app_id: str) -> Any:
    headers = {"x-authing-userpool-id": pool_id, "x-authing-app-id": app_id}
    return (await http.get(PATH, headers=headers)).json()


async def test_a_request_that_names_no_application_is_refused(peer: Peer, http: httpx.AsyncClient) -> None:
    answer = (await http.get(PATH, headers={"x-authing-userpool-id": peer.pool.id})).json()
    assert (answer["statusCode"], answer.get("data")) == (400, None)


async def test_what_is_switched_on_and_signs_in_is_listed(peer: Peer, http: httpx.AsyncClient) -> None:
    administrator, sources = peer.pool.administrator, peer.services.sources
    for identifier, kind in (("off", "oidc"), ("hub", "gitlab")):
        made = await sources.add_connection(
            administrator, peer.source.id, ConnectionDraft(kind, identifier, identifier, FIELDS)
        )
        await sources.set_connection_enabled(administrator, made.id, "app", peer.app.id, kind == "gitlab")
    assert (await _told(http, peer.pool.id, peer.app.id))["data"] == [
        {
            "identifier": "corp",
            "extIdpId": peer.source.id,
            "type": "oidc",
            "extIdpType": "enterprise",
            "bindUrl": "",
            "name": "公司账号",
        }
    ]


async def test_another_pools_application_shows_nothing(
    peer: Peer, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    theirs = await peer.services.apps.create(other_pool.administrator, "Theirs")
    assert (await _told(http, other_pool.id, theirs.id))["data"] == []
