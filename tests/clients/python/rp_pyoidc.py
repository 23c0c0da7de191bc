"""Takes pyoidc (`oic`), whose folder is the argument, through tests/clients/story.py. The protocol: runs.py."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, sys.argv[1])

from jwkest.jwk import RSAKey  # isort: skip
from oic import rndstr
from oic.oic import Client
from oic.oic.message import AccessTokenResponse, AuthorizationResponse, RegistrationResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD
from oic.utils.keyio import KeyBundle
from talk import ABSENT, forged, must, opened, story

given, ask = opened()
issuer, redirect_uri, after_logout = given["issuer"], given["redirectUri"], given["afterLogout"]


def configured(app: dict[str, Any]) -> Any:
    if "client" in app:
        return app["client"]
    client_id, client_secret, algorithm = app["clientId"], app.get("clientSecret"), app["algorithm"]
    config = {"code_challenge": {"length": 64, "method": "S256"}}
    # docs: begin
    client = Client(client_authn_method=CLIENT_AUTHN_METHOD, config=config)
    client.provider_config(issuer)
    client.store_registration_info(
        RegistrationResponse(
            client_id=client_id,
            client_secret=client_secret,
            redirect_uris=[redirect_uri],
            id_token_signed_response_alg=algorithm,
        )
    )
    # docs: end
    if "privateKey" in app:
        key = RSAKey(**app["privateKey"])
        key.deserialize()
        bundle = KeyBundle(keytype="RSA")
        bundle.append(key)
        client.keyjar.add_kb("", bundle)
    app["client"] = client
    return client


def discover(app: dict[str, Any], step: dict[str, Any]) -> None:
    client = configured(app)
    must(client.provider_info["issuer"] == issuer, client.provider_info)


def sign_in(app: dict[str, Any], step: dict[str, Any]) -> Any:
    if "state" in step["via"]:
        return ABSENT
    client, method = configured(app), app["method"].replace("none", "")
    # docs: begin
    state, nonce = rndstr(), rndstr()
    challenge, code_verifier = client.add_code_challenge()
    request = client.construct_AuthorizationRequest(
        request_args={
            "response_type": "code",
            "scope": ["openid", "profile", "email", "offline_access"],
            "redirect_uri": redirect_uri,
            "state": state,
            "nonce": nonce,
            **challenge,
        }
    )
    url = request.request(client.authorization_endpoint)
    # docs: end
    callback = ask(url, step["via"])
    # docs: begin
    answer = client.parse_response(AuthorizationResponse, info=urlsplit(callback).query, sformat="urlencoded")
    tokens = client.do_access_token_request(
        state=answer["state"],
        request_args={"code": answer["code"], "redirect_uri": redirect_uri},
        extra_args={"code_verifier": code_verifier},
        authn_method=method,
    )
    # docs: end
    must("error" not in tokens, tokens)
    app["state"], app["tokens"] = state, tokens
    app["last"] = tokens["id_token_jwt"]
    app.setdefault("first", app["last"])
    must(tokens["id_token"]["nonce"] == nonce, "nonce")
    if step.get("verifies"):
        user_info(app, step)
    return None


def user_info(app: dict[str, Any], step: dict[str, Any]) -> None:
    told = configured(app).do_user_info_request(state=app["state"], method="GET")
    must(told["email"] == given["email"], told)


def refresh(app: dict[str, Any], step: dict[str, Any]) -> None:
    app["used"] = app["tokens"]
    app["usedToken"] = configured(app).get_token(also_expired=True, state=app["state"])
    tokens = refreshed(app)
    must(tokens["refresh_token"] != app["used"]["refresh_token"], "the same refresh token")
    must(tokens["access_token"] != app["used"]["access_token"], "the same access token")
    must(tokens["id_token"]["sub"] == app["used"]["id_token"]["sub"], "sub")
    app["tokens"] = tokens


def refreshed(app: dict[str, Any], **more: Any) -> Any:
    method = app["method"].replace("none", "")
    answer = configured(app).do_access_token_refresh(state=app["state"], authn_method=method, **more)
    must("error" not in answer, answer)
    return answer


def verify(app: dict[str, Any], step: dict[str, Any]) -> None:
    token = app["first" if step.get("first") else "last"]
    client = configured(app)
    expected = {"iss": issuer, "client_id": app["clientId"]}
    if step.get("expects") == "issuer":
        expected["iss"] = "https://other.example/oidc"
    if step.get("expects") == "audience":
        expected["client_id"] = "another"
    answer = {
        "access_token": "a",
        "token_type": "bearer",
        "id_token": forged(token) if step.get("forged") else token,
    }
    AccessTokenResponse(**answer).verify(keyjar=client.keyjar, **expected)


def log_out(app: dict[str, Any], step: dict[str, Any]) -> None:
    client, state = configured(app), app["state"]
    # docs: begin
    request = client.construct_EndSessionRequest(
        state=state,
        request_args={"post_logout_redirect_uri": after_logout, "state": "bye"},
    )
    logout_url = request.request(client.end_session_endpoint)
    # docs: end
    back = ask(logout_url, "browser")
    must(back == f"{after_logout}?state=bye", back)


story(
    given,
    {
        "discover": discover,
        "signIn": sign_in,
        "userInfo": user_info,
        "refresh": refresh,
        "replay": lambda app, step: refreshed(app, token=app["usedToken"]),
        "verify": verify,
        "rotate": lambda app, step: ask("", "new keys"),
        "logOut": log_out,
    },
)
