"""Two pools, one rotation: tokens of both are verified by everybody's way to verify, before it and after it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import jwt as pyjwt
import pytest
from authing import AuthenticationClient
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.clients.browsing import Person
from tests.clients.packages import Jars, LeftOut
from tests.clients.runs import run
from tests.conftest import PoolForTests
from tests.oidc.conftest import REDIRECT
from tests.oidc.test_flows import VERIFIER, authorize_url, claims_of
from tests.sdk import node
from tests.wire.v3.test_clients import SDK

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

PARSE = SDK.parents[1] / "parse-tokens.cjs"


@dataclass
class Issued:
    app: App
    access: str
    id: str


async def issued(services: Services, server: str, pool: PoolForTests, **settings: Any) -> Issued:
    """What a new application of the pool gets for a person who signs in."""
    app = await services.apps.create(pool.administrator, "RP", redirect_uris=(REDIRECT,), settings=settings)
    if await services.users.find(pool.administrator, UserKey("username", "ada")) is None:
        draft = UserDraft({"username": "ada"}, password="lovelace")
        await services.users.create(pool.administrator, draft)
    async with httpx.AsyncClient() as http:
        callback = await Person(http, (REDIRECT,), "ada", "lovelace").go(server + authorize_url(app))
    form = {
        "grant_type": "authorization_code",
        "client_id": app.id,
        "client_secret": app.secret,
        "code": httpx.URL(callback).params["code"],
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    async with httpx.AsyncClient() as http:
        answer = (await http.post(f"{server}/oidc/token", data=form)).json()
    return Issued(app, answer["access_token"], answer["id_token"])


async def published(server: str, path: str = "jwks.json") -> list[dict[str, Any]]:
    async with httpx.AsyncClient() as http:
        keys: list[dict[str, Any]] = (await http.get(f"{server}/oidc/.well-known/{path}")).json()["keys"]
    return keys


async def by_joserfc(server: str, tokens: list[Issued]) -> None:
    keys = KeySet.import_key_set({"keys": await published(server)})  # type: ignore[typeddict-item]
    for one in tokens:
        assert jwt.decode(one.id, keys, algorithms=["RS256"]).claims["aud"] == one.app.id


async def by_pyjwt(server: str, tokens: list[Issued]) -> None:
    client = pyjwt.PyJWKClient(f"{server}/oidc/.well-known/jwks")
    for one in tokens:
        key = await asyncio.to_thread(client.get_signing_key_from_jwt, one.id)
        claims = pyjwt.decode(one.id, key, ["RS256"], audience=one.app.id, issuer=f"{server}/oidc")
        assert claims["sub"]


async def by_pypi_authing(server: str, tokens: list[Issued]) -> None:
    for one in tokens:
        client = AuthenticationClient(one.app.id, app_host=server, app_secret=one.app.secret)
        for token in (one.access, one.id):
            read = await asyncio.to_thread(client.introspect_token_offline, token)
            assert read["aud"] == one.app.id


async def by_node(server: str, tokens: list[Issued]) -> None:
    asked = [
        {"appId": one.app.id, "appSecret": one.app.secret, "access": one.access, "id": one.id}
        for one in tokens
    ]
    process = await asyncio.create_subprocess_exec(
        node(),
        PARSE,
        SDK,
        json.dumps({"host": server, "tokens": asked}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, problems = await process.communicate()
    assert process.returncode == 0, problems.decode()
    for one, read in zip(tokens, json.loads(out), strict=True):
        assert read["access"]["client_id"] == read["id"]["aud"] == one.app.id


@pytest.mark.parametrize("verified", [by_joserfc, by_pyjwt, by_pypi_authing, by_node])
async def test_tokens_of_two_pools_verify_before_and_after_a_rotation(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, server: str, verified: Any
) -> None:
    before = [await issued(services, server, each) for each in (pool, other_pool)]
    await verified(server, before)
    await services.sessions.keys.rotate_server("RS256", timedelta(0))
    after = [await issued(services, server, each) for each in (pool, other_pool)]
    kids = [pyjwt.get_unverified_header(one.id)["kid"] for one in (*before, *after)]
    assert kids[0] == kids[1] != kids[2] == kids[3]
    await verified(server, [*before, *after])


async def test_java_3_1_9_verifies_what_is_signed_before_a_rotation_and_after_it(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, server: str
) -> None:
    """By the first key it is told of, so not what an earlier one signed."""
    try:
        command = Jars("cn.authing", "authing-java-sdk", "3.1.9", "Offline").command()
    except LeftOut as reason:
        pytest.skip(f"authing-java-sdk 3.1.9: {reason}")
    for _ in range(2):
        tokens = [await issued(services, server, each) for each in (pool, other_pool)]
        asked = [
            {"appId": one.app.id, "appSecret": one.app.secret, "access": one.access, "id": one.id}
            for one in tokens
        ]
        ran = await run(command, {"host": server, "tokens": asked}, {})
        assert (len(ran.passed), ran.details) == (4, {})
        await services.sessions.keys.rotate_server("RS256", timedelta(0))


@pytest.mark.parametrize("path", ["jwks.json", "jwks"])
async def test_the_first_published_key_verifies_as_java_and_go_take_it(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, server: str, path: str
) -> None:
    for _ in range(2):
        await services.sessions.keys.rotate_server("RS256", timedelta(0))
        first = (await published(server, path))[0]
        key = pyjwt.PyJWK(first, "RS256")
        for each in (pool, other_pool):
            one = await issued(services, server, each)
            for token in (one.access, one.id):
                assert pyjwt.decode(token, key, ["RS256"], audience=one.app.id)["sub"]


async def test_an_applications_id_tokens_are_es256_where_it_chose_so(
    services: Services, pool: PoolForTests, server: str
) -> None:
    await issued(services, server, pool)
    one = await issued(services, server, pool, id_token_algorithm="ES256")
    keys = KeySet.import_key_set({"keys": await published(server, "jwks")})  # type: ignore[typeddict-item]
    assert jwt.decode(one.id, keys, algorithms=["ES256"]).claims["aud"] == one.app.id
    assert pyjwt.get_unverified_header(one.access)["alg"] == "RS256"
    await by_node(server, [one])


async def test_ec_keys_stand_at_the_official_clients_path_for_who_asks_as_an_application_of_theirs(
    services: Services, pool: PoolForTests, server: str
) -> None:
    apps = [
        await services.apps.create(pool.administrator, name, settings={"id_token_algorithm": name})
        for name in ("RS256", "ES256")
    ]
    async with httpx.AsyncClient(base_url=server) as http:
        for app_id, kinds in (
            (None, {"RSA"}),
            ("x" * 9000, {"RSA"}),
            (apps[0].id, {"RSA"}),
            (apps[1].id, {"RSA", "EC"}),
        ):
            headers = {"x-authing-app-id": app_id} if app_id else {}
            answer = await http.get("/oidc/.well-known/jwks.json", headers=headers)
            assert {key["kty"] for key in answer.json()["keys"]} == kinds
        everything = (await http.get("/oidc/.well-known/jwks")).json()["keys"]
    kinds_in_order = [key["kty"] for key in everything]
    assert kinds_in_order == sorted(kinds_in_order, reverse=True)
    assert "EC" in kinds_in_order


async def test_hs256_stays_the_applications_secret(
    services: Services, pool: PoolForTests, server: str
) -> None:
    one = await issued(services, server, pool, id_token_algorithm="HS256")
    assert pyjwt.decode(one.id, one.app.secret, ["HS256"], audience=one.app.id)["sub"]
    assert claims_of(one.id)["iss"] == f"{server}/oidc"
