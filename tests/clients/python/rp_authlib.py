"""Takes Authlib's client for Starlette through tests/clients/story.py. The protocol: runs.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc.jwk import OctKey, RSAKey
from starlette.requests import Request
from talk import forged, must, opened, story

PLAIN_HTTP = False
"""Nothing to verify on loopback: each of a hundred clients would read all certificate authorities."""

given, ask = opened()
issuer, redirect_uri, after_logout = given["issuer"], given["redirectUri"], given["afterLogout"]


def request(session: dict[str, Any], url: str = "") -> Request:
    """What Starlette hands to a route."""
    return Request(
        {
            "type": "http",
            "method": "GET",
            "headers": [],
            "path": "/callback",
            "query_string": urlsplit(url).query.encode(),
            "session": session,
        }
    )


def configured(app: dict[str, Any]) -> Any:
    if "oauth" in app:
        return app["oauth"]
    client_id, client_secret, method = app["clientId"], app.get("clientSecret"), app["method"]
    more: dict[str, Any] = {}
    if method == "private_key_jwt":
        client_secret = RSAKey.import_key(app["privateKey"]).as_pem(private=True)
        more = {"client_auth_methods": [PrivateKeyJWT(f"{issuer}/token")]}
    if app["algorithm"] == "HS256":
        more = {"jwks": {"keys": [OctKey.import_key(client_secret).as_dict()]}}
    # docs: begin
    client_kwargs = {
        "scope": "openid profile email offline_access",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": method,
    }
    # docs: end
    client_kwargs["verify"] = PLAIN_HTTP
    # docs: begin
    oauth = OAuth()
    oauth.register(
        "poolhouse",
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs=client_kwargs,
        **more,
    )
    # docs: end
    app["oauth"] = oauth.poolhouse
    return app["oauth"]


def session_of(app: dict[str, Any]) -> AsyncOAuth2Client:
    """The client below the framework's, which refreshes, introspects and revokes."""
    own = configured(app)
    client = AsyncOAuth2Client(
        own.client_id,
        own.client_secret,
        token_endpoint_auth_method=app["method"],
        revocation_endpoint_auth_method=app["method"],
        token=app["token"],
        verify=PLAIN_HTTP,
    )
    if app["method"] == "private_key_jwt":
        client.register_client_auth_method(PrivateKeyJWT(f"{issuer}/token"))
    return client


async def discover(app: dict[str, Any], step: dict[str, Any]) -> None:
    metadata = await configured(app).load_server_metadata()
    must(metadata["issuer"] == issuer, metadata)


async def sign_in(app: dict[str, Any], step: dict[str, Any]) -> None:
    client = configured(app)
    session: dict[str, Any] = {}
    route = request(session)
    # docs: begin
    # client = oauth.poolhouse; route: the request, of an application with SessionMiddleware
    to_us = await client.authorize_redirect(route, redirect_uri)
    # docs: end
    callback = await asyncio.to_thread(ask, to_us.headers["location"], step["via"])
    (kept,) = session.values()
    route = request(session, callback)
    # docs: begin
    token = await client.authorize_access_token(route)
    # docs: end
    app["token"] = token
    app["last"] = (token["id_token"], kept["data"]["nonce"])
    app.setdefault("first", app["last"])
    must(token["userinfo"]["nonce"] == kept["data"]["nonce"], "nonce")
    if step.get("verifies"):
        await user_info(app, step)


async def user_info(app: dict[str, Any], step: dict[str, Any]) -> None:
    told = await configured(app).userinfo(token=app["token"])
    must(told["email"] == given["email"], told)


async def refresh(app: dict[str, Any], step: dict[str, Any]) -> None:
    app["used"] = app["token"]
    async with session_of(app) as client:
        token = await client.refresh_token(f"{issuer}/token")
    must(token["refresh_token"] != app["used"]["refresh_token"], "the same refresh token")
    must(token["access_token"] != app["used"]["access_token"], "the same access token")
    claims = await configured(app).parse_id_token(token, nonce=None)
    must(claims["sub"] == app["used"]["userinfo"]["sub"], "sub")
    app["token"] = token


async def replay(app: dict[str, Any], step: dict[str, Any]) -> None:
    async with session_of(app) as client:
        await client.refresh_token(f"{issuer}/token", refresh_token=app["used"]["refresh_token"])


async def introspect(app: dict[str, Any], step: dict[str, Any]) -> None:
    async with session_of(app) as client:
        answer = await client.introspect_token(f"{issuer}/token/introspection", app["token"]["access_token"])
    must(answer.json()["active"], answer.text)


async def revoke(app: dict[str, Any], step: dict[str, Any]) -> None:
    async with session_of(app) as client:
        (
            await client.revoke_token(f"{issuer}/token/revocation", app["token"]["refresh_token"])
        ).raise_for_status()
        answer = await client.introspect_token(f"{issuer}/token/introspection", app["token"]["access_token"])
    must(not answer.json()["active"], answer.text)


async def verify(app: dict[str, Any], step: dict[str, Any]) -> None:
    token, nonce = app["first" if step.get("first") else "last"]
    client, options = configured(app), None
    if step.get("expects") == "issuer":
        options = {"iss": {"values": ["https://other.example/oidc"]}}
    own, client.client_id = client.client_id, client.client_id
    if step.get("expects") == "audience":
        client.client_id = "another"
    try:
        await client.parse_id_token(
            {"id_token": forged(token) if step.get("forged") else token},
            nonce=nonce,
            claims_options=options,
            claims_cls=CodeIDToken,
        )
    finally:
        client.client_id = own


async def rotate(app: dict[str, Any], step: dict[str, Any]) -> None:
    await asyncio.to_thread(ask, "", "new keys")


async def log_out(app: dict[str, Any], step: dict[str, Any]) -> None:
    client, session = configured(app), dict[str, Any]()
    id_token = app["token"]["id_token"]
    route = request(session)
    # docs: begin
    to_us = await client.logout_redirect(route, after_logout, id_token_hint=id_token, state="bye")
    # docs: end
    back = await asyncio.to_thread(ask, to_us.headers["location"], "browser")
    must(back == f"{after_logout}?state=bye", back)
    await client.validate_logout_response(request(session, back))


Act = Callable[[dict[str, Any], dict[str, Any]], Coroutine[Any, Any, None]]
ACTS: dict[str, Act] = {
    "discover": discover,
    "signIn": sign_in,
    "userInfo": user_info,
    "refresh": refresh,
    "replay": replay,
    "introspect": introspect,
    "revoke": revoke,
    "verify": verify,
    "rotate": rotate,
    "logOut": log_out,
}

with asyncio.Runner() as runner:
    story(
        given,
        {name: lambda app, step, act=act: runner.run(act(app, step)) for name, act in ACTS.items()},  # type: ignore[misc]
    )
