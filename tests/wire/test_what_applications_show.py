"""Every way an application says who it is, at every door: the table of docs/security/README.md."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from tests.conftest import PoolForTests
from tests.wire.credentials import PASSWORD, Person, World
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import signed_headers

from poolhouse.apps.model import App, TokenEndpointAuth
from poolhouse.errors import NotAuthenticated
from poolhouse.ids import new_id
from poolhouse.oidc.client_assertions import TYPE
from poolhouse.times import now

PAGE = (Path(__file__).parents[2] / "docs/security/README.md").read_text()
KEY = ECKey.generate_key("P-256", {"kid": "e1"})
METHODS: tuple[TokenEndpointAuth, ...] = get_args(TokenEndpointAuth)


@dataclass
class Client:
    """An application as its client knows it; `pool_id` is the pool it names, `bought` a management token of before."""

    world: World
    app: App
    secret: str
    pool_id: str
    person: Person
    bought: str = field(default="", repr=False)

    @property
    def form(self) -> dict[str, str]:
        return {"client_id": self.app.id, "client_secret": self.secret}

    @property
    def header(self) -> dict[str, str]:
        return {"authorization": "Basic " + b64encode(f"{self.app.id}:{self.secret}".encode()).decode()}

    async def assertion(self) -> dict[str, str]:
        found = (await self.world.http.get("/oidc/.well-known/openid-configuration")).json()
        claims = {"iss": self.app.id, "sub": self.app.id, "aud": found["issuer"], "jti": new_id()}
        claims["exp"] = int(now().timestamp()) + 60
        signed = jws.serialize_compact({"alg": "ES256", "kid": "e1"}, json.dumps(claims), KEY, ["ES256"])
        return {"client_assertion_type": TYPE, "client_assertion": signed}


Door = Callable[[Client], Awaitable[bool]]
DOORS: dict[str, Door] = {}
NAME_A_POOL = {"v2 accessToken", "v2 userpools/accessToken"}


def door(name: str) -> Callable[[Door], Door]:
    def add(knock: Door) -> Door:
        DOORS[name] = knock
        return knock

    return add


def protocol(endpoint: str, path: str, **asked: str) -> None:
    async def post(client: Client, form: dict[str, str], headers: dict[str, str] | None = None) -> bool:
        answer = await client.world.http.post(path, data={**asked, **form}, headers=headers)
        assert answer.status_code in (200, 400, 401), answer.text
        return answer.status_code == 200

    @door(f"{endpoint}, the secret in the form")
    async def by_form(client: Client) -> bool:
        return await post(client, client.form)

    @door(f"{endpoint}, the secret in the header")
    async def by_header(client: Client) -> bool:
        return await post(client, {}, client.header)

    @door(f"{endpoint}, an assertion")
    async def by_assertion(client: Client) -> bool:
        return await post(client, await client.assertion())

    @door(f"{endpoint}, the bare id")
    async def by_id(client: Client) -> bool:
        return await post(client, {"client_id": client.app.id})


protocol("token", "/oidc/token", grant_type="client_credentials")
protocol("introspection", "/oidc/token/introspection", token="x")
protocol("revocation", "/oidc/token/revocation", token="x")


@door("v2 accessToken")
async def access_token(client: Client) -> bool:
    v2 = V2Client(client.world.http, {"x-authing-app-id": client.app.id})
    given = {"userPoolId": client.pool_id, "secret": client.secret}
    return "errors" not in (await v2.send(v2.documents["AccessToken"], given)).json()


@door("v2 userpools/accessToken")
async def access_token_by_query(client: Client) -> bool:
    answer = await client.world.http.get(
        "/api/v2/userpools/accessToken",
        params={"userPoolId": client.pool_id, "secret": client.secret},
        headers={"x-authing-app-id": client.app.id},
    )
    return bool(answer.json()["code"] == 200)


@door("v2 with a token bought before")
async def bought_before(client: Client) -> bool:
    headers = {"authorization": f"Bearer {client.bought}"}
    return bool((await client.world.http.get("/api/v2/applications", headers=headers)).json()["code"] == 200)


@door("v2 renewing a token bought before")
async def renewing(client: Client) -> bool:
    v2 = V2Client(client.world.http, {"authorization": f"Bearer {client.bought}"})
    return "errors" not in (await v2.send("mutation { refreshAccessToken { accessToken } }", {})).json()


def succeeded(answer: httpx.Response) -> bool:
    return bool(answer.json()["statusCode"] == 200)


@door("v3 check-app-id-secret")
async def check(client: Client) -> bool:
    given = {"appId": client.app.id, "appSecret": client.secret}
    return succeeded(await client.world.http.post("/api/v3/check-app-id-secret", json=given))


async def sign_in(client: Client, body: dict[str, Any], headers: dict[str, str]) -> bool:
    person = {"username": client.person.user.username, "password": PASSWORD}
    asked = {"connection": "PASSWORD", "passwordPayload": person, **body}
    return succeeded(await client.world.http.post("/api/v3/signin", json=asked, headers=headers))


@door("v3 signin, the secret in the body")
async def sign_in_by_body(client: Client) -> bool:
    return await sign_in(client, client.form, {})


@door("v3 signin, the secret in the header")
async def sign_in_by_header(client: Client) -> bool:
    return await sign_in(client, {}, client.header)


@door("v3 get-management-token")
async def management_token(client: Client) -> bool:
    given = {"accessKeyId": client.app.id, "accessKeySecret": client.secret}
    return succeeded(await client.world.http.post("/api/v3/get-management-token", json=given))


@door("v3 signature")
async def signature(client: Client) -> bool:
    headers = signed_headers(client.app.id, client.secret, "GET", "/api/v3/list-access-key")
    return succeeded(await client.world.http.get("/api/v3/list-access-key", headers=headers))


def table() -> dict[str, dict[str, bool]]:
    """Door -> method -> whether it opens."""
    (block,) = re.findall(r"^\| endpoint and proof \|.*\n(?:\|.*\n)+", PAGE, re.MULTILINE)
    head, _, *rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()]
    assert {cell for _, *cells in rows for cell in cells} == {"opens", ""}
    return {
        name: {method: cell == "opens" for method, cell in zip(head[1:], cells, strict=True)}
        for name, *cells in rows
    }


OPENS = table()
NOTHING = dict.fromkeys(DOORS, False)


async def opened(client: Client) -> dict[str, bool]:
    return {name: await knock(client) for name, knock in DOORS.items()}


async def client_that(world: World, method: TokenEndpointAuth, **settings: Any) -> Client:
    """It has bought a management token while its secret was one, if it ever was."""
    bought = await world.services.management_tokens.buy(world.pool.id, world.app.secret, world.app.id)
    chosen = {
        "token_endpoint_auth": method,
        "client_jwks": KEY.as_dict(private=False),
        "id_token_algorithm": "RS256",
    }
    app = await world.services.apps.update(world.pool.administrator, world.app.id, {}, {**chosen, **settings})
    return Client(world, app, app.secret, world.pool.id, await world.person(), bought.token)


def test_the_page_has_every_door_and_every_method() -> None:
    assert list(OPENS) == list(DOORS)
    assert all(tuple(cells) == METHODS for cells in OPENS.values())


@pytest.mark.parametrize("method", METHODS)
async def test_a_proof_opens_what_it_buys_and_nothing_else(world: World, method: TokenEndpointAuth) -> None:
    found = await opened(await client_that(world, method))
    assert found == {name: cells[method] for name, cells in OPENS.items()}


@pytest.mark.parametrize("method", METHODS)
async def test_a_disabled_application_proves_nothing(world: World, method: TokenEndpointAuth) -> None:
    assert await opened(await client_that(world, method, enabled=False)) == NOTHING


@pytest.mark.parametrize("method", METHODS[:3])
async def test_another_applications_secret_proves_nothing(
    world: World, other_pool: PoolForTests, method: TokenEndpointAuth
) -> None:
    client = await client_that(world, method)
    other = await world.services.apps.create(other_pool.administrator, "other")
    found = await opened(replace(client, secret=other.secret, bought=""))
    assert found == NOTHING


@pytest.mark.parametrize("name", sorted(NAME_A_POOL))
async def test_it_buys_nothing_of_another_pool(world: World, other_pool: PoolForTests, name: str) -> None:
    client = await client_that(world, "client_secret")
    assert await DOORS[name](client)
    assert not await DOORS[name](replace(client, pool_id=other_pool.id))


@pytest.mark.parametrize("path", ["check-app-id-secret", "signin"])
async def test_a_header_that_names_another_pool_is_refused(
    world: World, other_pool: PoolForTests, path: str
) -> None:
    client = await client_that(world, "client_secret")
    person = {"username": client.person.user.username, "password": PASSWORD}
    sent = {"connection": "PASSWORD", "passwordPayload": person, **client.form}
    body = {"appId": client.app.id, "appSecret": client.secret} if path.startswith("check") else sent
    for pool_id, status in ((world.pool.id, 200), (other_pool.id, 401)):
        headers = {"x-authing-userpool-id": pool_id}
        answer = await world.http.post(f"/api/v3/{path}", json=body, headers=headers)
        assert answer.json()["statusCode"] == status


async def test_a_sign_in_that_names_two_applications_is_refused(world: World) -> None:
    client = await client_that(world, "client_secret")
    other = await world.services.apps.create(world.pool.administrator, "other")
    assert await sign_in(client, {"client_id": client.app.id}, client.header)
    assert not await sign_in(client, {"client_id": other.id}, client.header)


async def test_what_is_wrong_with_a_proof_is_not_told_apart(world: World) -> None:
    """Whoever does not hold the secret learns neither how an application authenticates nor that it is disabled."""
    client = await client_that(world, "private_key_jwt")
    said = set()
    for app_id, secret in ((client.app.id, client.secret), (client.app.id, "x" * 32), (new_id(), "x" * 32)):
        given = {"appId": app_id, "appSecret": secret}
        answer = (await world.http.post("/api/v3/check-app-id-secret", json=given)).json()
        said.add((answer["statusCode"], answer.get("apiCode"), answer["message"]))
    assert len(said) == 1
    with pytest.raises(NotAuthenticated):
        await world.services.apps.authenticate(
            client.app.id, client.secret, "secret", "check", in_pool=world.pool.id
        )
