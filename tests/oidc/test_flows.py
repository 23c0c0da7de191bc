"""The authorization code flow from a browser's and a client's side, and everything that must be refused."""

from __future__ import annotations

import base64
import hashlib
import json
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import AFTER_LOGOUT, REDIRECT, Browser
from tests.wire.sealed_passwords import FOREIGN, OF_OUR_FORM

from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.resources.model import Effect, TargetType
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def authorize_url(app: App, **changed: str | None) -> str:
    asked: dict[str, str | None] = {
        "client_id": app.id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid profile email",
        "state": "xyz",
        "nonce": "n-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    return "/oidc/auth?" + urlencode({name: value for name, value in asked.items() if value is not None})


async def sign_in(browser: Browser, app: App, **changed: str | None) -> str:
    """A code, by the password form."""
    await browser.open(authorize_url(app, **changed))
    await browser.submit("/login", account="ada", password="lovelace")
    return browser.arrived["code"]


async def exchange(http: httpx.AsyncClient, app: App, code: str, **changed: str | None) -> httpx.Response:
    form: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": app.id,
        "client_secret": app.secret,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **changed,
    }
    return await http.post("/oidc/token", data={k: v for k, v in form.items() if v is not None})


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded


async def test_a_password_gives_a_code_and_the_code_gives_tokens(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    code = await sign_in(browser, app)
    assert browser.arrived["state"] == "xyz"

    answer = (await exchange(http, app, code)).json()

    claims = claims_of(answer["id_token"])
    assert (claims["sub"], claims["aud"], claims["nonce"]) == (person.id, app.id, "n-1")
    assert (claims["email"], claims["name"]) == ("ada@x.cn", "Ada")
    assert answer["token_type"] == "Bearer"
    assert "refresh_token" not in answer
    me = await http.get("/oidc/me", headers={"authorization": f"Bearer {answer['access_token']}"})
    assert me.json()["sub"] == person.id
    assert "phone_number" not in me.json()


async def test_who_is_logged_in_already_is_not_asked_again(browser: Browser, app: App, person: User) -> None:
    await sign_in(browser, app)
    await browser.open(authorize_url(app, state="second"))
    assert browser.arrived["state"] == "second"


async def test_prompt_login_asks_again_and_prompt_none_never_asks(
    browser: Browser, app: App, person: User
) -> None:
    await browser.open(authorize_url(app, prompt="none"))
    assert browser.arrived["error"] == "login_required"
    await sign_in(browser, app)
    page = await browser.open(authorize_url(app, prompt="login"))
    assert "<form" in page.text


async def test_a_wrong_password_shows_the_form_again_and_sets_no_session(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await browser.open(authorize_url(app))
    page = await browser.submit("/login", account="ada", password="wrong")
    assert 'role="alert"' in page.text
    assert "wrong" not in page.text
    assert "poolhouse_session" not in http.cookies


@pytest.mark.parametrize("sealed", [*FOREIGN.values(), *OF_OUR_FORM.values()])
async def test_the_pages_take_no_ciphertext_for_a_password(
    browser: Browser, app: App, person: User, sealed: str
) -> None:
    """Nothing on them encrypts, so it is what a client made, and nobody could sign in by it again."""
    await browser.open(authorize_url(app))
    page = await browser.submit("/login", account="ada", password=sealed)
    assert ".well-known" in page.text
    assert sealed.strip()[:30] not in page.text
    link = page.text.split('href="/login/signup')[1].split('"')[0]
    await browser.open("/login/signup" + unescape(link))
    page = await browser.submit("/login/signup", username="newcomer", email="", password=sealed)
    assert ".well-known" in page.text


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/callback",
        "https://client.example/callback/",
        "https://client.example/callback?x=1",
        "https://client.example/callback#x",
        "https://client.example.evil.example/callback",
        "HTTPS://client.example/callback",
        "javascript:alert(1)",
        "//client.example/callback",
        "",
    ],
)
async def test_an_address_that_is_not_registered_to_the_letter_gets_a_page_and_no_redirect(
    browser: Browser, app: App, uri: str
) -> None:
    page = await browser.open(authorize_url(app, redirect_uri=uri))
    assert page.status_code == 400
    assert "location" not in page.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "md5"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"response_mode": "pigeon"}, "invalid_request"),
    ],
)
async def test_a_bad_request_goes_back_to_the_client_with_its_error(
    browser: Browser, app: App, changed: dict[str, str], error: str
) -> None:
    await browser.open(authorize_url(app, **changed))
    _, answer = browser.answered
    assert (answer["error"], answer["state"]) == (error, "xyz")


async def test_claims_are_told_at_the_address_the_java_clients_write(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    me = await http.get("/oidc/me/", params={"access_token": tokens["access_token"]})
    assert me.json()["sub"] == person.id


async def test_a_code_is_good_once_and_its_second_use_takes_the_tokens_with_it(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    code = await sign_in(browser, app)
    first = (await exchange(http, app, code)).json()
    second = await exchange(http, app, code)
    assert second.json()["error"] == "invalid_grant"
    me = await http.get("/oidc/me", headers={"authorization": f"Bearer {first['access_token']}"})
    assert me.status_code == 401


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"redirect_uri": "https://client.example/other"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": None}, "invalid_client"),
        ({"client_id": "0" * 24}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_stolen_code_is_of_no_use(
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
    changed: dict[str, str | None],
    error: str,
) -> None:
    code = await sign_in(browser, app)
    assert (await exchange(http, app, code, **changed)).json()["error"] == error


async def test_a_code_of_another_application_is_unknown(
    services: Services, browser: Browser, http: httpx.AsyncClient, app: App, person: User, pool: PoolForTests
) -> None:
    other = await services.apps.create(pool.administrator, "other", redirect_uris=(REDIRECT,))
    code = await sign_in(browser, app)
    assert (await exchange(http, other, code)).json()["error"] == "invalid_grant"


async def test_refresh_tokens_rotate_and_a_replay_revokes_everything(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    code = await sign_in(browser, app, scope="openid offline_access")
    first = (await exchange(http, app, code)).json()

    async def refresh(token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return await http.post("/oidc/token", data=form, auth=(app.id, app.secret))

    second = (await refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert claims_of(second["id_token"])["sub"] == person.id
    assert (await refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await refresh(second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_an_access_token_ends_with_the_session(
    services: Services,
    browser: Browser,
    http: httpx.AsyncClient,
    app: App,
    person: User,
    pool: PoolForTests,
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    await services.sessions.kick(pool.administrator, [person.id])
    me = await http.get("/oidc/me", headers={"authorization": f"Bearer {tokens['access_token']}"})
    assert me.status_code == 401


async def test_an_access_token_is_no_login_token(
    services: Services, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    assert (await services.credentials.status(tokens["access_token"])).claims is None
    assert (await services.credentials.status(tokens["id_token"])).claims is not None


async def test_introspection_and_revocation_tell_its_client_and_nobody_else(
    services: Services, browser: Browser, http: httpx.AsyncClient, app: App, person: User,
    other_pool: PoolForTests,
) -> None:  # fmt: skip
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    other = await services.apps.create(other_pool.administrator, "other")

    async def active(client: App) -> bool:
        form = {"token": tokens["access_token"]}
        answer = await http.post("/oidc/token/introspection", data=form, auth=(client.id, client.secret))
        return bool(answer.json()["active"])

    assert await active(app) is True
    assert await active(other) is False
    await http.post(
        "/oidc/token/revocation", data={"token": tokens["access_token"]}, auth=(app.id, app.secret)
    )
    assert await active(app) is False
    assert (await http.post("/oidc/token/introspection", data={"token": "x"})).status_code == 401


@pytest.mark.parametrize(
    "settings", [{"require_pkce": True}, {"token_endpoint_auth": "none", "id_token_algorithm": "RS256"}]
)
@pytest.mark.parametrize("method", ["plain", None])
async def test_where_pkce_is_all_there_is_it_must_be_s256(
    services: Services, browser: Browser, app: App, settings: dict[str, Any], method: str | None
) -> None:
    await services.apps.update(Caller(app.pool_id, "administrator"), app.id, {}, settings)
    await browser.open(authorize_url(app, code_challenge_method=method))
    assert browser.arrived["error"] == "invalid_request"
    page = await browser.open(authorize_url(app))
    assert "<form" in page.text


async def test_a_refusal_of_a_scope_spends_no_refresh_token(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app, scope="openid offline_access"))).json()
    form = {"client_id": app.id, "client_secret": app.secret, "grant_type": "refresh_token"}
    form |= {"refresh_token": tokens["refresh_token"]}
    wide = await http.post("/oidc/token", data={**form, "scope": "openid email"})
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")
    assert (await http.post("/oidc/token", data=form)).status_code == 200


async def test_a_scope_costs_no_more_than_it_says(
    services: Services, browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    may_have = {"client_credentials_scopes": ["read"]}
    await services.apps.update(Caller(app.pool_id, "administrator"), app.id, {}, may_have)
    tokens = (await exchange(http, app, await sign_in(browser, app, scope="openid offline_access"))).json()
    form = {"client_id": app.id, "client_secret": app.secret, "scope": "openid " * 5000}
    given = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = (await http.post("/oidc/token", data={**form, **given})).json()
    assert again["scope"] == claims_of(again["access_token"])["scope"] == "openid"
    own = {**form, "grant_type": "client_credentials"}
    assert (await http.post("/oidc/token", data={**own, "scope": "read " * 5000})).json()["scope"] == "read"
    for long in ("x" * 9000, " ".join(f"s{n}" for n in range(3000))):
        answer = await http.post("/oidc/token", data={**own, "scope": long})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
        assert len(answer.content) < 300


async def test_client_credentials_speak_for_no_user(http: httpx.AsyncClient, app: App) -> None:
    form = {"grant_type": "client_credentials"}
    answer = (await http.post("/oidc/token", data=form, auth=(app.id, app.secret))).json()
    assert claims_of(answer["access_token"])["sub"] == app.id
    me = await http.get("/oidc/me", headers={"authorization": f"Bearer {answer['access_token']}"})
    assert me.status_code == 401


async def test_logging_out_ends_the_session_and_returns_only_to_a_registered_address(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    evil = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://evil.example"}
    assert (await http.get("/oidc/session/end", params=evil)).status_code == 400
    good = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER_LOGOUT, "state": "s"}
    answer = await http.get("/oidc/session/end", params=good)
    assert answer.headers["location"] == f"{AFTER_LOGOUT}?state=s"
    page = await browser.open(authorize_url(app))
    assert "<form" in page.text


async def test_a_link_of_anybody_logs_nobody_out_unasked(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await sign_in(browser, app)
    await browser.open(f"/oidc/session/end?client_id={app.id}&post_logout_redirect_uri={AFTER_LOGOUT}")
    await http.get(authorize_url(app))
    assert "poolhouse_session" in http.cookies
    page = await browser.submit("/oidc/session/end")
    assert page.headers["location"] == AFTER_LOGOUT
    assert "<form" in (await browser.open(authorize_url(app))).text


async def test_consent_is_asked_for_where_the_client_wants_it_and_may_be_denied(
    browser: Browser, app: App, person: User
) -> None:
    await browser.open(authorize_url(app, prompt="consent"))
    page = await browser.submit("/login", account="ada@x.cn", password="lovelace")
    assert "Ada" in page.text or "ada" in page.text
    await browser.submit("/login/consent", answer="deny")
    assert browser.arrived["error"] == "access_denied"
    await browser.open(authorize_url(app, prompt="consent"))
    await browser.submit("/login/consent", answer="allow")
    assert browser.arrived["code"]


async def test_a_form_of_another_site_is_refused(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    await browser.open(authorize_url(app))
    assert browser.page is not None
    sealed = str(browser.page.url).split("request=")[1]
    http.cookies.delete("poolhouse_form")
    forged = {"request": sealed, "form": "guessed", "account": "ada", "password": "lovelace"}
    answer = await http.post("/login", data=forged)
    assert "location" not in answer.headers
    assert "poolhouse_session" not in http.cookies


async def test_a_tampered_sign_in_request_is_refused(
    browser: Browser, http: httpx.AsyncClient, app: App
) -> None:
    await browser.open(authorize_url(app))
    assert browser.page is not None
    sealed = str(browser.page.url).split("request=")[1]
    for bad in (sealed[:-4] + "AAAA", "x", "", "%00", "ü"):
        assert (await http.get("/login", params={"request": bad})).status_code == 400


async def test_the_pages_load_nothing_and_cannot_be_framed(browser: Browser, app: App) -> None:
    page = await browser.open(authorize_url(app))
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "http" not in page.text.replace("http-equiv", "")


async def test_pages_speak_the_readers_language(browser: Browser, http: httpx.AsyncClient, app: App) -> None:
    assert "登录 山海门户" in (await browser.open(authorize_url(app))).text
    http.headers["accept-language"] = "en-GB,en;q=0.9"
    assert "Sign in to 山海门户" in (await browser.open(authorize_url(app))).text


async def test_signing_up_logs_in(browser: Browser, app: App) -> None:
    page = await browser.open(authorize_url(app))
    link = page.text.split('href="/login/signup')[1].split('"')[0]
    await browser.open("/login/signup" + link)
    await browser.submit("/login/signup", username="newcomer", email="", password="fresh-pass")
    assert browser.arrived["code"]


async def test_a_blocked_user_gets_no_further(
    services: Services, browser: Browser, app: App, person: User, pool: PoolForTests
) -> None:
    await services.users.update(pool.administrator, person.id, UserDraft({"blocked": True}))
    await browser.open(authorize_url(app))
    page = await browser.submit("/login", account="ada", password="lovelace")
    assert 'role="alert"' in page.text


async def test_a_session_of_one_application_does_not_open_a_closed_one(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User, services: Services, pool: PoolForTests
) -> None:
    await sign_in(browser, app)
    closed = await services.apps.create(pool.administrator, "vault", redirect_uris=(REDIRECT,))
    await services.apps.update(pool.administrator, closed.id, {}, {"default_access": "DENY_ALL"})
    await browser.open(authorize_url(closed))
    assert (browser.arrived["error"], browser.arrived["state"]) == ("access_denied", "xyz")
    await browser.open(authorize_url(closed, prompt="consent"))
    assert browser.arrived["error"] == "access_denied"
    await services.app_access.put(pool.administrator, closed.id, TargetType.USER, [person.id], Effect.ALLOW)
    await browser.open(authorize_url(closed))
    assert browser.arrived["code"]


async def test_an_application_closed_to_somebody_gives_them_nothing_more(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User, services: Services, pool: PoolForTests
) -> None:
    code = await sign_in(browser, app, scope="openid offline_access")
    tokens = (await exchange(http, app, code)).json()
    await browser.open(authorize_url(app))
    unspent = browser.arrived["code"]
    own = {"client_id": app.id, "client_secret": app.secret}
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}

    async def active(name: str) -> bool:
        answer = await http.post("/oidc/token/introspection", data={**own, "token": tokens[name]})
        return bool(answer.json()["active"])

    assert await active("access_token")
    assert await active("refresh_token")
    await services.app_access.put(pool.administrator, app.id, TargetType.USER, [person.id], Effect.DENY)
    assert not await active("access_token")
    assert not await active("refresh_token")
    assert (await http.get("/oidc/me", headers=bearer)).status_code == 401
    assert (await exchange(http, app, unspent)).json()["error"] == "invalid_grant"
    given = {**own, "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await http.post("/oidc/token", data=given)).json()["error"] == "invalid_grant"
    await browser.open(authorize_url(app, prompt="none"))
    assert browser.arrived["error"] == "access_denied"


async def test_an_application_revokes_the_token_of_somebody_it_is_closed_to(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User, services: Services, pool: PoolForTests
) -> None:
    tokens = (await exchange(http, app, await sign_in(browser, app))).json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    access, admin = services.app_access, pool.administrator
    await access.put(admin, app.id, TargetType.USER, [person.id], Effect.DENY)
    given = {"client_id": app.id, "client_secret": app.secret, "token": tokens["access_token"]}
    await http.post("/oidc/token/revocation", data=given)
    await access.put(admin, app.id, TargetType.USER, [person.id], Effect.ALLOW)
    assert (await http.get("/oidc/me", headers=bearer)).status_code == 401


async def test_a_login_at_a_disabled_application_opens_no_other(
    browser: Browser, app: App, person: User, services: Services, pool: PoolForTests
) -> None:
    await sign_in(browser, app)
    other = await services.apps.create(pool.administrator, "blog", redirect_uris=(REDIRECT,))
    await browser.open(authorize_url(other, prompt="none"))
    assert browser.arrived["code"]
    await services.apps.update(pool.administrator, app.id, {}, {"enabled": False})
    await browser.open(authorize_url(other, prompt="none"))
    assert browser.arrived["error"] == "login_required"


async def test_discovery_names_endpoints_that_answer(http: httpx.AsyncClient, app: App) -> None:
    found = (await http.get("/oidc/.well-known/openid-configuration")).json()
    keys = (await http.get(httpx.URL(found["jwks_uri"]).path)).json()["keys"]
    assert all(key["kty"] in ("RSA", "EC") and "d" not in key for key in keys)
    for name in ("token_endpoint", "userinfo_endpoint", "introspection_endpoint", "revocation_endpoint"):
        answer = await http.post(httpx.URL(found[name]).path)
        assert answer.status_code in (400, 401), name
