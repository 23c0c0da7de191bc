"""RP-initiated logout: who is logged out unasked, who is asked, and where the browser may go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import AFTER_LOGOUT, REDIRECT, Browser
from tests.oidc.test_flows import authorize_url, claims_of, exchange, sign_in

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft


async def tokens_of(browser: Browser, http: httpx.AsyncClient, app: App) -> dict[str, Any]:
    tokens: dict[str, Any] = (await exchange(http, app, await sign_in(browser, app))).json()
    return tokens


async def is_logged_in(browser: Browser, app: App) -> bool:
    await browser.open(authorize_url(app, prompt="none"))
    return "code" in browser.arrived


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_application_logs_its_user_out_and_gets_them_back(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User, method: str
) -> None:
    tokens = await tokens_of(browser, http, app)
    given = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER_LOGOUT, "state": "s 1"}
    where: Any = {"params": given} if method == "GET" else {"data": given}
    answer = await http.request(method, "/oidc/session/end", **where)
    assert answer.headers["location"] == f"{AFTER_LOGOUT}?state=s+1"
    assert not await is_logged_in(browser, app)
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await http.get("/oidc/me", headers=bearer)).status_code == 401


async def test_a_hint_of_a_disabled_application_will_do(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = await tokens_of(browser, http, app)
    await services.apps.update(pool.administrator, app.id, {}, {"enabled": False})
    given = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER_LOGOUT}
    answer = await http.get("/oidc/session/end", params=given)
    assert answer.headers["location"] == AFTER_LOGOUT
    session_id = claims_of(tokens["id_token"])["sid"]
    assert await services.sessions.find(pool.id, session_id) is None


async def test_a_hint_that_has_run_out_will_do(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await sign_in(browser, app)
    session = (await services.sessions.list(pool.administrator, person.id))[0]
    old = await services.sessions.issue_id_token(
        session.id, session.created_at - timedelta(hours=1), person, app, {}, grant_id=None
    )
    given = {"id_token_hint": old.token, "post_logout_redirect_uri": AFTER_LOGOUT}
    answer = await http.get("/oidc/session/end", params=given)
    assert answer.headers["location"] == AFTER_LOGOUT
    assert not await is_logged_in(browser, app)


async def test_a_hint_of_somebody_else_logs_nobody_out_unasked(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = await tokens_of(browser, http, app)
    http.cookies.clear()
    await services.users.create(pool.administrator, UserDraft({"username": "eve"}, password="lovelace"))
    await browser.open(authorize_url(app))
    await browser.submit("/login", account="eve", password="lovelace")
    page = await browser.open(f"/oidc/session/end?id_token_hint={tokens['id_token']}")
    assert "/oidc/session/end" in page.text
    assert await is_logged_in(browser, app)


async def test_a_hint_of_another_pool_leaves_the_browser_logged_in_where_it_is(
    services: Services,
    other_pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
) -> None:
    theirs = await services.apps.create(other_pool.administrator, "theirs", redirect_uris=(REDIRECT,))
    await services.users.create(other_pool.administrator, UserDraft({"username": "ada"}, password="lovelace"))
    hint = (await tokens_of(browser, http, theirs))["id_token"]
    http.cookies.clear()
    await sign_in(browser, app)
    await browser.open(f"/oidc/session/end?id_token_hint={hint}")
    assert await is_logged_in(browser, app)


async def test_somebody_without_a_hint_is_asked_and_then_logged_out(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await sign_in(browser, app)
    await browser.open("/oidc/session/end")
    assert "poolhouse_session" in http.cookies
    kept = http.cookies["poolhouse_session"]
    await browser.submit("/oidc/session/end")
    http.cookies.set("poolhouse_session", kept)
    assert not await is_logged_in(browser, app)


@pytest.mark.parametrize(
    "changed",
    [
        {"post_logout_redirect_uri": "https://evil.example/"},
        {"post_logout_redirect_uri": f"{AFTER_LOGOUT}/"},
        {"post_logout_redirect_uri": f"{AFTER_LOGOUT}?x=1"},
        {"post_logout_redirect_uri": REDIRECT},
        {"id_token_hint": "x"},
        {"client_id": "0" * 24},
    ],
    ids=str,
)
async def test_what_does_not_fit_goes_nowhere_and_ends_nothing(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User, changed: dict[str, str]
) -> None:
    tokens = await tokens_of(browser, http, app)
    good = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER_LOGOUT}
    answer = await http.get("/oidc/session/end", params=good | changed)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert await is_logged_in(browser, app)


async def test_an_address_without_an_application_goes_nowhere(http: httpx.AsyncClient, app: App) -> None:
    answer = await http.get("/oidc/session/end", params={"post_logout_redirect_uri": AFTER_LOGOUT})
    assert answer.status_code == 400


async def test_a_client_id_of_another_application_than_the_hints_is_refused(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = await tokens_of(browser, http, app)
    other = await services.apps.create(pool.administrator, "other", logout_redirect_uris=(AFTER_LOGOUT,))
    given = {"id_token_hint": tokens["id_token"], "client_id": other.id}
    assert (await http.get("/oidc/session/end", params=given)).status_code == 400
    assert await is_logged_in(browser, app)


async def test_a_parameter_given_twice_is_refused(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = await tokens_of(browser, http, app)
    hint = tokens["id_token"]
    answer = await http.get(f"/oidc/session/end?id_token_hint={hint}&id_token_hint={hint}")
    assert answer.status_code == 400
    assert await is_logged_in(browser, app)


async def test_an_access_token_is_no_hint(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = await tokens_of(browser, http, app)
    given = {"id_token_hint": tokens["access_token"]}
    assert (await http.get("/oidc/session/end", params=given)).status_code == 400


async def test_a_hint_that_an_application_wrote_itself_ends_nothing_of_another_person(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    """Of its secret it can make one that names a session of somebody else's."""
    tokens = await tokens_of(browser, http, app)
    http.cookies.clear()
    session = (await services.sessions.list(pool.administrator, person.id))[0]
    eve = await services.users.create(pool.administrator, UserDraft({"username": "eve"}))
    hs256 = {"id_token_algorithm": "HS256"}
    other = await services.apps.create(pool.administrator, "other", settings=hs256)
    hint = await services.sessions.issue_id_token(
        session.id, session.expires_at, eve, other, {}, grant_id=None
    )
    assert (await http.get("/oidc/session/end", params={"id_token_hint": hint.token})).status_code == 200
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await http.get("/oidc/me", headers=bearer)).status_code == 200
