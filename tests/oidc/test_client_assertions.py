"""private_key_jwt: who says by a token of its own who it is, and everything such a token must not be."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from tests.conftest import PoolForTests
from tests.jobs import piece_of
from tests.oidc.conftest import REDIRECT

from poolhouse.apps.model import App
from poolhouse.ids import new_id
from poolhouse.oidc.client_assertions import LONGEST_LIFE_S, TYPE
from poolhouse.services import Services
from poolhouse.times import now

RSA = RSAKey.generate_key(2048, {"kid": "r1"})
EC = ECKey.generate_key("P-256", {"kid": "e1"})
STRANGERS = RSAKey.generate_key(2048, {"kid": "r1"})


@pytest.fixture
async def app(services: Services, pool: PoolForTests) -> App:
    jwks = {"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}
    return await services.apps.create(
        pool.administrator,
        "service",
        redirect_uris=(REDIRECT,),
        settings={"token_endpoint_auth": "private_key_jwt", "client_jwks": jwks},
    )


@dataclass
class Client:
    """Asks for a token of its own by an assertion."""

    http: httpx.AsyncClient
    app: App
    issuer: str

    def claims(self, **changed: Any) -> dict[str, Any]:
        made = {
            "iss": self.app.id,
            "sub": self.app.id,
            "aud": f"{self.issuer}/token",
            "exp": int(now().timestamp()) + 60,
            "jti": new_id(),
            **changed,
        }
        return {name: value for name, value in made.items() if value is not None}

    def signed(
        self, key: RSAKey | ECKey = RSA, alg: str = "RS256", kid: str | None = "r1", **changed: Any
    ) -> str:
        header = {"alg": alg, **({"kid": kid} if kid else {})}
        return jws.serialize_compact(header, json.dumps(self.claims(**changed)), key, [alg])

    async def ask(self, assertion: str, path: str = "/oidc/token", **more: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": TYPE,
            "client_assertion": assertion,
        }
        return await self.http.post(path, data={**form, **more})

    async def refused(self, assertion: str, **more: str) -> str:
        """The error's code and what it says."""
        answer = await self.ask(assertion, **more)
        body = answer.json()
        assert answer.status_code in (400, 401), body
        return f"{body['error']}: {body['error_description']}"


@pytest.fixture
async def client(http: httpx.AsyncClient, app: App) -> Client:
    found = (await http.get("/oidc/.well-known/openid-configuration")).json()
    return Client(http, app, found["issuer"])


async def test_a_stranger_is_refused(client: Client) -> None:
    assert "no key of the application's" in await client.refused(client.signed(STRANGERS))


@pytest.mark.parametrize(
    ("key", "alg", "kid"), [(RSA, "RS256", "r1"), (EC, "ES256", "e1"), (RSA, "RS256", None)]
)
async def test_a_client_is_who_it_signs_to_be(client: Client, key: Any, alg: str, kid: str | None) -> None:
    answer = await client.ask(client.signed(key, alg, kid))
    assert answer.status_code == 200, answer.text
    assert answer.json()["access_token"]


async def test_authlib_signs_what_is_taken(services: Services, app: App, server: str) -> None:
    async with httpx.AsyncClient() as http:
        found = (await http.get(f"{server}/oidc/.well-known/openid-configuration")).json()
    async with AsyncOAuth2Client(
        app.id, RSA.as_pem(private=True), token_endpoint_auth_method="private_key_jwt"
    ) as rp:
        rp.register_client_auth_method(PrivateKeyJWT(found["token_endpoint"]))
        token = await rp.fetch_token(found["token_endpoint"], grant_type="client_credentials")
    assert token["access_token"]


async def test_each_endpoint_takes_one_made_for_itself_or_for_the_issuer(client: Client) -> None:
    for path in ("token/introspection", "token/revocation"):
        for aud in (client.issuer, f"{client.issuer}/token", f"{client.issuer}/{path}", [client.issuer]):
            answer = await client.ask(client.signed(aud=aud), f"/oidc/{path}", token="x")
            assert answer.status_code == 200, answer.text


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("iss of another", {"iss": "another"}, "iss and sub"),
    ("no iss", {"iss": None}, "iss and sub"),
    ("no sub", {"sub": None}, "sub is missing"),
    ("aud of another server", {"aud": "https://other.example/oidc/token"}, "aud"),
    ("aud of another endpoint", {"aud": "ISSUER/token/introspection"}, "aud"),
    ("no aud", {"aud": None}, "aud"),
    ("an empty aud", {"aud": []}, "aud"),
    ("aud for us and for another", {"aud": ["ISSUER", "https://other.example"]}, "aud"),
    ("aud that is no text", {"aud": {"a": 1}}, "aud"),
    ("no exp", {"exp": None}, "exp"),
    ("exp as text", {"exp": "9999999999"}, "exp"),
    ("exp that has passed", {"exp": -1}, "exp"),
    ("exp too far away", {"exp": LONGEST_LIFE_S + 60}, "at most"),
    ("exp past the calendar", {"exp": 10**30}, "exp"),
    ("nbf in the future", {"nbf": 120}, "nbf"),
    ("iat in the future", {"iat": 120}, "iat"),
    ("iat that is no time", {"iat": "now"}, "iat"),
    ("no jti", {"jti": None}, "jti"),
    ("an empty jti", {"jti": ""}, "jti"),
    ("a long jti", {"jti": "j" * 257}, "jti"),
    ("a jti with half a character", {"jti": "\ud800"}, "jti"),
    ("a jti that is no text", {"jti": 7}, "jti"),
]


@pytest.mark.parametrize(
    ("changed", "said"), [(c, s) for _, c, s in WRONG], ids=[name for name, _, _ in WRONG]
)
async def test_claims_that_do_not_fit_are_refused(client: Client, changed: dict[str, Any], said: str) -> None:
    """Numbers are seconds from now."""
    seconds = int(now().timestamp())
    given = {
        name: seconds + value if name in ("exp", "nbf", "iat") and isinstance(value, int) else value
        for name, value in changed.items()
    }
    if "aud" in given:
        given["aud"] = json.loads(json.dumps(given["aud"]).replace("ISSUER", client.issuer))
    refusal = await client.refused(client.signed(**given))
    assert refusal.startswith("invalid_client")
    assert said in refusal


async def test_one_is_good_once_also_when_many_come_at_once(client: Client) -> None:
    assertion = client.signed()
    answers = await asyncio.gather(*(client.ask(assertion) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    assert "jti was used before" in await client.refused(assertion)
    jti = client.claims()["jti"]
    assert (await client.ask(client.signed(jti=jti))).status_code == 200
    assert "jti was used before" in await client.refused(client.signed(EC, "ES256", "e1", jti=jti))


async def test_a_jti_is_an_applications_own(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, client: Client
) -> None:
    jti = new_id()
    assert (await client.ask(client.signed(jti=jti))).status_code == 200
    for each in (pool, other_pool):
        twin = await services.apps.create(
            each.administrator,
            "twin",
            settings={"token_endpoint_auth": "private_key_jwt", "client_jwks": RSA.as_dict(private=False)},
        )
        assert (await client.ask(Client(client.http, twin, client.issuer).signed(jti=jti))).status_code == 200


async def test_what_was_used_is_forgotten_once_every_clock_has_passed_its_end(
    services: Services, client: Client
) -> None:
    """A node whose clock is behind takes it for a while after the database's clock says it has run out."""

    async def kept_after(seconds: int) -> int:
        await services.db.execute(
            "update oidc_client_assertions set "
            "expires_at = (expires_at at time zone 'UTC' - $2::interval) at time zone 'UTC' "
            "where pool_id = $1",
            client.app.pool_id,
            timedelta(seconds=seconds),
        )
        await piece_of(services.db, "client_assertions")
        count: int = await services.db.fetchval(
            "select count(*) from oidc_client_assertions where pool_id = $1", client.app.pool_id
        )
        return count

    await client.ask(client.signed())
    assert await kept_after(0) == 1
    assert await kept_after(75) == 1
    assert await kept_after(20) == 0


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


async def test_a_header_chooses_neither_the_kind_of_key_nor_the_key(client: Client) -> None:
    """`none`, the public key as a secret, one kind under the other's name, a key or an address that comes along."""
    payload = part(json.dumps(client.claims()).encode())
    unsigned = f"{part(json.dumps({'alg': 'HS256', 'kid': 'r1'}).encode())}.{payload}"
    public = RSA.as_pem(private=False)
    come_along = {"alg": "RS256", "jwk": STRANGERS.as_dict(private=False), "jku": "http://127.0.0.1/jwks"}
    forged = [
        f"{part(json.dumps({'alg': 'none'}).encode())}.{payload}.",
        f"{part(json.dumps({'alg': 'none'}).encode())}.{payload}.AAAA",
        f"{unsigned}.{part(hmac.digest(public, unsigned.encode(), 'sha256'))}",
        f"{unsigned}.{part(hmac.digest(client.app.secret.encode(), unsigned.encode(), 'sha256'))}",
        client.signed(EC, "ES256", "r1"),
        client.signed(RSA, "RS256", "e1"),
        client.signed(RSA, "PS256"),
        jws.serialize_compact(come_along, json.dumps(client.claims()), STRANGERS, ["RS256"]),
        client.signed()[:-4] + "AAAA",
    ]
    for assertion in forged:
        assert (await client.refused(assertion)).startswith("invalid_client")


@pytest.mark.parametrize(
    "assertion",
    [
        "",
        "x",
        "a.b.c",
        "." * 100,
        "x" * 9000,
        "e30.e30.e30",
        "é.é.é",
        part(b'{"alg":"RS256"}') + "." + part(b"[" * 3000) + ".AAAA",
    ],
    ids=range(8),
)
async def test_garbage_is_refused(client: Client, assertion: str) -> None:
    assert (await client.refused(assertion)).startswith("invalid_client")


async def test_a_client_says_in_one_way_who_it_is(client: Client) -> None:
    basic = base64.b64encode(f"{client.app.id}:{client.app.secret}".encode()).decode()
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": client.signed(),
    }
    answer = await client.http.post("/oidc/token", data=form, headers={"authorization": f"Basic {basic}"})
    assert answer.json()["error"] == "invalid_request"
    assert "twice" in await client.refused(client.signed(), client_secret=client.app.secret)
    assert "client_id" in await client.refused(client.signed(), client_id="another")
    assert "client_assertion_type" in await client.refused(client.signed(), client_assertion_type="other")


async def test_its_secret_opens_nothing_any_more(client: Client) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": client.app.id,
        "client_secret": client.app.secret,
    }
    answer = await client.http.post("/oidc/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_an_application_that_chose_otherwise_takes_none(
    services: Services, pool: PoolForTests, client: Client
) -> None:
    await services.apps.update(
        pool.administrator, client.app.id, {}, {"token_endpoint_auth": "client_secret"}
    )
    assert "authenticates by client_secret" in await client.refused(client.signed())


async def test_none_is_taken_where_a_strangers_header_says_who_we_are(
    services: Services, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.settings, "host", "0.0.0.0")
    found = (await client.http.get("/oidc/.well-known/openid-configuration")).json()
    assert "private_key_jwt" not in found["token_endpoint_auth_methods_supported"]
    assert "token_endpoint_auth_signing_alg_values_supported" not in found
    client.issuer = found["issuer"]
    assert "POOLHOUSE_PUBLIC_URL" in await client.refused(client.signed())
    monkeypatch.setattr(services.settings, "public_url", client.issuer.removesuffix("/oidc"))
    assert (await client.ask(client.signed())).status_code == 200
