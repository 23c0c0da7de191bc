"""Official clients, unmodified, each walking the documented calls against a listening server."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from tests.clients.matrix import CLIENTS, Client
from tests.clients.packages import LeftOut
from tests.clients.runs import record, recorded, run
from tests.clients.walk_v3 import PASSWORD
from tests.conftest import PoolForTests
from tests.oidc.conftest import Browser

from poolhouse.paging import PageRequest
from poolhouse.services import Services


@pytest.fixture
async def given(services: Services, server: str, pool: PoolForTests) -> dict[str, Any]:
    """What somebody has who was given a pool: addresses, ids and secrets."""
    redirect = "http://127.0.0.1/callback"
    key = await services.access_keys.create(pool.administrator)
    app = await services.apps.create(pool.administrator, "shop", redirect_uris=[redirect])
    return {
        "host": server,
        "userPoolId": pool.id,
        "userPoolSecret": (await services.pools.get(pool.id)).secret,
        "accessKeyId": key.id,
        "accessKeySecret": key.secret,
        "appId": app.id,
        "appSecret": app.secret,
        "redirectUri": redirect,
        "publicKey": services.transport.rsa_public_key,
    }


async def _sign_in_on_the_page(given: dict[str, Any], account: str) -> str:
    """The code that the application's address is given."""
    asked = {
        "client_id": given["appId"],
        "redirect_uri": given["redirectUri"],
        "response_type": "code",
        "scope": "openid profile offline_access",
        "prompt": "consent",
        "state": "xyz",
    }
    async with httpx.AsyncClient(base_url=given["host"]) as http:
        browser = Browser(http)
        await browser.open("/oidc/auth?" + urlencode(asked))
        await browser.submit("/login", account=account, password=PASSWORD)
        page = await browser.submit("/login/consent", answer="allow")
        return parse_qs(urlsplit(page.headers["location"]).query)["code"][0]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.file)
async def test_every_call_of_the_client_passes_or_has_a_reason(
    client: Client, services: Services, pool: PoolForTests, given: dict[str, Any]
) -> None:
    try:
        command = client.packages.command()
    except LeftOut as reason:
        pytest.skip(f"{client.title}: {reason}")

    async def code_sent_to(address: str) -> str:
        messages = await services.mail.list_messages(pool.administrator, PageRequest(), recipient=address)
        found = re.search(r"\b\d{6}\b", messages.items[0].body)
        assert found
        return found[0]

    async def authorization_by(account: str) -> str:
        return await _sign_in_on_the_page(given, account)

    answers = {"code": code_sent_to, "authorization": authorization_by}
    ran = await run(command, given | {"walk": client.walk}, answers)

    if os.environ.get("RECORD_CLIENTS"):
        record(client.file, ran)
    reasons = {**client.theirs, **client.ours}
    unexplained = {name: detail for name, detail in ran.details.items() if name not in reasons}
    assert not unexplained, "\n".join(f"{name}: {detail}" for name, detail in unexplained.items())
    passes_now = [name for name in reasons if name not in ran.failed]
    assert not passes_now, "take these off the row, and `make clients`"
    assert recorded(client.file) == ran.kept, "another run than the recorded one: `make clients`"
