"""What the provider says of itself is what it does, at every address where it is asked."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import urlsplit

import httpx
import pytest

from poolhouse.apps.model import (
    App,
    GrantType,
    IdTokenAlgorithm,
    ResponseMode,
    ResponseType,
    TokenEndpointAuth,
)
from poolhouse.sessions.server_keys import ALGORITHMS
from poolhouse.wire.oidc.discovery import PATHS

OIDC = "/oidc/.well-known/openid-configuration"


async def told(http: httpx.AsyncClient, path: str = OIDC) -> dict[str, Any]:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("path", PATHS)
async def test_every_address_says_the_same(http: httpx.AsyncClient, path: str) -> None:
    assert await told(http, path) == await told(http)


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_of_any_origin_may_read_it(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path, headers={"origin": "https://app.example"})
    assert "access-control-allow-origin" in answer.headers


async def test_the_issuer_is_where_the_document_is_found(http: httpx.AsyncClient) -> None:
    """Discovery appends its path to the issuer, RFC 8414 puts its own before the issuer's path."""
    issuer = urlsplit((await told(http))["issuer"])
    assert issuer.path == "/oidc"
    assert f"{issuer.path}/.well-known/openid-configuration" in PATHS
    assert f"/.well-known/oauth-authorization-server{issuer.path}" in PATHS


async def test_lists_are_what_an_application_may_choose(http: httpx.AsyncClient) -> None:
    found = await told(http)
    methods = set(get_args(TokenEndpointAuth)) - {"client_secret"}
    for name, values in {
        "id_token_signing_alg_values_supported": get_args(IdTokenAlgorithm),
        "grant_types_supported": {*get_args(GrantType), "implicit"},
        "response_types_supported": get_args(ResponseType),
        "response_modes_supported": get_args(ResponseMode),
        "token_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": ("RS256", "ES256"),
        "introspection_endpoint_auth_signing_alg_values_supported": ("RS256", "ES256"),
        "revocation_endpoint_auth_signing_alg_values_supported": ("RS256", "ES256"),
        "code_challenge_methods_supported": ("S256", "plain"),
    }.items():
        assert set(found[name]) == set(values), name
        assert len(found[name]) == len(set(values)), name


async def test_every_endpoint_that_is_named_answers(http: httpx.AsyncClient, app: App) -> None:
    found = await told(http)
    for name, url in found.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert url.startswith(found["issuer"] + "/"), name
            answer = await http.get(urlsplit(url).path)
            assert answer.status_code not in (404, 500, 501), name


async def test_the_published_keys_are_of_the_algorithms_that_are_named(http: httpx.AsyncClient) -> None:
    found = await told(http)
    keys = await told(http, urlsplit(found["jwks_uri"]).path)
    assert {key["alg"] for key in keys["keys"]} == set(ALGORITHMS)
    assert set(ALGORITHMS) | {"HS256"} == set(found["id_token_signing_alg_values_supported"])
