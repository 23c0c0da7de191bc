"""What keeps a browser logged in: a cookie that the pages alone can make."""

from __future__ import annotations

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import REDIRECT, Browser
from tests.oidc.test_flows import authorize_url, claims_of, exchange, sign_in

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.times import now
from poolhouse.users.model import User
from poolhouse.wire.oidc.browser import SESSION_COOKIE


async def answered(http: httpx.AsyncClient, app: App, cookie: str) -> str:
    """Where a browser that has this cookie alone is sent, unasked."""
    http.cookies.clear()
    address = authorize_url(app, prompt="none")
    answer = await http.get(address, headers={"cookie": f"{SESSION_COOKIE}={cookie}"})
    return answer.headers["location"]


@pytest.mark.parametrize("kind", ["id_token", "login_token"])
async def test_what_an_application_was_given_gets_no_code_for_another_one(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User,
    kind: str,
) -> None:  # fmt: skip
    other = await services.apps.create(pool.administrator, "bank", redirect_uris=(REDIRECT,))
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    given = tokens["id_token"]
    if kind == "login_token":
        session = await services.sessions.find(pool.id, claims_of(given)["sid"])
        assert session
        given = (await services.sessions.issue_user(session, person, app)).token
    assert "error=login_required" in await answered(http, other, given)


async def test_the_pages_own_cookie_does(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    other = await services.apps.create(pool.administrator, "wiki", redirect_uris=(REDIRECT,))
    await sign_in(browser, app)
    assert "code=" in await answered(http, other, http.cookies[SESSION_COOKIE])


@pytest.mark.parametrize("where", ["first", "middle", "last"])
async def test_a_changed_cookie_is_nobodys(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User, where: str
) -> None:
    await sign_in(browser, app)
    kept = http.cookies[SESSION_COOKIE]
    place = {"first": 0, "middle": len(kept) // 2, "last": len(kept) - 2}[where]
    changed = kept[:place] + ("A" if kept[place] != "A" else "B") + kept[place + 1 :]
    assert "error=login_required" in await answered(http, app, changed)


async def test_a_request_under_way_is_no_login(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    page = await browser.open(authorize_url(app))
    sealed = str(page.url).split("request=")[1]
    assert "error=login_required" in await answered(http, app, sealed)


async def test_the_neighbours_pool_sees_nothing_of_it(
    services: Services,
    other_pool: PoolForTests,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
) -> None:
    neighbour = await services.apps.create(other_pool.administrator, "next", redirect_uris=(REDIRECT,))
    await sign_in(browser, app)
    assert "error=login_required" in await answered(http, neighbour, http.cookies[SESSION_COOKIE])


async def test_a_browser_stays_signed_in_for_as_long_as_the_pool_says(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await services.pools.update(pool.administrator, {}, {"session_expires_after": 3600})
    await sign_in(browser, app)
    (kept,) = (cookie for cookie in http.cookies.jar if cookie.name == SESSION_COOKIE)
    assert kept.expires is not None
    assert kept.expires <= now().timestamp() + 3600
    assert "code=" in await answered(http, app, str(kept.value))
    await services.db.execute(
        "update sessions set created_at = (created_at at time zone 'UTC' - interval '61 minutes') at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
    )
    assert "error=login_required" in await answered(http, app, str(kept.value))
