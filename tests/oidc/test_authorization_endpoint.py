"""The authorization endpoint: what may be asked, by which way the answer comes, and what never goes anywhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote, urlencode

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import REDIRECT, Browser
from tests.oidc.test_flows import authorize_url, claims_of, exchange, sign_in

from poolhouse.apps.model import RESPONSE_MODES, RESPONSE_TYPES, App
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft

ISSUER = "http://127.0.0.1:3000/oidc"  # a Host header is a stranger's word


@pytest.fixture
async def free(services: Services, pool: PoolForTests, app: App) -> App:
    """The application, allowed every response type."""
    await services.apps.update(pool.administrator, app.id, {}, {"response_types": RESPONSE_TYPES})
    return app


def half_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


# -- ways back -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", RESPONSE_MODES)
async def test_an_answer_comes_by_the_way_it_was_asked_for_and_says_whose_it_is(
    browser: Browser, app: App, person: User, mode: str
) -> None:
    await browser.open(authorize_url(app, response_mode=mode))
    await browser.submit("/login", account="ada", password="lovelace")
    way, answer = browser.answered
    assert way == mode
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("xyz", ISSUER)


@pytest.mark.parametrize("mode", RESPONSE_MODES)
async def test_a_refusal_comes_by_the_same_way_and_says_whose_it_is(
    browser: Browser, app: App, mode: str
) -> None:
    await browser.open(authorize_url(app, response_mode=mode, prompt="none"))
    way, answer = browser.answered
    assert way == mode
    assert (answer["error"], answer["state"], answer["iss"]) == ("login_required", "xyz", ISSUER)


@pytest.mark.parametrize("mode", RESPONSE_MODES)
async def test_who_says_no_to_the_application_is_reported_by_the_same_way(
    browser: Browser, app: App, person: User, mode: str
) -> None:
    await browser.open(authorize_url(app, response_mode=mode, prompt="consent"))
    await browser.submit("/login", account="ada", password="lovelace")
    await browser.submit("/login/consent", answer="deny")
    way, answer = browser.answered
    assert (way, answer["error"], answer["iss"]) == (mode, "access_denied", ISSUER)


def policy_of(page: httpx.Response) -> dict[str, str]:
    parts = page.headers["content-security-policy"].split("; ")
    return {part.split(" ")[0]: part.partition(" ")[2] for part in parts}


@pytest.mark.parametrize("mode", ["form_post", "web_message"])
async def test_a_page_that_answers_runs_its_own_script_and_no_other(
    browser: Browser, app: App, mode: str
) -> None:
    page = await browser.open(authorize_url(app, response_mode=mode, prompt="none"))
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy_of(page)["script-src"] == f"'sha256-{digest}'"
    assert policy_of(page)["default-src"] == "'none'"


async def test_the_message_page_alone_may_be_framed_and_by_the_origin_of_the_address_alone(
    browser: Browser, app: App
) -> None:
    page = await browser.open(authorize_url(app, response_mode="web_message", prompt="none"))
    assert policy_of(page)["frame-ancestors"] == "https://client.example"
    assert "x-frame-options" not in page.headers
    for other in ({"response_mode": "form_post", "prompt": "none"}, {"response_mode": "web_message"}):
        page = await browser.open(authorize_url(app, **other))
        assert policy_of(page)["frame-ancestors"] == "'none'"
        assert page.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "address", ["com.example.app:/cb", "https://例子.example/cb", "https://bücher.example/cb"]
)
async def test_no_message_goes_to_an_address_that_has_no_origin(
    services: Services, pool: PoolForTests, browser: Browser, address: str
) -> None:
    phone = await services.apps.create(pool.administrator, "phone", redirect_uris=(address,))
    await browser.open(authorize_url(phone, redirect_uri=address, response_mode="web_message"))
    assert browser.page is not None
    assert browser.page.is_redirect
    assert unquote(browser.page.headers["location"]).startswith(f"{address}?error=invalid_request&")


async def test_a_hostile_state_stays_a_value_in_the_pages_that_answer(browser: Browser, app: App) -> None:
    state = '"></p><script>alert(1)</script><p x="</script>'
    for mode in ("form_post", "web_message"):
        await browser.open(authorize_url(app, response_mode=mode, prompt="none", state=state))
        assert browser.page is not None
        assert len(re.findall("<script>", browser.page.text)) == 1
        assert browser.answered[1]["state"] == state


# -- response types --------------------------------------------------------------------------------------


@pytest.mark.parametrize("response_type", RESPONSE_TYPES)
async def test_every_response_type_answers_with_what_it_names(
    browser: Browser, free: App, person: User, response_type: str
) -> None:
    await browser.open(authorize_url(free, response_type=response_type))
    await browser.submit("/login", account="ada", password="lovelace")
    way, answer = browser.answered
    names = set(response_type.split())
    assert way == ("query" if names == {"code"} else "fragment")
    token = {"access_token", "token_type", "expires_in", "scope"} if "token" in names else set()
    assert answer.keys() - {"state", "iss"} == names - {"token"} | token
    if "id_token" in names:
        claims = claims_of(answer["id_token"])
        assert (claims["sub"], claims["nonce"], claims["iss"]) == (person.id, "n-1", ISSUER)
        assert claims.get("at_hash") == (half_hash(answer["access_token"]) if token else None)
        assert claims.get("c_hash") == (half_hash(answer["code"]) if "code" in names else None)


@pytest.mark.parametrize("response_type", [one for one in RESPONSE_TYPES if one != "code"])
async def test_a_response_type_that_was_not_allowed_is_refused(
    browser: Browser, app: App, response_type: str
) -> None:
    await browser.open(authorize_url(app, response_type=response_type))
    way, answer = browser.answered
    assert (way, answer["error"]) == ("fragment", "unauthorized_client")


async def test_the_words_of_a_response_type_come_in_any_order(
    browser: Browser, free: App, person: User
) -> None:
    await browser.open(authorize_url(free, response_type="token code id_token"))
    await browser.submit("/login", account="ada", password="lovelace")
    assert {"code", "id_token", "access_token"} < browser.answered[1].keys()


async def test_an_id_token_out_of_an_address_opens_no_account(
    browser: Browser, http: httpx.AsyncClient, free: App, person: User
) -> None:
    await browser.open(authorize_url(free, response_type="id_token"))
    await browser.submit("/login", account="ada", password="lovelace")
    bearer = {"authorization": f"Bearer {browser.answered[1]['id_token']}"}
    profile = await http.get("/api/v3/get-profile", headers=bearer)
    assert profile.json()["statusCode"] == 401
    assert (await http.get("/oidc/me", headers=bearer)).status_code == 401


async def test_an_access_token_out_of_an_address_is_the_users(
    browser: Browser, http: httpx.AsyncClient, free: App, person: User
) -> None:
    await browser.open(authorize_url(free, response_type="id_token token", scope="openid offline_access"))
    await browser.submit("/login", account="ada", password="lovelace")
    answer = browser.answered[1]
    assert answer["scope"] == "openid"
    bearer = {"authorization": f"Bearer {answer['access_token']}"}
    assert (await http.get("/oidc/me", headers=bearer)).json()["sub"] == person.id


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "id_token", "response_mode": "query"}, "invalid_request"),
        ({"response_type": "id_token", "nonce": None}, "invalid_request"),
        ({"response_type": "code id_token", "nonce": None}, "invalid_request"),
        ({"response_type": "id_token", "scope": "profile"}, "invalid_request"),
        ({"response_type": "code pigeon"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
async def test_a_token_is_never_put_into_a_query_nor_given_without_a_nonce(
    browser: Browser, free: App, changed: dict[str, str | None], error: str
) -> None:
    await browser.open(authorize_url(free, **changed))
    way, answer = browser.answered
    assert (way, answer["error"]) == ("fragment", error)


# -- parameters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://client.example/request"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "１"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"claims": '{"userinfo": 1}'}, "invalid_request"),
        ({"claims": '{"userinfo":' + "[" * 2000 + "]" * 2000 + "}"}, "invalid_request"),
        ({"claims": '{"x":"' + "x" * 5000 + '"}'}, "invalid_request"),
        (
            {"claims": '{"id_token":{"acr":{"essential":true,"values":["gold"]}}}'},
            "unmet_authentication_requirements",
        ),
        ({"nonce": "n" * 3000}, "invalid_request"),
        ({"login_hint": "n" * 3000}, "invalid_request"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_its_own_error(
    browser: Browser, app: App, changed: dict[str, str | None], error: str
) -> None:
    await browser.open(authorize_url(app, **changed))
    assert browser.arrived["error"] == error
    assert (browser.arrived["state"], browser.arrived["iss"]) == ("xyz", ISSUER)


@pytest.mark.parametrize(
    "changed",
    [
        {"pigeon": "1"},
        {"scope": "openid root profile https://api.example/read"},
        {"acr_values": "gold silver"},
        {"display": "touch"},
        {"ui_locales": "de-DE"},
        {"claims": '{"userinfo":{"shoe_size":null},"pigeon":{"x":1}}'},
        {"claims": '{"id_token":{"acr":{"values":["gold"]}}}'},
        {"claims": '{"id_token":null}'},
        {"id_token_hint": "no token"},
        {"state": None},
        {"prompt": ""},
    ],
    ids=str,
)
async def test_what_is_not_known_is_ignored(
    browser: Browser, app: App, person: User, changed: dict[str, str | None]
) -> None:
    assert await sign_in(browser, app, **changed)


async def test_unknown_scopes_are_not_granted(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    code = await sign_in(browser, app, scope="email root openid email")
    assert (await exchange(http, app, code)).json()["scope"] == "email openid"


@pytest.mark.parametrize(
    "name", ["response_type", "scope", "state", "nonce", "prompt", "response_mode", "max_age"]
)
async def test_a_parameter_given_twice_is_refused(browser: Browser, app: App, name: str) -> None:
    await browser.open(authorize_url(app, **{name: "x"}) + f"&{name}=code")
    _, answer = browser.answered
    assert answer["error"] == "invalid_request"
    assert name in answer["error_description"]
    assert ("state" in answer) == (name != "state")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_two_clients_or_addresses_get_a_page_and_no_redirect(
    browser: Browser, app: App, name: str
) -> None:
    good = {"client_id": app.id, "redirect_uri": REDIRECT}[name]
    page = await browser.open(authorize_url(app) + "&" + urlencode({name: good}))
    assert page.status_code == 400
    assert "location" not in page.headers


async def test_a_parameter_in_the_query_and_in_the_form_is_given_twice(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await sign_in(browser, app)
    answer = await http.post(authorize_url(app), data={"scope": "openid"})
    assert "error=invalid_request" in answer.headers["location"]


async def test_a_request_may_be_posted(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await sign_in(browser, app)
    form = dict(httpx.QueryParams(authorize_url(app, prompt="none").partition("?")[2]))
    browser.page = await http.post("/oidc/auth", data=form)
    assert browser.arrived["code"]


async def test_a_request_posted_by_another_site_finds_the_session(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await sign_in(browser, app)
    form = dict(httpx.QueryParams(authorize_url(app, prompt="none").partition("?")[2]))
    async with httpx.AsyncClient(transport=http._transport, base_url="http://poolhouse") as without_cookies:
        onward = await without_cookies.post("/oidc/auth", data=form)
    await browser.open(onward.headers["location"])
    assert browser.arrived["code"]


# -- who, and how long ago -------------------------------------------------------------------------------


async def test_the_id_token_tells_when_somebody_signed_in(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    first = claims_of(tokens["id_token"])["auth_time"]
    assert abs(first - time.time()) < 60
    await browser.open(authorize_url(app, max_age="3600"))
    again = (await exchange(http, app, browser.arrived["code"])).json()
    assert claims_of(again["id_token"])["auth_time"] == first


async def age(services: Services, pool: PoolForTests, by: timedelta) -> None:
    await services.db.execute(
        "update sessions set created_at = (created_at at time zone 'UTC' - $2::interval) at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
        by,
    )


async def test_a_login_older_than_max_age_is_asked_for_again(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await sign_in(browser, app)
    await age(services, pool, timedelta(minutes=10))
    await browser.open(authorize_url(app, max_age="60", prompt="none"))
    assert browser.arrived["error"] == "login_required"
    await browser.open(authorize_url(app, max_age="60"))
    await browser.submit("/login", account="ada", password="lovelace")
    tokens = (await exchange(http, app, browser.arrived["code"])).json()
    assert abs(claims_of(tokens["id_token"])["auth_time"] - time.time()) < 60


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
async def test_a_prompt_for_a_login_asks_somebody_who_is_logged_in(
    browser: Browser, app: App, person: User, prompt: str
) -> None:
    await sign_in(browser, app)
    page = await browser.open(authorize_url(app, prompt=prompt))
    assert 'action="/login"' in page.text
    await browser.submit("/login", account="ada", password="lovelace")
    if "consent" in prompt:
        await browser.submit("/login/consent", answer="allow")
    assert browser.arrived["code"]


async def other_person(services: Services, pool: PoolForTests) -> User:
    return await services.users.create(
        pool.administrator, UserDraft({"username": "eve"}, password="lovelace")
    )


@pytest.mark.parametrize("how", ["id_token_hint", "claims"])
async def test_an_application_that_knows_who_it_wants_gets_nobody_else(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User,
    how: str,
) -> None:  # fmt: skip
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    wanted = {
        "id_token_hint": tokens["id_token"],
        "claims": json.dumps({"id_token": {"sub": {"value": person.id}}}),
    }[how]
    await browser.open(authorize_url(app, **{how: wanted, "prompt": "none"}))
    assert browser.arrived["code"]
    await other_person(services, pool)
    http.cookies.clear()
    await browser.open(authorize_url(app))
    await browser.submit("/login", account="eve", password="lovelace")
    await browser.open(authorize_url(app, **{how: wanted, "prompt": "none"}))
    assert browser.arrived["error"] == "login_required"
    await browser.open(authorize_url(app, **{how: wanted}))
    await browser.submit("/login", account="eve", password="lovelace")
    assert browser.arrived["error"] == "login_required"


async def test_a_hint_of_another_application_says_nothing(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    other = await services.apps.create(pool.administrator, "other", redirect_uris=(REDIRECT,))
    await browser.open(authorize_url(other, id_token_hint=tokens["id_token"], prompt="none"))
    assert browser.arrived["code"]
    await services.users.create(pool.administrator, UserDraft({"username": "eve"}, password="lovelace"))
    http.cookies.clear()
    await browser.open(authorize_url(other, id_token_hint=tokens["id_token"]))
    await browser.submit("/login", account="eve", password="lovelace")
    assert browser.arrived["code"]


@pytest.mark.parametrize("settings", [{"mfa_required": True}, {"sso_enabled": False}], ids=str)
async def test_a_login_elsewhere_opens_no_application_that_asks_for_more(
    services: Services, pool: PoolForTests, browser: Browser, app: App, person: User, settings: dict[str, Any]
) -> None:
    await sign_in(browser, app)
    strict = await services.apps.create(pool.administrator, "vault", redirect_uris=(REDIRECT,))
    await services.apps.update(pool.administrator, strict.id, {}, settings)
    await browser.open(authorize_url(strict, prompt="none"))
    assert browser.arrived["error"] == "login_required"
    page = await browser.open(authorize_url(strict))
    assert 'action="/login"' in page.text


# -- claims ----------------------------------------------------------------------------------------------


async def test_claims_asked_for_by_name_are_told_where_they_were_asked_for(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    claims = json.dumps({"id_token": {"email": {"essential": True}}, "userinfo": {"name": None}})
    tokens = (await exchange(http, app, await sign_in(browser, app, scope="openid", claims=claims))).json()
    in_token = claims_of(tokens["id_token"])
    assert in_token["email"] == "ada@x.cn"
    assert "name" not in in_token
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await http.get("/oidc/me", headers=bearer)).json() == {"sub": person.id, "name": "Ada"}


async def test_who_is_asked_for_consent_is_told_of_claims_asked_for_by_name(
    browser: Browser, app: App, person: User
) -> None:
    claims = json.dumps({"userinfo": {"email": None}})
    await browser.open(authorize_url(app, scope="openid", claims=claims, prompt="consent"))
    page = await browser.submit("/login", account="ada", password="lovelace")
    assert "邮箱地址" in unescape(page.text)


async def test_claims_without_a_value_are_left_out(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    scope = "openid profile email phone address"
    tokens = (await exchange(http, app, await sign_in(browser, app, scope=scope))).json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    told = (await http.get("/oidc/me", headers=bearer)).json()
    assert None not in told.values()
    assert None not in claims_of(tokens["id_token"]).values()
    assert not {"phone_number", "address", "birthdate"} & told.keys()
    assert told["email_verified"] is False
    assert isinstance(told["updated_at"], int)


async def test_an_address_is_an_object_of_what_is_known(
    services: Services, pool: PoolForTests, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await services.users.update(pool.administrator, person.id, UserDraft({"city": "杭州", "country": "CN"}))
    tokens = (await exchange(http, app, await sign_in(browser, app, scope="openid address"))).json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    told = (await http.get("/oidc/me", headers=bearer)).json()
    assert told["address"] == {"country": "CN", "locality": "杭州"}
