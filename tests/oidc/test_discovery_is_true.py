"""Every member of the discovery document is driven: what it names works, and what it does not name is refused.

The tests are made of the document itself; a member without an act here fails. What is not named is drawn from what the
specifications know: OpenID Connect Discovery 1.0 and Core 1.0, RFC 6749, 7523, 7636, 8414, 8628, 8693, 9101, 9207,
RP-Initiated, Front-Channel and Back-Channel Logout 1.0.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt as pyjwt
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.conftest import PoolForTests
from tests.listener import listening
from tests.oidc.conformance import ISSUER, LOGGED_OUT, Party
from tests.oidc.conftest import REDIRECT, Browser
from tests.oidc.test_back_channel import delivery
from tests.oidc.test_conformance_basic import EVERYTHING

from poolhouse.apps.model import RESPONSE_MODES, RESPONSE_TYPES, SCOPES, App
from poolhouse.errors import InvalidInput
from poolhouse.ids import new_id
from poolhouse.oidc.client_assertions import TYPE
from poolhouse.services import Services
from poolhouse.settings import Settings
from poolhouse.users.model import User, UserDraft
from poolhouse.wire.oidc.discovery import PATHS, metadata

Document = dict[str, Any]
Act = Callable[[Party, Any], Awaitable[None]]
ACTS: dict[str, Act] = {}

RSA, EC = RSAKey.generate_key(2048, {"kid": "r"}), ECKey.generate_key("P-256", {"kid": "e"})
VERIFIER = "v" * 43
UNKNOWN_GRANTS = (
    "password",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
)
ALL_ALGORITHMS = (
    *(f"{kind}{size}" for kind in ("HS", "RS", "ES", "PS") for size in (256, 384, 512)),
    "none",
    "EdDSA",
)


def act(*names: str) -> Callable[[Act], Act]:
    def add(one: Act) -> Act:
        for name in names:
            ACTS[name] = one
        return one

    return add


def told() -> Document:
    """As each address answers (`test_every_address_says_the_same`), where the server listens on loopback."""

    class Said:
        settings = Settings(public_url=ISSUER.removesuffix("/oidc"))

    return metadata(Said(), ISSUER)  # type: ignore[arg-type]


@pytest.fixture
async def party(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, browser: Browser, app: App, person: User
) -> Party:
    await services.users.update(pool.administrator, person.id, UserDraft({**EVERYTHING, "external_id": "e1"}))
    return Party(services, pool, http, browser, app, person)


async def choose(party: Party, **settings: Any) -> None:
    party.app = await party.services.apps.update(party.pool.administrator, party.app.id, {}, settings)


async def must_not_be_chosen(party: Party, name: str, value: Any) -> None:
    with pytest.raises(InvalidInput):
        await choose(party, **{name: value})


async def asked_for(party: Party, **given: str) -> dict[str, Any]:
    """The token endpoint's answer to a client that shows its secret."""
    answer = await party.http.post("/oidc/token", data=given, auth=(party.app.id, party.app.secret))
    body: dict[str, Any] = answer.json()
    return body


# -- addresses ---------------------------------------------------------------------------------------------


@act("issuer")
async def issuer(party: Party, value: str) -> None:
    assert (await party.sign_in())["claims"]["iss"] == value
    assert f"{urlsplit(value).path}/.well-known/openid-configuration" in PATHS


@act("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
async def of_a_sign_in(party: Party, value: str) -> None:
    """Driven by `sign_in`, at these very addresses: elsewhere nothing would answer."""
    path = urlsplit(value).path
    assert path in ("/oidc/auth", "/oidc/token", "/oidc/me", "/oidc/.well-known/jwks")
    tokens = await party.sign_in()
    await party.user_info(tokens["access_token"])


async def active(party: Party, token: str) -> bool:
    path = urlsplit(told()["introspection_endpoint"]).path
    answer = await party.http.post(path, data={"token": token}, auth=(party.app.id, party.app.secret))
    return bool(answer.json()["active"])


@act("introspection_endpoint", "revocation_endpoint")
async def of_a_token(party: Party, value: str) -> None:
    token = (await party.sign_in())["access_token"]
    assert await active(party, token)
    path = urlsplit(told()["revocation_endpoint"]).path
    await party.http.post(path, data={"token": token}, auth=(party.app.id, party.app.secret))
    assert not await active(party, token)


@act("end_session_endpoint")
async def end_session_endpoint(party: Party, value: str) -> None:
    hint = (await party.sign_in())["id_token"]
    given = {"id_token_hint": hint, "post_logout_redirect_uri": LOGGED_OUT}
    answer = await party.http.get(urlsplit(value).path, params=given)
    assert LOGGED_OUT in (answer.headers.get("location") or answer.text)
    assert not await party.is_logged_in()


# -- lists of what may be asked for ------------------------------------------------------------------------


@act("scopes_supported")
async def scopes_supported(party: Party, value: list[str]) -> None:
    asked = dict.fromkeys([*SCOPES, *value, "phone_number", "admin"])
    tokens = await party.sign_in(scope=" ".join(asked))
    assert sorted(tokens["scope"].split()) == sorted(value)


@act("response_types_supported")
async def response_types_supported(party: Party, value: list[str]) -> None:
    await choose(party, response_types=RESPONSE_TYPES)
    kinds = ("code", "id_token", "token", "none")
    for size in (1, 2, 3):
        for words in itertools.combinations(kinds, size):
            named = any(set(one.split()) == set(words) for one in value)
            answer = await party.authorize(response_type=" ".join(words))
            if named:
                assert {"access_token" if word == "token" else word for word in words} <= answer.keys()
            else:
                assert answer["error"] == "unsupported_response_type", words


@act("response_modes_supported")
async def response_modes_supported(party: Party, value: list[str]) -> None:
    for mode in value:
        await party.authorize(response_mode=mode)
        assert party.browser.answered[0] == mode
    others = {*RESPONSE_MODES, "jwt", "query.jwt", "form_post.jwt", "none"} - set(value)
    for mode in others:
        assert (await party.authorize(response_mode=mode))["error"] == "invalid_request", mode


@act("grant_types_supported")
async def grant_types_supported(party: Party, value: list[str]) -> None:
    tokens = await party.sign_in(scope="openid offline_access")
    login = tokens["id_token"]
    given = {
        "refresh_token": {"refresh_token": tokens["refresh_token"]},
        "client_credentials": {},
        "http://authing.cn/oidc/grant_type/authing_token": {"token": login},
    }
    by_form = [one for one in value if one not in ("authorization_code", "implicit")]
    assert "authorization_code" in value
    for grant in by_form:
        assert "access_token" in await asked_for(party, grant_type=grant, **given[grant]), grant
    for grant in (*UNKNOWN_GRANTS, "implicit", *(given.keys() - set(value))):
        assert (await asked_for(party, grant_type=grant))["error"] == "unsupported_grant_type", grant
    of_the_browser = any("code" not in one.split() for one in told()["response_types_supported"])
    assert ("implicit" in value) == of_the_browser, (
        "RFC 7591 2.1: a response type without a code is that grant"
    )


@act("subject_types_supported")
async def subject_types_supported(party: Party, value: list[str]) -> None:
    assert value == ["public"]
    first = (await party.sign_in())["claims"]["sub"]
    party.app = await party.services.apps.create(party.pool.administrator, "two", redirect_uris=(REDIRECT,))
    assert (await party.sign_in())["claims"]["sub"] == first


@act("id_token_signing_alg_values_supported")
async def id_token_algorithms(party: Party, value: list[str]) -> None:
    published = pyjwt.PyJWKSet((await party.http.get("/oidc/.well-known/jwks")).json()["keys"])
    by_kid = {key.key_id: key for key in published.keys}
    for algorithm in ALL_ALGORITHMS:
        if algorithm not in value:
            await must_not_be_chosen(party, "id_token_algorithm", algorithm)
            continue
        await choose(party, id_token_algorithm=algorithm)
        tokens = (await party.redeem((await party.authorize())["code"])).json()
        header = pyjwt.get_unverified_header(tokens["id_token"])
        key: Any = party.app.secret if algorithm.startswith("HS") else by_kid[header["kid"]]
        assert pyjwt.decode(tokens["id_token"], key, [algorithm], audience=party.app.id)["iss"] == ISSUER


@act("code_challenge_methods_supported")
async def code_challenge_methods_supported(party: Party, value: list[str]) -> None:
    hashed = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    challenges = {"S256": hashed, "plain": VERIFIER}
    for method in (*challenges, "S512", "s256"):
        given = {"code_challenge": challenges.get(method, hashed), "code_challenge_method": method}
        answer = await party.authorize(**given)
        if method in value:
            assert (await party.redeem(answer["code"], code_verifier=VERIFIER)).status_code == 200
        else:
            assert answer["error"] == "invalid_request"


@act("prompt_values_supported")
async def prompt_values_supported(party: Party, value: list[str]) -> None:
    seen = {
        "none": lambda page: "error=login_required" in page.headers.get("location", ""),
        "login": lambda page: 'action="/login"' in page.text,
        "consent": lambda page: 'action="/login/consent"' in page.text,
        "select_account": lambda page: 'action="/login"' in page.text,
    }
    asked = "/oidc/auth?response_type=code&scope=openid&nonce=n&client_id={}&redirect_uri={}&prompt={}"
    for prompt in (*seen, "create", "nothing"):
        if prompt == "login":
            await party.sign_in()
        page = await party.browser.open(asked.format(party.app.id, REDIRECT, prompt))
        if prompt in value:
            assert seen[prompt](page), prompt
        else:
            assert "error=invalid_request" in page.headers["location"], prompt


@act("ui_locales_supported")
async def ui_locales_supported(party: Party, value: list[str]) -> None:
    asked = "/oidc/auth?response_type=code&scope=openid&client_id={}&redirect_uri={}&ui_locales={}"
    for language in (*value, "de", "ja"):
        page = await party.browser.open(asked.format(party.app.id, REDIRECT, language))
        assert (f'<html lang="{language}">' in page.text) == (language in value)


# -- how a client says who it is ---------------------------------------------------------------------------

METHODS = ("client_secret_post", "client_secret_basic", "private_key_jwt", "none")
OTHER_METHODS = ("client_secret_jwt", "tls_client_auth", "self_signed_tls_client_auth", "anything")
ENDPOINTS = ("token", "introspection", "revocation")


def assertion(party: Party, algorithm: str, key: Any) -> dict[str, str]:
    at = int(time.time())
    claims = {"iss": party.app.id, "sub": party.app.id, "aud": ISSUER, "exp": at + 60, "jti": new_id()}
    signed = jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])
    return {"client_assertion_type": TYPE, "client_assertion": signed}


async def is_known(party: Party, endpoint: str, shown: dict[str, Any]) -> bool:
    """Whether the endpoint knows who asks: it says nothing of a client, whatever else is wrong."""
    form = {"grant_type": "authorization_code", "code": "x", "token": "x", **shown.get("data", {})}
    path = urlsplit(told()[f"{endpoint}_endpoint"]).path
    answer = await party.http.post(path, data=form, auth=shown.get("auth", httpx.USE_CLIENT_DEFAULT))
    error = answer.json().get("error")
    assert error in (None, "invalid_grant", "invalid_client"), error
    return error != "invalid_client"


@act(*(f"{endpoint}_endpoint_auth_methods_supported" for endpoint in ENDPOINTS))
async def auth_methods(party: Party, value: list[str]) -> None:
    assert set(value) <= set(METHODS)
    await choose(party, client_jwks=RSA.as_dict(private=False))
    ways: dict[str, Callable[[], dict[str, Any]]] = {
        "client_secret_post": lambda: {
            "data": {"client_id": party.app.id, "client_secret": party.app.secret}
        },
        "client_secret_basic": lambda: {"auth": (party.app.id, party.app.secret)},
        "private_key_jwt": lambda: {"data": assertion(party, "RS256", RSA)},
        "none": lambda: {"data": {"client_id": party.app.id}},
        "client_secret_jwt": lambda: {"data": assertion(party, "HS256", OctKey.import_key(party.app.secret))},
    }
    for endpoint in ENDPOINTS:
        for method in value:
            await choose(party, token_endpoint_auth=method)
            known = [way for way, shown in ways.items() if await is_known(party, endpoint, shown())]
            # Who has no secret may send one along, as the vendor's clients do: it is not looked at.
            assert method in known, (endpoint, method)
            if method != "none":
                assert known == [method], (endpoint, method)
    for method in (*OTHER_METHODS, *(set(METHODS) - set(value))):
        await must_not_be_chosen(party, "token_endpoint_auth", method)


@act(*(f"{endpoint}_endpoint_auth_signing_alg_values_supported" for endpoint in ENDPOINTS))
async def auth_algorithms(party: Party, value: list[str]) -> None:
    keys = {"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}
    await choose(party, client_jwks=keys, token_endpoint_auth="private_key_jwt")
    for algorithm in ("RS256", "ES256", "PS256", "RS512", "PS384"):
        key = EC if algorithm.startswith("ES") else RSA
        for endpoint in ENDPOINTS:
            shown = {"data": assertion(party, algorithm, key)}
            assert await is_known(party, endpoint, shown) == (algorithm in value), (endpoint, algorithm)


# -- claims ------------------------------------------------------------------------------------------------


@act("claims_supported")
async def claims_supported(party: Party, value: list[str]) -> None:
    tokens = await party.sign_in(scope=" ".join(told()["scopes_supported"]))
    person = await party.user_info(tokens["access_token"])
    assert set(value) == person.keys() | tokens["claims"].keys() & set(value)
    assert person.keys() <= set(value)


@act("claim_types_supported")
async def claim_types_supported(party: Party, value: list[str]) -> None:
    assert value == ["normal"]
    person = await party.user_info((await party.sign_in(scope="openid profile"))["access_token"])
    assert not {"_claim_names", "_claim_sources"} & person.keys()


@act("claims_parameter_supported")
async def claims_parameter_supported(party: Party, value: bool) -> None:
    asked = json.dumps({"id_token": {"nickname": None}, "userinfo": {"name": None}})
    tokens = await party.sign_in(claims=asked)
    assert ("nickname" in tokens["claims"]) == value
    assert ("name" in await party.user_info(tokens["access_token"])) == value


# -- switches ----------------------------------------------------------------------------------------------


@act("request_parameter_supported", "request_uri_parameter_supported")
async def request_objects(party: Party, value: bool) -> None:
    assert value is False
    for name in ("request", "request_uri"):
        answer = await party.authorize(**{name: "https://client.example/request.jwt"})
        assert answer["error"] == f"{name}_not_supported"


@act("authorization_response_iss_parameter_supported")
async def iss_beside_the_code(party: Party, value: bool) -> None:
    for asked in ({}, {"prompt": "none", "max_age": "0"}, {"response_type": "token"}, {"prompt": "nothing"}):
        assert ((await party.authorize(**asked)).get("iss") == ISSUER) == value, asked


@act("backchannel_logout_supported", "backchannel_logout_session_supported")
async def back_channel(party: Party, value: bool) -> None:
    assert value is True
    async with listening() as rp:
        await choose(party, backchannel_logout_uri=f"{rp.url}/out", backchannel_logout_session_required=True)
        tokens = await party.sign_in()
        await party.log_out(id_token_hint=tokens["id_token"])
        assert await delivery(party.services, party.pool, rps=(rp,)).deliver_due() == 1
        (form,) = rp.forms
    claims = pyjwt.decode(form["logout_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["sid"]) == (party.app.id, tokens["claims"]["sid"])


@act("frontchannel_logout_supported", "frontchannel_logout_session_supported")
async def front_channel(party: Party, value: bool) -> None:
    assert value is True
    address = "https://client.example/out"
    await choose(party, frontchannel_logout_uri=address, frontchannel_logout_session_required=True)
    tokens = await party.sign_in()
    page = await party.log_out(id_token_hint=tokens["id_token"])
    assert address in page.text
    assert f"sid={tokens['claims']['sid']}" in page.text


@pytest.mark.parametrize("name", told())
async def test_what_a_member_names_works_and_what_it_does_not_is_refused(party: Party, name: str) -> None:
    document = (await party.http.get(PATHS[0])).json()
    assert document == told()
    await ACTS[name](party, document[name])
