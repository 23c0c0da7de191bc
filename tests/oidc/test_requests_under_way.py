"""A request between the application and its answer: what the pages are handed is judged each time it comes back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import REDIRECT, Browser
from tests.oidc.test_authorization_endpoint import age
from tests.oidc.test_flows import authorize_url, sign_in

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft


def hidden(page: httpx.Response) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


async def agree(http: httpx.AsyncClient, page: httpx.Response, **changed: str) -> httpx.Response:
    """The consent form, posted with what a page holds."""
    return await http.post("/login/consent", data={**hidden(page), "answer": "allow", **changed})


@pytest.mark.parametrize(
    "asked", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "60"}], ids=str
)
async def test_consent_is_no_way_around_a_login_that_was_asked_for(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User,
    asked: dict[str, str],
) -> None:  # fmt: skip
    await sign_in(browser, app)
    await age(services, pool, timedelta(minutes=10))
    answer = await agree(http, await browser.open(authorize_url(app, **asked)))
    assert answer.status_code == 200
    assert 'action="/login"' in answer.text


@pytest.mark.parametrize("settings", [{"mfa_required": True}, {"sso_enabled": False}], ids=str)
async def test_consent_opens_no_application_that_asks_for_more_to_a_login_elsewhere(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User,
    settings: dict[str, Any],
) -> None:  # fmt: skip
    await sign_in(browser, app)
    strict = await services.apps.create(
        pool.administrator, "vault", redirect_uris=(REDIRECT,), settings=settings
    )
    answer = await agree(http, await browser.open(authorize_url(strict)))
    assert answer.status_code == 200
    assert 'action="/login"' in answer.text


async def test_who_has_just_signed_in_may_take_their_time_to_agree(
    services: Services, pool: PoolForTests, browser: Browser, app: App, person: User
) -> None:
    await browser.open(authorize_url(app, prompt="login consent", max_age="60"))
    await browser.submit("/login", account="ada", password="lovelace")
    await age(services, pool, timedelta(minutes=10))
    await browser.submit("/login/consent", answer="allow")
    assert browser.arrived["code"]


async def test_a_request_that_somebody_signed_in_for_is_no_request_without_a_login_for_somebody_else(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "eve"}, password="lovelace"))
    await browser.open(authorize_url(app, prompt="login consent"))
    hers = hidden(await browser.submit("/login", account="eve", password="lovelace"))["request"]
    http.cookies.clear()
    await sign_in(browser, app)
    page = await browser.open("/login/continue?request=" + hers)
    assert 'action="/login"' in page.text
    answer = await agree(http, page, request=hers)
    assert 'action="/login"' in answer.text


@pytest.mark.parametrize(
    ("asked", "values", "settings"),
    [
        ({}, {"redirect_uris": ("https://client.example/new",)}, {}),
        ({"response_type": "id_token token"}, {}, {"response_types": ("code",)}),
        ({"response_mode": "fragment"}, {}, {"response_modes": ("query",)}),
        ({"code_challenge": None, "code_challenge_method": None}, {}, {"require_pkce": True}),
    ],
    ids=["redirect_uris", "response_types", "response_modes", "require_pkce"],
)
async def test_what_an_application_took_back_meanwhile_is_answered_no_more(
    services: Services, pool: PoolForTests, browser: Browser, app: App, person: User,
    asked: dict[str, str | None], values: dict[str, Any], settings: dict[str, Any],
) -> None:  # fmt: skip
    await services.apps.update(pool.administrator, app.id, {}, {"response_types": ("code", "id_token token")})
    await browser.open(authorize_url(app, **asked))
    await services.apps.update(pool.administrator, app.id, values, settings)
    page = await browser.submit("/login", account="ada", password="lovelace")
    assert page.status_code == 400
    assert "set-cookie" not in page.headers
