"""The modules of the OpenID Foundation's basic and config plans, under their names, as we read what each asks.

docs/security/oidc-conformance.md lists them; the suite itself was not run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conformance import ISSUER, Module, Party
from tests.oidc.conftest import REDIRECT, Browser

from poolhouse.apps.model import App
from poolhouse.oidc.claims import CLAIMS
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft

EVERYTHING = {
    "nickname": "A", "photo": "https://x.cn/a.png", "gender": "F", "birthdate": "1815-12-10", "given_name": "Ada",
    "family_name": "Lovelace", "middle_name": "K", "preferred_username": "ada", "profile": "https://x.cn/ada",
    "website": "https://x.cn", "zoneinfo": "Europe/London", "locale": "en", "phone": "13800000001",
    "country": "GB", "city": "London", "street_address": "12 St James's Square", "postal_code": "SW1", "region": "L",
    "formatted": "12 St James's Square, London",
}  # fmt: skip
MODULES: dict[str, Module] = {}


def module(name: str) -> Callable[[Module], Module]:
    def add(act: Module) -> Module:
        MODULES[name] = act
        return act

    return add


@pytest.fixture
async def party(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, browser: Browser, app: App, person: User
) -> Party:
    await services.users.update(pool.administrator, person.id, UserDraft(EVERYTHING))
    return Party(services, pool, http, browser, app, person)


@module("oidcc-server")
async def server(party: Party) -> None:
    tokens = await party.sign_in()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] > 0
    await party.user_info(tokens["access_token"])


@module("oidcc-response-type-missing")
async def response_type_missing(party: Party) -> None:
    answer = await party.authorize(response_type=None)
    assert answer["error"] == "invalid_request"


@module("oidcc-userinfo-get")
async def userinfo_get(party: Party) -> None:
    await party.user_info((await party.sign_in())["access_token"])


@module("oidcc-userinfo-post-header")
async def userinfo_post_header(party: Party) -> None:
    token = (await party.sign_in())["access_token"]
    await party.user_info(token, "POST", headers={"authorization": f"Bearer {token}"})


@module("oidcc-userinfo-post-body")
async def userinfo_post_body(party: Party) -> None:
    token = (await party.sign_in())["access_token"]
    await party.user_info(token, "POST", data={"access_token": token})


@module("oidcc-ensure-request-without-nonce-succeeds-for-code-flow")
async def without_nonce(party: Party) -> None:
    await party.sign_in(nonce=None)


def scoped(scope: str) -> Module:
    async def act(party: Party) -> None:
        tokens = await party.sign_in(scope=f"openid {scope}")
        told = await party.user_info(tokens["access_token"])
        wanted = {claim for one in scope.split() for claim in CLAIMS[one]}
        assert told.keys() == {"sub"} | wanted
        assert set(tokens["scope"].split()) == {"openid", *scope.split()}

    return act


for _scope in ("profile", "email", "address", "phone"):
    MODULES[f"oidcc-scope-{_scope}"] = scoped(_scope)
MODULES["oidcc-scope-all"] = scoped("profile email address phone")


@module("oidcc-alternate-happy-flow")
async def alternate(party: Party) -> None:
    tokens = await party.sign_in(scope="openid email", nonce="n" * 43)
    assert (await party.user_info(tokens["access_token"]))["email"] == "ada@x.cn"


@module("oidcc-ensure-other-scope-order-succeeds")
async def other_scope_order(party: Party) -> None:
    await party.sign_in(scope="email openid")


@module("oidcc-display-page")
async def display_page(party: Party) -> None:
    await party.sign_in(display="page")


@module("oidcc-display-popup")
async def display_popup(party: Party) -> None:
    await party.sign_in(display="popup")


@module("oidcc-prompt-login")
async def prompt_login(party: Party) -> None:
    first = await party.sign_in()
    await party.later(10)
    again = await party.sign_in(prompt="login")
    assert party.logins == 2
    assert again["claims"]["auth_time"] > first["claims"]["auth_time"] - 10


@module("oidcc-prompt-none-not-logged-in")
async def prompt_none_not_logged_in(party: Party) -> None:
    answer = await party.authorize(prompt="none")
    assert (answer["error"], answer["state"]) == ("login_required", "state 1")


@module("oidcc-prompt-none-logged-in")
async def prompt_none_logged_in(party: Party) -> None:
    first = await party.sign_in()
    again = await party.sign_in(prompt="none")
    assert party.logins == 1
    assert again["claims"]["auth_time"] == first["claims"]["auth_time"]


@module("oidcc-max-age-1")
async def max_age_1(party: Party) -> None:
    await party.sign_in()
    await party.later(2)
    again = await party.sign_in(max_age="1")
    assert party.logins == 2
    assert "auth_time" in again["claims"]


@module("oidcc-max-age-10000")
async def max_age_10000(party: Party) -> None:
    first = await party.sign_in(max_age="15000")
    again = await party.sign_in(max_age="10000")
    assert party.logins == 1
    assert again["claims"]["auth_time"] == first["claims"]["auth_time"]


@module("oidcc-ensure-request-with-unknown-parameter-succeeds")
async def unknown_parameter(party: Party) -> None:
    await party.sign_in(extra="foobar")


@module("oidcc-id-token-hint")
async def id_token_hint(party: Party) -> None:
    first = await party.sign_in()
    again = await party.sign_in(prompt="none", id_token_hint=first["id_token"])
    assert (party.logins, again["claims"]["sub"]) == (1, first["claims"]["sub"])


@module("oidcc-login-hint")
async def login_hint(party: Party) -> None:
    await party.browser.open(
        f"/oidc/auth?client_id={party.app.id}&redirect_uri={REDIRECT}&response_type=code&scope=openid"
        "&login_hint=buffy%40example.com"
    )
    assert party.browser.page is not None
    assert 'value="buffy@example.com"' in party.browser.page.text


@module("oidcc-ui-locales")
async def ui_locales(party: Party) -> None:
    await party.sign_in(ui_locales="se")


@module("oidcc-claims-locales")
async def claims_locales(party: Party) -> None:
    await party.sign_in(claims_locales="se")


@module("oidcc-ensure-request-with-acr-values-succeeds")
async def acr_values(party: Party) -> None:
    await party.sign_in(acr_values="1 2")


@module("oidcc-codereuse")
async def code_reuse(party: Party) -> None:
    code = (await party.authorize())["code"]
    assert (await party.redeem(code)).status_code == 200
    assert (await party.redeem(code)).json()["error"] == "invalid_grant"


@module("oidcc-codereuse-30seconds")
async def code_reuse_later(party: Party) -> None:
    code = (await party.authorize())["code"]
    tokens = (await party.redeem(code)).json()
    assert (await party.redeem(code)).json()["error"] == "invalid_grant"
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert (await party.http.get("/oidc/me", headers=bearer)).status_code == 401


@module("oidcc-ensure-registered-redirect-uri")
async def registered_redirect_uri(party: Party) -> None:
    page = await party.browser.open(
        f"/oidc/auth?client_id={party.app.id}&redirect_uri={REDIRECT}/evil&response_type=code&scope=openid"
    )
    assert (page.status_code, page.is_redirect) == (400, False)


@module("oidcc-ensure-post-request-succeeds")
async def post_request(party: Party) -> None:
    form = {"client_id": party.app.id, "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid"}
    answer = await party.http.post("/oidc/auth", data=form)
    assert (await party.arrive(answer.headers["location"]))["code"]


@module("oidcc-server-client-secret-post")
async def client_secret_post(party: Party) -> None:
    code = (await party.authorize())["code"]
    answer = await party.redeem(code, client_id=party.app.id, client_secret=party.app.secret)
    await party.verified(answer.json()["id_token"], "nonce 1")


@module("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")
async def unsigned_request_object(party: Party) -> None:
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode() + ".e30."
    assert (await party.authorize(request=unsigned))["error"] == "request_not_supported"


@module("oidcc-claims-essential")
async def claims_essential(party: Party) -> None:
    asked = json.dumps({"userinfo": {"name": {"essential": True}}})
    tokens = await party.sign_in(claims=asked)
    assert (await party.user_info(tokens["access_token"]))["name"] == "Ada"


@module("oidcc-ensure-request-object-with-redirect-uri")
async def request_object_with_redirect_uri(party: Party) -> None:
    inner = json.dumps({"redirect_uri": f"{REDIRECT}/evil"}).encode()
    unsigned = ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b'{"alg":"none"}', inner, b"")
    )
    assert (await party.authorize(request=unsigned))["error"] == "request_not_supported"


@module("oidcc-refresh-token")
async def refresh_token(party: Party) -> None:
    tokens = await party.sign_in(scope="openid offline_access")
    own = {"auth": (party.app.id, party.app.secret)}
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    fresh = (await party.http.post("/oidc/token", data=form, **own)).json()
    claims = await party.verified(fresh["id_token"], "nonce 1")
    assert claims["auth_time"] == tokens["claims"]["auth_time"]
    other = await party.services.apps.create(party.pool.administrator, "second client")
    form["refresh_token"] = fresh["refresh_token"]
    stolen = await party.http.post("/oidc/token", data=form, auth=(other.id, other.secret))
    assert stolen.json()["error"] == "invalid_grant"


@module("oidcc-ensure-request-with-valid-pkce-succeeds")
async def valid_pkce(party: Party) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    code = (await party.authorize(code_challenge=challenge, code_challenge_method="S256"))["code"]
    assert (await party.redeem(code, code_verifier=verifier)).status_code == 200


@module("oidcc-discovery-endpoint-verification")
async def discovery(party: Party) -> None:
    told = (await party.http.get("/oidc/.well-known/openid-configuration")).json()
    assert told["issuer"] == ISSUER
    for name in ("authorization", "token", "userinfo", "end_session"):
        assert told[f"{name}_endpoint"].startswith(ISSUER)
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert {"code", "id_token", "id_token token"} <= set(told["response_types_supported"])
    assert told["claims_parameter_supported"] is True
    assert told["request_uri_parameter_supported"] is False
    assert (await party.http.get("/oidc/.well-known/jwks")).json()["keys"]


@pytest.mark.parametrize("name", MODULES)
async def test_a_module_passes(party: Party, name: str) -> None:
    await MODULES[name](party)
