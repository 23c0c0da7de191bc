"""A real provider, npm's oidc-provider: our client comes to it as a browser does, and reads what it says."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import msgspec
import pytest
from tests.federation.issuers import KEYS, elliptic
from tests.sdk import JS, node

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import (
    Begun,
    Callback,
    ExternalId,
    ExternalUser,
    Here,
    Settled,
    checked,
    settled,
)
from poolhouse.federation.providers.oidc import MANIFEST
from poolhouse.federation.providers.oidc.client import OidcClient
from poolhouse.outgoing import Outgoing
from poolhouse.times import now

CALLBACK = "https://id.example/connections/oidc/corp/callback"
SECRET = "a secret: of 32 letters and more, % + / &"
METHODS = ("client_secret_basic", "client_secret_post", "none")
ALGORITHMS = ("RS256", "PS256", "ES256")
CLAIMS = {"name": "Ada King", "nickname": "ada", "email": "ada@x.cn", "email_verified": True}


def _client(name: str, method: str, algorithm: str = "RS256", callback: str = CALLBACK) -> dict[str, object]:
    """It takes id tokens by the browser at https addresses alone."""
    secret = {} if method == "none" else {"client_secret": SECRET}
    front = callback.startswith("https:")
    return {
        "client_id": name,
        **secret,
        "redirect_uris": [callback],
        "token_endpoint_auth_method": method,
        "id_token_signed_response_alg": algorithm,
        "response_types": ["code", "id_token"] if front else ["code"],
        "grant_types": ["authorization_code", "implicit"] if front else ["authorization_code"],
    }


@dataclass
class Running:
    port: int

    @property
    def here(self) -> Here:
        return Here("https://id.example", CALLBACK, Outgoing({("127.0.0.1", self.port)}), now)

    def connection(self, name: str, **fields: object) -> Settled:
        given = {
            "issuer": f"http://127.0.0.1:{self.port}",
            "clientId": name,
            "scopes": "profile email",
            **fields,
        }
        return settled(MANIFEST, id=name, pool_id="p", source_id="s", identifier="corp", fields=given)

    async def answer(self, begun: Begun, person: str) -> Callback:
        """What a browser brings back when `person` signs in."""
        async with httpx.AsyncClient(trust_env=False) as browser:
            page = await browser.get(f"{begun.address}&login_hint={person}")
            while page.is_redirect and not page.headers["location"].startswith(CALLBACK):
                page = await browser.get(urljoin(str(page.url), page.headers["location"]))
        if page.is_redirect:
            return Callback("GET", tuple(parse_qsl(urlsplit(page.headers["location"]).query)))
        assert f'action="{CALLBACK}"' in page.text, page.text
        found = re.findall(r'name="([^"]+)" value="([^"]*)"', page.text)
        return Callback("POST", (), tuple((name, html.unescape(value)) for name, value in found))

    async def sign_in(self, connection: Settled, person: str) -> ExternalUser:
        client = OidcClient()
        begun = await client.begin(connection, self.here, "state-1")
        callback = await self.answer(begun, person)
        assert callback.given()["state"] == "state-1"
        return checked(await client.finish(connection, self.here, callback, begun.remembered))


@asynccontextmanager
async def running(callback: str = CALLBACK) -> AsyncIterator[Running]:
    """`callback`: where its clients, which are called as they say who they are, come back to."""
    clients = [*(_client(method, method, callback=callback) for method in METHODS)]
    clients += [_client(algorithm, "client_secret_basic", algorithm) for algorithm in ALGORITHMS]
    keys = [KEYS["one"].as_dict(private=True, kid="rsa"), elliptic().as_dict(private=True, kid="ec")]
    process = await asyncio.create_subprocess_exec(
        node(),
        "oidc-provider.mjs",
        cwd=JS,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgspec.json.encode({"clients": clients, "claims": CLAIMS, "keys": keys}) + b"\n")
    try:
        yield Running(int(await asyncio.wait_for(process.stdout.readline(), 30)))
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[Running]:
    async with running() as provider:
        yield provider


@pytest.mark.parametrize("method", METHODS)
async def test_a_person_comes_by_each_way_a_client_can_say_who_it_is(provider: Running, method: str) -> None:
    secret = "" if method == "none" else SECRET
    user = await provider.sign_in(
        provider.connection(method, clientSecret=secret, tokenAuthMethod=method), "ada"
    )
    assert user.ids == (ExternalId("generic", "ada"),)
    assert {name: user.profile[name] for name in ("name", "nickname", "email")} == {
        "name": "Ada King",
        "nickname": "ada",
        "email": "ada@x.cn",
    }
    assert user.email_verified
    assert user.claims["iss"] == f"http://127.0.0.1:{provider.port}"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_an_id_token_is_read_by_each_key_it_may_be_signed_with(
    provider: Running, algorithm: str
) -> None:
    user = await provider.sign_in(provider.connection(algorithm, clientSecret=SECRET), "ada")
    assert user.ids[0].value == "ada"


async def test_an_id_token_comes_by_the_browser_where_the_connection_says_so(provider: Running) -> None:
    connection = provider.connection("client_secret_basic", clientSecret=SECRET, mode="front")
    user = await provider.sign_in(connection, "ada")
    assert (user.ids[0].value, user.access_token) == ("ada", None)


async def _refused(
    provider: Running, spoil: Callable[[Callback], Callback], **fields: object
) -> ProviderFailed:
    connection = provider.connection("client_secret_basic", **{"clientSecret": SECRET, **fields})
    client = OidcClient()
    begun = await client.begin(connection, provider.here, "state-1")
    callback = spoil(await provider.answer(begun, "ada"))
    with pytest.raises(ProviderFailed) as refused:
        await client.finish(connection, provider.here, callback, begun.remembered)
    return refused.value


async def test_who_said_no_there_does_not_come(provider: Running) -> None:
    with pytest.raises(ProviderFailed, match="access_denied") as refused:
        await provider.sign_in(provider.connection("none"), "nobody")
    assert refused.value.step == "redirect"


async def test_a_wrong_secret_is_named_by_the_providers_code(provider: Running) -> None:
    refused = await _refused(provider, lambda callback: callback, clientSecret="another")
    assert (refused.step, "invalid_client" in refused.reason("en-US")) == ("token", True)


async def test_a_code_is_good_once_and_for_the_request_it_answers(provider: Running) -> None:
    client, connection = OidcClient(), provider.connection("client_secret_post", clientSecret=SECRET)
    one = await client.begin(connection, provider.here, "state-1")
    other = await client.begin(connection, provider.here, "state-2")
    callback = await provider.answer(one, "ada")
    for begun, good in ((other, False), (one, True), (one, False)):
        if good:
            assert await client.finish(connection, provider.here, callback, begun.remembered)
            continue
        with pytest.raises(ProviderFailed) as refused:
            await client.finish(connection, provider.here, callback, begun.remembered)
        assert (refused.value.step, "invalid_grant" in refused.value.reason("en-US")) == ("token", True)


async def test_the_answer_names_the_provider_and_no_other_is_taken(provider: Running) -> None:
    def of(value: str | None) -> Callable[[Callback], Callback]:
        return lambda callback: Callback(
            "GET",
            tuple((name, value if name == "iss" else said) for name, said in callback.query if name != "iss" or value),
        )  # fmt: skip

    for value in (None, "https://evil.example"):
        assert (await _refused(provider, of(value))).step == "issuer"


async def test_its_discovery_and_keys_pass_the_trial(provider: Running) -> None:
    connection = provider.connection("none")
    assert await OidcClient().check(connection, provider.here) == ("settings", "discovery", "key")
