"""What the official documents promise of linkIdentity and unlinkIdentity, told by the official clients.

"可以用执行过绑定操作的身份源登录到对应的 Authing 用户", and after unlinking no longer, unless it is linked
again. The identity's source is the stand-in, and the person signs in on the hosted page.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from authing import ManagementClient
from tests.federation.conftest import Peer, query_of
from tests.oidc.conftest import Browser
from tests.sdk import JS, Sdk, node

from poolhouse.users.model import UserDraft

NODE_CALLS = Path(__file__).parents[1] / "wire" / "v3" / "node_calls.cjs"
Ask = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""`link-identity` or `unlink-identity`, by a client that is an administrator of the pool."""


async def _v2(peer: Peer, server: str) -> Ask:
    secret = (await peer.services.pools.get(peer.pool.id)).secret
    sdk = Sdk({"userPoolId": peer.pool.id, "secret": secret, "host": server})

    async def ask(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        method = "users.linkIdentity" if name == "link" else "users.unlinkIdentity"
        answer = await sdk.call(method, {**given, "identifier": peer.connection.identifier})
        return {"done": answer["code"] == 200}

    return ask


async def _v3_python(peer: Peer, server: str) -> Ask:
    secret = (await peer.services.pools.get(peer.pool.id)).secret
    client = ManagementClient(peer.pool.id, secret, host=server)

    async def ask(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        method = client.link_identity if name == "link" else client.unlink_identity
        spelled = {re.sub("([A-Z])", r"_\1", key).lower(): value for key, value in given.items()}
        answer = await asyncio.to_thread(lambda: method(**spelled))
        return {"done": answer["data"]["success"]}

    return ask


async def _v3_node(peer: Peer, server: str) -> Ask:
    secret = (await peer.services.pools.get(peer.pool.id)).secret

    async def ask(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        call = {"key": peer.pool.id, "secret": secret, "method": f"{name}Identity", "params": given}
        process = await asyncio.create_subprocess_exec(
            str(node()),
            NODE_CALLS,
            JS / "node_modules" / "authing-node-sdk",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate(json.dumps({"host": server, "calls": [call]}).encode())
        [answer] = json.loads(out)
        return {"done": answer["data"]["success"]}

    return ask


async def _sign_in(peer: Peer, http: httpx.AsyncClient, sub: str) -> Browser:
    """On the hosted page, in a browser that was never here."""
    browser = Browser(httpx.AsyncClient(transport=http._transport, base_url="http://poolhouse"))
    asked = {"client_id": peer.app.id, "redirect_uri": "https://client.example/callback",
             "response_type": "code", "scope": "openid"}  # fmt: skip
    page = await browser.open(f"/oidc/auth?{urlencode(asked)}")
    link = re.search(r'<a href="(/login/identity\?[^"]+)">', page.text)
    assert link
    address = (await browser.http.get(unescape(link[1]))).headers["location"]
    back = urlencode(peer.issuer.back(address, sub))
    await browser.open(f"{urlsplit(query_of(address)['redirect_uri']).path}?{back}")
    return browser


async def _who(peer: Peer, browser: Browser) -> str:
    """The user whose code the application was given."""
    tokens = await browser.http.post(
        "/oidc/token",
        data={"grant_type": "authorization_code", "code": browser.arrived["code"],
              "redirect_uri": "https://client.example/callback"},
        auth=(peer.app.id, peer.app.secret),
    )  # fmt: skip
    me = await browser.http.get(
        "/oidc/me", headers={"authorization": f"Bearer {tokens.json()['access_token']}"}
    )
    return str(me.json()["sub"])


@pytest.mark.parametrize("client", [_v2, _v3_python, _v3_node], ids=["v2 Node", "v3 Python", "v3 Node"])
async def test_a_linked_identity_opens_exactly_that_account_until_it_is_unlinked(
    peer: Peer, http: httpx.AsyncClient, server: str, client: Callable[[Peer, str], Awaitable[Ask]]
) -> None:
    if not (JS / "node_modules" / "authing-node-sdk").exists():
        pytest.skip("no official clients in tests/js (make setup)")
    ask = await client(peer, server)
    create = peer.services.users.create
    ada, bob = [
        (await create(peer.pool.administrator, UserDraft({"username": name}, password="lovelace"))).id
        for name in ("ada", "bob")
    ]
    await peer.settings(login_only=True)
    refused = await _sign_in(peer, http, "user001")
    assert refused.page is not None
    assert "还没有绑定账号" in refused.page.text

    named = {"userId": ada, "extIdpId": peer.source.id}
    given = {**named, "userIdInIdp": "user001"}
    assert (await ask("link", given))["done"]
    assert await _who(peer, await _sign_in(peer, http, "user001")) == ada
    other = await _sign_in(peer, http, "user002")
    assert other.page is not None
    assert not other.page.is_redirect, "somebody else there is nobody here"

    # With a type, only those of it are unlinked; one that is linked without is of the type generic.
    assert (await ask("unlink", {**named, "type": "openid"}))["done"]
    assert await _who(peer, await _sign_in(peer, http, "user001")) == ada
    assert (await ask("unlink", {**named, "type": "generic"}))["done"]
    gone = await _sign_in(peer, http, "user001")
    assert gone.page is not None
    assert "还没有绑定账号" in gone.page.text

    # Unless it is linked again, to whomever.
    assert (await ask("link", {**given, "userId": bob}))["done"]
    assert await _who(peer, await _sign_in(peer, http, "user001")) == bob

    # Without a type, all are; where the connection makes accounts, the person is somebody new.
    assert (await ask("unlink", {"userId": bob, "extIdpId": peer.source.id}))["done"]
    assert await peer.services.identities.list(peer.pool.administrator, bob) == []
    await peer.settings(login_only=False)
    assert await _who(peer, await _sign_in(peer, http, "user001")) not in (ada, bob)
