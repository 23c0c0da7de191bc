"""Management tokens over the v2 wire, and who a request is taken for. Source: docs/contract/v2.md#management-tokens."""

from __future__ import annotations

import base64
from datetime import timedelta

import msgspec
import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import Refusal, V2Client

from poolhouse.services import Services


async def test_the_pools_secret_buys_a_token_that_works(
    stranger: V2Client, pool: PoolForTests, services: Services
) -> None:
    secret = (await services.pools.get(pool.id)).secret
    token = await stranger.one("AccessToken", userPoolId=pool.id, secret=secret)
    claims = msgspec.json.decode(base64.urlsafe_b64decode(token["accessToken"].split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] > 2 * 3600
    found = await stranger.with_token(token["accessToken"]).one("Users")
    assert found == {"totalCount": 0, "list": []}


async def test_an_app_secret_buys_one_without_naming_the_pool(
    v2_http: object, stranger: V2Client, pool: PoolForTests, services: Services
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    client = V2Client(stranger.http, {"x-authing-app-id": app.id})
    token = await client.one("AccessToken", secret=app.secret)
    assert (await client.with_token(token["accessToken"]).one("Users"))["totalCount"] == 0


async def test_a_wrong_secret_and_an_unknown_pool_look_alike(stranger: V2Client, pool: PoolForTests) -> None:
    refusals = []
    for pool_id in (pool.id, "0" * 24):
        with pytest.raises(Refusal) as refused:
            await stranger.one("AccessToken", userPoolId=pool_id, secret="x" * 32)
        refusals.append((refused.value.code, refused.value.message))
    assert refusals[0] == refusals[1]
    assert refusals[0][0] == 2020


async def test_an_apps_secret_opens_its_own_pool_only(
    stranger: V2Client, pool: PoolForTests, other_pool: PoolForTests, services: Services
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    client = V2Client(stranger.http, {"x-authing-app-id": app.id})
    with pytest.raises(Refusal):
        await client.one("AccessToken", userPoolId=other_pool.id, secret=app.secret)


async def test_the_pool_of_the_header_is_never_believed_over_the_token(
    v2: V2Client, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    created = await v2.one("CreateUser", userInfo={"username": "x"})
    elsewhere = V2Client(v2.http, {**v2.headers, "x-authing-userpool-id": other_pool.id})
    assert (await elsewhere.one("Users"))["list"][0]["id"] == created["id"]
    assert created["userPoolId"] == pool.id


@pytest.mark.parametrize(("token", "code"), [("x", 2207), ("a.b.c", 2207), ("x" * 9000, 2207), (None, 2020)])
async def test_a_bad_token_says_so(stranger: V2Client, token: str | None, code: int) -> None:
    with pytest.raises(Refusal) as refused:
        await stranger.with_token(token).one("Users")
    assert (refused.value.code, refused.value.status) == (code, 200)


async def test_an_expired_token_says_so(stranger: V2Client, pool: PoolForTests, services: Services) -> None:
    issued = await services.management_tokens.of_pool(pool.id, lifetime=timedelta(seconds=-10))
    with pytest.raises(Refusal) as refused:
        await stranger.with_token(issued.token).one("Users")
    assert refused.value.code == 2206


async def test_a_token_can_be_renewed_by_its_holder(v2: V2Client, stranger: V2Client) -> None:
    token = await v2.one("RefreshAccessToken")
    assert (await v2.with_token(token["accessToken"]).one("Users"))["totalCount"] == 0
    with pytest.raises(Refusal):
        await stranger.one("RefreshAccessToken")


async def test_an_unknown_pool_is_named_to_whoever_needs_one(stranger: V2Client) -> None:
    nowhere = V2Client(stranger.http, {"x-authing-userpool-id": "0" * 24})
    with pytest.raises(Refusal) as refused:
        await nowhere.one("Users")
    assert refused.value.code == 2224


async def test_the_key_for_passwords_is_public(stranger: V2Client) -> None:
    known = await stranger.rest("GET", "/api/v2/.well-known")
    assert known["publicKey"].startswith("-----BEGIN PUBLIC KEY-----")


async def test_a_renewed_secret_ends_the_tokens_it_bought(
    stranger: V2Client, pool: PoolForTests, services: Services
) -> None:
    """Also those renewed from one: who stole a token could else keep it alive for ever."""
    secret = (await services.pools.get(pool.id)).secret
    bought = stranger.with_token(
        (await stranger.one("AccessToken", userPoolId=pool.id, secret=secret))["accessToken"]
    )
    renewed = bought.with_token((await bought.one("RefreshAccessToken"))["accessToken"])
    fresh = await renewed.one("RefreshUserpoolSecret")
    for client in (bought, renewed):
        for document in ("Users", "RefreshAccessToken"):
            with pytest.raises(Refusal) as refused:
                await client.one(document)
            assert refused.value.code == 2206
    again = await stranger.one("AccessToken", userPoolId=pool.id, secret=fresh)
    assert (await stranger.with_token(again["accessToken"]).one("Users"))["totalCount"] == 0


async def test_an_applications_token_ends_with_its_secret_and_with_itself(
    stranger: V2Client, pool: PoolForTests, services: Services
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    client = V2Client(stranger.http, {"x-authing-app-id": app.id})

    async def buy(secret: str) -> V2Client:
        return client.with_token((await client.one("AccessToken", secret=secret))["accessToken"])

    old = await buy(app.secret)
    renewed = old.with_token((await old.one("RefreshAccessToken"))["accessToken"])
    new = await buy((await services.apps.refresh_secret(pool.administrator, app.id)).secret)
    for one in (old, renewed):
        with pytest.raises(Refusal):
            await one.one("Users")
    assert (await new.one("Users"))["totalCount"] == 0
    await services.apps.delete(pool.administrator, app.id)
    with pytest.raises(Refusal):
        await new.one("Users")
