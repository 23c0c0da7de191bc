"""`GET /cas/session`: a page of an application asks whose login the hosted pages keep."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import REDIRECT, Browser
from tests.oidc.test_flows import claims_of, exchange, sign_in

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User
from poolhouse.wire.oidc.browser import SESSION_COOKIE

ORIGIN = "https://client.example"


async def asked(http: httpx.AsyncClient, app: App, origin: str | None = ORIGIN, **headers: str) -> Any:
    named = {"x-authing-app-id": app.id, **({"origin": origin} if origin else {})}
    answer = await http.get("/cas/session", headers={**named, **headers})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return answer.json()


async def test_nobody_is_told_of_a_browser_that_is_not_logged_in(http: httpx.AsyncClient, app: App) -> None:
    assert await asked(http, app) is None


async def test_an_own_page_is_told_who_is_logged_in_without_a_token(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    told = await asked(http, app, authorization=f"Bearer {tokens['access_token']}")
    session, user = told["session"], told["userInfo"]
    facts = {"appId": app.id, "type": "oidc", "userId": person.id}
    assert session["_id"] == claims_of(tokens["id_token"])["sid"]
    assert facts.items() <= session.items()
    assert facts.items() <= session["cookie"].items()
    assert session["cookie"]["sameSite"] == "lax"
    assert (user["id"], user["username"], user["email"]) == (person.id, "ada", "ada@x.cn")
    assert user["token"] is None
    assert http.cookies[SESSION_COOKIE] not in str(told)


async def test_the_answer_can_be_read_by_the_page_with_its_cookies(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await sign_in(browser, app)
    answer = await http.get("/cas/session", params={"appId": app.id}, headers={"origin": ORIGIN})
    assert answer.json()["userInfo"]["id"] == person.id
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    "origin",
    [None, "null", "https://evil.example", "http://client.example", "https://client.example:8443", REDIRECT],
)
async def test_a_page_of_no_registered_origin_sees_nobody(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User, origin: str | None
) -> None:
    await sign_in(browser, app)
    assert await asked(http, app, origin) is None


async def test_another_pools_application_sees_nobody(
    services: Services,
    other_pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
) -> None:
    neighbour = await services.apps.create(other_pool.administrator, "next", redirect_uris=(REDIRECT,))
    await sign_in(browser, app)
    assert await asked(http, neighbour) is None


@pytest.mark.parametrize(
    ("settings", "seen"),
    [
        ({}, True),
        ({"sso_enabled": False}, False),
        ({"mfa_required": True}, False),
        ({"default_access": "DENY_ALL"}, False),
        ({"enabled": False}, False),
    ],
)
async def test_another_application_of_the_pool_sees_a_login_that_would_do_for_it(
    services: Services,
    pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
    settings: dict[str, Any],
    seen: bool,
) -> None:
    other = await services.apps.create(
        pool.administrator, "wiki", redirect_uris=(REDIRECT,), settings=settings
    )
    await sign_in(browser, app)
    told = await asked(http, other)
    assert (told is not None) == seen
    if told:
        assert app.id not in str(told)


@pytest.mark.parametrize("app_id", ["", "no-application", "x" * 5000, "\u00e9"])
async def test_an_application_that_nobody_knows_sees_nobody(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User, app_id: str
) -> None:
    await sign_in(browser, app)
    answer = await http.get("/cas/session", params={"appId": app_id}, headers={"origin": ORIGIN})
    assert answer.json() is None


async def test_a_login_that_has_ended_is_nobodys(
    services: Services,
    pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
) -> None:
    await sign_in(browser, app)
    assert await asked(http, app) is not None
    await services.sessions.kick(pool.administrator, [person.id])
    assert await asked(http, app) is None


async def test_a_login_token_in_the_cookies_place_is_nobodys(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    http.cookies.clear()
    assert await asked(http, app, cookie=f"{SESSION_COOKIE}={tokens['id_token']}") is None
    assert await asked(http, app, authorization=f"Bearer {tokens['access_token']}") is None


async def test_the_login_component_finds_both_empty_where_others_find_null(
    http: httpx.AsyncClient, app: App
) -> None:
    told = await asked(http, app, **{"x-authing-request-from": "Guard@4.5.42"})
    assert told == {"session": None, "userInfo": None}
