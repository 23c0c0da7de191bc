"""`options.scope` of a sign-in of v3: what its tokens say, and the refresh token that comes with them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.conftest import PoolForTests
from tests.wire.doors import AUTHING_TOKEN

from poolhouse.apps.model import App
from poolhouse.mfa import totp
from poolhouse.oidc.model import Grant
from poolhouse.services import Services
from poolhouse.users.model import User

EVERYTHING = "openid profile email offline_access"


async def sign_in(http: httpx.AsyncClient, app: App | PoolForTests, scope: str | None) -> dict[str, Any]:
    header = "x-authing-app-id" if isinstance(app, App) else "x-authing-userpool-id"
    given = {"username": "ada", "password": "lovelace"}
    body = {"connection": "PASSWORD", "passwordPayload": given, "options": {"scope": scope}}
    answer = await http.post("/api/v3/signin", json=body, headers={header: app.id})
    data: dict[str, Any] = answer.json()["data"]
    return data


async def token(http: httpx.AsyncClient, app: App, **form: str) -> dict[str, Any]:
    named = {"client_id": app.id, "client_secret": app.secret}
    answer: dict[str, Any] = (await http.post("/oidc/token", data={**named, **form})).json()
    return answer


async def refreshed(http: httpx.AsyncClient, app: App, refresh_token: str) -> dict[str, Any]:
    return await token(http, app, grant_type="refresh_token", refresh_token=refresh_token)


async def revoke(http: httpx.AsyncClient, app: App, revoked: str) -> None:
    form = {"client_id": app.id, "client_secret": app.secret, "token": revoked}
    assert (await http.post("/oidc/token/revocation", data=form)).status_code == 200


async def me(http: httpx.AsyncClient, access: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await http.get("/oidc/me", params={"access_token": access})).json()
    return answer


async def opens_the_account(http: httpx.AsyncClient, access: str) -> bool:
    answer = await http.get("/api/v3/get-profile", headers={"authorization": access})
    return bool(answer.json()["statusCode"] == 200)


async def test_without_a_scope_there_is_one_token_and_no_refresh_token(
    http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = await sign_in(http, app, None)
    assert tokens["id_token"] == tokens["access_token"]
    assert tokens["scope"] == "openid profile"
    assert "refresh_token" not in tokens
    assert await sign_in(http, app, "") | {"access_token": "", "id_token": "", "expire_in": 0} == {
        **tokens, "access_token": "", "id_token": "", "expire_in": 0,
    }  # fmt: skip


async def test_the_id_token_is_signed_and_says_as_that_of_the_token_endpoint(
    http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = await sign_in(http, app, EVERYTHING + " astrology")
    assert tokens["scope"] == EVERYTHING
    keys = KeySet.import_key_set((await http.get("/oidc/.well-known/jwks")).json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    again = await refreshed(http, app, tokens["refresh_token"])
    later = jwt.decode(again["id_token"], keys, algorithms=["RS256"]).claims
    moving = {"iat", "exp", "at_hash"}
    assert {k: v for k, v in claims.items() if k not in moving} == {
        k: v for k, v in later.items() if k not in moving
    }
    issuer = (await http.get("/oidc/.well-known/openid-configuration")).json()["issuer"]
    assert (claims["iss"], claims["email"], claims["name"]) == (issuer, "ada@x.cn", "Ada")


async def test_me_and_introspection_say_the_scope_that_was_asked_for(
    http: httpx.AsyncClient, app: App, person: User
) -> None:
    access = (await sign_in(http, app, "openid email"))["access_token"]
    assert await me(http, access) == {"sub": person.id, "email": "ada@x.cn", "email_verified": False}
    form = {"client_id": app.id, "client_secret": app.secret, "token": access}
    told = (await http.post("/oidc/token/introspection", data=form)).json()
    assert told["scope"] == "openid email"
    assert await opens_the_account(http, access)


async def test_without_openid_there_is_no_id_token(http: httpx.AsyncClient, app: App, person: User) -> None:
    tokens = await sign_in(http, app, "profile")
    assert "id_token" not in tokens
    assert (await me(http, tokens["access_token"]))["name"] == "Ada"


async def test_a_refresh_token_is_good_once_at_its_application_alone(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, http: httpx.AsyncClient, app: App,
    person: User,
) -> None:  # fmt: skip
    tokens = await sign_in(http, app, EVERYTHING)
    for administrator in (pool.administrator, other_pool.administrator):
        stranger = await services.apps.create(administrator, "stranger")
        assert (await refreshed(http, stranger, tokens["refresh_token"]))["error"] == "invalid_grant"
    again = await refreshed(http, app, tokens["refresh_token"])
    assert (await me(http, again["access_token"]))["email"] == "ada@x.cn"
    assert again["refresh_token"] != tokens["refresh_token"]


async def test_a_refresh_token_used_twice_ends_the_login_it_came_with(
    http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = await sign_in(http, app, EVERYTHING)
    again = await refreshed(http, app, tokens["refresh_token"])
    assert (await refreshed(http, app, tokens["refresh_token"]))["error"] == "invalid_grant"
    assert (await refreshed(http, app, again["refresh_token"]))["error"] == "invalid_grant"
    assert not await opens_the_account(http, tokens["access_token"])
    assert not await opens_the_account(http, again["id_token"])


async def test_a_stolen_refresh_token_of_another_grant_of_the_login_ends_it_too(
    http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens, other = await sign_in(http, app, EVERYTHING), await sign_in(http, app, EVERYTHING)
    made = await token(
        http, app, grant_type=AUTHING_TOKEN, token=tokens["access_token"], scope="offline_access"
    )
    assert "error" not in await refreshed(http, app, made["refresh_token"])
    assert (await refreshed(http, app, made["refresh_token"]))["error"] == "invalid_grant"
    for name in ("access_token", "id_token"):
        assert not await opens_the_account(http, tokens[name])
        assert await opens_the_account(http, other[name])


@pytest.mark.parametrize("revoked", ["access_token", "id_token", "refresh_token"])
async def test_revoking_one_of_its_tokens_revokes_all(
    revoked: str, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens, other = await sign_in(http, app, EVERYTHING), await sign_in(http, app, EVERYTHING)
    await revoke(http, app, tokens[revoked])
    assert (await refreshed(http, app, tokens["refresh_token"]))["error"] == "invalid_grant"
    for name in ("access_token", "id_token"):
        assert not await opens_the_account(http, tokens[name])
        assert await opens_the_account(http, other[name])
    assert "error" not in await refreshed(http, app, other["refresh_token"])


async def test_an_application_without_refresh_tokens_is_given_none(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await services.apps.update(pool.administrator, app.id, {}, {"grant_types": ["authorization_code"]})
    tokens = await sign_in(http, app, EVERYTHING)
    assert tokens["scope"] == "openid profile email"
    assert "refresh_token" not in tokens


async def test_at_no_application_there_is_nobody_to_refresh(
    http: httpx.AsyncClient, pool: PoolForTests, person: User
) -> None:
    tokens = await sign_in(http, pool, EVERYTHING)
    assert tokens["scope"] == "openid profile email"
    assert "refresh_token" not in tokens


async def test_the_scope_is_kept_over_the_second_step(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App, person: User
) -> None:
    own = pool.user(person.id)
    made = await services.mfa.associate(own, person.id, "Shop", "ada")
    key, step = totp.key_of(made.secret), int(time.time()) // 30
    await services.mfa.confirm(own, person.id, totp.code_at(key, step - 1))
    ticket = (await sign_in(http, app, EVERYTHING))["mfaToken"]
    answer = await http.post(
        "/api/v3/mfa-totp-verify",
        json={"totp": totp.code_at(key, step)},
        headers={"authorization": ticket, "x-authing-app-id": app.id},
    )
    tokens = answer.json()["data"]
    assert tokens["scope"] == EVERYTHING
    assert "error" not in await refreshed(http, app, tokens["refresh_token"])


async def test_a_login_that_ends_while_its_refresh_token_is_made_takes_it_along(
    services: Services, pool: PoolForTests, app: App, person: User
) -> None:
    at_the_app = replace(pool.stranger, app_id=app.id)
    session = await services.sessions.start(services.db, at_the_app, person.id, timedelta(hours=1))
    soon = session.expires_at
    grant = Grant("a" * 24, pool.id, app.id, person.id, session.id, "offline_access", None, soon, soon)
    async with services.db.transaction() as tx:
        await services.oidc_grants.begin(tx, grant)
        kick = asyncio.create_task(services.sessions.kick(pool.administrator, [person.id]))
        await asyncio.sleep(0.1)
        assert not kick.done()
    await kick
    found = await services.db.fetchval("select revoked_at from oidc_grants where pool_id = $1", pool.id)
    assert found is not None
