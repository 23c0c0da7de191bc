"""Tokens of a sign-in and tokens of a grant: every kind at every door, before and after it is revoked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.jobs import piece_of
from tests.oidc.conftest import REDIRECT, Browser
from tests.oidc.test_flows import exchange, sign_in
from tests.wire.doors import AUTHING_TOKEN

from poolhouse.apps.model import SCOPES, App
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft
from poolhouse.wire.v3.table import endpoints


@dataclass
class World:
    http: httpx.AsyncClient
    browser: Browser
    app: App
    stranger: App
    """Of the same pool."""
    foreigner: App
    """Of another."""

    async def flow(self, scope: str) -> dict[str, Any]:
        code = await sign_in(self.browser, self.app, scope=scope)
        tokens: dict[str, Any] = (await exchange(self.http, self.app, code)).json()
        self.http.cookies.clear()
        return tokens

    async def ask(self, app: App, path: str, token: str) -> httpx.Response:
        form = {"client_id": app.id, "client_secret": app.secret, "token": token}
        return await self.http.post(f"/oidc/token/{path}", data=form)


@pytest.fixture
async def world(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, http: httpx.AsyncClient, browser: Browser,
    app: App, person: User,
) -> World:  # fmt: skip
    stranger = await services.apps.create(pool.administrator, "stranger", redirect_uris=(REDIRECT,))
    foreigner = await services.apps.create(other_pool.administrator, "foreigner", redirect_uris=(REDIRECT,))
    return World(http, browser, app, stranger, foreigner)


async def login_of_v3(world: World) -> str:
    given = {"connection": "PASSWORD", "passwordPayload": {"username": "ada", "password": "lovelace"}}
    answer = await world.http.post("/api/v3/signin", json=given, headers={"x-authing-app-id": world.app.id})
    return str(answer.json()["data"]["access_token"])


async def login_of_v2(world: World) -> str:
    query = 'mutation { loginByUsername(input: {username: "ada", password: "lovelace"}) { token } }'
    answer = await world.http.post(
        "/graphql/v2", json={"query": query}, headers={"x-authing-app-id": world.app.id}
    )
    return str(answer.json()["data"]["loginByUsername"]["token"])


async def access_token(world: World) -> str:
    return str((await world.flow("openid profile"))["access_token"])


async def access_token_of_an_offline_grant(world: World) -> str:
    return str((await world.flow("openid profile offline_access"))["access_token"])


async def applications_own(world: World) -> str:
    form = {"grant_type": "client_credentials", "client_id": world.app.id, "client_secret": world.app.secret}
    return str((await world.http.post("/oidc/token", data=form)).json()["access_token"])


async def refresh_token(world: World) -> str:
    return str((await world.flow("openid profile offline_access"))["refresh_token"])


async def id_token(world: World) -> str:
    return str((await world.flow("openid profile"))["id_token"])


async def me(world: World, token: str) -> bool:
    answer = await world.http.get("/oidc/me", headers={"authorization": f"Bearer {token}"})
    return answer.status_code == 200 and answer.json()["name"] == "Ada"


async def me_by_form(world: World, token: str) -> bool:
    answer = await world.http.post("/oidc/me", data={"access_token": token})
    return answer.status_code == 200 and answer.json()["name"] == "Ada"


async def introspection(world: World, token: str) -> bool:
    return bool((await world.ask(world.app, "introspection", token)).json()["active"])


async def introspection_by_another_application(world: World, token: str) -> bool:
    return bool((await world.ask(world.stranger, "introspection", token)).json()["active"])


async def introspection_by_another_pool(world: World, token: str) -> bool:
    return bool((await world.ask(world.foreigner, "introspection", token)).json()["active"])


async def get_profile(world: World, token: str) -> bool:
    answer = await world.http.get("/api/v3/get-profile", headers={"authorization": f"Bearer {token}"})
    return bool(answer.json()["statusCode"] == 200)


async def validation(world: World, token: str) -> bool:
    answer = await world.http.get("/api/v2/oidc/validate_token", params={"access_token": token})
    return "sub" in answer.json()


async def user_of_v2(world: World, token: str) -> bool:
    answer = await world.http.post(
        "/graphql/v2",
        json={"query": "{ user { id } }"},
        headers={"authorization": f"Bearer {token}", "x-authing-app-id": world.app.id},
    )
    return bool((answer.json().get("data") or {}).get("user"))


Kind = Callable[[World], Awaitable[str]]
Door = Callable[[World, str], Awaitable[bool]]
AT_OIDC: set[Door] = {validation, me, me_by_form, introspection}
ACCOUNT: set[Door] = {get_profile, user_of_v2}
DOORS: set[Door] = AT_OIDC | ACCOUNT | {introspection_by_another_application, introspection_by_another_pool}
OPENS: dict[Kind, set[Door]] = {
    login_of_v2: AT_OIDC | ACCOUNT,
    login_of_v3: AT_OIDC | ACCOUNT,
    access_token: AT_OIDC | ACCOUNT,  # as far as its scopes go
    access_token_of_an_offline_grant: AT_OIDC | ACCOUNT,
    refresh_token: {introspection},
    id_token: ACCOUNT | {validation},
    applications_own: {validation, introspection},
}


async def opened(world: World, token: str) -> set[str]:
    return {door.__name__ for door in DOORS if await door(world, token)}


def named(doors: set[Door]) -> set[str]:
    return {door.__name__ for door in doors}


@pytest.mark.parametrize("kind", OPENS, ids=lambda kind: kind.__name__)
async def test_a_token_opens_its_doors_until_its_application_revokes_it(world: World, kind: Kind) -> None:
    token = await kind(world)
    assert await opened(world, token) == named(OPENS[kind])
    assert (await world.ask(world.app, "revocation", token)).status_code == 200
    assert await opened(world, token) == set()


@pytest.mark.parametrize("kind", OPENS, ids=lambda kind: kind.__name__)
async def test_another_application_revokes_nothing_and_is_told_so(world: World, kind: Kind) -> None:
    token = await kind(world)
    answer = await world.ask(world.stranger, "revocation", token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await world.ask(world.foreigner, "revocation", token)).status_code == 200
    assert await opened(world, token) == named(OPENS[kind])


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("openid", set()),
        ("openid profile", {"name"}),
        ("openid email", {"email"}),
        ("openid profile username email", {"name", "username", "email"}),
    ],
)
async def test_a_profile_by_an_access_token_is_what_its_scopes_say(
    world: World, person: User, scope: str, told: set[str]
) -> None:
    """So @authing/web asks who somebody is."""
    token = str((await world.flow(scope))["access_token"])
    headers = {"authorization": f"Bearer {token}", "x-authing-userpool-id": person.pool_id}
    answer = await world.http.get("/api/v3/get-profile?withIdentities=true", headers=headers)
    profile = answer.json()["data"]
    assert profile["userId"] == person.id
    assert {name for name in ("name", "username", "email") if profile[name]} == told
    assert "identities" not in profile
    assert (profile["lastIp"], profile["loginsCount"], profile["createdAt"]) == (None, 0, None)
    asked = {
        "query": "{ user { id name username email lastIP token identities { provider } customData { key } } }"
    }
    user = (await world.http.post("/graphql/v2", json=asked, headers=headers)).json()["data"]["user"]
    own = (await world.http.get("/api/v2/users/me", headers=headers)).json()["data"]
    for shown in (user, own):
        assert (shown["id"], shown["token"], shown["identities"]) == (person.id, token, [])
        assert {name for name in ("name", "username", "email") if shown[name]} == told
        assert shown["lastIP"] is None
    assert user["customData"] == []


@pytest.mark.parametrize(
    "query",
    [
        '{ user(id: "OTHER") { id } }',
        "{ user { id groups { totalCount } } }",
        "{ user { id roles { totalCount } } }",
        "{ users { totalCount } }",
        'mutation { updateUser(input: {nickname: "x"}) { id } }',
        "mutation { refreshToken { token } }",
        'mutation { updatePassword(newPassword: "secret 2", oldPassword: "lovelace") { id } }',
    ],
)
async def test_an_access_token_changes_and_lists_nothing_on_v2(
    services: Services, pool: PoolForTests, world: World, query: str
) -> None:
    other = await services.users.create(pool.administrator, UserDraft({"username": "eve"}))
    headers = {"authorization": f"Bearer {await access_token(world)}"}
    asked = {"query": query.replace("OTHER", other.id)}
    answer = (await world.http.post("/graphql/v2", json=asked, headers=headers)).json()
    assert answer["errors"][0]["message"]["code"] in (2020, 2206, 2207)


async def test_an_access_token_is_refused_where_another_application_is_named(world: World) -> None:
    token = await access_token(world)
    for app, status in ((world.app, 200), (world.stranger, 401), (world.foreigner, 401)):
        headers = {"authorization": f"Bearer {token}", "x-authing-app-id": app.id}
        answer = await world.http.get("/api/v3/get-profile", headers=headers)
        assert answer.json()["statusCode"] == status
        own = await world.http.get("/api/v2/users/me", headers=headers)
        assert (own.json()["code"] == 200) == (status == 200)


@pytest.mark.parametrize(
    ("scope", "opens"),
    [
        ("openid profile", {"get-profile"}),
        (" ".join(one for one in SCOPES if one != "roles"), {"get-profile"}),
        ("openid roles", {"get-profile", "get-my-role-list"}),
    ],
)
async def test_an_access_token_opens_the_doors_of_its_scopes_and_no_other_of_the_account(
    world: World, scope: str, opens: set[str]
) -> None:
    token = str((await world.flow(scope))["access_token"])
    for row in endpoints().values():
        if row.access == "anyone":
            continue
        answer = await world.http.request(row.method, row.url, headers={"authorization": f"Bearer {token}"})
        expected = {200} if row.path in opens else {401, 403}
        assert answer.json()["statusCode"] in expected, row.name


async def test_the_scope_of_roles_gives_the_own_ones(
    services: Services, pool: PoolForTests, world: World, person: User
) -> None:
    eve = await services.users.create(pool.administrator, UserDraft({"username": "eve"}))
    for code, user in (("boss", person), ("clerk", eve)):
        await services.roles.create(pool.administrator, RoleDraft(code))
        await services.roles.assign(pool.administrator, [RoleKey(code)], [Target(TargetType.USER, user.id)])
    headers = {"authorization": f"Bearer {(await world.flow('openid roles'))['access_token']}"}
    answer = await world.http.get("/api/v3/get-my-role-list", headers=headers)
    assert [role["code"] for role in answer.json()["data"]] == ["boss"]


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "0" * 9000])
async def test_revoking_what_is_no_token_is_no_error(world: World, token: str) -> None:
    assert (await world.ask(world.app, "revocation", token)).status_code == 200


async def test_an_applications_other_tokens_outlive_a_revoked_one(services: Services, world: World) -> None:
    gone, stays = await applications_own(world), await applications_own(world)
    await world.ask(world.app, "revocation", gone)
    await world.ask(world.app, "revocation", gone)
    assert not await introspection(world, gone)
    assert await introspection(world, stays)


async def test_what_was_revoked_is_forgotten_once_it_has_run_out(services: Services, world: World) -> None:
    async def kept() -> int:
        found = "select count(*) from oidc_revoked_tokens where pool_id = $1"
        return int(await services.db.fetchval(found, world.app.pool_id))

    await world.ask(world.app, "revocation", await applications_own(world))
    await piece_of(services.db, "revoked_tokens")
    assert await kept() == 1
    await services.db.execute(
        "update oidc_revoked_tokens set expires_at = now() - interval '2 days' where pool_id = $1",
        world.app.pool_id,
    )
    await piece_of(services.db, "revoked_tokens")
    assert await kept() == 0


async def test_a_code_used_twice_ends_all_that_was_made_of_its_tokens(world: World) -> None:
    code = await sign_in(world.browser, world.app, scope="openid profile offline_access")
    tokens = (await exchange(world.http, world.app, code)).json()
    world.http.cookies.clear()
    login = await login_of_v2(world)
    held = {"authorization": f"Bearer {tokens['id_token']}"}
    renewed = (
        await world.http.post(
            "/graphql/v2", json={"query": "mutation { refreshToken { token } }"}, headers=held
        )
    ).json()["data"]["refreshToken"]["token"]
    form = {"grant_type": AUTHING_TOKEN, "client_id": world.app.id, "client_secret": world.app.secret}
    exchanged = (await world.http.post("/oidc/token", data={**form, "token": tokens["id_token"]})).json()
    made = [tokens["access_token"], tokens["id_token"], tokens["refresh_token"], renewed]
    made += [exchanged["access_token"], exchanged["id_token"]]
    for token in made:
        assert await opened(world, token)
    assert (await exchange(world.http, world.app, code)).json()["error"] == "invalid_grant"
    for token in made:
        assert await opened(world, token) == set()
    assert await opened(world, login)


async def test_an_id_token_runs_out_with_its_grant(
    services: Services, pool: PoolForTests, world: World
) -> None:
    await services.apps.update(pool.administrator, world.app.id, {}, {"refresh_token_expires_after": 60})
    token = await id_token(world)
    claims = (await services.sessions.read(token)).raw
    assert claims["exp"] - claims["iat"] <= 60


@pytest.mark.parametrize("path", ["introspection", "revocation"])
async def test_a_stranger_learns_and_ends_nothing(world: World, path: str) -> None:
    token = await login_of_v3(world)
    for form in ({"client_id": world.app.id}, {"client_id": world.app.id, "client_secret": "wrong"}, {}):
        answer = await world.http.post(f"/oidc/token/{path}", data={**form, "token": token})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert await me(world, token)


async def test_a_public_client_asks_about_its_own_tokens_alone(
    services: Services, pool: PoolForTests, world: World
) -> None:
    public = {"token_endpoint_auth": "none", "id_token_algorithm": "RS256"}
    await services.apps.update(pool.administrator, world.stranger.id, {}, public)
    token = await login_of_v3(world)
    form = {"client_id": world.stranger.id, "token": token}
    assert (await world.http.post("/oidc/token/introspection", data=form)).json() == {"active": False}


async def test_what_is_told_of_a_login_is_what_is_told_of_an_access_token(world: World, person: User) -> None:
    for kind in (login_of_v3, access_token):
        told = (await world.ask(world.app, "introspection", await kind(world))).json()
        assert (told["sub"], told["client_id"], told["scope"]) == (person.id, world.app.id, "openid profile")
        assert told["token_type"] == "Bearer"
        assert told["exp"] > told["iat"]


async def test_a_login_is_refused_where_its_application_is_closed_to_it(
    services: Services, pool: PoolForTests, world: World
) -> None:
    token = await login_of_v3(world)
    await services.apps.update(pool.administrator, world.app.id, {}, {"default_access": "DENY_ALL"})
    assert not await me(world, token)
    assert not await introspection(world, token)


async def test_who_shows_no_token_is_told_how_and_of_no_error(world: World) -> None:
    answer = await world.http.get("/oidc/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="poolhouse"'
    bad = await world.http.get("/oidc/me", headers={"authorization": "Bearer x"})
    assert 'error="invalid_token"' in bad.headers["www-authenticate"]


async def test_a_token_shown_twice_is_refused(world: World) -> None:
    token = await access_token(world)
    answer = await world.http.post(
        "/oidc/me", data={"access_token": token}, headers={"authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_one_token_may_stand_in_header_and_query_and_two_may_not(world: World) -> None:
    token, another = await access_token(world), await access_token(world)
    headers = {"authorization": f"Bearer {token}"}
    both = await world.http.get("/oidc/me", params={"access_token": token}, headers=headers)
    assert both.json()["sub"]
    two = await world.http.get("/oidc/me", params={"access_token": another}, headers=headers)
    assert (two.status_code, two.json()["error"]) == (400, "invalid_request")


async def test_a_code_or_refresh_token_that_another_application_tries_stays_its_owners(world: World) -> None:
    code = await sign_in(world.browser, world.app, scope="openid offline_access")
    assert (await exchange(world.http, world.stranger, code)).json()["error"] == "invalid_grant"
    tokens = (await exchange(world.http, world.app, code)).json()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    for app, status in ((world.stranger, 400), (world.foreigner, 400), (world.app, 200)):
        own = {"client_id": app.id, "client_secret": app.secret}
        assert (await world.http.post("/oidc/token", data={**form, **own})).status_code == status
