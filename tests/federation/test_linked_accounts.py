"""`linkAccount` and `unLinkAccount` of the official clients: the identities of one's other account become one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import Peer
from tests.sdk import Sdk, SdkError

from poolhouse.users.model import User, UserDraft, UserKey


async def _made(peer: Peer, name: str, pool: PoolForTests | None = None) -> tuple[User, str]:
    """Somebody with a password, and their token."""
    services, where = peer.services, pool or peer.pool
    user = await services.users.create(
        where.administrator, UserDraft({"username": name}, password="lovelace")
    )
    came = await services.login.with_password(where.stranger, UserKey("username", name), "lovelace")
    assert came.token is not None
    return user, came.token.token


async def _social(peer: Peer, sub: str) -> tuple[str, str]:
    """Whoever signs in by the source is somebody new: their id and token."""
    came = await peer.sign_in(sub)
    assert came.token is not None
    return came.user.id, came.token.token


async def _link(http: httpx.AsyncClient, peer: Peer, primary: str, secondary: str) -> dict[str, Any]:
    body = {"primaryUserToken": primary, "secondaryUserToken": secondary}
    headers = {"x-authing-userpool-id": peer.pool.id}
    return dict((await http.post("/api/v2/users/link", json=body, headers=headers)).json())


async def test_nobody_is_linked_without_both_tokens(
    peer: Peer, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    _, ours = await _made(peer, "ada")
    social_id, social = await _social(peer, "sub of ada")
    _, theirs = await _made(peer, "eve", other_pool)
    for primary, secondary, named in (
        ("", social, "primaryUserToken"),
        (ours, "", "secondaryUserToken"),
        ("x", social, "primaryUserToken"),
        (ours, f"{social[:-2]}xx", "secondaryUserToken"),
        (theirs, social, "primaryUserToken"),
        (ours, theirs, "secondaryUserToken"),
        (ours, ours, "secondaryUserToken"),
    ):
        answer = await _link(http, peer, primary, secondary)
        assert (answer["code"], named in answer["message"]) == (400, True), answer
    assert (await peer.sign_in("sub of ada")).user.id == social_id


async def test_the_official_client_links_an_account_and_unlinks_it(peer: Peer, sdk: Sdk) -> None:
    ada, token = await _made(peer, "ada")
    social_id, social = await _social(peer, "sub of ada")
    client = replace(sdk, authentication={**sdk.authentication, "appId": peer.app.id})
    client.authentication.pop("secret", None)
    await client.run(("auth:linkAccount", {"primaryUserToken": token, "secondaryUserToken": social}))
    assert (await peer.sign_in("sub of ada")).user.id == ada.id
    administrator, identities = peer.pool.administrator, peer.services.identities
    assert await identities.list(administrator, social_id) == []
    acts = await peer.services.db.fetch(
        "select operation, user_id from audit_records where pool_id = $1 and resource_type = 'identity' "
        "and user_id = any($2) order by at, id",
        peer.pool.id,
        [ada.id, social_id],
    )
    assert [(row["operation"], row["user_id"]) for row in acts][-2:] == [
        ("unlink_identity", social_id),
        ("link_identity", ada.id),
    ]
    with pytest.raises(SdkError):
        await client.run(("auth:unLinkAccount", {"primaryUserToken": "x", "provider": "oidc"}))
    await client.run(("auth:unLinkAccount", {"primaryUserToken": token, "provider": "oidc"}))
    assert await identities.list(administrator, ada.id) == []
    assert (await peer.sign_in("sub of ada")).user.id not in (ada.id, social_id)


async def test_whom_a_source_knows_already_takes_no_other_identity_of_it(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    first_id, first = await _social(peer, "one")
    second_id, second = await _social(peer, "two")
    assert (await _link(http, peer, first, second))["code"] not in (200, 500)
    for sub, user_id in (("one", first_id), ("two", second_id)):
        assert (await peer.sign_in(sub)).user.id == user_id


async def test_an_identity_is_unlinked_by_the_kind_of_its_connection_too(
    peer: Peer, http: httpx.AsyncClient
) -> None:
    """As `wechat:pc`, where the source is of `wechat`."""
    user_id, token = await _social(peer, "ada")
    await peer.services.db.execute(
        "update identity_connections set type = 'wechat:pc' where pool_id = $1", peer.pool.id
    )
    for provider, left in (("wechat:mobile", 1), ("WECHAT_PC", 0)):
        body = {"primaryUserToken": token, "provider": provider}
        answer = (await http.post("/api/v2/users/unlink", json=body)).json()
        assert answer["code"] == 200
        assert len(await peer.services.identities.list(peer.pool.administrator, user_id)) == left
