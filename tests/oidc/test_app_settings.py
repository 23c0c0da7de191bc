"""What an application may choose of the protocol, and that its choice is kept to."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import Browser
from tests.oidc.test_flows import authorize_url, claims_of, exchange, sign_in

from poolhouse.apps.model import GRANT_TYPES, SCOPES, App
from poolhouse.services import Services
from poolhouse.users.model import User


async def setting(services: Services, pool: PoolForTests, app: App, **settings: Any) -> App:
    return await services.apps.update(pool.administrator, app.id, {}, settings)


def basic(app: App) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{app.id}:{app.secret}".encode()).decode()}


@pytest.mark.parametrize(
    ("method", "passing"),
    [
        ("client_secret", {"form", "header"}),
        ("client_secret_post", {"form"}),
        ("client_secret_basic", {"header"}),
        ("none", {"nothing"}),
    ],
)
async def test_a_client_says_who_it_is_in_the_way_it_chose_and_in_no_other(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App, method: str, passing: set[str]
) -> None:
    app = await setting(services, pool, app, token_endpoint_auth=method)
    asked = {"grant_type": "authorization_code", "code": "x", "client_id": app.id}
    passed = set()
    for name, extra, headers in (
        ("form", {"client_secret": app.secret}, {}),
        ("header", {}, basic(app)),
        ("nothing", {}, {}),
    ):
        answer = (await http.post("/oidc/token", data={**asked, **extra}, headers=headers)).json()
        if answer["error"] == "invalid_grant":
            passed.add(name)
        else:
            assert answer["error"] == "invalid_client"
    assert passed == passing


async def test_a_client_that_says_twice_who_it_is_is_refused(http: httpx.AsyncClient, app: App) -> None:
    for twice in ({"client_secret": app.secret}, {"client_id": "another"}):
        asked = {"grant_type": "client_credentials", **twice}
        answer = await http.post("/oidc/token", data=asked, headers=basic(app))
        assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("path", ["token", "token/introspection", "token/revocation"])
@pytest.mark.parametrize("name", ["client_id", "client_secret", "grant_type", "token"])
async def test_a_parameter_given_twice_is_refused_and_an_empty_one_is_absent(
    http: httpx.AsyncClient, app: App, path: str, name: str
) -> None:
    asked = {
        "client_id": app.id,
        "client_secret": app.secret,
        "grant_type": "client_credentials",
        "token": "x",
    }
    for other in ("another", asked[name]):
        for twice in ([other, asked[name]], [asked[name], other]):
            answer = await http.post(f"/oidc/{path}", data={**asked, name: twice})
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
            assert name in answer.json()["error_description"]
    assert (await http.post(f"/oidc/{path}", data={**asked, name: ["", asked[name]]})).status_code == 200


async def test_a_public_client_may_name_itself_in_the_header_of_the_vendors_clients(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App
) -> None:
    """So @authing/web renews its tokens. The form goes first; a client with a secret is not let in by its name."""
    asked = {"grant_type": "refresh_token", "refresh_token": "x"}
    named = {"x-authing-app-id": app.id}
    assert (await http.post("/oidc/token", data=asked, headers=named)).json()["error"] == "invalid_client"
    await setting(services, pool, app, token_endpoint_auth="none")
    assert (await http.post("/oidc/token", data=asked, headers=named)).json()["error"] == "invalid_grant"
    other = {**asked, "client_id": "another"}
    assert (await http.post("/oidc/token", data=other, headers=named)).json()["error"] == "invalid_client"


async def test_a_grant_type_that_was_not_chosen_is_refused(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    code = await sign_in(browser, app)
    app = await setting(services, pool, app, grant_types=["client_credentials"])
    assert (await exchange(http, app, code)).json()["error"] == "unauthorized_client"
    await browser.open(authorize_url(app))
    assert browser.arrived["error"] == "unauthorized_client"
    given = {"grant_type": "client_credentials", "client_id": app.id, "client_secret": app.secret}
    assert "access_token" in (await http.post("/oidc/token", data=given)).json()


@pytest.mark.parametrize("settings", [{"require_pkce": True}, {"token_endpoint_auth": "none"}])
async def test_a_code_from_before_pkce_was_asked_for_is_not_exchanged(
    services: Services,
    pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
    settings: dict[str, Any],
) -> None:
    code = await sign_in(browser, app, code_challenge=None, code_challenge_method=None)
    app = await setting(services, pool, app, **settings)
    secret = None if "token_endpoint_auth" in settings else app.secret
    answer = await exchange(http, app, code, code_verifier=None, client_secret=secret)
    assert answer.json()["error"] == "invalid_grant"
    assert "code_challenge" in answer.json()["error_description"]


async def test_a_response_mode_that_was_not_chosen_is_refused(
    services: Services, pool: PoolForTests, browser: Browser, app: App, person: User
) -> None:
    app = await setting(services, pool, app, response_modes=["query"])
    await browser.open(authorize_url(app, response_mode="form_post"))
    assert browser.arrived["error"] == "invalid_request"
    await sign_in(browser, app)


async def refreshed(http: httpx.AsyncClient, app: App, token: str) -> dict[str, Any]:
    asked = {"grant_type": "refresh_token", "client_id": app.id, "client_secret": app.secret}
    answer: dict[str, Any] = (await http.post("/oidc/token", data={**asked, "refresh_token": token})).json()
    return answer


async def test_a_refresh_token_that_does_not_rotate_stays_good_until_it_ends(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    app = await setting(services, pool, app, refresh_token_rotation=False, refresh_token_expires_after=60)
    code = await sign_in(browser, app, scope="openid offline_access")
    token = (await exchange(http, app, code)).json()["refresh_token"]
    for _ in range(2):
        answer = await refreshed(http, app, token)
        assert answer["refresh_token"] == token
        assert answer["id_token"]
    await services.db.execute("update oidc_refresh_tokens set expires_at = now() where pool_id = $1", pool.id)
    assert (await refreshed(http, app, token))["error"] == "invalid_grant"


async def test_a_token_that_was_used_while_tokens_rotated_is_a_replay_afterwards_too(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    code = await sign_in(browser, app, scope="openid offline_access")
    first = (await exchange(http, app, code)).json()["refresh_token"]
    second = (await refreshed(http, app, first))["refresh_token"]
    app = await setting(services, pool, app, refresh_token_rotation=False)
    assert (await refreshed(http, app, first))["error"] == "invalid_grant"
    assert (await refreshed(http, app, second))["error"] == "invalid_grant"


async def test_lifetimes_are_those_of_the_application(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    lives = {"id_token_expires_after": 600, "access_token_expires_after": 300, "code_expires_after": 30}
    app = await setting(services, pool, app, **lives)
    code = await sign_in(browser, app)
    left = await services.db.fetchval("select expires_at - now() from oidc_codes where pool_id = $1", pool.id)
    assert 25 < left.total_seconds() <= 30
    answer = (await exchange(http, app, code)).json()
    assert answer["expires_in"] == 300
    claims, access = claims_of(answer["id_token"]), claims_of(answer["access_token"])
    assert access["exp"] - access["iat"] == 300
    assert 590 <= claims["exp"] - claims["iat"] <= 600


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (None, "orders:read orders:write"),
        ("", "orders:read orders:write"),
        ("orders:write", "orders:write"),
        ("orders:write orders:read orders:write", "orders:write orders:read"),
    ],
)
async def test_an_applications_own_token_is_good_for_what_it_was_given(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App, asked: str | None, granted: str
) -> None:
    app = await setting(services, pool, app, client_credentials_scopes=["orders:read", "orders:write"])
    answer = await own_token(http, app, asked)
    assert answer["scope"] == claims_of(answer["access_token"])["scope"] == granted


async def told_of(http: httpx.AsyncClient, app: App, token: str) -> dict[str, Any]:
    """By a proof of either kind of application."""
    form = {"client_id": app.id, "token": token}
    if app.settings.token_endpoint_auth != "none":
        form["client_secret"] = app.secret
    answer: dict[str, Any] = (await http.post("/oidc/token/introspection", data=form)).json()
    return answer


async def test_a_scope_that_is_taken_away_is_told_of_no_token_any_more(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App
) -> None:
    app = await setting(services, pool, app, client_credentials_scopes=["orders:read", "orders:write"])
    token = (await own_token(http, app, None))["access_token"]
    assert (await told_of(http, app, token))["scope"] == "orders:read orders:write"
    app = await setting(services, pool, app, client_credentials_scopes=["orders:write"])
    assert (await told_of(http, app, token))["scope"] == "orders:write"


@pytest.mark.parametrize(
    "changed",
    [
        {"grant_types": ["authorization_code"]},
        {"token_endpoint_auth": "none", "id_token_algorithm": "RS256"},
    ],
)
async def test_an_applications_own_tokens_end_when_it_may_have_none(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App, changed: dict[str, Any]
) -> None:
    token = (await own_token(http, app, None))["access_token"]
    app = await setting(services, pool, app, **changed)
    assert await told_of(http, app, token) == {"active": False}


@pytest.mark.parametrize("given", [[], ["orders:read"]])
async def test_an_application_names_no_scope_for_itself(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App, given: list[str]
) -> None:
    """Nor one that speaks of a person, nor one of another application's."""
    other = await services.apps.create(pool.administrator, "other")
    await setting(services, pool, other, client_credentials_scopes=["orders:admin"])
    app = await setting(services, pool, app, client_credentials_scopes=given)
    for one in ("orders:admin", "orders:Read", "orders:read\u00a0orders:admin", "*", *SCOPES):
        for asked in (one, f"orders:read {one}"):
            answer = await own_token(http, app, asked)
            assert answer["error"] == "invalid_scope", asked
            assert "access_token" not in answer


async def test_an_application_that_was_given_no_scope_has_a_token_without(
    http: httpx.AsyncClient, app: App
) -> None:
    answer = await own_token(http, app, None)
    assert answer["scope"] == claims_of(answer["access_token"])["scope"] == ""


async def own_token(http: httpx.AsyncClient, app: App, scope: str | None) -> dict[str, Any]:
    asked = {"grant_type": "client_credentials", **({} if scope is None else {"scope": scope})}
    answer: dict[str, Any] = (await http.post("/oidc/token", data=asked, headers=basic(app))).json()
    return answer


MISSING = {
    "client_id": ("/oidc/token", {"grant_type": "authorization_code", "code": "x"}),
    "grant_type": ("/oidc/token", {"client_id": "", "client_secret": ""}),
    "code": ("/oidc/token", {"client_id": "", "client_secret": "", "grant_type": "authorization_code"}),
    "refresh_token": ("/oidc/token", {"client_id": "", "client_secret": "", "grant_type": "refresh_token"}),
    "token": ("/oidc/token/introspection", {"client_id": "", "client_secret": ""}),
}


@pytest.mark.parametrize("name", MISSING)
async def test_a_parameter_that_is_not_there_is_called_missing(
    name: str, http: httpx.AsyncClient, app: App
) -> None:
    path, form = MISSING[name]
    known = {"client_id": app.id, "client_secret": app.secret}
    answer = (await http.post(path, data={key: known.get(key, value) for key, value in form.items()})).json()
    assert answer["error_description"] == f"{name} is missing"


async def test_a_grant_type_that_is_not_known_is_answered_by_those_that_are(
    http: httpx.AsyncClient, app: App
) -> None:
    form = {"client_id": app.id, "client_secret": app.secret, "grant_type": "password"}
    answer = (await http.post("/oidc/token", data=form)).json()
    assert answer["error"] == "unsupported_grant_type"
    assert answer["error_description"] == f"grant_type must be one of {', '.join(GRANT_TYPES)}"
